//! Passwords of the staff: Argon2id.

use crate::error::Failure;
use crate::storage::StorageError;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// The shortest and the longest password taken, in bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=200;

/// The PHC string to keep.
pub(crate) fn hash(password: &str) -> Result<String, Failure> {
    if !LENGTH.contains(&password.len()) {
        return Err(Failure::malformed("a password has 10 to 200 characters"));
    }
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| StorageError::Disk(std::io::Error::other(error.to_string())))?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was kept. Without an account the same work is done, so that
/// the time taken does not tell which accounts exist.
pub(crate) fn verify(password: &str, kept: Option<&str>) -> bool {
    let Some(hash) = kept.and_then(|kept| PasswordHash::new(kept).ok()) else {
        let mut out = [0; 32];
        let _ = Argon2::default().hash_password_into(password.as_bytes(), &[0; 16], &mut out);
        return false;
    };
    Argon2::default()
        .verify_password(password.as_bytes(), &hash)
        .is_ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_is_right() {
        let kept = hash("sette colli e un fiume").unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(verify("sette colli e un fiume", Some(&kept)));
        assert!(!verify("sette colli", Some(&kept)));
        assert!(!verify("sette colli e un fiume", None));
        assert!(!verify("x", Some("not a hash")));
        assert!(hash("breve").is_err());
    }
}
