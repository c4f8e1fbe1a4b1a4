//! What goals promise beyond time and bytes: how much is sent again, whether every up-window brings something.
//! With each figure its floor, the least that the line itself lets anybody have.

use crate::run::Run;
use serde_json::Value;
use std::time::Duration;
use testkit::{Line, Schedule};

/// Content of a packet at the usual MTU of 1500, and the headers before it (TCP's with time stamps).
const CONTENT: f64 = 1448.0;
const HEADERS: f64 = 52.0;

/// G4: of how many up-windows of ten seconds and more none brought a record to the second client, which reads
/// the hub's log: what it has is durable there.
pub const WINDOWS: &str = "up-windows";
/// Those among them that brought nothing.
pub const IDLE: &str = "up-windows without progress";
/// G4: content that the client wrote for calls without a whole answer, of what it wrote for the others. What such a
/// call carried is offered again, whether the hub had it or not. Peers do not tell what their calls carried.
pub const AGAIN: &str = "content sent again by the program, %";
/// What is in the air at each cut: nobody can save it.
pub const AGAIN_FLOOR: &str = "floor of content sent again by the program, %";
/// G4: content beyond what is sent where no packet is lost and no line goes: [`AGAIN`], what TCP sends again, and
/// that shorter calls pack worse.
pub const AGAIN_TCP: &str = "content sent again by program and TCP at most, %";
/// Below it nobody gets on that line.
pub const AGAIN_TCP_FLOOR: &str = "floor of content sent again by program and TCP, %";
/// G7: content both ways beyond the file's, TCP's sending again apart.
pub const BEYOND: &str = "content beyond the file, %";
/// What is in the air at each drop, of the file.
pub const BEYOND_FLOOR: &str = "floor of content beyond the file, %";
/// G7: content up beyond the file's, as if drops alone were to blame for it, per drop.
pub const PER_DROP: &str = "content sent again per drop, bytes";
/// G7: the same of what came out at the hub's side: what had arrived and was not kept.
pub const PER_DROP_ARRIVED: &str = "content arrived twice per drop, bytes";
/// G7: how often the modem redialled.
pub const DROPS: &str = "drops";
/// G7: IP bytes both ways below which no TCP brings the file over.
pub const BYTES_FLOOR: &str = "floor of IP bytes";
/// G7: content in the air when a busy line goes, which nobody can save.
pub const AIR: &str = "floor of content sent again per drop, bytes";

/// Notes how G4 went on the line that comes and goes.
pub fn windows(run: &mut Run, schedule: Schedule) {
    let took = Duration::from_secs_f64(run.seconds);
    let Some(progress) = steps(&run.progress) else {
        return;
    };
    let (mut all, mut idle) = (0_u32, 0_u32);
    let mut start = Duration::ZERO;
    while start < took {
        let end = took.min(start + schedule.up);
        if end - start >= Duration::from_secs(10) {
            all += 1;
            // Progress is noted once a second at most.
            let noted = end + Duration::from_millis(1500);
            idle += u32::from(at(&progress, noted) <= at(&progress, start));
        }
        start += schedule.up + schedule.down;
    }
    note(run, WINDOWS, f64::from(all));
    note(run, IDLE, f64::from(idle));
}

/// The same records, carried once.
pub struct Carried {
    /// Content that the client wrote, in bytes.
    content: u64,
    /// Its calls that were answered whole, and the bytes of their bodies, where it tells.
    answered: Option<(u64, u64)>,
}

impl Carried {
    /// What a run and its first client tell.
    pub fn of(run: &Run, client: Option<&Value>) -> Option<Self> {
        let number = |name| client?.get(name)?.as_u64();
        Some(Self {
            content: run.up.fresh?,
            answered: number("calls").zip(number("bytes")),
        })
    }
}

/// Notes how much of what went up was sent again; `needed` are the same records on the same line where it loses
/// nothing and stays.
pub fn sent_again(run: &mut Run, line: Line, carried: &Carried, needed: &Carried) {
    if let (Some((calls, bytes)), Some((clean_calls, clean_bytes))) =
        (carried.answered, needed.answered)
    {
        // All that is written beside bodies where nothing is in vain: heads, above all.
        let head = float(needed.content.saturating_sub(clean_bytes)) / float(clean_calls.max(1));
        let once = float(bytes) + head * float(calls);
        note(run, AGAIN, (float(carried.content) / once - 1.0) * 100.0);
    }
    let needed = float(needed.content);
    let beyond = (float(run.up.content()) / needed - 1.0) * 100.0;
    note(run, AGAIN_TCP, beyond);
    let lost = line.loss / (1.0 - line.loss);
    let cuts = line.schedule.map_or(0.0, |schedule| {
        let period = schedule.up + schedule.down;
        ((run.seconds + schedule.down.as_secs_f64()) / period.as_secs_f64()).floor()
    });
    let cut = cuts * air(line) / needed;
    note(run, AGAIN_FLOOR, cut * 100.0);
    note(run, AGAIN_TCP_FLOOR, (lost + cut) * 100.0);
}

