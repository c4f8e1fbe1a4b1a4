//! What time the stamps on a signature prove (EN 319 102-1, 5.4 and 5.5).

use super::archive::Archives;
use super::{Stamp, Token, TspError, oid};
use crate::cms::{ReadError, SignedData, SignerInfo};
use crate::path::{self, Path, PathError, Settings, Trust};
use crate::revocation;
use crate::verify::content::Digests;
use crate::verify::{
    self, At, Basis, Content, Context, Facts, Finding, Profile, Revocation, RevocationRule,
    SignerVerdict,
};
use crate::x509::Certificate;
use crate::{Anchor, Indication, Service, Standing, SubIndication};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The most stamps on one signature that are judged.
const MOST: usize = 64;

/// What is to be said of one time stamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampVerdict {
    /// Whether it proves its time.
    pub indication: Indication,
    /// Why not.
    pub sub_indication: Option<SubIndication>,
    /// The time it says, proven or not; none where it cannot be read.
    pub time: Option<Timestamp>,
    /// What is wrong with the token itself.
    pub fault: Option<TspError>,
    /// What is wrong with its authority's certificate.
    pub path_fault: Option<PathError>,
    /// What the trusted lists say against it: as of a signer.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Who made it, as the trusted list says.
    pub provider: Option<String>,
    /// Whether it is a qualified one ("marca temporale", Reg. (EU) 910/2014, art. 42): the authority stood in a
    /// trusted list for that, then.
    pub qualified: bool,
    /// Whether it is one over the whole signature, with all that is needed to judge it (`archive-time-stamp-v3`).
    #[serde(default)]
    pub archive: bool,
}

/// The earliest time that one of these proves.
pub(super) fn earliest<'a>(stamps: impl IntoIterator<Item = &'a StampVerdict>) -> Option<At> {
    let proven = stamps.into_iter().filter_map(StampVerdict::proves);
    proven.min_by_key(|at| at.time)
}

/// A signature judged at the time that its stamps prove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampedVerdict {
    /// At the earliest proven time; at that of the context where none is.
    #[serde(flatten)]
    pub signer: SignerVerdict,
    /// Its stamps: those on its value in the order of the file, then archive stamps, oldest first.
    pub stamps: Vec<StampVerdict>,
}

/// Judges every signer of a CMS signature at the earliest time that its own time stamps prove, with the facts and
/// certificates that the file carries besides those of the context.
///
/// A context whose time is an earlier proof than the stamps (a registration in the protocol) keeps it.
///
/// # Errors
/// Where the bytes are no SignedData at all.
pub fn judge(
    signed_data: &[u8],
    content: Option<&dyn Content>,
    context: &Context<'_>,
) -> Result<Vec<StampedVerdict>, ReadError> {
    Ok(judge_read(
        &SignedData::parse(signed_data)?,
        content,
        context,
    ))
}

/// The same for what was read already.
#[must_use]
pub fn judge_read(
    data: &SignedData<'_>,
    content: Option<&dyn Content>,
    context: &Context<'_>,
) -> Vec<StampedVerdict> {
    let mut carried = revocation::Facts::new();
    carried.add_carried(data);
    let both = Both(context.facts, &carried);
    let context = Context {
        facts: &both,
        ..*context
    };
    // The chain of a stamp's authority may stand with those of the signers.
    let mut certificates = context.certificates.to_vec();
    if data
        .signers
        .iter()
        .any(|signer| !signer.unsigned.is_empty())
    {
        let carried = data.certificates.iter();
        certificates.extend(carried.filter_map(|der| Certificate::parse(der).ok()));
    }
    let stamped = Context {
        certificates: &certificates,
        ..context
    };
    let inside = data.content();
    let mut digests = Digests::new(match &inside {
        Some(bytes) => Some(bytes),
        None => content,
    });
    let mut all = Vec::new();
    let mut judged: Vec<(At, Vec<SignerVerdict>)> = Vec::new();
    for (index, signer) in data.signers.iter().enumerate() {
        let archives = match context.profile {
            Profile::Cades if !signer.unsigned.is_empty() => {
                Archives::judge(data, signer, &mut digests, &stamped)
            }
            _ => Archives::default(),
        };
        let mut stamps = stamps_at(signer, &stamped, |value| {
            archives.proven_for(oid::SIGNATURE_TIME_STAMP.as_bytes(), value, context.at)
        });
        stamps.extend(archives.verdicts());
        let at = context.at.or_proven(earliest(&stamps));
        if !judged.iter().any(|(known, _)| *known == at) {
            judged.push((
                at,
                verify::signed(data, content, &Context { at, ..context }),
            ));
        }
        let verdict = judged
            .iter()
            .find(|(known, _)| *known == at)
            .and_then(|(_, verdicts)| verdicts.get(index));
        all.extend(verdict.map(|verdict| StampedVerdict {
            signer: verdict.clone(),
            stamps,
        }));
    }
    all
}

