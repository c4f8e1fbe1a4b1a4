//! One-time codes: eight characters that can be read out over the telephone.

use crate::error::Failure;
use crate::random;
use crate::storage::StorageError;
use argon2::{Algorithm, Argon2, Params, Version};

/// How long a code is good for, in milliseconds (7 days).
pub(crate) const LIFE: i64 = 7 * 24 * 3600 * 1000;
/// Letters and digits that nobody confuses: no 0, O, 1, I.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A new code, `K7QM-4TXR`.
pub(crate) fn fresh() -> Result<String, Failure> {
    let code = random::chars::<8>(ALPHABET)?;
    let (left, right) = code.split_at(4);
    Ok(format!("{left}-{right}"))
}

/// The code as it is hashed: capitals, without spaces and hyphens; `None` for what cannot be one.
fn normal(code: &str) -> Option<String> {
    if code.len() > 64 {
        return None;
    }
    let code: String = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let known = |c: char| c.is_ascii() && ALPHABET.contains(&(c as u8));
    (code.len() == 8 && code.chars().all(known)).then_some(code)
}

/// The hash under which a code is kept; `None` for what cannot be a code.
///
/// Forty bits are few for a fast hash, so it is a slow one; the salt is the hub's, because the code
/// itself is the key it is found by.
pub(crate) fn hash(code: &str, salt: &[u8]) -> Result<Option<[u8; 32]>, Failure> {
    let Some(code) = normal(code) else {
        return Ok(None);
    };
    let mut out = [0; 32];
    let params = Params::new(8 * 1024, 2, 1, Some(32)).map_err(failed)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(code.as_bytes(), salt, &mut out)
        .map_err(failed)?;
    Ok(Some(out))
}

fn failed(error: impl std::fmt::Display) -> Failure {
    StorageError::Disk(std::io::Error::other(error.to_string())).into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_without_regard_to_case_spaces_and_hyphens() {
        let salt = [7; 16];
        let code = fresh().unwrap();
        let spoken = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(hash(&code, &salt).unwrap(), hash(&spoken, &salt).unwrap());
        assert!(hash(&code, &salt).unwrap().is_some());
    }

    #[test]
    fn what_cannot_be_a_code_has_no_hash() {
        for text in [
            "",
            "K7QM-4TX",
            "K7QM-4TXRR",
            "K7QM-4TX0",
            "àèìòùàèì",
            &"K".repeat(65),
        ] {
            assert_eq!(normal(text), None, "{text}");
        }
    }
}
