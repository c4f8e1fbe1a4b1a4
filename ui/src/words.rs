//! What is said, and how gravely: the line, findings, failures, sizes. Pure; the words are in `l10n`.

use api::sito::{PageRow, PasteNote, Status};
use api::stato::{Line, LineState, WaitingWhat};
use api::{Code, Failure};
use domain::identity::Role;
use domain::sito::{Field, Finding, NewsKind, PageKind, Problem, Spot};
use domain::{FileRef, RefusalCode};
use l10n::Lang;

/// How gravely something is said: the colour, never the only sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Something goes on by itself.
    Calm,
    /// A person chose it, or should know it.
    Note,
    /// A person is needed.
    Alert,
}

impl Tone {
    /// The class that gives the colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "tone-good",
            Self::Calm => "tone-calm",
            Self::Note => "tone-note",
            Self::Alert => "tone-alert",
        }
    }
}

/// What went wrong with a stick, what is safe, what to do.
fn stick(lang: Lang, title: &str, todo: &str) -> (String, &'static str, String) {
    (title.into(), lang.safe_stick(), todo.into())
}

/// The state of the line in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineWords {
    /// The words always in sight.
    pub text: String,
    /// What else there is to know, in a few words.
    pub detail: Option<String>,
    /// How gravely.
    pub tone: Tone,
}

/// The line and one's own work in words. A person needs to know, in this order: that somebody must act,
/// that the network is off by choice, that work waits, that all is sent.
pub fn line(lang: Lang, state: &LineState) -> LineWords {
    let waiting = u64::from(state.waiting);
    let waits = (waiting > 0).then(|| lang.line_waiting(waiting));
    let words = |text: String, detail: Option<String>, tone| LineWords { text, detail, tone };
    match state.line {
        Line::Revoked => words(lang.line_revoked().into(), waits, Tone::Alert),
        _ if state.conflicts > 0 => words(
            lang.line_conflicts(state.conflicts.into()),
            waits.or_else(|| network(lang, state.line)),
            Tone::Alert,
        ),
        Line::Off => words(lang.line_off().into(), waits, Tone::Note),
        Line::Down if waiting > 0 => words(
            lang.line_waiting(waiting),
            Some(lang.line_down_detail().into()),
            Tone::Note,
        ),
        Line::Trouble if waiting > 0 => words(
            lang.line_waiting(waiting),
            Some(lang.line_trouble_detail().into()),
            Tone::Note,
        ),
        Line::Up | Line::Busy if waiting > 0 => words(lang.line_sending(waiting), None, Tone::Calm),
        Line::Up | Line::Busy if state.waiting_bytes > 0 => words(
            lang.line_changes_sent().into(),
            Some(files_left(lang, state.waiting_bytes)),
            Tone::Calm,
        ),
        Line::Up | Line::Busy => words(lang.line_all_sent().into(), None, Tone::Good),
        Line::Down => words(
            lang.line_down().into(),
            Some(lang.line_down_detail().into()),
            Tone::Note,
        ),
        Line::Trouble => words(
            lang.line_trouble().into(),
            Some(lang.line_trouble_detail().into()),
            Tone::Note,
        ),
    }
}

/// What is left of files when all changes are sent.
pub fn files_left(lang: Lang, bytes: u64) -> String {
    lang.line_files_left(&size(lang, bytes))
}

fn network(lang: Lang, line: Line) -> Option<String> {
    match line {
        Line::Off => Some(lang.line_off().into()),
        Line::Down => Some(lang.line_down().into()),
        Line::Trouble => Some(lang.line_trouble().into()),
        Line::Up | Line::Busy | Line::Revoked => None,
    }
}

/// What the public has of a page, in a word or two.
pub fn status(lang: Lang, status: Status) -> &'static str {
    match status {
        Status::Draft => lang.status_draft(),
        Status::Requested => lang.status_requested(),
        Status::Published => lang.status_published(),
        Status::Changed => lang.status_changed(),
    }
}

/// How gravely a status is shown.
pub fn status_tone(status: Status) -> Tone {
    match status {
        Status::Draft => Tone::Calm,
        Status::Requested | Status::Changed => Tone::Note,
        Status::Published => Tone::Good,
    }
}

/// The box beside a page: where it stands and what that means for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In a few words.
    pub title: String,
    /// What it means.
    pub detail: String,
    /// How gravely.
    pub tone: Tone,
}

