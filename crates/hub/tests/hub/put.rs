//! The second form of the calls about files: compact, and nothing of a call that was cut is lost.
#![expect(
    clippy::single_range_in_vec_init,
    reason = "one missing range, not a list of its numbers"
)]

use crate::common::*;
use crate::files::{bytes, cut};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, StatusCode};
use domain::ComuneId;
use domain::identity::Role;
use http_body::Frame;
use protocol::calls::HubErrorCode;
use protocol::files::{
    Get, Left, Manifest, ManifestRequest2, Missing2, Offer, Put, Ranges, StateRequest, dictionary,
    new_chunks, pieces, read_manifest,
};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

pub fn noise(len: usize, mut seed: u64) -> Vec<u8> {
    let next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 24) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// A body that comes in parts, and may break off.
struct Parts(VecDeque<io::Result<Bytes>>);

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.0.pop_front().map(|part| part.map(Frame::data)))
    }
}

pub struct Sent {
    head: Put,
    bytes: Vec<u8>,
}

/// The honest call for these ranges of a file.
pub fn put_of(manifest: &Manifest, whole: &[u8], ranges: &Ranges) -> Sent {
    let bytes: Vec<u8> = ranges
        .iter()
        .flat_map(|range| whole[range.start as usize..range.end as usize].to_vec())
        .collect();
    let mut rest = &bytes[..];
    let mut hashes = Vec::new();
    for piece in pieces(manifest, ranges) {
        let (own, after) = rest.split_at(piece.len as usize);
        rest = after;
        if !piece.whole {
            hashes.push(*blake3::hash(own).as_bytes());
        }
    }
    let head = Put {
        file: manifest.file.clone(),
        digest: manifest.digest(),
        zstd: false,
        ranges: ranges.clone(),
        hashes,
    };
    Sent { head, bytes }
}

/// Sends it; only so many of its bytes arrive, in parts of 1,000.
pub async fn send(device: &Device, sent: &Sent, arrive: usize) -> Answer {
    let head = sent.head.encode();
    let header = device.header("/v1/files/put", &head);
    let arriving = &sent.bytes[..arrive.min(sent.bytes.len())];
    let all = [&head[..], arriving].concat();
    let mut parts: VecDeque<_> = all
        .chunks(1000)
        .map(|part| Ok(Bytes::copy_from_slice(part)))
        .collect();
    if arrive < sent.bytes.len() {
        parts.push_back(Err(io::ErrorKind::ConnectionReset.into()));
    }
    let request = Request::post("/v1/files/put")
        .header("authorization", header)
        .body(Body::new(Parts(parts)))
        .unwrap();
    call(&device.router, request).await
}

pub async fn offer2(device: &Device, offer: &Offer) -> Missing2 {
    let answer = device.post("/v1/files/offer2", offer.encode(), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.text());
    Missing2::decode(&answer.body).unwrap()
}

pub fn bare(manifest: &Manifest) -> Offer {
    Offer {
        manifest: manifest.clone(),
        bases: vec![],
        packed: vec![],
    }
}

async fn state(device: &Device, manifest: &Manifest) -> Missing2 {
    let request = StateRequest {
        file: manifest.file.clone(),
        digest: manifest.digest(),
    };
    let answer = device.post("/v1/files/state", request.encode(), None).await;
    Missing2::decode(&answer.body).unwrap()
}

fn missing(ranges: impl IntoIterator<Item = std::ops::Range<u64>>) -> Missing2 {
    Missing2::Bytes(ranges.into_iter().collect())
}

