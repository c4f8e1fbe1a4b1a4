//! Calls as every version of the app and of the hub wrote them, byte for byte (`tests/recorded/VERSION`), and what they
//! mean today. A hub serves apps that are two versions behind it, and an app may meet a hub that is: what is recorded is
//! never written anew, a new version gets a folder of its own.
//!
//! | folder | form | written by the code before |
//! |---|---|---|
//! | `1` | JSON | the second form (ADR 11) |
//! | `2-names` | frames in which every name is told; never released | names that follow by count were left out |
//! | `2-silent` | frames | apps could ask for the hub's version |
//! | `2` | frames | – |

#![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]

use domain::identity::{Role, Scope};
use domain::sito::{Argomento, FieldChange, PageChange, PageKind, TextVersion};
use domain::{Change, ComuneId, Decided, DeviceId, FileId, FileRef, OpId, Refusal, RefusalCode};
use protocol::{
    Digest, Logged, LoggedBody, OpResult, Operation, Outcome, Pull, SyncRequest, SyncResponse,
    pack, wire,
};
use std::path::PathBuf;

/// A folder, and what an app of that time could say.
#[derive(Clone, Copy)]
struct Version {
    folder: &'static str,
    protocol: u16,
    sums: bool,
    asks_version: bool,
}

const FIRST: Version = Version {
    folder: "1",
    protocol: 1,
    sums: false,
    asks_version: false,
};
const NAMES: Version = Version {
    folder: "2-names",
    protocol: 2,
    sums: true,
    asks_version: false,
};
const SILENT: Version = Version {
    folder: "2-silent",
    ..NAMES
};
const NEWEST: Version = Version {
    folder: "2",
    asks_version: true,
    ..SILENT
};

/// Names as an opening of a workspace gives them, by count.
const STEM: &str = "01a21702-8986-70e9-9524-faf5440f543a";
/// The same, of another computer.
const THEIRS: &str = "0192f0c4-9c1f-7b3a-8d52-6c1b0f3a77e2";
/// An update of a text, and the version of the text with it.
const TEXT: &str = "bG9ybwAAAAAAAAAAAAAAAEpjQ48ABF0AIQAhARABEgA3h6-eZDUBAQAAAAAABQEAAAEABgEEAQIAAAUEYm9keQAOAQQCAQACAQACAQUCASEAIiFEb21hbmkgbGUgc2N1b2xlIHJlc3Rhbm8gY2hpdXNlLgo";
const READ: &str = "EgA3h6-eZDUg";

fn scope() -> Scope {
    Scope::sito(&ComuneId::new("005094"))
}

fn file() -> FileRef {
    FileRef {
        id: FileId::new("ab".repeat(32)),
        name: "bando.pdf".into(),
        media: "application/pdf".into(),
        size: 4711,
    }
}

fn set(change: FieldChange) -> PageChange {
    PageChange::Set { change, base: 0 }
}

fn topic(name: &str) -> Argomento {
    Argomento::named(name).unwrap()
}

/// One of each, in an order in which the rules allow them.
fn changes() -> Vec<PageChange> {
    vec![
        PageChange::Create {
            kind: PageKind::Pagina,
        },
        set(FieldChange::Title("Neve: scuole chiuse".into())),
        set(FieldChange::Summary(
            "Domani le scuole restano chiuse".into(),
        )),
        PageChange::AddTopic(topic("Acqua")),
        PageChange::AddTopic(topic("Istruzione")),
        PageChange::RemoveTopic(topic("Acqua")),
        PageChange::Text {
            update: TEXT.into(),
        },
        PageChange::Publish {
            text: TextVersion(READ.into()),
            seen: 1_000,
        },
        PageChange::Unpublish,
        PageChange::Attach(file()),
        PageChange::Detach(file().id),
        PageChange::Delete,
    ]
}

/// A page made and removed, then one whose names do not follow by count, as a copied workspace has them.
fn operations() -> Vec<Operation> {
    let operation = |n: u64, entity: String, id: String, change| Operation {
        id: OpId::new(id),
        n,
        schema: 1,
        scope: scope(),
        entity,
        change: Change::Sito(change),
        at: 1_795_305_600_000 + 1_500 * i64::try_from(n).unwrap(),
    };
    let page = format!("{STEM}-1");
    let mut all: Vec<_> = (1..)
        .zip(changes())
        .map(|(n, change)| operation(n, page.clone(), format!("{STEM}-{:x}", n + 1), change))
        .collect();
    let other = PageChange::Create {
        kind: PageKind::Ufficio,
    };
    let (page, id) = (
        "0192f0c4-0000-7000-8000-0000000000aa",
        "0192f0c4-0000-7000-8000-000000000009",
    );
    all.push(operation(
        all.len() as u64 + 1,
        page.into(),
        id.into(),
        other,
    ));
    all
}

