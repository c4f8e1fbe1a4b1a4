//! A new computer takes a long log page by page, and is killed over and over, as the hub is: it goes on from where it was.

use crate::length;
use crate::road::VILLAGE;
use crate::world::{Desk, HubProcess, Line, check, log_of};
use domain::identity::Scope;
use hub::Config;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};
use store::{Key, Store};
use testkit::{ANNA, BRUNO, Chance, code_at};

/// However slow the machine: so many lives without an end are no progress.
const MOST_LIVES: usize = 400;
/// What a kill may cost, in bytes on the line: the answer that was under way, the one asked for ahead, a connection.
const ONE_KILL: u64 = 48 * 1024;

#[test]
fn a_first_sync_that_is_killed_goes_on_from_where_it_was() {
    let pages = length(2_400, 10_000);
    let seed = seed();
    let mut chance = Chance::new(seed);
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("hub");
    let [anna, bruno, calm] = codes(&data);
    let hub = HubProcess::start(&data);
    let written = write(
        &format!("http://{}", hub.address),
        &anna,
        pages,
        &mut chance,
    );
    let (mut hub, log) = hub.die_look_and_rise(|data| log_of(data).len() as u64);
    assert_eq!(log, 3 * pages as u64);
    let line = Line::lay(hub.address);
    line.set(VILLAGE);

    // What it costs when nobody is killed.
    let began = Instant::now();
    let mut calm = Desk::enrol(root.path().join("calm"), BRUNO, &line.url(), &calm);
    calm.take(pages);
    assert!(calm.ends());
    let (whole, calm_time) = (line.traffic().down, began.elapsed());

    let began = Instant::now();
    let mut bruno = Desk::enrol(root.path().join("bruno"), BRUNO, &line.url(), &bruno);
    let (mut lives, mut hubs, mut steps, mut reached) = (0, 0, 0, 0);
    while reached < log {
        assert!(lives < MOST_LIVES, "{reached} of {log} after {lives} lives");
        bruno.take(pages);
        lives += 1;
        std::thread::sleep(between(&mut chance, 150, 900));
        if lives % 3 == 0 {
            hub = hub.die_and_rise();
            hubs += 1;
            std::thread::sleep(between(&mut chance, 150, 900));
        }
        bruno.die();
        let now = cursor(&bruno.folder);
        assert!(now >= reached, "read back from {reached} to {now}");
        steps += usize::from(now > reached);
        reached = now;
    }
    assert_eq!(reached, log);
    let (taken, time) = (line.traffic().down - whole, began.elapsed());
    bruno.settle();
    drop(hub);
    bruno.said = written;
    assert_eq!(check(&data, &[bruno, calm]), pages);
    println!(
        "seed {seed}: {log} entries; {} kB in {:.1} s when nobody is killed; {} kB in {:.1} s in {lives} lives ({steps} of them \
         brought it further), the hub killed {hubs} times",
        whole / 1000,
        calm_time.as_secs_f64(),
        taken / 1000,
        time.as_secs_f64(),
    );
    assert!(steps > 2, "it came in {steps} steps: not much was killed");
    let kills = lives as u64 + hubs;
    assert!(
        taken < whole + kills * ONE_KILL,
        "{taken} bytes for {whole}, with {kills} kills"
    );
    assert!(
        ONE_KILL < whole / 4,
        "{whole} bytes are too few to tell from a sync from zero"
    );
}

/// Anna writes so many pages, titles that do not pack well, and sends them: gives title by page.
fn write(url: &str, code: &str, pages: usize, chance: &mut Chance) -> BTreeMap<String, String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let anna = testkit::Desk::enrol(url, code, ANNA).await.unwrap();
        let mut written = BTreeMap::new();
        for number in 0..pages {
            let noise: String = (0..8)
                .map(|_| format!("{:x}", chance.below(u64::MAX)))
                .collect();
            let title = format!("{number} {noise}");
            let page = anna.write_news(&title, &title).unwrap();
            written.insert(page.to_string(), title);
        }
        anna.carry().await.unwrap();
        written
    })
}

/// A new hub's data, with a code for Anna and two for Bruno's computers.
fn codes(data: &Path) -> [String; 3] {
    let hub = hub::Hub::open(Config::new(data)).unwrap();
    hub.seed_province().unwrap();
    [ANNA, BRUNO, BRUNO].map(|who| code_at(&hub, &who, &who.comune()).unwrap())
}

/// How far a workspace that nobody works on has read its comune's log. That it opens at all is part of the test.
fn cursor(folder: &Path) -> u64 {
    let key = Key::from_bytes(&std::fs::read(folder.join("key")).unwrap()).unwrap();
    let store = Store::open(&folder.join("workspace.db"), &key).unwrap();
    let cursors = store.cursors().unwrap();
    cursors
        .get(&Scope::sito(&BRUNO.comune()))
        .copied()
        .unwrap_or(0)
}

/// When to kill: from a seed that is told, and taken from `REAL_SEED` where that is set.
fn seed() -> u64 {
    let told = std::env::var("REAL_SEED").ok();
    told.map_or_else(|| getrandom::u64().unwrap(), |seed| seed.parse().unwrap())
}

fn between(chance: &mut Chance, least: u64, most: u64) -> Duration {
    Duration::from_millis(least + chance.below(most - least))
}
