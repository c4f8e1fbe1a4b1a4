//! A manifest as it travels: binary, and where a file is like an earlier one, in runs of that one's chunks.
//!
//! 35 bytes per chunk instead of 75, and a signed file (.p7m, or a PDF signed inside) made from its draft
//! costs a hundred bytes and the few chunks that differ.

use super::bytes::{Reader, put_hash, put_varint};
use super::{CHUNK, ChunkRef, MAX_CHUNKS, MAX_FILE, Manifest};
use domain::FileId;
use std::collections::BTreeMap;

/// The most files that a manifest may be relative to.
pub const MAX_BASES: usize = 4;
/// The shortest run of a base's chunks worth naming: shorter ones cost less as hashes.
const RUN: usize = 1;

/// Why bytes are not the body they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompactError {
    /// They end too early.
    #[error("the body ends too early")]
    Truncated,
    /// Something stands after their end.
    #[error("something stands after the end of the body")]
    Trailing,
    /// A number is larger than it may be.
    #[error("a number is out of bounds")]
    Number,
    /// The file that the manifest is relative to is not here, or not with these chunks.
    #[error("the base {0} is not here")]
    Base(FileId),
}

/// Names the very list of chunks: two devices may cut the same file differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 16]);

impl Manifest {
    /// The digest of its list of chunks.
    pub fn digest(&self) -> Digest {
        let mut hasher = blake3::Hasher::new();
        for ChunkRef(hash, len) in &self.chunks {
            hasher.update(hash.as_bytes());
            hasher.update(&len.to_le_bytes());
        }
        let hash = hasher.finalize();
        Digest(hash.as_bytes().first_chunk().copied().unwrap_or_default())
    }
}

/// A stretch of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Chunks of a base: which base, from which position on, how many.
    Copy(usize, usize, usize),
    /// Chunks that no base has: from which position of the manifest itself, how many.
    New(usize, usize),
}

/// A manifest as runs of chunks of these bases, where they have them.
pub fn runs(manifest: &Manifest, bases: &[Manifest]) -> Vec<Run> {
    let mut known = BTreeMap::new();
    for (base, other) in bases.iter().enumerate() {
        for (at, chunk) in other.chunks.iter().enumerate() {
            known.entry(chunk).or_insert((base, at));
        }
    }
    let mut out: Vec<Run> = Vec::new();
    for (at, chunk) in manifest.chunks.iter().enumerate() {
        match (out.last_mut(), known.get(chunk)) {
            (Some(Run::Copy(base, start, count)), _)
                if bases.get(*base).and_then(|b| b.chunks.get(*start + *count)) == Some(chunk) =>
            {
                *count += 1;
            }
            (_, Some(&(base, start))) => out.push(Run::Copy(base, start, RUN)),
            (Some(Run::New(_, count)), None) => *count += 1,
            (_, None) => out.push(Run::New(at, 1)),
        }
    }
    out
}

/// Writes a manifest relative to these bases, of which at most [`MAX_BASES`] are looked at.
pub fn encode(manifest: &Manifest, bases: &[Manifest]) -> Vec<u8> {
    let bases = bases.get(..MAX_BASES).unwrap_or(bases);
    let runs = runs(manifest, bases);
    let mut out = Vec::new();
    put_hash(&mut out, manifest.file.as_str());
    put_varint(&mut out, manifest.size);
    put_varint(&mut out, bases.len() as u64);
    for base in bases {
        put_hash(&mut out, base.file.as_str());
        out.extend_from_slice(&base.digest().0);
    }
    put_varint(&mut out, runs.len() as u64);
    for run in &runs {
        put_run(&mut out, manifest, run);
    }
    out
}

fn put_run(out: &mut Vec<u8>, manifest: &Manifest, run: &Run) {
    match *run {
        Run::Copy(base, start, count) => {
            put_varint(out, (count as u64) << 1 | 1);
            put_varint(out, base as u64);
            put_varint(out, start as u64);
        }
        Run::New(start, count) => {
            put_varint(out, (count as u64) << 1);
            for ChunkRef(hash, len) in manifest.chunks.iter().skip(start).take(count) {
                put_hash(out, hash);
                put_varint(out, u64::from(*len));
            }
        }
    }
}

/// Reads a manifest; `find` gives the bases.
pub(super) fn read(
    reader: &mut Reader<'_>,
    mut find: impl FnMut(&FileId) -> Option<Manifest>,
) -> Result<(Manifest, Vec<Manifest>), CompactError> {
    let file = reader.file()?;
    let size = reader.varint()?;
    let count = reader.count(MAX_BASES)?;
    let bases = (0..count)
        .map(|_| read_base(reader, &mut find))
        .collect::<Result<Vec<_>, _>>()?;
    let mut chunks = Vec::new();
    for _ in 0..reader.count(MAX_CHUNKS)? {
        read_run(reader, &bases, &mut chunks)?;
    }
    if size > MAX_FILE || chunks.len() > MAX_CHUNKS {
        return Err(CompactError::Number);
    }
    Ok((Manifest { file, size, chunks }, bases))
}

fn read_base(
    reader: &mut Reader<'_>,
    find: &mut impl FnMut(&FileId) -> Option<Manifest>,
) -> Result<Manifest, CompactError> {
    let id = reader.file()?;
    let digest = Digest(reader.array()?);
    find(&id)
        .filter(|base| base.digest() == digest)
        .ok_or(CompactError::Base(id))
}

fn read_run(
    reader: &mut Reader<'_>,
    bases: &[Manifest],
    chunks: &mut Vec<ChunkRef>,
) -> Result<(), CompactError> {
    let tag = reader.count(2 * MAX_CHUNKS + 1)?;
    let count = tag >> 1;
    if chunks.len() + count > MAX_CHUNKS {
        return Err(CompactError::Number);
    }
    if tag & 1 == 0 {
        for _ in 0..count {
            let hash = reader.hash()?;
            let len = reader.count(CHUNK.2 as usize)?;
            chunks.push(ChunkRef(hash, u32::try_from(len).unwrap_or(u32::MAX)));
        }
        return Ok(());
    }
    let base = bases.get(reader.count(MAX_BASES)?);
    let start = reader.count(MAX_CHUNKS)?;
    let copied = base.and_then(|base| base.chunks.get(start..start.checked_add(count)?));
    chunks.extend_from_slice(copied.ok_or(CompactError::Number)?);
    Ok(())
}
