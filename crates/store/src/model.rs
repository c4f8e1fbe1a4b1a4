//! What the workspace shows to the rest of the app.

use domain::sito::{Fields, Page, PageChange, PageKind, RichText, TextVersion};
use domain::{FileRef, OpId, PageId, RefusalCode, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the public has of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Never public, or taken off.
    Draft,
    /// Publication was asked for and waits.
    Requested,
    /// Public as it is.
    Published,
    /// Public in an older version.
    Changed,
}

/// A page in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRow {
    /// Identity.
    pub id: PageId,
    /// Kind.
    pub kind: PageKind,
    /// Title; may be empty.
    pub title: String,
    /// What the public has.
    pub status: Status,
    /// Own changes wait for the hub.
    pub waiting: bool,
    /// Last change.
    pub edited_at: UnixMs,
    /// By whom.
    pub edited_by: String,
    /// Last day it matters (`2026-12-31`).
    pub until: Option<String>,
}

/// A stretch of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageList {
    /// How many there are in all.
    pub total: u32,
    /// Those from the offset on.
    pub rows: Vec<PageRow>,
}

/// Which pages a list holds; deleted pages never.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this kind.
    pub kind: Option<PageKind>,
    /// Only this status.
    pub status: Option<Status>,
    /// Only pages with all these words (prefixes) in title, description or text.
    pub query: String,
}

/// A page found by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// The page.
    pub row: PageRow,
    /// A few words around the find, each found word between U+0002 and U+0003.
    pub snippet: String,
}

/// The text of a page and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextState {
    /// The version that the next edit is based on.
    pub version: TextVersion,
    /// The text.
    pub text: RichText,
    /// After an edit: the text is not what was sent, because others wrote meanwhile.
    pub merged: bool,
    /// After an edit that was merged: the version of exactly what was sent, without what others wrote. Where
    /// the person typed on and the merged text cannot be shown yet, the next edit is based on this one.
    pub own: Option<TextVersion>,
}

/// A page, open.
#[derive(Debug, Clone, PartialEq)]
pub struct PageView {
    /// As in a list.
    pub row: PageRow,
    /// The page as this device shows it: own waiting changes included.
    pub page: Page,
    /// The page as the comune's log has it; `None` while its creation waits.
    pub confirmed: Option<Page>,
    /// The text.
    pub text: TextState,
    /// The files of fields and text, each with whether its bytes are here.
    pub files: Vec<(FileRef, bool)>,
    /// Open disagreements about this page.
    pub conflicts: u32,
}

/// What kind of thing was done, for the history and for "what waits".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A new page.
    New,
    /// An edit of fields, files or text.
    Edit,
    /// A publication; in the history of what waits, its request.
    Publication,
    /// Taking off the public site.
    Withdrawal,
    /// A deletion.
    Deletion,
}

impl What {
    /// The kind of a change.
    pub fn of(change: &PageChange) -> Self {
        match change {
            PageChange::Create { .. } => Self::New,
            PageChange::Publish { .. } => Self::Publication,
            PageChange::Unpublish => Self::Withdrawal,
            PageChange::Delete => Self::Deletion,
            PageChange::Set { .. }
            | PageChange::AddTopic(_)
            | PageChange::RemoveTopic(_)
            | PageChange::Attach(_)
            | PageChange::Detach(_)
            | PageChange::Text { .. } => Self::Edit,
        }
    }
}

/// A version in the history of a page: the edits of one person within ten minutes are one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// Its number.
    pub id: i64,
    /// When it was last edited.
    pub at: UnixMs,
    /// By whom.
    pub by: String,
    /// What was done.
    pub what: What,
    /// The hub published this version.
    pub published: bool,
}

/// A version of a page, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// As in the list.
    pub row: VersionRow,
    /// The fields.
    pub fields: Fields,
    /// The text.
    pub text: RichText,
}

