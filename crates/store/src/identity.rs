//! Who this workspace belongs to, and the few settings it has.

use domain::identity::{Actor, Role, Scope};
use domain::{ComuneId, DeviceId, UnixMs};
use protocol::calls::HubKeys;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::{Result, Store, StoreError};
use rusqlite::{Connection, OptionalExtension};

/// The device's Ed25519 secret key (32 bytes). It is kept nowhere but in the encrypted workspace.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub [u8; 32]);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What the hub told this device at enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The device.
    pub device: DeviceId,
    /// Its signing key.
    pub secret: Secret,
    /// The person it was enrolled for.
    pub person: String,
    /// The person's role.
    pub role: Role,
    /// The comune.
    pub comune: ComuneId,
    /// Its name.
    pub comune_name: String,
    /// Where the hub is (`https://...`).
    pub hub: String,
    /// Where the comune's public site is.
    pub site: String,
    /// What the device may synchronise.
    pub scopes: Vec<Scope>,
    /// When the device must be confirmed again.
    pub expires: UnixMs,
    /// The hub's keys for bundles; `None` until it told them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<HubKeys>,
}

impl Identity {
    /// Who acts when this device acts.
    pub fn actor(&self) -> Actor {
        Actor {
            device: self.device.clone(),
            person: self.person.clone(),
            role: self.role,
        }
    }
}

/// Who this workspace belongs to.
pub(crate) fn me(conn: &Connection) -> Result<Identity> {
    find(conn)?.ok_or(StoreError::NotEnrolled)
}

fn find(conn: &Connection) -> Result<Option<Identity>> {
    let value: Option<String> = conn
        .prepare_cached("SELECT value FROM identity WHERE id = 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(value
        .map(|value| serde_json::from_str(&value))
        .transpose()?)
}

pub(crate) fn setting(conn: &Connection, name: &str) -> Result<Option<String>> {
    Ok(conn
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

pub(crate) fn set_setting(conn: &Connection, name: &str, value: &str) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)")?
        .execute([name, value])?;
    Ok(())
}

/// A number that the engine keeps; 0 where it was never set.
pub(crate) fn number(conn: &Connection, name: &str) -> Result<u64> {
    Ok(setting(conn, name)?
        .and_then(|n| n.parse().ok())
        .unwrap_or(0))
}

pub(crate) fn set_number(conn: &Connection, name: &str, value: u64) -> Result<()> {
    set_setting(conn, name, &value.to_string())
}

/// The names under which the engine keeps its numbers.
pub(crate) mod key {
    /// The hub's epoch.
    pub(crate) const EPOCH: &str = "sync.epoch";
    /// The last `n` that was given to an operation.
    pub(crate) const LAST_N: &str = "sync.last_n";
    /// The log is to be pulled with one's own operations in full.
    pub(crate) const OWN: &str = "sync.own";
    /// The log is being read anew: nothing is sent, and pages are shown as they were until it is done.
    pub(crate) const ANEW: &str = "sync.anew";
    /// Pages of a scope that was lost stand as they were: where it comes back they are made anew.
    pub(crate) const LEFT: &str = "sync.left";
    /// When the hub was restored, by its clock in ms; 0 once it has everything again.
    pub(crate) const RESTORED: &str = "sync.restored";
    /// The log was read to its end at least once: what comes now is news.
    pub(crate) const CAUGHT_UP: &str = "sync.caught_up";
    /// The version of operations that the hub said it understands.
    pub(crate) const HUB_SCHEMA: &str = "sync.hub_schema";
    /// The version of operations with which the log was read.
    pub(crate) const READ_SCHEMA: &str = "sync.read_schema";
    /// The version that the hub said it is of.
    pub(crate) const HUB_VERSION: &str = "sync.hub_version";
    /// Work without the network.
    pub(crate) const OFFLINE: &str = "line.off";
    /// When the hub last took and gave everything there was.
    pub(crate) const LAST_OK: &str = "line.last_ok";
    /// What the person limits about the line.
    pub(crate) const LIMITS: &str = "line.limits";
}

impl Store {
    /// Who this workspace belongs to; `None` before the enrolment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn identity(&self) -> Result<Option<Identity>> {
        self.read(find)
    }

    /// Takes what the hub told at enrolment, or when the device was confirmed again. A new device's
    /// sequence starts from 1, and what waits goes out under it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_identity(&self, identity: &Identity) -> Result<()> {
        self.write(|tx, _| {
            if find(tx)?.is_some_and(|known| known.device != identity.device) {
                tx.execute("UPDATE outbox SET n = NULL WHERE accepted IS NULL", [])?;
                tx.execute("DELETE FROM sent", [])?;
                set_number(tx, key::LAST_N, 0)?;
            }
            tx.execute(
                "INSERT OR REPLACE INTO identity (id, value) VALUES (1, ?1)",
                [serde_json::to_string(identity)?],
            )?;
            for scope in &identity.scopes {
                crate::scope::grant(tx, scope)?;
            }
            Ok(())
        })
    }

    /// The person chose to work without the network.
    ///
    /// # Errors
    /// Those of the database.
    pub fn offline(&self) -> Result<bool> {
        self.read(|conn| Ok(number(conn, key::OFFLINE)? == 1))
    }

    /// Remembers that choice.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_offline(&self, off: bool) -> Result<()> {
        self.write(|tx, _| set_number(tx, key::OFFLINE, off.into()))
    }

    /// A setting of the app by its name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        self.read(|conn| setting(conn, &format!("app.{name}")))
    }

    /// Remembers a setting of the app.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        self.write(|tx, _| set_setting(tx, &format!("app.{name}"), value))
    }
}
