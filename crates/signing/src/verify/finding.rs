//! What was found, and how much it weighs.

use super::At;
use crate::path::PathError;
use crate::{Indication, SubIndication};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that a verdict rests on. Those that weigh nothing are only told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Finding {
    // How it is written
    /// A certificate in the signature cannot be read.
    UnreadableCertificate,
    /// The signature has no signed attributes: plain PKCS#7, which binds no certificate.
    NoSignedAttributes,
    /// A signed attribute that is there twice, or has more or less than one value (RFC 5652, 11).
    DuplicateAttribute,
    /// A signed attribute that cannot be read.
    BadAttribute,
    /// No content-type attribute, or another type than that of the content.
    ContentType,
    /// No message-digest attribute.
    NoMessageDigest,
    /// Content both inside and beside, or inside a signature of a PDF.
    ContentInside,
    /// More than one signer in the signature of a PDF (EN 319 142-1, 6.3).
    SeveralSigners,
    /// A counter-signature inside counter-signatures inside …, deeper than is followed.
    TooDeep,
    // Whose it is
    /// The signer's certificate is not at hand.
    NoCertificate,
    /// No signing-certificate attribute binds the certificate (EN 319 122-1, 6.3).
    NoSigningCertificate,
    /// The signing-certificate attribute is about another certificate.
    OtherCertificate,
    // What it is about
    /// The content is neither inside nor given.
    NoContent,
    /// The content is not the one that was signed.
    ContentChanged,
    /// The signature's value is not the certificate's over the signed attributes.
    BadSignature,
    // The mathematics
    /// An algorithm that is not known here.
    UnknownAlgorithm,
    /// The signer's hash is not among those that the file says are used (RFC 5652, 5.1 lets it be refused; OpenSSL
    /// refuses it).
    UnlistedHash,
    /// digestAlgorithm and signatureAlgorithm name different hashes.
    OtherHash,
    /// A hash that is no longer strong enough: SHA-1, MD5, … (TS 119 312).
    WeakHash,
    /// A key that is too short: RSA under 2048 bits, curves under 256.
    WeakKey,
    // The certificate
    /// Its path does not hold.
    Path {
        /// Why.
        why: PathError,
    },
    /// It was revoked, but only after the time that is judged about: told, without weight.
    RevokedLater {
        /// Since when.
        since: Timestamp,
    },
    /// Nothing current is known of a revocation, and nobody asked for it to be: told, without weight.
    RevocationUnknown,
    /// That it is not revoked is the word of a responder whose own certificate may be, and of that nothing is known
    /// (RFC 6960, 4.2.2.2.1): told, without weight.
    ResponderUnchecked,
    /// keyUsage has neither nonRepudiation nor digitalSignature.
    KeyUsage,
    /// keyUsage lacks nonRepudiation: no Italian qualified certificate (AgID, Det. 121/2019, 4.1). Told.
    NotNonRepudiation,
    /// A critical extended key usage that is not for documents.
    ExtendedKeyUsage,
    // The lists
    /// The service that the path ends at had been withdrawn.
    ServiceWithdrawn,
    /// The trusted lists should have been replaced by now (TS 119 612, 5.3.15).
    StaleLists {
        /// By when.
        next_update: Timestamp,
    },
    // Told without weight
    /// No signing-time attribute where CAdES baseline wants one.
    NoSigningTime,
    /// The claimed time of signing is later than the time that is judged about.
    SigningTimeAhead {
        /// What is claimed.
        claimed: Timestamp,
    },
    /// A signature on this signature ("controfirma") fails, or cannot be judged: it is another's, and this one stands
    /// without it (RFC 5652, 11.4).
    CounterSignature {
        /// The worst answer of them.
        indication: Indication,
    },
    /// Bytes follow the signature.
    TrailingBytes,
    /// The trusted list contradicts itself about this certificate, or says what nobody here understands: whether it is
    /// qualified is not determined (TS 119 615, 4.4).
    QualificationUnclear,
}

