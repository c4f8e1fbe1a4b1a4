//! What to carry: operations whenever some are ready; beside them files, in lanes of their own.

use super::budget::Budget;
use super::files::{CallReport, Lanes, Porter, Report, Step};
use super::isolate::{Isolation, Next};
use super::keys::Keys;
use super::mend::Mended;
use super::state::line_after;
use super::{EngineState, Event, Line, Pace, Wires};
use crate::CallError;
use crate::client::{HubClient, Weighed, Weight};
use crate::clock::Clock;
use domain::{OpId, UnixMs};
use protocol::{SyncRequest, SyncResponse};
use std::sync::Arc;
use std::time::Duration;
use store::{Applied, Attempt, Room, Store, StoreError};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};
use world::Work;

/// A difference of clocks worth telling, in milliseconds.
const CLOCK_OFF: i64 = 5 * 60 * 1000;
/// Nobody need say that something was written: while files move it is looked at this often.
const LOOK: Duration = Duration::from_secs(1);

/// A call under way.
struct Started {
    at: UnixMs,
    instant: Instant,
    /// About how many bytes it moves.
    size: usize,
}

/// Carries everything there is, call by call. Each answer is applied durably before the next call, so
/// every moment of line brings progress that stays.
pub(super) struct Courier {
    pub(super) store: Store,
    client: HubClient,
    clock: Arc<dyn Clock>,
    work: Work,
    pub(super) pace: Pace,
    pub(super) budget: Budget,
    lanes: Lanes,
    /// When it was last looked at whether operations are ready.
    looked: Instant,
    nudge: Arc<Notify>,
    keys: Keys,
    last_exchange: Option<Instant>,
    /// Positions were compared anew in this round.
    reconciled: bool,
    isolation: Isolation,
    pub(super) mended: Mended,
    state: Arc<watch::Sender<EngineState>>,
    events: broadcast::Sender<Event>,
}

