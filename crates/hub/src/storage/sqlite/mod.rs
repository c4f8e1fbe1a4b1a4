//! SQLite: one file for the province, one per comune. WAL, and every commit reaches the disk.

mod centro;
mod comune;
mod files;
mod migrate;

pub use centro::SqliteRegistry;
pub use comune::SqliteLog;

use super::{Databases, LogStore, Registry, Result};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Databases in files.
#[derive(Debug, Clone, Copy)]
pub struct SqliteFiles;

impl Databases for SqliteFiles {
    fn registry(&self, path: &Path) -> Result<Box<dyn Registry>> {
        Ok(Box::new(SqliteRegistry::open(path)?))
    }

    fn log(&self, path: &Path, max_pages: Option<u32>) -> Result<Arc<dyn LogStore>> {
        Ok(Arc::new(SqliteLog::open(path, max_pages)?))
    }
}

/// How long a connection waits for another process (the `hub` command beside the running service).
const BUSY: Duration = Duration::from_secs(10);

/// Pages that a connection keeps, in KiB: a province has hundreds of connections, and the kernel keeps the
/// files' pages anyway.
const CACHE: i64 = 256;
/// More statements than this module has, so that none is ever parsed twice.
const STATEMENTS: usize = 64;

fn open(path: &Path, migrations: &[&str], max_pages: Option<u32>) -> Result<Connection> {
    let mut conn = Connection::open(path)?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -CACHE)?;
    // Else a statement is parsed anew for each other value of its `LIMIT` (sqlite.org, "QPSG").
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    migrate::run(&mut conn, &file, migrations)?;
    if let Some(pages) = max_pages {
        conn.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(conn)
}

/// A poisoned lock guards a connection whose transaction was rolled back by its drop: still sound.
fn lock<T>(conn: &Mutex<T>) -> MutexGuard<'_, T> {
    conn.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A copy of one moment, by a connection of its own so that writers go on meanwhile.
fn backup(from: &Path, to: &Path) -> Result<()> {
    let conn = Connection::open(from)?;
    conn.busy_timeout(BUSY)?;
    conn.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

/// SQLite's integers are signed; what is counted here stays far below.
fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn to_json(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// A role or collection by its name on the wire.
fn name_of(value: &impl serde::Serialize) -> Result<String> {
    Ok(to_json(value)?.trim_matches('"').to_owned())
}

fn named<T: serde::de::DeserializeOwned>(name: &str) -> Result<T> {
    Ok(serde_json::from_value(name.into())?)
}
