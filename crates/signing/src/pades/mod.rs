//! Signatures in PDF: PAdES (ETSI EN 319 142-1) written as incremental updates, and the signatures of others found
//! and judged.

mod active;
mod changes;
mod draft;
mod dss;
mod error;
mod form;
mod judge;
mod metadata;
mod pages;
mod permission;
mod roles;
mod sheet;
mod sign;
mod signed;
mod stamp;
mod tags;
mod touched;

pub use crate::pdf::{PdfError, is_pdf};
pub use active::Active;
pub use changes::{Change, What};
pub use draft::{Draft, Options};
pub use dss::{Material, add_dss, write_dss};
pub use error::PadesError;
pub use form::Kind;
pub use judge::{Verdict, judge};
pub use permission::{Lock, Permission};
pub use sheet::{Examined, Seen, Sheet, examine};
pub use sign::{SignFileError, sign_file};
pub(crate) use sign::{TOKEN, holds, room};
pub use signed::{Fault, Signature, Signed};
pub use stamp::{Stamp, legible};
