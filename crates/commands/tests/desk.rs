//! A clerk's work through the commands, with a real hub in the same process.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use api::Code;
use api::session::{Session, SessionEnrol, SessionSeal, SessionState, SessionUnlock, Vault};
use api::sito as call;
use api::sito::Status;
use api::stato::{
    About, ConflictList, ConflictResolve, Line, LineLoad, LineSetOff, OggiLoad, Remedy,
    WaitingList, WaitingWhat,
};
use commands::{App, AppConfig};
use domain::identity::Role;
use domain::sito::{Argomento, Block, FieldChange, PageKind, Problem, RichText, Span, Spot};
use domain::{ComuneId, PageId};
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "la neve di Roccaverano";

struct Province {
    running: hub::Running,
    folder: tempfile::TempDir,
}

impl Province {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = hub::serve(hub::Config::new(folder.path().join("hub")))
            .await
            .unwrap();
        running.hub.seed_province().unwrap();
        Self { running, folder }
    }

    fn address(&self) -> String {
        format!("http://{}", self.running.addr)
    }

    fn code(&self, person: &str, role: Role) -> String {
        let comune = ComuneId::new("005094");
        self.running
            .hub
            .create_code(&comune, person, role)
            .unwrap()
            .code
    }

    fn config(&self, pc: &str) -> AppConfig {
        AppConfig {
            keyring: false,
            ..AppConfig::at(self.folder.path().join(pc))
        }
    }

    /// A PC that is linked and ready.
    async fn desk(&self, pc: &str, person: &str, role: Role) -> App {
        let app = App::new(self.config(pc));
        seal(&app).await;
        let linked = commands::session_enrol(&app, self.link(person, role))
            .await
            .unwrap();
        assert!(matches!(linked, Session::Ready(desk) if desk.person == person));
        app
    }

    fn link(&self, person: &str, role: Role) -> SessionEnrol {
        SessionEnrol {
            hub: self.address(),
            code: self.code(person, role),
            device_name: "PC dell'anagrafe".into(),
        }
    }
}

async fn seal(app: &App) -> Session {
    let passphrase = PASSPHRASE.into();
    commands::session_seal(app, SessionSeal { passphrase })
        .await
        .unwrap()
}

