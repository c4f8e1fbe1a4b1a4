//! Why a document was not signed.

use super::Active;
use crate::pdf::PdfError;
use serde::{Deserialize, Serialize};

/// Why a document cannot be signed, or was not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum PadesError {
    /// The file itself: damaged, encrypted, hybrid …
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// Certified with `DocMDP` 1, or signed in a field whose lock says the same (`/P` 1): no change is allowed, not even
    /// a signature (ISO 32000-2, 12.8.2.2 and table 236).
    #[error("certified against any change")]
    Certified,
    /// Certified, or signed in a field whose lock says what may follow: signatures may be added, but no new visible
    /// field may be laid over what stood there.
    #[error("certified: a stamp needs a field that the author laid out")]
    CertifiedStamp,
    /// Signed already, and the stamp would hide more of its page than a later signature may.
    #[error("the stamp hides too much of a signed page")]
    LargeStamp,
    /// An earlier signature locks this field (`FieldMDP`, 12.8.2.4), or every field that could be added.
    #[error("field locked: {0}")]
    FieldLocked(String),
    /// No signature field has this name.
    #[error("no signature field: {0}")]
    NoSuchField(String),
    /// The field holds a signature already.
    #[error("signed already: {0}")]
    FieldTaken(String),
    /// The field asks for a kind of signature that is not made here (`/SV`, 12.7.5.5).
    #[error("the field asks for another kind of signature: {0}")]
    SeedValue(String),
    /// The document has fewer pages.
    #[error("no page {0}")]
    NoSuchPage(usize),
    /// It holds code, or content that is elsewhere: what is shown could change without a byte changing (DPCM
    /// 22 February 2013, art. 4).
    #[error("active content: {0:?}")]
    Active(Vec<Active>),
    /// A document with a signature can be certified no more (12.8.2.2.1: the certification comes first).
    #[error("signed already: too late to certify")]
    CertifyTooLate,
    /// The stamp's text has a sign that its font has not.
    #[error("no glyph for {0:?}")]
    NoGlyph(char),
    /// The signature needs more room than was kept: draft again with this much, and sign again.
    #[error("{needed} bytes needed, {reserved} kept")]
    TooSmall {
        /// Bytes of the CMS.
        needed: usize,
        /// Bytes kept for it.
        reserved: usize,
    },
}

impl From<std::io::Error> for PadesError {
    fn from(error: std::io::Error) -> Self {
        Self::Pdf(error.into())
    }
}
