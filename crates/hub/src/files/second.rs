//! The second form of the calls: compact manifests, single bytes of chunks, and nothing of a cut call lost.

use super::pieces::Held;
use super::{checked, lacking};
use crate::Hub;
use crate::error::Failure;
use crate::storage::{FileState, StorageError, Tx};
use domain::{ComuneId, FileId};
use protocol::files::{
    Arrived, ChunkRef, CompactError, Get, Left, MAX_DICTIONARY, MAX_INLINE, Manifest,
    ManifestRequest2, Missing2, Offer, Put, Ranges, StateRequest, Taking, dictionary,
    encode_manifest, new_chunks, pieces,
};
use std::collections::BTreeSet;

impl Hub {
    /// Takes a compact offer, with the chunks that came with it, and answers which bytes are missing.
    ///
    /// # Errors
    /// As [`Hub::offer`].
    pub fn offer2(&self, comune: &ComuneId, body: &[u8]) -> Result<Missing2, Failure> {
        let store = self.comune(comune)?;
        let find = |id: &FileId| complete(store.reading(|tx| tx.file(id)).ok()?);
        let offer = match Offer::decode(body, find) {
            Ok(offer) => offer,
            Err(CompactError::Base(_)) => return Ok(Missing2::Unknown),
            Err(error) => return Err(Failure::malformed(error)),
        };
        checked(&offer.manifest)?;
        let brought = self.unpack_offered(&offer)?;
        let nothing = self.note_offer(comune, &offer.manifest)?.is_empty();
        if !brought.is_empty() {
            self.keep(comune, &brought)?;
        } else if nothing {
            self.finish_files(comune)?;
        }
        self.missing_of(comune, &offer.manifest)
    }

    /// The chunks that came with an offer.
    fn unpack_offered(&self, offer: &Offer) -> Result<Vec<Vec<u8>>, Failure> {
        if offer.packed.is_empty() {
            return Ok(Vec::new());
        }
        let chunk = |at: &u32| offer.manifest.chunks.get(*at as usize);
        let new = new_chunks(&offer.manifest, &offer.bases);
        let lens: Vec<usize> = new
            .iter()
            .filter_map(chunk)
            .map(|chunk| chunk.1 as usize)
            .collect();
        let size = lens.iter().sum();
        if size > MAX_INLINE {
            return Err(Failure::too_large());
        }
        let dictionary = self.dictionary(offer)?;
        let mut plain = zstd::bulk::Decompressor::with_dictionary(&dictionary)?
            .decompress(&offer.packed, size)
            .map_err(Failure::malformed)?;
        if plain.len() != size {
            return Err(Failure::malformed(
                "the chunks are not those of the manifest",
            ));
        }
        let cut = |len| {
            let rest = plain.split_off(len);
            std::mem::replace(&mut plain, rest)
        };
        Ok(lens.into_iter().map(cut).collect())
    }

