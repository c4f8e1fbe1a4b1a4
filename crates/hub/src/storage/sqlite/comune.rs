//! A comune's log, fold and public site in SQLite. Its files: `files.rs`.

use super::{int, lock, migrate, name_of, named, open, to_json, uint};
use crate::storage::{
    Entry, FileState, LogStore, PublicPage, RawEntry, Result, SiteChange, StoredText, Stretch, Tx,
    Window,
};
use domain::identity::Collection;
use domain::{DeviceId, Entity, FileId, OpId, PageId, UnixMs};
use protocol::files::{ChunkRef, Manifest};
use protocol::{Logged, LoggedBody, Outcome, mark};
use rusqlite::{
    Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// `comuni/005094.db`. Its connection is opened when it is used.
pub struct SqliteLog {
    path: PathBuf,
    max_pages: Option<u32>,
    conn: Mutex<Option<Connection>>,
}

impl SqliteLog {
    /// Opens or makes the database. `max_pages` bounds its size, in pages of 4 kB.
    ///
    /// # Errors
    /// Where it cannot be opened, or was written by a later hub.
    pub fn open(path: &Path, max_pages: Option<u32>) -> Result<Self> {
        let conn = open(path, migrate::COMUNE, max_pages)?;
        sum_older(&conn)?;
        Ok(Self {
            path: path.to_owned(),
            max_pages,
            conn: Mutex::new(Some(conn)),
        })
    }

    fn run(
        &self,
        behavior: TransactionBehavior,
        work: &mut dyn FnMut(&dyn Tx) -> Result<()>,
    ) -> Result<()> {
        let mut held = lock(&self.conn);
        let conn = match &mut *held {
            Some(conn) => conn,
            closed => closed.insert(connect(&self.path, self.max_pages)?),
        };
        let tx = SqliteTx(conn.transaction_with_behavior(behavior)?);
        work(&tx)?;
        tx.0.commit()?;
        Ok(())
    }
}

fn connect(path: &Path, max_pages: Option<u32>) -> Result<Connection> {
    open(path, migrate::COMUNE, max_pages)
}

impl LogStore for SqliteLog {
    fn write(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()> {
        self.run(TransactionBehavior::Immediate, work)
    }

    fn read(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()> {
        self.run(TransactionBehavior::Deferred, work)
    }

    fn close(&self) {
        if let Ok(mut held) = self.conn.try_lock() {
            *held = None;
        }
    }

    fn backup(&self, to: &Path) -> Result<()> {
        super::backup(&self.path, to)
    }
}

pub(super) struct SqliteTx<'a>(pub(super) Transaction<'a>);

/// What an entry costs on the wire besides its change: a stub, and the rest of a body.
const STUB_BYTES: usize = 64;
const BODY_BYTES: usize = 160;

fn logged(row: &Row, stubs_for: Option<&DeviceId>) -> Result<(Logged, usize)> {
    let device = DeviceId(row.get("device")?);
    let decided: String = row.get("decided")?;
    // A time that was clamped is news to the device that sent it: without it, it would show another.
    let stub = stubs_for == Some(&device) && !row.get::<_, bool>("clamped")?;
    let mut bytes = STUB_BYTES + decided.len();
    let body = if stub {
        None
    } else {
        let change: String = row.get("change")?;
        bytes += BODY_BYTES + change.len();
        Some(LoggedBody {
            entity: row.get("entity")?,
            change: serde_json::from_str(&change)?,
            at: row.get("at")?,
            device,
            person: row.get("person")?,
            role: named(&row.get::<_, String>("role")?)?,
        })
    };
    let logged = Logged {
        seq: uint(row.get("seq")?),
        id: OpId(row.get("id")?),
        decided: serde_json::from_str(&decided)?,
        body,
        later: None,
    };
    Ok((logged, bytes))
}

fn outcome((seq, refusal): (Option<i64>, Option<String>)) -> Result<Outcome> {
    Ok(match (seq, refusal) {
        (Some(seq), _) => Outcome::Accepted(uint(seq)),
        (None, refusal) => Outcome::Refused(serde_json::from_str(&refusal.unwrap_or_default())?),
    })
}

/// Notes an entry in the sums of its collection.
fn sum(conn: &Connection, collection: &str, seq: u64, id: &OpId) -> Result<()> {
    let sum = digest(conn, collection, seq)?.wrapping_add(mark(seq, id));
    conn.prepare_cached("INSERT INTO digest (collection, seq, sum) VALUES (?1, ?2, ?3)")?
        .execute(params![collection, int(seq), sum.cast_signed()])?;
    Ok(())
}

fn digest(conn: &Connection, collection: &str, seq: u64) -> Result<u64> {
    let sum: Option<i64> = conn
        .prepare_cached(
            "SELECT sum FROM digest WHERE collection = ?1 AND seq <= ?2
             ORDER BY seq DESC LIMIT 1",
        )?
        .query_row(params![collection, int(seq)], |row| row.get(0))
        .optional()?;
    Ok(sum.map_or(0, i64::cast_unsigned))
}

/// Sums the entries of a log that is older than its sums.
fn sum_older(conn: &Connection) -> Result<()> {
    let missing = "SELECT seq, id, collection FROM log
         WHERE seq > coalesce((SELECT max(seq) FROM digest), 0) ORDER BY seq";
    let tx = conn.unchecked_transaction()?;
    let mut query = tx.prepare(missing)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let collection: String = row.get(2)?;
        sum(&tx, &collection, uint(row.get(0)?), &OpId(row.get(1)?))?;
    }
    drop(rows);
    drop(query);
    tx.commit()?;
    Ok(())
}

/// The entries of a window. Which entities are asked for is one JSON parameter.
const STRETCH: &str = "SELECT seq, id, device, person, role, entity, change, at, clamped, decided
     FROM log WHERE seq > ?1 AND seq <= ?2 AND collection = ?3 ORDER BY seq";
const STRETCH_OF: &str =
    "SELECT seq, id, device, person, role, entity, change, at, clamped, decided
     FROM log WHERE seq > ?1 AND seq <= ?2 AND collection = ?3
         AND entity IN (SELECT value FROM json_each(?4)) ORDER BY seq";

fn public(body: Option<String>) -> Result<Option<PublicPage>> {
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

fn site_change((rev, page, body): (i64, String, Option<String>)) -> Result<SiteChange> {
    Ok(SiteChange {
        rev: uint(rev),
        page: PageId(page),
        public: public(body)?,
    })
}

impl SqliteTx<'_> {
    pub(super) fn counter(&self, name: &str) -> Result<i64> {
        let value = self
            .0
            .prepare_cached("SELECT value FROM counter WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        Ok(value.unwrap_or(0))
    }

    fn next_site_rev(&self) -> Result<i64> {
        let rev = self.counter("site")? + 1;
        self.0
            .prepare_cached(
                "INSERT INTO counter (name, value) VALUES ('site', ?1)
             ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute([rev])?;
        Ok(rev)
    }
}

impl Tx for SqliteTx<'_> {
    fn head(&self) -> Result<u64> {
        let head: Option<i64> = self
            .0
            .prepare_cached("SELECT max(seq) FROM log")?
            .query_row([], |row| row.get(0))?;
        Ok(head.map_or(0, uint))
    }

    fn next(&self, device: &DeviceId) -> Result<u64> {
        let last: Option<i64> = self
            .0
            .prepare_cached("SELECT max(n) FROM result WHERE device = ?1")?
            .query_row([device.as_str()], |row| row.get(0))?;
        Ok(last.map_or(1, |n| uint(n) + 1))
    }

    fn result(&self, device: &DeviceId, n: u64) -> Result<Option<(OpId, Outcome)>> {
        self.0
            .prepare_cached("SELECT id, seq, refusal FROM result WHERE device = ?1 AND n = ?2")?
            .query_row(params![device.as_str(), int(n)], |row| {
                Ok((OpId(row.get(0)?), (row.get(1)?, row.get(2)?)))
            })
            .optional()?
            .map(|(id, found)| Ok((id, outcome(found)?)))
            .transpose()
    }

    fn result_of(&self, id: &OpId) -> Result<Option<Outcome>> {
        self.0
            .prepare_cached("SELECT seq, refusal FROM result WHERE id = ?1 LIMIT 1")?
            .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .map(outcome)
            .transpose()
    }

    fn put_result(&self, device: &DeviceId, n: u64, id: &OpId, outcome: &Outcome) -> Result<()> {
        let (seq, refusal) = match outcome {
            Outcome::Accepted(seq) => (Some(int(*seq)), None),
            Outcome::Refused(refusal) => (None, Some(to_json(refusal)?)),
        };
        self.0
            .prepare_cached(
                "INSERT INTO result (device, n, id, seq, refusal) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![device.as_str(), int(n), id.as_str(), seq, refusal])?;
        Ok(())
    }

    fn append(&self, entry: &Entry) -> Result<()> {
        self.0
            .prepare_cached(
                "INSERT INTO log (seq, id, device, person, role, collection, entity, version,
                                  change, at, received, clamped, decided)
                 VALUES (:seq, :id, :device, :person, :role, :collection, :entity, :version,
                         :change, :at, :received, :clamped, :decided)",
            )?
            .execute(named_params! {
                ":seq": int(entry.seq),
                ":id": entry.id.as_str(),
                ":device": entry.device.as_str(),
                ":person": entry.person,
                ":role": name_of(&entry.role)?,
                ":collection": entry.collection.as_str(),
                ":entity": entry.entity,
                ":version": entry.version,
                ":change": to_json(entry.change)?,
                ":at": entry.at,
                ":received": entry.received,
                ":clamped": entry.clamped,
                ":decided": to_json(entry.decided)?,
            })?;
        sum(&self.0, entry.collection.as_str(), entry.seq, entry.id)
    }

    fn stretch(&self, window: Window) -> Result<Stretch> {
        let head = self.head()?.min(window.to);
        let (after, collection) = (int(window.after), window.collection.as_str());
        let all = window.entities.is_empty();
        let mut query = self
            .0
            .prepare_cached(if all { STRETCH } else { STRETCH_OF })?;
        let mut rows = match all {
            true => query.query(params![after, int(head), collection])?,
            false => {
                let entities = to_json(&window.entities)?;
                query.query(params![after, int(head), collection, entities])?
            }
        };
        let mut out = Stretch {
            entries: Vec::new(),
            to: head,
            more: false,
            bytes: 0,
        };
        while let Some(row) = rows.next()? {
            let (entry, bytes) = logged(row, window.stubs_for)?;
            if let Some(last) = out.entries.last()
                && out.bytes + bytes > window.budget
            {
                out.to = last.seq;
                out.more = true;
                break;
            }
            out.bytes += bytes;
            out.entries.push(entry);
        }
        Ok(out)
    }

    fn digest(&self, collection: Collection, seq: u64) -> Result<u64> {
        digest(&self.0, collection.as_str(), seq)
    }

    fn entity(&self, id: &str) -> Result<Option<Entity>> {
        let body: Option<String> = self
            .0
            .prepare_cached("SELECT body FROM entity WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
    }

    fn put_entity(&self, id: &str, entity: &Entity) -> Result<()> {
        self.0
            .prepare_cached(
                "INSERT INTO entity (id, body) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET body = excluded.body",
            )?
            .execute(params![id, to_json(entity)?])?;
        Ok(())
    }

    fn slug_owner(&self, slug: &str) -> Result<Option<PageId>> {
        Ok(self
            .0
            .prepare_cached("SELECT page FROM slug WHERE slug = ?1")?
            .query_row([slug], |row| Ok(PageId(row.get(0)?)))
            .optional()?)
    }

    fn reserve_slug(&self, slug: &str, page: &PageId) -> Result<()> {
        self.0
            .prepare_cached("INSERT INTO slug (slug, page) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute([slug, page.as_str()])?;
        Ok(())
    }

    fn text(&self, page: &PageId) -> Result<StoredText> {
        let snapshot = self
            .0
            .prepare_cached("SELECT body FROM text_snapshot WHERE page = ?1")?
            .query_row([page.as_str()], |row| row.get(0))
            .optional()?;
        let updates = self
            .0
            .prepare_cached("SELECT body FROM text_update WHERE page = ?1 ORDER BY seq")?
            .query_map([page.as_str()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok((snapshot, updates))
    }

    fn add_update(&self, page: &PageId, seq: u64, update: &[u8]) -> Result<u64> {
        self.0
            .prepare_cached("INSERT INTO text_update (page, seq, body) VALUES (?1, ?2, ?3)")?
            .execute(params![page.as_str(), int(seq), update])?;
        let count = self
            .0
            .prepare_cached("SELECT count(*) FROM text_update WHERE page = ?1")?
            .query_row([page.as_str()], |row| row.get(0))?;
        Ok(uint(count))
    }

    fn put_snapshot(&self, page: &PageId, snapshot: &[u8]) -> Result<()> {
        self.0
            .prepare_cached(
                "INSERT INTO text_snapshot (page, body) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET body = excluded.body",
            )?
            .execute(params![page.as_str(), snapshot])?;
        self.0
            .prepare_cached("DELETE FROM text_update WHERE page = ?1")?
            .execute([page.as_str()])?;
        Ok(())
    }

    fn site_rev(&self) -> Result<u64> {
        Ok(uint(self.counter("site")?))
    }

    fn put_public(&self, page: &PageId, public: Option<&PublicPage>) -> Result<()> {
        let body = public.map(to_json).transpose()?;
        self.0
            .prepare_cached("DELETE FROM site_wait WHERE page = ?1")?
            .execute([page.as_str()])?;
        self.0
            .prepare_cached(
                "INSERT INTO site_page (page, rev, body) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET rev = excluded.rev, body = excluded.body",
            )?
            .execute(params![page.as_str(), self.next_site_rev()?, body])?;
        Ok(())
    }

    fn public(&self, page: &PageId) -> Result<Option<PublicPage>> {
        let body = self
            .0
            .prepare_cached("SELECT body FROM site_page WHERE page = ?1")?
            .query_row([page.as_str()], |row| row.get(0))
            .optional()?;
        public(body.flatten())
    }

    fn public_since(&self, rev: u64, limit: usize) -> Result<Vec<SiteChange>> {
        let mut query = self.0.prepare_cached(
            "SELECT rev, page, body FROM site_page WHERE rev > ?1 ORDER BY rev LIMIT ?2",
        )?;
        let rows = query.query_map(params![int(rev), int(limit as u64)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        rows.map(|row| site_change(row?)).collect()
    }

    fn put_waiting(&self, public: &PublicPage) -> Result<()> {
        self.0
            .prepare_cached(
                "INSERT INTO site_wait (page, body) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET body = excluded.body",
            )?
            .execute(params![public.id.as_str(), to_json(public)?])?;
        Ok(())
    }

    fn waiting(&self) -> Result<Vec<PublicPage>> {
        let mut query = self
            .0
            .prepare_cached("SELECT body FROM site_wait ORDER BY page")?;
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
    }

    fn file(&self, id: &FileId) -> Result<Option<FileState>> {
        self.find_file(id)
    }
    fn put_file(&self, manifest: &Manifest, lacking: &[&ChunkRef]) -> Result<()> {
        self.insert_file(manifest, lacking)
    }
    fn drop_file(&self, id: &FileId) -> Result<()> {
        self.delete_file(id)
    }
    fn complete_file(&self, id: &FileId) -> Result<()> {
        self.set_complete(id)
    }
    fn ready_files(&self) -> Result<Vec<Manifest>> {
        self.files_ready()
    }
    fn touch_file(&self, id: &FileId, now: UnixMs) -> Result<()> {
        self.set_touched(id, now)
    }
    fn files(&self) -> Result<Vec<(FileState, UnixMs)>> {
        self.all_files()
    }
    fn touch_unknown(&self, now: UnixMs) -> Result<()> {
        self.set_unknown_touched(now)
    }
    fn raw_log(&self, after: u64, limit: usize) -> Result<Vec<RawEntry>> {
        self.entries_raw(after, limit)
    }
    fn raw_public(&self) -> Result<Vec<serde_json::Value>> {
        self.public_raw()
    }
    fn marked(&self) -> Result<u64> {
        Ok(uint(self.counter("marked")?))
    }
    fn mark(&self, files: &BTreeSet<String>, up_to: u64) -> Result<()> {
        self.insert_marks(files, up_to)
    }
    fn referred(&self, id: &FileId) -> Result<bool> {
        self.exists("SELECT 1 FROM file_ref WHERE file = ?1", id.as_str())
    }
    fn chunks_of(&self, shelf: &str) -> Result<Vec<(String, u64)>> {
        self.shelf(shelf)
    }
    fn forget_chunk(&self, hash: &str, size: u64) -> Result<()> {
        self.remove_chunk(hash, size)
    }
    fn complete_files(&self) -> Result<Vec<Manifest>> {
        self.files_complete()
    }
    fn has_chunk(&self, hash: &str) -> Result<bool> {
        self.exists("SELECT 1 FROM chunk WHERE hash = ?1", hash)
    }
    fn wants_chunk(&self, hash: &str) -> Result<bool> {
        self.exists("SELECT 1 FROM wanted WHERE hash = ?1 LIMIT 1", hash)
    }
    fn put_chunk(&self, hash: &str, size: u64) -> Result<()> {
        self.insert_chunk(hash, size)
    }
    fn lose_chunk(&self, chunk: &ChunkRef, file: &FileId) -> Result<()> {
        self.delete_chunk(chunk, file)
    }
    fn chunk_bytes(&self) -> Result<u64> {
        self.sum_chunks()
    }
}
