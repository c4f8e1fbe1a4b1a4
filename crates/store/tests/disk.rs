//! The file on the disk: encrypted, and opened only by who may and can.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use common::{NOW, complete_page, identity, title, words};
use domain::identity::Role;
use std::path::{Path, PathBuf};
use store::{Key, Store, StoreError};

fn key() -> Key {
    Key::from_bytes(&[42; 32]).unwrap()
}

fn annas(dir: &Path) -> (PathBuf, Store) {
    let file = dir.join("lavoro.db");
    let store = Store::open(&file, &key()).unwrap();
    store
        .set_identity(&identity("Anna", Role::Impiegato))
        .unwrap();
    (file, store)
}

#[test]
fn what_was_written_is_there_after_opening_again_and_unreadable_from_outside() {
    let dir = tempfile::tempdir().unwrap();
    let (file, store) = annas(dir.path());
    let page = complete_page(&store);
    drop(store);
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.starts_with(b"SQLite format 3"));
    for secret in ["Roccaverano", "scuole", "Anna"] {
        let found = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is readable");
    }
    let store = Store::open(&file, &key()).unwrap();
    assert_eq!(words(&store, &page), "Domani le scuole sono chiuse.\n");
    assert_eq!(
        store.identity().unwrap(),
        Some(identity("Anna", Role::Impiegato))
    );
    store.check().unwrap();
}

#[test]
fn a_wrong_key_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (file, store) = annas(dir.path());
    complete_page(&store);
    drop(store);
    let before = std::fs::read(&file).unwrap();
    let other = Store::open(&file, &Key::generate().unwrap());
    assert!(matches!(other, Err(StoreError::WrongKey)), "{other:?}");
    assert!(
        std::fs::read(&file).unwrap() == before,
        "the file is as it was"
    );
}

#[test]
fn a_torn_file_and_a_changed_one_are_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let (file, store) = annas(dir.path());
    complete_page(&store);
    drop(store);
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..1000]).unwrap();
    let torn = Store::open(&file, &key());
    assert!(matches!(torn, Err(StoreError::Damaged(_))), "{torn:?}");

    let mut changed = whole.clone();
    let middle = whole.len() / 2;
    changed[middle..middle + 64].fill(0);
    std::fs::write(&file, &changed).unwrap();
    let checked = Store::open(&file, &key()).and_then(|store| store.check());
    assert!(
        matches!(checked, Err(StoreError::Damaged(_))),
        "{checked:?}"
    );
    std::fs::write(&file, &whole).unwrap();
    Store::open(&file, &key()).unwrap().check().unwrap();
}

#[test]
fn a_workspace_of_a_newer_app_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (file, store) = annas(dir.path());
    drop(store);
    let raw = rusqlite::Connection::open(&file).unwrap();
    raw.execute_batch(&format!(
        "PRAGMA key = \"x'{}'\"; PRAGMA user_version = 9999;",
        "2a".repeat(32)
    ))
    .unwrap();
    drop(raw);
    let newer = Store::open(&file, &key());
    assert!(matches!(newer, Err(StoreError::Newer { found: 9999, known }) if known < 9999));
}

#[test]
fn readers_do_not_wait_for_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = annas(dir.path());
    let page = complete_page(&store);
    let writer = store.clone();
    let writing = page.clone();
    let thread = std::thread::spawn(move || {
        for n in 0..50 {
            writer.change(&writing, title(&n.to_string()), NOW).unwrap();
        }
    });
    for _ in 0..50 {
        assert_eq!(words(&store, &page), "Domani le scuole sono chiuse.\n");
    }
    thread.join().unwrap();
    assert_eq!(store.page(&page).unwrap().unwrap().page.fields.title, "49");
}

#[test]
fn settings_and_the_choice_to_work_without_the_network_are_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let (file, store) = annas(dir.path());
    assert!(!store.offline().unwrap());
    store.set_offline(true).unwrap();
    store.set_setting("lingua", "it").unwrap();
    drop(store);
    let store = Store::open(&file, &key()).unwrap();
    assert!(store.offline().unwrap());
    assert_eq!(store.setting("lingua").unwrap().as_deref(), Some("it"));
    assert_eq!(store.setting("altro").unwrap(), None);
}

#[test]
fn a_wrong_key_prints_nothing() {
    let again = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_wrong_key_is_refused_and_changes_nothing"])
        .arg("--nocapture")
        .output()
        .unwrap();
    let (said, errors) = (
        String::from_utf8_lossy(&again.stdout),
        String::from_utf8_lossy(&again.stderr),
    );
    assert!(
        again.status.success() && said.contains("1 passed"),
        "{said}"
    );
    assert_eq!(errors, "");
}
