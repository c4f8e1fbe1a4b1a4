//! Bodies on their way out and in: packed as the hub understands them, read with bounds, because a bad
//! answer must not fill the memory.

use crate::CallError;
use protocol::pack;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

/// What a hub understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Version 2, packed with our dictionary.
    Dictionary,
    /// Version 2 of a hub that does not have our dictionary.
    Plain,
    /// Version 1: JSON, and a header for zstd.
    Old,
}

/// What the hub was found to understand; until told otherwise, everything.
#[derive(Debug, Default)]
pub(crate) struct Known(AtomicU8, AtomicBool);

impl Known {
    pub fn get(&self) -> Dialect {
        match self.0.load(Relaxed) {
            0 => Dialect::Dictionary,
            1 => Dialect::Plain,
            _ => Dialect::Old,
        }
    }

    pub fn set(&self, dialect: Dialect) {
        self.0.store(dialect as u8, Relaxed);
    }

    /// It answered in what it was found to understand: it will not be doubted again.
    pub fn proven(&self) {
        self.1.store(true, Relaxed);
    }

    pub fn is_proven(&self) -> bool {
        self.1.load(Relaxed)
    }
}

/// A body, and whether a header must say that it is zstd.
pub(crate) struct Packed {
    pub bytes: Vec<u8>,
    pub zstd: bool,
}

/// Packs a body. Always, even where it grows: the hub answers in kind, and its answer may be long.
pub(crate) fn wrap(plain: &[u8], dialect: Dialect) -> Result<Packed, CallError> {
    let bytes = match dialect {
        Dialect::Dictionary => pack::pack(plain),
        Dialect::Plain | Dialect::Old => pack::pack_plain(plain),
    };
    Ok(Packed {
        bytes: bytes.map_err(here)?,
        zstd: dialect == Dialect::Old,
    })
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>, CallError> {
    serde_json::to_vec(value).map_err(here)
}

pub(crate) fn here(error: impl std::fmt::Display) -> CallError {
    CallError::Local(error.to_string())
}

/// The bytes of a body, at most `limit` of them.
pub(crate) fn unpack(body: Vec<u8>, zstd: bool, limit: usize) -> Result<Vec<u8>, CallError> {
    if !zstd && !pack::is_packed(&body) {
        return Ok(body);
    }
    pack::unpack(&body, limit).map_err(not_a_hub)
}

pub(crate) fn not_a_hub(error: impl std::fmt::Display) -> CallError {
    CallError::NotAHub(error.to_string())
}

/// A value from JSON.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(bytes).map_err(not_a_hub)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
    use super::*;

    #[test]
    fn a_body_comes_back_and_a_bomb_does_not() {
        let plain = vec![b'a'; 1_000_000];
        for dialect in [Dialect::Dictionary, Dialect::Plain, Dialect::Old] {
            let packed = wrap(&plain, dialect).unwrap();
            assert!(packed.bytes.len() < 1_000);
            let whole = unpack(packed.bytes.clone(), packed.zstd, 1_000_000).unwrap();
            assert_eq!(whole.len(), 1_000_000);
            assert!(unpack(packed.bytes, packed.zstd, 999_999).is_err());
        }
    }
}
