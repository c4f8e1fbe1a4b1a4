//! Everything of the second form of files: the first byte says which call.
#![no_main]

use domain::FileId;
use libfuzzer_sys::fuzz_target;
use protocol::files::{
    CHUNK, ChunkRef, Get, Left, Manifest, ManifestRequest2, Missing2, Offer, Put, StateRequest,
    read_manifest,
};

/// Any file asked for is a base of two chunks.
fn base(file: &FileId) -> Option<Manifest> {
    let chunk = |byte: &str| ChunkRef(byte.repeat(32), CHUNK.1);
    Some(Manifest {
        file: file.clone(),
        size: 2 * u64::from(CHUNK.1),
        chunks: vec![chunk("aa"), chunk("bb")],
    })
}

fuzz_target!(|body: &[u8]| {
    let Some((which, body)) = body.split_first() else {
        return;
    };
    match which % 8 {
        0 => drop(Offer::decode(body, base)),
        1 => drop(Missing2::decode(body)),
        2 => drop(Put::head_len(body).map(|_| Put::decode(body))),
        3 => drop(Left::decode(body)),
        4 => drop(read_manifest(body, base)),
        5 => drop(StateRequest::decode(body)),
        6 => drop(ManifestRequest2::decode(body)),
        _ => {
            if let Ok(get) = Get::decode(body) {
                assert_eq!(Get::decode(&get.encode()), Ok(get));
            }
        }
    }
});
