//! How much to carry in one call, and how long to be patient with it, from what the line has shown.

use crate::client::SendTime;
use crate::transport::Patience;
use std::time::Duration;

/// A call takes about this many seconds of the line: short enough to lose little when it is cut, long enough
/// that the round trip does not weigh.
const STRETCH: f64 = 6.0;
/// The first calls, whose line was never cut, take less: nobody knows yet whether it is one that is cut, and the first
/// cut is the dearest.
const FIRST: f64 = 4.5;
/// The least and the most bytes in a call.
const SIZE: (f64, f64) = (4.0 * 1024.0, 256.0 * 1024.0);
/// Goodput assumed before anything was measured, in bytes per second: half of an old ADSL upstream.
const UNKNOWN: f64 = 8.0 * 1024.0;
/// Weight of the newest measure.
const NEWEST: f64 = 0.5;
/// Calls below this many bytes measure the round trip.
const SMALL: usize = 2 * 1024;
/// The shortest patience.
const PATIENCE: Duration = Duration::from_secs(6);

/// A call takes at most this part of the time between two cuts: a cut loses half a call, and so a sixteenth of
/// the line, while longer calls would spend less of it on round trips. A sixth sends more than a tenth of
/// everything twice.
const OF_A_LIFE: f64 = 8.0;
/// Of a short life calls take up to this part, until they last so many seconds: below that, round trips cost more
/// than cuts.
const OF_A_SHORT_LIFE: f64 = 3.0;
const SHORT: f64 = 2.8;

/// The measured line.
#[derive(Debug)]
pub(super) struct Budget {
    /// Bytes per second of calls as they are, round trip included, moving average. So a call that is quicker
    /// than it may be makes the next one larger, whatever the round trip is.
    goodput: f64,
    /// Time spent in calls between two cuts, moving average; `None` before the first cut. Time and not bytes:
    /// smaller calls carry less of it, and would make the next ones smaller still.
    life: Option<Duration>,
    /// Time spent in calls since the last cut.
    alive: Duration,
    /// Bytes in a call at most, where calls fail without one between them that gets through.
    most: f64,
    /// Time of a small call, moving average.
    round_trip: Option<Duration>,
    /// How many times smaller bodies become when they are packed, up and down.
    shrinks: (Shrink, Shrink),
}

/// How many times smaller bodies become when they are packed, moving average.
#[derive(Debug, Clone, Copy)]
struct Shrink(f64);

/// Before anything was packed: what a page of text gives.
const SHRINK: f64 = 6.0;
/// More is not counted on: one page of noise among many texts must not stall a slow line.
const MOST_SHRINK: f64 = 8.0;

impl Default for Shrink {
    fn default() -> Self {
        Self(SHRINK)
    }
}

impl Shrink {
    /// Small bodies say nothing of large ones.
    fn learn(&mut self, plain: u64, packed: u64) {
        if packed < 1024 {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let measured = (plain as f64 / packed as f64).clamp(1.0, MOST_SHRINK);
        self.0 = self.0 * (1.0 - NEWEST) + measured * NEWEST;
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most eight times a size"
    )]
    fn plain(self, packed: usize) -> usize {
        (float(packed) * self.0) as usize
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            goodput: UNKNOWN,
            life: None,
            alive: Duration::ZERO,
            most: SIZE.1,
            round_trip: None,
            shrinks: Default::default(),
        }
    }
}

