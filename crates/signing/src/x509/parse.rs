//! The frame of a certificate (RFC 5280, 4.1).

use crate::asn1::{Asn1Error, Reader, Tlv, oid, parse_time, tag};
use crate::{Hash, KeyKind};
use der::oid::ObjectIdentifier;
use jiff::Timestamp;

/// More extensions than any certificate has.
const MOST_EXTENSIONS: usize = 64;

/// An AlgorithmIdentifier: names compare as bytes, parameters stay encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmId {
    /// Content octets of the object identifier.
    pub oid: Vec<u8>,
    /// The parameters' encoding; none where they are absent.
    pub parameters: Option<Vec<u8>>,
}

/// An extension, not looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Content octets of the object identifier.
    pub oid: Vec<u8>,
    /// Whether whoever does not understand it must refuse the certificate.
    pub critical: bool,
    /// The extension's own encoding.
    pub value: Vec<u8>,
}

/// A certificate, in its own bytes and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The whole, as it was found.
    pub der: Vec<u8>,
    /// What the issuer signed: the encoding of the TBSCertificate.
    pub tbs: Vec<u8>,
    /// 1 to 3.
    pub version: u8,
    /// Content octets of the serial number.
    pub serial: Vec<u8>,
    /// Encoding of the issuer's name.
    pub issuer: Vec<u8>,
    /// Encoding of the subject's name.
    pub subject: Vec<u8>,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid, this second included.
    pub not_after: Timestamp,
    /// Encoding of the SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    /// How it is signed, as the outer field says.
    pub signature_algorithm: AlgorithmId,
    /// Whether the signed field says the same.
    pub algorithms_agree: bool,
    /// The issuer's signature.
    pub signature: Vec<u8>,
    /// In their order.
    pub extensions: Vec<Extension>,
}

/// A key that this crate does not sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key of a kind that is not signed with here")]
pub struct KeyError;

impl AlgorithmId {
    pub(crate) fn parse(element: &Tlv<'_>) -> Result<Self, Asn1Error> {
        let mut reader = element.expect(tag::SEQUENCE)?.reader();
        let oid = reader.take(tag::OID)?.value.to_vec();
        let parameters = if reader.is_empty() {
            None
        } else {
            Some(reader.next()?.whole.to_vec())
        };
        reader.end()?;
        Ok(Self { oid, parameters })
    }

    /// Whether it is this one.
    pub(crate) fn is(&self, oid: &ObjectIdentifier) -> bool {
        self.oid == oid.as_bytes()
    }
}

