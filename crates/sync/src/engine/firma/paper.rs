//! Signed files on their way to last. The machine of `signing::upgrade` says what is asked next; here are the line, the
//! queue and the disk. After every answer that made the file better it is written, in the place of the file that it
//! was: a stamp that was paid for is on disk before anything else is asked.

use super::facts::Asking;
use super::lists::here;
use super::place;
use super::task::{Task, rest_after};
use crate::CallError;
use crate::engine::Event;
use domain::UnixMs;
use jiff::Timestamp;
use protocol::firma::{Asked, Question, Reply, Thing};
use signing::cades::write_atomically;
use signing::path::Trust;
use signing::revocation::Why;
use signing::tsp::{Kind, TransportError};
use signing::upgrade::{self, Ask, Next, Settings, Trouble, Upgrade};
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;
use store::{Ended, Level, Sha256, Store, StoreError, Upgrading, Waits};

/// The largest file, in bytes: it is in memory a few times over.
const LARGEST: u64 = 100 * 1024 * 1024;
/// What stands for the services that the hub knows.
const SERVICES: &str = "hub:";
/// Tries after which a file is given up whose answers were never of use: with pauses of half a day, some days.
const TRIES: u32 = 20;
/// About what a question and its answer carry, in bytes.
const SMALL: u64 = 16 * 1024;

/// What is under way; lost with the process, and read from the file again.
#[derive(Default)]
pub(super) struct Papers {
    trust: Option<Arc<Trust>>,
    current: Option<Current>,
}

impl Papers {
    /// Other lists are here.
    pub(super) fn forget_trust(&mut self) {
        self.trust = None;
    }
}

struct Current {
    row: Upgrading,
    machine: Machine,
    /// A question that got no answer yet: it is asked again as it is, and a stamp is paid once.
    ask: Option<Ask>,
    /// A long answer, and what of it is here.
    long: Option<Long>,
    /// Why the hub could not carry the last question.
    why: Option<Waits>,
}

impl Current {
    fn question(&self) -> Option<Question> {
        self.ask.as_ref().map(question_of)
    }
}

/// A long answer, and what of it is here.
pub(super) type Long = (Thing, Vec<u8>);

/// On whose behalf a question is carried.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// A signed file on its way to last.
    Paper,
    /// A judgement that lacks how a certificate stood.
    Fact,
}

/// The machine goes to other threads and back.
type Machine = Box<Upgrade>;

