//! Who calls: devices by signature, staff by token.

use crate::error::Failure;
use crate::storage::{Account, Device};
use crate::{Hub, random};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::identity::Role;
use ed25519_dalek::{Signature, VerifyingKey};
use protocol::auth;
use protocol::calls::{HubErrorCode, LoggedIn};

/// How long a login lasts, in milliseconds (8 hours: a working day).
const SESSION: i64 = 8 * 3600 * 1000;

/// A call as it came over the wire.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) authorization: &'a str,
    pub(crate) body: &'a [u8],
}

impl Hub {
    /// The device that signed a call and may make it.
    pub(crate) fn device_of(&self, call: &Call) -> Result<Device, Failure> {
        let (id, signature) = auth::parse(call.authorization).ok_or_else(unauthorized)?;
        let device = self.registry().device(&id)?.ok_or_else(unauthorized)?;
        verify(&device, signature, call)?;
        let now = self.now();
        if device.revoked {
            return Err(Failure::new(
                HubErrorCode::Revoked,
                "the device was revoked",
            ));
        }
        if device.expires <= now {
            return Err(Failure::new(
                HubErrorCode::Expired,
                "the operator must confirm the device",
            ));
        }
        self.0.device_limit.take(device.id.as_str(), now)?;
        self.0.seen.note(&device.id, now);
        Ok(device)
    }

    /// Opens a session for a staff account.
    ///
    /// # Errors
    /// [`HubErrorCode::Unauthorized`] for an unknown account or a wrong password.
    pub fn login(&self, user: &str, password: &str) -> Result<LoggedIn, Failure> {
        let account = self.registry().account(user)?;
        let kept = account.as_ref().map(|account| account.password.as_str());
        if !crate::password::verify(password, kept) {
            tracing::warn!("a login was refused");
            return Err(unauthorized());
        }
        let token = random::bytes::<32>()?;
        let now = self.now();
        let expires = now.saturating_add(SESSION);
        let hash = *blake3::hash(&token).as_bytes();
        self.registry().add_session(&hash, user, expires, now)?;
        Ok(LoggedIn {
            token: URL_SAFE_NO_PAD.encode(token),
            expires,
        })
    }

    /// The operator whose token this is.
    pub(crate) fn operator(&self, authorization: &str) -> Result<Account, Failure> {
        let token = authorization
            .strip_prefix("Bearer ")
            .and_then(|token| URL_SAFE_NO_PAD.decode(token.trim()).ok())
            .ok_or_else(unauthorized)?;
        let hash = *blake3::hash(&token).as_bytes();
        let account = self
            .registry()
            .session(&hash, self.now())?
            .ok_or_else(unauthorized)?;
        if account.role != Role::Operatore {
            return Err(Failure::new(
                HubErrorCode::Forbidden,
                "only an operator administers",
            ));
        }
        Ok(account)
    }
}

fn verify(device: &Device, signature: &str, call: &Call) -> Result<(), Failure> {
    let key = VerifyingKey::from_bytes(&device.public_key).map_err(|_| unauthorized())?;
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    let signature = Signature::from_slice(&bytes).map_err(|_| unauthorized())?;
    let hash = blake3::hash(call.body);
    let message = auth::message(call.method, call.path, hash.as_bytes());
    key.verify_strict(&message, &signature)
        .map_err(|_| unauthorized())
}

fn unauthorized() -> Failure {
    Failure::new(
        HubErrorCode::Unauthorized,
        "unknown device or account, or wrong signature or password",
    )
}