/// An operation of the outbox, for the panel "what waits and why".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The operation.
    pub op: OpId,
    /// The page.
    pub page: PageId,
    /// The page's title.
    pub title: String,
    /// What waits.
    pub what: What,
    /// Since when.
    pub since: UnixMs,
    /// For what.
    pub wait: Wait,
    /// How often it was sent without an answer.
    pub attempts: u32,
}

/// What an operation waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The line.
    Line,
    /// The hub's answer: it was sent.
    Answer,
    /// Files that must be at the hub first.
    Files {
        /// Bytes of the files that are not whole at the hub.
        bytes: u64,
        /// Of these, bytes that the hub has.
        sent: u64,
    },
    /// An earlier operation on the same page that waits for files or stands aside.
    Earlier,
    /// A newer hub: this one cannot read the operation.
    NewerHub,
    /// Its page: the hub was restored from a backup, and whoever made the page has not sent it again yet.
    Page,
    /// Another try later: the hub failed at it again and again.
    HubRecovered,
}

/// A disagreement for a person to settle ("Da risolvere").
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Its number.
    pub id: i64,
    /// The page.
    pub page: PageId,
    /// The page's title.
    pub title: String,
    /// When it came in.
    pub at: UnixMs,
    /// What happened.
    pub kind: ConflictKind,
    /// What stands, in the shape of the change it concerns (a `FieldChange` for a field).
    pub theirs: Option<Value>,
    /// What was asked for, in the same shape; the findings for an incomplete page.
    pub yours: Option<Value>,
    /// The change that was not accepted.
    pub change: Option<PageChange>,
    /// For an edit of the text that was not accepted: the whole text as its author had it.
    pub text: Option<RichText>,
    /// The operation that was not accepted.
    pub op: Option<OpId>,
}

/// The kinds of disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictKind {
    /// The hub did not accept an operation.
    Refused(RefusalCode),
    /// A page was deleted by one and edited by another: it lives on as a draft.
    Revived,
    /// Paragraphs that one removed while another wrote in them; `text` holds them, and they are still part of
    /// the page's text. `UseMine` makes them paragraphs like any other, `KeepTheirs` removes them.
    Words,
}

/// What can be done about a disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Let stand what stands.
    KeepTheirs,
    /// Put mine in its place: the value of the field, or the whole text as it was.
    UseMine,
    /// Seen; nothing to do.
    Acknowledge,
    /// Delete the page after all.
    DeleteAgain,
    /// Ask again to publish the page, as it is now.
    PublishAgain,
}

/// A page that somebody else changed lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The page.
    pub row: PageRow,
    /// When this device learned of it.
    pub at: UnixMs,
    /// Who changed it.
    pub by: String,
}

/// What the home shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Today {
    /// Own operations that wait.
    pub waiting: u32,
    /// Bytes of files that wait to go up.
    pub waiting_bytes: u64,
    /// Open disagreements.
    pub conflicts: u32,
    /// Pages last edited by this person that are not public as they are, newest first, at most 20.
    pub drafts: Vec<PageRow>,
    /// Pages that others changed and nobody opened here since, newest first, at most 20.
    pub arrivals: Vec<Arrival>,
    /// News that are public and whose last day is near, nearest first, at most 20.
    pub deadlines: Vec<PageRow>,
    /// Pages by kind.
    pub counts: Vec<(PageKind, u32)>,
}

/// What an answer of the hub changed here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Pages that look different now.
    pub changed: Vec<PageId>,
    /// Operations that the hub accepted in this answer.
    pub accepted: usize,
    /// Operations that it refused: each is a row in "Da risolvere" now.
    pub refused: usize,
    /// New rows in "Da risolvere", for whatever reason.
    pub conflicts: usize,
    /// There is more to pull: call again.
    pub more: bool,
    /// Scopes that were purged, as on the wire (`005094/sito`).
    pub purged: Vec<String>,
    /// The hub has a new epoch: the log is read anew from its start.
    pub reconciling: bool,
}
