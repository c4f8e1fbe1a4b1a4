//! The carrier's task: bundles that were taken along from sticks go to the hub when there is a line, and their
//! answers wait here to be brought back.

use super::StickError;
use super::carry::{Companion, Journey, Stop, off_thread};
use super::place::{Found, answer_name, copy, scan};
use crate::client::HubClient;
use crate::clock::{Clock, SystemClock};
use crate::engine::{EngineState, Line, month_of};
use crate::{CallError, transport::Transport};
use bundle::{EXTENSION, Head, Kind};
use domain::UnixMs;
use domain::line::{Carried, Held};
use ed25519_dalek::VerifyingKey;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::{Attempt, Store, Traffic};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How long before a line that was not there is tried again.
const PAUSE: Duration = Duration::from_secs(10);
/// Progress is told at most this often.
const RHYTHM: Duration = Duration::from_millis(500);
/// How long a bundle, or its answer, waits here for somebody.
const KEPT: Duration = Duration::from_secs(60 * 24 * 3600);
/// What the names of answers end with here.
const ANSWER: &str = "risposta";

/// A bundle that was taken along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Whose it is.
    pub head: Head,
    /// Its size in bytes.
    pub size: u64,
    /// How far it has come.
    pub stage: Stage,
}

/// What the engine knows of one's own line, over which bundles go too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The hub is out of reach as far as is known, or nothing is known yet: nothing is read, and nothing tried.
    pub down: bool,
    /// What holds large files back now.
    pub held: Option<Held>,
    /// The hub's clock minus this computer's, in milliseconds: months are counted by the hub's.
    pub clock_off: i64,
}

impl From<EngineState> for Conditions {
    fn from(state: EngineState) -> Self {
        Self {
            down: state.line == Line::Down || !state.limits_known,
            held: state.held,
            clock_off: state.clock_off.unwrap_or(0),
        }
    }
}

/// How far a bundle has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It waits for the line, or is under way: bytes up, bytes of the answer down.
    Going(u64, u64),
    /// It waits for what the person limits.
    Held(Held),
    /// It waits for the hub, or what stands before it, to be well again; it is tried again.
    Troubled(CallError),
    /// The answer is here.
    Answered,
    /// The hub does not take it.
    Failed(CallError),
}

/// The hold on the task. Cheap to clone.
#[derive(Clone)]
pub struct Carrier(Arc<Inner>);

struct Inner {
    store: Store,
    client: HubClient,
    folder: PathBuf,
    wake: Notify,
    stages: Mutex<BTreeMap<String, Stage>>,
    conditions: Box<dyn Fn() -> Conditions + Send + Sync>,
    changed: Box<dyn Fn() + Send + Sync>,
    task: Mutex<Option<JoinHandle<()>>>,
    told: Mutex<Option<Instant>>,
}