/// Where a page stands. `published` is the day of the last publication in words, where it is known.
pub fn standing(lang: Lang, row: &PageRow, line: Line, published: Option<&str>) -> Standing {
    let tone = status_tone(row.status);
    let (title, detail) = match row.status {
        Status::Draft => (lang.standing_draft().into(), lang.standing_draft_detail()),
        Status::Requested => match line {
            Line::Up | Line::Busy => (
                lang.standing_publishing().into(),
                lang.standing_publishing_detail(),
            ),
            Line::Off => (lang.standing_waiting().into(), lang.standing_waiting_off()),
            _ => (
                lang.standing_waiting().into(),
                lang.standing_waiting_detail(),
            ),
        },
        Status::Published => (
            published.map_or_else(
                || lang.status_published().into(),
                |day| lang.standing_published(day),
            ),
            lang.standing_published_detail(),
        ),
        Status::Changed => (
            lang.standing_changed().into(),
            lang.standing_changed_detail(),
        ),
    };
    Standing {
        title,
        detail: detail.into(),
        tone,
    }
}

/// What a kind of page is called.
pub fn kind(lang: Lang, kind: PageKind) -> &'static str {
    match kind {
        PageKind::Notizia => lang.kind_notizia(),
        PageKind::Ufficio => lang.kind_ufficio(),
        PageKind::Pagina => lang.kind_pagina(),
    }
}

/// What many of a kind are called.
pub fn kinds(lang: Lang, kind: PageKind) -> &'static str {
    match kind {
        PageKind::Notizia => lang.kinds_notizia(),
        PageKind::Ufficio => lang.kinds_ufficio(),
        PageKind::Pagina => lang.kinds_pagina(),
    }
}

/// The button for a new one.
pub fn new_page(lang: Lang, kind: PageKind) -> &'static str {
    match kind {
        PageKind::Notizia => lang.new_notizia(),
        PageKind::Ufficio => lang.new_ufficio(),
        PageKind::Pagina => lang.new_pagina(),
    }
}

/// The picture of a kind of page.
pub fn kind_icon(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Notizia => "it-horn",
        PageKind::Ufficio => "it-pa",
        PageKind::Pagina => "it-file",
    }
}

/// What a kind of news is called.
pub fn news(lang: Lang, kind: NewsKind) -> &'static str {
    match kind {
        NewsKind::Notizia => lang.news_notizia(),
        NewsKind::Comunicato => lang.news_comunicato(),
        NewsKind::Avviso => lang.news_avviso(),
    }
}

/// The name of a role.
pub fn role(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::Impiegato => lang.role_impiegato(),
        Role::Responsabile => lang.role_responsabile(),
        Role::Bibliotecario => lang.role_bibliotecario(),
        Role::Facilitatore => lang.role_facilitatore(),
        Role::Volontario => lang.role_volontario(),
        Role::Operatore => lang.role_operatore(),
    }
}

/// The name of a field, as above the field itself.
pub fn field(lang: Lang, field: Field, kind: Option<PageKind>) -> &'static str {
    match field {
        Field::Title if kind == Some(PageKind::Ufficio) => lang.field_name(),
        Field::Title => lang.field_title(),
        Field::Summary => lang.field_summary(),
        Field::News => lang.field_news(),
        Field::Office => lang.field_office(),
        Field::Cover => lang.field_cover(),
        Field::Until => lang.field_until(),
        Field::Address => lang.field_address(),
        Field::Hours => lang.field_hours(),
        Field::Phone => lang.field_phone(),
        Field::Email => lang.field_email(),
        Field::Pec => lang.field_pec(),
    }
}

/// A title, or what stands for one that is not written yet.
pub fn title(lang: Lang, title: &str, kind: PageKind) -> String {
    let title = title.trim();
    match (title.is_empty(), kind) {
        (false, _) => title.to_owned(),
        (true, PageKind::Notizia) => lang.untitled_notizia().into(),
        (true, PageKind::Ufficio) => lang.untitled_ufficio().into(),
        (true, PageKind::Pagina) => lang.untitled_pagina().into(),
    }
}

