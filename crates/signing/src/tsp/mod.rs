//! Time stamps (RFC 3161, RFC 5816; ETSI EN 319 422): asking for them, and whether one says what it is said to.
//!
//! Nothing here has a line: a [`Request`] is bytes, what comes back is bytes, and who carries them is a
//! [`Transport`]. A stamp that arrives is tried against the request it answers ([`Response::token`], then
//! [`Token::check`]) before anything is done with it; whom its authority is trusted by is another question, which
//! path validation answers ([`Stamp::certificate`], [`Stamp::chain`]).

mod archive;
mod info;
mod oid;
mod proof;
mod request;
mod response;
mod token;
mod transport;
mod tsd;

pub(crate) use archive::{Wanted, is_archived, wanted};
pub use info::{Imprint, TstInfo};
pub(crate) use oid::{ARCHIVE_TIME_STAMP_V3, SIGNATURE_TIME_STAMP};
pub(crate) use proof::Both;
pub use proof::{StampVerdict, StampedVerdict, judge, judge_read, stamps, token, token_of};
pub use request::Request;
pub use response::{Failure, Response};
pub use token::{Stamp, Token};
pub use transport::{Kind, Transport, TransportError};
pub use tsd::TimeStampedData;

use crate::{Asn1Error, SubIndication};
use serde::{Deserialize, Serialize};

/// Why a time stamp proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "what")]
pub enum TspError {
    /// Its bytes are not those of the standard.
    #[error("encoding: {0}")]
    Asn1(#[from] Asn1Error),
    /// The authority gave none, and said why.
    #[error("refused by the authority: {0:?}")]
    Refused(Failure),
    /// It is no time stamp: the CMS holds something else, or not exactly one signature (RFC 3161, 2.4.2).
    #[error("not a time stamp token")]
    NotAToken,
    /// It stamps something else: another hash.
    #[error("stamps another content")]
    OtherContent,
    /// An archive stamp: something that it covers is not there any more (EN 319 122-1, 5.5.2).
    #[error("covers more than there is")]
    Incomplete,
    /// The hash it stands on is weak, or unknown.
    #[error("hash function of the imprint")]
    WeakImprint,
    /// It answers another request, or none: the nonce differs (RFC 3161, 2.4.2).
    #[error("answers another request")]
    OtherRequest,
    /// The certificate that signed it is not in it, and was not given.
    #[error("certificate of the authority missing")]
    NoCertificate,
    /// Its certificate is not for time stamps and nothing else: extended key usage, critical, `timeStamping`
    /// alone (RFC 3161, 2.3).
    #[error("certificate not for time stamping")]
    NotATimeStamper,
    /// Its signed attributes do not name the certificate that signed it (RFC 5816, 2.2.1).
    #[error("names another certificate")]
    OtherCertificate,
    /// Its signature is wrong.
    #[error("signature")]
    Signature,
    /// It was made before its certificate was valid, or afterwards.
    #[error("made outside of its certificate's validity")]
    OutsideValidity,
    /// Evidence of a kind that is not read here (RFC 4998 evidence records in a `.tsd`).
    #[error("evidence of another kind")]
    OtherEvidence,
}

impl TspError {
    /// What it means for the stamp's own verdict (EN 319 102-1, 5.4).
    #[must_use]
    pub fn sub_indication(&self) -> SubIndication {
        match self {
            Self::Asn1(_) | Self::Refused(_) | Self::NotAToken | Self::OtherEvidence => {
                SubIndication::FormatFailure
            }
            Self::OtherContent | Self::Incomplete => SubIndication::HashFailure,
            Self::WeakImprint => SubIndication::CryptoConstraintsFailure,
            Self::OtherRequest => SubIndication::SigConstraintsFailure,
            Self::NoCertificate => SubIndication::NoSigningCertificateFound,
            Self::NotATimeStamper => SubIndication::ChainConstraintsFailure,
            Self::OtherCertificate => SubIndication::SigConstraintsFailure,
            Self::Signature => SubIndication::SigCryptoFailure,
            Self::OutsideValidity => SubIndication::OutOfBoundsNoPoe,
        }
    }
}