/// Judges the time stamps on a signature (`signature-time-stamp`, EN 319 122-1, 5.3): each must be of this very
/// signature's value. One copied from elsewhere fails; the same one twice counts once.
#[must_use]
pub fn stamps(signer: &SignerInfo, context: &Context<'_>) -> Vec<StampVerdict> {
    stamps_at(signer, context, |_| context.at)
}

/// The same, each at its own time.
fn stamps_at(
    signer: &SignerInfo,
    context: &Context<'_>,
    at: impl Fn(&[u8]) -> At,
) -> Vec<StampVerdict> {
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut verdicts = Vec::new();
    for value in signer
        .unsigned_values(oid::SIGNATURE_TIME_STAMP.as_bytes())
        .take(MOST)
    {
        if !seen.contains(&value) {
            seen.push(value);
            let context = Context {
                at: at(value),
                ..*context
            };
            verdicts.push(token(value, &signer.signature, &context));
        }
    }
    verdicts
}

/// Judges one token over a content: a document's (`.tsr`, `.tsd`), or a signature's value.
///
/// The time of the context is the one until which the authority's certificate has to be good: now, or that of a later
/// stamp over this one.
#[must_use]
pub fn token(der: &[u8], content: &[u8], context: &Context<'_>) -> StampVerdict {
    match Token::parse(der) {
        Ok(token) => token_of(&token, |token| token.check_content(content), context),
        Err(fault) => StampVerdict::failed(None, fault),
    }
}

/// The same for a token that was read, with its own way of being checked against what it stamps.
pub fn token_of(
    token: &Token,
    check: impl FnOnce(&Token) -> Result<Stamp, TspError>,
    context: &Context<'_>,
) -> StampVerdict {
    match check(token) {
        Ok(stamp) => authority(&stamp, token, context),
        Err(fault) => StampVerdict::failed(Some(token.info().time), fault),
    }
}

impl StampVerdict {
    /// The time that it proves, if it holds.
    #[must_use]
    pub fn proves(&self) -> Option<At> {
        let time = self
            .time
            .filter(|_| self.indication == Indication::TotalPassed);
        let basis = match self.qualified {
            true => Basis::TimeStamp,
            false => Basis::UnqualifiedTimeStamp,
        };
        time.map(|time| At { time, basis })
    }

    pub(super) fn failed(time: Option<Timestamp>, fault: TspError) -> Self {
        let sub_indication = fault.sub_indication();
        let indication = match sub_indication {
            SubIndication::FormatFailure
            | SubIndication::HashFailure
            | SubIndication::SigCryptoFailure => Indication::TotalFailed,
            _ => Indication::Indeterminate,
        };
        Self {
            indication,
            sub_indication: Some(sub_indication),
            time,
            fault: Some(fault),
            path_fault: None,
            findings: Vec::new(),
            provider: None,
            qualified: false,
            archive: false,
        }
    }
}

/// Whether the authority is to be believed.
fn authority(stamp: &Stamp, token: &Token, context: &Context<'_>) -> StampVerdict {
    let mut carried = revocation::Facts::new();
    let (crls, answers) = token.facts();
    // What is of no use in a token is left out.
    for der in crls {
        let _ = carried.add_crl(der);
    }
    for der in answers {
        let _ = carried.add_ocsp(der);
    }
    let facts = Both(context.facts, &carried);
    let pool: Vec<Certificate> = stamp
        .chain
        .iter()
        .chain(context.certificates)
        .cloned()
        .collect();
    // A token that says it is from the future is judged when that has come.
    let at = context.at.time;
    let mut told = Vec::new();
    let found = path::find(
        &stamp.certificate,
        &pool,
        context.trust,
        &Settings::at(at),
        |path| {
            told.clear();
            revocations(path, stamp.time, at, &facts, context.revocation, &mut told)
        },
    );
    let mut verdict = StampVerdict {
        indication: Indication::Indeterminate,
        sub_indication: None,
        time: Some(stamp.time),
        fault: None,
        path_fault: None,
        findings: Vec::new(),
        provider: None,
        qualified: false,
        archive: false,
    };
    if let Ok(path) = &found {
        verdict.findings.extend(told);
        if !stood(path, context.trust, stamp.time) {
            verdict.findings.push(Finding::ServiceWithdrawn);
        }
    }
    verdict.findings.extend(verify::stale(context.trust, at));
    match found {
        Ok(path) => {
            verdict.provider = Some(path.anchor.provider.clone()).filter(|name| !name.is_empty());
            verdict.qualified = qualified(&path, context.trust, stamp.time);
            // EN 319 102-1, 5.4: a stamp from after the time of the judgement proves nothing about it.
            let ahead = stamp.time > at + stamp.accuracy.unwrap_or_default();
            (verdict.indication, verdict.sub_indication) = if ahead {
                let why = SubIndication::TimestampOrderFailure;
                (Indication::Indeterminate, Some(why))
            } else {
                verify::conclude(&verdict.findings, context.at)
            };
        }
        Err(why) => {
            if matches!(why, PathError::RevocationUnknown { .. }) {
                let settings = Settings::at(at);
                let path = path::find(&stamp.certificate, &pool, context.trust, &settings, |_| {
                    Ok(())
                });
                if let Ok(path) = path {
                    verify::tell_missing(&path, at, &facts);
                }
            }
            verdict.sub_indication = Some(sub_indication(why));
            verdict.path_fault = Some(why);
        }
    }
    verdict
}

