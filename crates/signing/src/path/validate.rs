//! The rules of RFC 5280, 6.1, over one path.

use super::names::Constraints;
use super::policy::Policies;
use super::{PathError, Settings, is_signed_by};
use crate::asn1::{Asn1Error, oid};
use crate::crypto::{PublicKey, Scheme};
use crate::x509::{Certificate, Name};

/// Checks a given path: the certificate asked about first, the anchor's last. The anchor is believed: only its name and
/// key are used (RFC 5280, 6.1.1 (d)). Revocation is not asked about.
///
/// # Errors
/// The first rule that is broken, from the anchor downwards.
pub fn validate(certificates: &[&Certificate], settings: &Settings) -> Result<(), PathError> {
    for (depth, pair) in certificates.windows(2).enumerate().rev() {
        let names = (Name::parse(&pair[0].issuer), Name::parse(&pair[1].subject));
        if !matches!(names, (Ok(issuer), Ok(subject)) if issuer == subject) {
            return Err(PathError::NoPath);
        }
        if !is_signed_by(pair[0], pair[1]) {
            return Err(PathError::Signature { depth });
        }
    }
    rules(certificates, settings)
}

/// All but signatures and name chaining, which the search has seen to already.
pub(super) fn rules(certificates: &[&Certificate], settings: &Settings) -> Result<(), PathError> {
    // A trusted certificate alone: its own dates are still to be kept.
    let length = certificates.len().saturating_sub(1);
    if length == 0 {
        return certificates
            .first()
            .map_or(Err(PathError::NoPath), |own| dates(own, settings, 0));
    }
    let mut policies = Policies::new(length, settings);
    let mut constraints = Constraints::default();
    let mut below = length;
    for (depth, certificate) in certificates[..length].iter().enumerate().rev() {
        let bad = |_: Asn1Error| PathError::Extension { depth };
        let last = depth == 0;
        dates(certificate, settings, depth)?;
        strength(certificate, certificates[depth + 1], depth)?;
        let subject = Name::parse(&certificate.subject).map_err(bad)?;
        let self_issued = Name::parse(&certificate.issuer).map_err(bad)? == subject;
        if (last || !self_issued) && !constraints.allow(certificate, &subject).map_err(bad)? {
            return Err(PathError::NameConstraints { depth });
        }
        let agreed = policies.step(certificate, self_issued, last).map_err(bad)?;
        if !agreed {
            return Err(PathError::Policies { depth });
        }
        if !understood(certificate) {
            return Err(PathError::Extension { depth });
        }
        if last {
            break;
        }
        let (authority, longest) = certificate.basic_constraints().map_err(bad)?;
        if certificate.version != 3 || !authority {
            return Err(PathError::BasicConstraints { depth });
        }
        if !self_issued {
            below = below
                .checked_sub(1)
                .ok_or(PathError::BasicConstraints { depth })?;
        }
        if let Some(longest) = longest {
            below = below.min(usize::try_from(longest).unwrap_or(usize::MAX));
        }
        if certificate
            .key_usage()
            .map_err(bad)?
            .is_some_and(|usage| !usage.key_cert_sign())
        {
            return Err(PathError::KeyUsage { depth });
        }
        constraints.add(certificate).map_err(bad)?;
    }
    Ok(())
}

fn dates(certificate: &Certificate, settings: &Settings, depth: usize) -> Result<(), PathError> {
    if settings.at < certificate.not_before {
        return Err(PathError::NotYetValid { depth });
    }
    // The last second counts whole.
    if settings.at.as_second() > certificate.not_after.as_second() {
        return Err(PathError::Expired { depth });
    }
    Ok(())
}

/// Every signature of the path stands on a hash and a key that TS 119 312 allows.
fn strength(
    certificate: &Certificate,
    issuer: &Certificate,
    depth: usize,
) -> Result<(), PathError> {
    match is_strongly_signed(certificate, issuer) {
        Some(true) => Ok(()),
        Some(false) => Err(PathError::Weak { depth }),
        None => Err(PathError::Signature { depth }),
    }
}

/// Whether the issuer's signature on a certificate stands on a hash and a key that TS 119 312 allows; none where they
/// are not known here. Nothing is said of the signature itself.
pub(crate) fn is_strongly_signed(certificate: &Certificate, issuer: &Certificate) -> Option<bool> {
    let scheme = Scheme::read(&certificate.signature_algorithm, None)?;
    let key = PublicKey::from_spki(&issuer.spki)?;
    Some(scheme.is_strong() && key.is_strong())
}

/// Whether every critical extension is one that is looked at (RFC 5280, 6.1.4 (o)).
fn understood(certificate: &Certificate) -> bool {
    let known = [
        oid::KEY_USAGE,
        oid::BASIC_CONSTRAINTS,
        oid::NAME_CONSTRAINTS,
        oid::CERTIFICATE_POLICIES,
        oid::POLICY_MAPPINGS,
        oid::POLICY_CONSTRAINTS,
        oid::INHIBIT_ANY_POLICY,
        oid::SUBJECT_ALT_NAME,
        oid::EXTENDED_KEY_USAGE,
        oid::CRL_DISTRIBUTION_POINTS,
        oid::QC_STATEMENTS,
    ];
    let critical = certificate
        .extensions
        .iter()
        .filter(|extension| extension.critical);
    critical
        .into_iter()
        .all(|extension| known.iter().any(|name| name.as_bytes() == extension.oid))
}
