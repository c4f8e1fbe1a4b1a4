//! Long calls: one connection after the other carries a large file over a quick line, and never stands before what is
//! urgent for more than a few seconds.
//!
//! A body is given to the network little by little, about as fast as the line was measured to be. Faster, and what
//! was given stands in buffers that nobody can take it out of: the kernel's, a proxy's, a satellite modem's. The next
//! call begins to give when the last one has given everything, so that the line does not rest while the hub answers.

use super::hold::Hold;
use super::journey::Journey;
use super::porter::Porter;
use crate::transport::{Feed, PIECE, Pending};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// Long calls under way at a time: one gives, one waits for its answer.
pub(super) const WINDOW: usize = 2;
/// Bytes given at once: a measure that is too low must not make the line rest.
const AT_ONCE: f64 = 128.0 * 1024.0;
/// How far a call is, is told whenever so many bytes more went: about once a second where the line is just quick.
const TOLD: usize = 4 * PIECE;

/// What the long calls of a lane share: who holds it gives.
#[derive(Clone)]
pub(super) struct Road {
    hold: Hold,
    turn: Arc<Semaphore>,
}

impl Road {
    /// A road on which what is urgent goes first.
    pub fn new(hold: &Hold) -> Self {
        Self {
            hold: hold.clone(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

/// How a long call goes.
#[derive(Clone)]
pub(super) struct Way {
    /// Whose turn it is.
    pub road: Road,
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
    turn: Mutex<Turn>,
}

/// The call's turn on the road.
#[derive(Default)]
struct Turn {
    /// Since when bytes are given; later by as long as it was held.
    since: Option<Instant>,
    road: Option<OwnedSemaphorePermit>,
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
            turn: Mutex::default(),
        }
    }

    /// Waits for the turn, for what is urgent, and for the pace.
    async fn wait(&self, given: usize) {
        let road = match self.turn(|turn| turn.road.is_some()) {
            true => None,
            false => self.way.road.turn.clone().acquire_owned().await.ok(),
        };
        let held = Instant::now();
        self.way.road.hold.free().await;
        let now = Instant::now();
        let since = self.turn(|turn| {
            turn.road = turn.road.take().or(road);
            let since = turn.since.map_or(now, |since| since + (now - held));
            turn.since = Some(since);
            since
        });
        sleep_until(since + due(given, self.way.pace)).await;
        if given + PIECE >= self.scale.0 {
            self.turn(|turn| turn.road = None);
        }
    }

    fn turn<T>(&self, at: impl FnOnce(&mut Turn) -> T) -> T {
        at(&mut self.turn.lock().unwrap_or_else(PoisonError::into_inner))
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
        assert_eq!(due(128 * 1024, 100_000.0), Duration::ZERO);
        assert_eq!(
            due(128 * 1024 + 250_000, 100_000.0),
            Duration::from_millis(2500)
        );
    }
}
