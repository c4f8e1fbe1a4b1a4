//! Why a file cannot be read.

use serde::{Deserialize, Serialize};

/// Why a PDF cannot be read as it stands. Nothing is ever repaired: a file that two programs could read in two
/// ways is no ground for a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum PdfError {
    /// The system's trouble with the file.
    #[error("reading: {0}")]
    Io(String),
    /// It does not begin with `%PDF-` (ISO 32000-2, 7.5.2).
    #[error("not a PDF")]
    NotPdf,
    /// The bytes at an offset are not what ISO 32000-2 says must be there.
    #[error("damaged at byte {at}: {what}")]
    Damaged {
        /// Where, in bytes from the beginning.
        at: u64,
        /// What was looked for.
        what: String,
    },
    /// It is encrypted (`/Encrypt`, 7.6).
    #[error("encrypted")]
    Encrypted,
    /// It is a hybrid-reference file (`/XRefStm`, 7.5.8.4): old and new readers see different objects.
    #[error("hybrid-reference file")]
    Hybrid,
    /// It would be longer than offsets in a signature can say.
    #[error("larger than 2 GiB")]
    TooLarge,
    /// It asks for more than the bounds of this reader: depth, size or count.
    #[error("beyond bounds: {0}")]
    TooMuch(String),
}

impl PdfError {
    pub(crate) fn damaged(at: u64, what: &str) -> Self {
        Self::Damaged {
            at,
            what: what.to_owned(),
        }
    }
}

impl From<std::io::Error> for PdfError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
