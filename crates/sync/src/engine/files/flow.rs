//! How much to have under way of what may wait: enough that the line is never idle, and no more, because
//! what is urgent queues behind it.

use super::journey::CRUMB;
use crate::CallError;
use protocol::files::MAX_PUT;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Calls under way at a time: while some are being answered another moves.
pub(super) const WINDOW: usize = 3;
/// The least and the most bytes in a call.
const SIZE: (f64, f64) = (4.0 * 1024.0, 512.0 * 1024.0);
/// Bytes per second assumed before anything was measured.
const UNKNOWN: f64 = 12.0 * 1024.0;
/// The round trip assumed at least: calls have a cost of their own.
const LEAST: Duration = Duration::from_millis(350);
/// Of what a round trip carries, in a call. All that are under way are more than twice of it: a measure that
/// is too low must be able to grow, and the other side has to write to its disk.
const SLACK: f64 = 0.9;
/// Calls take turns at being shorter and longer. Calls of one size share the line, end together, and leave it
/// idle together while they wait for their answers: two thirds of it would be used.
const TURNS: [f64; 3] = [0.6, 1.0, 1.4];
/// Weight of the newest measure.
const NEWEST: f64 = 0.4;
/// Landings closer together than this, or than a round trip, are one measure: a short call that lands right
/// before a long one would make the line look faster than it is.
const SPAN: Duration = Duration::from_millis(300);
/// What the line can carry is measured over so long, at least: over less, calls that land together mislead.
const WIDE: Duration = Duration::from_secs(6);
/// How much of what the line once carried is believed with each further measure: where packets are lost, the calls
/// carry less than the line could.
const REMEMBERED: f64 = 0.97;
/// The shortest patience without anything landing.
const PATIENCE: Duration = Duration::from_secs(6);
/// A call carries at most this part of what the line usually carries between two cuts: what is under way at a
/// cut goes again.
const OF_A_LIFE: f64 = 8.0;
/// From so many bytes per second on, large files go up in one long call at a time: a connection that never rests
/// learns the line better than three that take turns at waiting for their answers, each of which the kernel takes for
/// one that has little to send. Below, a long call would stand before what is urgent.
const QUICK: f64 = 48.0 * 1024.0;
/// The longest: the hub refuses more, and a call may end a little later than was asked for.
const LONGEST: f64 = (MAX_PUT as u64 - CRUMB) as f64;
/// About how long such a call goes, in seconds: the line rests for a round trip after each.
const LONG: f64 = 20.0;
/// A long call is given to the network faster than was measured, at most by this factor: a measure that is too low
/// grows, and the kernel always has something to send.
const FASTER: f64 = 3.0;
/// It carries at most this part of what the line usually carries between two cuts. What arrived of a call is kept: a
/// cut costs what is under way, not the call.
const OF_A_LIFE_LONG: f64 = 2.0;
/// Bytes of a call around its body.
const AROUND: u64 = 500;

/// By how much the shortest round trip may grow with each one that is seen.
const FORGOTTEN: f64 = 1.1;

/// How long a call takes that carries next to nothing: the shortest that was seen lately. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Trip(Arc<Mutex<Option<Duration>>>);

impl Trip {
    /// A small call took so long. One that went beside others says only that the way is no longer than that: behind a
    /// queue every way is long, and who sends more for it makes the queue longer.
    pub fn took(&self, took: Duration, alone: bool) {
        let mut least = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = least.unwrap_or(took);
        let most = if alone {
            known.mul_f64(FORGOTTEN)
        } else {
            known
        };
        *least = Some(took.min(most));
    }

    /// The shortest lately; `None` before any was seen.
    pub fn least(&self) -> Option<Duration> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line in one direction, as the calls of one lane measured it.
#[derive(Debug)]
pub(super) struct Flow {
    rate: f64,
    trip: Trip,
    /// Since when bytes are counted, and how many landed since.
    counting: Option<(Instant, u64)>,
    /// The same, for what the line can carry.
    counting_wide: Option<(Instant, u64)>,
    /// Bytes per second that the line can carry; `None` before it was measured.
    most: Option<f64>,
    /// Bytes that landed between two cuts, moving average; `None` before the first one.
    life: Option<f64>,
    /// Bytes that landed since the last cut.
    alive: f64,
    /// Calls begun.
    begun: usize,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            rate: UNKNOWN,
            trip: Trip::default(),
            counting: None,
            counting_wide: None,
            most: None,
            life: None,
            alive: 0.0,
            begun: 0,
        }
    }
}

impl Flow {
    /// A line of which nothing was measured but its round trip, which others tell as well.
    pub fn on(trip: Trip) -> Self {
        Self {
            trip,
            ..Self::default()
        }
    }

