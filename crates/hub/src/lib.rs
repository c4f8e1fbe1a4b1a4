//! The Centro servizi: the provincial service that orders, decides and publishes.
//!
//! Every comune has one log with a dense sequence, in a database of its own. `POST /v1/sync` takes a
//! device's operations in the order of their `n`, asks the rules of `domain` about each, and folds
//! what is accepted in the transaction that appends it. The public sites are rendered after the
//! commit from what was published; they can always be rebuilt from the database.
//!
//! Order is never taken from a clock. A retry gets the answer of the first try. A database restored
//! from a backup gets a new *epoch*: devices see it, compare positions and send again what is missing.
//!
//! For tests and tools, [`Hub`] can be opened without a network; [`serve`] adds the network.

mod admin;
mod auth;
mod backup;
mod bundle;
mod clock;
mod code;
mod config;
pub mod demo;
mod enrol;
mod error;
mod files;
mod firma;
mod limit;
mod logs;
mod metrics;
mod password;
mod publish;
mod random;
mod router;
mod seen;
mod serve;
mod state;
pub mod storage;
mod sync;
mod text_log;

pub use backup::{BackupError, restore};
pub use clock::{Clock, system_clock};
pub use config::{Config, Limits, TlsFiles};
pub use error::Failure;
pub use files::{ChunkWrite, Collected, GRACE, collect_alone, write_chunk};
pub use firma::{FirmaSettings, ListSettings, ListsError, Reach, SettingsError, TsaSettings};
pub use metrics::Metrics;
pub use serve::{Running, ServeError, serve};
pub use state::Hub;
