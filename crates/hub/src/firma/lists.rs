//! The trusted lists as the hub keeps them: each file as it was published, and all of them sealed for the devices.
//!
//! In the folder `fiducia`: `EU.xml`, its pivots `EU-NUMBER.xml`, `IT.xml` and the like, `elenchi.fide`. Nothing is
//! served that does not hold, and no list goes back to an earlier issue: which ones were served is kept in the control
//! database, so that a folder that was emptied changes nothing about it.

use crate::Hub;
use crate::error::Failure;
use crate::storage::StorageError;
use protocol::firma::Thing;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::SystemTime;
use trust::{Belief, Known, List, Roots, Sources, TrustError, bundle};

/// The setting with the lists that were served.
const KNOWN: &str = "lists";
/// What is sealed.
const BUNDLE: &str = "elenchi.fide";
/// The name of the set of lists in it.
const SET: &str = "elenchi.set";
/// The most files that an operator brings at once.
const MANY: usize = 200;

/// Why lists are not taken.
#[derive(Debug, thiserror::Error)]
pub enum ListsError {
    /// They do not hold.
    #[error("the lists do not hold: {0}")]
    Trust(#[from] TrustError),
    /// There is no list of lists, neither brought nor kept.
    #[error("no European list of lists among the files")]
    NoListOfLists,
    /// The roots in the settings are none.
    #[error("lists.roots has something that is no SHA-256")]
    Roots,
    /// They could not be downloaded.
    #[error("{0}: {1}")]
    Net(String, super::net::NetError),
    /// A file is no list.
    #[error("{0}: {1}")]
    File(String, TrustError),
    /// The storage.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<std::io::Error> for ListsError {
    fn from(error: std::io::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// The sealed lists, and what they are offered as.
type Sealed = (Thing, Arc<Vec<u8>>);

/// The sealed lists, as they were last read from the disk.
#[derive(Default)]
pub(super) struct Served {
    read: Option<SystemTime>,
    bundle: Option<Sealed>,
}

impl Hub {
    /// Takes the lists in a folder: European list of lists, pivots, national lists, whatever their names.
    ///
    /// # Errors
    /// [`ListsError`]; what was served before still is.
    pub fn import_lists(&self, folder: &Path) -> Result<Belief, ListsError> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)?.take(MANY) {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "xml") {
                let bytes = fs::read(&path)?;
                let name = path.display().to_string();
                List::claims(&bytes).map_err(|error| ListsError::File(name, error))?;
                files.push(bytes);
            }
        }
        self.take_lists(files)
    }

    /// Takes lists, beside those that are here. A national list that does not hold leaves the one in force.
    ///
    /// # Errors
    /// [`ListsError`]; what was served before still is.
    pub(super) fn take_lists(&self, new: Vec<Vec<u8>>) -> Result<Belief, ListsError> {
        let roots = self.roots()?;
        let kept = self.kept_lists()?;
        let before = self.known_lists()?;
        let old = Sources::of(kept)?;
        let mut sources = merged(Sources::of(new)?, &old)?;
        if sources.list_of_lists.is_empty() {
            return Err(ListsError::NoListOfLists);
        }
        let mut belief = Belief::check(&sources, &roots, &before)?;
        if !belief.refused.is_empty() {
            put_back(&mut sources, &old, &belief)?;
            let refused = belief.refused;
            belief = Belief::check(&sources, &roots, &before)?;
            belief.refused = refused;
        }
        self.keep_lists(&sources, &roots, &belief)?;
        Ok(belief)
    }

    pub(super) fn roots(&self) -> Result<Roots, ListsError> {
        self.config().firma.lists.roots().ok_or(ListsError::Roots)
    }

