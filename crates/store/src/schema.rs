//! Migrations: numbered files, append-only; `user_version` is how many were run.

use crate::{Result, StoreError};
use rusqlite::Connection;

const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/app/0001_workspace.sql"),
    include_str!("../../../migrations/app/0002_drafts.sql"),
    include_str!("../../../migrations/app/0003_agreement.sql"),
    include_str!("../../../migrations/app/0004_carried.sql"),
    include_str!("../../../migrations/app/0005_line.sql"),
    include_str!("../../../migrations/app/0006_flown.sql"),
    include_str!("../../../migrations/app/0007_upgrade.sql"),
    include_str!("../../../migrations/app/0008_fact.sql"),
    include_str!("../../../migrations/app/0009_restored.sql"),
    include_str!("../../../migrations/app/0010_sent.sql"),
    include_str!("../../../migrations/app/0011_lanes.sql"),
];

/// Brings the schema up to this build's.
pub(crate) fn migrate(conn: &mut Connection) -> Result<()> {
    migrate_with(conn, MIGRATIONS)
}

fn migrate_with(conn: &mut Connection, migrations: &[&str]) -> Result<()> {
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    let found = version(conn)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (number, sql) in (1_u32..).zip(migrations).skip(found as usize) {
        let tx = conn.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()?;
    }
    Ok(())
}

fn version(conn: &Connection) -> Result<u32> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]
    use super::*;

    fn tables(conn: &Connection) -> Vec<String> {
        conn.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .and_then(|mut q| q.query_map([], |row| row.get(0))?.collect())
            .expect("the schema can be read")
    }

    #[test]
    fn every_older_schema_becomes_the_newest() {
        let mut fresh = Connection::open_in_memory().expect("opens");
        migrate(&mut fresh).expect("migrates");
        for older in 0..=MIGRATIONS.len() {
            let mut conn = Connection::open_in_memory().expect("opens");
            migrate_with(&mut conn, &MIGRATIONS[..older]).expect("the older schema");
            migrate(&mut conn).expect("migrates");
            assert_eq!(tables(&conn), tables(&fresh), "from schema {older}");
        }
    }

    #[test]
    fn a_migration_that_fails_leaves_the_older_schema() {
        let mut conn = Connection::open_in_memory().expect("opens");
        let broken = [
            MIGRATIONS[0],
            "CREATE TABLE half (id INTEGER) STRICT; BROKEN",
        ];
        migrate_with(&mut conn, &broken).expect_err("the second is no SQL");
        assert_eq!(version(&conn).expect("readable"), 1);
        assert!(!tables(&conn).iter().any(|sql| sql.contains("half")));
    }

    #[test]
    fn an_older_app_refuses_a_newer_workspace() {
        let mut conn = Connection::open_in_memory().expect("opens");
        migrate(&mut conn).expect("migrates");
        let found = version(&conn).expect("readable") + 1;
        conn.pragma_update(None, "user_version", found)
            .expect("written");
        let refused = migrate(&mut conn);
        assert!(
            matches!(refused, Err(StoreError::Newer { found: f, known }) if f == found && known < f)
        );
    }
}
