//! How certificates stand that somebody's judgement lacks: asked through the hub, kept in the workspace. Whoever judges
//! does not wait: it says what it lacks ([`Questions`]), and judges anew when the answer is here.

use super::paper::{Long, Of, answer_of, question_of};
use super::task::{Task, rest_after};
use crate::CallError;
use crate::engine::Event;
use domain::UnixMs;
use jiff::Timestamp;
use protocol::firma::Question;
use signing::revocation;
use signing::tsp::{Kind, TransportError};
use signing::upgrade::{Answered, Ask, Inquiry, Next, Trouble};
use signing::x509::Certificate;
use std::collections::VecDeque;
use store::{Fact, FactKind, Store, StoreError, Waits};

/// Certificates that are asked about at once; the oldest questions make way.
const MOST: usize = 128;
/// Tries after which a question rests until somebody judges again.
const TRIES: u32 = 8;
/// About what a question and its answer carry, in bytes.
const SMALL: u64 = 16 * 1024;

/// A certificate of which a judgement lacks how it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The certificate.
    pub certificate: Certificate,
    /// Who issued it.
    pub issuer: Certificate,
    /// The time in question.
    pub at: Timestamp,
}

impl Wanted {
    /// Whether an answer to the one is an answer to the other: facts from now speak for earlier times, too.
    fn is_same(&self, other: &Self) -> bool {
        self.certificate.der == other.certificate.der && self.issuer.der == other.issuer.der
    }
}

/// How far a question is, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sought {
    /// It waits for the line, or for its answer.
    Asked,
    /// It was answered, but not yet with anything that is new enough: it is asked again.
    Early,
    /// Nobody answered: it is asked again.
    Silent,
    /// There is no place to ask at, or nothing of use came from there.
    Nowhere,
}

/// What was asked, and what came of it; lost with the process, for whoever judges again asks again.
#[derive(Debug, Default)]
pub(in crate::engine) struct Questions {
    rows: VecDeque<Row>,
}

#[derive(Debug)]
struct Row {
    wanted: Wanted,
    sought: Sought,
    /// Tries since it was answered last.
    attempts: u32,
    /// Not before.
    next: UnixMs,
    /// Somebody lacks it.
    open: bool,
}

impl Questions {
    /// Takes in what is lacking. Gives how far all of it is, the worst first; none where nothing is lacking.
    pub(in crate::engine) fn seek(&mut self, wanted: Vec<Wanted>) -> Option<Sought> {
        wanted.into_iter().map(|one| self.seek_one(one)).max()
    }

    fn seek_one(&mut self, wanted: Wanted) -> Sought {
        if let Some(row) = self.row(&wanted) {
            row.wanted.at = row.wanted.at.max(wanted.at);
            row.open = true;
            return row.sought;
        }
        if self.rows.len() >= MOST {
            self.rows.pop_front();
        }
        self.rows.push_back(Row {
            wanted,
            sought: Sought::Asked,
            attempts: 0,
            next: 0,
            open: true,
        });
        Sought::Asked
    }

    fn row(&mut self, wanted: &Wanted) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.wanted.is_same(wanted))
    }

    fn due(&self, now: UnixMs) -> Option<Wanted> {
        let mut due = self.rows.iter().filter(|row| row.open && row.next <= now);
        due.next().map(|row| row.wanted.clone())
    }

    fn when(&self) -> Option<UnixMs> {
        let open = self.rows.iter().filter(|row| row.open);
        open.map(|row| row.next).min()
    }

    /// Notes what came of a try; `None`: it is known now. Gives whether there is something new to say.
    fn note(
        &mut self,
        wanted: &Wanted,
        sought: Option<Sought>,
        next: impl Fn(u32) -> UnixMs,
    ) -> bool {
        let Some(row) = self.row(wanted) else {
            return true;
        };
        // What is known and lacked again at once (there was no room to keep it) is not asked for without a pause.
        row.next = next(row.attempts);
        row.attempts += 1;
        let Some(sought) = sought else {
            row.open = false;
            row.sought = Sought::Asked;
            return true;
        };
        row.open = row.attempts < TRIES && sought != Sought::Nowhere;
        let new = row.sought != sought;
        row.sought = sought;
        new
    }
}

/// A question that is under way.
pub(super) struct Asking {
    wanted: Wanted,
    inquiry: Box<Inquiry>,
    /// It got no answer yet.
    pub(super) ask: Option<Ask>,
    /// A long answer, and what of it is here.
    pub(super) long: Option<Long>,
    why: Option<Waits>,
}

impl Asking {
    pub(super) fn question(&self) -> Option<Question> {
        self.ask.as_ref().map(question_of)
    }
}

enum Step {
    Ask(Ask),
    End(Option<Sought>),
}

impl Task {
    /// Goes on with the certificate that is asked about; `None` where none is, else whether a limit of the line holds it.
    pub(super) async fn next_fact(&mut self) -> Result<Option<bool>, CallError> {
        let now = self.now();
        let Some(wanted) = self.with_questions(|all| all.due(now)) else {
            return Ok(None);
        };
        if self.free(SMALL).await?.is_err() {
            return Ok(Some(true));
        }
        let current = match self.asking.take() {
            Some(current) if current.wanted.is_same(&wanted) => current,
            _ => self.begin_asking(wanted.clone()).await?,
        };
        self.asking = Some(current);
        let outcome = self.go_on_asking().await;
        if let Err(error) = &outcome
            && !comes_back(error)
        {
            // What the hub cannot do with this one must not hold up the others.
            self.asking = None;
            self.end_asking(&wanted, Some(Sought::Silent));
        }
        outcome.map(|()| Some(false))
    }

