//! Putting things into a CMS signature that nobody signed: the signed parts keep their bytes.

use crate::asn1::{Asn1Error, Limits, Tlv, normalise, oid, set_of, tag, tlv, with_oid};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::oid::ObjectIdentifier;
use std::borrow::Cow;

/// The most members of a set.
const MOST: usize = 1024;

/// A SignedData in its parts, each encoded.
pub(super) struct Parts {
    version: u64,
    digest_algorithms: Vec<u8>,
    encapsulated: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    revocations: Vec<Vec<u8>>,
    signers: Vec<Vec<u8>>,
}

impl Parts {
    /// Takes a ContentInfo (DER or BER) apart.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Asn1Error> {
        let bytes = binary(bytes);
        let normal = normalise(&bytes, Limits::default())?;
        let mut outer = Tlv::only(&normal.der)?.expect(tag::SEQUENCE)?.reader();
        if outer.take(tag::OID)?.value != oid::SIGNED_DATA.as_bytes() {
            return Err(Asn1Error::Unexpected);
        }
        let explicit = outer.take(tag::context_constructed(0))?;
        outer.end()?;
        let mut reader = Tlv::only(explicit.value)?.expect(tag::SEQUENCE)?.reader();
        let version = reader.take(tag::INTEGER)?.small()?;
        let digest_algorithms = reader.take(tag::SET)?.whole.to_vec();
        let encapsulated = reader.take(tag::SEQUENCE)?.whole.to_vec();
        let mut set = |n: u8| -> Result<Vec<Vec<u8>>, Asn1Error> {
            reader
                .optional(tag::context_constructed(n))?
                .map_or(Ok(Vec::new()), |set| members(&set))
        };
        let (certificates, revocations) = (set(0)?, set(1)?);
        let signers = members(&reader.take(tag::SET)?)?;
        reader.end()?;
        Ok(Self {
            version,
            digest_algorithms,
            encapsulated,
            certificates,
            revocations,
            signers,
        })
    }

    /// Puts a time stamp of a kind on the signer whose signature has this value; none where there is no such signer.
    pub(super) fn stamp(
        &mut self,
        kind: &ObjectIdentifier,
        signature: &[u8],
        token: &[u8],
    ) -> Option<()> {
        let attribute = with_oid(kind, &[&tlv(tag::SET, &[token])]);
        self.attach(signature, attribute)
    }

    /// Adds an unsigned attribute to the signer whose signature has this value; none where there is no such signer.
    pub(super) fn attach(&mut self, signature: &[u8], attribute: Vec<u8>) -> Option<()> {
        let signer = self
            .signers
            .iter_mut()
            .find(|signer| value(signer).is_ok_and(|value| value == signature))?;
        *signer = with_unsigned(signer, attribute).ok()?;
        Some(())
    }

    /// Adds certificates, CRLs and OCSP answers (OCSPResponse), each once.
    pub(super) fn add(&mut self, certificates: &[Vec<u8>], crls: &[Vec<u8>], answers: &[Vec<u8>]) {
        self.certificates.extend_from_slice(certificates);
        self.revocations.extend_from_slice(crls);
        for answer in answers {
            // OtherRevocationInfoFormat (RFC 5652, 10.2.1; RFC 5940, 2.1).
            let name = tlv(tag::OID, &[oid::RI_OCSP_RESPONSE.as_bytes()]);
            self.revocations
                .push(tlv(tag::context_constructed(1), &[&name, answer]));
            // RFC 5652, 5.1: 5 where another format is among the CRLs.
            self.version = 5;
        }
    }

    /// DER of the ContentInfo.
    pub(super) fn write(&self) -> Vec<u8> {
        let version = u8::try_from(self.version).unwrap_or(5);
        let set = |n: u8, members: &[Vec<u8>]| match members.is_empty() {
            true => Vec::new(),
            false => set_of(tag::context_constructed(n), members.to_vec()),
        };
        let body = tlv(
            tag::SEQUENCE,
            &[
                &tlv(tag::INTEGER, &[&[version]]),
                &self.digest_algorithms,
                &self.encapsulated,
                &set(0, &self.certificates),
                &set(1, &self.revocations),
                &set_of(tag::SET, self.signers.clone()),
            ],
        );
        with_oid(
            &oid::SIGNED_DATA,
            &[&tlv(tag::context_constructed(0), &[&body])],
        )
    }
}

fn members(set: &Tlv<'_>) -> Result<Vec<Vec<u8>>, Asn1Error> {
    Ok(set
        .children(MOST)?
        .iter()
        .map(|member| member.whole.to_vec())
        .collect())
}

/// The value of a SignerInfo's signature: the OCTET STRING, which stands there once.
fn value(signer: &[u8]) -> Result<Vec<u8>, Asn1Error> {
    let parts = Tlv::only(signer)?.children(MOST)?;
    let value = parts.iter().find(|part| part.tag == tag::OCTET_STRING);
    value
        .map(|part| part.value.to_vec())
        .ok_or(Asn1Error::Unexpected)
}

/// The SignerInfo with one more unsigned attribute.
fn with_unsigned(signer: &[u8], attribute: Vec<u8>) -> Result<Vec<u8>, Asn1Error> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let mut attributes = Vec::new();
    let mut after_value = false;
    for part in Tlv::only(signer)?.expect(tag::SEQUENCE)?.children(MOST)? {
        match part.tag {
            // Signed attributes are [0]; unsigned ones are [1], behind the value.
            unsigned if after_value && unsigned == tag::context_constructed(1) => {
                attributes = members(&part)?
            }
            _ => parts.push(part.whole.to_vec()),
        }
        after_value |= part.tag == tag::OCTET_STRING;
    }
    attributes.push(attribute);
    parts.push(set_of(tag::context_constructed(1), attributes));
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    Ok(tlv(tag::SEQUENCE, &parts))
}

/// What came as base64, with or without the lines of PEM, as it is; everything else as it came.
pub(super) fn binary(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.first() == Some(&tag::SEQUENCE) {
        // '0' is base64 as well, but nothing that is read here begins with it: a SEQUENCE of a length of one octet
        // that is text.
        return Cow::Borrowed(bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Cow::Borrowed(bytes);
    };
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let dense: String = lines.flat_map(str::split_ascii_whitespace).collect();
    STANDARD
        .decode(dense)
        .map_or(Cow::Borrowed(bytes), Cow::Owned)
}
