//! kill -9 of clients and of the hub, in the middle of their work, loses nothing that was on disk.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
#![expect(clippy::print_stdout, reason = "what was measured is worth reading")]

use domain::ComuneId;
use hub::Config;
use protocol::Logged;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use testkit::{ANNA, BRUNO, Person, ROCCAVERANO, code_at, log_at};

/// Kills in all, of both clients and of the hub.
const KILLS: usize = 200;
const CLIENT: &str = env!("CARGO_BIN_EXE_client");

/// Not a test: the hub as a process of its own, when this program starts itself again.
#[test]
#[ignore = "the hub of the test below"]
fn be_the_hub() {
    let (Ok(data), Ok(listen)) = (std::env::var("KILL_DATA"), std::env::var("KILL_LISTEN")) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut config = Config::new(data);
        config.listen = listen.parse().unwrap();
        let running = hub::serve(config).await.unwrap();
        writeln!(std::io::stderr(), "ready {}", running.addr).unwrap();
        std::future::pending::<()>().await;
    });
}

struct HubProcess {
    child: Child,
    address: SocketAddr,
}

fn start_hub(data: &Path, listen: SocketAddr) -> HubProcess {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "be_the_hub", "--ignored", "--nocapture"])
        .env("KILL_DATA", data)
        .env("KILL_LISTEN", listen.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| line.strip_prefix("ready ")?.parse().ok())
        .unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    HubProcess { child, address }
}

/// A client at work; what it said it had on disk is collected.
struct Worker {
    child: Child,
    said: JoinHandle<Vec<(String, String)>>,
}

fn start_worker(folder: &Path, name: &str) -> Worker {
    let mut child = Command::new(CLIENT)
        .args(["work", "--pause", "25", "--name", name, "--dir"])
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    Worker {
        child,
        said: std::thread::spawn(move || listen(out)),
    }
}

fn listen(out: ChildStdout) -> Vec<(String, String)> {
    let lines = BufReader::new(out).lines().map_while(Result::ok);
    lines
        .filter_map(|line| {
            let (page, title) = line.split_once('\t')?;
            Some((page.to_owned(), title.to_owned()))
        })
        .collect()
}

/// `kill -9`, and what it had said until then.
fn kill(mut worker: Worker) -> Vec<(String, String)> {
    worker.child.kill().unwrap();
    worker.child.wait().unwrap();
    worker.said.join().unwrap()
}

fn client(folder: &Path, words: &[&str]) -> String {
    let output = Command::new(CLIENT)
        .args(words)
        .arg("--dir")
        .arg(folder)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{words:?}: {said}");
    said
}

struct Desk {
    folder: PathBuf,
    name: &'static str,
    worker: Option<Worker>,
    /// Pages said to be on disk, with their titles.
    said: BTreeMap<String, String>,
}

impl Desk {
    fn enrol(root: &Path, who: Person, name: &'static str, hub: &str, code: &str) -> Self {
        let folder = root.join(name);
        client(
            &folder,
            &[
                "enrol",
                "--hub",
                hub,
                "--code",
                code,
                "--name",
                who.computer,
            ],
        );
        Self {
            folder,
            name,
            worker: None,
            said: BTreeMap::new(),
        }
    }

    fn work(&mut self, round: usize) {
        let name = format!("{} {round}.", self.name);
        self.worker = Some(start_worker(&self.folder, &name));
    }

    fn die(&mut self) {
        if let Some(worker) = self.worker.take() {
            self.said.extend(kill(worker));
        }
    }

    fn state(&self) -> serde_json::Value {
        serde_json::from_str(&client(&self.folder, &["state", "--json"])).unwrap()
    }
}

#[test]
fn two_hundred_kills_of_clients_and_hub_lose_nothing_that_was_on_disk() {
    let began = Instant::now();
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("hub");
    let (anna, bruno) = codes(&data);
    let mut hub = start_hub(&data, SocketAddr::from(([127, 0, 0, 1], 0)));
    let url = format!("http://{}", hub.address);
    let mut desks = [
        Desk::enrol(root.path(), ANNA, "anna", &url, &anna),
        Desk::enrol(root.path(), BRUNO, "bruno", &url, &bruno),
    ];
    for (round, desk) in desks.iter_mut().enumerate() {
        desk.work(round);
    }
    for round in 2..KILLS + 2 {
        std::thread::sleep(Duration::from_millis(u64::from(roll(20, 220))));
        match roll(0, 3) {
            0 => {
                hub.child.kill().unwrap();
                hub.child.wait().unwrap();
                hub = start_hub(&data, hub.address);
            }
            who => {
                let desk = &mut desks[who as usize - 1];
                desk.die();
                desk.work(round);
            }
        }
    }
    let killing = began.elapsed();
    for desk in &mut desks {
        desk.die();
    }
    for _ in 0..2 {
        for desk in &desks {
            client(&desk.folder, &["wait", "--seconds", "60"]);
        }
    }
    hub.child.kill().unwrap();
    hub.child.wait().unwrap();
    let pages = check(&data, &desks);
    println!(
        "{KILLS} kills in {} s, {pages} pages, {} s in all",
        killing.as_secs(),
        began.elapsed().as_secs()
    );
}

fn codes(data: &Path) -> (String, String) {
    let hub = hub::Hub::open(Config::new(data)).unwrap();
    hub.seed_province().unwrap();
    let code = |who: Person| code_at(&hub, &who, &who.comune()).unwrap();
    (code(ANNA), code(BRUNO))
}

/// Gives how many pages there are.
fn check(data: &Path, desks: &[Desk]) -> usize {
    let hub = hub::Hub::open(Config::new(data)).unwrap();
    let log = log_at(&hub, &ComuneId::new(ROCCAVERANO)).unwrap();
    let ids: BTreeSet<_> = log.iter().map(|entry| &entry.id).collect();
    assert_eq!(ids.len(), log.len(), "an operation stands twice in the log");
    let created: BTreeSet<_> = log.iter().filter_map(created).collect();
    let states: Vec<_> = desks.iter().map(Desk::state).collect();
    for state in &states {
        assert_eq!(state["waiting"], 0);
        assert_eq!(state["conflicts"], 0);
    }
    let shown = pages(&states[0]);
    let elsewhere = pages(&states[1]);
    assert_eq!(shown.len(), elsewhere.len());
    for (page, look) in &shown {
        assert_eq!(Some(look), elsewhere.get(page), "the two desks differ");
    }
    for (page, title) in desks.iter().flat_map(|desk| &desk.said) {
        assert!(created.contains(page), "{title} never reached the hub");
        assert_eq!(shown[page.as_str()]["title"], title.as_str());
        assert_eq!(shown[page.as_str()]["text"], format!("{title}\n"));
    }
    let said: usize = desks.iter().map(|desk| desk.said.len()).sum();
    assert!(
        said > KILLS,
        "only {said} pages were written: there was no load"
    );
    shown.len()
}

/// The pages of a state, by their identity.
fn pages(state: &serde_json::Value) -> BTreeMap<&str, &serde_json::Value> {
    let pages = state["pages"].as_array().unwrap().iter();
    pages
        .map(|page| (page["id"].as_str().unwrap(), page))
        .collect()
}

fn created(entry: &Logged) -> Option<String> {
    let body = entry.body.as_ref()?;
    let change = serde_json::to_value(&body.change).ok()?;
    change["sito"].get("create").map(|_| body.entity.clone())
}

fn roll(least: u32, most: u32) -> u32 {
    least + getrandom::u32().unwrap() % (most - least)
}
