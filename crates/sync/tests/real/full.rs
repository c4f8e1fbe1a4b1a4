//! A full disk, the kernel's own: on the PC, then at the hub. Nothing is lost, the state is clear, and it
//! goes on when there is room.

use crate::world::{Desk, HubProcess, check, codes};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::{ANNA, BRUNO};

/// A small disk in memory, taken away again at the end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, said aloud, where this machine does not let us have one.
    fn mount(at: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let options = format!("size={size}");
        let mounted = mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], &at);
        if !mounted {
            println!("SKIPPED: a small disk needs the right to mount (root)");
        }
        mounted.then_some(Self(at))
    }

    fn grow(&self, size: &str) {
        let options = format!("remount,size={size}");
        assert!(mount(&["-o", &options], &self.0));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn mount(words: &[&str], at: &Path) -> bool {
    let done = Command::new("mount").args(words).arg(at).output();
    done.is_ok_and(|done| done.status.success())
}

#[test]
fn a_full_disk_on_a_pc_is_said_and_what_was_on_it_arrives() {
    let root = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(root.path().join("disk"), "4m") else {
        return;
    };
    let data = root.path().join("hub");
    let [anna, bruno] = codes(&data);
    let hub = HubProcess::start(&data);
    let url = format!("http://{}", hub.address);
    let mut anna = Desk::enrol(disk.0.join("anna"), ANNA, &url, &anna);
    let bruno = Desk::enrol(root.path().join("bruno"), BRUNO, &url, &bruno);
    anna.work(Duration::ZERO);
    assert!(!anna.ends(), "the disk was never full");
    let written = anna.said.len();
    assert!(
        written > 10,
        "only {written} pages before the disk was full"
    );
    let more = anna.try_run(&["write", "--title", "Non ci sta"]);
    let said = String::from_utf8(more.stdout).unwrap();
    assert!(!more.status.success() && said.contains("full"), "{said}");

    disk.grow("64m");
    anna.work(Duration::from_millis(5));
    std::thread::sleep(Duration::from_millis(500));
    anna.die();
    assert!(anna.said.len() > written, "it does not go on");
    let desks = [anna, bruno];
    for _ in 0..2 {
        desks.iter().for_each(Desk::settle);
    }
    drop(hub);
    let pages = check(&data, &desks);
    println!("{written} pages until the disk was full, {pages} in the end");
    drop(desks);
}

#[test]
fn a_full_disk_at_the_hub_is_said_and_what_was_answered_stays() {
    let root = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(root.path().join("disk"), "4m") else {
        return;
    };
    let data = disk.0.join("hub");
    let [anna, bruno] = codes(&data);
    let hub = HubProcess::start(&data);
    let url = format!("http://{}", hub.address);
    let mut anna = Desk::enrol(root.path().join("anna"), ANNA, &url, &anna);
    let bruno = Desk::enrol(root.path().join("bruno"), BRUNO, &url, &bruno);
    let end = Instant::now() + Duration::from_secs(60);
    let said = loop {
        anna.work(Duration::from_millis(2));
        std::thread::sleep(Duration::from_millis(700));
        anna.die();
        let sync = anna.try_run(&["sync"]);
        if !sync.status.success() {
            break String::from_utf8(sync.stdout).unwrap();
        }
        assert!(Instant::now() < end, "the hub's disk was never full");
    };
    assert!(said.contains("the hub is full"), "{said}");
    // The hub dies on its full disk, and comes back on it.
    let hub = hub.die_and_rise();
    disk.grow("256m");
    let desks = [anna, bruno];
    for _ in 0..2 {
        desks.iter().for_each(Desk::settle);
    }
    drop(hub);
    let pages = check(&data, &desks);
    println!("{pages} pages, through a full disk at the hub");
}
