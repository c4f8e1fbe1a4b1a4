//! kill -9 of clients and of the hub, in the middle of their work, loses nothing that was on disk.

use crate::world::{Desk, HubProcess, Line, check, codes};
use crate::{length, roll};
use std::time::{Duration, Instant};
use testkit::{ANNA, BRUNO, Fault};

/// Of what a village has: 1 Mbit/s, 20 ms each way; longer would only make fewer calls to kill.
const VILLAGE: Fault = Fault {
    cut: false,
    mute: false,
    delay: Duration::from_millis(20),
    rate: 125_000,
    cut_after_up: None,
    cut_after_down: None,
};

#[test]
fn kills_of_clients_and_hub_over_a_line_that_tears_lose_nothing_that_was_on_disk() {
    let kills = length(120, 500);
    let began = Instant::now();
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("hub");
    let [anna, bruno] = codes(&data);
    let mut hub = HubProcess::start(&data);
    let line = Line::lay(hub.address);
    let mut desks = [
        Desk::enrol(root.path().join("anna"), ANNA, &line.url(), &anna),
        Desk::enrol(root.path().join("bruno"), BRUNO, &line.url(), &bruno),
    ];
    let pause = Duration::from_millis(25);
    desks.iter_mut().for_each(|desk| desk.work(pause));
    for _ in 0..kills {
        line.set(torn());
        std::thread::sleep(Duration::from_millis(u64::from(roll(20, 220))));
        match roll(0, 3) {
            0 => hub = hub.die_and_rise(),
            who => {
                let desk = &mut desks[who as usize - 1];
                desk.die();
                desk.work(pause);
            }
        }
    }
    let killing = began.elapsed();
    line.set(Fault::default());
    desks.iter_mut().for_each(Desk::die);
    for _ in 0..2 {
        desks.iter().for_each(Desk::settle);
    }
    let traffic = line.traffic();
    drop(hub);
    let pages = check(&data, &desks);
    let said: usize = desks.iter().map(|desk| desk.said.len()).sum();
    assert!(said > kills, "only {said} pages were written: no load");
    println!(
        "{kills} kills in {} s over a cable (a TCP proxy: 1 Mbit/s, 20 ms, torn {} times, {} connections), {pages} \
         pages, {} s in all",
        killing.as_secs(),
        traffic.torn,
        traffic.connections,
        began.elapsed().as_secs()
    );
}

/// The village's line, torn after some bytes in two cases of three.
fn torn() -> Fault {
    let after = Some(u64::from(roll(1, 6_000)));
    match roll(0, 3) {
        0 => VILLAGE,
        1 => Fault {
            cut_after_up: after,
            ..VILLAGE
        },
        _ => Fault {
            cut_after_down: after,
            ..VILLAGE
        },
    }
}
