//! Reading a SignedData, whoever wrote it.

use crate::asn1::{Asn1Error, Limits, Tlv, normalise, oid, tag};
use crate::x509::AlgorithmId;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;

/// More certificates, CRLs, signers or attributes than any real file has, each.
const MOST: usize = 512;
/// Signatures inside signatures (the "matrioska"): more than any office makes.
const MOST_LAYERS: usize = 16;

/// Why bytes are no signature that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum ReadError {
    /// They are no ASN.1, or break its rules.
    #[error("not ASN.1: {0}")]
    Asn1(#[from] Asn1Error),
    /// A CMS file of another kind: encrypted, compressed, a bare time stamp, …
    #[error("CMS, but no signed data")]
    OtherKind,
    /// Signatures inside signatures without end.
    #[error("too many signatures inside signatures")]
    TooManyLayers,
}

/// How the bytes were dressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As the standard has it.
    Der,
    /// With indefinite lengths or strings in pieces.
    Ber,
    /// The one or the other as base64 text, with or without the lines of PEM.
    Base64,
}

/// A SignedData (RFC 5652, 5.1). Members of sets keep their order and may be there twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedData<'a> {
    bytes: Cow<'a, [u8]>,
    /// How it came.
    pub encoding: Encoding,
    /// Bytes after its end, which nobody signed.
    pub trailing: usize,
    /// The version it says.
    pub version: u64,
    /// The hashes that it says its signers use.
    pub digest_algorithms: Vec<AlgorithmId>,
    /// The element `digestAlgorithms` as it is.
    pub digest_algorithms_element: Vec<u8>,
    /// Content octets of the eContentType's object identifier.
    pub content_type: Vec<u8>,
    content: Option<Range<usize>>,
    /// Encodings of all members of `certificates`, attribute certificates and others included.
    pub certificates: Vec<Vec<u8>>,
    /// Encodings of the CRLs.
    pub crls: Vec<Vec<u8>>,
    /// Encodings of the OCSP answers among the CRLs (RFC 5940): OCSPResponse, or BasicOCSPResponse alone.
    pub ocsp: Vec<Vec<u8>>,
    /// The element `crls [1]` as it is, where it is there.
    pub crls_element: Option<Vec<u8>>,
    /// Who signed, side by side.
    pub signers: Vec<SignerInfo>,
}

/// Which certificate a signer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerIdentifier {
    /// The issuer's name, encoded, and the content octets of the serial number.
    IssuerAndSerial {
        /// Encoding of the issuer's name.
        issuer: Vec<u8>,
        /// Content octets of the INTEGER.
        serial: Vec<u8>,
    },
    /// The subject key identifier.
    SubjectKey(Vec<u8>),
}

/// An attribute and its values, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Content octets of the object identifier.
    pub oid: Vec<u8>,
    /// Encodings.
    pub values: Vec<Vec<u8>>,
}

/// One signer (RFC 5652, 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerInfo {
    /// The whole, encoded.
    pub whole: Vec<u8>,
    /// 1 with issuer and serial number, 3 with a key identifier.
    pub version: u64,
    /// Whose certificate.
    pub identifier: SignerIdentifier,
    /// The hash.
    pub digest_algorithm: AlgorithmId,
    /// What is hashed and signed: the signed attributes in the signer's own bytes, under the tag of a SET.
    pub signed_bytes: Option<Vec<u8>>,
    /// The signed attributes.
    pub signed: Vec<Attribute>,
    /// How it is signed.
    pub signature_algorithm: AlgorithmId,
    /// The value.
    pub signature: Vec<u8>,
    /// The unsigned attributes: time stamps, counter-signatures, …
    pub unsigned: Vec<Attribute>,
}

impl<'a> SignedData<'a> {
    /// Reads a ContentInfo that holds a SignedData: DER, BER, base64 or PEM; what follows it is counted and ignored.
    /// Bounded: a gigabyte, 48 levels, two million elements, 512 certificates, CRLs, signers and attributes each.
    ///
    /// # Errors
    /// Where it is nothing of the kind.
    pub fn parse(input: &'a [u8]) -> Result<Self, ReadError> {
        if input.first() == Some(&tag::SEQUENCE)
            && let Ok(found) = Self::binary(Cow::Borrowed(input))
        {
            return Ok(found);
        }
        match undress(input) {
            Some(binary) => Ok(Self {
                encoding: Encoding::Base64,
                ..Self::binary(Cow::Owned(binary))?
            }),
            None => Self::binary(Cow::Borrowed(input)),
        }
    }

