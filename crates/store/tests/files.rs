//! Files: in by a stream, out by chunks, whole or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use common::{Hub, NOW, clerk, complete_page, publish, sync};
use domain::sito::PageChange;
use domain::{FileId, FileRef};
use protocol::files::{CHUNK, ChunkRef, MAX_FILE, Manifest};
use std::io::Read;
use store::{Store, StoreError};

/// Bytes that do not repeat (xorshift).
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn add(store: &Store, bytes: &[u8]) -> FileRef {
    store
        .add_file(&mut &bytes[..], "foto.jpg", "image/jpeg")
        .unwrap()
}

#[test]
fn a_file_comes_out_as_it_went_in() {
    let anna = clerk("Anna");
    let bytes = noise(3_000_000);
    let file = add(&anna, &bytes);
    assert_eq!(file.id.as_str(), blake3::hash(&bytes).to_hex().as_str());
    assert_eq!(file.size, 3_000_000);
    assert_eq!(anna.read_file(&file.id).unwrap(), bytes);
    let manifest = anna.manifest(&file.id).unwrap().unwrap();
    assert!(manifest.chunks.len() > 3_000_000 / CHUNK.2 as usize);
    let state = anna.file_state(&file.id).unwrap();
    assert_eq!((state.have, state.uploaded), (3_000_000, false));
    assert_eq!(add(&anna, &bytes), file, "the same file twice is one");
    assert_eq!(anna.manifest(&file.id).unwrap(), Some(manifest));
}

#[test]
fn an_empty_file_is_a_file() {
    let anna = clerk("Anna");
    let file = add(&anna, b"");
    assert_eq!(anna.read_file(&file.id).unwrap(), b"");
    assert!(anna.missing_chunks(&file.id).unwrap().is_empty());
}

#[test]
fn only_the_missing_chunks_travel_and_the_file_is_checked_as_a_whole() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let bytes = noise(400_000);
    let file = add(&anna, &bytes);
    let manifest = anna.manifest(&file.id).unwrap().unwrap();
    assert!(matches!(
        bruno.read_file(&file.id),
        Err(StoreError::NotFound(_))
    ));
    bruno.put_manifest(&manifest).unwrap();
    let missing = bruno.missing_chunks(&file.id).unwrap();
    assert_eq!(missing.len(), manifest.chunks.len());
    let chunks = anna.chunks(&file.id, &missing).unwrap();
    let parts: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    let (first, rest) = parts.split_at(3);
    assert_eq!(bruno.put_chunks(first).unwrap(), 3);
    assert_eq!(bruno.put_chunks(first).unwrap(), 0);
    assert_eq!(bruno.put_chunks(&[b"belongs to nothing"]).unwrap(), 0);
    assert_eq!(bruno.missing_chunks(&file.id).unwrap(), missing[3..]);
    bruno.put_chunks(rest).unwrap();
    assert_eq!(bruno.read_file(&file.id).unwrap(), bytes);
    assert!(
        bruno.file_state(&file.id).unwrap().uploaded,
        "it came from the hub"
    );
}

#[test]
fn a_manifest_that_lies_is_found_out() {
    let bruno = clerk("Bruno");
    let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    let lie = Manifest {
        file: FileId::new(hash(b"promesso")),
        size: 4,
        chunks: vec![ChunkRef(hash(b"dato"), 4)],
    };
    bruno.put_manifest(&lie).unwrap();
    assert!(matches!(
        bruno.put_chunks(&[b"dato"]),
        Err(StoreError::BadBytes(_))
    ));
    assert_eq!(
        bruno.manifest(&lie.file).unwrap(),
        None,
        "it can be fetched again"
    );
    let bad = [
        Manifest {
            size: 5,
            ..lie.clone()
        },
        Manifest {
            file: FileId::new("../../etc"),
            ..lie.clone()
        },
        Manifest {
            chunks: vec![ChunkRef("zz".into(), 4)],
            ..lie.clone()
        },
        Manifest {
            size: 1 << 40,
            chunks: vec![ChunkRef(hash(b"x"), u32::MAX); 256],
            ..lie
        },
    ];
    for manifest in bad {
        let put = bruno.put_manifest(&manifest);
        assert!(matches!(put, Err(StoreError::BadBytes(_))), "{manifest:?}");
    }
}

