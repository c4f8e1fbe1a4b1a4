//! All that is known, asked about one certificate at one time.

use super::entry::{Entry, Reason};
use super::ocsp::{By, State};
use super::{Crl, OcspResponse, RevocationError};
use crate::Asn1Error;
use crate::asn1::{Tlv, oid, tag};
use crate::cms::SignedData;
use crate::path::{Path, PathError};
use crate::verify::Revocation;
use crate::x509::Certificate;
use der::oid::ObjectIdentifier;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// How long an OCSP answer without `nextUpdate` speaks for the time after it. RFC 6960, 4.2.2.1 only says that newer
/// information is always at hand: a day is what a clerk's morning download is good for.
const WITHOUT_NEXT: SignedDuration = SignedDuration::from_hours(24);
/// Clocks of responders run ahead by a little.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

const REVOCATION_VALUES: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.24");
/// The most values of one signer.
const MOST_VALUES: usize = 256;

/// CRLs and OCSP answers, whoever brought them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    crls: Vec<Crl>,
    ocsp: Vec<OcspResponse>,
}

/// Where an answer is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A list of the issuer.
    Crl,
    /// A responder.
    Ocsp,
}

/// How a certificate stood at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Status {
    /// Not revoked.
    Good {
        /// Who says so.
        source: Source,
        /// As of when (`thisUpdate`).
        issued: Timestamp,
        /// Revoked later on: since when, and why. A suspension that was lifted leaves no trace.
        later: Option<(Timestamp, Option<Reason>)>,
    },
    /// Revoked, or suspended.
    Revoked {
        /// Since when.
        since: Timestamp,
        /// Why; none where it is not said.
        reason: Option<Reason>,
        /// Who says so.
        source: Source,
        /// As of when (`thisUpdate`).
        issued: Timestamp,
    },
    /// Nothing that is at hand can tell.
    Unknown {
        /// Why not.
        why: Why,
    },
}

/// Why nothing can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// There is no fact about it, or none that its issuer stands for.
    Nothing,
    /// There is, but it is from too long before the time in question (its `nextUpdate` is past): a newer one helps.
    Stale,
    /// There is, but from after the certificate expired, and its issuer does not keep expired ones.
    AfterExpiry,
    /// The responder itself does not know it.
    Responder,
}

/// One fact about one certificate.
struct Said<'a> {
    state: State,
    source: Source,
    issued: Timestamp,
    next: Option<Timestamp>,
    knows_expired: bool,
    /// The responder whose word it is, and as of when, where its certificate may be revoked and nothing is known of it.
    unchecked: Option<(&'a Certificate, Timestamp)>,
}

/// How far responders are asked about responders.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delegates {
    Heard,
    /// The issuer's own word alone: a responder does not vouch for another, nor for itself.
    Left,
}

impl Facts {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a CRL (DER).
    ///
    /// # Errors
    /// [`RevocationError`]: it is of no use, and was not taken in.
    pub fn add_crl(&mut self, der: &[u8]) -> Result<(), RevocationError> {
        let crl = Crl::parse(der)?;
        if !self.crls.contains(&crl) {
            self.crls.push(crl);
        }
        Ok(())
    }

    /// Takes in an OCSP answer (DER of the OCSPResponse, or of the BasicOCSPResponse).
    ///
    /// # Errors
    /// [`RevocationError`]: it is of no use, and was not taken in.
    pub fn add_ocsp(&mut self, der: &[u8]) -> Result<(), RevocationError> {
        let answer = OcspResponse::parse(der)?;
        if !self.ocsp.contains(&answer) {
            self.ocsp.push(answer);
        }
        Ok(())
    }

    /// Takes in what a CMS file carries: among its CRLs, and in the `revocation-values` of its signers (EN 319 122-1,
    /// A.1.2.2). What is of no use is left out.
    pub fn add_carried(&mut self, data: &SignedData<'_>) {
        for der in &data.crls {
            let _ = self.add_crl(der);
        }
        for der in &data.ocsp {
            let _ = self.add_ocsp(der);
        }
        for signer in &data.signers {
            for value in signer.unsigned_values(REVOCATION_VALUES.as_bytes()) {
                let _ = self.add_values(value);
            }
        }
    }

