//! Removing files that no record refers to.
//!
//! A file is kept while the log refers to it anywhere, at any time (an old version may be restored), while
//! what is public or waits refers to it, and for [`GRACE`] after a device last offered it or asked for it: the
//! operation that refers to it may still be on its way. What refers is read generously: whatever looks like
//! the name of a file in an entry keeps that file; where a text cannot be read, nothing is removed.
//!
//! Marks, files and notes of chunks change in one transaction of the comune, so that an offer comes either
//! before (its chunks are referred to) or after (it is told that they are missing). The bytes on disk, which
//! belong to all comuni, go last, while no chunk can arrive.

use crate::backup::{BackupError, lock};
use crate::storage::{LogStore, RawEntry, StorageError, Tx};
use crate::sync::hex;
use crate::text_log;
use crate::{Config, Hub};
use domain::{ComuneId, FileId, PageId, UnixMs};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use text::TextDoc;

/// How long after its last offer a file is kept that nothing refers to.
pub const GRACE: Duration = Duration::from_secs(30 * 24 * 3600);
/// How often the running service looks.
const EVERY: Duration = Duration::from_secs(24 * 3600);
/// Entries of the log looked at in one transaction: others come in between.
const TOGETHER: usize = 500;

/// What was removed, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files.
    pub files: u64,
    /// Chunks that were a comune's and no file's.
    pub chunks: u64,
    /// Chunks on disk that were no comune's, with unfinished pieces.
    pub on_disk: u64,
    /// Bytes on disk that they took.
    pub bytes: u64,
}

/// Removes what no record refers to, from the data of a hub that does not run.
///
/// # Errors
/// [`BackupError::Running`] where it does, the storage's.
pub fn collect_alone(config: Config) -> Result<Collected, BackupError> {
    let _lock = lock(&config.data)?;
    Ok(Hub::open(config)?.collect(GRACE, true)?)
}

impl Hub {
    /// Removes what no record refers to once a day, until the task is dropped.
    pub(crate) async fn collect_forever(self) {
        loop {
            tokio::time::sleep(EVERY).await;
            let swept = self.blocking(|hub| Ok(hub.collect(GRACE, true)?)).await;
            if let Err(error) = swept {
                tracing::error!(%error, "files that nothing refers to could not be removed");
            }
        }
    }

    /// Removes what no record refers to, in every comune; with `really` false only counts.
    ///
    /// # Errors
    /// The storage's; what was removed until then stays removed.
    pub fn collect(&self, grace: Duration, really: bool) -> Result<Collected, StorageError> {
        let mut out = Collected::default();
        let grace = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
        let gone = self.let_go(grace, really, &mut out);
        self.sweep_disk(&gone, really, &mut out)?;
        let age = Duration::from_millis(u64::try_from(grace).unwrap_or(0));
        let (pieces, bytes) = self.0.pieces.sweep(age, really)?;
        out.on_disk += pieces;
        out.bytes += bytes;
        tracing::info!(?out, really, "files that nothing refers to");
        Ok(out)
    }

    /// Lets every comune forget what nothing refers to. Gives what they would have forgotten, where they do not
    /// really: what was forgotten is known no more, and a device that brings it again in between has it kept.
    fn let_go(&self, grace: i64, really: bool, out: &mut Collected) -> Gone {
        let before = self.now().saturating_sub(grace);
        let mut gone = Gone::new();
        for (comune, store) in self.opened() {
            match collect_comune(&*store, before, self.now(), really) {
                Ok(found) => {
                    out.files += found.files;
                    out.chunks += found.chunks.len() as u64;
                    if !really {
                        gone.insert(comune, found.chunks);
                    }
                }
                Err(error) => tracing::error!(%error, %comune, "nothing was removed here"),
            }
        }
        gone
    }

    /// Chunks on disk that no comune knows, or would know any more.
    fn sweep_disk(
        &self,
        gone: &Gone,
        really: bool,
        out: &mut Collected,
    ) -> Result<(), StorageError> {
        for shelf in 0..=u8::MAX {
            let shelf = format!("{shelf:02x}");
            let _alone = self.0.chunks.sweeping();
            let known = self.known_on(&shelf, gone)?;
            for (hash, size) in self.0.chunks.shelf(&shelf)? {
                if known.contains(&hash) {
                    continue;
                }
                out.on_disk += 1;
                out.bytes += size;
                if really {
                    self.0.chunks.remove(&hash)?;
                }
            }
        }
        Ok(())
    }

    fn known_on(&self, shelf: &str, gone: &Gone) -> Result<BTreeSet<String>, StorageError> {
        let mut known = BTreeSet::new();
        for (comune, store) in self.opened() {
            let gone = gone.get(&comune);
            let chunks = store.reading(|tx| tx.chunks_of(shelf))?;
            let stays = |(hash, _): (String, u64)| {
                (!gone.is_some_and(|gone| gone.contains(&hash))).then_some(hash)
            };
            known.extend(chunks.into_iter().filter_map(stays));
        }
        Ok(known)
    }
}

/// The chunks that each comune would let go.
type Gone = BTreeMap<ComuneId, BTreeSet<String>>;

/// What one comune lets go.
struct Found {
    files: u64,
    chunks: BTreeSet<String>,
}