impl Courier {
    pub fn new(
        store: Store,
        client: HubClient,
        clock: Arc<dyn Clock>,
        work: Work,
        pace: Pace,
        wires: &Wires,
    ) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let porter = Porter::new(
            store.clone(),
            client.clone(),
            clock.clone(),
            work,
            pace,
            tell,
        );
        Self {
            store,
            client,
            clock,
            work,
            pace,
            budget: Budget::default(),
            lanes: Lanes::new(porter, told),
            looked: Instant::now(),
            nudge: wires.nudge.clone(),
            keys: Keys::default(),
            last_exchange: None,
            reconciled: false,
            isolation: Isolation::default(),
            mended: Mended::default(),
            state: wires.state.clone(),
            events: wires.events.clone(),
        }
    }

    /// Carries until nothing is left. `insist`: files that were left alone are tried as well.
    ///
    /// Operations go at once, also those that are written meanwhile; files go beside them.
    pub async fn round(&mut self, insist: bool) -> Result<(), CallError> {
        if insist {
            self.lanes.insist();
            self.on_disk(Store::try_parked).await?;
        }
        self.last_exchange = None;
        self.reconciled = false;
        let outcome = self.carry_all().await;
        self.lanes.give_up();
        while let Some(report) = self.lanes.heard() {
            self.hear(report).await;
        }
        if outcome.is_ok() {
            self.learn_keys().await;
        }
        outcome
    }

    async fn carry_all(&mut self) -> Result<(), CallError> {
        loop {
            self.looked = Instant::now();
            self.lanes.start().await?;
            if !self.lanes.idle() {
                self.tell_busy();
            }
            self.exchange().await?;
            if !self.lanes.idle() {
                self.until_something_is_ready().await?;
            } else if !self.lanes.has_work().await? {
                // What waits for room is told: the rest was carried.
                return if self.lanes.full() {
                    Err(CallError::Full)
                } else {
                    Ok(())
                };
            }
        }
    }

    /// Lets the lanes work until operations may be ready: some were written, or a file that some waited for has
    /// arrived, or it is time to ask for what others wrote.
    async fn until_something_is_ready(&mut self) -> Result<(), CallError> {
        let nudge = self.nudge.clone();
        let poll = self
            .last_exchange
            .map_or_else(Instant::now, |at| at + self.pace.poll.0);
        loop {
            tokio::select! {
                biased;
                () = nudge.notified() => {
                    sleep(self.pace.coalesce).await;
                    return Ok(());
                }
                () = sleep_until(poll) => return Ok(()),
                step = self.lanes.next() => match step {
                    Step::Ended(outcome) => return outcome,
                    Step::Report(report) => {
                        if self.hear(report).await {
                            return Ok(());
                        }
                    }
                },
            }
        }
    }

    /// Takes in what a lane reports; says whether operations may have waited for it.
    async fn hear(&mut self, report: Report) -> bool {
        match report {
            Report::Call(call) => {
                self.note_call(call).await;
                self.looked.elapsed() > LOOK
            }
            Report::Uploaded(file) => {
                self.send(Event::Uploaded(file));
                true
            }
            Report::Downloaded(file) => {
                self.send(Event::Downloaded(file));
                false
            }
        }
    }

    async fn note_call(&mut self, call: CallReport) {
        self.tell_busy();
        let attempt = Attempt {
            at: call.at,
            ms: u32::try_from(call.took.as_millis()).unwrap_or(u32::MAX),
            up: call.outcome.as_ref().map_or(0, |weight| weight.up),
            down: call.outcome.as_ref().map_or(0, |weight| weight.down),
            ops_up: 0,
            ops_down: 0,
            error: call.outcome.err().map(|error| error.word().into()),
        };
        let logged = self.on_disk(move |store| store.log_attempt(&attempt)).await;
        if let Err(error) = logged {
            tracing::warn!(%error, "an attempt could not be logged");
        }
    }

    /// Operations both ways, until none is ready and the log is read to its end.
    async fn exchange(&mut self) -> Result<(), CallError> {
        let polled = |at: Instant| at.elapsed() < self.pace.poll.0;
        let mut call = !self.last_exchange.is_some_and(polled);
        loop {
            let request = self.next_request().await?;
            if !call && request.ops.is_empty() {
                return Ok(());
            }
            call = self.exchange_once(request).await?;
        }
    }

    async fn next_request(&self) -> Result<SyncRequest, CallError> {
        let (bytes, down) = self.budget.operations();
        let ops = self.isolation.most();
        let down = u32::try_from(down).unwrap_or(u32::MAX);
        self.on_disk(move |store| store.next_request(Room { bytes, ops }, down))
            .await
    }

    /// One call. Gives whether there is more to pull.
    async fn exchange_once(&mut self, request: SyncRequest) -> Result<bool, CallError> {
        let _held = (!request.ops.is_empty()).then(|| self.lanes.hold());
        if !request.ops.is_empty() {
            self.tell_busy();
        }
        // What the operations weigh is known only once they are packed; the budget bounds it.
        let size = if request.ops.is_empty() {
            0
        } else {
            self.budget.size()
        };
        let client = self.patient(size);
        let started = self.start(size);
        let answer = client.sync(&request).await;
        let ops = (request.ops.len(), answer.as_ref().map_or(0, entries));
        self.finish(started, &answer, ops).await;
        match answer {
            Ok(answer) => {
                let (plain, packed) = (answer.plain, answer.weight);
                let down = (plain.down, packed.down);
                self.budget.packed((plain.up, packed.up), down);
                self.take_in(request, answer.value).await
            }
            Err(error) => self.not_taken(request, error).await,
        }
    }

    async fn take_in(
        &mut self,
        request: SyncRequest,
        response: SyncResponse,
    ) -> Result<bool, CallError> {
        self.last_exchange = Some(Instant::now());
        self.tell_clock(response.now);
        let aside = self.isolation.succeeded();
        let diverged = response.diverged.clone();
        let progress = progress(&request, &response);
        let sent = !request.ops.is_empty();
        let at = self.clock.now();
        let applied = self
            .on_disk(move |store| store.apply_response(&request, &response, at))
            .await?;
        let again = applied.more || applied.reconciling;
        if applied.reconciling {
            self.keys.doubt();
            self.lanes.forget();
        }
        if again {
            self.tell_busy();
        }
        self.tell_applied(applied);
        // Asking the same again would get the same for ever.
        if (sent || again) && !progress {
            return Err(CallError::NotAHub("its answers lead nowhere".into()));
        }
        self.mend(diverged).await?;
        if let Some(op) = aside {
            return self.park(op).await;
        }
        Ok(again)
    }

    /// The hub is well but for this operation: the others go on.
    async fn park(&mut self, op: OpId) -> Result<bool, CallError> {
        tracing::warn!(
            op = op.as_str(),
            "the hub fails at an operation: it stands aside"
        );
        self.on_disk(move |store| store.park(&op)).await?;
        Ok(true)
    }

    async fn not_taken(
        &mut self,
        request: SyncRequest,
        error: CallError,
    ) -> Result<bool, CallError> {
        // Once a round: a hub that finds a conflict again after that has another trouble.
        if error == CallError::Conflict && !self.reconciled {
            self.reconciled = true;
            self.lanes.forget();
            self.on_disk(Store::reconcile).await?;
            return Ok(true);
        }
        let next = self.isolation.failed(&request, &error);
        self.on_disk(move |store| store.request_failed(&request))
            .await?;
        match next {
            Next::GiveUp => Err(error),
            Next::Fewer | Next::Probe => Ok(true),
            Next::Park(op) => self.park(op).await,
        }
    }

    /// The client, as patient as a call of this many bytes asks for.
    pub(super) fn patient(&self, up: usize) -> HubClient {
        self.client.with_patience(self.budget.patience(up))
    }

    /// A call of about this many bytes besides the exchange: measured and logged.
    pub(super) async fn measured<T>(
        &mut self,
        size: usize,
        call: impl Future<Output = Result<Weighed<T>, CallError>>,
    ) -> Result<T, CallError> {
        self.tell_busy();
        let started = self.start(size);
        let answer = call.await;
        self.finish(started, &answer, (0, 0)).await;
        answer.map(|answer| answer.value)
    }

    fn start(&self, size: usize) -> Started {
        Started {
            at: self.clock.now(),
            instant: Instant::now(),
            size,
        }
    }

    /// Learns from a call, and logs it for the facilitatore.
    async fn finish<T>(
        &mut self,
        started: Started,
        answer: &Result<Weighed<T>, CallError>,
        (ops_up, ops_down): (usize, usize),
    ) {
        let elapsed = started.instant.elapsed();
        self.learn(answer.as_ref().map(|a| a.weight), elapsed, started.size);
        let weight = answer.as_ref().map_or(Weight::default(), |a| a.weight);
        let attempt = Attempt {
            at: started.at,
            ms: u32::try_from(elapsed.as_millis()).unwrap_or(u32::MAX),
            up: weight.up,
            down: weight.down,
            ops_up: u32::try_from(ops_up).unwrap_or(u32::MAX),
            ops_down: u32::try_from(ops_down).unwrap_or(u32::MAX),
            error: answer.as_ref().err().map(|error| error.word().into()),
        };
        let logged = self.on_disk(move |store| store.log_attempt(&attempt)).await;
        if let Err(error) = logged {
            tracing::warn!(%error, "an attempt could not be logged");
        }
    }

    fn learn(&mut self, outcome: Result<Weight, &CallError>, elapsed: Duration, size: usize) {
        match outcome {
            Ok(weight) => {
                let bytes = usize::try_from(weight.up + weight.down).unwrap_or(usize::MAX);
                self.budget.moved(bytes, elapsed);
            }
            Err(CallError::Cut(_) | CallError::TooLarge) => self.budget.failed(size),
            Err(CallError::Stalled) => {
                self.budget.failed(size);
                self.budget.stalled();
            }
            // Where nothing was sent, nothing is learnt.
            Err(_) => {}
        }
    }

    async fn learn_keys(&mut self) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.step(self).await;
        self.keys = keys;
    }

    /// Does work on the database away from the runtime's threads, which must not wait for a disk.
    pub(super) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, CallError> {
        let store = self.store.clone();
        match self.work.run(move || work(&store)).await {
            Ok(result) => result.map_err(|error| CallError::Local(error.to_string())),
            Err(panicked) => Err(CallError::Local(panicked.to_string())),
        }
    }

    /// The hub answered in the last round.
    pub fn heard_since_last_round(&self) -> bool {
        self.last_exchange.is_some()
    }

    /// A round was interrupted.
    pub fn give_up(&mut self) {
        self.lanes.give_up();
        self.tell(|state| state.busy = false);
    }

    /// A round ended.
    pub fn tell_outcome(&mut self, outcome: &Result<(), CallError>) {
        match outcome {
            Ok(()) => {
                let now = self.clock.now();
                self.state.send_if_modified(|state| {
                    state.last_ok = Some(now);
                    false
                });
                self.tell_line(Line::Up, None);
            }
            Err(error) => {
                tracing::info!(%error, "the hub was not reached");
                self.give_up();
                self.tell_line(line_after(error), Some(error.clone()));
            }
        }
    }

    pub fn tell_line(&self, line: Line, error: Option<CallError>) {
        let now = self.clock.now();
        self.tell(|state| {
            if state.line != line {
                state.line = line;
                state.since = now;
            }
            state.busy = false;
            state.error = error;
        });
    }

    fn tell_busy(&self) {
        self.tell(|state| state.busy = true);
    }

    fn tell_clock(&self, hub: UnixMs) {
        let off = hub.saturating_sub(self.clock.now());
        let off = Some(off).filter(|off| off.saturating_abs() > CLOCK_OFF);
        let now = self.clock.now();
        self.tell(|state| {
            // The line is up as soon as an answer came, however long the round goes on.
            if state.line != Line::Up {
                state.line = Line::Up;
                state.since = now;
                state.error = None;
            }
            // Told in whole minutes: it must not change with every call.
            state.clock_off = off.map(|off| off / 60_000 * 60_000);
        });
    }

    /// The time of day.
    pub(super) fn now(&self) -> UnixMs {
        self.clock.now()
    }

    pub(super) fn tell_applied(&self, applied: Applied) {
        if applied != Applied::default() {
            self.send(Event::Applied(applied));
        }
    }

    /// Changes the state, and tells of it where it did change.
    fn tell(&self, change: impl FnOnce(&mut EngineState)) {
        let changed = self.state.send_if_modified(|state| {
            let before = state.clone();
            change(state);
            *state != before
        });
        if changed {
            let state = self.state.borrow().clone();
            self.send(Event::State(state));
        }
    }

    pub(super) fn send(&self, event: Event) {
        // Nobody may be listening.
        let _ = self.events.send(event);
    }
}

fn entries(answer: &Weighed<SyncResponse>) -> usize {
    answer
        .value
        .pulls
        .iter()
        .map(|pull| pull.entries.len())
        .sum()
}

/// Whether an answer brought anything: a result, a new position, a new epoch, a scope more or less.
fn progress(request: &SyncRequest, response: &SyncResponse) -> bool {
    let moved = |pull: &protocol::Pull| request.cursors.get(&pull.scope) != Some(&pull.to);
    response.epoch != request.epoch
        || !response.results.is_empty()
        || response.pulls.len() != request.cursors.len()
        || response.pulls.iter().any(moved)
}
