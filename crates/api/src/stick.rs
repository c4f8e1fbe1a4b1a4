//! "Porta con la chiavetta": one's work carried by hand where there is no line.

use crate::{Code, command};
use domain::{FileId, FileRef, UnixMs};
use serde::{Deserialize, Serialize};

/// A stick, or another folder that may be used like one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The folder.
    pub path: String,
    /// What the system calls it.
    pub name: String,
    /// Bytes that are free.
    pub free: u64,
}

/// What would go onto a stick now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The hub's keys are known: without them nothing can be sealed for it.
    pub ready: bool,
    /// Own operations that wait.
    pub ops: u32,
    /// Bytes of files that wait to go up.
    pub bytes: u64,
    /// Files that pages show or offer and that are not here: they may be asked for.
    pub missing: Vec<FileRef>,
    /// What was written before, newest first.
    pub sent: Vec<Sent>,
}

/// A bundle that was written here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The name of its file.
    pub name: String,
    /// When.
    pub at: UnixMs,
    /// Operations in it.
    pub ops: u32,
    /// When its answer came back.
    pub answered: Option<UnixMs>,
}

/// What was written now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The name of the file.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Operations in it.
    pub ops: u32,
    /// Files in it.
    pub files: u32,
}

/// What is on a stick. Of contents nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Answers for this computer.
    pub answers: Vec<Bundle>,
    /// Bundles that may be carried to the hub, this computer's own too.
    pub bundles: Vec<Bundle>,
    /// Files that look like bundles and cannot be used: name, and why.
    pub unusable: Vec<(String, Code)>,
}

/// A bundle, as its carrier sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Identity.
    pub id: String,
    /// The comune's name.
    pub comune: String,
    /// What people call the computer it comes from.
    pub computer: String,
    /// When it was made.
    pub at: UnixMs,
    /// Its size in bytes.
    pub size: u64,
    /// It comes from this computer.
    pub own: bool,
    /// Its answer is beside it.
    pub answered: bool,
}

/// What an answer brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// Answers that were taken in.
    pub answers: u32,
    /// Operations that the hub accepted.
    pub accepted: u32,
    /// Operations that it refused: each is in "Da risolvere".
    pub refused: u32,
    /// Pages that look different now.
    pub pages: u32,
    /// Files that came.
    pub files: u32,
    /// There is more to read, or files did not fit: another stick would bring it.
    pub more: bool,
    /// The hub took nothing, and why.
    pub refusal: Option<Code>,
}

/// What became of a stick that was put in to be carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// Bundles that were taken along.
    pub taken: u32,
    /// Answers that were put on it.
    pub brought: u32,
}

/// What goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StickState {
    /// Bytes written so far, while a stick is written.
    pub writing: Option<u64>,
    /// What was taken along for the hub.
    pub loads: Vec<Load>,
}

/// A bundle that was taken along for the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The bundle.
    pub bundle: Bundle,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a bundle has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waiting for the line, or on its way: bytes that went up.
    Going(u64),
    /// The limits of the line hold it back.
    Held,
    /// The hub is not well, or not to be trusted; it is tried again.
    Troubled(Code),
    /// The answer waits here to be put on the stick.
    Answered,
    /// The hub does not take it.
    Failed(Code),
}

command! {
    /// The sticks that are plugged in.
    StickPlaces = "stick_places" -> Vec<Place> {}
}
command! {
    /// What would go onto a stick.
    StickPlan = "stick_plan" -> Plan {}
}
command! {
    /// Writes what waits onto a stick, in one file.
    StickWrite = "stick_write" -> Written {
        /// The folder, one of [`StickPlaces`].
        place: String,
        /// Files to ask for.
        wishes: Vec<FileId>,
    }
}
command! {
    /// Looks what is on a stick.
    StickLook = "stick_look" -> Look {
        /// The folder.
        place: String,
    }
}
command! {
    /// Takes in the answers on a stick that are for this computer.
    StickTake = "stick_take" -> Brought {
        /// The folder.
        place: String,
    }
}
command! {
    /// Takes the bundles on a stick along for the hub, and puts on it the answers that wait for it. The engine carries
    /// them; nobody waits here.
    StickMeet = "stick_meet" -> Met {
        /// The folder.
        place: String,
    }
}
command! {
    /// What goes on with sticks.
    StickStateLoad = "stick_state_load" -> StickState {}
}
