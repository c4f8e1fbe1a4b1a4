//! What is said of signatures, tokens and runs, and how gravely. Pure; the words are in `l10n`.

use crate::words::Tone;
use api::firma::{
    Answer, Basis, Device, DeviceFinding, DeviceState, Done, Format, Found, Judgement, Lasting,
    LeftPaper, Lists, NoPdf, NotSigned, Obstacle, PaperKind, PinState, Quality, Reason,
    Revocations, Signature, SignatureKind, Signer, Signing, Stop, Warning, What,
};
use domain::UnixMs;
use domain::firma::{Ended, Waits};
use l10n::Lang;

/// A word and how gravely it is said.
pub type Said = (&'static str, Tone);

/// The answer in a glance.
pub fn chip(t: Lang, answer: Answer) -> Said {
    match answer {
        Answer::Holds => (t.chip_holds(), Tone::Good),
        Answer::Open => (t.chip_open(), Tone::Note),
        Answer::Fails => (t.chip_fails(), Tone::Alert),
        Answer::Unsigned => (t.chip_unsigned(), Tone::Calm),
    }
}

/// The picture that goes with an answer: colour is never the only sign.
pub fn picture(answer: Answer) -> &'static str {
    match answer {
        Answer::Holds => "it-check-circle",
        Answer::Open => "it-help-circle",
        Answer::Fails => "it-close-circle",
        Answer::Unsigned => "it-info-circle",
    }
}

/// What is seen of a document before anything else. The standard leaves a document open that was changed after it was
/// signed where the signature itself is sound: a person must not take that for a lack of some proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glance {
    /// The answer.
    Answer(Answer),
    /// Changed after it was signed, in a way that nothing allows.
    Changed,
    /// Open, and no waiting mends it.
    Obstacle(Obstacle),
    /// It holds, but is no firma digitale, or not all of it: worth less than a person would take it for.
    Lesser,
}

impl Glance {
    /// What is seen of a judgement.
    pub fn of(it: &Judgement) -> Self {
        if it.is_tampered() {
            return Self::Changed;
        }
        match (it.obstacle(), lesser(it)) {
            (Some(obstacle), _) => Self::Obstacle(obstacle),
            (None, true) => Self::Lesser,
            (None, false) => Self::Answer(it.answer),
        }
    }

    /// What is seen of one signature.
    pub fn of_one(it: &Signature) -> Self {
        if it.is_tampered() {
            return Self::Changed;
        }
        match (it.obstacle(), is_lesser(it)) {
            (Some(obstacle), _) => Self::Obstacle(obstacle),
            (None, true) => Self::Lesser,
            (None, false) => Self::Answer(it.answer),
        }
    }

    /// In a word.
    pub fn chip(self, t: Lang) -> Said {
        match self {
            Self::Answer(answer) => chip(t, answer),
            Self::Changed => (t.chip_changed(), Tone::Alert),
            Self::Obstacle(it) => obstacle_chip(t, it),
            Self::Lesser => (t.chip_lesser(), Tone::Note),
        }
    }

    /// The picture that goes with it.
    pub fn picture(self) -> &'static str {
        match self {
            Self::Answer(answer) => picture(answer),
            Self::Changed => "it-warning-circle",
            Self::Obstacle(it) => obstacle_picture(it),
            Self::Lesser => picture(Answer::Holds),
        }
    }
}

fn obstacle_chip(t: Lang, it: Obstacle) -> Said {
    match it {
        Obstacle::Encrypted => (t.chip_encrypted(), Tone::Note),
        Obstacle::TooComplex => (t.chip_too_complex(), Tone::Note),
        Obstacle::Revoked => (t.chip_revoked(), Tone::Alert),
        Obstacle::AuthorityRevoked => (t.chip_authority_revoked(), Tone::Alert),
        Obstacle::Weak => (t.chip_weak(), Tone::Note),
        Obstacle::NotYetValid => (t.chip_not_yet_valid(), Tone::Note),
        Obstacle::Expired => (t.chip_expired(), Tone::Alert),
        Obstacle::NotTrusted => (t.chip_not_trusted(), Tone::Note),
        Obstacle::Withdrawn => (t.chip_withdrawn(), Tone::Note),
    }
}

fn obstacle_picture(it: Obstacle) -> &'static str {
    match it {
        Obstacle::Encrypted => "it-locked",
        Obstacle::TooComplex => "it-file",
        Obstacle::Revoked | Obstacle::AuthorityRevoked => "it-ban",
        Obstacle::NotYetValid | Obstacle::Expired => "it-clock",
        Obstacle::Weak => "it-unlocked",
        Obstacle::NotTrusted | Obstacle::Withdrawn => "it-user",
    }
}

/// The headline, of so many people's signatures; of none where there are time stamps alone.
fn obstacle_headline(t: Lang, it: Obstacle, count: u64) -> String {
    match it {
        Obstacle::Encrypted => t.verdict_encrypted().into(),
        Obstacle::TooComplex => t.verdict_too_complex().into(),
        Obstacle::Revoked => t.verdict_revoked(count),
        Obstacle::AuthorityRevoked => t.verdict_authority_revoked(count),
        Obstacle::Weak => t.verdict_weak(count),
        Obstacle::NotYetValid => t.verdict_not_yet_valid().into(),
        Obstacle::Expired => t.verdict_expired().into(),
        Obstacle::NotTrusted => t.verdict_not_trusted().into(),
        Obstacle::Withdrawn => t.verdict_withdrawn().into(),
    }
}

fn obstacle_words(t: Lang, it: Obstacle) -> &'static str {
    match it {
        Obstacle::Encrypted => t.reason_encrypted(),
        Obstacle::TooComplex => t.reason_too_complex(),
        Obstacle::Revoked => t.verdict_revoked_words(),
        Obstacle::AuthorityRevoked => t.verdict_authority_revoked_words(),
        Obstacle::Weak => t.verdict_weak_words(),
        Obstacle::NotYetValid => t.verdict_not_yet_valid_words(),
        Obstacle::Expired => t.verdict_expired_words(),
        Obstacle::NotTrusted => t.verdict_not_trusted_words(),
        Obstacle::Withdrawn => t.verdict_withdrawn_words(),
    }
}

/// The answer about a document as one headline.
pub fn verdict(t: Lang, it: &Judgement) -> String {
    if it.answer == Answer::Open && it.is_tampered() {
        return t.verdict_changed().into();
    }
    let stamps_only = stamps_only(it);
    let count = people(it).count() as u64;
    if let Some(obstacle) = it.obstacle() {
        return obstacle_headline(t, obstacle, count);
    }
    match it.answer {
        Answer::Holds if stamps_only => t.verdict_stamp_holds().into(),
        Answer::Fails if stamps_only => t.verdict_stamp_fails().into(),
        Answer::Fails if count_failing(it) == it.signatures.len() => t.verdict_fails(1),
        Answer::Holds => t.verdict_holds(count),
        Answer::Open => t.verdict_open().into(),
        Answer::Fails => t.verdict_fails(count.max(2)),
        Answer::Unsigned => t.verdict_unsigned().into(),
    }
}

