//! What a document's signatures are worth, in the contract's words.

use super::lists::{self, Loaded};
use super::outside::Outside;
use super::papers::{self, Open};
use super::words;
use crate::Result;
use crate::app::{App, off_thread};
use api::firma as say;
use api::firma::{Answer, FirmaJudge, Judgement, PaperKind, Reason, What};
use signing::pades::{self, Kind, PdfError};
use signing::path::PathError;
use signing::tsp::{StampVerdict, TspError};
use signing::verify::{At, Basis, Content, Context, Finding, Quality, SignerVerdict};
use signing::whole::{self, Whole, Wrapping};
use signing::{Indication, SubIndication};
use std::io::Cursor;

/// Judges a document.
pub async fn firma_judge(app: &App, input: FirmaJudge) -> Result<Judgement> {
    let here = app.clone();
    off_thread(move || {
        let open = papers::get(&here, &input.paper)?;
        let beside = input.beside.map(|id| papers::get(&here, &id)).transpose()?;
        of(&here, &open, input.at, beside.as_ref())
    })
    .await
}

/// The judgement of an open document, on the thread of whoever calls.
pub fn of(
    app: &App,
    open: &Open,
    at: Option<say::Instant>,
    beside: Option<&Open>,
) -> Result<Judgement> {
    let loaded = lists::current(app)?;
    let at = at.map_or_else(At::now, at_of);
    let outside = Outside::new(app, &loaded.facts);
    let context = Context {
        at,
        facts: &outside,
        ..Context::now(&loaded.trust)
    };
    let mut judge = Judge {
        context,
        loaded: &loaded,
        found: Vec::new(),
    };
    let beside = beside.map(|open| &*open.bytes);
    let beside = beside.as_ref().map(|bytes| bytes as &dyn Content);
    if open.paper.kind != PaperKind::Other {
        let whole = whole::judge(Cursor::new(&*open.bytes), beside, &judge.context)
            .map_err(|why| papers::unreadable(open, &why))?;
        if let Some(whole) = whole {
            judge.tell(&whole, 0);
        }
    }
    let signatures = judge.found;
    let revocations = outside.seek(app);
    let worst = signatures.iter().map(|one| one.answer).max();
    Ok(Judgement {
        answer: worst.unwrap_or(Answer::Unsigned),
        inside: open.inside.as_ref().map(|inside| say::Inside {
            name: inside.name.clone(),
            size: inside.bytes.len() as u64,
            kind: inside.kind,
        }),
        lists: loaded.age(),
        revocations,
        at: instant(at),
        signatures,
    })
}

struct Judge<'a> {
    context: Context<'a>,
    loaded: &'a Loaded,
    found: Vec<say::Signature>,
}

