//! Files that are there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Writes a file beside its place and then moves it there, on disk before it has its name; a power cut leaves the old
/// file, or none. `write` fills it; `check` sees the finished file under its passing name and may still refuse.
///
/// # Errors
/// Those of the disk and of the two functions; nothing is left behind then.
pub fn write_atomically<T, E: From<Error>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T, E>,
    check: impl FnOnce(&Path, &T) -> Result<(), E>,
) -> Result<T, E> {
    let (file, passing) = beside(path)?;
    let outcome = fill(file, &passing, write, check);
    let outcome = outcome.and_then(|written| {
        std::fs::rename(&passing, path)?;
        Ok(written)
    });
    if outcome.is_err() {
        let _gone = std::fs::remove_file(&passing);
        return outcome;
    }
    sync_folder(path)?;
    outcome
}

fn fill<T, E: From<Error>>(
    file: File,
    passing: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T, E>,
    check: impl FnOnce(&Path, &T) -> Result<(), E>,
) -> Result<T, E> {
    let mut out = BufWriter::with_capacity(64 * 1024, file);
    let written = write(&mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    drop(out);
    check(passing, &written)?;
    Ok(written)
}

/// A new file in the same folder, so that the move stays on one disk.
fn beside(path: &Path) -> Result<(File, PathBuf), Error> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
    loop {
        let mut passing = std::ffi::OsString::from(".");
        passing.push(name);
        passing.push(format!(
            ".{}-{}.part",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        let passing = path.with_file_name(passing);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&passing)
        {
            Ok(file) => return Ok((file, passing)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// On Unix the name is on disk once the folder is.
fn sync_folder(path: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