fn count_failing(it: &Judgement) -> usize {
    let failing = it.signatures.iter().filter(|it| it.answer == Answer::Fails);
    failing.count()
}

fn people(it: &Judgement) -> impl Iterator<Item = &Signature> {
    let signatures = it.signatures.iter();
    signatures.filter(|it| it.kind == SignatureKind::Signature)
}

/// Nobody signed: there are time stamps alone.
fn stamps_only(it: &Judgement) -> bool {
    let mut kinds = it.signatures.iter().map(|it| it.kind);
    !it.signatures.is_empty() && kinds.all(|kind| kind == SignatureKind::Timestamp)
}

/// What follows the headline: who signed, what became of the document since, what to be careful about.
pub fn lead(t: Lang, it: &Judgement) -> Vec<String> {
    let mut lines: Vec<String> = signers(t, it).into_iter().collect();
    match it.answer {
        Answer::Holds if changed(it) => lines.push(t.verdict_additions().into()),
        Answer::Holds if stamps_only(it) => lines.push(t.verdict_intact_stamp().into()),
        Answer::Holds => lines.push(t.verdict_intact().into()),
        Answer::Open if it.is_tampered() => lines.push(t.verdict_fails_words().into()),
        Answer::Open if it.obstacle().is_some() => lines.extend(stopped_by(t, it)),
        Answer::Open if stamps_only(it) => lines.push(t.verdict_open_stamp().into()),
        Answer::Open => lines.push(t.verdict_open_words().into()),
        Answer::Fails => lines.push(t.verdict_fails_words().into()),
        Answer::Unsigned => return vec![t.verdict_unsigned_words().into()],
    }
    if lesser(it) {
        lines.push(t.verdict_not_qualified().into());
    }
    lines
}

/// What an obstacle means. Of time stamps it is told below, with the reason.
fn stopped_by(t: Lang, it: &Judgement) -> Vec<String> {
    let words = it.obstacle().filter(|_| !stamps_only(it));
    let words = words.map(|it| obstacle_words(t, it).to_owned());
    words
        .into_iter()
        .chain([t.verdict_fails_words().to_owned()])
        .collect()
}

/// It holds, and somebody's signature is neither qualified nor a qualified seal.
fn lesser(it: &Judgement) -> bool {
    it.answer == Answer::Holds && it.signatures.iter().any(is_lesser)
}

/// Somebody's, that holds and is neither qualified nor a qualified seal.
fn is_lesser(it: &Signature) -> bool {
    let binding = [Quality::Qualified, Quality::QualifiedSeal];
    let person = it.kind == SignatureKind::Signature;
    person && it.answer == Answer::Holds && !binding.contains(&it.quality)
}

/// "Firmato da Maria Rossi e Luca Bianchi." A name is told only where nothing says that the signature is not hers.
fn signers(t: Lang, it: &Judgement) -> Option<String> {
    let told = people(it).filter(|it| it.answer != Answer::Fails);
    let names: Vec<&str> = told
        .filter_map(|it| it.signer.as_ref())
        .map(|signer| signer.name.as_str())
        .collect();
    let sealed = people(it).all(|it| it.quality == Quality::QualifiedSeal);
    match (names.is_empty(), sealed) {
        (true, _) => None,
        (false, _) if it.answer == Answer::Open => Some(t.verdict_claims(&listed(t, &names))),
        (false, true) => Some(t.verdict_sealed_by(&listed(t, &names))),
        (false, false) => Some(t.verdict_by(&listed(t, &names))),
    }
}

/// "Anna, Bruno e Carla".
pub fn listed(t: Lang, names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => t.verdict_and(&first.join(", "), last),
        _ => names.join(", "),
    }
}

fn changed(it: &Judgement) -> bool {
    it.signatures.iter().any(|it| !it.changes.is_empty())
}

/// Who signed, in the words of the certificate.
pub fn name(t: Lang, signature: &Signature) -> String {
    let named = signature.signer.as_ref().map(|signer| signer.name.clone());
    let unknown = match signature.kind {
        SignatureKind::Signature => t.signature_unknown(),
        SignatureKind::Timestamp => t.stamp_on_document(),
    };
    named
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| unknown.into())
}

/// What a signature is worth: its name, what that means.
pub fn quality(t: Lang, signature: &Signature) -> (&'static str, &'static str) {
    if signature.kind == SignatureKind::Timestamp {
        return match signature.quality {
            Quality::Unknown => (t.quality_stamp_unknown(), t.stamp_not_qualified()),
            _ => (t.quality_stamp_qualified(), t.basis_opposable()),
        };
    }
    match signature.quality {
        Quality::Qualified => (t.quality_qualified(), t.quality_qualified_words()),
        Quality::QualifiedSeal => (t.quality_seal(), t.quality_seal_words()),
        Quality::AdvancedQualifiedCertificate => (t.quality_aqc(), t.quality_aqc_words()),
        Quality::Advanced => (t.quality_advanced(), t.quality_advanced_words()),
        Quality::Unknown => (t.quality_unknown(), t.quality_unknown_words()),
    }
}

