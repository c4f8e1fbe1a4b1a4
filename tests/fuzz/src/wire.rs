//! The decoders that face the network, a stick and other desks: each takes bytes, and may refuse them. It says whether it
//! understood them, so that a seed which reaches nothing is found.
//! Used by the targets of libFuzzer, and by the short run in the ordinary tests of `hub`.

use bundle::{Content, Head, Item, Opened, Secret, Seed, read_item, verify};
use domain::FileId;
use ed25519_dalek::{Signer as _, SigningKey};
use protocol::calls::{
    CodeRequest, DeviceInfo, EnrolRequest, Enrolled, HubError, HubKeys, LoginRequest,
};
use protocol::carried::{self, Said};
use protocol::files::{
    CHUNK, ChunkRef, FetchRequest, Get, Left, Manifest, ManifestRequest, ManifestRequest2, Missing,
    Missing2, Offer, Put, StateRequest, Stored, Taking, push_chunk, read_manifest,
};
use protocol::wire::{
    DigestRequest, Digests, LogRequest, read_request, read_response, write_request,
};
use protocol::{SyncRequest, auth, firma};
use serde::de::DeserializeOwned;
use std::io::Read;
use std::sync::LazyLock;
use text::TextDoc;

/// A decoder, under the name of its target and of the folder of its seeds.
pub type Decoder = (&'static str, fn(&[u8]) -> bool);

/// All of them.
pub const DECODERS: [Decoder; 13] = [
    ("request", request),
    ("response", response),
    ("packed", packed),
    ("pack", pack),
    ("files", files),
    ("put", put),
    ("calls", calls),
    ("update", update),
    ("stick", stick),
    ("content", content),
    ("carried", carried),
    ("firma", firma),
    ("fide", fide),
];

/// The keys of the computers in the seeds: whoever writes them anew takes the same.
pub const KEY: [u8; 32] = [7; 32];

/// What the hub reads of a sync call; what it understood, it can write again, and reads the same.
pub fn request(body: &[u8]) -> bool {
    let Ok(read) = read_request(body) else {
        return false;
    };
    let understood = SyncRequest {
        ops: read.ops.into_iter().filter_map(|op| op.op).collect(),
        ..read.request
    };
    let again = write_request(&understood).and_then(|written| read_request(&written));
    let again = again.map(|read| read.ops.into_iter().filter_map(|op| op.op).collect());
    assert_eq!(again.ok().as_ref(), Some(&understood.ops));
    true
}

/// The call that [`response`] answers.
pub const SENT: &str = r#"{"v":2,"ep":7,"cur":{"005094/sito":3},"ops":[
    {"id":"a","n":1,"s":"005094/sito","e":"p","c":{"sito":"delete"},"t":1},
    {"id":"b","n":2,"s":"005094/sito","e":"p","c":{"sito":"unpublish"},"t":1},
    {"id":"c","n":3,"s":"005094/sito","e":"q","c":{"sito":{"text":{"update":"AQID"}}},"t":1}]}"#;

static REQUEST: LazyLock<SyncRequest> = LazyLock::new(|| {
    let read = read_request(SENT.as_bytes()).unwrap_or_default();
    SyncRequest {
        ops: read.ops.into_iter().filter_map(|op| op.op).collect(),
        ..read.request
    }
});

/// What a device reads of the hub's answer, to a call of three operations.
pub fn response(body: &[u8]) -> bool {
    assert_eq!(REQUEST.ops.len(), 3);
    let Ok(read) = read_response(body, &REQUEST) else {
        return false;
    };
    assert!(read.results.len() <= REQUEST.ops.len() || !protocol::wire::is_frame(body));
    true
}

/// The most that [`packed`] lets come out.
const LIMIT: usize = 64 * 1024;

/// Packed bodies: bounded in memory whatever they claim.
pub fn packed(body: &[u8]) -> bool {
    let Ok(plain) = protocol::pack::unpack(body, LIMIT) else {
        return false;
    };
    assert!(plain.len() <= LIMIT);
    true
}

/// Packs of chunks.
pub fn pack(body: &[u8]) -> bool {
    let Ok(chunks) = protocol::files::unpack(body) else {
        return false;
    };
    let mut again = Vec::new();
    for chunk in chunks {
        push_chunk(&mut again, chunk);
    }
    assert_eq!(again, body);
    true
}

