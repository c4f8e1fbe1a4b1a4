//! The bodies of the second form of the calls: binary, made for a slow line.

use super::bytes::{HASH, Reader, put_hash, put_varint};
use super::compact::{self, MAX_BASES, Run, runs};
use super::{CompactError, Digest, Manifest, Ranges};
use domain::FileId;
use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

/// The most bytes of chunks that travel with an offer, before they are packed.
pub const MAX_INLINE: usize = 512 * 1024;
/// The most bytes of a base that packing may refer to.
pub const MAX_DICTIONARY: usize = 1024 * 1024;
/// The most bytes of a file that one call carries up. The hub keeps them as they come, so that a long call costs it no
/// more memory than a short one.
pub const MAX_PUT: usize = 4 * 1024 * 1024;
/// The most bytes of a file that one call asks for.
pub const MAX_GET: usize = 1024 * 1024;
/// The longest head of a [`Put`], in bytes.
pub const MAX_HEAD: usize = 64 * 1024;
/// Pieces that one call may carry.
const MAX_PIECES: usize = 1024;

/// `POST /v1/files/offer2`: a manifest, and where the new chunks are few, those with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The file.
    pub manifest: Manifest,
    /// What it is relative to.
    pub bases: Vec<Manifest>,
    /// The bytes of [`new_chunks`], one zstd frame made with [`Dictionary`]; empty where they do not
    /// travel along.
    pub packed: Vec<u8>,
}

impl Offer {
    /// The body.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = compact::encode(&self.manifest, &self.bases);
        out.extend_from_slice(&self.packed);
        out
    }

    /// Reads a body; `find` gives the bases.
    ///
    /// # Errors
    /// [`CompactError`].
    pub fn decode(
        body: &[u8],
        find: impl FnMut(&FileId) -> Option<Manifest>,
    ) -> Result<Self, CompactError> {
        let mut reader = Reader(body);
        let (manifest, bases) = compact::read(&mut reader, find)?;
        Ok(Self {
            manifest,
            bases,
            packed: reader.0.to_vec(),
        })
    }
}

/// Positions in the manifest of the chunks that no base has, each chunk once.
pub fn new_chunks(manifest: &Manifest, bases: &[Manifest]) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    let new = runs(manifest, bases)
        .into_iter()
        .filter_map(|run| match run {
            Run::New(start, count) => Some(start..start + count),
            Run::Copy(..) => None,
        });
    new.flatten()
        .filter(|at| {
            manifest
                .chunks
                .get(*at)
                .is_some_and(|chunk| seen.insert(chunk))
        })
        .filter_map(|at| u32::try_from(at).ok())
        .collect()
}

/// The chunks of a base that stand where the new ones of the manifest stand: what they are most like. They
/// are the dictionary with which those are packed, at most [`MAX_DICTIONARY`] bytes. As (base, position).
pub fn dictionary(manifest: &Manifest, bases: &[Manifest]) -> Vec<(usize, u32)> {
    let runs = runs(manifest, bases);
    let mut out = Vec::new();
    let mut room = MAX_DICTIONARY;
    for (at, run) in runs.iter().enumerate() {
        let Run::New(_, count) = run else { continue };
        let before = at.checked_sub(1).and_then(|at| runs.get(at));
        let (base, span) = beside(before, runs.get(at + 1), *count, bases);
        let Some(base_of) = bases.get(base) else {
            continue;
        };
        for (position, chunk) in base_of
            .chunks
            .iter()
            .enumerate()
            .take(span.end)
            .skip(span.start)
        {
            let (Some(left), Ok(position)) =
                (room.checked_sub(chunk.1 as usize), u32::try_from(position))
            else {
                return out;
            };
            room = left;
            out.push((base, position));
        }
    }
    out
}

/// The base's chunks between the run before and the run after, and one to each side.
fn beside(
    before: Option<&Run>,
    after: Option<&Run>,
    count: usize,
    bases: &[Manifest],
) -> (usize, Range<usize>) {
    match (before, after) {
        (Some(&Run::Copy(base, start, len)), Some(&Run::Copy(other, next, _)))
            if other == base && start + len <= next =>
        {
            (base, (start + len).saturating_sub(1)..next + 1)
        }
        (Some(&Run::Copy(base, start, len)), _) => (
            base,
            (start + len).saturating_sub(1)..start + len + count + 1,
        ),
        (_, Some(&Run::Copy(base, next, _))) => (base, next.saturating_sub(count + 1)..next + 1),
        _ => (bases.len(), 0..0),
    }
}