impl Judge<'_> {
    /// One wrapping after the other, the outermost first.
    fn tell(&mut self, whole: &Whole, layer: u32) {
        let mut next = layer + 1;
        match &whole.signed {
            Wrapping::Pdf { signatures, seen } => {
                for (index, verdict) in (1..).zip(signatures) {
                    let one = self.of_pdf(verdict, index).seen(seen);
                    self.push(one, layer);
                }
            }
            Wrapping::Cms { layers } => {
                for (level, depth) in layers.iter().zip(layer..) {
                    for one in &level.signers {
                        self.push(self.of_signer(&one.signer, &one.stamps), depth);
                    }
                    if level.signers.is_empty() {
                        self.push(self.nobody(Reason::NoCertificate), depth);
                    }
                    next = depth + 1;
                }
            }
            Wrapping::Stamps {
                stamps,
                content_missing,
            } => {
                for (index, verdict) in stamps.iter().enumerate() {
                    let mut one = self.of_stamp(verdict);
                    if *content_missing && index == 0 {
                        self::content_missing(&mut one);
                    }
                    self.push(one, layer);
                }
            }
            Wrapping::Unclear { unreadable } => {
                let why = match unreadable {
                    PdfError::Encrypted => Reason::Encrypted,
                    PdfError::TooMuch(_) => Reason::TooComplex,
                    _ => Reason::BadForm,
                };
                self.push(self.nobody(why), layer);
            }
        }
        if let Some(inside) = &whole.inside {
            self.tell(inside, next);
        }
    }

    fn push(&mut self, signature: say::Signature, layer: u32) {
        self.found.push(say::Signature { layer, ..signature });
    }

    fn of_pdf(&self, verdict: &pades::Verdict, index: u32) -> Placed {
        let own = &verdict.signature;
        let mut signature = match (&verdict.signer, own.kind, verdict.stamps.first()) {
            (Some(signer), Kind::Signature, _) => self.of_signer(signer, &verdict.stamps),
            (_, Kind::Timestamp, Some(stamp)) => self.of_stamp(stamp),
            (_, kind, _) => say::Signature {
                kind: match kind {
                    Kind::Signature => say::SignatureKind::Signature,
                    Kind::Timestamp => say::SignatureKind::Timestamp,
                },
                ..self.nobody(Reason::BadForm)
            },
        };
        signature.answer = answer(verdict.indication);
        signature.indication = name(&verdict.indication);
        signature.sub_indication = verdict.sub_indication.as_ref().map(name);
        signature.claimed = own
            .time
            .as_deref()
            .and_then(words::pdf_time)
            .map(words::ms)
            .or(signature.claimed);
        signature.changes = own.changes_after.iter().map(change).collect();
        signature.revision = own.covers_whole_revision.then_some(index);
        signature.purpose = own.reason.clone().filter(|reason| !reason.is_empty());
        if !own.faults.is_empty() || !own.covers_whole_revision {
            signature.reasons.push(Reason::BadForm);
        }
        if own.changes_after.iter().any(|change| !change.allowed) {
            signature.reasons.push(Reason::ChangedAfter);
        }
        order(&mut signature.reasons);
        Placed {
            field: own.field.clone(),
            signature,
        }
    }

    fn of_signer(&self, verdict: &SignerVerdict, stamps: &[StampVerdict]) -> say::Signature {
        let mut reasons: Vec<Reason> = verdict
            .findings
            .iter()
            .map(|finding| self.reason(finding))
            .collect();
        if stamps
            .iter()
            .any(|one| one.indication != Indication::TotalPassed)
        {
            reasons.push(Reason::BadStamp);
        }
        order(&mut reasons);
        say::Signature {
            kind: say::SignatureKind::Signature,
            answer: answer(verdict.indication),
            indication: name(&verdict.indication),
            sub_indication: verdict.sub_indication.as_ref().map(name),
            reasons,
            signer: verdict.holder.as_ref().map(holder),
            quality: quality(verdict.quality),
            provider: verdict.provider.clone().filter(|name| !name.is_empty()),
            claimed: verdict.claimed_time.map(words::ms),
            at: instant(verdict.at),
            stamps: stamps.iter().map(stamp).collect(),
            changes: Vec::new(),
            revision: None,
            layer: 0,
            seen: None,
            purpose: None,
            hash: verdict.digest.map(|digest| digest.name().to_owned()),
            counter: verdict
                .counter_signatures
                .iter()
                .map(|counter| self.of_signer(counter, &[]))
                .collect(),
        }
    }

    /// A time stamp on the document itself.
    fn of_stamp(&self, verdict: &StampVerdict) -> say::Signature {
        let mut reasons: Vec<Reason> = Vec::new();
        reasons.extend(verdict.fault.as_ref().map(fault));
        reasons.extend(verdict.path_fault.map(|why| self.path(why)));
        let findings = verdict.findings.iter();
        reasons.extend(findings.map(|finding| self.reason(finding)));
        if verdict.sub_indication == Some(SubIndication::TimestampOrderFailure) {
            reasons.push(Reason::TimeAhead);
        }
        if reasons.is_empty() && verdict.indication != Indication::TotalPassed {
            reasons.push(Reason::BadStamp);
        }
        order(&mut reasons);
        say::Signature {
            kind: say::SignatureKind::Timestamp,
            answer: answer(verdict.indication),
            indication: name(&verdict.indication),
            sub_indication: verdict.sub_indication.as_ref().map(name),
            reasons,
            // Of a stamp there is nothing between qualified and not known.
            quality: match verdict.qualified {
                true => say::Quality::Qualified,
                false => say::Quality::Unknown,
            },
            provider: verdict.provider.clone(),
            claimed: verdict.time.map(words::ms),
            stamps: vec![stamp(verdict)],
            ..self.nobody(Reason::BadStamp)
        }
    }

    /// A signature of which nothing can be said, and why.
    fn nobody(&self, why: Reason) -> say::Signature {
        say::Signature {
            kind: say::SignatureKind::Signature,
            answer: Answer::Open,
            indication: name(&Indication::Indeterminate),
            sub_indication: Some(name(&SubIndication::NoSigningCertificateFound)),
            reasons: vec![why],
            signer: None,
            quality: say::Quality::Unknown,
            provider: None,
            claimed: None,
            at: instant(self.context.at),
            stamps: Vec::new(),
            changes: Vec::new(),
            revision: None,
            layer: 0,
            seen: None,
            purpose: None,
            hash: None,
            counter: Vec::new(),
        }
    }

    fn reason(&self, finding: &Finding) -> Reason {
        match *finding {
            Finding::UnreadableCertificate
            | Finding::DuplicateAttribute
            | Finding::BadAttribute
            | Finding::ContentType
            | Finding::NoMessageDigest
            | Finding::ContentInside
            | Finding::SeveralSigners
            | Finding::TooDeep
            | Finding::UnlistedHash
            | Finding::OtherHash => Reason::BadForm,
            Finding::NoSignedAttributes | Finding::NoSigningCertificate => Reason::NotBound,
            Finding::NoCertificate | Finding::OtherCertificate => Reason::NoCertificate,
            Finding::NoContent => Reason::NoContent,
            Finding::ContentChanged => Reason::ContentChanged,
            Finding::BadSignature => Reason::BadSignature,
            Finding::UnknownAlgorithm => Reason::UnknownAlgorithm,
            Finding::WeakHash | Finding::WeakKey => Reason::Weak,
            Finding::Path { why } => self.path(why),
            Finding::RevokedLater { .. } => Reason::RevokedLater,
            Finding::RevocationUnknown => Reason::RevocationUnknown,
            Finding::KeyUsage | Finding::ExtendedKeyUsage => Reason::WrongUse,
            Finding::NotNonRepudiation => Reason::NotForSignatures,
            Finding::ServiceWithdrawn => Reason::ServiceWithdrawn,
            Finding::StaleLists { .. } => Reason::StaleLists,
            Finding::NoSigningTime => Reason::NoTime,
            Finding::SigningTimeAhead { .. } => Reason::TimeAhead,
            Finding::TrailingBytes => Reason::TrailingBytes,
            Finding::CounterSignature {
                indication: Indication::TotalFailed,
            } => Reason::CounterFails,
            Finding::CounterSignature { .. } => Reason::CounterOpen,
            Finding::QualificationUnclear => Reason::QualityUnclear,
            Finding::ResponderUnchecked => Reason::ResponderUnchecked,
        }
    }

    fn path(&self, why: PathError) -> Reason {
        match why {
            PathError::NoPath | PathError::TooMany if self.loaded.trust.is_empty() => {
                Reason::NoLists
            }
            PathError::NoPath | PathError::TooMany => Reason::NotTrusted,
            PathError::Weak { .. } => Reason::Weak,
            PathError::Expired { depth: 0 } => Reason::Expired,
            PathError::NotYetValid { depth: 0 } => Reason::NotYetValid,
            PathError::Revoked { depth: 0, .. } => Reason::Revoked,
            PathError::Revoked { .. } => Reason::AuthorityRevoked,
            PathError::RevocationUnknown { .. } => Reason::RevocationUnknown,
            _ => Reason::BadPath,
        }
    }
}

