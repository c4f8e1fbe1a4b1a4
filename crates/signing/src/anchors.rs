//! What verification believes without proof.

use crate::Qualification;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Trust anchors, and how old the knowledge of them is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchors {
    /// Certificates that are trusted for what their service says.
    pub anchors: Vec<Anchor>,
    /// When the lists they are from were issued; none where a person gave the certificates (a folder).
    pub issued: Option<Timestamp>,
    /// When the lists should have been replaced: afterwards a verdict is lowered, never raised.
    pub next_update: Option<Timestamp>,
}

/// One trusted certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// DER of the certificate.
    pub certificate: Vec<u8>,
    /// What it is trusted for.
    pub service: Service,
    /// Since when it stands as it does, oldest first (the history of TS 119 612, clause 5.6); empty for a
    /// certificate that a person gave: that stands always.
    pub history: Vec<(Timestamp, Standing)>,
    /// The provider's name, as the list has it.
    pub provider: String,
    /// What the list says of some of its certificates, for the states of the history that begin then.
    #[serde(default)]
    pub qualifications: Vec<(Timestamp, Vec<Qualification>)>,
}

/// 1 July 2016, 00:00 in Brussels: from here on the Regulation (EU) 910/2014 applies; before it, qualified certificates
/// were for signatures (Directive 1999/93/EC).
pub const REGULATION: i64 = 1_467_324_000;

/// The kind of a trust service (TS 119 612, clause 5.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Issues qualified certificates (`CA/QC`), for electronic signatures (`ForeSignatures`).
    QualifiedSignatures,
    /// Issues qualified certificates for seals only (`ForeSeals`).
    QualifiedSeals,
    /// Issues qualified time stamps (`TSA/QTST`).
    QualifiedTimeStamps,
    /// Issues the certificates of the Italian identity card: advanced signatures (FEA), not qualified.
    IdentityCard,
    /// Anything else: what chains to it is trusted, but nothing is known of its quality.
    Other,
}

/// What the supervisor says of a service at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// `granted`, `recognisedatnationallevel`, and the older `undersupervision`, `accredited`, …
    Granted,
    /// `withdrawn`, `deprecatedatnationallevel`, and the older `supervisionceased`, …
    Withdrawn,
}
