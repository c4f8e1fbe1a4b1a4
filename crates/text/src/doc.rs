//! One page's text.

use crate::flat::{self, Place, Raw, ReadBlock};
use crate::keys::styles;
use crate::normal::{MAX_COLUMNS, MAX_ROWS, normalise};
use crate::patch::patch;
use crate::{table, wire};
use domain::sito::{Block, RichText, Span, TextVersion};
use loro::{ExportMode, Frontiers, LoroDoc, LoroError, LoroResult, VersionVector};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest update accepted, in bytes.
pub const MAX_UPDATE: usize = 4 << 20;
/// The longest text of a page, in characters, table cells included.
pub const MAX_TEXT: usize = 500_000;
/// Stored characters, removed ones included as far as they count, beyond which an update is refused.
const MAX_STORED: usize = 8 * MAX_TEXT;
/// Updates that wait for earlier ones, in bytes.
const MAX_WAITING: usize = 2 * MAX_UPDATE;
/// Received updates kept apart before they are folded into one snapshot.
const FOLD_AFTER: usize = 512;

/// Why a text could not be read or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The bytes are no update of a text.
    #[error("the update of the text is damaged")]
    Damaged,
    /// Larger than [`MAX_UPDATE`], [`MAX_TEXT`], [`MAX_ROWS`] or [`MAX_COLUMNS`].
    #[error("the text or its update is too large")]
    TooLarge,
    /// The base of an edit is not in this replica's history.
    #[error("the version of the text is unknown here")]
    UnknownVersion,
    /// The document could not be changed; it stands as it was.
    #[error("the text could not be changed")]
    Internal,
}

/// One page's text. All replicas start from the same empty text, so two of them can be born apart.
///
/// Any set of updates, in any order and however often, gives the same [`RichText`].
pub struct TextDoc {
    doc: LoroDoc,
    /// What the document is rebuilt from after an import went wrong half-way: the received bytes are the truth,
    /// the document is a cache.
    base: Option<Vec<u8>>,
    updates: Vec<Vec<u8>>,
    /// Updates whose predecessors have not arrived.
    waiting: Vec<Vec<u8>>,
}

impl Default for TextDoc {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for TextDoc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextDoc")
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}

