//! The workspace's key, and the file that keeps it where the computer has no keyring.

use crate::{Result, StoreError};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// The 32 random bytes that encrypt a workspace. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn generate() -> Result<Self> {
        let mut key = Self([0; 32]);
        getrandom::fill(&mut key.0)?;
        Ok(key)
    }

    /// The key with these bytes, as a keyring gave them.
    ///
    /// # Errors
    /// [`StoreError::BadBytes`] where there are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| StoreError::BadBytes("a key has 32 bytes".into()))
    }

    /// The bytes, for a keyring.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// A key wrapped by a passphrase (Argon2id, XChaCha20-Poly1305), as JSON in a file beside the workspace.
/// The cost is part of the file, so that it can rise later; reading bounds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultFile {
    /// Version of this shape: 1.
    pub version: u8,
    /// Argon2id memory in KiB.
    pub memory: u32,
    /// Argon2id passes.
    pub passes: u32,
    /// Argon2id lanes.
    pub lanes: u32,
    /// 16 random bytes, base64.
    pub salt: String,
    /// 24 random bytes, base64.
    pub nonce: String,
    /// The wrapped key, base64.
    pub wrapped: String,
}

/// Memory in KiB, passes, lanes. OWASP's password storage cheat sheet asks for at least 19 MiB and 2
/// passes; this takes about a quarter of a second on an office PC.
const COST: (u32, u32, u32) = (64 * 1024, 3, 1);
/// The most that a vault file may ask for: a forged one must not take the memory of the machine.
const MAX_COST: (u32, u32, u32) = (1024 * 1024, 20, 8);
const CONTEXT: &[u8] = b"comuni-in-rete/vault/1";

/// Wraps a key.
///
/// # Errors
/// Where the system gives no randomness.
pub fn seal(key: &Key, passphrase: &str) -> Result<VaultFile> {
    seal_at(key, passphrase, COST)
}

fn seal_at(key: &Key, passphrase: &str, cost: (u32, u32, u32)) -> Result<VaultFile> {
    let mut salt = [0; 16];
    let mut nonce = [0; 24];
    getrandom::fill(&mut salt)?;
    getrandom::fill(&mut nonce)?;
    let payload = Payload {
        msg: key.as_bytes(),
        aad: CONTEXT,
    };
    let wrapped = cipher(passphrase, &salt, cost)?
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| StoreError::BadBytes("the key cannot be wrapped".into()))?;
    Ok(VaultFile {
        version: 1,
        memory: cost.0,
        passes: cost.1,
        lanes: cost.2,
        salt: BASE64.encode(salt),
        nonce: BASE64.encode(nonce),
        wrapped: BASE64.encode(wrapped),
    })
}

/// Unwraps a key.
///
/// # Errors
/// [`StoreError::WrongKey`] for a wrong passphrase, [`StoreError::BadBytes`] for a file that is no vault.
pub fn open(file: &VaultFile, passphrase: &str) -> Result<Key> {
    let cost = (file.memory, file.passes, file.lanes);
    if file.version != 1 || cost.0 > MAX_COST.0 || cost.1 > MAX_COST.1 || cost.2 > MAX_COST.2 {
        return Err(StoreError::BadBytes("not a vault of this version".into()));
    }
    let nonce: [u8; 24] = decode(&file.nonce)?
        .try_into()
        .map_err(|_| StoreError::BadBytes("a nonce has 24 bytes".into()))?;
    let wrapped = decode(&file.wrapped)?;
    let payload = Payload {
        msg: &wrapped,
        aad: CONTEXT,
    };
    let key = cipher(passphrase, &decode(&file.salt)?, cost)?
        .decrypt(&XNonce::from(nonce), payload)
        .map_err(|_| StoreError::WrongKey)?;
    Key::from_bytes(&Zeroizing::new(key))
}

fn cipher(passphrase: &str, salt: &[u8], cost: (u32, u32, u32)) -> Result<XChaCha20Poly1305> {
    let bad = |error: argon2::Error| StoreError::BadBytes(error.to_string());
    let params = Params::new(cost.0, cost.1, cost.2, Some(32)).map_err(bad)?;
    let mut derived = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *derived)
        .map_err(bad)?;
    Ok(XChaCha20Poly1305::new(&(*derived).into()))
}

fn decode(text: &str) -> Result<Vec<u8>> {
    BASE64
        .decode(text)
        .map_err(|error| StoreError::BadBytes(error.to_string()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]
    use super::*;

    /// Cheap: what is tested is the wrapping, not the cost.
    const CHEAP: (u32, u32, u32) = (8, 1, 1);

    fn sealed() -> (Key, VaultFile) {
        let key = Key::generate().expect("randomness");
        let file = seal_at(&key, "quattro parole a caso", CHEAP).expect("sealed");
        (key, file)
    }

    #[test]
    fn the_passphrase_opens_and_another_does_not() {
        let (key, file) = sealed();
        assert_eq!(open(&file, "quattro parole a caso").expect("opens"), key);
        let wrong = open(&file, "quattro parole a casa");
        assert!(matches!(wrong, Err(StoreError::WrongKey)));
    }

    #[test]
    fn the_file_survives_json_and_never_holds_the_key() {
        let (key, file) = sealed();
        let json = serde_json::to_string(&file).expect("json");
        assert!(!json.contains(&BASE64.encode(key.as_bytes())));
        let read: VaultFile = serde_json::from_str(&json).expect("json");
        assert_eq!(open(&read, "quattro parole a caso").expect("opens"), key);
    }

    #[test]
    fn a_changed_or_greedy_file_is_refused() {
        let (_, file) = sealed();
        let wrapped = BASE64.encode([0; 48]);
        let changed = VaultFile {
            wrapped,
            ..file.clone()
        };
        let refused = open(&changed, "quattro parole a caso");
        assert!(matches!(refused, Err(StoreError::WrongKey)));
        let broken = [
            VaultFile {
                version: 2,
                ..file.clone()
            },
            VaultFile {
                memory: u32::MAX,
                ..file.clone()
            },
            VaultFile {
                passes: u32::MAX,
                ..file.clone()
            },
            VaultFile {
                nonce: "AAAA".into(),
                ..file.clone()
            },
            VaultFile {
                salt: "?".into(),
                ..file
            },
        ];
        for file in broken {
            let refused = open(&file, "quattro parole a caso");
            assert!(matches!(refused, Err(StoreError::BadBytes(_))), "{file:?}");
        }
    }

    #[test]
    fn a_real_vault_costs_at_least_what_owasp_asks() {
        let key = Key::generate().expect("randomness");
        let file = seal(&key, "quattro parole a caso").expect("sealed");
        assert!(file.memory >= 19 * 1024 && file.passes >= 2);
        assert_eq!(open(&file, "quattro parole a caso").expect("opens"), key);
    }
}