/// What to do with a file.
enum Step {
    Ask(Ask),
    Rest(Waits),
    End(Ended),
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
enum Unwritten {
    #[error("it is not the file that it was")]
    Ended(Ended),
    #[error("the disk: {0}")]
    Disk(#[from] Error),
    #[error("the workspace: {0}")]
    Store(#[from] StoreError),
}

impl Task {
    /// Goes on with the file that is due; `None` where none is, else whether a limit of the line holds it.
    pub(super) async fn next_paper(&mut self) -> Result<Option<bool>, CallError> {
        let now = self.now();
        let due = self.on_disk(move |store| store.upgrade_due(now)).await?;
        let Some(row) = due else {
            return Ok(None);
        };
        let Some(trust) = self.trust().await? else {
            self.rest(&row, Waits::Lists).await?;
            return Ok(Some(false));
        };
        if self.free(SMALL).await?.is_err() {
            return Ok(Some(true));
        }
        let same =
            |current: &Current| current.row.path == row.path && current.row.added == row.added;
        let current = match self.papers.current.take() {
            Some(current) if same(&current) => current,
            _ => match self.begin(&row).await? {
                Ok(current) => current,
                Err(ended) => {
                    self.end(&row, ended).await?;
                    return Ok(Some(false));
                }
            },
        };
        self.papers.current = Some(current);
        self.go_on(&trust).await?;
        Ok(Some(false))
    }

    async fn begin(&self, row: &Upgrading) -> Result<Result<Current, Ended>, CallError> {
        let of = row.clone();
        let read = self.off(move || begin(of)).await?;
        Ok(match read {
            Ok(current) => Ok(current),
            Err(Unwritten::Ended(ended)) => Err(ended),
            Err(error) => {
                tracing::info!(%error, "a signed file cannot be read now");
                self.rest(row, Waits::Disk).await?;
                return Err(here(error));
            }
        })
    }

    /// Question by question until the file rests or is done.
    async fn go_on(&mut self, trust: &Arc<Trust>) -> Result<(), CallError> {
        loop {
            let Some(mut current) = self.papers.current.take() else {
                return Ok(());
            };
            if current.ask.is_none() {
                let step;
                (current, step) = self.step(current, trust).await?;
                match step {
                    Step::Ask(ask) => current.ask = Some(ask),
                    Step::Rest(waits) => return self.rest(&current.row, waits).await,
                    Step::End(ended) => return self.end(&current.row, ended).await,
                }
            }
            // It stays here while the question is away: a line that is cut loses nothing.
            self.papers.current = Some(current);
            let reply = self.carry_question(Of::Paper).await?;
            let Some(mut current) = self.papers.current.take() else {
                return Ok(());
            };
            let answer = answer_of(reply, &mut current.why);
            let (current, written) = self.answer(current, answer, trust).await?;
            match written {
                Ok(()) => self.papers.current = Some(current),
                Err(Unwritten::Ended(ended)) => return self.end(&current.row, ended).await,
                Err(error) => {
                    tracing::warn!(%error, "a signed file could not be written");
                    return self.rest(&current.row, Waits::Disk).await;
                }
            }
        }
    }

    /// What the file needs next.
    async fn step(
        &self,
        mut current: Current,
        trust: &Arc<Trust>,
    ) -> Result<(Current, Step), CallError> {
        let (trust, store) = (trust.clone(), self.store.clone());
        self.off(move || {
            let step = match current.machine.next(&trust) {
                Next::Ask(ask) => Step::Ask(ask),
                Next::Wait(troubles) => Step::Rest(waits(&current, &troubles)),
                Next::Stuck(troubles) => stuck(&current, &troubles, &trust),
                Next::Done => Step::End(Ended::Done),
            };
            // What was put together from facts that were at hand is written, too.
            let goal = matches!(step, Step::End(Ended::Done)).then_some(current.row.goal);
            let step = match save(&store, &mut current, goal) {
                Ok(()) => step,
                Err(Unwritten::Ended(ended)) => Step::End(ended),
                Err(error) => {
                    tracing::warn!(%error, "a signed file could not be written");
                    Step::Rest(Waits::Disk)
                }
            };
            (current, step)
        })
        .await
    }

    async fn answer(
        &self,
        mut current: Current,
        answer: Result<Vec<u8>, TransportError>,
        trust: &Arc<Trust>,
    ) -> Result<(Current, Result<(), Unwritten>), CallError> {
        let (trust, store) = (trust.clone(), self.store.clone());
        self.off(move || {
            let Some(ask) = current.ask.take() else {
                return (current, Ok(()));
            };
            let stamps = ask.kind == Kind::TimeStamp;
            current.machine.answer(ask, answer, &trust);
            let written = save(&store, &mut current, stamps.then_some(Level::T));
            (current, written)
        })
        .await
    }

    /// Carries the question that is open, and fetches its answer where that is long. What fails leaves all as it was.
    pub(super) async fn carry_question(&mut self, of: Of) -> Result<Reply, CallError> {
        let is_long = self.long(of).is_some_and(|long| long.is_some());
        let question = match of {
            _ if is_long => None,
            Of::Paper => self.papers.current.as_ref().and_then(Current::question),
            Of::Fact => self.asking.as_ref().and_then(Asking::question),
        };
        if let Some(question) = question {
            let size = question.body.len();
            let reply = self
                .call(size, |client| async move { client.carry(&question).await })
                .await?;
            let Reply::Long(thing) = reply else {
                return Ok(reply);
            };
            self.set_long(of, Some((thing, Vec::new())));
        }
        let outcome = self.fetch_long(of).await;
        match outcome {
            // The hub forgot it meanwhile: it is asked anew.
            Err(CallError::NotFound) => {
                self.set_long(of, None);
                Ok(Reply::Unreachable)
            }
            outcome => outcome,
        }
    }

    /// Where the long answer to a question is put together.
    fn long(&mut self, of: Of) -> Option<&mut Option<Long>> {
        match of {
            Of::Paper => self.papers.current.as_mut().map(|it| &mut it.long),
            Of::Fact => self.asking.as_mut().map(|it| &mut it.long),
        }
    }

    fn set_long(&mut self, of: Of, long: Option<Long>) {
        if let Some(slot) = self.long(of) {
            *slot = long;
        }
    }

    async fn fetch_long(&mut self, of: Of) -> Result<Reply, CallError> {
        loop {
            let Some((thing, have)) = self.long(of).and_then(|long| long.as_ref()) else {
                return Ok(Reply::Unreachable);
            };
            let (thing, from) = (*thing, have.len() as u64);
            if from >= thing.size {
                let whole = blake3::hash(have) == thing.hash;
                let bytes = self.long(of).and_then(Option::take);
                return Ok(match bytes {
                    Some((_, bytes)) if whole => Reply::Answer(bytes),
                    _ => Reply::Unreachable,
                });
            }
            if self.free(thing.size).await?.is_err() {
                return Err(CallError::Local("a limit of the line holds it back".into()));
            }
            let arrived = self.part(&thing, from).await?;
            let none = arrived.bytes.is_empty();
            if let Some(Some((_, have))) = self.long(of) {
                have.extend(arrived.bytes);
            }
            match arrived.cut {
                Some(cut) => return Err(cut),
                None if none => return Err(CallError::NotAHub("it gives nothing".into())),
                None => {}
            }
        }
    }

    /// Whom to believe, read once and again after other lists came.
    async fn trust(&mut self) -> Result<Option<Arc<Trust>>, CallError> {
        if let Some(trust) = &self.papers.trust {
            return Ok(Some(trust.clone()));
        }
        let Some(keys) = self.on_disk(Store::hub_keys).await? else {
            return Ok(None);
        };
        let (folder, roots) = (self.config.folder.clone(), self.config.roots.clone());
        let belief = self
            .off(move || place::belief(&folder, &keys, &roots))
            .await?;
        let trust = belief.map(|belief| Arc::new(Trust::new(&belief.anchors)));
        self.papers.trust.clone_from(&trust);
        Ok(trust)
    }

    async fn rest(&self, row: &Upgrading, waits: Waits) -> Result<(), CallError> {
        let pause = match waits {
            // Other lists, another month, another setting of the hub: nothing that comes soon.
            Waits::Lists | Waits::Spent | Waits::NoService => {
                rest_after(&self.config.pace, row.attempts.saturating_add(4))
            }
            _ => rest_after(&self.config.pace, row.attempts),
        };
        let next = self.now().saturating_add(pause);
        let path = row.path.clone();
        tracing::info!(?waits, "a signed file waits");
        self.on_disk(move |store| store.upgrade_wait(&path, next, waits))
            .await?;
        self.tell(Event::Upgrades);
        Ok(())
    }

    async fn end(&self, row: &Upgrading, ended: Ended) -> Result<(), CallError> {
        tracing::info!(?ended, "a signed file left the queue");
        let (path, now) = (row.path.clone(), self.now());
        self.on_disk(move |store| store.upgrade_end(&path, ended, now))
            .await?;
        self.tell(Event::Upgrades);
        Ok(())
    }
}

fn begin(row: Upgrading) -> Result<Current, Unwritten> {
    let (bytes, sha256) = read(Path::new(&row.path))?;
    if sha256 != row.sha256 && Some(sha256) != row.writing {
        return Err(Unwritten::Ended(Ended::Changed));
    }
    let goal = match row.goal {
        Level::T => upgrade::Level::T,
        Level::Lt => upgrade::Level::Lt,
        Level::Lta => upgrade::Level::Lta,
    };
    let settings = Settings {
        tsa: vec![SERVICES.into()],
        ..Settings::default()
    };
    let machine = Upgrade::new(bytes, goal, settings);
    let machine = machine.map_err(|_| Unwritten::Ended(Ended::NotSigned))?;
    Ok(Current {
        row: Upgrading { sha256, ..row },
        machine: Box::new(machine),
        ask: None,
        long: None,
        why: None,
    })
}

/// The file, bounded, and its hash.
fn read(path: &Path) -> Result<(Vec<u8>, Sha256), Unwritten> {
    let gone = |error: Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
            Unwritten::Ended(Ended::Gone)
        }
        _ => error.into(),
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(gone)?;
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(gone)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Unwritten::Ended(Ended::TooLarge));
    }
    let sha256 = sha256(&bytes);
    Ok((bytes, sha256))
}

