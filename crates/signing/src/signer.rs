//! Whoever holds the key.

use crate::Digest;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use zeroize::Zeroizing;

/// Where signatures come from: a card, a file, one day a remote service (CSC API).
///
/// A signer may be moved to the thread that does the waiting (`Send`): a card takes its time.
pub trait Signer: Send {
    /// Every certificate that may sign, of all slots; those without the nonRepudiation bit are left out
    /// (AgID, Det. 121/2019, 4.1: key usage "type A").
    ///
    /// # Errors
    /// The device's.
    fn identities(&mut self) -> Result<Vec<Identity>, SignerError>;

    /// The identity of this name, as it stands on the device now.
    ///
    /// # Errors
    /// The device's; [`SignerError::UnknownIdentity`] where it is not there.
    fn identity(&mut self, id: &IdentityId) -> Result<Identity, SignerError> {
        let mut all = self.identities()?.into_iter();
        all.find(|identity| identity.id == *id)
            .ok_or(SignerError::UnknownIdentity)
    }

    /// How the PIN of an identity stands, without trying it.
    ///
    /// # Errors
    /// The device's.
    fn pin_state(&mut self, identity: &IdentityId) -> Result<PinState, SignerError>;

    /// Gives the PIN; none where it is typed on the reader itself.
    ///
    /// # Errors
    /// The PIN's state, or the device's trouble.
    fn unlock(&mut self, identity: &IdentityId, pin: Option<&Pin>) -> Result<(), SignerError>;

    /// Signs one hash; the signature is as CMS wants it: PKCS#1 v1.5 for RSA (RFC 8017), DER of r and s for
    /// elliptic curves (RFC 5753). For keys that ask for the PIN at every signature, the one given to
    /// [`Signer::unlock`] is used again until [`Signer::lock`].
    ///
    /// # Errors
    /// The device's; [`SignerError::Cancelled`] once the [`Cancel`] given at the beginning was called.
    fn sign(&mut self, identity: &IdentityId, digest: &Digest) -> Result<Vec<u8>, SignerError>;

    /// Signs one hash after the other, as `next` gives them; each signature goes to `signed`, in the same order.
    /// `next(true)` waits for a hash, and none then is the end; `next(false)` gives one only if it is ready: a device
    /// that is quick and far has it at hand before the answer to the one before has come back.
    ///
    /// # Errors
    /// Those of [`Signer::sign`], which ends it.
    fn sign_each(
        &mut self,
        identity: &IdentityId,
        next: &mut dyn FnMut(bool) -> Option<Digest>,
        signed: &mut dyn FnMut(Vec<u8>),
    ) -> Result<(), SignerError> {
        while let Some(digest) = next(true) {
            signed(self.sign(identity, &digest)?);
        }
        Ok(())
    }

    /// Forgets the PIN and logs out.
    fn lock(&mut self);
}

/// A device that signs one hash within this time is quick: it is given what comes next early, for otherwise it waits
/// whenever another thread has the processor.
pub const QUICK: Duration = Duration::from_millis(20);

/// Names an identity among those of one signer, as long as its device stays.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IdentityId(pub String);

/// A key that may sign, and the certificate it signs for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its name for the other calls.
    pub id: IdentityId,
    /// DER of the signer's certificate.
    pub certificate: Vec<u8>,
    /// DER of the issuers that the device also holds, nearest first.
    pub chain: Vec<Vec<u8>>,
    /// What the key is.
    pub key: KeyKind,
    /// The device it is on, as a person knows it (the token's label).
    pub device: String,
    /// Whether the key asks for the PIN at every signature (`CKA_ALWAYS_AUTHENTICATE`). A card shows its
    /// private keys only to whoever gave the PIN: before [`Signer::unlock`] this is `false` for want of
    /// knowledge, listing again afterwards tells.
    pub pin_each_time: bool,
}

/// The kinds of key that sign here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// RSA, and the bits of its modulus.
    Rsa(u32),
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
}

/// What is known of a PIN before it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinState {
    /// Nothing against it.
    Ok,
    /// Typed on the reader, not on the keyboard.
    OnReader,
    /// Somebody got it wrong before.
    FewTriesLeft,
    /// The next wrong one locks it.
    LastTry,
    /// Locked: only the PUK, or the issuer, helps.
    Locked,
    /// The token has no PIN yet.
    NotSet,
    /// The PIN is the one the card came with, or has expired: it must be changed before the first signature.
    ToBeChanged,
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum SignerError {
    /// The PIN was wrong; what is known of the tries that are left.
    #[error("wrong PIN ({0:?})")]
    WrongPin(PinState),
    /// The PIN is locked.
    #[error("PIN locked")]
    Locked,
    /// The PIN cannot be used as it stands: not set yet, or to be changed first.
    #[error("PIN not ready ({0:?})")]
    PinNotReady(PinState),
    /// Nobody gave a PIN, or it was forgotten meanwhile.
    #[error("PIN needed")]
    PinNeeded,
    /// A person called it off.
    #[error("cancelled")]
    Cancelled,
    /// The card or the stick was pulled out.
    #[error("device removed")]
    Removed,
    /// No card in any reader.
    #[error("no token")]
    NoToken,
    /// The driver's module cannot be loaded.
    #[error("driver: {0}")]
    Driver(String),
    /// The driver crashed, or answered nothing for too long, and was stopped.
    #[error("driver stopped: {0}")]
    DriverStopped(String),
    /// The key cannot do what is asked (hash, size, usage).
    #[error("key: {0}")]
    Key(String),
    /// The identity is not on the device (any more).
    #[error("no such identity")]
    UnknownIdentity,
    /// Anything else the device says, in its words.
    #[error("device: {0}")]
    Device(String),
}

/// A PIN: wiped when dropped, never shown.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// Takes what was typed.
    #[must_use]
    pub fn new(typed: Zeroizing<String>) -> Self {
        Self(typed)
    }

    /// For the device alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// Calls off what is under way, from another thread.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Calls it off.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Takes it back, for the next attempt with the same signer.
    pub fn reset(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether it was.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
