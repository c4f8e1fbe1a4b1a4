//! Taking the bytes of a [`Put`] apart as they arrive.
//!
//! Nothing is believed: each piece is compared with the hash that the manifest or the signed head has for
//! it, and only what agrees is handed on. So the bytes need no signature of their own.

use super::{ChunkRef, Manifest, Piece, Put, pieces};
use crate::pack::WINDOW_LOG;
use std::collections::VecDeque;
use std::io::{self, Write};

/// A piece that arrived and is what it was said to be.
#[derive(Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Of which chunk.
    pub chunk: ChunkRef,
    /// Where in it.
    pub offset: u32,
    /// It is the whole chunk.
    pub whole: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why the bytes of a call are not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The head names pieces that the manifest does not have, or not as many hashes as it takes.
    #[error("the head does not fit the manifest")]
    Head,
    /// A piece is not what its hash says.
    #[error("the bytes are not what the call says")]
    Piece,
    /// More bytes than the head announced, or no zstd stream.
    #[error("the bytes cannot be read: {0}")]
    Bytes(#[from] io::Error),
}

struct Expected {
    piece: Piece,
    chunk: ChunkRef,
    hash: blake3::Hash,
}

/// The bytes of one call on their way.
pub struct Taking {
    expected: VecDeque<Expected>,
    inflate: Option<zstd::stream::write::Decoder<'static, Bounded>>,
    buffer: Bounded,
}

/// Takes so many bytes and no more: a bomb costs no more than an honest body.
struct Bounded {
    bytes: Vec<u8>,
    room: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.room.checked_sub(bytes.len() as u64);
        self.room = left.ok_or(io::ErrorKind::FileTooLarge)?;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Taking {
    /// For a call with this head, about a file with this manifest.
    ///
    /// # Errors
    /// [`TakeError::Head`]; the decoder's.
    pub fn new(put: &Put, manifest: &Manifest) -> Result<Self, TakeError> {
        let bounded = || Bounded {
            bytes: Vec::new(),
            room: put.ranges.len(),
        };
        let inflate = match put.zstd {
            true => {
                let mut decoder = zstd::stream::write::Decoder::new(bounded())?;
                decoder.window_log_max(WINDOW_LOG)?;
                Some(decoder)
            }
            false => None,
        };
        Ok(Self {
            expected: expected(put, manifest)?,
            inflate,
            buffer: bounded(),
        })
    }

    /// Takes bytes in; gives the pieces that are whole now.
    ///
    /// # Errors
    /// [`TakeError::Piece`], [`TakeError::Bytes`]. What was given before holds.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Arrived>, TakeError> {
        let buffer = match &mut self.inflate {
            Some(decoder) => {
                decoder.write_all(bytes)?;
                decoder.flush()?;
                decoder.get_mut()
            }
            None => {
                self.buffer.write_all(bytes)?;
                &mut self.buffer
            }
        };
        let mut out = Vec::new();
        while let Some(next) = self.expected.front() {
            let len = next.piece.len as usize;
            if buffer.bytes.len() < len {
                break;
            }
            let rest = buffer.bytes.split_off(len);
            let bytes = std::mem::replace(&mut buffer.bytes, rest);
            if blake3::hash(&bytes) != next.hash {
                return Err(TakeError::Piece);
            }
            if let Some(Expected { piece, chunk, .. }) = self.expected.pop_front() {
                out.push(Arrived {
                    chunk,
                    offset: piece.offset,
                    whole: piece.whole,
                    bytes,
                });
            }
        }
        Ok(out)
    }

    /// Everything that was announced arrived.
    #[must_use]
    pub fn done(&self) -> bool {
        self.expected.is_empty()
    }
}

fn expected(put: &Put, manifest: &Manifest) -> Result<VecDeque<Expected>, TakeError> {
    let mut hashes = put.hashes.iter();
    let wrong = || TakeError::Head;
    let mut out = VecDeque::new();
    let mut covered = 0;
    for piece in pieces(manifest, &put.ranges) {
        let chunk = manifest
            .chunks
            .get(piece.chunk as usize)
            .ok_or_else(wrong)?;
        let hash = match piece.whole {
            true => blake3::Hash::from_hex(&chunk.0).map_err(|_| wrong())?,
            false => blake3::Hash::from_bytes(*hashes.next().ok_or_else(wrong)?),
        };
        covered += u64::from(piece.len);
        out.push_back(Expected {
            piece,
            chunk: chunk.clone(),
            hash,
        });
    }
    let fits = hashes.next().is_none() && covered == put.ranges.len();
    fits.then_some(out).ok_or_else(wrong)
}
