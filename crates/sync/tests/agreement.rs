//! Hub and desk find out where they differ and mend it; one operation that the hub fails at, or cannot read
//! yet, holds up nobody; old hubs are spoken to as they understand.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the unexpected"
)]

use domain::{ComuneId, PageId};
use protocol::wire::{read_request, read_response};
use protocol::{SyncRequest, SyncResponse, pack};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use store::Wait;
use sync::CallError;
use sync::transport::{Pending, Request, Response, Transport};
use testkit::{ANNA, BRUNO, Desk, Inside, Province, ROCCAVERANO};

/// What may be done to a call on its way.
trait Meddler: Send + Sync + 'static {
    /// An answer instead of the hub's.
    fn before(&self, _: &Request) -> Option<Response> {
        None
    }
    /// Changes the hub's answer to a sync call.
    fn after(&self, _: &mut SyncResponse) {}
}

struct Way<M> {
    inside: Inside,
    meddler: M,
    calls: AtomicUsize,
}

impl<M: Meddler> Way<M> {
    fn to(province: &Province, meddler: M) -> Arc<Self> {
        Arc::new(Self {
            inside: Inside::to(province.hub().unwrap()),
            meddler,
            calls: AtomicUsize::new(0),
        })
    }

    /// The answer, changed, as plain JSON: every client reads that.
    fn meddle(&self, sent: &[u8], response: Response) -> Response {
        if response.status != 200 {
            return response;
        }
        let request = plain(sent);
        let answer = read_response(&plain(&response.body), &sync_request(&request));
        let mut answer = answer.unwrap();
        self.meddler.after(&mut answer);
        Response {
            zstd: false,
            body: serde_json::to_vec(&answer).unwrap(),
            ..response
        }
    }
}

fn plain(body: &[u8]) -> Vec<u8> {
    match pack::is_packed(body) {
        true => pack::unpack(body, 1 << 24).unwrap(),
        false => body.to_vec(),
    }
}

fn sync_request(plain: &[u8]) -> SyncRequest {
    let read = read_request(plain).unwrap();
    SyncRequest {
        ops: read.ops.into_iter().filter_map(|op| op.op).collect(),
        ..read.request
    }
}

impl<M: Meddler> Transport for Way<M> {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, CallError>> {
        Box::pin(async move {
            self.calls.fetch_add(1, SeqCst);
            if let Some(answer) = self.meddler.before(&request) {
                return Ok(answer);
            }
            let (path, sent) = (request.path, request.body.clone());
            let response = self.inside.send(request).await?;
            match path {
                "/v1/sync" => Ok(self.meddle(&sent, response)),
                _ => Ok(response),
            }
        })
    }
}

struct Honest;
impl Meddler for Honest {}

fn desk<M: Meddler>(province: &Province, who: testkit::Person, meddler: M) -> (Desk, Arc<Way<M>>) {
    let way = Way::to(province, meddler);
    let comune = ComuneId::new(ROCCAVERANO);
    let desk = Desk::grant(province.hub().unwrap(), way.clone(), &comune, who).unwrap();
    (desk, way)
}

fn write_many(desk: &Desk, count: usize) -> Vec<PageId> {
    let write = |n| desk.write_news(&format!("Avviso {n}"), &format!("Testo {n}"));
    (0..count).map(|n| write(n).unwrap()).collect()
}

/// Loses entries of the log between hub and desk, as a fault of a program would.
#[derive(Default)]
struct Forgetful {
    armed: AtomicBool,
    every: usize,
}

impl Meddler for Forgetful {
    fn after(&self, answer: &mut SyncResponse) {
        if !self.armed.load(SeqCst) {
            return;
        }
        for pull in &mut answer.pulls {
            let every = self.every as u64;
            pull.entries.retain(|entry| entry.seq % every != 0);
        }
    }
}

#[tokio::test]
async fn entries_that_were_lost_are_found_and_mended_without_reading_everything() {
    let province = Province::open().await.unwrap();
    let (anna, _) = desk(&province, ANNA, Honest);
    let forgetful = Forgetful {
        armed: true.into(),
        every: 400,
    };
    let (bruno, way) = desk(&province, BRUNO, forgetful);
    write_many(&anna, 300);
    anna.carry().await.unwrap();
    bruno.carry().await.unwrap();
    assert_ne!(
        bruno.look().unwrap(),
        anna.look().unwrap(),
        "nothing was lost"
    );

    way.meddler.armed.store(false, SeqCst);
    let before = way.calls.load(SeqCst);
    for _ in 0..4 {
        bruno.carry().await.unwrap();
    }
    assert_eq!(bruno.look().unwrap(), anna.look().unwrap());
    let calls = way.calls.load(SeqCst) - before;
    assert!(calls < 30, "{calls} calls to mend two entries");
    let epoch_and_cursor = (bruno.store.epoch().unwrap(), bruno.store.cursors().unwrap());
    bruno.carry().await.unwrap();
    assert_eq!(
        epoch_and_cursor,
        (bruno.store.epoch().unwrap(), bruno.store.cursors().unwrap())
    );
}

