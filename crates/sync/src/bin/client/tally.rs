//! What the calls of this process carried to the hub.

use std::sync::atomic::{AtomicU64, Ordering};
use sync::CallError;
use sync::transport::{Pending, Request, Response, Transport};

static CALLS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// Calls that were answered whole, and the bytes of their bodies as they were sent. What any other call carried is
/// offered again, even where the hub had it.
pub(crate) fn answered() -> (u64, u64) {
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    (read(&CALLS), read(&BYTES))
}

/// A way to the hub whose answered calls count.
pub(crate) struct Counted<T>(pub T);

impl<T: Transport> Transport for Counted<T> {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, CallError>> {
        Box::pin(async move {
            let bytes = u64::try_from(request.body.len()).unwrap_or(u64::MAX);
            let answer = self.0.send(request).await?;
            if answer.cut.is_none() {
                CALLS.fetch_add(1, Ordering::Relaxed);
                BYTES.fetch_add(bytes, Ordering::Relaxed);
            }
            Ok(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync::transport::{Method, Patience};

    /// Answers whole, in part, or not at all.
    struct Hub(Option<Option<CallError>>);

    impl Transport for Hub {
        fn send(&self, _: Request) -> Pending<'_, Result<Response, CallError>> {
            Box::pin(async {
                let cut = self.0.clone().ok_or(CallError::Stalled)?;
                Ok(Response {
                    cut,
                    ..Response::default()
                })
            })
        }
    }

    #[tokio::test]
    async fn a_call_counts_where_it_was_answered_whole() {
        for hub in [Some(None), Some(Some(CallError::Stalled)), None, Some(None)] {
            let request = Request {
                method: Method::Post,
                path: "/",
                authorization: None,
                zstd: false,
                body: vec![0; 100],
                feed: None,
                large: false,
                patience: Patience::default(),
                limit: 0,
            };
            let _ = Counted(Hub(hub)).send(request).await;
        }
        assert_eq!(answered(), (2, 200));
    }
}
