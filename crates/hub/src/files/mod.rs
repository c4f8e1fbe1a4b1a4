//! Files as chunks: manifest first, then only what is missing.
//!
//! The bytes are on disk once for the whole province; the *right* to a chunk is the comune's, and a
//! comune has it only after bringing the bytes itself. Chunks that no manifest asked for are not kept.

mod chunks;
mod collect;
mod pieces;
mod second;

pub(crate) use chunks::Chunks;
pub use chunks::{ChunkWrite, write_chunk};
pub use collect::{Collected, GRACE, collect_alone};
pub(crate) use pieces::Pieces;

use crate::error::Failure;
use crate::publish::release;
use crate::storage::{FileState, StorageError, Tx};
use crate::sync::{file_id, hex};
use crate::{Hub, metrics};
use domain::{ComuneId, FileId};
use protocol::calls::HubErrorCode;
use protocol::files::{
    CHUNK, ChunkRef, FetchRequest, MAX_CHUNKS, MAX_FILE, MAX_PACK, Manifest, Missing, Stored,
    push_chunk, unpack,
};
use std::collections::BTreeMap;

impl Hub {
    /// Takes a manifest and answers which chunks are missing.
    ///
    /// # Errors
    /// `Malformed` for a manifest that is not one, `TooLarge`, `Full` where the quota would be passed.
    pub fn offer(&self, comune: &ComuneId, manifest: &Manifest) -> Result<Missing, Failure> {
        checked(manifest)?;
        let missing = self.note_offer(comune, manifest)?;
        if missing.is_empty() {
            self.finish_files(comune)?;
        }
        Ok(Missing { missing })
    }

    /// Notes a manifest; gives the positions of the chunks that are missing.
    fn note_offer(&self, comune: &ComuneId, manifest: &Manifest) -> Result<Vec<u32>, Failure> {
        let quota = self.config().quota;
        let now = self.now();
        let missing = self.comune(comune)?.writing(|tx| {
            tx.touch_file(&manifest.file, now)?;
            if tx.file(&manifest.file)?.is_some_and(|file| file.complete) {
                return Ok(Vec::new());
            }
            let lacking = lacking(tx, manifest)?;
            let bytes: u64 = lacking.iter().map(|(_, chunk)| u64::from(chunk.1)).sum();
            if tx.chunk_bytes()? + bytes > quota {
                return Err(StorageError::Quota(quota));
            }
            let chunks: Vec<_> = lacking.iter().map(|(_, chunk)| *chunk).collect();
            tx.put_file(manifest, &chunks)?;
            tx.touch_file(&manifest.file, now)?;
            Ok(lacking.iter().map(|(at, _)| *at).collect())
        })?;
        Ok(missing)
    }

    /// Stores the chunks of a pack that a manifest asked for.
    ///
    /// # Errors
    /// `Malformed` for bytes that are not a pack, or for a file that is not what its manifest said;
    /// `Full`.
    pub fn store_chunks(&self, comune: &ComuneId, pack: &[u8]) -> Result<Stored, Failure> {
        let chunks = unpack(pack).map_err(Failure::malformed)?;
        let stored = u32::try_from(self.keep(comune, &chunks)?).unwrap_or(u32::MAX);
        Ok(Stored { stored })
    }

    /// Keeps the chunks that a manifest asked for; gives how many.
    fn keep<B: AsRef<[u8]>>(&self, comune: &ComuneId, chunks: &[B]) -> Result<usize, Failure> {
        let named = chunks.iter().map(|bytes| {
            let bytes = bytes.as_ref();
            (blake3::hash(bytes).to_hex().to_string(), bytes)
        });
        let store = self.comune(comune)?;
        let wanted = store.reading(|tx| wanted(tx, named.clone()))?;
        // No chunk may be swept away between its arrival on disk and its note in the database.
        let _arriving = self.0.chunks.arriving();
        // What came before the disk was full is here, and need not come again.
        let mut written = Vec::new();
        let full = wanted.iter().try_for_each(|(hash, bytes)| {
            self.0.chunks.put(hash, bytes)?;
            written.push((hash, bytes.len() as u64));
            Ok::<_, StorageError>(())
        });
        let quota = self.config().quota;
        store.writing(|tx| take(tx, &written, quota))?;
        full?;
        let stored = written.len();
        metrics::add(&self.metrics().chunks_total, stored);
        self.finish_files(comune)?;
        Ok(stored)
    }