/// Why a signature does not simply hold: what it means, what to do.
pub fn reason(t: Lang, it: Reason) -> (&'static str, &'static str) {
    match it {
        Reason::ChangedAfter => (t.reason_changed_after(), t.reason_changed_after_do()),
        Reason::ContentChanged => (t.reason_content_changed(), t.reason_content_changed_do()),
        Reason::BadSignature => (t.reason_bad_signature(), t.reason_bad_signature_do()),
        Reason::BadForm => (t.reason_bad_form(), t.reason_bad_form_do()),
        Reason::Encrypted => (t.reason_encrypted(), t.reason_encrypted_do()),
        Reason::TooComplex => (t.reason_too_complex(), t.reason_too_complex_do()),
        Reason::NoContent => (t.reason_no_content(), t.reason_no_content_do()),
        Reason::NoCertificate => (t.reason_no_certificate(), t.reason_no_certificate_do()),
        Reason::NotBound => (t.reason_not_bound(), t.reason_not_bound_do()),
        Reason::WrongUse => (t.reason_wrong_use(), t.reason_wrong_use_do()),
        Reason::NotForSignatures => (
            t.reason_not_for_signatures(),
            t.reason_not_for_signatures_do(),
        ),
        Reason::Expired => (t.reason_expired(), t.reason_expired_do()),
        Reason::NotYetValid => (t.reason_not_yet_valid(), t.reason_not_yet_valid_do()),
        Reason::Revoked => (t.reason_revoked(), t.reason_revoked_do()),
        Reason::RevokedLater => (t.reason_revoked_later(), t.reason_revoked_later_do()),
        Reason::AuthorityRevoked => (
            t.reason_authority_revoked(),
            t.reason_authority_revoked_do(),
        ),
        Reason::RevocationUnknown => (
            t.reason_revocation_unknown(),
            t.reason_revocation_unknown_do(),
        ),
        Reason::BadPath => (t.reason_bad_path(), t.reason_bad_path_do()),
        Reason::NotTrusted => (t.reason_not_trusted(), t.reason_not_trusted_do()),
        Reason::NoLists => (t.reason_no_lists(), t.reason_no_lists_do()),
        Reason::StaleLists => (t.reason_stale_lists(), t.reason_stale_lists_do()),
        Reason::ServiceWithdrawn => (
            t.reason_service_withdrawn(),
            t.reason_service_withdrawn_do(),
        ),
        Reason::Weak => (t.reason_weak(), t.reason_weak_do()),
        Reason::UnknownAlgorithm => (
            t.reason_unknown_algorithm(),
            t.reason_unknown_algorithm_do(),
        ),
        Reason::TimeAhead => (t.reason_time_ahead(), t.reason_time_ahead_do()),
        Reason::NoTime => (t.reason_no_time(), t.reason_no_time_do()),
        Reason::BadStamp => (t.reason_bad_stamp(), t.reason_bad_stamp_do()),
        Reason::TrailingBytes => (t.reason_trailing_bytes(), t.reason_trailing_bytes_do()),
        Reason::CounterFails => (t.reason_counter_fails(), t.reason_counter_fails_do()),
        Reason::CounterOpen => (t.reason_counter_open(), t.reason_counter_open_do()),
        Reason::QualityUnclear => (t.reason_quality_unclear(), t.reason_quality_unclear_do()),
        Reason::ResponderUnchecked => (
            t.reason_responder_unchecked(),
            t.reason_responder_unchecked_do(),
        ),
    }
}

/// How gravely a reason is said: some are told without any weight, others decide alone.
pub fn reason_tone(it: Reason) -> Tone {
    match it {
        Reason::NotForSignatures
        | Reason::RevokedLater
        | Reason::NoTime
        | Reason::TrailingBytes
        | Reason::ResponderUnchecked => Tone::Calm,
        Reason::ChangedAfter
        | Reason::ContentChanged
        | Reason::BadSignature
        | Reason::BadForm
        | Reason::Revoked
        | Reason::Expired
        | Reason::AuthorityRevoked => Tone::Alert,
        _ => Tone::Note,
    }
}

/// By what right a time counts, within a sentence.
pub fn basis(t: Lang, it: Basis) -> &'static str {
    match it {
        Basis::Now => t.basis_now(),
        Basis::Stated => t.basis_stated(),
        Basis::TimeStamp => t.basis_time_stamp(),
        Basis::UnqualifiedTimeStamp => t.basis_unqualified_time_stamp(),
        Basis::Protocol => t.basis_protocol(),
        Basis::Pec => t.basis_pec(),
        Basis::Preservation => t.basis_preservation(),
    }
}

/// The sources of a time that a person can name, the commonest first, with the words to choose by.
pub fn bases(t: Lang) -> [(Basis, &'static str); 5] {
    [
        (Basis::Protocol, t.basis_protocol_long()),
        (Basis::Pec, t.basis_pec_long()),
        (Basis::TimeStamp, t.basis_time_stamp_long()),
        (Basis::Preservation, t.basis_preservation_long()),
        (Basis::Stated, t.basis_stated_long()),
    ]
}

/// Whether a time counts towards others (DPCM 22 February 2013, art. 41 and 62); nothing to say of "now".
pub fn opposable(t: Lang, it: Basis) -> Option<&'static str> {
    match it {
        Basis::Now => None,
        Basis::Stated => Some(t.basis_not_opposable()),
        Basis::UnqualifiedTimeStamp => Some(t.basis_weakly_opposable()),
        _ => Some(t.basis_opposable()),
    }
}

/// How old the trusted lists are.
pub fn lists(t: Lang, it: Lists) -> (String, Tone) {
    match it {
        Lists::Missing => (t.lists_missing().into(), Tone::Note),
        Lists::Current(0) => (t.lists_today().into(), Tone::Calm),
        Lists::Current(days) => (t.lists_current(days.into()), Tone::Calm),
        Lists::Stale(days) => (t.lists_stale(days.into()), Tone::Note),
    }
}

/// What is done about a revocation that is not known; nothing where none is lacking, or where no answer would change what
/// is seen: of what was changed or does not hold it is no news.
pub fn lacking(t: Lang, it: &Judgement) -> Option<&'static str> {
    if it.answer != Answer::Open || it.is_tampered() || it.obstacle().is_some() {
        return None;
    }
    match it.revocations {
        Revocations::Known(_) => None,
        Revocations::Asked => Some(t.revocations_asked()),
        Revocations::Offline => Some(t.revocations_offline()),
        Revocations::Early => Some(t.revocations_early()),
        Revocations::Silent => Some(t.revocations_silent()),
        Revocations::Nowhere => Some(t.revocations_nowhere()),
        Revocations::NoHub => Some(t.revocations_no_hub()),
    }
}

/// What a document is.
pub fn kind(t: Lang, it: PaperKind) -> &'static str {
    match it {
        PaperKind::Pdf => t.kind_pdf(),
        PaperKind::P7m => t.kind_p7m(),
        PaperKind::P7s => t.kind_p7s(),
        PaperKind::Tsr => t.kind_tsr(),
        PaperKind::Tsd => t.kind_tsd(),
        PaperKind::Other => t.kind_other(),
    }
}

/// The letters on the mark beside a document.
pub fn letters(it: PaperKind) -> &'static str {
    match it {
        PaperKind::Pdf => "PDF",
        PaperKind::P7m => "P7M",
        PaperKind::P7s => "P7S",
        PaperKind::Tsr => "TSR",
        PaperKind::Tsd => "TSD",
        PaperKind::Other => "FILE",
    }
}