impl Carrier {
    /// Starts the task on this runtime. `folder` is where bundles and answers wait; `conditions` is asked before each
    /// bundle, and before each part of one; `changed` is called whenever [`Carrier::loads`] would
    /// say something else.
    ///
    /// # Errors
    /// Those of the workspace; it must be enrolled.
    pub fn start(
        runtime: &tokio::runtime::Handle,
        store: Store,
        transport: Arc<dyn Transport>,
        folder: PathBuf,
        conditions: impl Fn() -> Conditions + Send + Sync + 'static,
        changed: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, StickError> {
        let identity = store.identity()?.ok_or(store::StoreError::NotEnrolled)?;
        let carrier = Self(Arc::new(Inner {
            client: HubClient::of(transport, crate::Signer::of(&identity)),
            store,
            folder,
            wake: Notify::new(),
            stages: Mutex::default(),
            conditions: Box::new(conditions),
            changed: Box::new(changed),
            task: Mutex::default(),
            told: Mutex::default(),
        }));
        let inner = Arc::downgrade(&carrier.0);
        let task = runtime.spawn(async move {
            while let Some(inner) = inner.upgrade() {
                let pause = inner.round().await;
                inner.rest(pause).await;
            }
        });
        *lock(&carrier.0.task) = Some(task);
        Ok(carrier)
    }

    /// Takes the bundles on a stick along: they are copied, and the stick may be pulled out. Answers that wait for
    /// this stick are put on it. Gives how many bundles, and how many answers.
    ///
    /// # Errors
    /// [`StickError`].
    pub fn meet(&self, place: &Path) -> Result<(usize, usize), StickError> {
        fs::create_dir_all(&self.0.folder)?;
        let found = scan(place)?;
        let mut taken = 0;
        for found in &found {
            if let Ok(head) = &found.head
                && self.is_new(head)?
                && !answered(&found.path)
            {
                copy(&found.path, &self.0.bundle(&head.id))?;
                taken += 1;
            }
        }
        let brought = self.bring(&found)?;
        self.0.wake.notify_one();
        (self.0.changed)();
        Ok((taken, brought))
    }

    /// Answers for the bundles on a stick, put beside them.
    fn bring(&self, found: &[Found]) -> Result<usize, StickError> {
        let mut brought = 0;
        for found in found {
            let Ok(head) = &found.head else { continue };
            let answer = self.0.answer(&head.id);
            if head.kind == Kind::Up && answer.exists() && !answered(&found.path) {
                copy(
                    &answer,
                    &found.path.with_file_name(answer_name(&found.name())),
                )?;
                brought += 1;
            }
        }
        Ok(brought)
    }

    /// Ours to carry, and not carried yet.
    fn is_new(&self, head: &Head) -> Result<bool, StickError> {
        let keys = self.0.store.hub_keys()?.ok_or(StickError::NoKeys)?;
        Ok(head.kind == Kind::Up
            && head.hub == bundle::fingerprint(&keys)
            && !self.0.bundle(&head.id).exists()
            && !self.0.answer(&head.id).exists())
    }

    /// The bundles that were taken along.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn loads(&self) -> Result<Vec<Load>, StickError> {
        if !self.0.folder.exists() {
            return Ok(Vec::new());
        }
        let stages = lock(&self.0.stages).clone();
        let load = |found: Found| {
            let head = found.head.ok()?;
            let stage = match head.kind {
                Kind::Answer => Stage::Answered,
                Kind::Up => stages.get(&head.id).cloned().unwrap_or(Stage::Going(0, 0)),
            };
            Some(Load {
                head,
                size: found.size,
                stage,
            })
        };
        Ok(scan(&self.0.folder)?.into_iter().filter_map(load).collect())
    }

    /// The line may be back.
    pub fn nudge(&self) {
        self.0.wake.notify_one();
    }

    /// Ends the task. What was under way goes on from there the next time.
    pub fn shutdown(&self) {
        if let Some(task) = lock(&self.0.task).take() {
            task.abort();
        }
    }
}

impl Inner {
    fn bundle(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.{EXTENSION}"))
    }

    fn answer(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.{ANSWER}.{EXTENSION}"))
    }

    fn put(&self, id: &str, stage: Stage) {
        let quiet = matches!(stage, Stage::Going(..)) && !self.due();
        lock(&self.stages).insert(id.to_owned(), stage);
        if !quiet {
            (self.changed)();
        }
    }

    /// Progress is told at a rhythm that a screen can follow.
    fn due(&self) -> bool {
        let mut told = lock(&self.told);
        let due = told.is_none_or(|at| at.elapsed() >= RHYTHM);
        if due {
            *told = Some(Instant::now());
        }
        due
    }

    fn failed(&self, id: &str) -> bool {
        matches!(lock(&self.stages).get(id), Some(Stage::Failed(_)))
    }

    /// Carries what is here. Gives whether something waits for a better line.
    async fn round(&self) -> bool {
        let folder = self.folder.clone();
        let listed = off_thread(move || Ok(waiting(&folder))).await;
        let mut left = false;
        for head in listed.unwrap_or_default() {
            if self.failed(&head.id) {
                continue;
            }
            if self.store.offline().unwrap_or(false) || (self.conditions)().down {
                return true;
            }
            let stopped = match self.carry(&head).await {
                Ok(()) => {
                    (self.changed)();
                    continue;
                }
                Err(stopped) => stopped,
            };
            left |= !matches!(&stopped, Stop::Call(error) if !error.passes());
            match stopped {
                // How far it is says enough.
                Stop::Call(CallError::NoLine(_) | CallError::Cut(_) | CallError::Stalled) => {}
                Stop::Call(error) if error.passes() => self.put(&head.id, Stage::Troubled(error)),
                Stop::Call(error) => self.put(&head.id, Stage::Failed(error)),
                Stop::Held(held) => self.put(&head.id, Stage::Held(held)),
            }
        }
        left
    }

