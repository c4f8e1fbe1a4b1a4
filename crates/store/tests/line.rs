//! The line as the workspace remembers it: limits, the log of tries, what was carried, what is left.
#![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]

mod common;

use common::{Hub, NOW, clerk, complete_page, publish};
use domain::line::{Carried, Fault, LineLimits, Metered, QuietHours, SMALL_FILE};
use domain::sito::PageChange;
use domain::{FileRef, PageId};
use protocol::{SyncRequest, SyncResponse};
use store::{Attempt, Room, Store, Traffic, Wait};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const NINE: i64 = 1_795_680_000_000;

fn failed(at: i64, error: Fault) -> Attempt {
    Attempt {
        at,
        ms: 40,
        error: Some(error),
        ..Attempt::default()
    }
}

fn poll(at: i64) -> Attempt {
    Attempt {
        at,
        ms: 600,
        up: 100,
        down: 50,
        rtt: Some(600),
        ..Attempt::default()
    }
}

fn sent(at: i64, ops: u32) -> Attempt {
    Attempt {
        ops_up: ops,
        ..poll(at)
    }
}

fn log(store: &Store, attempt: &Attempt) {
    let cost = Traffic {
        up: attempt.up,
        down: attempt.down,
    };
    store.log_attempt(attempt, "2026-11", cost).unwrap();
}

#[test]
fn a_night_without_a_line_is_one_row() {
    let store = Store::open_in_memory().unwrap();
    log(&store, &sent(NINE, 3));
    let night = 8 * 360;
    for n in 1..=night {
        log(&store, &failed(NINE + n * 10_000, Fault::NoLine));
    }
    log(&store, &failed(NINE + 9 * HOUR, Fault::Stalled));
    let rows = store.attempts(100).unwrap();
    assert_eq!(rows.len(), 3);
    let dark = &rows[1];
    assert_eq!(i64::from(dark.times), night);
    assert_eq!(
        (dark.at, dark.until),
        (NINE + 10_000, NINE + night * 10_000)
    );
}

#[test]
fn what_carried_something_has_a_row_of_its_own_and_quiet_polls_are_one_an_hour() {
    let store = Store::open_in_memory().unwrap();
    for n in 0..8 {
        log(&store, &poll(NINE + n * 15 * MINUTE));
    }
    log(&store, &sent(NINE + 2 * HOUR, 1));
    log(&store, &sent(NINE + 2 * HOUR + 1, 2));
    let rows = store.attempts(100).unwrap();
    let times: Vec<_> = rows.iter().map(|row| (row.ops_up, row.times)).collect();
    assert_eq!(times, [(2, 1), (1, 1), (0, 4), (0, 4)]);
    assert_eq!((rows[3].up, rows[3].down), (400, 200), "bytes add up");
}

#[test]
fn the_pieces_of_files_are_one_row_each_way() {
    let store = Store::open_in_memory().unwrap();
    for (n, carried) in [Carried::Upload, Carried::Upload, Carried::Download]
        .into_iter()
        .enumerate()
    {
        let at = NINE + i64::try_from(n).unwrap();
        log(
            &store,
            &Attempt {
                carried,
                ..poll(at)
            },
        );
    }
    let rows = store.attempts(100).unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.carried, row.times)).collect();
    assert_eq!(rows, [(Carried::Download, 1), (Carried::Upload, 2)]);
}

#[test]
fn the_log_keeps_five_hundred_rows_for_ninety_days() {
    let store = Store::open_in_memory().unwrap();
    for n in 0..600 {
        log(&store, &sent(NINE + n, 1));
    }
    assert_eq!(store.attempts(1000).unwrap().len(), 500);
    log(&store, &sent(NINE + 91 * DAY, 1));
    assert_eq!(
        store.attempts(1000).unwrap().len(),
        100,
        "a clock that jumps a year empties no log"
    );
}

#[test]
fn a_clock_that_goes_back_begins_a_new_row() {
    let store = Store::open_in_memory().unwrap();
    log(&store, &poll(NINE));
    log(&store, &poll(NINE - 365 * DAY));
    log(&store, &poll(NINE));
    assert_eq!(store.attempts(10).unwrap().len(), 3);
}

#[test]
fn months_add_up_apart_and_some_are_kept() {
    let store = Store::open_in_memory().unwrap();
    let cost = Traffic { up: 300, down: 700 };
    let spend = |month: &str| store.log_attempt(&poll(NINE), month, cost).unwrap();
    let total = |month: &str| store.limits_and_traffic(month).unwrap().1.total();
    spend("2026-11");
    spend("2026-11");
    spend("2026-12");
    assert_eq!([total("2026-11"), total("2026-12")], [2_000, 1_000]);
    assert_eq!(total("2027-01"), 0);
    for month in 1..=30 {
        spend(&format!("{:04}-{:02}", 2030 + month / 12, month % 12 + 1));
    }
    assert_eq!(total("2026-11"), 0, "older months are forgotten");
    spend("1970-01");
    spend("1970-01");
    assert_eq!(
        total("1970-01"),
        2_000,
        "the month of a dead battery counts too"
    );
}

