//! A time stamp token: a CMS signature over what the stamp says (RFC 3161, 2.4.2).

use super::{TspError, TstInfo, oid};
use crate::asn1::{Reader, Tlv, tag};
use crate::cms::{SignedData, SignerIdentifier, SignerInfo};
use crate::crypto::{DigestAlgorithm, PublicKey, Scheme};
use crate::x509::{AlgorithmId, Certificate, Name};
use crate::{Asn1Error, Digest};
use jiff::{SignedDuration, Timestamp};

/// The largest token, in bytes.
const MAX: usize = 1 << 20;

/// A token, read but not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    der: Vec<u8>,
    info: TstInfo,
    content: Vec<u8>,
    signer: SignerInfo,
    certificates: Vec<Certificate>,
    crls: Vec<Vec<u8>>,
    ocsp: Vec<Vec<u8>>,
}

/// What a token proves once it holds: that the content existed at this time, if its authority is to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When.
    pub time: Timestamp,
    /// How far off that may be, both ways.
    pub accuracy: Option<SignedDuration>,
    /// Content octets of the serial number.
    pub serial: Vec<u8>,
    /// Content octets of the policy's object identifier.
    pub policy: Vec<u8>,
    /// The authority's certificate: for [`crate::path::find`], at [`Stamp::time`] or later.
    pub certificate: Certificate,
    /// The other certificates in the token.
    pub chain: Vec<Certificate>,
}

impl Token {
    /// Reads a token: DER or BER of the ContentInfo.
    ///
    /// # Errors
    /// [`TspError::Asn1`], [`TspError::NotAToken`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TspError> {
        if bytes.len() > MAX {
            return Err(Asn1Error::TooLong.into());
        }
        let data = SignedData::parse(bytes).map_err(|_| TspError::NotAToken)?;
        if data.content_type != oid::TST_INFO.as_bytes() {
            return Err(TspError::NotAToken);
        }
        let content = data.content().ok_or(TspError::NotAToken)?.to_vec();
        let [signer] = data.signers.as_slice() else {
            return Err(TspError::NotAToken);
        };
        Ok(Self {
            der: bytes
                .get(..bytes.len() - data.trailing)
                .unwrap_or(bytes)
                .to_vec(),
            info: TstInfo::parse(&content)?,
            signer: signer.clone(),
            certificates: data
                .certificates
                .iter()
                .filter_map(|der| Certificate::parse(der).ok())
                .collect(),
            crls: data.crls.clone(),
            ocsp: data.ocsp.clone(),
            content,
        })
    }

    /// Its bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What it says; nobody checked yet whether anybody stands for it.
    #[must_use]
    pub fn info(&self) -> &TstInfo {
        &self.info
    }

    /// CRLs and OCSP answers in it, encoded.
    pub fn facts(&self) -> (impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>) {
        (
            self.crls.iter().map(Vec::as_slice),
            self.ocsp.iter().map(Vec::as_slice),
        )
    }

    /// Whether it stamps the content with this hash, and is signed as it must be, by a certificate inside it.
    ///
    /// # Errors
    /// [`TspError`].
    pub fn check(&self, content: &Digest) -> Result<Stamp, TspError> {
        self.info.imprint.check(content)?;
        self.signed()
    }

    /// The same for a content at hand, whichever function hashed it.
    ///
    /// # Errors
    /// [`TspError`].
    pub fn check_content(&self, content: &[u8]) -> Result<Stamp, TspError> {
        self.info.imprint.check_content(content)?;
        self.signed()
    }

    /// Whether it is signed as it must be, whatever it stamps: for a `.tsr` whose document is not at hand.
    ///
    /// # Errors
    /// [`TspError`].
    pub fn signed(&self) -> Result<Stamp, TspError> {
        let index = self
            .certificates
            .iter()
            .position(|certificate| identifies(&self.signer.identifier, certificate))
            .ok_or(TspError::NoCertificate)?;
        let mut chain = self.certificates.clone();
        let certificate = chain.swap_remove(index);
        if !is_time_stamper(&certificate) {
            return Err(TspError::NotATimeStamper);
        }
        self.names(&certificate)?;
        if !self.is_signed_with(&certificate) {
            return Err(TspError::Signature);
        }
        if !(certificate.not_before..=certificate.not_after).contains(&self.info.time) {
            return Err(TspError::OutsideValidity);
        }
        Ok(Stamp {
            time: self.info.time,
            accuracy: self.info.accuracy,
            serial: self.info.serial.clone(),
            policy: self.info.policy.clone(),
            certificate,
            chain,
        })
    }

    /// The values of its unsigned attributes of this name (content octets of the object identifier).
    pub(super) fn unsigned_values<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.signer.unsigned_values(name)
    }

    /// The value of its signature.
    pub(crate) fn signature(&self) -> &[u8] {
        &self.signer.signature
    }

    /// The one value of the one signed attribute of this name.
    fn attribute<'a>(&'a self, name: &'a [u8]) -> Result<Option<&'a [u8]>, TspError> {
        let mut found = self.signer.signed_attributes(name);
        match (
            found.next().map(|attribute| attribute.values.as_slice()),
            found.next(),
        ) {
            (None, _) => Ok(None),
            (Some([value]), None) => Ok(Some(value)),
            _ => Err(TspError::Signature),
        }
    }

    /// SigningCertificateV2, or the first version of it, names the signer's certificate (RFC 5816, 2.2.1); where both
    /// are there, both do.
    fn names(&self, certificate: &Certificate) -> Result<(), TspError> {
        use crate::asn1::oid;
        let new = self.attribute(oid::SIGNING_CERTIFICATE_V2.as_bytes())?;
        let old = self.attribute(oid::SIGNING_CERTIFICATE.as_bytes())?;
        let fits = |value: &[u8], default| names(value, default, certificate).unwrap_or(false);
        let new = new.map(|value| fits(value, DigestAlgorithm::Sha256));
        let old = old.map(|value| fits(value, DigestAlgorithm::Sha1));
        match (new, old) {
            (Some(true), None | Some(true)) | (None, Some(true)) => Ok(()),
            _ => Err(TspError::OtherCertificate),
        }
    }

    fn is_signed_with(&self, certificate: &Certificate) -> bool {
        self.holds(certificate).unwrap_or(false)
    }

    fn holds(&self, certificate: &Certificate) -> Option<bool> {
        use crate::asn1::oid;
        let digest = DigestAlgorithm::from_oid(&self.signer.digest_algorithm.oid)?;
        let scheme = Scheme::read(&self.signer.signature_algorithm, Some(digest))?;
        let key = PublicKey::from_spki(&certificate.spki)?;
        let kind = Tlv::only(self.attribute(oid::CONTENT_TYPE.as_bytes()).ok()??).ok()?;
        let hash = Tlv::only(self.attribute(oid::MESSAGE_DIGEST.as_bytes()).ok()??).ok()?;
        let signed = self.signer.signed_bytes.as_deref()?;
        Some(
            digest.is_strong()
                && scheme.is_strong()
                && key.is_strong()
                && kind.tag == tag::OID
                && kind.value == super::oid::TST_INFO.as_bytes()
                && hash.tag == tag::OCTET_STRING
                && hash.value == digest.of(&self.content)?
                && key.verifies(&scheme, &scheme.digest.of(signed)?, &self.signer.signature),
        )
    }
}

