//! Disks in memory that outlive what is opened on them.

use crate::Outcome;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::types::ValueRef;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A lock that a panic leaves as it was.
pub fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A database in memory that is there as long as this is.
pub struct Disk {
    name: String,
    keeper: Mutex<Connection>,
}

impl Disk {
    /// A new disk, empty.
    ///
    /// # Errors
    /// The database's.
    pub fn new() -> Outcome<Self> {
        let name = format!("sim-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let keeper = Mutex::new(Connection::open(address(&name))?);
        Ok(Self { name, keeper })
    }

    /// A new disk with what is on this one.
    ///
    /// # Errors
    /// The database's.
    pub fn copy(&self) -> Outcome<Self> {
        let copy = Self::new()?;
        copy_all(&held(&self.keeper), &mut held(&copy.keeper))?;
        Ok(copy)
    }

    /// Replaces everything by what is in a file.
    ///
    /// # Errors
    /// The database's.
    pub fn load(&self, file: &Path) -> Outcome {
        let from = Connection::open(file)?;
        // There is no write-ahead log in memory, and a database that asks for one cannot be opened there.
        from.pragma_update(None, "journal_mode", "DELETE")?;
        copy_all(&from, &mut held(&self.keeper))
    }

    /// Writes everything to a file.
    ///
    /// # Errors
    /// The database's.
    pub fn save(&self, file: &Path) -> Outcome {
        let mut to = Connection::open(file)?;
        to.pragma_update(None, "synchronous", "OFF")?;
        copy_all(&held(&self.keeper), &mut to)
    }

    /// The name under which it is opened in memory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address under which SQLite finds it.
    pub fn address(&self) -> String {
        address(&self.name)
    }

    /// Looks at what is committed, past everything that is open.
    ///
    /// # Errors
    /// The database's.
    pub fn look<T>(&self, at: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Outcome<T> {
        Ok(at(&held(&self.keeper))?)
    }

    /// Every row of these tables as one text.
    ///
    /// # Errors
    /// The database's.
    pub fn dump(&self, tables: &[&str]) -> Outcome<String> {
        self.look(|conn| {
            let mut out = String::new();
            for table in tables {
                rows(conn, table, &mut out)?;
            }
            Ok(out)
        })
    }
}

fn address(name: &str) -> String {
    format!("file:/{name}?vfs=memdb")
}

fn copy_all(from: &Connection, to: &mut Connection) -> Outcome {
    match Backup::new(from, to)?.step(-1)? {
        StepResult::Done => Ok(()),
        _ => Err("a disk could not be copied".into()),
    }
}

fn rows(conn: &Connection, table: &str, out: &mut String) -> rusqlite::Result<()> {
    let mut query = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
    let columns = query.column_count();
    let mut found = query.query([])?;
    while let Some(row) = found.next()? {
        out.push_str(table);
        for column in 0..columns {
            out.push('\t');
            out.push_str(&cell(row.get_ref(column)?));
        }
        out.push('\n');
    }
    Ok(())
}

fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => blake3::hash(bytes).to_hex().to_string(),
    }
}
