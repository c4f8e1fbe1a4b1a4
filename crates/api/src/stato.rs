//! The state of the line and of one's own work; "Oggi"; "Da risolvere".

use crate::command;
use domain::sito::{FieldChange, PageKind, RichText};
use domain::{PageId, RefusalCode, UnixMs};
use serde::{Deserialize, Serialize};

/// The state of the line, for the words that are always in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The last call succeeded.
    Up,
    /// A call is under way.
    Busy,
    /// The hub cannot be reached; tried again by itself.
    Down,
    /// The person chose to work without the network.
    Off,
    /// The hub answers, but not as it should; tried again by itself.
    Trouble,
    /// This device was revoked.
    Revoked,
}

/// The line and one's own work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineState {
    /// The line.
    pub line: Line,
    /// Since when it is so.
    pub since: UnixMs,
    /// When the hub last took or gave everything there was.
    pub last_ok: Option<UnixMs>,
    /// Own changes that wait.
    pub waiting: u32,
    /// Bytes of files that wait.
    pub waiting_bytes: u64,
    /// Things in "Da risolvere".
    pub conflicts: u32,
    /// The hub's clock minus ours in milliseconds, where they differ by more than five minutes.
    pub clock_off: Option<i64>,
}

/// The home.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Oggi {
    /// The line.
    pub line: LineState,
    /// Pages of one's own that are not public yet or differ from what is public, newest first.
    pub drafts: Vec<crate::sito::PageRow>,
    /// Pages that colleagues changed lately, newest first.
    pub arrivals: Vec<crate::sito::PageRow>,
    /// News whose last day is near.
    pub deadlines: Vec<crate::sito::PageRow>,
    /// Pages in the site, by kind.
    pub counts: Vec<(PageKind, u32)>,
}

/// A change that waits, in the panel "Cosa aspetta".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The page.
    pub page: PageId,
    /// Its title.
    pub title: String,
    /// What waits.
    pub what: WaitingWhat,
    /// Since when.
    pub since: UnixMs,
    /// For a publication that waits for files: bytes sent, bytes in all.
    pub files: Option<(u64, u64)>,
}

/// What kind of change waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingWhat {
    /// A new page.
    New,
    /// Edits.
    Edit,
    /// A publication.
    Publication,
    /// Taking off the public site.
    Withdrawal,
    /// A deletion.
    Deletion,
}

/// A disagreement for a person to settle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// Its number.
    pub id: i64,
    /// The page.
    pub page: PageId,
    /// The page's title.
    pub title: String,
    /// When it came in.
    pub at: UnixMs,
    /// What it is about.
    pub about: About,
    /// What can be done, the advised one first.
    pub remedies: Vec<Remedy>,
}

/// What a disagreement is about, with both facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum About {
    /// Two people gave a field different values.
    Field {
        /// What stands.
        theirs: FieldChange,
        /// What was asked for.
        yours: FieldChange,
    },
    /// The page was deleted by a colleague while it was being edited: it lives on as a draft.
    Revived,
    /// Words written in a part of the text that a colleague deleted.
    Words {
        /// The words.
        words: String,
    },
    /// Any other refusal of the hub.
    Refused {
        /// The reason.
        code: RefusalCode,
        /// What had been asked for.
        what: WaitingWhat,
        /// The text that was not taken, where there is one.
        text: Option<RichText>,
    },
}

/// What can be done about a disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Let stand what stands.
    KeepTheirs,
    /// Put mine in its place.
    UseMine,
    /// I have seen it; go on.
    Acknowledge,
    /// Delete the page after all.
    DeleteAgain,
    /// Ask for publication again, of the page as it is now.
    PublishAgain,
}

command! {
    /// The home.
    OggiLoad = "oggi_load" -> Oggi {}
}
command! {
    /// The line.
    LineLoad = "line_load" -> LineState {}
}
command! {
    /// "Lavora senza rete", and back.
    LineSetOff = "line_set_off" -> LineState {
        /// Work without the network.
        off: bool,
    }
}
command! {
    /// Try now.
    LineSyncNow = "line_sync_now" -> LineState {}
}
command! {
    /// What waits and why.
    WaitingList = "waiting_list" -> Vec<Waiting> {}
}
command! {
    /// Writes one's unsent work to a folder, for a device that may not call any more. Gives the file's path.
    WaitingExport = "waiting_export" -> String {}
}
command! {
    /// "Da risolvere".
    ConflictList = "conflict_list" -> Vec<Conflict> {}
}
command! {
    /// Settles a disagreement.
    ConflictResolve = "conflict_resolve" -> () {
        /// Its number.
        id: i64,
        /// What to do.
        remedy: Remedy,
    }
}
command! {
    /// The last tries to reach the hub, newest first, for the facilitatore.
    AttemptList = "attempt_list" -> Vec<Attempt> {}
}
command! {
    /// A note from the UI for the log (errors of the web view). Never holds what people wrote.
    UiLog = "ui_log" -> () {
        /// Where and what, in English.
        message: String,
    }
}

command! {
    /// The first screen stands: the watchdog of white windows may rest.
    UiReady = "ui_ready" -> () {}
}

/// A try to reach the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: UnixMs,
    /// How long it took, in milliseconds.
    pub ms: u32,
    /// Bytes sent.
    pub up: u64,
    /// Bytes received.
    pub down: u64,
    /// Operations sent and received.
    pub ops: (u32, u32),
    /// Why it failed, a short English word or two; `None` where it succeeded.
    pub error: Option<String>,
}
