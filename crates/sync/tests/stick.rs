//! The stick and the line bring the same, in whatever order, once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the unexpected"
)]
#![expect(clippy::print_stdout, reason = "what was measured is worth reading")]

use bundle::{BundleError, Head};
use domain::line::Held;
use domain::sito::{FieldChange, PageChange, PageKind, TextVersion};
use domain::territorio::ASTI;
use domain::{ComuneId, FileId, PageId};
use hub::{Config, Hub, Limits};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config as Rules, TestRunner};
use protocol::carried::Why;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::{Attempt, ConflictKind};
use sync::stick::{self, Brought, Carrier, Conditions, Plan, Stage, StickError};
use sync::{Clock, SystemClock};
use tempfile::TempDir;
use testkit::{ANNA, BRUNO, Desk, Fate, Inside, Person, log_at};

/// Schedules per run.
const CASES: u32 = 80;
const NOW: i64 = 1_795_334_400_000;

/// A hub without a network, and a folder for sticks.
struct Centre {
    folder: TempDir,
    hub: Hub,
    used: usize,
}

impl Centre {
    fn open() -> Self {
        Self::with(|_| ())
    }

    fn with(set: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = Self::config(folder.path());
        set(&mut config);
        let hub = Hub::open(config).unwrap();
        hub.seed_province().unwrap();
        let used = 0;
        Self { folder, hub, used }
    }

    fn config(folder: &Path) -> Config {
        let mut config = Config::new(folder.join("data"));
        config.limits = Limits {
            enrol: 1_000_000,
            login: 1_000_000,
            everywhere: 1_000_000,
            device: 1_000_000,
        };
        config
    }

    fn hub_in(folder: &Path) -> Hub {
        Hub::open(Self::config(folder)).unwrap()
    }

    fn next_comune(&mut self) -> ComuneId {
        if self.used == ASTI.len() {
            *self = Self::open();
        }
        self.used += 1;
        ComuneId::new(ASTI[self.used - 1].0)
    }

    fn stick(&self) -> PathBuf {
        let folder = self.folder.path().join(format!("chiavetta{}", self.used));
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}

struct Seat {
    desk: Desk,
    way: Arc<Inside>,
}

fn seat(hub: &Hub, comune: &ComuneId, who: Person) -> Seat {
    let way = Arc::new(Inside::to(hub));
    let desk = Desk::grant(hub, way.clone(), comune, who).unwrap();
    Seat { desk, way }
}

fn plan(wishes: Vec<FileId>) -> Plan {
    Plan {
        stem: "roccaverano-2026-11-26".into(),
        computer: "PC della segreteria".into(),
        at: NOW,
        wishes,
    }
}

fn write(desk: &Desk, stick: &Path) -> PathBuf {
    stick::write(&desk.store, stick, &plan(Vec::new()), &|_| {})
        .unwrap()
        .path
}

/// The operator takes a bundle in; gives where the answer is.
fn deliver(hub: &Hub, bundle: &Path) -> PathBuf {
    let name = bundle.file_name().unwrap().to_string_lossy().into_owned();
    let answer = bundle.with_file_name(stick::answer_name(&name));
    hub.take_bundle(bundle, &answer).unwrap();
    answer
}

fn take(desk: &Desk, answer: &Path) -> Result<Brought, StickError> {
    let private = answer.parent().unwrap().join("qui");
    stick::take(&desk.store, answer, &private, NOW)
}

#[tokio::test]
async fn work_goes_up_by_stick_and_colleagues_news_comes_down_by_it() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let bruno = seat(&centre.hub, &comune, BRUNO).desk;
    let theirs = bruno.write_news("Mercato", "Sabato in piazza.").unwrap();
    let flyer = bruno
        .attach(&theirs, "volantino.pdf", &vec![7; 100_000])
        .unwrap();
    bruno.carry().await.unwrap();
    // No line: what her engine's first look would bring must come by the stick.
    anna.engine.set_off(true);
    let page = anna.write_news("Neve", "Scuole chiuse.").unwrap();
    let act = anna
        .attach(&page, "ordinanza.pdf", &noise(300_000))
        .unwrap();

