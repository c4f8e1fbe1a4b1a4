//! Signed files that wait for what makes them last: a time stamp, then chain and revocation facts. The files lie where
//! the person keeps them; here is only which, and how far they are.

use crate::name::{name, named};
use crate::{Result, Store};
use domain::UnixMs;
use domain::firma::{Ended, Level, Waits};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

/// Rows that ended and were not seen, kept at most.
const ENDED: u32 = 100;

/// The SHA-256 of a file.
pub type Sha256 = [u8; 32];

/// A signed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrading {
    /// Where it is.
    pub path: String,
    /// How far it is to go.
    pub goal: Level,
    /// How far it came here.
    pub level: Option<Level>,
    /// The file as it is known.
    pub sha256: Sha256,
    /// The file as it was being written when the program ended.
    pub writing: Option<Sha256>,
    /// When it was added.
    pub added: UnixMs,
    /// Tries so far.
    pub attempts: u32,
    /// Not before.
    pub next: UnixMs,
    /// Why it waits.
    pub waits: Option<Waits>,
    /// Why it is not tried any more.
    pub ended: Option<Ended>,
}

const COLUMNS: &str = "path, goal, level, sha256, writing, added, attempts, next, waits, ended";

impl Store {
    /// Adds a file, or begins anew with one that is known.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_add(&self, path: &str, goal: Level, sha256: &Sha256, at: UnixMs) -> Result<()> {
        let goal = name(&goal)?;
        self.write(|tx, _| {
            tx.execute(
                "INSERT OR REPLACE INTO upgrade (path, goal, sha256, added, next)
                 VALUES (:path, :goal, :sha256, :at, :at)",
                named_params! { ":path": path, ":goal": goal, ":sha256": sha256, ":at": at },
            )?;
            Ok(())
        })
    }

    /// The file that is to be tried now, the one that waits longest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_due(&self, now: UnixMs) -> Result<Option<Upgrading>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM upgrade WHERE ended IS NULL AND next <= ?1 ORDER BY next LIMIT 1"
            ))?;
            let mut rows = query.query([now])?;
            rows.next()?.map(read).transpose()
        })
    }

    /// When the next one is to be tried.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_when(&self) -> Result<Option<UnixMs>> {
        self.read(|conn| {
            let mut query =
                conn.prepare_cached("SELECT min(next) FROM upgrade WHERE ended IS NULL")?;
            Ok(query.query_row([], |row| row.get(0))?)
        })
    }

    /// All of them, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrades(&self) -> Result<Vec<Upgrading>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM upgrade ORDER BY added DESC, path"
            ))?;
            let mut rows = query.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(read(row)?);
            }
            Ok(all)
        })
    }

    /// How many wait.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrades_waiting(&self) -> Result<u32> {
        self.read(|conn| {
            let mut query =
                conn.prepare_cached("SELECT count(*) FROM upgrade WHERE ended IS NULL")?;
            Ok(query.query_row([], |row| row.get(0))?)
        })
    }

    /// The file is about to be written, and will be this.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_writing(&self, path: &str, sha256: &Sha256) -> Result<()> {
        self.write(|tx, _| {
            tx.execute(
                "UPDATE upgrade SET writing = ?2 WHERE path = ?1",
                params![path, sha256],
            )?;
            Ok(())
        })
    }

    /// The file is this now, and came so far.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_written(&self, path: &str, sha256: &Sha256, level: Option<Level>) -> Result<()> {
        let level = level.map(|level| name(&level)).transpose()?;
        self.write(|tx, _| {
            tx.execute(
                "UPDATE upgrade SET sha256 = ?2, writing = NULL, level = coalesce(?3, level)
                 WHERE path = ?1",
                params![path, sha256, level],
            )?;
            Ok(())
        })
    }

    /// It was tried, and is to be tried again.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_wait(&self, path: &str, next: UnixMs, waits: Waits) -> Result<()> {
        let waits = name(&waits)?;
        self.write(|tx, _| {
            tx.execute(
                "UPDATE upgrade SET attempts = attempts + 1, next = ?2, waits = ?3 WHERE path = ?1",
                params![path, next, waits],
            )?;
            Ok(())
        })
    }

    /// New lists are here, or it is another month: these are tried at once.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_wake(&self, waits: Waits, now: UnixMs) -> Result<()> {
        let waits = name(&waits)?;
        self.write(|tx, _| {
            tx.execute(
                "UPDATE upgrade SET next = min(next, ?2) WHERE ended IS NULL AND waits = ?1",
                params![waits, now],
            )?;
            Ok(())
        })
    }

    /// It is not tried any more. Of those that ended well nothing is kept.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_end(&self, path: &str, ended: Ended, at: UnixMs) -> Result<()> {
        let why = name(&ended)?;
        self.write(|tx, _| {
            match ended {
                Ended::Done => tx.execute("DELETE FROM upgrade WHERE path = ?1", [path])?,
                _ => tx.execute(
                    "UPDATE upgrade SET ended = ?2, ended_at = ?3, waits = NULL WHERE path = ?1",
                    params![path, why, at],
                )?,
            };
            tx.execute(
                "DELETE FROM upgrade WHERE ended IS NOT NULL AND path NOT IN (
                     SELECT path FROM upgrade WHERE ended IS NOT NULL
                     ORDER BY ended_at DESC LIMIT ?1)",
                [ENDED],
            )?;
            Ok(())
        })
    }

    /// A person saw why it ended, or takes it off the list.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade_forget(&self, path: &str) -> Result<()> {
        self.write(|tx, _| {
            tx.execute("DELETE FROM upgrade WHERE path = ?1", [path])?;
            Ok(())
        })
    }

    /// A file by its path.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upgrade(&self, path: &str) -> Result<Option<Upgrading>> {
        self.read(|conn| one(conn, path))
    }
}

