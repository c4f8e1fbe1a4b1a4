//! The contract between the UI and the app.
//!
//! A command is a type: its fields are the input, [`Command::Output`] is the answer, [`Command::NAME`]
//! is what crosses the border. The UI calls it, the root package wraps it in one line, `commands`
//! carries it out. Nothing here knows tauri, SQLite or the network.
//!
//! Adding a command: `docs/ARCHITECTURE.md`, "How to add a command".

mod event;
mod failure;
pub mod firma;
pub mod session;
pub mod sito;
pub mod stato;
pub mod stick;

pub use event::Event;
pub use failure::{Code, Failure};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A call from the UI to the app.
pub trait Command: Serialize + DeserializeOwned {
    /// The name at the border: `area_verb`, also the name of the permission that allows it.
    const NAME: &'static str;
    /// The answer.
    type Output: Serialize + DeserializeOwned;
}

macro_rules! command {
    ($(#[$doc:meta])* $name:ident = $text:literal -> $output:ty { $($(#[$fdoc:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $kind,)*
        }
        impl $crate::Command for $name {
            const NAME: &'static str = $text;
            type Output = $output;
        }
    };
}
pub(crate) use command;