/// Notes how G7 went.
pub fn long_file(run: &mut Run, line: Line, file: u64, drops: u32) {
    let (Some(up), Some(down), Some(arrived)) = (run.up.fresh, run.down.fresh, run.up.arrived)
    else {
        return;
    };
    note(run, BEYOND, (float(up + down) / float(file) - 1.0) * 100.0);
    let air_of_drops = f64::from(drops) * air(line);
    note(run, BEYOND_FLOOR, air_of_drops / float(file) * 100.0);
    note(run, DROPS, f64::from(drops));
    note(run, BYTES_FLOOR, ip_bytes(float(file), line.loss));
    if drops > 0 {
        let each = |content: u64| float(content.saturating_sub(file)) / f64::from(drops);
        note(run, PER_DROP, each(up));
        note(run, PER_DROP_ARRIVED, each(arrived));
        note(run, AIR, air(line));
    }
}

/// Each packet has its headers and is sent until it is not lost; one acknowledgement answers two.
fn ip_bytes(content: f64, loss: f64) -> f64 {
    let packets = (content / CONTENT).ceil();
    ((content + packets * HEADERS) / (1.0 - loss) + packets / 2.0 * HEADERS).round()
}

/// Bytes on their way through a busy line, in one direction.
fn air(line: Line) -> f64 {
    float(line.rate) / 8.0 * line.rtt.as_secs_f64() / 2.0
}

fn note(run: &mut Run, name: &str, value: f64) {
    run.extra.insert(name.into(), value);
}

/// Milliseconds and number, as the second client noted them.
fn steps(progress: &Value) -> Option<Vec<(u128, u64)>> {
    let step = |step: &Value| Some((step.get(0)?.as_u64()?.into(), step.get(1)?.as_u64()?));
    progress.as_array()?.iter().map(step).collect()
}

/// How much there was at a time.
fn at(progress: &[(u128, u64)], time: Duration) -> u64 {
    let before = progress
        .iter()
        .take_while(|(ms, _)| *ms <= time.as_millis());
    before.last().map_or(0, |(_, number)| *number)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "bytes of a run, far below 2^52"
)]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Way;
    use serde_json::json;
    use testkit::Profile;

    fn run(seconds: f64, fresh: u64, progress: Value) -> Run {
        let way = |fresh| Way {
            bytes: fresh,
            packets: 0,
            headers: 0,
            bare: 0,
            lost: 0,
            fresh: Some(fresh),
            arrived: Some(fresh),
        };
        Run {
            goal: "G".into(),
            part: String::new(),
            peer: "ours".into(),
            profile: "C".into(),
            seed: 1,
            ok: true,
            seconds,
            seen: None,
            confirmed: None,
            bytes: fresh,
            up: way(fresh),
            down: way(0),
            extra: std::collections::BTreeMap::new(),
            note: String::new(),
            progress,
            load: 0.0,
            with: String::new(),
            congestion: String::new(),
            kernel: String::new(),
            day: String::new(),
        }
    }

    fn told(run: &Run, name: &str) -> i64 {
        let value = run.extra.get(name).map_or(-1.0, |value| value.round());
        format!("{value}").parse().unwrap_or(-1)
    }

    #[test]
    fn an_up_window_that_brought_nothing_is_found() -> Result<(), &'static str> {
        let schedule = Profile::C.line().schedule.ok_or("C comes and goes")?;
        let progress = json!([
            [0, 1],
            [3000, 50],
            [25_900, 90],
            [122_000, 91],
            [183_000, 99]
        ]);
        let mut run = run(183.0, 0, progress);
        windows(&mut run, schedule);
        // From 60 s to 85 s there was none; the last one, of three seconds, is too short to be asked for.
        assert_eq!((told(&run, WINDOWS), told(&run, IDLE)), (3, 1));
        Ok(())
    }

    #[test]
    fn what_is_sent_again_is_a_share_of_what_is_needed() {
        let mut run = run(183.0, 550_000, Value::Null);
        let client = |calls: u64, bytes: u64| json!({ "calls": calls, "bytes": bytes });
        // Heads of 500 bytes: 50 calls have 500,000 bytes with them.
        let carried = Carried::of(&run, Some(&client(50, 475_000)));
        run.up.fresh = Some(500_000);
        let needed = Carried::of(&run, Some(&client(20, 490_000)));
        if let (Some(carried), Some(needed)) = (carried, needed) {
            sent_again(&mut run, Profile::C.line(), &carried, &needed);
        }
        assert_eq!((told(&run, AGAIN), told(&run, AGAIN_TCP)), (10, 10));
        // 5.3 for lost packets, and three cuts of 4.8 kB in the air.
        assert_eq!(told(&run, AGAIN_TCP_FLOOR), 8);
        assert_eq!(told(&run, AGAIN_FLOOR), 3);
    }

    #[test]
    fn a_long_file_is_weighed_by_its_drops() {
        let mut run = run(600.0, 102_000_000, Value::Null);
        long_file(&mut run, Profile::E.line(), 100_000_000, 10);
        assert_eq!((told(&run, BEYOND), told(&run, PER_DROP)), (2, 200_000));
        assert_eq!((told(&run, BEYOND_FLOOR), told(&run, AIR)), (1, 100_000));
        assert_eq!(told(&run, BYTES_FLOOR), 106_433_133);
    }
}
