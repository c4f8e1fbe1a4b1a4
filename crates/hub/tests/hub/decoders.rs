//! A short run of the fuzz targets (`tests/fuzz`) that face the network and a stick, and where their seeds come from.

#[path = "../../../../tests/fuzz/src/short.rs"]
#[allow(clippy::print_stdout, reason = "how long it took is worth reading")]
mod short;
#[path = "../../../../tests/fuzz/src/wire.rs"]
mod wire;

use bundle::{Head, Item, Kind, Public, Sealer, Secret, Seed};
use domain::identity::{Role, Scope};
use domain::sito::{FieldChange, PageChange, PageKind, RichText, TextVersion};
use domain::{Change, ComuneId, DeviceId, FileId, OpId, Refusal, RefusalCode};
use protocol::calls::DeviceInfo;
use protocol::carried::{self, Asked, Refused, Said, Taken, Why, Wish};
use protocol::files::{
    Get, Left, Manifest, ManifestRequest2, Missing2, Offer, Put, Ranges, StateRequest,
    encode_manifest, push_chunk,
};
use protocol::wire::{read_request, write_request, write_response};
use protocol::{
    Digest, Logged, OpResult, Operation, Outcome, Pull, SyncRequest, SyncResponse, firma,
};
use serde_json::json;
use text::TextDoc;
use wire::{DECODERS, KEY};

/// Changed files for each decoder.
const TRIES: usize = 1_500;

/// A seed that is refused at the door leads nowhere; one of a bomb's size slows every run.
#[test]
fn every_seed_is_small_and_understood() {
    for (name, decode) in DECODERS {
        for (at, seed) in short::seeds(name).iter().enumerate() {
            assert!(
                seed.len() < 2048,
                "{name}: seed {at} has {} bytes",
                seed.len()
            );
            assert!(decode(seed), "{name}: seed {at} is not understood");
        }
    }
}

#[test]
fn no_decoder_panics_or_hangs_on_bytes_from_the_network_or_a_stick() {
    for (name, decode) in DECODERS {
        short::run(name, TRIES, |bytes| {
            decode(bytes);
        });
    }
}

