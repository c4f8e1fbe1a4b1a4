//! How the trusted lists come, and how signed files get their time stamps: hub, engine and services over TCP; what comes
//! out is judged by others, with every service down.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

#[path = "../../signing/tests/authority/mod.rs"]
mod authority;
#[path = "../../trust/tests/common/mod.rs"]
mod lists;

use authority::{Authority, Issued, accepts, page, sign_pdf};
use domain::line::{LineLimits, Metered};
use hub::{FirmaSettings, Reach, TsaSettings};
use jiff::{SignedDuration, Timestamp};
use lists::{GENERIC, Holder, LISTS, QC, QTST, SIGNATURES, Text, pointer, service};
use signing::cms::SignedData;
use signing::pades;
use signing::revocation::{Status, Why};
use signing::x509::Certificate;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Ended, Level, Store, Upgrading, Waits};
use sync::transport::HttpTransport;
use sync::{Engine, EngineConfig, EngineHandle, FirmaConfig, FirmaPace, Sought, Wanted};
use tempfile::TempDir;
use testkit::{ANNA, Cable, Fault, Province, brisk};
use trust::{Belief, Roots, bundle};

const CONTENT: &[u8] = b"Determinazione n. 3 del 26 novembre 2026";

/// A server of answers that a function makes; told which paths were asked.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    down: Arc<AtomicBool>,
}

/// Status, header lines, body.
type Answer = (u16, String, Vec<u8>);

impl Server {
    fn listen() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    fn start(
        listener: TcpListener,
        answer: impl Fn(&str, &str, &[u8]) -> Answer + Send + 'static,
    ) -> Self {
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let down = Arc::new(AtomicBool::new(false));
        let (seen, off) = (asked.clone(), down.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                if !off.load(Ordering::SeqCst) {
                    let _ = serve(stream, &seen, &answer);
                }
            }
        });
        Self { port, asked, down }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn count(&self, path: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|it| it.as_str() == path).count()
    }

    fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &impl Fn(&str, &str, &[u8]) -> Answer,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let (status, headers, body) = answer(&path, &head, &body);
    seen.lock().unwrap().push(path);
    write!(
        stream,
        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

fn found(body: Vec<u8>) -> Answer {
    (200, String::new(), body)
}

/// An authority whose services are on the network, its signer, and the lists that name it.
struct World {
    authority: Arc<Mutex<Authority>>,
    rossi: Issued,
    root: PathBuf,
    services: Server,
    eu: Holder,
    it: Holder,
    /// Lists of lists that were issued, by number: signing one again gives other bytes.
    unions: Mutex<BTreeMap<u64, Vec<u8>>>,
}

impl World {
    fn new() -> Option<Self> {
        let (listener, port) = Server::listen();
        let mut authority = Authority::at_port(port)?;
        let rossi = authority.issue("Rossi", "signer");
        let tsa = authority.issue("TSA", "tsa");
        let responder = authority.issue("OCSP", "ocsp");
        let root = authority.root.pem.clone();
        let authority = Arc::new(Mutex::new(authority));
        let of = authority.clone();
        let services = Server::start(listener, move |path, _, body| {
            let authority = of.lock().unwrap();
            match path {
                "/tsa" => found(authority.stamp(body, &tsa)),
                "/ocsp" => found(authority.ocsp(body, Some(&responder), 7)),
                "/crl" => found(authority.crl("crl_plain", &hours(-1), &hours(24))),
                "/issuer" => found(authority.root.der.clone()),
                _ => (404, String::new(), Vec::new()),
            }
        });
        Some(Self {
            authority,
            rossi,
            root,
            services,
            eu: Holder::p256("EU"),
            it: Holder::p256("IT"),
            unions: Mutex::default(),
        })
    }

    fn roots(&self) -> Roots {
        Roots::of([self.eu.certificate.as_slice()])
    }

    fn settings(&self) -> FirmaSettings {
        let mut settings = FirmaSettings {
            reach: Reach::Everywhere,
            ..FirmaSettings::default()
        };
        let hash = openssl::sha::sha256(&self.eu.certificate);
        let hex = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        settings.lists.roots = vec![hex];
        settings.tsa = vec![TsaSettings {
            url: self.services.url("/tsa"),
            login: None,
            seconds: 10,
        }];
        settings
    }

    fn union(&self, sequence: u64) -> Text {
        Text {
            kind: LISTS,
            territory: "EU",
            sequence,
            pointers: pointer(GENERIC, "IT", &[&self.it]) + &pointer(LISTS, "EU", &[&self.eu]),
            ..Text::default()
        }
    }

    /// The Italian list: the authority, and so many other services, of which nothing compresses.
    fn italy(&self, sequence: u64, others: usize) -> Vec<u8> {
        let since = "2020-01-01T00:00:00Z";
        let root = self.authority.lock().unwrap().root.der.clone();
        let mut services = service("CA", &root, (QC, "granted", since, SIGNATURES), &[])
            + &service("TSA", &root, (QTST, "granted", since, ""), &[]);
        for _ in 0..others {
            let mut noise = vec![0; 2000];
            openssl::rand::rand_bytes(&mut noise).unwrap();
            services += &service("Altra", &noise, (QTST, "granted", since, ""), &[]);
        }
        Text {
            sequence,
            services,
            ..Text::default()
        }
        .signed(&self.it)
    }

    /// Gives the hub these issues, as an operator does.
    fn import(&self, province: &Province, union: u64, italy: &[u8]) -> Result<Belief, String> {
        let folder = TempDir::new().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        };
        let mut unions = self.unions.lock().unwrap();
        let issued = || self.union(union).signed(&self.eu);
        write("lotl.xml", unions.entry(union).or_insert_with(issued));
        write("it.xml", italy);
        let taken = province.hub().unwrap().import_lists(folder.path());
        taken.map_err(|error| error.to_string())
    }

    fn p7m(&self) -> Vec<u8> {
        let options = ["-cades", "-nosmimecap", "-nodetach"];
        self.authority
            .lock()
            .unwrap()
            .cms(CONTENT, &self.rossi, &options)
    }

    fn pdf(&self) -> Vec<u8> {
        let options = pades::Options::at(Timestamp::now());
        sign_pdf(
            &page(),
            &self.authority.lock().unwrap(),
            &self.rossi,
            &options,
        )
    }
}

