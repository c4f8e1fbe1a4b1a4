//! The device's Ed25519 key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::DeviceId;
use ed25519_dalek::{Signer, SigningKey};
use protocol::auth;

/// The key with which a device signs its calls.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// A new key from the operating system's random numbers.
    ///
    /// # Errors
    /// Those of the random number generator.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self::from_secret(&seed))
    }

    /// The key of this secret (RFC 8032 seed).
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The secret.
    pub fn secret(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public key, base64url without padding.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.public_bytes())
    }

    /// The public key.
    pub fn public_bytes(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The key itself, for what is signed beside calls.
    pub(crate) fn signing(&self) -> &SigningKey {
        &self.0
    }

    /// The value of the header `authorization` for a call with this body as sent.
    pub fn authorize(&self, device: &DeviceId, method: &str, path: &str, body: &[u8]) -> String {
        let message = auth::message(method, path, blake3::hash(body).as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(&message).to_bytes());
        auth::header(device, &signature)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
    use super::*;
    use ed25519_dalek::{Signature, Verifier};

    #[test]
    fn the_signature_is_over_method_path_and_body() {
        let key = DeviceKey::from_secret(&[7; 32]);
        let header = key.authorize(&DeviceId::new("d1"), "POST", "/v1/sync", b"{}");
        let (device, signature) = auth::parse(&header).unwrap();
        assert_eq!(device.as_str(), "d1");
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let signature = Signature::from_slice(&bytes).unwrap();
        let check = |path: &str, body: &[u8]| {
            let message = auth::message("POST", path, blake3::hash(body).as_bytes());
            key.0.verifying_key().verify(&message, &signature).is_ok()
        };
        assert!(check("/v1/sync", b"{}"));
        assert!(!check("/v1/sync", b"{ }"));
        assert!(!check("/v1/files/offer", b"{}"));
    }
}
