//! Taking contents out, and the report of a verification.

use super::judge;
use super::papers::{self, Open};
use super::place::{self, Shelf};
use super::words;
use crate::app::{App, off_thread};
use crate::{Result, failure};
use api::firma::{
    Answer, Basis, FirmaExtract, FirmaReport, Instant, Judgement, Lists, Obstacle, PaperKind,
    Quality, Reason, Revocations, Saved, Signature, SignatureKind, What,
};
use api::{Code, Failure};
use domain::UnixMs;
use l10n::Lang;
use signing::paper::{About, Style, write};

const IT: Lang = Lang::It;

/// Writes what a `.p7m` or `.tsd` holds into the person's folder of documents, and opens it.
pub async fn firma_extract(app: &App, input: FirmaExtract) -> Result<Saved> {
    let here = app.clone();
    off_thread(move || {
        let open = papers::get(&here, &input.paper)?;
        let inside = open
            .inside
            .ok_or_else(|| Failure::new(Code::PaperUnreadable).with("name", &open.paper.name))?;
        let written = place::write(&here, Shelf::Extracted, None, &inside.name, &inside.bytes)
            .map_err(|error| place::of_io(&here, Shelf::Extracted, &error))?;
        let path = Some(written.folder.join(&written.name));
        let paper = papers::open(&here, &written.name, inside.bytes, path, false)?;
        here.tell(api::Event::Firma);
        Ok(Saved {
            name: written.name,
            folder: written.folder.display().to_string(),
            paper: Some(paper.id),
        })
    })
    .await
}

/// Writes the report of the verification as a PDF.
pub async fn firma_report(app: &App, input: FirmaReport) -> Result<Saved> {
    let here = app.clone();
    off_thread(move || {
        let open = papers::get(&here, &input.paper)?;
        let beside = input.beside.map(|id| papers::get(&here, &id)).transpose()?;
        let judgement = judge::of(&here, &open, input.at, beside.as_ref())?;
        let pdf = pdf(&open, &judgement, here.now())?;
        let name = format!("{} - {}.pdf", open.paper.name, IT.rapporto_file());
        let written = place::write(&here, Shelf::Reports, None, &name, &pdf)
            .map_err(|error| place::of_io(&here, Shelf::Reports, &error))?;
        Ok(Saved {
            name: written.name,
            folder: written.folder.display().to_string(),
            paper: None,
        })
    })
    .await
}

fn pdf(open: &Open, judgement: &Judgement, now: UnixMs) -> Result<Vec<u8>> {
    let title = IT.rapporto_title();
    let about = About {
        title,
        language: IT.tag(),
        made: words::timestamp(now),
    };
    let foot = |page: usize, pages: usize| {
        IT.rapporto_foot(&when(now), &page.to_string(), &pages.to_string())
    };
    write(about, &text(open, judgement), foot)
        .map_err(|why| failure::unexpected("the report cannot be written", &why))
}

/// The words of the report.
fn text(open: &Open, judgement: &Judgement) -> Vec<(Style, String)> {
    let mut all = vec![
        (Style::Title, IT.rapporto_title().to_owned()),
        (Style::Body, pair(IT.rapporto_document(), &open.paper.name)),
        (Style::Body, pair(IT.rapporto_kind(), kind(open.paper.kind))),
        (
            Style::Body,
            pair(IT.rapporto_size(), &IT.number(open.paper.size)),
        ),
        (Style::Small, pair("SHA-256", &open.paper.sha256)),
        (Style::Heading, overall(judgement)),
        (Style::Body, pair(IT.rapporto_at(), &instant(judgement.at))),
        (Style::Body, lists(judgement.lists)),
    ];
    match judgement.revocations {
        Revocations::Known(None) => {}
        Revocations::Known(Some(issued)) => {
            all.push((Style::Body, IT.revocations_known(&when(issued))));
        }
        _ => all.push((Style::Body, IT.rapporto_no_answer().to_owned())),
    }
    if let Some(inside) = &judgement.inside {
        let words = format!("{} ({})", inside.name, kind(inside.kind));
        all.push((Style::Body, pair(IT.rapporto_inside(), &words)));
    }
    for (number, signature) in (1..).zip(&judgement.signatures) {
        one(&number.to_string(), signature, &mut all);
    }
    all.push((Style::Small, IT.rapporto_note().to_owned()));
    all
}

