//! A hub and desks as processes, and what must hold when all is over.

use crate::road::{Place, tls};
use hub::{Config, Limits};
use protocol::Logged;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use testkit::{ANNA, BRUNO, Cable, Fault, Person, ROCCAVERANO, code_at, log_at};

const CLIENT: &str = env!("CARGO_BIN_EXE_client");

/// Not a test: the hub as a process of its own, when this program starts itself again.
#[test]
#[ignore = "the hub of the other tests"]
fn be_the_hub() {
    let (Ok(data), Ok(listen)) = (std::env::var("REAL_DATA"), std::env::var("REAL_LISTEN")) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut config = config(data.as_ref(), listen.parse().unwrap());
        if let Some(haste) = std::env::var("REAL_HASTE")
            .ok()
            .and_then(|n| n.parse().ok())
        {
            config.clock = hasty(haste);
        }
        let running = hub::serve(config).await.unwrap();
        writeln!(std::io::stderr(), "ready {}", running.addr).unwrap();
        std::future::pending::<()>().await;
    });
}

/// The usual settings, but for limits: here clients call as often as they can.
fn config(data: &Path, listen: SocketAddr) -> Config {
    let mut config = Config::new(data);
    config.listen = listen;
    config.tls = tls();
    config.limits = Limits {
        device: 1_000_000,
        ..Limits::default()
    };
    config
}

/// A clock that begins right and runs so many times too fast.
fn hasty(haste: i64) -> hub::Clock {
    let clock = hub::system_clock();
    let began = clock();
    Arc::new(move || began + (clock() - began) * haste)
}

/// The hub's process.
pub struct HubProcess {
    child: Child,
    place: Place,
    data: PathBuf,
    haste: u32,
    pub address: SocketAddr,
}

impl HubProcess {
    pub fn start(data: &Path) -> Self {
        Self::hasty(data, 1)
    }

    /// With a clock that runs so many times too fast.
    pub fn hasty(data: &Path, haste: u32) -> Self {
        let place = Place::default();
        let listen = place.listen();
        Self::start_at(place, data, listen, haste)
    }

    /// At its end of what is between it and the desks.
    pub fn start_in(place: &Place, data: &Path) -> Self {
        Self::start_at(place.clone(), data, place.listen(), 1)
    }

    fn start_at(place: Place, data: &Path, listen: SocketAddr, haste: u32) -> Self {
        let mut child = place
            .far(std::env::current_exe().unwrap())
            .args(["--exact", "world::be_the_hub", "--ignored", "--nocapture"])
            .env("REAL_DATA", data)
            .env("REAL_LISTEN", listen.to_string())
            .env("REAL_HASTE", haste.to_string())
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
        Self {
            child,
            place,
            data: data.to_owned(),
            haste,
            address,
        }
    }

    /// `kill -9`, and a new one on the same data and port.
    pub fn die_and_rise(self) -> Self {
        self.die_look_and_rise(|_| ()).0
    }

