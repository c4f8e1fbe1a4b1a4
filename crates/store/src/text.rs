//! The texts of pages: what the log has of each is in the database; a few are kept ready in memory.

use crate::{Result, StoreError, restored};
use ::text::{TextDoc, TextError};
use domain::PageId;
use domain::sito::{Block, RichText, TextVersion};
use rusqlite::{Connection, OptionalExtension, params};

/// Texts kept ready in memory.
const READY: usize = 8;
/// Updates of the log, and bytes of them, after which they are folded into one snapshot.
const FOLD: (i64, i64) = (64, 128 * 1024);

impl From<TextError> for StoreError {
    fn from(error: TextError) -> Self {
        match error {
            TextError::TooLarge => too_long(::text::MAX_TEXT + 1),
            other => Self::Text(other.to_string()),
        }
    }
}

pub(crate) fn too_long(chars: usize) -> StoreError {
    let max = crate::MAX_TEXT;
    StoreError::TextTooLong { chars, max }
}

/// The texts that are ready, the one used last at the end.
#[derive(Default)]
pub(crate) struct Docs(Vec<(PageId, TextDoc)>);

impl Docs {
    /// The text of a page: what the log has, and one's own unsent edits.
    pub(crate) fn get(&mut self, conn: &Connection, page: &PageId) -> Result<&mut TextDoc> {
        let at = self.0.iter().position(|(id, _)| id == page);
        let ready = match at {
            Some(at) => self.0.remove(at),
            None => (page.clone(), load(conn, page)?),
        };
        if self.0.len() >= READY {
            self.0.remove(0);
        }
        self.0.push(ready);
        let last = self.0.last_mut().map(|(_, doc)| doc);
        last.ok_or_else(|| StoreError::NotFound(page.to_string()))
    }

    /// The next use reads it anew from the database.
    pub(crate) fn forget(&mut self, page: &PageId) {
        self.0.retain(|(id, _)| id != page);
    }
}

/// The text with one's own unsent edits.
pub(crate) fn load(conn: &Connection, page: &PageId) -> Result<TextDoc> {
    let mut doc = load_confirmed(conn, page)?;
    let mut query = conn.prepare_cached(
        "SELECT change FROM outbox WHERE entity = ?1 AND slot = 'text' ORDER BY pos",
    )?;
    let changes = query.query_map([page.as_str()], |row| row.get::<_, String>(0))?;
    for change in changes {
        if let domain::sito::PageChange::Text { update } = serde_json::from_str(&change?)? {
            doc.import(&::text::decode(&update)?)?;
        }
    }
    Ok(doc)
}

/// The text as far as the log was read.
fn load_confirmed(conn: &Connection, page: &PageId) -> Result<TextDoc> {
    let snapshot: Option<Vec<u8>> = conn
        .prepare_cached("SELECT value FROM text_snapshot WHERE page = ?1")?
        .query_row([page.as_str()], |row| row.get(0))
        .optional()?;
    let mut doc = TextDoc::load(snapshot.as_deref(), [])?;
    let mut query =
        conn.prepare_cached("SELECT value FROM text_update WHERE page = ?1 ORDER BY id")?;
    let updates = query.query_map([page.as_str()], |row| row.get::<_, Vec<u8>>(0))?;
    for update in updates {
        import(&mut doc, page, &update?);
    }
    Ok(doc)
}

/// Takes in an update of the log. One that cannot be read is left out: every replica leaves it out alike,
/// and it must not stop the rest of the log.
pub(crate) fn import(doc: &mut TextDoc, page: &PageId, update: &[u8]) {
    if let Err(error) = doc.import(update) {
        tracing::warn!(%page, %error, "An update of a text was left out.");
    }
}

/// Keeps an update of the log.
pub(crate) fn keep(conn: &Connection, page: &PageId, update: &[u8]) -> Result<()> {
    conn.prepare_cached("INSERT INTO text_update (page, value) VALUES (?1, ?2)")?
        .execute(params![page.as_str(), update])?;
    Ok(())
}

/// Folds the updates of a page into its snapshot where they have become many.
pub(crate) fn fold(conn: &Connection, page: &PageId) -> Result<()> {
    if restored::is_held(conn, page)? {
        return Ok(());
    }
    let (count, bytes): (i64, i64) = conn
        .prepare_cached(
            "SELECT count(*), coalesce(sum(length(value)), 0) FROM text_update WHERE page = ?1",
        )?
        .query_row([page.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if count < FOLD.0 && (bytes < FOLD.1 || count < 2) {
        return Ok(());
    }
    let doc = load_confirmed(conn, page)?;
    let snapshot = doc.snapshot();
    // What waits for earlier updates is not part of a snapshot.
    if doc.waiting() > 0 || snapshot.is_empty() {
        return Ok(());
    }
    conn.execute(
        "INSERT OR REPLACE INTO text_snapshot (page, value) VALUES (?1, ?2)",
        params![page.as_str(), snapshot],
    )?;
    conn.execute("DELETE FROM text_update WHERE page = ?1", [page.as_str()])?;
    Ok(())
}

/// The text as it is shown; the empty text where nothing was written yet.
pub(crate) fn body(conn: &Connection, page: &PageId) -> Result<(TextVersion, RichText)> {
    let found: Option<(String, String)> = conn
        .prepare_cached("SELECT version, value FROM body WHERE page = ?1")?
        .query_row([page.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        Some((version, value)) => Ok((TextVersion(version), serde_json::from_str(&value)?)),
        None => Ok(Default::default()),
    }
}

/// Remembers the text as it is shown.
pub(crate) fn put_body(
    conn: &Connection,
    page: &PageId,
    version: &TextVersion,
    text: &RichText,
) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO body (page, version, value) VALUES (?1, ?2, ?3)")?
        .execute(params![
            page.as_str(),
            version.0,
            serde_json::to_string(text)?
        ])?;
    Ok(())
}

/// Characters in one step of a long edit: its update stays below [`domain::sito::MAX_TEXT_UPDATE`] even
/// where every character takes three bytes.
const STEP: usize = 40_000;

/// The way from one text to another in steps, each small enough for an operation: the new blocks grow
/// between those that stay at the beginning and at the end.
pub(crate) fn steps(from: &RichText, to: &RichText) -> Vec<RichText> {
    let head = same(from.blocks.iter(), to.blocks.iter());
    let rest = from.blocks.len().min(to.blocks.len()) - head;
    let tail = same(from.blocks.iter().rev(), to.blocks.iter().rev()).min(rest);
    let end = to.blocks.len() - tail;
    let mut steps = Vec::new();
    let mut chars = 0;
    for at in head..end {
        chars += to.blocks.get(at).map_or(0, size);
        if chars > STEP && at + 1 < end {
            let blocks = to
                .blocks
                .iter()
                .take(at + 1)
                .chain(to.blocks.iter().skip(end));
            steps.push(RichText {
                blocks: blocks.cloned().collect(),
            });
            chars = 0;
        }
    }
    steps.push(to.clone());
    steps
}

fn same<'a>(a: impl Iterator<Item = &'a Block>, b: impl Iterator<Item = &'a Block>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

fn size(block: &Block) -> usize {
    let alone = RichText {
        blocks: vec![block.clone()],
    };
    alone.plain().chars().count()
}
