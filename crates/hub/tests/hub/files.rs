//! Files in chunks.

use crate::common::*;
use axum::http::StatusCode;
use domain::identity::Role;
use domain::{ComuneId, FileId};
use protocol::calls::{HubError, HubErrorCode};
use protocol::files::{
    ChunkRef, FetchRequest, MAX_FILE, Manifest, ManifestRequest, Missing, Stored, push_chunk,
    unpack,
};

/// A file cut into chunks of `size` bytes, each different.
pub fn cut(bytes: &[u8], size: usize) -> (Manifest, Vec<Vec<u8>>) {
    let chunks: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
    let refs = chunks
        .iter()
        .map(|chunk| ChunkRef(blake3::hash(chunk).to_hex().to_string(), chunk.len() as u32));
    let manifest = Manifest {
        file: FileId(blake3::hash(bytes).to_hex().to_string()),
        size: bytes.len() as u64,
        chunks: refs.collect(),
    };
    (manifest, chunks)
}

pub fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 31 % 251 + n / 1000) as u8).collect()
}

pub fn pack(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    chunks.iter().for_each(|chunk| push_chunk(&mut out, chunk));
    out
}

pub async fn offer(device: &Device, manifest: &Manifest) -> Vec<u32> {
    device
        .json("/v1/files/offer", manifest)
        .await
        .json::<Missing>()
        .missing
}

pub async fn bring(device: &Device, chunks: &[Vec<u8>]) -> Answer {
    device.post("/v1/files/chunks", pack(chunks), None).await
}

