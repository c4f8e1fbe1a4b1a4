//! How much to carry in one call, and how long to be patient with it, from what the line has shown.

use crate::transport::Patience;
use std::time::Duration;

/// A call carries about this much of the line's time: short enough to lose little when it is cut, long
/// enough that the round trip does not weigh.
const STRETCH: f64 = 6.0;
/// The least and the most bytes in a call.
const SIZE: (f64, f64) = (4.0 * 1024.0, 256.0 * 1024.0);
/// Goodput assumed before anything was measured, in bytes per second: half of an old ADSL upstream.
const UNKNOWN: f64 = 8.0 * 1024.0;
/// Weight of the newest measure.
const NEWEST: f64 = 0.3;
/// Calls below this many bytes measure the round trip, those above it the goodput.
const SMALL: u64 = 2 * 1024;
/// The shortest patience.
const PATIENCE: Duration = Duration::from_secs(6);

/// The measured line.
#[derive(Debug)]
pub(super) struct Budget {
    /// Bytes per second, moving average.
    goodput: f64,
    /// Most bytes in a call: halved by a failure, doubled by a success.
    cap: f64,
    /// Time of a small call, moving average.
    round_trip: Option<Duration>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            goodput: UNKNOWN,
            cap: SIZE.1,
            round_trip: None,
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
        (self.goodput * STRETCH).min(self.cap).clamp(SIZE.0, SIZE.1) as usize
    }

    /// How long a call that sends about `up` bytes may stay without a sign of life. What is sent cannot
    /// be seen arriving, so its time by the measured goodput is added, three times over.
    pub fn patience(&self, up: usize) -> Patience {
        let next = self
            .round_trip
            .map_or(PATIENCE, |rtt| (4 * rtt).max(PATIENCE));
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let sending = Duration::from_secs_f64(3.0 * up as f64 / self.goodput.max(1.0));
        Patience {
            first: next + sending.min(Duration::from_secs(120)),
            next,
        }
    }

    /// A call moved this many bytes, both ways, in this time.
    pub fn moved(&mut self, bytes: u64, elapsed: Duration) {
        self.cap = (self.cap * 2.0).min(SIZE.1);
        if bytes < SMALL {
            let old = self.round_trip.unwrap_or(elapsed);
            self.round_trip = Some(old.mul_f64(1.0 - NEWEST) + elapsed.mul_f64(NEWEST));
            return;
        }
        let moving = elapsed.saturating_sub(self.round_trip.unwrap_or_default());
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let measured = bytes as f64 / moving.as_secs_f64().max(0.001);
        self.goodput = self.goodput * (1.0 - NEWEST) + measured * NEWEST;
    }

    /// A call was cut, or nothing moved, or it was too large.
    pub fn failed(&mut self) {
        self.cap = (self.size_f64() / 2.0).max(SIZE.0);
        self.goodput = (self.goodput / 2.0).max(SIZE.0 / STRETCH);
    }

    fn size_f64(&self) -> f64 {
        (self.goodput * STRETCH).min(self.cap)
    }
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

    #[test]
    fn a_failure_halves_and_successes_bring_it_back() {
        let mut budget = Budget::default();
        for _ in 0..20 {
            budget.moved(256_000, Duration::from_millis(300));
        }
        budget.failed();
        assert_eq!(budget.size(), 128 * 1024);
        budget.failed();
        assert_eq!(budget.size(), 64 * 1024);
        for _ in 0..30 {
            budget.failed();
        }
        assert_eq!(budget.size(), 4 * 1024);
        for _ in 0..30 {
            budget.moved(64_000, Duration::from_millis(300));
        }
        assert_eq!(budget.size(), 256 * 1024);
    }

    #[test]
    fn patience_grows_with_the_round_trip_and_with_what_is_sent() {
        let mut budget = Budget::default();
        assert_eq!(budget.patience(0).next, PATIENCE);
        budget.moved(100, Duration::from_secs(2));
        assert_eq!(budget.patience(0).next, Duration::from_secs(8));
        assert!(budget.patience(32 * 1024).first >= Duration::from_secs(20));
    }
}