    /// The files that are here.
    pub(super) fn kept_lists(&self) -> Result<Vec<Vec<u8>>, ListsError> {
        let Ok(entries) = fs::read_dir(self.lists_folder()) else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "xml") {
                files.push(fs::read(path)?);
            }
        }
        Ok(files)
    }

    pub(super) fn lists_folder(&self) -> PathBuf {
        self.config().data.join("fiducia")
    }

    fn known_lists(&self) -> Result<Vec<Known>, StorageError> {
        let json = self.registry().setting(KNOWN, &|| b"[]".to_vec())?;
        Ok(serde_json::from_slice(&json)?)
    }

    fn keep_lists(
        &self,
        sources: &Sources,
        roots: &Roots,
        belief: &Belief,
    ) -> Result<(), ListsError> {
        let folder = self.lists_folder();
        fs::create_dir_all(&folder)?;
        let named = named(sources)?;
        for (name, bytes) in &named {
            write(&folder.join(name), bytes)?;
        }
        forget_others(&folder, &named)?;
        let set = blake3::Hash::from(trust::cache::key(sources, roots)).to_hex();
        let sealed = fs::read_to_string(folder.join(SET)).is_ok_and(|known| known == set.as_str());
        if !sealed || !folder.join(BUNDLE).exists() {
            let issued = jiff::Timestamp::from_millisecond(self.now()).unwrap_or_default();
            let bundle = bundle::seal(sources, issued, &self.0.seed.signing())?;
            write(&folder.join(BUNDLE), &bundle)?;
            write(&folder.join(SET), set.as_bytes())?;
            tracing::info!(
                lists = belief.lists.len(),
                bytes = bundle.len(),
                "new trusted lists"
            );
        }
        let known = serde_json::to_vec(&newest(self.known_lists()?, &belief.lists));
        let known = known.map_err(StorageError::from)?;
        Ok(self.registry().set_setting(KNOWN, &known)?)
    }

    /// What is newer than what a device has; none where it has the newest, or there are no lists.
    pub(crate) fn newer_lists(&self, here: &[u8]) -> Result<Option<Thing>, Failure> {
        let served = self.served()?;
        Ok(served
            .map(|(thing, _)| thing)
            .filter(|thing| thing.hash != here))
    }

    /// The sealed lists, where this is their hash.
    pub(super) fn lists_of(&self, hash: &[u8; 32]) -> Result<Option<Arc<Vec<u8>>>, Failure> {
        let served = self.served()?.filter(|(thing, _)| thing.hash == *hash);
        Ok(served.map(|(_, bytes)| bytes))
    }

    /// Read anew where the file changed: `hub trust import` works beside the running service.
    fn served(&self) -> Result<Option<Sealed>, Failure> {
        let path = self.lists_folder().join(BUNDLE);
        let changed = fs::metadata(&path).and_then(|meta| meta.modified()).ok();
        let served = &self.0.firma.served;
        let mut served = served.lock().unwrap_or_else(PoisonError::into_inner);
        if changed.is_none() {
            return Ok(None);
        }
        if served.read != changed {
            let bytes = fs::read(&path)?;
            served.bundle = Some((super::thing(&bytes), Arc::new(bytes)));
            served.read = changed;
        }
        Ok(served.bundle.clone())
    }
}

/// What was brought, and of what is here all that nothing new takes the place of. Older pivots stay while the list of
/// lists names them.
pub(super) fn merged(new: Sources, old: &Sources) -> Result<Sources, TrustError> {
    let mut all = new;
    let renewed = !all.list_of_lists.is_empty();
    if !renewed {
        all.list_of_lists.clone_from(&old.list_of_lists);
    }
    let named = match renewed {
        true => List::claims(&all.list_of_lists)?.addresses,
        false => Vec::new(),
    };
    let sequence = |list: &Vec<u8>| Ok::<_, TrustError>(List::claims(list)?.sequence);
    for pivot in &old.pivots {
        let ending = format!("-{}.xml", sequence(pivot)?);
        if !renewed || named.iter().any(|address| address.ends_with(&ending)) {
            all.pivots.push(pivot.clone());
        }
    }
    let pivots: BTreeMap<u64, Vec<u8>> = all
        .pivots
        .drain(..)
        .map(|pivot| Ok((sequence(&pivot)?, pivot)))
        .collect::<Result<_, TrustError>>()?;
    all.pivots = pivots.into_values().collect();
    let territory = |list: &Vec<u8>| Ok::<_, TrustError>(List::claims(list)?.territory);
    let brought: Vec<String> = all.lists.iter().map(territory).collect::<Result<_, _>>()?;
    for list in &old.lists {
        if !brought.contains(&territory(list)?) {
            all.lists.push(list.clone());
        }
    }
    Ok(all)
}

/// A list that was refused gives its place to the one that was in force, or to none.
fn put_back(sources: &mut Sources, old: &Sources, belief: &Belief) -> Result<(), TrustError> {
    for (territory, why) in &belief.refused {
        tracing::warn!(territory, why, "a national list does not hold");
    }
    let territory = |list: &[u8]| Ok::<_, TrustError>(List::claims(list)?.territory);
    let mut lists = Vec::new();
    for list in sources.lists.drain(..) {
        let of = territory(&list)?;
        if !belief.refused.iter().any(|(refused, _)| *refused == of) {
            lists.push(list);
        }
    }
    for list in &old.lists {
        let of = territory(list)?;
        if belief.refused.iter().any(|(refused, _)| *refused == of) {
            lists.push(list.clone());
        }
    }
    sources.lists = lists;
    Ok(())
}

/// Each file under the name that it is kept by.
fn named(sources: &Sources) -> Result<Vec<(String, &[u8])>, TrustError> {
    let mut all = vec![("EU.xml".to_owned(), sources.list_of_lists.as_slice())];
    for pivot in &sources.pivots {
        all.push((format!("EU-{}.xml", List::claims(pivot)?.sequence), pivot));
    }
    for list in &sources.lists {
        let territory = List::claims(list)?.territory;
        let plain: String = territory
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        all.push((format!("{plain}.xml"), list));
    }
    Ok(all)
}

/// Pivots that nobody names any more.
fn forget_others(folder: &Path, named: &[(String, &[u8])]) -> Result<(), ListsError> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".xml") && !named.iter().any(|(known, _)| *known == name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// What was served and is served now: of each territory the latest.
fn newest(before: Vec<Known>, now: &[Known]) -> Vec<Known> {
    let mut all = BTreeMap::new();
    for known in before.into_iter().chain(now.iter().cloned()) {
        let earlier = |kept: &Known| kept.sequence < known.sequence;
        if all.get(&known.territory).is_none_or(earlier) {
            all.insert(known.territory.clone(), known);
        }
    }
    all.into_values().collect()
}

/// There as a whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), ListsError> {
    Ok(world::disk::write(path, bytes)?)
}