    async fn begin_asking(&self, wanted: Wanted) -> Result<Asking, CallError> {
        let of = wanted.clone();
        let known = self
            .on_disk(move |store| known_facts(store, &of.certificate, &of.issuer))
            .await?;
        let (certificate, issuer) = (wanted.certificate.clone(), wanted.issuer.clone());
        Ok(Asking {
            inquiry: Box::new(Inquiry::new(certificate, issuer, wanted.at, known)),
            wanted,
            ask: None,
            long: None,
            why: None,
        })
    }

    /// Place by place until one tells.
    async fn go_on_asking(&mut self) -> Result<(), CallError> {
        loop {
            let Some(mut current) = self.asking.take() else {
                return Ok(());
            };
            if current.ask.is_none() {
                let (then, step) = self.off(move || step(current)).await?;
                current = then;
                match step {
                    Step::Ask(ask) => current.ask = Some(ask),
                    Step::End(sought) => {
                        self.end_asking(&current.wanted, sought);
                        return Ok(());
                    }
                }
            }
            // It stays here while the question is away: a line that is cut loses nothing.
            self.asking = Some(current);
            let reply = self.carry_question(Of::Fact).await?;
            let Some(mut current) = self.asking.take() else {
                return Ok(());
            };
            let answer = answer_of(reply, &mut current.why);
            let (store, now) = (self.store.clone(), self.now());
            let answered = self.off(move || take(&store, current, answer, now)).await?;
            let (current, kept) = answered;
            kept.map_err(|error| CallError::Local(error.to_string()))?;
            self.asking = Some(current);
        }
    }

    fn end_asking(&mut self, wanted: &Wanted, sought: Option<Sought>) {
        tracing::info!(?sought, "how a certificate stands was asked");
        let (now, pace) = (self.now(), self.config.pace);
        let next = |attempts| now.saturating_add(rest_after(&pace, attempts));
        if self.with_questions(|all| all.note(wanted, sought, next)) {
            self.tell(Event::Facts);
        }
    }

    /// When the next one is to be asked.
    pub(super) fn facts_when(&self) -> Option<UnixMs> {
        self.with_questions(|all| all.when())
    }

    fn with_questions<T>(&self, work: impl FnOnce(&mut Questions) -> T) -> T {
        let mut all = self
            .questions
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        work(&mut all)
    }
}

/// The line, or what is limited about it: the question is gone on with as it is.
fn comes_back(error: &CallError) -> bool {
    matches!(
        error,
        CallError::NoLine(_) | CallError::Cut(_) | CallError::Stalled | CallError::Local(_)
    )
}

fn step(mut current: Asking) -> (Asking, Step) {
    let step = match current.inquiry.step() {
        Next::Ask(ask) => Step::Ask(ask),
        Next::Done => Step::End(None),
        Next::Wait(troubles) => Step::End(Some(waits(current.why, &troubles))),
        Next::Stuck(troubles) => {
            tracing::info!(?troubles, "nobody tells how a certificate stands");
            Step::End(Some(match current.why {
                Some(_) => Sought::Silent,
                None => Sought::Nowhere,
            }))
        }
    };
    (current, step)
}

fn waits(why: Option<Waits>, troubles: &[Trouble]) -> Sought {
    let early = |trouble: &Trouble| matches!(trouble, Trouble::Unknown(revocation::Why::Stale));
    match why {
        None if troubles.iter().any(early) => Sought::Early,
        _ => Sought::Silent,
    }
}

/// Takes an answer in, and keeps it where its issuer stands for it.
fn take(
    store: &Store,
    mut current: Asking,
    answer: Result<Vec<u8>, TransportError>,
    now: UnixMs,
) -> (Asking, Result<(), StoreError>) {
    let Some(ask) = current.ask.take() else {
        return (current, Ok(()));
    };
    let kept = match current.inquiry.answer(ask, answer) {
        Some(answered) => keep(store, &current.wanted, answered, now),
        None => Ok(()),
    };
    (current, kept)
}

fn keep(store: &Store, of: &Wanted, answered: Answered, now: UnixMs) -> Result<(), StoreError> {
    let (about, kind) = match answered.kind {
        Kind::Crl => (list_of(&of.issuer), FactKind::Crl),
        _ => (answer_about(&of.certificate, &of.issuer), FactKind::Ocsp),
    };
    let fact = Fact {
        kind,
        url: answered.url,
        issued: answered.issued.as_millisecond(),
        bytes: answered.der,
    };
    store.fact_keep(&about, &fact, now)
}

/// What the workspace keeps about a certificate of this issuer, to be tried by whoever judges.
///
/// # Errors
/// Those of the database.
pub fn known_facts(
    store: &Store,
    certificate: &Certificate,
    issuer: &Certificate,
) -> Result<revocation::Facts, StoreError> {
    let mut all = revocation::Facts::new();
    for about in [answer_about(certificate, issuer), list_of(issuer)] {
        for fact in store.facts_about(&about)? {
            // What cannot be read says nothing.
            let _ = match fact.kind {
                FactKind::Ocsp => all.add_ocsp(&fact.bytes),
                FactKind::Crl => all.add_crl(&fact.bytes),
            };
        }
    }
    Ok(all)
}

/// Under which name answers about a certificate are kept.
fn answer_about(certificate: &Certificate, issuer: &Certificate) -> [u8; 32] {
    named("ocsp", &[certificate, issuer])
}

/// Under which name an issuer's lists are kept.
fn list_of(issuer: &Certificate) -> [u8; 32] {
    named("crl", &[issuer])
}

fn named(kind: &str, of: &[&Certificate]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    hash.update(kind.as_bytes());
    for certificate in of {
        hash.update(blake3::hash(&certificate.der).as_bytes());
    }
    *hash.finalize().as_bytes()
}