/// Any file asked for is a base of two chunks.
pub fn base(file: &FileId) -> Option<Manifest> {
    let chunk = |byte: &str| ChunkRef(byte.repeat(32), CHUNK.1);
    Some(Manifest {
        file: file.clone(),
        size: 2 * u64::from(CHUNK.1),
        chunks: vec![chunk("aa"), chunk("bb")],
    })
}

/// Everything of the second form of files: the first byte says which call.
pub fn files(body: &[u8]) -> bool {
    let Some((which, body)) = body.split_first() else {
        return false;
    };
    match which % 8 {
        0 => Offer::decode(body, base).is_ok(),
        1 => Missing2::decode(body).is_ok(),
        2 => Put::head_len(body).is_ok() && Put::decode(body).is_ok(),
        3 => Left::decode(body).is_ok(),
        4 => read_manifest(body, base).is_ok(),
        5 => StateRequest::decode(body).is_ok(),
        6 => ManifestRequest2::decode(body).is_ok(),
        _ => {
            let get = Get::decode(body);
            if let Ok(get) = &get {
                assert_eq!(Get::decode(&get.encode()).as_ref(), Ok(get));
            }
            get.is_ok()
        }
    }
}

/// A file on its way up: the head, then bytes, as they come out of a line. The manifest is of chunks whose bytes are known,
/// so that pieces of them are taken.
pub fn put(body: &[u8]) -> bool {
    let Ok(Some(head)) = Put::head_len(body) else {
        return false;
    };
    let Some((head, mut bytes)) = body.split_at_checked(head) else {
        return false;
    };
    let Ok(head) = Put::decode(head) else {
        return false;
    };
    let Ok(mut taking) = Taking::new(&head, &PUT) else {
        return false;
    };
    let mut taken = 0;
    while !bytes.is_empty() {
        let (now, later) = bytes.split_at(bytes.len().min(100));
        let Ok(arrived) = taking.feed(now) else {
            return false;
        };
        taken += arrived.iter().map(|it| it.bytes.len() as u64).sum::<u64>();
        bytes = later;
    }
    assert!(taken <= head.ranges.len());
    assert_eq!(taking.done(), taken == head.ranges.len());
    taking.done()
}

/// The file of [`put`].
pub static PUT: LazyLock<Manifest> = LazyLock::new(|| {
    let chunk = |bytes: &[u8]| {
        let hash = blake3::hash(bytes).to_hex().to_string();
        ChunkRef(hash, u32::try_from(bytes.len()).unwrap_or(0))
    };
    Manifest {
        file: FileId::new("cd".repeat(32)),
        size: 600,
        chunks: PUT_CHUNKS.iter().map(|bytes| chunk(bytes)).collect(),
    }
});

/// The bytes of its chunks.
pub const PUT_CHUNKS: [&[u8]; 2] = [&[b'a'; 400], &[b'b'; 200]];

/// Who calls, and what is said in JSON besides operations: the first byte says which.
pub fn calls(body: &[u8]) -> bool {
    let Some((which, body)) = body.split_first() else {
        return false;
    };
    match which % 16 {
        0 => std::str::from_utf8(body).is_ok_and(|header| {
            auth::parse(header).is_some_and(|(device, signature)| {
                let again = auth::header(&device, signature);
                auth::parse(&again) == Some((device, signature))
            })
        }),
        1 => json::<EnrolRequest>(body),
        2 => json::<Enrolled>(body),
        3 => json::<HubKeys>(body),
        4 => json::<HubError>(body),
        5 => json::<LoginRequest>(body),
        6 => json::<CodeRequest>(body),
        7 => json::<Vec<DeviceInfo>>(body),
        8 => json::<DigestRequest>(body),
        9 => json::<Digests>(body),
        10 => json::<LogRequest>(body),
        11 => json::<Manifest>(body),
        12 => json::<Missing>(body),
        13 => json::<Stored>(body),
        14 => json::<ManifestRequest>(body),
        _ => json::<FetchRequest>(body),
    }
}

