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

#[cfg(test)]
#[path = "../../../trust/tests/common/mod.rs"]
mod common;

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
    pub fn nobody(now: Timestamp) -> Self {
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
    let roots = app.config().firma.roots.clone();
    let roots = roots.unwrap_or_else(Roots::official_journal);
    match believe(&desk.store, &file, &roots) {
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
fn believe(store: &Store, file: &Path, roots: &Roots) -> std::result::Result<Belief, String> {
    let keys = store.hub_keys().map_err(text)?.ok_or("no hub yet")?;
    let hub = ::bundle::verifying_key(&keys).map_err(text)?;
    let bytes = std::fs::read(file).map_err(text)?;
    let (_, sources) = bundle::open(&bytes, &hub).map_err(text)?;
    let key = cache::key(&sources, roots);
    let seal = seal(store)?;
    let beside = file.with_extension("cache");
    if let Some(belief) = unsealed(&beside, &seal).and_then(|kept| cache::read(&kept, &key)) {
        return Ok(belief);
    }
    let before: Vec<Known> = match store.setting(BEFORE).map_err(text)? {
        Some(json) => serde_json::from_str(&json).unwrap_or_default(),
        None => Vec::new(),
    };
    let belief = Belief::check(&sources, roots, &before).map_err(text)?;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::common::world;
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use domain::identity::Role;
    use domain::{ComuneId, DeviceId};
    use ed25519_dalek::SigningKey;
    use protocol::calls::HubKeys;
    use store::{Identity, Secret};

    /// A workspace that knows its hub's key.
    fn linked(hub: &SigningKey) -> Store {
        let store = Store::open_in_memory().unwrap();
        let identity = Identity {
            device: DeviceId::new("d"),
            secret: Secret([7; 32]),
            person: "Maria Rossi".into(),
            role: Role::Impiegato,
            comune: ComuneId::new("005094"),
            comune_name: "Roccaverano".into(),
            hub: String::new(),
            site: String::new(),
            scopes: Vec::new(),
            expires: i64::MAX,
            keys: Some(HubKeys {
                seal: String::new(),
                sign: URL_SAFE_NO_PAD.encode(hub.verifying_key().as_bytes()),
            }),
        };
        store.set_identity(&identity).unwrap();
        store
    }

    #[test]
    fn the_hubs_lists_are_checked_once_and_nobody_else_writes_what_is_kept() {
        let hub = SigningKey::from_bytes(&[3; 32]);
        let store = linked(&hub);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("elenchi.fide");
        let (sources, roots) = world();
        std::fs::write(
            &file,
            bundle::seal(&sources, Timestamp::now(), &hub).unwrap(),
        )
        .unwrap();
        let belief = believe(&store, &file, &roots).unwrap();
        assert_eq!(belief.anchors.anchors.len(), 1);

        // What was kept is taken, if this workspace sealed it; what somebody else wrote is not.
        let kept = file.with_extension("cache");
        let key = cache::key(&sources, &roots);
        let forged = cache::write(&Belief::default(), &key).unwrap();
        let seal = seal(&store).unwrap();
        let with = |seal: &[u8; 32]| {
            let sealed = [blake3::keyed_hash(seal, &forged).as_bytes(), &forged[..]].concat();
            std::fs::write(&kept, sealed).unwrap();
            believe(&store, &file, &roots)
                .unwrap()
                .anchors
                .anchors
                .len()
        };
        assert_eq!(with(&[0; 32]), 1, "a stranger's");
        assert_eq!(with(&seal), 0, "this test's own: the cache is read at all");

        // Another hub's file, and lists that the Official Journal does not stand for.
        let stranger = SigningKey::from_bytes(&[4; 32]);
        let other = bundle::seal(&sources, Timestamp::now(), &stranger).unwrap();
        std::fs::write(&file, other).unwrap();
        assert!(believe(&store, &file, &roots).is_err());
        std::fs::write(
            &file,
            bundle::seal(&sources, Timestamp::now(), &hub).unwrap(),
        )
        .unwrap();
        assert!(believe(&store, &file, &Roots::official_journal()).is_err());
    }
}
