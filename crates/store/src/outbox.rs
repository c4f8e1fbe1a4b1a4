//! Operations that wait for the hub.

use crate::identity::{Identity, key, me, number, set_number};
use crate::name::name;
use crate::{OutboxRow, Result, Store, StoreError, Wait, What, agreement, pull, scope};
use ::text::TextDoc;
use domain::identity::Scope;
use domain::sito::{MAX_TEXT_UPDATE, PageChange, TextVersion};
use domain::{Change, FileRef, OpId, PageId, UnixMs};
use protocol::{Operation, PROTOCOL, SCHEMA, SyncRequest};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use std::collections::BTreeSet;

/// A new identity: one UUIDv7 per opening of the workspace, made at the time of its first use, and a
/// count. A request carries many of them, and random bits do not compress. The random part is never kept: a
/// copy of the database, opened elsewhere, makes others.
pub(crate) fn new_id(conn: &Connection, at: UnixMs) -> Result<String> {
    conn.prepare_cached(
        "CREATE TEMP TABLE IF NOT EXISTS session (id TEXT NOT NULL, last INTEGER NOT NULL)",
    )?
    .execute([])?;
    let next = "UPDATE temp.session SET last = last + 1 RETURNING id, last";
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?));
    let known = conn.prepare_cached(next)?.query_row([], read).optional()?;
    let (session, count) = match known {
        Some(known) => known,
        None => {
            conn.execute("INSERT INTO temp.session VALUES (?1, 1)", [uuid(at)?])?;
            conn.prepare_cached(next)?.query_row([], read)?
        }
    };
    Ok(format!("{session}-{count:x}"))
}

fn uuid(at: UnixMs) -> Result<String> {
    let ms = u64::try_from(at).unwrap_or(0);
    let mut random = [0; 10];
    world::chance::fill(&mut random)?;
    let id = uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid();
    Ok(id.to_string())
}

/// What an operation changes. Unsent edits of one slot become one operation.
pub(crate) fn slot(change: &PageChange) -> Result<String> {
    Ok(match change {
        PageChange::Set { change, .. } => name(&change.field())?,
        PageChange::Text { .. } => "text".into(),
        PageChange::Create { .. } => "create".into(),
        PageChange::AddTopic(_) | PageChange::RemoveTopic(_) => "topics".into(),
        PageChange::Attach(_) | PageChange::Detach(_) => "attachments".into(),
        PageChange::Publish { .. } | PageChange::Unpublish | PageChange::Delete => "state".into(),
    })
}

/// Puts a change into the outbox. A `Set` that follows an unsent one of the same field, with nothing new from
/// others in between, takes its place.
pub(crate) fn add(
    conn: &Connection,
    me: &Identity,
    page: &PageId,
    change: &PageChange,
    at: UnixMs,
) -> Result<()> {
    if let PageChange::Set { base, .. } = change
        && let Some(earlier) = unsent(conn, page, &slot(change)?)?
        && matches!(&earlier.change, PageChange::Set { base: first, .. } if first == base)
    {
        return replace(conn, earlier.pos, change, at);
    }
    insert(conn, me, page, change, at, None)
}

/// Puts an edit of the text into the outbox; `was` is the version before it. Edits that were not sent yet
/// become one operation.
pub(crate) fn add_text(
    conn: &Connection,
    me: &Identity,
    page: &PageId,
    change: &PageChange,
    at: UnixMs,
    was: &TextVersion,
    doc: &TextDoc,
) -> Result<()> {
    if let Some(earlier) = unsent(conn, page, "text")?
        && let Some(since) = earlier.since
        && let Some(all) = doc.since(&since)
    {
        let update = ::text::encode(&all);
        if update.len() <= MAX_TEXT_UPDATE {
            return replace(conn, earlier.pos, &PageChange::Text { update }, at);
        }
    }
    insert(conn, me, page, change, at, Some(was))
}

/// Puts changes before everything that waits.
pub(crate) fn add_first(
    conn: &Connection,
    me: &Identity,
    page: &PageId,
    changes: &[PageChange],
    at: UnixMs,
) -> Result<()> {
    let first: i64 = conn.query_row(
        "SELECT min(coalesce(min(pos), 1), 1) FROM outbox",
        [],
        |row| row.get(0),
    )?;
    let count = i64::try_from(changes.len()).unwrap_or(0);
    for (place, change) in (first - count..).zip(changes) {
        insert(conn, me, page, change, at, None)?;
        conn.execute(
            "UPDATE outbox SET pos = ?1 WHERE pos = last_insert_rowid()",
            [place],
        )?;
    }
    Ok(())
}