/// Waits for what the engine brings about, at most ten seconds.
async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds().await {
        assert!(Instant::now() < end, "{what}: not within ten seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn all_sent(app: &App) {
    until("everything is sent", || async {
        commands::line_load(app, LineLoad {}).await.unwrap().waiting == 0
    })
    .await;
}

async fn set(app: &App, page: &PageId, change: FieldChange) -> call::PageView {
    let page = page.clone();
    commands::page_set(app, call::PageSet { page, change })
        .await
        .unwrap()
}

async fn open(app: &App, page: &PageId) -> call::PageView {
    let page = page.clone();
    commands::page_open(app, call::PageOpen { page })
        .await
        .unwrap()
}

async fn write(app: &App, page: &PageId, words: &str) -> call::Edited {
    let base = open(app, page).await.body.version;
    let text = RichText {
        blocks: words
            .lines()
            .map(|line| Block::Paragraph {
                spans: vec![Span::plain(line)],
            })
            .collect(),
    };
    let page = page.clone();
    commands::page_edit(app, call::PageEdit { page, base, text })
        .await
        .unwrap()
}

async fn create(app: &App, kind: PageKind) -> PageId {
    commands::page_create(app, call::PageCreate { kind })
        .await
        .unwrap()
}

async fn office(app: &App) -> PageId {
    let office = create(app, PageKind::Ufficio).await;
    set(app, &office, FieldChange::Title("Segreteria".into())).await;
    office
}

/// A news item with all that the model asks for.
async fn complete_news(app: &App) -> PageId {
    let office = office(app).await;
    let page = create(app, PageKind::Notizia).await;
    set(app, &page, FieldChange::Title("Neve: scuole chiuse".into())).await;
    set(
        app,
        &page,
        FieldChange::Summary("Lunedì le scuole restano chiuse.".into()),
    )
    .await;
    set(app, &page, FieldChange::Office(Some(office))).await;
    let topic = call::PageTopic {
        page: page.clone(),
        topic: Argomento::named("Istruzione").unwrap(),
        on: true,
    };
    commands::page_topic(app, topic).await.unwrap();
    write(app, &page, "Per la nevicata le scuole restano chiuse.").await;
    page
}

async fn publish(app: &App, page: &PageId) -> api::sito::PageView {
    let page = page.clone();
    commands::page_publish(app, call::PagePublish { page })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_without_a_keyring_is_sealed_with_a_passphrase_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let config = AppConfig {
        keyring: false,
        ..AppConfig::at(folder.path().join("pc"))
    };
    let app = App::new(config.clone());
    let first = commands::session_state(&app, SessionState {})
        .await
        .unwrap();
    assert_eq!(first, Session::ChoosePassphrase);
    let short = SessionSeal {
        passphrase: "corta".into(),
    };
    assert_eq!(
        commands::session_seal(&app, short).await.unwrap_err().code,
        Code::WeakPassphrase
    );
    assert_eq!(seal(&app).await, Session::Unlinked);
    drop(app);

    let app = App::new(config);
    let again = commands::session_state(&app, SessionState {})
        .await
        .unwrap();
    assert_eq!(again, Session::Locked);
    let wrong = SessionUnlock {
        passphrase: "un'altra frase".into(),
    };
    assert_eq!(
        commands::session_unlock(&app, wrong)
            .await
            .unwrap_err()
            .code,
        Code::WrongPassphrase
    );
    let right = SessionUnlock {
        passphrase: PASSPHRASE.into(),
    };
    assert_eq!(
        commands::session_unlock(&app, right).await.unwrap(),
        Session::Unlinked
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_and_a_wrong_address_are_told_apart() {
    let province = Province::new().await;
    let app = App::new(province.config("pc"));
    seal(&app).await;
    let mut link = province.link("Maria Rossi", Role::Impiegato);
    link.code = "AAAA-AAAA".into();
    let wrong = commands::session_enrol(&app, link.clone())
        .await
        .unwrap_err();
    assert_eq!(wrong.code, Code::WrongCode);
    link.hub = "http://127.0.0.1:9".into();
    let nowhere = commands::session_enrol(&app, link).await.unwrap_err();
    assert_eq!(nowhere.code, Code::NoLine);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_written_offline_is_public_after_the_line_returns() {
    let province = Province::new().await;
    let app = province.desk("pc", "Maria Rossi", Role::Impiegato).await;
    commands::line_set_off(&app, LineSetOff { off: true })
        .await
        .unwrap();

    let page = complete_news(&app).await;
    let view = open(&app, &page).await;
    assert!(
        view.findings.iter().all(|finding| !finding.blocking),
        "{:?}",
        view.findings
    );
    assert_eq!(publish(&app, &page).await.row.status, Status::Requested);
    let line = commands::line_load(&app, LineLoad {}).await.unwrap();
    assert_eq!(line.line, Line::Off);
    assert!(line.waiting > 0);
    let waiting = commands::waiting_list(&app, WaitingList {}).await.unwrap();
    assert!(
        waiting
            .iter()
            .any(|row| row.page == page && row.what == WaitingWhat::Publication)
    );
    let preview = commands::preview_html(&app, &page).await.unwrap();

    commands::line_set_off(&app, LineSetOff { off: false })
        .await
        .unwrap();
    all_sent(&app).await;
    until("the page is public", || async {
        open(&app, &page).await.row.status == Status::Published
    })
    .await;
    let path = "siti/roccaverano/novita/notizie/neve-scuole-chiuse/index.html";
    let file = province.folder.path().join("hub").join(path);
    until("the hub has written it", || async { file.exists() }).await;
    let public = std::fs::read_to_string(&file).unwrap();
    assert!(public.contains("Per la nevicata le scuole restano chiuse."));
    let base = format!("/pagina/{page}/");
    assert_eq!(
        body(&preview.replace(&base, "/siti/roccaverano/")),
        body(&public),
        "the preview is what the public sees"
    );
    let address = open(&app, &page).await.address.unwrap();
    assert!(
        address.ends_with("novita/notizie/neve-scuole-chiuse/"),
        "{address}"
    );
}

/// The part of a page that a person reads.
fn body(html: &str) -> &str {
    let (_, rest) = html.split_once("<main").expect("a main part");
    rest.split_once("</main>").expect("its end").0
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_page_says_what_lacks_and_is_not_sent() {
    let province = Province::new().await;
    let app = province.desk("pc", "Maria Rossi", Role::Impiegato).await;
    let page = create(&app, PageKind::Notizia).await;
    let view = open(&app, &page).await;
    assert_eq!(view.findings[0].spot, Spot::Title);
    assert_eq!(view.findings[0].problem, Problem::Missing);
    let refused = commands::page_publish(&app, call::PagePublish { page })
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::Incomplete);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volunteer_writes_but_cannot_publish() {
    let province = Province::new().await;
    let app = province.desk("pc", "Carla", Role::Volontario).await;
    let page = complete_news(&app).await;
    assert!(!open(&app, &page).await.may_publish);
    let refused = commands::page_publish(&app, call::PagePublish { page })
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::Role);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_on_one_page_keep_both_texts_and_settle_one_title() {
    let province = Province::new().await;
    let maria = province.desk("pc1", "Maria Rossi", Role::Impiegato).await;
    let bruno = province
        .desk("pc2", "Bruno Gallo", Role::Responsabile)
        .await;
    let page = complete_news(&maria).await;
    all_sent(&maria).await;
    commands::line_sync_now(&bruno, api::stato::LineSyncNow {})
        .await
        .unwrap();
    until("bruno has the page", || async {
        let input = call::PageOpen { page: page.clone() };
        commands::page_open(&bruno, input)
            .await
            .is_ok_and(|view| view.row.title.starts_with("Neve"))
    })
    .await;
    for app in [&maria, &bruno] {
        commands::line_set_off(app, LineSetOff { off: true })
            .await
            .unwrap();
    }
    set(
        &maria,
        &page,
        FieldChange::Title("Neve: scuole chiuse lunedì".into()),
    )
    .await;
    write(
        &maria,
        &page,
        "Per la nevicata di domenica le scuole restano chiuse.",
    )
    .await;
    set(
        &bruno,
        &page,
        FieldChange::Title("Scuole chiuse per neve".into()),
    )
    .await;
    write(
        &bruno,
        &page,
        "Per la nevicata le scuole restano chiuse anche martedì.",
    )
    .await;

    for app in [&maria, &bruno, &maria] {
        commands::line_set_off(app, LineSetOff { off: false })
            .await
            .unwrap();
        commands::line_sync_now(app, api::stato::LineSyncNow {})
            .await
            .unwrap();
        all_sent(app).await;
    }
    let merged = "Per la nevicata di domenica le scuole restano chiuse anche martedì.\n";
    for app in [&maria, &bruno] {
        until("both have both texts", || async {
            open(app, &page).await.body.text.plain() == merged
        })
        .await;
        assert_eq!(
            open(app, &page).await.fields.title,
            "Neve: scuole chiuse lunedì"
        );
    }
    let conflicts = commands::conflict_list(&bruno, ConflictList {})
        .await
        .unwrap();
    let About::Field { theirs, yours } = &conflicts[0].about else {
        panic!("{conflicts:?}")
    };
    assert_eq!(
        theirs,
        &FieldChange::Title("Neve: scuole chiuse lunedì".into())
    );
    assert_eq!(yours, &FieldChange::Title("Scuole chiuse per neve".into()));
    let settle = ConflictResolve {
        id: conflicts[0].id,
        remedy: Remedy::UseMine,
    };
    commands::conflict_resolve(&bruno, settle.clone())
        .await
        .unwrap();
    let twice = commands::conflict_resolve(&bruno, settle)
        .await
        .unwrap_err();
    assert_eq!(twice.code, Code::AlreadyResolved);
    all_sent(&bruno).await;
    commands::line_sync_now(&maria, api::stato::LineSyncNow {})
        .await
        .unwrap();
    until("maria sees the settled title", || async {
        open(&maria, &page).await.fields.title == "Scuole chiuse per neve"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_are_compared_and_restored() {
    let province = Province::new().await;
    let app = province.desk("pc", "Maria Rossi", Role::Impiegato).await;
    let page = complete_news(&app).await;
    publish(&app, &page).await;
    all_sent(&app).await;
    write(&app, &page, "Le scuole riaprono martedì.").await;
    let list = call::VersionList { page: page.clone() };
    let versions = commands::version_list(&app, list).await.unwrap();
    let old = versions
        .iter()
        .find(|row| row.published)
        .expect("the published version");
    let compare = call::VersionCompare {
        page: page.clone(),
        older: old.id,
        newer: None,
    };
    let comparison = commands::version_compare(&app, compare).await.unwrap();
    let has = |wanted: fn(&call::Run) -> Option<&String>, word: &str| {
        comparison
            .text
            .iter()
            .filter_map(wanted)
            .any(|text| text.contains(word))
    };
    assert!(has(
        |run| if let call::Run::Added(t) = run {
            Some(t)
        } else {
            None
        },
        "riaprono"
    ));
    assert!(has(
        |run| if let call::Run::Removed(t) = run {
            Some(t)
        } else {
            None
        },
        "nevicata"
    ));
    let restore = call::VersionRestore {
        page: page.clone(),
        version: old.id,
    };
    let view = commands::version_restore(&app, restore).await.unwrap();
    assert_eq!(
        view.body.text.plain(),
        "Per la nevicata le scuole restano chiuse.\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_files_and_bad_pastes_are_named() {
    let province = Province::new().await;
    let app = province.desk("pc", "Maria Rossi", Role::Impiegato).await;
    let broken = commands::file_add(
        &app,
        "neve.jpg".into(),
        true,
        b"\xff\xd8\xff\xe0 broken".to_vec(),
    );
    let failure = broken.await.unwrap_err();
    assert_eq!(
        (failure.code, failure.args["name"].as_str()),
        (Code::BadImage, "neve.jpg")
    );
    let paste = call::PasteClean {
        html: "<p>a</p>".repeat(8_000_000),
        plain: String::new(),
    };
    let failure = commands::paste_clean(&app, paste).await.unwrap_err();
    assert_eq!(failure.code, Code::PasteTooLarge);
    let oggi = commands::oggi_load(&app, OggiLoad {}).await.unwrap();
    assert!(oggi.drafts.is_empty(), "nothing half done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_says_so_and_keeps_its_work() {
    let province = Province::new().await;
    let app = province.desk("pc", "Maria Rossi", Role::Impiegato).await;
    all_sent(&app).await;
    for device in province.running.hub.devices().unwrap() {
        province.running.hub.revoke(&device.device).unwrap();
    }
    let page = complete_news(&app).await;
    commands::line_sync_now(&app, api::stato::LineSyncNow {})
        .await
        .unwrap();
    until("the app knows", || async {
        commands::line_load(&app, LineLoad {}).await.unwrap().line == Line::Revoked
    })
    .await;
    let session = commands::session_state(&app, SessionState {})
        .await
        .unwrap();
    assert!(
        matches!(session, Session::Ready(desk) if desk.revoked && desk.vault == Vault::Passphrase)
    );
    assert_eq!(open(&app, &page).await.fields.title, "Neve: scuole chiuse");
    let path = commands::waiting_export(&app, api::stato::WaitingExport {})
        .await
        .unwrap();
    assert!(
        std::fs::read_to_string(path)
            .unwrap()
            .contains("Neve: scuole chiuse")
    );
}
