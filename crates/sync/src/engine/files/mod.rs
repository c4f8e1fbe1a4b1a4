//! Files on their way: lanes of their own, so that what is urgent never waits for what is large.
//!
//! | lane | carries | under way |
//! |---|---|---|
//! | [`Lane::Urgent`] | files up of which little is new | goes at once, beside the operations; [at the pace of the line](gentle) where a large file stands in its queue |
//! | [`Lane::Bulk`] | the other files up | three calls of about a round trip, none new while something urgent goes; on a quick line one [long](long) call after the other, which rests then |
//! | [`Lane::Down`] | files down | three calls of about a round trip |
//!
//! What is large uses connections of its own.
//!
//! A lane is a task that lives while it has something to carry. What it did it tells the courier in
//! [`Report`]s; what is half done it leaves in its [`Desk`] for the next round.

mod download;
mod flow;
mod gentle;
mod hold;
mod journey;
mod long;
mod porter;
mod skipped;
mod upload;

use super::Pace;
use crate::CallError;
use crate::client::Weight;
use crate::transport::Feed;
use domain::line::Fault;
use domain::{FileId, UnixMs};
use download::Downloads;
pub(super) use hold::Held;
use hold::Hold;
pub(super) use porter::Porter;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use upload::Uploads;

/// New bytes of a file that goes at once, at most.
const URGENT: u64 = 256 * 1024;
/// How long it is believed that the hub has what it had.
const BELIEVED: Duration = Duration::from_secs(24 * 3600);

/// A way for files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Files up of which little is new.
    Urgent,
    /// The other files up.
    Bulk,
    /// Files down.
    Down,
}

/// What a lane did.
#[derive(Debug)]
pub(super) enum Report {
    /// A call ended.
    Call(CallReport),
    /// The hub has the whole file.
    Uploaded(FileId),
    /// The file is here, whole.
    Downloaded(FileId),
    /// How far a file is.
    Progress {
        /// Which.
        file: FileId,
        /// It goes up.
        up: bool,
        /// Bytes that are where they should be.
        done: u64,
        /// All its bytes.
        size: u64,
    },
}

/// A call of a lane, for the log of attempts and the budget.
#[derive(Debug)]
pub(super) struct CallReport {
    /// When it began, by the clock on the wall.
    pub at: UnixMs,
    /// How long it took.
    pub took: Duration,
    /// Bytes of a body that were given to the network; 0 where that is not counted.
    pub given: usize,
    /// What became of it.
    pub outcome: Result<Weight, CallError>,
}

/// The lanes, and what they leave for the next round.
pub(super) struct Lanes {
    porter: Porter,
    hold: Hold,
    uploads: [Arc<Mutex<Uploads>>; 2],
    downloads: Arc<Mutex<Downloads>>,
    running: JoinSet<(Lane, Result<(), CallError>)>,
    /// The lanes that run, and how much had been said when they began.
    busy: BTreeMap<Lane, u64>,
    /// Lanes that ended without doing anything, though there was something to do: they rest.
    fruitless: BTreeMap<Lane, Instant>,
    reports: mpsc::UnboundedReceiver<Report>,
    /// When it was last asked whether the hub still has what it had.
    confirmed: Option<Instant>,
}

impl Lanes {
    pub fn new(porter: Porter, reports: mpsc::UnboundedReceiver<Report>) -> Self {
        Self {
            uploads: uploads_of(&porter),
            porter,
            hold: Hold::default(),
            downloads: Arc::default(),
            running: JoinSet::new(),
            busy: BTreeMap::new(),
            fruitless: BTreeMap::new(),
            reports,
            confirmed: None,
        }
    }

    /// Something urgent goes while this is held: no large call begins.
    pub fn hold(&self) -> Held {
        self.hold.hold()
    }

    /// What the body of something urgent goes through while a large file goes.
    pub fn gently(&self) -> Option<Arc<dyn Feed>> {
        self.porter.gentle.feed()
    }

    /// Starts the lanes that have something to carry and do not run.
    pub async fn start(&mut self) -> Result<(), CallError> {
        if self.confirmed.is_none_or(|at| at.elapsed() > BELIEVED) {
            self.confirmed = Some(Instant::now());
            let files = self.porter.on_disk(Store::files_to_confirm).await?;
            self.porter.confirm(files);
        }
        for lane in [Lane::Urgent, Lane::Bulk, Lane::Down] {
            if !self.busy.contains_key(&lane) && self.may_work(lane).await? {
                self.start_lane(lane);
            }
        }
        Ok(())
    }

