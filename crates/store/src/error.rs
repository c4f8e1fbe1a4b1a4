//! What can go wrong, in the kinds that a caller treats differently.

use domain::Refusal;

/// A failure of the workspace.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key does not open this workspace.
    #[error("the key does not open this workspace")]
    WrongKey,
    /// The file is damaged.
    #[error("the workspace is damaged: {0}")]
    Damaged(String),
    /// The disk is full; nothing was written.
    #[error("the disk is full")]
    Full,
    /// The workspace was written by a newer version of the app.
    #[error("the workspace has schema {found}, this app knows {known}")]
    Newer {
        /// Its schema.
        found: u32,
        /// The newest schema this build knows.
        known: u32,
    },
    /// This device is not enrolled yet.
    #[error("this device is not enrolled")]
    NotEnrolled,
    /// There is no such thing here.
    #[error("not found: {0}")]
    NotFound(String),
    /// A rule of the domain does not allow it.
    #[error("refused: {:?}", .0.code)]
    Refused(Box<Refusal>),
    /// The text is longer than allowed ([`crate::MAX_TEXT`]).
    #[error("the text has {chars} characters, {max} are allowed")]
    TextTooLong {
        /// Its length in characters.
        chars: usize,
        /// The limit in characters.
        max: usize,
    },
    /// The file is larger than allowed ([`protocol::files::MAX_FILE`]).
    #[error("the file is larger than {max} bytes")]
    FileTooLarge {
        /// The limit in bytes.
        max: u64,
    },
    /// Bytes from outside are not what they claim to be.
    #[error("bad bytes: {0}")]
    BadBytes(String),
    /// The text could not be read or edited.
    #[error("text: {0}")]
    Text(String),
    /// Reading a file to be added failed, or making the workspace's folder.
    #[error("input/output: {0}")]
    Io(std::io::Error),
    /// Any other failure of the database.
    #[error("database: {0}")]
    Sql(rusqlite::Error),
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase};
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::Full,
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Sql(error),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(format!("a stored value cannot be read: {error}"))
    }
}

impl From<getrandom::Error> for StoreError {
    fn from(error: getrandom::Error) -> Self {
        Self::Io(std::io::Error::other(error.to_string()))
    }
}
