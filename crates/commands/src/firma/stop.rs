//! What stops a run, in the contract's words; the device's own are in the log.

use api::firma::{PinState, Stop};
use signing::SignerError;

/// How a PIN stands, in the contract's words.
pub fn pin(state: signing::PinState) -> PinState {
    use signing::PinState as P;
    match state {
        P::Ok => PinState::Ok,
        P::OnReader => PinState::OnReader,
        P::FewTriesLeft => PinState::FewTriesLeft,
        P::LastTry => PinState::LastTry,
        P::Locked => PinState::Locked,
        P::NotSet => PinState::NotSet,
        P::ToBeChanged => PinState::ToBeChanged,
    }
}

/// Why a run ended. What a device says may hold anything, so only its kind is logged as it is.
pub fn of(error: &SignerError) -> Stop {
    tracing::warn!(%error, "Signing stopped.");
    match error {
        SignerError::WrongPin(state) => Stop::WrongPin(pin(*state)),
        SignerError::Locked => Stop::PinLocked,
        SignerError::PinNotReady(_) => Stop::PinNotReady,
        // The helper was lost, and the PIN with it: the person is asked again at the next try.
        SignerError::PinNeeded | SignerError::Removed => Stop::Removed,
        SignerError::Cancelled => Stop::Cancelled,
        SignerError::NoToken | SignerError::UnknownIdentity => Stop::NoToken,
        SignerError::Driver(_) => Stop::Driver,
        SignerError::DriverStopped(_) => Stop::DriverStopped,
        SignerError::Key(_) | SignerError::Device(_) => Stop::Device,
    }
}