struct Unsent {
    pos: i64,
    change: PageChange,
    since: Option<TextVersion>,
}

/// `+n`: by the page. The index of `n` holds together all that waits, and a year of work may wait.
const UNSENT: &str = "SELECT pos, change, since FROM outbox
     WHERE entity = ?1 AND slot = ?2 AND +n IS NULL AND flown = 0 AND skipped = 0
       AND pos > coalesce(
           (SELECT max(pos) FROM outbox WHERE entity = ?1 AND slot = 'state'), pos - 1)
     ORDER BY pos DESC LIMIT 1";

/// `+n`: in the order of `pos` as it is read, without sorting what is not read.
const READY: &str = "SELECT n, op, scope, entity, change, at, parked IS NOT NULL, pos FROM outbox
     WHERE +n IS NULL ORDER BY pos";

/// The first lane: what is published, taken off the site or deleted.
const URGENT: &str = "SELECT entity, pos FROM outbox INDEXED BY outbox_of_state
     WHERE slot = 'state' AND n IS NULL ORDER BY pos";

/// What such an operation stands on: all that was done to its page before it.
const UP_TO: &str = "SELECT n, op, scope, entity, change, at, parked IS NOT NULL, pos FROM outbox
     WHERE entity = ?1 AND pos <= ?2 AND +n IS NULL ORDER BY pos";

/// The last unsent operation on this slot, unless the page was published, taken off or deleted after it, or
/// it has no effect any more.
fn unsent(conn: &Connection, page: &PageId, slot: &str) -> Result<Option<Unsent>> {
    let found: Option<(i64, String, Option<String>)> = conn
        .prepare_cached(UNSENT)?
        .query_row([page.as_str(), slot], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((pos, change, since)) = found else {
        return Ok(None);
    };
    Ok(Some(Unsent {
        pos,
        change: serde_json::from_str(&change)?,
        since: since.map(TextVersion),
    }))
}

/// Puts another change in the place of one that was not sent. It gets an identity of its own: under the old one a copy
/// of this workspace may have sent the old words.
fn replace(conn: &Connection, pos: i64, change: &PageChange, at: UnixMs) -> Result<()> {
    let op = new_id(conn, at)?;
    conn.prepare_cached(
        "UPDATE outbox_file SET op = ?2 WHERE op = (SELECT op FROM outbox WHERE pos = ?1)",
    )?
    .execute(params![pos, op])?;
    conn.prepare_cached("UPDATE outbox SET op = ?2, change = ?3, at = ?4 WHERE pos = ?1")?
        .execute(params![pos, op, serde_json::to_string(change)?, at])?;
    Ok(())
}

fn insert(
    conn: &Connection,
    me: &Identity,
    page: &PageId,
    change: &PageChange,
    at: UnixMs,
    since: Option<&TextVersion>,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO outbox (op, scope, entity, slot, change, at, since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        new_id(conn, at)?,
        Scope::sito(&me.comune).to_string(),
        page.as_str(),
        slot(change)?,
        serde_json::to_string(change)?,
        at,
        since.map(|version| version.0.as_str()),
    ])?;
    Ok(())
}

/// Notes files that must be at the hub before the last operation on this page may go. Files that came from
/// the hub are there already.
pub(crate) fn need_files<'a>(
    conn: &Connection,
    page: &PageId,
    files: impl Iterator<Item = &'a FileRef>,
) -> Result<()> {
    for file in files {
        conn.prepare_cached(
            "INSERT OR IGNORE INTO outbox_file (op, file)
             SELECT op, ?2 FROM outbox WHERE entity = ?1 ORDER BY pos DESC LIMIT 1",
        )?
        .execute([page.as_str(), file.id.as_str()])?;
    }
    Ok(())
}

/// The operations on a page in the order they were done.
pub(crate) fn of_entity(
    conn: &Connection,
    page: &PageId,
) -> Result<Vec<(i64, PageChange, UnixMs)>> {
    let mut query =
        conn.prepare_cached("SELECT pos, change, at FROM outbox WHERE entity = ?1 ORDER BY pos")?;
    let rows = query.query_map([page.as_str()], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))
    })?;
    let mut ops = Vec::new();
    for row in rows {
        let (pos, change, at) = row?;
        ops.push((pos, serde_json::from_str(&change)?, at));
    }
    Ok(ops)
}