/// What was done to a PDF.
pub fn what(t: Lang, it: What) -> &'static str {
    match it {
        What::Signature => t.what_signature(),
        What::Timestamp => t.what_timestamp(),
        What::ValidationData => t.what_validation_data(),
        What::Metadata => t.what_metadata(),
        What::FormFilling => t.what_form_filling(),
        What::Annotation => t.what_annotation(),
        What::EmptyField => t.what_empty_field(),
        What::Overlay => t.what_overlay(),
        What::PageContent => t.what_page_content(),
        What::Pages => t.what_pages(),
        What::SignatureData => t.what_signature_data(),
        What::Document => t.what_document(),
        What::Structure => t.what_structure(),
    }
}

/// What to know before signing.
pub fn warning(t: Lang, it: Warning) -> &'static str {
    match it {
        Warning::ActiveContent => t.warning_active_content(),
        Warning::OtherFiles => t.warning_other_files(),
        Warning::EmbeddedFiles => t.warning_embedded_files(),
        Warning::Layers => t.warning_layers(),
        Warning::Multimedia => t.warning_multimedia(),
        Warning::FormData => t.warning_form_data(),
        Warning::StampBreaksAccessibility => t.warning_stamp_breaks_accessibility(),
    }
}

/// Why it is not signed within the PDF.
pub fn no_pdf(t: Lang, it: NoPdf) -> &'static str {
    match it {
        NoPdf::NotPdf => t.no_pdf_not_pdf(),
        NoPdf::Encrypted => t.no_pdf_encrypted(),
        NoPdf::Damaged => t.no_pdf_damaged(),
        NoPdf::Hybrid => t.no_pdf_hybrid(),
        NoPdf::TooLarge => t.no_pdf_too_large(),
        NoPdf::TooComplex => t.no_pdf_too_complex(),
        NoPdf::Certified => t.no_pdf_certified(),
        NoPdf::NoStamp => t.no_pdf_no_stamp(),
        NoPdf::ActiveContent => t.no_pdf_active_content(),
        NoPdf::OtherKind => t.no_pdf_other_kind(),
        NoPdf::NoRoom => t.no_pdf_no_room(),
        NoPdf::NoLetter => t.no_pdf_no_letter(),
    }
}

/// How a PIN stands.
pub fn pin(t: Lang, it: PinState) -> Said {
    match it {
        PinState::Ok => (t.pin_ok(), Tone::Good),
        PinState::OnReader => (t.pin_on_reader(), Tone::Good),
        PinState::FewTriesLeft => (t.pin_few_tries(), Tone::Note),
        PinState::LastTry => (t.pin_last_try(), Tone::Alert),
        PinState::Locked => (t.pin_locked(), Tone::Alert),
        PinState::NotSet => (t.pin_not_set(), Tone::Note),
        PinState::ToBeChanged => (t.pin_to_be_changed(), Tone::Note),
    }
}

/// What to do about it; nothing where all is well.
pub fn pin_advice(t: Lang, it: PinState) -> Option<&'static str> {
    match it {
        PinState::Ok | PinState::OnReader => None,
        PinState::FewTriesLeft => Some(t.pin_few_tries_words()),
        PinState::LastTry => Some(t.pin_last_try_words()),
        PinState::Locked => Some(t.pin_locked_words()),
        PinState::NotSet => Some(t.pin_not_set_words()),
        PinState::ToBeChanged => Some(t.pin_to_be_changed_words()),
    }
}

/// Such a PIN can sign at all.
pub fn pin_can_sign(it: PinState) -> bool {
    !matches!(
        it,
        PinState::Locked | PinState::NotSet | PinState::ToBeChanged
    )
}

/// Why a document was not signed, and what to do.
pub fn not_signed(t: Lang, it: NotSigned) -> String {
    match it {
        NotSigned::Changed => t.not_changed().into(),
        NotSigned::Pdf(why) => t.not_pdf(no_pdf(t, why)),
        NotSigned::NoPlace => t.not_no_place().into(),
        NotSigned::DiskFull => t.not_disk_full().into(),
        NotSigned::NotWritable => t.not_not_writable().into(),
        NotSigned::Rejected => t.not_rejected().into(),
        NotSigned::Failed => t.not_failed().into(),
    }
}

/// Why a run stopped: what happened, what to do.
pub fn stop(t: Lang, it: Stop) -> (String, String) {
    let (what, then): (&str, &str) = match it {
        Stop::WrongPin(PinState::Locked) | Stop::PinLocked => {
            (t.stop_pin_locked(), t.stop_pin_locked_do())
        }
        Stop::WrongPin(PinState::LastTry) => (t.stop_wrong_pin(), t.pin_last_try_words()),
        Stop::WrongPin(PinState::FewTriesLeft) => {
            let then = format!("{}. {}", t.pin_few_tries(), t.stop_wrong_pin_do());
            return (t.stop_wrong_pin().into(), then);
        }
        Stop::WrongPin(_) => (t.stop_wrong_pin(), t.stop_wrong_pin_do()),
        Stop::PinNotReady => (t.stop_pin_not_ready(), t.stop_pin_not_ready_do()),
        Stop::Cancelled => (t.stop_cancelled(), t.stop_cancelled_do()),
        Stop::Removed => (t.stop_removed(), t.stop_removed_do()),
        Stop::NoToken => (t.stop_no_token(), t.stop_no_token_do()),
        Stop::DriverStopped => (t.stop_driver_stopped(), t.stop_driver_stopped_do()),
        Stop::Driver => (t.stop_driver(), t.stop_driver_do()),
        Stop::Device => (t.stop_device(), t.stop_device_do()),
    };
    (what.into(), then.into())
}

/// How gravely a stop is said: what a person did herself is no alarm.
pub fn stop_tone(it: Stop) -> Tone {
    match it {
        Stop::Cancelled => Tone::Calm,
        Stop::PinLocked | Stop::WrongPin(PinState::Locked | PinState::LastTry) => Tone::Alert,
        _ => Tone::Note,
    }
}

