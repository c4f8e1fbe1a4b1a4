//! Whom verification believes here: the trusted lists that the hub brought.
//!
//! The engine keeps the hub's bundle in the workspace's folder. It is read at the first judgement, and again when the
//! file is another one; the lists in it are checked from the Official Journal on, whoever brought them. What came of
//! it is kept beside the bundle, sealed with a key of the encrypted workspace: who could write that file would decide
//! whom this computer believes. Without a bundle nobody is believed, and nothing waits for one.

use super::lock;
use super::words::timestamp;
use crate::app::App;
use crate::{Result, failure};
use api::firma::Lists;
use jiff::Timestamp;
use signing::path::Trust;
use signing::revocation::Facts;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use store::Store;
use trust::{Belief, Freshness, Known, Roots, bundle, cache};

/// The setting with the lists that were believed last: none goes back to an earlier issue.
const BEFORE: &str = "fiducia.liste";
/// The setting with the key that seals the cache, in hexadecimal.
const SEAL: &str = "fiducia.sigillo";

/// What is believed, ready for judging.
#[derive(Clone)]
pub struct Loaded {
    /// Which file it is from.
    of: Option<Mark>,
    pub trust: Arc<Trust>,
    pub facts: Arc<Facts>,
    freshness: Option<(Option<Timestamp>, Option<Timestamp>)>,
    now: Timestamp,
}

/// What tells a file from the one that was there before.
type Mark = (PathBuf, SystemTime, u64);

impl Loaded {
    fn nobody(now: Timestamp) -> Self {
        Self {
            of: None,
            trust: Arc::default(),
            facts: Arc::new(Facts::new()),
            freshness: None,
            now,
        }
    }

    /// How old the lists are.
    pub fn age(&self) -> Lists {
        let Some((issued, next_update)) = self.freshness else {
            return Lists::Missing;
        };
        let anchors = signing::Anchors {
            anchors: Vec::new(),
            issued,
            next_update,
        };
        match Freshness::of(&anchors, self.now) {
            Freshness::Missing => Lists::Missing,
            Freshness::Fresh { days } => Lists::Current(days),
            Freshness::Stale { overdue, .. } => Lists::Stale(overdue),
        }
    }
}

/// What is believed now.
pub fn current(app: &App) -> Result<Loaded> {
    let now = timestamp(app.now());
    if let Some(folder) = &app.config().firma.trust {
        return folder_of(folder, now);
    }
    let file = app.config().data.join("fiducia").join("elenchi.fide");
    let Some(mark) = mark(&file) else {
        return Ok(Loaded::nobody(now));
    };
    let mut kept = lock(&app.firma().lists);
    if let Some(loaded) = kept.as_ref().filter(|it| it.of.as_ref() == Some(&mark)) {
        return Ok(Loaded {
            now,
            ..loaded.clone()
        });
    }
    let Some(desk) = app.desk() else {
        return Ok(Loaded::nobody(now));
    };
    match believe(app, &desk.store, &file) {
        Ok(belief) => {
            let loaded = Loaded {
                of: Some(mark),
                trust: Arc::new(Trust::new(&belief.anchors)),
                facts: Arc::new(Facts::new()),
                freshness: Some((belief.anchors.issued, belief.anchors.next_update)),
                now,
            };
            *kept = Some(loaded.clone());
            Ok(loaded)
        }
        // What was believed until now stays so, older by the day; a new file does not make it worse.
        Err(why) => {
            tracing::warn!(%why, "The trusted lists that came are not believed.");
            Ok(kept
                .clone()
                .map_or_else(|| Loaded::nobody(now), |loaded| Loaded { now, ..loaded }))
        }
    }
}

/// A folder of a person's: whoever laid it out is believed, today.
fn folder_of(folder: &Path, now: Timestamp) -> Result<Loaded> {
    let (anchors, facts) = trust::folder::read(folder)
        .map_err(|why| failure::unexpected("the folder of trust cannot be read", &why))?;
    Ok(Loaded {
        of: None,
        trust: Arc::new(Trust::new(&anchors)),
        facts: Arc::new(facts),
        freshness: Some((anchors.issued.or(Some(now)), anchors.next_update)),
        now,
    })
}

fn mark(file: &Path) -> Option<Mark> {
    let about = std::fs::metadata(file).ok()?;
    Some((file.to_owned(), about.modified().ok()?, about.len()))
}

/// Opens the hub's bundle and checks every list in it, or takes what was kept for these very lists.
fn believe(app: &App, store: &Store, file: &Path) -> std::result::Result<Belief, String> {
    let keys = store.hub_keys().map_err(text)?.ok_or("no hub yet")?;
    let hub = ::bundle::verifying_key(&keys).map_err(text)?;
    let bytes = std::fs::read(file).map_err(text)?;
    let (_, sources) = bundle::open(&bytes, &hub).map_err(text)?;
    let roots = app.config().firma.roots.clone();
    let roots = roots.unwrap_or_else(Roots::official_journal);
    let key = cache::key(&sources, &roots);
    let seal = seal(store)?;
    let beside = file.with_extension("cache");
    if let Some(belief) = unsealed(&beside, &seal).and_then(|kept| cache::read(&kept, &key)) {
        return Ok(belief);
    }
    let before: Vec<Known> = match store.setting(BEFORE).map_err(text)? {
        Some(json) => serde_json::from_str(&json).unwrap_or_default(),
        None => Vec::new(),
    };
    let belief = Belief::check(&sources, &roots, &before).map_err(text)?;
    for (territory, why) in &belief.refused {
        tracing::warn!(territory, why, "A national trusted list is not believed.");
    }
    let known = serde_json::to_string(&belief.lists).map_err(text)?;
    store.set_setting(BEFORE, &known).map_err(text)?;
    // Where it cannot be kept, the next start checks the lists again.
    if let Ok(kept) = cache::write(&belief, &key) {
        let sealed = [blake3::keyed_hash(&seal, &kept).as_bytes(), &kept[..]].concat();
        let _ = std::fs::write(&beside, sealed);
    }
    Ok(belief)
}

/// The kept belief, if nobody but this workspace wrote it.
fn unsealed(file: &Path, seal: &[u8; 32]) -> Option<Vec<u8>> {
    let bytes = std::fs::read(file).ok()?;
    let (mac, kept) = bytes.split_first_chunk::<32>()?;
    // blake3's hashes compare in constant time
    (blake3::keyed_hash(seal, kept) == *mac).then(|| kept.to_vec())
}

/// The key that seals the cache; made at the first use.
fn seal(store: &Store) -> std::result::Result<[u8; 32], String> {
    let read = |hex: String| blake3::Hash::from_hex(hex).ok().map(|key| *key.as_bytes());
    if let Some(key) = store.setting(SEAL).map_err(text)?.and_then(read) {
        return Ok(key);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(text)?;
    let hex = blake3::Hash::from_bytes(key).to_hex();
    store.set_setting(SEAL, &hex).map_err(text)?;
    Ok(key)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
