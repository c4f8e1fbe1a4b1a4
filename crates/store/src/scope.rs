//! Scopes: how far the log of each was read, and what goes when one is lost.

use crate::outbox::Parked;
use crate::text::Docs;
use crate::{Result, pull};
use domain::PageId;
use domain::identity::Scope;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// The scope is granted: it is read from where this device stands.
pub(crate) fn grant(conn: &Connection, scope: &Scope) -> Result<()> {
    conn.execute(
        "INSERT INTO scope (scope, granted) VALUES (?1, 1)
         ON CONFLICT (scope) DO UPDATE SET granted = 1",
        [scope.to_string()],
    )?;
    Ok(())
}

/// How far each granted scope was read.
pub(crate) fn cursors(conn: &Connection) -> Result<BTreeMap<Scope, u64>> {
    let mut query = conn.prepare_cached("SELECT scope, seq FROM scope WHERE granted = 1")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut cursors = BTreeMap::new();
    for row in rows {
        let (scope, seq) = row?;
        // A scope of a later version of the app, from before a downgrade, is left alone.
        if let Ok(scope) = scope.parse() {
            cursors.insert(scope, seq);
        }
    }
    Ok(cursors)
}

/// How far a scope was read.
pub(crate) fn cursor(conn: &Connection, scope: &Scope) -> Result<u64> {
    Ok(conn
        .prepare_cached("SELECT seq FROM scope WHERE scope = ?1")?
        .query_row([scope.to_string()], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

pub(crate) fn set_cursor(conn: &Connection, scope: &Scope, seq: u64) -> Result<()> {
    conn.execute(
        "UPDATE scope SET seq = ?2 WHERE scope = ?1",
        params![scope.to_string(), seq],
    )?;
    Ok(())
}

/// Takes everything of a scope out of the workspace but what waits for a person in "Da risolvere" and one's own
/// operations: a hub that is restored from a backup may have to get them again. Gives the pages that went.
pub(crate) fn purge(conn: &Connection, docs: &mut Docs, scope: &str) -> Result<Vec<PageId>> {
    let pages = conn
        .prepare(
            "SELECT page FROM page WHERE scope = ?1
             UNION SELECT page FROM shadow WHERE scope = ?1",
        )?
        .query_map([scope], |row| row.get(0).map(PageId))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for page in &pages {
        docs.forget(page);
        remove(conn, page)?;
    }
    wait_for_no_file(conn, scope)?;
    conn.execute(ACCEPTED_IS_SENT, params![scope, pull::epoch(conn)?])?;
    for sql in OF_SCOPE {
        conn.execute(sql, [scope])?;
    }
    crate::file::drop_unused(conn)?;
    Ok(pages)
}

/// No operation of a scope waits for a file any more.
pub(crate) fn wait_for_no_file(conn: &Connection, scope: &str) -> Result<()> {
    conn.execute(
        "DELETE FROM outbox_file WHERE op IN (SELECT op FROM outbox WHERE scope = ?1)",
        [scope],
    )?;
    Ok(())
}

/// What the hub accepted will not be read in the log any more.
const ACCEPTED_IS_SENT: &str =
    "INSERT OR REPLACE INTO sent (op, n, seq, epoch, scope, entity, slot, change, at)
     SELECT op, n, accepted, ?2, scope, entity, slot, change, at FROM outbox
     WHERE scope = ?1 AND accepted IS NOT NULL";

/// No operation of a scope waits for its page any more.
pub(crate) fn wait_for_no_page(conn: &Connection, scope: &str) -> Result<()> {
    conn.execute(
        "UPDATE outbox SET parked = NULL WHERE scope = ?1 AND parked = ?2",
        [scope, Parked::Early.as_str()],
    )?;
    Ok(())
}

/// Every table that has rows of a scope besides its pages, the files that operations wait for, and what was sent.
const OF_SCOPE: [&str; 6] = [
    "DELETE FROM held WHERE scope = ?1",
    "DELETE FROM outbox WHERE scope = ?1",
    "DELETE FROM applied WHERE scope = ?1",
    "DELETE FROM later WHERE scope = ?1",
    "DELETE FROM repair WHERE scope = ?1",
    "DELETE FROM scope WHERE scope = ?1",
];

/// Every table that has rows of a page.
const OF_PAGE: [&str; 8] = [
    "DELETE FROM words WHERE rowid = (SELECT id FROM page WHERE page = ?1)",
    "DELETE FROM body WHERE page = ?1",
    "DELETE FROM shadow WHERE page = ?1",
    "DELETE FROM text_snapshot WHERE page = ?1",
    "DELETE FROM text_update WHERE page = ?1",
    "DELETE FROM history WHERE page = ?1",
    "DELETE FROM arrival WHERE page = ?1",
    "DELETE FROM page_file WHERE page = ?1",
];

/// Takes a page out of every table.
pub(crate) fn remove(conn: &Connection, page: &PageId) -> Result<()> {
    for sql in OF_PAGE {
        conn.prepare_cached(sql)?.execute([page.as_str()])?;
    }
    conn.prepare_cached("DELETE FROM page WHERE page = ?1")?
        .execute([page.as_str()])?;
    Ok(())
}
