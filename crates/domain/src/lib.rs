//! Nouns and rules of Comuni in Rete, one folder per area.
//!
//! Nothing here does I/O, reads a clock or draws a random number: what a rule needs is passed in.
//! So the same rule runs in three places: in the app when a person acts (optimistically), in the hub
//! when it decides (finally), and in the web view when a form explains itself (compiled to wasm).
//!
//! The heart is a pair of functions per area, reached through [`decide`] and [`apply`]:
//! *decide* says whether a change is allowed and what only an authority may choose (a slug, a number);
//! *apply* folds a change that was accepted into the entity, and cannot fail.

mod change;
mod file;
pub mod firma;
mod id;
pub mod identity;
pub mod line;
pub mod sito;
pub mod territorio;

pub use change::{
    Change, Ctx, Decided, Entity, Host, NoAuthority, Refusal, RefusalCode, Rev, apply, decide,
};
pub use file::FileRef;
pub use id::{ComuneId, DeviceId, FileId, OpId, PageId};

/// Milliseconds since 1970-01-01T00:00:00Z. Times are for people to read; order never depends on them.
pub type UnixMs = i64;
