//! What an OCSP responder answers (RFC 6960, 4.2).

use super::RevocationError;
use super::entry::{ENUMERATED, Entry, Reason};
use super::query::{NONCE, OcspRequest, issuer_hashes};
use crate::Asn1Error;
use crate::asn1::{Tlv, oid, parse_time, tag, tlv, with_oid};
use crate::crypto::{DigestAlgorithm, PublicKey, Scheme};
use crate::path::{is_signed_by, is_strongly_signed};
use crate::x509::{AlgorithmId, Certificate, Name, extensions};
use der::oid::ObjectIdentifier;
use jiff::Timestamp;

/// The largest answer, in bytes.
const MAX: usize = 1 << 20;
/// The most certificates in one answer.
const MAX_CERTIFICATES: usize = 16;
/// The most certificates that one answer is about.
const MAX_SINGLE: usize = 256;

const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
/// How far back expired certificates are answered for (RFC 6960, 4.4.4).
const ARCHIVE_CUTOFF: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.6");

/// A basic answer, read but not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspResponse {
    der: Vec<u8>,
    basic: Vec<u8>,
    tbs: Vec<u8>,
    responder: Responder,
    produced_at: Timestamp,
    single: Vec<Single>,
    nonce: Option<Vec<u8>>,
    algorithm: AlgorithmId,
    signature: Vec<u8>,
    certificates: Vec<Certificate>,
}

/// ResponderID: whom it says it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Responder {
    Name(Vec<u8>),
    /// SHA-1 of the key.
    Key(Vec<u8>),
}

/// Who signed it.
#[derive(Debug, Clone, Copy)]
pub(super) enum By<'a> {
    Issuer,
    Delegate(&'a Certificate),
}

/// What it says of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Single {
    hash: Option<DigestAlgorithm>,
    name: Vec<u8>,
    key: Vec<u8>,
    serial: Vec<u8>,
    pub(super) state: State,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Option<Timestamp>,
    archive_cutoff: Option<Timestamp>,
}

/// CertStatus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Good,
    Revoked(Entry),
    Unknown,
}

impl OcspResponse {
    /// Reads an OCSPResponse; or, as CMS files carry it, a BasicOCSPResponse alone.
    ///
    /// # Errors
    /// [`RevocationError`]; [`RevocationError::Responder`] where it holds no answer.
    pub fn parse(der: &[u8]) -> Result<Self, RevocationError> {
        if der.len() > MAX {
            return Err(Asn1Error::TooLong.into());
        }
        let outer = Tlv::only(der)?.expect(tag::SEQUENCE)?;
        let mut reader = outer.reader();
        if reader.peek() == Some(tag::SEQUENCE) {
            return Self::basic(&outer, wrap(der));
        }
        let status = reader.take(ENUMERATED)?.small()?;
        if status != 0 {
            return Err(RevocationError::Responder(status));
        }
        let explicit = reader.take(tag::context_constructed(0))?;
        reader.end()?;
        let mut bytes = Tlv::only(explicit.value)?.expect(tag::SEQUENCE)?.reader();
        if bytes.take(tag::OID)?.value != oid::OCSP_BASIC.as_bytes() {
            return Err(RevocationError::OtherType);
        }
        let basic = Tlv::only(bytes.take(tag::OCTET_STRING)?.value)?;
        bytes.end()?;
        Self::basic(&basic, der.to_vec())
    }