/// Remembers whether an operation has a visible effect.
pub(crate) fn mark_skipped(conn: &Connection, pos: i64, skipped: bool) -> Result<()> {
    conn.prepare_cached("UPDATE outbox SET skipped = ?2 WHERE pos = ?1 AND skipped <> ?2")?
        .execute(params![pos, skipped])?;
    Ok(())
}

/// A row of the outbox, or of what was sent.
pub(crate) struct Queued {
    pub(crate) n: Option<u64>,
    pub(crate) op: OpId,
    pub(crate) scope: String,
    pub(crate) entity: String,
    pub(crate) change: String,
    pub(crate) at: UnixMs,
}

impl Queued {
    /// Of the columns `n, op, scope, entity, change, at`.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            n: row.get(0)?,
            op: OpId(row.get(1)?),
            scope: row.get(2)?,
            entity: row.get(3)?,
            change: row.get(4)?,
            at: row.get(5)?,
        })
    }

    pub(crate) fn page_change(&self) -> Result<PageChange> {
        Ok(serde_json::from_str(&self.change)?)
    }

    fn operation(&self, n: u64) -> Result<Operation> {
        let scope = self.scope.parse().map_err(StoreError::Damaged)?;
        Ok(Operation {
            id: self.op.clone(),
            n,
            schema: SCHEMA,
            scope,
            entity: self.entity.clone(),
            change: Change::Sito(self.page_change()?),
            at: self.at,
        })
    }

    /// About the bytes of its JSON.
    fn size(&self) -> usize {
        self.change.len() + self.entity.len() + self.scope.len() + self.op.0.len() + 64
    }
}

fn select(conn: &Connection, rest: &str) -> Result<Vec<Queued>> {
    let sql = format!("SELECT n, op, scope, entity, change, at FROM outbox {rest}");
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map([], Queued::read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What goes up now, within a budget.
struct Batch {
    room: usize,
    most: usize,
    ops: Vec<Operation>,
}

impl Batch {
    fn take(&mut self, queued: &Queued, n: u64) -> Result<bool> {
        let size = queued.size();
        let full = size > self.room && !self.ops.is_empty();
        if full || self.ops.len() >= self.most {
            return Ok(false);
        }
        self.room = self.room.saturating_sub(size);
        self.ops.push(queued.operation(n)?);
        Ok(true)
    }
}

/// Where the files that operations need are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Files {
    /// At the hub, or the operation waits.
    Before,
    /// They go along, and the hub looks at them first.
    Along,
}

pub(crate) fn ready(conn: &Connection, room: Room, files: Files) -> Result<Vec<Operation>> {
    let mut batch = Batch {
        room: room.bytes,
        most: room.ops,
        ops: Vec::new(),
    };
    if number(conn, key::ANEW)? == 1 || !in_flight(conn, &mut batch)? {
        return Ok(batch.ops);
    }
    let known = batch.ops.len();
    unsent_ones(conn, &mut batch, files)?;
    for op in batch.ops.iter().skip(known) {
        conn.prepare_cached("UPDATE outbox SET n = ?2, flown = 1 WHERE op = ?1")?
            .execute(params![op.id.as_str(), op.n])?;
        set_number(conn, key::LAST_N, op.n)?;
    }
    Ok(batch.ops)
}

/// What was sent and not answered goes first, with the same numbers. `false` where the batch is full.
fn in_flight(conn: &Connection, batch: &mut Batch) -> Result<bool> {
    let mut query = conn.prepare_cached(
        "SELECT n, op, scope, entity, change, at FROM outbox
         WHERE n IS NOT NULL AND accepted IS NULL ORDER BY n",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let queued = Queued::read(row)?;
        if !batch.take(&queued, queued.n.unwrap_or(0))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is ready, read no further than the batch reaches: a year of work may wait. First what is published, taken
/// off the site or deleted, each with what was done to its page before; then the rest in the order it was done.
fn unsent_ones(conn: &Connection, batch: &mut Batch, files: Files) -> Result<()> {
    let mut lanes = UnsentLanes {
        conn,
        batch,
        files,
        n: number(conn, key::LAST_N)?,
        behind: BTreeSet::new(),
        taken: BTreeSet::new(),
    };
    let mut urgent = conn.prepare_cached(URGENT)?;
    let mut urgent = urgent.query([])?;
    while let Some(row) = urgent.next()? {
        let (page, pos) = (row.get::<_, String>(0)?, row.get::<_, i64>(1)?);
        if !lanes.take_all(UP_TO, params![page, pos])? {
            return Ok(());
        }
    }
    lanes.take_all(READY, [])?;
    Ok(())
}

/// What goes into a batch of all that was not sent.
struct UnsentLanes<'a> {
    conn: &'a Connection,
    batch: &'a mut Batch,
    files: Files,
    /// The last number given.
    n: u64,
    /// Pages with something that stands aside or lacks files: it holds up what comes after it on the same page, and
    /// nothing else.
    behind: BTreeSet<String>,
    /// The places of what was taken.
    taken: BTreeSet<i64>,
}

impl UnsentLanes<'_> {
    /// Takes what a query gives. `false` where the batch is full.
    fn take_all(&mut self, sql: &str, values: impl Params) -> Result<bool> {
        let mut query = self.conn.prepare_cached(sql)?;
        let mut rows = query.query(values)?;
        while let Some(row) = rows.next()? {
            let pos = row.get(7)?;
            if self.taken.contains(&pos) {
                continue;
            }
            let queued = Queued::read(row)?;
            if self.behind.contains(&queued.entity) {
                continue;
            }
            if row.get(6)? || self.lacks_files(&queued.op)? {
                self.behind.insert(queued.entity);
                continue;
            }
            self.n += 1;
            if !self.batch.take(&queued, self.n)? {
                return Ok(false);
            }
            self.taken.insert(pos);
        }
        Ok(true)
    }

    fn lacks_files(&self, op: &OpId) -> Result<bool> {
        Ok(self.files == Files::Before && lacking_bytes(self.conn, op)?.is_some())
    }
}

/// Why an operation stands aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parked {
    /// The hub is older than it.
    Newer,
    /// The hub fails at it.
    Failing,
    /// The hub does not have its page: it was restored, and nobody sent the page again yet ([`crate::restored`]).
    Early,
}

