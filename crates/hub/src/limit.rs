//! Token buckets in memory.

use crate::error::Failure;
use domain::UnixMs;
use protocol::calls::HubErrorCode;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Above this many buckets, full ones are forgotten: a full bucket is as good as none.
const MANY: usize = 10_000;

struct Bucket {
    tokens: f64,
    at: UnixMs,
}

/// One bucket per key.
pub(crate) struct Limiter {
    per_minute: f64,
    buckets: Mutex<BTreeMap<String, Bucket>>,
}

impl Limiter {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            per_minute: f64::from(per_minute.max(1)),
            buckets: Mutex::default(),
        }
    }

    /// Takes a token, or says after how many seconds there will be one.
    pub(crate) fn take(&self, key: &str, now: UnixMs) -> Result<(), Failure> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > MANY {
            buckets.retain(|_, bucket| self.level(bucket, now) < self.per_minute);
        }
        let bucket = buckets.entry(key.to_owned()).or_insert(Bucket {
            tokens: self.per_minute,
            at: now,
        });
        bucket.tokens = self.level(bucket, now);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(too_many((1.0 - bucket.tokens) * 60.0 / self.per_minute))
    }

    #[expect(clippy::cast_precision_loss, reason = "minutes, not microseconds")]
    fn level(&self, bucket: &Bucket, now: UnixMs) -> f64 {
        let minutes = now.saturating_sub(bucket.at).max(0) as f64 / 60_000.0;
        (bucket.tokens + minutes * self.per_minute).min(self.per_minute)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 60"
)]
fn too_many(seconds: f64) -> Failure {
    let mut failure = Failure::new(HubErrorCode::TooMany, "too many calls; wait");
    failure.retry_after = Some(seconds.ceil().clamp(1.0, 60.0) as u64);
    failure
}

#[cfg(test)]
mod tests {
    use super::Limiter;

    #[test]
    fn a_burst_is_taken_then_one_call_per_share_of_a_minute() {
        let limiter = Limiter::new(6);
        let taken = |now| limiter.take("10.0.0.7", now).is_ok();
        assert!((0..6).all(|_| taken(0)));
        assert_eq!(
            limiter
                .take("10.0.0.7", 0)
                .err()
                .and_then(|f| f.retry_after),
            Some(10)
        );
        assert!(limiter.take("10.0.0.8", 0).is_ok());
        assert!(taken(10_000));
        assert!(!taken(10_001));
    }

    #[test]
    fn a_clock_set_back_gives_no_tokens_and_does_not_panic() {
        let limiter = Limiter::new(1);
        assert!(limiter.take("a", 1_000_000).is_ok());
        assert!(limiter.take("a", 0).is_err());
    }
}
