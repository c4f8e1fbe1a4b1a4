//! Long calls: one at a time carries a large file over a quick line, and never stands before what is urgent for more
//! than a few seconds.
//!
//! A body is given to the network little by little, at most at three times what the line was measured to carry. Else
//! what was given stands in buffers that nobody can take it out of: a proxy's, a satellite modem's. A closer pace was
//! tried: after each redial the kernel, which has little to send, learns the line slowly. A second call
//! that begins to give while the first waits for its answer was tried: at a redial both lose what is under way, and the
//! line carried less.

use super::hold::Hold;
use super::journey::Journey;
use super::porter::Porter;
use crate::transport::{Feed, PIECE, Pending};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Bytes given at once: a measure that is too low must not make the line rest.
const AT_ONCE: f64 = 256.0 * 1024.0;
/// How far a call is, is told whenever so many bytes more went: about once a second where the line is just quick.
const TOLD: usize = 4 * PIECE;

/// How a long call goes.
#[derive(Clone)]
pub(super) struct Way {
    /// What is urgent goes first.
    pub hold: Hold,
    /// Bytes per second to give.
    pub pace: f64,
}

/// A long call on its way.
pub(super) struct Flowing {
    way: Way,
    tell: Porter,
    journey: Journey,
    /// Bytes that go, and bytes of the file that they are.
    scale: (usize, u64),
    given: Arc<AtomicUsize>,
    /// Since when bytes are given; later by as long as it was held.
    since: Mutex<Option<Instant>>,
}

impl Flowing {
    /// A call of these bytes, that are so many of the file's.
    pub fn new(
        way: Way,
        tell: Porter,
        journey: Journey,
        scale: (usize, u64),
        given: Arc<AtomicUsize>,
    ) -> Self {
        Self {
            way,
            tell,
            journey,
            scale,
            given,
            since: Mutex::default(),
        }
    }

    /// Waits for what is urgent, and for the pace.
    async fn wait(&self, given: usize) {
        let held = Instant::now();
        self.way.hold.free().await;
        let since = self.since(held.elapsed());
        sleep_until(since + due(given, self.way.pace)).await;
    }

    fn since(&self, held: Duration) -> Instant {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = since.map_or_else(Instant::now, |since| since + held);
        *since = Some(moved);
        moved
    }

    fn say(&self, given: usize) {
        let (going, plain) = self.scale;
        let so_far = plain * given as u64 / going.max(1) as u64;
        self.tell.say(self.journey.on_its_way(so_far.min(plain)));
    }
}

/// When a call has given so many bytes, at the earliest.
#[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
fn due(given: usize, pace: f64) -> Duration {
    let ahead = (given as f64 - AT_ONCE).max(0.0);
    Duration::try_from_secs_f64(ahead / pace.max(1.0)).unwrap_or_default()
}

impl fmt::Debug for Flowing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_struct("Flowing");
        told.field("scale", &self.scale).finish_non_exhaustive()
    }
}

impl Feed for Flowing {
    fn next(&self, given: usize) -> Pending<'_, ()> {
        self.given.store(given, Relaxed);
        if given > 0 && given.is_multiple_of(TOLD) {
            self.say(given);
        }
        Box::pin(self.wait(given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_goes_at_once_and_the_rest_at_its_pace() {
        assert_eq!(due(0, 100_000.0), Duration::ZERO);
        assert_eq!(due(256 * 1024, 100_000.0), Duration::ZERO);
        assert_eq!(
            due(256 * 1024 + 250_000, 100_000.0),
            Duration::from_millis(2500)
        );
    }
}
