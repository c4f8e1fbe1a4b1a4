//! That one certificate is revoked.

use crate::Asn1Error;
use crate::asn1::Tlv;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why it was revoked (RFC 5280, 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Said to be none in particular.
    Unspecified,
    /// The key is, or may be, in other hands.
    KeyCompromise,
    /// So is the issuer's.
    CaCompromise,
    /// The holder's position changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// Suspended: it may come back.
    CertificateHold,
    /// It came back; stands in delta CRLs alone.
    RemoveFromCrl,
    /// A privilege in it was withdrawn.
    PrivilegeWithdrawn,
    /// The authority of attributes was compromised.
    AaCompromise,
}

/// An entry of a CRL, or of an OCSP answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Since when.
    pub since: Timestamp,
    /// Why; none where it is not said.
    pub reason: Option<Reason>,
}

impl Reason {
    /// Its number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// Whether what was made before the revocation keeps its worth even without the key's own word for when: the key
    /// was not in other hands (RFC 3161, 4: the numbers 0, 3, 4 and 5).
    #[must_use]
    pub const fn leaves_the_past(self) -> bool {
        matches!(self.code(), 0 | 3 | 4 | 5)
    }

    /// From CRLReason, an ENUMERATED; unknown numbers are no reason to take a certificate for good.
    pub(super) fn read(element: &Tlv<'_>) -> Result<Self, Asn1Error> {
        Ok(match element.expect(ENUMERATED)?.small()? {
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => Self::Unspecified,
        })
    }
}

pub(super) const ENUMERATED: u8 = 0x0a;