/// Updates of a text from another desk: taken or refused, and the text stays readable.
pub fn update(update: &[u8]) -> bool {
    let mut doc = TextDoc::new();
    let taken = doc.import(update);
    let _ = doc.rich_text();
    taken.is_ok()
}

/// What lies on a stick: the first byte says which part of a bundle. In the last two, who made it is known.
pub fn stick(bytes: &[u8]) -> bool {
    let Some((which, bytes)) = bytes.split_first() else {
        return false;
    };
    let size = bytes.len() as u64;
    match which % 4 {
        0 => Head::parse(bytes).is_ok(),
        1 => {
            let mut rest = bytes;
            let mut some = false;
            while let Ok(Some(_)) = read_item(&mut rest) {
                some = true;
            }
            some
        }
        2 => Seed::from_bytes(&KEY)
            .is_ok_and(|seed| verify(bytes, size, &seed.signing().verifying_key()).is_ok()),
        _ => Opened::new(bytes, size, &Secret::of(&KEY)).is_ok(),
    }
}

/// What a bundle holds behind its seal, written by a maker who is known but no longer trustworthy: a zstd stream, or
/// (so that changes get past zstd too) the items of one. Each is read on as its reader does it.
pub fn content(bytes: &[u8]) -> bool {
    match protocol::pack::is_packed(bytes) {
        true => items(bytes),
        false => zstd::bulk::compress(bytes, 1).is_ok_and(|packed| items(&packed[..])),
    }
}

fn items(packed: impl Read) -> bool {
    let Ok(mut content) = Content::new(packed) else {
        return false;
    };
    loop {
        match content.next_item() {
            Ok(Some(Item::Pack(chunks))) => _ = protocol::files::unpack(&chunks),
            Ok(Some(Item::Ask(question))) => _ = request(&question),
            Ok(Some(Item::Said(said))) => assert!(said.to_json().is_ok()),
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// What is carried for others, over the line to the hub and inside a bundle: the first byte says which.
pub fn carried(body: &[u8]) -> bool {
    let Some((which, body)) = body.split_first() else {
        return false;
    };
    match which % 8 {
        0 => json::<carried::Offer>(body),
        1 => json::<carried::Progress>(body),
        2 => json::<carried::AnswerRequest>(body),
        3 => carried::take_part(body).is_some_and(|(bundle, from, bytes)| {
            assert_eq!(carried::push_part(bundle, from, bytes), body);
            true
        }),
        4 => json::<carried::Wish>(body),
        5 => Said::read(body).is_ok_and(|said| {
            assert!(said.to_json().is_ok());
            true
        }),
        6 => json::<carried::Taken>(body),
        _ => json::<carried::Refused>(body),
    }
}

fn json<T: DeserializeOwned>(body: &[u8]) -> bool {
    serde_json::from_slice::<T>(body).is_ok()
}

/// What hub and device say to each other about signatures: the first byte says which. There is one way to write each, so
/// what is understood is written again to the byte.
pub fn firma(body: &[u8]) -> bool {
    let Some((which, body)) = body.split_first() else {
        return false;
    };
    let again = match which % 4 {
        0 => firma::Thing::decode(body).map(|it| it.encode()),
        1 => firma::PartRequest::decode(body).map(|it| it.encode()),
        2 => firma::Question::decode(body).map(|it| it.encode()),
        _ => firma::Reply::decode(body).map(|it| it.encode()),
    };
    let _ = firma::take_part(body);
    again.is_ok_and(|again| {
        assert_eq!(again, body);
        true
    })
}

/// The trusted lists as the hub hands them on, in a file that it signed: the bytes before the signature, of a hub that is
/// known but no longer trustworthy. Without a good one nothing is read, so it is made here.
pub fn fide(signed: &[u8]) -> bool {
    let hub = SigningKey::from_bytes(&KEY);
    let _ = trust::bundle::open(signed, &hub.verifying_key());
    let message = [FIDE, blake3::hash(signed).as_bytes()].concat();
    let bundle = [signed, &hub.sign(&message).to_bytes()].concat();
    trust::bundle::open(&bundle, &hub.verifying_key()).is_ok()
}

/// What the hub's signature is made over, before the hash: where that changes, no seed is understood any more.
const FIDE: &[u8] = b"comuni-in-rete/trust/1\n";