/// What was found about a token: what, what to do about it. `day` writes a certificate's day.
pub fn finding(t: Lang, it: &DeviceFinding, day: fn(UnixMs) -> String) -> (String, String) {
    let (what, then): (&str, &str) = match it.what {
        DeviceState::Ready => (t.state_ready(), t.state_ready_do()),
        DeviceState::NoDriver => (t.state_no_driver(), t.state_no_driver_do()),
        DeviceState::DriverBroken => (t.state_driver_broken(), t.state_driver_broken_do()),
        DeviceState::NoReaderService => {
            (t.state_no_reader_service(), t.state_no_reader_service_do())
        }
        DeviceState::NoReader => (t.state_no_reader(), t.state_no_reader_do()),
        DeviceState::NoCard => (t.state_no_card(), t.state_no_card_do()),
        DeviceState::UnknownCard => (t.state_unknown_card(), t.state_unknown_card_do()),
        DeviceState::CardTrouble => (t.state_card_trouble(), t.state_card_trouble_do()),
        DeviceState::WrongSlot => {
            // A token that was never set up has no name.
            let then = match it.name.trim().is_empty() {
                true => t.state_wrong_slot_nameless(&it.detail),
                false => t.state_wrong_slot_do(&it.name, &it.detail),
            };
            return (t.state_wrong_slot().into(), then);
        }
        DeviceState::NoSigningCertificate => (
            t.state_no_signing_certificate(),
            t.state_no_signing_certificate_do(),
        ),
        DeviceState::UnsupportedKey => (t.state_unsupported_key(), t.state_unsupported_key_do()),
        DeviceState::Expired => {
            let what = it.time.map(|at| t.state_expired_when(&day(at)));
            let what = what.unwrap_or_else(|| t.state_expired().into());
            return (what, t.state_expired_do().into());
        }
        DeviceState::NotYetValid => {
            let what = it.time.map(|at| t.state_not_yet_valid_when(&day(at)));
            let what = what.unwrap_or_else(|| t.state_not_yet_valid().into());
            return (what, t.state_not_yet_valid_do().into());
        }
        DeviceState::PinFewTries => (t.state_pin_few_tries(), t.pin_few_tries_words()),
        DeviceState::PinLastTry => (t.state_pin_last_try(), t.pin_last_try_words()),
        DeviceState::PinLocked => (t.state_pin_locked(), t.pin_locked_words()),
        DeviceState::PinNotSet => (t.state_pin_not_set(), t.pin_not_set_words()),
        DeviceState::PinToBeChanged => (t.state_pin_to_be_changed(), t.pin_to_be_changed_words()),
    };
    (what.into(), then.into())
}

/// How gravely it is said.
pub fn finding_tone(it: DeviceState) -> Tone {
    match it {
        DeviceState::Ready => Tone::Good,
        DeviceState::PinLastTry | DeviceState::PinLocked => Tone::Alert,
        _ => Tone::Note,
    }
}

/// What the driver says goes beside; of a wrong slot the other token is in the sentence already.
pub fn finding_detail(it: &DeviceFinding) -> Option<&str> {
    (it.what != DeviceState::WrongSlot && !it.detail.is_empty()).then_some(it.detail.as_str())
}

/// The headline of the device: ready, or the first thing that is wrong.
pub fn device(t: Lang, it: &Device, day: fn(UnixMs) -> String) -> (String, Tone) {
    let ready = it.findings.iter().any(|it| it.what == DeviceState::Ready);
    let usable = it.identities.iter().any(can_sign);
    match it.findings.first() {
        _ if ready && usable => (t.device_ready().into(), Tone::Good),
        Some(first) if first.what != DeviceState::Ready => {
            (finding(t, first, day).0, finding_tone(first.what))
        }
        _ => (t.device_problem().into(), Tone::Note),
    }
}

/// This key can sign now.
pub fn can_sign(it: &api::firma::Identity) -> bool {
    it.usable && pin_can_sign(it.pin)
}

/// The limits of use in one text, where there are any: they must be shown (CAD, art. 28 (3)).
pub fn limits(t: Lang, it: &Signer) -> Option<String> {
    let values = it.values.iter();
    let values = values.map(|it| t.sig_limit_value(&t.decimal(&it.amount), &it.currency));
    let all: Vec<String> = it.limits.iter().cloned().chain(values).collect();
    (!all.is_empty()).then(|| all.join(" · "))
}

/// The first and the last eight digits of a hash, the rest on demand.
pub fn short_hash(t: Lang, hash: &str) -> String {
    match (
        hash.get(..8),
        hash.len().checked_sub(8).and_then(|at| hash.get(at..)),
    ) {
        (Some(start), Some(end)) if hash.len() > 16 => t.sign_hash_short(start, end),
        _ => hash.to_owned(),
    }
}

/// How far a run is: documents with an outcome, documents.
pub fn progress(it: &Signing) -> (u64, u64) {
    let done = it.items.iter().filter(|(_, done)| *done != Done::Waiting);
    (done.count() as u64, it.items.len() as u64)
}

/// How many are signed, how many are not.
pub fn outcome(it: &Signing) -> (u64, u64) {
    let count = |wanted: fn(&Done) -> bool| {
        let found = it.items.iter().filter(|(_, done)| wanted(done));
        found.count() as u64
    };
    (
        count(|it| matches!(it, Done::Signed { .. })),
        count(|it| matches!(it, Done::Not(_))),
    )
}

/// A run that is under way or stopped before its end.
pub fn unfinished(it: &Signing) -> bool {
    it.running || it.stopped.is_some()
}

/// How many of those that were left can be opened without anybody looking for them.
pub fn at_hand(left: &[LeftPaper]) -> usize {
    let here = left.iter().filter(|it| it.found != Found::Nowhere);
    here.count()
}

/// Which of those that were left a person has to open: some by name, the rest as a number.
pub fn to_be_found(t: Lang, left: &[LeftPaper]) -> Option<String> {
    const NAMED: usize = 5;
    let missing = left.iter().filter(|it| it.found == Found::Nowhere);
    let names: Vec<&str> = missing.map(|it| it.name.as_str()).collect();
    let rest = names.len().saturating_sub(NAMED) as u64;
    let named = names.get(..NAMED).unwrap_or(&names);
    match (names.is_empty(), rest) {
        (true, _) => None,
        (false, 0) => Some(t.left_find(names.len() as u64, &listed(t, named))),
        (false, _) => Some(t.left_find(names.len() as u64, &t.left_more(rest, &named.join(", ")))),
    }
}

/// What became of a document.
pub fn done(t: Lang, it: &Done) -> Said {
    match it {
        Done::Waiting => (t.done_waiting(), Tone::Calm),
        Done::Signed { .. } => (t.done_signed(), Tone::Good),
        Done::Not(_) => (t.done_not(), Tone::Alert),
    }
}

/// The name of a format and what it is good for.
pub fn format(t: Lang, it: Format) -> (&'static str, &'static str) {
    match it {
        Format::Pdf => (t.sign_format_pdf(), t.sign_format_pdf_hint()),
        Format::P7m => (t.sign_format_p7m(), t.sign_format_p7m_hint()),
    }
}