#[tokio::test]
async fn what_arrived_of_a_call_that_was_cut_is_kept_and_the_rest_is_asked_for() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let whole = bytes(100_000);
    let (manifest, _) = cut(&whole, 16_000);
    assert_eq!(state(&anna, &manifest).await, Missing2::Unknown);
    assert_eq!(offer2(&anna, &bare(&manifest)).await, missing([0..100_000]));
    // Two whole chunks and a half arrive, and then the line is cut.
    let all = put_of(&manifest, &whole, &Ranges::of(0..100_000));
    assert_eq!(
        send(&anna, &all, 40_000).await.status,
        StatusCode::REQUEST_TIMEOUT
    );
    assert_eq!(state(&anna, &manifest).await, missing([32_000..100_000]));
    // A piece of a chunk is kept as well, and a chunk that has all its pieces is whole.
    let piece = put_of(&manifest, &whole, &Ranges::of(32_000..40_000));
    let answer = send(&anna, &piece, usize::MAX).await;
    assert_eq!(Left::decode(&answer.body), Ok(Left(60_000)));
    let centro = centro.reopen();
    let anna = Device {
        router: centro.hub.router(),
        ..anna
    };
    assert_eq!(state(&anna, &manifest).await, missing([40_000..100_000]));
    let rest = put_of(&manifest, &whole, &Ranges::of(40_000..100_000));
    let answer = send(&anna, &rest, usize::MAX).await;
    assert_eq!(Left::decode(&answer.body), Ok(Left(0)));
    assert_eq!(state(&anna, &manifest).await, missing([]));
    // It comes back whole, to others of the comune.
    let bruno = centro.person("Bruno", Role::Impiegato);
    let ranges: Ranges = [10..20, 15_990..40_000, 99_999..100_000]
        .into_iter()
        .collect();
    let get = Get {
        file: manifest.file.clone(),
        ranges: ranges.clone(),
    };
    let answer = bruno.post("/v1/files/get", get.encode(), None).await;
    let expected: Vec<u8> = ranges
        .iter()
        .flat_map(|r| whole[r.start as usize..r.end as usize].to_vec())
        .collect();
    assert_eq!(answer.body, expected);
    let beyond = Get {
        file: manifest.file.clone(),
        ranges: Ranges::of(99_999..100_001),
    };
    let answer = bruno.post("/v1/files/get", beyond.encode(), None).await;
    assert_eq!(answer.error(), HubErrorCode::NotFound);
}

#[tokio::test]
async fn bytes_that_are_not_what_the_head_says_are_not_kept() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let whole = bytes(50_000);
    let (manifest, _) = cut(&whole, 16_000);
    offer2(&anna, &bare(&manifest)).await;
    let honest = put_of(&manifest, &whole, &Ranges::of(0..20_000));
    for at in [10, 17_000] {
        let mut lie = put_of(&manifest, &whole, &Ranges::of(0..20_000));
        lie.bytes[at] ^= 1;
        assert_eq!(
            send(&anna, &lie, usize::MAX).await.error(),
            HubErrorCode::Malformed
        );
    }
    assert_eq!(state(&anna, &manifest).await, missing([16_000..50_000]));
    // The head is signed: its hashes cannot be changed on the way.
    let mut forged = honest.head.clone();
    forged.hashes = vec![*blake3::hash(&whole[..4000]).as_bytes()];
    let body = [forged.encode(), honest.bytes.clone()].concat();
    let request = Request::post("/v1/files/put")
        .header(
            "authorization",
            anna.header("/v1/files/put", &honest.head.encode()),
        )
        .body(Body::from(body))
        .unwrap();
    assert_eq!(
        call(&anna.router, request).await.status,
        StatusCode::UNAUTHORIZED
    );
    // Ranges that the manifest does not have, too few hashes, too many bytes.
    let mut beyond = honest.head.clone();
    beyond.ranges = Ranges::of(40_000..50_001);
    let mut short = honest.head.clone();
    short.hashes.clear();
    for head in [beyond, short] {
        let sent = Sent {
            head,
            bytes: honest.bytes.clone(),
        };
        assert_eq!(
            send(&anna, &sent, usize::MAX).await.error(),
            HubErrorCode::Malformed
        );
    }
    let long = Sent {
        head: honest.head.clone(),
        bytes: [&honest.bytes[..], b"x"].concat(),
    };
    assert_eq!(
        send(&anna, &long, usize::MAX).await.error(),
        HubErrorCode::Malformed
    );
}