    fn binary(input: Cow<'a, [u8]>) -> Result<Self, ReadError> {
        let normal = normalise(&input, Limits::default())?;
        let trailing = normal.trailing;
        let (bytes, encoding) = match normal.der {
            Cow::Owned(der) => (Cow::Owned(der), Encoding::Ber),
            Cow::Borrowed(_) => (input, Encoding::Der),
        };
        let end = if encoding == Encoding::Der {
            bytes.len() - trailing
        } else {
            bytes.len()
        };
        let mut read = Self::read(&bytes[..end])?;
        (read.encoding, read.trailing) = (encoding, trailing);
        Ok(Self { bytes, ..read })
    }

    /// Reads; `bytes` stays empty.
    fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut outer = Tlv::only(bytes)?.expect(tag::SEQUENCE)?.reader();
        if outer.take(tag::OID)?.value != oid::SIGNED_DATA.as_bytes() {
            return Err(ReadError::OtherKind);
        }
        let explicit = outer.take(tag::context_constructed(0))?;
        outer.end()?;
        let mut reader = Tlv::only(explicit.value)?.expect(tag::SEQUENCE)?.reader();
        let version = reader.take(tag::INTEGER)?.small()?;
        let digests = reader.take(tag::SET)?;
        let digest_algorithms = digests
            .children(MOST)?
            .iter()
            .map(AlgorithmId::parse)
            .collect::<Result<_, _>>()?;
        let mut encapsulated = reader.take(tag::SEQUENCE)?.reader();
        let content_type = encapsulated.take(tag::OID)?.value.to_vec();
        let content = match encapsulated.optional(tag::context_constructed(0))? {
            None => None,
            Some(explicit) => {
                // PKCS#7 allowed any type here; nobody signs documents so.
                let value = Tlv::only(explicit.value)?.expect(tag::OCTET_STRING)?.value;
                let start = value.as_ptr().addr() - bytes.as_ptr().addr();
                Some(start..start + value.len())
            }
        };
        encapsulated.end()?;
        let certificates = match reader.optional(tag::context_constructed(0))? {
            Some(set) => wholes(&set)?,
            None => Vec::new(),
        };
        let revocations = reader.optional(tag::context_constructed(1))?;
        let (mut crls, mut ocsp) = (Vec::new(), Vec::new());
        if let Some(set) = &revocations {
            for member in set.children(MOST)? {
                match member.tag {
                    tag::SEQUENCE => crls.push(member.whole.to_vec()),
                    _ => ocsp.extend(ocsp_answer(&member)),
                }
            }
        }
        let mut signers = Vec::new();
        for member in reader.take(tag::SET)?.children(MOST)? {
            signers.push(SignerInfo::read(&member)?);
        }
        reader.end()?;
        Ok(Self {
            bytes: Cow::Borrowed(&[]),
            encoding: Encoding::Der,
            trailing: 0,
            version,
            digest_algorithms,
            digest_algorithms_element: digests.whole.to_vec(),
            content_type,
            content,
            certificates,
            crls,
            ocsp,
            crls_element: revocations.map(|set| set.whole.to_vec()),
            signers,
        })
    }

    /// The same, its bytes its own.
    #[must_use]
    pub fn into_owned(self) -> SignedData<'static> {
        SignedData {
            bytes: Cow::Owned(self.bytes.into_owned()),
            encoding: self.encoding,
            trailing: self.trailing,
            version: self.version,
            digest_algorithms: self.digest_algorithms,
            digest_algorithms_element: self.digest_algorithms_element,
            content_type: self.content_type,
            content: self.content,
            certificates: self.certificates,
            crls: self.crls,
            ocsp: self.ocsp,
            crls_element: self.crls_element,
            signers: self.signers,
        }
    }

    /// The content; none where the signature is beside it.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.content.clone().and_then(|range| self.bytes.get(range))
    }

    /// Whether its content is said to be plain data (`id-data`).
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.content_type == oid::DATA.as_bytes()
    }
}

