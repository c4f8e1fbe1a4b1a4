//! The lists as the hub hands them on: packed into one file that the hub signed.
//!
//! The hub's signature is about the courier, not about belief: who opens the file checks the lists themselves
//! ([`crate::Belief::check`]). The format, byte by byte:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `FIDE` |
//! | 1 | version of this format ([`VERSION`]) |
//! | 4 | length of the head, little endian, at most [`MAX_HEAD`] |
//! | … | the head: JSON ([`Head`]), in the clear |
//! | … | the lists, one after the other in the head's order, as one zstd stream |
//! | 64 | Ed25519 signature of the hub over a context and the BLAKE3 of everything before |

use crate::{Sources, TrustError};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Read as _;

/// The version of the format that this build writes, and the only one that it reads.
pub const VERSION: u8 = 1;
/// The longest head, in bytes.
pub const MAX_HEAD: usize = 16 * 1024;
/// The largest bundle, in bytes.
pub const MAX_BUNDLE: usize = 32 * 1024 * 1024;
/// The most that the lists of a bundle are, unpacked, in bytes.
const MAX_CONTENT: u64 = 96 * 1024 * 1024;
/// The most lists: 31 countries, the list of lists, and its pivots.
const MAX_LISTS: usize = 64;

const MAGIC: &[u8; 4] = b"FIDE";
const PREFIX: usize = 9;
const SIGNATURE: usize = 64;
/// What is signed comes after these words.
const CONTEXT: &[u8] = b"comuni-in-rete/trust/1\n";
/// A bundle is made once a day and read by every client.
const LEVEL: i32 = 12;
/// The largest window that the content may ask for, as a power of two: 8 MB.
const WINDOW_LOG: u32 = 23;

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// When the hub made it, by its clock.
    pub issued: Timestamp,
    /// The lists in it.
    pub lists: Vec<Entry>,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which place it takes in [`Sources`].
    pub role: Role,
    /// Its length in bytes.
    pub size: u64,
}

/// The places of [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The European list of lists.
    ListOfLists,
    /// An earlier issue of it.
    Pivot,
    /// A national list.
    List,
}

/// Packs and signs.
///
/// # Errors
/// [`TrustError::TooLarge`].
pub fn seal(sources: &Sources, issued: Timestamp, hub: &SigningKey) -> Result<Vec<u8>, TrustError> {
    let all: Vec<_> = std::iter::once((Role::ListOfLists, &sources.list_of_lists))
        .chain(sources.pivots.iter().map(|bytes| (Role::Pivot, bytes)))
        .chain(sources.lists.iter().map(|bytes| (Role::List, bytes)))
        .collect();
    let lists = all.iter().map(|(role, bytes)| Entry {
        role: *role,
        size: bytes.len() as u64,
    });
    let head = Head {
        issued,
        lists: lists.collect(),
    };
    head.check()?;
    let json = serde_json::to_vec(&head).map_err(|_| TrustError::TooLarge)?;
    let length = u32::try_from(json.len()).map_err(|_| TrustError::TooLarge)?;
    let mut bundle = MAGIC.to_vec();
    bundle.push(VERSION);
    bundle.extend_from_slice(&length.to_le_bytes());
    bundle.extend_from_slice(&json);
    let content: Vec<u8> = all
        .iter()
        .flat_map(|(_, bytes)| bytes.iter().copied())
        .collect();
    let packed = zstd::bulk::compress(&content, LEVEL).map_err(|_| TrustError::TooLarge)?;
    bundle.extend_from_slice(&packed);
    bundle.extend_from_slice(&hub.sign(&message(&bundle)).to_bytes());
    match json.len() <= MAX_HEAD && bundle.len() <= MAX_BUNDLE {
        true => Ok(bundle),
        false => Err(TrustError::TooLarge),
    }
}

/// Checks the hub's signature and unpacks.
///
/// # Errors
/// [`TrustError::TooLarge`], [`TrustError::BundleVersion`], [`TrustError::Damaged`].
pub fn open(bundle: &[u8], hub: &VerifyingKey) -> Result<(Head, Sources), TrustError> {
    if bundle.len() > MAX_BUNDLE {
        return Err(TrustError::TooLarge);
    }
    let (prefix, _) = bundle
        .split_first_chunk::<PREFIX>()
        .ok_or(TrustError::Damaged)?;
    let [a, b, c, d, version, length @ ..] = *prefix;
    if &[a, b, c, d] != MAGIC {
        return Err(TrustError::Damaged);
    }
    if version != VERSION {
        return Err(TrustError::BundleVersion(version));
    }
    let end = bundle
        .len()
        .checked_sub(SIGNATURE)
        .ok_or(TrustError::Damaged)?;
    let (signed, signature) = bundle.split_at(end);
    let signature = Signature::from_slice(signature).map_err(|_| TrustError::Damaged)?;
    hub.verify_strict(&message(signed), &signature)
        .map_err(|_| TrustError::Damaged)?;
    let length = u32::from_le_bytes(length) as usize;
    let rest = signed.get(PREFIX..).ok_or(TrustError::Damaged)?;
    let (json, packed) = rest
        .split_at_checked(length)
        .filter(|_| length <= MAX_HEAD)
        .ok_or(TrustError::Damaged)?;
    let head: Head = serde_json::from_slice(json).map_err(|_| TrustError::Damaged)?;
    head.check()?;
    let sources = unpack(&head, packed)?;
    Ok((head, sources))
}

impl Head {
    fn check(&self) -> Result<(), TrustError> {
        let total = self
            .lists
            .iter()
            .try_fold(0u64, |sum, entry| sum.checked_add(entry.size));
        if self.lists.len() > MAX_LISTS || total.is_none_or(|total| total > MAX_CONTENT) {
            return Err(TrustError::TooLarge);
        }
        let first = self
            .lists
            .iter()
            .filter(|entry| entry.role == Role::ListOfLists);
        match first.count() {
            1 => Ok(()),
            _ => Err(TrustError::Damaged),
        }
    }
}

fn unpack(head: &Head, packed: &[u8]) -> Result<Sources, TrustError> {
    let mut content =
        zstd::stream::read::Decoder::with_buffer(packed).map_err(|_| TrustError::Damaged)?;
    content
        .window_log_max(WINDOW_LOG)
        .map_err(|_| TrustError::Damaged)?;
    let mut sources = Sources::default();
    for entry in &head.lists {
        let mut bytes = Vec::new();
        let read = content.by_ref().take(entry.size).read_to_end(&mut bytes);
        if read.ok().map(|read| read as u64) != Some(entry.size) {
            return Err(TrustError::Damaged);
        }
        match entry.role {
            Role::ListOfLists => sources.list_of_lists = bytes,
            Role::Pivot => sources.pivots.push(bytes),
            Role::List => sources.lists.push(bytes),
        }
    }
    match content.read(&mut [0]) {
        Ok(0) => Ok(sources),
        _ => Err(TrustError::Damaged),
    }
}

fn message(signed: &[u8]) -> Vec<u8> {
    [CONTEXT, blake3::hash(signed).as_bytes()].concat()
}
