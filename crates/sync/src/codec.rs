//! Bodies: JSON, compressed with zstd; read with bounds, because a bad answer must not fill the memory.

use crate::CallError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Read;

/// A slow line deserves the effort: bodies are small, and a level more costs microseconds.
const LEVEL: i32 = 9;
/// The largest window a body may ask for, as a power of two: 8 MB.
const WINDOW_LOG: u32 = 23;

/// A body and whether it is compressed.
pub(crate) struct Packed {
    pub bytes: Vec<u8>,
    pub zstd: bool,
}

/// Compresses bytes that may be compressed already, such as an image's: unless they would grow.
pub(crate) fn pack(bytes: Vec<u8>) -> Packed {
    match zstd::bulk::compress(&bytes, LEVEL) {
        Ok(packed) if packed.len() < bytes.len() => Packed {
            bytes: packed,
            zstd: true,
        },
        _ => Packed { bytes, zstd: false },
    }
}

/// Compresses a value as JSON. Always: the hub answers in kind, and its answer may be long.
pub(crate) fn encode(value: &impl Serialize) -> Result<Packed, CallError> {
    let here = |error: &dyn std::fmt::Display| CallError::Local(error.to_string());
    let json = serde_json::to_vec(value).map_err(|error| here(&error))?;
    let bytes = zstd::bulk::compress(&json, LEVEL).map_err(|error| here(&error))?;
    Ok(Packed { bytes, zstd: true })
}

/// The bytes of a body, at most `limit` of them.
pub(crate) fn unpack(body: Vec<u8>, zstd: bool, limit: usize) -> Result<Vec<u8>, CallError> {
    if !zstd {
        return Ok(body);
    }
    inflate(&body, limit).map_err(|error| CallError::NotAHub(error.to_string()))
}

fn inflate(body: &[u8], limit: usize) -> std::io::Result<Vec<u8>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body)?;
    decoder.window_log_max(WINDOW_LOG)?;
    let mut bytes = Vec::new();
    let cap = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(cap).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(std::io::Error::other("the body is too long"));
    }
    Ok(bytes)
}

/// A value from JSON.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(bytes).map_err(|error| CallError::NotAHub(error.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
    use super::*;

    #[test]
    fn a_body_comes_back_and_a_bomb_or_a_torn_one_does_not() {
        let packed = pack(vec![b'a'; 1_000_000]);
        assert!(packed.zstd && packed.bytes.len() < 1_000);
        let whole = unpack(packed.bytes.clone(), true, 1_000_000).unwrap();
        assert_eq!(whole.len(), 1_000_000);
        assert!(unpack(packed.bytes.clone(), true, 999_999).is_err());
        let torn = packed.bytes[..packed.bytes.len() - 2].to_vec();
        assert!(unpack(torn, true, 1_000_000).is_err());
    }

    #[test]
    fn what_does_not_shrink_travels_as_it_is() {
        let packed = pack(b"{}".to_vec());
        assert!(!packed.zstd);
        assert_eq!(packed.bytes, b"{}");
    }
}
