//! kill -9 of clients and of the hub, in the middle of their work, loses nothing that was on disk.

use crate::road::{Place, Road};
use crate::world::{Desk, HubProcess, check, codes, log_of};
use crate::{length, roll};
use std::time::{Duration, Instant};
use testkit::{ANNA, BRUNO};

#[test]
fn kills_of_clients_and_hub_over_a_line_that_tears_lose_nothing_that_was_on_disk() {
    let kills = length(120, 500);
    let began = Instant::now();
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("hub");
    let [anna, bruno] = codes(&data);
    let place = Place::apart(root.path());
    let mut hub = HubProcess::start_in(&place, &data);
    let mut road = Road::lay(&place, hub.address);
    let mut desks = [
        Desk::enrol_in(&place, root.path().join("anna"), ANNA, &road.url(), &anna),
        Desk::enrol_in(
            &place,
            root.path().join("bruno"),
            BRUNO,
            &road.url(),
            &bruno,
        ),
    ];
    let pause = Duration::from_millis(25);
    desks.iter_mut().for_each(|desk| desk.work(pause));
    let mut hubs = 0;
    for _ in 0..kills {
        road.suffer(Duration::from_millis(u64::from(roll(20, 220))));
        match roll(0, 3) {
            0 => {
                hub = hub.die_and_rise();
                hubs += 1;
            }
            who => {
                let desk = &mut desks[who as usize - 1];
                desk.die();
                desk.work(pause);
            }
        }
    }
    let killing = began.elapsed();
    let told = road.told();
    road.heal();
    desks.iter_mut().for_each(Desk::die);
    let (hub, carried) = hub.die_look_and_rise(|data| log_of(data).len());
    for _ in 0..2 {
        desks.iter().for_each(Desk::settle);
    }
    drop(hub);
    let pages = check(&data, &desks);
    let said: usize = desks.iter().map(|desk| desk.said.len()).sum();
    assert!(said > kills, "only {said} pages were written: no load");
    assert!(
        carried > kills,
        "only {carried} operations arrived between the kills: no load"
    );
    println!(
        "{kills} kills ({hubs} of the hub) in {} s over {told}, {carried} operations at the hub meanwhile, \
         {pages} pages, {} s in all",
        killing.as_secs(),
        began.elapsed().as_secs()
    );
}
