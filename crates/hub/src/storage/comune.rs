//! One comune: its log and what the log folds to.

use super::Result;
use domain::identity::{Collection, Role};
use domain::sito::{PageKind, Publication, RichText};
use domain::{Change, Decided, DeviceId, Entity, FileId, OpId, PageId, UnixMs};
use protocol::files::{ChunkRef, Manifest};
use protocol::{Logged, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

/// An entry on its way into the log.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Position.
    pub seq: u64,
    /// The operation.
    pub id: &'a OpId,
    /// Who.
    pub device: &'a DeviceId,
    /// Who.
    pub person: &'a str,
    /// As what.
    pub role: Role,
    /// Where.
    pub collection: Collection,
    /// On what.
    pub entity: &'a str,
    /// Version of the payload.
    pub version: u16,
    /// What.
    pub change: &'a Change,
    /// When, as the device saw it.
    pub at: UnixMs,
    /// When the hub took it.
    pub received: UnixMs,
    /// `at` is not what the device sent.
    pub clamped: bool,
    /// What the hub chose.
    pub decided: &'a Decided,
}

/// Which part of the log a device wants.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// Only entries of this collection.
    pub collection: Collection,
    /// Only entries after this position.
    pub after: u64,
    /// Only entries up to this one.
    pub to: u64,
    /// Only entries of these entities; of all where there are none.
    pub entities: &'a [String],
    /// About how many bytes; one entry is always given.
    pub budget: usize,
    /// Whose own entries come as stubs; `None`: all come in full.
    pub stubs_for: Option<&'a DeviceId>,
}

/// A part of the log.
#[derive(Debug)]
pub struct Stretch {
    /// The entries, ascending.
    pub entries: Vec<Logged>,
    /// Everything up to here is in `entries`, or is not for the one who asked.
    pub to: u64,
    /// There is more.
    pub more: bool,
    /// About how many bytes the entries take on the wire.
    pub bytes: usize,
}

/// A page as the public sees it, frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublicPage {
    /// The page.
    pub id: PageId,
    /// Its kind.
    pub kind: PageKind,
    /// Fields, address, dates.
    pub publication: Publication,
    /// The text.
    pub body: RichText,
}

/// Snapshot of a text, and the updates after it.
pub type StoredText = (Option<Vec<u8>>, Vec<Vec<u8>>);

/// A change of the public site.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteChange {
    /// Its number.
    pub rev: u64,
    /// The page.
    pub page: PageId,
    /// The page as it is now; `None` where it was taken away.
    pub public: Option<PublicPage>,
}

/// What the hub knows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Its chunks.
    pub manifest: Manifest,
    /// All chunks are here and the whole was verified.
    pub complete: bool,
}

/// An entry of the log, of which every part that may refer to a file is given as it is stored.
#[derive(Debug)]
pub struct RawEntry {
    /// Its position.
    pub seq: u64,
    /// What it is about.
    pub entity: String,
    /// What was done.
    pub change: serde_json::Value,
    /// What the hub chose.
    pub decided: serde_json::Value,
}

/// One transaction on a comune. Its writes appear together or not at all.
pub trait Tx {
    /// The last position of the log, 0 for an empty one.
    fn head(&self) -> Result<u64>;
    /// The next sequence number expected from a device.
    fn next(&self, device: &DeviceId) -> Result<u64>;
    /// What a device's operation `n` was and what it was answered.
    fn result(&self, device: &DeviceId, n: u64) -> Result<Option<(OpId, Outcome)>>;
    /// What an operation was answered, whichever device brought it.
    fn result_of(&self, id: &OpId) -> Result<Option<Outcome>>;
    /// Stores an answer and expects `n + 1` next.
    fn put_result(&self, device: &DeviceId, n: u64, id: &OpId, outcome: &Outcome) -> Result<()>;
    /// Appends to the log, and to the sums of its collection.
    fn append(&self, entry: &Entry) -> Result<()>;
    /// A part of the log.
    fn stretch(&self, window: Window) -> Result<Stretch>;
    /// The sum of the marks of a collection's entries up to a position.
    fn digest(&self, collection: Collection, seq: u64) -> Result<u64>;

    /// An entity.
    fn entity(&self, id: &str) -> Result<Option<Entity>>;
    /// Stores an entity.
    fn put_entity(&self, id: &str, entity: &Entity) -> Result<()>;
    /// The page that an address belongs to.
    fn slug_owner(&self, slug: &str) -> Result<Option<PageId>>;
    /// Gives an address to a page, for ever.
    fn reserve_slug(&self, slug: &str, page: &PageId) -> Result<()>;

    /// Snapshot and later updates of a page's text.
    fn text(&self, page: &PageId) -> Result<StoredText>;
    /// Adds an update; answers how many stand after the snapshot.
    fn add_update(&self, page: &PageId, seq: u64, update: &[u8]) -> Result<u64>;
    /// Replaces snapshot and updates by a new snapshot.
    fn put_snapshot(&self, page: &PageId, snapshot: &[u8]) -> Result<()>;