#[tokio::test]
async fn who_may_not_call_writes_nothing_whatever_arrives() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let carla = centro.person_of(&ComuneId::new("005060"), "Carla", Role::Impiegato);
    let whole = bytes(50_000);
    let (manifest, _) = cut(&whole, 16_000);
    offer2(&anna, &bare(&manifest)).await;
    let all = put_of(&manifest, &whole, &Ranges::of(0..50_000));
    // Another comune's device: the file was not offered there.
    assert_eq!(
        send(&carla, &all, usize::MAX).await.error(),
        HubErrorCode::NotFound
    );
    // A stranger with a key of his own.
    let stranger = Device {
        key: key(),
        ..anna.clone()
    };
    assert_eq!(
        send(&stranger, &all, usize::MAX).await.error(),
        HubErrorCode::Unauthorized
    );
    centro.hub.revoke(anna.id()).unwrap();
    assert_eq!(
        send(&anna, &all, usize::MAX).await.error(),
        HubErrorCode::Revoked
    );
    let bruno = centro.person("Bruno", Role::Impiegato);
    assert_eq!(state(&bruno, &manifest).await, missing([0..50_000]));
}

#[tokio::test]
async fn a_comune_completes_no_chunk_with_what_another_brought() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let carla = centro.person_of(&ComuneId::new("005060"), "Carla", Role::Impiegato);
    let whole = bytes(16_000);
    let (manifest, _) = cut(&whole, 16_000);
    for device in [&anna, &carla] {
        offer2(device, &bare(&manifest)).await;
    }
    send(
        &anna,
        &put_of(&manifest, &whole, &Ranges::of(0..8_000)),
        usize::MAX,
    )
    .await;
    assert_eq!(state(&carla, &manifest).await, missing([0..16_000]));
    send(
        &carla,
        &put_of(&manifest, &whole, &Ranges::of(8_000..16_000)),
        usize::MAX,
    )
    .await;
    assert_eq!(state(&carla, &manifest).await, missing([0..8_000]));
    assert_eq!(state(&anna, &manifest).await, missing([8_000..16_000]));
}

/// The draft, and the same within an envelope: some bytes before, some after.
fn signed() -> (Vec<u8>, Vec<u8>) {
    let draft = noise(300_000, 7);
    let signed = [&noise(60, 8)[..], &draft, &noise(6_000, 9)].concat();
    (draft, signed)
}

/// Cut by a rule that looks at the content, like the app's: a change moves no cut but those beside it.
fn cut_by_content(bytes: &[u8]) -> Manifest {
    let mut chunks = Vec::new();
    let mut start = 0;
    for at in 0..bytes.len() {
        let long = at + 1 - start;
        if at + 1 == bytes.len()
            || long == 60_000
            || (long > 4_000 && bytes[at] == 0 && bytes[at - 1] < 6)
        {
            chunks.extend(cut(&bytes[start..=at], long).0.chunks);
            start = at + 1;
        }
    }
    let (whole, _) = cut(bytes, bytes.len());
    Manifest { chunks, ..whole }
}