    /// Bytes for a call that begins now.
    pub fn next_size(&mut self) -> u64 {
        let turn = TURNS.get(self.begun % TURNS.len()).copied();
        self.begun += 1;
        self.size(turn.unwrap_or(1.0))
    }

    /// Bytes for a call: about what the line carries in a round trip. [`WINDOW`] of them keep it full.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 4 kB and 512 kB"
    )]
    fn size(&self, turn: f64) -> u64 {
        let round_trip = self.trip.least().unwrap_or(LEAST).max(LEAST).as_secs_f64();
        let most = self
            .life
            .map_or(SIZE.1, |life| life.max(self.alive) / OF_A_LIFE);
        (self.rate * round_trip * SLACK * turn)
            .min(most)
            .clamp(SIZE.0, SIZE.1) as u64
    }

    /// Bytes for a long call that begins now; `None` where the line is not quick.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between half a megabyte and four"
    )]
    pub fn long_size(&self) -> Option<u64> {
        let life = self.life.map_or(f64::MAX, |life| life.max(self.alive));
        let size = (self.rate * LONG).min(life / OF_A_LIFE_LONG).min(LONGEST);
        (self.rate >= QUICK && size >= SIZE.1).then_some(size as u64)
    }

    /// Bytes per second that the line can carry.
    pub fn most(&self) -> f64 {
        self.most.unwrap_or(self.rate)
    }

    /// Bytes per second at which a long call is given to the network.
    pub fn pace(&self) -> f64 {
        self.rate * FASTER
    }

    /// Of what was under way at a cut, the other side has this: where no call had landed by then, it is all that is
    /// known of what the line carries between two cuts.
    pub fn kept(&mut self, bytes: u64) {
        if self.life.is_none() && bytes > 0 {
            self.life = Some(float(bytes));
        }
    }

    /// Bytes that the line carries in so many seconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few seconds of a line"
    )]
    pub fn in_time(&self, seconds: f64) -> usize {
        (self.rate * seconds).min(SIZE.1) as usize
    }

    /// How long to wait for a call that carries so many bytes behind those that are under way.
    pub fn patience(&self, bytes: u64) -> Duration {
        let next = self
            .trip
            .least()
            .map_or(PATIENCE, |rtt| (4 * rtt).max(PATIENCE));
        let sending = 3.0 * float(bytes) / self.rate.max(1.0);
        next + Duration::from_secs_f64(sending.min(120.0))
    }

    /// Calls begin to move after a rest.
    pub fn begin(&mut self, now: Instant) {
        self.counting = Some((now + self.trip.least().unwrap_or_default(), 0));
        self.counting_wide = self.counting;
    }

    /// Bytes landed.
    pub fn landed(&mut self, bytes: u64, now: Instant) {
        self.alive += float(bytes);
        let bytes = bytes + AROUND;
        let short = SPAN.max(self.trip.least().unwrap_or_default());
        if let Some(measured) = measure(&mut self.counting, bytes, now, short) {
            self.rate = self.rate * (1.0 - NEWEST) + measured * NEWEST;
        }
        if let Some(measured) = measure(&mut self.counting_wide, bytes, now, WIDE) {
            let known = self.most.unwrap_or(measured);
            let faded = known * REMEMBERED + measured * (1.0 - REMEMBERED);
            self.most = Some(faded.max(measured));
        }
    }

    /// A call failed. One that could not begin says nothing; where nothing landed since the last cut, the next
    /// calls are half as large.
    pub fn failed(&mut self, error: &CallError) {
        (self.counting, self.counting_wide) = (None, None);
        if !matches!(
            error,
            CallError::Cut(_) | CallError::Stalled | CallError::TooLarge
        ) {
            return;
        }
        if self.alive > 0.0 {
            self.life = Some(
                self.life
                    .map_or(self.alive, |life| (life + self.alive) / 2.0),
            );
        } else {
            self.rate = (self.rate / 2.0).max(SIZE.0 / 2.0);
        }
        self.alive = 0.0;
    }
}