/// A finding in words.
pub fn finding(lang: Lang, finding: &Finding) -> String {
    let words = match (&finding.spot, finding.problem) {
        (Spot::Title, Problem::Missing) => lang.finding_title_missing(),
        (Spot::Title, _) => lang.finding_title_long(),
        (Spot::Summary, Problem::Missing) => lang.finding_summary_missing(),
        (Spot::Summary, _) => lang.finding_summary_long(),
        (Spot::Topics, _) => lang.finding_topics(),
        (Spot::Office, _) => lang.finding_office(),
        (Spot::Cover, _) => lang.finding_cover_alt(),
        (Spot::Contact, _) => lang.finding_contact(),
        (Spot::Address, _) => lang.finding_address(),
        (_, Problem::AltMissing) => lang.finding_image_alt(),
        (_, Problem::HeadingSkips) => lang.finding_heading_skips(),
        (_, Problem::HeadingEmpty) => lang.finding_heading_empty(),
        (_, Problem::TableHeader) => lang.finding_table_header(),
        (_, Problem::LinkWords) => lang.finding_link_words(),
        (_, Problem::LinkLocal) => lang.finding_link_local(),
        (_, Problem::Missing | Problem::TooLong) => lang.finding_body_missing(),
    };
    words.to_owned()
}

/// The id of the element to go to for a finding; a block of the text is the editor's own business.
pub fn spot_id(spot: &Spot) -> &'static str {
    match spot {
        Spot::Title => "campo-titolo",
        Spot::Summary => "campo-descrizione",
        Spot::Topics => "campo-argomenti",
        Spot::Office => "campo-ufficio",
        Spot::Cover => "campo-immagine",
        Spot::Contact => "campo-telefono",
        Spot::Address => "campo-indirizzo",
        Spot::Body | Spot::Block(_) => "campo-testo",
    }
}

/// What waits, in words.
pub fn waiting(lang: Lang, what: WaitingWhat) -> &'static str {
    match what {
        WaitingWhat::New => lang.waiting_new(),
        WaitingWhat::Edit => lang.waiting_edit(),
        WaitingWhat::Publication => lang.waiting_publication(),
        WaitingWhat::Withdrawal => lang.waiting_withdrawal(),
        WaitingWhat::Deletion => lang.waiting_deletion(),
    }
}

/// Why the hub refused, in words.
pub fn refusal(lang: Lang, code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::Role => lang.refusal_role(),
        RefusalCode::FieldChanged => lang.refusal_field_changed(),
        RefusalCode::Unknown => lang.refusal_unknown(),
        RefusalCode::Exists => lang.refusal_exists(),
        RefusalCode::Deleted => lang.refusal_deleted(),
        RefusalCode::Incomplete => lang.refusal_incomplete(),
        RefusalCode::Stale => lang.refusal_stale(),
        RefusalCode::Malformed => lang.refusal_malformed(),
        RefusalCode::TooNew => lang.refusal_too_new(),
    }
}

/// What the cleaner did to what was pasted.
pub fn paste_note(lang: Lang, note: &PasteNote) -> String {
    match note {
        PasteNote::LocalLinks { count, names } if names.is_empty() => {
            lang.paste_local_links(*count as u64)
        }
        PasteNote::LocalLinks { count, names } => format!(
            "{} {}",
            lang.paste_local_links(*count as u64),
            lang.paste_local_names(&names.join(", "))
        ),
        PasteNote::OtherLinks { count } => lang.paste_other_links(*count as u64),
        PasteNote::Images { count } => lang.paste_images(*count as u64),
        PasteNote::Headings { count } => lang.paste_headings(*count as u64),
        PasteNote::MergedCells { count } => lang.paste_merged_cells(*count as u64),
        PasteNote::NestedTables { count } => lang.paste_nested_tables(*count as u64),
        PasteNote::NoHeaderRow { count } => lang.paste_no_header(*count as u64),
        PasteNote::Shortened => lang.paste_shortened().into(),
    }
}

/// A failure in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What happened.
    pub title: String,
    /// What is safe.
    pub safe: String,
    /// What to do.
    pub todo: String,
}