impl Parked {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Newer => "newer",
            Self::Failing => "failing",
            Self::Early => "early",
        }
    }
}

/// An operation stands aside: it has no number any more, and what comes after it goes on.
pub(crate) fn park(conn: &Connection, op: &OpId, why: Parked) -> Result<()> {
    conn.prepare_cached("UPDATE outbox SET n = NULL, parked = ?2 WHERE op = ?1")?
        .execute([op.as_str(), why.as_str()])?;
    Ok(())
}

/// What stood aside for this reason is tried again.
pub(crate) fn unpark(conn: &Connection, why: Parked) -> Result<()> {
    conn.prepare_cached("UPDATE outbox SET parked = NULL WHERE parked = ?1")?
        .execute([why.as_str()])?;
    Ok(())
}

/// The hub does not know the page of an operation. Where the page was never made, because its own creation was
/// refused, that is final. Else the hub lost it, and it comes back with whoever made it: the operation stands aside.
/// Gives whether it does.
pub(crate) fn park_early(conn: &Connection, op: &OpId) -> Result<bool> {
    let parked = conn
        .prepare_cached(
            "UPDATE outbox SET n = NULL, parked = ?2 WHERE op = ?1 AND NOT EXISTS (
                 SELECT 1 FROM conflict WHERE page = outbox.entity AND change LIKE '{\"create\"%')",
        )?
        .execute([op.as_str(), Parked::Early.as_str()])?;
    Ok(parked > 0)
}

/// A page came: what stood aside for it goes on.
pub(crate) fn page_came(conn: &Connection, page: &PageId) -> Result<()> {
    conn.prepare_cached("UPDATE outbox SET parked = NULL WHERE entity = ?1 AND parked = ?2")?
        .execute([page.as_str(), Parked::Early.as_str()])?;
    Ok(())
}

/// What was sent and not answered gets new numbers after this one.
pub(crate) fn renumber(conn: &Connection, last: u64) -> Result<()> {
    conn.execute("UPDATE outbox SET n = NULL WHERE accepted IS NULL", [])?;
    set_number(conn, key::LAST_N, last)
}

/// An operation that waits for its answer under this number.
pub(crate) fn under(conn: &Connection, op: &OpId, n: u64) -> Result<Option<Operation>> {
    let queued = conn
        .prepare_cached(
            "SELECT n, op, scope, entity, change, at FROM outbox
             WHERE op = ?1 AND n = ?2 AND accepted IS NULL",
        )?
        .query_row(params![op.as_str(), n], Queued::read)
        .optional()?;
    queued.map(|queued| queued.operation(n)).transpose()
}

