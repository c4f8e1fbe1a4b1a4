//! The line that documents pass through: made ready here, signed on one thread, finished and kept on several.
//!
//! A token does one signature at a time, and what stands around it (reading, building, our own verification, and
//! above all the disk's "it is really there") should not make it wait: the next document is ready when the token is,
//! and earlier ones are put away meanwhile.

use super::{Item, Job, Outcome};
use crate::{Cancel, Digest, IdentityId, QUICK, Signer, SignerError};
use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// Documents that wait for the token, those it has included: more would only make their stated time older.
const AT_TOKEN: usize = 3;
/// The same for a token that is [`QUICK`].
const AT_QUICK_TOKEN: usize = 12;
/// Documents on the line at most.
const ON_LINE: usize = 32;
/// Bytes of documents on the line, beyond which the next waits outside: large ones pass one at a time.
const BYTES: usize = 16 << 20;
/// Threads that keep. They wait for the disk, which makes many files last in the time of one.
const KEEPERS: usize = 16;

/// Threads that finish. They compute: one processor is left to the token, which may be a program on it, and to what
/// carries its answers.
fn finishers() -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    processors.saturating_sub(1).max(1)
}

/// A document whose hash is ready for the token.
struct Ready<W> {
    at: usize,
    work: W,
    to_sign: Digest,
}

/// A document and its signature: its place in the list, what finishing it needs, the value.
type Signed<W> = (usize, W, Vec<u8>);

/// What happened on the line.
enum Event<R> {
    /// The token signed one.
    Signed,
    /// One is through.
    Through(usize, Outcome<R>),
    /// The token signs no more; what waits for it was let go.
    Stopped(SignerError),
    /// A thread panicked.
    Broken(Box<dyn Any + Send>),
}

/// Passes the waiting documents through, in their order; tells what became of each, in their order too.
pub(super) fn pass<J: Job>(
    waiting: &[(usize, &Item)],
    signer: &mut dyn Signer,
    identity: &IdentityId,
    job: &J,
    cancel: &Cancel,
    tell: &mut dyn FnMut(usize, Outcome<J::Refusal>),
) -> Result<(), SignerError> {
    let items: BTreeMap<usize, &Item> = waiting.iter().copied().collect();
    let (to_token, ready) = channel::<Ready<J::Work>>();
    let (to_finish, signed) = channel::<Signed<J::Work>>();
    let (to_keep, finished) = channel::<(usize, J::Signed)>();
    let (signed, finished) = (Mutex::new(signed), Mutex::new(finished));
    let (news, events) = channel();
    thread::scope(|scope| {
        for _ in 0..finishers().min(waiting.len()) {
            let (news, to_keep, signed, items) = (news.clone(), to_keep.clone(), &signed, &items);
            scope.spawn(move || {
                work(signed, &news, |(at, work, signature): Signed<J::Work>| {
                    let item = items.get(&at)?;
                    match job.finish(item, work, &signature) {
                        Ok(finished) => {
                            // Its other end is there as long as this thread.
                            let _ = to_keep.send((at, finished));
                            None
                        }
                        Err(refusal) => Some(Event::Through(at, Outcome::Refused(refusal))),
                    }
                });
            });
        }
        drop(to_keep);
        for _ in 0..KEEPERS.min(waiting.len()) {
            let (news, finished, items) = (news.clone(), &finished, &items);
            scope.spawn(move || {
                work(finished, &news, |(at, signed)| {
                    let kept = job.keep(items.get(&at)?, signed);
                    let outcome = kept.map_or_else(Outcome::Refused, |()| Outcome::Signed);
                    Some(Event::Through(at, outcome))
                });
            });
        }
        scope.spawn(move || sign(signer, identity, cancel, &ready, &to_finish, &news));
        let mut line = Line {
            to_token: Some(to_token),
            events,
            sizes: BTreeMap::new(),
            at_token: 0,
            last_signed: None,
            most_at_token: AT_TOKEN,
            done: BTreeMap::new(),
            order: waiting.iter().map(|(at, _)| *at).collect(),
            stopped: None,
        };
        let outcome = line.run(waiting, job, cancel, tell);
        // The threads end when nothing can come any more.
        line.to_token = None;
        outcome
    })
}

/// The thread of the token.
fn sign<W, R>(
    signer: &mut dyn Signer,
    identity: &IdentityId,
    cancel: &Cancel,
    ready: &Receiver<Ready<W>>,
    to_finish: &Sender<Signed<W>>,
    news: &Sender<Event<R>>,
) {
    let at_token = RefCell::new(VecDeque::new());
    let mut next = |may_wait: bool| {
        let ready = match (cancel.is_cancelled(), may_wait) {
            (true, _) => None,
            (false, true) => ready.recv().ok(),
            (false, false) => ready.try_recv().ok(),
        };
        let Ready { at, work, to_sign } = ready.filter(|_| !cancel.is_cancelled())?;
        at_token.borrow_mut().push_back((at, work));
        Some(to_sign)
    };
    let mut signed = |signature| {
        if let Some((at, work)) = at_token.borrow_mut().pop_front() {
            // Whoever counts on the other end knows of it before it is through.
            let _ = news.send(Event::Signed);
            let _ = to_finish.send((at, work, signature));
        }
    };
    let ended = signer.sign_each(identity, &mut next, &mut signed);
    match ended {
        Ok(()) if !cancel.is_cancelled() => {}
        Ok(()) => drop(news.send(Event::Stopped(SignerError::Cancelled))),
        Err(why) => drop(news.send(Event::Stopped(why))),
    }
}