#[test]
fn limits_and_the_last_success_are_there_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("workspace.db");
    let key = store::Key::generate().unwrap();
    let limits = LineLimits {
        quiet: QuietHours::new(480, 780),
        cap_mb: Some(500),
        metered: Metered::Yes,
    };
    {
        let store = Store::open(&path, &key).unwrap();
        assert_eq!(store.limits().unwrap(), LineLimits::default());
        assert_eq!(store.last_ok().unwrap(), None);
        store.set_limits(&limits).unwrap();
        store.set_last_ok(NINE).unwrap();
    }
    let store = Store::open(&path, &key).unwrap();
    assert_eq!(store.limits().unwrap(), limits);
    assert_eq!(store.last_ok().unwrap(), Some(NINE));
}

#[test]
fn a_fault_of_a_later_version_is_still_a_fault() {
    let names = ["\"no_line\"", "\"hub_full\"", "\"invented_tomorrow\""];
    let read = names.map(|name| serde_json::from_str::<Fault>(name).unwrap());
    assert_eq!(read, [Fault::NoLine, Fault::HubFull, Fault::Other]);
}

fn attach(store: &Store, page: &PageId, bytes: u64, name: &str) -> FileRef {
    // No two pieces alike, and no two files.
    let mut seed = bytes;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed.to_be_bytes()[0]
    };
    let bytes: Vec<u8> = (0..bytes).map(|_| next()).collect();
    let file = store
        .add_file(&mut bytes.as_slice(), name, "application/pdf")
        .unwrap();
    let change = PageChange::Attach(file.clone());
    store.change(page, change, NOW).unwrap();
    file
}

#[test]
fn what_is_left_is_what_the_hub_does_not_have() {
    let anna = clerk("Anna");
    let page = complete_page(&anna);
    let large = attach(&anna, &page, SMALL_FILE + 1, "relazione.pdf");
    let small = attach(&anna, &page, 40_000, "avviso.pdf");
    anna.change(&page, publish(), NOW).unwrap();
    let draft = complete_page(&anna);
    let beside = attach(&anna, &draft, 20_000, "bozza.pdf");

    let work = anna.line_work().unwrap();
    let names: Vec<_> = work
        .uploads
        .iter()
        .map(|it| (it.file.name.as_str(), it.needed, it.left()))
        .collect();
    let wanted = [
        ("avviso.pdf", true, small.size),
        ("relazione.pdf", true, large.size),
        ("bozza.pdf", false, beside.size),
    ];
    assert_eq!(names, wanted);
    let shown = work.uploads[0].page.clone().unwrap();
    assert_eq!(shown, (page.clone(), "Neve".into()));
    assert!(work.operations > 0 && work.downloads.is_empty());
    let passing = anna.small_files_needed().unwrap();
    assert_eq!(Vec::from_iter(passing), std::slice::from_ref(&small.id));

    anna.mark_sent(&large.id, 100_000).unwrap();
    let waits = anna.outbox_rows().unwrap();
    let waits = waits.iter().find_map(|row| match row.wait {
        Wait::Files { bytes, sent } => Some((bytes, sent)),
        _ => None,
    });
    assert_eq!(waits, Some((large.size + small.size, 100_000)));
    assert_eq!(
        anna.today("", "").unwrap().waiting_bytes,
        large.size + small.size + beside.size - 100_000
    );
    anna.mark_sent(&large.id, u64::MAX / 2).unwrap();
    assert_eq!(anna.line_work().unwrap().uploads[1].left(), 0);
    anna.mark_uploaded(&large.id).unwrap();
    assert_eq!(anna.line_work().unwrap().uploads.len(), 2);
}

#[test]
fn the_census_counts_and_names_nobody() {
    let anna = clerk("Anna Bo");
    complete_page(&anna);
    let census = anna.census().unwrap();
    assert_eq!(census.pages, 1);
    assert!(census.waiting > 0 && census.bytes > 0 && census.oldest > 0);
    let text = serde_json::to_string(&census).unwrap();
    assert!(!text.contains("Anna") && !text.contains("Neve"), "{text}");
}

#[test]
fn the_version_that_a_hub_says_is_kept_where_it_can_be_nothing_else() {
    let store = clerk("anna");
    let mut hub = Hub::default();
    let mut says = |version: Option<&str>, asks_version: bool| {
        let request = SyncRequest {
            asks_version,
            ..store.next_request(Room::of(1000), 1000).unwrap()
        };
        let response = SyncResponse {
            version: version.map(str::to_owned),
            ..hub.call("anna", &request)
        };
        store.apply_response(&request, &response, NOW).unwrap();
        store.hub_version().unwrap()
    };
    assert_eq!(says(None, true), None);
    assert_eq!(says(Some("1.12.0-rc.1"), true), Some("1.12.0-rc.1".into()));
    // Nobody asked: it is as it was.
    assert_eq!(says(None, false), Some("1.12.0-rc.1".into()));
    let long = "1".repeat(33);
    for version in ["Maria Rossi", "", "v1", "1.0 di Anna", "1.0\n", &long] {
        assert_eq!(says(Some("1.0.0"), true), Some("1.0.0".into()));
        assert_eq!(says(Some(version), true), None, "{version}");
    }
    // An older hub from a backup says none.
    assert_eq!(says(Some("1.0.0"), true), Some("1.0.0".into()));
    assert_eq!(says(None, true), None);
}
