//! A folder on a stick: what is on it, and writing so that a file is there as a whole or not at all.

use super::StickError;
use bundle::{BundleError, EXTENSION, Head};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The most files looked at.
const MANY: usize = 1000;
/// What stands before the ending in the name of an answer.
const ANSWER: &str = "risposta";

/// A bundle on a stick.
#[derive(Debug)]
pub struct Found {
    /// Where.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Whose it is, or what is wrong with it.
    pub head: Result<Head, BundleError>,
}

impl Found {
    /// The name of the file.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// The bundles in a folder, by name. Of each only the head is read.
///
/// # Errors
/// [`StickError::Gone`].
pub fn scan(folder: &Path) -> Result<Vec<Found>, StickError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)?.take(MANY) {
        let path = entry?.path();
        if path.extension() != Some(OsStr::new(EXTENSION)) || !path.is_file() {
            continue;
        }
        let size = fs::metadata(&path)?.len();
        let head = File::open(&path)
            .map_err(BundleError::from)
            .and_then(|mut file| Ok(Head::read(&mut file)?.0));
        found.push(Found { path, size, head });
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The name of the answer to the bundle of this name.
pub fn answer_name(bundle: &str) -> String {
    let stem = bundle.strip_suffix(".rete").unwrap_or(bundle);
    format!("{stem}.{ANSWER}.{EXTENSION}")
}

/// The first free name of the form `roccaverano-2026-11-26-1.rete`.
pub(super) fn free_name(folder: &Path, stem: &str) -> String {
    let name = |number: u32| format!("{stem}-{number}.{EXTENSION}");
    (1..u32::MAX)
        .map(name)
        .find(|name| !folder.join(name).exists())
        .unwrap_or_else(|| name(0))
}

/// A file that is not there before [`Careful::keep`]; given up, it leaves nothing behind.
pub(super) struct Careful {
    part: PathBuf,
    to: PathBuf,
    kept: bool,
}

impl Careful {
    /// Opens it for writing under a name that nobody looks at.
    pub fn create(to: &Path) -> Result<(Self, File), StickError> {
        let part = to.with_extension("part");
        let file = File::create(&part)?;
        let to = to.to_owned();
        let kept = false;
        Ok((Self { part, to, kept }, file))
    }

    /// What was written is on the disk, and gets its name.
    pub fn keep(mut self, file: &File) -> Result<(), StickError> {
        file.sync_all()?;
        fs::rename(&self.part, &self.to)?;
        self.kept = true;
        // Not every system lets a folder be synced; the file itself is on the disk.
        let _ = world::disk::sync_folder(&self.to);
        Ok(())
    }
}

impl Drop for Careful {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Copies a bundle; nobody can change the copy between two readings.
pub(super) fn copy(from: &Path, to: &Path) -> Result<u64, StickError> {
    use std::io::Read;
    let mut source = File::open(from)?.take(bundle::MAX_BUNDLE + 1);
    let (careful, mut file) = Careful::create(to)?;
    let size = std::io::copy(&mut source, &mut file)?;
    if size > bundle::MAX_BUNDLE {
        return Err(BundleError::TooLarge.into());
    }
    careful.keep(&file)?;
    Ok(size)
}
