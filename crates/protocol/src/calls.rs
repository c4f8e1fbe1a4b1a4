//! The other calls of the hub, and the shape of its errors.

use domain::identity::{Role, Scope};
use domain::{ComuneId, DeviceId, UnixMs};
use serde::{Deserialize, Serialize};

/// `POST /v1/enrol`: a new device, with the one-time code that the operator gave to its person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The code: letters and digits, read without regard to case, spaces and hyphens.
    pub code: String,
    /// The device's Ed25519 public key, base64url without padding.
    pub public_key: String,
    /// What people call the device ("PC dell'anagrafe").
    pub name: String,
}

/// The answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The device's identity from now on.
    pub device: DeviceId,
    /// The person the code was made for.
    pub person: String,
    /// The person's role.
    pub role: Role,
    /// The comune.
    pub comune: ComuneId,
    /// Its name.
    pub comune_name: String,
    /// What the device may synchronise.
    pub scopes: Vec<Scope>,
    /// When the device must be confirmed again.
    pub expires: UnixMs,
    /// Where the public site of the comune stands, as a path or a whole address, with a slash at its end.
    pub site: String,
    /// The hub's keys; a hub from before bundles has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<HubKeys>,
}

/// `GET /v1/keys`: the hub's public keys for bundles, base64url without padding. They change only with a hub
/// that lost its registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubKeys {
    /// X25519: what is for the hub alone is sealed to it.
    pub seal: String,
    /// Ed25519: the hub signs its answers with it.
    pub sign: String,
}

/// An error of the hub: HTTP status 4xx or 5xx with this JSON body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HubError {
    /// Closed code, for the app.
    pub code: HubErrorCode,
    /// English, for logs and developers.
    pub detail: String,
    /// Of [`HubErrorCode::Full`]: not the disk but the comune's share of it, of so many bytes, would be passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
}

/// The reasons for an error of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HubErrorCode {
    /// 400: the body is not what this call takes.
    Malformed,
    /// 401: unknown device or wrong signature; unknown account or wrong password.
    Unauthorized,
    /// 403: the device was revoked; its work can only be exported.
    Revoked,
    /// 403: the device's time has run out; the operator confirms it again.
    Expired,
    /// 403: the role does not allow it.
    Forbidden,
    /// 404: the one-time code is unknown, used or too old.
    CodeUnknown,
    /// 404: there is no such thing.
    NotFound,
    /// 408: the body took too long to arrive, or did not arrive whole; it may be sent again.
    Slow,
    /// 409: a new epoch or a hole in the device's sequence: reconcile.
    Conflict,
    /// 413: too large.
    TooLarge,
    /// 415: the body is packed with a dictionary that the hub does not have; send it without one.
    Dictionary,
    /// 426: this app is too old for the hub.
    UpgradeRequired,
    /// 429: too many calls; header `retry-after` in seconds.
    TooMany,
    /// 500: the hub failed; what was sent may be sent again.
    Internal,
    /// 507: the hub's disk, or the comune's share of it, is full; nothing was taken.
    Full,
}

/// `POST /v1/admin/login`: a staff account of the Centro servizi.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginRequest {
    /// The account.
    pub user: String,
    /// The password.
    pub password: String,
}

/// The answer to a login. The token goes in `authorization: Bearer TOKEN`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoggedIn {
    /// The token, valid until `expires`.
    pub token: String,
    /// When it ends.
    pub expires: UnixMs,
}

/// `POST /v1/admin/codes`: a one-time code for a person's new device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CodeRequest {
    /// The comune.
    pub comune: ComuneId,
    /// The person's name as colleagues know it.
    pub person: String,
    /// The role.
    pub role: Role,
}

/// The answer: to be read out to the person, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CodeResponse {
    /// Eight characters in two groups (`K7QM-4TXR`).
    pub code: String,
    /// When it ends.
    pub expires: UnixMs,
}

/// A device in the answer of `GET /v1/admin/devices`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// Identity.
    pub device: DeviceId,
    /// What people call it.
    pub name: String,
    /// The person.
    pub person: String,
    /// The role.
    pub role: Role,
    /// The comune.
    pub comune: ComuneId,
    /// When it was enrolled.
    pub enrolled: UnixMs,
    /// When the hub heard of it last.
    pub seen: Option<UnixMs>,
    /// It may not call any more.
    pub revoked: bool,
}
