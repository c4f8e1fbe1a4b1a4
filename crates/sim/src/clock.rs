//! Clocks that follow virtual time, each with its own error.

use domain::UnixMs;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::Instant;

/// A working day in autumn 2026.
const START: UnixMs = 1_790_000_000_000;

/// A clock.
#[derive(Debug)]
pub struct Clock {
    since: Instant,
    off: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            off: AtomicI64::new(0),
        }
    }
}

impl Clock {
    /// What it shows, in milliseconds since 1970.
    pub fn time(&self) -> UnixMs {
        let elapsed = i64::try_from(self.elapsed().as_millis()).unwrap_or(0);
        START + elapsed + self.off.load(Relaxed)
    }

    /// Virtual time since the story began.
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// Moves it, by milliseconds.
    pub fn shift(&self, by: i64) {
        self.off.fetch_add(by, Relaxed);
    }

    /// How wrong it is, in milliseconds.
    pub fn off(&self) -> i64 {
        self.off.load(Relaxed)
    }

    /// A clock that is as wrong as this one.
    pub fn copy(&self) -> Self {
        Self {
            since: self.since,
            off: AtomicI64::new(self.off()),
        }
    }
}

impl sync::Clock for Clock {
    fn now(&self) -> UnixMs {
        self.time()
    }
}
