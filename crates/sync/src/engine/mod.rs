//! The engine: one task that carries operations and files between a workspace and the hub.

mod ahead;
mod backoff;
mod budget;
mod courier;
mod files;
mod firma;
mod isolate;
mod keys;
mod limits;
mod mend;
mod progress;
mod state;
mod task;

pub use firma::{FirmaConfig, FirmaPace, Sought, Wanted, add_upgrade, known_facts};
pub use state::{EngineState, Event, Line, Moving};

use crate::client::{HubClient, Signer};
use crate::clock::{Clock, SystemClock};
use crate::meter::Meter;
use crate::transport::{HttpTransport, Transport};
use crate::{CallError, DeviceKey};
use domain::UnixMs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Identity, Store};
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use world::Work;

/// The rhythm of the engine.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Local changes within this time travel together.
    pub coalesce: Duration,
    /// Between two calls when there is nothing to send: at least, at most.
    pub poll: (Duration, Duration),
    /// The first wait after a failure; doubled by each further one.
    pub retry: Duration,
    /// The longest wait while the line is down: a try that finds no line costs next to nothing, and
    /// people expect their work to leave within seconds once it is back.
    pub retry_line: Duration,
    /// The longest wait while the hub is in trouble.
    pub retry_hub: Duration,
    /// The wait after the hub turned this device away; it may be confirmed again.
    pub refused: Duration,
    /// How long a file that could not be carried is left alone.
    pub skip: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            coalesce: Duration::from_millis(50),
            poll: (Duration::from_secs(15), Duration::from_secs(30)),
            retry: Duration::from_secs(1),
            retry_line: Duration::from_secs(5),
            retry_hub: Duration::from_secs(60),
            refused: Duration::from_secs(15 * 60),
            skip: Duration::from_secs(60),
        }
    }
}

impl Pace {
    /// The same rhythm, so many times quicker: a day in minutes, for trials.
    #[must_use]
    pub fn hastened(self, times: u32) -> Self {
        let quick = |time: Duration| time / times.max(1);
        Self {
            coalesce: quick(self.coalesce),
            poll: (quick(self.poll.0), quick(self.poll.1)),
            retry: quick(self.retry),
            retry_line: quick(self.retry_line),
            retry_hub: quick(self.retry_hub),
            refused: quick(self.refused),
            skip: quick(self.skip),
        }
    }
}

/// What the engine is made of.
pub struct EngineConfig {
    /// Who signs.
    pub signer: Signer,
    /// The way to the hub.
    pub transport: Arc<dyn Transport>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// The rhythm.
    pub pace: Pace,
    /// Where work on the database is done.
    pub work: Work,
    /// What the system says of the line; `None` where it says nothing.
    pub meter: Option<Arc<dyn Meter>>,
    /// Trusted lists and what makes signed files last; `None`: neither is fetched.
    pub firma: Option<FirmaConfig>,
}

impl EngineConfig {
    /// For an enrolled device: over HTTP to its hub, by this computer's clock.
    ///
    /// # Errors
    /// [`CallError::Local`] where TLS cannot be set up.
    pub fn of(identity: &Identity) -> Result<Self, CallError> {
        let transport = HttpTransport::new(&identity.hub)?;
        Ok(Self::over(identity, Arc::new(transport)))
    }

    /// The same, over another way.
    pub fn over(identity: &Identity, transport: Arc<dyn Transport>) -> Self {
        Self {
            signer: Signer {
                device: identity.device.clone(),
                key: DeviceKey::from_secret(&identity.secret.0),
            },
            transport,
            clock: Arc::new(SystemClock),
            pace: Pace::default(),
            work: Work::Threads,
            meter: None,
            firma: None,
        }
    }
}

/// The engine.
pub struct Engine;

impl Engine {
    /// Starts the engine's task on this runtime. It begins with a call at once, unless the person chose
    /// to work without the network ([`Store::offline`]).
    pub fn start(
        runtime: &tokio::runtime::Handle,
        store: Store,
        config: EngineConfig,
    ) -> EngineHandle {
        let offline = store.offline().unwrap_or(false);
        let state = EngineState {
            line: if offline { Line::Off } else { Line::Down },
            since: config.clock.now(),
            // What cannot be read now will be known after the first round.
            last_ok: store.last_ok().unwrap_or(None),
            ..EngineState::default()
        };
        let wires = Wires {
            nudge: Arc::new(Notify::new()),
            control: watch::Sender::new(Control {
                off: offline,
                stop: false,
            }),
            state: Arc::new(watch::Sender::new(state)),
            events: broadcast::Sender::new(256),
            released: Arc::default(),
            papers: Arc::default(),
            questions: Arc::default(),
        };
        let mut config = config;
        let firma = config.firma.take();
        let firma = firma.map(|firma| firma::Task::new(firma, &config, store.clone(), &wires));
        let firma = firma.map(|firma| runtime.spawn(firma.run()));
        let (asks, asked) = mpsc::unbounded_channel();
        let client = HubClient::of(config.transport.clone(), config.signer.clone());
        let pace = config.pace;
        let courier = courier::Courier::new(store, client, config, &wires);
        let task = task::Task::new(courier, pace, &wires, asked);
        EngineHandle {
            wires,
            asks,
            task: Arc::new(Mutex::new(Some(runtime.spawn(task.run())))),
            firma: Arc::new(Mutex::new(firma)),
        }
    }
}

