//! From the errors inside to the one failure at the border.

use api::{Code, Failure};
use bundle::BundleError;
use domain::RefusalCode;
use std::fmt::Display;
use store::StoreError;
use sync::stick::StickError;
use sync::{CallError, EnrolError};
use text::clean::{CleanError, MAX_DOCX, MAX_HTML};

/// Bytes in a megabyte, as people count files.
const MB: u64 = 1024 * 1024;

/// A failure that has no words of its own: the details go to the log under an incident number.
pub fn unexpected(what: &'static str, error: &dyn Display) -> Failure {
    let incident = incident();
    tracing::error!(%incident, what, error = %error, "A command failed.");
    Failure {
        incident,
        ..Failure::new(Code::Unexpected)
    }
}

/// Six characters that can be read out on the telephone.
fn incident() -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut bytes = [0; 6];
    // Without randomness the number is the same each time, and the log still has the details.
    let _ = getrandom::fill(&mut bytes);
    bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|byte| char::from(*byte))
        .collect()
}

/// A failure of the workspace.
pub fn of_store(error: StoreError) -> Failure {
    match error {
        StoreError::Full => Failure::new(Code::DiskFull).retry(),
        StoreError::WrongKey => Failure::new(Code::WrongPassphrase),
        StoreError::Newer { found, known } => Failure::new(Code::NewerDatabase)
            .with("found", found)
            .with("known", known),
        StoreError::Damaged(detail) => Failure {
            incident: unexpected("the workspace is damaged", &detail).incident,
            ..Failure::new(Code::Damaged)
        },
        StoreError::NotEnrolled => Failure::new(Code::Locked),
        StoreError::NotFound(_) => Failure::new(Code::UnknownPage),
        StoreError::TextTooLong { max, .. } => Failure::new(Code::TextTooLong).with("limit", max),
        StoreError::FileTooLarge { max } => {
            Failure::new(Code::FileTooLarge).with("limit", max / MB)
        }
        StoreError::Refused(refusal) => of_refusal(refusal.code),
        other @ (StoreError::BadBytes(_)
        | StoreError::Text(_)
        | StoreError::Io(_)
        | StoreError::Sql(_)) => unexpected("the workspace failed", &other),
    }
}

fn of_refusal(code: RefusalCode) -> Failure {
    Failure::new(match code {
        RefusalCode::Role => Code::Role,
        RefusalCode::Incomplete => Code::Incomplete,
        RefusalCode::Deleted => Code::Deleted,
        RefusalCode::Unknown => Code::UnknownPage,
        RefusalCode::Malformed => return Failure::new(Code::TextTooLong).with("limit", 4_000),
        RefusalCode::FieldChanged
        | RefusalCode::Exists
        | RefusalCode::Stale
        | RefusalCode::TooNew => {
            return unexpected("a rule refused a local change", &format!("{code:?}"));
        }
    })
}

/// Something with a stick did not succeed.
pub fn of_stick(error: StickError) -> Failure {
    match error {
        StickError::NoKeys => Failure::new(Code::StickNoKeys),
        StickError::Full => Failure::new(Code::StickFull).retry(),
        StickError::Gone(detail) => {
            tracing::warn!(detail, "A stick cannot be read or written.");
            Failure::new(Code::StickGone).retry()
        }
        StickError::OtherHub => Failure::new(Code::StickOtherHub),
        StickError::OtherComputer | StickError::Bundle(BundleError::OtherReader) => {
            Failure::new(Code::StickOtherComputer)
        }
        StickError::Bundle(BundleError::Version(_)) => Failure::new(Code::StickNewer),
        StickError::Bundle(_) => Failure::new(Code::StickDamaged),
        StickError::Store(error) => of_store(error),
    }
}

/// A failure of an enrolment.
pub fn of_enrolment(error: EnrolError) -> Failure {
    match error {
        EnrolError::Url(_) => Failure::new(Code::NotAHub),
        EnrolError::Call(error) => of_call(error),
    }
}

/// A call to the hub that did not succeed.
pub fn of_call(error: CallError) -> Failure {
    match error {
        CallError::NoLine(_) | CallError::Cut(_) | CallError::Stalled => {
            Failure::new(Code::NoLine).retry()
        }
        CallError::NotAHub(_) | CallError::NotFound => Failure::new(Code::NotAHub),
        CallError::Untrusted(_) => Failure::new(Code::HubNotTrusted),
        CallError::CodeUnknown => Failure::new(Code::WrongCode),
        CallError::TooMany { retry_after } => {
            let seconds = retry_after.map_or(60, |wait| wait.as_secs().max(1));
            Failure::new(Code::TooMany).with("seconds", seconds).retry()
        }
        CallError::Revoked | CallError::Expired | CallError::Unauthorized => {
            Failure::new(Code::Revoked)
        }
        CallError::HubTrouble { .. } | CallError::Full | CallError::Quota => {
            Failure::new(Code::HubFailed).retry()
        }
        other => unexpected("a call failed", &other),
    }
}

/// A document or a piece of the clipboard that cannot be taken.
pub fn of_cleaning(error: CleanError, name: &str) -> Failure {
    match error {
        CleanError::TooLarge if name.is_empty() => {
            Failure::new(Code::PasteTooLarge).with("limit", MAX_HTML as u64 / MB)
        }
        CleanError::TooInvolved if name.is_empty() => {
            Failure::new(Code::PasteTooLarge).with("limit", MAX_HTML as u64 / MB)
        }
        CleanError::TooLarge => Failure::new(Code::FileTooLarge)
            .with("name", name)
            .with("limit", MAX_DOCX as u64 / MB),
        CleanError::Bomb | CleanError::TooInvolved => {
            Failure::new(Code::HostileDocument).with("name", name)
        }
        CleanError::NotWord => Failure::new(Code::BadDocument).with("name", name),
    }
}
