//! "Firma e verifica" through the commands: SoftHSM2 and a token that fails on demand hold the keys, a test types the
//! PIN, outside programs judge what came of it.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use api::firma as call;
use api::firma::{
    Answer, Basis, Device, DeviceState, Done, Format, Found, Judgement, Lists, NotSigned, Paper,
    PaperId, PaperKind, PinState, Reason, Request, Signing, Spot, Stop,
};
use api::session::{SessionSeal, SessionState, SessionUnlock};
use api::{Code, Event};
use commands::{App, AppConfig, AskPin, Cancel, FirmaConfig, Pin, PinQuestion};
use domain::firma::Level;
use faulty_token::Faults;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokenkit::faulty::Faulty;
use tokenkit::pki::{Ca, Usage};
use tokenkit::softhsm::SoftHsm;

/// Types what it is told to, one after the other, and remembers what it was asked.
#[derive(Clone, Default)]
struct Typist {
    pins: Arc<Mutex<Vec<Option<String>>>>,
    asked: Arc<Mutex<Vec<PinQuestion>>>,
}

impl AskPin for Typist {
    fn ask(&self, question: &PinQuestion, _: &Cancel) -> Option<Pin> {
        self.asked.lock().unwrap().push(question.clone());
        let mut pins = self.pins.lock().unwrap();
        let next = if pins.is_empty() {
            None
        } else {
            pins.remove(0)
        };
        next.map(|pin| Pin::new(pin.into()))
    }
}

impl Typist {
    fn types(&self, pins: &[Option<&str>]) {
        *self.pins.lock().unwrap() = pins.iter().map(|pin| pin.map(str::to_owned)).collect();
    }
}

struct Desk {
    app: App,
    typist: Typist,
    folder: tempfile::TempDir,
    events: Arc<Mutex<usize>>,
    /// All that the web view was told, as it crosses the border.
    told: Arc<Mutex<Vec<u8>>>,
}

const PASSPHRASE: &str = "la neve di Roccaverano";

impl Desk {
    /// A workspace that is open, linked to no hub; the folder `fiducia` is believed where it is there.
    async fn new(env: Vec<(OsString, OsString)>, ca: Option<&Ca>) -> Self {
        Self::with(tokenkit::helper(), env, ca).await
    }

    /// The same with another program for the helper.
    async fn with(helper: PathBuf, env: Vec<(OsString, OsString)>, ca: Option<&Ca>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(ca) = ca {
            believe(&folder.path().join("fiducia"), ca);
        }
        let desk = Self::start(folder, helper, env);
        let passphrase = PASSPHRASE.into();
        commands::session_seal(&desk.app, SessionSeal { passphrase })
            .await
            .unwrap();
        desk
    }

    /// The program on what is in the folder; the workspace is not open yet.
    fn start(folder: tempfile::TempDir, helper: PathBuf, env: Vec<(OsString, OsString)>) -> Self {
        let believed = folder.path().join("fiducia");
        let app = App::new(AppConfig {
            keyring: false,
            firma: FirmaConfig {
                helper: Some(helper),
                driver_env: env,
                documents: Some(folder.path().join("Documenti")),
                trust: Some(believed).filter(|folder| folder.is_dir()),
                roots: None,
            },
            ..AppConfig::at(folder.path().join("pc"))
        });
        let typist = Typist::default();
        app.on_pin(typist.clone());
        let events = Arc::new(Mutex::new(0));
        let counted = events.clone();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = told.clone();
        app.on_event(move |event| {
            let border = serde_json::to_vec(&event).unwrap();
            heard.lock().unwrap().extend(border);
            if event == Event::Firma {
                *counted.lock().unwrap() += 1;
            }
        });
        Self {
            app,
            typist,
            folder,
            events,
            told,
        }
    }

    /// The program ended, somehow, and is started again.
    async fn again(self, env: Vec<(OsString, OsString)>) -> Self {
        let desk = self.locked_again(env).await;
        desk.unlock().await;
        desk
    }

    /// The same, up to where it asks for the passphrase.
    async fn locked_again(self, env: Vec<(OsString, OsString)>) -> Self {
        self.app.shutdown().await;
        drop(self.app);
        let desk = Self::start(self.folder, tokenkit::helper(), env);
        commands::session_state(&desk.app, SessionState {})
            .await
            .unwrap();
        desk
    }

    async fn unlock(&self) {
        let passphrase = PASSPHRASE.into();
        commands::session_unlock(&self.app, SessionUnlock { passphrase })
            .await
            .unwrap();
    }

    /// What an earlier run left, and where it is.
    async fn left(&self) -> Vec<(String, Found)> {
        let left = commands::firma_left(&self.app, call::FirmaLeft {}).await;
        let of = |it: call::LeftPaper| (it.name, it.found);
        left.unwrap().into_iter().map(of).collect()
    }

    async fn papers(&self) -> Vec<Paper> {
        let papers = commands::firma_papers(&self.app, call::FirmaPapers {}).await;
        papers.unwrap()
    }

    /// Keeps what a command answers, as it crosses the border.
    fn tell(&self, answer: &impl serde::Serialize) {
        let border = serde_json::to_vec(answer).unwrap();
        self.told.lock().unwrap().extend(border);
    }

    /// The workspace's file opened beside the app, with its key.
    fn key(&self) -> store::Key {
        let vault = std::fs::read(self.folder.path().join("pc/vault.json")).unwrap();
        store::vault::open(&serde_json::from_slice(&vault).unwrap(), PASSPHRASE).unwrap()
    }

    /// Every value of every table. On disk all is encrypted, and a search there finds nothing whatever is in it; what is
    /// in the write-ahead log alone comes too, for it is read through the database.
    fn workspace(&self) -> Vec<u8> {
        let hex: String = self
            .key()
            .as_bytes()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let open = rusqlite::Connection::open(self.folder.path().join("pc/workspace.db")).unwrap();
        open.execute_batch(&format!("PRAGMA key = \"x'{hex}'\""))
            .unwrap();
        let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0";
        let mut tables = open.prepare(tables).unwrap();
        let tables = tables.query_map((), |row| row.get(0)).unwrap();
        let tables: Vec<String> = tables.map(Result::unwrap).collect();
        let mut found = Vec::new();
        for table in tables {
            all_of(&open, &table, &mut found);
        }
        found
    }

    async fn open(&self, name: &str, bytes: &[u8]) -> Paper {
        commands::firma_open(&self.app, name.into(), bytes.to_vec())
            .await
            .unwrap()
    }

    async fn judge(&self, paper: &PaperId) -> Judgement {
        self.judge_beside(paper, None).await
    }

    async fn judge_beside(&self, paper: &PaperId, beside: Option<PaperId>) -> Judgement {
        let input = call::FirmaJudge {
            paper: paper.clone(),
            at: None,
            beside,
        };
        commands::firma_judge(&self.app, input).await.unwrap()
    }

