//! Files that could not be carried for a reason of their own; the others must not wait for them.

use crate::CallError;
use domain::FileId;
use domain::line::Fault;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The files, since when, and why.
#[derive(Clone, Default)]
pub(super) struct Skipped(Arc<Mutex<BTreeMap<FileId, (Instant, CallError)>>>);

impl Skipped {
    fn held(&self) -> MutexGuard<'_, BTreeMap<FileId, (Instant, CallError)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a file alone for a while.
    pub fn add(&self, file: &FileId, why: &CallError) {
        tracing::warn!(%why, "a file was left alone");
        self.held()
            .insert(file.clone(), (Instant::now(), why.clone()));
    }

    /// Whether a file is left alone.
    pub fn skips(&self, file: &FileId, pause: Duration) -> bool {
        let left_alone = |(since, _): &(Instant, CallError)| since.elapsed() < pause;
        self.held().get(file).is_some_and(left_alone)
    }

    /// The files that were left alone and not carried since, and why.
    pub fn all(&self) -> BTreeMap<FileId, Fault> {
        let held = self.held();
        let why = held.iter().map(|(file, (_, why))| (file, why.fault()));
        why.map(|(file, why)| (file.clone(), why)).collect()
    }

    /// A file was carried after all.
    pub fn remove(&self, file: &FileId) {
        self.held().remove(file);
    }

    /// That the hub has no room for a file, where one waits for it.
    pub fn no_room(&self) -> Option<CallError> {
        let held = self.held();
        let mut why = held.values().map(|(_, why)| why);
        why.find(|why| why.no_room()).cloned()
    }

    /// All are tried again.
    pub fn clear(&self) {
        self.held().clear();
    }
}

/// A failure that concerns one file, not the line.
pub(super) fn of_the_file(error: &CallError) -> bool {
    matches!(
        error,
        CallError::NotFound
            | CallError::Forbidden
            | CallError::Malformed(_)
            | CallError::Local(_)
            | CallError::TooLarge
            | CallError::Full
            | CallError::Quota
    )
}