/// The files that an operation waits for: their bytes, and those of them that the hub has. `None` where it
/// waits for none.
fn lacking_bytes(conn: &Connection, op: &OpId) -> Result<Option<(u64, u64)>> {
    Ok(conn
        .prepare_cached(
            "SELECT sum(file.size), sum(file.sent)
             FROM outbox_file JOIN file ON file.file = outbox_file.file
             WHERE outbox_file.op = ?1 AND file.uploaded = 0",
        )?
        .query_row([op.as_str()], |row| {
            let (bytes, sent) = (row.get::<_, Option<u64>>(0)?, row.get::<_, Option<u64>>(1)?);
            Ok(bytes.zip(sent))
        })?)
}

/// Where an operation stands in the outbox.
pub(crate) fn place(conn: &Connection, op: &OpId) -> Result<Option<i64>> {
    Ok(conn
        .prepare_cached("SELECT pos FROM outbox WHERE op = ?1")?
        .query_row([op.as_str()], |row| row.get(0))
        .optional()?)
}

/// Takes an operation out of the outbox.
pub(crate) fn remove(conn: &Connection, op: &OpId) -> Result<Option<Queued>> {
    let queued = conn
        .prepare_cached(
            "DELETE FROM outbox WHERE op = ?1
             RETURNING n, op, scope, entity, change, at",
        )?
        .query_row([op.as_str()], Queued::read)
        .optional()?;
    conn.prepare_cached("DELETE FROM outbox_file WHERE op = ?1")?
        .execute([op.as_str()])?;
    Ok(queued)
}

/// How much a request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// About so many bytes of JSON; the first operation always fits.
    pub bytes: usize,
    /// So many operations, none perhaps.
    pub ops: usize,
}

impl Room {
    /// So many bytes, however many operations.
    pub fn of(bytes: usize) -> Self {
        Self {
            bytes,
            ops: usize::MAX,
        }
    }
}

impl Store {
    /// The operations to send now, at most about `max_bytes` of JSON (at least one, where there is one): first
    /// those already in flight, with the same `n`, then those that are ready, which get their `n` here: publications
    /// and what they stand on before the rest.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outbox_ready(&self, max_bytes: usize) -> Result<Vec<Operation>> {
        self.write(|tx, _| ready(tx, Room::of(max_bytes), Files::Before))
    }

    /// The next request: cursors, epoch, what is ready within `room`. `budget`: bytes of log wanted back.
    ///
    /// # Errors
    /// [`StoreError::NotEnrolled`], those of the database.
    pub fn next_request(&self, room: Room, budget: u32) -> Result<SyncRequest> {
        self.write(|tx, _| {
            me(tx)?;
            let cursors = scope::cursors(tx)?;
            Ok(SyncRequest {
                protocol: PROTOCOL,
                epoch: number(tx, key::EPOCH)?,
                digests: agreement::digests(tx, &cursors)?,
                cursors,
                ops: ready(tx, room, Files::Before)?,
                budget,
                own: number(tx, key::OWN)? == 1,
                ..SyncRequest::default()
            })
        })
    }

    /// The hub fails at this operation again and again: it stands aside, and the others go on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn park(&self, op: &OpId) -> Result<()> {
        self.write(|tx, _| {
            let n: Option<u64> = tx
                .query_row("SELECT n FROM outbox WHERE op = ?1", [op.as_str()], |row| {
                    row.get(0)
                })
                .optional()?
                .flatten();
            park(tx, op, Parked::Failing)?;
            match n {
                Some(n) => renumber(tx, n.saturating_sub(1)),
                None => Ok(()),
            }
        })
    }

    /// What stood aside because the hub failed at it is tried again.
    ///
    /// # Errors
    /// Those of the database.
    pub fn try_parked(&self) -> Result<()> {
        self.write(|tx, _| unpark(tx, Parked::Failing))
    }

    /// A request was sent and no answer came: its operations stay in flight.
    ///
    /// # Errors
    /// Those of the database.
    pub fn request_failed(&self, request: &SyncRequest) -> Result<()> {
        self.write(|tx, _| {
            for op in &request.ops {
                tx.prepare_cached("UPDATE outbox SET attempts = attempts + 1 WHERE op = ?1")?
                    .execute([op.id.as_str()])?;
            }
            Ok(())
        })
    }

    /// How many operations wait.
    ///
    /// # Errors
    /// Those of the database.
    pub fn waiting(&self) -> Result<u32> {
        self.read(waiting)
    }

    /// What waits and why, in the order in which it goes: publications and what they stand on, then the rest, oldest
    /// first; at most 1000.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outbox_rows(&self) -> Result<Vec<OutboxRow>> {
        self.read(rows)
    }

    /// One's unsent work as JSON, for a device that may not call any more: the operations, and each page's
    /// words for people to read. The operations stay in the outbox.
    ///
    /// # Errors
    /// Those of the database.
    pub fn export_outbox(&self) -> Result<serde_json::Value> {
        self.read(export)
    }
}

