//! What a document's signatures are worth, in the contract's words.

use super::lists::{self, Loaded};
use super::outside::Outside;
use super::papers::{self, Open};
use super::words;
use crate::Result;
use crate::app::{App, off_thread};
use api::firma as say;
use api::firma::{Answer, FirmaJudge, Judgement, PaperKind, Reason, What};
use signing::pades::{self, Kind, Signed};
use signing::path::PathError;
use signing::tsp::{self, Response, StampVerdict, TimeStampedData, Token, TspError};
use signing::verify::{
    At, Basis, Content, Context, Finding, Innermost, Quality, SignerVerdict, in_place,
};
use signing::{Indication, SubIndication};
use std::fmt::Display;
use std::io::Cursor;
use std::ops::Range;

/// Wrappings that are judged, one inside the other.
const DEEPEST: u32 = 16;

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
    judge
        .bytes(&open.bytes, open.paper.kind, beside, 0)
        .map_err(|why| papers::unreadable(open, &why))?;
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
    /// One layer after the other, the outermost first.
    fn bytes(
        &mut self,
        bytes: &[u8],
        kind: PaperKind,
        beside: Option<&[u8]>,
        layer: u32,
    ) -> std::result::Result<(), String> {
        if layer > DEEPEST {
            return Err("too many layers".into());
        }
        match kind {
            PaperKind::Pdf => self.pdf(bytes, layer),
            PaperKind::P7m | PaperKind::P7s => self.cms(bytes, beside, layer),
            PaperKind::Tsr => self.answer(bytes, beside, layer),
            PaperKind::Tsd => self.stamped(bytes, beside, layer),
            PaperKind::Other => Ok(()),
        }
    }

    fn pdf(&mut self, bytes: &[u8], layer: u32) -> std::result::Result<(), String> {
        let mut document = Signed::new(bytes).map_err(text)?;
        let verdicts = pades::judge(&mut document, &self.context).map_err(text)?;
        // Where a picture is, is told and no part of the verdict.
        let seen = document.seen().unwrap_or_default();
        for (index, verdict) in (1..).zip(verdicts) {
            let mut one = self.of_pdf(verdict, index).seen(&seen);
            one.layer = layer;
            self.found.push(one);
        }
        Ok(())
    }

    fn cms(
        &mut self,
        bytes: &[u8],
        beside: Option<&[u8]>,
        layer: u32,
    ) -> std::result::Result<(), String> {
        let given = beside.as_ref().map(|bytes| bytes as &dyn Content);
        // Where it lies: no copy of a large content is made.
        let found = in_place(Cursor::new(bytes), given, &self.context).map_err(text)?;
        let verdict = found.verdict;
        let mut depth = layer;
        for level in &verdict.layers {
            for one in &level.signers {
                let mut signature = self.of_signer(&one.signer, &one.stamps);
                signature.layer = depth;
                self.found.push(signature);
            }
            if level.signers.is_empty() {
                self.found.push(self.nobody(depth));
            }
            depth += 1;
        }
        let inside = match &found.content {
            Innermost::Beside => None,
            Innermost::Bytes(bytes) => Some(bytes.as_slice()),
            Innermost::At(range) => part(bytes, range),
        };
        match inside {
            Some(inside) => self.bytes(inside, papers::kind(inside), None, depth),
            None => Ok(()),
        }
    }

    /// A `.tsr`: a stamp without what it is about.
    fn answer(
        &mut self,
        bytes: &[u8],
        beside: Option<&[u8]>,
        layer: u32,
    ) -> std::result::Result<(), String> {
        let token = match Token::parse(bytes) {
            Ok(token) => token,
            Err(_) => Response::parse(bytes)
                .and_then(|answer| answer.any_token())
                .map_err(text)?,
        };
        let check = |token: &Token| match beside {
            Some(content) => token.check_content(content),
            None => token.signed(),
        };
        let verdict = tsp::token_of(&token, check, &self.context);
        let mut signature = self.of_stamp(&verdict);
        if beside.is_none() {
            content_missing(&mut signature);
        }
        signature.layer = layer;
        self.found.push(signature);
        Ok(())
    }

    /// A `.tsd`: what is inside is judged at the time that its first stamp proves.
    fn stamped(
        &mut self,
        bytes: &[u8],
        beside: Option<&[u8]>,
        layer: u32,
    ) -> std::result::Result<(), String> {
        let data = TimeStampedData::parse(bytes).map_err(text)?;
        let verdicts = data.judge(beside, &self.context);
        let missing = data.content.is_none() && beside.is_none();
        for (index, verdict) in verdicts.iter().enumerate() {
            let mut signature = self.of_stamp(verdict);
            if missing && index == 0 {
                content_missing(&mut signature);
            }
            signature.layer = layer;
            self.found.push(signature);
        }
        let first = verdicts.first();
        let proven = first.filter(|_| !missing).and_then(StampVerdict::proves);
        self.context.at = self.context.at.or_proven(proven);
        match data.content.as_deref().or(beside) {
            Some(inside) => self.bytes(inside, papers::kind(inside), None, layer + 1),
            None => Ok(()),
        }
    }

    fn of_pdf(&self, verdict: pades::Verdict, index: u32) -> Placed {
        let own = &verdict.signature;
        let mut signature = match (&verdict.signer, own.kind, verdict.stamps.first()) {
            (Some(signer), Kind::Signature, _) => self.of_signer(signer, &verdict.stamps),
            (_, Kind::Timestamp, Some(stamp)) => self.of_stamp(stamp),
            (_, kind, _) => say::Signature {
                kind: match kind {
                    Kind::Signature => say::SignatureKind::Signature,
                    Kind::Timestamp => say::SignatureKind::Timestamp,
                },
                reasons: vec![Reason::BadForm],
                ..self.nobody(0)
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
            provider: verdict.provider.clone(),
            claimed: verdict.time.map(words::ms),
            stamps: vec![stamp(verdict)],
            ..self.nobody(0)
        }
    }

    /// A signature of which nothing can be said.
    fn nobody(&self, layer: u32) -> say::Signature {
        say::Signature {
            kind: say::SignatureKind::Signature,
            answer: Answer::Open,
            indication: name(&Indication::Indeterminate),
            sub_indication: Some(name(&SubIndication::NoSigningCertificateFound)),
            reasons: vec![Reason::NoCertificate],
            signer: None,
            quality: say::Quality::Unknown,
            provider: None,
            claimed: None,
            at: instant(self.context.at),
            stamps: Vec::new(),
            changes: Vec::new(),
            revision: None,
            layer,
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

fn part<'a>(bytes: &'a [u8], range: &Range<u64>) -> Option<&'a [u8]> {
    let start = usize::try_from(range.start).ok()?;
    let end = usize::try_from(range.end).ok()?;
    bytes.get(start..end)
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
const ORDER: [Reason; 26] = [
    Reason::ContentChanged,
    Reason::BadSignature,
    Reason::BadForm,
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

fn text(error: impl Display) -> String {
    error.to_string()
}