    fn basic(basic: &Tlv<'_>, der: Vec<u8>) -> Result<Self, RevocationError> {
        let mut reader = basic.expect(tag::SEQUENCE)?.reader();
        let tbs = reader.take(tag::SEQUENCE)?;
        let algorithm = AlgorithmId::parse(&reader.next()?)?;
        let (signature, unused) = reader.take(tag::BIT_STRING)?.bits()?;
        if unused != 0 {
            return Err(Asn1Error::BadValue.into());
        }
        let mut certificates = Vec::new();
        if let Some(explicit) = reader.optional(tag::context_constructed(0))? {
            for one in Tlv::only(explicit.value)?
                .expect(tag::SEQUENCE)?
                .children(MAX_CERTIFICATES)?
            {
                // One that cannot be read does not sign; another may.
                certificates.extend(Certificate::parse(one.whole).ok());
            }
        }
        reader.end()?;
        let mut body = tbs.reader();
        if let Some(version) = body.optional(tag::context_constructed(0))?
            && Tlv::only(version.value)?.small()? != 0
        {
            return Err(Asn1Error::BadValue.into());
        }
        let id = body.next()?;
        let responder = match id.tag {
            name if name == tag::context_constructed(1) => Responder::Name(id.value.to_vec()),
            key if key == tag::context_constructed(2) => Responder::Key(
                Tlv::only(id.value)?
                    .expect(tag::OCTET_STRING)?
                    .value
                    .to_vec(),
            ),
            _ => return Err(Asn1Error::Unexpected.into()),
        };
        let produced_at = parse_time(&body.take(tag::GENERALIZED_TIME)?)?;
        let list = body.take(tag::SEQUENCE)?.children(MAX_SINGLE)?;
        let single = list.iter().map(single).collect::<Result<_, _>>()?;
        let mut nonce = None;
        if let Some(explicit) = body.optional(tag::context_constructed(1))? {
            for extension in extensions(&Tlv::only(explicit.value)?)? {
                if extension.oid == NONCE.as_bytes() {
                    // Some responders forget the inner OCTET STRING.
                    let inner = Tlv::only(&extension.value)
                        .and_then(|inner| inner.expect(tag::OCTET_STRING));
                    nonce = Some(
                        inner
                            .map_or_else(|_| extension.value.clone(), |inner| inner.value.to_vec()),
                    );
                } else if extension.critical {
                    return Err(RevocationError::Critical);
                }
            }
        }
        body.end()?;
        Ok(Self {
            der,
            basic: basic.whole.to_vec(),
            tbs: tbs.whole.to_vec(),
            responder,
            produced_at,
            single,
            nonce,
            algorithm,
            signature: signature.to_vec(),
            certificates,
        })
    }

    /// DER of the OCSPResponse.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// DER of the BasicOCSPResponse, as `revocation-values` want it (EN 319 122-1, A.1.2.2).
    #[must_use]
    pub fn basic_der(&self) -> &[u8] {
        &self.basic
    }

    /// When it was made.
    #[must_use]
    pub fn produced_at(&self) -> Timestamp {
        self.produced_at
    }

    /// The certificates in it: a delegated responder's, and perhaps its issuers'.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Whether it was made for one question alone: another asker cannot use it.
    #[must_use]
    pub fn has_nonce(&self) -> bool {
        self.nonce.is_some()
    }

    /// Until when newer information is not expected: the earliest `nextUpdate` in it.
    #[must_use]
    pub fn next_update(&self) -> Option<Timestamp> {
        self.single.iter().filter_map(|one| one.next_update).min()
    }

    /// As of when it speaks: the earliest `thisUpdate` in it.
    #[must_use]
    pub fn this_update(&self) -> Option<Timestamp> {
        self.single.iter().map(|one| one.this_update).min()
    }

    /// Whether it answers this request: it has the request's nonce, or none.
    ///
    /// # Errors
    /// [`RevocationError::OtherRequest`].
    pub fn answers(&self, request: &OcspRequest) -> Result<(), RevocationError> {
        match &self.nonce {
            Some(nonce) if nonce != request.nonce() => Err(RevocationError::OtherRequest),
            _ => Ok(()),
        }
    }

    /// What it says of this certificate of this issuer, and by whom, where it may.
    pub(super) fn about(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Option<(&Single, By<'_>)> {
        let single = self
            .single
            .iter()
            .find(|single| single.is_about(certificate, issuer))?;
        Some((single, self.signed_for(issuer)?))
    }

    /// The issuer signed it, or a responder whose certificate the issuer signed for this purpose (RFC 6960, 4.2.2.2).
    fn signed_for(&self, issuer: &Certificate) -> Option<By<'_>> {
        if self.responder.is(issuer) && self.is_signed_with(&issuer.spki) {
            return Some(By::Issuer);
        }
        let delegated = self.certificates.iter().find(|delegated| {
            self.responder.is(delegated)
                && same_name(&delegated.issuer, &issuer.subject)
                && delegated.extended_key_usage().is_ok_and(|usage| {
                    usage.is_some_and(|all| all.iter().any(|one| one == OCSP_SIGNING.as_bytes()))
                })
                && (delegated.not_before..=delegated.not_after).contains(&self.produced_at)
                && is_strongly_signed(delegated, issuer) == Some(true)
                && is_signed_by(delegated, issuer)
                && self.is_signed_with(&delegated.spki)
        });
        delegated.map(By::Delegate)
    }

