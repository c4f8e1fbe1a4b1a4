//! The words of ETSI EN 319 102-1 v1.4.1, tables 1 to 3 (clause 5.1.3).

use serde::{Deserialize, Serialize};

/// The main answer about a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Indication {
    /// Every check of the policy succeeded.
    #[serde(rename = "TOTAL-PASSED")]
    TotalPassed,
    /// The signature cannot be right: its bytes, or what it is about, were changed, or the certificate was
    /// no longer (or not yet) good when it was made, and that is proven.
    #[serde(rename = "TOTAL-FAILED")]
    TotalFailed,
    /// What is at hand is not enough to say either.
    #[serde(rename = "INDETERMINATE")]
    Indeterminate,
}

impl Indication {
    /// How much worse than TOTAL-PASSED: to find the worst of several.
    #[must_use]
    pub fn severity(self) -> u8 {
        match self {
            Self::TotalPassed => 0,
            Self::Indeterminate => 1,
            Self::TotalFailed => 2,
        }
    }
}

/// Why the answer is not TOTAL-PASSED.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)] // the names are the standard's, each explained in its clause 5.1.3
pub enum SubIndication {
    // TOTAL-FAILED
    FormatFailure,
    HashFailure,
    SigCryptoFailure,
    Revoked,
    Expired,
    NotYetValid,
    // INDETERMINATE
    SigConstraintsFailure,
    ChainConstraintsFailure,
    CertificateChainGeneralFailure,
    CryptoConstraintsFailure,
    PolicyProcessingError,
    SignaturePolicyNotAvailable,
    TimestampOrderFailure,
    NoSigningCertificateFound,
    NoCertificateChainFound,
    NoCertificateChainFoundNoPoe,
    RevokedNoPoe,
    RevokedCaNoPoe,
    OutOfBoundsNotRevoked,
    OutOfBoundsNoPoe,
    RevocationOutOfBoundsNoPoe,
    CryptoConstraintsFailureNoPoe,
    NoPoe,
    TryLater,
    SignedDataNotFound,
}
