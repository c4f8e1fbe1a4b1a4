//! What to carry: operations whenever some are ready; beside them files, in lanes of their own.

use super::ahead::{self, Answer, Asked};
use super::budget::Budget;
use super::files::{CallReport, Lanes, Porter, Report, Step};
use super::isolate::{Isolation, Next as Way};
use super::keys::Keys;
use super::limits::{Gate, Gates, Limits};
use super::mend::Mended;
use super::progress::{Rhythm, SMALL, Seen, two_digits};
use super::state::line_after;
use super::{EngineConfig, EngineState, Event, Line, Moving, Pace, Wires};
use crate::CallError;
use crate::client::{HubClient, Weighed, Weight};
use crate::clock::Clock;
use domain::line::{Carried, Held};
use domain::{FileId, OpId, UnixMs};
use protocol::{SyncRequest, SyncResponse};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{Applied, Attempt, Room, Store, StoreError, Traffic};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};
use world::{Rome, Work};

/// A difference of clocks worth telling, in milliseconds.
const CLOCK_OFF: i64 = 5 * 60 * 1000;
/// Nobody need say that something was written: while files move it is looked at this often.
const LOOK: Duration = Duration::from_secs(1);
/// The last success is written down at most this often, in milliseconds.
const OK_WRITTEN: i64 = 60_000;

/// A call under way.
pub(super) struct Started {
    at: UnixMs,
    pub(super) instant: Instant,
    /// About how many bytes it moves.
    size: usize,
    carried: Carried,
}

/// What comes after an exchange.
struct Next {
    /// There is more to carry.
    again: bool,
    /// It was asked for already.
    ahead: Option<Asked>,
}

/// How many operations a call moved: up, down.
type Ops = (usize, usize);

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
    /// The hub has told its time since the start: before, a wrong clock may mistake the hour.
    told_time: bool,
    /// The hub was asked for its version since the line was last lost.
    told_version: bool,
    isolation: Isolation,
    pub(super) mended: Mended,
    limits: Limits,
    /// Which files go now; asked anew before each step, and by the lanes before each file.
    gate: Gates,
    released: Arc<AtomicBool>,
    progress: Rhythm,
    seen: Seen,
    ok_written: Option<UnixMs>,
    state: Arc<watch::Sender<EngineState>>,
    events: broadcast::Sender<Event>,
}

impl Courier {
    pub fn new(store: Store, client: HubClient, config: EngineConfig, wires: &Wires) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let gate = Gates::default();
        let mut porter = Porter::new(
            store.clone(),
            client.clone(),
            config.clock.clone(),
            config.work,
            config.pace,
            tell,
        );
        porter.gate = gate.clone();
        Self {
            store,
            client,
            clock: config.clock,
            work: config.work,
            pace: config.pace,
            budget: Budget::default(),
            lanes: Lanes::new(porter, told),
            looked: Instant::now(),
            nudge: wires.nudge.clone(),
            keys: Keys::default(),
            last_exchange: None,
            reconciled: false,
            told_time: false,
            told_version: false,
            isolation: Isolation::default(),
            mended: Mended::default(),
            limits: Limits::new(config.meter),
            gate,
            released: wires.released.clone(),
            progress: Rhythm::default(),
            seen: Seen::default(),
            ok_written: None,
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
            if !self.told_time {
                self.exchange().await?;
            }
            self.look_at_limits().await?;
            self.lanes.start().await?;
            if !self.lanes.idle() {
                self.tell_busy();
            }
            self.exchange().await?;
            if !self.lanes.idle() {
                self.until_something_is_ready().await?;
            } else if !self.lanes.has_work().await? {
                // What waits for room is told: the rest was carried.
                return self.lanes.no_room().map_or(Ok(()), Err);
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
            Report::Progress {
                file,
                up,
                done,
                size,
            } => {
                self.tell_file(&file, up, (done, size));
                if up {
                    self.keep_sent(file, done).await;
                }
                self.looked.elapsed() > LOOK
            }
        }
    }

    async fn note_call(&mut self, call: CallReport) {
        self.tell_busy();
        let outcome = call.outcome.as_ref().copied();
        if let Ok(weight) = outcome {
            self.seen
                .call(Instant::now(), weight.up + weight.down, call.took);
        }
        let started = Started {
            at: call.at,
            instant: Instant::now(),
            size: call.given,
            carried: heavier(outcome),
        };
        self.log(&started, call.took, outcome, (0, 0)).await;
    }