impl SignerInfo {
    /// Reads one, from a SignedData or from a counter-signature attribute.
    pub(crate) fn read(element: &Tlv<'_>) -> Result<Self, Asn1Error> {
        let mut reader = element.expect(tag::SEQUENCE)?.reader();
        let version = reader.take(tag::INTEGER)?.small()?;
        let identifier = reader.next()?;
        let identifier = match identifier.tag {
            tag::SEQUENCE => {
                let mut both = identifier.reader();
                let issuer = both.take(tag::SEQUENCE)?.whole.to_vec();
                let serial = both.take(tag::INTEGER)?.value.to_vec();
                both.end()?;
                SignerIdentifier::IssuerAndSerial { issuer, serial }
            }
            _ if identifier.tag == tag::context(0) => {
                SignerIdentifier::SubjectKey(identifier.value.to_vec())
            }
            _ => return Err(Asn1Error::Unexpected),
        };
        let digest_algorithm = AlgorithmId::parse(&reader.next()?)?;
        let (mut signed_bytes, mut signed) = (None, Vec::new());
        if let Some(set) = reader.optional(tag::context_constructed(0))? {
            signed = attributes(&set)?;
            let mut bytes = set.whole.to_vec();
            bytes[0] = tag::SET;
            signed_bytes = Some(bytes);
        }
        let signature_algorithm = AlgorithmId::parse(&reader.next()?)?;
        let signature = reader.take(tag::OCTET_STRING)?.value.to_vec();
        let unsigned = match reader.optional(tag::context_constructed(1))? {
            Some(set) => attributes(&set)?,
            None => Vec::new(),
        };
        reader.end()?;
        Ok(Self {
            whole: element.whole.to_vec(),
            version,
            identifier,
            digest_algorithm,
            signed_bytes,
            signed,
            signature_algorithm,
            signature,
            unsigned,
        })
    }

    /// The signed attributes of this name (content octets of the object identifier).
    pub fn signed_attributes<'s>(&'s self, oid: &'s [u8]) -> impl Iterator<Item = &'s Attribute> {
        self.signed
            .iter()
            .filter(move |attribute| attribute.oid == oid)
    }

    /// The values of the unsigned attributes of this name, encoded.
    pub fn unsigned_values<'s>(&'s self, oid: &'s [u8]) -> impl Iterator<Item = &'s [u8]> {
        let named = self
            .unsigned
            .iter()
            .filter(move |attribute| attribute.oid == oid);
        named.flat_map(|attribute| attribute.values.iter().map(Vec::as_slice))
    }
}

/// The innermost content of a file that was signed again and again, and how many layers were taken off.
///
/// # Errors
/// Where the outermost is no SignedData, or there are more than 16 layers; none where the innermost signature is
/// beside its content.
pub fn extract(input: &[u8]) -> Result<(Option<Vec<u8>>, usize), ReadError> {
    let mut found = SignedData::parse(input)?.content().map(<[u8]>::to_vec);
    let mut layers = 1;
    while let Some(content) = &found {
        match SignedData::parse(content) {
            Ok(_) if layers == MOST_LAYERS => return Err(ReadError::TooManyLayers),
            Ok(inner) => found = inner.content().map(<[u8]>::to_vec),
            Err(_) => break,
        }
        layers += 1;
    }
    Ok((found, layers))
}

fn wholes(set: &Tlv<'_>) -> Result<Vec<Vec<u8>>, Asn1Error> {
    Ok(set
        .children(MOST)?
        .iter()
        .map(|member| member.whole.to_vec())
        .collect())
}

fn attributes(set: &Tlv<'_>) -> Result<Vec<Attribute>, Asn1Error> {
    let mut found = Vec::new();
    for member in set.children(MOST)? {
        let mut reader = member.expect(tag::SEQUENCE)?.reader();
        let oid = reader.take(tag::OID)?.value.to_vec();
        let values = wholes(&reader.take(tag::SET)?)?;
        reader.end()?;
        found.push(Attribute { oid, values });
    }
    Ok(found)
}

/// OtherRevocationInfoFormat `[1]` that holds an OCSP answer.
fn ocsp_answer(member: &Tlv<'_>) -> Option<Vec<u8>> {
    let mut reader = member.expect(tag::context_constructed(1)).ok()?.reader();
    let format = reader.take(tag::OID).ok()?.value;
    let known = [oid::RI_OCSP_RESPONSE, oid::OCSP_BASIC];
    if !known.iter().any(|known| known.as_bytes() == format) {
        return None;
    }
    reader.next().ok().map(|answer| answer.whole.to_vec())
}

/// The bytes behind base64 text, with or without PEM's lines; none where it is no such text.
fn undress(input: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(input)
        .ok()?
        .trim_start_matches('\u{feff}')
        .trim();
    let body = match text.find("-----BEGIN") {
        Some(at) => {
            let after = text[at..].split_once('\n')?.1;
            after.split("-----END").next()?
        }
        None => text,
    };
    let packed = body
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect::<Vec<_>>();
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    if packed.is_empty() {
        return None;
    }
    GeneralPurpose::new(&STANDARD, config).decode(packed).ok()
}