/// What handle and task share.
#[derive(Clone)]
struct Wires {
    nudge: Arc<Notify>,
    control: watch::Sender<Control>,
    state: Arc<watch::Sender<EngineState>>,
    events: broadcast::Sender<Event>,
    /// A person said that everything goes now, whatever is limited.
    released: Arc<AtomicBool>,
    /// A signed file was added to those that wait.
    papers: Arc<Notify>,
    /// What judgements lack.
    questions: Arc<Mutex<firma::Questions>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Control {
    off: bool,
    stop: bool,
}

/// Who waits for the end of a round.
type Ask = oneshot::Sender<Result<(), CallError>>;

/// The hold on a running engine. Cheap to clone.
#[derive(Clone)]
pub struct EngineHandle {
    wires: Wires,
    asks: mpsc::UnboundedSender<Ask>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    firma: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl EngineHandle {
    /// Something was written here: carry it soon. Never waits.
    pub fn nudge(&self) {
        self.wires.nudge.notify_one();
    }

    /// A signed file waits for its stamp ([`Store::upgrade_add`]): look soon. Never waits.
    pub fn nudge_upgrades(&self) {
        self.wires.papers.notify_one();
    }

    /// How these certificates stand is lacking: it is asked when there is a line, and [`Event::Facts`] tells when there is
    /// something to say. Gives how far the questions are, the worst first; none where nothing is lacking. Never waits.
    pub fn seek(&self, wanted: Vec<Wanted>) -> Option<Sought> {
        let mut questions = self
            .wires
            .questions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let sought = questions.seek(wanted);
        drop(questions);
        if sought.is_some() {
            self.wires.papers.notify_one();
        }
        sought
    }

    /// "Lavora senza rete", and back. A call under way is given up at once. The choice is kept in the
    /// workspace by whoever calls this ([`Store::set_offline`]).
    pub fn set_off(&self, off: bool) {
        self.wires.control.send_if_modified(|control| {
            let changed = control.off != off;
            control.off = off;
            changed
        });
    }

    /// "Invia e scarica tutto adesso", and back: what is limited about the line holds nothing until
    /// everything was carried. Never waits.
    pub fn set_released(&self, released: bool) {
        self.wires.released.store(released, Ordering::Relaxed);
        self.sync_now();
    }

    /// Tries now, whatever the back-off says. Never waits.
    pub fn sync_now(&self) {
        drop(self.ask());
    }

    /// Tries now and waits until everything was carried, or a call failed.
    ///
    /// # Errors
    /// That of the call; [`CallError::NoLine`] when working without the network.
    pub async fn settled(&self) -> Result<(), CallError> {
        let stopped = || CallError::Local("the engine has stopped".into());
        self.ask().await.map_err(|_| stopped())?
    }

    fn ask(&self) -> oneshot::Receiver<Result<(), CallError>> {
        let (sender, receiver) = oneshot::channel();
        // A stopped engine drops the sender, which the receiver reports.
        let _ = self.asks.send(sender);
        receiver
    }

    /// The state.
    pub fn state(&self) -> EngineState {
        self.wires.state.borrow().clone()
    }

    /// Follows the state; intermediate states may be skipped.
    pub fn watch(&self) -> watch::Receiver<EngineState> {
        self.wires.state.subscribe()
    }

    /// Follows what happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.wires.events.subscribe()
    }

    /// Ends the engine; a call under way is given up. What it carried is carried again next time.
    pub async fn shutdown(&self) {
        self.wires
            .control
            .send_modify(|control| control.stop = true);
        for task in [&self.task, &self.firma] {
            let task = task.lock().map(|mut task| task.take());
            if let Ok(Some(task)) = task {
                // It only fails where the task panicked, and then it has ended too.
                let _ = task.await;
            }
        }
    }
}

/// The calendar month of Rome at this time, by which what the line carries is counted (`2026-11`).
pub fn month_of(at: UnixMs) -> String {
    world::Rome::at(at).month
}