    let stick = centre.stick();
    let bundle = write(&anna, &stick);
    assert!(
        anna.store.waiting().unwrap() > 0,
        "the outbox keeps everything"
    );
    let brought = take(&anna, &deliver(&centre.hub, &bundle)).unwrap();
    assert!(
        brought.accepted > 0 && brought.refused == 0 && !brought.more,
        "{brought:?}"
    );
    assert_eq!(anna.store.waiting().unwrap(), 0);
    assert_eq!(anna.title(&theirs).unwrap(), "Mercato");
    assert!(anna.store.file_state(&act.id).unwrap().uploaded);
    assert!(
        fs::read_dir(&stick)
            .unwrap()
            .all(|it| it.unwrap().path().is_dir()),
        "the stick is tidy"
    );

    let wished = stick::write(&anna.store, &stick, &plan(vec![flyer.id.clone()]), &|_| {}).unwrap();
    let brought = take(&anna, &deliver(&centre.hub, &wished.path)).unwrap();
    assert_eq!(brought.files, 1);
    assert_eq!(anna.store.read_file(&flyer.id).unwrap(), vec![7; 100_000]);

    anna.engine.set_off(false);
    anna.carry().await.unwrap();
    bruno.carry().await.unwrap();
    assert_eq!(anna.look().unwrap(), bruno.look().unwrap());
    assert_eq!(bruno.store.read_file(&act.id).unwrap(), noise(300_000));
}

#[tokio::test]
async fn files_that_do_not_fit_into_an_answer_are_told_and_come_with_the_next() {
    let mut centre = Centre::with(|config| config.answer_files = 400_000);
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let bruno = seat(&centre.hub, &comune, BRUNO).desk;
    let page = bruno.write_news("Mercato", "Sabato in piazza.").unwrap();
    let files: Vec<_> = (0..3)
        .map(|at| {
            let bytes = noise(900_000 + at)[at..].to_vec();
            bruno.attach(&page, &format!("{at}.pdf"), &bytes).unwrap()
        })
        .collect();
    bruno.carry().await.unwrap();
    anna.engine.set_off(true);
    let stick = centre.stick();
    take(&anna, &deliver(&centre.hub, &write(&anna, &stick))).unwrap();

    let mut brought = Vec::new();
    loop {
        let left = anna.store.files_to_download().unwrap();
        let wishes = left.into_iter().map(|file| file.id).collect();
        let written = stick::write(&anna.store, &stick, &plan(wishes), &|_| {}).unwrap();
        let one = take(&anna, &deliver(&centre.hub, &written.path)).unwrap();
        brought.push(one.files);
        assert!(brought.len() < 10, "{brought:?}");
        if !one.more {
            break;
        }
    }
    assert!(brought.len() > 1, "{brought:?}");
    assert_eq!(brought.iter().sum::<usize>(), 3, "{brought:?}");
    for file in files {
        let state = anna.store.file_state(&file.id).unwrap();
        assert_eq!(state.have, state.size);
    }
}

#[tokio::test]
async fn a_file_that_the_comune_has_no_space_for_keeps_no_words_from_the_hub() {
    let mut centre = Centre::with(|config| config.quota = 100_000);
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let page = anna.write_news("Bando", "In allegato.").unwrap();
    let large = anna.attach(&page, "bando.pdf", &noise(300_000)).unwrap();
    let bundle = write(&anna, &centre.stick());
    let brought = take(&anna, &deliver(&centre.hub, &bundle)).unwrap();
    assert!(brought.accepted > 0, "{brought:?}");
    assert_eq!(anna.store.waiting().unwrap(), 0);
    assert!(!anna.store.file_state(&large.id).unwrap().uploaded);
}

#[tokio::test]
async fn a_publication_that_waits_for_its_file_goes_with_it() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA);
    let page = ready_to_publish(&anna.desk);
    anna.desk
        .attach(&page, "ordinanza.pdf", &noise(50_000))
        .unwrap();
    publish(&anna.desk, &page);
    let bundle = write(&anna.desk, &centre.stick());
    take(&anna.desk, &deliver(&centre.hub, &bundle)).unwrap();
    let view = anna.desk.view(&page).unwrap();
    assert_eq!(view.row.status, store::Status::Published);
    assert_eq!(anna.desk.store.waiting().unwrap(), 0);
}