    async fn carry(&self, head: &Head) -> Result<(), Stop> {
        let hub = self.hub()?;
        let (file, answer) = (self.bundle(&head.id), self.answer(&head.id));
        let size = fs::metadata(&file).map_or(0, |meta| meta.len());
        let by = Beside {
            carrier: self,
            id: &head.id,
            size,
        };
        // Before all of it is read for its name.
        if let Some(held) = by.holds() {
            return Err(Stop::Held(held));
        }
        let (at, began) = (SystemClock.now(), Instant::now());
        let mut journey = Journey::prepare(&self.client, &file, &by).await?;
        let outcome = journey.carry(&answer, &hub).await;
        self.log(at, began.elapsed(), journey.moved(), &outcome)
            .await;
        outcome?;
        lock(&self.stages).remove(&head.id);
        Ok(off_thread(move || fs::remove_file(file)).await?)
    }

    /// A row in the log of the line, where anything moved: what is carried for others counts as one's own does.
    async fn log(&self, at: UnixMs, took: Duration, moved: Traffic, outcome: &Result<(), Stop>) {
        if moved == Traffic::default() {
            return;
        }
        let error = match outcome {
            Err(Stop::Call(error)) => Some(error.fault()),
            Ok(()) | Err(Stop::Held(_)) => None,
        };
        let attempt = Attempt {
            at,
            ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            up: moved.up,
            down: moved.down,
            carried: Carried::Upload,
            error,
            ..Attempt::default()
        };
        let off = (self.conditions)().clock_off;
        let (store, month) = (self.store.clone(), month_of(at.saturating_add(off)));
        let logged = off_thread(move || {
            let logged = store.log_attempt(&attempt, &month, moved);
            logged.map_err(std::io::Error::other)
        });
        if let Err(error) = logged.await {
            tracing::warn!(%error, "what was carried for others could not be logged");
        }
    }

    fn hub(&self) -> Result<VerifyingKey, CallError> {
        let here = |error: &dyn std::fmt::Display| CallError::Local(error.to_string());
        let keys = self.store.hub_keys().map_err(|error| here(&error))?;
        let keys = keys.ok_or_else(|| here(&StickError::NoKeys))?;
        bundle::verifying_key(&keys).map_err(|error| here(&error))
    }

    async fn rest(&self, left: bool) {
        let woken = self.wake.notified();
        if left {
            let _ = tokio::time::timeout(PAUSE, woken).await;
        } else {
            woken.await;
        }
    }
}

/// The carrier beside one journey.
struct Beside<'a> {
    carrier: &'a Inner,
    id: &'a str,
    size: u64,
}

impl Companion for Beside<'_> {
    fn hears(&self, up: u64, down: u64) {
        self.carrier.put(self.id, Stage::Going(up, down));
    }

    fn holds(&self) -> Option<Held> {
        let held = (self.carrier.conditions)().held;
        held.filter(|held| !held.lets_pass(self.size))
    }
}

/// The bundles that wait to be carried. What is too old goes.
fn waiting(folder: &Path) -> Vec<Head> {
    let mut heads = Vec::new();
    for found in scan(folder).unwrap_or_default() {
        let age = fs::metadata(&found.path).and_then(|meta| meta.modified());
        let old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > KEPT));
        if old {
            let _ = fs::remove_file(&found.path);
        } else if let Ok(head) = found.head
            && head.kind == Kind::Up
        {
            heads.push(head);
        }
    }
    heads
}

fn answered(bundle: &Path) -> bool {
    let name = bundle.file_name().unwrap_or_default().to_string_lossy();
    bundle.with_file_name(answer_name(&name)).exists()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