#[tokio::test]
async fn a_signed_file_goes_in_one_call_that_holds_little_more_than_the_signature() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let (draft, signed) = signed();
    let (old, new) = (cut_by_content(&draft), cut_by_content(&signed));
    offer2(&anna, &bare(&old)).await;
    send(
        &anna,
        &put_of(&old, &draft, &Ranges::of(0..300_000)),
        usize::MAX,
    )
    .await;
    let bases = vec![old.clone()];
    let pick = |manifest: &Manifest, whole: &[u8], at: u32| {
        let start: u32 = manifest.chunks[..at as usize]
            .iter()
            .map(|chunk| chunk.1)
            .sum();
        whole[start as usize..(start + manifest.chunks[at as usize].1) as usize].to_vec()
    };
    let plain: Vec<u8> = new_chunks(&new, &bases)
        .into_iter()
        .flat_map(|at| pick(&new, &signed, at))
        .collect();
    let like: Vec<u8> = dictionary(&new, &bases)
        .into_iter()
        .flat_map(|(_, at)| pick(&old, &draft, at))
        .collect();
    let packed = zstd::bulk::Compressor::with_dictionary(19, &like)
        .unwrap()
        .compress(&plain)
        .unwrap();
    let offer = Offer {
        manifest: new.clone(),
        bases: bases.clone(),
        packed,
    };
    let weight = offer.encode().len();
    assert!(
        weight < 8_000,
        "{weight} bytes for {} of new chunks",
        plain.len()
    );
    assert_eq!(offer2(&anna, &offer).await, missing([]));
    // Down it goes the same way.
    let ask = ManifestRequest2 {
        file: new.file.clone(),
        bases: vec![StateRequest {
            file: old.file.clone(),
            digest: old.digest(),
        }],
    };
    let bruno = centro.person("Bruno", Role::Impiegato);
    let answer = bruno.post("/v1/files/manifest2", ask.encode(), None).await;
    assert!(answer.body.len() < 400, "{}", answer.body.len());
    assert_eq!(
        read_manifest(&answer.body, |_| Some(old.clone())),
        Ok(new.clone())
    );
    // A base that is not here is said to be unknown, and so is one that is cut otherwise.
    let carla = centro.person_of(&ComuneId::new("005060"), "Carla", Role::Impiegato);
    assert_eq!(offer2(&carla, &offer).await, Missing2::Unknown);
    let recut = Offer {
        bases: vec![cut(&draft, 16_000).0],
        packed: vec![],
        ..offer.clone()
    };
    let body = protocol::files::encode_manifest(&new, &recut.bases);
    let answer = anna.post("/v1/files/offer2", body, None).await;
    assert_eq!(Missing2::decode(&answer.body), Ok(Missing2::Unknown));
    // A bomb in the place of the chunks.
    let bomb = zstd::bulk::compress(&vec![0; 50_000_000], 3).unwrap();
    let other = Manifest {
        file: bare(&old).manifest.file,
        ..new
    };
    let bomb = Offer {
        manifest: other,
        bases,
        packed: bomb,
    };
    let answer = anna.post("/v1/files/offer2", bomb.encode(), None).await;
    assert_eq!(answer.error(), HubErrorCode::Malformed);
}

#[tokio::test]
async fn a_packed_put_is_kept_as_it_arrives_and_a_bomb_is_not() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let whole: Vec<u8> = (0..400_000_u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    let whole = &whole[..600_000];
    let (manifest, _) = cut(whole, 16_000);
    offer2(&anna, &bare(&manifest)).await;
    let mut sent = put_of(&manifest, whole, &Ranges::of(0..600_000));
    sent.head.zstd = true;
    sent.bytes = zstd::bulk::compress(whole, 3).unwrap();
    let half = sent.bytes.len() / 2;
    assert_eq!(
        send(&anna, &sent, half).await.status,
        StatusCode::REQUEST_TIMEOUT
    );
    let Missing2::Bytes(left) = state(&anna, &manifest).await else {
        panic!("it was offered");
    };
    assert!(left.len() < 600_000, "something of the half was kept");
    let answer = send(&anna, &sent, usize::MAX).await;
    assert_eq!(Left::decode(&answer.body), Ok(Left(0)));
    let (other, _) = cut(&noise(32_000, 3), 16_000);
    offer2(&anna, &bare(&other)).await;
    let bomb = Sent {
        head: Put {
            zstd: true,
            ..put_of(&other, &noise(32_000, 3), &Ranges::of(0..32_000)).head
        },
        bytes: zstd::bulk::compress(&vec![0; 100_000_000], 3).unwrap(),
    };
    assert_eq!(
        send(&anna, &bomb, usize::MAX).await.error(),
        HubErrorCode::Malformed
    );
}

#[tokio::test]
async fn a_chunk_that_a_file_has_twice_travels_once() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let one = noise(16_000, 1);
    let whole = [&one[..], &one, &noise(100, 2)].concat();
    let (manifest, _) = cut(&whole, 16_000);
    assert_eq!(
        offer2(&anna, &bare(&manifest)).await,
        missing([0..16_000, 32_000..32_100])
    );
    let answer = send(
        &anna,
        &put_of(
            &manifest,
            &whole,
            &[0..16_000, 32_000..32_100].into_iter().collect(),
        ),
        usize::MAX,
    )
    .await;
    assert_eq!(Left::decode(&answer.body), Ok(Left(0)));
}
