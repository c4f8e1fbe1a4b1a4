//! Reading and writing the binary bodies: varints (LEB128) and hashes.

use super::CompactError;
use domain::FileId;

/// Bytes of a hash.
pub(super) const HASH: usize = 32;

pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(super) fn put_hash(out: &mut Vec<u8>, hex: &str) {
    out.extend_from_slice(&unhex(hex).unwrap_or_default());
}

/// The bytes of 64 lower-case hex digits.
pub(super) fn unhex(hex: &str) -> Option<[u8; HASH]> {
    let mut out = [0; HASH];
    let digits = hex.as_bytes();
    if digits.len() != 2 * HASH {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().try_fold(0, |byte, &digit| {
            Some(byte << 4 | u8::try_from(char::from(digit).to_digit(16)?).ok()?)
        })?;
    }
    Some(out)
}

fn hex(bytes: &[u8; HASH]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// What is left to read of a body.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], CompactError> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(CompactError::Truncated)?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub(super) fn hash(&mut self) -> Result<String, CompactError> {
        Ok(hex(&self.array()?))
    }

    pub(super) fn file(&mut self) -> Result<FileId, CompactError> {
        self.hash().map(FileId)
    }

    pub(super) fn varint(&mut self) -> Result<u64, CompactError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CompactError::Number)
    }

    /// A number that bounds a loop or a length.
    pub(super) fn count(&mut self, most: usize) -> Result<usize, CompactError> {
        let count = self.varint()?;
        let count = usize::try_from(count).map_err(|_| CompactError::Number)?;
        (count <= most).then_some(count).ok_or(CompactError::Number)
    }

    pub(super) fn end(&self) -> Result<(), CompactError> {
        self.0
            .is_empty()
            .then_some(())
            .ok_or(CompactError::Trailing)
    }
}