fn hours(hours: i64) -> String {
    let time = Timestamp::now() + SignedDuration::from_hours(hours);
    time.strftime("%Y%m%d%H%M%SZ").to_string()
}

/// A person's computer: workspace, engine, and the folder that the lists come to.
struct Desk {
    store: Store,
    engine: EngineHandle,
    folder: TempDir,
    cable: Cable,
}

impl Desk {
    async fn enrol(world: &World, province: &Province) -> Self {
        Self::enrol_by(world.roots(), province).await
    }

    async fn enrol_by(roots: Roots, province: &Province) -> Self {
        let cable = Cable::lay(province.address()).await.unwrap();
        let transport = Arc::new(HttpTransport::new(&cable.url()).unwrap());
        let code = province.code_for(&ANNA).unwrap();
        let enrolled = sync::enrol_over(transport.clone(), &cable.url(), &code, "PC").await;
        let identity = enrolled.unwrap();
        let store = Store::open_in_memory().unwrap();
        store.set_identity(&identity).unwrap();
        let folder = TempDir::new().unwrap();
        let mut config = EngineConfig::over(&identity, transport);
        config.pace = brisk();
        config.firma = Some(FirmaConfig {
            folder: folder.path().join("fiducia"),
            roots,
            pace: FirmaPace {
                lists: Duration::from_millis(300),
                retry: Duration::from_millis(50),
                longest: Duration::from_millis(300),
            },
        });
        let runtime = tokio::runtime::Handle::current();
        let engine = Engine::start(&runtime, store.clone(), config);
        Self {
            store,
            engine,
            folder,
            cable,
        }
    }

    fn lists(&self) -> Option<Vec<u8>> {
        std::fs::read(self.folder.path().join("fiducia/elenchi.fide")).ok()
    }

    /// Puts a signed file on the disk and into the queue.
    fn queue(&self, name: &str, bytes: &[u8], goal: Level) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let now = Timestamp::now().as_millisecond();
        let hash = openssl::sha::sha256(bytes);
        let named = path.to_str().unwrap();
        self.store.upgrade_add(named, goal, &hash, now).unwrap();
        self.engine.nudge_upgrades();
        path
    }

    fn row(&self, path: &Path) -> Option<Upgrading> {
        self.store.upgrade(path.to_str().unwrap()).unwrap()
    }

    fn ended(&self, path: &Path) -> Option<Ended> {
        self.row(path)?.ended
    }

    fn waits(&self, path: &Path) -> Option<Waits> {
        self.row(path)?.waits
    }
}

