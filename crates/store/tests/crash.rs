//! A process that is killed at any moment loses nothing that it had acknowledged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests"
)]

mod common;

use common::{NOW, identity, rich, title};
use domain::PageId;
use domain::identity::Role;
use domain::sito::PageKind;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use store::{Key, Store};

const FILE: &str = "STORE_CRASH_FILE";
const PAGE: &str = "STORE_CRASH_PAGE";

fn key() -> Key {
    Key::from_bytes(&[42; 32]).unwrap()
}

fn text(n: u64) -> domain::sito::RichText {
    rich(&["Comincia qui.", &format!("Riga numero {n}.")])
}

/// Writes for ever and says each number once it is safe. Started by the test below.
#[test]
#[ignore = "the child of the test below"]
fn child_writes() {
    let store = Store::open(Path::new(&std::env::var(FILE).unwrap()), &key()).unwrap();
    let page = PageId::new(std::env::var(PAGE).unwrap());
    let mut out = std::io::stdout();
    let from = number(&store, &page).1;
    for n in from + 1.. {
        store.change(&page, title(&n.to_string()), NOW).unwrap();
        let base = store.page(&page).unwrap().unwrap().text.version;
        store.edit_text(&page, &base, &text(n), NOW).unwrap();
        writeln!(out, "safe {n}").unwrap();
        out.flush().unwrap();
    }
}

/// The numbers that title and text hold.
fn number(store: &Store, page: &PageId) -> (u64, u64) {
    let view = store.page(page).unwrap().unwrap();
    let title = view.page.fields.title.parse().unwrap_or(0);
    let words = view.text.text.plain();
    let digits: String = words.chars().filter(char::is_ascii_digit).collect();
    (title, digits.parse().unwrap_or(0))
}

fn child(file: &Path, page: &PageId) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child_writes", "--exact", "--ignored", "--nocapture"])
        .env(FILE, file)
        .env(PAGE, page.as_str())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets the child write for a while after its first number, kills it, and gives the last one it said.
fn killed(mut child: Child, after: Duration) -> u64 {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = |line: std::io::Result<String>| -> Option<u64> {
        line.ok()?.rsplit_once("safe ")?.1.parse().ok()
    };
    let first = lines.by_ref().find_map(said);
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    // A line may be cut by the kill: what is cut was not said.
    let rest: Vec<u64> = lines.filter_map(said).collect();
    rest.last().copied().or(first).expect("the child wrote")
}

#[test]
fn no_acknowledged_change_is_lost_by_a_kill() {
    let kills = std::env::var("STORE_KILLS").map_or(20, |n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lavoro.db");
    let page = {
        let store = Store::open(&file, &key()).unwrap();
        store
            .set_identity(&identity("Anna", Role::Impiegato))
            .unwrap();
        store.create_page(PageKind::Pagina, NOW).unwrap()
    };
    let mut before = 0;
    for round in 0..kills {
        let safe = killed(child(&file, &page), Duration::from_millis(round * 7 % 50));
        assert!(safe > before, "the child goes on where it was");
        let store = Store::open(&file, &key()).unwrap();
        store.check().unwrap();
        let (title, text) = number(&store, &page);
        assert!(
            text == safe || text == safe + 1,
            "{text} after {safe} was safe"
        );
        assert!(
            title == text || title == text + 1,
            "title {title}, text {text}"
        );
        // What is shown is what will be sent.
        assert_eq!(store.outbox_rows().unwrap().len(), 3, "create, title, text");
        before = text;
    }
}