    /// RevocationValues: `crlVals [0]` and `ocspVals [1]`.
    fn add_values(&mut self, value: &[u8]) -> Result<(), RevocationError> {
        let mut reader = Tlv::only(value)?.expect(tag::SEQUENCE)?.reader();
        let mut list = |n: u8| -> Result<Vec<Tlv<'_>>, Asn1Error> {
            let explicit = reader.optional(tag::context_constructed(n))?;
            explicit.map_or(Ok(Vec::new()), |explicit| {
                Tlv::only(explicit.value)?.children(MOST_VALUES)
            })
        };
        let (crls, answers) = (list(0)?, list(1)?);
        for crl in crls {
            let _ = self.add_crl(crl.whole);
        }
        for answer in answers {
            let _ = self.add_ocsp(answer.whole);
        }
        Ok(())
    }

    /// Takes in those of another.
    pub fn extend(&mut self, other: &Self) {
        for crl in &other.crls {
            if !self.crls.contains(crl) {
                self.crls.push(crl.clone());
            }
        }
        for answer in &other.ocsp {
            if !self.ocsp.contains(answer) {
                self.ocsp.push(answer.clone());
            }
        }
    }

    /// The CRLs.
    #[must_use]
    pub fn crls(&self) -> &[Crl] {
        &self.crls
    }

    /// The OCSP answers.
    #[must_use]
    pub fn ocsp(&self) -> &[OcspResponse] {
        &self.ocsp
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.crls.is_empty() && self.ocsp.is_empty()
    }

    /// Those that are about this certificate of this issuer and that its issuer stands for, or about the responders
    /// among these: what a file keeps with a signature.
    #[must_use]
    pub fn about(&self, certificate: &Certificate, issuer: &Certificate) -> Self {
        let mut all = self.directly_about(certificate, issuer);
        let answers = all.ocsp.clone();
        let mut seen: HashSet<&[u8]> = HashSet::new();
        for answer in &answers {
            if let Some((_, By::Delegate(responder))) = answer.about(certificate, issuer)
                && seen.insert(&responder.der)
            {
                all.extend(&self.directly_about(responder, issuer));
            }
        }
        all
    }

    fn directly_about(&self, certificate: &Certificate, issuer: &Certificate) -> Self {
        Self {
            crls: self
                .crls
                .iter()
                .filter(|crl| crl.is_about(certificate, issuer))
                .cloned()
                .collect(),
            ocsp: self
                .ocsp
                .iter()
                .filter(|answer| answer.about(certificate, issuer).is_some())
                .cloned()
                .collect(),
        }
    }

    /// How a certificate of this issuer stood at a time.
    ///
    /// A fact speaks for a time where it is from that time or after it (what was revoked later says since when), or
    /// where that time comes before its `nextUpdate`. Among those that speak the newest counts, but a revocation
    /// that is no suspension is for good: no other fact takes it back, and it counts even where it is old.
    #[must_use]
    pub fn status(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Status {
        weigh(&self.said(certificate, issuer, Delegates::Heard), at).0
    }

    /// Judges a whole path at a time: for [`crate::path::find`]. The anchor's own state is the trusted list's matter.
    ///
    /// # Errors
    /// [`PathError::Revoked`], [`PathError::RevocationUnknown`] of the first certificate that is not good, beginning
    /// with the highest: what a revoked authority says of those below it counts for nothing.
    pub fn judge(&self, path: &Path<'_>, at: Timestamp) -> Result<(), PathError> {
        for (depth, pair) in path.certificates.windows(2).enumerate().rev() {
            let [certificate, issuer] = pair else {
                continue;
            };
            match self.status(certificate, issuer, at) {
                Status::Good { .. } => {}
                Status::Revoked { since, .. } => return Err(PathError::Revoked { depth, since }),
                Status::Unknown { .. } => return Err(PathError::RevocationUnknown { depth }),
            }
        }
        Ok(())
    }

    /// All that is said of a certificate, the newest first.
    fn said(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        delegates: Delegates,
    ) -> Vec<Said<'_>> {
        let lists = self
            .crls
            .iter()
            .filter(|crl| crl.is_about(certificate, issuer))
            .filter_map(|crl| {
                let state = crl
                    .entry(certificate)
                    .ok()?
                    .map_or(State::Good, State::Revoked);
                Some(Said {
                    state,
                    source: Source::Crl,
                    issued: crl.this_update(),
                    next: crl.next_update(),
                    knows_expired: crl.lists_expired(certificate.not_after),
                    unchecked: None,
                })
            });
        // A responder gives many answers; what is known of it is looked for once.
        let mut of_responders: HashMap<&[u8], Vec<Said<'_>>> = HashMap::new();
        let answers = self.ocsp.iter().filter_map(|answer| {
            let (single, by) = answer.about(certificate, issuer)?;
            let unchecked = match by {
                By::Issuer => None,
                By::Delegate(_) if delegates == Delegates::Left => return None,
                By::Delegate(who) => {
                    let said = of_responders
                        .entry(&who.der)
                        .or_insert_with(|| self.said(who, issuer, Delegates::Left));
                    unchecked(who, said, answer.produced_at())?
                }
            };
            Some(Said {
                state: single.state,
                source: Source::Ocsp,
                issued: single.this_update,
                next: Some(
                    single
                        .next_update
                        .unwrap_or(single.this_update + WITHOUT_NEXT),
                ),
                knows_expired: single.knows_expired(certificate.not_after),
                unchecked,
            })
        });
        let mut all: Vec<_> = lists.chain(answers).collect();
        all.sort_by_key(|said| std::cmp::Reverse(said.issued));
        all
    }
}

