//! The emulated line is what it says: rate, delay, loss, schedule, by what kernels and clocks see.
#![cfg(target_os = "linux")]

use std::error::Error;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::{FAR, Line, Linkbox, NEAR, Schedule, Side};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The probes are words of the binary itself.
const PROBE: &str = env!("CARGO_BIN_EXE_linkbox");

const LINE: Line = Line {
    rate: 512_000,
    rtt: Duration::from_millis(200),
    loss: 0.0,
    schedule: None,
};

/// A line, or a word about why there is none on this machine.
fn lay(line: Line, seed: u64) -> Outcome<Option<Linkbox>> {
    match testkit::possible() {
        Ok(()) => Ok(Some(Linkbox::open(line, seed)?)),
        Err(why) => {
            eprintln!("SKIPPED: {why}");
            Ok(None)
        }
    }
}

/// Takes what comes, at the far end.
struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

fn sink(linkbox: &Linkbox) -> Outcome<Sink> {
    let mut command = linkbox.command(Side::Far, PROBE);
    let sink = Sink(command.args(["sink", &format!("{FAR}:7007")]).spawn()?);
    // Inside the far namespace there is no line: it is asked until it listens.
    let end = Instant::now() + Duration::from_secs(20);
    let far = linkbox.namespace(Side::Far);
    while Instant::now() < end {
        let listening = Command::new("ip")
            .args(["netns", "exec", far, "ss", "-Hltn"])
            .output()?;
        if !listening.stdout.is_empty() {
            return Ok(sink);
        }
        sleep(Duration::from_millis(20));
    }
    Err("the sink does not listen".into())
}

fn number(text: &str, name: &str) -> Outcome<f64> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    Ok(value
        .get(name)
        .and_then(serde_json::Value::as_f64)
        .ok_or("no such number")?)
}

/// Sends over TCP from near to far: milliseconds to connect, milliseconds until all was received.
fn send(linkbox: &Linkbox, bytes: u64) -> Outcome<(f64, f64)> {
    let mut command = linkbox.command(Side::Near, PROBE);
    let output = command
        .args(["source", &format!("{FAR}:7007"), &bytes.to_string()])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    Ok((number(&text, "connect_ms")?, number(&text, "ms")?))
}

#[test]
fn a_connection_takes_one_round_trip_and_bytes_the_time_of_the_rate() -> Outcome {
    let Some(linkbox) = lay(LINE, 1)? else {
        return Ok(());
    };
    let _sink = sink(&linkbox)?;
    let bytes = 384_000;
    let (connect, took) = send(&linkbox, bytes)?;
    assert!((200.0..800.0).contains(&connect), "{connect} ms to connect");
    // 384 kB in packets of 1500 with 52 bytes of header: 6.2 s of the line, the round trip and the
    // start on top. The machine may be busy: late is no proof of a wrong rate, early is.
    assert!((6_200.0..20_000.0).contains(&took), "{took} ms");
    let passed = linkbox.passed();
    assert_eq!(passed.up.lost, 0);
    assert!(passed.up.bytes > bytes && passed.up.headers > 52 * bytes / 1500);
    assert!(passed.down.bare > 3, "acknowledgements carry nothing");
    let delivered: u64 = linkbox.trace().0.iter().sum();
    assert_eq!(delivered, passed.up.delivered);
    assert_eq!(passed.up.arrived, bytes);
    Ok(())
}

#[test]
fn what_tcp_sends_again_is_told_from_what_a_program_wrote() -> Outcome {
    let line = Line { loss: 0.05, ..LINE };
    let Some(linkbox) = lay(line, 3)? else {
        return Ok(());
    };
    let _sink = sink(&linkbox)?;
    let bytes = 200_000;
    send(&linkbox, bytes)?;
    let up = linkbox.passed().up;
    assert_eq!((up.fresh, up.arrived), (bytes, bytes));
    assert!(
        up.bytes - up.headers > bytes,
        "lost packets were sent again"
    );
    Ok(())
}

/// Datagrams that the far kernel received, though nobody listens: its own count, not ours.
fn received(linkbox: &Linkbox) -> Outcome<u64> {
    let output = linkbox
        .command(Side::Far, "cat")
        .arg("/proc/net/snmp")
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers = text.lines().filter(|line| line.starts_with("Udp:")).nth(1);
    // Datagrams received, then those to nobody.
    let nobody = numbers.and_then(|line| line.split(' ').nth(2));
    Ok(nobody.ok_or("no UDP counters")?.parse()?)
}

