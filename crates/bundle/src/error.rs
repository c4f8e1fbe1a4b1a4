//! What can be wrong with a bundle.

/// Why a bundle cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// These bytes are no bundle at all.
    #[error("not a bundle")]
    NotABundle,
    /// It was made by a later version of the program.
    #[error("format version {0} is not known")]
    Version(u8),
    /// It is torn, changed, or not from whom it claims to be.
    #[error("damaged or forged")]
    Damaged,
    /// It is for another hub, or for another computer.
    #[error("for another reader")]
    OtherReader,
    /// It is larger than allowed.
    #[error("too large")]
    TooLarge,
    /// A key is none.
    #[error("not a key")]
    Key,
    /// The file could not be read or written.
    #[error("input/output: {0}")]
    Io(std::io::Error),
}

impl From<std::io::Error> for BundleError {
    /// Errors that passed through `std::io` come out again as they went in.
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(inner) => inner,
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::Damaged,
            Err(error) => Self::Io(error),
        }
    }
}

impl From<BundleError> for std::io::Error {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Io(error) => error,
            other => Self::other(other),
        }
    }
}
