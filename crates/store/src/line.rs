//! The line: what a person limits, what was tried, what was carried, what is left to carry.

use crate::identity::{key, number, set_number, set_setting, setting};
use crate::name::{name, named};
use crate::{Result, Store};
use domain::line::{Carried, Fault, LineLimits, SMALL_FILE};
use domain::{FileId, FileRef, PageId, UnixMs};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;

/// Rows kept of the log of the line.
const KEPT: i64 = 500;
/// Rows kept however old they are: a clock that was a year ahead must not empty the log.
const KEPT_ANYWAY: i64 = 100;
/// How long a row is kept, in milliseconds: ninety days.
const AGE: i64 = 90 * 24 * 60 * 60 * 1000;
/// Tries that succeeded are one row for at most this long, in milliseconds: the line is seen hour by hour.
const RUN: i64 = 60 * 60 * 1000;
/// Months of traffic kept.
const MONTHS: u32 = 24;

/// A try to reach the hub, or a run of tries that ended alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    /// When; for a run, the first.
    pub at: UnixMs,
    /// For a run, when the last was; else as `at`.
    pub until: UnixMs,
    /// How many tries.
    pub times: u32,
    /// How long it took, in milliseconds; for a run, the last.
    pub ms: u32,
    /// Bytes sent, in all.
    pub up: u64,
    /// Bytes received, in all.
    pub down: u64,
    /// Operations sent.
    pub ops_up: u32,
    /// Operations received.
    pub ops_down: u32,
    /// What it carried.
    pub carried: Carried,
    /// The round trip as measured by then, in milliseconds.
    pub rtt: Option<u32>,
    /// What the line carried by then, in bytes per second.
    pub goodput: Option<u64>,
    /// Why it failed; `None` where it succeeded.
    pub error: Option<Fault>,
}

impl Attempt {
    /// A try that carried no operation and no file.
    fn is_idle(&self) -> bool {
        self.carried == Carried::Operations && self.ops_up == 0 && self.ops_down == 0
    }

    /// Whether this try, coming after `earlier`, is one row with it.
    fn continues(&self, earlier: &Self) -> bool {
        if self.error.is_some() {
            return self.error == earlier.error;
        }
        let alike = match self.carried {
            Carried::Operations => self.is_idle() && earlier.is_idle(),
            files => earlier.carried == files,
        };
        let near = (0..RUN).contains(&self.at.saturating_sub(earlier.at));
        earlier.error.is_none() && alike && near
    }
}

/// Bytes carried, each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Up.
    pub up: u64,
    /// Down.
    pub down: u64,
}

impl Traffic {
    /// Both ways.
    pub fn total(self) -> u64 {
        self.up.saturating_add(self.down)
    }
}

/// A file that is on its way, or waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLeft {
    /// The file; its name is empty where no page shows or offers it any more.
    pub file: FileRef,
    /// A page that shows or offers it, and the page's title.
    pub page: Option<(PageId, String)>,
    /// Bytes that are where they should be.
    pub done: u64,
    /// An operation waits for it.
    pub needed: bool,
}

impl FileLeft {
    /// Bytes still to carry.
    pub fn left(&self) -> u64 {
        self.file.size.saturating_sub(self.done)
    }
}

/// What is left to carry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineWork {
    /// Files the hub lacks, in the order in which they go.
    pub uploads: Vec<FileLeft>,
    /// Files that lack here.
    pub downloads: Vec<FileLeft>,
    /// About the bytes of JSON of the operations that wait.
    pub operations: u64,
}

impl Store {
    /// What the person limits about the line.
    ///
    /// # Errors
    /// Those of the database.
    pub fn limits(&self) -> Result<LineLimits> {
        self.read(limits)
    }

