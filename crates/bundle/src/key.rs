//! Keys: X25519 to seal to, Ed25519 to sign with.

use crate::{BundleError, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem as _, Serializable};
use protocol::calls::HubKeys;
use std::convert::Infallible;
use zeroize::Zeroize;

pub(crate) type Kem = hpke::kem::X25519HkdfSha256;
pub(crate) type Kdf = hpke::kdf::HkdfSha256;
pub(crate) type Aead = hpke::aead::ChaCha20Poly1305;

const SEAL: &str = "comuni-in-rete 2026-11 bundle: key to seal to";
const SIGN: &str = "comuni-in-rete 2026-11 bundle: key the hub signs with";

/// A public key to seal to.
#[derive(Clone)]
pub struct Public(pub(crate) <Kem as hpke::Kem>::PublicKey);

impl Public {
    /// From base64url without padding.
    ///
    /// # Errors
    /// [`BundleError::Key`].
    pub fn decode(text: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BundleError::Key)?;
        let key = <Kem as hpke::Kem>::PublicKey::from_bytes(&bytes);
        key.map(Self).map_err(|_| BundleError::Key)
    }

    /// As base64url without padding.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.to_bytes())
    }
}

/// A secret key to open with. It is derived anew from a seed whenever it is needed.
pub struct Secret {
    pub(crate) private: <Kem as hpke::Kem>::PrivateKey,
    public: Public,
}

impl Secret {
    /// The key that belongs to a seed: a device's signing secret, or the hub's.
    pub fn of(seed: &[u8; 32]) -> Self {
        let mut material = blake3::derive_key(SEAL, seed);
        let (private, public) = Kem::derive_keypair(&material);
        material.zeroize();
        Self {
            private,
            public: Public(public),
        }
    }

    /// What others seal to.
    pub fn public(&self) -> &Public {
        &self.public
    }
}

/// The secret of a hub, from which both of its keys come.
pub struct Seed([u8; 32]);

impl Drop for Seed {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Seed {
    /// From 32 random bytes.
    ///
    /// # Errors
    /// [`BundleError::Key`] where there are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        bytes.try_into().map(Self).map_err(|_| BundleError::Key)
    }

    /// Opens what was sealed for the hub.
    pub fn secret(&self) -> Secret {
        Secret::of(&self.0)
    }

    /// Signs what the hub answers.
    pub fn signing(&self) -> SigningKey {
        SigningKey::from_bytes(&blake3::derive_key(SIGN, &self.0))
    }

    /// What devices are told.
    pub fn public(&self) -> HubKeys {
        HubKeys {
            seal: self.secret().public.encode(),
            sign: URL_SAFE_NO_PAD.encode(self.signing().verifying_key()),
        }
    }
}

/// The name of a hub's keys: 32 hex digits.
pub fn fingerprint(keys: &HubKeys) -> String {
    let text = format!("{}.{}", keys.seal, keys.sign);
    let hash = blake3::hash(text.as_bytes());
    hash.to_hex().chars().take(32).collect()
}

/// The key a hub signs with.
///
/// # Errors
/// [`BundleError::Key`].
pub fn verifying_key(keys: &HubKeys) -> Result<VerifyingKey> {
    let bytes = URL_SAFE_NO_PAD
        .decode(&keys.sign)
        .map_err(|_| BundleError::Key)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| BundleError::Key)?;
    VerifyingKey::from_bytes(&bytes).map_err(|_| BundleError::Key)
}

/// Randomness that was asked of the system before, so that its absence is an error and no panic.
pub(crate) struct Random(blake3::OutputReader);

impl Random {
    pub(crate) fn new() -> Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(std::io::Error::other)?;
        let random = Self(blake3::Hasher::new_keyed(&seed).finalize_xof());
        seed.zeroize();
        Ok(random)
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Random {}
