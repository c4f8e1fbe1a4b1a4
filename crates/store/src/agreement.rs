//! Whether what was applied here is what the log holds, and how it is mended where it is not.
//!
//! Each applied entry adds its [`protocol::mark`] to a running sum per scope, made from what this device
//! itself applied and never taken over from the hub. A request tells the sum at the cursor; where the hub
//! finds another, the engine compares sums at positions in between ([`Store::sums`]) until the stretch is
//! small, fetches it ([`Store::compare`]), and fetches and folds anew the entities that differ
//! ([`Store::refold`]). Nothing that waits in the outbox is touched.

use crate::identity::{key, number, set_number};
use crate::pull::{self, Intake};
use crate::text::Docs;
use crate::{Applied, Result, Store, scope};
use domain::identity::Scope;
use domain::{OpId, PageId, UnixMs};
use protocol::{Digest, Logged, SCHEMA, mark};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be fetched and folded anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The scope.
    pub scope: Scope,
    /// Its entities, some of them where they are many.
    pub entities: Vec<String>,
    /// Entries up to this position belong to the fold.
    pub to: u64,
}

/// Notes an applied entry.
pub(crate) fn note(conn: &Connection, scope: &Scope, seq: u64, id: &OpId) -> Result<()> {
    let sum = sum_at(conn, scope, seq)?.wrapping_add(mark(seq, id));
    conn.prepare_cached("INSERT OR REPLACE INTO applied (scope, seq, sum) VALUES (?1, ?2, ?3)")?
        .execute(params![scope.to_string(), seq, sum.cast_signed()])?;
    Ok(())
}

