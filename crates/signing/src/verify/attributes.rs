//! The signed attributes, understood: what a signature binds besides its content.

use super::{Finding, Profile};
use crate::asn1::{Asn1Error, Reader, Tlv, oid, parse_time, tag};
use crate::cms::{Attribute, SignerInfo};
use crate::crypto::DigestAlgorithm;
use crate::x509::{AlgorithmId, Certificate, Name};
use der::oid::ObjectIdentifier;
use jiff::Timestamp;

/// A reference to the signer's certificate: ESSCertID or ESSCertIDv2 (RFC 5035).
struct Reference {
    algorithm: DigestAlgorithm,
    hash: Vec<u8>,
    /// Issuer's name and serial number, where they are given.
    issuer: Option<(Name, Vec<u8>)>,
}

/// What the attributes say; faults are in `findings`.
pub(super) struct Attributes {
    pub(super) message_digest: Option<Vec<u8>>,
    pub(super) signing_time: Option<Timestamp>,
    references: Vec<Reference>,
    pub(super) findings: Vec<Finding>,
}

impl Attributes {
    /// Reads those of a signer whose content is of this type; none for a counter-signature, which has no content type
    /// (RFC 5652, 11.4).
    pub(super) fn read(signer: &SignerInfo, content_type: Option<&[u8]>, profile: Profile) -> Self {
        let mut read = Self {
            message_digest: None,
            signing_time: None,
            references: Vec::new(),
            findings: Vec::new(),
        };
        if signer.signed_bytes.is_none() {
            read.findings.push(Finding::NoSignedAttributes);
            return read;
        }
        read.once_each(signer);
        if let Some(content_type) = content_type {
            let said = read.single(signer, &oid::CONTENT_TYPE, |value| {
                Ok(value.expect(tag::OID)?.value.to_vec())
            });
            if said.as_deref() != Some(content_type) {
                read.findings.push(Finding::ContentType);
            }
        }
        read.message_digest = read.single(signer, &oid::MESSAGE_DIGEST, |value| {
            Ok(value.expect(tag::OCTET_STRING)?.value.to_vec())
        });
        if read.message_digest.is_none() {
            read.findings.push(Finding::NoMessageDigest);
        }
        read.signing_time = read.single(signer, &oid::SIGNING_TIME, parse_time);
        if read.signing_time.is_none() && profile == Profile::Cades && content_type.is_some() {
            read.findings.push(Finding::NoSigningTime);
        }
        let second = read.single(signer, &oid::SIGNING_CERTIFICATE_V2, |value| {
            reference(value, true)
        });
        let first = read.single(signer, &oid::SIGNING_CERTIFICATE, |value| {
            reference(value, false)
        });
        read.references.extend(second.into_iter().chain(first));
        if read.references.is_empty() && !read.findings.contains(&Finding::BadAttribute) {
            read.findings.push(Finding::NoSigningCertificate);
        }
        read
    }

    /// Whether the certificate is the one that the attributes are about; true where they are about none.
    pub(super) fn mean(&self, certificate: &Certificate) -> bool {
        self.references.iter().all(|reference| {
            let same = reference
                .algorithm
                .of(&certificate.der)
                .is_some_and(|hash| hash == reference.hash);
            same && reference.issuer.as_ref().is_none_or(|(issuer, serial)| {
                Name::parse(&certificate.issuer).is_ok_and(|name| name == *issuer)
                    && *serial == certificate.serial
            })
        })
    }

    /// No attribute may be there twice (RFC 5652, 11; the attacks of two messages or certificates in one signature);
    /// content time stamps may (EN 319 122-1, 5.2.8).
    fn once_each(&mut self, signer: &SignerInfo) {
        for (at, attribute) in signer.signed.iter().enumerate() {
            let twice = signer.signed[..at]
                .iter()
                .any(|other| other.oid == attribute.oid);
            if twice && attribute.oid != oid::CONTENT_TIME_STAMP.as_bytes() {
                self.findings.push(Finding::DuplicateAttribute);
                return;
            }
        }
    }

    /// The one value of an attribute.
    fn single<T>(
        &mut self,
        signer: &SignerInfo,
        name: &ObjectIdentifier,
        read: impl Fn(&Tlv<'_>) -> Result<T, Asn1Error>,
    ) -> Option<T> {
        let attribute: &Attribute = signer.signed_attributes(name.as_bytes()).next()?;
        let [value] = attribute.values.as_slice() else {
            self.findings.push(Finding::DuplicateAttribute);
            return None;
        };
        let value = Tlv::only(value).and_then(|value| read(&value));
        if value.is_err() {
            self.findings.push(Finding::BadAttribute);
        }
        value.ok()
    }
}

/// The first reference of SigningCertificate or SigningCertificateV2: the signer's (RFC 5035, 3).
fn reference(value: &Tlv<'_>, second: bool) -> Result<Reference, Asn1Error> {
    let mut outer = value.expect(tag::SEQUENCE)?.reader();
    let mut reader = Reader::new(outer.take(tag::SEQUENCE)?.value)
        .take(tag::SEQUENCE)?
        .reader();
    let algorithm = match reader.optional(tag::SEQUENCE)? {
        Some(algorithm) if second => {
            DigestAlgorithm::from_oid(&AlgorithmId::parse(&algorithm)?.oid)
                .ok_or(Asn1Error::BadValue)?
        }
        Some(_) => return Err(Asn1Error::Unexpected),
        None if second => DigestAlgorithm::Sha256,
        None => DigestAlgorithm::Sha1,
    };
    let hash = reader.take(tag::OCTET_STRING)?.value.to_vec();
    let issuer = match reader.optional(tag::SEQUENCE)? {
        Some(both) => {
            let mut both = both.reader();
            let names = both.take(tag::SEQUENCE)?;
            let directory = Tlv::only(names.value)?.expect(tag::context_constructed(4))?;
            Some((
                Name::parse(directory.value)?,
                both.take(tag::INTEGER)?.value.to_vec(),
            ))
        }
        None => None,
    };
    reader.end()?;
    Ok(Reference {
        algorithm,
        hash,
        issuer,
    })
}