    fn start_lane(&mut self, lane: Lane) {
        let mut porter = self.porter.clone();
        if lane != Lane::Urgent {
            porter.client = porter.client.large();
        }
        let hold = self.hold.clone();
        self.busy.insert(lane, self.porter.said());
        match lane {
            Lane::Urgent | Lane::Bulk => {
                let [urgent, bulk] = &self.uploads;
                let desk = if lane == Lane::Urgent { urgent } else { bulk }.clone();
                self.running.spawn(async move {
                    let _held = (lane == Lane::Urgent).then(|| hold.hold());
                    (lane, desk.lock_owned().await.run(&porter, &hold).await)
                });
            }
            Lane::Down => {
                let desk = self.downloads.clone();
                self.running.spawn(async move {
                    (lane, desk.lock_owned().await.run(&porter, &hold).await)
                });
            }
        }
    }

    /// Whether any lane has something to carry.
    pub async fn has_work(&self) -> Result<bool, CallError> {
        for lane in [Lane::Urgent, Lane::Bulk, Lane::Down] {
            if self.may_work(lane).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A lane that found nothing to do in what there is must not be asked again at once, and again.
    async fn may_work(&self, lane: Lane) -> Result<bool, CallError> {
        let rests = |since: &Instant| since.elapsed() < self.porter.pace.skip;
        match self.fruitless.get(&lane).is_some_and(rests) {
            true => Ok(false),
            false => self.porter.has_work(lane).await,
        }
    }

    /// That the hub has no room for a file, where one waits for it.
    pub fn no_room(&self) -> Option<CallError> {
        self.porter.skipped.no_room()
    }

    /// A small call that is no file's took so long.
    pub fn took(&self, took: Duration) {
        self.porter.trip.took(took, self.idle());
    }

    /// Files that could not be carried for a reason of their own.
    pub fn left_alone(&self) -> BTreeMap<FileId, Fault> {
        self.porter.skipped.all()
    }

    /// No lane runs.
    pub fn idle(&self) -> bool {
        self.running.is_empty()
    }

    /// The next thing that a lane has to say, or its end.
    pub async fn next(&mut self) -> Step {
        tokio::select! {
            biased;
            Some(report) = self.reports.recv() => Step::Report(report),
            Some(ended) = self.running.join_next() => Step::Ended(self.ended(ended)),
            else => Step::Ended(Ok(())),
        }
    }

    fn ended(
        &mut self,
        ended: Result<(Lane, Result<(), CallError>), tokio::task::JoinError>,
    ) -> Result<(), CallError> {
        match ended {
            Ok((lane, outcome)) => {
                let began = self.busy.remove(&lane);
                if began == Some(self.porter.said()) {
                    tracing::warn!(?lane, "a lane did nothing, and rests");
                    self.fruitless.insert(lane, Instant::now());
                }
                outcome
            }
            Err(panicked) => {
                self.busy.clear();
                Err(CallError::Local(panicked.to_string()))
            }
        }
    }

    /// What was reported and not yet heard.
    pub fn heard(&mut self) -> Option<Report> {
        self.reports.try_recv().ok()
    }

    /// Gives up what is under way; what is half done is gone on with in the next round.
    pub fn give_up(&mut self) {
        // A dropped set aborts its tasks.
        self.running = JoinSet::new();
        self.busy.clear();
    }

    /// Files that were left alone are tried again.
    pub fn insist(&mut self) {
        self.fruitless.clear();
        self.porter.skipped.clear();
    }

    /// The hub may have lost what it had: everything is asked anew.
    pub fn forget(&mut self) {
        self.give_up();
        self.confirmed = None;
        self.porter.forget();
        self.uploads = uploads_of(&self.porter);
    }
}

/// The lanes of files going up, with nothing half done.
fn uploads_of(porter: &Porter) -> [Arc<Mutex<Uploads>>; 2] {
    [Lane::Urgent, Lane::Bulk]
        .map(|lane| Arc::new(Mutex::new(Uploads::new(lane, porter.trip.clone()))))
}

/// What a lane brought.
pub(super) enum Step {
    /// A report.
    Report(Report),
    /// A lane ended.
    Ended(Result<(), CallError>),
}