#[tokio::test]
async fn only_what_is_missing_travels_and_the_file_comes_back_whole() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let whole = bytes(100_000);
    let (manifest, chunks) = cut(&whole, 16_000);
    assert_eq!(offer(&anna, &manifest).await, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(bring(&anna, &chunks[..3]).await.json::<Stored>().stored, 3);
    let bruno = centro.person("Bruno", Role::Impiegato);
    let ask = ManifestRequest {
        file: manifest.file.clone(),
    };
    assert_eq!(
        bruno.json("/v1/files/manifest", &ask).await.error(),
        HubErrorCode::NotFound
    );
    // The line fell; the next offer asks for the rest only, and what arrives twice counts once.
    assert_eq!(offer(&anna, &manifest).await, [3, 4, 5, 6]);
    assert_eq!(bring(&anna, &chunks[2..]).await.json::<Stored>().stored, 4);
    assert_eq!(offer(&anna, &manifest).await, [0; 0]);

    let found: Manifest = bruno.json("/v1/files/manifest", &ask).await.json();
    assert_eq!(found, manifest);
    let fetch = FetchRequest {
        file: manifest.file.clone(),
        chunks: (0..7).collect(),
    };
    let answer = bruno.json("/v1/files/fetch", &fetch).await;
    assert_eq!(unpack(&answer.body).unwrap().concat(), whole);
    let beyond = FetchRequest {
        file: manifest.file,
        chunks: vec![7],
    };
    assert_eq!(
        bruno.json("/v1/files/fetch", &beyond).await.error(),
        HubErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_comune_gets_a_file_only_by_bringing_it() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let carla = centro.person_of(&ComuneId::new("005060"), "Carla", Role::Impiegato);
    let (manifest, chunks) = cut(&bytes(20_000), 10_000);
    offer(&anna, &manifest).await;
    bring(&anna, &chunks).await;
    let ask = ManifestRequest {
        file: manifest.file.clone(),
    };
    assert_eq!(
        carla.json("/v1/files/manifest", &ask).await.error(),
        HubErrorCode::NotFound
    );
    // Knowing the hashes is not having the bytes.
    assert_eq!(offer(&carla, &manifest).await, [0, 1]);
    assert_eq!(
        carla.json("/v1/files/manifest", &ask).await.error(),
        HubErrorCode::NotFound
    );
    bring(&carla, &chunks).await;
    assert_eq!(
        carla.json("/v1/files/manifest", &ask).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn chunks_that_nobody_asked_for_are_not_kept() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    assert_eq!(
        bring(&anna, &[bytes(5000)]).await.json::<Stored>().stored,
        0
    );
    assert_eq!(files_in(&centro, "chunks"), 0);
}

#[tokio::test]
async fn a_file_that_is_not_what_its_manifest_says_is_not_kept() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let (mut manifest, chunks) = cut(&bytes(20_000), 10_000);
    manifest.chunks.reverse();
    offer(&anna, &manifest).await;
    assert_eq!(bring(&anna, &chunks).await.error(), HubErrorCode::Malformed);
    let ask = ManifestRequest {
        file: manifest.file.clone(),
    };
    assert_eq!(
        anna.json("/v1/files/manifest", &ask).await.error(),
        HubErrorCode::NotFound
    );
    // The honest manifest needs no bytes again.
    manifest.chunks.reverse();
    assert_eq!(offer(&anna, &manifest).await, [0; 0]);
    assert_eq!(
        anna.json("/v1/files/manifest", &ask).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn manifests_that_are_none_are_refused() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let (good, _) = cut(&bytes(20_000), 10_000);
    let spoil = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = good.clone();
        change(&mut manifest);
        manifest
    };
    let malformed = [
        spoil(&|m| m.file.0 = "../../x".into()),
        spoil(&|m| m.size += 1),
        spoil(&|m| m.chunks[0].0 = "x".repeat(64)),
        spoil(&|m| m.chunks[0].1 = 0),
        spoil(&|m| m.chunks[0].1 = 65_537),
    ];
    for manifest in malformed {
        let answer = anna.json("/v1/files/offer", &manifest).await;
        assert_eq!(answer.error(), HubErrorCode::Malformed, "{manifest:?}");
    }
    let large = spoil(&|m| m.size = MAX_FILE + 1);
    assert_eq!(
        anna.json("/v1/files/offer", &large).await.error(),
        HubErrorCode::TooLarge
    );
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let centro = Centro::new();
    let anna = centro.person("Anna", Role::Impiegato);
    let (manifest, _) = cut(&[], 1);
    assert_eq!(offer(&anna, &manifest).await, [0; 0]);
    let ask = ManifestRequest {
        file: manifest.file.clone(),
    };
    assert_eq!(
        anna.json("/v1/files/manifest", &ask)
            .await
            .json::<Manifest>(),
        manifest
    );
}

#[tokio::test]
async fn a_quota_that_would_be_passed_takes_nothing() {
    let centro = Centro::with(|config| config.quota = 25_000);
    let anna = centro.person("Anna", Role::Impiegato);
    let (first, chunks) = cut(&bytes(20_000), 10_000);
    offer(&anna, &first).await;
    bring(&anna, &chunks).await;
    let (second, _) = cut(&bytes(30_001)[20_000..], 10_000);
    let answer = anna.json("/v1/files/offer", &second).await;
    assert_eq!(
        (answer.status, answer.error()),
        (StatusCode::INSUFFICIENT_STORAGE, HubErrorCode::Full)
    );
    let told: HubError = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(told.quota, Some(25_000), "it is not the disk");
}

#[tokio::test]
async fn a_full_disk_is_told_and_leaves_nothing_half_written() {
    fn half_then_full(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
        std::fs::write(path, &bytes[..bytes.len() / 2])?;
        Err(std::io::ErrorKind::StorageFull.into())
    }
    let centro = Centro::with(|config| config.write = half_then_full);
    let anna = centro.person("Anna", Role::Impiegato);
    let (manifest, chunks) = cut(&bytes(20_000), 10_000);
    offer(&anna, &manifest).await;
    assert_eq!(
        bring(&anna, &chunks).await.status,
        StatusCode::INSUFFICIENT_STORAGE
    );
    assert_eq!(files_in(&centro, "chunks"), 0);
    assert_eq!(offer(&anna, &manifest).await, [0, 1]);
}

/// Files below a folder of the hub's data.
fn files_in(centro: &Centro, folder: &str) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    count(&centro.hub.config().data.join(folder))
}
