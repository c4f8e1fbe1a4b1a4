//! Finding and mending what differs between this workspace and the log.
//!
//! The hub says that the sums differ; positions in between are compared, sixteen at a time, until the
//! stretch is short; then its entries are fetched and compared one by one, and the entities they belong to
//! are folded anew. Each mending must get further than the one before; one that does not has the log read
//! anew as a whole, once. There is no "reset": the outbox is never touched.

use super::courier::Courier;
use crate::CallError;
use domain::identity::Scope;
use domain::line::Carried;
use protocol::Logged;
use protocol::wire::{DigestRequest, LogRequest};
use std::collections::BTreeMap;
use store::{Repair, Store};

/// Positions compared in one call.
const POINTS: u64 = 16;
/// A stretch of this many positions is fetched.
const SHORT: u64 = 128;
/// Entities folded anew together.
const ENTITIES: usize = 50;
/// Bytes of log asked for at a time, before compression.
const BUDGET: u32 = 256 * 1024;

/// How far mendings of this session got.
#[derive(Debug, Default)]
pub(super) struct Mended {
    up_to: BTreeMap<Scope, u64>,
    /// The log was read anew because a mending led nowhere.
    read_anew: bool,
}

/// What a search for a difference found.
enum Found {
    Nothing,
    /// After the first position, up to the second.
    Stretch(u64, u64),
}

impl Courier {
    /// Mends these scopes, then whatever is noted to be folded anew.
    pub(super) async fn mend(&mut self, diverged: Vec<Scope>) -> Result<(), CallError> {
        for scope in diverged {
            self.mend_scope(&scope).await?;
        }
        self.refold_all().await
    }

    async fn mend_scope(&mut self, scope: &Scope) -> Result<(), CallError> {
        let Found::Stretch(after, to) = self.search(scope).await? else {
            return Ok(());
        };
        tracing::warn!(%scope, after, to, "what was applied differs from the log: mending");
        if self
            .mended
            .up_to
            .get(scope)
            .is_some_and(|up_to| after < *up_to)
        {
            return self.read_anew(scope).await;
        }
        self.mended.up_to.insert(scope.clone(), to);
        let entries = self.fetch_log(scope, (after, to), Vec::new()).await?;
        let scope = scope.clone();
        let compare = move |store: &Store| store.compare(&scope, (after, to), &entries);
        self.on_disk(compare).await?;
        Ok(())
    }

    /// A mending led nowhere: the whole log, once; after that it is for an engineer.
    async fn read_anew(&mut self, scope: &Scope) -> Result<(), CallError> {
        if self.mended.read_anew {
            tracing::error!(%scope, "what was applied differs from the log, and cannot be mended");
            return Ok(());
        }
        self.mended.read_anew = true;
        self.on_disk(Store::reconcile).await
    }

    async fn search(&mut self, scope: &Scope) -> Result<Found, CallError> {
        let wanted = scope.clone();
        let (from, cursor) = self.on_disk(move |store| store.summed(&wanted)).await?;
        let (mut low, mut high) = (from, cursor);
        while high - low > SHORT {
            let points = points(low, high);
            match self.first_that_differs(scope, from, &points).await? {
                None => return Ok(Found::Nothing),
                Some(at) => {
                    let before = at.checked_sub(1).and_then(|at| points.get(at));
                    low = before.copied().unwrap_or(low);
                    high = points.get(at).copied().unwrap_or(high);
                }
            }
        }
        Ok(Found::Stretch(low, high))
    }

    /// The first of the positions at which the sums since `from` differ.
    async fn first_that_differs(
        &mut self,
        scope: &Scope,
        from: u64,
        points: &[u64],
    ) -> Result<Option<usize>, CallError> {
        let at: Vec<u64> = [&[from], points].concat();
        let request = DigestRequest {
            scope: scope.clone(),
            at: at.clone(),
        };
        let client = self.patient();
        let theirs = self
            .measured(0, Carried::Operations, client.digests(&request))
            .await?
            .sums;
        if theirs.len() != at.len() {
            return Err(CallError::NotAHub("it gives other sums than asked".into()));
        }
        let wanted = scope.clone();
        let mine = self.on_disk(move |store| store.sums(&wanted, &at)).await?;
        Ok(first_difference(&mine, &theirs))
    }

    async fn fetch_log(
        &mut self,
        scope: &Scope,
        (mut after, to): (u64, u64),
        entities: Vec<String>,
    ) -> Result<Vec<Logged>, CallError> {
        let mut entries = Vec::new();
        loop {
            let request = LogRequest {
                scope: scope.clone(),
                after,
                to,
                entities: entities.clone(),
                budget: BUDGET,
            };
            let client = self.patient();
            let size = self.budget.size();
            let pull = self
                .measured(size, Carried::Operations, client.log(&request))
                .await?
                .pull;
            entries.extend(pull.entries);
            if !pull.more || pull.to <= after {
                return Ok(entries);
            }
            after = pull.to;
        }
    }

    /// Fetches and folds anew whatever is noted for it.
    pub(super) async fn refold_all(&mut self) -> Result<(), CallError> {
        while let Some(repair) = self.on_disk(|store| store.next_repair(ENTITIES)).await? {
            self.refold(repair).await?;
        }
        Ok(())
    }

    async fn refold(&mut self, repair: Repair) -> Result<(), CallError> {
        let scope = repair.scope.clone();
        let stretch = (0, repair.to);
        let entries = self
            .fetch_log(&scope, stretch, repair.entities.clone())
            .await?;
        let at = self.now();
        let refold = move |store: &Store| store.refold(&repair, &entries, at);
        let applied = self.on_disk(refold).await?;
        self.tell_applied(applied);
        Ok(())
    }
}

/// Positions that part a stretch, its end the last.
fn points(low: u64, high: u64) -> Vec<u64> {
    let step = (high - low).div_ceil(POINTS).max(1);
    let inner = (1..POINTS).map(|at| low + at * step);
    inner.take_while(|at| *at < high).chain([high]).collect()
}

/// Both lists begin with the sum from which the others count.
fn first_difference(mine: &[u64], theirs: &[u64]) -> Option<usize> {
    let (my_start, mine) = mine.split_first()?;
    let (their_start, theirs) = theirs.split_first()?;
    let differ = |(mine, theirs): (&u64, &u64)| {
        mine.wrapping_sub(*my_start) != theirs.wrapping_sub(*their_start)
    };
    mine.iter().zip(theirs).position(differ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_parted_up_to_its_end() {
        assert_eq!(points(0, 3), [1, 2, 3]);
        let long = points(100, 1_100);
        assert_eq!(
            (long.len(), long.first(), long.last()),
            (16, Some(&163), Some(&1_100))
        );
    }

    #[test]
    fn sums_are_compared_from_where_both_begin() {
        let theirs = [5, 6, u64::MAX, 3];
        let mine = [0, 1, u64::MAX - 5, u64::MAX];
        assert_eq!(first_difference(&mine, &theirs), Some(2));
        assert_eq!(first_difference(&theirs, &theirs), None);
    }
}