/// How far a signed file came on its way to last, and why no further.
pub fn lasting(t: Lang, file: &Lasting) -> &'static str {
    match (file.ended, file.waits) {
        (Some(Ended::Gone), _) => t.ended_gone(),
        (Some(Ended::Changed), _) => t.ended_changed(),
        (Some(Ended::TooLarge), _) => t.ended_too_large(),
        (Some(Ended::NotSigned), _) => t.ended_not_signed(),
        (Some(Ended::Revoked), _) => t.ended_revoked(),
        (Some(Ended::Document), _) => t.ended_document(),
        (Some(Ended::GivenUp), _) => t.ended_given_up(),
        (Some(Ended::Rejected), _) => t.ended_rejected(),
        (_, Some(Waits::Services)) => t.waits_services(),
        (_, Some(Waits::NoService)) => t.waits_no_service(),
        (_, Some(Waits::Spent)) => t.waits_spent(),
        (_, Some(Waits::Lists)) => t.waits_lists(),
        (_, Some(Waits::Facts)) => t.waits_facts(),
        (_, Some(Waits::NotBelieved)) => t.waits_not_believed(),
        (_, Some(Waits::Disk)) => t.waits_disk(),
        (_, None) if file.level.is_some() => t.last_stamped(),
        (_, None) => t.last_line(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::firma::{Change, Identity, Instant, PaperId};
    use std::collections::BTreeSet;

    const IT: Lang = Lang::It;

    const REASONS: [Reason; 32] = [
        Reason::ChangedAfter,
        Reason::ContentChanged,
        Reason::BadSignature,
        Reason::BadForm,
        Reason::Encrypted,
        Reason::TooComplex,
        Reason::NoContent,
        Reason::NoCertificate,
        Reason::NotBound,
        Reason::WrongUse,
        Reason::NotForSignatures,
        Reason::Expired,
        Reason::NotYetValid,
        Reason::Revoked,
        Reason::RevokedLater,
        Reason::AuthorityRevoked,
        Reason::RevocationUnknown,
        Reason::BadPath,
        Reason::NotTrusted,
        Reason::NoLists,
        Reason::StaleLists,
        Reason::ServiceWithdrawn,
        Reason::Weak,
        Reason::UnknownAlgorithm,
        Reason::TimeAhead,
        Reason::NoTime,
        Reason::BadStamp,
        Reason::TrailingBytes,
        Reason::CounterFails,
        Reason::CounterOpen,
        Reason::QualityUnclear,
        Reason::ResponderUnchecked,
    ];

    fn signature(name: &str, answer: Answer) -> Signature {
        Signature {
            kind: SignatureKind::Signature,
            answer,
            indication: "TOTAL-PASSED".into(),
            sub_indication: None,
            reasons: Vec::new(),
            signer: Some(Signer {
                name: name.into(),
                ..Signer::default()
            }),
            quality: Quality::Qualified,
            provider: None,
            claimed: None,
            at: now(),
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

    fn now() -> Instant {
        Instant {
            time: 0,
            basis: Basis::Now,
        }
    }

    fn judgement(answer: Answer, signatures: Vec<Signature>) -> Judgement {
        Judgement {
            answer,
            signatures,
            inside: None,
            lists: Lists::Current(0),
            revocations: Revocations::Known(None),
            at: now(),
        }
    }

    #[test]
    fn a_glance_says_whether_it_holds_and_who_signed() {
        let both = vec![
            signature("Maria Rossi", Answer::Holds),
            signature("Luca Bianchi", Answer::Holds),
        ];
        let it = judgement(Answer::Holds, both);
        assert_eq!(verdict(IT, &it), "Le 2 firme valgono");
        let said = lead(IT, &it);
        assert_eq!(said[0], "Firmato da Maria Rossi e Luca Bianchi.");
        assert_eq!(said[1], IT.verdict_intact());
        assert_eq!(said.len(), 2, "nothing else to say: {said:?}");
        assert_eq!(
            listed(IT, &["Anna", "Bruno", "Carla"]),
            "Anna, Bruno e Carla"
        );
    }

    #[test]
    fn one_bad_signature_among_good_ones_is_not_the_only_one() {
        let mixed = vec![
            signature("Maria Rossi", Answer::Holds),
            signature("Luca Bianchi", Answer::Fails),
        ];
        let it = judgement(Answer::Fails, mixed);
        assert_eq!(verdict(IT, &it), "Non tutte le firme valgono");
        assert_eq!(lead(IT, &it)[0], "Firmato da Maria Rossi.");
        let alone = judgement(Answer::Fails, vec![signature("Luca", Answer::Fails)]);
        assert_eq!(verdict(IT, &alone), "La firma non vale");
        assert_eq!(lead(IT, &alone), [IT.verdict_fails_words()]);
    }

    #[test]
    fn of_what_is_open_the_name_is_only_what_the_file_says() {
        let it = judgement(Answer::Open, vec![signature("Maria Rossi", Answer::Open)]);
        let said = lead(IT, &it);
        assert_eq!(said[0], "Il file dice: firmato da Maria Rossi.");
        assert_eq!(said[1], IT.verdict_open_words());
    }

    #[test]
    fn what_is_no_firma_digitale_is_never_said_to_be_just_fine() {
        for quality in [
            Quality::Unknown,
            Quality::Advanced,
            Quality::AdvancedQualifiedCertificate,
        ] {
            let mut of = signature("Maria Rossi", Answer::Holds);
            of.quality = quality;
            let it = judgement(Answer::Holds, vec![of]);
            assert_eq!(Glance::of(&it), Glance::Lesser);
            let said = lead(IT, &it);
            assert!(said.contains(&IT.verdict_not_qualified().to_owned()));
        }
    }

    /// Open, with one signature and one reason.
    fn open(why: Reason) -> Judgement {
        let mut of = signature("Maria Rossi", Answer::Open);
        of.reasons = vec![why];
        judgement(Answer::Open, vec![of])
    }

    #[test]
    fn what_no_waiting_mends_has_a_headline_a_sign_and_words_of_its_own() {
        for lang in Lang::ALL {
            let waits = open(Reason::RevocationUnknown);
            let seen = |it: &Judgement| {
                let glance = Glance::of(it);
                (verdict(lang, it), glance.chip(lang).0, glance.picture())
            };
            let (headline, chip, picture) = seen(&waits);
            assert_eq!(headline, lang.verdict_open());
            let mut said = BTreeSet::from([headline]);
            let mut chips = BTreeSet::from([chip]);
            for why in [
                Reason::Encrypted,
                Reason::TooComplex,
                Reason::Revoked,
                Reason::AuthorityRevoked,
                Reason::Weak,
                Reason::NotYetValid,
                Reason::Expired,
                Reason::NotTrusted,
                Reason::ServiceWithdrawn,
            ] {
                let it = open(why);
                let (headline, chip, sign) = seen(&it);
                assert!(said.insert(headline), "{why:?}: the headline of another");
                assert!(chips.insert(chip), "{why:?}: the word of another");
                assert!(chip.chars().count() <= 26, "{why:?}: it stays on one line");
                assert_ne!(sign, picture, "{why:?}: the sign of what is lacking");
                let words = lead(lang, &it);
                assert!(
                    !words.contains(&lang.verdict_open_words().to_owned()),
                    "{why:?} is not said to be harmless: {words:?}"
                );
                let asked = Judgement {
                    revocations: Revocations::Asked,
                    ..it
                };
                assert_eq!(lacking(lang, &asked), None, "{why:?}");
            }
        }
    }

    #[test]
    fn a_revoked_certificate_is_told_as_one_at_a_glance() {
        let it = open(Reason::Revoked);
        assert_eq!(verdict(IT, &it), "Certificato revocato: firma non sicura");
        assert_eq!(
            Glance::of(&it).chip(IT),
            ("Certificato revocato", Tone::Alert)
        );
        assert!(lead(IT, &it).contains(&IT.verdict_fails_words().to_owned()));
        // One of two: the other is not said to be unsafe.
        let mut two = it.clone();
        two.signatures
            .push(signature("Luca Bianchi", Answer::Holds));
        assert_eq!(
            verdict(IT, &two),
            "Certificato revocato: non tutte le firme sono sicure"
        );
        // A time stamp's.
        let mut stamp = it;
        stamp.signatures[0].kind = SignatureKind::Timestamp;
        assert_eq!(
            verdict(IT, &stamp),
            "Certificato revocato: marca temporale non sicura"
        );
        assert!(!lead(IT, &stamp).iter().any(|line| line.contains("firma ")));
        // Whoever cannot see red sees another sign than that of what lacks something.
        assert_ne!(Glance::of(&two).picture(), picture(Answer::Open));
    }

    #[test]
    fn an_expired_certificate_is_told_no_more_mildly_than_a_revoked_one() {
        let it = open(Reason::Expired);
        let seen = Glance::of(&it);
        assert_eq!(seen.chip(IT), ("Certificato scaduto", Tone::Alert));
        assert_eq!(seen.picture(), "it-clock");
        let law = |line: &String| line.contains("per la legge è come se non ci fosse");
        assert!(lead(IT, &it).iter().any(law));
        assert!(lead(IT, &open(Reason::Revoked)).iter().any(law));
        assert_eq!(reason_tone(Reason::Expired), reason_tone(Reason::Revoked));
    }

    #[test]
    fn a_signature_alone_is_seen_as_its_document_is() {
        let chip = |it: &Signature| Glance::of_one(it).chip(IT);
        let mut of = signature("Maria Rossi", Answer::Holds);
        assert_eq!(chip(&of), (IT.chip_holds(), Tone::Good));
        of.quality = Quality::Advanced;
        assert_eq!(chip(&of), (IT.chip_lesser(), Tone::Note));
        of.kind = SignatureKind::Timestamp;
        assert_eq!(
            chip(&of),
            (IT.chip_holds(), Tone::Good),
            "its quality is told"
        );
        let mut of = signature("Maria Rossi", Answer::Open);
        assert_eq!(chip(&of), (IT.chip_open(), Tone::Note));
        of.reasons = vec![Reason::Revoked];
        assert_eq!(chip(&of), (IT.chip_revoked(), Tone::Alert));
        of.reasons.push(Reason::ChangedAfter);
        assert_eq!(chip(&of), (IT.chip_changed(), Tone::Alert));
    }

    #[test]
    fn the_weightiest_of_several_obstacles_is_told() {
        let mut it = open(Reason::Expired);
        it.signatures.push(signature("Luca Bianchi", Answer::Open));
        it.signatures[1].reasons = vec![Reason::RevocationUnknown, Reason::Revoked];
        assert!(verdict(IT, &it).starts_with("Certificato revocato"));
        it.signatures[1].reasons = vec![Reason::ChangedAfter];
        assert_eq!(
            verdict(IT, &it),
            "Modificato dopo la firma",
            "that weighs more"
        );
        // What was told of a signature that holds all the same keeps it from nothing.
        let mut holds = judgement(Answer::Holds, vec![signature("Anna", Answer::Holds)]);
        holds.signatures[0].reasons = vec![Reason::Expired];
        assert_eq!(verdict(IT, &holds), "La firma vale");
    }

    #[test]
    fn a_forbidden_change_is_told_even_where_the_reason_is_missing() {
        let mut of = signature("Maria Rossi", Answer::Fails);
        let change = |allowed| Change {
            what: What::PageContent,
            allowed,
            page: Some(1),
        };
        of.changes = vec![change(true)];
        assert!(!judgement(Answer::Holds, vec![of.clone()]).is_tampered());
        of.changes.push(change(false));
        let it = judgement(Answer::Open, vec![of]);
        assert!(it.is_tampered());
        assert_eq!(verdict(IT, &it), "Modificato dopo la firma");
        assert!(!lead(IT, &it).contains(&IT.verdict_open_words().to_owned()));
        assert_eq!(Glance::of(&it).chip(IT), ("Modificato", Tone::Alert));
    }

    #[test]
    fn every_reason_says_what_it_means_and_what_to_do_in_both_languages() {
        for lang in Lang::ALL {
            let said: BTreeSet<_> = REASONS.iter().map(|it| reason(lang, *it).0).collect();
            assert_eq!(said.len(), REASONS.len(), "each has a sentence of its own");
            for it in REASONS {
                let (what, then) = reason(lang, it);
                assert!(what.ends_with('.') && then.ends_with('.'), "{it:?}");
            }
        }
    }

    #[test]
    fn every_reason_against_a_pdf_has_a_sentence_of_its_own_in_both_languages() {
        for lang in Lang::ALL {
            let said: BTreeSet<_> = NoPdf::ALL.iter().map(|it| no_pdf(lang, *it)).collect();
            assert_eq!(said.len(), NoPdf::ALL.len());
            let damaged = |it: &&&str| it.contains("rovinato") || it.contains("damaged");
            assert_eq!(said.iter().filter(damaged).count(), 1, "{said:?}");
            assert!(said.iter().all(|it| it.ends_with('.')));
        }
    }

    #[test]
    fn what_has_no_weight_frightens_nobody_and_what_decides_is_not_played_down() {
        for it in [Reason::NoTime, Reason::RevokedLater, Reason::TrailingBytes] {
            assert_eq!(reason_tone(it), Tone::Calm, "{it:?}");
        }
        for it in [Reason::ChangedAfter, Reason::Revoked, Reason::BadSignature] {
            assert_eq!(reason_tone(it), Tone::Alert, "{it:?}");
        }
        assert_eq!(reason_tone(Reason::NoLists), Tone::Note);
    }

    #[test]
    fn what_is_asked_is_told_only_where_its_answer_may_change_something() {
        let open = |revocations, reason| Judgement {
            revocations,
            ..judgement(
                Answer::Open,
                vec![Signature {
                    reasons: vec![reason],
                    ..signature("Maria Rossi", Answer::Open)
                }],
            )
        };
        let said = |revocations| lacking(IT, &open(revocations, Reason::RevocationUnknown));
        assert!(said(Revocations::Asked).is_some_and(|it| it.contains("è stata chiesta")));
        assert!(said(Revocations::Offline).is_some_and(|it| it.contains("appena torna")));
        assert_eq!(said(Revocations::Known(Some(1))), None);
        assert_eq!(
            lacking(IT, &open(Revocations::Asked, Reason::ChangedAfter)),
            None
        );
        let fails = judgement(Answer::Fails, vec![signature("Luca", Answer::Fails)]);
        let fails = Judgement {
            revocations: Revocations::Asked,
            ..fails
        };
        assert_eq!(lacking(IT, &fails), None);
    }

    #[test]
    fn the_age_of_the_lists_is_a_plain_sentence() {
        let said = |it| lists(IT, it).0;
        assert_eq!(said(Lists::Current(0)), "Elenchi di fiducia emessi oggi.");
        assert_eq!(said(Lists::Current(1)), "Elenchi di fiducia emessi ieri.");
        assert!(said(Lists::Current(5)).contains("5 giorni fa"));
        assert_eq!(lists(IT, Lists::Stale(9)).1, Tone::Note);
        assert!(said(Lists::Missing).contains("non sono ancora arrivati"));
    }

    #[test]
    fn a_wrong_pin_says_how_it_stands() {
        let said = |state| stop(IT, Stop::WrongPin(state)).1;
        assert_eq!(said(PinState::Ok), IT.stop_wrong_pin_do());
        assert_eq!(said(PinState::LastTry), IT.pin_last_try_words());
        assert!(said(PinState::FewTriesLeft).starts_with("Pochi tentativi rimasti. "));
        assert_eq!(
            stop(IT, Stop::WrongPin(PinState::Locked)).0,
            "Il PIN è bloccato."
        );
        assert_eq!(stop_tone(Stop::Cancelled), Tone::Calm);
    }

    fn found(what: DeviceState, name: &str, detail: &str) -> DeviceFinding {
        DeviceFinding {
            what,
            name: name.into(),
            detail: detail.into(),
            time: None,
        }
    }

    #[test]
    fn the_device_is_ready_only_with_a_key_that_can_sign() {
        let day = |_| String::new();
        let mut it = Device {
            findings: vec![found(DeviceState::Ready, "Carta", "")],
            ..Device::default()
        };
        assert_eq!(device(IT, &it, day).0, IT.device_problem());
        it.identities = vec![Identity {
            id: "1".into(),
            holder: Signer::default(),
            device: "Carta".into(),
            pin: PinState::Ok,
            usable: true,
        }];
        assert_eq!(device(IT, &it, day), (IT.device_ready().into(), Tone::Good));
        it.identities[0].pin = PinState::Locked;
        assert_ne!(device(IT, &it, day).1, Tone::Good);
        it.findings = vec![found(DeviceState::NoReader, "", "")];
        assert_eq!(device(IT, &it, day).0, IT.state_no_reader());
    }

    #[test]
    fn a_finding_names_what_it_is_about() {
        let wrong = found(DeviceState::WrongSlot, "Tessera sanitaria", "Carta Aruba");
        let (_, then) = finding(IT, &wrong, |_| String::new());
        assert!(then.contains("Tessera sanitaria") && then.contains("Carta Aruba"));
        assert_eq!(finding_detail(&wrong), None);
        let nameless = found(DeviceState::WrongSlot, " ", "Carta Aruba");
        let (_, then) = finding(IT, &nameless, |_| String::new());
        assert!(then.starts_with("Su una delle carte non c’è"), "{then}");
        let mut expired = found(DeviceState::Expired, "", "");
        expired.time = Some(1);
        let (what, _) = finding(IT, &expired, |_| "12 nov 2026".into());
        assert_eq!(what, "Il certificato è scaduto il 12 nov 2026");
    }

    #[test]
    fn the_limit_of_value_stands_with_the_limits_of_use() {
        let mut it = Signer::default();
        assert_eq!(limits(IT, &it), None);
        it.values = vec![api::firma::Money {
            amount: "15000".into(),
            currency: "EUR".into(),
        }];
        let value = "per operazioni fino a 15.000 EUR";
        assert_eq!(limits(IT, &it).as_deref(), Some(value));
        it.limits = vec!["Solo per gli atti del Comune.".into()];
        assert_eq!(
            limits(IT, &it),
            Some(format!("Solo per gli atti del Comune. · {value}"))
        );
    }

    #[test]
    fn what_a_person_has_to_find_is_named() {
        let left = |found: &[Found]| -> Vec<LeftPaper> {
            let of = |(at, found): (usize, &Found)| LeftPaper {
                name: format!("{at}.pdf"),
                found: *found,
            };
            (1..).zip(found).map(of).collect()
        };
        let (here, not) = (Found::Disk, Found::Nowhere);
        assert_eq!(to_be_found(IT, &left(&[here, Found::Open])), None);
        let said = |found: &[Found]| to_be_found(IT, &left(found)).unwrap_or_default();
        assert!(said(&[here, not]).ends_with("non lo trova: 2.pdf."));
        assert!(said(&[here, not, not]).ends_with("non li trova: 2.pdf e 3.pdf."));
        assert!(said(&[not; 9]).contains("1.pdf, 2.pdf, 3.pdf, 4.pdf, 5.pdf e altri 4"));
        assert!(said(&[not; 6]).contains("5.pdf e un altro"));
        assert_eq!(at_hand(&left(&[here, not, Found::Open])), 2);
    }

    #[test]
    fn a_hash_is_shown_by_its_ends() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(short_hash(IT, &hash), "01234567 … 89abcdef");
        assert_eq!(short_hash(IT, "abc"), "abc");
        assert_eq!(short_hash(IT, ""), "");
    }

    #[test]
    fn a_run_counts_what_is_done_and_what_came_of_it() {
        let item = |n: u8, done| (PaperId(n.to_string()), done);
        let it = Signing {
            running: true,
            items: vec![
                item(
                    1,
                    Done::Signed {
                        name: "a".into(),
                        paper: PaperId("9".into()),
                    },
                ),
                item(2, Done::Not(NotSigned::DiskFull)),
                item(3, Done::Waiting),
            ],
            ..Signing::default()
        };
        assert_eq!(progress(&it), (2, 3));
        assert_eq!(outcome(&it), (1, 1));
        assert!(unfinished(&it) && !unfinished(&Signing::default()));
    }
}
