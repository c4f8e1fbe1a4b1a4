//! The wire, byte for byte. A golden file that must change means that old apps or old hubs are out there
//! speaking the old form: raise the version and keep reading both.

#![allow(clippy::expect_used, reason = "a test")]

use domain::identity::{Role, Scope};
use domain::sito::{FieldChange, PageChange, PageKind, TextVersion};
use domain::{Change, ComuneId, Decided, DeviceId, OpId, Refusal, RefusalCode};
use protocol::{
    Digest, Logged, LoggedBody, OpResult, Operation, Outcome, Pull, SyncRequest, SyncResponse, wire,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn scope() -> Scope {
    Scope::sito(&ComuneId::new("005094"))
}

fn operation(n: u64, change: PageChange) -> Operation {
    Operation {
        id: OpId::new(format!("0192f0c4-0000-7000-8000-00000000000{n}")),
        n,
        schema: 1,
        scope: scope(),
        entity: "0192f0c4-0000-7000-8000-0000000000aa".into(),
        change: Change::Sito(change),
        at: 1_795_305_600_000,
    }
}

fn request() -> SyncRequest {
    let set = PageChange::Set {
        change: FieldChange::Title("Neve: scuole chiuse".into()),
        base: 0,
    };
    let publish = PageChange::Publish {
        text: TextVersion("AAEC".into()),
        seen: 41,
    };
    let create = PageChange::Create {
        kind: PageKind::Notizia,
    };
    SyncRequest {
        protocol: 1,
        epoch: 7,
        cursors: [(scope(), 41)].into(),
        ops: vec![
            operation(1, create),
            operation(2, set),
            operation(
                3,
                PageChange::Text {
                    update: "AQID".into(),
                },
            ),
            operation(4, publish),
        ],
        budget: 65_536,
        own: false,
        ..SyncRequest::default()
    }
}

fn response() -> SyncResponse {
    let refusal = Refusal {
        code: RefusalCode::FieldChanged,
        theirs: Some(serde_json::json!({"field": "title", "value": "Nevicata"})),
        yours: Some(serde_json::json!({"field": "title", "value": "Neve: scuole chiuse"})),
    };
    let id = |n: u64| operation(n, PageChange::Delete).id;
    SyncResponse {
        epoch: 7,
        now: 1_795_305_601_000,
        next: 5,
        results: vec![
            OpResult {
                id: id(1),
                outcome: Outcome::Accepted(42),
            },
            OpResult {
                id: id(2),
                outcome: Outcome::Refused(refusal),
            },
        ],
        pulls: vec![Pull {
            scope: scope(),
            entries: vec![
                Logged {
                    seq: 42,
                    id: id(1),
                    decided: Decided::default(),
                    body: None,
                    later: None,
                },
                Logged {
                    seq: 43,
                    id: id(9),
                    decided: Decided {
                        slug: Some("neve".into()),
                    },
                    body: Some(LoggedBody {
                        entity: "0192f0c4-0000-7000-8000-0000000000bb".into(),
                        change: Change::Sito(PageChange::Unpublish),
                        at: 1_795_305_600_500,
                        device: DeviceId::new("d2"),
                        person: "Bruno Gallo".into(),
                        role: Role::Responsabile,
                    }),
                    later: None,
                },
            ],
            to: 43,
            more: true,
        }],
        ..SyncResponse::default()
    }
}

/// With `UPDATE_GOLDEN=1` the file is written instead, for a new version of the format.
fn holds<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, name: &str) {
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let written = serde_json::to_string_pretty(value).expect("serialises") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &written).expect("written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file is there");
    assert_eq!(written, golden, "the wire format changed");
    let read: T = serde_json::from_str(&golden).expect("the golden file is read");
    assert_eq!(&read, value);
}

#[test]
fn a_request_is_written_and_read_as_ever() {
    holds(&request(), "sync-request");
}

#[test]
fn a_response_is_written_and_read_as_ever() {
    holds(&response(), "sync-response");
}

#[test]
fn fields_that_a_later_version_adds_are_passed_over() {
    let mut value = serde_json::to_value(request()).expect("serialises");
    value["later"] = serde_json::json!({"new": true});
    let read: SyncRequest = serde_json::from_value(value).expect("still read");
    assert_eq!(read, request());
}

/// A frame is bytes; the golden file is read by people as well, so each line holds 32 in hex.
fn frame_holds(frame: &[u8], name: &str) {
    let path = format!("{}/tests/golden/{name}.hex", env!("CARGO_MANIFEST_DIR"));
    let hex = |line: &[u8]| {
        line.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let written = frame.chunks(32).map(hex).collect::<Vec<_>>().join("\n") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &written).expect("written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file is there");
    assert_eq!(written, golden, "the wire format changed");
}

#[test]
fn version_2_is_written_and_read_as_ever() {
    let request = SyncRequest {
        protocol: 2,
        digests: [(scope(), Digest(0, 1 << 60))].into(),
        ..request()
    };
    let frame = wire::write_request(&request).expect("written");
    frame_holds(&frame, "sync-request-2");
    let read = wire::read_request(&frame).expect("read");
    assert!(
        read.ops
            .iter()
            .map(|op| op.op.as_ref())
            .eq(request.ops.iter().map(Some))
    );

    let frame = wire::write_response(&response(), &request.clone().into()).expect("written");
    frame_holds(&frame, "sync-response-2");
    assert_eq!(
        wire::read_response(&frame, &request).expect("read"),
        response()
    );
}
