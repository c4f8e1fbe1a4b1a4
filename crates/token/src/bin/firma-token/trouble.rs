//! PKCS#11's return values (v3.1, 5.1) in the words of [`SignerError`].

use cryptoki::error::{Error, RvError};
use signing::{PinState, SignerError};

/// What a failed call means. For a PIN that was refused, `pin` tells what is known of it afterwards.
pub(crate) fn meaning(error: Error, pin: impl FnOnce() -> PinState) -> SignerError {
    let Error::Pkcs11(code, _) = &error else {
        return match error {
            Error::LibraryLoading(_) | Error::MissingSymbol(_) | Error::NullFunctionPointer => {
                SignerError::Driver(error.to_string())
            }
            other => SignerError::Device(other.to_string()),
        };
    };
    match code {
        RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => match pin() {
            PinState::Locked => SignerError::Locked,
            state => SignerError::WrongPin(state),
        },
        RvError::PinLocked => SignerError::Locked,
        RvError::PinExpired => SignerError::PinNotReady(PinState::ToBeChanged),
        RvError::UserPinNotInitialized => SignerError::PinNotReady(PinState::NotSet),
        RvError::UserNotLoggedIn => SignerError::PinNeeded,
        RvError::FunctionCanceled | RvError::Cancel | RvError::FunctionRejected => {
            SignerError::Cancelled
        }
        // A session does not outlive its token (v3.1, 5.6): one that is no longer known was of a token that left.
        RvError::DeviceRemoved
        | RvError::TokenNotPresent
        | RvError::SessionHandleInvalid
        | RvError::SessionClosed
        | RvError::SlotIdInvalid => SignerError::Removed,
        RvError::KeyHandleInvalid
        | RvError::KeyFunctionNotPermitted
        | RvError::KeyTypeInconsistent
        | RvError::KeySizeRange
        | RvError::MechanismInvalid
        | RvError::MechanismParamInvalid
        | RvError::DataInvalid
        | RvError::DataLenRange => SignerError::Key(error.to_string()),
        _ => SignerError::Device(error.to_string()),
    }
}

/// The same, where no PIN is in question.
pub(crate) fn plain(error: Error) -> SignerError {
    meaning(error, || PinState::Ok)
}