    /// The same; in between its data is looked at.
    pub fn die_look_and_rise<T>(self, look: impl FnOnce(&Path) -> T) -> (Self, T) {
        let (place, data) = (self.place.clone(), self.data.clone());
        let (address, haste) = (self.address, self.haste);
        drop(self);
        let seen = look(&data);
        (Self::start_at(place, &data, address, haste), seen)
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A cable on a thread of its own, for tests that are not asynchronous.
pub struct Line {
    runtime: tokio::runtime::Runtime,
    cable: Cable,
}

impl Line {
    pub fn lay(hub: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let cable = runtime.block_on(Cable::lay(hub)).unwrap();
        Self { runtime, cable }
    }

    pub fn url(&self) -> String {
        self.cable.url()
    }

    pub fn set(&self, fault: Fault) {
        let _inside = self.runtime.enter();
        self.cable.set(fault);
    }

    pub fn traffic(&self) -> testkit::Traffic {
        self.cable.traffic()
    }
}

/// A client at work; what it said it had on disk is collected.
struct Worker {
    child: Child,
    said: JoinHandle<Vec<(String, String)>>,
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

/// Somebody's workspace, and the process that works on it.
pub struct Desk {
    pub folder: PathBuf,
    pub name: String,
    place: Place,
    worker: Option<Worker>,
    rounds: usize,
    /// Options that every process of this desk gets.
    pub options: Vec<String>,
    /// Pages said to be on disk, with their titles.
    pub said: BTreeMap<String, String>,
}

impl Desk {
    /// A desk on a folder that holds a workspace already.
    pub fn at(folder: PathBuf, name: &str) -> Self {
        Self {
            folder,
            name: name.to_owned(),
            place: Place::default(),
            worker: None,
            rounds: 0,
            options: Vec::new(),
            said: BTreeMap::new(),
        }
    }

    pub fn enrol(folder: PathBuf, who: Person, hub: &str, code: &str) -> Self {
        Self::enrol_in(&Place::default(), folder, who, hub, code)
    }

    /// At its end of what is between it and the hub.
    pub fn enrol_in(place: &Place, folder: PathBuf, who: Person, hub: &str, code: &str) -> Self {
        let mut desk = Self::at(folder, who.name);
        desk.place = place.clone();
        let words = [
            "enrol",
            "--hub",
            hub,
            "--code",
            code,
            "--name",
            who.computer,
        ];
        desk.run(&words);
        desk
    }

    /// Starts to write, a page every so often.
    pub fn work(&mut self, pause: Duration) {
        self.rounds += 1;
        let name = format!("{} {}.", self.name, self.rounds);
        let pause = pause.as_millis().to_string();
        self.begin(&["work", "--name", &name, "--pause", &pause]);
    }

    /// Starts to read what the hub has, until so many pages are here.
    pub fn take(&mut self, pages: usize) {
        self.begin(&["await", "--count", &pages.to_string(), "--seconds", "300"]);
    }

    fn begin(&mut self, words: &[&str]) {
        let mut command = self.command(words);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        self.worker = Some(Worker {
            child,
            said: std::thread::spawn(move || listen(out)),
        });
    }

    /// `kill -9`, where it still runs.
    pub fn die(&mut self) {
        if let Some(mut worker) = self.worker.take() {
            let _ = worker.child.kill();
            worker.child.wait().unwrap();
            self.said.extend(worker.said.join().unwrap());
        }
    }

    /// Waits until it ends by itself, and whether it ended well.
    pub fn ends(&mut self) -> bool {
        let mut worker = self.worker.take().unwrap();
        let status = worker.child.wait().unwrap();
        self.said.extend(worker.said.join().unwrap());
        status.success()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.place.near(CLIENT);
        command.args(words).arg("--dir").arg(&self.folder);
        command.args(&self.options);
        command
    }

    pub fn try_run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    pub fn run(&self, words: &[&str]) -> String {
        let output = self.try_run(words);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{words:?}: {said}");
        said
    }

    pub fn settle(&self) {
        self.run(&["wait", "--seconds", "120"]);
    }

    fn state(&self) -> serde_json::Value {
        serde_json::from_str(&self.run(&["state", "--json"])).unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(worker) = &mut self.worker {
            let _ = worker.child.kill();
            let _ = worker.child.wait();
        }
    }
}

/// A new hub's data, with a code for Anna and one for Bruno.
pub fn codes(data: &Path) -> [String; 2] {
    let hub = hub::Hub::open(Config::new(data)).unwrap();
    hub.seed_province().unwrap();
    [ANNA, BRUNO].map(|who| code_at(&hub, &who, &who.comune()).unwrap())
}

/// The log of a hub that does not run.
pub fn log_of(data: &Path) -> Vec<Logged> {
    let hub = hub::Hub::open(Config::new(data)).unwrap();
    log_at(&hub, &domain::ComuneId::new(ROCCAVERANO)).unwrap()
}

/// When all is over: every page said to be on disk is at the hub and looks the same at every desk; no
/// operation stands twice in the log; nothing waits. Gives how many pages there are.
pub fn check(data: &Path, desks: &[Desk]) -> usize {
    let log = log_of(data);
    let ids: BTreeSet<_> = log.iter().map(|entry| &entry.id).collect();
    assert_eq!(ids.len(), log.len(), "an operation stands twice in the log");
    let created: Vec<_> = log.iter().filter_map(created).collect();
    let once: BTreeSet<_> = created.iter().collect();
    assert_eq!(once.len(), created.len(), "a page was made twice");
    let states: Vec<_> = desks.iter().map(Desk::state).collect();
    for state in &states {
        assert_eq!(state["waiting"], 0);
        assert_eq!(state["conflicts"], 0);
    }
    let shown = pages(&states[0]);
    for state in &states[1..] {
        let elsewhere = pages(state);
        assert_eq!(shown.len(), elsewhere.len());
        for (page, look) in &shown {
            assert_eq!(Some(look), elsewhere.get(page), "two desks differ");
        }
    }
    for (page, title) in desks.iter().flat_map(|desk| &desk.said) {
        assert!(once.contains(page), "{title} never reached the hub");
        assert_eq!(shown[page.as_str()]["title"], title.as_str());
        assert_eq!(shown[page.as_str()]["text"], format!("{title}\n"));
    }
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
