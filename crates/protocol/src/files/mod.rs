//! Files as content-addressed chunks: manifest first, then only the chunks that are missing.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /v1/files/offer` | [`Manifest`] | [`Missing`] |
//! | `POST /v1/files/chunks` | a pack | [`Stored`] |
//! | `POST /v1/files/manifest` | [`ManifestRequest`] | [`Manifest`] |
//! | `POST /v1/files/fetch` | [`FetchRequest`] | a pack |
//!
//! A *pack* is bytes: for each chunk its length (u32, little endian), then its bytes. The hash is not
//! sent: who receives a chunk computes it.
//!
//! That was the first form, which older apps speak. The second is binary, knows single bytes of chunks,
//! and lets the hub keep what arrived of a call that was cut:
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /v1/files/offer2` | [`Offer`] | [`Missing2`] |
//! | `POST /v1/files/state` | [`StateRequest`] | [`Missing2`] |
//! | `POST /v1/files/put` | [`Put`], then bytes | [`Left`] |
//! | `POST /v1/files/manifest2` | [`ManifestRequest2`] | a compact manifest ([`read_manifest`]) |
//! | `POST /v1/files/get` | [`Get`] | bytes |

mod bytes;
mod compact;
mod ranges;
mod taking;
#[cfg(test)]
mod tests;
mod wire;

pub use compact::{CompactError, Digest, MAX_BASES, Run, encode as encode_manifest, runs};
pub use ranges::Ranges;
pub use taking::{Arrived, TakeError, Taking};
pub use wire::{
    Get, Left, MAX_DICTIONARY, MAX_GET, MAX_HEAD, MAX_INLINE, MAX_PUT, ManifestRequest2, Missing2,
    Offer, Piece, Put, StateRequest, dictionary, new_chunks, pieces, read_manifest,
};

use domain::FileId;
use serde::{Deserialize, Serialize};

/// The largest file, in bytes (100 MB).
pub const MAX_FILE: u64 = 100 * 1024 * 1024;
/// The smallest, mean and largest chunk, in bytes (FastCDC, 2020 variant).
pub const CHUNK: (u32, u32, u32) = (4 * 1024, 16 * 1024, 64 * 1024);
/// Where in a file larger chunks begin, in bytes (16 MB). What is before is cut the same whatever follows.
pub const LARGE_FROM: u64 = 16 * 1024 * 1024;
/// The chunks from there on: fewer, for what is large is seldom edited. None is longer than the longest of
/// [`CHUNK`], because older apps refuse those.
pub const LARGE_CHUNK: (u32, u32, u32) = (32 * 1024, 48 * 1024, 64 * 1024);
/// The largest pack, in bytes.
pub const MAX_PACK: usize = 512 * 1024;
/// The most chunks a manifest may list.
pub const MAX_CHUNKS: usize = (MAX_FILE / CHUNK.0 as u64) as usize + 1;

/// The chunks that make a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// BLAKE3 of the whole file.
    pub file: FileId,
    /// Length in bytes.
    pub size: u64,
    /// The chunks in order.
    pub chunks: Vec<ChunkRef>,
}

/// A chunk: BLAKE3 of its bytes in lower-case hex, and its length in bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChunkRef(pub String, pub u32);

/// Which chunks of an offered manifest the hub lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Positions in the manifest, ascending; empty when the hub has the whole file.
    pub missing: Vec<u32>,
}

/// How many chunks of a pack were new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// New chunks.
    pub stored: u32,
}

/// Asks for the manifest of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ManifestRequest {
    /// The file.
    pub file: FileId,
}

/// Asks for chunks of a file that the device may see.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FetchRequest {
    /// The file that the chunks belong to: the right to it is checked.
    pub file: FileId,
    /// Positions in its manifest.
    pub chunks: Vec<u32>,
}

/// A pack that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// It ends in the middle of a chunk.
    #[error("the pack ends in the middle of a chunk")]
    Truncated,
    /// A chunk is longer than allowed.
    #[error("a chunk is longer than allowed")]
    TooLong,
}

/// Adds a chunk to a pack.
pub fn push_chunk(pack: &mut Vec<u8>, chunk: &[u8]) {
    let len = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
    pack.extend_from_slice(&len.to_le_bytes());
    pack.extend_from_slice(chunk);
}

/// The chunks of a pack.
///
/// # Errors
/// [`PackError`] where the bytes are not a pack.
pub fn unpack(mut pack: &[u8]) -> Result<Vec<&[u8]>, PackError> {
    let mut chunks = Vec::new();
    while !pack.is_empty() {
        let (len, rest) = pack.split_first_chunk::<4>().ok_or(PackError::Truncated)?;
        let len = u32::from_le_bytes(*len);
        if len > CHUNK.2 {
            return Err(PackError::TooLong);
        }
        let (chunk, rest) = rest
            .split_at_checked(len as usize)
            .ok_or(PackError::Truncated)?;
        chunks.push(chunk);
        pack = rest;
    }
    Ok(chunks)
}
