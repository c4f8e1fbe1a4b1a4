//! What was measured.

use crate::Outcome;
use serde_json::{Value, json};
use std::time::Duration;

/// One part of the measurement.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) operations: u64,
    pub(crate) took: Duration,
    /// Of every call, in the order of their ends.
    pub(crate) latencies: Vec<Duration>,
    /// Processor time of what is measured.
    pub(crate) busy: Cpu,
    /// Processor time of the generator beside it.
    pub(crate) own: Cpu,
}

impl Figures {
    pub(crate) fn json(&self) -> Value {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let seconds = self.took.as_secs_f64();
        json!({
            "operations": self.operations,
            "seconds": seconds,
            "ops_per_s": float(self.operations) / seconds,
            "p50_ms": ms(&sorted, 0.5),
            "p99_ms": ms(&sorted, 0.99),
            "worst_ms": ms(&sorted, 1.0),
            "cores": self.busy.total() / seconds,
            "cores_kernel": self.busy.kernel / seconds,
            "cores_generator": self.own.total() / seconds,
        })
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "counts far below 2^52"
)]
fn float(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index into the very list"
)]
fn ms(sorted: &[Duration], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = (last as f64 * share).ceil() as usize;
    Some(sorted.get(at)?.as_secs_f64() * 1000.0)
}

/// Processor time, in seconds.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cpu {
    pub(crate) user: f64,
    pub(crate) kernel: f64,
}

impl Cpu {
    /// Of a process so far; `self` for this one.
    pub(crate) fn of(process: &str) -> Outcome<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let mut fields = fields.split_whitespace().skip(11);
        // Linux counts in hundredths of a second.
        let mut next =
            || -> Outcome<f64> { Ok(fields.next().ok_or("no times")?.parse::<f64>()? / 100.0) };
        Ok(Self {
            user: next()?,
            kernel: next()?,
        })
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            user: self.user - before.user,
            kernel: self.kernel - before.kernel,
        }
    }

    fn total(self) -> f64 {
        self.user + self.kernel
    }
}
