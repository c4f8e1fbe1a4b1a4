//! One operation that the hub fails at must not hold up the others.

use crate::CallError;
use domain::OpId;
use protocol::SyncRequest;

/// Failures at one operation alone before it stands aside.
const FAILURES: u32 = 3;

/// What to try after a call failed at the hub.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing of this kind: the line or the device is the trouble.
    GiveUp,
    /// The same with fewer operations.
    Fewer,
    /// A call without operations, to see whether it is them.
    Probe,
    /// The hub is well but for this operation.
    Park(OpId),
}

/// How many operations a call may carry while the one that fails is looked for.
#[derive(Debug)]
pub(super) struct Isolation {
    most: usize,
    failures: u32,
    /// The operation that failed alone, and whether the hub answers without it is to be seen.
    suspect: Option<OpId>,
}

impl Default for Isolation {
    fn default() -> Self {
        Self {
            most: usize::MAX,
            failures: 0,
            suspect: None,
        }
    }
}

impl Isolation {
    /// Operations for the next call; none for a probe.
    pub fn most(&self) -> usize {
        match self.suspect {
            Some(_) => 0,
            None => self.most,
        }
    }

    /// A call failed.
    pub fn failed(&mut self, request: &SyncRequest, error: &CallError) -> Next {
        if self.suspect.take().is_some() || !at_the_hub(error) {
            // Without operations it fails as well: it is not them.
            self.failures = 0;
            return Next::GiveUp;
        }
        match request.ops.as_slice() {
            [] => Next::GiveUp,
            [op] => {
                self.failures += 1;
                if *error == CallError::TooLarge {
                    return self.park(op.id.clone());
                }
                if self.failures < FAILURES {
                    return Next::Fewer;
                }
                self.suspect = Some(op.id.clone());
                Next::Probe
            }
            ops => {
                self.most = ops.len() / 2;
                Next::Fewer
            }
        }
    }

    /// A call succeeded; where it was a probe, the suspect stands aside.
    pub fn succeeded(&mut self) -> Option<OpId> {
        self.most = self.most.saturating_mul(2);
        let suspect = self.suspect.take();
        self.failures = 0;
        suspect
    }

    fn park(&mut self, op: OpId) -> Next {
        self.failures = 0;
        Next::Park(op)
    }
}

/// The hub had the request and could not take it.
fn at_the_hub(error: &CallError) -> bool {
    matches!(
        error,
        CallError::HubTrouble { .. } | CallError::Malformed(_) | CallError::TooLarge
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::identity::Scope;
    use domain::sito::PageChange;
    use domain::{Change, ComuneId};
    use protocol::Operation;

    const TROUBLE: CallError = CallError::HubTrouble { status: 500 };

    fn request(ops: usize) -> SyncRequest {
        let operation = |n: usize| Operation {
            id: OpId::new(format!("op-{n}")),
            n: 1,
            schema: 1,
            scope: Scope::sito(&ComuneId::new("005094")),
            entity: "e".into(),
            change: Change::Sito(PageChange::Delete),
            at: 0,
        };
        SyncRequest {
            ops: (0..ops).map(operation).collect(),
            ..SyncRequest::default()
        }
    }

    #[test]
    fn the_one_that_fails_is_found_and_stands_aside() {
        let mut isolation = Isolation::default();
        assert_eq!(isolation.failed(&request(5), &TROUBLE), Next::Fewer);
        assert_eq!(isolation.most(), 2);
        assert_eq!(isolation.failed(&request(2), &TROUBLE), Next::Fewer);
        for _ in 1..FAILURES {
            assert_eq!(isolation.failed(&request(1), &TROUBLE), Next::Fewer);
        }
        assert_eq!(isolation.failed(&request(1), &TROUBLE), Next::Probe);
        assert_eq!(isolation.most(), 0);
        assert_eq!(isolation.succeeded(), Some(OpId::new("op-0")));
        assert!(isolation.most() >= 2);
    }

    #[test]
    fn a_hub_that_fails_at_everything_keeps_every_operation() {
        let mut isolation = Isolation::default();
        for _ in 0..FAILURES {
            isolation.failed(&request(1), &TROUBLE);
        }
        assert_eq!(isolation.failed(&request(0), &TROUBLE), Next::GiveUp);
        assert!(isolation.most() > 0);
    }

    #[test]
    fn a_cut_line_is_nobodys_fault() {
        let mut isolation = Isolation::default();
        let cut = CallError::Cut("under way".into());
        assert_eq!(isolation.failed(&request(3), &cut), Next::GiveUp);
        assert_eq!(isolation.most(), usize::MAX);
    }
}
