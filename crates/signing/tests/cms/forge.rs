//! CMS files that the builder would never make.

use crate::pki::Signer;
use signing::Hash;
use signing::x509::Certificate;

pub const DATA: &str = "1.2.840.113549.1.7.1";
pub const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
pub const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
pub const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
pub const COUNTER_SIGNATURE: &str = "1.2.840.113549.1.9.6";

pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let mut out = vec![tag];
    match value.len() {
        length @ 0..0x80 => out.push(length as u8),
        length @ 0x80..0x100 => out.extend([0x81, length as u8]),
        length @ 0x100..0x1_0000 => out.extend([0x82, (length >> 8) as u8, length as u8]),
        length => out.extend([
            0x83,
            (length >> 16) as u8,
            (length >> 8) as u8,
            length as u8,
        ]),
    }
    out.extend(value);
    out
}

pub fn oid(dotted: &str) -> Vec<u8> {
    tlv(
        6,
        &[der::oid::ObjectIdentifier::new(dotted).unwrap().as_bytes()],
    )
}

pub fn attribute(name: &str, values: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &[&oid(name), &tlv(0x31, &[&values.concat()])])
}

pub fn content_type() -> Vec<u8> {
    attribute(CONTENT_TYPE, &[oid(DATA)])
}

pub fn message_digest(content: &[u8]) -> Vec<u8> {
    attribute(
        MESSAGE_DIGEST,
        &[tlv(4, &[&Hash::Sha256.of(content).bytes])],
    )
}

pub fn signing_certificate(certificate: &[u8]) -> Vec<u8> {
    let id = tlv(0x30, &[&tlv(4, &[&Hash::Sha256.of(certificate).bytes])]);
    attribute(SIGNING_CERTIFICATE_V2, &[tlv(0x30, &[&tlv(0x30, &[&id])])])
}

/// What the file to be made is like; [`Forge::good`] is one that holds.
pub struct Forge {
    pub signed: Vec<Vec<u8>>,
    pub unsigned: Vec<Vec<u8>>,
    /// AlgorithmIdentifiers.
    pub digest: Vec<u8>,
    pub algorithm: Vec<u8>,
    pub content: Option<Vec<u8>>,
    pub certificates: Vec<Vec<u8>>,
    /// Appended after `certificates`: `crls [1]`.
    pub revocations: Vec<u8>,
}

impl Forge {
    pub fn good(signer: &Signer, content: &[u8]) -> Self {
        Self {
            signed: vec![
                content_type(),
                message_digest(content),
                signing_certificate(&signer.certificate),
            ],
            unsigned: Vec::new(),
            digest: tlv(0x30, &[&oid("2.16.840.1.101.3.4.2.1")]),
            algorithm: tlv(0x30, &[&oid("1.2.840.10045.4.3.2")]),
            content: Some(content.to_vec()),
            certificates: vec![signer.certificate.clone()],
            revocations: Vec::new(),
        }
    }

    /// The SignerInfo; `sign` gives the value for the bytes that are signed.
    pub fn signer_info(&self, signer: &Signer, sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let read = Certificate::parse(&signer.certificate).unwrap();
        let mut signed = self.signed.clone();
        signed.sort();
        let set = tlv(0x31, &[&signed.concat()]);
        let attributes = if signed.is_empty() {
            Vec::new()
        } else {
            tlv(0xa0, &[&signed.concat()])
        };
        let over = if signed.is_empty() {
            self.content.clone().unwrap_or_default()
        } else {
            set
        };
        let unsigned = if self.unsigned.is_empty() {
            Vec::new()
        } else {
            tlv(0xa1, &[&self.unsigned.concat()])
        };
        tlv(
            0x30,
            &[
                &[2, 1, 1],
                &tlv(0x30, &[&read.issuer, &tlv(2, &[&read.serial])]),
                &self.digest,
                &attributes,
                &self.algorithm,
                &tlv(4, &[&sign(&over)]),
                &unsigned,
            ],
        )
    }

    pub fn with_signers(&self, signers: &[Vec<u8>]) -> Vec<u8> {
        let content = match &self.content {
            Some(content) => tlv(0xa0, &[&tlv(4, &[content])]),
            None => Vec::new(),
        };
        let signed_data = tlv(
            0x30,
            &[
                &[2, 1, 1],
                &tlv(0x31, &[&self.digest]),
                &tlv(0x30, &[&oid(DATA), &content]),
                &tlv(0xa0, &[&self.certificates.concat()]),
                &self.revocations,
                &tlv(0x31, &[&signers.concat()]),
            ],
        );
        tlv(
            0x30,
            &[&oid("1.2.840.113549.1.7.2"), &tlv(0xa0, &[&signed_data])],
        )
    }

    pub fn make(&self, signer: &Signer) -> Vec<u8> {
        let info = self.signer_info(signer, |over| signer.sign(&Hash::Sha256.of(over)));
        self.with_signers(&[info])
    }
}
