//! Updates and versions as text.

use crate::TextError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::sito::TextVersion;
use loro::{Frontiers, ID};

/// More concurrent heads than this is no version that people made.
const MAX_HEADS: usize = 256;

/// An update as `PageChange::Text` carries it: base64url without padding.
pub fn encode(update: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(update)
}

/// The bytes of an update.
///
/// # Errors
/// [`TextError::Damaged`] if it is not base64url, [`TextError::TooLarge`] beyond [`crate::MAX_UPDATE`].
pub fn decode(update: &str) -> Result<Vec<u8>, TextError> {
    if update.len() / 4 * 3 > crate::MAX_UPDATE {
        return Err(TextError::TooLarge);
    }
    URL_SAFE_NO_PAD
        .decode(update)
        .map_err(|_| TextError::Damaged)
}

/// Eight bytes of the writer and a short count per head, in order of writer: 14 characters for one head.
/// The version of a text in which nobody wrote yet is the empty string.
pub(crate) fn version(heads: &Frontiers) -> TextVersion {
    let mut ids: Vec<ID> = heads.iter().collect();
    ids.sort_unstable_by_key(|id| (id.peer, id.counter));
    let mut bytes = Vec::with_capacity(ids.len() * 11);
    for id in ids {
        bytes.extend_from_slice(&id.peer.to_le_bytes());
        push_count(&mut bytes, id.counter.unsigned_abs());
    }
    TextVersion(URL_SAFE_NO_PAD.encode(bytes))
}

pub(crate) fn heads(version: &TextVersion) -> Option<Frontiers> {
    if version.0.len() > MAX_HEADS * 18 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(&version.0).ok()?;
    let mut rest = bytes.as_slice();
    let mut heads = Frontiers::new();
    while let Some((peer, tail)) = rest.split_first_chunk::<8>() {
        let (count, tail) = take_count(tail)?;
        heads.push(ID::new(
            u64::from_le_bytes(*peer),
            i32::try_from(count).ok()?,
        ));
        rest = tail;
    }
    rest.is_empty().then_some(heads)
}

fn push_count(bytes: &mut Vec<u8>, mut count: u32) {
    while count > 0x7f {
        bytes.push((count & 0x7f) as u8 | 0x80);
        count >>= 7;
    }
    bytes.push(count as u8);
}

fn take_count(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut count = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        count |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((u32::try_from(count).ok()?, bytes.get(at + 1..)?));
        }
    }
    None
}
