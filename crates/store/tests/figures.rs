//! Figures at full size. They are printed, not asserted: a busy machine is no defect of the code.
//! `cargo test -p store --test figures -- --ignored --nocapture`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests"
)]

mod common;

use common::{NOW, identity, rich, roccaverano};
use domain::identity::Role;
use domain::sito::{FieldChange, PageChange, PageKind};
use domain::{Change, Decided, DeviceId, OpId, PageId};
use protocol::{Logged, LoggedBody, Pull, SyncRequest, SyncResponse};
use std::time::{Duration, Instant};
use store::{Filter, Key, Store};
use text::TextDoc;

fn entry(seq: u64, page: u64, change: PageChange) -> Logged {
    Logged {
        seq,
        id: OpId::new(format!("op-{seq}")),
        decided: Decided::default(),
        body: Some(LoggedBody {
            entity: format!("page-{page}"),
            change: Change::Sito(change),
            at: NOW + page as i64,
            device: DeviceId::new("pc-Bruno"),
            person: "Bruno".into(),
            role: Role::Impiegato,
        }),
        later: None,
    }
}

fn p95(mut work: impl FnMut(u32)) -> Duration {
    let mut times: Vec<_> = (0..200)
        .map(|n| {
            let start = Instant::now();
            work(n);
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() * 95 / 100]
}

fn pull(store: &Store, pages: std::ops::Range<u64>, update: &str) {
    let entries = pages.clone().flat_map(|page| {
        let title = FieldChange::Title(format!("Notizia numero {page}"));
        [
            entry(
                page * 3 + 1,
                page,
                PageChange::Create {
                    kind: PageKind::Notizia,
                },
            ),
            entry(
                page * 3 + 2,
                page,
                PageChange::Set {
                    change: title,
                    base: 0,
                },
            ),
            entry(
                page * 3 + 3,
                page,
                PageChange::Text {
                    update: update.to_owned(),
                },
            ),
        ]
    });
    let response = SyncResponse {
        epoch: 1,
        next: 1,
        pulls: vec![Pull {
            scope: roccaverano(),
            entries: entries.collect(),
            to: pages.end * 3,
            more: true,
        }],
        ..SyncResponse::default()
    };
    let request = SyncRequest {
        cursors: store.cursors().unwrap(),
        ..SyncRequest::default()
    };
    store.apply_response(&request, &response, NOW).unwrap();
}

#[test]
#[ignore = "measures"]
fn ten_thousand_pages() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lavoro.db");
    let key = Key::generate().unwrap();
    let store = Store::open(&file, &key).unwrap();
    store
        .set_identity(&identity("Anna", Role::Impiegato))
        .unwrap();
    let body: Vec<_> = (0..12)
        .map(|n| format!("Paragrafo {n}: {}", "parole su parole ".repeat(15)))
        .collect();
    let body: Vec<&str> = body.iter().map(String::as_str).collect();
    let update = TextDoc::new()
        .edit(&Default::default(), &rich(&body))
        .unwrap()
        .unwrap();
    let update = text::encode(&update);

    let start = Instant::now();
    for stretch in 0..100 {
        pull(&store, stretch * 100..(stretch + 1) * 100, &update);
    }
    println!("pull of 10,000 pages: {:?}", start.elapsed());
    println!(
        "file: {} MB",
        std::fs::metadata(&file).unwrap().len() / 1_000_000
    );

    let start = Instant::now();
    let store = Store::open(&file, &key).unwrap();
    println!("open: {:?}", start.elapsed());
    let kind = Filter {
        kind: Some(PageKind::Notizia),
        ..Filter::default()
    };
    let words = Filter {
        query: "numero 77".into(),
        ..Filter::default()
    };
    println!(
        "list: {:?}",
        p95(|n| drop(store.list_pages(&Filter::default(), n * 40, 50).unwrap()))
    );
    println!(
        "list of a kind: {:?}",
        p95(|n| drop(store.list_pages(&kind, n * 40, 50).unwrap()))
    );
    println!(
        "list by words: {:?}",
        p95(|_| drop(store.list_pages(&words, 0, 50).unwrap()))
    );
    let common = Filter {
        query: "parole".into(),
        ..Filter::default()
    };
    println!(
        "list by words, every page: {:?}",
        p95(|n| drop(store.list_pages(&common, n, 50).unwrap()))
    );
    println!(
        "search: {:?}",
        p95(|_| drop(store.search("notizia 777", 20).unwrap()))
    );
    println!(
        "search, every page: {:?}",
        p95(|_| drop(store.search("parole", 20).unwrap()))
    );
    println!(
        "search, every title: {:?}",
        p95(|_| drop(store.search("notizia", 20).unwrap()))
    );
    println!(
        "today: {:?}",
        p95(|_| drop(store.today("2026-11-22", "2026-12-22").unwrap()))
    );
    println!(
        "open a page: {:?}",
        p95(|n| drop(store.page(&PageId::new(format!("page-{n}"))).unwrap()))
    );

    let page = PageId::new("page-5000");
    let mut base = store.page(&page).unwrap().unwrap().text.version;
    let edit = p95(|n| {
        let mut lines = body.clone();
        let line = format!("Riga {n}");
        lines.push(&line);
        base = store
            .edit_text(&page, &base, &rich(&lines), NOW)
            .unwrap()
            .version;
    });
    println!("edit of a text: {edit:?}");
    let set = p95(|n| {
        let change = FieldChange::Title(format!("Titolo {n}"));
        store
            .change(&page, PageChange::Set { change, base: 0 }, NOW)
            .unwrap();
    });
    println!("set of a field: {set:?}");
}
