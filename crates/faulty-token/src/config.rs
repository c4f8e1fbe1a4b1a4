//! What the module pretends to be.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The whole of it, as it stands in `config.json`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Config {
    /// The readers, and what is in them.
    pub slots: Vec<Slot>,
    /// What goes wrong.
    #[serde(default)]
    pub faults: Faults,
}

/// A reader and its token.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slot {
    /// The reader's name.
    pub reader: String,
    /// No token is in it.
    pub empty: bool,
    /// The token is one this module does not know: `CKR_TOKEN_NOT_RECOGNIZED`.
    pub unknown: bool,
    /// The token's label, at most 32 bytes.
    pub label: String,
    /// Its serial number, at most 16 bytes.
    pub serial: String,
    /// The PIN, as [`hashed`]: a test that searches memory for a PIN must not find this module's own.
    pub pin: String,
    /// Wrong PINs until it locks; 0 never locks.
    pub tries: u32,
    /// The PIN is typed on the reader, and a program must give none.
    pub pinpad: bool,
    /// The PIN is the one the card came with.
    pub to_be_changed: bool,
    /// The token has no PIN.
    pub no_pin: bool,
    /// PEM of the private key.
    pub key: Option<PathBuf>,
    /// `CKA_ID` of the key.
    pub key_id: Vec<u8>,
    /// `CKA_ALWAYS_AUTHENTICATE` of the key.
    pub always_authenticate: bool,
    /// The certificates.
    pub certificates: Vec<Certificate>,
}

/// A certificate object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Certificate {
    /// PEM.
    pub file: PathBuf,
    /// `CKA_ID`.
    pub id: Vec<u8>,
    /// `CKA_LABEL`.
    pub label: String,
}

/// What goes wrong, and when.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Faults {
    /// How long each signature takes, in milliseconds.
    pub sign_ms: u64,
    /// At this signature, counted from 1 over all runs, the token is pulled out.
    pub removed_at: Option<u64>,
    /// This function never returns.
    pub hang_in: Option<String>,
    /// This function ends the process, as a fault in C would.
    pub abort_in: Option<String>,
    /// The pinpad's red key is pressed.
    pub cancelled_on_reader: bool,
    /// What nonsense it answers.
    pub garbage: Option<Garbage>,
    /// It prints what it is told, the PIN too, to the standard output and the standard error.
    pub chatter: bool,
}

/// Kinds of nonsense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Garbage {
    /// A signature of the right length that is none.
    Signature,
    /// A signature as long as nothing is.
    SignatureLength,
    /// A certificate as long as nothing is.
    CertificateLength,
    /// A certificate that is none.
    Certificate,
    /// More slots than there is memory.
    SlotCount,
    /// Objects without end.
    Objects,
}

/// A PIN as the configuration has it: SHA-256, in hexadecimal.
#[must_use]
pub fn hashed(pin: &[u8]) -> String {
    openssl::sha::sha256(pin)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