/// What the hub answers to an [`Offer`] and to a [`StateRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing2 {
    /// The hub does not know the file with these chunks, or not the base: offer it whole.
    Unknown,
    /// The bytes of the file that the hub lacks; none when it has the whole file.
    Bytes(Ranges),
}

impl Missing2 {
    /// The body.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Unknown => out.push(0),
            Self::Bytes(ranges) => {
                out.push(1);
                ranges.encode(&mut out);
            }
        }
        out
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`CompactError`].
    pub fn decode(body: &[u8]) -> Result<Self, CompactError> {
        let mut reader = Reader(body);
        let answer = match reader.array()? {
            [0] => Self::Unknown,
            [1] => Self::Bytes(Ranges::read(&mut reader)?),
            _ => return Err(CompactError::Number),
        };
        reader.end()?;
        Ok(answer)
    }
}

/// `POST /v1/files/state`: what does the hub lack of this file, cut like this?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRequest {
    /// The file.
    pub file: FileId,
    /// Its list of chunks.
    pub digest: Digest,
}

impl StateRequest {
    /// The body.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_hash(&mut out, self.file.as_str());
        out.extend_from_slice(&self.digest.0);
        out
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`CompactError`].
    pub fn decode(body: &[u8]) -> Result<Self, CompactError> {
        let mut reader = Reader(body);
        let request = Self::read(&mut reader)?;
        reader.end()?;
        Ok(request)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, CompactError> {
        Ok(Self {
            file: reader.file()?,
            digest: Digest(reader.array()?),
        })
    }
}

/// A chunk, or a piece of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The chunk's position in the manifest.
    pub chunk: u32,
    /// Where in the chunk it begins.
    pub offset: u32,
    /// How long it is.
    pub len: u32,
    /// It is the whole chunk: the manifest has its hash.
    pub whole: bool,
}

/// The pieces of a manifest's chunks that ranges of the file are made of, in order.
pub fn pieces(manifest: &Manifest, ranges: &Ranges) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest: VecDeque<_> = ranges.iter().collect();
    let mut start = 0;
    for (at, chunk) in (0..).zip(&manifest.chunks) {
        let end = start + u64::from(chunk.1);
        while let Some(range) = rest.front().filter(|range| range.start < end) {
            let piece = range.start.max(start)..range.end.min(end);
            out.extend(piece_of(at, start, chunk.1, &piece));
            if range.end > end {
                break;
            }
            rest.pop_front();
        }
        start = end;
    }
    out
}

fn piece_of(chunk: u32, start: u64, size: u32, range: &Range<u64>) -> Option<Piece> {
    let offset = u32::try_from(range.start.checked_sub(start)?).ok()?;
    let len = u32::try_from(range.end.checked_sub(range.start)?).ok()?;
    (len > 0).then_some(Piece {
        chunk,
        offset,
        len,
        whole: len == size,
    })
}

/// The head of `POST /v1/files/put`: what the bytes after it are. The device signs the head, and the head
/// and the manifest name every byte by a hash: the hub keeps each piece as it arrives, before the call ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The file, which was offered before.
    pub file: FileId,
    /// Its list of chunks.
    pub digest: Digest,
    /// The bytes that follow are one zstd frame.
    pub zstd: bool,
    /// Which bytes of the file follow, one after the other.
    pub ranges: Ranges,
    /// BLAKE3 of each of [`pieces`] that is not a whole chunk, in order.
    pub hashes: Vec<[u8; 32]>,
}

impl Put {
    /// The head, with its length before it.
    pub fn encode(&self) -> Vec<u8> {
        let mut head = Vec::new();
        put_hash(&mut head, self.file.as_str());
        head.extend_from_slice(&self.digest.0);
        head.push(u8::from(self.zstd));
        self.ranges.encode(&mut head);
        put_varint(&mut head, self.hashes.len() as u64);
        self.hashes
            .iter()
            .for_each(|hash| head.extend_from_slice(hash));
        let len = u32::try_from(head.len()).unwrap_or(u32::MAX);
        [&len.to_le_bytes()[..], &head].concat()
    }

