//! Where the lists are kept, and what is half here of newer ones.

use super::file_in;
use bundle::verifying_key;
use ed25519_dalek::VerifyingKey;
use protocol::calls::HubKeys;
use protocol::firma::Thing;
use std::fs::{self, OpenOptions};
use std::io::{Error, Write};
use std::path::{Path, PathBuf};
use trust::{Belief, MAX_BUNDLE, Roots, TrustError, bundle as lists};

/// Why lists that came are not kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum Bad {
    #[error("they are not what the hub announced")]
    OtherBytes,
    #[error("the hub's key is none")]
    Key,
    #[error("{0}")]
    Trust(#[from] TrustError),
    #[error("the disk: {0}")]
    Disk(#[from] Error),
}

/// The hash of what is here, to be told to the hub; empty where nothing is.
pub(super) fn hash_of(folder: &Path) -> Vec<u8> {
    match fs::read(file_in(folder)) {
        Ok(bytes) => blake3::hash(&bytes).as_bytes().to_vec(),
        Err(_) => Vec::new(),
    }
}

/// The lists that are here, checked from the beginning; none where there are none, or they do not hold.
pub(super) fn belief(folder: &Path, keys: &HubKeys, roots: &Roots) -> Option<Belief> {
    let bytes = fs::read(file_in(folder)).ok()?;
    let checked = check(&bytes, &verifying_key(keys).ok()?, roots, &[]);
    checked
        .inspect_err(|error| tracing::warn!(%error, "the trusted lists here do not hold"))
        .ok()
}

fn check(
    bytes: &[u8],
    hub: &VerifyingKey,
    roots: &Roots,
    before: &[trust::Known],
) -> Result<Belief, TrustError> {
    let (_, sources) = lists::open(bytes, hub)?;
    Belief::check(&sources, roots, before)
}

/// Newer lists on their way.
pub(super) struct Arriving {
    path: PathBuf,
    folder: PathBuf,
    pub(super) thing: Thing,
    pub(super) have: u64,
}

impl Arriving {
    /// Goes on where an earlier try ended; parts of others are thrown away.
    pub(super) fn begin(folder: &Path, thing: Thing) -> Result<Self, Error> {
        if thing.size > MAX_BUNDLE as u64 {
            return Err(Error::other("lists larger than any"));
        }
        fs::create_dir_all(folder)?;
        let name = format!("{}.part", blake3::Hash::from(thing.hash).to_hex());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let other = path.file_name().is_some_and(|it| it != name.as_str());
            if other && path.extension().is_some_and(|ending| ending == "part") {
                fs::remove_file(path)?;
            }
        }
        let path = folder.join(name);
        let have = fs::metadata(&path).map_or(0, |meta| meta.len());
        Ok(Self {
            path,
            folder: folder.to_owned(),
            thing,
            have,
        })
    }

    pub(super) fn left(&self) -> u64 {
        self.thing.size.saturating_sub(self.have)
    }

    /// Keeps what arrived, so that a cut loses nothing of it.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)?;
        file.write_all(bytes)?;
        self.have += bytes.len() as u64;
        Ok(())
    }

    /// All is here: it becomes the lists, where it is what was announced, by the hub, holds, and no list in it is older
    /// than the one known. What is bad is thrown away.
    pub(super) fn take(&self, keys: &HubKeys, roots: &Roots) -> Result<Belief, Bad> {
        let taken = self.try_take(keys, roots);
        if taken.is_err() {
            // What cannot be removed now goes with the next newer one.
            let _ = fs::remove_file(&self.path);
        }
        taken
    }

    fn try_take(&self, keys: &HubKeys, roots: &Roots) -> Result<Belief, Bad> {
        let bytes = fs::read(&self.path)?;
        if *blake3::hash(&bytes).as_bytes() != self.thing.hash {
            return Err(Bad::OtherBytes);
        }
        let hub = verifying_key(keys).map_err(|_| Bad::Key)?;
        let before = belief(&self.folder, keys, roots).unwrap_or_default();
        let belief = check(&bytes, &hub, roots, &before.lists)?;
        let known = |territory: &String| before.lists.iter().any(|it| it.territory == *territory);
        if let Some((territory, why)) = belief.refused.iter().find(|(it, _)| known(it)) {
            tracing::warn!(territory, why, "a list that was believed would be lost");
            return Err(TrustError::NotAList("a list that was believed").into());
        }
        world::disk::settle(&self.path, &file_in(&self.folder))?;
        Ok(belief)
    }
}