impl TextDoc {
    /// The empty text.
    pub fn new() -> Self {
        Self {
            doc: empty(),
            base: None,
            updates: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// The text of a snapshot and of the updates that came after it, in any order.
    ///
    /// # Errors
    /// [`TextError::Damaged`] if any part is not readable.
    pub fn load<'a>(
        snapshot: Option<&[u8]>,
        updates: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, TextError> {
        let mut doc = Self::new();
        doc.base = snapshot.map(<[u8]>::to_vec);
        doc.doc = doc.rebuilt()?;
        for update in updates {
            doc.import(update)?;
        }
        Ok(doc)
    }

    /// Takes in an update. A second time it changes nothing; before its predecessors it waits for them.
    ///
    /// # Errors
    /// [`TextError::Damaged`] or [`TextError::TooLarge`]; the text is then as it was.
    pub fn import(&mut self, update: &[u8]) -> Result<(), TextError> {
        let waiting: usize = self.waiting.iter().map(Vec::len).sum();
        if update.len() > MAX_UPDATE || waiting + update.len() > MAX_WAITING {
            return Err(TextError::TooLarge);
        }
        let before = self.doc.oplog_vv();
        match self.try_import(update) {
            Ok(waits) => {
                self.keep(update, waits, &before);
                Ok(())
            }
            Err(error) => {
                self.doc = self.rebuilt()?;
                Err(error)
            }
        }
    }

    /// `true` if the update waits for others.
    fn try_import(&self, update: &[u8]) -> Result<bool, TextError> {
        let waits = guard(|| {
            let status = self.doc.import(update)?;
            Ok(status.pending.is_some_and(|range| !range.is_empty()))
        })
        .map_err(|_| TextError::Damaged)?;
        if self.doc.get_text(BODY).len_unicode() > MAX_STORED {
            return Err(TextError::TooLarge);
        }
        Ok(waits)
    }

    fn keep(&mut self, update: &[u8], waits: bool, before: &VersionVector) {
        if waits && !self.waiting.iter().any(|other| other == update) {
            self.waiting.push(update.to_vec());
        }
        let now = self.doc.oplog_vv();
        if now == *before {
            return;
        }
        if !waits {
            self.updates.push(update.to_vec());
        }
        let (arrived, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|update| is_within(update, &now));
        self.waiting = waiting;
        self.updates.extend::<Vec<_>>(arrived);
        if self.updates.len() > FOLD_AFTER {
            self.base = Some(self.snapshot());
            self.updates.clear();
        }
    }

    /// How many received updates wait for earlier ones. They are not part of the text, nor of a snapshot.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Changes the text to `to` as if that had been written at version `base`, and merges it with whatever
    /// came after. Gives the bytes of the update, or `None` if `to` is what stood at `base`.
    ///
    /// # Errors
    /// [`TextError::UnknownVersion`], [`TextError::TooLarge`]; the text is then as it was.
    pub fn edit(
        &mut self,
        base: &TextVersion,
        to: &RichText,
    ) -> Result<Option<Vec<u8>>, TextError> {
        check_size(to)?;
        let to = normalise(to);
        self.change(base, |doc| rewrite(doc, &to))
    }

    /// Takes back every paragraph of [`TextDoc::leftovers`]: it becomes a paragraph like any other.
    ///
    /// # Errors
    /// [`TextError::Internal`]; the text is then as it was.
    pub fn keep_leftovers(&mut self) -> Result<Option<Vec<u8>>, TextError> {
        self.change(&self.version(), |doc| {
            let body = doc.get_text(BODY);
            let raw = raw_body(doc);
            for &at in &raw.visible {
                let gone = raw
                    .glyphs
                    .get(at)
                    .and_then(|g| g.mark(crate::keys::Key::Gone));
                if gone.is_some() {
                    body.unmark(at..at + 1, crate::keys::Key::Gone.name())?;
                }
            }
            Ok(())
        })
    }

    fn change(
        &mut self,
        base: &TextVersion,
        write: impl FnOnce(&LoroDoc) -> LoroResult<()>,
    ) -> Result<Option<Vec<u8>>, TextError> {
        let heads = self.known(base).ok_or(TextError::UnknownVersion)?;
        let update = guard(|| {
            let fork = self.at_heads(&heads)?;
            let doc = fork.as_ref().unwrap_or(&self.doc);
            let before = doc.oplog_vv();
            write(doc)?;
            doc.commit();
            if doc.oplog_vv() == before {
                return Ok(None);
            }
            Ok(Some(doc.export(ExportMode::updates(&before))?))
        });
        match update {
            Ok(None) => Ok(None),
            Ok(Some(update)) if update.len() > MAX_UPDATE => {
                self.doc = self.rebuilt()?;
                Err(TextError::TooLarge)
            }
            Ok(Some(update)) => {
                // An edit of the document itself is in it already; one of a fork comes in like anybody's.
                let before = VersionVector::default();
                self.try_import(&update)?;
                self.keep(&update, false, &before);
                Ok(Some(update))
            }
            Err(()) => {
                self.doc = self.rebuilt()?;
                Err(TextError::Internal)
            }
        }
    }

    /// The version of the text as it stands; 14 characters for one writer, the empty string for the empty text.
    pub fn version(&self) -> TextVersion {
        wire::version(&self.doc.oplog_frontiers())
    }

    /// The text as it stands.
    pub fn rich_text(&self) -> RichText {
        read(&self.doc)
    }

    /// The text at a version; `None` where the version is unknown here.
    pub fn at(&self, version: &TextVersion) -> Option<RichText> {
        let heads = self.known(version)?;
        guard(|| {
            let fork = self.at_heads(&heads)?;
            Ok(read(fork.as_ref().unwrap_or(&self.doc)))
        })
        .ok()
    }

    /// Whether everything of that version is in this text.
    pub fn covers(&self, version: &TextVersion) -> bool {
        self.known(version).is_some()
    }

    /// The whole history as one piece, for [`TextDoc::load`].
    pub fn snapshot(&self) -> Vec<u8> {
        guard(|| Ok(self.doc.export(ExportMode::Snapshot)?)).unwrap_or_default()
    }

    /// Everything that was written after a version, by whomever, as one update: several unsent edits become
    /// one. `None` where the version is unknown here.
    pub fn since(&self, version: &TextVersion) -> Option<Vec<u8>> {
        let heads = self.known(version)?;
        guard(|| {
            let before = self.doc.frontiers_to_vv(&heads).ok_or(LoroFault)?;
            Ok(self.doc.export(ExportMode::updates(&before))?)
        })
        .ok()
    }

    /// The version that holds an update of [`TextDoc::edit`] and what it was based on, and nothing else: the
    /// text exactly as it was handed in.
    pub fn after(update: &[u8]) -> Option<TextVersion> {
        let meta = LoroDoc::decode_import_blob_meta(update, false).ok()?;
        let heads: Frontiers = meta
            .partial_end_vv
            .iter()
            .map(|(peer, end)| loro::ID::new(*peer, *end - 1))
            .collect();
        (heads.len() == 1).then(|| wire::version(&heads))
    }

    /// Indexes of the blocks of [`TextDoc::rich_text`] that somebody removed while somebody else wrote in them:
    /// the words are kept, and a person should say whether they stay. All replicas agree on them.
    pub fn leftovers(&self) -> Vec<usize> {
        read_blocks(&self.doc, &raw_body(&self.doc))
            .iter()
            .enumerate()
            .filter_map(|(at, read)| read.leftover.then_some(at))
            .collect()
    }

    fn known(&self, version: &TextVersion) -> Option<Frontiers> {
        let heads = wire::heads(version)?;
        let all = self.doc.oplog_vv();
        let here = |id: loro::ID| all.get(&id.peer).is_some_and(|end| *end > id.counter);
        let known = heads.iter().all(here);
        known.then_some(heads)
    }

    /// A copy of the document as it was, or `None` where it is so now.
    fn at_heads(&self, heads: &Frontiers) -> LoroResult<Option<LoroDoc>> {
        if *heads == self.doc.oplog_frontiers() {
            return Ok(None);
        }
        if heads.is_empty() {
            return Ok(Some(empty()));
        }
        let fork = self.doc.fork_at(heads)?;
        name_writer(&fork);
        fork.config_text_style(styles());
        Ok(Some(fork))
    }

    fn rebuilt(&self) -> Result<LoroDoc, TextError> {
        guard(|| {
            let doc = empty();
            for part in self.base.iter().chain(&self.updates).chain(&self.waiting) {
                doc.import(part)?;
            }
            Ok(doc)
        })
        .map_err(|()| TextError::Damaged)
    }
}

const BODY: &str = "body";

fn empty() -> LoroDoc {
    let doc = LoroDoc::new();
    name_writer(&doc);
    doc.config_text_style(styles());
    doc.config_default_text_style(Some(loro::StyleConfig {
        expand: loro::ExpandType::None,
    }));
    doc
}

/// What is written here is written under a new name. Where there is no random number the library's own stays.
fn name_writer(doc: &LoroDoc) {
    if let Ok(name) = world::chance::kin() {
        // The only number that is no name is the largest one; then, too, the library's own stays.
        let _ = doc.set_peer_id(name);
    }
}

/// Runs what touches the library; a panic in there is an error here, and the document is rebuilt.
fn guard<T>(work: impl FnOnce() -> Result<T, LoroFault>) -> Result<T, ()> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(LoroFault)) | Err(_) => Err(()),
    }
}

