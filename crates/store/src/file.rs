//! Files of the workspace, as content-addressed chunks in the encrypted database.

use crate::{Result, Store, StoreError};
use domain::{FileId, FileRef};
use fastcdc::v2020::FastCDC;
use protocol::files::{
    CHUNK, ChunkRef, LARGE_CHUNK, LARGE_FROM, MAX_BASES, MAX_CHUNKS, MAX_FILE, Manifest, Ranges,
    pieces,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::io::{Error, ErrorKind, Read};

/// Chunks written in one transaction: the writer is free for others in between (about 4 MB).
const TOGETHER: usize = 256;

/// What is here and at the hub of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileState {
    /// Length in bytes; 0 where the file is not known here.
    pub size: u64,
    /// Bytes that are here.
    pub have: u64,
    /// The hub has the whole file.
    pub uploaded: bool,
}

/// A file that waits to go up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToUpload {
    /// Which.
    pub file: FileId,
    /// Bytes of it that no file at the hub is known to have.
    pub new: u64,
}

/// The bytes of a file, read chunk by chunk.
pub struct FileReader {
    store: Store,
    file: FileId,
    size: u64,
    next: u32,
    chunk: std::io::Cursor<Vec<u8>>,
}

impl FileReader {
    /// Length of the file in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.chunk.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        let next = self
            .store
            .read(|conn| chunk_at(conn, &self.file, self.next))
            .map_err(Error::other)?;
        let Some(next) = next else { return Ok(0) };
        self.next += 1;
        self.chunk = std::io::Cursor::new(next);
        self.chunk.read(buffer)
    }
}

/// Hashes and counts what passes through.
struct Counted<'a> {
    from: &'a mut dyn Read,
    hash: blake3::Hasher,
    size: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        self.size += read as u64;
        if self.size > MAX_FILE {
            return Err(Error::from(ErrorKind::FileTooLarge));
        }
        Ok(read)
    }
}

/// Cuts a stream where its content says, so that a change moves no cut but those beside it.
struct Chunker<'a, 'b> {
    from: &'a mut Counted<'b>,
    ahead: Vec<u8>,
    at: u64,
}

impl<'a, 'b> Chunker<'a, 'b> {
    fn of(from: &'a mut Counted<'b>) -> Self {
        Self {
            from,
            ahead: Vec::new(),
            at: 0,
        }
    }

    /// The next chunks; none at the end.
    fn batch(&mut self) -> Result<Vec<Vec<u8>>> {
        let mut batch = Vec::new();
        while batch.len() < TOGETHER
            && let Some(chunk) = self.next()?
        {
            batch.push(chunk);
        }
        Ok(batch)
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let (least, mean, most) = if self.at < LARGE_FROM {
            CHUNK
        } else {
            LARGE_CHUNK
        };
        let lacking = (most as usize).saturating_sub(self.ahead.len());
        let more = self.from.by_ref().take(lacking as u64);
        { more }.read_to_end(&mut self.ahead).map_err(reading)?;
        if self.ahead.is_empty() {
            return Ok(None);
        }
        let cutter = FastCDC::new(&self.ahead, least as usize, mean as usize, most as usize);
        let (_, end) = cutter.cut(0, self.ahead.len());
        let rest = self.ahead.split_off(end.min(self.ahead.len()));
        let chunk = std::mem::replace(&mut self.ahead, rest);
        self.at += chunk.len() as u64;
        Ok(Some(chunk))
    }
}