/// A stamp that is one, of something that is not at hand: whether it is of this document cannot be said.
fn content_missing(signature: &mut say::Signature) {
    signature.reasons.insert(0, Reason::NoContent);
    if signature.answer == Answer::Holds {
        signature.answer = Answer::Open;
        signature.indication = name(&Indication::Indeterminate);
        signature.sub_indication = Some(name(&SubIndication::SignedDataNotFound));
    }
}

/// A signature of a PDF, and its field.
struct Placed {
    field: String,
    signature: say::Signature,
}

impl Placed {
    fn seen(mut self, seen: &[pades::Seen]) -> say::Signature {
        let found = seen.iter().find(|seen| seen.field == self.field);
        self.signature.seen = found.map(|seen| {
            let [left, top, width, height] = seen.place;
            say::Spot {
                page: u32::try_from(seen.page + 1).unwrap_or(u32::MAX),
                left,
                top,
                width,
                height,
            }
        });
        self.signature
    }
}

fn fault(why: &TspError) -> Reason {
    match why {
        TspError::OtherContent | TspError::Incomplete => Reason::ContentChanged,
        TspError::WeakImprint => Reason::Weak,
        TspError::NoCertificate => Reason::NoCertificate,
        TspError::OtherCertificate => Reason::NotBound,
        TspError::NotATimeStamper => Reason::WrongUse,
        TspError::Signature => Reason::BadSignature,
        TspError::OutsideValidity
        | TspError::Asn1(_)
        | TspError::Refused(_)
        | TspError::NotAToken
        | TspError::OtherRequest
        | TspError::OtherEvidence => Reason::BadStamp,
    }
}