    /// Remembers what the person limits about the line.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_limits(&self, limits: &LineLimits) -> Result<()> {
        let text = serde_json::to_string(&limits.sound())?;
        self.write(|tx, _| set_setting(tx, key::LIMITS, &text))
    }

    /// The limits, and what was carried in this month (`2026-11`).
    ///
    /// # Errors
    /// Those of the database.
    pub fn limits_and_traffic(&self, month: &str) -> Result<(LineLimits, Traffic)> {
        self.read(|conn| Ok((limits(conn)?, traffic(conn, month)?)))
    }

    /// When the hub last took and gave everything there was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn last_ok(&self) -> Result<Option<UnixMs>> {
        let at = self.read(|conn| number(conn, key::LAST_OK))?;
        Ok(i64::try_from(at).ok().filter(|at| *at > 0))
    }

    /// Remembers it, for the next start.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_last_ok(&self, at: UnixMs) -> Result<()> {
        let at = u64::try_from(at).unwrap_or(0);
        self.write(|tx, _| set_number(tx, key::LAST_OK, at))
    }

    /// Remembers a try to reach the hub and what it cost in this month. Of the log, the last 500 rows are kept
    /// for ninety days.
    ///
    /// # Errors
    /// Those of the database.
    pub fn log_attempt(&self, attempt: &Attempt, month: &str, cost: Traffic) -> Result<()> {
        self.write(|tx, _| {
            match last(tx)? {
                Some((id, earlier)) if attempt.continues(&earlier) => lengthen(tx, id, attempt)?,
                _ => insert(tx, attempt)?,
            }
            spend(tx, month, cost)
        })
    }

    /// The last tries, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attempts(&self, limit: u32) -> Result<Vec<Attempt>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM attempt ORDER BY id DESC LIMIT ?1"
            ))?;
            let mut found = query.query([limit])?;
            let mut attempts = Vec::new();
            while let Some(row) = found.next()? {
                attempts.push(read(row)?);
            }
            Ok(attempts)
        })
    }

    /// How much of a file the hub has, as it said.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_sent(&self, file: &FileId, bytes: u64) -> Result<()> {
        self.write(|tx, _| {
            tx.prepare_cached("UPDATE file SET sent = min(?2, size) WHERE file = ?1")?
                .execute(params![file.as_str(), bytes])?;
            Ok(())
        })
    }

    /// The files that operations wait for and that go even where large ones are held back.
    ///
    /// # Errors
    /// Those of the database.
    pub fn small_files_needed(&self) -> Result<BTreeSet<FileId>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT DISTINCT file.file FROM outbox_file JOIN file ON file.file = outbox_file.file
                 WHERE file.uploaded = 0 AND file.size <= ?1",
            )?;
            let rows = query.query_map([SMALL_FILE], |row| row.get(0).map(FileId))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// What is left to carry, each way.
    ///
    /// # Errors
    /// Those of the database.
    pub fn line_work(&self) -> Result<LineWork> {
        self.read(|conn| {
            Ok(LineWork {
                uploads: uploads(conn)?,
                downloads: downloads(conn)?,
                operations: operations(conn)?,
            })
        })
    }
}

fn limits(conn: &Connection) -> Result<LineLimits> {
    let text = setting(conn, key::LIMITS)?;
    // What a newer version wrote and this one cannot read limits nothing.
    Ok(text
        .and_then(|text| serde_json::from_str::<LineLimits>(&text).ok())
        .unwrap_or_default()
        .sound())
}

fn traffic(conn: &Connection, month: &str) -> Result<Traffic> {
    let found = conn
        .prepare_cached("SELECT up, down FROM traffic WHERE month = ?1")?
        .query_row([month], |row| {
            Ok(Traffic {
                up: row.get(0)?,
                down: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

fn spend(conn: &Connection, month: &str, cost: Traffic) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO traffic (month, up, down) VALUES (?1, ?2, ?3)
         ON CONFLICT (month) DO UPDATE SET up = up + excluded.up, down = down + excluded.down",
    )?
    .execute(params![month, cost.up, cost.down])?;
    conn.prepare_cached(
        "DELETE FROM traffic WHERE month <> ?1
             AND month NOT IN (SELECT month FROM traffic ORDER BY month DESC LIMIT ?2)",
    )?
    .execute(params![month, MONTHS])?;
    Ok(())
}

const COLUMNS: &str =
    "at, until, times, ms, up, down, ops_up, ops_down, carried, rtt, goodput, error";

fn read(row: &Row<'_>) -> Result<Attempt> {
    Ok(Attempt {
        at: row.get(0)?,
        until: row.get(1)?,
        times: row.get(2)?,
        ms: row.get(3)?,
        up: row.get(4)?,
        down: row.get(5)?,
        ops_up: row.get(6)?,
        ops_down: row.get(7)?,
        carried: named(row.get(8)?)?,
        rtt: row.get(9)?,
        goodput: row.get(10)?,
        error: row.get::<_, Option<String>>(11)?.map(named).transpose()?,
    })
}

fn last(conn: &Connection) -> Result<Option<(i64, Attempt)>> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, id FROM attempt ORDER BY id DESC LIMIT 1"
    ))?;
    let mut found = query.query([])?;
    let row = found.next()?;
    row.map(|row| Ok((row.get(12)?, read(row)?))).transpose()
}

