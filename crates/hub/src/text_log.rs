//! The texts of pages, kept as a snapshot and the updates after it.

use crate::storage::{Result, Tx};
use domain::PageId;
use domain::sito::{RichText, TextVersion};
use text::TextDoc;

/// The bytes of an update as it travels.
pub(crate) fn decode(update: &str) -> Option<Vec<u8>> {
    text::decode(update).ok()
}

/// The text of a page as the log has it; `None` where that cannot be read any more. Then only this
/// page's text stands still: the updates stay in the log, and everything else goes on.
pub(crate) fn load(tx: &dyn Tx, page: &PageId) -> Result<Option<TextDoc>> {
    let (snapshot, updates) = tx.text(page)?;
    let updates = updates.iter().map(Vec::as_slice);
    match TextDoc::load(snapshot.as_deref(), updates) {
        Ok(doc) => Ok(Some(doc)),
        Err(error) => {
            tracing::error!(%error, %page, "a text cannot be read");
            Ok(None)
        }
    }
}

/// Adds an update; `false` where it is not one. One that builds on text which is not here (the hub was
/// restored, and the device that wrote it has not called yet) is taken and waits.
pub(crate) fn import(doc: &mut TextDoc, update: &[u8]) -> bool {
    doc.import(update).is_ok()
}

/// The text at a version; `None` where the hub does not have it.
pub(crate) fn at(doc: &TextDoc, version: &TextVersion) -> Option<RichText> {
    doc.at(version)
}

/// Everything, history included; `None` while an update waits, because a snapshot would lose it.
pub(crate) fn snapshot(doc: &TextDoc) -> Option<Vec<u8>> {
    let snapshot = doc.snapshot();
    (doc.waiting() == 0 && !snapshot.is_empty()).then_some(snapshot)
}