fn request(version: Version) -> SyncRequest {
    SyncRequest {
        protocol: version.protocol,
        epoch: 0,
        cursors: [(scope(), 0)].into(),
        ops: operations(),
        budget: 65_536,
        digests: match version.sums {
            true => [(scope(), Digest(0, 0))].into(),
            false => [].into(),
        },
        asks_version: version.asks_version,
        ..SyncRequest::default()
    }
}

/// All but the third are accepted, after three entries of somebody else.
fn response(version: Version) -> SyncResponse {
    let theirs = (1..)
        .zip(operations().into_iter().take(3))
        .map(|(seq, op)| Logged {
            decided: Decided {
                slug: (seq == 3).then(|| "neve".into()),
            },
            body: Some(LoggedBody {
                entity: format!("{THEIRS}-9"),
                change: op.change,
                at: op.at,
                device: DeviceId::new("d2"),
                person: "Bruno Gallo".into(),
                role: Role::Responsabile,
            }),
            ..Logged::stub(seq, OpId::new(format!("{THEIRS}-{:x}", seq + 9)))
        });
    let mut entries: Vec<_> = theirs.collect();
    let mut results = Vec::new();
    for (at, op) in operations().into_iter().enumerate() {
        let refusal = Refusal {
            code: RefusalCode::FieldChanged,
            theirs: Some(serde_json::json!({"field": "summary", "value": "Nevica"})),
            yours: Some(serde_json::json!({"field": "summary", "value": "Domani"})),
        };
        let outcome = match at {
            2 => Outcome::Refused(refusal),
            _ => Outcome::Accepted(entries.len() as u64 + 1),
        };
        if let Outcome::Accepted(seq) = outcome {
            entries.push(Logged::stub(seq, op.id.clone()));
        }
        results.push(OpResult { id: op.id, outcome });
    }
    SyncResponse {
        epoch: 7,
        now: 1_795_305_700_000,
        next: results.len() as u64 + 1,
        results,
        pulls: vec![Pull {
            scope: scope(),
            to: entries.len() as u64,
            entries,
            more: true,
        }],
        version: version.asks_version.then(|| "0.1.0".into()),
        ..SyncResponse::default()
    }
}

fn write_request(version: Version) -> Vec<u8> {
    match version.protocol {
        1 => serde_json::to_vec(&request(version)).unwrap(),
        _ => wire::write_request(&request(version)).unwrap(),
    }
}

fn write_response(version: Version) -> Vec<u8> {
    match version.protocol {
        1 => serde_json::to_vec(&response(version)).unwrap(),
        _ => wire::write_response(&response(version), &request(version).into()).unwrap(),
    }
}

fn path(version: Version, name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    folder.join(version.folder).join(name)
}

/// A body as it was on the wire, unpacked.
fn recorded(version: Version, name: &str) -> Vec<u8> {
    let body = std::fs::read(path(version, name)).unwrap();
    assert_eq!(pack::is_packed(&body), version.protocol > 1);
    match pack::is_packed(&body) {
        true => pack::unpack(&body, 1 << 20).unwrap(),
        false => body,
    }
}

/// Not a test: records what this code writes, once, where a new version has come.
#[test]
#[ignore = "writes files that are under version control"]
fn the_newest_version_is_recorded() {
    let packed = |body: Vec<u8>| match NEWEST.protocol {
        1 => body,
        _ => pack::pack(&body).unwrap(),
    };
    std::fs::create_dir_all(path(NEWEST, "")).unwrap();
    for (name, body) in [
        ("request", write_request(NEWEST)),
        ("response", write_response(NEWEST)),
    ] {
        let mut file = std::fs::File::create_new(path(NEWEST, name)).unwrap();
        std::io::Write::write_all(&mut file, &packed(body)).unwrap();
    }
}

#[test]
fn calls_of_every_version_mean_what_they_meant() {
    for version in [FIRST, NAMES, SILENT, NEWEST] {
        let read = wire::read_request(&recorded(version, "request")).unwrap();
        let read = SyncRequest {
            ops: read.ops.into_iter().map(|op| op.op.unwrap()).collect(),
            ..read.request
        };
        assert_eq!(read, request(version), "{}", version.folder);
    }
}

#[test]
fn answers_of_every_version_mean_what_they_meant() {
    for version in [FIRST, NAMES, SILENT, NEWEST] {
        let body = recorded(version, "response");
        let read = wire::read_response(&body, &request(version)).unwrap();
        assert_eq!(read, response(version), "{}", version.folder);
    }
}

/// An app from before reads with its own code, which is not here: it must get the very bytes that it got then.
#[test]
fn apps_of_every_version_get_the_answer_that_they_know() {
    for version in [FIRST, SILENT, NEWEST] {
        let body = recorded(version, "response");
        assert_eq!(write_response(version), body, "{}", version.folder);
    }
}

#[test]
fn this_version_writes_what_is_recorded_of_it() {
    assert_eq!(
        NEWEST.protocol,
        protocol::PROTOCOL,
        "a new version is to be recorded"
    );
    assert_eq!(write_request(NEWEST), recorded(NEWEST, "request"));
}
