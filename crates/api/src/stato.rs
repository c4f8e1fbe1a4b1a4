//! The state of the line and of one's own work; "Oggi"; "Da risolvere".

use crate::command;
use domain::line::{Carried, Fault, Held, LineLimits};
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
    /// Why.
    pub why: Why,
}

/// Why a change is not at the hub yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// It goes as soon as the line carries it.
    Line,
    /// It was sent; the hub's answer is awaited.
    Answer,
    /// Its files go first.
    Files {
        /// Bytes of them that the hub has.
        sent: u64,
        /// All their bytes.
        all: u64,
        /// Why they wait, where a limit holds them back.
        held: Option<Held>,
    },
    /// An earlier change of the same page goes first.
    Earlier,
    /// The hub cannot take it yet: it is too old for it.
    Parked,
    /// The hub lost its page (it was restored from a backup) and does not have it again yet.
    Page,
    /// The hub fails at it; it is tried again later, and the others go on.
    Failing,
}

/// What goes now, what is left, what holds it back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Transit {
    /// What goes now.
    pub going: Option<Going>,
    /// Bytes that may go and come now: files, and operations as they travel.
    pub left: u64,
    /// How long that takes by what the line carries today, in seconds; `None` where it was not measured.
    pub seconds: Option<u64>,
    /// Files that wait to come down: how many, how many bytes.
    pub downloads: (u32, u64),
    /// What a limit holds back.
    pub held: Option<HeldBack>,
    /// A person said that everything goes now, whatever is limited.
    pub released: bool,
    /// The last call failed for this reason.
    pub fault: Option<Fault>,
    /// Files that could not be carried for a reason of their own; they are tried again from time to time.
    #[serde(default)]
    pub left_alone: Vec<LeftAlone>,
    /// Signed documents that wait for their time stamp, or for what else makes them last.
    #[serde(default)]
    pub signed: u32,
}

/// What goes now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Going {
    /// Changes.
    Changes {
        /// How many.
        count: u32,
    },
    /// A file.
    File {
        /// Its name.
        name: String,
        /// A page that shows or offers it, with the page's title.
        page: Option<(PageId, String)>,
        /// It goes up.
        up: bool,
        /// Bytes that are where they should be.
        done: u64,
        /// All its bytes.
        size: u64,
    },
}

/// A file that could not be carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftAlone {
    /// Its name.
    pub name: String,
    /// A page that shows or offers it, with the page's title.
    pub page: Option<(PageId, String)>,
    /// It goes up.
    pub up: bool,
    /// Why not.
    pub why: Fault,
}

/// Files that a limit holds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// Which limit.
    pub why: Held,
    /// How many files.
    pub files: u32,
    /// How many bytes.
    pub bytes: u64,
}

/// The limits of the line and what they are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRules {
    /// What the person chose.
    pub limits: LineLimits,
    /// Bytes carried this month, both ways.
    pub spent: u64,
    /// Whether the system says that the line is metered; `None` where it does not know.
    pub detected: Option<bool>,
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
    /// What goes now, what is left, what holds it back.
    TransitLoad = "transit_load" -> Transit {}
}
command! {
    /// "Invia e scarica tutto adesso": what is limited holds nothing until everything was carried; and back.
    LineRelease = "line_release" -> Transit {
        /// Everything goes now.
        on: bool,
    }
}
command! {
    /// The limits of the line.
    LineRulesLoad = "line_rules_load" -> LineRules {}
}
command! {
    /// Chooses the limits of the line.
    LineRulesSet = "line_rules_set" -> LineRules {
        /// What the person chose.
        limits: LineLimits,
    }
}
command! {
    /// Writes a diagnosis without personal data to a folder, for whoever helps. Gives the file's path.
    DiagnosisExport = "diagnosis_export" -> String {}
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
    AttemptList = "attempt_list" -> Vec<Attempt> {
        /// Which of them.
        only: AttemptFilter,
    }
}
command! {
    /// Which programs talk to each other, for the facilitatore.
    VersionsLoad = "versions_load" -> Versions {}
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

/// The versions of the programs at both ends of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Of this one.
    pub app: String,
    /// Of the hub; none before it said so.
    pub hub: Option<String>,
}

/// Which tries to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptFilter {
    /// All.
    #[default]
    All,
    /// Those that failed.
    Failed,
    /// Those that carried changes or files.
    Carried,
}

/// A try to reach the hub, or a run of tries that ended alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When; for a run, the first.
    pub at: UnixMs,
    /// For a run, when the last was; else as `at`.
    pub until: UnixMs,
    /// How many tries.
    pub times: u32,
    /// How long it took, in milliseconds; for a run, the last.
    pub ms: u32,
    /// Bytes sent, in all.
    pub up: u64,
    /// Bytes received, in all.
    pub down: u64,
    /// Operations sent and received.
    pub ops: (u32, u32),
    /// What it carried.
    pub carried: Carried,
    /// The round trip as measured by then, in milliseconds.
    pub rtt: Option<u32>,
    /// What the line carried by then, in bytes per second.
    pub goodput: Option<u64>,
    /// Why it failed; `None` where it succeeded.
    pub error: Option<Fault>,
}
