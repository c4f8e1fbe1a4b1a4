//! Enrolment: a one-time code becomes a device.

use crate::error::Failure;
use crate::storage::{Device, Redeemed};
use crate::{Hub, code, metrics, random};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::identity::{Role, Scope};
use domain::{ComuneId, DeviceId};
use ed25519_dalek::VerifyingKey;
use protocol::calls::{EnrolRequest, Enrolled, HubErrorCode};

/// How long a device may call before the operator confirms it again, in milliseconds (a year).
pub(crate) const DEVICE_LIFE: i64 = 365 * 24 * 3600 * 1000;
const ID_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// The longest name of a device or a person, in characters.
const MAX_NAME: usize = 100;

impl Hub {
    /// Enrols a device. The same code with the same key gets the same answer again: the first answer
    /// may have been lost on the way.
    ///
    /// # Errors
    /// [`HubErrorCode::CodeUnknown`] for a code that is wrong, used or too old.
    pub fn enrol(&self, request: &EnrolRequest) -> Result<Enrolled, Failure> {
        let hash = code::hash(&request.code, &self.0.salt)?.ok_or_else(unknown)?;
        let device = self.new_device(parse_key(&request.public_key)?, &request.name)?;
        match self.registry().redeem(&hash, device)? {
            Redeemed::Enrolled(device) => {
                metrics::add(&self.metrics().enrolled_total, 1);
                tracing::info!(device = %device.id, comune = %device.comune, "enrolled");
                self.enrolled(*device)
            }
            Redeemed::Unknown => Err(unknown()),
        }
    }

    /// A device that is nobody's yet.
    fn new_device(&self, public_key: [u8; 32], name: &str) -> Result<Device, Failure> {
        let now = self.now();
        Ok(Device {
            id: DeviceId(random::chars::<8>(ID_ALPHABET)?),
            public_key,
            name: checked_name(name)?,
            person: String::new(),
            role: Role::Volontario,
            comune: ComuneId::default(),
            enrolled: now,
            seen: None,
            expires: now.saturating_add(DEVICE_LIFE),
            revoked: false,
        })
    }

    fn enrolled(&self, device: Device) -> Result<Enrolled, Failure> {
        let comune = self
            .registry()
            .comune(&device.comune)?
            .ok_or_else(Failure::not_found)?;
        Ok(Enrolled {
            scopes: scopes(&device),
            site: self.site_of(&comune.slug),
            comune_name: comune.name,
            device: device.id,
            person: device.person,
            role: device.role,
            comune: device.comune,
            expires: device.expires,
            keys: Some(self.keys()),
        })
    }

    /// Where the public site of a comune stands.
    pub(crate) fn site_of(&self, slug: &str) -> String {
        format!("{}/siti/{slug}/", self.config().origin)
    }
}

/// What a device may synchronise.
pub(crate) fn scopes(device: &Device) -> Vec<Scope> {
    let scope = |collection: &_| Scope {
        comune: device.comune.clone(),
        collection: *collection,
    };
    device.role.collections().iter().map(scope).collect()
}

/// A name that people gave: something, not too long, on one line.
pub(crate) fn checked_name(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME;
    if !fits || name.chars().any(char::is_control) {
        return Err(Failure::malformed(
            "a name has 1 to 100 characters on one line",
        ));
    }
    Ok(name.to_owned())
}

fn parse_key(text: &str) -> Result<[u8; 32], Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    <[u8; 32]>::try_from(bytes)
        .ok()
        .filter(|key| VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak()))
        .ok_or_else(|| Failure::malformed("the public key is not one"))
}

fn unknown() -> Failure {
    Failure::new(
        HubErrorCode::CodeUnknown,
        "the code is wrong, used or too old",
    )
}