impl Budget {
    /// Bytes for the next call.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 4 kB and 256 kB"
    )]
    pub fn size(&self) -> usize {
        (self.goodput * self.stretch())
            .min(self.most)
            .clamp(SIZE.0, SIZE.1) as usize
    }

    /// Seconds that a call may take.
    fn stretch(&self) -> f64 {
        let alive = self.alive.as_secs_f64();
        let Some(life) = self.life else {
            return (alive / OF_A_LIFE).clamp(FIRST, STRETCH);
        };
        let life = life.as_secs_f64().max(alive);
        let part = (life / OF_A_SHORT_LIFE).min(SHORT);
        (life / OF_A_LIFE).max(part).min(STRETCH)
    }

    /// Bytes of operations, before they are packed, for the next call: what goes up, what comes down. They are counted
    /// as JSON, which is more than what is packed: a call carries some six tenths of its size.
    pub fn operations(&self) -> (usize, usize) {
        let size = self.size();
        (self.shrinks.0.plain(size), self.shrinks.1.plain(size))
    }

    /// A call had bodies of these sizes before and after packing: up, down.
    pub fn packed(&mut self, up: (u64, u64), down: (u64, u64)) {
        self.shrinks.0.learn(up.0, up.1);
        self.shrinks.1.learn(down.0, down.1);
    }

    /// How long a call may stay without a sign of life. What is sent cannot be seen arriving, so its time by the
    /// measured goodput is added, three times over.
    pub fn patience(&self) -> (Patience, SendTime) {
        let next = self
            .round_trip
            .map_or(PATIENCE, |rtt| (4 * rtt).max(PATIENCE));
        let each = Duration::from_secs_f64(3.0 * 1024.0 / self.goodput.max(1.0));
        (Patience { first: next, next }, SendTime { each_kib: each })
    }

    /// A call moved this many bytes, both ways, in this time.
    pub fn moved(&mut self, bytes: usize, elapsed: Duration) {
        let asked = self.size();
        self.alive += elapsed;
        self.most = (self.most * 4.0).min(SIZE.1);
        if bytes < SMALL {
            let old = self.round_trip.unwrap_or(elapsed);
            self.round_trip = Some((old + elapsed) / 2);
        }
        let measured = float(bytes) / elapsed.as_secs_f64().max(0.001);
        // A call that had little to carry and was quick says only that the line is not slower than that.
        let long = elapsed.as_secs_f64() > self.stretch();
        if long || bytes >= asked / 2 || measured > self.goodput {
            self.goodput = self.goodput * (1.0 - NEWEST) + measured * NEWEST;
        }
    }

    /// A call of this size was cut under way, stalled, or was too large.
    pub fn failed(&mut self, size: usize) {
        if self.alive.is_zero() {
            // It never gets through: it must shrink, whatever the line carried before.
            self.most = (float(size) / 2.0).max(SIZE.0);
            return;
        }
        self.life = Some(match self.life {
            None => self.alive,
            Some(life) => (life + self.alive) / 2,
        });
        self.alive = Duration::ZERO;
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(bytes: usize) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_line_gets_small_calls_and_a_fast_one_large_ones() {
        let mut slow = Budget::default();
        let mut fast = Budget::default();
        for _ in 0..20 {
            slow.moved(16_000, Duration::from_secs(16));
            fast.moved(256_000, Duration::from_millis(300));
        }
        assert!((4_096..7_000).contains(&slow.size()), "{}", slow.size());
        assert_eq!(fast.size(), 256 * 1024);
    }

    /// Carries over a line of `rate` bytes per second that is up for `up` seconds at a time, for `lives` of
    /// them; gives which part of what it could have carried was carried, which was wasted, and the size of a
    /// call in the end.
    fn carry(rate: f64, trip: f64, up: f64, lives: u32) -> (f64, f64, usize) {
        let mut budget = Budget::default();
        let (mut carried, mut wasted) = (0.0, 0.0);
        let took = Duration::from_secs_f64;
        // Before, it was on another line.
        budget.moved(100, took(0.005));
        for _ in 0..lives {
            let mut now = 0.0;
            loop {
                // What it really carries: see `Budget::operations`.
                let size = budget.size() * 6 / 10;
                let moving = float(size) / rate;
                if now + moving + trip > up {
                    wasted += (rate * (up - now)).clamp(0.0, float(size));
                    budget.failed(size);
                    break;
                }
                now += moving + trip;
                carried += float(size);
                budget.moved(size, took(moving + trip));
            }
        }
        let whole = rate * up * f64::from(lives);
        (carried / whole, wasted / whole, budget.size())
    }

    /// Windows get no smaller for having been cut: a hundred are like the first few.
    #[test]
    fn a_line_that_comes_and_goes_is_used_well_for_ever() {
        for (rate, trip, up, least, most) in [
            (16e3, 0.65, 25.0, 0.60, 0.05),
            (16e3, 0.65, 10.0, 0.51, 0.12),
            (8e3, 1.0, 25.0, 0.42, 0.05),
            // The largest call is what bounds it.
            (250e3, 0.8, 60.0, 0.42, 0.02),
            (250e3, 0.05, 1.2, 0.60, 0.15),
        ] {
            for lives in [5, 100] {
                let (carried, wasted, size) = carry(rate, trip, up, lives);
                let told = format!("{rate} {trip} {up} {lives}: {carried} {wasted} {size}");
                assert!(carried > least, "{told}");
                assert!(wasted < most, "{told}");
            }
        }
    }

    #[test]
    fn a_call_that_never_gets_through_shrinks_and_a_line_that_lives_longer_gets_larger_ones() {
        let mut budget = Budget::default();
        budget.moved(8_000_000, Duration::from_secs(1));
        budget.failed(budget.size());
        for _ in 0..10 {
            budget.failed(budget.size());
        }
        assert_eq!(budget.size(), 4 * 1024);
        for _ in 0..90 {
            budget.moved(budget.size(), Duration::from_millis(5));
        }
        assert!(budget.size() > 64 * 1024, "{}", budget.size());
    }

    #[test]
    fn calls_carry_more_operations_where_these_pack_well() {
        let mut budget = Budget::default();
        let before = budget.operations();
        for _ in 0..20 {
            budget.packed((80_000, 10_000), (500, 100));
        }
        let (up, down) = budget.operations();
        assert!(up > before.0 * 5 / 4, "{up}");
        assert_eq!(down, before.1, "small bodies say nothing");
        budget.packed((1, 1 << 20), (0, 0));
        assert!(budget.operations().0 < up);
    }

    #[test]
    fn patience_grows_with_the_round_trip_and_with_what_is_sent() {
        let mut budget = Budget::default();
        assert_eq!(budget.patience().0.next, PATIENCE);
        budget.moved(100, Duration::from_secs(2));
        let (patience, sending) = budget.patience();
        assert_eq!(patience.next, Duration::from_secs(8));
        assert!(patience.first + sending.of(32 * 1024) >= Duration::from_secs(20));
    }
}