/// Whichever comes first, twice, and old after new.
#[tokio::test]
async fn the_line_and_the_stick_together_bring_everything_once() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let bruno = seat(&centre.hub, &comune, BRUNO).desk;
    let (one, other) = (centre.stick().join("a"), centre.stick().join("b"));
    fs::create_dir_all(&one).unwrap();
    fs::create_dir_all(&other).unwrap();
    let kept = centre.folder.path().join("copie");
    fs::create_dir_all(&kept).unwrap();

    let page = anna.write_news("Neve", "Scuole chiuse.").unwrap();
    let first = write(&anna, &one);
    let copy = kept.join("copia.rete");
    fs::copy(&first, &copy).unwrap();
    anna.carry().await.unwrap();
    anna.retitle(&page, "Neve e ghiaccio").unwrap();
    let second = write(&anna, &other);
    let late = deliver(&centre.hub, &second);
    let late_copy = kept.join("risposta.rete");
    fs::copy(&late, &late_copy).unwrap();
    let old = deliver(&centre.hub, &first);
    take(&anna, &late).unwrap();
    anna.retitle(&page, "Neve, ghiaccio e vento").unwrap();
    anna.carry().await.unwrap();
    take(&anna, &old).unwrap();
    take(&anna, &late_copy).unwrap();
    deliver(&centre.hub, &copy);
    anna.retitle(&page, "Bufera").unwrap();
    anna.carry().await.unwrap();
    bruno.carry().await.unwrap();

    assert_eq!(anna.look().unwrap(), bruno.look().unwrap());
    assert_eq!(anna.title(&page).unwrap(), "Bufera");
    let log = log_at(&centre.hub, &comune).unwrap();
    let ids: BTreeSet<_> = log.iter().map(|entry| &entry.id).collect();
    assert_eq!(ids.len(), log.len(), "an operation stands twice in the log");
}

#[tokio::test]
async fn what_the_hub_refuses_is_to_settle_whether_told_by_stick_or_line() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let bruno = seat(&centre.hub, &comune, BRUNO).desk;
    let page = anna.write_news("Neve", "Scuole chiuse.").unwrap();
    anna.carry().await.unwrap();
    bruno.carry().await.unwrap();
    bruno.retitle(&page, "Neve abbondante").unwrap();
    anna.retitle(&page, "Neve in collina").unwrap();
    bruno.carry().await.unwrap();
    let answer = deliver(&centre.hub, &write(&anna, &centre.stick()));
    let again = centre.folder.path().join("copia.rete");
    fs::copy(&answer, &again).unwrap();
    let brought = take(&anna, &answer).unwrap();
    assert_eq!(brought.refused, 1);
    take(&anna, &again).unwrap();
    anna.carry().await.unwrap();
    let conflicts = anna.store.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    assert!(matches!(conflicts[0].kind, ConflictKind::Refused(_)));
}

#[tokio::test]
async fn a_revoked_computer_is_told_so_and_keeps_its_work() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    anna.write_news("Neve", "Scuole chiuse.").unwrap();
    let waiting = anna.store.waiting().unwrap();
    let bundle = write(&anna, &centre.stick());
    centre.hub.revoke(&anna.identity.device).unwrap();
    let brought = take(&anna, &deliver(&centre.hub, &bundle)).unwrap();
    assert_eq!(brought.refusal, Some(Why::Revoked));
    assert_eq!(anna.store.waiting().unwrap(), waiting);
    assert!(log_at(&centre.hub, &comune).unwrap().is_empty());
}