    /// Operations both ways, until none is ready and the log is read to its end.
    async fn exchange(&mut self) -> Result<(), CallError> {
        let polled = |at: Instant| at.elapsed() < self.pace.poll.0;
        let mut next = Next {
            again: !self.last_exchange.is_some_and(polled),
            ahead: None,
        };
        loop {
            let asked = match next.ahead.take() {
                Some(asked) => asked,
                None => {
                    let request = self.next_request().await?;
                    if !next.again && request.ops.is_empty() {
                        return Ok(());
                    }
                    self.ask(request)
                }
            };
            next = self.exchange_once(asked).await?;
        }
    }

    async fn next_request(&self) -> Result<SyncRequest, CallError> {
        let (bytes, down) = self.budget.operations();
        let ops = self.isolation.most();
        let down = u32::try_from(down).unwrap_or(u32::MAX);
        let request = self
            .on_disk(move |store| store.next_request(Room { bytes, ops }, down))
            .await?;
        Ok(SyncRequest {
            asks_version: !self.told_version,
            ..request
        })
    }

    /// Begins a call.
    fn ask(&mut self, request: SyncRequest) -> Asked {
        let held = (!request.ops.is_empty()).then(|| self.lanes.hold());
        if !request.ops.is_empty() {
            self.tell_operations(count(request.ops.len()));
        }
        // What the operations weigh is known only once they are packed. The budget bounds it, but for one operation
        // that is larger by itself.
        let size = if request.ops.is_empty() {
            0
        } else {
            self.budget.size()
        };
        let started = self.start(size, Carried::Operations);
        let client = self.patient().with_feed(self.lanes.gently());
        Asked::of(client, request, started, held)
    }

    /// One call.
    async fn exchange_once(&mut self, mut asked: Asked) -> Result<Next, CallError> {
        let (answer, took) = self.answer(&mut asked).await?;
        let ops = (asked.request.ops.len(), answer.as_ref().map_or(0, entries));
        self.finish(&asked.started, took, &answer, ops).await;
        match answer {
            Ok(answer) => {
                let (plain, packed) = (answer.plain, answer.weight);
                let down = (plain.down, packed.down);
                self.budget.packed((plain.up, packed.up), down);
                self.take_in(&asked.request, answer.value).await
            }
            Err(error) => {
                // Behind it may be a hub that was updated.
                self.told_version = false;
                let again = self.not_taken(&asked.request, error).await?;
                Ok(Next { again, ahead: None })
            }
        }
    }

    /// The answer of a call, and how long it took. A file that is written meanwhile begins to go beside it: on a slow
    /// line a question alone takes seconds.
    async fn answer(&mut self, asked: &mut Asked) -> Result<(Answer, Duration), CallError> {
        let nudge = self.nudge.clone();
        let mut nudged = false;
        let answer = loop {
            tokio::select! {
                biased;
                answer = asked.answer() => break answer,
                () = nudge.notified(), if self.told_time => {
                    nudged = true;
                    sleep(self.pace.coalesce).await;
                    self.lanes.start().await?;
                }
            }
        };
        if nudged {
            // What else it was for is looked at after this.
            nudge.notify_one();
        }
        Ok(answer)
    }

    /// Asks for what comes after this answer before it is taken in, unless something waits to be sent: that goes first.
    async fn ask_ahead(
        &mut self,
        request: &SyncRequest,
        response: &SyncResponse,
    ) -> Result<Option<Asked>, CallError> {
        let Some(next) = ahead::after(request, response) else {
            return Ok(None);
        };
        let usual = self.next_request().await?;
        if !usual.ops.is_empty() {
            return Ok(None);
        }
        let asked = self.ask(SyncRequest {
            budget: usual.budget,
            ..next
        });
        // It is on its way before work on the database begins.
        tokio::task::yield_now().await;
        Ok(Some(asked))
    }

    async fn take_in(
        &mut self,
        request: &Arc<SyncRequest>,
        response: SyncResponse,
    ) -> Result<Next, CallError> {
        self.last_exchange = Some(Instant::now());
        self.tell_clock(response.now);
        self.told_time = true;
        self.told_version = true;
        let aside = self.isolation.succeeded();
        let diverged = response.diverged.clone();
        let progress = progress(request, &response);
        let sent = !request.ops.is_empty();
        let mut ahead = match aside {
            Some(_) => None,
            None => self.ask_ahead(request, &response).await?,
        };
        let (at, request) = (self.clock.now(), request.clone());
        let applied = self
            .on_disk(move |store| store.apply_response(&request, &response, at))
            .await?;
        let again = applied.more || applied.reconciling;
        if applied.reconciling {
            ahead = None;
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
            let again = self.park(op).await?;
            return Ok(Next { again, ahead: None });
        }
        Ok(Next { again, ahead })
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
        request: &Arc<SyncRequest>,
        error: CallError,
    ) -> Result<bool, CallError> {
        // Once a round: a hub that finds a conflict again after that has another trouble.
        if error == CallError::Conflict && !self.reconciled {
            self.reconciled = true;
            self.lanes.forget();
            self.on_disk(Store::reconcile).await?;
            return Ok(true);
        }
        let next = self.isolation.failed(request, &error);
        let request = request.clone();
        self.on_disk(move |store| store.request_failed(&request))
            .await?;
        match next {
            Way::GiveUp => Err(error),
            Way::Fewer | Way::Probe => Ok(true),
            Way::Park(op) => self.park(op).await,
        }
    }

