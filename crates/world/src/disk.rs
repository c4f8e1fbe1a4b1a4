//! Files that are there as a whole or not at all, and stay after a power cut.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the names of files end with that are being written.
const PART: &str = ".part";

/// The name beside a file under which it is written.
fn beside(path: &Path) -> PathBuf {
    let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
    name.push(PART);
    path.with_file_name(name)
}

/// Writes a file as a whole: until it is on the disk, the old one, or none, is there.
///
/// # Errors
/// The disk's; the old file is as it was.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = beside(path);
    let written = File::create(&part)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| settle(&part, path));
    if written.is_err() {
        // Half a file is of no use; where it cannot be removed, the next one takes its place.
        let _ = fs::remove_file(&part);
    }
    written
}

/// Gives a written file its name: what is in it is on the disk before, and the name after.
///
/// # Errors
/// The disk's.
pub fn settle(part: &Path, path: &Path) -> io::Result<()> {
    // For writing: elsewhere than on Unix a file that was opened for reading cannot be synced.
    File::options().write(true).open(part)?.sync_all()?;
    rename(part, path)
}

/// Gives its name to a file that is on the disk already; the name survives a power cut.
///
/// # Errors
/// The disk's.
pub fn rename(part: &Path, path: &Path) -> io::Result<()> {
    fs::rename(part, path)?;
    sync_folder(path)
}

/// The folder of a file is on the disk with its names. Not every system lets a folder be synced.
///
/// # Errors
/// The disk's.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_what_fails_leaves_the_old_one() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("world-disk-{}", std::process::id()));
        let path = folder.join("lista.fide");
        fs::create_dir_all(&folder)?;
        write(&path, b"uno")?;
        write(&path, b"due")?;
        assert_eq!(fs::read(&path)?, b"due");
        // Nothing can be written beside it: a folder stands there.
        fs::create_dir(beside(&path))?;
        assert!(write(&path, b"tre").is_err());
        assert_eq!(fs::read(&path)?, b"due");
        fs::remove_dir(beside(&path))?;
        // Nor can a folder be replaced; nothing stays behind.
        let full = folder.join("piena");
        fs::create_dir_all(full.join("cosa"))?;
        assert!(write(&full, b"quattro").is_err());
        assert!(!beside(&full).exists());
        fs::remove_dir_all(&folder)
    }
}
