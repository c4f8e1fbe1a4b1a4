//! Asking an OCSP responder (RFC 6960, 4.1).

use crate::Asn1Error;
use crate::asn1::{Tlv, oid, tag, tlv, with_oid};
use crate::crypto::DigestAlgorithm;
use crate::x509::Certificate;
use der::oid::ObjectIdentifier;

pub(super) const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");

/// Bytes of a nonce (RFC 9654, 2.1 asks for 32; RFC 6960 responders of long ago took 16, and take these).
const NONCE_BYTES: usize = 16;

/// The most certificates in a request that is carried for somebody.
const MAX_ASKED: usize = 16;

/// A question about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspRequest {
    der: Vec<u8>,
    nonce: Vec<u8>,
}

impl OcspRequest {
    /// Asks how a certificate of this issuer stands. None where the system gives no randomness, or the issuer's key
    /// cannot be read.
    ///
    /// The certificate is named by SHA-1, as RFC 5019, 2.1.1 wants it and every responder understands: nothing rests
    /// on it, for the answer's signature is what is believed, and it names the same certificate again.
    #[must_use]
    pub fn new(certificate: &Certificate, issuer: &Certificate) -> Option<Self> {
        let mut nonce = vec![0; NONCE_BYTES];
        openssl::rand::rand_bytes(&mut nonce).ok()?;
        let id = cert_id(certificate, issuer)?;
        let request = tlv(tag::SEQUENCE, &[&id]);
        let list = tlv(tag::SEQUENCE, &[&request]);
        let value = tlv(tag::OCTET_STRING, &[&tlv(tag::OCTET_STRING, &[&nonce])]);
        let extensions = tlv(tag::SEQUENCE, &[&with_oid(&NONCE, &[&value])]);
        let extensions = tlv(tag::context_constructed(2), &[&extensions]);
        let body = tlv(tag::SEQUENCE, &[&list, &extensions]);
        Some(Self {
            der: tlv(tag::SEQUENCE, &[&body]),
            nonce,
        })
    }

    /// What a request is about, in DER, without its nonce: two askers who want to know the same ask with the same
    /// bytes. For whoever carries requests and keeps answers.
    ///
    /// # Errors
    /// [`Asn1Error`] where it is no OCSPRequest (RFC 6960, 4.1.1).
    pub fn about(request: &[u8]) -> Result<Vec<u8>, Asn1Error> {
        let mut outer = Tlv::only(request)?.expect(tag::SEQUENCE)?.reader();
        let mut body = outer.take(tag::SEQUENCE)?.reader();
        body.optional(tag::context_constructed(0))?;
        body.optional(tag::context_constructed(1))?;
        let list = body.take(tag::SEQUENCE)?;
        if list.children(MAX_ASKED)?.is_empty() {
            return Err(Asn1Error::Unexpected);
        }
        Ok(list.whole.to_vec())
    }

    /// DER of the OCSPRequest.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The nonce: an answer that has another one is of another question; one that has none may have been made
    /// before (RFC 5019, 4).
    #[must_use]
    pub fn nonce(&self) -> &[u8] {
        &self.nonce
    }
}

/// CertID (RFC 6960, 4.1.1).
fn cert_id(certificate: &Certificate, issuer: &Certificate) -> Option<Vec<u8>> {
    let (name, key) = issuer_hashes(issuer, DigestAlgorithm::Sha1)?;
    let algorithm = with_oid(&oid::SHA1, &[&tlv(tag::NULL, &[])]);
    Some(tlv(
        tag::SEQUENCE,
        &[
            &algorithm,
            &tlv(tag::OCTET_STRING, &[&name]),
            &tlv(tag::OCTET_STRING, &[&key]),
            &tlv(tag::INTEGER, &[&certificate.serial]),
        ],
    ))
}

/// The hashes of an issuer's name and key.
pub(super) fn issuer_hashes(
    issuer: &Certificate,
    hash: DigestAlgorithm,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let key = key_bits(&issuer.spki).ok()?;
    Some((hash.of(&issuer.subject)?, hash.of(key)?))
}

/// The bits of a SubjectPublicKeyInfo's key, as OCSP hashes them.
fn key_bits(spki: &[u8]) -> Result<&[u8], Asn1Error> {
    let mut reader = Tlv::only(spki)?.expect(tag::SEQUENCE)?.reader();
    reader.take(tag::SEQUENCE)?;
    Ok(reader.take(tag::BIT_STRING)?.bits()?.0)
}