    /// The client, as patient as the line asks for.
    pub(super) fn patient(&self) -> HubClient {
        let (patience, sending) = self.budget.patience();
        self.client.with_patience(patience).with_send_time(sending)
    }

    /// A call of about this many bytes besides the exchange: measured and logged.
    pub(super) async fn measured<T>(
        &mut self,
        size: usize,
        carried: Carried,
        call: impl Future<Output = Result<Weighed<T>, CallError>>,
    ) -> Result<T, CallError> {
        self.tell_busy();
        let started = self.start(size, carried);
        let answer = call.await;
        let took = started.instant.elapsed();
        self.finish(&started, took, &answer, (0, 0)).await;
        answer.map(|answer| answer.value)
    }

    fn start(&self, size: usize, carried: Carried) -> Started {
        Started {
            at: self.clock.now(),
            instant: Instant::now(),
            size,
            carried,
        }
    }

    /// Learns from a call, and logs it for the facilitatore.
    async fn finish<T>(
        &mut self,
        started: &Started,
        elapsed: Duration,
        answer: &Result<Weighed<T>, CallError>,
        ops: Ops,
    ) {
        let outcome = answer.as_ref().map(|answer| answer.weight);
        self.learn(outcome, elapsed, started.size);
        self.log(started, elapsed, outcome, ops).await;
    }

    async fn log(
        &self,
        started: &Started,
        elapsed: Duration,
        outcome: Result<Weight, &CallError>,
        ops: Ops,
    ) {
        let cost = cost(outcome, started.size);
        let attempt = self.attempt(started, elapsed, outcome, ops);
        let month = Rome::at(self.wall()).month;
        let logged = self
            .on_disk(move |store| store.log_attempt(&attempt, &month, cost))
            .await;
        if let Err(error) = logged {
            tracing::warn!(%error, "an attempt could not be logged");
        }
    }

    fn attempt(
        &self,
        started: &Started,
        elapsed: Duration,
        outcome: Result<Weight, &CallError>,
        (ops_up, ops_down): Ops,
    ) -> Attempt {
        let weight = outcome.unwrap_or_default();
        Attempt {
            at: started.at,
            ms: millis(elapsed),
            up: weight.up,
            down: weight.down,
            ops_up: count(ops_up),
            ops_down: count(ops_down),
            carried: started.carried,
            rtt: self.seen.round_trip().map(millis),
            goodput: self.seen.goodput().map(two_digits),
            error: outcome.err().map(CallError::fault),
            ..Attempt::default()
        }
    }