/// Not a test: writes the seeds anew, after a decoder has changed.
#[test]
#[ignore = "writes files that are under version control"]
fn seeds_are_made() {
    let made = [
        ("request", requests()),
        ("response", responses()),
        ("packed", packed()),
        ("pack", packs()),
        ("files", files()),
        ("put", puts()),
        ("calls", calls()),
        ("update", updates()),
        ("stick", sticks()),
        ("content", contents()),
        ("carried", carried_bodies()),
        ("firma", firma_bodies()),
        ("fide", lists()),
    ];
    assert_eq!(made.len(), DECODERS.len());
    for (target, seeds) in made {
        let folder = short::folder(target);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in seeds {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    }
}

/// Names of files, and what is in them.
type Seeds = Vec<(&'static str, Vec<u8>)>;

fn scope() -> Scope {
    Scope::sito(&ComuneId::new("005094"))
}

/// A page as somebody writes it, with the names that an opening of a workspace gives.
fn operations() -> Vec<Operation> {
    let changes = [
        PageChange::Create {
            kind: PageKind::Notizia,
        },
        PageChange::Set {
            change: FieldChange::Title("Neve: scuole chiuse".into()),
            base: 0,
        },
        PageChange::Text {
            update: text::encode(&edits()[0]),
        },
        PageChange::Publish {
            text: TextVersion("AAEC".into()),
            seen: 41,
        },
    ];
    let stem = "01a21702-8986-70e9-9524-faf5440f543a";
    (1..)
        .zip(changes)
        .map(|(n, change)| Operation {
            id: OpId::new(format!("{stem}-{:x}", n + 1)),
            n,
            schema: 1,
            scope: scope(),
            entity: format!("{stem}-1"),
            change: Change::Sito(change),
            at: 1_795_305_600_000,
        })
        .collect()
}

fn question() -> SyncRequest {
    SyncRequest {
        protocol: 2,
        epoch: 7,
        cursors: [(scope(), 41)].into(),
        digests: [(scope(), Digest(0, 1 << 60))].into(),
        ops: operations(),
        budget: 65_536,
        asks_version: true,
        ..SyncRequest::default()
    }
}

fn requests() -> Seeds {
    let mut first = question();
    first.protocol = 1;
    vec![
        ("1", serde_json::to_vec(&first).unwrap()),
        ("2", write_request(&question()).unwrap()),
        ("idle", write_request(&SyncRequest::default()).unwrap()),
    ]
}

/// Answers to the call of the target.
fn answer(sent: &SyncRequest) -> SyncResponse {
    let accepted = |op: &Operation, seq| OpResult {
        id: op.id.clone(),
        outcome: Outcome::Accepted(seq),
    };
    let refused = OpResult {
        id: sent.ops[2].id.clone(),
        outcome: Outcome::Refused(Refusal::new(RefusalCode::Deleted)),
    };
    let entries = (4..).zip(operations()).map(|(seq, op)| Logged {
        body: Some(protocol::LoggedBody {
            entity: op.entity,
            change: op.change,
            at: op.at,
            device: DeviceId::new("d2"),
            person: "Bruno Gallo".into(),
            role: Role::Responsabile,
        }),
        ..Logged::stub(seq, op.id)
    });
    SyncResponse {
        epoch: 7,
        now: 1_795_305_601_000,
        next: 4,
        results: vec![
            accepted(&sent.ops[0], 8),
            accepted(&sent.ops[1], 9),
            refused,
        ],
        pulls: vec![Pull {
            scope: scope(),
            entries: entries.collect(),
            to: 9,
            more: true,
        }],
        version: Some("0.1.0".into()),
        ..SyncResponse::default()
    }
}

fn responses() -> Seeds {
    let read = read_request(wire::SENT.as_bytes()).unwrap();
    let sent = SyncRequest {
        ops: read.ops.into_iter().filter_map(|op| op.op).collect(),
        ..read.request
    };
    let answer = answer(&sent);
    let idle = SyncResponse::default();
    vec![
        ("1", serde_json::to_vec(&answer).unwrap()),
        ("2", write_response(&answer, &sent.clone().into()).unwrap()),
        ("idle", write_response(&idle, &sent.into()).unwrap()),
    ]
}

fn packed() -> Seeds {
    let body = write_request(&question()).unwrap();
    vec![
        ("dictionary", protocol::pack::pack(&body).unwrap()),
        ("plain", protocol::pack::pack_plain(&body).unwrap()),
    ]
}

fn a_pack() -> Vec<u8> {
    let mut pack = Vec::new();
    for chunk in [&b"Determina n. 1"[..], b"", b"Determina n. 2"] {
        push_chunk(&mut pack, chunk);
    }
    pack
}

fn packs() -> Seeds {
    vec![("three", a_pack()), ("none", Vec::new())]
}

fn file() -> FileId {
    FileId::new("ab".repeat(32))
}

fn manifest() -> Manifest {
    wire::base(&file()).unwrap()
}

fn ranges() -> Ranges {
    [5..9, 4000..5000].into_iter().collect()
}

fn files() -> Seeds {
    let with = |which: u8, body: Vec<u8>| [&[which][..], &body].concat();
    let state = StateRequest {
        file: file(),
        digest: manifest().digest(),
    };
    let offer = Offer {
        manifest: manifest(),
        bases: vec![manifest()],
        packed: protocol::pack::pack_plain(&a_pack()).unwrap(),
    };
    let put = Put {
        file: file(),
        digest: manifest().digest(),
        zstd: true,
        ranges: ranges(),
        hashes: vec![[7; 32]],
    };
    let get = Get {
        file: file(),
        ranges: ranges(),
    };
    let ask = ManifestRequest2 {
        file: file(),
        bases: vec![state.clone()],
    };
    vec![
        ("offer", with(0, offer.encode())),
        ("missing", with(1, Missing2::Bytes(ranges()).encode())),
        ("put", with(2, put.encode())),
        ("left", with(3, Left(300).encode())),
        ("manifest", with(4, encode_manifest(&manifest(), &[]))),
        (
            "relative",
            with(4, encode_manifest(&manifest(), &[manifest()])),
        ),
        ("state", with(5, state.encode())),
        ("ask", with(6, ask.encode())),
        ("get", with(7, get.encode())),
    ]
}

/// A head and the bytes that it announces.
fn a_put(ranges: Ranges, hashes: Vec<[u8; 32]>, zstd: bool, bytes: &[u8]) -> Vec<u8> {
    let put = Put {
        file: wire::PUT.file.clone(),
        digest: wire::PUT.digest(),
        zstd,
        ranges,
        hashes,
    };
    let bytes = match zstd {
        true => zstd::bulk::compress(bytes, 3).unwrap(),
        false => bytes.to_vec(),
    };
    [put.encode(), bytes].concat()
}

fn puts() -> Seeds {
    let all = wire::PUT_CHUNKS.concat();
    let whole = |zstd| a_put(std::iter::once(0..600).collect(), Vec::new(), zstd, &all);
    let piece = &all[300..450];
    let hashes = [300..400, 400..450].map(|range| *blake3::hash(&all[range]).as_bytes());
    let ranges = std::iter::once(300..450).collect();
    vec![
        ("whole", whole(false)),
        ("packed", whole(true)),
        ("piece", a_put(ranges, hashes.to_vec(), false, piece)),
    ]
}

fn calls() -> Seeds {
    let with = |which: u8, value: &[u8]| [&[which][..], value].concat();
    let device = DeviceInfo {
        device: DeviceId::new("k7qm4txr"),
        name: "PC della segreteria".into(),
        person: "Anna Rossi".into(),
        comune: ComuneId::new("005094"),
        role: Role::Impiegato,
        enrolled: 1_795_334_400_000,
        seen: Some(1_795_334_400_000),
        revoked: false,
    };
    let header = protocol::auth::header(&device.device, &"A".repeat(86));
    let json = |which, value: serde_json::Value| with(which, value.to_string().as_bytes());
    vec![
        ("header", with(0, header.as_bytes())),
        (
            "enrol",
            json(
                1,
                json!({"code": "K7QM-4TXR", "public_key": "AAAA", "name": "PC"}),
            ),
        ),
        (
            "error",
            json(
                4,
                json!({"code": "full", "detail": "", "quota": 20_000_000_000_u64}),
            ),
        ),
        ("login", json(5, json!({"user": "anna", "password": "x"}))),
        (
            "code",
            json(
                6,
                json!({"comune": "005094", "person": "Anna", "role": "impiegato"}),
            ),
        ),
        ("missing", json(12, json!({"missing": [0, 2]}))),
        (
            "manifest",
            json(11, serde_json::to_value(manifest()).unwrap()),
        ),
        (
            "fetch",
            json(15, json!({"file": "ab".repeat(32), "chunks": [0, 1]})),
        ),
        ("devices", json(7, serde_json::to_value([device]).unwrap())),
    ]
}

/// A text, and a second edit on top of it.
fn edits() -> [Vec<u8>; 2] {
    let mut doc = TextDoc::new();
    let write = |doc: &mut TextDoc, words: &str| {
        let version = doc.version();
        let text = RichText::from_plain(words);
        doc.edit(&version, &text).unwrap().unwrap()
    };
    let first = write(&mut doc, "Domani le scuole restano chiuse.");
    let second = write(&mut doc, "Domani le scuole restano chiuse.\nAnche l'asilo.");
    [first, second]
}

fn updates() -> Seeds {
    let [first, _] = edits();
    let mut doc = TextDoc::new();
    for edit in edits() {
        doc.import(&edit).unwrap();
    }
    vec![("first", first), ("whole", doc.snapshot())]
}

/// Everything that lies in a bundle, up and down.
fn items() -> Vec<Item> {
    let ops = operations()
        .iter()
        .map(|op| (op.id.clone(), op.n))
        .collect();
    let asked = Asked {
        epoch: 7,
        cursors: [(scope(), 41)].into(),
        own: false,
        ops,
    };
    let response = Some(SyncResponse::default());
    vec![
        Item::Manifest(manifest()),
        Item::Pack(a_pack()),
        Item::Ask(serde_json::to_vec(&question()).unwrap()),
        Item::Wish(wish()),
        Item::Said(Box::new(Said { asked, response })),
        Item::Taken(taken()),
        Item::Refused(Refused { why: Why::Expired }),
    ]
}

fn wish() -> Wish {
    Wish {
        file: file(),
        chunks: Some(vec![0, 2]),
    }
}

fn taken() -> Taken {
    Taken {
        epoch: 7,
        files: vec![file()],
    }
}

fn sealed(items: &[Item]) -> Vec<u8> {
    let seed = Seed::from_bytes(&KEY).unwrap();
    let head = Head {
        kind: Kind::Up,
        id: "0".repeat(32),
        of: None,
        hub: bundle::fingerprint(&seed.public()),
        device: DeviceId::new("k7qm4txr"),
        comune: ComuneId::new("005094"),
        comune_name: "Roccaverano".into(),
        computer: "PC della segreteria".into(),
        at: 1_795_334_400_000,
        reply: Secret::of(&KEY).public().encode(),
    };
    let reader = Public::decode(&Secret::of(&KEY).public().encode()).unwrap();
    let mut sealer = Sealer::new(Vec::new(), &head, &reader).unwrap();
    items.iter().for_each(|item| sealer.put(item).unwrap());
    sealer.finish(&seed.signing()).unwrap().0
}

/// What a bundle holds: the seal is undone by the same zstd that the sealer has, so the items are written by hand.
fn written(items: &[Item]) -> Vec<u8> {
    let one = |item: &Item| {
        let (tag, body) = match item {
            Item::Manifest(it) => (1, serde_json::to_vec(it).unwrap()),
            Item::Pack(it) => (2, it.clone()),
            Item::Ask(it) => (3, it.clone()),
            Item::Wish(it) => (4, serde_json::to_vec(it).unwrap()),
            Item::Said(it) => (5, it.to_json().unwrap()),
            Item::Taken(it) => (6, serde_json::to_vec(it).unwrap()),
            Item::Refused(it) => (7, serde_json::to_vec(it).unwrap()),
            Item::Unknown(tag) => (*tag, Vec::new()),
        };
        let length = u32::try_from(body.len()).unwrap();
        [&[tag][..], &length.to_le_bytes(), &body].concat()
    };
    items.iter().flat_map(one).collect()
}

fn sticks() -> Seeds {
    let with = |which: u8, body: &[u8]| [&[which][..], body].concat();
    let bundle = sealed(&items()[..3]);
    vec![
        ("head", with(0, &bundle)),
        ("items", with(1, &written(&items()[..2]))),
        ("signed", with(2, &bundle)),
        ("sealed", with(3, &bundle)),
    ]
}

fn contents() -> Seeds {
    let up = written(&items()[..4]);
    let down = written(&items()[4..]);
    vec![
        ("up", up.clone()),
        ("up-packed", zstd::bulk::compress(&up, 3).unwrap()),
        ("down", down.clone()),
        ("down-packed", zstd::bulk::compress(&down, 3).unwrap()),
    ]
}

fn carried_bodies() -> Seeds {
    let bundle = "ab".repeat(32);
    let json =
        |which: u8, value: serde_json::Value| [&[which][..], value.to_string().as_bytes()].concat();
    let value = |value: serde_json::Result<serde_json::Value>| value.unwrap();
    let offer = carried::Offer {
        bundle: bundle.clone(),
        size: 4711,
    };
    let progress = carried::Progress {
        have: 4711,
        answer: Some(815),
    };
    let ask = carried::AnswerRequest {
        bundle,
        from: 256,
        most: None,
    };
    let part = carried::push_part(&[7; 32], 9, b"a part of a bundle");
    let Item::Said(said) = &items()[4] else {
        panic!("the answer is the fifth item")
    };
    vec![
        ("offer", json(0, value(serde_json::to_value(offer)))),
        ("progress", json(1, value(serde_json::to_value(progress)))),
        ("ask", json(2, value(serde_json::to_value(ask)))),
        ("part", [&[3][..], &part].concat()),
        ("wish", json(4, value(serde_json::to_value(wish())))),
        ("said", [&[5][..], &said.to_json().unwrap()].concat()),
        ("taken", json(6, value(serde_json::to_value(taken())))),
        ("refused", [&[7][..], br#"{"why":"too_old"}"#].concat()),
    ]
}

fn firma_bodies() -> Seeds {
    let with = |which: u8, body: Vec<u8>| [&[which][..], &body].concat();
    let thing = firma::Thing {
        hash: [7; 32],
        size: 2_000_000,
    };
    let part = firma::PartRequest {
        hash: [7; 32],
        from: 256,
        most: 4096,
    };
    let question = firma::Question {
        asked: firma::Asked::Ocsp,
        url: "http://ocsp.example/a".into(),
        body: b"a question".to_vec(),
    };
    let stamp = firma::Question {
        asked: firma::Asked::TimeStamp,
        url: String::new(),
        ..question.clone()
    };
    vec![
        ("thing", with(0, thing.encode())),
        ("part", with(1, part.encode())),
        ("ocsp", with(2, question.encode())),
        ("stamp", with(2, stamp.encode())),
        (
            "answer",
            with(3, firma::Reply::Answer(b"an answer".to_vec()).encode()),
        ),
        ("long", with(3, firma::Reply::Long(thing).encode())),
        ("status", with(3, firma::Reply::Status(503).encode())),
        (
            "spent",
            with(3, firma::Reply::Spent { limit: 100 }.encode()),
        ),
    ]
}

/// Without the signature, which the target makes.
fn lists() -> Seeds {
    let list = |name: &str| format!("<TrustServiceStatusList>{name}</TrustServiceStatusList>");
    let sources = trust::Sources {
        list_of_lists: list("EU").into_bytes(),
        pivots: vec![list("EU, before").into_bytes()],
        lists: vec![list("IT").into_bytes(), list("FR").into_bytes()],
    };
    let alone = trust::Sources {
        list_of_lists: list("EU").into_bytes(),
        ..trust::Sources::default()
    };
    let unsigned = |sources: &trust::Sources| {
        let hub = ed25519_dalek::SigningKey::from_bytes(&KEY);
        let issued = "2026-11-26T06:00:00Z".parse().unwrap();
        let mut bundle = trust::bundle::seal(sources, issued, &hub).unwrap();
        bundle.truncate(bundle.len() - 64);
        bundle
    };
    vec![("lists", unsigned(&sources)), ("alone", unsigned(&alone))]
}