/// One signature, and those who signed it after that.
fn one(number: &str, signature: &Signature, all: &mut Vec<(Style, String)>) {
    let what = match signature.kind {
        SignatureKind::Signature => IT.rapporto_signature(number),
        SignatureKind::Timestamp => IT.rapporto_timestamp(number),
    };
    all.push((Style::Heading, what));
    let mut say = |name: &str, words: &str| {
        if !words.is_empty() {
            all.push((Style::Body, pair(name, words)));
        }
    };
    say(IT.rapporto_outcome(), &outcome(signature));
    if let Some(signer) = &signature.signer {
        say(IT.rapporto_signer(), &signer.name);
        say(
            IT.sig_tax_code(),
            signer.tax_code.as_deref().unwrap_or_default(),
        );
        say(
            IT.sig_organization(),
            signer.organization.as_deref().unwrap_or_default(),
        );
        say(IT.sig_role(), signer.title.as_deref().unwrap_or_default());
        say(IT.sig_issuer(), &signer.issuer);
        say(IT.sig_serial(), &signer.serial);
        if let (Some(from), Some(until)) = (signer.from, signer.until) {
            let words = IT.sig_validity_words(&when(from), &when(until));
            say(IT.sig_validity(), &words);
        }
        say(IT.sig_limits(), &signer.limits.join(" "));
        for value in &signer.values {
            let words = IT.sig_limit_value(&IT.decimal(&value.amount), &value.currency);
            say(IT.sig_limits(), &words);
        }
    }
    if signature.kind == SignatureKind::Signature {
        say(IT.sig_worth(), quality(signature.quality));
    }
    say(
        IT.sig_provider(),
        signature.provider.as_deref().unwrap_or_default(),
    );
    say(IT.rapporto_at(), &instant(signature.at));
    if let Some(claimed) = signature.claimed {
        say(IT.sig_when(), &IT.sig_claimed(&when(claimed)));
    }
    say(
        IT.sig_purpose(),
        signature.purpose.as_deref().unwrap_or_default(),
    );
    say(IT.sig_hash(), signature.hash.as_deref().unwrap_or_default());
    for stamp in &signature.stamps {
        let time = stamp.time.map(when).unwrap_or_default();
        let words = match stamp.answer {
            Answer::Holds if signature.kind == SignatureKind::Timestamp => {
                IT.stamp_holds_document(&time)
            }
            Answer::Holds if stamp.archive => IT.stamp_holds_archive(&time),
            Answer::Holds => IT.stamp_holds(&time),
            Answer::Open | Answer::Unsigned => IT.stamp_open().to_owned(),
            Answer::Fails => IT.stamp_fails().to_owned(),
        };
        let by = stamp.provider.as_deref().unwrap_or_default();
        say(IT.rapporto_stamp(), format!("{words} {by}").trim());
    }
    for change in &signature.changes {
        let allowed = if change.allowed {
            IT.change_allowed()
        } else {
            IT.change_forbidden()
        };
        let words = format!("{} – {allowed}", changed(change.what));
        say(IT.rapporto_change(), &words);
    }
    for reason in &signature.reasons {
        say(IT.rapporto_why(), self::reason(*reason));
    }
    for (index, counter) in (1..).zip(&signature.counter) {
        one(&format!("{number}.{index}"), counter, all);
    }
}

fn pair(name: &str, words: &str) -> String {
    format!("{}: {words}", name.trim_end_matches(':'))
}

fn outcome(signature: &Signature) -> String {
    let sub = signature.sub_indication.as_deref();
    let standard = match sub {
        Some(sub) => format!("{}, {sub}", signature.indication),
        None => signature.indication.clone(),
    };
    let people = u64::from(signature.kind == SignatureKind::Signature);
    let words = if signature.is_tampered() {
        IT.verdict_changed().to_owned()
    } else if let Some(obstacle) = signature.obstacle() {
        stopped_by(obstacle, people)
    } else {
        answer(signature.answer).to_owned()
    };
    format!("{words} ({standard})")
}

fn when(time: UnixMs) -> String {
    words::day_and_time(words::timestamp(time))
}

fn instant(at: Instant) -> String {
    let basis = match at.basis {
        Basis::Now => IT.basis_now(),
        Basis::Stated => IT.basis_stated(),
        Basis::TimeStamp => IT.basis_time_stamp(),
        Basis::UnqualifiedTimeStamp => IT.basis_unqualified_time_stamp(),
        Basis::Protocol => IT.basis_protocol(),
        Basis::Pec => IT.basis_pec(),
        Basis::Preservation => IT.basis_preservation(),
    };
    format!("{} ({basis})", when(at.time))
}

/// The answer in one glance, about one signature or many: as the screen says it.
fn overall(judgement: &Judgement) -> String {
    let signatures = &judgement.signatures;
    if judgement.answer == Answer::Open && judgement.is_tampered() {
        return IT.verdict_changed().to_owned();
    }
    if let Some(obstacle) = judgement.obstacle() {
        let people = signatures.iter();
        let people = people.filter(|it| it.kind == SignatureKind::Signature);
        return stopped_by(obstacle, people.count() as u64);
    }
    let words = match (judgement.answer, signatures.len()) {
        (Answer::Holds, 2..) => IT.rapporto_holds_all(),
        (Answer::Fails, 2..) => IT.rapporto_fails_some(),
        (other, _) => answer(other),
    };
    words.to_owned()
}

