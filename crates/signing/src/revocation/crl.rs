//! Lists of revoked certificates (RFC 5280, 5).

use super::entry::{Entry, Reason};
use super::places::{full_names, uris};
use super::{Places, RevocationError};
use crate::Asn1Error;
use crate::asn1::{Reader, Tlv, parse_time, tag};
use crate::crypto::{PublicKey, Scheme};
use crate::x509::{AlgorithmId, Certificate, Extension, Name, extensions};
use der::oid::ObjectIdentifier;
use jiff::Timestamp;
use std::ops::Range;

/// The largest CRL, in bytes; those of large Italian providers have a few millions.
pub const MAX_CRL: usize = 64 * 1024 * 1024;

const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const INVALIDITY_DATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.24");
const DELTA_INDICATOR: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.27");
const DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
const CERTIFICATE_ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.29");
const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
/// Expired certificates stay on it (X.509, 9.5.2.8; ETSI EN 319 411-2).
const EXPIRED_CERTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.60");

/// A complete CRL of one issuer, read but not yet believed.
///
/// Its entries stay encoded: a list of a million of them costs its bytes and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crl {
    der: Vec<u8>,
    tbs: Range<usize>,
    entries: Option<Range<usize>>,
    issuer: Vec<u8>,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    algorithm: AlgorithmId,
    algorithms_agree: bool,
    signature: Vec<u8>,
    scope: Scope,
    expired_since: Option<Timestamp>,
}

/// What it is about (`issuingDistributionPoint`, RFC 5280, 5.2.5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Scope {
    /// Only the certificates that point here; all where there is none.
    point: Option<Vec<Vec<u8>>>,
    users_only: bool,
    authorities_only: bool,
}

impl Crl {
    /// Reads a complete CRL of its own issuer.
    ///
    /// # Errors
    /// [`RevocationError`]: what it is instead.
    pub fn parse(der: &[u8]) -> Result<Self, RevocationError> {
        if der.len() > MAX_CRL {
            return Err(Asn1Error::TooLong.into());
        }
        let mut outer = Tlv::only(der)?.expect(tag::SEQUENCE)?.reader();
        let tbs = outer.take(tag::SEQUENCE)?;
        let algorithm = AlgorithmId::parse(&outer.next()?)?;
        let (signature, unused) = outer.take(tag::BIT_STRING)?.bits()?;
        outer.end()?;
        if unused != 0 {
            return Err(Asn1Error::BadValue.into());
        }

        let mut reader = tbs.reader();
        if let Some(version) = reader.optional(tag::INTEGER)?
            && version.small()? != 1
        {
            return Err(Asn1Error::BadValue.into());
        }
        let inner = AlgorithmId::parse(&reader.next()?)?;
        let issuer = reader.take(tag::SEQUENCE)?.whole.to_vec();
        let this_update = parse_time(&reader.next()?)?;
        let next_update = match reader.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(parse_time(&reader.next()?)?),
            _ => None,
        };
        let entries = reader
            .optional(tag::SEQUENCE)?
            .map(|list| place(der, list.value));
        let list = match reader.optional(tag::context_constructed(0))? {
            Some(explicit) => extensions(&Tlv::only(explicit.value)?)?,
            None => Vec::new(),
        };
        reader.end()?;
        let (scope, expired_since) = read_extensions(&list)?;
        let crl = Self {
            tbs: place(der, tbs.whole),
            entries,
            issuer,
            this_update,
            next_update,
            algorithms_agree: inner == algorithm,
            algorithm,
            signature: signature.to_vec(),
            scope,
            expired_since,
            der: der.to_vec(),
        };
        // Every entry once, so that none is met later that cannot be read, or is another issuer's.
        crl.each(|_, _| Ok(()))?;
        Ok(crl)
    }

    /// Its bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next one is due at the latest.
    #[must_use]
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// Whether it can speak about this certificate of this issuer: the names, the scope, the place it is fetched
    /// from (so that one part of a list in parts does not vouch for another), and the signature.
    #[must_use]
    pub fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.names(certificate, issuer) && self.covers(certificate) && self.is_signed_by(issuer)
    }

    /// The certificate's entry.
    ///
    /// # Errors
    /// Where the entry cannot be read.
    pub fn entry(&self, certificate: &Certificate) -> Result<Option<Entry>, RevocationError> {
        let mut found = None;
        self.each(|serial, entry| {
            if serial == certificate.serial {
                found = Some(entry);
            }
            Ok(())
        })?;
        // Back again: not revoked (RFC 5280, 5.3.1; out of place in a complete list, but clear).
        Ok(found.filter(|entry| entry.reason != Some(Reason::RemoveFromCrl)))
    }

    /// Whether it still lists certificates that expired at this time.
    pub(super) fn lists_expired(&self, since: Timestamp) -> bool {
        self.this_update <= since || self.expired_since.is_some_and(|kept| kept <= since)
    }

    fn names(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        if self.issuer == certificate.issuer && self.issuer == issuer.subject {
            return true;
        }
        let names =
            [&self.issuer, &certificate.issuer, &issuer.subject].map(|name| Name::parse(name));
        matches!(names, [Ok(one), Ok(two), Ok(three)] if one == two && two == three)
    }

    fn covers(&self, certificate: &Certificate) -> bool {
        let authority = certificate
            .basic_constraints()
            .is_ok_and(|(authority, _)| authority);
        if (self.scope.users_only && authority) || (self.scope.authorities_only && !authority) {
            return false;
        }
        match &self.scope.point {
            None => true,
            Some(names) => {
                let own = Places::points(certificate);
                names.iter().any(|name| own.contains(name))
            }
        }
    }

    fn is_signed_by(&self, issuer: &Certificate) -> bool {
        // A key that may sign certificates but no CRLs does not sign this one (RFC 5280, 6.3.3 (f)).
        if !issuer
            .key_usage()
            .is_ok_and(|usage| usage.is_none_or(|usage| usage.crl_sign()))
        {
            return false;
        }
        let Some(scheme) = Scheme::read(&self.algorithm, None) else {
            return false;
        };
        let Some(key) = PublicKey::from_spki(&issuer.spki) else {
            return false;
        };
        let Some(digest) = self
            .der
            .get(self.tbs.clone())
            .and_then(|tbs| scheme.digest.of(tbs))
        else {
            return false;
        };
        self.algorithms_agree
            && scheme.is_strong()
            && key.is_strong()
            && key.verifies(&scheme, &digest, &self.signature)
    }

    /// Walks over all entries.
    fn each<'a>(
        &'a self,
        mut see: impl FnMut(&'a [u8], Entry) -> Result<(), RevocationError>,
    ) -> Result<(), RevocationError> {
        let Some(bytes) = self.entries.clone().and_then(|range| self.der.get(range)) else {
            return Ok(());
        };
        let mut reader = Reader::new(bytes);
        while !reader.is_empty() {
            let mut one = reader.take(tag::SEQUENCE)?.reader();
            let serial = one.take(tag::INTEGER)?.value;
            let since = parse_time(&one.next()?)?;
            let mut reason = None;
            if let Some(list) = one.optional(tag::SEQUENCE)? {
                for extension in extensions(&list)? {
                    let is = |oid: &ObjectIdentifier| extension.oid == oid.as_bytes();
                    if is(&REASON_CODE) {
                        reason = Some(Reason::read(&Tlv::only(&extension.value)?)?);
                    } else if is(&CERTIFICATE_ISSUER) {
                        return Err(RevocationError::Indirect);
                    } else if extension.critical && !is(&INVALIDITY_DATE) {
                        return Err(RevocationError::Critical);
                    }
                }
            }
            one.end()?;
            see(serial, Entry { since, reason })?;
        }
        Ok(())
    }
}