/// What is revoked at the time of the judgement may have made good stamps before, if its key was never in other hands
/// (RFC 3161, 4).
fn revocations(
    path: &Path<'_>,
    made: Timestamp,
    at: Timestamp,
    facts: &dyn Facts,
    rule: RevocationRule,
    told: &mut Vec<Finding>,
) -> Result<(), PathError> {
    for (depth, pair) in path.certificates.windows(2).enumerate() {
        let [certificate, issuer] = pair else {
            continue;
        };
        let (known, unchecked) = verify::stand(certificate, issuer, at, facts);
        told.extend(unchecked.filter(|finding| !told.contains(finding)));
        match known {
            Revocation::Good { .. } => {}
            Revocation::Revoked { since, reason } => {
                let harmless = matches!(reason, Some(0 | 3 | 4 | 5));
                if since <= at && (since <= made || !harmless) {
                    return Err(PathError::Revoked { depth, since });
                }
            }
            Revocation::Unknown if rule == RevocationRule::IfKnown => {}
            Revocation::Unknown => return Err(PathError::RevocationUnknown { depth }),
        }
    }
    Ok(())
}

/// Whether the path ends at a service that stood when the stamp was made. Where the list names one certificate for
/// several services, that for signatures does not speak for one for time stamps.
fn stood(path: &Path<'_>, trust: &Trust, made: Timestamp) -> bool {
    let same = || trust.of_same_key(path.anchor);
    let for_stamps = same().any(|anchor| anchor.service == Service::QualifiedTimeStamps);
    let counts = |anchor: &&Anchor| {
        let stamps = [Service::QualifiedTimeStamps, Service::Other];
        !for_stamps || stamps.contains(&anchor.service)
    };
    same()
        .filter(counts)
        .any(|anchor| verify::standing(anchor, made) == Some(Standing::Granted))
}

/// Whether the path ends at a service for qualified time stamps that stood when the stamp was made. The list may name
/// the unit itself or its issuer, and one certificate for several services.
fn qualified(path: &Path<'_>, trust: &Trust, made: Timestamp) -> bool {
    let stood = |history: &[(Timestamp, Standing)]| {
        let last = history
            .iter()
            .filter(|(since, _)| *since <= made)
            .max_by_key(|(since, _)| *since);
        last.is_some_and(|(_, standing)| *standing == Standing::Granted)
    };
    trust
        .of_same_key(path.anchor)
        .any(|anchor| anchor.service == Service::QualifiedTimeStamps && stood(&anchor.history))
}

fn sub_indication(why: PathError) -> SubIndication {
    match why {
        PathError::NoPath | PathError::TooMany | PathError::Signature { .. } => {
            SubIndication::NoCertificateChainFound
        }
        PathError::Expired { depth: 0 } | PathError::NotYetValid { depth: 0 } => {
            SubIndication::OutOfBoundsNoPoe
        }
        PathError::Revoked { depth: 0, .. } => SubIndication::RevokedNoPoe,
        PathError::Revoked { .. } => SubIndication::RevokedCaNoPoe,
        PathError::RevocationUnknown { .. } => SubIndication::TryLater,
        PathError::Weak { .. } => SubIndication::CryptoConstraintsFailureNoPoe,
        _ => SubIndication::CertificateChainGeneralFailure,
    }
}

/// What is known from elsewhere, and what the file itself carries.
pub(crate) struct Both<'a>(pub(crate) &'a dyn Facts, pub(crate) &'a dyn Facts);

impl Facts for Both<'_> {
    fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Revocation {
        let one = self.0.revocation(certificate, issuer, at);
        let other = self.1.revocation(certificate, issuer, at);
        // A revocation is never outvoted; of two, the one from earlier.
        match (one, other) {
            (Revocation::Revoked { since, .. }, Revocation::Revoked { since: second, .. }) => {
                if since <= second {
                    one
                } else {
                    other
                }
            }
            (Revocation::Revoked { .. }, _) => one,
            (_, Revocation::Revoked { .. }) => other,
            (Revocation::Unknown, _) => other,
            _ => one,
        }
    }

    fn responder(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Option<(Certificate, Timestamp)> {
        // Of the one whose answer counts.
        match self.0.revocation(certificate, issuer, at) {
            Revocation::Unknown => self.1.responder(certificate, issuer, at),
            _ => self.0.responder(certificate, issuer, at),
        }
    }

    fn missing(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) {
        self.0.missing(certificate, issuer, at);
    }
}
