//! Pieces of chunks that are not whole yet: `pieces/COMUNE/HASH-OFFSET`.
//!
//! They are a comune's own, as its right to a chunk is: nobody completes a chunk with what others brought.
//! They are not forced to the disk; what a power cut takes is missing again, and is asked for again.

use crate::storage::Result;
use domain::ComuneId;
use protocol::files::ChunkRef;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The folder of the pieces.
pub(crate) struct Pieces {
    root: PathBuf,
    temp: AtomicU64,
}

/// What is here of chunks, by their hash.
pub(crate) type Held = BTreeMap<String, Vec<Range<u64>>>;

impl Pieces {
    pub(crate) fn open(root: &Path) -> Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self {
            root: root.to_owned(),
            temp: AtomicU64::new(0),
        })
    }

    fn folder(&self, comune: &ComuneId) -> PathBuf {
        self.root.join(comune.as_str())
    }

    fn path(&self, comune: &ComuneId, hash: &str, offset: u64) -> PathBuf {
        self.folder(comune).join(format!("{hash}-{offset}"))
    }

    /// What a comune has of chunks that are not whole.
    pub(crate) fn held(&self, comune: &ComuneId) -> Result<Held> {
        let mut held = Held::new();
        for (hash, offset, len) in self.list(comune)? {
            held.entry(hash).or_default().push(offset..offset + len);
        }
        Ok(held)
    }

    fn list(&self, comune: &ComuneId) -> Result<Vec<(String, u64, u64)>> {
        let entries = match fs::read_dir(self.folder(comune)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut out = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().and_then(|name| name.split_once('-'));
            if let Some((hash, offset)) = name
                && let Ok(offset) = offset.parse()
            {
                // It may have become part of a whole chunk meanwhile.
                let len = entry.metadata().map_or(0, |meta| meta.len());
                out.push((hash.to_owned(), offset, len));
            }
        }
        Ok(out)
    }

    /// Keeps a piece; of two that begin at the same place, the longer one.
    pub(crate) fn put(
        &self,
        comune: &ComuneId,
        hash: &str,
        offset: u64,
        bytes: &[u8],
    ) -> Result<()> {
        let path = self.path(comune, hash, offset);
        let known = fs::metadata(&path).map_or(0, |meta| meta.len());
        if known >= bytes.len() as u64 {
            return Ok(());
        }
        fs::create_dir_all(self.folder(comune))?;
        // The call that was cut may still be at work here while the one that goes on brings the same.
        let n = self.temp.fetch_add(1, Ordering::Relaxed);
        let temp = path.with_extension(format!("{}-{n}", std::process::id()));
        let written = fs::write(&temp, bytes).and_then(|()| fs::rename(&temp, &path));
        if written.is_err() {
            let _ = fs::remove_file(&temp);
        }
        Ok(written?)
    }

    /// The chunk, where the pieces make it; they are removed then, and as well where they make another.
    pub(crate) fn join(&self, comune: &ComuneId, chunk: &ChunkRef) -> Result<Option<Vec<u8>>> {
        let mut mine: Vec<_> = self.list(comune)?;
        mine.retain(|(hash, ..)| *hash == chunk.0);
        mine.sort_by_key(|(_, offset, _)| *offset);
        let mut whole = Vec::with_capacity(chunk.1 as usize);
        for (hash, offset, _) in &mine {
            let bytes = match fs::read(self.path(comune, hash, *offset)) {
                // Another call joined it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                bytes => bytes?,
            };
            let known = whole.len() as u64;
            let Some(skip) = known.checked_sub(*offset) else {
                return Ok(None);
            };
            let skip = usize::try_from(skip).unwrap_or(usize::MAX);
            whole.extend_from_slice(bytes.get(skip..).unwrap_or_default());
        }
        if whole.len() < chunk.1 as usize {
            return Ok(None);
        }
        self.drop_chunk(comune, &chunk.0)?;
        let right = blake3::hash(&whole).to_hex().as_str() == chunk.0;
        Ok(right.then_some(whole))
    }

    /// Forgets the pieces of a chunk.
    pub(crate) fn drop_chunk(&self, comune: &ComuneId, hash: &str) -> Result<()> {
        for (piece, offset, _) in self.list(comune)? {
            if piece == hash {
                remove(&self.path(comune, hash, offset))?;
            }
        }
        Ok(())
    }

    /// Removes what nobody went on with for this long, of every comune. Gives how many pieces and bytes.
    pub(crate) fn sweep(&self, older: Duration, really: bool) -> Result<(u64, u64)> {
        let (mut count, mut bytes) = (0, 0);
        for folder in fs::read_dir(&self.root)? {
            for entry in fs::read_dir(folder?.path())? {
                let entry = entry?;
                let meta = match entry.metadata() {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    meta => meta?,
                };
                if meta.modified()?.elapsed().is_ok_and(|age| age > older) {
                    count += 1;
                    bytes += meta.len();
                    if really {
                        remove(&entry.path())?;
                    }
                }
            }
        }
        Ok((count, bytes))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
    use super::*;
    use std::thread;

    /// A call that was cut goes on here for a while beside the one that takes over from it.
    #[test]
    fn two_calls_may_bring_the_same_pieces_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pieces = Pieces::open(folder.path()).unwrap();
        let comune = ComuneId::new("005094");
        for round in 0..200_u32 {
            let bytes: Vec<u8> = (0..64_u32).map(|n| (n * 7 + round) as u8).collect();
            let chunk = ChunkRef(blake3::hash(&bytes).to_hex().to_string(), 64);
            let call = || {
                let mut joined = None;
                for (offset, piece) in [(0, &bytes[..32]), (32, &bytes[32..])] {
                    pieces.put(&comune, &chunk.0, offset, piece).unwrap();
                    joined = joined.or(pieces.join(&comune, &chunk).unwrap());
                }
                joined
            };
            let joined = thread::scope(|scope| {
                let calls = [scope.spawn(call), scope.spawn(call), scope.spawn(call)];
                calls.map(|call| call.join().unwrap())
            });
            assert!(joined.iter().flatten().all(|whole| *whole == bytes));
            assert!(joined.iter().any(Option::is_some), "somebody joined it");
        }
    }
}
