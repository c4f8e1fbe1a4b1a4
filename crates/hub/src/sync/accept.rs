//! Taking operations: exactly once, in the order of their `n`.

use super::Incoming;
use super::check;
use super::desk::Desk;
use crate::storage::{Device, Entry, PublicPage, Result, Tx};
use domain::identity::Actor;
use domain::sito::{Page, PageChange};
use domain::{Change, Ctx, Decided, Entity, Refusal, RefusalCode, UnixMs};
use protocol::{OpResult, Operation, Outcome, SCHEMA};
use std::cmp::Ordering;

/// What became of the operations of one transaction.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) results: Vec<OpResult>,
    pub(super) accepted: usize,
    pub(super) refused: usize,
    pub(super) site_changed: bool,
    pub(super) stop: Option<Stop>,
    /// What is said of an operation that this hub cannot read.
    unread: Option<RefusalCode>,
}

impl Batch {
    /// Of a device that speaks this version of the protocol.
    pub(super) fn of(spoken: u16) -> Self {
        // Version 1 did not know that an operation can be too new.
        let unread = match spoken {
            0 | 1 => RefusalCode::Malformed,
            _ => RefusalCode::TooNew,
        };
        Self {
            unread: Some(unread),
            ..Self::default()
        }
    }

    fn unread(&self) -> Refusal {
        Refusal::new(self.unread.unwrap_or(RefusalCode::Malformed))
    }
}

/// Why the rest was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// A number is missing before this one.
    Hole,
    /// The number belongs to another operation.
    Conflict,
}

/// Takes `ops` until one cannot be.
pub(super) fn run(
    tx: &dyn Tx,
    device: &Device,
    ops: &[Incoming],
    now: UnixMs,
    batch: &mut Batch,
) -> Result<()> {
    let mut desk = Desk::new(tx);
    let mut next = tx.next(&device.id)?;
    for op in ops {
        let outcome = match op.n.cmp(&next) {
            Ordering::Greater => {
                batch.stop = Some(Stop::Hole);
                break;
            }
            Ordering::Less => match tx.result(&device.id, op.n)? {
                Some((id, outcome)) if id == op.id => outcome,
                _ => {
                    batch.stop = Some(Stop::Conflict);
                    break;
                }
            },
            Ordering::Equal => {
                next += 1;
                first_time(&mut desk, device, op, now, batch)?
            }
        };
        batch.results.push(OpResult {
            id: op.id.clone(),
            outcome,
        });
    }
    desk.close()
}

/// Answers an operation whose turn it is. Another device may have carried it here before.
fn first_time(
    desk: &mut Desk,
    device: &Device,
    op: &Incoming,
    now: UnixMs,
    batch: &mut Batch,
) -> Result<Outcome> {
    let outcome = match desk.tx.result_of(&op.id)? {
        Some(outcome) if !may_change(&outcome) => outcome,
        _ => decide(desk, device, op, now, batch)?,
    };
    desk.tx.put_result(&device.id, op.n, &op.id, &outcome)?;
    Ok(outcome)
}

/// Answers that are looked at again: what an older hub could not read, and what came before its page did, because the
/// hub was restored and the page's maker had not called yet.
fn may_change(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(refusal)
        if matches!(refusal.code, RefusalCode::TooNew | RefusalCode::Unknown))
}

fn decide(
    desk: &mut Desk,
    device: &Device,
    op: &Incoming,
    now: UnixMs,
    batch: &mut Batch,
) -> Result<Outcome> {
    let outcome = match &op.op {
        Some(op) => try_apply(desk, device, op, now, batch)?,
        None => Err(batch.unread()),
    };
    Ok(match outcome {
        Ok(seq) => {
            batch.accepted += 1;
            Outcome::Accepted(seq)
        }
        Err(refusal) => {
            batch.refused += 1;
            Outcome::Refused(refusal)
        }
    })
}

