//! The running app: its folder, the open workspace, the engine.

use crate::firma::{AskPin, Firma, FirmaConfig};
use crate::keeper::Keeper;
use crate::{Result, failure};
use api::session::Vault;
use api::{Code, Event, Failure};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use store::Store;
use sync::stick::Carrier;
use sync::{Clock, EngineHandle, SystemClock};

/// Where the app lives.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// The folder of the workspace. One folder, one person, one app.
    pub data: PathBuf,
    /// How long the system's keyring may take to answer.
    pub keyring_patience: std::time::Duration,
    /// Whether the system's keyring is used at all; without it a passphrase seals the workspace.
    pub keyring: bool,
    /// A folder that is offered like a USB stick: a network drive, or a test's.
    pub stick: Option<PathBuf>,
    /// What signing takes besides.
    pub firma: FirmaConfig,
}

impl AppConfig {
    /// The usual settings for a folder.
    pub fn at(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            keyring_patience: std::time::Duration::from_secs(3),
            keyring: true,
            stick: None,
            firma: FirmaConfig::default(),
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data.join("workspace.db")
    }
}

type Sink = dyn Fn(Event) + Send + Sync;

/// The running app. Cheap to clone; every command takes it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    config: AppConfig,
    keeper: Keeper,
    clock: Arc<dyn Clock>,
    sink: RwLock<Option<Box<Sink>>>,
    phase: tokio::sync::Mutex<()>,
    desk: RwLock<Option<Desk>>,
    /// Bytes written to a stick so far.
    writing: Mutex<Option<u64>>,
    firma: Firma,
}

/// An open workspace.
#[derive(Clone)]
pub(crate) struct Desk {
    pub store: Store,
    pub vault: Vault,
    pub engine: Option<EngineHandle>,
    pub carrier: Option<Carrier>,
}

impl App {
    /// An app that has opened nothing yet: [`crate::session_state`] does.
    pub fn new(config: AppConfig) -> Self {
        let keeper = Keeper::new(&config);
        Self(Arc::new(Inner {
            config,
            keeper,
            clock: Arc::new(SystemClock),
            sink: RwLock::default(),
            phase: tokio::sync::Mutex::default(),
            desk: RwLock::default(),
            writing: Mutex::default(),
            firma: Firma::default(),
        }))
    }

    /// Who is told when something changed. One listener; the last one counts.
    pub fn on_event(&self, sink: impl Fn(Event) + Send + Sync + 'static) {
        if let Ok(mut slot) = self.0.sink.write() {
            *slot = Some(Box::new(sink));
        }
    }

    /// Who asks a person for a PIN. Without it no token is unlocked.
    pub fn on_pin(&self, ask: impl AskPin + 'static) {
        self.0.firma.set_ask(Arc::new(ask));
    }

    /// Ends the engine; a call under way is given up and made again next time.
    pub async fn shutdown(&self) {
        if let Some(carrier) = self.desk().and_then(|desk| desk.carrier) {
            carrier.shutdown();
        }
        let engine = self.desk().and_then(|desk| desk.engine);
        if let Some(engine) = engine {
            engine.shutdown().await;
        }
    }

    pub(crate) fn config(&self) -> &AppConfig {
        &self.0.config
    }

    pub(crate) fn firma(&self) -> &Firma {
        &self.0.firma
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.0.keeper
    }

    pub(crate) fn now(&self) -> domain::UnixMs {
        self.0.clock.now()
    }

    pub(crate) fn tell(&self, event: Event) {
        if let Ok(sink) = self.0.sink.read()
            && let Some(sink) = sink.as_ref()
        {
            sink(event);
        }
    }

    /// Bytes written to a stick so far; `None` while none is written.
    pub(crate) fn writing(&self) -> Option<u64> {
        *self
            .0
            .writing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes it, and tells where it changed by a megabyte or so.
    pub(crate) fn tell_writing(&self, bytes: Option<u64>) {
        let mut writing = self
            .0
            .writing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let steps = |bytes: Option<u64>| bytes.map(|bytes| bytes >> 20);
        let changed = steps(*writing) != steps(bytes);
        *writing = bytes;
        drop(writing);
        if changed {
            self.tell(Event::Stick);
        }
    }

    /// Held while the session moves from one phase to the next, so that two calls open one workspace.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.phase.lock().await
    }

    pub(crate) fn desk(&self) -> Option<Desk> {
        self.0.desk.read().ok()?.clone()
    }

    pub(crate) fn set_desk(&self, desk: Desk) {
        if let Ok(mut slot) = self.0.desk.write() {
            *slot = Some(desk);
        }
    }

    pub(crate) fn open_desk(&self) -> Result<Desk> {
        self.desk().ok_or_else(|| Failure::new(Code::Locked))
    }

    /// Runs something that waits for the disk, off every thread that must not wait.
    pub(crate) async fn with<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Store) -> Result<T> + Send + 'static,
    {
        let store = self.open_desk()?.store;
        off_thread(move || work(&store)).await
    }

    /// The same, for work that leaves something to carry: the engine is woken afterwards.
    pub(crate) async fn act<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Store) -> Result<T> + Send + 'static,
    {
        let done = self.with(work).await?;
        if let Some(engine) = self.open_desk()?.engine {
            engine.nudge();
        }
        self.tell(Event::Line);
        Ok(done)
    }
}

/// Runs blocking work on a thread made for it.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(failure::unexpected("a task ended early", &error)))
}
