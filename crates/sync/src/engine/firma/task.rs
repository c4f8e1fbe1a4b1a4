//! When to fetch, and when to make way.

use super::facts::{Asking, Questions};
use super::paper::Papers;
use super::{FirmaConfig, lists};
use crate::CallError;
use crate::client::{HubClient, Weighed, Weight};
use crate::clock::Clock;
use crate::engine::limits::Limits;
use crate::engine::{Control, EngineConfig, EngineState, Event, Line, Wires};
use crate::files_client::Arrived;
use crate::transport::Patience;
use domain::UnixMs;
use domain::line::{Carried, Held};
use protocol::firma::{PartRequest, Thing};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Attempt, Store, StoreError};
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{Instant, sleep};
use world::{Rome, Work};

/// The name of the setting with the time at which the lists were last asked for.
const ASKED: &str = "firma.lists_asked";
/// After the hub said that it has no lists yet.
const NONE_YET: Duration = Duration::from_secs(3600);
/// While a limit holds, it is looked at this often whether it still does.
const HELD: Duration = Duration::from_secs(60);
/// How long a service may take to stamp, with the hub's tries at more than one.
const STAMPING: Duration = Duration::from_secs(90);

/// The task.
pub(in crate::engine) struct Task {
    pub(super) store: Store,
    pub(super) config: FirmaConfig,
    pub(super) papers: Papers,
    pub(super) questions: Arc<Mutex<Questions>>,
    /// The one of them that is under way.
    pub(super) asking: Option<Asking>,
    client: HubClient,
    clock: Arc<dyn Clock>,
    work: Work,
    limits: Limits,
    released: Arc<AtomicBool>,
    nudge: Arc<Notify>,
    state: watch::Receiver<EngineState>,
    control: watch::Receiver<Control>,
    events: broadcast::Sender<Event>,
    failures: u32,
    /// The hub has no lists: it is not asked again before this.
    none_yet: Option<Instant>,
}

impl Task {
    pub fn new(config: FirmaConfig, engine: &EngineConfig, store: Store, wires: &Wires) -> Self {
        Self {
            store,
            config,
            papers: Papers::default(),
            questions: wires.questions.clone(),
            asking: None,
            client: HubClient::of(engine.transport.clone(), engine.signer.clone()),
            clock: engine.clock.clone(),
            work: engine.work,
            limits: Limits::new(None),
            released: wires.released.clone(),
            nudge: wires.papers.clone(),
            state: wires.state.subscribe(),
            control: wires.control.subscribe(),
            events: wires.events.clone(),
            failures: 0,
            none_yet: None,
        }
    }

    /// Until the engine stops. What is under way when the line goes is given up; what of it was kept is gone on with.
    pub async fn run(mut self) {
        let mut control = self.control.clone();
        tokio::select! {
            biased;
            stopped = control.wait_for(|control| control.stop) => drop(stopped),
            () = self.work_while_up() => {}
        }
    }

    async fn work_while_up(&mut self) {
        let mut state = self.state.clone();
        loop {
            let up = state.wait_for(|state| state.line == Line::Up).await;
            if up.map(drop).is_err() {
                return;
            }
            tokio::select! {
                biased;
                gone = state.wait_for(|state| !matches!(state.line, Line::Up | Line::Trouble)) => {
                    if gone.map(drop).is_err() {
                        return;
                    }
                }
                () = self.carry_and_rest() => {}
            }
        }
    }

    async fn carry_and_rest(&mut self) {
        let outcome = self.carry().await;
        let rest = match outcome {
            Ok(rest) => {
                self.failures = 0;
                rest
            }
            Err(error) => {
                tracing::info!(%error, "what signatures need could not be fetched");
                let rest = doubled(self.config.pace.retry, self.failures);
                self.failures += 1;
                rest.min(self.config.pace.longest)
            }
        };
        let nudge = self.nudge.clone();
        tokio::select! {
            biased;
            () = nudge.notified() => {}
            () = sleep(rest) => {}
        }
    }

    /// Everything that is due; gives how long nothing will be.
    async fn carry(&mut self) -> Result<Duration, CallError> {
        // Somebody looks at a screen that lacks them.
        if self.facts().await? {
            return Ok(HELD);
        }
        let mut rest = self.config.pace.lists;
        let until_lists = self.until_lists().await?;
        if until_lists.is_zero() {
            match self.lists().await? {
                lists::Outcome::Held => rest = rest.min(HELD),
                lists::Outcome::NoneYet => {
                    self.none_yet = Some(Instant::now() + NONE_YET.min(self.config.pace.lists));
                }
                lists::Outcome::Same => self.note_asked().await?,
                lists::Outcome::New => {
                    self.note_asked().await?;
                    let now = self.now();
                    self.on_disk(move |store| store.upgrade_wake(store::Waits::Lists, now))
                        .await?;
                }
            }
            let next = self.until_lists().await?;
            rest = rest.min(if next.is_zero() { HELD } else { next });
        } else {
            rest = rest.min(until_lists);
        }
        while let Some(held) = self.next_paper().await? {
            if held || self.facts().await? {
                return Ok(rest.min(HELD));
            }
        }
        let when = self.on_disk(Store::upgrade_when).await?;
        let when = when.into_iter().chain(self.facts_when()).min();
        let until = when.map(|when| self.until(when));
        Ok(until.map_or(rest, |until| rest.min(until)))
    }

