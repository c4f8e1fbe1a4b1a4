//! What the workspace holds, in numbers: for a diagnosis. Nothing that a person wrote, and nobody's name.

use crate::identity::{key, number};
use crate::{Result, Store, conflict, file, outbox, pull};
use rusqlite::Connection;
use serde::Serialize;
use std::collections::BTreeMap;

/// The numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Census {
    /// The version of the schema.
    pub schema: u32,
    /// Bytes of the database.
    pub bytes: u64,
    /// The hub's epoch.
    pub epoch: u64,
    /// How far the log of each scope was read.
    pub cursors: BTreeMap<String, u64>,
    /// The last number that was given to an operation.
    pub last_n: u64,
    /// The log is being read anew.
    pub anew: bool,
    /// Pages that are shown.
    pub pages: u64,
    /// Operations that wait.
    pub waiting: u32,
    /// Of these, how many were sent.
    pub in_flight: u64,
    /// Of these, how many the hub accepted and the log has not brought back.
    pub accepted: u64,
    /// The most often that one of them was sent.
    pub attempts: u64,
    /// When the oldest was done; 0 where none waits.
    pub oldest: u64,
    /// Open disagreements.
    pub conflicts: u32,
    /// All disagreements ever, by their kind.
    pub conflict_kinds: BTreeMap<String, u64>,
    /// Files: known, whole here, at the hub.
    pub files: [u64; 3],
    /// Bytes of files that wait to go up.
    pub waiting_bytes: u64,
    /// Pieces of files.
    pub chunks: u64,
}

impl Store {
    /// Counts.
    ///
    /// # Errors
    /// Those of the database.
    pub fn census(&self) -> Result<Census> {
        self.read(census)
    }
}

fn census(conn: &Connection) -> Result<Census> {
    let of = |sql: &str| count(conn, sql);
    Ok(Census {
        schema: conn.pragma_query_value(None, "user_version", |row| row.get(0))?,
        bytes: of("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?,
        epoch: pull::epoch(conn)?,
        cursors: counts(conn, "SELECT scope, seq FROM scope")?,
        last_n: number(conn, key::LAST_N)?,
        anew: number(conn, key::ANEW)? == 1,
        pages: of("SELECT count(*) FROM page WHERE deleted = 0")?,
        waiting: outbox::waiting(conn)?,
        in_flight: of("SELECT count(*) FROM outbox WHERE n IS NOT NULL AND accepted IS NULL")?,
        accepted: of("SELECT count(*) FROM outbox WHERE accepted IS NOT NULL")?,
        attempts: of("SELECT coalesce(max(attempts), 0) FROM outbox")?,
        oldest: of("SELECT max(coalesce(min(at), 0), 0) FROM outbox")?,
        conflicts: conflict::open(conn)?,
        conflict_kinds: counts(conn, "SELECT kind, count(*) FROM conflict GROUP BY kind")?,
        files: [
            of("SELECT count(*) FROM file")?,
            of("SELECT count(*) FROM file WHERE complete = 1")?,
            of("SELECT count(*) FROM file WHERE uploaded = 1")?,
        ],
        waiting_bytes: file::waiting_bytes(conn)?,
        chunks: of("SELECT count(*) FROM chunk")?,
    })
}

fn count(conn: &Connection, sql: &str) -> Result<u64> {
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

fn counts(conn: &Connection, sql: &str) -> Result<BTreeMap<String, u64>> {
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
