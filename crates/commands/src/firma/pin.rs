//! Who asks for the PIN (ADR 18): the shell, in a window of the system. What was typed passes through here once, to the
//! token's own process.

use signing::{Cancel, Pin};

/// What a person must know before typing a PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinQuestion {
    /// Whose certificate signs.
    pub holder: String,
    /// Who issued it.
    pub issuer: String,
    /// The token, as a person knows it.
    pub device: String,
    /// How many documents will be signed; none for the test of a device.
    pub documents: Option<usize>,
    /// How the PIN stands.
    pub state: api::firma::PinState,
}

/// Asks a person for the PIN.
pub trait AskPin: Send + Sync {
    /// The PIN, or none where the person called it off. Called on a thread that may wait; it returns soon after
    /// `cancel` was called.
    fn ask(&self, question: &PinQuestion, cancel: &Cancel) -> Option<Pin>;
}
