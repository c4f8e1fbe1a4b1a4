//! The line as a person and a helper see it, through the commands, with a real hub in the same process.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use api::session::{SessionEnrol, SessionSeal};
use api::sito as call;
use api::stato::{
    AttemptFilter, AttemptList, DiagnosisExport, LineLoad, LineRelease, LineRules, LineRulesLoad,
    LineRulesSet, LineSetOff, LineSyncNow, TransitLoad, UiLog, VersionsLoad, WaitingList, Why,
};
use commands::{App, AppConfig};
use domain::identity::Role;
use domain::line::{Fault, Held, LineLimits, Metered};
use domain::sito::{Argomento, Block, FieldChange, PageKind, RichText, Span};
use domain::{ComuneId, PageId};
use std::time::{Duration, Instant};

/// What must not be in a diagnosis, wherever it was written.
const CANARIES: [&str; 12] = [
    "canarin",
    "gialletti",
    "cnrgll80a01a479x",
    "gabbia",
    "piume",
    "cinguettio",
    "voliera",
    "trespolo",
    "@",
    "127.0.0.1",
    "10.20.30.40",
    "0144 93000",
];

struct Place {
    running: hub::Running,
    folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = hub::serve(hub::Config::new(folder.path().join("hub")))
            .await
            .unwrap();
        running.hub.seed_province().unwrap();
        Self { running, folder }
    }

    /// A PC in a folder named after its person, as home folders are.
    async fn desk(&self) -> App {
        let app = App::new(AppConfig {
            keyring: false,
            ..AppConfig::at(self.folder.path().join("canarino.gialletti"))
        });
        let passphrase = "la neve di Roccaverano".into();
        commands::session_seal(&app, SessionSeal { passphrase })
            .await
            .unwrap();
        let comune = ComuneId::new("005094");
        let code = self
            .running
            .hub
            .create_code(&comune, "Canarina Gialletti", Role::Impiegato)
            .unwrap();
        let link = SessionEnrol {
            hub: format!("http://{}", self.running.addr),
            code: code.code,
            device_name: "PC di Canarina".into(),
        };
        commands::session_enrol(&app, link).await.unwrap();
        app
    }
}

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

async fn set(app: &App, page: &PageId, change: FieldChange) {
    let page = page.clone();
    commands::page_set(app, call::PageSet { page, change })
        .await
        .unwrap();
}

async fn create(app: &App, kind: PageKind) -> PageId {
    commands::page_create(app, call::PageCreate { kind })
        .await
        .unwrap()
}

async fn write(app: &App, page: &PageId, words: &str) {
    let opened = commands::page_open(app, call::PageOpen { page: page.clone() });
    let base = opened.await.unwrap().body.version;
    let text = RichText {
        blocks: vec![Block::Paragraph {
            spans: vec![Span::plain(words)],
        }],
    };
    let page = page.clone();
    commands::page_edit(app, call::PageEdit { page, base, text })
        .await
        .unwrap();
}

/// A page with somebody's personal data in every place there is, and a file of this size.
async fn personal_page(app: &App, file: usize) -> PageId {
    let office = create(app, PageKind::Ufficio).await;
    set(app, &office, FieldChange::Title("Ufficio Piume".into())).await;
    for change in [
        FieldChange::Phone("0144 93000".into()),
        FieldChange::Email("canarina@gabbia.it".into()),
        FieldChange::Address("Via della Voliera 3".into()),
    ] {
        set(app, &office, change).await;
    }
    let page = create(app, PageKind::Notizia).await;
    set(
        app,
        &page,
        FieldChange::Title("Canarina Gialletti sposa".into()),
    )
    .await;
    set(app, &page, FieldChange::Summary("Nozze in voliera".into())).await;
    set(app, &page, FieldChange::Office(Some(office))).await;
    commands::page_topic(
        app,
        call::PageTopic {
            page: page.clone(),
            topic: Argomento::named("Istruzione").unwrap(),
            on: true,
        },
    )
    .await
    .unwrap();
    write(
        app,
        &page,
        "Codice fiscale CNRGLL80A01A479X, un cinguettio.",
    )
    .await;
    let mut bytes = b"%PDF-1.7 ".to_vec();
    bytes.extend((0..file).map(|at| u8::try_from(at * 31 % 251).unwrap()));
    let name = "trespolo-di-canarina.pdf".to_owned();
    let file = commands::file_add(app, name, false, bytes).await.unwrap();
    let attach = call::PageAttach {
        page: page.clone(),
        file,
        on: true,
    };
    commands::page_attach(app, attach).await.unwrap();
    page
}

async fn publish(app: &App, page: &PageId) {
    let page = page.clone();
    commands::page_publish(app, call::PagePublish { page })
        .await
        .unwrap();
}

async fn rules(app: &App) -> LineRules {
    commands::line_rules_load(app, LineRulesLoad {})
        .await
        .unwrap()
}

