//! A bundle may be hundreds of megabytes; memory must not notice. Alone in its process, because the process is
//! what is measured.
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
use std::time::Instant;
use store::{Identity, Key, Secret, Store};
use sync::DeviceKey;
use sync::stick::{self, Plan};
use testkit::{ANNA, BRUNO, Person};

/// Far more than memory may grow by. `STICK_MB=100` measures the largest file there may be.
const LARGE: u64 = 40;
/// What all of it together may take, in kB.
const ROOM: u64 = 30 * 1024;
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

#[test]
fn a_large_file_goes_both_ways_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(Config::new(folder.path().join("centro"))).unwrap();
    hub.seed_province().unwrap();
    let (anna, bruno) = (
        desk(&hub, folder.path(), ANNA),
        desk(&hub, folder.path(), BRUNO),
    );
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
    let answer = stick.join("risposta.rete");

    let began = Instant::now();
    let written = stick::write(&anna, &stick, &plan(Vec::new()), &|_| {}).unwrap();
    step("written", began);
    let began = Instant::now();
    hub.take_bundle(&written.path, &answer).unwrap();
    step("taken by the hub", began);
    stick::take(&anna, &answer, folder.path(), NOW).unwrap();
    let asked = stick::write(&bruno, &stick, &plan(vec![film.id.clone()]), &|_| {}).unwrap();
    let began = Instant::now();
    hub.take_bundle(&asked.path, &answer).unwrap();
    step("answered with it", began);
    let began = Instant::now();
    let brought = stick::take(&bruno, &answer, folder.path(), NOW).unwrap();
    step("taken in", began);

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