/// Waits until something is so; a minute at most, on a machine that others use too.
async fn until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..1200 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}

/// Something that must not happen has half a second to happen.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(500)).await;
}

async fn office(world: &World) -> (Province, Desk) {
    let settings = world.settings();
    let province = Province::open_with(|config| config.firma = settings)
        .await
        .unwrap();
    let desk = Desk::enrol(world, &province).await;
    (province, desk)
}

fn had(province: &Province) -> u32 {
    let hub = province.hub().unwrap();
    let stamps = hub.stamps(&hub.month()).unwrap();
    stamps.iter().map(|(_, had)| had).sum()
}

fn sequence(belief: &Belief, territory: &str) -> Option<u64> {
    let known = belief.lists.iter().find(|it| it.territory == territory);
    known.map(|it| it.sequence)
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_are_checked_and_never_go_back() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    a_while().await;
    assert_eq!(
        desk.lists(),
        None,
        "the hub has none, and nobody waited for them"
    );

    let belief = world.import(&province, 5, &world.italy(7, 0)).unwrap();
    assert_eq!(
        (sequence(&belief, "EU"), sequence(&belief, "IT")),
        (Some(5), Some(7))
    );
    until("the first lists", || desk.lists().is_some()).await;
    let first = desk.lists().unwrap();
    let keys = desk.store.hub_keys().unwrap().unwrap();
    let key = ::bundle::verifying_key(&keys).unwrap();
    let (_, sources) = bundle::open(&first, &key).unwrap();
    let belief = Belief::check(&sources, &world.roots(), &[]).unwrap();
    assert_eq!(belief.lists.len(), 2);

    // The same again changes nothing, not even the file that is served.
    world.import(&province, 5, &sources.lists[0]).unwrap();
    a_while().await;
    assert_eq!(desk.lists().unwrap(), first);

    world.import(&province, 6, &world.italy(8, 0)).unwrap();
    until("newer lists", || desk.lists().unwrap() != first).await;
    let newer = desk.lists().unwrap();

    // An older issue is refused, of the union as of Italy; what is served stays.
    let older = world.import(&province, 5, &world.italy(8, 0)).unwrap_err();
    assert!(older.contains("older"), "{older}");
    let mixed = world.import(&province, 6, &world.italy(7, 0)).unwrap();
    assert_eq!(mixed.refused.len(), 1);
    assert_eq!(sequence(&mixed, "IT"), Some(8));
    a_while().await;
    assert_eq!(desk.lists().unwrap(), newer);
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_nothing_is_new_costs_next_to_nothing() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    until("the lists", || desk.lists().is_some()).await;
    a_while().await;
    let asked = |desk: &Desk| {
        let attempts = desk.store.attempts(50).unwrap();
        let calls = attempts
            .iter()
            .filter(|it| it.carried == domain::line::Carried::Download);
        calls.map(|it| u64::from(it.times)).sum::<u64>()
    };
    let (before, calls) = (desk.cable.traffic(), asked(&desk));
    a_while().await;
    a_while().await;
    let (after, more) = (desk.cable.traffic(), asked(&desk) - calls);
    assert!(more >= 2, "{more}");
    let (up, down) = (
        (after.up - before.up) / more,
        (after.down - before.down) / more,
    );
    eprintln!("nothing new: {up} bytes up, {down} bytes down, with the heads of HTTP");
    // A signed call's head is most of it.
    assert!(down < 100 && up < 400, "{up} up, {down} down");
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_over_a_line_that_tears_piece_by_piece() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    let torn = || desk.cable.traffic().torn;
    // Torn every so many bytes, in the middle of pieces.
    let tear = || {
        desk.cable.set(Fault {
            cut_after_down: Some(11_000),
            ..Fault::default()
        });
    };
    tear();
    let before = desk.cable.traffic();
    world.import(&province, 5, &world.italy(7, 60)).unwrap();
    let size = bundle_size(&province);
    assert!(size > 100_000, "{size}");
    while desk.lists().is_none() && torn() < before.torn + 30 {
        let so_far = torn();
        until("it is torn, or here", || {
            torn() > so_far || desk.lists().is_some()
        })
        .await;
        tear();
    }
    desk.cable.restore();
    until("the lists", || desk.lists().is_some()).await;
    let after = desk.cable.traffic();
    assert!(after.torn > before.torn + 3, "it was torn");
    let down = after.down - before.down;
    assert!(down < size + size / 2, "{down} bytes came for {size}");
    desk.engine.shutdown().await;
}