/// Whether a signer means this certificate.
fn identifies(identifier: &SignerIdentifier, certificate: &Certificate) -> bool {
    match identifier {
        SignerIdentifier::IssuerAndSerial { issuer, serial } => {
            let names =
                || Some(Name::parse(issuer).ok()? == Name::parse(&certificate.issuer).ok()?);
            *serial == certificate.serial
                && (*issuer == certificate.issuer || names().unwrap_or(false))
        }
        SignerIdentifier::SubjectKey(key) => certificate.subject_key() == Some(key),
    }
}

/// Extended key usage: there, critical, `timeStamping` and nothing else (RFC 3161, 2.3).
fn is_time_stamper(certificate: &Certificate) -> bool {
    let critical = certificate
        .extension(&oid::EXTENDED_KEY_USAGE)
        .is_some_and(|extension| extension.critical);
    let usage = certificate
        .extended_key_usage()
        .ok()
        .flatten()
        .unwrap_or_default();
    critical && matches!(usage.as_slice(), [only] if only == oid::TIME_STAMPING.as_bytes())
}

/// Whether the first ESSCertID of the value is this certificate: hash, and issuer and serial where they are there.
fn names(
    value: &[u8],
    default: DigestAlgorithm,
    certificate: &Certificate,
) -> Result<bool, Asn1Error> {
    let list = Reader::new(Tlv::only(value)?.expect(tag::SEQUENCE)?.value).take(tag::SEQUENCE)?;
    let mut id = list.reader().take(tag::SEQUENCE)?.reader();
    // ESSCertIDv2 begins with the hash's algorithm unless it is SHA-256; ESSCertID has none.
    let hash = match id.optional(tag::SEQUENCE)? {
        Some(algorithm) => DigestAlgorithm::from_oid(&AlgorithmId::parse(&algorithm)?.oid),
        None => Some(default),
    };
    let given = id.take(tag::OCTET_STRING)?.value;
    let serial = match id.optional(tag::SEQUENCE)? {
        Some(both) => {
            let mut both = both.reader();
            both.take(tag::SEQUENCE)?;
            Some(both.take(tag::INTEGER)?.value)
        }
        None => None,
    };
    let own = hash.and_then(|hash| hash.of(&certificate.der));
    Ok(own.is_some_and(|own| own == given)
        && serial.is_none_or(|serial| serial == certificate.serial))
}