    fn is_signed_with(&self, spki: &[u8]) -> bool {
        let Some(scheme) = Scheme::read(&self.algorithm, None) else {
            return false;
        };
        let Some(key) = PublicKey::from_spki(spki) else {
            return false;
        };
        let Some(digest) = scheme.digest.of(&self.tbs) else {
            return false;
        };
        scheme.is_strong() && key.is_strong() && key.verifies(&scheme, &digest, &self.signature)
    }
}

impl Responder {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => same_name(name, &certificate.subject),
            Self::Key(key) => issuer_hashes(certificate, DigestAlgorithm::Sha1)
                .is_some_and(|(_, own)| own == *key),
        }
    }
}

impl Single {
    fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.serial == certificate.serial
            && same_name(&certificate.issuer, &issuer.subject)
            && self
                .hash
                .and_then(|hash| issuer_hashes(issuer, hash))
                .is_some_and(|(name, key)| name == self.name && key == self.key)
    }

    /// Whether it speaks of certificates that expired at this time.
    pub(super) fn knows_expired(&self, since: Timestamp) -> bool {
        self.this_update <= since || self.archive_cutoff.is_some_and(|kept| kept <= since)
    }
}

fn same_name(one: &[u8], other: &[u8]) -> bool {
    one == other
        || matches!((Name::parse(one), Name::parse(other)), (Ok(one), Ok(other)) if one == other)
}

fn single(element: &Tlv<'_>) -> Result<Single, RevocationError> {
    let mut reader = element.expect(tag::SEQUENCE)?.reader();
    let mut id = reader.take(tag::SEQUENCE)?.reader();
    let hash = DigestAlgorithm::from_oid(&AlgorithmId::parse(&id.next()?)?.oid);
    let name = id.take(tag::OCTET_STRING)?.value.to_vec();
    let key = id.take(tag::OCTET_STRING)?.value.to_vec();
    let serial = id.take(tag::INTEGER)?.value.to_vec();
    id.end()?;
    let status = reader.next()?;
    let state = match status.tag {
        good if good == tag::context(0) => State::Good,
        revoked if revoked == tag::context_constructed(1) => State::Revoked(revoked_info(&status)?),
        unknown if unknown == tag::context(2) => State::Unknown,
        _ => return Err(Asn1Error::Unexpected.into()),
    };
    let this_update = parse_time(&reader.take(tag::GENERALIZED_TIME)?)?;
    let next_update = reader
        .optional(tag::context_constructed(0))?
        .map(|explicit| Tlv::only(explicit.value).and_then(|time| parse_time(&time)))
        .transpose()?;
    let mut archive_cutoff = None;
    if let Some(explicit) = reader.optional(tag::context_constructed(1))? {
        for extension in extensions(&Tlv::only(explicit.value)?)? {
            if extension.oid == ARCHIVE_CUTOFF.as_bytes() {
                archive_cutoff = Some(parse_time(&Tlv::only(&extension.value)?)?);
            } else if extension.critical {
                return Err(RevocationError::Critical);
            }
        }
    }
    reader.end()?;
    Ok(Single {
        hash,
        name,
        key,
        serial,
        state,
        this_update,
        next_update,
        archive_cutoff,
    })
}

/// RevokedInfo, implicitly tagged: the time, and perhaps why.
fn revoked_info(element: &Tlv<'_>) -> Result<Entry, Asn1Error> {
    let mut reader = element.reader();
    let since = parse_time(&reader.take(tag::GENERALIZED_TIME)?)?;
    let reason = match reader.optional(tag::context_constructed(0))? {
        Some(explicit) => Some(Reason::read(&Tlv::only(explicit.value)?)?),
        None => None,
    };
    reader.end()?;
    Ok(Entry { since, reason })
}

/// OCSPResponse around a BasicOCSPResponse.
fn wrap(basic: &[u8]) -> Vec<u8> {
    let bytes = with_oid(&oid::OCSP_BASIC, &[&tlv(tag::OCTET_STRING, &[basic])]);
    tlv(
        tag::SEQUENCE,
        &[
            &tlv(ENUMERATED, &[&[0]]),
            &tlv(tag::context_constructed(0), &[&bytes]),
        ],
    )
}
