//! Reading PDF (ISO 32000-2) the way a judge of signatures must: strictly, and revision by revision.
//!
//! The libraries at hand load a whole file, repair it silently and see only its last state. A signature is about
//! exact bytes and about what an earlier state of the file showed, so this reader never repairs, keeps every
//! cross-reference section apart, reads objects only when they are asked for (a scan of 100 MB costs the memory
//! of its small objects), and bounds depth, size and count of whatever the bytes claim.

mod error;
mod file;
mod filter;
mod object;
mod parse;
mod source;
mod update;
mod write;
mod xref;

pub use error::PdfError;
pub(crate) use file::{File, View};
pub(crate) use object::{Dict, Id, Object, text};
pub(crate) use parse::{Lexer, is_white, spans};
pub(crate) use source::{Ranges, Source};
pub(crate) use update::{Update, Written};
pub(crate) use xref::{Entry, Flavour, Section};

use jiff::Timestamp;
use pdf_writer::Date;

/// Whether bytes are meant as a PDF: the header stands within the first 1024 (ISO 32000-2, annex I). What begins as a
/// DER sequence is a signature around one.
#[must_use]
pub fn is_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    head.windows(5).any(|window| window == b"%PDF-") && bytes.first() != Some(&0x30)
}

/// A time in UTC (ISO 32000-2, 7.9.4).
pub(crate) fn date(time: Timestamp) -> Date {
    let time = time.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |value: i8| value.unsigned_abs();
    Date::new(time.year().unsigned_abs())
        .month(part(time.month()))
        .day(part(time.day()))
        .hour(part(time.hour()))
        .minute(part(time.minute()))
        .second(part(time.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
