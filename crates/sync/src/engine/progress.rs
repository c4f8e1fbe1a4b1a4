//! What is told of the line and of a transfer under way: what was seen of it, seldom enough to be read.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// Told at most this often.
const RHYTHM: Duration = Duration::from_millis(500);
/// Calls that moved fewer bytes tell the round trip, the others what the line carries.
pub(super) const SMALL: u64 = 2 * 1024;
/// What the line carries is that of the last so many seconds in which it carried anything.
const LATELY: Duration = Duration::from_secs(60);
/// The longest stretch.
const PIECE: Duration = Duration::from_secs(10);
/// Weight of the newest round trip.
const NEWEST: f64 = 0.3;

/// When something was last told.
#[derive(Debug, Default)]
pub(super) struct Rhythm(Option<Instant>);

impl Rhythm {
    /// Whether it is time to tell again; if so, it counts as told.
    pub fn beats(&mut self, now: Instant) -> bool {
        if self.0.is_some_and(|told| now - told < RHYTHM) {
            return false;
        }
        self.0 = Some(now);
        true
    }
}

/// What was seen of the line. Calls may go beside each other.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// When the line was in use, and the bytes it carried, the newest last; no two overlap.
    stretches: VecDeque<Stretch>,
    round_trip: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: Instant,
    to: Instant,
    bytes: u64,
}

impl Seen {
    /// A call that ended at this time moved this many bytes, both ways, and took so long.
    pub fn call(&mut self, to: Instant, bytes: u64, took: Duration) {
        if bytes < SMALL {
            let old = self.round_trip.unwrap_or(took);
            self.round_trip = Some(old.mul_f64(1.0 - NEWEST) + took.mul_f64(NEWEST));
            return;
        }
        let from = to.checked_sub(took).unwrap_or(to);
        self.join(Stretch { from, to, bytes });
        self.forget();
    }

    /// Calls beside each other are one stretch, up to a length that can be forgotten piece by piece.
    fn join(&mut self, new: Stretch) {
        match self.stretches.back_mut() {
            Some(last) if new.from < last.to && last.to - last.from < PIECE => {
                last.from = last.from.min(new.from);
                last.to = new.to;
                last.bytes += new.bytes;
            }
            last => {
                let free = last.map_or(new.from, |last| last.to.max(new.from));
                self.stretches.push_back(Stretch { from: free, ..new });
            }
        }
    }

    fn forget(&mut self) {
        while self.stretches.len() > 1 && self.busy() > LATELY {
            self.stretches.pop_front();
        }
    }

    fn busy(&self) -> Duration {
        let lengths = self.stretches.iter().map(|it| it.to - it.from);
        lengths.sum()
    }

    /// What the line carried lately, in bytes per second; `None` before it was seen.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an estimate, and positive"
    )]
    pub fn goodput(&self) -> Option<u64> {
        let bytes: u64 = self.stretches.iter().map(|it| it.bytes).sum();
        let seconds = self.busy().as_secs_f64().max(0.001);
        (bytes > 0).then_some((bytes as f64 / seconds) as u64)
    }

    /// The time of a small call; `None` before there was one.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }
}

/// The two leading digits of a measure: more would be told, and change, without being known.
pub(super) fn two_digits(measure: u64) -> u64 {
    let digits = measure.checked_ilog10().unwrap_or(0).saturating_sub(1);
    let unit = 10_u64.saturating_pow(digits);
    measure.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn a_measure_has_two_digits() {
        let told = [0, 7, 16, 149, 151, 15_999, 1_949_000].map(two_digits);
        assert_eq!(told, [0, 7, 16, 150, 150, 16_000, 1_900_000]);
        assert_eq!(two_digits(u64::MAX) % 1_000_000, 0);
    }

    #[test]
    fn a_hundred_steps_in_ten_seconds_are_told_twenty_times() {
        let (mut rhythm, mut now, mut told) = (Rhythm::default(), Instant::now(), 0);
        for _ in 0..100 {
            told += u32::from(rhythm.beats(now));
            now += S / 10;
        }
        assert_eq!(told, 20);
    }

    #[test]
    fn a_line_carries_as_much_with_two_calls_beside_each_other_as_with_one() {
        let (mut one, mut two) = (Seen::default(), Seen::default());
        assert_eq!(one.goodput(), None);
        let mut now = Instant::now() + 100 * S;
        for _ in 0..100 {
            now += S;
            one.call(now, 16_000, S);
            two.call(now, 8_000, 2 * S);
            two.call(now, 8_000, 2 * S);
        }
        assert_eq!(one.goodput(), Some(16_000));
        let two = two.goodput().unwrap_or(0);
        assert!((14_000..=16_000).contains(&two), "{two}");
    }

    #[test]
    fn what_was_seen_an_hour_ago_is_forgotten_when_the_line_is_seen_again() {
        let mut seen = Seen::default();
        let mut now = Instant::now() + 100 * S;
        for bytes in [[100_000; 70], [10_000; 70]].concat() {
            now += 2 * S;
            seen.call(now, bytes, S);
        }
        assert_eq!(seen.goodput(), Some(10_000));
        seen.call(now, 300, S / 2);
        assert_eq!(seen.round_trip(), Some(S / 2));
    }
}
