//! Bodies come back as they went, and nothing foreign gets in.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn a_pack_gives_its_chunks_back_and_a_torn_one_is_refused() {
    let mut pack = Vec::new();
    push_chunk(&mut pack, b"uno");
    push_chunk(&mut pack, b"");
    push_chunk(&mut pack, b"due");
    assert_eq!(unpack(&pack), Ok(vec![&b"uno"[..], b"", b"due"]));
    assert_eq!(unpack(&pack[..pack.len() - 1]), Err(PackError::Truncated));
    assert_eq!(unpack(&[0xff; 9]), Err(PackError::TooLong));
}

fn chunk(n: u8) -> ChunkRef {
    ChunkRef(blake3::hash(&[n]).to_hex().to_string(), 4096 + u32::from(n))
}

fn manifest(name: &str, chunks: &[u8]) -> Manifest {
    let chunks: Vec<_> = chunks.iter().map(|n| chunk(*n)).collect();
    Manifest {
        file: FileId::new(blake3::hash(name.as_bytes()).to_hex().as_str()),
        size: chunks.iter().map(|chunk| u64::from(chunk.1)).sum(),
        chunks,
    }
}

fn find(bases: &[Manifest]) -> impl Fn(&FileId) -> Option<Manifest> {
    |id| bases.iter().find(|base| base.file == *id).cloned()
}

#[test]
fn a_signed_file_costs_a_hundred_bytes_and_what_is_new() {
    let draft: Vec<u8> = (0..=249).collect();
    let mut signed = draft.clone();
    signed[0] = 250;
    signed.push(251);
    let (draft, signed) = (manifest("bozza", &draft), manifest("firmato", &signed));
    let alone = encode_manifest(&signed, &[]).len();
    let bytes = encode_manifest(&signed, std::slice::from_ref(&draft));
    assert!(alone > 8_000, "{alone}");
    assert!(bytes.len() < 200, "{}", bytes.len());
    assert_eq!(
        read_manifest(&bytes, find(std::slice::from_ref(&draft))),
        Ok(signed.clone())
    );
    assert_eq!(new_chunks(&signed, std::slice::from_ref(&draft)), [0, 250]);
    let stranger = read_manifest(&bytes, |_| None);
    assert_eq!(stranger, Err(CompactError::Base(draft.file.clone())));
    let mut recut = draft.clone();
    recut.chunks.pop();
    let other = read_manifest(&bytes, find(&[recut]));
    assert_eq!(
        other,
        Err(CompactError::Base(draft.file)),
        "the same file, cut otherwise"
    );
}

fn ranges() -> impl Strategy<Value = Vec<std::ops::Range<u64>>> {
    let range = (0_u64..200, 0_u64..40).prop_map(|(start, len)| start..start + len);
    proptest::collection::vec(range, 0..12)
}

fn points(ranges: &Ranges) -> BTreeSet<u64> {
    ranges.iter().flatten().collect()
}

proptest! {
    #[test]
    fn any_manifest_comes_back_relative_to_any_bases(
        own in proptest::collection::vec(0_u8..40, 0..60),
        bases in proptest::collection::vec(proptest::collection::vec(0_u8..40, 0..60), 0..5),
    ) {
        let own = manifest("questo", &own);
        let bases: Vec<_> = (0..)
            .zip(&bases)
            .map(|(n, chunks)| manifest(&format!("base {n}"), chunks))
            .collect();
        let body = encode_manifest(&own, &bases);
        prop_assert_eq!(read_manifest(&body, find(&bases)), Ok(own.clone()));
        let held = &bases[..bases.len().min(MAX_BASES)];
        let fresh: BTreeSet<_> = new_chunks(&own, held)
            .into_iter()
            .map(|at| own.chunks[at as usize].clone())
            .collect();
        let known: BTreeSet<_> = held.iter().flat_map(|base| base.chunks.clone()).collect();
        let all: BTreeSet<_> = own.chunks.iter().cloned().collect();
        prop_assert_eq!(fresh, all.difference(&known).cloned().collect::<BTreeSet<_>>());
        for (base, at) in dictionary(&own, held) {
            prop_assert!(held[base].chunks.get(at as usize).is_some());
        }
    }

    #[test]
    fn ranges_are_sets_of_positions(first in ranges(), second in ranges()) {
        let (mut a, b): (Ranges, Ranges) = (
            first.iter().cloned().collect(),
            second.iter().cloned().collect(),
        );
        let (pa, pb): (BTreeSet<u64>, BTreeSet<u64>) = (
            first.into_iter().flatten().collect(),
            second.into_iter().flatten().collect(),
        );
        prop_assert_eq!(points(&a), pa.clone());
        prop_assert_eq!(points(&a.intersection(&b)), pa.intersection(&pb).copied().collect());
        let apart = a.iter().zip(a.iter().skip(1)).all(|(one, next)| one.end < next.start);
        prop_assert!(apart, "{a:?}");
        let state = Missing2::Bytes(a.clone());
        prop_assert_eq!(Missing2::decode(&state.encode()), Ok(state));
        a.subtract(&b);
        prop_assert_eq!(points(&a), pa.difference(&pb).copied().collect());
        prop_assert_eq!(a.len(), points(&a).len() as u64);
    }

    #[test]
    fn pieces_cover_the_ranges_exactly(
        chunks in proptest::collection::vec(1_u32..50, 0..12),
        wanted in ranges(),
    ) {
        let size = chunks.iter().map(|len| u64::from(*len)).sum();
        let refs = chunks.iter().map(|len| ChunkRef("0".repeat(64), *len)).collect();
        let file = Manifest { file: FileId::new("0".repeat(64)), size, chunks: refs };
        let wanted = wanted.into_iter().collect::<Ranges>().intersection(&Ranges::of(0..size));
        let starts: Vec<u64> = chunks
            .iter()
            .scan(0, |at, len| { let start = *at; *at += u64::from(*len); Some(start) })
            .collect();
        let mut covered = Vec::new();
        for piece in pieces(&file, &wanted) {
            let start = starts[piece.chunk as usize] + u64::from(piece.offset);
            prop_assert!(piece.offset + piece.len <= chunks[piece.chunk as usize]);
            prop_assert_eq!(piece.whole, piece.len == chunks[piece.chunk as usize]);
            covered.extend(start..start + u64::from(piece.len));
        }
        prop_assert_eq!(covered, wanted.iter().flatten().collect::<Vec<_>>());
    }

    #[test]
    fn garbage_is_refused_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_manifest(&body, |_| None);
        let _ = Offer::decode(&body, |_| Some(manifest("base", &[1, 2, 3])));
        let _ = Missing2::decode(&body);
        let _ = StateRequest::decode(&body);
        let _ = Put::head_len(&body);
        let _ = Put::decode(&body);
        let _ = Left::decode(&body);
        let _ = ManifestRequest2::decode(&body);
        let _ = Get::decode(&body);
    }
}

