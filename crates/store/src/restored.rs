//! After the hub was restored from a backup: what this device holds and the hub forgot.
//!
//! Everybody sends again what they did themselves ([`send_again`]), and as a rule that is all. But a computer may be
//! broken or gone, or its person may have lost the right, and then what only others still hold would be lost: pages
//! would leave their screens with the log, and what they write after an edit that never comes back would wait at the
//! hub for ever. So what was read of the log stays until the hub has it again, shown as it was; and what is still
//! missing a day after the restore is given back by whoever holds it, as an operation of their own.
//!
//! Given back are a page as a draft, with its fields, and the words of a text. A field of a page that the hub still has
//! is not: another value may be newer. Its earlier values are among the versions of the page.

use crate::identity::{Identity, key, me, number, set_number};
use crate::outbox::{self, Queued};
use crate::pull;
use crate::text::{self, Docs};
use crate::{Result, entity};
use ::text::TextDoc;
use domain::identity::Scope;
use domain::sito::{Field, FieldChange, Fields, MAX_TEXT_UPDATE, Page, PageChange};
use domain::{Change, PageId, UnixMs};
use protocol::{Logged, LoggedBody};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// Those who wrote it have so long, in milliseconds of the hub's clock.
const PATIENCE: u64 = 24 * 60 * 60 * 1000;
/// Pages that are looked at after one answer.
const AT_ONCE: usize = 50;

/// The hub was restored: what was read of its log is held. `now`: by the hub's clock.
pub(crate) fn hold(conn: &Connection, now: UnixMs) -> Result<()> {
    // Restored again while its log was being read anew: what is held has more.
    let or = match number(conn, key::ANEW)? {
        1 => "IGNORE",
        _ => "REPLACE",
    };
    conn.execute_batch(&format!(
        "INSERT OR {or} INTO held (page, scope, value, text_from)
             SELECT page, scope, value, 0 FROM shadow;
         UPDATE held SET text_from = (SELECT coalesce(max(id), 0) FROM text_update);"
    ))?;
    set_number(conn, key::RESTORED, millis(now))
}

/// Keeps an operation of this device as the log has it. `own`: as it waited here; a copy of this workspace may have
/// done it.
pub(crate) fn keep(
    conn: &Connection,
    scope: &Scope,
    entry: &Logged,
    body: &LoggedBody,
    own: Option<&Queued>,
) -> Result<()> {
    let Change::Sito(change) = &body.change;
    conn.prepare_cached(
        "INSERT INTO sent (op, n, seq, epoch, scope, entity, slot, change, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (op) DO UPDATE SET seq = excluded.seq, epoch = excluded.epoch",
    )?
    .execute(params![
        entry.id.as_str(),
        own.and_then(|own| own.n),
        entry.seq,
        pull::epoch(conn)?,
        scope.to_string(),
        body.entity,
        outbox::slot(change)?,
        serde_json::to_string(change)?,
        body.at,
    ])?;
    Ok(())
}

/// The log was read anew: what another one had of one's own and it has not is put back, before everything that waits.
/// What a lost scope's log has is not known: there the numbers of the sequence decide.
pub(crate) fn send_again(conn: &Connection, lost: &BTreeSet<String>) -> Result<()> {
    let sql = "SELECT op, scope, coalesce(n > ?2, 0), scope IN (SELECT scope FROM scope) FROM sent
         WHERE epoch <> ?1 ORDER BY seq DESC";
    let mut query = conn.prepare(sql)?;
    let values = params![pull::epoch(conn)?, number(conn, key::LAST_N)?];
    let rows = query.query_map(values, |row| {
        let op: String = row.get(0)?;
        Ok((
            op,
            row.get::<_, String>(1)?,
            row.get::<_, bool>(2)?,
            row.get::<_, bool>(3)?,
        ))
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    for (op, scope, later, granted) in rows {
        let read = granted && !lost.contains(&scope);
        if !read && !later {
            continue;
        }
        conn.prepare_cached(
            "INSERT OR IGNORE INTO outbox (pos, op, scope, entity, slot, change, at, flown)
             SELECT (SELECT min(coalesce(min(pos), 1), 1) FROM outbox) - 1,
                 op, scope, entity, slot, change, at, 1
             FROM sent WHERE op = ?1",
        )?
        .execute([&op])?;
        conn.prepare_cached("DELETE FROM sent WHERE op = ?1")?
            .execute([&op])?;
    }
    Ok(())
}

fn millis(at: UnixMs) -> u64 {
    u64::try_from(at).unwrap_or(0).max(1)
}

/// Whether a page is held, so that its text must keep apart what is from before.
pub(crate) fn is_held(conn: &Connection, page: &PageId) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM held WHERE page = ?1)")?
        .query_row([page.as_str()], |row| row.get(0))?)
}

/// A page that the hub does not have, as it was; `None` where it is not held, or is on its way as one's own.
pub(crate) fn page(conn: &Connection, page: &PageId) -> Result<Option<Page>> {
    let value: Option<String> = conn
        .prepare_cached(
            "SELECT value FROM held WHERE page = ?1
                 AND NOT EXISTS (SELECT 1 FROM outbox WHERE entity = ?1 AND slot = 'create')",
        )?
        .query_row([page.as_str()], |row| row.get(0))
        .optional()?;
    let page: Option<Page> = value
        .map(|value| serde_json::from_str(&value))
        .transpose()?;
    // Positions in a log that is no more say nothing of what a person has seen, and the restored site does not show it.
    Ok(page.map(|page| Page {
        revs: BTreeMap::new(),
        edits: BTreeMap::new(),
        publication: None,
        request: None,
        ..page
    }))
}