/// Counts bytes that landed; gives bytes per second once so much time went by, and counts anew.
fn measure(
    counting: &mut Option<(Instant, u64)>,
    bytes: u64,
    now: Instant,
    least: Duration,
) -> Option<f64> {
    let (since, so_far) = counting.unwrap_or((now, 0));
    let span = now.saturating_duration_since(since);
    let over = span >= least;
    *counting = Some(if over {
        (now, 0)
    } else {
        (since, so_far + bytes)
    });
    over.then(|| float(so_far + bytes) / span.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call under way: bytes, how many of them are still to be sent, when its answer is here.
    struct Call {
        bytes: u64,
        left: f64,
        lands: Option<Duration>,
    }

    /// Calls share a line of this many bytes per second; gives the bytes per second carried in
    /// the last third of so many seconds, and the most that was under way by then.
    fn carry(flow: &mut Flow, rate: f64, round_trip: Duration, seconds: u64) -> (f64, u64) {
        const TICK: Duration = Duration::from_millis(5);
        let (start, end) = (Instant::now(), Duration::from_secs(seconds));
        flow.trip.took(round_trip, true);
        flow.begin(start);
        let (mut late, mut most) = (0, 0);
        let mut calls: Vec<Call> = Vec::new();
        let mut now = Duration::ZERO;
        while now < end {
            while calls.len() < WINDOW {
                let bytes = flow.next_size();
                let left = float(bytes + AROUND);
                calls.push(Call {
                    bytes,
                    left,
                    lands: None,
                });
            }
            let sending = calls.iter().filter(|call| call.lands.is_none()).count();
            let share = rate * TICK.as_secs_f64() / float(sending.max(1) as u64);
            now += TICK;
            for call in &mut calls {
                call.left -= share;
                if call.left <= 0.0 && call.lands.is_none() {
                    call.lands = Some(now + round_trip);
                }
            }
            calls.retain(|call| {
                let under_way = call.lands.is_none_or(|lands| now < lands);
                if !under_way {
                    flow.landed(call.bytes, start + now);
                    late += if now > end * 2 / 3 { call.bytes } else { 0 };
                }
                under_way
            });
            if now > end * 2 / 3 {
                most = most.max(calls.iter().map(|call| call.bytes).sum());
            }
        }
        (float(late) / (end / 3).as_secs_f64(), most)
    }

    #[test]
    fn every_line_is_kept_full_with_little_under_way() {
        for (rate, trip) in [
            (16e3, 600),
            (8e3, 1000),
            (64e3, 300),
            (250e3, 800),
            (10e6, 5),
        ] {
            let trip = Duration::from_millis(trip);
            let mut flow = Flow::default();
            let (carried, most) = carry(&mut flow, rate, trip, 90);
            let queue = float(most) / rate;
            // A fast line is full with the largest calls; a slow one with a few round trips of bytes.
            assert!(carried > 0.8 * rate, "{rate}: {carried}");
            assert!(
                (0.9..1.15).contains(&(flow.most() / rate)),
                "{rate}: {}",
                flow.most()
            );
            assert!(
                queue < 4.0 * trip.max(LEAST).as_secs_f64() || most <= 2 * 4096,
                "{rate}: {queue}"
            );
        }
    }

    #[test]
    fn a_line_that_gets_slower_gets_smaller_calls() {
        let mut flow = Flow::default();
        carry(&mut flow, 250e3, Duration::from_millis(600), 20);
        let fast = flow.size(1.0);
        carry(&mut flow, 16e3, Duration::from_millis(600), 60);
        assert!(
            fast > 100_000 && flow.size(1.0) < 20_000,
            "{fast}, {}",
            flow.size(1.0)
        );
        for _ in 0..20 {
            flow.failed(&CallError::Stalled);
        }
        assert_eq!(flow.size(1.0), 4096);
    }

    #[test]
    fn only_a_quick_line_gets_long_calls_and_never_longer_than_its_life() {
        let mut flow = Flow::default();
        carry(&mut flow, 16e3, Duration::from_millis(600), 60);
        assert_eq!(flow.long_size(), None);
        carry(&mut flow, 250e3, Duration::from_millis(600), 60);
        let long = flow.long_size().unwrap_or(0);
        assert!(long > 2_000_000 && long + CRUMB <= MAX_PUT as u64, "{long}");
        flow.life = Some(1_500_000.0);
        flow.alive = 0.0;
        assert_eq!(flow.long_size(), Some(750_000));
    }

    #[test]
    fn a_queue_is_not_taken_for_a_long_way_and_a_handshake_not_for_long() {
        let (trip, ms) = (Trip::default(), Duration::from_millis);
        assert_eq!(trip.least(), None);
        trip.took(ms(1200), true);
        trip.took(ms(600), false);
        for _ in 0..100 {
            trip.took(ms(3000), false);
        }
        assert_eq!(trip.least(), Some(ms(600)));
        trip.took(ms(900), true);
        assert_eq!(trip.least(), Some(ms(660)));
        for _ in 0..5 {
            trip.took(ms(900), true);
        }
        assert_eq!(trip.least(), Some(ms(900)), "another way to the hub");
    }
}