#[test]
fn a_file_over_the_limit_is_refused_without_reading_it_all() {
    let anna = clerk("Anna");
    let mut endless = std::io::repeat(0).take(MAX_FILE * 50);
    let refused = anna.add_file(&mut endless, "film.mp4", "video/mp4");
    assert!(matches!(
        refused,
        Err(StoreError::FileTooLarge { max: MAX_FILE })
    ));
    assert!(endless.limit() > MAX_FILE * 48);
}

#[test]
fn files_of_others_are_wanted_until_they_are_here() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    let file = add(&anna, &noise(30_000));
    anna.change(&page, PageChange::Attach(file.clone()), NOW)
        .unwrap();
    assert_eq!(
        anna.files_to_upload().unwrap(),
        std::slice::from_ref(&file.id)
    );
    assert!(anna.files_to_download().unwrap().is_empty());
    sync(&anna, "Anna", &mut hub);
    sync(&bruno, "Bruno", &mut hub);
    assert_eq!(
        bruno.files_to_download().unwrap(),
        std::slice::from_ref(&file)
    );
    assert!(bruno.files_to_upload().unwrap().is_empty());
    assert_eq!(
        bruno.page(&page).unwrap().unwrap().files,
        [(file.clone(), false)]
    );
    let manifest = anna.manifest(&file.id).unwrap().unwrap();
    bruno.put_manifest(&manifest).unwrap();
    let all: Vec<u32> = bruno.missing_chunks(&file.id).unwrap();
    for chunk in anna.chunks(&file.id, &all).unwrap() {
        bruno.put_chunks(&[&chunk]).unwrap();
    }
    assert!(bruno.files_to_download().unwrap().is_empty());
    assert_eq!(bruno.page(&page).unwrap().unwrap().files, [(file, true)]);
}

/// A file within an envelope: some bytes before it, some after.
fn signed(draft: &[u8]) -> Vec<u8> {
    [&noise(60)[..], draft, &noise(6_000)].concat()
}

#[test]
fn a_signed_file_differs_from_its_draft_in_the_chunks_at_both_ends() {
    let anna = clerk("Anna");
    let draft = noise(8_000_000);
    let first = add(&anna, &draft);
    let second = add(&anna, &signed(&draft));
    assert!(
        anna.bases(&second.id).unwrap().is_empty(),
        "the hub does not have the draft"
    );
    anna.mark_uploaded(&first.id).unwrap();
    let bases = anna.bases(&second.id).unwrap();
    assert_eq!(bases, [anna.manifest(&first.id).unwrap().unwrap()]);
    let manifest = anna.manifest(&second.id).unwrap().unwrap();
    let new = protocol::files::new_chunks(&manifest, &bases);
    assert!(new.len() <= 6, "{new:?}");
    let told = protocol::files::encode_manifest(&manifest, &bases);
    assert!(told.len() < 500, "{} bytes", told.len());
}

#[test]
fn a_file_on_its_way_down_is_whole_once_a_file_that_was_added_has_the_rest() {
    let (anna, bruno) = (clerk("Anna"), clerk("Bruno"));
    let bytes = noise(400_000);
    let file = add(&anna, &bytes);
    let manifest = anna.manifest(&file.id).unwrap().unwrap();
    bruno.put_manifest(&manifest).unwrap();
    // Its end came, and the line was cut; then Bruno adds a longer version of the same.
    let end = manifest.chunks.len() as u32 - 1;
    let chunk = anna.chunks(&file.id, &[end]).unwrap().remove(0);
    bruno.put_chunks(&[&chunk]).unwrap();
    add(&bruno, &[&bytes[..], &noise(50_000)[..]].concat());
    assert_eq!(bruno.missing_chunks(&file.id).unwrap(), [0; 0]);
    assert_eq!(bruno.read_file(&file.id).unwrap(), bytes);
}

