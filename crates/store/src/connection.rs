//! The connections: one writes, a few others read beside it.

use crate::text::Docs;
use crate::vault::Key;
use crate::{Result, StoreError, schema};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// Readers kept open between uses. The one used last is used first, so the others stay small.
const READERS: usize = 4;
/// What a reader keeps of the file, in kB; negative because SQLite would take it for pages else. Each page that
/// is read anew is deciphered anew: a common word is in a few MB of the index, and with SQLite's own 2 MB
/// every search would decipher all of them.
const READER_CACHE: i32 = -8_000;

/// The workspace. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    /// Before the writer, so that it closes last: it alone can fold the write-ahead log into the file.
    readers: Mutex<Vec<Connection>>,
    writer: Mutex<Writer>,
    /// `None` for a workspace in memory: its one connection also reads.
    file: Option<(PathBuf, Key)>,
    /// Only in simulations.
    watch: Option<Arc<dyn AtCommit>>,
}

/// Stands beside the commits of a workspace, in simulations: what it answers is what the caller gets.
pub trait AtCommit: Send + Sync {
    /// A transaction is about to be committed.
    ///
    /// # Errors
    /// Then it is not.
    fn before(&self) -> Result<()>;
    /// A transaction was committed.
    ///
    /// # Errors
    /// Then the caller never learns of it.
    fn after(&self) -> Result<()>;
}

impl Inner {
    fn of(conn: Connection, file: Option<(PathBuf, Key)>) -> Self {
        let docs = Docs::default();
        Self {
            writer: Mutex::new(Writer { conn, docs }),
            readers: Mutex::new(Vec::new()),
            file,
            watch: None,
        }
    }

    fn before_commit(&self) -> Result<()> {
        self.watch.as_ref().map_or(Ok(()), |watch| watch.before())
    }

    fn after_commit(&self) -> Result<()> {
        self.watch.as_ref().map_or(Ok(()), |watch| watch.after())
    }
}

struct Writer {
    conn: Connection,
    docs: Docs,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(..)")
    }
}

impl Store {
    /// Opens the workspace in this file, or makes it. The folder must be there.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`], [`StoreError::Damaged`], [`StoreError::Full`], [`StoreError::Newer`].
    pub fn open(path: &Path, key: &Key) -> Result<Self> {
        torn(path)?;
        let mut conn = connect(path, key, OpenFlags::default())?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        prepare(&conn)?;
        schema::migrate(&mut conn)?;
        crate::agreement::after_update(&conn)?;
        crate::file::collect(&mut conn)?;
        Ok(Self::with(conn, Some((path.to_owned(), key.clone()))))
    }

    /// A workspace that is gone when it is dropped: for tests and for trying out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn open_in_memory() -> Result<Self> {
        let mut conn = Connection::open_in_memory()?;
        prepare(&conn)?;
        schema::migrate(&mut conn)?;
        Ok(Self::with(conn, None))
    }

    fn with(conn: Connection, file: Option<(PathBuf, Key)>) -> Self {
        Self(Arc::new(Inner::of(conn, file)))
    }

    /// The same, in a database in memory that lives as long as anybody has it open under this name, and is
    /// watched at every commit: for simulations.
    ///
    /// # Errors
    /// Those of the database.
    pub fn open_watched(name: &str, watch: Arc<dyn AtCommit>) -> Result<Self> {
        let mut conn = Connection::open(format!("file:/{name}?vfs=memdb"))?;
        prepare(&conn)?;
        schema::migrate(&mut conn)?;
        crate::agreement::after_update(&conn)?;
        crate::file::drop_orphans(&conn)?;
        let mut inner = Inner::of(conn, None);
        inner.watch = Some(watch);
        Ok(Self(Arc::new(inner)))
    }

    /// Does something in one transaction. Where it fails nothing was written, and the texts in memory,
    /// which may have run ahead, are forgotten.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>, &mut Docs) -> Result<T>,
    ) -> Result<T> {
        let mut writer = lock(&self.0.writer);
        let Writer { conn, docs } = &mut *writer;
        // Taken out for the time of the transaction: a panic half-way leaves none behind.
        let mut live = std::mem::take(docs);
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx, &mut live)?;
        self.0.before_commit()?;
        tx.commit()?;
        self.0.after_commit()?;
        *docs = live;
        Ok(done)
    }

    /// Reads from one consistent state of the workspace, beside the writer.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let Some((path, key)) = &self.0.file else {
            return work(&lock(&self.0.writer).conn);
        };
        let idle = lock(&self.0.readers).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => reader(path, key)?,
        };
        let done = snapshot(&conn, work);
        let mut readers = lock(&self.0.readers);
        if readers.len() < READERS {
            readers.push(conn);
        }
        done
    }

    /// Reads the whole file and says whether it is sound.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what was found first, those of the database.
    pub fn check(&self) -> Result<()> {
        self.read(|conn| {
            let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            match found.as_str() {
                "ok" => Ok(()),
                _ => Err(StoreError::Damaged(found)),
            }
        })
    }

    /// Limits the size of the file, in pages of 4 kB, as a full disk would.
    #[cfg(test)]
    pub(crate) fn limit_pages(&self, pages: u32) {
        let writer = lock(&self.0.writer);
        let _ = writer.conn.pragma_update(None, "max_page_count", pages);
    }
}

