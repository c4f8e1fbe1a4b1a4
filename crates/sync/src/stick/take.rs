//! Taking in what came back.

use super::StickError;
use super::place::{copy, scan};
use bundle::{BundleError, Head, Item, Kind, Opened, Secret};
use domain::{FileId, PageId, UnixMs};
use protocol::carried::{Said, Why};
use protocol::files::Manifest;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use store::{Applied, Identity, Store, StoreError};

/// What an answer brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Pages that look different now.
    pub changed: BTreeSet<PageId>,
    /// Operations that were accepted and not known to be.
    pub accepted: usize,
    /// Operations that were refused: each is in "Da risolvere".
    pub refused: usize,
    /// New rows in "Da risolvere", for whatever reason.
    pub conflicts: usize,
    /// Files that are whole now.
    pub files: usize,
    /// There is more to read, or files did not fit: another stick would bring it.
    pub more: bool,
    /// The hub took nothing, and why.
    pub refusal: Option<Why>,
}

impl Brought {
    fn add(&mut self, applied: Applied) {
        self.changed.extend(applied.changed);
        self.accepted += applied.accepted;
        self.refused += applied.refused;
        self.conflicts += applied.conflicts;
        self.more = applied.more;
    }
}

/// Takes in the answer in this file. It may be taken any number of times, early or late. Its copy in `private`, a
/// folder of this computer, is removed afterwards. The answer and the bundle that it answers are taken off the
/// stick: they have done their work.
///
/// # Errors
/// [`StickError`]; what was taken in before stays, and the answer may be taken again.
pub fn take(
    store: &Store,
    answer: &Path,
    private: &Path,
    at: UnixMs,
) -> Result<Brought, StickError> {
    std::fs::create_dir_all(private)?;
    let inside = private.join("risposta.tmp");
    let size = copy(answer, &inside)?;
    let taken = take_inside(store, &inside, size, at);
    let _ = std::fs::remove_file(&inside);
    let (head, brought) = taken?;
    if let Some(of) = &head.of {
        store.carried_answered(of, at)?;
        tidy(answer, of);
    }
    Ok(brought)
}

/// Best effort: a stick that cannot be written has given what it had.
fn tidy(answer: &Path, of: &str) {
    let found = answer.parent().map(scan);
    for found in found.and_then(Result::ok).unwrap_or_default() {
        let done = found.head.as_ref().is_ok_and(|head| {
            head.id == of || (head.kind == Kind::Answer && head.of.as_deref() == Some(of))
        });
        if done {
            let _ = std::fs::remove_file(&found.path);
        }
    }
}

fn take_inside(
    store: &Store,
    file: &Path,
    size: u64,
    at: UnixMs,
) -> Result<(Head, Brought), StickError> {
    let identity = store.identity()?.ok_or(StoreError::NotEnrolled)?;
    let keys = identity.keys.as_ref().ok_or(StickError::NoKeys)?;
    let head = Head::read(&mut open(file)?)?.0;
    for_us(&head, &identity, &bundle::fingerprint(keys))?;
    bundle::verify(open(file)?, size, &bundle::verifying_key(keys)?)?;
    let secret = Secret::of(&identity.secret.0);
    let items = Opened::new(open(file)?, size, &secret)?;
    let mut intake = Intake {
        store,
        at,
        brought: Brought::default(),
        wanted: None,
        told: BTreeSet::new(),
    };
    intake.all(items)?;
    Ok((head, intake.brought))
}

fn open(file: &Path) -> Result<BufReader<File>, StickError> {
    Ok(BufReader::new(File::open(file)?))
}

fn for_us(head: &Head, identity: &Identity, hub: &str) -> Result<(), StickError> {
    if head.kind != Kind::Answer {
        return Err(BundleError::NotABundle.into());
    }
    if head.device != identity.device {
        return Err(StickError::OtherComputer);
    }
    if head.hub != hub {
        return Err(StickError::OtherHub);
    }
    Ok(())
}

struct Intake<'a> {
    store: &'a Store,
    at: UnixMs,
    brought: Brought,
    /// The files that pages show or offer and that are not here; looked up once the log was taken in.
    wanted: Option<BTreeSet<FileId>>,
    /// Those of them of which the answer brings something.
    told: BTreeSet<FileId>,
}

impl Intake<'_> {
    fn all(&mut self, mut items: Opened<impl Read>) -> Result<(), StickError> {
        while let Some(item) = items.next_item()? {
            match item {
                Item::Said(said) => self.said(&said)?,
                Item::Taken(taken) => self.store.files_taken(&taken)?,
                Item::Manifest(manifest) => self.manifest(&manifest)?,
                Item::Pack(pack) => self.chunks(&pack)?,
                Item::Refused(refused) => self.brought.refusal = Some(refused.why),
                Item::Ask(_) | Item::Wish(_) | Item::Unknown(_) => {}
            }
        }
        if let Some(wanted) = &self.wanted {
            let missing = missing(self.store)?;
            self.brought.files = wanted.difference(&missing).count();
            // They did not fit, in whole or in part: what came of them stays.
            self.brought.more |= !self.told.is_disjoint(&missing);
        }
        Ok(())
    }

    fn said(&mut self, said: &Said) -> Result<(), StickError> {
        let applied = self.store.apply_carried(said, self.at)?;
        self.brought.add(applied);
        Ok(())
    }

    fn manifest(&mut self, manifest: &Manifest) -> Result<(), StickError> {
        if self.wanted.is_none() {
            self.wanted = Some(missing(self.store)?);
        }
        let wanted = self.wanted.as_ref();
        if wanted.is_some_and(|wanted| wanted.contains(&manifest.file)) {
            self.store.put_manifest(manifest)?;
            self.told.insert(manifest.file.clone());
        }
        Ok(())
    }

    fn chunks(&self, pack: &[u8]) -> Result<(), StickError> {
        let chunks = protocol::files::unpack(pack).map_err(|_| BundleError::Damaged)?;
        match self.store.put_chunks(&chunks) {
            // One file is not what its name says; it was forgotten, and the others go on.
            Ok(_) | Err(StoreError::BadBytes(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn missing(store: &Store) -> Result<BTreeSet<FileId>, StoreError> {
    let files = store.files_to_download()?;
    Ok(files.into_iter().map(|file| file.id).collect())
}
