//! Migrations: append-only numbered files, counted by `PRAGMA user_version`.

use crate::storage::{Result, StorageError};
use rusqlite::Connection;

/// `migrations/hub/centro`.
pub(super) const CENTRO: &[&str] = &[
    include_str!("../../../../../migrations/hub/centro/0001_registry.sql"),
    include_str!("../../../../../migrations/hub/centro/0002_stamp.sql"),
];
/// `migrations/hub/comune`.
pub(super) const COMUNE: &[&str] = &[
    include_str!("../../../../../migrations/hub/comune/0001_log.sql"),
    include_str!("../../../../../migrations/hub/comune/0002_digest.sql"),
    include_str!("../../../../../migrations/hub/comune/0003_files.sql"),
];

/// Brings a database up to date; refuses one that a later hub wrote.
pub(super) fn run(conn: &mut Connection, file: &str, migrations: &[&str]) -> Result<()> {
    if version(conn)? == count(migrations) {
        return Ok(());
    }
    // Two processes may open a new file at the same moment: the second finds the work done.
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = version(&tx)?;
    let known = count(migrations);
    if found > known {
        return Err(StorageError::Newer {
            file: file.to_owned(),
            found,
            known,
        });
    }
    for migration in migrations.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(())
}

fn version(conn: &Connection) -> Result<i64> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn count(migrations: &[&str]) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}
