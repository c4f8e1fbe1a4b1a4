//! What the operator of the Centro servizi does, without the network in between.

use crate::enrol::{DEVICE_LIFE, checked_name};
use crate::error::Failure;
use crate::storage::{Account, Comune, Device, NewCode};
use crate::{Hub, code, password};
use domain::identity::Role;
use domain::territorio::{self, ASTI};
use domain::{ComuneId, DeviceId, UnixMs};
use protocol::calls::{CodeResponse, DeviceInfo};

impl Hub {
    /// Puts the 117 comuni of the province of Asti in the registry.
    ///
    /// # Errors
    /// The storage's.
    pub fn seed_province(&self) -> Result<(), Failure> {
        let comuni = ASTI.map(|(id, name)| {
            let id = ComuneId::new(id);
            Comune {
                slug: territorio::slug(&id).unwrap_or_default(),
                name: name.into(),
                id,
            }
        });
        Ok(self.registry().add_comuni(&comuni)?)
    }

    /// Makes a one-time code for a person's new device.
    ///
    /// # Errors
    /// `NotFound` for a comune that is not in the registry.
    pub fn create_code(
        &self,
        comune: &ComuneId,
        person: &str,
        role: Role,
    ) -> Result<CodeResponse, Failure> {
        self.known(comune)?;
        let text = code::fresh()?;
        let expires = self.now().saturating_add(code::LIFE);
        let hash = code::hash(&text, &self.0.salt)?.ok_or_else(Failure::not_found)?;
        self.registry().add_code(&NewCode {
            hash,
            comune: comune.clone(),
            person: checked_name(person)?,
            role,
            expires,
        })?;
        Ok(CodeResponse {
            code: text,
            expires,
        })
    }

    fn known(&self, comune: &ComuneId) -> Result<Comune, Failure> {
        let found = self.registry().comune(comune)?;
        found.ok_or_else(Failure::not_found)
    }

    /// Adds an operator's account, or gives it a new password (its open sessions end).
    ///
    /// # Errors
    /// `Malformed` for a password that is too short or too long.
    pub fn create_account(&self, user: &str, password: &str) -> Result<(), Failure> {
        self.create_account_as(user, password, Role::Operatore)
    }

    /// Adds an account with a role. Only operators may administer.
    ///
    /// # Errors
    /// `Malformed` for a password that is too short or too long.
    pub fn create_account_as(&self, user: &str, pass: &str, role: Role) -> Result<(), Failure> {
        let account = Account {
            user: checked_name(user)?,
            password: password::hash(pass)?,
            role,
        };
        Ok(self.registry().put_account(&account, self.now())?)
    }

    /// All devices.
    ///
    /// # Errors
    /// The storage's.
    pub fn devices(&self) -> Result<Vec<DeviceInfo>, Failure> {
        self.write_seen()?;
        let devices = self.registry().devices()?;
        Ok(devices.into_iter().map(info).collect())
    }

    /// Bars a device for ever.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn revoke(&self, device: &DeviceId) -> Result<(), Failure> {
        found(self.registry().revoke(device)?)
    }

    /// Gives a device another year.
    ///
    /// # Errors
    /// `NotFound`, also for a device that was revoked.
    pub fn confirm(&self, device: &DeviceId) -> Result<UnixMs, Failure> {
        let expires = self.now().saturating_add(DEVICE_LIFE);
        found(self.registry().confirm(device, expires)?)?;
        Ok(expires)
    }
}

fn found(found: bool) -> Result<(), Failure> {
    found.then_some(()).ok_or_else(Failure::not_found)
}

fn info(device: Device) -> DeviceInfo {
    DeviceInfo {
        device: device.id,
        name: device.name,
        person: device.person,
        role: device.role,
        comune: device.comune,
        enrolled: device.enrolled,
        seen: device.seen,
        revoked: device.revoked,
    }
}