fn bundle_size(province: &Province) -> u64 {
    let path = province.folder().join("fiducia/elenchi.fide");
    std::fs::metadata(path).unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_serves_garbage_changes_nothing() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    until("the lists", || desk.lists().is_some()).await;
    let good = desk.lists().unwrap();
    let served = province.folder().join("fiducia/elenchi.fide");
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let keys = desk.store.hub_keys().unwrap().unwrap();
    let hub = ::bundle::verifying_key(&keys).unwrap();
    let (_, sources) = bundle::open(&good, &hub).unwrap();
    let flipped = {
        let mut bytes = good.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    for bad in [
        b"<html>captive portal</html>".to_vec(),
        good[..good.len() / 2].to_vec(),
        flipped,
        bundle::seal(&sources, Timestamp::now(), &key).unwrap(),
        Vec::new(),
    ] {
        let (before, size) = (desk.cable.traffic().down, bad.len() as u64);
        std::fs::write(&served, bad).unwrap();
        until("it came", || desk.cable.traffic().down >= before + size).await;
        a_while().await;
        assert_eq!(desk.lists().unwrap(), good);
    }
    let left = || std::fs::read_dir(desk.folder.path().join("fiducia")).unwrap();
    until("what was bad is thrown away", || left().count() == 1).await;
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_the_line_holds_lists_back() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    let limits = LineLimits {
        metered: Metered::Yes,
        ..LineLimits::default()
    };
    desk.store.set_limits(&limits).unwrap();
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    a_while().await;
    a_while().await;
    assert_eq!(desk.lists(), None);
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_downloaded_and_what_did_not_change_is_not() {
    let Some(world) = World::new() else { return };
    let (listener, port) = Server::listen();
    let base = format!("http://127.0.0.1:{port}/");
    // The signers changed twice: the pivots say to whom.
    let (second, third) = (Holder::p256("EU 2"), Holder::p256("EU 3"));
    let union = |sequence: u64, next: &Holder, by: &Holder, pivots: &[u64]| {
        let text = Text {
            pointers: pointer(GENERIC, "IT", &[&world.it]).replace("https://example.test/", &base)
                + &pointer(LISTS, "EU", &[next]),
            ..world.union(sequence)
        };
        let named: String = pivots
            .iter()
            .map(|pivot| format!("<URI xml:lang=\"en\">{base}eu-pivot-{pivot}.xml</URI>"))
            .collect();
        let scheme =
            format!("<SchemeInformationURI>{named}</SchemeInformationURI><ListIssueDateTime>");
        let canonical = text.canonical().replace("<ListIssueDateTime>", &scheme);
        lists::sign(&canonical, by, &lists::Oddity::default())
    };
    let files: BTreeMap<String, Vec<u8>> = BTreeMap::from([
        ("/lotl.xml".into(), union(30, &third, &third, &[10, 20])),
        (
            "/eu-pivot-10.xml".into(),
            union(10, &second, &world.eu, &[]),
        ),
        ("/eu-pivot-20.xml".into(), union(20, &third, &second, &[10])),
        ("/IT.xml".into(), world.italy(7, 0)),
    ]);
    let publisher = Server::start(listener, move |path, head, _| {
        let Some(body) = files.get(path) else {
            return (404, String::new(), Vec::new());
        };
        let tag = format!("\"{}\"", body.len());
        match head
            .to_lowercase()
            .contains(&format!("if-none-match: {tag}"))
        {
            true => (304, String::new(), Vec::new()),
            false => (200, format!("etag: {tag}\r\n"), body.clone()),
        }
    });
    let mut settings = world.settings();
    settings.lists.list_of_lists = publisher.url("/lotl.xml");
    let province = Province::open_with(|config| config.firma = settings)
        .await
        .unwrap();
    let hub = province.hub().unwrap();
    let belief = hub.fetch_lists().await.unwrap();
    assert_eq!(
        (sequence(&belief, "EU"), sequence(&belief, "IT")),
        (Some(30), Some(7))
    );
    assert_eq!(publisher.asked.lock().unwrap().len(), 4);
    let sealed = std::fs::read(province.folder().join("fiducia/elenchi.fide")).unwrap();

    let again = hub.fetch_lists().await.unwrap();
    assert_eq!(sequence(&again, "IT"), Some(7));
    assert_eq!(publisher.asked.lock().unwrap().len(), 8);
    let same = std::fs::read(province.folder().join("fiducia/elenchi.fide")).unwrap();
    assert_eq!(sealed, same, "nothing new: devices have nothing to fetch");

    publisher.set_down(true);
    assert!(hub.fetch_lists().await.is_err());
    let same = std::fs::read(province.folder().join("fiducia/elenchi.fide")).unwrap();
    assert_eq!(sealed, same);
}

/// Lists as they were published, where a folder of them is at hand: the list of lists of 2020 and the Italian list.
#[tokio::test(flavor = "multi_thread")]
async fn published_lists_go_the_same_way() {
    let Some(folder) = std::env::var_os("TRUST_LISTS_DIR").map(PathBuf::from) else {
        eprintln!("SKIPPED: TRUST_LISTS_DIR names no folder of published lists");
        return;
    };
    let brought = TempDir::new().unwrap();
    // The list of lists, those that lead to its signers of today (pivots), and Italy's.
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name();
        let told = name.to_string_lossy();
        if told.starts_with("eu-lotl") || told == "lotlCache_IT.xml" {
            std::fs::copy(folder.join(&name), brought.path().join(&name)).unwrap();
        }
    }
    for name in ["eu-lotl.xml", "lotlCache_IT.xml"] {
        if !brought.path().join(name).exists() {
            eprintln!("SKIPPED: no {name}");
            return;
        }
    }
    let province = Province::open().await.unwrap();
    let desk = Desk::enrol_by(Roots::official_journal(), &province).await;
    let taken = province.hub().unwrap().import_lists(brought.path());
    let belief = taken.unwrap();
    assert!(sequence(&belief, "EU").is_some() && sequence(&belief, "IT").is_some());
    until("the lists", || desk.lists().is_some()).await;
    eprintln!("{} bytes came", desk.lists().unwrap().len());
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_files_are_made_to_last_without_anybody_asking() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    let (bare_pdf, bare_p7m) = (world.pdf(), world.p7m());
    let pdf = desk.queue("delibera.pdf", &bare_pdf, Level::Lta);
    let p7m = desk.queue("determina.pdf.p7m", &bare_p7m, Level::Lta);
    until("they wait for the lists", || {
        desk.waits(&p7m) == Some(Waits::Lists)
    })
    .await;
    assert_eq!(desk.store.upgrades_waiting().unwrap(), 2);

    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    until("both are done", || {
        desk.store.upgrades_waiting().unwrap() == 0
    })
    .await;
    assert_eq!((desk.row(&pdf), desk.row(&p7m)), (None, None));
    // One stamp on each, and one over the whole of each.
    assert_eq!(had(&province), 4);
    desk.engine.shutdown().await;

    // Every service is gone.
    world.services.set_down(true);
    drop(province);
    let (pdf, p7m) = (std::fs::read(pdf).unwrap(), std::fs::read(p7m).unwrap());
    assert!(signing::upgrade::keeps(&bare_pdf, &pdf).unwrap());
    judged_pdf(&world, &pdf);
    judged_p7m(&world, &p7m);
}

fn judged_pdf(world: &World, pdf: &[u8]) {
    let authority = world.authority.lock().unwrap();
    let file = authority.path().join("judged.pdf");
    std::fs::write(&file, pdf).unwrap();
    let Ok(output) = Command::new("pdfsig").arg("-nocert").arg(&file).output() else {
        eprintln!("SKIPPED: pdfsig cannot be run");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Signature is Valid"), "{said}");
    assert!(!said.contains("Digest Mismatch"), "{said}");
    let python = std::env::var("ORACLES_PYTHON").unwrap_or_else(|_| "python3".into());
    let present = Command::new(&python)
        .args(["-c", "import pyhanko"])
        .output();
    if !present.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no Python with pyHanko");
        return;
    }
    let script = authority.path().join("ltv.py");
    std::fs::write(
        &script,
        include_str!("../../signing/tests/authority/ltv.py"),
    )
    .unwrap();
    let output = Command::new(&python)
        .arg(&script)
        .arg(&world.root)
        .arg(&file)
        .output()
        .unwrap();
    eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success());
    assert!(said.contains("[\"AdESPassed.OK\"]"), "{said}");
}

