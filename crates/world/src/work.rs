//! Where work that waits for a disk is done.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where work that waits for a disk is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Work {
    /// On threads of their own: those of the runtime must not wait for a disk.
    #[default]
    Threads,
    /// At once, by who asks: one thread and one order, for simulations.
    Inline,
}

/// The work panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked;

impl std::fmt::Display for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the work panicked")
    }
}

impl std::error::Error for Panicked {}

impl Work {
    /// Does it, and waits for it.
    ///
    /// # Errors
    /// [`Panicked`], also where the runtime ends before the work began.
    pub async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Panicked> {
        match self {
            Self::Threads => tokio::task::spawn_blocking(work)
                .await
                .map_err(|_| Panicked),
            Self::Inline => catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked),
        }
    }
}
