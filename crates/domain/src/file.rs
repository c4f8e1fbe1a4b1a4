//! A file as pages and acts refer to it.

use crate::FileId;
use serde::{Deserialize, Serialize};

/// A reference to an immutable file. The bytes travel apart, as verified chunks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileRef {
    /// BLAKE3 of the bytes.
    pub id: FileId,
    /// The name people see, with its extension (`avviso.pdf`).
    pub name: String,
    /// IANA media type (`application/pdf`), as recognised from the bytes, not from the name.
    pub media: String,
    /// Length in bytes.
    pub size: u64,
}
