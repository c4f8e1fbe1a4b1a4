//! The versions of a page.

use crate::identity::Identity;
use crate::name::{name, named};
use crate::text;
use crate::{Result, Store, StoreError, Version, VersionRow, What};
use domain::sito::{Fields, Page, PageChange, TextVersion};
use domain::{PageId, UnixMs};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Edits of one person within this time are one version, in milliseconds.
const TOGETHER: i64 = 10 * 60 * 1000;

/// What was done, by whom and when.
pub(crate) struct Done<'a> {
    pub(crate) what: What,
    pub(crate) by: &'a str,
    pub(crate) at: UnixMs,
    /// The hub published it.
    pub(crate) published: bool,
    /// At a copy of this workspace, which may not have known the last version.
    pub(crate) elsewhere: bool,
}

impl<'a> Done<'a> {
    /// Something this device does now.
    pub(crate) fn by_me(change: &PageChange, me: &'a Identity, at: UnixMs) -> Self {
        Self {
            what: What::of(change),
            by: &me.person,
            at,
            published: false,
            elsewhere: false,
        }
    }
}

struct Last {
    id: i64,
    by: String,
    what: What,
    published: bool,
    started: UnixMs,
}

/// Adds a version, or extends the last one.
pub(crate) fn record(
    conn: &Connection,
    page: &Page,
    version: &TextVersion,
    done: Done<'_>,
) -> Result<()> {
    let last = last(conn, &page.id)?.filter(|last| last.by == done.by);
    match last {
        Some(last) if extends(&last, &done) => extend(conn, &last, page, version, &done),
        // The request stands there already; now it has come true.
        Some(last) if done.published && last.what == What::Publication && !last.published => {
            extend(conn, &last, page, version, &done)
        }
        _ => insert(conn, page, version, &done),
    }
}

fn extends(last: &Last, done: &Done<'_>) -> bool {
    matches!(last.what, What::New | What::Edit)
        && done.what == What::Edit
        && !done.elsewhere
        && (0..TOGETHER).contains(&(done.at - last.started))
}

fn last(conn: &Connection, page: &PageId) -> Result<Option<Last>> {
    let found = conn
        .prepare_cached(
            "SELECT id, by, what, published, started FROM history
             WHERE page = ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([page.as_str()], |row| {
            let what: String = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, what, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    found
        .map(|(id, by, what, published, started)| {
            Ok(Last {
                id,
                by,
                what: named(what)?,
                published,
                started,
            })
        })
        .transpose()
}

fn extend(
    conn: &Connection,
    last: &Last,
    page: &Page,
    version: &TextVersion,
    done: &Done<'_>,
) -> Result<()> {
    conn.prepare_cached(
        "UPDATE history SET at = ?2, published = ?3, fields = ?4, version = ?5 WHERE id = ?1",
    )?
    .execute(params![
        last.id,
        done.at,
        done.published,
        serde_json::to_string(&page.fields)?,
        version.0
    ])?;
    Ok(())
}

fn insert(conn: &Connection, page: &Page, version: &TextVersion, done: &Done<'_>) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO history (page, at, started, by, what, published, fields, version)
         VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        page.id.as_str(),
        done.at,
        done.by,
        name(&done.what)?,
        done.published,
        serde_json::to_string(&page.fields)?,
        version.0
    ])?;
    Ok(())
}

impl Store {
    /// The versions of a page, newest first, at most 500.
    ///
    /// # Errors
    /// Those of the database.
    pub fn history(&self, page: &PageId) -> Result<Vec<VersionRow>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT id, at, by, what, published FROM history
                 WHERE page = ?1 ORDER BY id DESC LIMIT 500",
            )?;
            let mut found = query.query([page.as_str()])?;
            let mut rows = Vec::new();
            while let Some(row) = found.next()? {
                rows.push(version_row(row)?);
            }
            Ok(rows)
        })
    }

    /// A version, whole.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Text`] where the text of that version went with an edit that
    /// the hub refused, those of the database.
    pub fn version(&self, page: &PageId, id: i64) -> Result<Version> {
        self.read(|conn| {
            let found = conn
                .prepare_cached(
                    "SELECT id, at, by, what, published, fields, version FROM history
                     WHERE page = ?1 AND id = ?2",
                )?
                .query_row(params![page.as_str(), id], |row| {
                    let fields: String = row.get(5)?;
                    let version: String = row.get(6)?;
                    Ok((version_row(row), fields, TextVersion(version)))
                })
                .optional()?;
            let (row, fields, version) =
                found.ok_or_else(|| StoreError::NotFound(format!("{page}, version {id}")))?;
            let fields: Fields = serde_json::from_str(&fields)?;
            let text = text::load(conn, page)?
                .at(&version)
                .ok_or_else(|| StoreError::Text("this version of the text is gone".into()))?;
            Ok(Version {
                row: row?,
                fields,
                text,
            })
        })
    }
}

fn version_row(row: &Row<'_>) -> Result<VersionRow> {
    Ok(VersionRow {
        id: row.get(0)?,
        at: row.get(1)?,
        by: row.get(2)?,
        what: named(row.get(3)?)?,
        published: row.get(4)?,
    })
}