/// The sum of the marks up to a position.
fn sum_at(conn: &Connection, scope: &Scope, seq: u64) -> Result<u64> {
    let sum: Option<i64> = conn
        .prepare_cached(
            "SELECT sum FROM applied WHERE scope = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row(params![scope.to_string(), seq], |row| row.get(0))
        .optional()?;
    Ok(sum.map_or(0, i64::cast_unsigned))
}

fn summed_from(conn: &Connection, scope: &Scope) -> Result<u64> {
    Ok(conn
        .prepare_cached("SELECT summed_from FROM scope WHERE scope = ?1")?
        .query_row([scope.to_string()], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

/// What was applied of each scope, at its cursor; nothing while the log is read anew.
pub(crate) fn digests(
    conn: &Connection,
    cursors: &BTreeMap<Scope, u64>,
) -> Result<BTreeMap<Scope, Digest>> {
    if number(conn, key::ANEW)? == 1 {
        return Ok(BTreeMap::new());
    }
    let mut digests = BTreeMap::new();
    for (scope, seq) in cursors.iter().filter(|(_, seq)| **seq > 0) {
        let digest = Digest(summed_from(conn, scope)?, sum_at(conn, scope, *seq)?);
        digests.insert(scope.clone(), digest);
    }
    Ok(digests)
}

/// The log is read anew from its start: so are the sums.
pub(crate) fn forget(conn: &Connection) -> Result<()> {
    conn.execute_batch(
        "DELETE FROM applied; DELETE FROM later; DELETE FROM repair;
         UPDATE scope SET summed_from = 0;",
    )?;
    Ok(())
}

/// Notes an entry that this build is too old to read.
pub(crate) fn note_later(conn: &Connection, scope: &Scope, seq: u64, entity: &str) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO later (scope, seq, entity) VALUES (?1, ?2, ?3)")?
        .execute(params![scope.to_string(), seq, entity])?;
    Ok(())
}

/// After an update of the program: what an older one could not read is to be read now.
pub(crate) fn after_update(conn: &Connection) -> Result<()> {
    if number(conn, key::READ_SCHEMA)? >= u64::from(SCHEMA) {
        return Ok(());
    }
    set_number(conn, key::READ_SCHEMA, SCHEMA.into())?;
    conn.execute_batch(
        "INSERT OR IGNORE INTO repair (scope, entity) SELECT scope, entity FROM later;
         DELETE FROM later;",
    )?;
    Ok(())
}

fn set_repair(conn: &Connection, scope: &Scope, entities: &BTreeSet<String>) -> Result<()> {
    for entity in entities {
        conn.prepare_cached("INSERT OR IGNORE INTO repair (scope, entity) VALUES (?1, ?2)")?
            .execute([&scope.to_string(), entity])?;
    }
    Ok(())
}

fn next_repair(conn: &Connection, most: usize) -> Result<Option<Repair>> {
    let named: Option<String> = conn
        .query_row("SELECT scope FROM repair LIMIT 1", [], |row| row.get(0))
        .optional()?;
    let Some(scope) = named.and_then(|scope| scope.parse::<Scope>().ok()) else {
        return Ok(None);
    };
    let mut query =
        conn.prepare_cached("SELECT entity FROM repair WHERE scope = ?1 ORDER BY entity LIMIT ?2")?;
    let entities = query
        .query_map(params![scope.to_string(), most], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let to = scope::cursor(conn, &scope)?;
    Ok(Some(Repair {
        scope,
        entities,
        to,
    }))
}

/// Puts the hub's entries of a stretch in the place of one's own in `applied`. Gives the positions where
/// they differed, and whether some were here that the hub does not have.
fn replace_stretch(
    conn: &Connection,
    scope: &Scope,
    (after, to): (u64, u64),
    entries: &[Logged],
) -> Result<(BTreeSet<u64>, bool)> {
    let mine = marks(conn, scope, after, to)?;
    let theirs: BTreeMap<u64, u64> = entries
        .iter()
        .map(|entry| (entry.seq, mark(entry.seq, &entry.id)))
        .collect();
    let differ = theirs
        .iter()
        .filter(|(seq, mark)| mine.get(seq) != Some(mark));
    let differ = differ.map(|(seq, _)| *seq).collect();
    let extra = mine.keys().any(|seq| !theirs.contains_key(seq));
    let old = sum_at(conn, scope, to)?;
    conn.execute(
        "DELETE FROM applied WHERE scope = ?1 AND seq > ?2 AND seq <= ?3",
        params![scope.to_string(), after, to],
    )?;
    for entry in entries {
        note(conn, scope, entry.seq, &entry.id)?;
    }
    shift(conn, scope, to, sum_at(conn, scope, to)?.wrapping_sub(old))?;
    Ok((differ, extra))
}

/// The marks of the entries that were applied in a stretch.
fn marks(conn: &Connection, scope: &Scope, after: u64, to: u64) -> Result<BTreeMap<u64, u64>> {
    let mut before = sum_at(conn, scope, after)?;
    let mut query = conn.prepare_cached(
        "SELECT seq, sum FROM applied WHERE scope = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq",
    )?;
    let mut rows = query.query(params![scope.to_string(), after, to])?;
    let mut marks = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let sum = row.get::<_, i64>(1)?.cast_unsigned();
        marks.insert(row.get(0)?, sum.wrapping_sub(before));
        before = sum;
    }
    Ok(marks)
}

/// What comes after a stretch has the difference in its sums as well. SQLite's sums do not wrap.
fn shift(conn: &Connection, scope: &Scope, after: u64, by: u64) -> Result<()> {
    let later = marks(conn, scope, after, u64::MAX >> 1)?;
    let mut sum = sum_at(conn, scope, after)?;
    // The marks were taken from sums of which the first already missed `by`.
    for (at, (seq, mark)) in later.into_iter().enumerate() {
        let mark = if at == 0 { mark.wrapping_add(by) } else { mark };
        sum = sum.wrapping_add(mark);
        conn.prepare_cached("UPDATE applied SET sum = ?3 WHERE scope = ?1 AND seq = ?2")?
            .execute(params![scope.to_string(), seq, sum.cast_signed()])?;
    }
    Ok(())
}

impl Store {
    /// The sums of what was applied of a scope, up to each of these positions.
    ///
    /// # Errors
    /// Those of the database.
    pub fn sums(&self, scope: &Scope, at: &[u64]) -> Result<Vec<u64>> {
        self.read(|conn| at.iter().map(|seq| sum_at(conn, scope, *seq)).collect())
    }

    /// Where the sums of a scope begin, and how far its log was read.
    ///
    /// # Errors
    /// Those of the database.
    pub fn summed(&self, scope: &Scope) -> Result<(u64, u64)> {
        self.read(|conn| Ok((summed_from(conn, scope)?, scope::cursor(conn, scope)?)))
    }

    /// Compares a stretch of the hub's log, `after` exclusive, `to` inclusive, with what was applied here.
    /// The entities that differ are noted for [`Store::next_repair`]; where entries were applied that the
    /// log does not have, the log is read anew as a whole. Gives how many entries differed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn compare(
        &self,
        scope: &Scope,
        (after, to): (u64, u64),
        entries: &[Logged],
    ) -> Result<usize> {
        self.write(|tx, docs| {
            let (differ, extra) = replace_stretch(tx, scope, (after, to), entries)?;
            if extra {
                pull::anew(tx, docs)?;
                return Ok(differ.len() + 1);
            }
            let of = |entry: &Logged| match (&entry.body, &entry.later) {
                (Some(body), _) => Some(body.entity.clone()),
                (None, later) => later.clone(),
            };
            let differing = entries.iter().filter(|entry| differ.contains(&entry.seq));
            set_repair(tx, scope, &differing.filter_map(of).collect())?;
            Ok(differ.len())
        })
    }

    /// What is to be fetched and folded anew, at most so many entities; `None` where nothing is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn next_repair(&self, most: usize) -> Result<Option<Repair>> {
        self.read(|conn| next_repair(conn, most))
    }

    /// Folds entities anew from all their entries, which came in full and in order.
    ///
    /// # Errors
    /// Those of the database; nothing was changed then.
    pub fn refold(&self, repair: &Repair, entries: &[Logged], at: UnixMs) -> Result<Applied> {
        self.write(|tx, docs| {
            // Meanwhile the log may have been read further: then it is asked for again.
            if scope::cursor(tx, &repair.scope)? != repair.to {
                return Ok(Applied::default());
            }
            for entity in &repair.entities {
                unfold(tx, docs, repair, entity)?;
            }
            Intake::new(tx, docs, at)?.refold(&repair.scope, entries, &repair.entities)
        })
    }
}

/// Takes away what was folded of an entity.
fn unfold(conn: &Connection, docs: &mut Docs, repair: &Repair, entity: &str) -> Result<()> {
    docs.forget(&PageId::new(entity));
    for sql in [
        "DELETE FROM shadow WHERE page = ?1",
        "DELETE FROM text_snapshot WHERE page = ?1",
        "DELETE FROM text_update WHERE page = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([entity])?;
    }
    conn.prepare_cached("DELETE FROM repair WHERE scope = ?1 AND entity = ?2")?
        .execute([&repair.scope.to_string(), entity])?;
    Ok(())
}
