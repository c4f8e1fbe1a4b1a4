//! The signer's certificate: its path, its revocation, what it may be used for, what it is worth.

use super::quality::{Unclear, quality, standing};
use super::{Context, Finding, Profile, Quality, Revocation, RevocationRule, stand, tell_missing};
use crate::Standing;
use crate::asn1::oid;
use crate::path::{self, Path, PathError, Settings, Trust};
use crate::x509::Certificate;
use jiff::Timestamp;

/// What came of it.
pub(super) struct Chain {
    pub(super) findings: Vec<Finding>,
    /// DER, from the signer's to the anchor's.
    pub(super) path: Vec<Vec<u8>>,
    pub(super) provider: Option<String>,
    pub(super) quality: Quality,
}

pub(super) fn chain(
    certificate: &Certificate,
    pool: &[Certificate],
    context: &Context<'_>,
) -> Chain {
    let mut result = Chain {
        findings: Vec::new(),
        path: Vec::new(),
        provider: None,
        quality: Quality::Unknown,
    };
    let at = context.at.time;
    let (mut found, told) = search(certificate, pool, context, at);
    match &found {
        Ok(_) => result.findings.extend(told),
        Err(PathError::Expired { depth: 0 }) => {
            // How it stood on its last day: whose it was, what it was worth, whether it had been revoked.
            let (before, _) = search(certificate, pool, context, certificate.not_after);
            match before {
                Err(why @ PathError::Revoked { depth: 0, .. }) => {
                    result.findings.push(Finding::Path { why })
                }
                Err(PathError::RevocationUnknown { .. }) | Ok(_) => {}
                Err(why) => result.findings.push(Finding::Path { why }),
            }
            result.findings.push(Finding::Path {
                why: PathError::Expired { depth: 0 },
            });
        }
        Err(why) => result.findings.push(Finding::Path { why: *why }),
    }
    let open = matches!(found, Err(PathError::RevocationUnknown { .. }));
    if found.is_err() {
        // For the words alone: revocation does not change who issued it.
        let within = at.clamp(
            certificate.not_before,
            certificate.not_after.max(certificate.not_before),
        );
        found = path::find(
            certificate,
            pool,
            context.trust,
            &Settings::at(within),
            |_| Ok(()),
        );
    }
    if let Ok(path) = &found {
        if open {
            tell_missing(path, at, context.facts);
        }
        describe(certificate, path, context, &mut result);
    }
    usage(certificate, context.profile, &mut result.findings);
    result.findings.extend(stale(context.trust, at));
    result
}

/// What the lists said of a time before they should have been replaced is final.
pub(crate) fn stale(trust: &Trust, at: Timestamp) -> Option<Finding> {
    let next_update = trust.next_update()?;
    (at > next_update).then_some(Finding::StaleLists { next_update })
}

/// Looks for a path that holds at a time, revocation included; findings without weight beside it.
fn search<'a>(
    certificate: &'a Certificate,
    pool: &'a [Certificate],
    context: &Context<'a>,
    at: Timestamp,
) -> (Result<Path<'a>, PathError>, Vec<Finding>) {
    let mut told = Vec::new();
    let found = path::find(
        certificate,
        pool,
        context.trust,
        &Settings::at(at),
        |path| {
            told.clear();
            for (depth, pair) in path.certificates.windows(2).enumerate() {
                let (known, unchecked) = stand(pair[0], pair[1], at, context.facts);
                told.extend(unchecked.filter(|finding| !told.contains(finding)));
                match known {
                    Revocation::Good { .. } => {}
                    Revocation::Revoked { since, .. } if since <= at => {
                        return Err(PathError::Revoked { depth, since });
                    }
                    Revocation::Revoked { since, .. } => told.push(Finding::RevokedLater { since }),
                    Revocation::Unknown if context.revocation == RevocationRule::IfKnown => {
                        if !told.contains(&Finding::RevocationUnknown) {
                            told.push(Finding::RevocationUnknown);
                        }
                    }
                    Revocation::Unknown => return Err(PathError::RevocationUnknown { depth }),
                }
            }
            Ok(())
        },
    );
    (found, told)
}

/// Who vouches, and for what. One certificate may stand in the lists as several services.
fn describe(certificate: &Certificate, path: &Path<'_>, context: &Context<'_>, result: &mut Chain) {
    result.path = path
        .certificates
        .iter()
        .map(|certificate| certificate.der.clone())
        .collect();
    result.provider = Some(path.anchor.provider.clone());
    let at = context.at.time.min(certificate.not_after);
    let same = || context.trust.of_same_key(path.anchor);
    if !same().any(|anchor| standing(anchor, at) == Some(Standing::Granted)) {
        result.findings.push(Finding::ServiceWithdrawn);
    }
    match quality(certificate, same(), at) {
        Ok(quality) => result.quality = quality,
        Err(Unclear) => result.findings.push(Finding::QualificationUnclear),
    }
}

/// What the key may be used for: documents of people.
fn usage(certificate: &Certificate, profile: Profile, findings: &mut Vec<Finding>) {
    if profile == Profile::Other {
        return;
    }
    match certificate.key_usage() {
        Ok(Some(usage)) if usage.non_repudiation() => {}
        Ok(Some(usage)) if usage.digital_signature() => findings.push(Finding::NotNonRepudiation),
        Ok(None) => findings.push(Finding::NotNonRepudiation),
        Ok(Some(_)) | Err(_) => findings.push(Finding::KeyUsage),
    }
    let elsewhere = [
        oid::EKU_SERVER,
        oid::EKU_CODE,
        oid::EKU_TIME_STAMPING,
        oid::EKU_OCSP,
    ];
    match certificate.extended_key_usage() {
        Ok(None) => {}
        Ok(Some(purposes))
            if purposes.iter().any(|purpose| {
                !elsewhere
                    .iter()
                    .any(|oid| oid.as_bytes() == purpose.as_slice())
            }) => {}
        Ok(Some(_)) | Err(_) => findings.push(Finding::ExtendedKeyUsage),
    }
}