/// Changes of fields that wait: who made them saw what the page said then, and if the page came back and says the same,
/// they saw that.
fn rebase(conn: &Connection) -> Result<()> {
    let mut query = conn.prepare_cached(
        "SELECT outbox.pos, outbox.change, held.value, shadow.value
         FROM held JOIN shadow ON shadow.page = held.page JOIN outbox ON outbox.entity = held.page
         WHERE outbox.n IS NULL",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let json = |at| row.get::<_, String>(at);
        let PageChange::Set { change, base } = serde_json::from_str(&json(1)?)? else {
            continue;
        };
        let (was, is): (Page, Page) = (
            serde_json::from_str(&json(2)?)?,
            serde_json::from_str(&json(3)?)?,
        );
        let (field, seen) = (change.field(), is.base(change.field()));
        let same =
            FieldChange::current(field, &was.fields) == FieldChange::current(field, &is.fields);
        if same && base != seen {
            let change = PageChange::Set { change, base: seen };
            conn.prepare_cached("UPDATE outbox SET change = ?2 WHERE pos = ?1")?
                .execute(params![
                    row.get::<_, i64>(0)?,
                    serde_json::to_string(&change)?
                ])?;
        }
    }
    Ok(())
}

/// A day after the restore, gives back what the hub still lacks. Gives the pages that were looked at.
pub(crate) fn give_back(
    conn: &Connection,
    docs: &mut Docs,
    now: UnixMs,
    at: UnixMs,
) -> Result<Vec<PageId>> {
    let (since, now) = (number(conn, key::RESTORED)?, millis(now));
    if since == 0 {
        return Ok(Vec::new());
    }
    rebase(conn)?;
    if now < since {
        // The hub's clock was set right.
        set_number(conn, key::RESTORED, now)?;
        return Ok(Vec::new());
    }
    let me = me(conn)?;
    if now - since < PATIENCE || !me.role.writes_site() {
        return Ok(Vec::new());
    }
    let pages = conn
        .prepare_cached("SELECT page FROM held ORDER BY page LIMIT ?1")?
        .query_map([AT_ONCE], |row| row.get(0).map(PageId))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for page in &pages {
        give(conn, docs, &me, page, at)?;
    }
    if pages.len() < AT_ONCE {
        set_number(conn, key::RESTORED, 0)?;
    }
    Ok(pages)
}

fn give(
    conn: &Connection,
    docs: &mut Docs,
    me: &Identity,
    page: &PageId,
    at: UnixMs,
) -> Result<()> {
    if entity::shadow(conn, page)?.is_none()
        && let Some(lost) = self::page(conn, page)?
        && !lost.deleted
    {
        tracing::info!(%page, "The restored hub gets a page again.");
        outbox::add_first(conn, me, page, &made_anew(&lost), at)?;
    }
    if let Some(update) = lacking_words(conn, page)? {
        tracing::info!(%page, "The restored hub gets words again.");
        outbox::add(conn, me, page, &PageChange::Text { update }, at)?;
    }
    conn.prepare_cached("DELETE FROM held WHERE page = ?1")?
        .execute([page.as_str()])?;
    docs.forget(page);
    Ok(())
}

/// What makes a page with these fields.
fn made_anew(page: &Page) -> Vec<PageChange> {
    let mut changes = vec![PageChange::Create { kind: page.kind }];
    let fresh = Fields::default();
    for field in Field::of(page.kind) {
        let change = FieldChange::current(*field, &page.fields);
        if change != FieldChange::current(*field, &fresh) {
            changes.push(PageChange::Set { change, base: 0 });
        }
    }
    let topics = page.fields.topics.iter().cloned();
    changes.extend(topics.map(PageChange::AddTopic));
    let files = page.fields.attachments.iter().cloned();
    changes.extend(files.map(PageChange::Attach));
    changes
}

/// The words that are here and neither at the hub nor on their way, as an update of the text.
fn lacking_words(conn: &Connection, page: &PageId) -> Result<Option<String>> {
    let here = text::load(conn, page)?;
    let there = there(conn, page)?;
    if there.waiting() == 0 && there.covers(&here.version()) {
        return Ok(None);
    }
    let update = here.since(&there.version());
    let update = update.map(|update| ::text::encode(&update));
    // One that is too long for an operation stays here: a text of 192 kB was lost as a whole, with its history.
    Ok(update.filter(|update| update.len() <= MAX_TEXT_UPDATE))
}

/// The text as the hub has it, with what is on its way.
fn there(conn: &Connection, page: &PageId) -> Result<TextDoc> {
    let mut query = conn.prepare_cached(
        "SELECT value FROM text_update
         WHERE page = ?1 AND id > (SELECT text_from FROM held WHERE page = ?1) ORDER BY id",
    )?;
    let mut doc = TextDoc::new();
    let updates = query.query_map([page.as_str()], |row| row.get::<_, Vec<u8>>(0))?;
    for update in updates {
        text::import(&mut doc, page, &update?);
    }
    for (_, change, _) in outbox::of_entity(conn, page)? {
        if let PageChange::Text { update } = change
            && let Ok(update) = ::text::decode(&update)
        {
            text::import(&mut doc, page, &update);
        }
    }
    Ok(doc)
}