fn collect_comune(
    store: &dyn LogStore,
    before: UnixMs,
    now: UnixMs,
    really: bool,
) -> Result<Found, StorageError> {
    // Most of the log beforehand, a little at a time; what came meanwhile, in the transaction that removes.
    while store.writing(|tx| mark(tx, TOGETHER))? {}
    store.writing(|tx| {
        while mark(tx, TOGETHER)? {}
        tx.touch_unknown(now)?;
        sweep(tx, before, really)
    })
}

/// Notes the references of the next entries of the log; says whether there are more.
fn mark(tx: &dyn Tx, limit: usize) -> Result<bool, StorageError> {
    let entries = tx.raw_log(tx.marked()?, limit)?;
    let Some(last) = entries.last().map(|entry| entry.seq) else {
        return Ok(false);
    };
    let mut files = BTreeSet::new();
    let mut texts = BTreeMap::new();
    for entry in &entries {
        names(&entry.change, &mut files);
        names(&entry.decided, &mut files);
        for update in updates(entry) {
            text_files(tx, &mut texts, &entry.entity, update, &mut files)?;
        }
    }
    tx.mark(&files, last)?;
    Ok(entries.len() == limit)
}

/// Everything in a record that may be the name of a file.
fn names(value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if hex(text) => {
            out.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| names(value, out)),
        Value::Object(fields) => fields.values().for_each(|value| names(value, out)),
        _ => {}
    }
}

/// The updates of a text in an entry: their files are not to be seen from outside.
fn updates(entry: &RawEntry) -> Vec<&str> {
    fn find<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
        let Value::Object(fields) = value else { return };
        for (name, value) in fields {
            match value {
                Value::String(update) if name == "update" => out.push(update),
                value => find(value, out),
            }
        }
    }
    let mut out = Vec::new();
    find(&entry.change, &mut out);
    out
}

/// The files in a text as its author saw it after an update, and as it stands.
fn text_files(
    tx: &dyn Tx,
    texts: &mut BTreeMap<String, TextDoc>,
    page: &str,
    update: &str,
    out: &mut BTreeSet<String>,
) -> Result<(), StorageError> {
    if !texts.contains_key(page) {
        let doc = text_log::load(tx, &PageId::new(page))?.ok_or(StorageError::NothingDone)?;
        let now = doc.rich_text();
        out.extend(now.files().map(|file| file.id.to_string()));
        texts.insert(page.to_owned(), doc);
    }
    let version = text_log::decode(update).and_then(|update| TextDoc::after(&update));
    let then = texts
        .get(page)
        .zip(version)
        .and_then(|(doc, version)| doc.at(&version));
    out.extend(
        then.iter()
            .flat_map(|text| text.files())
            .map(|file| file.id.to_string()),
    );
    Ok(())
}

fn sweep(tx: &dyn Tx, before: UnixMs, really: bool) -> Result<Found, StorageError> {
    let mut shown = BTreeSet::new();
    for body in tx.raw_public()? {
        names(&body, &mut shown);
    }
    let mut kept = BTreeSet::new();
    let mut files = 0;
    for (file, touched) in tx.files()? {
        let id = &file.manifest.file;
        if touched > before || shown.contains(id.as_str()) || tx.referred(id)? {
            kept.extend(file.manifest.chunks.into_iter().map(|chunk| chunk.0));
        } else {
            files += 1;
            drop_file(tx, id, really)?;
        }
    }
    let mut chunks = BTreeSet::new();
    for shelf in 0..=u8::MAX {
        for (hash, size) in tx.chunks_of(&format!("{shelf:02x}"))? {
            if kept.contains(&hash) {
                continue;
            }
            if really {
                tx.forget_chunk(&hash, size)?;
            }
            chunks.insert(hash);
        }
    }
    Ok(Found { files, chunks })
}

fn drop_file(tx: &dyn Tx, id: &FileId, really: bool) -> Result<(), StorageError> {
    match really {
        true => tx.drop_file(id),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Everything is too old.
    const NOW: i64 = -1000;

    #[test]
    fn a_chunk_that_comes_again_between_the_two_steps_stays() {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::open(Config::new(folder.path())).unwrap();
        let comune = hub.comune(&ComuneId::new("005094")).unwrap();
        let bytes = b"un manifesto";
        let hash = blake3::hash(bytes).to_hex().to_string();
        let size = bytes.len() as u64;
        let bring = || {
            let _arriving = hub.0.chunks.arriving();
            hub.0.chunks.put(&hash, bytes).unwrap();
            comune.writing(|tx| tx.put_chunk(&hash, size)).unwrap();
        };
        bring();
        let mut out = Collected::default();
        let gone = hub.let_go(NOW, true, &mut out);
        assert_eq!((out.chunks, gone.len()), (1, 0));
        bring();
        hub.sweep_disk(&gone, true, &mut out).unwrap();
        assert_eq!(hub.0.chunks.get(&hash).unwrap(), bytes);

        // Told only, nothing goes, and what would is counted.
        let mut would = Collected::default();
        let gone = hub.let_go(NOW, false, &mut would);
        hub.sweep_disk(&gone, false, &mut would).unwrap();
        assert_eq!((would.chunks, would.on_disk, would.bytes), (1, 1, size));
        assert_eq!(hub.collect(Duration::ZERO, true).unwrap().on_disk, 1);
        assert!(hub.0.chunks.get(&hash).is_err());
    }
}