/// What happened, what is safe, what to do.
pub fn failure(lang: Lang, failure: &Failure) -> Message {
    let arg = |name: &str| failure.args.get(name).map_or("", String::as_str);
    let saved = lang.safe_saved();
    let nothing = lang.safe_nothing_changed();
    let (title, safe, todo): (String, &str, String) = match failure.code {
        Code::Locked => (lang.fail_locked().into(), saved, lang.todo_locked().into()),
        Code::WrongPassphrase => (
            lang.fail_passphrase().into(),
            saved,
            lang.todo_passphrase().into(),
        ),
        Code::WeakPassphrase => (lang.fail_weak(arg("min")), nothing, lang.todo_weak().into()),
        Code::NewerDatabase => (lang.fail_newer().into(), saved, lang.todo_newer().into()),
        Code::Damaged => (
            lang.fail_damaged().into(),
            lang.safe_sent(),
            lang.todo_damaged().into(),
        ),
        Code::KeyringLocked => (
            lang.fail_keyring().into(),
            saved,
            lang.todo_keyring().into(),
        ),
        Code::KeyLost => (
            lang.fail_key_lost().into(),
            saved,
            lang.todo_key_lost().into(),
        ),
        Code::DiskFull => (
            lang.fail_disk().into(),
            lang.safe_disk(),
            lang.todo_disk().into(),
        ),
        Code::UnknownPage => (
            lang.fail_unknown_page().into(),
            nothing,
            lang.todo_unknown_page().into(),
        ),
        Code::Role => (lang.fail_role().into(), nothing, lang.todo_role().into()),
        Code::Incomplete => (
            lang.fail_incomplete().into(),
            saved,
            lang.todo_incomplete().into(),
        ),
        Code::Deleted => (
            lang.fail_deleted().into(),
            saved,
            lang.todo_deleted().into(),
        ),
        Code::TextTooLong => (
            lang.fail_text_long(arg("limit")),
            lang.safe_on_screen(),
            lang.todo_text_long().into(),
        ),
        Code::PasteTooLarge => (
            lang.fail_paste(arg("limit")),
            saved,
            lang.todo_paste().into(),
        ),
        Code::FileTooLarge => (
            lang.fail_file_large(arg("name"), arg("limit")),
            saved,
            lang.todo_file_large().into(),
        ),
        Code::BadImage => (
            lang.fail_image(arg("name")),
            saved,
            lang.todo_image().into(),
        ),
        Code::BadDocument => (
            lang.fail_document(arg("name")),
            saved,
            lang.todo_document().into(),
        ),
        Code::HostileDocument => (
            lang.fail_hostile(arg("name")),
            saved,
            lang.todo_hostile().into(),
        ),
        Code::NoLine => (
            lang.fail_no_line().into(),
            saved,
            lang.todo_no_line().into(),
        ),
        Code::NotAHub => (
            lang.fail_not_a_hub().into(),
            nothing,
            lang.todo_not_a_hub().into(),
        ),
        Code::HubNotTrusted => (
            lang.fail_not_trusted().into(),
            saved,
            lang.todo_not_trusted().into(),
        ),
        Code::WrongCode => (lang.fail_code().into(), nothing, lang.todo_code().into()),
        Code::TooMany => (
            lang.fail_too_many().into(),
            nothing,
            lang.todo_too_many(arg("seconds")),
        ),
        Code::Revoked => (
            lang.fail_revoked().into(),
            saved,
            lang.todo_revoked().into(),
        ),
        Code::HubFailed => (lang.fail_hub().into(), saved, lang.todo_hub().into()),
        Code::AlreadyResolved => (
            lang.fail_resolved().into(),
            nothing,
            lang.todo_resolved().into(),
        ),
        Code::StickNoKeys => (
            lang.fail_stick_keys().into(),
            saved,
            lang.todo_stick_keys().into(),
        ),
        Code::StickFull => stick(lang, lang.fail_stick_full(), lang.todo_stick_full()),
        Code::StickGone => stick(lang, lang.fail_stick_gone(), lang.todo_stick_gone()),
        Code::StickDamaged => stick(lang, lang.fail_stick_damaged(), lang.todo_stick_damaged()),
        Code::StickOtherHub => stick(lang, lang.fail_stick_hub(), lang.todo_stick_hub()),
        Code::StickOtherComputer => {
            stick(lang, lang.fail_stick_computer(), lang.todo_stick_computer())
        }
        Code::StickNewer => stick(lang, lang.fail_stick_newer(), lang.todo_stick_newer()),
        Code::StickRefused => stick(lang, lang.fail_stick_refused(), lang.todo_stick_refused()),
        Code::PaperGone => (
            lang.fail_paper_gone().into(),
            lang.safe_originals(),
            lang.todo_paper_gone().into(),
        ),
        Code::PapersTooLarge => (
            lang.fail_papers_large(arg("limit")),
            lang.safe_originals(),
            lang.todo_papers_large().into(),
        ),
        Code::PaperUnreadable => (
            lang.fail_paper_unreadable(arg("name")),
            lang.safe_originals(),
            lang.todo_paper_unreadable().into(),
        ),
        Code::PaperEncrypted => (
            lang.fail_paper_encrypted(arg("name")),
            lang.safe_originals(),
            lang.todo_paper_encrypted().into(),
        ),
        Code::PaperTooComplex => (
            lang.fail_paper_too_complex(arg("name")),
            lang.safe_originals(),
            lang.reason_too_complex_do().into(),
        ),
        Code::SigningUnderWay => (
            lang.fail_signing().into(),
            lang.safe_originals(),
            lang.todo_signing().into(),
        ),
        Code::NotConfirmed => (
            lang.fail_not_confirmed().into(),
            lang.safe_originals(),
            lang.todo_not_confirmed().into(),
        ),
        Code::FolderNotWritable => (
            lang.fail_folder(arg("folder")),
            lang.safe_originals(),
            lang.todo_folder().into(),
        ),
        Code::Unexpected => (
            lang.fail_unexpected().into(),
            lang.safe_last_saved(),
            lang.todo_unexpected().into(),
        ),
    };
    Message {
        title,
        safe: safe.to_owned(),
        todo,
    }
}