/// A thread that does one thing with each document that comes.
fn work<T, R>(
    queue: &Mutex<Receiver<T>>,
    news: &Sender<Event<R>>,
    mut each: impl FnMut(T) -> Option<Event<R>>,
) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(next) = next else { return };
        let done = catch_unwind(AssertUnwindSafe(|| each(next)));
        if let Some(event) = done.unwrap_or_else(|panic| Some(Event::Broken(panic))) {
            let _ = news.send(event);
        }
    }
}

/// What stands where, as the thread knows it that makes documents ready.
struct Line<W, R> {
    to_token: Option<Sender<Ready<W>>>,
    events: Receiver<Event<R>>,
    /// The documents on the line and their lengths in bytes.
    sizes: BTreeMap<usize, usize>,
    at_token: usize,
    last_signed: Option<Instant>,
    most_at_token: usize,
    /// Outcomes whose turn to be told has not come.
    done: BTreeMap<usize, Outcome<R>>,
    /// Whose turn it is.
    order: VecDeque<usize>,
    stopped: Option<SignerError>,
}

impl<W, R> Line<W, R> {
    fn run<J: Job<Work = W, Refusal = R>>(
        &mut self,
        waiting: &[(usize, &Item)],
        job: &J,
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, Outcome<R>),
    ) -> Result<(), SignerError> {
        let mut next = waiting.iter();
        loop {
            while self.has_room() {
                let Some((at, item)) = next.next() else { break };
                if cancel.is_cancelled() {
                    self.stopped = Some(SignerError::Cancelled);
                    break;
                }
                self.enter(*at, item, job);
                self.tell(tell);
            }
            if self.sizes.is_empty() {
                break;
            }
            match self.events.recv() {
                Ok(event) => self.take(event),
                Err(_) => break, // the thread of the token panicked: the scope says so
            }
            self.tell(tell);
        }
        // Behind one that waits still, others may be through.
        for (at, outcome) in std::mem::take(&mut self.done) {
            tell(at, outcome);
        }
        self.stopped.take().map_or(Ok(()), Err)
    }

    fn has_room(&self) -> bool {
        self.stopped.is_none()
            && self.at_token < self.most_at_token
            && self.sizes.len() < ON_LINE
            && (self.sizes.is_empty() || self.sizes.values().sum::<usize>() < BYTES)
    }

    /// Makes a document ready and hands it on; one that is not to be signed is done with.
    fn enter<J: Job<Work = W, Refusal = R>>(&mut self, at: usize, item: &Item, job: &J) {
        let prepared = match job.prepare(item) {
            Ok(prepared) => prepared,
            Err(refusal) => {
                self.done.insert(at, Outcome::Refused(refusal));
                return;
            }
        };
        if prepared.document != item.shown {
            let found = prepared.document;
            self.done.insert(at, Outcome::Changed { found });
            return;
        }
        let (work, to_sign) = (prepared.work, prepared.to_sign);
        self.sizes.insert(at, prepared.size);
        self.at_token += 1;
        if let Some(to_token) = &self.to_token {
            // Where nobody takes it, an event that is on its way says why.
            let _ = to_token.send(Ready { at, work, to_sign });
        }
    }

    fn take(&mut self, event: Event<R>) {
        match event {
            Event::Signed => {
                self.at_token -= 1;
                let last = self.last_signed.replace(Instant::now());
                let quick = last.is_some_and(|last| last.elapsed() < QUICK);
                self.most_at_token = if quick { AT_QUICK_TOKEN } else { AT_TOKEN };
            }
            Event::Through(at, outcome) => {
                self.sizes.remove(&at);
                self.done.insert(at, outcome);
            }
            Event::Stopped(why) => {
                // The last that entered are those that the token has not signed.
                while self.at_token > 0 {
                    self.sizes.pop_last();
                    self.at_token -= 1;
                }
                self.stopped = Some(why);
            }
            Event::Broken(panic) => resume_unwind(panic),
        }
    }

    /// Tells what is through, as far as its turn has come.
    fn tell(&mut self, tell: &mut dyn FnMut(usize, Outcome<R>)) {
        while let Some(at) = self.order.front().copied() {
            let Some(outcome) = self.done.remove(&at) else {
                return;
            };
            self.order.pop_front();
            tell(at, outcome);
        }
    }
}