async fn limit(app: &App, limits: LineLimits) {
    commands::line_rules_set(app, LineRulesSet { limits })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_says_what_waits_and_a_word_lets_it_go() {
    let place = Place::new().await;
    let app = place.desk().await;
    all_sent(&app).await;
    assert_eq!(rules(&app).await.limits, LineLimits::default());
    let limits = LineLimits {
        metered: Metered::Yes,
        ..LineLimits::default()
    };
    limit(&app, limits).await;
    assert_eq!(rules(&app).await.limits, limits);
    let page = personal_page(&app, 700_000).await;
    publish(&app, &page).await;
    until("the file is held", || async {
        let transit = commands::transit_load(&app, TransitLoad {}).await.unwrap();
        transit
            .held
            .is_some_and(|it| it.why == Held::Metered && it.files == 1)
    })
    .await;
    let waiting = commands::waiting_list(&app, WaitingList {}).await.unwrap();
    assert!(waiting.iter().any(|it| matches!(
        it.why,
        Why::Files {
            sent: 0,
            all: 700_009,
            held: Some(Held::Metered)
        }
    )));
    let said = commands::line_release(&app, LineRelease { on: true })
        .await
        .unwrap();
    assert!(said.released);
    all_sent(&app).await;
    let spent = rules(&app).await.spent;
    assert!(spent > 1_000, "{spent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_groups_and_filters_and_says_what_was_carried() {
    let place = Place::new().await;
    let app = place.desk().await;
    personal_page(&app, 20_000).await;
    all_sent(&app).await;
    let list = |only| {
        let app = app.clone();
        async move {
            commands::attempt_list(&app, AttemptList { only })
                .await
                .unwrap()
        }
    };
    let all = list(AttemptFilter::All).await;
    let carried = list(AttemptFilter::Carried).await;
    assert!(carried.iter().any(|it| it.ops.0 > 0));
    assert!(carried.len() <= all.len() && carried.iter().all(|it| it.error.is_none()));
    assert!(list(AttemptFilter::Failed).await.is_empty());
    let versions = commands::versions_load(&app, VersionsLoad {})
        .await
        .unwrap();
    assert_eq!(versions.hub.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    place.running.shutdown().await.unwrap();
    until("failures are one row", || async {
        commands::line_sync_now(&app, LineSyncNow {}).await.unwrap();
        let failed = list(AttemptFilter::Failed).await;
        failed.len() == 1 && failed[0].times > 3 && failed[0].error == Some(Fault::NoLine)
    })
    .await;
}

/// Lines as the program writes them, with somebody's data where it could slip in.
const LOG: &str = "\
2026-11-26T08:00:00.000001Z  INFO sync::engine::courier: the hub was not reached error=no line: http://10.20.30.40/ for Canarina
2026-11-26T08:00:01.000001Z  WARN ui: Canarina Gialletti: TypeError in voliera The web view reports.
2026-11-26T08:00:02.000001Z ERROR commands::failure: A command failed. incident=4F7K2A what=\"the workspace failed\" error=no such page: Trespolo
2026-11-26T08:00:03.000001Z ERROR comuni_in_rete::crash: The program panicked. panic=panicked at /home/canarino.gialletti/x.rs:1:2:
Canarina Gialletti, CNRGLL80A01A479X
   0: cinguettio::gabbia
2026-11-26T08:00:04.000001Z  WARN reqwest::connect: retrying canarina@gabbia.it at 10.20.30.40
";

#[tokio::test(flavor = "multi_thread")]
async fn a_diagnosis_tells_the_cause_and_nobodys_data() {
    let place = Place::new().await;
    let app = place.desk().await;
    let page = personal_page(&app, 20_000).await;
    publish(&app, &page).await;
    all_sent(&app).await;
    commands::line_set_off(&app, LineSetOff { off: true })
        .await
        .unwrap();
    write(
        &app,
        &page,
        "Altre piume di Canarina, per posta a canarina@gabbia.it",
    )
    .await;
    let message = "Canarina in voliera".into();
    commands::ui_log(&app, UiLog { message }).await.unwrap();
    let logs = place.folder.path().join("canarino.gialletti/log");
    std::fs::create_dir_all(&logs).unwrap();
    std::fs::write(logs.join("comuni.2026-11-26.log"), LOG).unwrap();

    let path = commands::diagnosis_export(&app, DiagnosisExport {})
        .await
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lower = text.to_lowercase();
    for canary in CANARIES {
        assert!(!lower.contains(canary), "{canary} in {text}");
    }
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["versions"]["app"], env!("CARGO_PKG_VERSION"));
    // All crates of a release have one version.
    assert_eq!(told["versions"]["hub"], env!("CARGO_PKG_VERSION"));
    assert_eq!(told["workspace"]["waiting"], 1);
    assert_eq!(told["line"]["offline_by_choice"], true);
    assert_eq!(told["device"]["comune"], "005094");
    assert!(told["workspace"]["cursors"]["005094/sito"].as_u64() > Some(0));
    assert!(told["attempts"][0]["at"].as_i64() > Some(0));
    let log = told["log"].as_array().unwrap();
    assert_eq!(log.len(), 5, "an event a line");
    assert_eq!(log[0]["message"], "the hub was not reached");
    assert_eq!(log[2]["fields"]["incident"], "4F7K2A");
    assert_eq!(log[2]["fields"]["what"], "the workspace failed");
    let name = std::path::Path::new(&path)
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert!(name.starts_with("diagnosi-"), "{name}");
}

/// The canaries are really where personal data lives: else the test above finds nothing to find.
#[tokio::test(flavor = "multi_thread")]
async fn the_copy_of_unsent_work_does_hold_what_people_wrote() {
    let place = Place::new().await;
    let app = place.desk().await;
    commands::line_set_off(&app, LineSetOff { off: true })
        .await
        .unwrap();
    personal_page(&app, 1_000).await;
    let path = commands::waiting_export(&app, api::stato::WaitingExport {})
        .await
        .unwrap();
    let text = std::fs::read_to_string(path).unwrap().to_lowercase();
    for canary in &CANARIES[..9] {
        assert!(text.contains(canary), "{canary}");
    }
}