fn snapshot<T>(conn: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let tx = conn.unchecked_transaction()?;
    let done = work(&tx)?;
    tx.finish()?;
    Ok(done)
}

fn reader(path: &Path, key: &Key) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = connect(path, key, flags)?;
    prepare(&conn)?;
    conn.pragma_update(None, "cache_size", READER_CACHE)?;
    Ok(conn)
}

/// Opens and unlocks. SQLCipher learns that a key is wrong when it first reads a page; a first page that was
/// changed looks the same to it.
fn connect(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.execute_batch(&unlock(key))?;
    match conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())) {
        Ok(()) => Ok(conn),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(StoreError::WrongKey)
        }
        Err(error) => Err(error.into()),
    }
}

/// Less than a page, and no write-ahead log that has the rest: SQLite would take it for a new, empty file and
/// write over what is left.
fn torn(path: &Path) -> Result<()> {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let left = size(path);
    if (1..PAGE).contains(&left) && size(Path::new(&log)) == 0 {
        return Err(StoreError::Damaged(format!("only {left} bytes are left")));
    }
    Ok(())
}

/// More statements than this crate has, so that none is ever parsed twice.
const STATEMENTS: usize = 256;
/// SQLCipher's page, in bytes.
const PAGE: u64 = 4096;

fn unlock(key: &Key) -> Zeroizing<String> {
    let mut sql = Zeroizing::new(String::with_capacity(128));
    // A wrong key is an answer here, not news for standard error.
    sql.push_str("PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'");
    for byte in key.as_bytes() {
        // Writing to a string cannot fail.
        let _ = write!(sql, "{byte:02x}");
    }
    sql.push_str("'\";");
    sql
}

fn prepare(conn: &Connection) -> Result<()> {
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // Else a statement is parsed anew for each other value of its `LIMIT` (sqlite.org, "QPSG").
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// A thread that panicked while it held the lock left no half-done transaction: it was rolled back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]
    use super::*;
    use crate::{Identity, Secret};
    use domain::identity::Role;
    use domain::sito::{FieldChange, PageChange, PageKind, RichText};
    use domain::{ComuneId, DeviceId};
    use rusqlite::StatementStatus;

    const NOW: i64 = 1_790_000_000_000;

    fn anna() -> Identity {
        Identity {
            device: DeviceId::new("pc-Anna"),
            secret: Secret([1; 32]),
            person: "Anna".into(),
            role: Role::Impiegato,
            comune: ComuneId::new("005094"),
            comune_name: "Roccaverano".into(),
            hub: String::new(),
            site: String::new(),
            scopes: Vec::new(),
            expires: 0,
            keys: None,
        }
    }

    #[test]
    fn another_limit_is_no_other_statement() {
        let conn = Connection::open_in_memory().expect("opens");
        prepare(&conn).expect("prepares");
        conn.execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
            .expect("writes");
        let mut query = conn
            .prepare("SELECT count(*) FROM (SELECT a FROM t LIMIT ?1)")
            .expect("parses");
        for limit in 1..3 {
            let found: i64 = query.query_row([limit], |row| row.get(0)).expect("reads");
            assert_eq!(found, limit);
        }
        assert_eq!(query.get_status(StatementStatus::RePrepare), 0);
    }

    #[test]
    fn a_full_disk_says_so_and_keeps_everything_that_was_there() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("lavoro.db");
        let key = Key::from_bytes(&[3; 32]).expect("32 bytes");
        let store = Store::open(&file, &key).expect("opens");
        store.set_identity(&anna()).expect("written");
        let page = store.create_page(PageKind::Pagina, NOW).expect("written");
        let text = |lines: u32| {
            let line = |n| format!("Riga {n}: neve e ghiaccio su tutte le strade.\n");
            RichText::from_plain(&(0..lines).map(line).collect::<String>())
        };
        let first = store
            .edit_text(&page, &Default::default(), &text(1), NOW)
            .expect("written");

        store.limit_pages(1);
        let full = store.edit_text(&page, &first.version, &text(1500), NOW);
        assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
        let bytes = vec![7; 1 << 20];
        let full = store.add_file(&mut bytes.as_slice(), "foto.jpg", "image/jpeg");
        assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
        let view = store.page(&page).expect("readable").expect("there");
        assert_eq!(view.text.text, first.text);

        store.limit_pages(1_000_000);
        let again = store
            .edit_text(&page, &first.version, &text(1500), NOW)
            .expect("there is room again");
        assert_eq!(again.text, text(1500));
        let title = FieldChange::Title("Neve".into());
        let change = PageChange::Set {
            change: title,
            base: 0,
        };
        store.change(&page, change, NOW).expect("written");
        store.check().expect("sound");
    }
}
