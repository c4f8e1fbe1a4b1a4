//! Backup while running, and restore.
//!
//! A backup holds the databases. The chunks of files never change once written, so any tool can copy
//! the folder `chunks` at any time after; [`restore`] notes which of them are missing, and devices are
//! asked for them again.

use crate::Hub;
use crate::error::Failure;
use crate::files::{Chunks, write_chunk};
use crate::state::{EPOCH, fresh_epoch};
use crate::storage::sqlite::{SqliteLog, SqliteRegistry};
use crate::storage::{LogStore, Registry, StorageError};
use std::fs;
use std::path::{Path, PathBuf};

/// Why a restore was not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder is no backup.
    #[error("{0} holds no centro.db: it is no backup")]
    NoBackup(PathBuf),
    /// A hub is running on the data.
    #[error("a hub is running on this data: stop it first")]
    Running,
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        StorageError::from(error).into()
    }
}

impl Hub {
    /// Copies all databases to `data/backup/<ms>` while the hub works on, and answers the folder.
    ///
    /// # Errors
    /// The storage's; what was copied is removed.
    pub fn backup(&self) -> Result<PathBuf, Failure> {
        let root = self.config().data.join("backup");
        let name = self.now().to_string();
        let temp = root.join(format!("{name}.part"));
        let done = root.join(&name);
        let copied = self.copy_to(&temp).and_then(|()| {
            fs::rename(&temp, &done)?;
            Ok(())
        });
        if let Err(error) = copied {
            let _ = fs::remove_dir_all(&temp);
            return Err(error.into());
        }
        Ok(done)
    }

    /// The registry last: then it knows every device that the logs name.
    fn copy_to(&self, folder: &Path) -> Result<(), StorageError> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder.join("comuni"))?;
        for (comune, store) in self.opened() {
            store.backup(&folder.join(format!("comuni/{comune}.db")))?;
        }
        self.registry().backup(&folder.join("centro.db"))
    }
}

/// Replaces the databases in `data` by those of a backup and gives the hub a new epoch. What was there
/// is kept beside it, in `prima-del-ripristino-<epoch>`.
///
/// # Errors
/// [`BackupError`]; then nothing was changed, or what was moved aside can be moved back.
pub fn restore(backup: &Path, data: &Path) -> Result<PathBuf, BackupError> {
    if !backup.join("centro.db").exists() {
        return Err(BackupError::NoBackup(backup.to_owned()));
    }
    fs::create_dir_all(data)?;
    let _lock = lock(data)?;
    let epoch = fresh_epoch()?;
    let staged = data.join("ripristino.part");
    stage(backup, &staged, &epoch, data)?;
    let aside = data.join(format!(
        "prima-del-ripristino-{}",
        u64::from_le_bytes(epoch)
    ));
    fs::create_dir_all(&aside)?;
    for name in [
        "centro.db",
        "centro.db-wal",
        "centro.db-shm",
        "comuni",
        "stato",
    ] {
        if data.join(name).exists() {
            fs::rename(data.join(name), aside.join(name))?;
        }
    }
    for name in ["comuni", "centro.db"] {
        fs::rename(staged.join(name), data.join(name))?;
    }
    fs::remove_dir_all(&staged)?;
    Ok(aside)
}

/// Copies and checks a backup beside the data, so that a broken one is found before anything moves.
fn stage(backup: &Path, staged: &Path, epoch: &[u8], data: &Path) -> Result<(), BackupError> {
    if staged.exists() {
        fs::remove_dir_all(staged)?;
    }
    fs::create_dir_all(staged.join("comuni"))?;
    fs::copy(backup.join("centro.db"), staged.join("centro.db"))?;
    let registry = SqliteRegistry::open(&staged.join("centro.db"))?;
    registry.set_setting(EPOCH, epoch)?;
    let chunks = Chunks::open(&data.join("chunks"), write_chunk)?;
    for entry in fs::read_dir(backup.join("comuni"))? {
        let entry = entry?;
        let copy = staged.join("comuni").join(entry.file_name());
        fs::copy(entry.path(), &copy)?;
        note_missing_chunks(&SqliteLog::open(&copy, None)?, &chunks)?;
    }
    Ok(())
}

fn note_missing_chunks(store: &dyn LogStore, chunks: &Chunks) -> Result<(), StorageError> {
    store.writing(|tx| {
        for manifest in tx.complete_files()? {
            let missing = |chunk: &&_| !chunks.has(chunk);
            for chunk in manifest.chunks.iter().filter(missing) {
                tx.lose_chunk(chunk, &manifest.file)?;
            }
        }
        Ok(())
    })
}

/// Held by the running service, and by a restore.
pub(crate) fn lock(data: &Path) -> Result<fs::File, BackupError> {
    let file = fs::File::create(data.join("hub.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(BackupError::Running),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}
