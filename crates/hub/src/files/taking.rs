//! Taking the bytes of a [`Put`] apart as they arrive.
//!
//! Nothing is believed: each piece is compared with the hash that the manifest or the signed head has for
//! it, and only what agrees is handed on. So the bytes need no signature of their own.

use crate::error::Failure;
use protocol::files::{ChunkRef, Manifest, Piece, Put, pieces};
use protocol::pack::WINDOW_LOG;
use std::collections::VecDeque;
use std::io::{self, Write};

/// A piece that arrived and is what it was said to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) chunk: ChunkRef,
    pub(crate) offset: u32,
    pub(crate) whole: bool,
    pub(crate) bytes: Vec<u8>,
}

struct Expected {
    piece: Piece,
    chunk: ChunkRef,
    hash: blake3::Hash,
}

/// The bytes of one call on their way.
pub(crate) struct Taking {
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
    pub(crate) fn new(put: &Put, manifest: &Manifest) -> Result<Self, Failure> {
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
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Arrived>, Failure> {
        let buffer = match &mut self.inflate {
            Some(decoder) => {
                decoder.write_all(bytes).map_err(Failure::malformed)?;
                decoder.flush().map_err(Failure::malformed)?;
                decoder.get_mut()
            }
            None => {
                self.buffer.write_all(bytes).map_err(Failure::malformed)?;
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
                return Err(Failure::malformed("the bytes are not what the call says"));
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
    pub(crate) fn done(&self) -> bool {
        self.expected.is_empty()
    }
}

fn expected(put: &Put, manifest: &Manifest) -> Result<VecDeque<Expected>, Failure> {
    let mut hashes = put.hashes.iter();
    let wrong = || Failure::malformed("the head does not fit the manifest");
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