    /// All that judgements lack; gives whether a limit of the line holds it.
    async fn facts(&mut self) -> Result<bool, CallError> {
        while let Some(held) = self.next_fact().await? {
            if held {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How long until the lists are to be asked for.
    async fn until_lists(&self) -> Result<Duration, CallError> {
        if let Some(end) = self.none_yet
            && let Some(left) = end.checked_duration_since(Instant::now())
            && !left.is_zero()
        {
            return Ok(left);
        }
        let asked = self.on_disk(|store| store.setting(ASKED)).await?;
        let asked = asked.and_then(|asked| asked.parse::<UnixMs>().ok());
        let Some(asked) = asked else {
            return Ok(Duration::ZERO);
        };
        let every = millis(self.config.pace.lists);
        let since = self.now().saturating_sub(asked);
        // A clock that was ahead when it was written down must not keep them away.
        match (0..every).contains(&since) {
            true => Ok(Duration::from_millis((every - since).unsigned_abs())),
            false => Ok(Duration::ZERO),
        }
    }

    async fn note_asked(&self) -> Result<(), CallError> {
        let now = self.now().to_string();
        self.on_disk(move |store| store.set_setting(ASKED, &now))
            .await
    }

    fn until(&self, when: UnixMs) -> Duration {
        let left = when.saturating_sub(self.now()).max(0);
        Duration::from_millis(left.unsigned_abs())
    }

    pub(super) fn now(&self) -> UnixMs {
        self.clock.now()
    }

    pub(super) fn tell(&self, event: Event) {
        // Nobody may be listening.
        let _ = self.events.send(event);
    }

    /// Waits until nothing else moves, then says whether a limit of the line holds so many bytes back.
    pub(super) async fn free(&mut self, bytes: u64) -> Result<Result<(), Held>, CallError> {
        let mut state = self.state.clone();
        let free = state
            .wait_for(|state| state.line == Line::Up && !state.busy)
            .await
            .map(|state| (state.metered, state.clock_off.unwrap_or(0)));
        let stopped = |_| CallError::NoLine("the engine has stopped".into());
        let (metered, off) = free.map_err(stopped)?;
        let now = self.now().saturating_add(off);
        let month = Rome::at(now).month;
        let of = month.clone();
        let found = self
            .on_disk(move |store| store.limits_and_traffic(&of))
            .await?;
        self.limits
            .take(month, found, self.released.load(Ordering::Relaxed));
        self.limits.told(metered);
        let held = self.limits.bulk_allowed(now).err();
        Ok(held
            .filter(|held| !held.lets_pass(bytes))
            .map_or(Ok(()), Err))
    }

    /// How many bytes a call may carry: about two seconds of line.
    pub(super) fn piece(&self) -> usize {
        let goodput = self.state.borrow().goodput.unwrap_or(8 * 1024);
        usize::try_from(goodput.saturating_mul(2))
            .unwrap_or(usize::MAX)
            .clamp(8 * 1024, protocol::firma::MAX_PART)
    }

    /// The next piece of a thing.
    pub(super) async fn part(&self, thing: &Thing, from: u64) -> Result<Arrived, CallError> {
        let size = self.piece();
        let request = PartRequest {
            hash: thing.hash,
            from,
            most: u32::try_from(size).unwrap_or(u32::MAX),
        };
        self.call(
            size,
            |client| async move { client.thing_part(request).await },
        )
        .await
    }

    /// A call, counted as files are.
    pub(super) async fn call<T, F>(
        &self,
        size: usize,
        call: impl FnOnce(HubClient) -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<Weighed<T>, CallError>>,
    {
        let (at, began) = (self.now(), Instant::now());
        let seconds = size / 1024 + 20;
        let client = self.client.with_patience(Patience {
            first: STAMPING,
            next: Duration::from_secs(u64::try_from(seconds).unwrap_or(60).min(60)),
        });
        let answer = call(client).await;
        let weight = answer.as_ref().map(|answer| answer.weight);
        self.log(at, began.elapsed(), weight).await;
        answer.map(|answer| answer.value)
    }

    async fn log(&self, at: UnixMs, took: Duration, outcome: Result<Weight, &CallError>) {
        let weight = outcome.unwrap_or_default();
        let cost = outcome.map(Weight::in_all).unwrap_or_default();
        let attempt = Attempt {
            at,
            ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            up: weight.up,
            down: weight.down,
            carried: Carried::Download,
            error: outcome.err().map(CallError::fault),
            ..Attempt::default()
        };
        let off = self.state.borrow().clock_off.unwrap_or(0);
        let month = Rome::at(self.now().saturating_add(off)).month;
        let logged = self
            .on_disk(move |store| store.log_attempt(&attempt, &month, cost))
            .await;
        if let Err(error) = logged {
            tracing::warn!(%error, "an attempt could not be logged");
        }
    }

    /// Does work on the database away from the runtime's threads.
    pub(super) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, CallError> {
        let store = self.store.clone();
        let done = self.off(move || work(&store)).await?;
        done.map_err(|error| CallError::Local(error.to_string()))
    }

    /// The same for any work that takes its time.
    pub(super) async fn off<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CallError> {
        let done = self.work.run(work).await;
        done.map_err(|panicked| CallError::Local(panicked.to_string()))
    }
}

fn doubled(time: Duration, times: u32) -> Duration {
    time.saturating_mul(1 << times.min(16))
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// How long a file rests that was tried so many times.
pub(super) fn rest_after(pace: &super::FirmaPace, attempts: u32) -> i64 {
    millis(doubled(pace.retry, attempts).min(pace.longest))
}
