//! Judging a signature in the words of EN 319 102-1: [`cms`] for one SignedData against a content, [`file`] for a
//! whole `.p7m` with all its layers.
//!
//! A judgement is about a time ([`At`]): now, or an earlier one that third parties must accept. Both can be had by
//! calling twice; nothing is remembered.

mod attributes;
mod chain;
pub(crate) mod content;
mod facts;
mod file;
mod finding;
mod in_place;
mod quality;
mod signer;
mod time;

pub(crate) use chain::stale;
pub use content::{Content, Ranges};
pub use facts::{Facts, NoFacts, Revocation};
pub(crate) use facts::{stand, tell_missing};
pub use file::{FileVerdict, Layer, file};
pub use finding::Finding;
pub use in_place::{InPlace, InPlaceError, Innermost, in_place};
pub use quality::Quality;
pub(crate) use quality::standing;
pub use signer::SignerVerdict;
pub use time::{At, Basis};

use crate::cms::{ReadError, SignedData};
use crate::path::Trust;
use crate::x509::Certificate;
use crate::{Indication, SubIndication};

/// Which rules a signature has to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// CAdES baseline B-B (EN 319 122-1, clause 6).
    #[default]
    Cades,
    /// The same inside a PDF (EN 319 142-1, clause 6): one signer, content outside.
    Pades,
    /// A CMS signature of another trade (a time stamp's token): no rule about signing-time, and any key usage.
    Other,
}

/// Whether revocation has to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RevocationRule {
    /// Where nothing current is known the verdict is INDETERMINATE, TRY_LATER.
    #[default]
    Required,
    /// What is known counts; what is not is only told.
    IfKnown,
}

/// What a signature is judged with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What is believed.
    pub trust: &'a Trust,
    /// The time that the judgement is about.
    pub at: At,
    /// What is known of revocations.
    pub facts: &'a dyn Facts,
    /// Whether it has to be known.
    pub revocation: RevocationRule,
    /// Certificates that may help to build a path, besides those in the signature (a PDF's DSS, a folder).
    pub certificates: &'a [Certificate],
    /// The rules to keep.
    pub profile: Profile,
}

impl<'a> Context<'a> {
    /// Judges by CAdES's rules, about now, with no revocation known yet required.
    #[must_use]
    pub fn now(trust: &'a Trust) -> Self {
        Self {
            trust,
            at: At::now(),
            facts: &NoFacts,
            revocation: RevocationRule::Required,
            certificates: &[],
            profile: Profile::Cades,
        }
    }
}

/// Judges every signer of a CMS signature.
///
/// `signed_data` is the ContentInfo (DER, BER, base64; a PDF's zero padding after it is ignored). `content` is what
/// was signed where that is not inside ([`Form::Detached`](crate::cms::Form)): bytes in memory, [`Ranges`] of a file,
/// or anything that implements [`Content`]; none for an enveloping signature.
///
/// One [`SignerVerdict`] for each SignerInfo, in the order of the file; an empty list where nobody signed.
///
/// # Errors
/// Where the bytes are no SignedData at all: for EN 319 102-1 that is TOTAL-FAILED, FORMAT_FAILURE.
pub fn cms(
    signed_data: &[u8],
    content: Option<&dyn Content>,
    context: &Context<'_>,
) -> Result<Vec<SignerVerdict>, ReadError> {
    Ok(signed(&SignedData::parse(signed_data)?, content, context))
}

/// The same for what was read already.
#[must_use]
pub fn signed(
    data: &SignedData<'_>,
    content: Option<&dyn Content>,
    context: &Context<'_>,
) -> Vec<SignerVerdict> {
    signer::all(data, content, context)
}

/// The answer that a list of findings gives: the first that fails, then the first that leaves it open (EN 319 102-1
/// asks for the reason of the first block that did not pass; a failure proven later weighs more).
pub(crate) fn conclude(findings: &[Finding], at: At) -> (Indication, Option<SubIndication>) {
    let answers = findings
        .iter()
        .filter_map(|finding| finding.weight(at))
        .collect::<Vec<_>>();
    let failed = answers
        .iter()
        .find(|(indication, _)| *indication == Indication::TotalFailed);
    match failed.or(answers.first()) {
        Some((indication, reason)) => (*indication, Some(*reason)),
        None => (Indication::TotalPassed, None),
    }
}