impl Certificate {
    /// Reads one certificate, which must fill the input.
    ///
    /// # Errors
    /// Where the frame of RFC 5280, 4.1 is not kept, or an extension is there twice (4.2).
    pub fn parse(der: &[u8]) -> Result<Self, Asn1Error> {
        let mut whole = Tlv::only(der)?.expect(tag::SEQUENCE)?.reader();
        let tbs = whole.take(tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmId::parse(&whole.next()?)?;
        let (signature, unused) = whole.take(tag::BIT_STRING)?.bits()?;
        whole.end()?;
        // Bits that do not fill the last octet are no signature of any algorithm: such a certificate can be looked at,
        // but nobody signed it.
        let signature = if unused == 0 {
            signature.to_vec()
        } else {
            Vec::new()
        };
        let mut body = tbs.reader();
        let version = match body.optional(tag::context_constructed(0))? {
            Some(explicit) => match Tlv::only(explicit.value)?.expect(tag::INTEGER)?.small()? {
                0 => 1,
                1 => 2,
                2 => 3,
                _ => return Err(Asn1Error::BadValue),
            },
            None => 1,
        };
        let serial = body.take(tag::INTEGER)?.value.to_vec();
        let inner_algorithm = AlgorithmId::parse(&body.next()?)?;
        let issuer = body.take(tag::SEQUENCE)?.whole.to_vec();
        let mut validity = body.take(tag::SEQUENCE)?.reader();
        let not_before = parse_time(&validity.next()?)?;
        let not_after = parse_time(&validity.next()?)?;
        validity.end()?;
        let subject = body.take(tag::SEQUENCE)?.whole.to_vec();
        let spki = body.take(tag::SEQUENCE)?.whole.to_vec();
        // issuerUniqueID and subjectUniqueID: nothing rests on them.
        for n in [1, 2] {
            if body.optional(tag::context(n))?.is_some() && version == 1 {
                return Err(Asn1Error::Unexpected);
            }
        }
        let extensions = match body.optional(tag::context_constructed(3))? {
            Some(explicit) if version == 3 => extensions(&Tlv::only(explicit.value)?)?,
            Some(_) => return Err(Asn1Error::Unexpected),
            None => Vec::new(),
        };
        body.end()?;
        Ok(Self {
            der: der.to_vec(),
            tbs: tbs.whole.to_vec(),
            version,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            spki,
            algorithms_agree: inner_algorithm == signature_algorithm,
            signature_algorithm,
            signature,
            extensions,
        })
    }

    /// The extension of this name.
    pub(crate) fn extension(&self, oid: &ObjectIdentifier) -> Option<&Extension> {
        self.extensions
            .iter()
            .find(|extension| extension.oid == oid.as_bytes())
    }

    /// What the certificate's key is.
    ///
    /// # Errors
    /// Where it is neither RSA nor on P-256 or P-384.
    pub fn key_kind(&self) -> Result<KeyKind, KeyError> {
        key_kind(&self.spki).map_err(|_| KeyError)?.ok_or(KeyError)
    }

    /// The hash to sign with: SHA-384 for a key on P-384, else SHA-256 (TS 119 312).
    ///
    /// # Errors
    /// Those of [`Certificate::key_kind`].
    pub fn hash(&self) -> Result<Hash, KeyError> {
        Ok(match self.key_kind()? {
            KeyKind::P384 => Hash::Sha384,
            KeyKind::Rsa(_) | KeyKind::P256 => Hash::Sha256,
        })
    }
}

fn extensions(list: &Tlv<'_>) -> Result<Vec<Extension>, Asn1Error> {
    let mut found: Vec<Extension> = Vec::new();
    for element in list.expect(tag::SEQUENCE)?.children(MOST_EXTENSIONS)? {
        let mut reader = element.expect(tag::SEQUENCE)?.reader();
        let oid = reader.take(tag::OID)?.value.to_vec();
        let critical = match reader.optional(tag::BOOLEAN)? {
            Some(value) => value.boolean()?,
            None => false,
        };
        let value = reader.take(tag::OCTET_STRING)?.value.to_vec();
        reader.end()?;
        if found.iter().any(|other| other.oid == oid) {
            return Err(Asn1Error::Unexpected);
        }
        found.push(Extension {
            oid,
            critical,
            value,
        });
    }
    Ok(found)
}

fn key_kind(spki: &[u8]) -> Result<Option<KeyKind>, Asn1Error> {
    let mut reader = Tlv::only(spki)?.reader();
    let algorithm = AlgorithmId::parse(&reader.next()?)?;
    let (key, _) = reader.take(tag::BIT_STRING)?.bits()?;
    if algorithm.is(&oid::RSA) || algorithm.is(&oid::RSA_PSS) {
        let modulus = Reader::new(Tlv::only(key)?.value).take(tag::INTEGER)?.value;
        let modulus = modulus
            .iter()
            .skip_while(|byte| **byte == 0)
            .copied()
            .collect::<Vec<_>>();
        let top = modulus.first().map_or(0, |byte| 8 - byte.leading_zeros());
        let bits = u32::try_from(modulus.len().saturating_sub(1) * 8)
            .map_err(|_| Asn1Error::TooLong)?
            + top;
        return Ok(Some(KeyKind::Rsa(bits)));
    }
    if algorithm.is(&oid::EC)
        && let Some(parameters) = &algorithm.parameters
    {
        let curve = Tlv::only(parameters)?.expect(tag::OID)?.value;
        if curve == oid::P256.as_bytes() {
            return Ok(Some(KeyKind::P256));
        }
        if curve == oid::P384.as_bytes() {
            return Ok(Some(KeyKind::P384));
        }
    }
    Ok(None)
}

/// The certificates in PEM text, encoded; what else is in it is passed over.
#[must_use]
pub fn from_pem(text: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine;
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(text);
    let blocks = text
        .split(BEGIN)
        .skip(1)
        .filter_map(|block| block.split_once(END));
    blocks
        .filter_map(|(body, _)| {
            let packed = body.split_whitespace().collect::<String>();
            base64::engine::general_purpose::STANDARD
                .decode(packed)
                .ok()
        })
        .collect()
}