/// Adds a signed file to those that are made to last, as it is now; [`crate::EngineHandle::nudge_upgrades`] has it looked
/// at soon. Without a line nothing waits for it. Blocks.
///
/// # Errors
/// Where the file cannot be read, or its path is no text; those of the database.
pub fn add_upgrade(store: &Store, path: &Path, goal: Level, at: UnixMs) -> Result<(), StoreError> {
    // Links are followed now: what takes the file's place later must not take a link's.
    let path = fs::canonicalize(path)?;
    let name = path
        .to_str()
        .ok_or_else(|| StoreError::BadBytes("a path that is no text".into()))?;
    let digest = signing::Hash::Sha256.of_reader(File::open(&path)?)?;
    let sha256 = digest.bytes.try_into().unwrap_or_default();
    store.upgrade_add(name, goal, &sha256, at)
}

/// The SHA-256 of bytes, as the queue knows files by.
fn sha256(bytes: &[u8]) -> Sha256 {
    let digest = signing::Hash::Sha256.of(bytes);
    digest.bytes.try_into().unwrap_or_default()
}

/// Writes the file where it got better, and only in the place of the file that it was. The new hash is noted before:
/// after a crash in between either of the two is known.
fn save(store: &Store, current: &mut Current, level: Option<Level>) -> Result<(), Unwritten> {
    let new = sha256(current.machine.bytes());
    if new == current.row.sha256 {
        return Ok(());
    }
    let path = Path::new(&current.row.path);
    let (old, known) = read(path)?;
    if known != current.row.sha256 {
        return Err(Unwritten::Ended(Ended::Changed));
    }
    if !upgrade::keeps(&old, current.machine.bytes()).unwrap_or(false) {
        tracing::error!("an upgraded file is not the file any more: it was thrown away");
        return Err(Unwritten::Ended(Ended::Rejected));
    }
    store.upgrade_writing(&current.row.path, &new)?;
    write_atomically(
        path,
        |out| Ok(out.write_all(current.machine.bytes())?),
        |passing, ()| {
            fs::set_permissions(passing, fs::metadata(path)?.permissions())?;
            // Somebody may have saved meanwhile.
            match read(path)?.1 == known {
                true => Ok(()),
                false => Err(Unwritten::Ended(Ended::Changed)),
            }
        },
    )?;
    store.upgrade_written(&current.row.path, &new, level)?;
    current.row.sha256 = new;
    Ok(())
}