    fn dictionary(&self, offer: &Offer) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        for (base, at) in dictionary(&offer.manifest, &offer.bases) {
            let base = offer.bases.get(base);
            let chunk = base.and_then(|base| base.chunks.get(at as usize));
            if let Some(chunk) =
                chunk.filter(|chunk| out.len() + chunk.1 as usize <= MAX_DICTIONARY)
            {
                out.extend(self.0.chunks.get(&chunk.0)?);
            }
        }
        Ok(out)
    }

    /// Answers what is missing of a file that was offered with this very list of chunks.
    ///
    /// # Errors
    /// `Malformed`, the storage's.
    pub fn file_state(&self, comune: &ComuneId, body: &[u8]) -> Result<Missing2, Failure> {
        let request = StateRequest::decode(body).map_err(Failure::malformed)?;
        let now = self.now();
        let state = self.comune(comune)?.writing(|tx| {
            tx.touch_file(&request.file, now)?;
            tx.file(&request.file)
        })?;
        match state {
            Some(state) if state.complete => Ok(Missing2::Bytes(Ranges::default())),
            Some(state) if state.manifest.digest() == request.digest => {
                self.missing_of(comune, &state.manifest)
            }
            _ => Ok(Missing2::Unknown),
        }
    }

    fn missing_of(&self, comune: &ComuneId, manifest: &Manifest) -> Result<Missing2, Failure> {
        let held = self.0.pieces.held(comune)?;
        let missing = || {
            self.comune(comune)?.reading(|tx| {
                let complete = tx.file(&manifest.file)?.is_some_and(|file| file.complete);
                Ok(match complete {
                    true => (true, Ranges::default()),
                    false => (false, missing_bytes(tx, manifest, &held)?),
                })
            })
        };
        let (complete, lacking) = missing()?;
        if complete || !lacking.is_empty() {
            return Ok(Missing2::Bytes(lacking));
        }
        // The hub stopped between the last chunk and the look at the whole.
        self.finish_files(comune)?;
        Ok(Missing2::Bytes(missing()?.1))
    }

    /// Begins to take the bytes that follow a head; `None` where the file is here already.
    ///
    /// # Errors
    /// `NotFound` for a file that was not offered with this list of chunks, `Malformed`.
    pub(crate) fn begin_put(
        &self,
        comune: &ComuneId,
        put: &Put,
    ) -> Result<Option<Taking>, Failure> {
        let state = self.comune(comune)?.reading(|tx| tx.file(&put.file))?;
        match state {
            Some(state) if state.complete => Ok(None),
            Some(state) if state.manifest.digest() == put.digest => {
                Ok(Some(Taking::new(put, &state.manifest)?))
            }
            _ => Err(Failure::not_found()),
        }
    }

    /// Keeps pieces that arrived.
    ///
    /// # Errors
    /// `Full`, the storage's.
    pub(crate) fn keep_arrived(
        &self,
        comune: &ComuneId,
        arrived: Vec<Arrived>,
    ) -> Result<(), Failure> {
        let store = self.comune(comune)?;
        let mut whole = Vec::new();
        for piece in arrived {
            if !store.reading(|tx| tx.wants_chunk(&piece.chunk.0))? {
                continue;
            }
            if piece.whole {
                whole.push(piece.bytes);
                continue;
            }
            let Arrived {
                chunk,
                offset,
                bytes,
                ..
            } = piece;
            self.0
                .pieces
                .put(comune, &chunk.0, u64::from(offset), &bytes)?;
            whole.extend(self.0.pieces.join(comune, &chunk)?);
        }
        if !whole.is_empty() {
            self.keep(comune, &whole)?;
        }
        Ok(())
    }

    /// How many bytes of a file are still missing.
    ///
    /// # Errors
    /// The storage's.
    pub(crate) fn left_of(&self, comune: &ComuneId, put: &Put) -> Result<Left, Failure> {
        let state = self.comune(comune)?.reading(|tx| tx.file(&put.file))?;
        let manifest = state.ok_or_else(Failure::not_found)?.manifest;
        Ok(match self.missing_of(comune, &manifest)? {
            Missing2::Bytes(ranges) => Left(ranges.len()),
            Missing2::Unknown => Left(manifest.size),
        })
    }

    /// The compact manifest of a file, relative to the files that the device says it has.
    ///
    /// # Errors
    /// `NotFound` for a file that this comune does not have.
    pub fn manifest2(&self, comune: &ComuneId, body: &[u8]) -> Result<Vec<u8>, Failure> {
        let request = ManifestRequest2::decode(body).map_err(Failure::malformed)?;
        let manifest = self.manifest(comune, &request.file)?;
        let bases: Vec<Manifest> = self.comune(comune)?.reading(|tx| {
            let mut bases = Vec::new();
            for asked in &request.bases {
                let found = complete(tx.file(&asked.file)?);
                bases.extend(found.filter(|base| base.digest() == asked.digest));
            }
            Ok(bases)
        })?;
        Ok(encode_manifest(&manifest, &bases))
    }

    /// Bytes of a file, one range after the other.
    ///
    /// # Errors
    /// `NotFound` for a file that this comune does not have, or ranges beyond its end.
    pub fn get(&self, comune: &ComuneId, body: &[u8]) -> Result<Vec<u8>, Failure> {
        let request = Get::decode(body).map_err(Failure::malformed)?;
        let manifest = self.manifest(comune, &request.file)?;
        let mut out = Vec::new();
        for piece in pieces(&manifest, &request.ranges) {
            let chunk = manifest.chunks.get(piece.chunk as usize);
            let bytes = self
                .0
                .chunks
                .get(&chunk.ok_or_else(Failure::not_found)?.0)?;
            let from = piece.offset as usize;
            out.extend_from_slice(
                bytes
                    .get(from..from + piece.len as usize)
                    .unwrap_or_default(),
            );
        }
        match out.len() as u64 == request.ranges.len() {
            true => Ok(out),
            false => Err(Failure::not_found()),
        }
    }
}

fn complete(state: Option<FileState>) -> Option<Manifest> {
    state
        .filter(|state| state.complete)
        .map(|state| state.manifest)
}

/// The bytes of a file that are neither in chunks that are here nor in pieces. A chunk that the file has at
/// several places is missing once.
fn missing_bytes(tx: &dyn Tx, manifest: &Manifest, held: &Held) -> Result<Ranges, StorageError> {
    let lacking: BTreeSet<u32> = lacking(tx, manifest)?
        .into_iter()
        .map(|(at, _)| at)
        .collect();
    let mut seen = BTreeSet::new();
    let mut missing = Ranges::default();
    let mut start = 0;
    for (at, ChunkRef(hash, len)) in (0..).zip(&manifest.chunks) {
        let end = start + u64::from(*len);
        if lacking.contains(&at) && seen.insert(hash) {
            missing.insert(start..end);
            for piece in held.get(hash).into_iter().flatten() {
                missing.remove(start + piece.start..(start + piece.end).min(end));
            }
        }
        start = end;
    }
    Ok(missing)
}