fn lengthen(conn: &Connection, id: i64, by: &Attempt) -> Result<()> {
    conn.prepare_cached(
        "UPDATE attempt SET times = times + 1, until = ?2, ms = ?3, up = up + ?4, down = down + ?5,
             rtt = ?6, goodput = ?7
         WHERE id = ?1",
    )?
    .execute(params![
        id, by.at, by.ms, by.up, by.down, by.rtt, by.goodput
    ])?;
    Ok(())
}

fn insert(conn: &Connection, attempt: &Attempt) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO attempt
             (at, until, times, ms, up, down, ops_up, ops_down, carried, rtt, goodput, error)
         VALUES (?1, ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        attempt.at,
        attempt.ms,
        attempt.up,
        attempt.down,
        attempt.ops_up,
        attempt.ops_down,
        name(&attempt.carried)?,
        attempt.rtt,
        attempt.goodput,
        attempt.error.as_ref().map(name).transpose()?,
    ])?;
    let id = conn.last_insert_rowid();
    conn.prepare_cached("DELETE FROM attempt WHERE id <= ?1 OR (id <= ?2 AND until < ?3)")?
        .execute([id - KEPT, id - KEPT_ANYWAY, attempt.at.saturating_sub(AGE)])?;
    Ok(())
}

fn uploads(conn: &Connection) -> Result<Vec<FileLeft>> {
    files_left(
        conn,
        "SELECT file.file, file.size, file.sent,
             (SELECT min(outbox.pos) FROM outbox_file
              JOIN outbox ON outbox.op = outbox_file.op
              WHERE outbox_file.file = file.file) AS first,
             page_file.value, page.page, page.title
         FROM file
         LEFT JOIN page_file ON page_file.file = file.file
             AND page_file.page = (SELECT min(page) FROM page_file WHERE page_file.file = file.file)
         LEFT JOIN page ON page.page = page_file.page
         WHERE file.uploaded = 0 AND file.complete = 1
           AND (first IS NOT NULL OR page_file.file IS NOT NULL)
         ORDER BY first IS NULL, first, file.size, file.file",
    )
}

fn downloads(conn: &Connection) -> Result<Vec<FileLeft>> {
    files_left(
        conn,
        "SELECT page_file.file, coalesce(file.size, 0),
             (SELECT coalesce(sum(file_chunk.size), 0)
              FROM file_chunk JOIN chunk ON chunk.hash = file_chunk.hash
              WHERE file_chunk.file = page_file.file),
             NULL, page_file.value, page.page, page.title
         FROM page_file
         LEFT JOIN file ON file.file = page_file.file
         LEFT JOIN page ON page.page = page_file.page
         WHERE coalesce(file.complete, 0) = 0
         GROUP BY page_file.file ORDER BY page_file.file",
    )
}

fn files_left(conn: &Connection, sql: &str) -> Result<Vec<FileLeft>> {
    let mut query = conn.prepare_cached(sql)?;
    let mut found = query.query([])?;
    let mut files = Vec::new();
    while let Some(row) = found.next()? {
        files.push(file_left(row)?);
    }
    Ok(files)
}

fn file_left(row: &Row<'_>) -> Result<FileLeft> {
    let shown: Option<String> = row.get(4)?;
    let file = match shown {
        Some(value) => serde_json::from_str(&value)?,
        None => FileRef {
            id: FileId(row.get(0)?),
            name: String::new(),
            media: String::new(),
            size: row.get(1)?,
        },
    };
    let page: Option<String> = row.get(5)?;
    let title: Option<String> = row.get(6)?;
    Ok(FileLeft {
        file,
        page: page.map(|page| (PageId(page), title.unwrap_or_default())),
        done: row.get(2)?,
        needed: row.get::<_, Option<i64>>(3)?.is_some(),
    })
}

fn operations(conn: &Connection) -> Result<u64> {
    Ok(conn
        .prepare_cached(
            "SELECT coalesce(sum(length(change) + 150), 0) FROM outbox WHERE accepted IS NULL",
        )?
        .query_row([], |row| row.get(0))?)
}