fn one(conn: &Connection, path: &str) -> Result<Option<Upgrading>> {
    let mut query =
        conn.prepare_cached(&format!("SELECT {COLUMNS} FROM upgrade WHERE path = ?1"))?;
    let found = query.query_row([path], |row| Ok(read(row))).optional()?;
    found.transpose()
}

fn read(row: &Row<'_>) -> Result<Upgrading> {
    let word = |column: &str| row.get::<_, Option<String>>(column);
    Ok(Upgrading {
        path: row.get("path")?,
        goal: named(row.get("goal")?)?,
        level: word("level")?.map(named).transpose()?,
        sha256: row.get("sha256")?,
        writing: row.get("writing")?,
        added: row.get("added")?,
        attempts: row.get("attempts")?,
        next: row.get("next")?,
        waits: word("waits")?.map(named).transpose()?,
        ended: word("ended")?.map(named).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_file_goes_its_way_and_what_ended_badly_is_told_until_it_is_seen() {
        let store = Store::open_in_memory().unwrap();
        store
            .upgrade_add("/a.pdf", Level::Lt, &[1; 32], 10)
            .unwrap();
        store.upgrade_add("/b.p7m", Level::T, &[2; 32], 20).unwrap();
        assert_eq!(store.upgrades_waiting().unwrap(), 2);
        assert_eq!(store.upgrade_due(5).unwrap(), None);
        assert_eq!(store.upgrade_due(30).unwrap().unwrap().path, "/a.pdf");

        store.upgrade_writing("/a.pdf", &[3; 32]).unwrap();
        let between = store.upgrade("/a.pdf").unwrap().unwrap();
        assert_eq!((between.sha256, between.writing), ([1; 32], Some([3; 32])));
        store
            .upgrade_written("/a.pdf", &[3; 32], Some(Level::T))
            .unwrap();
        store.upgrade_wait("/a.pdf", 500, Waits::Lists).unwrap();
        let after = store.upgrade("/a.pdf").unwrap().unwrap();
        assert_eq!(
            (after.sha256, after.writing, after.attempts),
            ([3; 32], None, 1)
        );
        assert_eq!(
            (after.level, after.waits),
            (Some(Level::T), Some(Waits::Lists))
        );
        assert_eq!(store.upgrade_due(30).unwrap().unwrap().path, "/b.p7m");
        store.upgrade_end("/b.p7m", Ended::Gone, 30).unwrap();
        assert_eq!(
            (
                store.upgrade_due(30).unwrap(),
                store.upgrade_when().unwrap()
            ),
            (None, Some(500))
        );
        store.upgrade_wake(Waits::Lists, 30).unwrap();
        assert_eq!(store.upgrade_when().unwrap(), Some(30));

        store.upgrade_end("/a.pdf", Ended::Done, 40).unwrap();
        let left = store.upgrades().unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].ended, Some(Ended::Gone));
        assert_eq!(store.upgrades_waiting().unwrap(), 0);
        store.upgrade_forget("/b.p7m").unwrap();
        assert_eq!(store.upgrades().unwrap(), []);
    }
}
