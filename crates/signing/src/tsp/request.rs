//! Asking for a stamp (RFC 3161, 2.4.1).

use crate::asn1::{oid, tag, tlv, with_oid};
use crate::{Digest, Hash};

/// Bytes of a nonce: the 64 bits that every authority takes.
const NONCE: usize = 8;

/// A question that one answer fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    imprint: Digest,
    nonce: [u8; NONCE],
}

impl Request {
    /// Asks that this hash be stamped. None where the system gives no randomness.
    #[must_use]
    pub fn new(imprint: Digest) -> Option<Self> {
        let mut nonce = [0; NONCE];
        openssl::rand::rand_bytes(&mut nonce).ok()?;
        // A positive INTEGER of exactly these bytes: the first bit 0, the next one 1.
        nonce[0] = nonce[0] & 0x7f | 0x40;
        Some(Self { imprint, nonce })
    }

    /// Asks that the SHA-256 of a content be stamped. None where the system gives no randomness.
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        Self::new(Hash::Sha256.of(content))
    }

    /// What is to be stamped.
    #[must_use]
    pub fn imprint(&self) -> &Digest {
        &self.imprint
    }

    /// The content octets of the nonce.
    #[must_use]
    pub fn nonce(&self) -> &[u8] {
        &self.nonce
    }

    /// DER of the TimeStampReq; the authority's certificate is asked for (certReq).
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        // With NULL parameters, which RFC 5754, 2 lets be read and older authorities want.
        let name = match self.imprint.hash {
            Hash::Sha256 => oid::SHA256,
            Hash::Sha384 => oid::SHA384,
            Hash::Sha512 => oid::SHA512,
        };
        let algorithm = with_oid(&name, &[&tlv(tag::NULL, &[])]);
        let imprint = tlv(
            tag::SEQUENCE,
            &[&algorithm, &tlv(tag::OCTET_STRING, &[&self.imprint.bytes])],
        );
        tlv(
            tag::SEQUENCE,
            &[
                &tlv(tag::INTEGER, &[&[1]]),
                &imprint,
                &tlv(tag::INTEGER, &[&self.nonce]),
                &tlv(tag::BOOLEAN, &[&[0xff]]),
            ],
        )
    }
}