#[test]
fn what_is_added_at_the_end_of_a_large_file_moves_no_cut_before_it() {
    let anna = clerk("Anna");
    let film = noise(20_000_000);
    let longer = [&film[..], &noise(100_000)].concat();
    let cuts = |file: &FileRef| anna.manifest(&file.id).unwrap().unwrap().chunks;
    let (film, longer) = (cuts(&add(&anna, &film)), cuts(&add(&anna, &longer)));
    let same = film.iter().zip(&longer).take_while(|(a, b)| a == b).count();
    assert!(same + 1 >= film.len(), "{same} of {}", film.len());
    let mean =
        |chunks: &[ChunkRef]| chunks.iter().map(|c| c.1 as usize).sum::<usize>() / chunks.len();
    assert!((12_000..24_000).contains(&mean(&film[..600])));
    let large = &film[film.len() - 60..film.len() - 1];
    assert!(mean(large) > 36_000, "{}", mean(large));
    assert!(
        film.iter().all(|chunk| chunk.1 <= CHUNK.2),
        "older apps take no longer ones"
    );
}

#[test]
fn any_bytes_of_a_file_can_be_read() {
    let anna = clerk("Anna");
    let bytes = noise(200_000);
    let file = add(&anna, &bytes);
    let manifest = anna.manifest(&file.id).unwrap().unwrap();
    let ranges = [0..10, 5_000..90_000, 199_999..200_000]
        .into_iter()
        .collect();
    let found = anna.file_bytes(&manifest, &ranges).unwrap();
    let expected: Vec<u8> = [&bytes[..10], &bytes[5_000..90_000], &bytes[199_999..]].concat();
    assert_eq!(found, expected);
}

#[test]
fn what_no_page_ever_had_goes_at_the_second_start_and_what_one_had_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lavoro.db");
    let key = store::Key::from_bytes(&[3; 32]).unwrap();
    let open = || Store::open(&path, &key).unwrap();
    let anna = open();
    anna.set_identity(&common::identity("Anna", domain::identity::Role::Impiegato))
        .unwrap();
    let page = complete_page(&anna);
    let (abandoned, attached) = (add(&anna, &noise(30_000)), add(&anna, &noise(40_000)));
    let taken_off = add(&anna, &noise(50_000));
    for file in [&attached, &taken_off] {
        anna.change(&page, PageChange::Attach(file.clone()), NOW)
            .unwrap();
    }
    anna.change(&page, PageChange::Detach(taken_off.id.clone()), NOW)
        .unwrap();
    drop(anna);
    assert!(
        open().read_file(&abandoned.id).is_ok(),
        "it may just have been taken in"
    );
    let anna = open();
    assert!(matches!(
        anna.read_file(&abandoned.id),
        Err(StoreError::NotFound(_))
    ));
    assert_eq!(anna.read_file(&attached.id).unwrap(), noise(40_000));
    assert_eq!(anna.read_file(&taken_off.id).unwrap(), noise(50_000));
    // The hub has it, and nothing here refers to it any more: it can be fetched again.
    anna.mark_uploaded(&taken_off.id).unwrap();
    drop(anna);
    let anna = open();
    assert_eq!(anna.read_file(&attached.id).unwrap(), noise(40_000));
}

/// Who loses the right to pages cannot bring a file any more: what waits for it goes without, is refused, and is told.
#[test]
fn what_waits_for_a_file_does_not_wait_for_ever_once_the_right_is_lost() {
    let anna = clerk("Anna");
    let mut hub = Hub::default();
    let page = complete_page(&anna);
    sync(&anna, "Anna", &mut hub);
    let file = add(&anna, &noise(40_000));
    anna.change(&page, PageChange::Attach(file.clone()), NOW)
        .unwrap();
    anna.change(&page, publish(), NOW).unwrap();
    hub.takes_pages_from("Anna");
    sync(&anna, "Anna", &mut hub);
    assert_eq!(anna.waiting().unwrap(), 0);
    assert!(anna.files_to_upload().unwrap().is_empty());
    assert_eq!(anna.conflicts().unwrap().len(), 2);
}
