//! The control database: comuni, devices, codes, staff.

use super::Result;
use domain::identity::Role;
use domain::{ComuneId, DeviceId, UnixMs};
use std::path::Path;

/// A comune that the Centro servizi looks after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comune {
    /// ISTAT code.
    pub id: ComuneId,
    /// Name.
    pub name: String,
    /// Its part of the public addresses.
    pub slug: String,
}

/// An enrolled device.
#[derive(Debug, Clone)]
pub struct Device {
    /// Identity.
    pub id: DeviceId,
    /// Ed25519 public key.
    pub public_key: [u8; 32],
    /// What people call it.
    pub name: String,
    /// The person it was enrolled for.
    pub person: String,
    /// The person's role.
    pub role: Role,
    /// The person's comune.
    pub comune: ComuneId,
    /// When it was enrolled.
    pub enrolled: UnixMs,
    /// When it called last; exact to a minute.
    pub seen: Option<UnixMs>,
    /// When it must be confirmed again.
    pub expires: UnixMs,
    /// It may not call any more.
    pub revoked: bool,
}

/// A one-time code, as it is stored.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// Hash of the code.
    pub hash: [u8; 32],
    /// For whom.
    pub comune: ComuneId,
    /// For whom.
    pub person: String,
    /// As what.
    pub role: Role,
    /// Until when.
    pub expires: UnixMs,
}

/// A staff account.
#[derive(Debug, Clone)]
pub struct Account {
    /// The name it signs in with.
    pub user: String,
    /// PHC string.
    pub password: String,
    /// Only [`Role::Operatore`] administers.
    pub role: Role,
}

/// What a one-time code was worth.
#[derive(Debug)]
pub enum Redeemed {
    /// The device is enrolled (or was, by the same key: a retry after a lost answer).
    Enrolled(Box<Device>),
    /// Unknown, used by another key, or too old.
    Unknown,
}

/// The control database.
pub trait Registry: Send + Sync {
    /// A setting; made by `fresh` and kept where it was never set.
    fn setting(&self, name: &str, fresh: &dyn Fn() -> Vec<u8>) -> Result<Vec<u8>>;
    /// Replaces a setting.
    fn set_setting(&self, name: &str, value: &[u8]) -> Result<()>;
    /// Adds comuni; those already there stay as they are.
    fn add_comuni(&self, comuni: &[Comune]) -> Result<()>;
    /// All comuni by name.
    fn comuni(&self) -> Result<Vec<Comune>>;
    /// A comune.
    fn comune(&self, id: &ComuneId) -> Result<Option<Comune>>;
    /// Keeps a code.
    fn add_code(&self, code: &NewCode) -> Result<()>;
    /// Uses a code up: `device` is enrolled with the code's person, role and comune.
    fn redeem(&self, hash: &[u8; 32], device: Device) -> Result<Redeemed>;
    /// Adds a device without a code (the hub's own).
    fn add_device(&self, device: &Device) -> Result<()>;
    /// A device.
    fn device(&self, id: &DeviceId) -> Result<Option<Device>>;
    /// All devices by comune and person.
    fn devices(&self) -> Result<Vec<Device>>;
    /// Notes when devices called.
    fn seen(&self, devices: &[(DeviceId, UnixMs)]) -> Result<()>;
    /// Bars a device; `false` where there is none.
    fn revoke(&self, id: &DeviceId) -> Result<bool>;
    /// Gives a device time until `expires`; `false` where there is none that may still call.
    fn confirm(&self, id: &DeviceId, expires: UnixMs) -> Result<bool>;
    /// Adds an account or replaces its password.
    fn put_account(&self, account: &Account, now: UnixMs) -> Result<()>;
    /// An account.
    fn account(&self, user: &str) -> Result<Option<Account>>;
    /// Opens a session and drops those that ended before `now`.
    fn add_session(&self, token: &[u8; 32], user: &str, expires: UnixMs, now: UnixMs)
    -> Result<()>;
    /// The account of a session that has not ended.
    fn session(&self, token: &[u8; 32], now: UnixMs) -> Result<Option<Account>>;
    /// Takes one of so many time stamps that a comune may have in a month; `false` where none is left.
    fn take_stamp(&self, comune: &ComuneId, month: &str, limit: u32) -> Result<bool>;
    /// Gives one back that was not had after all.
    fn return_stamp(&self, comune: &ComuneId, month: &str) -> Result<()>;
    /// How many each comune had in a month.
    fn stamps(&self, month: &str) -> Result<Vec<(ComuneId, u32)>>;
    /// Copies the database, as it stands at one moment, to a new file.
    fn backup(&self, to: &Path) -> Result<()>;
}
