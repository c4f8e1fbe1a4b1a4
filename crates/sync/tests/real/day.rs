//! Three days on a line that drops every minute, a minute in a tenth of a second: the clocks of hub and
//! desks run as fast, and one of them is a year wrong.

use crate::world::{Desk, HubProcess, Line, check, codes};
use crate::{length, roll};
use std::time::{Duration, Instant};
use testkit::{ANNA, BRUNO, Fault};

/// How many times faster everything is.
const HASTE: u32 = 600;
/// A minute.
const MINUTE: Duration = Duration::from_millis(100);

#[test]
fn days_of_cuts_every_minute_end_with_everything_everywhere() {
    let cuts = length(240, 72 * 60);
    let began = Instant::now();
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("hub");
    let [anna, bruno] = codes(&data);
    let hub = HubProcess::hasty(&data, HASTE);
    let line = Line::lay(hub.address);
    let mut desks = [
        Desk::enrol(root.path().join("anna"), ANNA, &line.url(), &anna),
        Desk::enrol(root.path().join("bruno"), BRUNO, &line.url(), &bruno),
    ];
    for (desk, off) in desks.iter_mut().zip(["0", "-31536000"]) {
        let words = ["--haste", &HASTE.to_string(), "--clock-off", off];
        desk.options = words.map(str::to_owned).into();
        // A page every twenty minutes each: what two people write in three long days.
        desk.work(MINUTE * 20);
    }
    let mut up = Duration::ZERO;
    for _ in 0..cuts {
        // From 25 seconds to 45 of each minute.
        let open = MINUTE.mul_f64(f64::from(roll(25, 45)) / 60.0);
        line.set(Fault::default());
        std::thread::sleep(open);
        line.set(Fault {
            cut: true,
            ..Fault::default()
        });
        std::thread::sleep(MINUTE - open);
        up += open;
    }
    let day = began.elapsed();
    // What is left is carried in the next minutes the line is up; not a word needs a person.
    desks.iter_mut().for_each(Desk::die);
    line.set(Fault::default());
    for _ in 0..2 {
        desks.iter().for_each(Desk::settle);
    }
    drop(hub);
    let pages = check(&data, &desks);
    assert!(pages * 25 > cuts, "only {pages} pages: no load");
    println!(
        "{} virtual hours with {cuts} cuts in {} s, up {:.0} % of them: {pages} pages, {} connections",
        cuts / 60,
        day.as_secs(),
        up.as_secs_f64() / day.as_secs_f64() * 100.0,
        line.traffic().connections
    );
}
