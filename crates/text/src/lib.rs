//! The text of co-edited pages, and the cleaning of what people paste.
//!
//! - [`TextDoc`]: one page's text, which two people can write without seeing each other. Inside is a CRDT
//!   (loro) with one flat text, a mark on the newline for what each block is, and a container per table
//!   cell; nobody outside this crate sees it. The outside speaks [`domain::sito::RichText`].
//! - [`lost`]: what a merge could not keep as its writer meant it, so that a person can be asked.
//! - [`clean`]: pasted HTML, plain text and Word files become rich text, with notes on what could not come along.
//! - [`compare`]: two versions side by side, word by word.
//!
//! Every rich text that leaves this crate is *normal* ([`normalise`]): heading levels 2 to 4, list depth at
//! most 4, known links only, rectangular tables with distinct ids, no control characters.

pub mod clean;
pub mod compare;
mod diff;
mod doc;
mod flat;
mod keys;
pub mod lost;
mod normal;
mod patch;
mod table;
mod wire;

pub use doc::{MAX_TEXT, MAX_UPDATE, TextDoc, TextError};
pub use normal::{MAX_COLUMNS, MAX_ROWS, is_link, normalise};
pub use wire::{decode, encode};
