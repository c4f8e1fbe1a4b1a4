//! What is urgent, given to a line in whose queue pieces of a large file stand already.
//!
//! The queue of a slow line holds a second or two (32 kB, as modems have it, are 2 s at 128 kbit/s) and drops what comes
//! beyond. Where the end of what was sent is dropped nothing follows that would show it: TCP finds out after two round
//! trips (RFC 8985, 7.2), which behind a full queue are 5 s, and once more if that is lost as well. So what is urgent
//! is given as quickly as the line carries, as the calls of the large file measured it: the queue, which holds a second
//! or more of that file, gets no longer, and the line does not rest.

use crate::transport::{Feed, Pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Bytes given at a time: a quarter of a second of a slow line.
const PIECE: usize = 4 * 1024;
/// The least pace, in bytes per second.
const LEAST: f64 = 1024.0;

/// The pace of everything urgent together. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Gentle(Arc<Mutex<Pace>>);

#[derive(Debug, Default)]
struct Pace {
    /// Bytes per second that the line carries; `None` where nothing of a large file is under way.
    rate: Option<f64>,
    /// When what was given will have gone.
    gone: Option<Instant>,
}

/// A large file that goes up. Dropped, nothing of it is under way.
pub(super) struct Large(Gentle);

impl Gentle {
    /// A large file begins to go up.
    pub(super) fn large(&self) -> Large {
        Large(self.clone())
    }

    /// What a body goes through; `None` where it need not.
    pub fn feed(&self) -> Option<Arc<dyn Feed>> {
        let feed = || Arc::new(self.clone()) as Arc<dyn Feed>;
        self.pace().rate.map(|_| feed())
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Large {
    /// Something of it is under way on a line of so many bytes per second, or nothing is.
    pub fn goes(&self, rate: Option<f64>) {
        self.0.pace().rate = rate;
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        self.goes(None);
    }
}

impl Pace {
    /// When the next piece may go.
    #[expect(clippy::cast_precision_loss, reason = "a few kilobytes")]
    fn turn(&mut self, now: Instant) -> Instant {
        let Some(rate) = self.rate else {
            return now;
        };
        let turn = self.gone.map_or(now, |gone| gone.max(now));
        self.gone = Some(turn + Duration::from_secs_f64(PIECE as f64 / rate.max(LEAST)));
        turn
    }
}

impl Feed for Gentle {
    fn piece(&self) -> usize {
        PIECE
    }

    fn next(&self, _given: usize) -> Pending<'_, ()> {
        let turn = self.pace().turn(Instant::now());
        Box::pin(sleep_until(turn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of so many pieces goes, in milliseconds, where each is given as soon as it may.
    fn goes(gentle: &Gentle, start: Instant, pieces: usize) -> Vec<u128> {
        let mut now = start;
        let mut went = Vec::new();
        for _ in 0..pieces {
            now = gentle.pace().turn(now);
            went.push((now - start).as_millis());
        }
        went
    }

    #[test]
    fn beside_a_large_file_what_is_urgent_goes_as_quickly_as_the_line_carries() {
        let (gentle, start) = (Gentle::default(), Instant::now());
        assert!(gentle.feed().is_none(), "nothing stands in the queue");
        let large = gentle.large();
        large.goes(Some(16.0 * 1024.0));
        assert!(gentle.feed().is_some());
        assert_eq!(goes(&gentle, start, 3), [0, 250, 500]);
        let other = gentle.clone();
        assert_eq!(goes(&other, start, 2), [750, 1000], "they share the pace");
        let later = start + Duration::from_secs(10);
        large.goes(Some(32.0 * 1024.0));
        assert_eq!(goes(&gentle, later, 2), [0, 125]);
        drop(large);
        assert!(gentle.feed().is_none());
        assert_eq!(goes(&gentle, later, 2), [0, 0], "one that goes already");
    }
}
