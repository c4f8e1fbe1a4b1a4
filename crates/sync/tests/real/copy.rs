//! A PC's disk was copied to a new PC, and both work: nothing is lost, nothing doubled, both agree.

use crate::length;
use crate::world::{Desk, HubProcess, check, codes};
use std::path::Path;
use std::time::Duration;
use testkit::{ANNA, BRUNO};

#[test]
fn two_copies_of_a_workspace_that_both_work_lose_and_double_nothing() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("hub");
    let [anna, bruno] = codes(&data);
    let hub = HubProcess::start(&data);
    let url = format!("http://{}", hub.address);
    let mut anna = Desk::enrol(root.path().join("anna"), ANNA, &url, &anna);
    let bruno = Desk::enrol(root.path().join("bruno"), BRUNO, &url, &bruno);
    work_for(&mut [&mut anna], Duration::from_millis(600));
    copy(&anna.folder, &root.path().join("copy"));
    let mut twin = Desk::at(root.path().join("copy"), "Anna, copia");
    for _ in 0..length(4, 20) {
        work_for(&mut [&mut anna, &mut twin], Duration::from_millis(700));
        work_for(&mut [&mut twin], Duration::from_millis(200));
        work_for(&mut [&mut anna], Duration::from_millis(200));
    }
    let desks = [anna, twin, bruno];
    // A copy that finds its numbers taken learns of the other's work in one round, and sends in the next.
    for _ in 0..3 {
        desks.iter().for_each(Desk::settle);
    }
    drop(hub);
    let pages = check(&data, &desks);
    let [anna, twin, _] = &desks;
    assert!(anna.said.len() > 10 && twin.said.len() > 10, "no load");
    println!(
        "{} pages from one copy, {} from the other, {pages} in all",
        anna.said.len(),
        twin.said.len()
    );
}

/// They work at the same time, and are killed.
fn work_for(desks: &mut [&mut Desk], time: Duration) {
    for desk in desks.iter_mut() {
        desk.work(Duration::from_millis(20));
    }
    std::thread::sleep(time);
    desks.iter_mut().for_each(|desk| desk.die());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}
