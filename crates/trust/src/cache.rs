//! What was believed, kept so that the next start need not check two megabytes of XML again.
//!
//! A cache stands for one set of lists under one set of roots ([`key`]); for any other it is worth nothing. It
//! holds no secret, but who can write it decides whom this computer believes: it belongs where the anchors
//! themselves would be kept (the encrypted database).

use crate::{Belief, Roots, Sources, TrustError};

/// The version of what is in it: another one is worth nothing, and is made anew from the lists.
const VERSION: u8 = 1;
/// Bytes before the content: version, what it stands for, hash of the content.
const PREFIX: usize = 1 + 32 + 32;

/// What a cache stands for.
pub type Key = [u8; 32];

/// The name of these lists under these roots.
#[must_use]
pub fn key(sources: &Sources, roots: &Roots) -> Key {
    let mut hash = blake3::Hasher::new();
    let groups = [
        std::slice::from_ref(&sources.list_of_lists),
        &sources.pivots,
        &sources.lists,
    ];
    // Each list by its hash, each group by its length: no two sets read the same.
    for group in groups {
        hash.update(&(group.len() as u64).to_le_bytes());
        for bytes in group {
            hash.update(blake3::hash(bytes).as_bytes());
        }
    }
    for root in roots.sorted() {
        hash.update(&root);
    }
    *hash.finalize().as_bytes()
}

/// Keeps.
///
/// # Errors
/// [`TrustError::TooLarge`].
pub fn write(belief: &Belief, key: &Key) -> Result<Vec<u8>, TrustError> {
    let content = postcard::to_stdvec(belief).map_err(|_| TrustError::TooLarge)?;
    let mut cache = Vec::with_capacity(PREFIX + content.len());
    cache.push(VERSION);
    cache.extend_from_slice(key);
    cache.extend_from_slice(blake3::hash(&content).as_bytes());
    cache.extend_from_slice(&content);
    Ok(cache)
}

/// What was kept, where it stands for these lists and is whole. None is no error: the lists are checked again.
#[must_use]
pub fn read(cache: &[u8], key: &Key) -> Option<Belief> {
    let (prefix, content) = cache.split_at_checked(PREFIX)?;
    let (version, rest) = prefix.split_first()?;
    let (stands_for, hash) = rest.split_at_checked(32)?;
    let sound = *version == VERSION
        && stands_for == key
        && hash == blake3::hash(content).as_bytes();
    match sound {
        true => postcard::from_bytes(content).ok(),
        false => None,
    }
}
