//! What signatures need from elsewhere, fetched when the line has nothing better to do: the trusted lists once a day, and
//! for signed files their time stamp, chain and revocation facts, and how certificates stand that a judgement lacks. Nothing here holds up a round, and nobody waits for it.
//!
//! A task of its own beside the engine's. It begins a call only while the line is up and no operation and no file
//! moves, and none of its calls carries more than a few seconds of line; what is limited about the line holds it back
//! as it holds files.

mod calls;
mod facts;
mod lists;
mod paper;
mod place;
mod task;

pub(super) use facts::Questions;
pub use facts::{Sought, Wanted, known_facts};
pub use paper::add_upgrade;
pub(super) use task::Task;

use std::path::{Path, PathBuf};
use std::time::Duration;
use trust::Roots;

/// What the engine needs for it.
#[derive(Debug, Clone)]
pub struct FirmaConfig {
    /// Where the lists are kept: the folder is made when they come.
    pub folder: PathBuf,
    /// Who may sign the European list of lists.
    pub roots: Roots,
    /// The rhythm.
    pub pace: FirmaPace,
}

/// The rhythm.
#[derive(Debug, Clone, Copy)]
pub struct FirmaPace {
    /// The lists are asked for so often.
    pub lists: Duration,
    /// After a try that failed; doubled by each further one.
    pub retry: Duration,
    /// The longest wait after tries that failed.
    pub longest: Duration,
}

impl Default for FirmaPace {
    fn default() -> Self {
        Self {
            lists: Duration::from_secs(24 * 3600),
            retry: Duration::from_secs(60),
            longest: Duration::from_secs(12 * 3600),
        }
    }
}

impl FirmaConfig {
    /// The usual one: the lists in this folder, by the Official Journal.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            roots: Roots::official_journal(),
            pace: FirmaPace::default(),
        }
    }

    /// The file with the lists ([`trust::bundle`]).
    pub fn file(&self) -> PathBuf {
        file_in(&self.folder)
    }
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("elenchi.fide")
}