    async fn driver(&self, module: &Path) -> Device {
        let path = Some(module.to_str().unwrap().to_owned());
        commands::firma_driver(&self.app, call::FirmaDriver { path })
            .await
            .unwrap()
    }

    async fn sign(&self, request: Request) -> Signing {
        commands::firma_sign(&self.app, call::FirmaSign { request })
            .await
            .unwrap();
        self.at_rest().await
    }

    async fn resume(&self) -> Signing {
        commands::firma_resume(&self.app, call::FirmaResume {})
            .await
            .unwrap();
        self.at_rest().await
    }

    async fn at_rest(&self) -> Signing {
        let end = Instant::now() + Duration::from_secs(120);
        loop {
            let state = commands::firma_state(&self.app, call::FirmaState {}).await;
            let state = state.unwrap();
            if !state.running {
                return state;
            }
            assert!(Instant::now() < end, "{state:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn signed_folder(&self) -> PathBuf {
        self.folder.path().join("Documenti/Comuni in Rete/Firmati")
    }
}

fn all_of(open: &rusqlite::Connection, table: &str, found: &mut Vec<u8>) {
    use rusqlite::types::ValueRef;
    let mut rows = open.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns = rows.column_count();
    let mut rows = rows.query(()).unwrap();
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            match row.get_ref(column).unwrap() {
                ValueRef::Null => {}
                ValueRef::Integer(number) => found.extend(number.to_string().bytes()),
                ValueRef::Real(number) => found.extend(number.to_string().bytes()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => found.extend(bytes),
            }
            found.push(b'\n');
        }
    }
}

/// A folder of trust: the authority, and a list that says that nobody was revoked. Without the openssl command there is
/// no such list, and signatures stay open.
fn believe(folder: &Path, ca: &Ca) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("ca.pem"), ca.certificate.to_pem().unwrap()).unwrap();
    if let Some(list) = revocations(ca, "", 0) {
        std::fs::write(folder.join("ca.crl"), list).unwrap();
    }
}

/// A list of revocations that the authority published so many days ago; none, said aloud, without the openssl command.
fn revocations(ca: &Ca, index: &str, days_ago: i64) -> Option<Vec<u8>> {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    std::fs::write(at("ca.key"), ca.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    std::fs::write(at("ca.pem"), ca.certificate.to_pem().unwrap()).unwrap();
    std::fs::write(at("index"), index).unwrap();
    std::fs::write(at("cnf"), "[ca]\ndefault_ca=d\n[d]\ndatabase=index\n").unwrap();
    let [from, to] = [-days_ago, 30].map(|days| ago(-days).strftime("%Y%m%d%H%M%SZ").to_string());
    let made = Command::new("openssl")
        .current_dir(place.path())
        .args(["ca", "-gencrl", "-config", "cnf", "-keyfile", "ca.key"])
        .args(["-crl_lastupdate", &from, "-crl_nextupdate", &to])
        .args(["-md", "sha256", "-out", "ca.crl", "-cert", "ca.pem"])
        .output();
    match made {
        Ok(output) if output.status.success() => Some(std::fs::read(at("ca.crl")).unwrap()),
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            eprintln!("SKIPPED: the openssl command cannot be run ({error})");
            None
        }
    }
}

fn ago(days: i64) -> jiff::Timestamp {
    jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days)
}

/// What a signature of this authority is worth: it holds where the list of revocations could be made.
fn fine(desk: &Desk) -> Answer {
    match desk.folder.path().join("fiducia/ca.crl").exists() {
        true => Answer::Holds,
        false => Answer::Open,
    }
}

/// The same with something more in its trailer, which is read before anything else.
fn with_trailer(pdf: &[u8], more: &str) -> Vec<u8> {
    let root = pdf.windows(5).rposition(|it| it == b"/Root").unwrap();
    let (before, after) = pdf.split_at(root);
    [before, more.as_bytes(), b" ", after].concat()
}

/// A document of one page, turned, and cut where `crop` says.
fn pdf(words: &str, turn: i32, crop: Option<[f32; 4]>) -> Vec<u8> {
    let [catalog, tree, page, content, font] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids([page]).count(1);
    let mut writer = pdf.page(page);
    writer
        .parent(tree)
        .media_box(Rect::new(0.0, 0.0, 595.0, 842.0))
        .contents(content)
        .rotate(turn);
    if let Some([left, bottom, right, top]) = crop {
        writer.crop_box(Rect::new(left, bottom, right, top));
    }
    writer.resources().fonts().pair(Name(b"F"), font);
    writer.finish();
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    let mut text = Content::new();
    text.begin_text()
        .set_font(Name(b"F"), 14.0)
        .next_line(72.0, 720.0)
        .show(Str(words.as_bytes()))
        .end_text();
    pdf.stream(content, &text.finish());
    pdf.finish()
}

fn request(papers: &[&Paper], identity: &str, format: Format) -> Request {
    let shown = |paper: &&Paper| (paper.id.clone(), paper.sha256.clone());
    Request {
        papers: papers.iter().map(shown).collect(),
        identity: identity.to_owned(),
        format,
        stamp: None,
        purpose: None,
    }
}

/// The names and papers of what was signed; anything else fails the test.
fn signed(state: &Signing) -> Vec<(String, PaperId)> {
    assert_eq!(state.stopped, None, "{state:?}");
    let of = |(_, done): &(PaperId, Done)| match done {
        Done::Signed { name, paper } => (name.clone(), paper.clone()),
        other => panic!("{other:?}"),
    };
    state.items.iter().map(of).collect()
}

const PIN: &str = "48151623";

/// SoftHSM2 with one token; none, said aloud, where something is missing.
fn softhsm(pin: &str) -> Option<SoftHsm> {
    if !tokenkit::has_helper() {
        return None;
    }
    let hsm = SoftHsm::new()?;
    hsm.token("FIRMA", pin);
    hsm.key("FIRMA", pin, "rsa:2048", "01", &[]);
    Some(hsm)
}

async fn with_softhsm(hsm: &SoftHsm) -> (Desk, String) {
    let desk = Desk::new(hsm.options().env, Some(&hsm.ca)).await;
    let device = desk.driver(&hsm.module).await;
    let ready = device.findings.first().expect("something is found");
    assert_eq!(ready.what, DeviceState::Ready, "{device:?}");
    assert!(device.drivers[0].by_hand);
    let identity = device.identities.first().expect("a key");
    assert_eq!(identity.pin, PinState::Ok);
    assert!(identity.usable && identity.holder.name.contains("ROSSI MARIO"));
    (desk, identity.id.clone())
}

