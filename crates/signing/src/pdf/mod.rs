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
