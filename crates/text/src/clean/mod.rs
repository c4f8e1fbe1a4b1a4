//! What people bring along: the clipboard of Word, LibreOffice and the web, and Word files.
//!
//! One way for all: a reader (`html`, `docx`) tells a builder what it meets, the builder makes blocks, and last
//! of all the result, written as plain HTML, goes through ammonia and is read again: nothing comes out that a
//! second, independent judge would not let pass.

mod build;
mod docx;
mod html;
mod link;
mod net;
mod style;
mod tables;

use domain::sito::RichText;
use serde::{Deserialize, Serialize};

/// The longest HTML or plain text taken, in bytes.
pub const MAX_HTML: usize = 8 << 20;
/// The longest Word file taken, in bytes.
pub const MAX_DOCX: usize = 50 << 20;

/// What came of a paste or an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The text, normal.
    pub text: RichText,
    /// What the person should know, in a fixed order, each kind once.
    pub notes: Vec<Note>,
    /// Images that came inside, in reading order. They go to the media library, and need an alternative text.
    pub images: Vec<PastedImage>,
}

/// An image that came inside a paste or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastedImage {
    /// It stood before this block of the text; the number of blocks if at the end.
    pub block: usize,
    /// `image/png` or `image/jpeg`, as recognised from the bytes.
    pub media: String,
    /// What the source says the image shows; often empty or useless.
    pub alt: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What could not come along, or was changed. The words for people are in `l10n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Note {
    /// Links to files of the PC or the local network were removed, their text kept.
    LocalLinks {
        /// How many.
        count: usize,
        /// Names of the files, at most 20: they may be worth attaching.
        names: Vec<String>,
    },
    /// Links that cannot stand in a page (scripts, data, relative addresses) were removed, their text kept.
    OtherLinks {
        /// How many.
        count: usize,
    },
    /// Images that were not inside, or not PNG or JPEG, were left out.
    Images {
        /// How many.
        count: usize,
    },
    /// Headings got another level: 2 is the first, and none is skipped.
    Headings {
        /// How many.
        count: usize,
    },
    /// Cells that spanned columns or rows were written out, their text repeated.
    MergedCells {
        /// How many.
        count: usize,
    },
    /// Tables inside cells became lines of text.
    NestedTables {
        /// How many.
        count: usize,
    },
    /// Tables without a row of headers: is the first row one?
    NoHeaderRow {
        /// How many.
        count: usize,
    },
    /// The text was longer than a page may be; the end is missing.
    Shortened,
}

/// Why nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CleanError {
    /// Larger than [`MAX_HTML`] or [`MAX_DOCX`].
    #[error("the text to paste or import is too large")]
    TooLarge,
    /// Not a Word file, or a damaged one.
    #[error("this is not a readable Word file")]
    NotWord,
    /// A file made to swell beyond all measure when unpacked.
    #[error("the file unpacks to far more than it says")]
    Bomb,
    /// Made so that reading it would take for ever.
    #[error("the text to paste is too involved to be read")]
    TooInvolved,
}

/// Cleans HTML as it comes from a clipboard or a file.
///
/// # Errors
/// [`CleanError::TooLarge`], [`CleanError::TooInvolved`].
pub fn clean_html(html: &str) -> Result<Cleaned, CleanError> {
    if html.len() > MAX_HTML {
        return Err(CleanError::TooLarge);
    }
    net::strain(html::read(html)?)
}

/// Cleans plain text: a paragraph per line, empty lines dropped, lines with a bullet made a list.
///
/// # Errors
/// [`CleanError::TooLarge`].
pub fn clean_plain(text: &str) -> Result<Cleaned, CleanError> {
    if text.len() > MAX_HTML {
        return Err(CleanError::TooLarge);
    }
    let mut builder = build::Builder::default();
    for line in text.lines() {
        builder.text(line, &build::Look::default());
        builder.end_block();
    }
    net::strain(builder.finish())
}

/// Reads a Word file (.docx).
///
/// # Errors
/// [`CleanError::TooLarge`], [`CleanError::NotWord`], [`CleanError::Bomb`].
pub fn import_docx(bytes: &[u8]) -> Result<Cleaned, CleanError> {
    if bytes.len() > MAX_DOCX {
        return Err(CleanError::TooLarge);
    }
    net::strain(docx::read(bytes)?)
}
