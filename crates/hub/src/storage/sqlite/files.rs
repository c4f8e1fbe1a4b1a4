//! The files of a comune in SQLite. The bytes are on disk beside it.

use super::comune::SqliteTx;
use super::{int, to_json, uint};
use crate::storage::{FileState, RawEntry, Result};
use domain::{FileId, UnixMs};
use protocol::files::{ChunkRef, Manifest};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::BTreeSet;

type FileRow = (String, i64, String, bool);

fn file_row(row: &Row) -> rusqlite::Result<FileRow> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn state((id, size, chunks, complete): FileRow) -> Result<FileState> {
    let manifest = Manifest {
        file: FileId(id),
        size: uint(size),
        chunks: serde_json::from_str(&chunks)?,
    };
    Ok(FileState { manifest, complete })
}

impl SqliteTx<'_> {
    pub(super) fn exists(&self, sql: &str, key: &str) -> Result<bool> {
        let found = self
            .0
            .prepare_cached(sql)?
            .query_row([key], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    pub(super) fn find_file(&self, id: &FileId) -> Result<Option<FileState>> {
        self.0
            .prepare_cached("SELECT id, size, chunks, complete FROM file WHERE id = ?1")?
            .query_row([id.as_str()], file_row)
            .optional()?
            .map(state)
            .transpose()
    }

    fn manifests(&self, sql: &str) -> Result<Vec<Manifest>> {
        let mut query = self.0.prepare_cached(sql)?;
        let rows = query.query_map([], file_row)?;
        rows.map(|row| Ok(state(row?)?.manifest)).collect()
    }

    pub(super) fn files_ready(&self) -> Result<Vec<Manifest>> {
        self.manifests(
            "SELECT id, size, chunks, complete FROM file
             WHERE complete = 0 AND id NOT IN (SELECT file FROM wanted)",
        )
    }

    pub(super) fn files_complete(&self) -> Result<Vec<Manifest>> {
        self.manifests("SELECT id, size, chunks, complete FROM file WHERE complete = 1")
    }

    pub(super) fn set_touched(&self, id: &FileId, now: UnixMs) -> Result<()> {
        self.0
            .prepare_cached("UPDATE file SET touched = ?2 WHERE id = ?1")?
            .execute(params![id.as_str(), now])?;
        Ok(())
    }

    pub(super) fn set_unknown_touched(&self, now: UnixMs) -> Result<()> {
        self.0
            .execute("UPDATE file SET touched = ?1 WHERE touched = 0", [now])?;
        Ok(())
    }

    pub(super) fn all_files(&self) -> Result<Vec<(FileState, UnixMs)>> {
        let mut query = self
            .0
            .prepare_cached("SELECT id, size, chunks, complete, touched FROM file")?;
        let rows = query.query_map([], |row| Ok((file_row(row)?, row.get(4)?)))?;
        rows.map(|row| {
            let (file, touched) = row?;
            Ok((state(file)?, touched))
        })
        .collect()
    }

    pub(super) fn entries_raw(&self, after: u64, limit: usize) -> Result<Vec<RawEntry>> {
        let mut query = self.0.prepare_cached(
            "SELECT seq, entity, change, decided FROM log WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        let rows = query.query_map(params![int(after), int(limit as u64)], |row| {
            let texts: (String, String) = (row.get(2)?, row.get(3)?);
            Ok((row.get(0)?, row.get(1)?, texts))
        })?;
        rows.map(|row| {
            let (seq, entity, (change, decided)) = row?;
            Ok(RawEntry {
                seq: uint(seq),
                entity,
                change: serde_json::from_str(&change)?,
                decided: serde_json::from_str(&decided)?,
            })
        })
        .collect()
    }

    pub(super) fn public_raw(&self) -> Result<Vec<serde_json::Value>> {
        let mut query = self.0.prepare_cached(
            "SELECT body FROM site_page WHERE body IS NOT NULL
             UNION ALL SELECT body FROM site_wait UNION ALL SELECT body FROM entity",
        )?;
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
    }

    pub(super) fn insert_marks(&self, files: &BTreeSet<String>, up_to: u64) -> Result<()> {
        let mut insert = self
            .0
            .prepare_cached("INSERT INTO file_ref (file) VALUES (?1) ON CONFLICT DO NOTHING")?;
        for file in files {
            insert.execute([file])?;
        }
        self.0.execute(
            "INSERT INTO counter (name, value) VALUES ('marked', ?1)
             ON CONFLICT DO UPDATE SET value = excluded.value",
            [int(up_to)],
        )?;
        Ok(())
    }

    pub(super) fn shelf(&self, shelf: &str) -> Result<Vec<(String, u64)>> {
        // 'g' comes after every digit of a hash.
        let mut query = self
            .0
            .prepare_cached("SELECT hash, size FROM chunk WHERE hash >= ?1 AND hash < ?1 || 'g'")?;
        let rows = query.query_map([shelf], |row| Ok((row.get(0)?, uint(row.get(1)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn remove_chunk(&self, hash: &str, size: u64) -> Result<()> {
        let gone = self
            .0
            .execute("DELETE FROM chunk WHERE hash = ?1", [hash])?;
        if gone > 0 {
            self.add_bytes(-int(size))?;
        }
        Ok(())
    }

    pub(super) fn insert_file(&self, manifest: &Manifest, lacking: &[&ChunkRef]) -> Result<()> {
        let id = manifest.file.as_str();
        self.0.execute("DELETE FROM wanted WHERE file = ?1", [id])?;
        self.0.execute(
            "INSERT INTO file (id, size, chunks, complete) VALUES (?1, ?2, ?3, 0)
             ON CONFLICT DO UPDATE SET size = excluded.size, chunks = excluded.chunks, complete = 0",
            params![id, int(manifest.size), to_json(&manifest.chunks)?],
        )?;
        let mut insert = self.0.prepare_cached(
            "INSERT INTO wanted (hash, file) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        )?;
        for chunk in lacking {
            insert.execute([chunk.0.as_str(), id])?;
        }
        Ok(())
    }

    pub(super) fn delete_file(&self, id: &FileId) -> Result<()> {
        self.0
            .execute("DELETE FROM wanted WHERE file = ?1", [id.as_str()])?;
        self.0
            .execute("DELETE FROM file WHERE id = ?1", [id.as_str()])?;
        Ok(())
    }

    pub(super) fn set_complete(&self, id: &FileId) -> Result<()> {
        self.0
            .execute("UPDATE file SET complete = 1 WHERE id = ?1", [id.as_str()])?;
        Ok(())
    }

    pub(super) fn insert_chunk(&self, hash: &str, size: u64) -> Result<()> {
        let new = self
            .0
            .prepare_cached(
                "INSERT INTO chunk (hash, size) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![hash, int(size)])?;
        if new > 0 {
            self.add_bytes(int(size))?;
        }
        self.0
            .prepare_cached("DELETE FROM wanted WHERE hash = ?1")?
            .execute([hash])?;
        Ok(())
    }

    pub(super) fn delete_chunk(&self, chunk: &ChunkRef, file: &FileId) -> Result<()> {
        let gone = self
            .0
            .execute("DELETE FROM chunk WHERE hash = ?1", [&chunk.0])?;
        if gone > 0 {
            self.add_bytes(-i64::from(chunk.1))?;
        }
        self.0.execute(
            "UPDATE file SET complete = 0 WHERE id = ?1",
            [file.as_str()],
        )?;
        self.0.execute(
            "INSERT INTO wanted (hash, file) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            [chunk.0.as_str(), file.as_str()],
        )?;
        Ok(())
    }

    /// The sum of the chunks is kept beside them: there may be a million.
    fn add_bytes(&self, bytes: i64) -> Result<()> {
        self.0
            .prepare_cached(
                "INSERT INTO counter (name, value) VALUES ('bytes', ?1)
                 ON CONFLICT DO UPDATE SET value = value + excluded.value",
            )?
            .execute([bytes])?;
        Ok(())
    }

    pub(super) fn sum_chunks(&self) -> Result<u64> {
        Ok(uint(self.counter("bytes")?))
    }
}