fn hex(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

impl Store {
    /// Takes a file in, chunk by chunk: a large file is never whole in memory.
    ///
    /// # Errors
    /// [`StoreError::FileTooLarge`], [`StoreError::Io`] of the reader, [`StoreError::Full`], those of the
    /// database; the file is not there then.
    pub fn add_file(&self, bytes: &mut dyn Read, name: &str, media: &str) -> Result<FileRef> {
        let mut source = Counted {
            from: bytes,
            hash: blake3::Hasher::new(),
            size: 0,
        };
        let chunks = self.take_chunks(&mut source)?;
        let manifest = Manifest {
            file: FileId::new(source.hash.finalize().to_hex().as_str()),
            size: source.size,
            chunks,
        };
        self.write(|tx, _| put_manifest(tx, &manifest, true))?;
        Ok(FileRef {
            id: manifest.file,
            name: name.to_owned(),
            media: media.to_owned(),
            size: manifest.size,
        })
    }

    fn take_chunks(&self, source: &mut Counted<'_>) -> Result<Vec<ChunkRef>> {
        let mut chunker = Chunker::of(source);
        let mut refs = Vec::new();
        loop {
            let batch = chunker.batch()?;
            if batch.is_empty() {
                return Ok(refs);
            }
            self.write(|tx, _| {
                for data in &batch {
                    let hash = hex(data);
                    let files = lacking(tx, &hash, data.len())?;
                    put_chunk(tx, &hash, data)?;
                    // It may be the last one of a file that is on its way down: nobody would ask for it again.
                    ended(tx, &files)?;
                    refs.push(ChunkRef(hash, data.len() as u32));
                }
                Ok(())
            })?;
        }
    }

    /// The bytes of a file, whole.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where they are not all here, those of the database.
    pub fn read_file(&self, file: &FileId) -> Result<Vec<u8>> {
        let mut reader = self.open_file(file)?;
        let mut bytes = Vec::with_capacity(usize::try_from(reader.size).unwrap_or(0));
        reader.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The bytes of a file as a stream.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where they are not all here, those of the database.
    pub fn open_file(&self, file: &FileId) -> Result<FileReader> {
        let size = self.read(|conn| {
            Ok(conn
                .prepare_cached("SELECT size FROM file WHERE file = ?1 AND complete = 1")?
                .query_row([file.as_str()], |row| row.get(0))
                .optional()?)
        })?;
        Ok(FileReader {
            size: size.ok_or_else(|| StoreError::NotFound(file.to_string()))?,
            store: self.clone(),
            file: file.clone(),
            next: 0,
            chunk: std::io::Cursor::default(),
        })
    }

    /// The chunks that make a file; `None` where they are not known here.
    ///
    /// # Errors
    /// Those of the database.
    pub fn manifest(&self, file: &FileId) -> Result<Option<Manifest>> {
        self.read(|conn| manifest(conn, file))
    }

    /// What is here and at the hub of a file.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_state(&self, file: &FileId) -> Result<FileState> {
        self.read(|conn| {
            let state = conn
                .prepare_cached(
                    "SELECT file.size, file.uploaded,
                         (SELECT coalesce(sum(file_chunk.size), 0)
                          FROM file_chunk JOIN chunk ON chunk.hash = file_chunk.hash
                          WHERE file_chunk.file = file.file)
                     FROM file WHERE file.file = ?1",
                )?
                .query_row([file.as_str()], |row| {
                    Ok(FileState {
                        size: row.get(0)?,
                        uploaded: row.get(1)?,
                        have: row.get(2)?,
                    })
                })
                .optional()?;
            Ok(state.unwrap_or_default())
        })
    }

    /// Positions in the manifest of the chunks that are not here, ascending.
    ///
    /// # Errors
    /// Those of the database.
    pub fn missing_chunks(&self, file: &FileId) -> Result<Vec<u32>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT pos FROM file_chunk
                 WHERE file = ?1
                   AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.hash = file_chunk.hash)
                 ORDER BY pos",
            )?;
            let rows = query.query_map([file.as_str()], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// A file that is at the hub: its chunks will come.
    ///
    /// # Errors
    /// [`StoreError::BadBytes`] where that is no manifest, those of the database.
    pub fn put_manifest(&self, manifest: &Manifest) -> Result<()> {
        check(manifest)?;
        self.write(|tx, _| {
            put_manifest(tx, manifest, false)?;
            complete(tx, &manifest.file)?;
            tx.execute(
                "UPDATE file SET uploaded = 1 WHERE file = ?1",
                [manifest.file.as_str()],
            )?;
            Ok(())
        })
    }

    /// Chunks that came from the hub. Each is known by its hash; what belongs to no manifest is left out.
    /// Gives how many were new.
    ///
    /// # Errors
    /// [`StoreError::BadBytes`] where a file is whole and is not what its name says (it is forgotten then, so
    /// that it can be fetched again), those of the database.
    pub fn put_chunks(&self, chunks: &[&[u8]]) -> Result<u32> {
        let (new, bad) = self.write(|tx, _| {
            let mut new = 0;
            let mut bad = None;
            for data in chunks {
                let hash = hex(data);
                let files = lacking(tx, &hash, data.len())?;
                if files.is_empty() {
                    continue;
                }
                new += put_chunk(tx, &hash, data)?;
                bad = ended(tx, &files)?.or(bad);
            }
            Ok((new, bad))
        })?;
        match bad {
            None => Ok(new),
            Some(file) => Err(StoreError::BadBytes(format!("the file is not {file}"))),
        }
    }

    /// The bytes of chunks of a file, by their positions in its manifest.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where one is not here, those of the database.
    pub fn chunks(&self, file: &FileId, positions: &[u32]) -> Result<Vec<Vec<u8>>> {
        self.read(|conn| {
            let chunk = |at: &u32| {
                chunk_at(conn, file, *at)?
                    .ok_or_else(|| StoreError::NotFound(format!("{file}, chunk {at}")))
            };
            positions.iter().map(chunk).collect()
        })
    }

    /// Bytes of a file, one range after the other.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where they are not all here, those of the database.
    pub fn file_bytes(&self, manifest: &Manifest, ranges: &Ranges) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let gone = || StoreError::NotFound(manifest.file.to_string());
        self.read(|conn| {
            for piece in pieces(manifest, ranges) {
                let chunk = manifest.chunks.get(piece.chunk as usize).ok_or_else(gone)?;
                let bytes = chunk_of(conn, &chunk.0)?.ok_or_else(gone)?;
                let from = piece.offset as usize;
                let part = bytes
                    .get(from..from + piece.len as usize)
                    .ok_or_else(gone)?;
                out.extend_from_slice(part);
            }
            Ok(out)
        })
    }

    /// Files that are here and at the hub and have the most in common with this one: what its manifest can be
    /// told by. The best first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn bases(&self, file: &FileId) -> Result<Vec<Manifest>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT other.file FROM file_chunk AS own
                 JOIN file_chunk AS other ON other.hash = own.hash
                 JOIN file ON file.file = other.file
                 WHERE own.file = ?1 AND other.file <> ?1 AND file.uploaded = 1 AND file.complete = 1
                 GROUP BY other.file ORDER BY sum(other.size) DESC, other.file LIMIT ?2",
            )?;
            let rows = query.query_map(params![file.as_str(), MAX_BASES], |row| {
                row.get(0).map(FileId)
            })?;
            let ids: Vec<FileId> = rows.collect::<rusqlite::Result<_>>()?;
            manifests(conn, &ids)
        })
    }

    /// Files that are here whole and stand on the same pages as this one, the largest first: an earlier
    /// version of it may be among them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn neighbours(&self, file: &FileId) -> Result<Vec<Manifest>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT DISTINCT file.file FROM page_file AS own
                 JOIN page_file AS other ON other.page = own.page
                 JOIN file ON file.file = other.file
                 WHERE own.file = ?1 AND other.file <> ?1 AND file.complete = 1
                 ORDER BY file.size DESC, file.file LIMIT ?2",
            )?;
            let rows = query.query_map(params![file.as_str(), MAX_BASES], |row| {
                row.get(0).map(FileId)
            })?;
            let ids: Vec<FileId> = rows.collect::<rusqlite::Result<_>>()?;
            manifests(conn, &ids)
        })
    }

    /// [`Store::files_to_upload`], each with how many of its bytes no file at the hub is known to have.
    ///
    /// # Errors
    /// Those of the database.
    pub fn upload_queue(&self) -> Result<Vec<ToUpload>> {
        let files = self.files_to_upload()?;
        self.read(|conn| {
            let new = |file: FileId| {
                let new = new_bytes(conn, &file)?;
                Ok(ToUpload { file, new })
            };
            files.into_iter().map(new).collect()
        })
    }

    /// Files that the hub was given and that work waiting here refers to. The hub may have been restored since,
    /// or have removed what nothing referred to for a month: whether it has them is to be asked again.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_to_confirm(&self) -> Result<Vec<FileId>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT file FROM file WHERE uploaded = 1 AND complete = 1
                   AND (EXISTS (SELECT 1 FROM page_file JOIN outbox ON outbox.entity = page_file.page
                                WHERE page_file.file = file.file)
                        OR EXISTS (SELECT 1 FROM outbox_file WHERE outbox_file.file = file.file))
                 ORDER BY file",
            )?;
            let rows = query.query_map([], |row| row.get(0).map(FileId))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The hub does not have the file after all: it is carried again.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_not_uploaded(&self, file: &FileId) -> Result<()> {
        self.write(|tx, _| {
            tx.execute(
                "UPDATE file SET uploaded = 0 WHERE file = ?1 AND complete = 1",
                [file.as_str()],
            )?;
            Ok(())
        })
    }

    /// The hub has the whole file.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_uploaded(&self, file: &FileId) -> Result<()> {
        self.write(|tx, _| {
            tx.execute(
                "UPDATE file SET uploaded = 1 WHERE file = ?1",
                [file.as_str()],
            )?;
            Ok(())
        })
    }

    /// Files that the hub lacks: those that a publication waits for first, then the others that pages show or
    /// offer, small before large.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_to_upload(&self) -> Result<Vec<FileId>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT file.file,
                     (SELECT min(outbox.pos) FROM outbox_file
                      JOIN outbox ON outbox.op = outbox_file.op
                      WHERE outbox_file.file = file.file) AS first
                 FROM file
                 WHERE uploaded = 0 AND complete = 1
                   AND (first IS NOT NULL
                        OR EXISTS (SELECT 1 FROM page_file WHERE page_file.file = file.file))
                 ORDER BY first IS NULL, first, size, file.file",
            )?;
            let rows = query.query_map([], |row| row.get(0).map(FileId))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Files that pages show or offer and whose bytes are not here, images first, small before large.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_to_download(&self) -> Result<Vec<FileRef>> {
        let mut files = self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT min(page_file.value) FROM page_file
                 LEFT JOIN file ON file.file = page_file.file
                 WHERE coalesce(file.complete, 0) = 0 GROUP BY page_file.file",
            )?;
            let mut found = query.query([])?;
            let mut files: Vec<FileRef> = Vec::new();
            while let Some(row) = found.next()? {
                files.push(serde_json::from_str(&row.get::<_, String>(0)?)?);
            }
            Ok(files)
        })?;
        files.sort_by_key(|file| (!file.media.starts_with("image/"), file.size));
        Ok(files)
    }
}