/// Asks the rules and folds what they allow; answers the position in the log.
fn try_apply(
    desk: &mut Desk,
    device: &Device,
    op: &Operation,
    now: UnixMs,
    batch: &mut Batch,
) -> Result<std::result::Result<u64, Refusal>> {
    let granted = op.scope.comune == device.comune
        && device.role.collections().contains(&op.scope.collection);
    if !granted {
        return Ok(Err(Refusal::new(RefusalCode::Role)));
    }
    if op.schema > SCHEMA {
        return Ok(Err(batch.unread()));
    }
    if !check::operation(op) {
        return Ok(Err(Refusal::new(RefusalCode::Malformed)));
    }
    let ctx = context(desk, device, op, now)?;
    let before = desk.tx.entity(&op.entity)?;
    let decided = match domain::decide(before.as_ref(), &op.change, &ctx, desk) {
        Ok(decided) => decided,
        Err(refusal) => {
            desk.check()?;
            return Ok(Err(refusal));
        }
    };
    desk.check()?;
    let Change::Sito(change) = &op.change;
    let seq = ctx.seq.unwrap_or_default();
    if let PageChange::Text { update } = change
        && !desk.import(&op.entity, seq, update)?
    {
        return Ok(Err(Refusal::new(RefusalCode::Malformed)));
    }
    let after = domain::apply(before.clone(), &op.entity, &op.change, &ctx, &decided);
    if !publish(desk, before.as_ref(), &after, seq, batch)? {
        return Ok(Err(Refusal::new(RefusalCode::Malformed)));
    }
    append(desk, op, &ctx, now, &decided)?;
    desk.tx.put_entity(&op.entity, &after)?;
    Ok(Ok(seq))
}

/// A device's clock may be years off; what it says is never later than now.
fn context(desk: &Desk, device: &Device, op: &Operation, now: UnixMs) -> Result<Ctx> {
    Ok(Ctx {
        actor: Actor {
            device: device.id.clone(),
            person: device.person.clone(),
            role: device.role,
        },
        at: op.at.clamp(0, now),
        seq: Some(desk.tx.head()? + 1),
    })
}

fn append(desk: &Desk, op: &Operation, ctx: &Ctx, now: UnixMs, decided: &Decided) -> Result<()> {
    desk.tx.append(&Entry {
        seq: ctx.seq.unwrap_or_default(),
        id: &op.id,
        device: &ctx.actor.device,
        person: &ctx.actor.person,
        role: ctx.actor.role,
        collection: op.scope.collection,
        entity: &op.entity,
        version: op.schema,
        change: &op.change,
        at: ctx.at,
        received: now,
        clamped: ctx.at != op.at,
        decided,
    })
}

/// Carries a change of what the public sees to the site's tables. `false`: it cannot be shown.
fn publish(
    desk: &mut Desk,
    before: Option<&Entity>,
    after: &Entity,
    seq: u64,
    batch: &mut Batch,
) -> Result<bool> {
    let Entity::Page(page) = after;
    match &page.publication {
        Some(publication) if publication.seq == seq => {
            let Some(public) = frozen(desk, page) else {
                return Ok(false);
            };
            batch.site_changed |= desk.show(&public)?;
        }
        None if before.is_some_and(was_public) => {
            desk.tx.put_public(&page.id, None)?;
            batch.site_changed = true;
        }
        _ => {}
    }
    Ok(true)
}

fn was_public(entity: &Entity) -> bool {
    let Entity::Page(page) = entity;
    page.publication.is_some()
}

fn frozen(desk: &Desk, page: &Page) -> Option<PublicPage> {
    let publication = page.publication.clone()?;
    let body = domain::Host::text(desk, &page.id, &publication.text)?;
    let sound = body.files().chain(page.files()).all(check::file);
    sound.then_some(PublicPage {
        id: page.id.clone(),
        kind: page.kind,
        publication,
        body,
    })
}
