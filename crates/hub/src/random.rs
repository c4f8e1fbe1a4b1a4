//! Random bytes from the operating system.

use crate::error::Failure;
use crate::storage::StorageError;

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut out = [0; N];
    getrandom::fill(&mut out).map_err(none)?;
    Ok(out)
}

/// There are no random numbers.
pub(crate) fn none(error: getrandom::Error) -> Failure {
    StorageError::Disk(std::io::Error::other(error.to_string())).into()
}

/// `len` random characters of an alphabet of 32 ASCII characters.
pub(crate) fn chars<const N: usize>(alphabet: &[u8; 32]) -> Result<String, Failure> {
    let letter = |byte: u8| {
        alphabet
            .get(usize::from(byte % 32))
            .copied()
            .map(char::from)
    };
    Ok(bytes::<N>()?.into_iter().filter_map(letter).collect())
}
