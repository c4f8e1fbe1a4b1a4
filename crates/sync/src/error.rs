//! What can go wrong with a call.

use domain::line::Fault;
use protocol::calls::{HubError, HubErrorCode};
use std::time::Duration;

/// Why a call to the hub did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The hub cannot be reached. The text is for logs.
    #[error("no line: {0}")]
    NoLine(String),
    /// The line was cut under way; whether the hub heard the call is unknown. The text is for logs.
    #[error("cut: {0}")]
    Cut(String),
    /// The line stands but no byte moves.
    #[error("stalled")]
    Stalled,
    /// Something answers at the address that is not a hub: a captive portal, another server, garbage.
    #[error("not a hub: {0}")]
    NotAHub(String),
    /// What answers does not prove to be the hub: its certificate is another's, has ended, or is vouched for
    /// by nobody this computer trusts; or this computer's clock is wrong. The text is for logs.
    #[error("not trusted: {0}")]
    Untrusted(String),
    /// The hub, or what stands before it, failed with this HTTP status.
    #[error("trouble at the hub, status {status}")]
    HubTrouble {
        /// HTTP status.
        status: u16,
    },
    /// The hub's disk is full; nothing was taken.
    #[error("the hub is full")]
    Full,
    /// The comune's share of the hub's disk is full; nothing was taken.
    #[error("the comune's share of the hub is full")]
    Quota,
    /// Too many calls; try again after this time.
    #[error("too many calls")]
    TooMany {
        /// How long to wait, where the hub said it.
        retry_after: Option<Duration>,
    },
    /// The device was revoked.
    #[error("revoked")]
    Revoked,
    /// The device's time has run out.
    #[error("expired")]
    Expired,
    /// The hub does not know this device, or its signature is wrong.
    #[error("unknown device")]
    Unauthorized,
    /// The role does not allow the call.
    #[error("forbidden")]
    Forbidden,
    /// This app is too old for the hub.
    #[error("upgrade required")]
    UpgradeRequired,
    /// The one-time code is unknown, used or too old.
    #[error("code unknown")]
    CodeUnknown,
    /// The hub has no such thing.
    #[error("not found")]
    NotFound,
    /// The hub was restored, or this database copied: positions must be compared anew.
    #[error("conflict")]
    Conflict,
    /// The hub does not have the dictionary that the body was packed with.
    #[error("unknown dictionary")]
    Dictionary,
    /// The request was too large: send less at a time.
    #[error("too large")]
    TooLarge,
    /// The hub did not understand the request. The text is for logs.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The work on this computer failed: database, disk, or a thread of it.
    #[error("here: {0}")]
    Local(String),
}

impl CallError {
    /// From an answer with a status that is not 2xx.
    pub(crate) fn from_answer(status: u16, body: &[u8], retry_after: Option<Duration>) -> Self {
        match serde_json::from_slice::<HubError>(body) {
            Ok(error) => Self::from_hub(error, status, retry_after),
            Err(_) if status == 429 => Self::TooMany { retry_after },
            Err(_) if status == 413 => Self::TooLarge,
            Err(_) if status == 426 => Self::UpgradeRequired,
            Err(_) if status >= 500 => Self::HubTrouble { status },
            Err(_) => Self::NotAHub(format!("status {status} without a hub's words")),
        }
    }

    fn from_hub(error: HubError, status: u16, retry_after: Option<Duration>) -> Self {
        match error.code {
            HubErrorCode::Malformed => Self::Malformed(error.detail),
            HubErrorCode::Unauthorized => Self::Unauthorized,
            HubErrorCode::Revoked => Self::Revoked,
            HubErrorCode::Expired => Self::Expired,
            HubErrorCode::Forbidden => Self::Forbidden,
            HubErrorCode::CodeUnknown => Self::CodeUnknown,
            HubErrorCode::NotFound => Self::NotFound,
            HubErrorCode::Slow => Self::Stalled,
            HubErrorCode::Conflict => Self::Conflict,
            HubErrorCode::Dictionary => Self::Dictionary,
            HubErrorCode::TooLarge => Self::TooLarge,
            HubErrorCode::UpgradeRequired => Self::UpgradeRequired,
            HubErrorCode::TooMany => Self::TooMany { retry_after },
            HubErrorCode::Internal => Self::HubTrouble { status },
            HubErrorCode::Full if error.quota.is_some() => Self::Quota,
            HubErrorCode::Full => Self::Full,
        }
    }

    /// Trying again soon, unchanged, may help: the line or the hub may have recovered.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::NoLine(_)
                | Self::Cut(_)
                | Self::Stalled
                | Self::NotAHub(_)
                | Self::Untrusted(_)
                | Self::HubTrouble { .. }
                | Self::Full
                | Self::Quota
                | Self::TooMany { .. }
                | Self::Conflict
                | Self::TooLarge
                | Self::Local(_)
        )
    }

    /// What it is in the log of the line.
    pub fn fault(&self) -> Fault {
        match self {
            Self::NoLine(_) => Fault::NoLine,
            Self::Cut(_) => Fault::Cut,
            Self::Stalled => Fault::Stalled,
            Self::NotAHub(_) => Fault::NotAHub,
            Self::Untrusted(_) => Fault::Untrusted,
            Self::HubTrouble { .. } => Fault::HubTrouble,
            Self::Full => Fault::HubFull,
            Self::Quota => Fault::HubQuota,
            Self::TooMany { .. } => Fault::TooManyCalls,
            Self::Revoked => Fault::Revoked,
            Self::Expired => Fault::Expired,
            Self::Unauthorized => Fault::Unauthorized,
            Self::Forbidden => Fault::Forbidden,
            Self::UpgradeRequired => Fault::UpgradeRequired,
            Self::CodeUnknown => Fault::CodeUnknown,
            Self::NotFound => Fault::NotFound,
            Self::Conflict => Fault::Conflict,
            Self::Dictionary => Fault::Dictionary,
            Self::TooLarge => Fault::TooLarge,
            Self::Malformed(_) => Fault::Malformed,
            Self::Local(_) => Fault::Here,
        }
    }

    /// There is no room for what was to be carried; what is smaller may still go.
    pub(crate) fn no_room(&self) -> bool {
        matches!(self, Self::Full | Self::Quota)
    }

    /// Whether bytes may have been carried though the call failed: the limits count them.
    pub(crate) fn may_have_moved(&self) -> bool {
        matches!(self, Self::Cut(_) | Self::Stalled)
    }
}
