//! QES, FEA or unknown: what a signature is worth before the law, apart from whether it holds.

use crate::x509::{QcStatements, QcType};
use crate::{Anchor, Service, Standing};
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

/// How a service stands at a time, by its history: before the first entry it did not exist yet. One without history
/// was given by a person and stands.
pub(crate) fn standing(anchor: &Anchor, at: Timestamp) -> Option<Standing> {
    if anchor.history.is_empty() {
        return Some(Standing::Granted);
    }
    anchor
        .history
        .iter()
        .filter(|(since, _)| *since <= at)
        .max_by_key(|(since, _)| *since)
        .map(|(_, standing)| *standing)
}

/// `issued` is when the certificate was issued, `at` the time of the judgement: the service has to stand at both
/// (TS 119 615, 4.4: at issuance for the certificate, at signing for the signature).
pub(super) fn quality(
    statements: &QcStatements,
    anchor: &Anchor,
    issued: Timestamp,
    at: Timestamp,
) -> Quality {
    let granted = [issued, at]
        .iter()
        .all(|time| standing(anchor, *time) == Some(Standing::Granted));
    if !granted {
        return Quality::Unknown;
    }
    match anchor.service {
        Service::IdentityCard => Quality::Advanced,
        Service::QualifiedSignatures if statements.compliance => {
            let for_signatures =
                statements.types.is_empty() || statements.types.contains(&QcType::Signature);
            match (for_signatures, statements.device) {
                (true, true) => Quality::Qualified,
                (true, false) => Quality::AdvancedQualifiedCertificate,
                (false, _) => Quality::Unknown,
            }
        }
        Service::QualifiedSeals if statements.compliance => {
            match (statements.types.contains(&QcType::Seal), statements.device) {
                (true, true) => Quality::QualifiedSeal,
                (true, false) => Quality::AdvancedQualifiedCertificate,
                (false, _) => Quality::Unknown,
            }
        }
        _ => Quality::Unknown,
    }
}
