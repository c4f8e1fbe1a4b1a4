//! The shape of what foreign programs send: identities become file names and addresses.

use domain::sito::{FieldChange, PageChange};
use domain::{Change, FileId, FileRef, OpId};
use protocol::Operation;
use protocol::files::MAX_FILE;

/// The longest identity, in bytes (a UUID has 36).
const MAX_ID: usize = 64;
/// The longest name of a file, in characters.
const MAX_FILE_NAME: usize = 255;

/// Whether an operation's identities are ones.
pub(super) fn operation(op: &Operation) -> bool {
    let Change::Sito(change) = &op.change;
    op_id(&op.id) && id(&op.entity) && page_change(change)
}

fn op_id(op: &OpId) -> bool {
    id(op.as_str())
}

fn id(text: &str) -> bool {
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    (1..=MAX_ID).contains(&text.len()) && text.as_bytes().iter().all(known)
}

fn page_change(change: &PageChange) -> bool {
    match change {
        PageChange::Attach(reference) => file(reference),
        PageChange::Set {
            change: FieldChange::Cover(Some(cover)),
            ..
        } => file(&cover.file),
        PageChange::Set {
            change: FieldChange::Office(Some(office)),
            ..
        } => id(office.as_str()),
        PageChange::Detach(file) => file_id(file),
        PageChange::AddTopic(topic) | PageChange::RemoveTopic(topic) => id(topic.as_str()),
        _ => true,
    }
}

/// Whether a reference to a file is one.
pub(super) fn file(file: &FileRef) -> bool {
    let name = file.name.chars().count();
    file_id(&file.id)
        && (1..=MAX_FILE_NAME).contains(&name)
        && !file.name.chars().any(|c| c.is_control() || c == '/')
        && file.media.len() <= MAX_FILE_NAME
        && file.size <= MAX_FILE
}

/// Whether this is a BLAKE3 hash in lower-case hex.
pub(crate) fn file_id(file: &FileId) -> bool {
    hex(file.as_str())
}

/// Whether this is a BLAKE3 hash in lower-case hex.
pub(crate) fn hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