    /// The number of the last change to the public site.
    fn site_rev(&self) -> Result<u64>;
    /// Puts a page (or its absence) before the public; a publication that waited is forgotten.
    fn put_public(&self, page: &PageId, public: Option<&PublicPage>) -> Result<()>;
    /// The page as the public sees it.
    fn public(&self, page: &PageId) -> Result<Option<PublicPage>>;
    /// The pages that changed for the public after `rev`, in the order of their changes, at most `limit`.
    fn public_since(&self, rev: u64, limit: usize) -> Result<Vec<SiteChange>>;
    /// Keeps a publication until its files are here.
    fn put_waiting(&self, public: &PublicPage) -> Result<()>;
    /// The publications that wait for files.
    fn waiting(&self) -> Result<Vec<PublicPage>>;

    /// A file.
    fn file(&self, id: &FileId) -> Result<Option<FileState>>;
    /// Stores a manifest whose chunks are not all here, with those that lack.
    fn put_file(&self, manifest: &Manifest, lacking: &[&ChunkRef]) -> Result<()>;
    /// Forgets a file that is not what its manifest says.
    fn drop_file(&self, id: &FileId) -> Result<()>;
    /// Notes that a file was verified.
    fn complete_file(&self, id: &FileId) -> Result<()>;
    /// The files that are not complete and lack nothing any more.
    fn ready_files(&self) -> Result<Vec<Manifest>>;
    /// Notes that a device cares for a file now.
    fn touch_file(&self, id: &FileId, now: UnixMs) -> Result<()>;
    /// Every file, whole or not, with its chunks, and when a device last cared for it.
    fn files(&self) -> Result<Vec<(FileState, UnixMs)>>;
    /// Gives a time to the files that have none.
    fn touch_unknown(&self, now: UnixMs) -> Result<()>;
    /// A stretch of the log as it is stored, after a position.
    fn raw_log(&self, after: u64, limit: usize) -> Result<Vec<RawEntry>>;
    /// What is public or waits to be, as it is stored.
    fn raw_public(&self) -> Result<Vec<serde_json::Value>>;
    /// The last position of the log whose references are noted.
    fn marked(&self) -> Result<u64>;
    /// Notes files that the log refers to, up to a position.
    fn mark(&self, files: &BTreeSet<String>, up_to: u64) -> Result<()>;
    /// Whether an entry of the log refers to a file, as far as that is noted.
    fn referred(&self, id: &FileId) -> Result<bool>;
    /// The comune's chunks whose hash begins so, with their lengths.
    fn chunks_of(&self, shelf: &str) -> Result<Vec<(String, u64)>>;
    /// Forgets a chunk that no file has.
    fn forget_chunk(&self, hash: &str, size: u64) -> Result<()>;
    /// The files that are complete.
    fn complete_files(&self) -> Result<Vec<Manifest>>;
    /// Whether the comune has brought this chunk.
    fn has_chunk(&self, hash: &str) -> Result<bool>;
    /// Whether an incomplete file lacks this chunk.
    fn wants_chunk(&self, hash: &str) -> Result<bool>;
    /// Notes a chunk that is on disk now.
    fn put_chunk(&self, hash: &str, size: u64) -> Result<()>;
    /// Notes a chunk that is not on disk any more; the files it belongs to become incomplete.
    fn lose_chunk(&self, chunk: &ChunkRef, file: &FileId) -> Result<()>;
    /// Bytes of the comune's chunks.
    fn chunk_bytes(&self) -> Result<u64>;
}

/// A comune's database.
pub trait LogStore: Send + Sync {
    /// Runs `work` in a transaction: committed where it answers `Ok`, undone otherwise.
    fn write(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()>;
    /// Runs `work` on one state of the database.
    fn read(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()>;
    /// Lets go of what an idle database holds; it is taken up again at the next use. Where it is being used,
    /// nothing happens.
    fn close(&self);
    /// Copies the database, as it stands at one moment, to a new file.
    fn backup(&self, to: &Path) -> Result<()>;
}

impl dyn LogStore + '_ {
    /// [`LogStore::write`] with a value.
    ///
    /// # Errors
    /// What `work` answers, or the storage's own.
    pub fn writing<T>(&self, mut work: impl FnMut(&dyn Tx) -> Result<T>) -> Result<T> {
        let mut out = None;
        self.write(&mut |tx| {
            out = Some(work(tx)?);
            Ok(())
        })?;
        out.ok_or(super::StorageError::NothingDone)
    }

    /// [`LogStore::read`] with a value.
    ///
    /// # Errors
    /// What `work` answers, or the storage's own.
    pub fn reading<T>(&self, mut work: impl FnMut(&dyn Tx) -> Result<T>) -> Result<T> {
        let mut out = None;
        self.read(&mut |tx| {
            out = Some(work(tx)?);
            Ok(())
        })?;
        out.ok_or(super::StorageError::NothingDone)
    }
}
