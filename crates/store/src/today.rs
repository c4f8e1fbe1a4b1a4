//! What the home shows.

use crate::list::{COLUMNS, read_row, rows};
use crate::name::named;
use crate::{Arrival, PageRow, Result, Store, Today, conflict, file, identity, outbox};
use domain::sito::PageKind;
use rusqlite::Connection;

impl Store {
    /// The home. `today` and `near` are days (`2026-11-22`): deadlines from the one to the other.
    ///
    /// # Errors
    /// [`crate::StoreError::NotEnrolled`], those of the database.
    pub fn today(&self, today: &str, near: &str) -> Result<Today> {
        self.read(|conn| {
            Ok(Today {
                waiting: outbox::waiting(conn)?,
                waiting_bytes: file::waiting_bytes(conn)?,
                conflicts: conflict::open(conn)?,
                drafts: drafts(conn)?,
                arrivals: arrivals(conn)?,
                deadlines: deadlines(conn, today, near)?,
                counts: counts(conn)?,
            })
        })
    }
}

fn drafts(conn: &Connection) -> Result<Vec<PageRow>> {
    let me = identity::me(conn)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM page
         WHERE deleted = 0 AND status <> 'published' AND edited_by = ?1
         ORDER BY edited_at DESC LIMIT 20"
    );
    rows(conn, &sql, [&me.person])
}

fn deadlines(conn: &Connection, today: &str, near: &str) -> Result<Vec<PageRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM page
         WHERE until BETWEEN ?1 AND ?2 AND deleted = 0 AND status IN ('published', 'changed')
         ORDER BY until LIMIT 20"
    );
    rows(conn, &sql, [today, near])
}

fn arrivals(conn: &Connection) -> Result<Vec<Arrival>> {
    // CROSS: arrivals are few and read first. Left to choose, SQLite looks at every page.
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, arrival.at, arrival.by
         FROM arrival CROSS JOIN page ON page.page = arrival.page
         WHERE page.deleted = 0 ORDER BY arrival.at DESC LIMIT 20"
    ))?;
    let mut found = query.query([])?;
    let mut arrivals = Vec::new();
    while let Some(row) = found.next()? {
        arrivals.push(Arrival {
            row: read_row(row)?,
            at: row.get(8)?,
            by: row.get(9)?,
        });
    }
    Ok(arrivals)
}

fn counts(conn: &Connection) -> Result<Vec<(PageKind, u32)>> {
    let mut query =
        conn.prepare_cached("SELECT kind, count(*) FROM page WHERE deleted = 0 GROUP BY kind")?;
    let mut found = query.query([])?;
    let mut counts = Vec::new();
    while let Some(row) = found.next()? {
        counts.push((named(row.get(0)?)?, row.get(1)?));
    }
    Ok(counts)
}