fn reading(error: Error) -> StoreError {
    match error.kind() {
        ErrorKind::FileTooLarge => StoreError::FileTooLarge { max: MAX_FILE },
        _ => error.into(),
    }
}

fn put_chunk(conn: &Connection, hash: &str, data: &[u8]) -> Result<u32> {
    let new = conn
        .prepare_cached("INSERT OR IGNORE INTO chunk (hash, value) VALUES (?1, ?2)")?
        .execute(params![hash, data])?;
    Ok(u32::try_from(new).unwrap_or(0))
}

fn put_manifest(conn: &Connection, manifest: &Manifest, here: bool) -> Result<()> {
    let file = manifest.file.as_str();
    conn.prepare_cached(
        "INSERT INTO file (file, size, complete) VALUES (?1, ?2, ?3)
         ON CONFLICT (file) DO UPDATE SET complete = max(complete, excluded.complete)",
    )?
    .execute(params![file, manifest.size, here])?;
    if here {
        // The chunks that are here may be cut otherwise than those of a manifest from the hub.
        conn.prepare_cached("DELETE FROM file_chunk WHERE file = ?1")?
            .execute([file])?;
    }
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO file_chunk (file, pos, hash, size) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (pos, ChunkRef(hash, size)) in manifest.chunks.iter().enumerate() {
        insert.execute(params![file, pos, hash, size])?;
    }
    Ok(())
}