/// The library's errors say nothing that a person or a caller could act upon.
struct LoroFault;

impl From<LoroError> for LoroFault {
    fn from(_: LoroError) -> Self {
        Self
    }
}

impl From<loro::LoroEncodeError> for LoroFault {
    fn from(_: loro::LoroEncodeError) -> Self {
        Self
    }
}

fn is_within(update: &[u8], all: &VersionVector) -> bool {
    LoroDoc::decode_import_blob_meta(update, false).is_ok_and(|meta| *all >= meta.partial_end_vv)
}

fn raw_body(doc: &LoroDoc) -> Raw {
    Raw::read(&doc.get_text(BODY), Place::Body, &|id| {
        table::exists(doc, id)
    })
}

fn read_blocks(doc: &LoroDoc, raw: &Raw) -> Vec<ReadBlock> {
    flat::blocks(&raw.seen(), &|id| table::read(doc, id))
}

fn read(doc: &LoroDoc) -> RichText {
    read_raw(doc, &raw_body(doc))
}

fn read_raw(doc: &LoroDoc, raw: &Raw) -> RichText {
    let blocks = read_blocks(doc, raw);
    RichText {
        blocks: blocks.into_iter().map(|read| read.block).collect(),
    }
}

/// Tables first: whether a table shows in the body depends on its cells.
fn rewrite(doc: &LoroDoc, to: &RichText) -> LoroResult<()> {
    let mut raw = raw_body(doc);
    if read_raw(doc, &raw) == *to {
        return Ok(());
    }
    let mut tables = to.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    if let Some(first) = tables.next() {
        table::write(doc, first)?;
        tables.try_for_each(|table| table::write(doc, table))?;
        raw = raw_body(doc);
    }
    patch(&doc.get_text(BODY), &raw, &flat::flatten(to))
}

fn check_size(text: &RichText) -> Result<(), TextError> {
    let count = |spans: &[Span]| -> usize { spans.iter().map(|s| s.text.chars().count()).sum() };
    let mut size = text.blocks.len();
    for block in &text.blocks {
        size += count(block.spans().unwrap_or_default());
        if let Block::Table(table) = block {
            let wide = table.rows.iter().any(|row| row.cells.len() > MAX_COLUMNS);
            if wide || table.rows.len() > MAX_ROWS {
                return Err(TextError::TooLarge);
            }
            let cells = table.rows.iter().flat_map(|row| &row.cells);
            size += cells.map(|cell| count(cell)).sum::<usize>();
        }
    }
    if size > MAX_TEXT {
        Err(TextError::TooLarge)
    } else {
        Ok(())
    }
}