/// A size in bytes as people read it: `340 byte`, `12 kB`, `3,4 MB`.
pub fn size(lang: Lang, bytes: u64) -> String {
    let mark = match lang {
        Lang::It => ',',
        Lang::En => '.',
    };
    match bytes {
        0..1000 => lang.size_bytes(bytes),
        1000..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => {
            let tenths = bytes.div_ceil(100_000);
            format!("{}{mark}{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// What kind of file it is, in the letters people know.
pub fn media(file: &FileRef) -> String {
    let extension = file.name.rsplit_once('.').map(|(_, extension)| extension);
    extension.unwrap_or("file").to_uppercase()
}

/// How far a text is from the length that the model advises.
pub fn counter(lang: Lang, text: &str, advised: usize) -> (String, Tone) {
    let count = text.chars().count();
    match count.checked_sub(advised) {
        None | Some(0) => (
            lang.counter(&count.to_string(), &advised.to_string()),
            Tone::Calm,
        ),
        Some(over) => (lang.counter_over(over as u64), Tone::Note),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::PageId;

    fn state(line: Line, waiting: u32, conflicts: u32) -> LineState {
        LineState {
            line,
            since: 0,
            last_ok: None,
            waiting,
            waiting_bytes: 0,
            conflicts,
            clock_off: None,
        }
    }

    fn row(status: Status) -> PageRow {
        PageRow {
            id: PageId::new("p"),
            kind: PageKind::Notizia,
            title: "Neve".into(),
            status,
            waiting: false,
            edited_at: 0,
            edited_by: "Anna".into(),
            until: None,
        }
    }

    #[test]
    fn the_line_says_first_what_a_person_must_do() {
        let text = |s: &LineState| line(Lang::It, s).text;
        assert_eq!(text(&state(Line::Up, 0, 0)), "Tutto inviato");
        assert_eq!(text(&state(Line::Busy, 0, 0)), "Tutto inviato");
        let files = LineState {
            waiting_bytes: 3_100_000,
            ..state(Line::Up, 0, 0)
        };
        assert_eq!(text(&files), "Modifiche inviate");
        assert_eq!(text(&state(Line::Down, 3, 0)), "3 in attesa della rete");
        assert_eq!(text(&state(Line::Down, 3, 1)), "1 da risolvere");
        assert_eq!(text(&state(Line::Off, 0, 0)), "Lavori senza rete");
        assert_eq!(text(&state(Line::Revoked, 3, 1)), "PC non autorizzato");
    }

    #[test]
    fn the_second_line_keeps_what_the_first_does_not_say() {
        let detail = |s: &LineState| line(Lang::It, s).detail;
        let waits = Some("3 in attesa della rete".to_owned());
        assert_eq!(detail(&state(Line::Off, 3, 0)), waits);
        assert_eq!(detail(&state(Line::Down, 3, 1)), waits);
        assert_eq!(
            detail(&state(Line::Off, 0, 1)),
            Some("Lavori senza rete".into())
        );
        assert_eq!(detail(&state(Line::Up, 0, 0)), None);
    }

    #[test]
    fn only_a_person_who_is_needed_sees_an_alert() {
        let tone = |s: &LineState| line(Lang::It, s).tone;
        assert_eq!(tone(&state(Line::Up, 0, 0)), Tone::Good);
        assert_eq!(tone(&state(Line::Down, 9, 0)), Tone::Note);
        assert_eq!(tone(&state(Line::Up, 0, 1)), Tone::Alert);
        assert_eq!(tone(&state(Line::Revoked, 0, 0)), Tone::Alert);
    }

    #[test]
    fn a_page_that_waits_says_whether_for_the_network_or_for_the_hub() {
        let title = |line| standing(Lang::It, &row(Status::Requested), line, None).title;
        assert_eq!(title(Line::Down), "In attesa della rete");
        assert_eq!(title(Line::Off), "In attesa della rete");
        assert_eq!(title(Line::Up), "In pubblicazione…");
        let published = standing(Lang::It, &row(Status::Published), Line::Up, Some("oggi"));
        assert_eq!(published.title, "Pubblicata oggi");
    }

    #[test]
    fn every_finding_of_an_empty_page_has_words_and_a_place_of_its_own() {
        for kind in PageKind::ALL {
            let found = domain::sito::verify(kind, &Default::default(), &Default::default());
            let words: std::collections::BTreeSet<_> =
                found.iter().map(|it| finding(Lang::It, it)).collect();
            let places: std::collections::BTreeSet<_> =
                found.iter().map(|it| spot_id(&it.spot)).collect();
            assert_eq!((words.len(), places.len()), (found.len(), found.len()));
        }
    }

    #[test]
    fn a_failure_names_the_thing_it_is_about() {
        let too_large = Failure::new(Code::FileTooLarge)
            .with("name", "delibera.pdf")
            .with("limit", 100);
        let message = failure(Lang::It, &too_large);
        assert!(message.title.contains("delibera.pdf") && message.title.contains("100"));
        assert!(!message.safe.is_empty() && !message.todo.is_empty());
    }

    #[test]
    fn every_failure_of_signing_says_that_the_files_are_as_they_were() {
        for code in [
            Code::PaperGone,
            Code::PapersTooLarge,
            Code::PaperUnreadable,
            Code::PaperEncrypted,
            Code::PaperTooComplex,
            Code::SigningUnderWay,
            Code::NotConfirmed,
            Code::FolderNotWritable,
        ] {
            let said = failure(Lang::It, &Failure::new(code));
            assert_eq!(said.safe, Lang::It.safe_originals(), "{code:?}");
            assert!(!said.title.is_empty() && !said.todo.is_empty());
        }
    }

    #[test]
    fn only_what_cannot_be_read_at_all_is_said_to_be_damaged() {
        for lang in Lang::ALL {
            let codes = [
                Code::PaperUnreadable,
                Code::PaperEncrypted,
                Code::PaperTooComplex,
            ];
            let of = |code| failure(lang, &Failure::new(code).with("name", "atto.pdf"));
            let titles: std::collections::BTreeSet<_> =
                codes.iter().map(|code| of(*code).title).collect();
            assert_eq!(titles.len(), codes.len());
            assert!(titles.iter().all(|title| title.contains("atto.pdf")));
            let damaged = |title: &&String| title.contains("rovinato") || title.contains("damaged");
            assert_eq!(titles.iter().filter(damaged).count(), 1);
        }
    }

    #[test]
    fn sizes_are_rounded_up_and_written_the_italian_way() {
        let of = |bytes| size(Lang::It, bytes);
        assert_eq!(of(340), "340 byte");
        assert_eq!(of(12_001), "13 kB");
        assert_eq!(of(3_400_000), "3,4 MB");
        assert_eq!(size(Lang::En, 3_400_000), "3.4 MB");
    }

    #[test]
    fn the_counter_advises_before_it_warns() {
        assert_eq!(
            counter(Lang::It, "Neve", 60),
            ("4 di 60".into(), Tone::Calm)
        );
        let (words, tone) = counter(Lang::It, &"è".repeat(63), 60);
        assert_eq!(
            (words.as_str(), tone),
            ("3 caratteri di troppo", Tone::Note)
        );
    }
}
