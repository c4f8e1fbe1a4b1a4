//! The little of ASN.1 that signatures need: reading what others wrote, however odd, and writing DER.
//!
//! The structured crates (`cms`, `x509-cert`) refuse much of what Italian offices receive: indefinite lengths,
//! OCSP answers among the CRLs, doubled members of sets. What is read here is bounded and never panics; what is
//! written is DER (X.690, clause 10).

mod decode;
mod normalise;
pub(crate) mod oid;
mod time;
mod write;

pub(crate) use decode::{Reader, Tlv, head};
pub(crate) use normalise::{Limits, normalise};
pub(crate) use time::{parse_time, signing_time};
pub(crate) use write::{header, set_of, tlv, with_oid};

use serde::{Deserialize, Serialize};

/// Universal tags, as the identifier octet has them (X.690, 8.1.2).
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// `[n]`, context-specific and primitive.
    pub(crate) const fn context(n: u8) -> u8 {
        0x80 | n
    }
    /// `[n]`, context-specific and constructed.
    pub(crate) const fn context_constructed(n: u8) -> u8 {
        0xa0 | n
    }
}

/// Why bytes are not ASN.1 that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asn1Error {
    /// They end in the middle of something.
    #[error("truncated")]
    Truncated,
    /// Nested more deeply than any real document.
    #[error("nested too deeply")]
    TooDeep,
    /// More elements than any real document.
    #[error("too many elements")]
    TooMany,
    /// Longer than what is taken.
    #[error("too long")]
    TooLong,
    /// A length that X.690, 8.1.3 does not know.
    #[error("bad length")]
    BadLength,
    /// Something else stands where the standard puts this.
    #[error("unexpected element")]
    Unexpected,
    /// A value that its type does not have.
    #[error("bad value")]
    BadValue,
}