pub(super) fn question_of(ask: &Ask) -> Question {
    let asked = match ask.kind {
        Kind::TimeStamp => Asked::TimeStamp,
        Kind::Ocsp => Asked::Ocsp,
        Kind::Crl => Asked::Crl,
        Kind::Issuer => Asked::Issuer,
    };
    let url = match asked {
        Asked::TimeStamp => String::new(),
        _ => ask.url.clone(),
    };
    Question {
        asked,
        url,
        body: ask.body.clone(),
    }
}

/// What the machine is told of a reply, and what a person will be told where it was none.
pub(super) fn answer_of(reply: Reply, why: &mut Option<Waits>) -> Result<Vec<u8>, TransportError> {
    let unreachable = |why: &str| Err(TransportError::Unreachable(why.into()));
    match reply {
        Reply::Answer(bytes) => Ok(bytes),
        Reply::Status(status) => Err(TransportError::Status(status)),
        Reply::Address => Err(TransportError::Address),
        Reply::TooLong => Err(TransportError::TooLong),
        Reply::Unreachable | Reply::Long(_) => {
            *why = why.or(Some(Waits::Services));
            unreachable("from the hub")
        }
        Reply::Spent { .. } => {
            *why = Some(Waits::Spent);
            unreachable("the stamps of the month are spent")
        }
        Reply::NoService => {
            *why = Some(Waits::NoService);
            unreachable("the hub has no time stamp service")
        }
    }
}

fn waits(current: &Current, troubles: &[Trouble]) -> Waits {
    let facts = |trouble: &Trouble| matches!(trouble, Trouble::Unknown(Why::Stale));
    match current.why {
        Some(why) => why,
        None if troubles.iter().any(facts) => Waits::Facts,
        None => Waits::Services,
    }
}

/// Nothing that waiting for the line would give; but lists change, and services do.
fn stuck(current: &Current, troubles: &[Trouble], trust: &Trust) -> Step {
    let is = |wanted: fn(&Trouble) -> bool| troubles.iter().any(wanted);
    if is(|it| matches!(it, Trouble::Revoked { .. })) {
        return Step::End(Ended::Revoked);
    }
    if is(|it| matches!(it, Trouble::Document(_))) {
        return Step::End(Ended::Document);
    }
    for trouble in troubles {
        tracing::info!(%trouble, "a signed file cannot be completed now");
    }
    // By lists that are too old nobody is judged: newer ones are waited for as long as it takes.
    let stale = trust
        .next_update()
        .is_some_and(|due| due < Timestamp::now());
    match current.row.attempts >= TRIES {
        _ if stale => Step::Rest(Waits::Lists),
        true => Step::End(Ended::GivenUp),
        false => Step::Rest(Waits::NotBelieved),
    }
}