#[tokio::test]
async fn what_waits_survives_a_mending() {
    let province = Province::open().await.unwrap();
    let (anna, _) = desk(&province, ANNA, Honest);
    let forgetful = Forgetful {
        armed: true.into(),
        every: 3,
    };
    let (bruno, way) = desk(&province, BRUNO, forgetful);
    let pages = write_many(&anna, 5);
    anna.carry().await.unwrap();
    bruno.carry().await.unwrap();
    way.meddler.armed.store(false, SeqCst);
    bruno.retitle(&pages[0], "Scritto da Bruno").unwrap();
    bruno.carry().await.unwrap();
    bruno.carry().await.unwrap();
    anna.carry().await.unwrap();
    assert_eq!(anna.title(&pages[0]).unwrap(), "Scritto da Bruno");
    assert_eq!(bruno.look().unwrap(), anna.look().unwrap());
}

/// A hub that fails whenever it meets a word.
#[derive(Default)]
struct Poisoned {
    cured: AtomicBool,
}

impl Meddler for Poisoned {
    fn before(&self, request: &Request) -> Option<Response> {
        let ill = !self.cured.load(SeqCst) && request.path == "/v1/sync";
        let body = plain(&request.body);
        let met = body.windows(6).any(|word| word == b"veleno");
        (ill && met).then(|| Response {
            status: 500,
            ..Response::default()
        })
    }
}

#[tokio::test]
async fn an_operation_that_the_hub_fails_at_stands_aside_and_goes_when_it_can() {
    let province = Province::open().await.unwrap();
    let (anna, way) = desk(&province, ANNA, Poisoned::default());
    let before = write_many(&anna, 4);
    let ill = anna.write_news("veleno", "testo").unwrap();
    let after = write_many(&anna, 4);
    anna.carry_in(3).await.unwrap();

    let (bruno, _) = desk(&province, BRUNO, Honest);
    bruno.carry().await.unwrap();
    let seen = bruno.look().unwrap();
    assert!(
        before
            .iter()
            .chain(&after)
            .all(|page| seen.contains_key(page))
    );
    let waits: Vec<_> = anna.store.outbox_rows().unwrap();
    assert!(waits.iter().all(|row| row.page == ill));
    assert!(waits.iter().any(|row| row.wait == Wait::HubRecovered));
    assert!(waits.iter().any(|row| row.wait == Wait::Earlier));

    way.meddler.cured.store(true, SeqCst);
    anna.carry_in(3).await.unwrap();
    bruno.carry().await.unwrap();
    assert_eq!(anna.store.waiting().unwrap(), 0);
    assert_eq!(bruno.title(&ill).unwrap(), "veleno");
}

/// A hub that fails at everything for a while.
#[derive(Default)]
struct Down {
    up: AtomicBool,
}

impl Meddler for Down {
    fn before(&self, _: &Request) -> Option<Response> {
        (!self.up.load(SeqCst)).then(|| Response {
            status: 502,
            ..Response::default()
        })
    }
}

#[tokio::test]
async fn while_the_hub_fails_at_everything_nothing_stands_aside() {
    let province = Province::open().await.unwrap();
    let (anna, way) = desk(&province, ANNA, Down::default());
    write_many(&anna, 3);
    for _ in 0..6 {
        assert!(anna.carry().await.is_err());
    }
    let waits = anna.store.outbox_rows().unwrap();
    assert!(waits.iter().all(|row| row.wait != Wait::HubRecovered));
    way.meddler.up.store(true, SeqCst);
    anna.carry_in(3).await.unwrap();
    assert_eq!(anna.store.waiting().unwrap(), 0);
}

/// A hub of version 1: a body is JSON, and a header says where it is packed.
struct OldHub;

impl Meddler for OldHub {
    fn before(&self, request: &Request) -> Option<Response> {
        let understood = request.zstd || !pack::is_packed(&request.body);
        (request.path == "/v1/sync" && !understood).then(|| Response {
            status: 400,
            body: br#"{"code":"malformed","detail":"expected value at line 1"}"#.to_vec(),
            ..Response::default()
        })
    }

    fn after(&self, answer: &mut SyncResponse) {
        answer.schema = 1;
        answer.diverged.clear();
    }
}

#[tokio::test]
async fn an_old_hub_is_spoken_to_as_it_understands() {
    let province = Province::open().await.unwrap();
    let (anna, way) = desk(&province, ANNA, OldHub);
    let pages = write_many(&anna, 3);
    anna.carry().await.unwrap();
    let calls = way.calls.load(SeqCst);
    anna.retitle(&pages[0], "Un altro titolo").unwrap();
    anna.carry().await.unwrap();
    assert_eq!(
        way.calls.load(SeqCst) - calls,
        1,
        "it was asked again what it speaks"
    );
    let (bruno, _) = desk(&province, BRUNO, Honest);
    bruno.carry().await.unwrap();
    assert_eq!(bruno.look().unwrap(), anna.look().unwrap());
}