pub(crate) fn waiting(conn: &Connection) -> Result<u32> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM outbox")?
        .query_row([], |row| row.get(0))?)
}

fn rows(conn: &Connection) -> Result<Vec<OutboxRow>> {
    let mut query = conn.prepare_cached(
        "SELECT outbox.op, entity, coalesce(page.title, ''), change, at, n IS NOT NULL, attempts,
             parked
         FROM outbox LEFT JOIN page ON page.page = outbox.entity
         ORDER BY NOT EXISTS (SELECT 1 FROM outbox AS later
                              WHERE later.entity = outbox.entity AND later.pos >= outbox.pos
                                AND later.slot = 'state'), pos
         LIMIT 1000",
    )?;
    let mut found = query.query([])?;
    let mut held = BTreeSet::new();
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let (op, page) = (OpId(row.get(0)?), PageId(row.get(1)?));
        let change: PageChange = serde_json::from_str(&row.get::<_, String>(3)?)?;
        let parked: Option<String> = row.get(7)?;
        let wait = match (row.get(5)?, lacking_bytes(conn, &op)?) {
            (true, _) => Wait::Answer,
            _ if held.contains(&page) => Wait::Earlier,
            (false, Some((bytes, sent))) => Wait::Files { bytes, sent },
            (false, None) => match parked.as_deref() {
                None => Wait::Line,
                Some("newer") => Wait::NewerHub,
                Some("early") => Wait::Page,
                Some(_) => Wait::HubRecovered,
            },
        };
        if !matches!(wait, Wait::Answer | Wait::Line | Wait::Earlier) {
            held.insert(page.clone());
        }
        rows.push(OutboxRow {
            op,
            page,
            title: row.get(2)?,
            what: What::of(&change),
            since: row.get(4)?,
            wait,
            attempts: row.get(6)?,
        });
    }
    Ok(rows)
}

fn export(conn: &Connection) -> Result<serde_json::Value> {
    let me = me(conn)?;
    let mut operations = Vec::new();
    let mut pages = serde_json::Map::new();
    for queued in select(conn, "ORDER BY pos")? {
        let page = PageId::new(&queued.entity);
        operations.push(serde_json::to_value(
            queued.operation(queued.n.unwrap_or(0))?,
        )?);
        let title = crate::entity::visible(conn, &page)?.map(|page| page.fields.title);
        let words = crate::text::body(conn, &page)?.1.plain();
        let readable = serde_json::json!({ "title": title, "text": words });
        pages.insert(queued.entity, readable);
    }
    Ok(serde_json::json!({
        "device": me.device,
        "person": me.person,
        "comune": me.comune,
        "epoch": pull::epoch(conn)?,
        "operations": operations,
        "pages": pages,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
    use super::*;

    /// How SQLite goes about a query.
    fn plan(sql: &str, values: &[&str]) -> String {
        let mut conn = Connection::open_in_memory().unwrap();
        crate::schema::migrate(&mut conn).unwrap();
        let mut query = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = rusqlite::params_from_iter(values);
        let steps = query.query_map(values, |row| row.get::<_, String>(3));
        steps
            .unwrap()
            .collect::<rusqlite::Result<Vec<_>>>()
            .unwrap()
            .join("\n")
    }

    /// Ten thousand operations may wait: neither a key pressed nor a call may read them all.
    #[test]
    fn what_waits_is_not_read_as_a_whole() {
        let unsent = plan(UNSENT, &["page", "title"]);
        assert!(unsent.contains("outbox_of_entity"), "{unsent}");
        assert!(!unsent.contains("outbox_2"), "{unsent}");
        let ready = plan(READY, &[]);
        assert!(!ready.contains("TEMP B-TREE"), "{ready}");
        let urgent = plan(URGENT, &[]);
        assert!(!urgent.contains("TEMP B-TREE"), "{urgent}");
        let up_to = plan(UP_TO, &["page", "1"]);
        assert!(up_to.contains("outbox_of_entity"), "{up_to}");
        assert!(!up_to.contains("TEMP B-TREE"), "{up_to}");
    }
}