/// The weightiest first: what proves that it fails, what leaves it open, what is only told.
const ORDER: [Reason; 32] = [
    Reason::ContentChanged,
    Reason::BadSignature,
    Reason::BadForm,
    Reason::Encrypted,
    Reason::TooComplex,
    Reason::ChangedAfter,
    Reason::Revoked,
    Reason::AuthorityRevoked,
    Reason::NoCertificate,
    Reason::NoContent,
    Reason::NotBound,
    Reason::UnknownAlgorithm,
    Reason::Weak,
    Reason::WrongUse,
    Reason::NotYetValid,
    Reason::Expired,
    Reason::BadPath,
    Reason::NoLists,
    Reason::NotTrusted,
    Reason::ServiceWithdrawn,
    Reason::StaleLists,
    Reason::RevocationUnknown,
    Reason::BadStamp,
    Reason::QualityUnclear,
    Reason::CounterFails,
    Reason::CounterOpen,
    Reason::ResponderUnchecked,
    Reason::RevokedLater,
    Reason::TimeAhead,
    Reason::NotForSignatures,
    Reason::NoTime,
    Reason::TrailingBytes,
];

fn order(reasons: &mut Vec<Reason>) {
    let rank = |reason: &Reason| ORDER.iter().position(|one| one == reason);
    reasons.sort_by_key(rank);
    reasons.dedup();
}

fn answer(indication: Indication) -> Answer {
    match indication {
        Indication::TotalPassed => Answer::Holds,
        Indication::Indeterminate => Answer::Open,
        Indication::TotalFailed => Answer::Fails,
    }
}

/// The standard's words, as serde writes them.
fn name<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// What a certificate says of its holder, in the contract's words.
pub fn holder(holder: &signing::x509::Holder) -> say::Signer {
    let full = [&holder.surname, &holder.given_name];
    let full: Vec<&str> = full
        .into_iter()
        .filter_map(|part| part.as_deref())
        .collect();
    say::Signer {
        name: if holder.name.is_empty() {
            full.join(" ")
        } else {
            holder.name.clone()
        },
        tax_code: holder.tax_code.clone(),
        organization: holder.organization.clone(),
        title: holder.title.clone(),
        issuer: holder.issuer.clone(),
        serial: holder.serial.clone(),
        from: holder.not_before.map(words::ms),
        until: holder.not_after.map(words::ms),
        limits: holder.limits.clone(),
        values: holder
            .statements
            .limits
            .iter()
            .map(|it| say::Money {
                amount: it.amount.clone(),
                currency: it.currency.clone(),
            })
            .collect(),
    }
}

fn quality(quality: Quality) -> say::Quality {
    match quality {
        Quality::Qualified => say::Quality::Qualified,
        Quality::QualifiedSeal => say::Quality::QualifiedSeal,
        Quality::AdvancedQualifiedCertificate => say::Quality::AdvancedQualifiedCertificate,
        Quality::Advanced => say::Quality::Advanced,
        Quality::Unknown => say::Quality::Unknown,
    }
}

fn stamp(verdict: &StampVerdict) -> say::Stamp {
    say::Stamp {
        answer: answer(verdict.indication),
        time: verdict.time.map(words::ms),
        provider: verdict.provider.clone(),
        qualified: verdict.qualified,
        archive: verdict.archive,
    }
}

