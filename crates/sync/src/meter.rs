//! Whether the line is paid by what it carries: what the system says of it, where it says anything.

/// Tells whether the line is metered. Asked at most once a minute, on a thread that may wait.
pub trait Meter: Send + Sync + 'static {
    /// Whether it is; `None` where the system does not know.
    fn metered(&self) -> Option<bool>;
}
