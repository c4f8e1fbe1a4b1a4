//! The site of a comune: pages, their fields and rich text, what must be there before publication.

mod argomento;
mod page;
mod rule;
mod slug;
mod testo;
mod verifica;

pub use argomento::{ARGOMENTI, Argomento};
pub use page::{
    Cover, Field, FieldChange, Fields, NewsKind, Page, PageChange, PageKind, Publication, Request,
    TextVersion,
};
pub use rule::{MAX_TEXT_UPDATE, apply, decide};
pub use slug::slug;
pub use testo::{Block, LINE_BREAK, RichText, Row, Span, Table};
pub use verifica::{Finding, Problem, Spot, verify};
