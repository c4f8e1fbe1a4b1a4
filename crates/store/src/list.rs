//! Lists of pages.

use crate::name::{name, named};
use crate::{Filter, PageList, PageRow, Result, Store, search};
use domain::PageId;
use rusqlite::{Connection, Params, Row, params};

/// The columns of a [`PageRow`], of the table `page`.
pub(crate) const COLUMNS: &str = "page.page, page.kind, page.title, page.status, page.waiting, page.edited_at, page.edited_by, page.until";

/// The most rows in one stretch.
const MOST: u32 = 200;

/// A row of [`COLUMNS`].
pub(crate) fn read_row(row: &Row<'_>) -> Result<PageRow> {
    Ok(PageRow {
        id: PageId(row.get(0)?),
        kind: named(row.get(1)?)?,
        title: row.get(2)?,
        status: named(row.get(3)?)?,
        waiting: row.get(4)?,
        edited_at: row.get(5)?,
        edited_by: row.get(6)?,
        until: row.get(7)?,
    })
}

/// The rows of a query whose columns are [`COLUMNS`].
pub(crate) fn rows(conn: &Connection, sql: &str, params: impl Params) -> Result<Vec<PageRow>> {
    let mut query = conn.prepare_cached(sql)?;
    let mut found = query.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(read_row(row)?);
    }
    Ok(rows)
}

/// One page as in a list.
pub(crate) fn row(conn: &Connection, page: &PageId) -> Result<PageRow> {
    rows(
        conn,
        &format!("SELECT {COLUMNS} FROM page WHERE page = ?1"),
        [page.as_str()],
    )?
    .pop()
    .ok_or_else(|| crate::StoreError::NotFound(page.to_string()))
}

impl Store {
    /// A stretch of the list of pages, newest change first; at most 200 rows.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list_pages(&self, filter: &Filter, offset: u32, limit: u32) -> Result<PageList> {
        self.read(|conn| list(conn, filter, offset, limit.min(MOST)))
    }
}

fn list(conn: &Connection, filter: &Filter, offset: u32, limit: u32) -> Result<PageList> {
    let kind = filter.kind.as_ref().map(name).transpose()?;
    let status = filter.status.as_ref().map(name).transpose()?;
    let words = search::expression(&filter.query);
    let mut terms = vec!["deleted = 0"];
    if kind.is_some() {
        terms.push("kind = ?1");
    }
    if status.is_some() {
        terms.push("status = ?2");
    }
    if words.is_some() {
        terms.push("id IN (SELECT rowid FROM words WHERE words MATCH ?3)");
    }
    // The numbers of the parameters are bound whether a term uses them or not.
    let unused = "AND (?1, ?2, ?3) IS NOT (1, 1, 1)";
    let count = match (&kind, &status, &words) {
        // The index of words has no deleted pages, and it counts its finds sooner than `page` counts its rows.
        (None, None, Some(_)) => format!("words WHERE words MATCH ?3 {unused}"),
        _ => format!("page WHERE {} {unused}", terms.join(" AND ")),
    };
    let terms = format!("{} {unused}", terms.join(" AND "));
    let total = conn
        .prepare_cached(&format!("SELECT count(*) FROM {count}"))?
        .query_row(params![kind, status, words], |row| row.get(0))?;
    let sql = format!(
        "SELECT {COLUMNS} FROM page WHERE {terms} ORDER BY edited_at DESC LIMIT ?4 OFFSET ?5"
    );
    let rows = rows(conn, &sql, params![kind, status, words, limit, offset])?;
    Ok(PageList { total, rows })
}
