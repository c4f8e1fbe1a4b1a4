//! A bundle may be hundreds of megabytes; memory must not notice, neither at the desk that writes it, nor at the one
//! that carries it, nor at the hub, nor where its answer is taken in. Alone in its process, because the process is
//! what is measured: all four are in it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the unexpected"
)]
#![expect(clippy::print_stdout, reason = "what was measured is worth reading")]

use domain::identity::Scope;
use domain::sito::{PageChange, PageKind};
use domain::{ComuneId, DeviceId};
use hub::storage::Device;
use hub::{Config, Hub};
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Identity, Key, Secret, Store};
use sync::DeviceKey;
use sync::stick::{self, Carrier, Conditions, Plan, Stage};
use sync::transport::HttpTransport;
use testkit::{ANNA, BRUNO, CARLA, Person};

/// Far more than memory may grow by. `STICK_MB=100` measures the largest file there may be.
const LARGE: u64 = 40;
/// What all of it together may take, in kB. Nothing holds more of a bundle than a piece of 256 kB at either end, or a
/// part on its way (as large, `protocol::carried::MAX_PART`: the carrier's, its call's, the hub's); the rest are the
/// caches of five databases (2 MB each) and of the allocator. A bundle held whole would be [`LARGE`].
const ROOM: u64 = 24 * 1024;
const NOW: i64 = 1_795_334_400_000;

/// The most memory this process had since the last [`forget`], in kB; `None` where the system does not say.
fn most() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What it has now becomes the most it had.
fn forget() -> Option<()> {
    std::fs::write("/proc/self/clear_refs", "5").ok()
}

fn desk(hub: &Hub, folder: &Path, who: Person) -> Store {
    let key = DeviceKey::generate().unwrap();
    let comune = ComuneId::new(who.comune);
    let device = DeviceId::new(who.name.replace(' ', "-"));
    let expires = i64::MAX;
    hub.registry()
        .add_device(&Device {
            id: device.clone(),
            public_key: key.public_bytes(),
            name: who.computer.into(),
            person: who.name.into(),
            role: who.role,
            comune: comune.clone(),
            enrolled: 0,
            seen: None,
            expires,
            revoked: false,
        })
        .unwrap();
    let key_of_store = Key::generate().unwrap();
    let store = Store::open(&folder.join(format!("{device}.db")), &key_of_store).unwrap();
    let identity = Identity {
        device,
        secret: Secret(key.secret()),
        person: who.name.into(),
        role: who.role,
        comune_name: "Roccaverano".into(),
        hub: String::new(),
        site: String::new(),
        scopes: vec![Scope::sito(&comune)],
        comune,
        expires,
        keys: Some(hub.keys()),
    };
    store.set_identity(&identity).unwrap();
    store
}

fn megabytes() -> u64 {
    let wanted = std::env::var("STICK_MB").ok();
    wanted.and_then(|mb| mb.parse().ok()).unwrap_or(LARGE)
}

/// Takes along what is on the stick, over the carrier's own line, and puts the answer beside it.
async fn carry(carrier: &Carrier, stick: &Path, written: &stick::Written) -> PathBuf {
    let (taken, _) = carrier.meet(stick).unwrap();
    assert_eq!(taken, 1);
    let answered = || {
        let loads = carrier.loads().unwrap();
        let mut own = loads.iter().filter(|load| {
            load.head.id == written.id || load.head.of.as_ref() == Some(&written.id)
        });
        own.all(|load| match &load.stage {
            Stage::Failed(error) => panic!("{error}"),
            stage => *stage == Stage::Answered,
        })
    };
    while !answered() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (_, brought) = carrier.meet(stick).unwrap();
    assert_eq!(brought, 1);
    let name = written.path.file_name().unwrap().to_string_lossy();
    stick.join(stick::answer_name(&name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_goes_both_ways_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let running = hub::serve(Config::new(folder.path().join("centro")))
        .await
        .unwrap();
    let hub = running.hub.clone();
    hub.seed_province().unwrap();
    let (anna, bruno) = (
        desk(&hub, folder.path(), ANNA),
        desk(&hub, folder.path(), BRUNO),
    );
    let carrier = Carrier::start(
        &tokio::runtime::Handle::current(),
        desk(&hub, folder.path(), CARLA),
        Arc::new(HttpTransport::new(&running.url).unwrap()),
        folder.path().join("viaggio"),
        Conditions::default,
        || {},
    )
    .unwrap();
    let large = megabytes() << 20;
    let mut noise = blake3::Hasher::new().finalize_xof().take(large);
    let film = anna
        .add_file(&mut noise, "consiglio.mp4", "video/mp4")
        .unwrap();
    let page = anna.create_page(PageKind::Notizia, NOW).unwrap();
    anna.change(&page, PageChange::Attach(film.clone()), NOW)
        .unwrap();
    let plan = |wishes| Plan {
        stem: "roccaverano-2026-11-26".into(),
        computer: String::new(),
        at: NOW,
        wishes,
    };
    let stick = folder.path().join("chiavetta");
    std::fs::create_dir(&stick).unwrap();
    if forget().is_none() {
        println!("SKIPPED: this system does not tell the most memory that a process had");
        return;
    }
    let before = most().unwrap();
    let mut told = Vec::new();
    let mut step = |name: &'static str, began: Instant| {
        told.push((
            name,
            began.elapsed().as_millis(),
            most().unwrap().saturating_sub(before),
        ));
    };

    let began = Instant::now();
    let written = stick::write(&anna, &stick, &plan(Vec::new()), &|_| {}).unwrap();
    step("written", began);
    let began = Instant::now();
    let answer = carry(&carrier, &stick, &written).await;
    step("carried, and taken by the hub", began);
    stick::take(&anna, &answer, folder.path(), NOW).unwrap();
    let asked = stick::write(&bruno, &stick, &plan(vec![film.id.clone()]), &|_| {}).unwrap();
    let began = Instant::now();
    let answer = carry(&carrier, &stick, &asked).await;
    step("answered with it, and carried back", began);
    let began = Instant::now();
    let brought = stick::take(&bruno, &answer, folder.path(), NOW).unwrap();
    step("taken in", began);
    carrier.shutdown();
    running.shutdown().await.unwrap();

    for (name, ms, kb) in &told {
        println!(
            "{} MB {name}: {ms} ms, at most {kb} kB more memory",
            large >> 20
        );
    }
    assert!(written.size > large);
    assert!(anna.file_state(&film.id).unwrap().uploaded);
    assert_eq!((brought.files, anna.waiting().unwrap()), (1, 0));
    assert_eq!(bruno.file_state(&film.id).unwrap().have, large);
    let most = told.iter().map(|(_, _, kb)| *kb).max().unwrap();
    assert!(most < ROOM, "{most} kB");
}