    /// The manifest of a file that is here as a whole.
    ///
    /// # Errors
    /// `NotFound` for a file that this comune does not have.
    pub fn manifest(&self, comune: &ComuneId, file: &FileId) -> Result<Manifest, Failure> {
        let state = self.comune(comune)?.reading(|tx| tx.file(file))?;
        match state {
            Some(FileState {
                manifest,
                complete: true,
            }) => Ok(manifest),
            _ => Err(Failure::not_found()),
        }
    }

    /// A pack of chunks of a file: as many as fit, at least one, in the order asked for.
    ///
    /// # Errors
    /// `NotFound` for a file that this comune does not have, or positions beyond its end.
    pub fn fetch(&self, comune: &ComuneId, request: &FetchRequest) -> Result<Vec<u8>, Failure> {
        let manifest = self.manifest(comune, &request.file)?;
        let mut pack = Vec::new();
        for at in &request.chunks {
            let chunk = manifest
                .chunks
                .get(*at as usize)
                .ok_or_else(Failure::not_found)?;
            if !pack.is_empty() && pack.len() + 4 + chunk.1 as usize > MAX_PACK {
                break;
            }
            push_chunk(&mut pack, &self.0.chunks.get(&chunk.0)?);
        }
        Ok(pack)
    }

    /// Verifies the files that lack nothing any more, and lets go what waited for them, each in one transaction: a hub
    /// that stops in between would have the file, and nobody would bring it again.
    fn finish_files(&self, comune: &ComuneId) -> Result<(), Failure> {
        let store = self.comune(comune)?;
        let ready = store.reading(|tx| tx.ready_files())?;
        if ready.is_empty() {
            return Ok(());
        }
        let (mut lies, mut released) = (false, false);
        for manifest in ready {
            let whole = self.0.chunks.is_whole(&manifest)?;
            lies |= !whole;
            released |= store.writing(|tx| {
                if !whole {
                    return tx.drop_file(&manifest.file).map(|()| false);
                }
                tx.complete_file(&manifest.file)?;
                release(tx)
            })?;
        }
        if released {
            self.0.publisher.ask(comune);
        }
        if lies {
            return Err(Failure::malformed("a file is not what its manifest said"));
        }
        Ok(())
    }
}

/// The chunks that an incomplete file lacks, each once.
fn wanted<'a>(
    tx: &dyn Tx,
    chunks: impl Iterator<Item = (String, &'a [u8])>,
) -> Result<BTreeMap<String, &'a [u8]>, StorageError> {
    let mut out = BTreeMap::new();
    for (hash, bytes) in chunks {
        if tx.wants_chunk(&hash)? {
            out.insert(hash, bytes);
        }
    }
    Ok(out)
}

/// Notes chunks that are on disk. Several offers may each have fitted the quota.
fn take(tx: &dyn Tx, chunks: &[(&String, u64)], quota: u64) -> Result<(), StorageError> {
    for (hash, size) in chunks {
        tx.put_chunk(hash, *size)?;
    }
    if tx.chunk_bytes()? > quota {
        return Err(StorageError::Quota(quota));
    }
    Ok(())
}

/// Positions and chunks of a manifest that the comune has not brought yet.
fn lacking<'a>(
    tx: &dyn Tx,
    manifest: &'a Manifest,
) -> Result<Vec<(u32, &'a ChunkRef)>, StorageError> {
    let mut out = Vec::new();
    for (at, chunk) in (0..).zip(&manifest.chunks) {
        if !tx.has_chunk(&chunk.0)? {
            out.push((at, chunk));
        }
    }
    Ok(out)
}

fn checked(manifest: &Manifest) -> Result<(), Failure> {
    if manifest.size > MAX_FILE || manifest.chunks.len() > MAX_CHUNKS {
        return Err(Failure::new(
            HubErrorCode::TooLarge,
            "the file is larger than 100 MB",
        ));
    }
    let sound = |chunk: &ChunkRef| hex(&chunk.0) && (1..=CHUNK.2).contains(&chunk.1);
    let sum: u64 = manifest.chunks.iter().map(|chunk| u64::from(chunk.1)).sum();
    if !file_id(&manifest.file) || !manifest.chunks.iter().all(sound) || sum != manifest.size {
        return Err(Failure::malformed("the manifest is not one"));
    }
    Ok(())
}