#[tokio::test]
async fn bundles_and_answers_for_others_or_damaged_are_refused_and_change_nothing() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let stick = centre.stick();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let bruno = seat(&centre.hub, &comune, BRUNO).desk;
    anna.write_news("Neve", "Scuole chiuse.").unwrap();
    let bundle = write(&anna, &stick);
    let elsewhere = Centre::open();
    assert!(
        elsewhere
            .hub
            .take_bundle(&bundle, &stick.join("x.rete"))
            .is_err()
    );

    let answer = deliver(&centre.hub, &bundle);
    assert!(matches!(
        take(&bruno, &answer),
        Err(StickError::OtherComputer)
    ));
    let not_answer = take(&anna, &bundle);
    assert!(
        matches!(not_answer, Err(StickError::Bundle(BundleError::NotABundle))),
        "{not_answer:?}"
    );
    let whole = fs::read(&answer).unwrap();
    let waiting = anna.store.waiting().unwrap();
    for at in [8, 300, whole.len() / 2, whole.len() - 70, whole.len() - 3] {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        fs::write(&answer, &changed).unwrap();
        assert!(take(&anna, &answer).is_err(), "byte {at}");
        fs::write(&answer, &whole[..at]).unwrap();
        assert!(take(&anna, &answer).is_err(), "cut at {at}");
    }
    assert_eq!(anna.store.waiting().unwrap(), waiting);
    let mut forged = fs::read(&bundle).unwrap();
    let middle = forged.len() - 100;
    forged[middle] ^= 1;
    fs::write(&bundle, forged).unwrap();
    let log = log_at(&centre.hub, &comune).unwrap().len();
    assert!(
        centre
            .hub
            .take_bundle(&bundle, &stick.join("y.rete"))
            .is_err()
    );
    assert!(!stick.join("y.rete").exists());
    assert_eq!(log_at(&centre.hub, &comune).unwrap().len(), log);
}

#[tokio::test]
async fn a_hub_that_came_back_from_a_backup_is_found_out_by_stick_alone() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let page = anna.write_news("Neve", "Scuole chiuse.").unwrap();
    anna.carry().await.unwrap();
    let backup = centre.hub.backup().unwrap();
    anna.retitle(&page, "Neve e ghiaccio").unwrap();
    anna.carry().await.unwrap();
    anna.engine.shutdown().await;
    let data = centre.folder.path().join("data");
    let empty = Centre::open();
    let old = std::mem::replace(&mut centre.hub, empty.hub.clone());
    drop((old, anna.engine.clone()));
    hub::restore(&backup, &data).unwrap();
    let hub = Centre::hub_in(centre.folder.path());
    anna.retitle(&page, "Bufera").unwrap();
    for _ in 0..3 {
        let bundle = write(&anna, &centre.stick());
        take(&anna, &deliver(&hub, &bundle)).unwrap();
    }
    assert_eq!(anna.store.waiting().unwrap(), 0);
    let bruno = seat(&hub, &comune, BRUNO).desk;
    bruno.carry().await.unwrap();
    assert_eq!(bruno.title(&page).unwrap(), "Bufera");
    assert_eq!(anna.look().unwrap(), bruno.look().unwrap());
}

#[tokio::test]
async fn the_facilitatore_takes_a_stick_along_over_a_bad_line_and_brings_the_answer_back() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let stick = centre.stick();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    anna.write_news("Neve", "Scuole chiuse.").unwrap();
    let page = anna.write_news("Frana", "Strada chiusa.").unwrap();
    anna.attach(&page, "foto.pdf", &noise(200_000)).unwrap();
    write(&anna, &stick);

    let carrier = seat(&centre.hub, &comune, BRUNO);
    carrier.way.expect([
        Fate::RequestLost,
        Fate::Arrives,
        Fate::AnswerLost,
        Fate::Twice,
        Fate::AfterOlder,
        Fate::AnswerLost,
    ]);
    let folder = centre.folder.path().join("viaggio");
    let way: Arc<dyn sync::transport::Transport> = carrier.way.clone();
    let runtime = tokio::runtime::Handle::current();
    let start = || {
        Carrier::start(
            &runtime,
            carrier.desk.store.clone(),
            way.clone(),
            folder.clone(),
            Conditions::default,
            || {},
        )
        .unwrap()
    };
    let first = start();
    assert_eq!(first.meet(&stick).unwrap(), (1, 0));
    let heads: Vec<Head> = first
        .loads()
        .unwrap()
        .into_iter()
        .map(|load| load.head)
        .collect();
    assert_eq!(heads[0].comune, comune);
    tokio::time::sleep(Duration::from_millis(50)).await;
    // The app is closed in the middle, and opened again.
    first.shutdown();
    drop(first);
    let second = start();
    let began = Instant::now();
    while !matches!(&second.loads().unwrap()[..], [load] if load.stage == Stage::Answered) {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            second.loads()
        );
        second.nudge();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(second.meet(&stick).unwrap(), (0, 1));
    assert_eq!(second.meet(&stick).unwrap(), (0, 0));
    let answer = stick::scan(&stick).unwrap().into_iter().find(|found| {
        found
            .head
            .as_ref()
            .is_ok_and(|head| head.kind == bundle::Kind::Answer)
    });
    take(&anna, &answer.unwrap().path).unwrap();
    assert_eq!(anna.store.waiting().unwrap(), 0);
    second.shutdown();
}

