//! The local workspace: the only crate of the app that knows SQLite.
//!
//! Everything a person does is written in one transaction: the operation into the outbox, its visible
//! effect, the version for the history and the words for the search. Two images of every page are kept:
//! the *shadow*, which is the comune's log as far as this device has read it, and the *visible* page,
//! which is the shadow with the operations of the outbox replayed on top.
//!
//! All methods block (they wait for the disk); callers run them off the UI thread. [`Store`] is cheap
//! to clone and may be used from many threads: one connection writes, a few others read beside it.

mod agreement;
mod carried;
mod census;
mod conflict;
mod connection;
mod entity;
mod error;
mod fact;
mod file;
mod history;
mod identity;
mod line;
mod list;
mod model;
mod name;
mod outbox;
mod pull;
mod restored;
mod schema;
mod scope;
mod search;
mod text;
mod today;
mod upgrade;
pub mod vault;

pub use agreement::Repair;
pub use carried::Carried;
pub use census::Census;
pub use connection::{AtCommit, Store};
pub use domain::firma::{Ended, Level, Waits};
pub use error::StoreError;
pub use fact::{Fact, FactKind};
pub use file::{FileReader, FileState, ToUpload};
pub use identity::{Identity, Secret};
pub use line::{Attempt, FileLeft, LineWork, Traffic};
pub use model::{
    Applied, Arrival, Conflict, ConflictKind, Filter, OutboxRow, PageList, PageRow, PageView,
    Remedy, SearchHit, Status, TextState, Today, Version, VersionRow, Wait, What,
};
pub use outbox::Room;
pub use upgrade::{Sha256, Upgrading};
pub use vault::Key;

/// The longest text of a page, in characters.
pub const MAX_TEXT: usize = 500_000;

/// What every fallible method gives.
pub type Result<T> = std::result::Result<T, StoreError>;