    /// How many bytes of a body its head takes, once the first four are there.
    ///
    /// # Errors
    /// [`CompactError::Number`] for a head longer than [`MAX_HEAD`].
    pub fn head_len(body: &[u8]) -> Result<Option<usize>, CompactError> {
        let Some(len) = body.first_chunk::<4>() else {
            return Ok(None);
        };
        let len = u32::from_le_bytes(*len) as usize;
        (len <= MAX_HEAD)
            .then_some(Some(4 + len))
            .ok_or(CompactError::Number)
    }

    /// Reads a head, as [`Put::encode`] gave it.
    ///
    /// # Errors
    /// [`CompactError`].
    pub fn decode(head: &[u8]) -> Result<Self, CompactError> {
        let mut reader = Reader(head);
        let _: [u8; 4] = reader.array()?;
        let StateRequest { file, digest } = StateRequest::read(&mut reader)?;
        let [zstd] = reader.array()?;
        let ranges = Ranges::read(&mut reader)?;
        let count = reader.count(MAX_PIECES)?;
        let hashes = (0..count)
            .map(|_| reader.array::<HASH>())
            .collect::<Result<_, _>>()?;
        reader.end()?;
        if ranges.len() > MAX_PUT as u64 {
            return Err(CompactError::Number);
        }
        Ok(Self {
            file,
            digest,
            zstd: zstd != 0,
            ranges,
            hashes,
        })
    }
}

/// The answer to a [`Put`]: how many bytes of the file the hub still lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left(pub u64);

impl Left {
    /// The body.
    pub fn encode(self) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, self.0);
        out
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`CompactError`].
    pub fn decode(body: &[u8]) -> Result<Self, CompactError> {
        let mut reader = Reader(body);
        let left = reader.varint()?;
        reader.end()?;
        Ok(Self(left))
    }
}

/// `POST /v1/files/manifest2`: the manifest of a file, relative to files that the device has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRequest2 {
    /// The file.
    pub file: FileId,
    /// Files that the device has, at most [`MAX_BASES`], with their lists of chunks.
    pub bases: Vec<StateRequest>,
}

impl ManifestRequest2 {
    /// The body.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_hash(&mut out, self.file.as_str());
        for base in self.bases.iter().take(MAX_BASES) {
            out.extend(base.encode());
        }
        out
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`CompactError`].
    pub fn decode(body: &[u8]) -> Result<Self, CompactError> {
        let mut reader = Reader(body);
        let file = reader.file()?;
        let mut bases = Vec::new();
        while !reader.0.is_empty() {
            bases.push(StateRequest::read(&mut reader)?);
        }
        (bases.len() <= MAX_BASES)
            .then_some(Self { file, bases })
            .ok_or(CompactError::Number)
    }
}

/// Reads the answer to a [`ManifestRequest2`]: a compact manifest.
///
/// # Errors
/// [`CompactError`].
pub fn read_manifest(
    body: &[u8],
    find: impl FnMut(&FileId) -> Option<Manifest>,
) -> Result<Manifest, CompactError> {
    let mut reader = Reader(body);
    let (manifest, _) = compact::read(&mut reader, find)?;
    reader.end()?;
    Ok(manifest)
}

/// `POST /v1/files/get`: bytes of a file. The answer is those bytes, one range after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Get {
    /// The file: the right to it is checked.
    pub file: FileId,
    /// Which bytes, at most [`MAX_GET`].
    pub ranges: Ranges,
}

impl Get {
    /// The body.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_hash(&mut out, self.file.as_str());
        self.ranges.encode(&mut out);
        out
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`CompactError`].
    pub fn decode(body: &[u8]) -> Result<Self, CompactError> {
        let mut reader = Reader(body);
        let file = reader.file()?;
        let ranges = Ranges::read(&mut reader)?;
        reader.end()?;
        (ranges.len() <= MAX_GET as u64)
            .then_some(Self { file, ranges })
            .ok_or(CompactError::Number)
    }
}
