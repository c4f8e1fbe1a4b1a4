//! What the lanes share: the workspace, the way to the hub, who is told.

use super::flow::Trip;
use super::gentle::Gentle;
use super::skipped::Skipped;
use super::{CallReport, Lane, Pace, Report, URGENT};
use crate::CallError;
use crate::client::{HubClient, Weighed};
use crate::clock::Clock;
use crate::engine::limits::Gates;
use crate::transport::Patience;
use domain::{FileId, FileRef};
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Store, StoreError};
use tokio::sync::mpsc;
use tokio::time::Instant;
use world::Work;

/// What a lane carries with. Cheap to clone.
#[derive(Clone)]
pub(in crate::engine) struct Porter {
    pub store: Store,
    pub client: HubClient,
    pub clock: Arc<dyn Clock>,
    pub work: Work,
    pub pace: Pace,
    pub tell: mpsc::UnboundedSender<Report>,
    pub(super) skipped: Skipped,
    /// How what is urgent goes beside a large file.
    pub gentle: Gentle,
    /// How long a small call takes.
    pub(super) trip: Trip,
    /// How often a lane had something to say.
    said: Arc<AtomicU64>,
    /// Which files go now, by what people limit.
    pub gate: Gates,
    /// Files of which the hub is asked whether it still has them.
    doubtful: Arc<Mutex<BTreeSet<FileId>>>,
}

impl Porter {
    pub fn new(
        store: Store,
        client: HubClient,
        clock: Arc<dyn Clock>,
        work: Work,
        pace: Pace,
        tell: mpsc::UnboundedSender<Report>,
    ) -> Self {
        Self {
            store,
            client,
            clock,
            work,
            pace,
            tell,
            skipped: Skipped::default(),
            gentle: Gentle::default(),
            trip: Trip::default(),
            said: Arc::default(),
            gate: Gates::default(),
            doubtful: Arc::default(),
        }
    }

    /// Does work on the database away from the runtime's threads.
    pub async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, CallError> {
        let store = self.store.clone();
        match self.work.run(move || work(&store)).await {
            Ok(result) => result.map_err(|error| CallError::Local(error.to_string())),
            Err(panicked) => Err(CallError::Local(panicked.to_string())),
        }
    }

    /// Makes a call, and reports it. Gives how long it took as well.
    pub async fn call<T, F>(
        &self,
        patience: Duration,
        call: impl FnOnce(HubClient) -> F,
    ) -> (Result<T, CallError>, Duration)
    where
        F: Future<Output = Result<Weighed<T>, CallError>>,
    {
        self.call_with(patience, &AtomicUsize::new(0), call).await
    }

    /// The same, knowing at each moment how many bytes were given to the network: they count where the call is cut.
    pub async fn call_with<T, F>(
        &self,
        patience: Duration,
        given: &AtomicUsize,
        call: impl FnOnce(HubClient) -> F,
    ) -> (Result<T, CallError>, Duration)
    where
        F: Future<Output = Result<Weighed<T>, CallError>>,
    {
        let at = self.clock.now();
        let began = Instant::now();
        let client = self.client.with_patience(Patience {
            first: patience,
            next: patience,
        });
        let answer = call(client).await;
        let took = began.elapsed();
        let outcome = answer
            .as_ref()
            .map(|answer| answer.weight)
            .map_err(Clone::clone);
        let given = given.load(Relaxed);
        self.say(Report::Call(CallReport {
            at,
            took,
            given,
            outcome,
        }));
        (answer.map(|answer| answer.value), took)
    }

    /// How often a lane had something to say: one that ends without a word did nothing.
    pub fn said(&self) -> u64 {
        self.said.load(Relaxed)
    }

    pub fn say(&self, report: Report) {
        self.said.fetch_add(1, Relaxed);
        // The courier may have ended.
        let _ = self.tell.send(report);
    }

    /// The files of a lane, the most pressing first.
    pub async fn uploads(&self, lane: Lane) -> Result<Vec<FileId>, CallError> {
        let queue = self.on_disk(Store::upload_queue).await?;
        let mine = |new: u64| (new <= URGENT) == (lane == Lane::Urgent);
        Ok(queue
            .into_iter()
            .filter(|waiting| mine(waiting.new) && !self.skips(&waiting.file))
            .filter(|waiting| self.gate.lets_up(&waiting.file))
            .map(|waiting| waiting.file)
            .collect())
    }

    /// The files to fetch, the most wanted first.
    pub async fn downloads(&self) -> Result<Vec<FileRef>, CallError> {
        if !self.gate.lets_down() {
            return Ok(Vec::new());
        }
        let mut files = self.on_disk(Store::files_to_download).await?;
        files.retain(|file| !self.skips(&file.id));
        Ok(files)
    }

    /// Whether a lane has anything to carry.
    pub async fn has_work(&self, lane: Lane) -> Result<bool, CallError> {
        Ok(match lane {
            Lane::Down => !self.downloads().await?.is_empty(),
            Lane::Urgent if !self.doubts().is_empty() => true,
            lane => !self.uploads(lane).await?.is_empty(),
        })
    }

    pub fn skips(&self, file: &FileId) -> bool {
        self.skipped.skips(file, self.pace.skip)
    }

    fn doubts(&self) -> MutexGuard<'_, BTreeSet<FileId>> {
        self.doubtful.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hub is to be asked whether it still has these files.
    pub fn confirm(&self, files: Vec<FileId>) {
        self.doubts().extend(files);
    }

    /// A file of which the hub is to be asked whether it has it.
    pub fn doubtful(&self) -> Option<FileId> {
        self.doubts().first().cloned()
    }

    /// The hub was asked.
    pub fn settled(&self, file: &FileId) {
        self.doubts().remove(file);
    }

    /// The hub may have lost what it had.
    pub fn forget(&self) {
        self.doubts().clear();
        self.skipped.clear();
    }
}