fn spray(linkbox: &Linkbox, packets: u64, bytes: u64, micros: u64) -> Outcome {
    let mut command = linkbox.command(Side::Near, PROBE);
    let numbers = [packets, bytes, micros].map(|number| number.to_string());
    command.arg("spray").arg(format!("{FAR}:9")).args(numbers);
    let status = command.stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err("the spray failed".into());
    }
    // What is under way arrives.
    sleep(Duration::from_millis(600));
    Ok(())
}

#[test]
fn one_packet_in_five_is_lost_and_the_same_seed_loses_the_same() -> Outcome {
    let line = Line {
        loss: 0.2,
        rate: 10_000_000,
        ..LINE
    };
    let mut counts = Vec::new();
    for _ in 0..2 {
        let Some(linkbox) = lay(line, 42)? else {
            return Ok(());
        };
        spray(&linkbox, 2_000, 100, 500)?;
        counts.push(received(&linkbox)?);
        assert_eq!(linkbox.passed().up.packets, 2_000);
    }
    let [one, two] = counts[..] else {
        return Err("two runs".into());
    };
    assert!((1_500..1_700).contains(&one), "{one} of 2000 arrived");
    assert_eq!(one, two);
    Ok(())
}

#[test]
fn more_than_the_queue_holds_is_dropped_at_its_tail() -> Outcome {
    let line = Line {
        rate: 64_000,
        ..LINE
    };
    let Some(linkbox) = lay(line, 1)? else {
        return Ok(());
    };
    // 100 packets of 1028 bytes at once: 32 kB wait, and what the line carries meanwhile (8 kB/s).
    spray(&linkbox, 100, 1_000, 100)?;
    let dropped = linkbox.passed().up.dropped;
    assert!((40..70).contains(&dropped), "{dropped} of 100 dropped");
    Ok(())
}

#[test]
fn what_is_sent_while_the_line_is_down_never_arrives() -> Outcome {
    let schedule = Schedule {
        up: Duration::from_secs(4),
        down: Duration::from_secs(6),
    };
    let line = Line {
        schedule: Some(schedule),
        rtt: Duration::ZERO,
        rate: 10_000_000,
        ..LINE
    };
    let Some(linkbox) = lay(line, 1)? else {
        return Ok(());
    };
    linkbox.set(line);
    let begun = Instant::now();
    spray(&linkbox, 50, 100, 100)?;
    assert_eq!(received(&linkbox)?, 50);
    sleep(Duration::from_secs(5).saturating_sub(begun.elapsed()));
    spray(&linkbox, 50, 100, 100)?;
    assert_eq!(received(&linkbox)?, 50);
    assert_eq!(linkbox.passed().up.down, 50);
    Ok(())
}

#[test]
fn a_cut_line_keeps_connections_and_a_redialled_one_ends_them() -> Outcome {
    let Some(linkbox) = lay(LINE, 1)? else {
        return Ok(());
    };
    let _sink = sink(&linkbox)?;
    let mut command = linkbox.command(Side::Near, PROBE);
    command.args(["source", &format!("{FAR}:7007"), "3000000"]);
    let mut source = command.stdout(Stdio::piped()).spawn()?;
    sleep(Duration::from_secs(2));
    linkbox.cut();
    sleep(Duration::from_millis(500));
    linkbox.restore();
    let before = linkbox.passed().up.delivered;
    sleep(Duration::from_secs(3));
    assert!(
        linkbox.passed().up.delivered > before,
        "the connection goes on"
    );
    assert!(source.try_wait()?.is_none());
    linkbox.hang_up()?;
    sleep(Duration::from_millis(500));
    let ended = source.try_wait()?;
    assert!(ended.is_some_and(|status| !status.success()), "{ended:?}");
    Ok(())
}

#[test]
fn two_boxes_do_not_see_each_other_and_leave_nothing_behind() -> Outcome {
    let Some(one) = lay(LINE, 1)? else {
        return Ok(());
    };
    let two = Linkbox::open(LINE, 1)?;
    let names = [&one, &two].map(|linkbox| linkbox.namespace(Side::Near).to_owned());
    assert_ne!(names[0], names[1]);
    one.set_congestion(Side::Near, "reno")?;
    spray(&one, 10, 100, 100)?;
    assert_eq!(two.passed().up.packets, 0);
    assert_ne!(NEAR, FAR);
    drop((one, two));
    let left = Command::new("ip").args(["netns", "list"]).output()?;
    let left = String::from_utf8(left.stdout)?;
    assert!(!names.iter().any(|name| left.contains(name)), "{left}");
    Ok(())
}