#[test]
fn every_body_comes_back() {
    let file = manifest("questo", &[1, 2, 3]);
    let ranges: Ranges = [5..9, 4000..5000].into_iter().collect();
    let put = Put {
        file: file.file.clone(),
        digest: file.digest(),
        zstd: true,
        ranges: ranges.clone(),
        hashes: vec![[7; 32], [9; 32]],
    };
    let head = put.encode();
    assert_eq!(Put::head_len(&head), Ok(Some(head.len())));
    assert_eq!(Put::decode(&head), Ok(put));
    let state = StateRequest {
        file: file.file.clone(),
        digest: file.digest(),
    };
    assert_eq!(StateRequest::decode(&state.encode()), Ok(state.clone()));
    let get = Get {
        file: file.file.clone(),
        ranges,
    };
    assert_eq!(Get::decode(&get.encode()), Ok(get));
    let ask = ManifestRequest2 {
        file: file.file.clone(),
        bases: vec![state],
    };
    assert_eq!(ManifestRequest2::decode(&ask.encode()), Ok(ask));
    assert_eq!(Left::decode(&Left(300).encode()), Ok(Left(300)));
    let offer = Offer {
        manifest: file.clone(),
        bases: vec![],
        packed: b"zstd".to_vec(),
    };
    assert_eq!(Offer::decode(&offer.encode(), |_| None), Ok(offer));
    assert_eq!(
        Missing2::decode(&Missing2::Unknown.encode()),
        Ok(Missing2::Unknown)
    );
}

fn hexed(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Byte for byte: apps and hubs of this form are out there.
#[test]
fn the_wire_is_as_ever() {
    let (file, chunk) = ("ab".repeat(32), "cd".repeat(32));
    let ranges: Ranges = [5..9, 4000..5000].into_iter().collect();
    let named = "020504971fe807";
    let put = Put {
        file: FileId::new(&file),
        digest: Digest([1; 16]),
        zstd: true,
        ranges: ranges.clone(),
        hashes: vec![[7; 32]],
    };
    let head = format!("{file}{}01{named}01{}", "01".repeat(16), "07".repeat(32));
    assert_eq!(hexed(&put.encode()), format!("59000000{head}"));
    let state = StateRequest {
        file: FileId::new(&file),
        digest: Digest([1; 16]),
    };
    assert_eq!(hexed(&state.encode()), format!("{file}{}", "01".repeat(16)));
    let get = Get {
        file: FileId::new(&file),
        ranges: ranges.clone(),
    };
    assert_eq!(hexed(&get.encode()), format!("{file}{named}"));
    assert_eq!(
        hexed(&Missing2::Bytes(ranges).encode()),
        format!("01{named}")
    );
    assert_eq!(hexed(&Missing2::Unknown.encode()), "00");
    assert_eq!(hexed(&Left(300).encode()), "ac02");
    let manifest = Manifest {
        file: FileId::new(&file),
        size: 300,
        chunks: vec![ChunkRef(chunk.clone(), 300)],
    };
    // Size, no bases, one run: one new chunk of 300 bytes.
    assert_eq!(
        hexed(&encode_manifest(&manifest, &[])),
        format!("{file}ac02000102{chunk}ac02")
    );
    // The same told by itself: size, one base, one run: one chunk copied of base 0 from position 0.
    let told = hexed(&encode_manifest(&manifest, std::slice::from_ref(&manifest)));
    let digest = hexed(&manifest.digest().0);
    assert_eq!(told, format!("{file}ac0201{file}{digest}01030000"));
}