/// Where a part lies in the whole it was read from.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

fn read_extensions(list: &[Extension]) -> Result<(Scope, Option<Timestamp>), RevocationError> {
    let mut scope = Scope::default();
    let mut expired_since = None;
    for extension in list {
        let is = |oid: &ObjectIdentifier| extension.oid == oid.as_bytes();
        if is(&DELTA_INDICATOR) {
            return Err(RevocationError::Delta);
        } else if is(&DISTRIBUTION_POINT) {
            scope = read_scope(&extension.value)?;
        } else if is(&EXPIRED_CERTS) {
            expired_since = Some(parse_time(&Tlv::only(&extension.value)?)?);
        } else if extension.critical && !is(&CRL_NUMBER) && !is(&AUTHORITY_KEY) {
            return Err(RevocationError::Critical);
        }
    }
    Ok((scope, expired_since))
}

fn read_scope(value: &[u8]) -> Result<Scope, RevocationError> {
    let mut reader = Tlv::only(value)?.expect(tag::SEQUENCE)?.reader();
    let mut scope = Scope::default();
    if let Some(point) = reader.optional(tag::context_constructed(0))? {
        // A name relative to the issuer's (`[1]`) fits no address: then nothing is covered.
        let names = full_names(&point)?.map(|names| uris(&names)).transpose()?;
        scope.point = Some(names.unwrap_or_default());
    }
    let mut flag = |n: u8| -> Result<bool, Asn1Error> {
        reader
            .optional(tag::context(n))?
            .map_or(Ok(false), |element| element.boolean())
    };
    scope.users_only = flag(1)?;
    scope.authorities_only = flag(2)?;
    let some_reasons = reader.optional(tag::context(3))?.is_some();
    let mut flag = |n: u8| -> Result<bool, Asn1Error> {
        reader
            .optional(tag::context(n))?
            .map_or(Ok(false), |element| element.boolean())
    };
    let (indirect, attributes) = (flag(4)?, flag(5)?);
    reader.end()?;
    match (indirect, some_reasons || attributes) {
        (true, _) => Err(RevocationError::Indirect),
        (_, true) => Err(RevocationError::Partial),
        _ => Ok(scope),
    }
}
