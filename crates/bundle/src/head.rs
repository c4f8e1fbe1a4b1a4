//! The head: all that a carrier may know.

use crate::{BundleError, Result};
use domain::{ComuneId, DeviceId, UnixMs};
use serde::{Deserialize, Serialize};
use std::io::Read;

/// The version of the format that this build writes, and the only one that it reads.
pub const VERSION: u8 = 1;
/// The longest head, in bytes.
pub const MAX_HEAD: usize = 2048;
const MAGIC: &[u8; 4] = b"RETE";
/// Bytes before the head: magic, version, length.
pub(crate) const PREFIX: usize = 7;
/// The longest name in a head, in characters.
const MAX_NAME: usize = 100;

/// Which way a bundle goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// From a computer to the hub.
    Up,
    /// Back.
    Answer,
}

/// What is in the clear: whose it is, where it goes, when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which way.
    pub kind: Kind,
    /// Random; 32 hex digits.
    pub id: String,
    /// For an answer: the bundle that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The hub, by the [`crate::fingerprint`] of its keys.
    pub hub: String,
    /// The device that made it, or that the answer is for.
    pub device: DeviceId,
    /// Its comune.
    pub comune: ComuneId,
    /// The comune's name.
    #[serde(rename = "name")]
    pub comune_name: String,
    /// What people call the computer; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub computer: String,
    /// When it was made, by its maker's clock. For people to read.
    pub at: UnixMs,
    /// The key to seal the answer to: X25519, base64url without padding. Empty in an answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reply: String,
}

impl Head {
    /// Reads the beginning of a bundle. Gives the head and how many bytes it took.
    ///
    /// # Errors
    /// [`BundleError::NotABundle`], [`BundleError::Version`], [`BundleError::Damaged`].
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize)> {
        let (prefix, rest) = bytes
            .split_first_chunk::<PREFIX>()
            .ok_or(BundleError::NotABundle)?;
        let length = length(prefix)?;
        let json = rest.get(..length).ok_or(BundleError::Damaged)?;
        let head: Self = serde_json::from_slice(json).map_err(|_| BundleError::Damaged)?;
        head.check()?;
        Ok((head, PREFIX + length))
    }

    /// Reads no more than the head from a reader. Gives its bytes as well, as they stand in the file.
    ///
    /// # Errors
    /// As [`Head::parse`], and the reader's.
    pub fn read(from: &mut impl Read) -> Result<(Self, Vec<u8>)> {
        let mut bytes = vec![0; PREFIX];
        from.read_exact(&mut bytes)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => BundleError::NotABundle,
                _ => error.into(),
            })?;
        let length = bytes
            .first_chunk()
            .map_or(Err(BundleError::NotABundle), length)?;
        bytes.resize(PREFIX + length, 0);
        let json = bytes.get_mut(PREFIX..).unwrap_or_default();
        from.read_exact(json)?;
        let (head, _) = Self::parse(&bytes)?;
        Ok((head, bytes))
    }

    /// The head as it stands at the beginning of the file.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>> {
        self.check()?;
        let json = serde_json::to_vec(self).map_err(|_| BundleError::Damaged)?;
        let length = u16::try_from(json.len()).map_err(|_| BundleError::TooLarge)?;
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&json);
        match json.len() <= MAX_HEAD {
            true => Ok(bytes),
            false => Err(BundleError::TooLarge),
        }
    }

    /// What stands in a head is shown to people and becomes part of file names.
    fn check(&self) -> Result<()> {
        let hex = |text: &str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let word = |text: &str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let name =
            |text: &str| text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control);
        let sound = hex(&self.id)
            && self.of.as_deref().is_none_or(hex)
            && hex(&self.hub)
            && word(self.device.as_str())
            && word(self.comune.as_str())
            && name(&self.comune_name)
            && name(&self.computer)
            && self.of.is_some() == (self.kind == Kind::Answer);
        sound.then_some(()).ok_or(BundleError::Damaged)
    }
}

fn length(prefix: &[u8; PREFIX]) -> Result<usize> {
    let [a, b, c, d, version, low, high] = *prefix;
    if &[a, b, c, d] != MAGIC {
        return Err(BundleError::NotABundle);
    }
    if version != VERSION {
        return Err(BundleError::Version(version));
    }
    let length = usize::from(u16::from_le_bytes([low, high]));
    match length <= MAX_HEAD {
        true => Ok(length),
        false => Err(BundleError::Damaged),
    }
}

/// A new identity for a bundle: 32 random hex digits.
///
/// # Errors
/// Where the system gives no randomness.
pub fn new_id() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
