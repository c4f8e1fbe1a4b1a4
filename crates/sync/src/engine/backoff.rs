//! How long to wait before the next try.

use std::time::Duration;

/// Exponential back-off with full jitter: a province of PCs that lost the same line must not come back
/// in step.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// A try failed: how long to wait, at most `ceiling`. `roll` is a random number.
    pub fn after_failure(&mut self, base: Duration, ceiling: Duration, roll: u32) -> Duration {
        let doublings = self.failures.min(16);
        self.failures = self.failures.saturating_add(1);
        let most = base.saturating_mul(1 << doublings).min(ceiling);
        // Never at once: a refused connection costs nothing, and a loop of them all of the processor.
        spread(base / 5, most, roll)
    }

    /// A try succeeded.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A time between two, chosen by a random number.
pub(super) fn spread(least: Duration, most: Duration, roll: u32) -> Duration {
    let width = most.saturating_sub(least);
    least + width.mul_f64(f64::from(roll) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn the_longest_wait_doubles_up_to_the_ceiling_and_a_success_starts_over() {
        let mut backoff = Backoff::default();
        let mut longest = || backoff.after_failure(S, 10 * S, u32::MAX).as_secs();
        assert_eq!(
            [longest(), longest(), longest(), longest(), longest()],
            [1, 2, 4, 8, 10]
        );
        backoff.reset();
        assert_eq!(backoff.after_failure(S, 10 * S, u32::MAX), S);
    }

    #[test]
    fn the_shortest_wait_is_never_nothing() {
        let mut backoff = Backoff { failures: 100 };
        assert_eq!(backoff.after_failure(S, 60 * S, 0), S / 5);
    }
}