    fn learn(&mut self, outcome: Result<Weight, &CallError>, elapsed: Duration, size: usize) {
        match outcome {
            Ok(weight) => {
                let bytes = usize::try_from(weight.up + weight.down).unwrap_or(usize::MAX);
                self.budget.moved(bytes, elapsed);
                let moved = weight.up + weight.down;
                self.seen.call(Instant::now(), moved, elapsed);
                if moved < SMALL {
                    self.lanes.took(elapsed);
                }
            }
            Err(CallError::Cut(_) | CallError::Stalled | CallError::TooLarge) => {
                self.budget.failed(size);
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

    /// The time by the hub's clock, where it is known to differ from ours: a clock that is wrong must not
    /// mistake the month, nor the hour.
    fn wall(&self) -> UnixMs {
        let off = self.state.borrow().clock_off.unwrap_or(0);
        self.clock.now().saturating_add(off)
    }

    /// Asks anew which files go now: the hour, the sum of the month or the person's mind may have changed.
    async fn look_at_limits(&mut self) -> Result<(), CallError> {
        self.limits.ask_system().await;
        let now = self.wall();
        let month = Rome::at(now).month;
        let asked = month.clone();
        let found = self
            .on_disk(move |store| store.limits_and_traffic(&asked))
            .await?;
        let released = self.released.load(Ordering::Relaxed);
        self.limits.take(month, found, released);
        let allowed = self.limits.bulk_allowed(now);
        self.gate.set(self.gate_of(allowed).await?);
        let metered = self.limits.metered();
        let left_alone = self.lanes.left_alone();
        self.tell(|state| {
            state.left_alone = left_alone;
            state.held = allowed.err();
            state.limits_known = true;
            // A file that is let through all the same says so again with its next piece.
            if state.held.is_some() && matches!(state.moving, Some(Moving::File { .. })) {
                state.moving = None;
            }
            state.released = released;
            state.metered = metered;
        });
        Ok(())
    }

    async fn gate_of(&self, allowed: Result<(), Held>) -> Result<Gate, CallError> {
        Ok(match allowed {
            Ok(()) => Gate::Open,
            Err(Held::Cap { .. }) => Gate::Shut,
            Err(_) => Gate::Needed(self.on_disk(Store::small_files_needed).await?),
        })
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
        self.tell(EngineState::rest);
    }

    /// A round ended.
    pub async fn tell_outcome(&mut self, outcome: &Result<(), CallError>) {
        match outcome {
            Ok(()) => {
                let now = self.clock.now();
                self.state.send_if_modified(|state| {
                    state.last_ok = Some(now);
                    false
                });
                self.keep_last_ok(now).await;
                self.end_release();
                self.tell_line(Line::Up, None);
            }
            Err(error) => {
                tracing::info!(%error, "the hub was not reached");
                self.give_up();
                self.tell_line(line_after(error), Some(error.clone()));
            }
        }
    }

    /// Everything was carried: what is limited is limited again.
    fn end_release(&mut self) {
        if self.limits.released() {
            self.released.store(false, Ordering::Relaxed);
            self.tell(|state| state.released = false);
        }
    }

    async fn keep_last_ok(&mut self, now: UnixMs) {
        let fresh = |at: UnixMs| (0..OK_WRITTEN).contains(&now.saturating_sub(at));
        if self.ok_written.is_some_and(fresh) {
            return;
        }
        self.ok_written = Some(now);
        if let Err(error) = self.on_disk(move |store| store.set_last_ok(now)).await {
            tracing::warn!(%error, "the last success could not be kept");
        }
    }

    pub fn tell_line(&self, line: Line, error: Option<CallError>) {
        let now = self.clock.now();
        self.tell(|state| {
            if state.line != line {
                state.line = line;
                state.since = now;
            }
            state.rest();
            state.error = error;
        });
    }

    fn tell_busy(&self) {
        self.tell(|state| state.busy = true);
    }

    fn tell_moving(&self, moving: Moving) {
        let goodput = self.seen.goodput().map(two_digits);
        self.tell(|state| {
            state.busy = true;
            state.moving = Some(moving);
            state.goodput = goodput;
        });
    }

    fn tell_operations(&mut self, up: u32) {
        let known = matches!(self.state.borrow().moving, Some(Moving::Operations { .. }));
        if self.progress.beats(Instant::now()) || !known {
            self.tell_moving(Moving::Operations { up });
        }
    }

    /// How far a file is. Told at a rhythm that can be read, and at once for another file.
    fn tell_file(&mut self, id: &FileId, up: bool, (done, size): (u64, u64)) {
        let same = |moving: &Moving| matches!(moving, Moving::File { id: it, .. } if it == id);
        let known = self.state.borrow().moving.as_ref().is_some_and(same);
        if self.progress.beats(Instant::now()) || !known {
            self.tell_moving(Moving::File {
                id: id.clone(),
                up,
                done,
                size,
            });
        }
    }

    /// How far a file going up is, for the next start. Only people read it: without it the work goes on.
    async fn keep_sent(&self, file: FileId, done: u64) {
        let kept = self
            .on_disk(move |store| store.mark_sent(&file, done))
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "how far a file is could not be kept");
        }
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

/// What a call cost, about. What a call that was cut had moved is not known: all of it is counted.
fn cost(outcome: Result<Weight, &CallError>, size: usize) -> Traffic {
    match outcome {
        Ok(weight) => weight.in_all(),
        Err(error) if error.may_have_moved() => {
            let up = u64::try_from(size).unwrap_or(u64::MAX);
            let all = Weight { up, down: 0 }.in_all();
            Traffic { down: 0, ..all }
        }
        Err(_) => Traffic::default(),
    }
}

/// Which way the bytes of a file went.
fn heavier(outcome: Result<Weight, &CallError>) -> Carried {
    let weight = outcome.unwrap_or_default();
    if weight.down > weight.up {
        Carried::Download
    } else {
        Carried::Upload
    }
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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
