#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the unexpected"
)]
use super::*;
use crate::{LoggedBody, PROTOCOL};
use domain::identity::Role;
use domain::sito::{FieldChange, PageKind};
use domain::{ComuneId, Decided, DeviceId, Refusal, RefusalCode};
use proptest::prelude::*;

fn scope() -> Scope {
    Scope::sito(&ComuneId::new("005094"))
}

fn change(pick: u8) -> Change {
    Change::Sito(match pick % 4 {
        0 => PageChange::Create {
            kind: PageKind::Notizia,
        },
        1 => PageChange::Set {
            change: FieldChange::Title("~0".into()),
            base: 0,
        },
        2 => PageChange::Text {
            update: "AQID".into(),
        },
        _ => PageChange::Delete,
    })
}

fn operation((n, pick, at): (u64, u8, i64)) -> Operation {
    Operation {
        id: OpId::new(format!("op-{n}")),
        n,
        schema: 1 + u16::from(pick % 5 == 0),
        scope: scope(),
        entity: format!("e{}", pick % 3),
        change: change(pick),
        at,
    }
}

fn request(ops: Vec<Operation>) -> SyncRequest {
    SyncRequest {
        protocol: PROTOCOL,
        epoch: 7,
        cursors: [(scope(), 3)].into(),
        ops,
        budget: 9_000,
        own: false,
        digests: [(scope(), crate::Digest(0, u64::MAX))].into(),
        asks_version: true,
    }
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec((1..40_u64, any::<u8>(), any::<i64>()), 0..12)
        .prop_map(|ops| ops.into_iter().map(operation).collect())
}

fn refused(id: OpId) -> OpResult {
    OpResult {
        id,
        outcome: Outcome::Refused(Refusal::new(RefusalCode::Deleted)),
    }
}

fn body(pick: u8) -> LoggedBody {
    LoggedBody {
        entity: format!("e{}", pick % 3),
        change: change(pick),
        at: i64::from(pick),
        device: DeviceId::new("d2"),
        person: "Bruno".into(),
        role: Role::Impiegato,
    }
}

/// What a hub may answer: the operations' results in order, then entries between the cursor and `to`.
fn response(request: &SyncRequest, picks: &[u8], own: bool) -> SyncResponse {
    let mut results = Vec::new();
    let mut entries = Vec::new();
    let mut seq = 3;
    for (at, op) in request.ops.iter().enumerate() {
        let pick = picks.get(at).copied().unwrap_or_default();
        if pick % 4 == 0 {
            results.push(refused(op.id.clone()));
            continue;
        }
        if pick % 4 == 1 {
            seq += 1;
            entries.push(Logged {
                body: Some(body(pick)),
                ..Logged::stub(seq, OpId::new(format!("other-{seq}")))
            });
        }
        seq += 1;
        results.push(OpResult {
            id: op.id.clone(),
            outcome: Outcome::Accepted(seq),
        });
        entries.push(Logged {
            decided: Decided {
                slug: (pick % 8 == 2).then(|| "neve".into()),
            },
            body: own.then(|| body(pick)),
            ..Logged::stub(seq, op.id.clone())
        });
    }
    let pull = Pull {
        scope: scope(),
        entries,
        to: seq,
        more: false,
    };
    SyncResponse {
        epoch: 7,
        now: 5,
        next: 9,
        results,
        pulls: vec![pull],
        ..SyncResponse::default()
    }
}

fn same_operations(read: &ReadRequest, ops: &[Operation]) -> bool {
    read.ops
        .iter()
        .map(|op| op.op.as_ref())
        .eq(ops.iter().map(Some))
}

proptest! {
    #[test]
    fn a_request_comes_back(ops in operations()) {
        let request = request(ops);
        let read = read_request(&write_request(&request).unwrap()).unwrap();
        prop_assert!(same_operations(&read, &request.ops));
        prop_assert_eq!(SyncRequest { ops: request.ops.clone(), ..read.request }, request);
    }

    #[test]
    fn a_response_comes_back(
        ops in operations(),
        picks in prop::collection::vec(any::<u8>(), 12),
        own in any::<bool>(),
    ) {
        let mut ops = ops;
        for (n, op) in (1..).zip(&mut ops) {
            op.n = n;
            op.id = OpId::new(format!("op-{n}"));
        }
        let request = request(ops);
        let response = response(&request, &picks, own);
        let written = write_response(&response, &request.clone().into()).unwrap();
        prop_assert_eq!(read_response(&written, &request).unwrap(), response);
    }

    #[test]
    fn no_bytes_bring_a_reader_down(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut framed = vec![frame::MARK];
        framed.extend(&bytes);
        for bytes in [bytes, framed] {
            let _ = read_request(&bytes);
            let _ = read_response(&bytes, &SyncRequest::default());
        }
    }
}

#[test]
fn version_1_is_read_as_ever() {
    let request = request(vec![operation((1, 2, 5)), operation((2, 1, 6))]);
    let read = read_request(&serde_json::to_vec(&request).unwrap()).unwrap();
    assert!(same_operations(&read, &request.ops));
    let response = response(&request, &[1, 2], true);
    let read = read_response(&serde_json::to_vec(&response).unwrap(), &request).unwrap();
    assert_eq!(read, response);
}

#[test]
fn what_a_later_version_wrote_keeps_its_place() {
    let request = request(vec![operation((1, 1, 5)), operation((2, 3, 6))]);
    let json = serde_json::to_string(&request).unwrap();
    let json = json.replace("\"delete\"", "{\"later\":1}");
    let read = read_request(json.as_bytes()).unwrap();
    assert!(read.ops[0].op.is_some() && read.ops[1].op.is_none());
    assert_eq!((read.ops[1].n, read.ops[1].id.as_str()), (2, "op-2"));

    let response = response(&request, &[1, 1], true);
    let json = serde_json::to_string(&response).unwrap();
    let json = json.replace("\"impiegato\"", "\"later\"");
    let read = read_response(json.as_bytes(), &request).unwrap();
    let later: Vec<_> = read.pulls[0]
        .entries
        .iter()
        .map(|entry| &entry.later)
        .collect();
    assert_eq!(later.len(), 4);
    assert!(later.iter().all(|entity| entity.is_some()));
}

#[test]
fn a_hundred_acknowledgements_cost_next_to_nothing() {
    let written = |ops: Vec<Operation>| {
        let request = request(ops);
        let response = response(&request, &[3; 100], false);
        write_response(&response, &request.into()).unwrap().len()
    };
    let hundred = (1..=100).map(|n| operation((n, 3, 5))).collect();
    assert!(written(hundred) < written(vec![]) + 40);
}

/// Names are one opening of a workspace and a count: those that follow each other are not told.
#[test]
fn a_name_that_follows_by_count_is_left_out() {
    let stem = "01a21702-8986-70e9-9524-faf5440f543a";
    let op = |n: u64, entity: &str, id: &str| Operation {
        id: OpId::new(format!("{stem}-{id}")),
        entity: format!("{stem}-{entity}"),
        ..operation((n, 3, 0))
    };
    let ops = vec![
        op(4, "e", "f"),
        op(5, "e", "10"),
        op(6, "11", "12"),
        op(7, "2", "99"),
    ];
    let request = request(ops.clone());
    let body = write_request(&request).unwrap();
    let told = String::from_utf8_lossy(&body).matches(stem).count();
    assert_eq!(
        told, 3,
        "the first page, the last page, and an operation that does not follow it"
    );
    let read = read_request(&body).unwrap();
    let read: Vec<_> = read.ops.into_iter().filter_map(|op| op.op).collect();
    assert_eq!(read, ops);
}
