//! "Porta con la chiavetta" through the commands: a clerk without a line, a facilitatore with one.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use api::Code;
use api::session::{SessionEnrol, SessionSeal};
use api::sito as call;
use api::stato::{LineLoad, LineSetOff};
use api::stick::{
    Look, Stage, StickLook, StickMeet, StickPlaces, StickPlan, StickStateLoad, StickTake,
    StickWrite,
};
use commands::{App, AppConfig};
use domain::ComuneId;
use domain::identity::Role;
use domain::sito::{FieldChange, PageKind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

struct Province {
    running: hub::Running,
    folder: tempfile::TempDir,
}

impl Province {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = hub::Config::new(folder.path().join("hub"));
        let running = hub::serve(config).await.unwrap();
        running.hub.seed_province().unwrap();
        std::fs::create_dir(folder.path().join("chiavetta")).unwrap();
        Self { running, folder }
    }

    fn stick(&self) -> PathBuf {
        self.folder.path().join("chiavetta")
    }

    fn place(&self) -> String {
        self.stick().to_string_lossy().into_owned()
    }

    async fn desk(&self, pc: &str, person: &str, role: Role) -> App {
        let app = App::new(AppConfig {
            keyring: false,
            stick: Some(self.stick()),
            ..AppConfig::at(self.folder.path().join(pc))
        });
        let passphrase = "la neve di Roccaverano".into();
        commands::session_seal(&app, SessionSeal { passphrase })
            .await
            .unwrap();
        let comune = ComuneId::new("005094");
        let link = SessionEnrol {
            hub: format!("http://{}", self.running.addr),
            code: self
                .running
                .hub
                .create_code(&comune, person, role)
                .unwrap()
                .code,
            device_name: pc.into(),
        };
        commands::session_enrol(&app, link).await.unwrap();
        app
    }

    async fn look(&self, app: &App) -> Look {
        let place = self.place();
        commands::stick_look(app, StickLook { place })
            .await
            .unwrap()
    }
}

async fn waiting(app: &App) -> u32 {
    commands::line_load(app, LineLoad {}).await.unwrap().waiting
}

async fn write_news(app: &App, title: &str) {
    let kind = PageKind::Notizia;
    let page = commands::page_create(app, call::PageCreate { kind })
        .await
        .unwrap();
    let set = call::PageSet {
        page,
        change: FieldChange::Title(title.into()),
    };
    commands::page_set(app, set).await.unwrap();
}

async fn answered(app: &App) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let state = commands::stick_state_load(app, StickStateLoad {})
            .await
            .unwrap();
        if state.loads.iter().all(|load| load.stage == Stage::Answered) && !state.loads.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "{state:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_without_a_line_gets_her_answer_by_the_facilitatores_hand() {
    let province = Province::new().await;
    let maria = province
        .desk("PC della segreteria", "Maria Rossi", Role::Impiegato)
        .await;
    let ugo = province
        .desk("portatile di Ugo", "Ugo Re", Role::Facilitatore)
        .await;
    commands::line_set_off(&maria, LineSetOff { off: true })
        .await
        .unwrap();
    write_news(&maria, "Neve").await;

    let places = commands::stick_places(&maria, StickPlaces {})
        .await
        .unwrap();
    assert!(places.iter().any(|place| place.path == province.place()));
    let plan = commands::stick_plan(&maria, StickPlan {}).await.unwrap();
    assert!(plan.ready && plan.ops > 0);
    let write = StickWrite {
        place: province.place(),
        wishes: Vec::new(),
    };
    let written = commands::stick_write(&maria, write).await.unwrap();
    assert!(written.name.starts_with("roccaverano-20"), "{written:?}");
    assert!(written.name.ends_with("-1.rete"), "{written:?}");
    assert!(waiting(&maria).await > 0);

    let look = province.look(&ugo).await;
    let bundle = look.bundles.first().expect("a bundle to carry");
    assert_eq!(bundle.comune, "Roccaverano");
    assert_eq!(bundle.computer, "PC della segreteria");
    assert!(!bundle.own && !bundle.answered && look.answers.is_empty());
    let meet = || StickMeet {
        place: province.place(),
    };
    assert_eq!(commands::stick_meet(&ugo, meet()).await.unwrap().taken, 1);
    answered(&ugo).await;
    assert_eq!(commands::stick_meet(&ugo, meet()).await.unwrap().brought, 1);

    assert_eq!(province.look(&maria).await.answers.len(), 1);
    let place = province.place();
    let brought = commands::stick_take(&maria, StickTake { place })
        .await
        .unwrap();
    assert!(
        brought.accepted > 0 && brought.refusal.is_none(),
        "{brought:?}"
    );
    assert_eq!(waiting(&maria).await, 0);
    let plan = commands::stick_plan(&maria, StickPlan {}).await.unwrap();
    assert!(
        plan.sent
            .first()
            .is_some_and(|sent| sent.answered.is_some())
    );
    assert_eq!(
        province.look(&maria).await,
        Look::default(),
        "the stick is tidy"
    );
    maria.shutdown().await;
    ugo.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_stick_has_its_own_words() {
    let province = Province::new().await;
    let maria = province.desk("PC", "Maria Rossi", Role::Impiegato).await;
    let elsewhere = StickLook {
        place: province.folder.path().to_string_lossy().into_owned(),
    };
    let refused = commands::stick_look(&maria, elsewhere).await.unwrap_err();
    assert_eq!(
        refused.code,
        Code::StickGone,
        "only a stick may be looked at"
    );
    std::fs::write(province.stick().join("vuoto.rete"), "").unwrap();
    std::fs::write(province.stick().join("nuovo.rete"), b"RETE\x09\x00\x00").unwrap();
    std::fs::write(province.stick().join("foto.jpg"), "altro").unwrap();
    let look = province.look(&maria).await;
    let unusable = [
        ("nuovo.rete".to_owned(), Code::StickNewer),
        ("vuoto.rete".to_owned(), Code::StickDamaged),
    ];
    assert_eq!(look.unusable, unusable);
    std::fs::remove_dir_all(province.stick()).unwrap();
    let write = StickWrite {
        place: province.place(),
        wishes: Vec::new(),
    };
    let gone = commands::stick_write(&maria, write).await.unwrap_err();
    assert!(gone.code == Code::StickGone && gone.retry);
    maria.shutdown().await;
}