impl Finding {
    /// The answer it leads to by itself; none where it only is told.
    #[must_use]
    pub fn weight(self, at: At) -> Option<(Indication, SubIndication)> {
        use Indication::{Indeterminate, TotalFailed};
        use SubIndication as S;
        Some(match self {
            Self::UnreadableCertificate
            | Self::DuplicateAttribute
            | Self::BadAttribute
            | Self::ContentType
            | Self::NoMessageDigest
            | Self::ContentInside
            | Self::SeveralSigners
            | Self::OtherHash
            | Self::UnlistedHash
            | Self::TooDeep => (TotalFailed, S::FormatFailure),
            Self::ContentChanged => (TotalFailed, S::HashFailure),
            Self::BadSignature => (TotalFailed, S::SigCryptoFailure),
            Self::NoCertificate | Self::OtherCertificate => {
                (Indeterminate, S::NoSigningCertificateFound)
            }
            Self::NoContent => (Indeterminate, S::SignedDataNotFound),
            Self::NoSignedAttributes | Self::NoSigningCertificate => {
                (Indeterminate, S::SigConstraintsFailure)
            }
            Self::UnknownAlgorithm => (Indeterminate, S::CryptoConstraintsFailure),
            Self::WeakHash | Self::WeakKey => (Indeterminate, weak(at)),
            Self::KeyUsage | Self::ExtendedKeyUsage => (Indeterminate, S::ChainConstraintsFailure),
            Self::ServiceWithdrawn => (Indeterminate, S::ChainConstraintsFailure),
            Self::StaleLists { .. } => (Indeterminate, S::TryLater),
            Self::Path { why } => path(why, at),
            Self::RevokedLater { .. }
            | Self::RevocationUnknown
            | Self::ResponderUnchecked
            | Self::NotNonRepudiation
            | Self::NoSigningTime
            | Self::SigningTimeAhead { .. }
            | Self::CounterSignature { .. }
            | Self::TrailingBytes
            | Self::QualificationUnclear => return None,
        })
    }
}

/// Without proof of an earlier time it may be that the signature is from when the algorithm was still good
/// (EN 319 102-1, table 3).
fn weak(at: At) -> SubIndication {
    /// 30 June 2011: SHA-256 and keys to match became mandatory for Italian signatures (DigitPA, Det. 69/2010).
    const MANDATORY: i64 = 1_309_392_000;
    if at.is_proof() && at.time.as_second() >= MANDATORY {
        SubIndication::CryptoConstraintsFailure
    } else {
        SubIndication::CryptoConstraintsFailureNoPoe
    }
}

fn path(why: PathError, at: At) -> (Indication, SubIndication) {
    use Indication::{Indeterminate, TotalFailed};
    use SubIndication as S;
    match why {
        PathError::NoPath | PathError::TooMany => (Indeterminate, S::NoCertificateChainFound),
        PathError::Signature { .. } => (Indeterminate, S::NoCertificateChainFound),
        PathError::Weak { .. } => (Indeterminate, weak(at)),
        PathError::Expired { depth: 0 } => (Indeterminate, S::OutOfBoundsNoPoe),
        // Proven to have existed before its certificate did (5.5.4, step 3: best-signature-time).
        PathError::NotYetValid { depth: 0 } if at.is_proof() => (TotalFailed, S::NotYetValid),
        PathError::NotYetValid { depth: 0 } => (Indeterminate, S::OutOfBoundsNoPoe),
        PathError::Revoked { depth: 0, .. } => (Indeterminate, S::RevokedNoPoe),
        PathError::Revoked { .. } => (Indeterminate, S::RevokedCaNoPoe),
        PathError::RevocationUnknown { .. } => (Indeterminate, S::TryLater),
        PathError::NameConstraints { .. }
        | PathError::Policies { .. }
        | PathError::BasicConstraints { .. }
        | PathError::KeyUsage { .. }
        | PathError::Extension { .. }
        | PathError::Expired { .. }
        | PathError::NotYetValid { .. } => (Indeterminate, S::CertificateChainGeneralFailure),
    }
}