#[tokio::test]
async fn what_is_carried_for_others_keeps_to_the_limits_of_the_line_and_counts() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let stick = centre.stick();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    let page = anna.write_news("Frana", "Strada chiusa.").unwrap();
    anna.attach(&page, "film.mp4", &noise(900_000)).unwrap();
    write(&anna, &stick);

    let carrier = seat(&centre.hub, &comune, BRUNO);
    // By the hub's clock it is another month.
    let clock_off = 40 * 24 * 3600 * 1000;
    let conditions = Conditions {
        clock_off,
        ..Conditions::default()
    };
    let metered = Conditions {
        held: Some(Held::Metered),
        ..conditions.clone()
    };
    let down = Conditions {
        down: true,
        ..metered.clone()
    };
    let now = Arc::new(Mutex::new(down));
    let asked = now.clone();
    let store = carrier.desk.store.clone();
    let at_hand = Carrier::start(
        &tokio::runtime::Handle::current(),
        store.clone(),
        carrier.way.clone(),
        centre.folder.path().join("viaggio"),
        move || asked.lock().unwrap().clone(),
        || {},
    )
    .unwrap();
    assert_eq!(at_hand.meet(&stick).unwrap(), (1, 0));
    let until = async |stage: Stage| {
        let began = Instant::now();
        while !matches!(&at_hand.loads().unwrap()[..], [load] if load.stage == stage) {
            assert!(began.elapsed() < Duration::from_secs(60), "{stage:?}");
            at_hand.nudge();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let month = sync::month_of(SystemClock.now() + clock_off);
    let spent = || store.limits_and_traffic(&month).unwrap().1.up;
    at_hand.nudge();
    tokio::time::sleep(Duration::from_millis(200)).await;
    until(Stage::Going(0, 0)).await;
    *now.lock().unwrap() = metered;
    until(Stage::Held(Held::Metered)).await;
    assert_eq!(spent(), 0);
    *now.lock().unwrap() = conditions;
    until(Stage::Answered).await;
    assert!((900_000..1_000_000).contains(&spent()), "{}", spent());
    let rows = store.attempts(20).unwrap();
    let carried = |row: &&Attempt| row.up > 900_000 && row.error.is_none();
    assert_eq!(rows.iter().filter(carried).count(), 1, "{rows:?}");
    at_hand.shutdown();
}

#[tokio::test]
async fn a_stick_that_cannot_be_written_leaves_nothing_half_done() {
    let mut centre = Centre::open();
    let comune = centre.next_comune();
    let anna = seat(&centre.hub, &comune, ANNA).desk;
    anna.write_news("Neve", "Scuole chiuse.").unwrap();
    let gone = centre.folder.path().join("tolta");
    let written = stick::write(&anna.store, &gone, &plan(Vec::new()), &|_| {});
    assert!(matches!(written, Err(StickError::Gone(_))), "{written:?}");
    assert!(anna.store.carried().unwrap().is_empty());
    // Pulled out in the middle: the file that was begun is not there.
    let stick = centre.stick();
    let page = anna.write_news("Frana", "Strada chiusa.").unwrap();
    anna.attach(&page, "foto.pdf", &noise(2_000_000)).unwrap();
    let pulled = stick.join("montata");
    fs::create_dir(&pulled).unwrap();
    let away = pulled.clone();
    let written = stick::write(&anna.store, &pulled, &plan(Vec::new()), &move |_| {
        let _ = fs::remove_dir_all(&away);
    });
    assert!(matches!(written, Err(StickError::Gone(_))), "{written:?}");
    anna.carry().await.unwrap();
    assert_eq!(anna.store.waiting().unwrap(), 0);
}

/// Bytes that do not shrink.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

fn ready_to_publish(desk: &Desk) -> PageId {
    let page = desk.store.create_page(PageKind::Pagina, NOW).unwrap();
    desk.retitle(&page, "Piano neve").unwrap();
    desk.rewrite(&page, "Le strade si puliscono in quest'ordine.")
        .unwrap();
    for change in fields() {
        desk.change(&page, PageChange::Set { change, base: 0 })
            .unwrap();
    }
    page
}

fn fields() -> Vec<FieldChange> {
    vec![FieldChange::Summary("Chi fa che cosa quando nevica".into())]
}

fn publish(desk: &Desk, page: &PageId) {
    let view = desk.view(page).unwrap();
    let text = view.text.version;
    desk.change(page, PageChange::Publish { text, seen: 0 })
        .unwrap();
}

#[derive(Debug, Clone)]
enum Step {
    New(usize),
    Title(usize, usize, u8),
    Words(usize, usize),
    File(usize, usize),
    Delete(usize, usize),
    Publish(usize, usize),
    /// The line, with what becomes of its calls.
    Line(usize, Vec<Fate>),
    /// A stick is written.
    Write(usize),
    /// Some stick that was ever written is delivered (again).
    Deliver(usize),
    /// Some answer that was ever given comes (again).
    Bring(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..2_usize;
    let page = 0..3_usize;
    let fate = prop_oneof![
        3 => Just(Fate::Arrives),
        1 => Just(Fate::RequestLost),
        2 => Just(Fate::AnswerLost),
        1 => Just(Fate::Twice),
        1 => Just(Fate::AfterOlder),
    ];
    let at = (who.clone(), page);
    let step = prop_oneof![
        2 => who.clone().prop_map(Step::New),
        3 => (at.clone(), 0..4_u8).prop_map(|((w, p), t)| Step::Title(w, p, t)),
        4 => at.clone().prop_map(|(w, p)| Step::Words(w, p)),
        1 => at.clone().prop_map(|(w, p)| Step::File(w, p)),
        1 => at.clone().prop_map(|(w, p)| Step::Delete(w, p)),
        1 => at.prop_map(|(w, p)| Step::Publish(w, p)),
        4 => (who.clone(), proptest::collection::vec(fate, 0..4)).prop_map(|(w, f)| Step::Line(w, f)),
        5 => who.prop_map(Step::Write),
        6 => any::<usize>().prop_map(Step::Deliver),
        6 => any::<usize>().prop_map(Step::Bring),
    ];
    proptest::collection::vec(step, 6..36)
}

/// Two people, a line and a pile of sticks.
struct Office {
    hub: Hub,
    comune: ComuneId,
    seats: Vec<Seat>,
    pages: Vec<PageId>,
    words: Vec<(PageId, String)>,
    folder: TempDir,
    /// Bundles that were ever written, each kept.
    sticks: Vec<(usize, PathBuf)>,
    /// Answers that were ever given, each kept.
    answers: Vec<(usize, PathBuf)>,
}

impl Office {
    fn open(hub: &Hub, comune: ComuneId) -> Self {
        let seats = [ANNA, BRUNO].map(|who| seat(hub, &comune, who)).into();
        Self {
            hub: hub.clone(),
            comune,
            seats,
            pages: Vec::new(),
            words: Vec::new(),
            folder: TempDir::new().unwrap(),
            sticks: Vec::new(),
            answers: Vec::new(),
        }
    }

    async fn take(&mut self, step: &Step) {
        match *step {
            Step::New(who) if self.pages.len() < 3 => {
                let page = self.seats[who]
                    .desk
                    .write_news("Senza titolo", "inizio")
                    .unwrap();
                self.pages.push(page);
            }
            Step::New(_) => {}
            Step::Title(who, page, title) => {
                let change = FieldChange::Title(format!("Titolo {title}"));
                self.change(who, page, PageChange::Set { change, base: 0 });
            }
            Step::Words(who, page) => self.add_words(who, page),
            Step::File(who, page) => {
                if let Some(page) = self.there(who, page) {
                    let bytes = noise(20_000 + self.words.len() * 1000);
                    let _ = self.seats[who].desk.attach(&page, "foto.pdf", &bytes);
                }
            }
            Step::Delete(who, page) => self.change(who, page, PageChange::Delete),
            Step::Publish(who, page) => {
                let text = TextVersion::default();
                self.change(who, page, PageChange::Publish { text, seen: 0 });
            }
            Step::Line(who, ref fates) => {
                self.seats[who].way.expect(fates.iter().copied());
                let _ = self.seats[who].desk.carry().await;
                self.seats[who].way.heal();
            }
            Step::Write(who) => {
                let path = write(&self.seats[who].desk, self.folder.path());
                self.sticks.push((who, path));
            }
            Step::Deliver(at) => self.deliver(at),
            Step::Bring(at) => self.bring(at),
        }
    }

    fn deliver(&mut self, at: usize) {
        if self.sticks.is_empty() {
            return;
        }
        let (who, bundle) = &self.sticks[at % self.sticks.len()];
        let answer = self
            .folder
            .path()
            .join(format!("risposta-{}.rete", self.answers.len()));
        self.hub.take_bundle(bundle, &answer).unwrap();
        self.answers.push((*who, answer));
    }

    /// A copy, because what was taken in is tidied away.
    fn bring(&self, at: usize) {
        if self.answers.is_empty() {
            return;
        }
        let (who, answer) = &self.answers[at % self.answers.len()];
        let copy = self.folder.path().join("copia");
        fs::create_dir_all(&copy).unwrap();
        let copied = copy.join("risposta.rete");
        fs::copy(answer, &copied).unwrap();
        take(&self.seats[*who].desk, &copied).unwrap();
    }

    fn there(&self, who: usize, page: usize) -> Option<PageId> {
        let page = self.pages.get(page)?;
        self.seats[who].desk.view(page).ok().map(|_| page.clone())
    }

    fn change(&self, who: usize, page: usize, change: PageChange) {
        if let Some(page) = self.there(who, page) {
            let _ = self.seats[who].desk.change(&page, change);
        }
    }

    fn add_words(&mut self, who: usize, page: usize) {
        let Some(page) = self.there(who, page) else {
            return;
        };
        let desk = &self.seats[who].desk;
        let word = format!("parola{}", self.words.len());
        let text = format!("{}{word}", desk.text(&page).unwrap());
        desk.rewrite(&page, &text).unwrap();
        self.words.push((page, word));
    }

    async fn settle(&self) {
        for _ in 0..2 {
            for seat in &self.seats {
                seat.way.heal();
                seat.desk.carry_in(5).await.unwrap();
            }
        }
    }

    /// No line any more: sticks alone must do.
    fn settle_by_stick(&self) {
        for _ in 0..3 {
            for seat in &self.seats {
                let bundle = write(&seat.desk, self.folder.path());
                let answer = bundle.with_file_name("ultima.rete");
                self.hub.take_bundle(&bundle, &answer).unwrap();
                take(&seat.desk, &answer).unwrap();
            }
        }
    }

    fn check(&self) {
        let looks: Vec<_> = self
            .seats
            .iter()
            .map(|seat| seat.desk.look().unwrap())
            .collect();
        assert_eq!(looks[0], looks[1], "they see different things");
        for seat in &self.seats {
            assert_eq!(seat.desk.store.waiting().unwrap(), 0);
        }
        let log = log_at(&self.hub, &self.comune).unwrap();
        let ids: BTreeSet<_> = log.iter().map(|entry| &entry.id).collect();
        assert_eq!(ids.len(), log.len(), "an operation stands twice in the log");
        for (page, word) in &self.words {
            if let Some((_, text)) = looks[0].get(page) {
                assert!(text.plain().contains(word), "{word} was lost");
            }
        }
    }
}

#[test]
fn any_mixture_of_line_and_stick_ends_in_the_same_state_everywhere() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let centre = Mutex::new(Centre::open());
    let began = Instant::now();
    let mut runner = TestRunner::new(Rules {
        cases: CASES,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Rules::default()
    });
    let run = runner.run(&(steps(), any::<bool>()), |(steps, line)| {
        let (hub, comune) = {
            let mut centre = centre
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            let comune = centre.next_comune();
            (centre.hub.clone(), comune)
        };
        runtime.block_on(async {
            let mut office = Office::open(&hub, comune);
            for step in &steps {
                office.take(step).await;
            }
            match line {
                true => office.settle().await,
                false => office.settle_by_stick(),
            }
            office.check();
        });
        Ok(())
    });
    println!("{CASES} schedules in {} ms", began.elapsed().as_millis());
    if let Err(error) = run {
        panic!("{error}");
    }
}