async fn with_faulty(token: &Faulty) -> Option<(Desk, String)> {
    if !tokenkit::has_helper() {
        return None;
    }
    token.write();
    let desk = Desk::new(token.options().env, Some(&token.ca)).await;
    let device = desk.driver(&tokenkit::faulty::module()).await;
    let identity = device.identities.first().expect("a key");
    Some((desk, identity.id.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_what_their_bytes_are_and_unsigned_ones_say_so() {
    let desk = Desk::new(Vec::new(), None).await;
    let bytes = pdf("Deliberazione n. 1", 0, None);
    let paper = desk.open("../strano/atto.p7m", &bytes).await;
    assert_eq!(
        (paper.kind, paper.name.as_str()),
        (PaperKind::Pdf, "atto.p7m")
    );
    assert_eq!(paper.no_pdf, None);
    assert_eq!(paper.pages.len(), 1);
    assert_eq!(paper.sha256.len(), 64);
    let judgement = desk.judge(&paper.id).await;
    assert_eq!(judgement.answer, Answer::Unsigned);
    assert_eq!(judgement.lists, Lists::Missing);
    let other = desk.open("nota.txt", b"ciao").await;
    assert_eq!(other.kind, PaperKind::Other);
    assert_eq!(desk.judge(&other.id).await.answer, Answer::Unsigned);
    for (name, bytes) in [("rotto.p7m", &b"ciao"[..]), ("vuoto.txt", b"")] {
        let refused = commands::firma_open(&desk.app, name.into(), bytes.to_vec()).await;
        assert_eq!(refused.unwrap_err().code, Code::PaperUnreadable, "{name}");
    }
    let papers = vec![paper.id.clone()];
    commands::firma_close(&desk.app, call::FirmaClose { papers })
        .await
        .unwrap();
    let open = commands::firma_papers(&desk.app, call::FirmaPapers {}).await;
    assert_eq!(open.unwrap(), [other]);
    let (paper, at, beside) = (paper.id, None, None);
    let gone = commands::firma_judge(&desk.app, call::FirmaJudge { paper, at, beside }).await;
    assert_eq!(gone.unwrap_err().code, Code::PaperGone);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_at_once_is_refused_and_what_is_open_stays() {
    let desk = Desk::new(Vec::new(), None).await;
    let large = vec![b'a'; 160 * 1024 * 1024];
    let kept = desk.open("uno.bin", &large).await;
    let refused = commands::firma_open(&desk.app, "due.bin".into(), large).await;
    let failure = refused.unwrap_err();
    assert_eq!(failure.code, Code::PapersTooLarge);
    assert_eq!(failure.args["limit"], "300");
    let open = commands::firma_papers(&desk.app, call::FirmaPapers {}).await;
    assert_eq!(open.unwrap(), [kept]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_an_image_as_wide_as_was_asked_for() {
    let desk = Desk::new(Vec::new(), None).await;
    let bytes = pdf("Deliberazione", 90, Some([0.0, 0.0, 400.0, 842.0]));
    let paper = desk.open("atto.pdf", &bytes).await;
    let [page] = paper.pages[..] else {
        panic!("one page")
    };
    // Turned by a quarter, and cut.
    assert_eq!((page.width, page.height), (842.0, 400.0));
    let path = |rest: &str| format!("/carta/{}/{rest}", paper.id.0);
    let shown = commands::firma_page(&desk.app, &path("1/421.png")).await;
    let asset = shown.unwrap().expect("an image");
    assert_eq!(asset.media, "image/png");
    let size = |at: usize| u32::from_be_bytes(asset.bytes[at..at + 4].try_into().unwrap());
    assert_eq!(
        (size(16), size(20)),
        (421, 200),
        "width and height of the PNG"
    );
    for nothing in ["2/421.png", "1/65000.png", "1/0.png"] {
        let shown = commands::firma_page(&desk.app, &path(nothing)).await;
        assert_eq!(shown.unwrap(), None, "{nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_pdfs_and_a_p7m_are_signed_with_one_pin_each_and_outsiders_agree() {
    let Some(hsm) = softhsm(PIN) else { return };
    let (desk, identity) = with_softhsm(&hsm).await;
    let mut papers = Vec::new();
    for number in 1..=3 {
        let bytes = pdf(
            &format!("Deliberazione n. {number}"),
            (number - 1) * 90,
            None,
        );
        papers.push(desk.open(&format!("delibera {number}.pdf"), &bytes).await);
    }
    let spot = Spot {
        page: 9,
        left: 40.0,
        top: 60.0,
        width: 200.0,
        height: 50.0,
    };
    desk.typist.types(&[Some(PIN), Some(PIN)]);
    let all: Vec<&Paper> = papers.iter().collect();
    let state = desk
        .sign(Request {
            stamp: Some(spot),
            purpose: Some("Pubblicazione all’albo".into()),
            ..request(&all, &identity, Format::Pdf)
        })
        .await;
    let made = signed(&state);
    assert_eq!(state.folder, desk.signed_folder().display().to_string());
    assert_eq!(made[0].0, "delibera 1-firmato.pdf");
    for (name, paper) in &made {
        let judgement = desk.judge(paper).await;
        let [one] = &judgement.signatures[..] else {
            panic!("{judgement:?}")
        };
        assert_eq!(judgement.answer, fine(&desk), "{name}: {one:?}");
        assert_eq!(one.purpose.as_deref(), Some("Pubblicazione all’albo"));
        assert_eq!(one.hash.as_deref(), Some("SHA-256"));
        // On the only page, where it was put, however that page is turned.
        let seen = one.seen.expect("a picture");
        assert_eq!(seen.page, 1);
        for (here, there) in [
            (seen.left, spot.left),
            (seen.top, spot.top),
            (seen.width, spot.width),
            (seen.height, spot.height),
        ] {
            assert!((here - there).abs() < 0.01, "{seen:?}");
        }
    }
    let question = desk.typist.asked.lock().unwrap()[0].clone();
    assert_eq!(question.documents, Some(3));
    assert!(question.holder.contains("ROSSI MARIO") && question.issuer.contains("Test"));

    let state = desk.sign(request(&all[..1], &identity, Format::P7m)).await;
    let [(name, paper)] = &signed(&state)[..] else {
        panic!("{state:?}")
    };
    assert_eq!(name, "delibera 1.pdf.p7m");
    let judgement = desk.judge(paper).await;
    assert_eq!(judgement.answer, fine(&desk), "{judgement:?}");
    let inside = judgement.inside.expect("a content");
    assert_eq!(
        (inside.name.as_str(), inside.kind),
        ("delibera 1.pdf", PaperKind::Pdf)
    );
    // The same again: nothing is replaced.
    desk.typist.types(&[Some(PIN)]);
    let state = desk.sign(request(&all[..1], &identity, Format::P7m)).await;
    assert_eq!(signed(&state)[0].0, "delibera 1 (2).pdf.p7m");
    // A test signature is about no document.
    desk.typist.types(&[Some(PIN)]);
    let test = call::FirmaTest { identity };
    assert!(commands::firma_test(&desk.app, test).await.unwrap().is_ok());
    assert_eq!(
        desk.typist.asked.lock().unwrap().last().unwrap().documents,
        None
    );
    assert!(*desk.events.lock().unwrap() > 4);
    outsiders(&desk, &hsm.ca);
}

/// pdfsig, pyHanko and the openssl command about what lies in the folder of signed documents.
fn outsiders(desk: &Desk, ca: &Ca) {
    let folder = desk.signed_folder();
    let anchor = desk.folder.path().join("ca.pem");
    std::fs::write(&anchor, ca.certificate.to_pem().unwrap()).unwrap();
    match Command::new("openssl")
        .args([
            "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in",
        ])
        .arg(folder.join("delibera 1.pdf.p7m"))
        .arg("-CAfile")
        .arg(&anchor)
        .args(["-purpose", "any", "-out"])
        .arg(desk.folder.path().join("content"))
        .output()
    {
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => eprintln!("SKIPPED: the openssl command cannot be run ({error})"),
    }
    for number in 1..=3 {
        let file = folder.join(format!("delibera {number}-firmato.pdf"));
        match Command::new("pdfsig").arg("-nocert").arg(&file).output() {
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                assert!(said.contains("Signature is Valid"), "{file:?}: {said}");
                assert!(said.contains("Total document signed"), "{file:?}: {said}");
            }
            Err(error) => eprintln!("SKIPPED: pdfsig cannot be run ({error})"),
        }
    }
    pyhanko(&folder, &anchor);
    pyhanko_of_p7m(desk, &folder.join("delibera 1.pdf.p7m"), &anchor);
}

/// pyHanko about a `.p7m`, by the script of the engine's tests.
fn pyhanko_of_p7m(desk: &Desk, file: &Path, anchor: &Path) {
    let Some(python) = python() else { return };
    let place = desk.folder.path().join("pyhanko");
    std::fs::create_dir(&place).unwrap();
    std::fs::copy(anchor, place.join("ca.pem")).unwrap();
    std::fs::copy(file, place.join("judged.p7m")).unwrap();
    let script = include_str!("../../signing/tests/cms/pyhanko_cms.py");
    let output = Command::new(python)
        .args(["-c", script])
        .arg(&place)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("{\"judged.p7m\": true}"), "{output:?}");
}

/// Python with pyHanko; none, said aloud, otherwise.
fn python() -> Option<std::ffi::OsString> {
    let python = std::env::var_os("ORACLES_PYTHON").unwrap_or_else(|| "python3".into());
    let there = Command::new(&python)
        .args(["-c", "import pyhanko"])
        .output();
    if there.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!("SKIPPED: no Python with pyHanko here (ORACLES_PYTHON)");
    None
}

fn pyhanko(folder: &Path, anchor: &Path) {
    let script = "
import sys, glob, logging
logging.disable(logging.CRITICAL)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.keys import load_cert_from_pemder
from pyhanko_certvalidator import ValidationContext
from pyhanko.sign.validation.settings import KeyUsageConstraints
root = load_cert_from_pemder(sys.argv[1])
for path in sorted(glob.glob(sys.argv[2] + '/*-firmato.pdf')):
    s = PdfFileReader(open(path, 'rb')).embedded_regular_signatures[0]
    vc = ValidationContext(trust_roots=[root], allow_fetching=False)
    st = validate_pdf_signature(s, vc, key_usage_settings=KeyUsageConstraints(key_usage={'non_repudiation'}))
    assert st.intact and st.valid and st.trusted, (path, st)
    assert st.coverage.name == 'ENTIRE_FILE', (path, st.coverage)
    print(path)
";
    let Some(python) = python() else { return };
    let output = Command::new(python)
        .args(["-c", script])
        .args([anchor, folder])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_file_that_was_changed_fails_and_an_unknown_signer_stays_open() {
    let token = Faulty::new();
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let original = pdf("importo 1000 euro", 0, None);
    let paper = desk.open("atto.pdf", &original).await;
    desk.typist.types(&[Some(tokenkit::faulty::PIN); 2]);
    let state = desk.sign(request(&[&paper], &identity, Format::Pdf)).await;
    let name = signed(&state).remove(0).0;
    let bytes = std::fs::read(desk.signed_folder().join(&name)).unwrap();
    assert!(bytes.starts_with(&original), "the original is a prefix");
    let at = bytes.windows(4).position(|it| it == b"1000").unwrap();
    let mut changed = bytes.clone();
    changed[at] = b'9';
    let changed = desk.open("cambiato.pdf", &changed).await;
    let judgement = desk.judge(&changed.id).await;
    assert_eq!(judgement.answer, Answer::Fails);
    assert_eq!(judgement.signatures[0].reasons[0], Reason::ContentChanged);
    assert_eq!(judgement.signatures[0].indication, "TOTAL-FAILED");

    // Somewhere else nobody is believed: no list came yet, or what came is no list.
    let stranger = Desk::new(Vec::new(), None).await;
    let there = stranger.open("atto.pdf", &bytes).await;
    for garbage in [false, true] {
        if garbage {
            let folder = stranger.folder.path().join("pc/fiducia");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("elenchi.fide"), b"FIDE, but not really").unwrap();
        }
        let judgement = stranger.judge(&there.id).await;
        assert_eq!(judgement.answer, Answer::Open);
        assert_eq!(judgement.lists, Lists::Missing);
        assert_eq!(judgement.signatures[0].reasons[0], Reason::NoLists);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_or_a_no_stops_the_run_and_it_goes_on_afterwards() {
    let token = Faulty::new();
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let paper = desk.open("nota.txt", b"testo").await;
    desk.typist
        .types(&[Some("00000000"), None, Some(tokenkit::faulty::PIN)]);
    let state = desk.sign(request(&[&paper], &identity, Format::P7m)).await;
    assert_eq!(state.stopped, Some(Stop::WrongPin(PinState::FewTriesLeft)));
    assert_eq!(state.items[0].1, Done::Waiting);
    let state = desk.resume().await;
    assert_eq!(state.stopped, Some(Stop::Cancelled));
    let asked = desk.typist.asked.lock().unwrap().clone();
    assert_eq!(asked[1].state, PinState::FewTriesLeft);
    let state = desk.resume().await;
    assert_eq!(signed(&state)[0].0, "nota.txt.p7m");
    assert_eq!(token.count("signed"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_pulled_out_half_way_goes_on_where_it_stopped() {
    let mut token = Faulty::new();
    token.faults(Faults {
        removed_at: Some(2),
        ..Faults::default()
    });
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let mut papers = Vec::new();
    for number in 1..=4 {
        papers.push(desk.open(&format!("{number}.txt"), &[b'a' + number]).await);
    }
    let all: Vec<&Paper> = papers.iter().collect();
    desk.typist.types(&[Some(tokenkit::faulty::PIN); 2]);
    let state = desk.sign(request(&all, &identity, Format::P7m)).await;
    assert_eq!(state.stopped, Some(Stop::Removed));
    let done = |state: &Signing| {
        let is = |(_, done): &&(PaperId, Done)| matches!(done, Done::Signed { .. });
        state.items.iter().filter(is).count()
    };
    assert!((1..4).contains(&done(&state)), "{state:?}");
    token.faults(Faults::default());
    token.put_in_again();
    let state = desk.resume().await;
    assert_eq!(signed(&state).len(), 4);
    let files = std::fs::read_dir(desk.signed_folder()).unwrap().count();
    assert_eq!(files, 4, "nothing twice, nothing half");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_left_is_offered_again_after_a_crash_as_it_is_then() {
    let mut token = Faulty::new();
    token.faults(Faults {
        removed_at: Some(2),
        ..Faults::default()
    });
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    // Three from the file manager, whose places are known, and one that was dropped on the window.
    let post = desk.folder.path().join("posta");
    std::fs::create_dir(&post).unwrap();
    let files: Vec<PathBuf> = (1..=3).map(|it| post.join(format!("{it}.pdf"))).collect();
    for file in &files {
        let words = file.file_name().unwrap().to_string_lossy().into_owned();
        std::fs::write(file, pdf(&words, 0, None)).unwrap();
    }
    commands::firma_open_files(&desk.app, files.clone()).await;
    let dropped = pdf("trascinato", 0, None);
    desk.open("trascinato.pdf", &dropped).await;
    let papers = desk.papers().await;
    assert_eq!(papers.len(), 4);
    let stamp = Spot {
        page: 1,
        left: 300.0,
        top: 700.0,
        width: 200.0,
        height: 60.0,
    };
    let request = Request {
        stamp: Some(stamp),
        purpose: Some("Visto".into()),
        ..request(&papers.iter().collect::<Vec<_>>(), &identity, Format::Pdf)
    };
    desk.typist.types(&[Some(tokenkit::faulty::PIN)]);
    let state = desk.sign(request.clone()).await;
    assert_eq!(state.stopped, Some(Stop::Removed));
    let waits = |(_, done): &(PaperId, Done)| *done == Done::Waiting;
    let first = state.items.iter().position(waits).unwrap();
    assert!(first > 0, "{state:?}");
    assert_eq!(desk.left().await, [], "the run itself can be taken up");

    let env = token.options().env;
    let desk = desk.again(env.clone()).await;
    assert!(desk.papers().await.is_empty());
    // Somebody changed one of them in between, and took another away.
    let changed = pdf("cambiato", 0, None);
    std::fs::write(&files[2], &changed).unwrap();
    let mut expected: Vec<(String, Found)> = Vec::new();
    for number in first + 1..=3 {
        expected.push((format!("{number}.pdf"), Found::Disk));
    }
    expected.push(("trascinato.pdf".into(), Found::Nowhere));
    assert_eq!(desk.left().await, expected);
    let kept = desk.workspace();
    let holds = |words: &str| kept.windows(words.len()).any(|it| it == words.as_bytes());
    assert!(holds("trascinato.pdf"), "the control of the search");
    assert!(!holds(tokenkit::faulty::PIN) && !holds("%PDF-"));

    let open = || commands::firma_left_open(&desk.app, call::FirmaLeftOpen {});
    let proposal = open().await.unwrap().unwrap();
    assert_eq!(proposal.papers.len(), expected.len() - 1);
    assert_eq!(proposal.identity, identity);
    assert_eq!(proposal.format, Format::Pdf);
    assert_eq!(proposal.stamp, Some(stamp));
    assert_eq!(proposal.purpose.as_deref(), Some("Visto"));
    // Opened again by hand, by whatever name: then it is one of them. Nothing is opened twice.
    desk.open("altro nome.pdf", &dropped).await;
    let proposal = open().await.unwrap().unwrap();
    assert_eq!(proposal.papers.len(), expected.len());
    let papers = desk.papers().await;
    assert_eq!(papers.len(), expected.len());
    let hash = signing::hex(&signing::Hash::Sha256.of(&changed).bytes);
    assert!(papers.iter().any(|it| it.sha256 == hash), "as it is now");

    token.faults(Faults::default());
    token.put_in_again();
    desk.driver(&tokenkit::faulty::module()).await;
    let shown = |id: &PaperId| {
        let paper = papers.iter().find(|it| it.id == *id).unwrap();
        (id.clone(), paper.sha256.clone())
    };
    let again = Request {
        papers: proposal.papers.iter().map(shown).collect(),
        ..request
    };
    desk.typist.types(&[Some(tokenkit::faulty::PIN)]);
    let state = desk.sign(again).await;
    assert_eq!(signed(&state).len(), expected.len());
    assert_eq!(desk.left().await, []);
    let desk = desk.again(env).await;
    assert_eq!(desk.left().await, [], "nothing is offered twice");
    let beside = std::fs::read_dir(&post).unwrap().count();
    assert_eq!(beside, 6, "each once, beside its original");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_can_be_let_be_and_another_run_does_not_lose_it() {
    let mut token = Faulty::new();
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let two = [
        desk.open("1.txt", b"uno").await,
        desk.open("2.txt", b"due").await,
    ];
    // No PIN: nothing of it is signed.
    let state = desk
        .sign(request(&[&two[0], &two[1]], &identity, Format::P7m))
        .await;
    assert_eq!(state.stopped, Some(Stop::Cancelled));
    let desk = desk.again(token.options().env).await;
    let names = |left: Vec<(String, Found)>| left.into_iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(names(desk.left().await), ["1.txt", "2.txt"]);
    // Something urgent comes first; and one of the two with it.
    token.faults(Faults::default());
    desk.driver(&tokenkit::faulty::module()).await;
    let urgent = [
        desk.open("urgente.txt", b"subito").await,
        desk.open("2.txt", b"due").await,
    ];
    desk.typist.types(&[Some(tokenkit::faulty::PIN)]);
    let state = desk
        .sign(request(&[&urgent[0], &urgent[1]], &identity, Format::P7m))
        .await;
    assert_eq!(signed(&state).len(), 2);
    assert_eq!(desk.left().await, [("1.txt".into(), Found::Nowhere)]);
    commands::firma_left_forget(&desk.app, call::FirmaLeftForget {})
        .await
        .unwrap();
    assert_eq!(desk.left().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_still_is_left_even_where_a_later_one_is_done_with() {
    let mut token = Faulty::new();
    token.faults(Faults {
        removed_at: Some(1),
        ..Faults::default()
    });
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let act = desk.open("atto.pdf", &pdf("atto", 0, None)).await;
    let text = desk.open("nota.txt", b"testo").await;
    desk.typist.types(&[Some(tokenkit::faulty::PIN)]);
    let state = desk
        .sign(request(&[&act, &text], &identity, Format::Pdf))
        .await;
    assert_eq!(state.stopped, Some(Stop::Removed));
    assert_eq!(state.items[0].1, Done::Waiting);
    assert!(matches!(state.items[1].1, Done::Not(_)), "{state:?}");
    let desk = desk.again(token.options().env).await;
    let left = desk.left().await;
    assert!(
        left.contains(&("atto.pdf".into(), Found::Nowhere)),
        "{left:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_is_known_again_when_it_is_dropped_each_document_once() {
    let token = Faulty::new();
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    // One whose place is known, and two that were dropped, with the same bytes.
    let (file, moved) = (desk.folder.path().join("1.txt"), "spostato.txt");
    std::fs::write(&file, b"uno").unwrap();
    commands::firma_open_files(&desk.app, vec![file.clone()]).await;
    desk.open("2.txt", b"due").await;
    desk.open("copia di 2.txt", b"due").await;
    let papers = desk.papers().await;
    let all: Vec<&Paper> = papers.iter().collect();
    // No PIN: nothing of it is signed.
    let state = desk.sign(request(&all, &identity, Format::P7m)).await;
    assert_eq!(state.stopped, Some(Stop::Cancelled));

    let desk = desk.again(token.options().env).await;
    desk.driver(&tokenkit::faulty::module()).await;
    std::fs::rename(&file, desk.folder.path().join(moved)).unwrap();
    let found = |left: Vec<(String, Found)>| left.into_iter().map(|it| it.1).collect::<Vec<_>>();
    assert_eq!(found(desk.left().await), [Found::Nowhere; 3]);
    desk.open(moved, b"uno").await;
    desk.open("2.txt", b"due").await;
    let here = found(desk.left().await);
    assert_eq!(here, [Found::Open, Found::Open, Found::Nowhere]);
    desk.open("2.txt", b"due").await;
    assert_eq!(found(desk.left().await), [Found::Open; 3]);
    let proposal = commands::firma_left_open(&desk.app, call::FirmaLeftOpen {}).await;
    let ids = proposal.unwrap().unwrap().papers;
    let papers = desk.papers().await;
    let open: Vec<&PaperId> = papers.iter().map(|it| &it.id).collect();
    assert_eq!(ids.iter().collect::<Vec<_>>(), open, "each is one of them");
    // They are signed, and nothing is offered again.
    desk.typist.types(&[Some(tokenkit::faulty::PIN)]);
    let all: Vec<&Paper> = papers.iter().collect();
    let state = desk.sign(request(&all, &identity, Format::P7m)).await;
    assert_eq!(signed(&state).len(), 3);
    assert_eq!(desk.left().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_could_not_be_noted_takes_nothing_off_the_one_before() {
    let token = Faulty::new();
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let paper = desk.open("1.txt", b"uno").await;
    let state = desk.sign(request(&[&paper], &identity, Format::P7m)).await;
    assert_eq!(state.stopped, Some(Stop::Cancelled));
    // The next run begins before the workspace is open, and goes on when it is.
    let desk = desk.locked_again(token.options().env).await;
    let urgent = desk.open("urgente.txt", b"subito").await;
    let state = desk.sign(request(&[&urgent], &identity, Format::P7m)).await;
    assert!(state.stopped.is_some(), "no driver is known yet: {state:?}");
    desk.unlock().await;
    desk.driver(&tokenkit::faulty::module()).await;
    desk.typist.types(&[Some(tokenkit::faulty::PIN)]);
    assert_eq!(signed(&desk.resume().await).len(), 1);
    assert_eq!(desk.left().await, [("1.txt".into(), Found::Nowhere)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_called_off_and_only_one_runs() {
    let mut token = Faulty::new();
    token.faults(Faults {
        sign_ms: 400,
        ..Faults::default()
    });
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let mut papers = Vec::new();
    for number in 1..=9 {
        papers.push(desk.open(&format!("{number}.txt"), &[b'a' + number]).await);
    }
    let all: Vec<&Paper> = papers.iter().collect();
    desk.typist.types(&[Some(tokenkit::faulty::PIN)]);
    let request = request(&all, &identity, Format::P7m);
    let input = call::FirmaSign {
        request: request.clone(),
    };
    commands::firma_sign(&desk.app, input.clone())
        .await
        .unwrap();
    let second = commands::firma_sign(&desk.app, input).await;
    assert_eq!(second.unwrap_err().code, Code::SigningUnderWay);
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let state = commands::firma_state(&desk.app, call::FirmaState {}).await;
        let begun = |(_, done): &(PaperId, Done)| *done != Done::Waiting;
        if state.unwrap().items.iter().any(begun) {
            break;
        }
        assert!(Instant::now() < end);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    commands::firma_cancel(&desk.app, call::FirmaCancel {})
        .await
        .unwrap();
    let state = desk.at_rest().await;
    assert_eq!(state.stopped, Some(Stop::Cancelled));
    assert!(state.items.iter().any(|(_, done)| *done == Done::Waiting));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_list_that_was_shown_is_signed() {
    let desk = Desk::new(Vec::new(), None).await;
    let paper = desk.open("nota.txt", b"testo").await;
    let mut other = request(&[&paper], "nobody", Format::P7m);
    other.papers[0].1 = "0".repeat(64);
    let nothing = request(&[], "nobody", Format::P7m);
    let twice = request(&[&paper, &paper], "nobody", Format::P7m);
    for request in [other, nothing, twice] {
        let refused = commands::firma_sign(&desk.app, call::FirmaSign { request }).await;
        assert_eq!(refused.unwrap_err().code, Code::NotConfirmed);
    }
    // A key that is nowhere stops the run, and asks for no PIN.
    let state = desk.sign(request(&[&paper], "nobody", Format::P7m)).await;
    assert!(
        matches!(state.stopped, Some(Stop::NoToken | Stop::Driver)),
        "{state:?}"
    );
    assert!(desk.typist.asked.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_pdf_is_not_signed_as_one_and_the_others_are() {
    let token = Faulty::new();
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    // Opened by the file manager: what is signed goes beside it.
    let folder = desk.folder.path().join("cartella");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("atto.pdf"), pdf("atto", 0, None)).unwrap();
    commands::firma_open_files(
        &desk.app,
        vec![folder.join("atto.pdf"), folder.join("manca")],
    )
    .await;
    let text = desk.open("nota.txt", b"testo").await;
    let open = commands::firma_papers(&desk.app, call::FirmaPapers {})
        .await
        .unwrap();
    assert_eq!(open.len(), 2);
    desk.typist.types(&[Some(tokenkit::faulty::PIN)]);
    let state = desk
        .sign(request(&[&text, &open[0]], &identity, Format::Pdf))
        .await;
    let not = Done::Not(NotSigned::Pdf(call::NoPdf::NotPdf));
    assert_eq!(state.items[0].1, not);
    assert!(folder.join("atto-firmato.pdf").is_file(), "{state:?}");
    assert_eq!(state.folder, folder.display().to_string());
}

/// The same document as one with a password.
fn locked(pdf: &[u8]) -> Vec<u8> {
    let at = pdf.windows(5).rposition(|it| it == b"/Root").unwrap();
    [&pdf[..at], b"/Encrypt 2 0 R/ByteRange[0 0 0 0]", &pdf[at..]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_with_a_password_is_said_to_have_one() {
    let token = Faulty::new();
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let bytes = locked(&pdf("Deliberazione", 0, None));
    let paper = desk.open("riservato.pdf", &bytes).await;
    assert_eq!(paper.no_pdf, Some(call::NoPdf::Encrypted));
    let damaged = desk.open("rotto.pdf", &bytes[..bytes.len() - 30]).await;
    for (paper, code) in [
        (&paper, Code::PaperEncrypted),
        (&damaged, Code::PaperUnreadable),
    ] {
        let input = call::FirmaJudge {
            paper: paper.id.clone(),
            at: None,
            beside: None,
        };
        let refused = commands::firma_judge(&desk.app, input).await.unwrap_err();
        assert_eq!(refused.code, code);
        assert_eq!(refused.args["name"], paper.name);
    }
    // In an envelope, that holds: what is inside stays open.
    desk.typist.types(&[Some(tokenkit::faulty::PIN); 2]);
    for (paper, why) in [(&paper, Reason::Encrypted), (&damaged, Reason::BadForm)] {
        let made = signed(&desk.sign(request(&[paper], &identity, Format::P7m)).await);
        let judgement = desk.judge(&made[0].1).await;
        let [_, inside] = &judgement.signatures[..] else {
            panic!("{judgement:?}")
        };
        assert_eq!(
            (inside.answer, &inside.reasons[..]),
            (Answer::Open, &[why][..])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_that_cannot_be_read_says_why_when_signing_and_when_verifying() {
    use call::NoPdf;
    let desk = Desk::new(Vec::new(), None).await;
    let fine = pdf("Determinazione n. 47", 0, None);
    let deep = format!("/Deep {}{}", "[".repeat(5_000), "]".repeat(5_000));
    let torn = &fine[..fine.len() - 40];
    for (bytes, no_pdf, code) in [
        (torn.to_vec(), NoPdf::Damaged, Code::PaperUnreadable),
        (
            with_trailer(&fine, &deep),
            NoPdf::TooComplex,
            Code::PaperTooComplex,
        ),
    ] {
        let paper = desk.open("atto.pdf", &bytes).await;
        assert_eq!(paper.no_pdf, Some(no_pdf));
        let judge = call::FirmaJudge {
            paper: paper.id,
            at: None,
            beside: None,
        };
        let failure = commands::firma_judge(&desk.app, judge).await.unwrap_err();
        assert_eq!(failure.code, code, "{no_pdf:?}");
        assert_eq!(
            failure.args.get("name").map(String::as_str),
            Some("atto.pdf")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_is_taken_out_and_a_report_tells_what_was_found() {
    let token = Faulty::new();
    let Some((desk, identity)) = with_faulty(&token).await else {
        return;
    };
    let bytes = pdf("Deliberazione", 0, None);
    let paper = desk.open("delibera.pdf", &bytes).await;
    desk.typist.types(&[Some(tokenkit::faulty::PIN); 2]);
    let once = signed(&desk.sign(request(&[&paper], &identity, Format::P7m)).await);
    let open = commands::firma_papers(&desk.app, call::FirmaPapers {})
        .await
        .unwrap();
    let p7m = open.iter().find(|paper| paper.id == once[0].1).unwrap();
    // A second signer beside the first.
    let twice = signed(&desk.sign(request(&[p7m], &identity, Format::P7m)).await);
    let judgement = desk.judge(&twice[0].1).await;
    assert_eq!(judgement.signatures.len(), 2);
    assert_eq!(judgement.answer, fine(&desk));
    let extract = call::FirmaExtract {
        paper: twice[0].1.clone(),
    };
    let saved = commands::firma_extract(&desk.app, extract).await.unwrap();
    let file = Path::new(&saved.folder).join(&saved.name);
    assert_eq!(std::fs::read(file).unwrap(), bytes);
    assert!(saved.paper.is_some());

    let report = call::FirmaReport {
        paper: twice[0].1.clone(),
        at: None,
        beside: None,
    };
    let saved = commands::firma_report(&desk.app, report).await.unwrap();
    let file = Path::new(&saved.folder).join(&saved.name);
    match Command::new("pdftotext").arg(&file).arg("-").output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            for part in [
                "Rapporto di verifica",
                "ROSSI MARIO",
                "SHA-256",
                "Firma 2",
                "pagina 1",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        Err(error) => eprintln!("SKIPPED: pdftotext cannot be run ({error})"),
    }
    // Only folders that an answer named are shown.
    let elsewhere = call::FirmaShow { folder: "/".into() };
    let refused = commands::firma_show(&desk.app, elsewhere).await;
    assert_eq!(refused.unwrap_err().code, Code::PaperGone);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_beside_its_document_asks_for_it() {
    let ca = Ca::new();
    let desk = Desk::new(Vec::new(), Some(&ca)).await;
    let Some((p7s, _)) = signed_until(&ca, -300, &[]) else {
        return;
    };
    let p7s = desk.open("atto.txt.p7s", &p7s).await;
    assert_eq!(p7s.kind, PaperKind::P7s);
    let alone = desk.judge(&p7s.id).await;
    assert_eq!(alone.answer, Answer::Open);
    assert_eq!(alone.signatures[0].reasons[0], Reason::NoContent);
    let right = desk.open("atto.txt", b"Il Consiglio delibera.").await;
    let wrong = desk.open("altro.txt", b"Il Consiglio non delibera.").await;
    let judged = desk.judge_beside(&p7s.id, Some(right.id)).await;
    assert_eq!(judged.answer, Answer::Holds, "{judged:?}");
    let signer = judged.signatures[0].signer.as_ref().unwrap();
    assert_eq!(signer.name, "VERDI UGO");
    let judged = desk.judge_beside(&p7s.id, Some(wrong.id)).await;
    assert_eq!(judged.answer, Answer::Fails);
    assert_eq!(judged.signatures[0].reasons[0], Reason::ContentChanged);
}

/// What the openssl command signs, apart unless asked otherwise, by somebody whose certificate was good from 30 days
/// ago until some day; the certificate's number too. None where there is no such command.
fn signed_until(ca: &Ca, days_ago: i64, options: &[&str]) -> Option<(Vec<u8>, String)> {
    let key = tokenkit::pki::rsa(2048);
    let public = tokenkit::pki::public(&key);
    let [from, until] = [30, days_ago].map(|days| ago(days).as_second());
    let certificate = ca.issue_for(&public, "VERDI UGO", Usage::Signing, from, until);
    let place = tempfile::tempdir().unwrap();
    let pem = [
        key.private_key_to_pem_pkcs8().unwrap(),
        certificate.to_pem().unwrap(),
    ];
    std::fs::write(place.path().join("s.pem"), pem.concat()).unwrap();
    std::fs::write(place.path().join("atto"), "Il Consiglio delibera.").unwrap();
    let made = Command::new("openssl")
        .current_dir(place.path())
        .args(["cms", "-sign", "-cades", "-binary", "-nosmimecap"])
        .args(options)
        .args(["-md", "sha256", "-in", "atto", "-signer", "s.pem"])
        .args(["-outform", "DER", "-out", "signed"])
        .output();
    match made {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(error) => {
            eprintln!("SKIPPED: the openssl command cannot be run ({error})");
            return None;
        }
    }
    let number = certificate.serial_number().to_bn().unwrap().to_hex_str();
    let signed = std::fs::read(place.path().join("signed")).unwrap();
    Some((signed, number.unwrap().to_string()))
}

/// Its answer, and the word of the standard for why it is not good; today, or as of a day.
async fn judged_at(
    desk: &Desk,
    paper: &Paper,
    at: Option<(i64, Basis)>,
) -> (Answer, Option<String>) {
    let at = at.map(|(days, basis)| call::Instant {
        time: ago(days).as_millisecond(),
        basis,
    });
    let input = call::FirmaJudge {
        paper: paper.id.clone(),
        at,
        beside: None,
    };
    let found = commands::firma_judge(&desk.app, input).await.unwrap();
    if let Some(at) = at {
        assert_eq!(found.at, at, "the judgement says about when it is");
    }
    let [one] = &found.signatures[..] else {
        panic!("{found:?}")
    };
    assert_eq!(found.answer, one.answer);
    (one.answer, one.sub_indication.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_today_held_at_the_date_that_a_record_proves() {
    let ca = Ca::new();
    let desk = Desk::new(Vec::new(), Some(&ca)).await;
    let list = desk.folder.path().join("fiducia/ca.crl");
    // Ten days ago one expired; five days ago another was revoked.
    let Some((expired, _)) = signed_until(&ca, 10, &["-nodetach"]) else {
        return;
    };
    let (revoked, number) = signed_until(&ca, -300, &["-nodetach"]).unwrap();
    let expired = desk.open("scaduto.p7m", &expired).await;
    let revoked = desk.open("revocato.p7m", &revoked).await;
    let records = [
        Basis::TimeStamp,
        Basis::Protocol,
        Basis::Pec,
        Basis::Preservation,
    ];
    let open = |why: &str| (Answer::Open, Some(why.to_owned()));
    let holds = (Answer::Holds, None);

    // From before it expired: no authority need list it afterwards.
    std::fs::write(&list, revocations(&ca, "", 15).unwrap()).unwrap();
    let today = judged_at(&desk, &expired, None).await;
    assert_eq!(today, open("OUT_OF_BOUNDS_NO_POE"));
    for basis in records {
        let then = judged_at(&desk, &expired, Some((20, basis))).await;
        assert_eq!(then, holds, "{basis:?}");
        let late = judged_at(&desk, &expired, Some((8, basis))).await;
        assert_eq!(late, open("OUT_OF_BOUNDS_NO_POE"), "{basis:?}");
    }

    let day = |days| ago(days).strftime("%y%m%d%H%M%SZ").to_string();
    let line = format!(
        "R\t{}\t{}\t{number}\tunknown\t/CN=VERDI UGO\n",
        day(-300),
        day(5)
    );
    std::fs::write(&list, revocations(&ca, &line, 0).unwrap()).unwrap();
    let today = judged_at(&desk, &revoked, None).await;
    assert_eq!(today, open("REVOKED_NO_POE"));
    for basis in records {
        let then = judged_at(&desk, &revoked, Some((20, basis))).await;
        assert_eq!(then, holds, "{basis:?}");
        let late = judged_at(&desk, &revoked, Some((2, basis))).await;
        assert_eq!(late, open("REVOKED_NO_POE"), "{basis:?}");
    }
    // And today's verdict is what it was: no judgement about a date is kept.
    assert_eq!(judged_at(&desk, &revoked, None).await, today);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg(unix)]
async fn the_pin_goes_to_the_helper_and_is_nowhere_else() {
    use tokenkit::canary::{Tape, canary, spelled};
    let (pin, wrong, planted) = (canary(), canary(), canary());
    let Some(hsm) = softhsm(&pin) else { return };
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // Threads of the run take it from here.
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        eprintln!("SKIPPED: another log is there already");
        return;
    }
    let tape = Tape::new();
    let desk = Desk::with(tape.helper(), hsm.options().env, Some(&hsm.ca)).await;
    let device = desk.driver(&hsm.module).await;
    desk.tell(&device);
    let identity = device.identities[0].id.clone();
    // The control of each search: what is planted beside the PIN is found.
    let paper = desk.open(&format!("nota {planted}.txt"), b"testo").await;
    desk.tell(&paper);
    desk.typist.types(&[Some(&wrong), Some(&pin)]);
    let state = desk.sign(request(&[&paper], &identity, Format::P7m)).await;
    desk.tell(&state);
    let stop = &state.stopped;
    assert!(matches!(stop, Some(Stop::WrongPin(_))), "{state:?}");
    let state = desk.resume().await;
    desk.tell(&state);
    let (name, paper) = signed(&state).remove(0);
    desk.tell(&desk.judge(&paper).await);
    desk.typist.types(&[Some(&pin)]);
    let test = commands::firma_test(&desk.app, call::FirmaTest { identity }).await;
    assert!(matches!(test, Ok(Ok(_))), "{test:?}");
    desk.tell(&test.unwrap());
    let asked = format!("{:?}", desk.typist.asked.lock().unwrap());
    tracing::info!(planted, "The log is watched.");
    let file = desk.folder.path().join("pc/workspace.db");
    let beside = store::Store::open(&file, &desk.key()).unwrap();
    beside.set_setting("prova", &planted).unwrap();

    let running = desk.workspace();
    commands::App::shutdown(&desk.app).await;
    drop(beside);
    let places = [
        ("the log", log.0.lock().unwrap().clone()),
        (
            "what the web view was told",
            desk.told.lock().unwrap().clone(),
        ),
        ("the workspace while it is open", running),
        ("the workspace", desk.workspace()),
        ("the names of files", name.into_bytes()),
    ];
    for (place, bytes) in &places {
        assert_eq!(spelled(bytes, &planted), Some("as it is"), "{place}");
        for secret in [&pin, &wrong] {
            assert_eq!(spelled(bytes, secret), None, "{place}");
        }
    }
    assert!(asked.contains("ROSSI MARIO"), "{asked}");
    let mut files = 0;
    for (path, bytes) in every_file(desk.folder.path()) {
        files += 1;
        for secret in [&pin, &wrong] {
            assert_eq!(spelled(&bytes, secret), None, "{path:?}");
            assert_eq!(spelled(path.to_string_lossy().as_bytes(), secret), None);
            assert_eq!(spelled(asked.as_bytes(), secret), None, "in the question");
        }
    }
    assert!(files > 3, "only {files} files were looked at");
    tape.holds_only_typed(&[&wrong, &pin, &pin]);
}

/// All files below a folder, with what is in them.
fn every_file(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(every_file(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_signed_files_go_is_chosen_and_kept() {
    let desk = Desk::new(Vec::new(), None).await;
    let load = || commands::firma_goal_load(&desk.app, call::FirmaGoalLoad {});
    assert_eq!(load().await.unwrap(), Level::Lt);
    for goal in [Level::Lta, Level::T, Level::Lt] {
        let set = commands::firma_goal_set(&desk.app, call::FirmaGoalSet { goal }).await;
        assert_eq!(set.unwrap(), goal);
        assert_eq!(load().await.unwrap(), goal);
    }
}
