//! Hashes that a signature may stand on.

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A hash function: those of ETSI TS 119 312 that Italian cards and certificates use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hash {
    /// SHA-256: what this crate signs with unless the key asks for more.
    Sha256,
    /// SHA-384: for keys on P-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// The hash of something, and of which kind it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// With which function.
    pub hash: Hash,
    /// As many bytes as the function gives.
    pub bytes: Vec<u8>,
}

impl Hash {
    /// How many bytes it gives.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Hashes a whole.
    #[must_use]
    pub fn of(self, content: &[u8]) -> Digest {
        let bytes = match self {
            Self::Sha256 => sha2::Sha256::digest(content).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(content).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(content).to_vec(),
        };
        Digest { hash: self, bytes }
    }

    /// Hashes what a reader gives, in pieces: memory stays small however long it is.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn of_reader(self, mut content: impl std::io::Read) -> std::io::Result<Digest> {
        fn run<D: sha2::Digest>(content: &mut impl std::io::Read) -> std::io::Result<Vec<u8>> {
            let mut hasher = D::new();
            let mut piece = vec![0; 64 * 1024];
            loop {
                match content.read(&mut piece)? {
                    0 => return Ok(hasher.finalize().to_vec()),
                    n => hasher.update(&piece[..n]),
                }
            }
        }
        let bytes = match self {
            Self::Sha256 => run::<sha2::Sha256>(&mut content)?,
            Self::Sha384 => run::<sha2::Sha384>(&mut content)?,
            Self::Sha512 => run::<sha2::Sha512>(&mut content)?,
        };
        Ok(Digest { hash: self, bytes })
    }
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
