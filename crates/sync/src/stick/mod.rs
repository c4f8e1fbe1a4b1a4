//! "Porta con la chiavetta": one's work carried by hand where there is no line.
//!
//! [`write`] puts what waits into one file on a stick, sealed for the hub. Somebody whose computer has a line
//! takes it along ([`Carrier`]) and brings the answer back, which [`take`] takes in. The outbox keeps everything
//! until an answer, whichever way it comes, says that the hub has it: a stick may be lost at any time.
//!
//! What blocks here waits for a disk or a stick; only the carrier waits for the network.

mod carrier;
mod carry;
mod place;
mod take;
mod write;

pub use carrier::{Carrier, Conditions, Load, Stage};
pub use place::{Found, answer_name, scan};
pub use take::{Brought, take};
pub use write::{Plan, Written, write};

use bundle::BundleError;
use std::io::ErrorKind;
use store::StoreError;

/// Why something with a stick did not succeed. Nothing here is lost then.
#[derive(Debug, thiserror::Error)]
pub enum StickError {
    /// The hub never told its keys: the line must have been there once since the program was updated.
    #[error("the hub's keys are not known")]
    NoKeys,
    /// The stick is full.
    #[error("the stick is full")]
    Full,
    /// The stick was pulled out, or cannot be read or written. The text is for logs.
    #[error("the stick is gone: {0}")]
    Gone(String),
    /// The bundle is for another hub.
    #[error("for another hub")]
    OtherHub,
    /// The answer is for another computer.
    #[error("for another computer")]
    OtherComputer,
    /// There is something wrong with the bundle itself.
    #[error(transparent)]
    Bundle(BundleError),
    /// The workspace failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BundleError> for StickError {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Io(error) => error.into(),
            other => Self::Bundle(other),
        }
    }
}

impl From<std::io::Error> for StickError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::Full
            }
            _ => Self::Gone(error.to_string()),
        }
    }
}