/// A responder and the time of its answer, where it may be revoked and nothing is known of that (RFC 6960,
/// 4.2.2.2.1). None where its answer is worth nothing: it was revoked, or its key came into other hands, who may
/// have written what they liked.
#[expect(
    clippy::option_option,
    reason = "whether it counts, and whether that is known"
)]
fn unchecked<'a>(
    responder: &'a Certificate,
    said: &[Said<'_>],
    at: Timestamp,
) -> Option<Option<(&'a Certificate, Timestamp)>> {
    match weigh(said, at).0 {
        Status::Revoked { .. } => None,
        Status::Good {
            later: Some((_, reason)),
            ..
        } => reason.is_some_and(Reason::leaves_the_past).then_some(None),
        Status::Good { later: None, .. } => Some(None),
        Status::Unknown { .. } => {
            let look = responder.extension(&oid::OCSP_NO_CHECK).is_none();
            Some(look.then_some((responder, at)))
        }
    }
}

/// The answers of verification: a revocation is told whenever it is known, even where it came later.
impl crate::verify::Facts for Facts {
    fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Revocation {
        let revoked = |since, reason: Option<Reason>| Revocation::Revoked {
            since,
            reason: reason.map(Reason::code),
        };
        match self.status(certificate, issuer, at) {
            Status::Good {
                later: Some((since, reason)),
                ..
            } => revoked(since, reason),
            Status::Good { issued, .. } => Revocation::Good { issued },
            Status::Revoked { since, reason, .. } => revoked(since, reason),
            Status::Unknown { .. } => Revocation::Unknown,
        }
    }

    fn responder(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Option<(Certificate, Timestamp)> {
        // Without a responder's answer no list need be tried again.
        self.ocsp.first()?;
        let said = self.said(certificate, issuer, Delegates::Heard);
        let (who, when) = weigh(&said, at).1?;
        Some((who.clone(), when))
    }
}

/// What follows from all that is said; and of what is good, the responder whose word it is, where nobody looked whether
/// that is revoked.
fn weigh<'a>(all: &[Said<'a>], at: Timestamp) -> (Status, Option<(&'a Certificate, Timestamp)>) {
    let for_good = all.iter().find_map(|said| match said.state {
        State::Revoked(entry) if entry.reason != Some(Reason::CertificateHold) => {
            Some((entry, said))
        }
        _ => None,
    });
    if let Some((entry, said)) = for_good
        && entry.since <= at
    {
        return (said.revoked(entry), None);
    }
    let mut why = Why::Nothing;
    for said in all {
        let speaks = said.speaks_for(at);
        match said.state {
            State::Revoked(entry) if entry.since <= at => return (said.revoked(entry), None),
            // Revoked after the time in question: it was listed, so it was known, whatever expired since.
            State::Revoked(entry) => {
                let good = Status::Good {
                    source: said.source,
                    issued: said.issued,
                    later: Some(later(entry)),
                };
                return (good, said.unchecked);
            }
            State::Unknown => why = Why::Responder,
            State::Good if !speaks => why = Why::Stale,
            State::Good if !said.knows_expired => why = Why::AfterExpiry,
            State::Good => {
                let later = for_good.map(|(entry, _)| later(entry));
                let good = Status::Good {
                    source: said.source,
                    issued: said.issued,
                    later,
                };
                return (good, said.unchecked);
            }
        }
    }
    (Status::Unknown { why }, None)
}

impl Said<'_> {
    fn speaks_for(&self, at: Timestamp) -> bool {
        let ahead = at + SKEW;
        self.issued >= at || self.next.is_some_and(|next| at <= next) && self.issued <= ahead
    }

    fn revoked(&self, entry: Entry) -> Status {
        Status::Revoked {
            since: entry.since,
            reason: entry.reason,
            source: self.source,
            issued: self.issued,
        }
    }
}

fn later(entry: Entry) -> (Timestamp, Option<Reason>) {
    (entry.since, entry.reason)
}
