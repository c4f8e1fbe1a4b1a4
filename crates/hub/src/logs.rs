//! The comuni's databases: all are known, those in use are open, and no more than a bound.

use crate::storage::LogStore;
use domain::ComuneId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The databases by comune, and which were used last.
pub(crate) struct Logs {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    stores: BTreeMap<ComuneId, (Arc<dyn LogStore>, u64)>,
    /// The open ones by their last use.
    open: BTreeMap<u64, ComuneId>,
    uses: u64,
}

impl Logs {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            kept: Mutex::default(),
        }
    }

    /// A comune's database, made by `open` when first asked for. The one that was not asked for longest may
    /// be closed meanwhile.
    pub(crate) fn get<E>(
        &self,
        id: &ComuneId,
        open: impl FnOnce() -> Result<Arc<dyn LogStore>, E>,
    ) -> Result<Arc<dyn LogStore>, E> {
        let mut kept = self.lock();
        let store = match kept.stores.get(id) {
            Some((store, _)) => store.clone(),
            None => open()?,
        };
        let idle = kept.used(id, &store, self.most);
        drop(kept);
        // It writes its log back to its file, which takes a moment.
        if let Some(idle) = idle {
            idle.close();
        }
        Ok(store)
    }

    /// Every database that is there.
    pub(crate) fn all(&self) -> Vec<(ComuneId, Arc<dyn LogStore>)> {
        let kept = self.lock();
        let stores = kept.stores.iter();
        stores
            .map(|(id, (store, _))| (id.clone(), store.clone()))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Notes a use; gives the database to close, where one is open too many.
    fn used(
        &mut self,
        id: &ComuneId,
        store: &Arc<dyn LogStore>,
        most: usize,
    ) -> Option<Arc<dyn LogStore>> {
        self.uses += 1;
        let before = self.stores.insert(id.clone(), (store.clone(), self.uses));
        if let Some((_, last)) = before {
            self.open.remove(&last);
        }
        self.open.insert(self.uses, id.clone());
        if self.open.len() <= most {
            return None;
        }
        let (_, oldest) = self.open.pop_first()?;
        self.stores.get(&oldest).map(|(store, _)| store.clone())
    }
}
