//! What the hub keeps, behind traits: SQLite now, a larger engine for a region later.
//!
//! All calls block; the HTTP side makes them on blocking threads.

mod centro;
mod comune;
pub mod sqlite;

pub use centro::{Account, Comune, Device, NewCode, Redeemed, Registry};
use std::path::Path;
use std::sync::Arc;

pub use comune::{
    Entry, FileState, LogStore, PublicPage, RawEntry, SiteChange, StoredText, Stretch, Tx, Window,
};

/// Opens the databases of a hub, and makes those that are not there.
pub trait Databases: Send + Sync {
    /// The control database.
    ///
    /// # Errors
    /// Where it cannot be opened, or was written by a later hub.
    fn registry(&self, path: &Path) -> Result<Box<dyn Registry>>;
    /// A comune's database, of at most so many pages of 4 kB.
    ///
    /// # Errors
    /// Where it cannot be opened, or was written by a later hub.
    fn log(&self, path: &Path, max_pages: Option<u32>) -> Result<Arc<dyn LogStore>>;
}

/// Why the storage could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A database was written by a later version of the hub.
    #[error(
        "{file} was written by a later version of the hub (schema {found}, this one knows {known}): use that version"
    )]
    Newer {
        /// The database's file name.
        file: String,
        /// Its schema.
        found: i64,
        /// The last schema that this build knows.
        known: i64,
    },
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The comune's files would take more than this many bytes.
    #[error("the comune's files would take more than {0} bytes")]
    Quota(u64),
    /// What was stored cannot be read back.
    #[error("what is stored cannot be read: {0}")]
    Damaged(#[from] serde_json::Error),
    /// The storage reported success without doing the work.
    #[error("the storage did not do the work")]
    NothingDone,
    /// The database failed.
    #[error(transparent)]
    Database(rusqlite::Error),
    /// The disk failed.
    #[error(transparent)]
    Disk(std::io::Error),
}

/// A result of the storage.
pub type Result<T> = std::result::Result<T, StorageError>;

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error),
        }
    }
}

impl From<std::io::Error> for StorageError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full,
            _ => Self::Disk(error),
        }
    }
}