/// What no waiting mends, of so many people's signatures; of none where there are time stamps alone.
fn stopped_by(obstacle: Obstacle, people: u64) -> String {
    match obstacle {
        Obstacle::Encrypted => IT.verdict_encrypted().to_owned(),
        Obstacle::TooComplex => IT.verdict_too_complex().to_owned(),
        Obstacle::Revoked => IT.verdict_revoked(people),
        Obstacle::AuthorityRevoked => IT.verdict_authority_revoked(people),
        Obstacle::Weak => IT.verdict_weak(people),
        Obstacle::NotYetValid => IT.verdict_not_yet_valid().to_owned(),
        Obstacle::Expired => IT.verdict_expired().to_owned(),
        Obstacle::NotTrusted => IT.verdict_not_trusted().to_owned(),
        Obstacle::Withdrawn => IT.verdict_withdrawn().to_owned(),
    }
}

fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Holds => IT.rapporto_holds(),
        Answer::Open => IT.rapporto_open(),
        Answer::Fails => IT.rapporto_fails(),
        Answer::Unsigned => IT.verdict_unsigned(),
    }
}

fn lists(lists: Lists) -> String {
    match lists {
        Lists::Missing => IT.lists_missing().to_owned(),
        Lists::Current(0) => IT.lists_today().to_owned(),
        Lists::Current(days) => IT.lists_current(days.into()),
        Lists::Stale(days) => IT.lists_stale(days.into()),
    }
}

fn kind(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Pdf => IT.kind_pdf(),
        PaperKind::P7m => IT.kind_p7m(),
        PaperKind::P7s => IT.kind_p7s(),
        PaperKind::Tsr => IT.kind_tsr(),
        PaperKind::Tsd => IT.kind_tsd(),
        PaperKind::Other => IT.kind_other(),
    }
}

fn quality(quality: Quality) -> &'static str {
    match quality {
        Quality::Qualified => IT.quality_qualified(),
        Quality::QualifiedSeal => IT.quality_seal(),
        Quality::AdvancedQualifiedCertificate => IT.quality_aqc(),
        Quality::Advanced => IT.quality_advanced(),
        Quality::Unknown => IT.quality_unknown(),
    }
}

fn changed(what: What) -> &'static str {
    match what {
        What::Signature => IT.what_signature(),
        What::Timestamp => IT.what_timestamp(),
        What::ValidationData => IT.what_validation_data(),
        What::Metadata => IT.what_metadata(),
        What::FormFilling => IT.what_form_filling(),
        What::Annotation => IT.what_annotation(),
        What::EmptyField => IT.what_empty_field(),
        What::Overlay => IT.what_overlay(),
        What::PageContent => IT.what_page_content(),
        What::Pages => IT.what_pages(),
        What::SignatureData => IT.what_signature_data(),
        What::Document => IT.what_document(),
        What::Structure => IT.what_structure(),
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::ChangedAfter => IT.reason_changed_after(),
        Reason::ContentChanged => IT.reason_content_changed(),
        Reason::BadSignature => IT.reason_bad_signature(),
        Reason::BadForm => IT.reason_bad_form(),
        Reason::Encrypted => IT.reason_encrypted(),
        Reason::TooComplex => IT.reason_too_complex(),
        Reason::NoContent => IT.reason_no_content(),
        Reason::NoCertificate => IT.reason_no_certificate(),
        Reason::NotBound => IT.reason_not_bound(),
        Reason::WrongUse => IT.reason_wrong_use(),
        Reason::NotForSignatures => IT.reason_not_for_signatures(),
        Reason::Expired => IT.reason_expired(),
        Reason::NotYetValid => IT.reason_not_yet_valid(),
        Reason::Revoked => IT.reason_revoked(),
        Reason::RevokedLater => IT.reason_revoked_later(),
        Reason::AuthorityRevoked => IT.reason_authority_revoked(),
        Reason::RevocationUnknown => IT.reason_revocation_unknown(),
        Reason::BadPath => IT.reason_bad_path(),
        Reason::NotTrusted => IT.reason_not_trusted(),
        Reason::NoLists => IT.reason_no_lists(),
        Reason::StaleLists => IT.reason_stale_lists(),
        Reason::ServiceWithdrawn => IT.reason_service_withdrawn(),
        Reason::Weak => IT.reason_weak(),
        Reason::UnknownAlgorithm => IT.reason_unknown_algorithm(),
        Reason::TimeAhead => IT.reason_time_ahead(),
        Reason::NoTime => IT.reason_no_time(),
        Reason::BadStamp => IT.reason_bad_stamp(),
        Reason::TrailingBytes => IT.reason_trailing_bytes(),
        Reason::CounterFails => IT.reason_counter_fails(),
        Reason::CounterOpen => IT.reason_counter_open(),
        Reason::QualityUnclear => IT.reason_quality_unclear(),
        Reason::ResponderUnchecked => IT.reason_responder_unchecked(),
    }
}
