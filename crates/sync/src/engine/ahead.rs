//! The exchange under way; while its answer is taken in, the next one is already asked for.
//!
//! Reading a long log, a computer would else work while its line rests, and rest while the line works. Only what is
//! read is asked for ahead, never anything sent: an answer that comes to nothing costs its bytes and changes nothing.

use super::courier::Started;
use super::files::Held;
use crate::CallError;
use crate::client::{HubClient, Weighed};
use protocol::{SyncRequest, SyncResponse};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// What a call came to.
pub(super) type Answer = Result<Weighed<SyncResponse>, CallError>;

/// An exchange under way. Dropped, it is given up.
pub(super) struct Asked {
    pub request: Arc<SyncRequest>,
    pub started: Started,
    /// Files wait while operations go up.
    _held: Option<Held>,
    call: JoinSet<(Answer, Duration)>,
}

impl Asked {
    /// Asks.
    pub fn of(
        client: HubClient,
        request: SyncRequest,
        started: Started,
        held: Option<Held>,
    ) -> Self {
        let request = Arc::new(request);
        let (asked, begun) = (request.clone(), started.instant);
        let mut call = JoinSet::new();
        call.spawn(async move {
            let answer = client.sync(&asked).await;
            (answer, begun.elapsed())
        });
        Self {
            request,
            started,
            _held: held,
            call,
        }
    }

    /// The answer, and how long it was under way.
    pub async fn answer(&mut self) -> (Answer, Duration) {
        let lost = |why: String| (Err(CallError::Local(why)), Duration::ZERO);
        match self.call.join_next().await {
            Some(Ok(answer)) => answer,
            Some(Err(ended)) => lost(ended.to_string()),
            None => lost("an answer is given once".into()),
        }
    }
}

/// What to ask for next, once this answer to this request will have been taken in, but for how much of it; `None` where
/// that is the end, or where it has to be seen first what the answer brings.
pub(super) fn after(request: &SyncRequest, response: &SyncResponse) -> Option<SyncRequest> {
    let same_hub = request.epoch == 0 || request.epoch == response.epoch;
    let more = response.pulls.iter().any(|pull| pull.more);
    if !more || !same_hub || !response.diverged.is_empty() {
        return None;
    }
    let reached = response.pulls.iter().map(|pull| {
        let asked = request.cursors.get(&pull.scope).copied().unwrap_or(0);
        (pull.scope.clone(), pull.to.max(asked))
    });
    Some(SyncRequest {
        protocol: request.protocol,
        epoch: response.epoch,
        cursors: reached.collect(),
        own: request.own,
        ..SyncRequest::default()
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]
    use super::*;
    use domain::identity::Scope;
    use protocol::Pull;

    fn scope(name: &str) -> Scope {
        name.parse().expect("a scope")
    }

    fn pull(name: &str, to: u64, more: bool) -> Pull {
        Pull {
            scope: scope(name),
            entries: Vec::new(),
            to,
            more,
        }
    }

    fn asked() -> SyncRequest {
        SyncRequest {
            epoch: 7,
            cursors: [(scope("005094/sito"), 40), (scope("005001/sito"), 9)].into(),
            own: true,
            ..SyncRequest::default()
        }
    }

    fn answered(pulls: Vec<Pull>) -> SyncResponse {
        SyncResponse {
            epoch: 7,
            pulls,
            ..SyncResponse::default()
        }
    }

    #[test]
    fn the_next_question_begins_where_the_answer_ends() {
        let response = answered(vec![
            pull("005094/sito", 90, true),
            pull("005002/sito", 3, false),
        ]);
        let next = after(&asked(), &response).expect("there is more");
        // A scope that is not listed is not granted any more.
        assert_eq!(
            next.cursors,
            [(scope("005094/sito"), 90), (scope("005002/sito"), 3)].into()
        );
        assert!(next.own && next.epoch == 7 && next.ops.is_empty() && next.digests.is_empty());
    }

    #[test]
    fn nothing_is_asked_ahead_at_the_end_nor_where_the_answer_changes_the_question() {
        let end = answered(vec![pull("005094/sito", 90, false)]);
        assert_eq!(after(&asked(), &end), None);
        let restored = SyncResponse {
            epoch: 8,
            ..answered(vec![pull("005094/sito", 90, true)])
        };
        assert_eq!(after(&asked(), &restored), None);
        let differs = SyncResponse {
            diverged: vec![scope("005094/sito")],
            ..answered(vec![pull("005094/sito", 90, true)])
        };
        assert_eq!(after(&asked(), &differs), None);
    }
}
