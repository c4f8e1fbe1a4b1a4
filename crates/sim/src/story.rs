//! A story: who does what, what goes wrong, and when. Every step stands by itself, so that a story with
//! any step left out is a story too: that is how a failing one is made short.

use domain::identity::Role;
use std::fmt;

/// What happens, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// All chance in it follows from this.
    pub seed: u64,
    /// How many people there are at the start.
    pub people: usize,
    /// Call after call is repeated at the end, and the hub must not notice.
    pub replay: bool,
    /// What happens.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How long nothing happens before it, in milliseconds.
    pub after: u64,
    /// What happens.
    pub what: What,
}

/// Somebody, by their place; counted around where there are fewer.
pub type Who = usize;

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Somebody does something.
    Act(Who, Act),
    /// What becomes of somebody's next call.
    Line(Who, Fate),
    /// Somebody's computer stops at once.
    Kill(Who),
    /// Somebody's computer stops at the commit after so many others.
    CrashDesk(Who, u32, Side),
    /// The hub stops at the commit after so many others.
    CrashHub(u32, Side),
    /// The hub makes a backup.
    Backup,
    /// The hub is restored from its last backup.
    Restore,
    /// Somebody's clock is put forward (or back), in milliseconds.
    Clock(Who, i64),
    /// The hub's clock is put forward (or back), in milliseconds.
    HubClock(i64),
    /// Somebody's workspace is copied to a second computer, and both go on.
    Twin(Who),
    /// Somebody's role becomes another.
    Role(Who, Role),
    /// Somebody's program is started anew, and speaks the first form of the wire from now on.
    Old(Who),
    /// Nothing: time passes.
    Wait,
}

/// On which side of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It was not made.
    Before,
    /// It was made, and who asked for it never learns.
    After,
}

/// What a person does. Pages are chosen by their place among those that the person sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A new page, with title, summary and text: three words.
    New(u32),
    /// A title.
    Title(usize, u32),
    /// A summary.
    Summary(usize, u32),
    /// A paragraph more, at this place.
    Insert(usize, usize, u32),
    /// Another paragraph instead of this one.
    Replace(usize, usize, u32),
    /// A paragraph less.
    Drop(usize, usize),
    /// The page is opened in the editor: the next edits start from how it looks now.
    Open(usize),
    /// A topic more, or less if it is there.
    Topic(usize, usize),
    /// A file of so many kB more.
    Attach(usize, u32),
    /// The first file less.
    Detach(usize),
    /// Publish.
    Publish(usize),
    /// Take off the site.
    Unpublish(usize),
    /// Delete.
    Delete(usize),
    /// Settle a row of "Da risolvere", in this way.
    Resolve(usize, usize),
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// There is no line.
    NoLine,
    /// It is lost on its way.
    RequestLost,
    /// It is given up, and arrives so many milliseconds later.
    Late(u64),
    /// The hub takes it; the answer is lost.
    AnswerLost,
    /// The hub takes it twice.
    Twice,
    /// An older call of the same desk arrives again first: this many per cent of the way back.
    AfterOlder(u64),
    /// Only so many per cent of the answer arrive, and nobody says that it is not whole.
    Torn(u64),
    /// It takes so many milliseconds more each way.
    Slow(u64),
    /// Before the answer arrives the person does something.
    Meanwhile(Act),
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, {} people", self.seed, self.people)?;
        for (number, step) in (1..).zip(&self.steps) {
            writeln!(f, "{number:3}. {step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {:>6} ms: {}", self.after, self.what)
    }
}

/// The names of people; a twin has the name of the one it was copied from.
pub fn name(who: Who) -> String {
    match ["Anna", "Bruno", "Carla", "Dario"].get(who) {
        Some(name) => (*name).to_owned(),
        None => format!("desk {who}"),
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Act(who, act) => write!(f, "{} {act}", name(*who)),
            Self::Line(who, fate) => write!(f, "the next call of {}: {fate}", name(*who)),
            Self::Kill(who) => write!(f, "the computer of {} stops", name(*who)),
            Self::CrashDesk(who, commits, side) => {
                let who = name(*who);
                write!(
                    f,
                    "the computer of {who} will stop {side} commit {commits} from now"
                )
            }
            Self::CrashHub(commits, side) => {
                write!(f, "the hub will stop {side} commit {commits} from now")
            }
            Self::Backup => f.write_str("the hub makes a backup"),
            Self::Restore => f.write_str("the hub is restored from its backup"),
            Self::Clock(who, by) => write!(f, "the clock of {} moves by {by} ms", name(*who)),
            Self::HubClock(by) => write!(f, "the clock of the hub moves by {by} ms"),
            Self::Twin(who) => write!(f, "the workspace of {} is copied", name(*who)),
            Self::Role(who, role) => write!(f, "{} becomes {role:?}", name(*who)),
            Self::Old(who) => write!(f, "the program of {} is an old one", name(*who)),
            Self::Wait => f.write_str("nothing"),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::After => "right after",
        })
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New(word) => write!(f, "writes a new page ({word})"),
            Self::Title(page, word) => write!(f, "gives page {page} the title {word}"),
            Self::Summary(page, word) => write!(f, "gives page {page} the summary {word}"),
            Self::Insert(page, at, word) => write!(f, "adds {word} to page {page} at {at}"),
            Self::Replace(page, at, word) => {
                write!(f, "writes {word} instead of {at} in page {page}")
            }
            Self::Drop(page, at) => write!(f, "takes paragraph {at} out of page {page}"),
            Self::Open(page) => write!(f, "opens page {page} in the editor"),
            Self::Topic(page, topic) => write!(f, "turns topic {topic} of page {page}"),
            Self::Attach(page, size) => write!(f, "attaches {size} kB to page {page}"),
            Self::Detach(page) => write!(f, "takes a file off page {page}"),
            Self::Publish(page) => write!(f, "publishes page {page}"),
            Self::Unpublish(page) => write!(f, "takes page {page} off the site"),
            Self::Delete(page) => write!(f, "deletes page {page}"),
            Self::Resolve(row, way) => write!(f, "settles row {row} in way {way}"),
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLine => f.write_str("no line"),
            Self::RequestLost => f.write_str("lost on its way"),
            Self::Late(ms) => write!(f, "given up, arrives {ms} ms later"),
            Self::AnswerLost => f.write_str("the answer is lost"),
            Self::Twice => f.write_str("arrives twice"),
            Self::AfterOlder(back) => write!(f, "an older one ({back} %) arrives again first"),
            Self::Torn(part) => write!(f, "{part} % of the answer arrive"),
            Self::Slow(ms) => write!(f, "takes {ms} ms more each way"),
            Self::Meanwhile(act) => write!(f, "before its answer arrives the person {act}"),
        }
    }
}
