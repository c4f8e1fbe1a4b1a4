//! Signatures of others whose file says nothing of revocation: asked through a real hub of an authority that answers,
//! kept, and judged anew without anybody asking. The openssl command judges the same state.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

#[path = "../../signing/tests/authority/mod.rs"]
mod authority;
#[path = "../../trust/tests/common/mod.rs"]
mod lists;

use api::Event;
use api::firma::{
    Answer, FirmaJudge, FirmaReport, Judgement, Lists, Obstacle, PaperId, Reason, Revocations,
};
use api::session::{SessionEnrol, SessionSeal, SessionState, SessionUnlock};
use api::stato::LineSetOff;
use authority::{Authority, Issued, accepts, page, sign_pdf};
use commands::{App, AppConfig, FirmaConfig};
use domain::ComuneId;
use domain::identity::Role;
use hub::{FirmaSettings, Reach};
use jiff::{SignedDuration, Timestamp};
use signing::pades::Options;
use signing::upgrade::{Level, Next, Settings, Upgrade};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CONTENT: &[u8] = b"Determinazione n. 3 del 26 novembre 2026";
const PASSPHRASE: &str = "la neve di Roccaverano";

/// An authority on the network, its signer, and how often it was asked.
struct World {
    authority: Arc<Mutex<Authority>>,
    rossi: Issued,
    tsa: Issued,
    asked: Arc<AtomicUsize>,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut authority = Authority::at_port(listener.local_addr().unwrap().port())?;
        let rossi = authority.issue("Rossi", "signer");
        let tsa = authority.issue("TSA", "tsa");
        let responder = authority.issue("OCSP", "ocsp");
        let folder = tempfile::tempdir().unwrap();
        let believed = folder.path().join("fiducia");
        std::fs::create_dir(&believed).unwrap();
        std::fs::copy(&authority.root.pem, believed.join("ca.pem")).unwrap();
        let authority = Arc::new(Mutex::new(authority));
        let asked = Arc::new(AtomicUsize::new(0));
        let (of, count) = (authority.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = serve(stream.unwrap(), |path, body| {
                    let authority = of.lock().unwrap();
                    match path {
                        "/ocsp" => Some(authority.ocsp(body, Some(&responder), 7)),
                        "/crl" => Some(authority.crl("crl_plain", &hours(-1), &hours(24))),
                        _ => None,
                    }
                });
            }
        });
        Some(Self {
            authority,
            rossi,
            tsa,
            asked,
            folder,
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn p7m(&self) -> Vec<u8> {
        let options = ["-cades", "-nosmimecap", "-nodetach"];
        let authority = self.authority.lock().unwrap();
        authority.cms(CONTENT, &self.rossi, &options)
    }

    fn pdf(&self) -> Vec<u8> {
        let options = Options::at(Timestamp::now());
        sign_pdf(
            &page(),
            &self.authority.lock().unwrap(),
            &self.rossi,
            &options,
        )
    }

    /// The same with a time stamp (B-T), and nothing else.
    fn stamped(&self) -> Vec<u8> {
        let authority = self.authority.lock().unwrap();
        let trust = authority.trust();
        let options = ["-cades", "-nosmimecap", "-nodetach"];
        let bare = authority.cms(CONTENT, &self.rossi, &options);
        let settings = Settings {
            tsa: vec!["tsa".into()],
            ..Settings::default()
        };
        let mut upgrade = Upgrade::new(bare, Level::T, settings).unwrap();
        while let Next::Ask(ask) = upgrade.next(&trust) {
            let answer = authority.stamp(&ask.body, &self.tsa);
            upgrade.answer(ask, Ok(answer), &trust);
        }
        upgrade.bytes().to_vec()
    }

    /// Whether openssl takes the file, with this authority's list of revocations beside.
    fn openssl_takes(&self, file: &[u8]) -> bool {
        let authority = self.authority.lock().unwrap();
        authority.crl("crl_plain", &hours(-1), &hours(24));
        let read = |name: &str| std::fs::read(authority.path().join(name)).unwrap();
        let both = [read("ca.pem"), read("crl.pem")].concat();
        std::fs::write(authority.path().join("both.pem"), both).unwrap();
        std::fs::write(authority.path().join("judged.p7m"), file).unwrap();
        let openssl = "cms -verify -cades -binary -inform DER -in judged.p7m -CAfile both.pem -crl_check -purpose any -out judged.out";
        accepts(authority.path(), &openssl.split(' ').collect::<Vec<_>>())
    }
}

fn serve(
    mut stream: TcpStream,
    answer: impl FnOnce(&str, &[u8]) -> Option<Vec<u8>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut path, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if path.is_empty() {
            path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        }
        if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let found = answer(&path, &body);
    let status = if found.is_some() { 200 } else { 404 };
    let body = found.unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

fn hours(hours: i64) -> String {
    let time = Timestamp::now() + SignedDuration::from_hours(hours);
    time.strftime("%Y%m%d%H%M%SZ").to_string()
}

async fn hub(world: &World, roots: Vec<String>) -> hub::Running {
    let mut config = hub::Config::new(world.folder.path().join("hub"));
    config.firma = FirmaSettings {
        reach: Reach::Everywhere,
        ..FirmaSettings::default()
    };
    config.firma.lists.roots = roots;
    let running = hub::serve(config).await.unwrap();
    running.hub.seed_province().unwrap();
    running
}

/// A computer, and what it was told.
struct Desk {
    app: App,
    verdicts: Arc<AtomicUsize>,
}

impl Desk {
    /// In the folder `pc`; the authority is believed as a folder of trust says, or as lists do where there are roots.
    async fn new(world: &World, roots: Option<trust::Roots>) -> Self {
        let folder = world.folder.path();
        let trust = roots.is_none().then(|| folder.join("fiducia"));
        let app = App::new(AppConfig {
            keyring: false,
            firma: FirmaConfig {
                documents: Some(folder.join("Documenti")),
                trust,
                roots,
                ..FirmaConfig::default()
            },
            ..AppConfig::at(folder.join("pc"))
        });
        let verdicts = Arc::new(AtomicUsize::new(0));
        let told = verdicts.clone();
        app.on_event(move |event| {
            if event == Event::Verdicts {
                told.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { app, verdicts }
    }

    async fn linked(world: &World, hub: &hub::Running) -> Self {
        let desk = Self::new(world, None).await;
        desk.seal().await;
        desk.enrol(hub).await;
        desk
    }

    async fn seal(&self) {
        let passphrase = PASSPHRASE.into();
        commands::session_seal(&self.app, SessionSeal { passphrase })
            .await
            .unwrap();
    }

    async fn enrol(&self, hub: &hub::Running) {
        let comune = ComuneId::new("005094");
        let code = hub.hub.create_code(&comune, "Anna", Role::Impiegato);
        let link = SessionEnrol {
            hub: format!("http://{}", hub.addr),
            code: code.unwrap().code,
            device_name: "PC".into(),
        };
        commands::session_enrol(&self.app, link).await.unwrap();
    }

    async fn off(&self, off: bool) {
        commands::line_set_off(&self.app, LineSetOff { off })
            .await
            .unwrap();
    }

    async fn open(&self, name: &str, bytes: &[u8]) -> PaperId {
        let opened = commands::firma_open(&self.app, name.into(), bytes.to_vec()).await;
        opened.unwrap().id
    }

    async fn judge(&self, paper: &PaperId) -> Judgement {
        let input = FirmaJudge {
            paper: paper.clone(),
            at: None,
            beside: None,
        };
        commands::firma_judge(&self.app, input).await.unwrap()
    }

    /// The report of the document says it.
    async fn reports(&self, paper: &PaperId, words: &str) {
        let report = FirmaReport {
            paper: paper.clone(),
            at: None,
            beside: None,
        };
        let saved = commands::firma_report(&self.app, report).await.unwrap();
        let file = PathBuf::from(saved.folder).join(saved.name);
        match Command::new("pdftotext").arg(&file).arg("-").output() {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                assert!(text.contains(words), "{text}");
            }
            Err(error) => eprintln!("SKIPPED: pdftotext cannot be run ({error})"),
        }
    }

    /// As a screen does: judges again when it is told to, until the document is judged so.
    async fn judged(&self, paper: &PaperId, so: impl Fn(&Judgement) -> bool) -> Judgement {
        let end = Instant::now() + Duration::from_secs(90);
        let mut seen = self.verdicts.load(Ordering::SeqCst);
        loop {
            let judgement = self.judge(paper).await;
            if so(&judgement) {
                return judgement;
            }
            while self.verdicts.load(Ordering::SeqCst) == seen {
                assert!(Instant::now() < end, "never told: {judgement:?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            seen = self.verdicts.load(Ordering::SeqCst);
        }
    }
}

fn unknown(judgement: &Judgement) -> bool {
    judgement.answer == Answer::Open
        && judgement.signatures[0]
            .reasons
            .contains(&Reason::RevocationUnknown)
        && judgement.signatures[0].sub_indication.as_deref() == Some("TRY_LATER")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_asked_about_through_the_hub_and_holds_from_then_on_also_offline() {
    let Some(world) = World::new() else { return };
    let hub = hub(&world, Vec::new()).await;
    let desk = Desk::linked(&world, &hub).await;
    let p7m = world.p7m();
    let paper = desk.open("determina.p7m", &p7m).await;
    let began = Instant::now();
    let first = desk.judge(&paper).await;
    assert!(unknown(&first), "{first:?}");
    assert!(
        matches!(first.revocations, Revocations::Asked | Revocations::Offline),
        "{:?}",
        first.revocations
    );
    eprintln!("the first verdict took {:?}", began.elapsed());
    let then = desk.judged(&paper, |it| it.answer == Answer::Holds).await;
    eprintln!("the second was there after {:?}", began.elapsed());
    let Revocations::Known(Some(issued)) = then.revocations else {
        panic!("{:?}", then.revocations)
    };
    assert!((Timestamp::now().as_millisecond() - issued).abs() < 3_600_000);
    assert!(world.openssl_takes(&p7m));
    let asked = world.asked();
    assert_eq!(asked, 1);

    // Another document of the same signer, a PDF: nobody is asked any more, line or not.
    let pdf = world.pdf();
    let paper = desk.open("delibera.pdf", &pdf).await;
    assert_eq!(desk.judge(&paper).await.answer, Answer::Holds);
    desk.app.shutdown().await;
    drop(desk);
    drop(hub);
    let desk = Desk::new(&world, None).await;
    commands::session_state(&desk.app, SessionState {})
        .await
        .unwrap();
    let passphrase = PASSPHRASE.into();
    commands::session_unlock(&desk.app, SessionUnlock { passphrase })
        .await
        .unwrap();
    desk.off(true).await;
    for (name, bytes) in [("determina.p7m", &p7m), ("delibera.pdf", &pdf)] {
        let paper = desk.open(name, bytes).await;
        let judgement = desk.judge(&paper).await;
        assert_eq!(judgement.answer, Answer::Holds, "{judgement:?}");
        assert_eq!(judgement.revocations, Revocations::Known(Some(issued)));
    }
    assert_eq!(world.asked(), asked);
    let paper = desk.open("determina.p7m", &p7m).await;
    desk.reports(&paper, "Revoca: risposta del").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_signer_is_told_as_one() {
    let Some(world) = World::new() else { return };
    let p7m = world.p7m();
    let revoked = "250601000000Z";
    world
        .authority
        .lock()
        .unwrap()
        .revoke(&world.rossi, revoked, "keyCompromise");
    let hub = hub(&world, Vec::new()).await;
    let desk = Desk::linked(&world, &hub).await;
    let paper = desk.open("determina.p7m", &p7m).await;
    assert!(unknown(&desk.judge(&paper).await));
    let known = |it: &Judgement| it.signatures[0].reasons.contains(&Reason::Revoked);
    let judgement = desk.judged(&paper, known).await;
    assert_eq!(judgement.answer, Answer::Open);
    let signature = &judgement.signatures[0];
    assert_eq!(signature.sub_indication.as_deref(), Some("REVOKED_NO_POE"));
    assert_eq!(signature.reasons[0], Reason::Revoked, "{signature:?}");
    assert_eq!(judgement.obstacle(), Some(Obstacle::Revoked));
    let headline = "Certificato revocato: firma non sicura";
    desk.reports(&paper, headline).await;
    // Nothing is lacking any more, and nothing is asked.
    assert!(matches!(judgement.revocations, Revocations::Known(_)));
    assert!(!world.openssl_takes(&p7m), "openssl sees the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamped_signature_is_judged_at_its_time_whatever_came_later() {
    let Some(world) = World::new() else { return };
    let stamped = world.stamped();
    // Revoked tomorrow, as far as the stamp is concerned: its time is before.
    let later = (Timestamp::now() + SignedDuration::from_secs(2)).strftime("%y%m%d%H%M%SZ");
    tokio::time::sleep(Duration::from_secs(3)).await;
    world
        .authority
        .lock()
        .unwrap()
        .revoke(&world.rossi, &later.to_string(), "superseded");
    let hub = hub(&world, Vec::new()).await;
    let desk = Desk::linked(&world, &hub).await;
    let paper = desk.open("determina.p7m", &stamped).await;
    let first = desk.judge(&paper).await;
    assert_eq!(first.answer, Answer::Open);
    // The signer and the stamp's authority: both are asked about.
    let judgement = desk.judged(&paper, |it| it.answer == Answer::Holds).await;
    let signature = &judgement.signatures[0];
    assert_eq!(signature.reasons[0], Reason::RevokedLater, "{signature:?}");
    assert_eq!(signature.at.basis, api::firma::Basis::UnqualifiedTimeStamp);
    assert_eq!(world.asked(), 2);
    // The bare one is as good as none, today.
    let bare = desk.open("nuda.p7m", &world.p7m()).await;
    let judgement = desk.judge(&bare).await;
    assert_eq!(judgement.signatures[0].reasons[0], Reason::Revoked);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_line_it_is_said_and_asked_when_the_line_is_back() {
    let Some(world) = World::new() else { return };
    let hub = hub(&world, Vec::new()).await;
    // Nobody links this computer to a hub yet.
    let desk = Desk::new(&world, None).await;
    desk.seal().await;
    let paper = desk.open("determina.p7m", &world.p7m()).await;
    let judgement = desk.judge(&paper).await;
    assert!(unknown(&judgement));
    assert_eq!(judgement.revocations, Revocations::NoHub);

    desk.enrol(&hub).await;
    desk.off(true).await;
    let judgement = desk.judge(&paper).await;
    assert!(unknown(&judgement));
    assert_eq!(judgement.revocations, Revocations::Offline);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.asked(), 0);
    desk.off(false).await;
    desk.judged(&paper, |it| it.answer == Answer::Holds).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nobody_believed_wrote_is_never_asked() {
    let Some(world) = World::new() else { return };
    let Some(other) = World::new() else { return };
    let hub = hub(&world, Vec::new()).await;
    let desk = Desk::linked(&world, &hub).await;
    for (name, bytes) in [("altri.p7m", other.p7m()), ("altri.pdf", other.pdf())] {
        let paper = desk.open(name, &bytes).await;
        let judgement = desk.judge(&paper).await;
        // One of the same name is believed, but did not issue it.
        let why = judgement.signatures[0].reasons[0];
        assert!(
            matches!(why, Reason::NotTrusted | Reason::BadPath),
            "{why:?}"
        );
        assert_eq!(judgement.revocations, Revocations::Known(None));
    }
    // The line works: a believed one is asked about.
    let paper = desk.open("determina.p7m", &world.p7m()).await;
    desk.judged(&paper, |it| it.answer == Answer::Holds).await;
    assert_eq!((world.asked(), other.asked()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_open_is_judged_again_when_lists_come() {
    let Some(world) = World::new() else { return };
    let (eu, it) = (lists::Holder::p256("EU"), lists::Holder::p256("IT"));
    let hash = openssl::sha::sha256(&eu.certificate);
    let root = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let hub = hub(&world, vec![root]).await;
    let folder = tempfile::tempdir().unwrap();
    let union = lists::Text {
        kind: lists::LISTS,
        territory: "EU",
        pointers: lists::pointer(lists::GENERIC, "IT", &[&it]),
        ..lists::Text::default()
    };
    let der = world.authority.lock().unwrap().root.der.clone();
    let granted = (
        lists::QC,
        "granted",
        "2020-01-01T00:00:00Z",
        lists::SIGNATURES,
    );
    let italy = lists::Text {
        services: lists::service("CA", &der, granted, &[]),
        ..lists::Text::default()
    };
    std::fs::write(folder.path().join("lotl.xml"), union.signed(&eu)).unwrap();
    std::fs::write(folder.path().join("it.xml"), italy.signed(&it)).unwrap();
    hub.hub.import_lists(folder.path()).unwrap();

    let roots = trust::Roots::of([eu.certificate.as_slice()]);
    let desk = Desk::new(&world, Some(roots)).await;
    desk.seal().await;
    let paper = desk.open("determina.p7m", &world.p7m()).await;
    let first = desk.judge(&paper).await;
    assert_eq!(first.lists, Lists::Missing);
    assert_eq!(first.signatures[0].reasons[0], Reason::NoLists);
    // The lists come with the link, and then, since somebody is believed, the answer about revocation.
    desk.enrol(&hub).await;
    let judgement = desk.judged(&paper, |it| it.answer == Answer::Holds).await;
    assert!(
        matches!(judgement.lists, Lists::Current(_)),
        "{:?}",
        judgement.lists
    );
    assert!(desk.verdicts.load(Ordering::SeqCst) >= 2);
}