fn judged_p7m(world: &World, p7m: &[u8]) {
    const STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];
    let authority = world.authority.lock().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(authority.path().join(name), bytes).unwrap();
    };
    write("judged.p7m", p7m);
    let openssl = "cms -verify -cades -binary -inform DER -in judged.p7m -CAfile ca.pem -purpose any -out judged.out";
    assert!(accepts(
        authority.path(),
        &openssl.split(' ').collect::<Vec<_>>()
    ));
    let content = std::fs::read(authority.path().join("judged.out")).unwrap();
    assert_eq!(content, CONTENT);
    let data = SignedData::parse(p7m).unwrap();
    assert!(!data.ocsp.is_empty() || !data.crls.is_empty());
    write("value", &data.signers[0].signature);
    write(
        "token.der",
        data.signers[0].unsigned_values(STAMP).next().unwrap(),
    );
    let openssl = "ts -verify -data value -in token.der -token_in -CAfile ca.pem";
    assert!(accepts(
        authority.path(),
        &openssl.split(' ').collect::<Vec<_>>()
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_is_paid_once_however_often_the_line_is_torn() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    until("the lists", || desk.lists().is_some()).await;
    // The question goes up, and the line is torn in the middle of the answer, three times.
    let torn = || desk.cable.traffic().torn;
    let begun = torn();
    let tear = || {
        desk.cable.set(Fault {
            cut_after_down: Some(700),
            ..Fault::default()
        });
    };
    tear();
    let path = desk.queue("determina.p7m", &world.p7m(), Level::T);
    for times in 1..=3 {
        while torn() < begun + times && desk.row(&path).is_some() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tear();
    }
    desk.cable.restore();
    until("it is done", || desk.row(&path).is_none()).await;
    assert!(torn() > begun, "it was torn");
    assert_eq!((had(&province), world.services.count("/tsa")), (1, 1));
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_down_is_waited_for_and_another_takes_its_place() {
    let Some(world) = World::new() else { return };
    let mut settings = world.settings();
    let dead = TsaSettings {
        url: "http://127.0.0.1:9/tsa".into(),
        login: None,
        seconds: 2,
    };
    settings.tsa.insert(0, dead);
    let province = Province::open_with(|config| config.firma = settings)
        .await
        .unwrap();
    let desk = Desk::enrol(&world, &province).await;
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    world.services.set_down(true);
    let path = desk.queue("determina.p7m", &world.p7m(), Level::T);
    until("it waits", || desk.waits(&path) == Some(Waits::Services)).await;
    assert_eq!(had(&province), 0, "what was not had is not counted");
    world.services.set_down(false);
    until("it is done", || desk.row(&path).is_none()).await;
    assert_eq!(had(&province), 1);
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comune_has_so_many_stamps_in_a_month() {
    let Some(world) = World::new() else { return };
    let mut settings = world.settings();
    settings.stamps_per_month = 1;
    let province = Province::open_with(|config| config.firma = settings)
        .await
        .unwrap();
    let desk = Desk::enrol(&world, &province).await;
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    let one = desk.queue("uno.p7m", &world.p7m(), Level::T);
    until("the first is done", || desk.row(&one).is_none()).await;
    let bytes = world.p7m();
    let two = desk.queue("due.p7m", &bytes, Level::T);
    until("the second waits", || {
        desk.waits(&two) == Some(Waits::Spent)
    })
    .await;
    assert_eq!((had(&province), world.services.count("/tsa")), (1, 1));
    assert_eq!(std::fs::read(two).unwrap(), bytes);
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_or_not_the_same_leaves_with_a_reason() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    let gone = desk.queue("via.p7m", &world.p7m(), Level::T);
    let changed = desk.queue("altro.p7m", &world.p7m(), Level::T);
    let none = desk.queue("niente.pdf", b"%PDF-1.7 nobody signed", Level::T);
    std::fs::remove_file(&gone).unwrap();
    let other = world.p7m();
    std::fs::write(&changed, &other).unwrap();
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    until("all left", || desk.store.upgrades_waiting().unwrap() == 0).await;
    assert_eq!(desk.ended(&gone), Some(Ended::Gone));
    assert_eq!(desk.ended(&changed), Some(Ended::Changed));
    assert_eq!(desk.ended(&none), Some(Ended::NotSigned));
    assert_eq!(std::fs::read(changed).unwrap(), other);
    assert_eq!(had(&province), 0);
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_file_and_the_note_of_it_is_gone_on_from() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    let bare = world.p7m();
    let path = desk.queue("determina.p7m", &bare, Level::T);
    until("it is stamped", || desk.row(&path).is_none()).await;
    // As if the program had ended right after the file got its name.
    let stamped = std::fs::read(&path).unwrap();
    let name = path.to_str().unwrap();
    let far = i64::MAX / 2;
    desk.store
        .upgrade_add(name, Level::Lt, &openssl::sha::sha256(&bare), far)
        .unwrap();
    desk.store
        .upgrade_writing(name, &openssl::sha::sha256(&stamped))
        .unwrap();
    desk.store.upgrade_wait(name, 0, Waits::Disk).unwrap();
    desk.engine.nudge_upgrades();
    until("it is complete", || desk.row(&path).is_none()).await;
    assert_eq!(had(&province), 1, "the stamp was there already");
    assert!(std::fs::read(&path).unwrap().len() > stamped.len());
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_certificates_lead_nowhere_inside() {
    let Some(world) = World::new() else { return };
    let mut settings = world.settings();
    settings.reach = Reach::Public;
    let province = Province::open_with(|config| config.firma = settings)
        .await
        .unwrap();
    let desk = Desk::enrol(&world, &province).await;
    world.import(&province, 5, &world.italy(7, 0)).unwrap();
    let path = desk.queue("determina.p7m", &world.p7m(), Level::Lt);
    // The operator's own service may be inside; what stands in certificates may not.
    let tried = || {
        let row = desk.row(&path);
        row.is_some_and(|row| row.attempts > 0 && row.level == Some(Level::T))
    };
    until("it has its stamp, and was tried further", tried).await;
    assert_eq!(world.services.count("/tsa"), 1);
    assert_eq!(
        world.services.count("/ocsp") + world.services.count("/crl"),
        0
    );
    desk.engine.shutdown().await;
}

/// Asks as a judgement does, about the signer.
fn lacking(world: &World) -> Wanted {
    let root = world.authority.lock().unwrap().root.der.clone();
    wanted(&world.rossi.der, &root)
}

fn wanted(certificate: &[u8], issuer: &[u8]) -> Wanted {
    let read = |der| Certificate::parse(der).unwrap();
    Wanted {
        certificate: read(certificate),
        issuer: read(issuer),
        at: Timestamp::now(),
    }
}

impl Desk {
    fn status(&self, of: &Wanted) -> Status {
        let known = sync::known_facts(&self.store, &of.certificate, &of.issuer).unwrap();
        known.status(&of.certificate, &of.issuer, of.at)
    }

    fn knows(&self, of: &Wanted) -> bool {
        !matches!(self.status(of), Status::Unknown { .. })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_certificate_stands_is_asked_kept_and_asked_again_while_nobody_answers() {
    let Some(world) = World::new() else { return };
    let (province, desk) = office(&world).await;
    let lacking = lacking(&world);
    world.services.set_down(true);
    assert_eq!(
        desk.engine.seek(vec![lacking.clone()]),
        Some(Sought::Asked),
        "nobody waits"
    );
    until("nobody answers", || {
        desk.engine.seek(vec![lacking.clone()]) == Some(Sought::Silent)
    })
    .await;
    assert!(!desk.knows(&lacking));

    let mut events = desk.engine.events();
    world.services.set_down(false);
    until("it is known", || desk.knows(&lacking)).await;
    assert!(matches!(desk.status(&lacking), Status::Good { .. }));
    let told = tokio::time::timeout(Duration::from_secs(60), async {
        while !matches!(events.recv().await, Ok(sync::Event::Facts)) {}
    });
    told.await.expect("it is told");
    // What is known is not asked for again, however often somebody says that it lacks it: the pause is kept.
    let asked = world.services.count("/ocsp");
    a_while().await;
    assert_eq!(world.services.count("/ocsp"), asked);
    // No lists are needed for that, no stamp was had.
    assert_eq!((desk.lists(), had(&province)), (None, 0));
    assert_eq!(desk.engine.seek(Vec::new()), None);
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_piece_by_piece_over_a_line_that_tears() {
    let (listener, port) = Server::listen();
    let Some(mut authority) = Authority::at_port(port) else {
        return;
    };
    let rossi = authority.issue("Rossi", "signer");
    authority.revoke_strangers(12_000);
    let wanted = wanted(&rossi.der, &authority.root.der);
    let list = authority.crl("crl_plain", &hours(-1), &hours(24));
    let size = list.len() as u64;
    assert!(size > 300_000, "{size}");
    // Its responder is out of order.
    let services = Server::start(listener, move |path, _, _| match path {
        "/crl" => found(list.clone()),
        _ => (500, String::new(), Vec::new()),
    });
    let mut settings = FirmaSettings {
        reach: Reach::Everywhere,
        ..FirmaSettings::default()
    };
    settings.lists.roots = Vec::new();
    let province = Province::open_with(|config| config.firma = settings)
        .await
        .unwrap();
    let desk = Desk::enrol_by(Roots::official_journal(), &province).await;
    let tear = || {
        desk.cable.set(Fault {
            cut_after_down: Some(90_000),
            ..Fault::default()
        });
    };
    tear();
    let begun = desk.cable.traffic();
    desk.engine.seek(vec![wanted.clone()]);
    let torn = || desk.cable.traffic().torn - begun.torn;
    while !desk.knows(&wanted) && torn() < 30 {
        let so_far = torn();
        until("it is torn, or here", || {
            torn() > so_far || desk.knows(&wanted)
        })
        .await;
        tear();
    }
    desk.cable.restore();
    until("the list is here", || desk.knows(&wanted)).await;
    assert!(torn() > 1, "it was torn");
    let down = desk.cable.traffic().down - begun.down;
    eprintln!(
        "{down} bytes came for a list of {size}, torn {} times",
        torn()
    );
    assert!(down < size + size / 2);
    assert_eq!(services.count("/crl"), 1, "the hub kept it");
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_too_old_is_kept_and_a_newer_one_is_asked_for() {
    let Some(world) = World::new() else { return };
    let (listener, port) = Server::listen();
    let Some(mut authority) = Authority::at_port(port) else {
        return;
    };
    let rossi = authority.issue("Rossi", "signer");
    let wanted = wanted(&rossi.der, &authority.root.der);
    let (old, new) = (
        authority.crl("crl_plain", &hours(-48), &hours(-24)),
        authority.crl("crl_plain", &hours(-1), &hours(24)),
    );
    let is_new = Arc::new(AtomicBool::new(false));
    let newer = is_new.clone();
    let _services = Server::start(listener, move |path, _, _| match path {
        "/crl" if newer.load(Ordering::SeqCst) => found(new.clone()),
        "/crl" => found(old.clone()),
        _ => (404, String::new(), Vec::new()),
    });
    let (_province, desk) = office(&world).await;
    desk.engine.seek(vec![wanted.clone()]);
    until("what came is too old", || {
        desk.engine.seek(vec![wanted.clone()]) == Some(Sought::Early)
    })
    .await;
    assert_eq!(desk.status(&wanted), Status::Unknown { why: Why::Stale });
    is_new.store(true, Ordering::SeqCst);
    until("it is known", || desk.knows(&wanted)).await;
    desk.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_another_or_by_another_is_not_kept() {
    let Some(world) = World::new() else { return };
    let (listener, port) = Server::listen();
    let Some(mut authority) = Authority::at_port(port) else {
        return;
    };
    let rossi = authority.issue("Rossi", "signer");
    let wanted = wanted(&rossi.der, &authority.root.der);
    // Another authority of the same name answers in its place.
    let mut stranger = Authority::at_port(port).unwrap();
    let other = stranger.issue("Rossi", "signer");
    assert_eq!(other.serial, rossi.serial);
    let list = stranger.crl("crl_plain", &hours(-1), &hours(24));
    let _services = Server::start(listener, move |path, _, body| match path {
        "/crl" => found(list.clone()),
        "/ocsp" => found(stranger.ocsp(body, None, 7)),
        _ => (404, String::new(), Vec::new()),
    });
    let (_province, desk) = office(&world).await;
    desk.engine.seek(vec![wanted.clone()]);
    until("nothing of use came", || {
        let sought = desk.engine.seek(vec![wanted.clone()]);
        matches!(sought, Some(Sought::Nowhere | Sought::Silent))
    })
    .await;
    let known = sync::known_facts(&desk.store, &wanted.certificate, &wanted.issuer);
    assert!(known.unwrap().is_empty());
    desk.engine.shutdown().await;
}
