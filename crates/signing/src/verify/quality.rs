//! QES, FEA or unknown: what a signature is worth before the law, apart from whether it holds.

use crate::x509::{Certificate, QcStatements, QcType};
use crate::{Anchor, Qualifier, REGULATION, Service, Standing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The kind of a signature, as the certificate claims it and the trusted list backs it. Only what both say counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// QES, "firma elettronica qualificata" (in Italy: "firma digitale"): qualified certificate, qualified device
    /// (Reg. (EU) 910/2014, art. 3 (12)).
    Qualified,
    /// Qualified electronic seal (art. 3 (27)).
    QualifiedSeal,
    /// Advanced, on a qualified certificate, yet without a qualified device.
    AdvancedQualifiedCertificate,
    /// FEA, "firma elettronica avanzata": the identity card's (DPCM 22 February 2013, art. 61, 2).
    Advanced,
    /// Nothing can be said.
    #[default]
    Unknown,
}

/// When the state of a service at a time began, and what it is; none before the first.
fn state(anchor: &Anchor, at: Timestamp) -> Option<(Timestamp, Standing)> {
    let begun = anchor.history.iter().filter(|(since, _)| *since <= at);
    begun.max_by_key(|(since, _)| *since).copied()
}

/// How a service stands at a time, by its history: before the first entry it did not exist yet. One without history
/// was given by a person and stands.
pub(crate) fn standing(anchor: &Anchor, at: Timestamp) -> Option<Standing> {
    match anchor.history.is_empty() {
        true => Some(Standing::Granted),
        false => state(anchor, at).map(|(_, standing)| standing),
    }
}

/// The list contradicts itself, or says what nobody here understands.
pub(super) struct Unclear;

/// What a signature is worth by all services that vouch for its certificate: where they differ nobody can say
/// (TS 119 615, 4.4).
pub(super) fn quality<'a>(
    certificate: &Certificate,
    services: impl Iterator<Item = &'a Anchor>,
    at: Timestamp,
) -> Result<Quality, Unclear> {
    let mut found = None;
    for service in services {
        let Some(quality) = by(certificate, service, at)? else {
            continue;
        };
        if found.is_some_and(|other| other != quality) {
            return Err(Unclear);
        }
        found = Some(quality);
    }
    Ok(found.unwrap_or_default())
}

/// By one service; none where it does not vouch for such a certificate. It has to stand when the certificate was issued
/// and at the time of the judgement, `at` (TS 119 615, 4.4: at issuance for the certificate, at signing for the
/// signature).
fn by(
    certificate: &Certificate,
    service: &Anchor,
    at: Timestamp,
) -> Result<Option<Quality>, Unclear> {
    let issued = certificate.not_before;
    let granted = [issued, at]
        .iter()
        .all(|time| standing(service, *time) == Some(Standing::Granted));
    let kind = match service.service {
        _ if !granted => return Ok(None),
        Service::IdentityCard => return Ok(Some(Quality::Advanced)),
        Service::QualifiedSignatures => QcType::Signature,
        Service::QualifiedSeals => QcType::Seal,
        Service::QualifiedTimeStamps | Service::Other => return Ok(None),
    };
    let statements = certificate.qc_statements().unwrap_or_default();
    let then = Status::of(certificate, &statements, service, issued)?;
    let now = Status::of(certificate, &statements, service, at)?;
    if then.kind != Some(kind) || now.kind != Some(kind) {
        return Ok(None);
    }
    let qualified = then.qualified && now.qualified;
    Ok(Some(match (qualified, now.device, kind) {
        (true, true, QcType::Signature) => Quality::Qualified,
        (true, true, _) => Quality::QualifiedSeal,
        (true, false, _) => Quality::AdvancedQualifiedCertificate,
        (false, ..) => Quality::Unknown,
    }))
}

/// What a certificate is at a time, by its own words and by those of the list, which weigh more.
struct Status {
    qualified: bool,
    /// None where neither says it, or it is for nothing that counts here.
    kind: Option<QcType>,
    /// Whether the key is in a qualified device.
    device: bool,
}

impl Status {
    fn of(
        certificate: &Certificate,
        statements: &QcStatements,
        service: &Anchor,
        at: Timestamp,
    ) -> Result<Self, Unclear> {
        use Qualifier as Q;
        let since = state(service, at).map(|(since, _)| since);
        // Where the state is older than the Regulation and the time is not, the words of neither raise anything.
        let regulated = since.unwrap_or(at).as_second() >= REGULATION;
        let directive = at.as_second() < REGULATION;
        let mut said = Vec::new();
        for (_, all) in service
            .qualifications
            .iter()
            .filter(|(of, _)| Some(*of) == since)
        {
            all.iter().for_each(|one| one.tell(certificate, &mut said));
        }
        let says = |qualifier| said.contains(&qualifier);
        if contradict(&said, regulated) {
            return Err(Unclear);
        }
        let own = statements.compliance && !statements.foreign;
        let qualified = !says(Q::NotQualified) && (says(Q::Qualified) || own);
        let kind = match statements.types.as_slice() {
            _ if says(Q::ForSignatures) => Some(QcType::Signature),
            _ if says(Q::ForSeals) => Some(QcType::Seal),
            _ if says(Q::ForWebSites) => Some(QcType::Web),
            // A qualified certificate is for signatures where it does not say what for (TS 119 615, 4.4).
            [] if statements.compliance || directive => Some(QcType::Signature),
            [one] if regulated || *one == QcType::Signature => Some(*one),
            // Of several only the list could say which.
            _ => None,
        };
        let device = match () {
            () if says(Q::NoDevice) => false,
            () if says(Q::WithDevice) && regulated => true,
            () if says(Q::WithDeviceOfDirective) && directive => true,
            () => statements.device,
        };
        Ok(Self {
            qualified,
            kind: kind.filter(|kind| *kind != QcType::Signature || !says(Q::ForLegalPersons)),
            device,
        })
    }
}

/// Whether what is said of a certificate cannot all be so (TS 119 615, 4.4 and 4.5), or is not understood.
fn contradict(said: &[Qualifier], regulated: bool) -> bool {
    use Qualifier as Q;
    let says = |qualifier| said.contains(&qualifier);
    let kinds = [Q::ForSignatures, Q::ForSeals, Q::ForWebSites];
    let device = says(Q::WithDevice) || says(Q::WithDeviceOfDirective);
    let as_said = says(Q::DeviceAsInCertificate);
    says(Q::Unknown)
        || says(Q::NotQualified) && says(Q::Qualified)
        || kinds.into_iter().filter(|kind| says(*kind)).count() > 1
        || says(Q::ForSignatures) && says(Q::ForLegalPersons)
        || (says(Q::ForSeals) || says(Q::ForWebSites)) && !regulated
        || device && as_said
        || (device || as_said) && says(Q::NoDevice)
}
