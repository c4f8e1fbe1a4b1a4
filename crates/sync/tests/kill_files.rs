//! kill -9 of client and hub, in the middle of a large file: it goes on where it was, both ways.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
#![expect(clippy::print_stdout, reason = "what was measured is worth reading")]

use hub::Config;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use store::{Key, Store};
use testkit::{ANNA, BRUNO, Cable, Fault, Person, code_at};

/// Bytes of the file, and of the line in a second.
const SIZE: usize = 12_000_000;
const RATE: u64 = 1_000_000;
/// Kills each way.
const KILLS: usize = 10;
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

impl HubProcess {
    fn kill_and_start(&mut self, data: &Path) {
        kill(&mut self.child);
        *self = start_hub(data, self.address);
    }
}

fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn client(folder: &Path, words: &[&str]) -> String {
    let output = Command::new(CLIENT)
        .args(words)
        .arg("--dir")
        .arg(folder)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let status = output.status;
    assert!(status.success(), "{words:?}, {status}: {said}");
    said.trim().to_owned()
}

/// Carries until nothing is left, in a process of its own.
fn carry(folder: &Path) -> Child {
    Command::new(CLIENT)
        .args(["wait", "--seconds", "240", "--dir"])
        .arg(folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn open(folder: &Path) -> Store {
    let key = Key::from_bytes(&std::fs::read(folder.join("key")).unwrap()).unwrap();
    Store::open(&folder.join("workspace.db"), &key).unwrap()
}

fn roll(least: u32, most: u32) -> u64 {
    u64::from(least + getrandom::u32().unwrap() % (most - least))
}

/// Carries, while client and hub are killed in turn. Gives how many kills there were.
fn carry_and_kill(folder: &Path, hub: &mut HubProcess, data: &Path) -> usize {
    let mut worker = carry(folder);
    for kills in 0..KILLS {
        std::thread::sleep(Duration::from_millis(roll(300, 1_500)));
        if worker.try_wait().unwrap().is_some() {
            return kills;
        }
        if kills % 2 == 0 {
            kill(&mut worker);
            worker = carry(folder);
        } else {
            hub.kill_and_start(data);
        }
    }
    let status = worker.wait().unwrap();
    assert!(status.success(), "{status}");
    KILLS
}

fn enrol(root: &Path, who: Person, name: &str, url: &str, code: &str) -> PathBuf {
    let folder = root.join(name);
    client(
        &folder,
        &[
            "enrol",
            "--hub",
            url,
            "--code",
            code,
            "--name",
            who.computer,
        ],
    );
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_goes_on_where_it_was_whoever_is_killed() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("hub");
    let codes = [ANNA, BRUNO].map(|who| {
        let hub = hub::Hub::open(Config::new(&data)).unwrap();
        hub.seed_province().unwrap();
        code_at(&hub, &who, &who.comune()).unwrap()
    });
    let mut hub = start_hub(&data, SocketAddr::from(([127, 0, 0, 1], 0)));
    let cable = Cable::lay(hub.address).await.unwrap();
    let (url, path) = (cable.url(), root.path().to_owned());
    let film = path.join("film.mp4");
    let mut bytes = vec![0; SIZE];
    getrandom::fill(&mut bytes).unwrap();
    std::fs::write(&film, &bytes).unwrap();
    let moved = tokio::task::spawn_blocking(move || {
        let anna = enrol(&path, ANNA, "anna", &url, &codes[0]);
        let bruno = enrol(&path, BRUNO, "bruno", &url, &codes[1]);
        let page = client(&anna, &["write", "--title", "Film"]);
        client(&anna, &["wait"]);
        let film = film.to_string_lossy();
        let file = client(&anna, &["attach", "--page", &page, "--file", &film]);
        cable.set(Fault {
            rate: RATE,
            delay: Duration::from_millis(20),
            ..Fault::default()
        });
        let (before, began) = (cable.traffic(), Instant::now());
        let up_kills = carry_and_kill(&anna, &mut hub, &data);
        let (between, uploaded) = (cable.traffic(), began.elapsed());
        let down_kills = carry_and_kill(&bruno, &mut hub, &data);
        let after = cable.traffic();
        kill(&mut hub.child);
        println!(
            "12 MB up with {up_kills} kills: {} bytes in {} s; down with {down_kills} kills: {} bytes in {} s",
            between.up - before.up,
            uploaded.as_secs(),
            after.down - between.down,
            (began.elapsed() - uploaded).as_secs(),
        );
        let found = open(&bruno).read_file(&domain::FileId::new(file)).unwrap();
        assert!(found == bytes, "the file is another");
        [
            (up_kills, between.up - before.up),
            (down_kills, after.down - between.down),
        ]
    });
    for (kills, moved) in moved.await.unwrap() {
        assert!(kills > 5, "only {kills} kills: it was over too soon");
        let most = SIZE + SIZE / 20 + kills * 1_200_000;
        assert!(moved < most as u64, "{moved} bytes with {kills} kills");
    }
}