/// A manifest from outside.
fn check(manifest: &Manifest) -> Result<()> {
    let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let chunks = &manifest.chunks;
    let size: u64 = chunks.iter().map(|chunk| u64::from(chunk.1)).sum();
    let good = chunks.len() <= MAX_CHUNKS
        && size == manifest.size
        && size <= MAX_FILE
        && is_hash(manifest.file.as_str())
        && chunks
            .iter()
            .all(|chunk| chunk.1 <= CHUNK.2 && is_hash(&chunk.0));
    match good {
        true => Ok(()),
        false => Err(StoreError::BadBytes("not a manifest".into())),
    }
}

fn manifest(conn: &Connection, file: &FileId) -> Result<Option<Manifest>> {
    let size: Option<u64> = conn
        .prepare_cached("SELECT size FROM file WHERE file = ?1")?
        .query_row([file.as_str()], |row| row.get(0))
        .optional()?;
    let Some(size) = size else { return Ok(None) };
    let mut query =
        conn.prepare_cached("SELECT hash, size FROM file_chunk WHERE file = ?1 ORDER BY pos")?;
    let chunks = query
        .query_map([file.as_str()], |row| {
            Ok(ChunkRef(row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(Manifest {
        file: file.clone(),
        size,
        chunks,
    }))
}

fn new_bytes(conn: &Connection, file: &FileId) -> Result<u64> {
    Ok(conn
        .prepare_cached(
            "SELECT coalesce(sum(size), 0) FROM (
                 SELECT max(size) AS size FROM file_chunk AS own WHERE own.file = ?1
                   AND NOT EXISTS (
                     SELECT 1 FROM file_chunk AS other JOIN file ON file.file = other.file
                     WHERE other.hash = own.hash AND file.uploaded = 1)
                 GROUP BY hash)",
        )?
        .query_row([file.as_str()], |row| row.get(0))?)
}

fn manifests(conn: &Connection, ids: &[FileId]) -> Result<Vec<Manifest>> {
    let found = ids.iter().map(|id| manifest(conn, id));
    Ok(found
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

fn chunk_of(conn: &Connection, hash: &str) -> Result<Option<Vec<u8>>> {
    Ok(conn
        .prepare_cached("SELECT value FROM chunk WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))
        .optional()?)
}

fn chunk_at(conn: &Connection, file: &FileId, at: u32) -> Result<Option<Vec<u8>>> {
    Ok(conn
        .prepare_cached(
            "SELECT chunk.value FROM file_chunk JOIN chunk ON chunk.hash = file_chunk.hash
             WHERE file_chunk.file = ?1 AND file_chunk.pos = ?2",
        )?
        .query_row(params![file.as_str(), at], |row| row.get(0))
        .optional()?)
}

/// The files that a chunk belongs to and that are not whole yet.
fn lacking(conn: &Connection, hash: &str, size: usize) -> Result<Vec<FileId>> {
    let mut query = conn.prepare_cached(
        "SELECT DISTINCT file.file FROM file_chunk JOIN file ON file.file = file_chunk.file
         WHERE file_chunk.hash = ?1 AND file_chunk.size = ?2 AND file.complete = 0",
    )?;
    let rows = query.query_map(params![hash, size], |row| row.get(0).map(FileId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Looks which of these are whole now. Gives one that is and is not what its name says.
fn ended(conn: &Connection, files: &[FileId]) -> Result<Option<FileId>> {
    let mut bad = None;
    for file in files {
        if !complete(conn, file)? {
            bad = Some(file.clone());
        }
    }
    Ok(bad)
}

/// Looks whether a file is whole now. Gives `false` where it is and is not what its name says: its manifest
/// is forgotten.
fn complete(conn: &Connection, file: &FileId) -> Result<bool> {
    let lacks: bool = conn
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1 FROM file_chunk WHERE file = ?1
                   AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.hash = file_chunk.hash))",
        )?
        .query_row([file.as_str()], |row| row.get(0))?;
    if lacks {
        return Ok(true);
    }
    let mut hash = blake3::Hasher::new();
    let mut at = 0;
    while let Some(chunk) = chunk_at(conn, file, at)? {
        hash.update(&chunk);
        at += 1;
    }
    if hash.finalize().to_hex().as_str() == file.as_str() {
        conn.execute(
            "UPDATE file SET complete = 1 WHERE file = ?1",
            [file.as_str()],
        )?;
        return Ok(true);
    }
    for table in [
        "DELETE FROM file_chunk WHERE file = ?1",
        "DELETE FROM file WHERE file = ?1",
    ] {
        conn.execute(table, [file.as_str()])?;
    }
    Ok(false)
}

/// Bytes of the files that wait to go up.
pub(crate) fn waiting_bytes(conn: &Connection) -> Result<u64> {
    Ok(conn
        .prepare_cached(
            "SELECT coalesce(sum(size - sent), 0) FROM file
             WHERE uploaded = 0 AND complete = 1
               AND (EXISTS (SELECT 1 FROM page_file WHERE page_file.file = file.file)
                    OR EXISTS (SELECT 1 FROM outbox_file WHERE outbox_file.file = file.file))",
        )?
        .query_row([], |row| row.get(0))?)
}

/// The hub was restored: whether it has a file is asked again. What it has costs a question each.
pub(crate) fn doubt_all(conn: &Connection) -> Result<()> {
    conn.execute(
        "UPDATE file SET uploaded = 0 WHERE uploaded = 1 AND complete = 1",
        [],
    )?;
    Ok(())
}

/// Chunks of a file whose taking in was interrupted.
pub(crate) fn drop_orphans(conn: &Connection) -> Result<()> {
    conn.execute(
        "DELETE FROM chunk WHERE NOT EXISTS (
             SELECT 1 FROM file_chunk WHERE file_chunk.hash = chunk.hash)",
        [],
    )?;
    Ok(())
}

/// What nothing here refers to: no page, no work that waits, nothing that was sent and may have to be sent
/// again, no earlier version, no disagreement.
const UNUSED: &str = "
    NOT EXISTS (SELECT 1 FROM page_file WHERE page_file.file = file.file)
    AND NOT EXISTS (SELECT 1 FROM outbox_file WHERE outbox_file.file = file.file)
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE instr(change, file.file) > 0)
    AND NOT EXISTS (SELECT 1 FROM sent WHERE instr(change, file.file) > 0)
    AND NOT EXISTS (SELECT 1 FROM history WHERE instr(fields, file.file) > 0)
    AND NOT EXISTS (SELECT 1 FROM conflict
                    WHERE instr(coalesce(change, '') || coalesce(yours, '') || coalesce(theirs, '')
                                || coalesce(body, ''), file.file) > 0)";

/// Removes, when the workspace is opened, what nothing refers to: what the hub has as well, and what never
/// stood on a page. That must have been so at the start before too (`added` is 1 then): a file that was just
/// taken in is not on its page yet, and another program may be at work beside this one. What stood on a page
/// once (-1) and never reached the hub stays, for an earlier text may show it.
pub(crate) fn collect(conn: &mut Connection) -> Result<u64> {
    let tx = conn.transaction()?;
    let gone = tx.execute(
        &format!("DELETE FROM file WHERE (uploaded = 1 OR added = 1) AND {UNUSED}"),
        [],
    )?;
    tx.execute_batch(&format!(
        "UPDATE file SET added = 1 WHERE added = 0 AND uploaded = 0 AND {UNUSED};
         DELETE FROM file_chunk
             WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.file = file_chunk.file);"
    ))?;
    drop_orphans(&tx)?;
    tx.commit()?;
    Ok(u64::try_from(gone).unwrap_or(0))
}

/// A file stands on a page.
pub(crate) fn shown(conn: &Connection, file: &str) -> Result<()> {
    conn.prepare_cached("UPDATE file SET added = -1 WHERE file = ?1 AND added >= 0")?
        .execute([file])?;
    Ok(())
}

/// Files that the hub has and nothing here refers to.
pub(crate) fn drop_unused(conn: &Connection) -> Result<()> {
    conn.execute_batch(&format!(
        "DELETE FROM file WHERE uploaded = 1 AND {UNUSED};
         DELETE FROM file_chunk
             WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.file = file_chunk.file);"
    ))?;
    drop_orphans(conn)
}
