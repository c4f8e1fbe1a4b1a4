//! Whether a certificate was revoked, and since when: CRLs (RFC 5280, 5) and OCSP answers (RFC 6960).
//!
//! Facts are bytes that somebody fetched, or that a file carries; [`Facts`] tries them (who signed them, which
//! certificate they are about, which time they can speak for) and answers path validation. What cannot be read, is
//! signed by another, or is too old says nothing: the answer is then [`Status::Unknown`], never "good".

mod crl;
mod entry;
mod facts;
mod ocsp;
mod places;
mod query;

pub use crl::{Crl, MAX_CRL};
pub use facts::{Facts, Source, Status, Why};
pub use ocsp::OcspResponse;
pub use places::Places;
pub use query::OcspRequest;

pub use entry::Reason;

use crate::Asn1Error;
use serde::{Deserialize, Serialize};

/// Why a CRL or an OCSP answer is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "what")]
pub enum RevocationError {
    /// Its bytes are not those of the standard.
    #[error("encoding: {0}")]
    Asn1(#[from] Asn1Error),
    /// An OCSP responder that gives no answer, and its `responseStatus` (RFC 6960, 4.2.1): 1 malformedRequest,
    /// 2 internalError, 3 tryLater, 5 sigRequired, 6 unauthorized.
    #[error("OCSP responder says {0}")]
    Responder(u64),
    /// An answer of a type other than basic.
    #[error("OCSP answer of another type")]
    OtherType,
    /// A CRL on behalf of other issuers (RFC 5280, 5.2.5: `indirectCRL`): not judged here.
    #[error("indirect CRL")]
    Indirect,
    /// A CRL that only says what changed since another (RFC 5280, 5.2.4).
    #[error("delta CRL")]
    Delta,
    /// A CRL for some reasons only, or of attribute certificates: it cannot say that nothing is against one.
    #[error("partial CRL")]
    Partial,
    /// A critical extension that is not understood.
    #[error("critical extension")]
    Critical,
    /// It answers another question: the nonce differs.
    #[error("answers another request")]
    OtherRequest,
}