fn change(change: &pades::Change) -> say::Change {
    say::Change {
        what: match change.what {
            pades::What::Signature => What::Signature,
            pades::What::Timestamp => What::Timestamp,
            pades::What::ValidationData => What::ValidationData,
            pades::What::Metadata => What::Metadata,
            pades::What::FormFilling => What::FormFilling,
            pades::What::Annotation => What::Annotation,
            pades::What::EmptyField => What::EmptyField,
            pades::What::Overlay => What::Overlay,
            pades::What::PageContent => What::PageContent,
            pades::What::Pages => What::Pages,
            pades::What::SignatureData => What::SignatureData,
            pades::What::Document => What::Document,
            pades::What::Trailer | pades::What::References | pades::What::StrayBytes => {
                What::Structure
            }
        },
        allowed: change.allowed,
        page: change.page.and_then(|page| u32::try_from(page + 1).ok()),
    }
}

fn instant(at: At) -> say::Instant {
    say::Instant {
        time: words::ms(at.time),
        basis: match at.basis {
            Basis::Now => say::Basis::Now,
            Basis::Stated => say::Basis::Stated,
            Basis::TimeStamp => say::Basis::TimeStamp,
            Basis::UnqualifiedTimeStamp => say::Basis::UnqualifiedTimeStamp,
            Basis::Protocol => say::Basis::Protocol,
            Basis::Pec => say::Basis::Pec,
            Basis::Preservation => say::Basis::Preservation,
        },
    }
}

fn at_of(at: say::Instant) -> At {
    At {
        time: words::timestamp(at.time),
        basis: match at.basis {
            say::Basis::Now => Basis::Now,
            say::Basis::Stated => Basis::Stated,
            say::Basis::TimeStamp => Basis::TimeStamp,
            say::Basis::UnqualifiedTimeStamp => Basis::UnqualifiedTimeStamp,
            say::Basis::Protocol => Basis::Protocol,
            say::Basis::Pec => Basis::Pec,
            say::Basis::Preservation => Basis::Preservation,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signing::path::Trust;

    /// A time stamp with nothing wrong in it.
    fn verdict(qualified: bool) -> StampVerdict {
        StampVerdict {
            indication: Indication::TotalPassed,
            sub_indication: None,
            time: Some(jiff::Timestamp::UNIX_EPOCH),
            fault: None,
            path_fault: None,
            findings: Vec::new(),
            provider: None,
            qualified,
            archive: false,
        }
    }

    #[test]
    fn the_values_that_a_certificate_is_limited_to_are_handed_on() {
        let mut it = signing::x509::Holder::default();
        assert_eq!(holder(&it).values, []);
        let money = |amount: &str, currency: &str| signing::x509::Money {
            amount: amount.into(),
            currency: currency.into(),
        };
        it.statements.limits = vec![money("150.99", "EUR"), money("250", "CHF")];
        let told = holder(&it).values;
        let told: Vec<_> = told.iter().map(|it| (&*it.amount, &*it.currency)).collect();
        assert_eq!(told, [("150.99", "EUR"), ("250", "CHF")]);
    }

    fn with_judge(look: impl FnOnce(&Judge<'_>)) {
        let (nobody, loaded) = (
            Trust::default(),
            Loaded::nobody(jiff::Timestamp::UNIX_EPOCH),
        );
        look(&Judge {
            context: Context::now(&nobody),
            loaded: &loaded,
            found: Vec::new(),
        });
    }

    #[test]
    fn what_others_say_of_a_signature_is_told_on_it() {
        let counter = |indication| Finding::CounterSignature { indication };
        with_judge(|judge| {
            for (finding, reason) in [
                (counter(Indication::TotalFailed), Reason::CounterFails),
                (counter(Indication::Indeterminate), Reason::CounterOpen),
                (Finding::QualificationUnclear, Reason::QualityUnclear),
                (Finding::ResponderUnchecked, Reason::ResponderUnchecked),
            ] {
                assert_eq!(judge.reason(&finding), reason);
                assert!(ORDER.contains(&reason));
            }
        });
    }

    #[test]
    fn a_qualified_time_stamp_is_said_to_be_one() {
        with_judge(|judge| {
            let of = |qualified| judge.of_stamp(&verdict(qualified)).quality;
            assert_eq!(of(true), say::Quality::Qualified);
            assert_eq!(of(false), say::Quality::Unknown);
        });
    }
}
