//! The bytes of chunks on disk: `chunks/ab/cdef…`, named by their BLAKE3.

use crate::storage::Result;
use protocol::files::{ChunkRef, Manifest};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// Writes a chunk's bytes to a new file, down to the disk.
pub type ChunkWrite = fn(&Path, &[u8]) -> io::Result<()>;

/// No write takes this long.
const YOUNG: Duration = Duration::from_secs(3600);

/// The usual [`ChunkWrite`].
///
/// # Errors
/// The disk's.
pub fn write_chunk(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The folder of the chunks.
pub(crate) struct Chunks {
    root: PathBuf,
    write: ChunkWrite,
    temp: AtomicU64,
    /// Read: chunks arrive. Written: those that nobody refers to are swept away.
    sweeping: RwLock<()>,
}

impl Chunks {
    /// Opens the folder and sweeps what an interrupted write left.
    pub(crate) fn open(root: &Path, write: ChunkWrite) -> Result<Self> {
        fs::create_dir_all(root.join("tmp"))?;
        sweep(&root.join("tmp"))?;
        Ok(Self {
            root: root.to_owned(),
            write,
            temp: AtomicU64::new(0),
            sweeping: RwLock::new(()),
        })
    }

    /// Held from before a chunk is put until the database knows it.
    pub(crate) fn arriving(&self) -> RwLockReadGuard<'_, ()> {
        self.sweeping.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Held while it is looked which chunks nobody knows, until they are removed.
    pub(crate) fn sweeping(&self) -> RwLockWriteGuard<'_, ()> {
        self.sweeping
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The chunks whose hash begins with these two digits, with their lengths.
    pub(crate) fn shelf(&self, shelf: &str) -> io::Result<Vec<(String, u64)>> {
        let entries = match fs::read_dir(self.root.join(shelf)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let named = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            let name = entry.file_name();
            Ok((
                format!("{shelf}{}", name.to_string_lossy()),
                entry.metadata()?.len(),
            ))
        };
        entries.map(named).collect()
    }

    /// Removes a chunk. Who calls this holds [`Chunks::sweeping`] and knows that nobody refers to it.
    pub(crate) fn remove(&self, hash: &str) -> io::Result<()> {
        fs::remove_file(self.path(hash))
    }

    /// Where a chunk lies. `hash` is 64 hex digits, checked by the callers.
    pub(crate) fn path(&self, hash: &str) -> PathBuf {
        let (shelf, name) = hash.split_at_checked(2).unwrap_or(("", hash));
        self.root.join(shelf).join(name)
    }

    /// Keeps a chunk. It is there as a whole or not at all.
    pub(crate) fn put(&self, hash: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path(hash);
        if path.exists() {
            return Ok(());
        }
        let n = self.temp.fetch_add(1, Ordering::Relaxed);
        let temp = self.root.join(format!("tmp/{}-{n}", std::process::id()));
        let written = (self.write)(&temp, bytes).and_then(|()| settle(&temp, &path));
        if written.is_err() {
            let _ = fs::remove_file(&temp);
        }
        Ok(written?)
    }

    /// Whether the bytes are there, in their whole length.
    pub(crate) fn has(&self, chunk: &ChunkRef) -> bool {
        let found = fs::metadata(self.path(&chunk.0));
        found.is_ok_and(|found| found.len() == u64::from(chunk.1))
    }

    /// The bytes of a chunk.
    pub(crate) fn get(&self, hash: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(hash))
    }

    /// Whether the chunks of a manifest make the file that it names.
    pub(crate) fn is_whole(&self, manifest: &Manifest) -> Result<bool> {
        let mut hasher = blake3::Hasher::new();
        for chunk in &manifest.chunks {
            let bytes = self.get(&chunk.0)?;
            if bytes.len() != chunk.1 as usize {
                return Ok(false);
            }
            hasher.update(&bytes);
        }
        Ok(hasher.finalize().to_hex().as_str() == manifest.file.as_str())
    }
}

/// Removes what interrupted writes left. What is young may be another process's, at work now.
fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let changed = entry.metadata()?.modified()?;
        if changed.elapsed().is_ok_and(|age| age > YOUNG) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Moves a written file to its place; the folder is synced so that the name survives a power cut.
fn settle(temp: &Path, path: &Path) -> io::Result<()> {
    let Some(shelf) = path.parent() else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    fs::create_dir_all(shelf)?;
    world::disk::rename(temp, path)
}
