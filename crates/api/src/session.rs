//! Starting: the vault, the enrolment, who is at the desk.

use crate::command;
use domain::identity::Role;
use serde::{Deserialize, Serialize};

/// How far the app is from being usable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Session {
    /// First start without a system keyring: a passphrase must be chosen.
    ChoosePassphrase,
    /// The workspace is sealed with a passphrase.
    Locked,
    /// The workspace is open, the PC is not yet linked to a Centro servizi.
    Unlinked,
    /// Ready to work.
    Ready(Desk),
    /// The workspace cannot be opened; the failure says why and what to do.
    Broken(crate::Failure),
}

/// Who works here, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// The person's name.
    pub person: String,
    /// The person's role.
    pub role: Role,
    /// The comune's name.
    pub comune: String,
    /// Where the public site stands.
    pub site: String,
    /// Where the key of the workspace is kept.
    pub vault: Vault,
    /// The device was revoked: its work can only be exported.
    pub revoked: bool,
}

/// Where the key of the workspace is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vault {
    /// In the system's keyring.
    Keyring,
    /// Sealed with a passphrase.
    Passphrase,
}

command! {
    /// Where we are.
    SessionState = "session_state" -> Session {}
}
command! {
    /// Chooses the passphrase that seals a new workspace.
    SessionSeal = "session_seal" -> Session {
        /// At least 10 characters.
        passphrase: String,
    }
}
command! {
    /// Opens a sealed workspace.
    SessionUnlock = "session_unlock" -> Session {
        /// The passphrase.
        passphrase: String,
    }
}
command! {
    /// Links this PC to a Centro servizi with a one-time code.
    SessionEnrol = "session_enrol" -> Session {
        /// The address of the Centro servizi.
        hub: String,
        /// The one-time code.
        code: String,
        /// What people will call this PC.
        device_name: String,
    }
}
