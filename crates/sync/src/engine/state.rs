//! What the engine tells.

use crate::CallError;
use domain::line::{Fault, Held};
use domain::{FileId, UnixMs};
use std::collections::BTreeMap;
use store::Applied;

/// The line, as people are told of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Line {
    /// The last call succeeded.
    Up,
    /// The hub cannot be reached, or was not tried yet; tried again by itself.
    #[default]
    Down,
    /// The person chose to work without the network.
    Off,
    /// The hub answers, but not as it should; tried again by itself.
    Trouble,
    /// This device may not call any more: revoked, expired or unknown. [`EngineState::error`] tells which.
    Revoked,
}

/// The state of the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineState {
    /// The line.
    pub line: Line,
    /// Since when it is so.
    pub since: UnixMs,
    /// When the hub last took and gave everything there was.
    pub last_ok: Option<UnixMs>,
    /// Operations, a stretch of log or files are being carried now.
    pub busy: bool,
    /// Why the last call failed; `None` after one that succeeded.
    pub error: Option<CallError>,
    /// The hub's clock minus ours in milliseconds, where they differ by more than five minutes.
    pub clock_off: Option<i64>,
    /// What is being carried, while [`EngineState::busy`].
    pub moving: Option<Moving>,
    /// Why large files wait, where a limit holds them back.
    pub held: Option<Held>,
    /// The limits were looked at since the start: before, [`EngineState::held`] says nothing.
    pub limits_known: bool,
    /// Files that could not be carried for a reason of their own, and the reason. They are tried again from time to
    /// time; the others do not wait for them.
    pub left_alone: BTreeMap<FileId, Fault>,
    /// A person said that everything goes now, whatever is limited.
    pub released: bool,
    /// Whether the system says that the line is metered; `None` where it does not know.
    pub metered: Option<bool>,
    /// What the line carried lately, in bytes per second, two digits of it; `None` before it was measured.
    pub goodput: Option<u64>,
}

impl EngineState {
    /// Nothing is carried any more.
    pub(super) fn rest(&mut self) {
        self.busy = false;
        self.moving = None;
    }
}

/// What is being carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moving {
    /// Operations.
    Operations {
        /// How many go up in this call.
        up: u32,
    },
    /// A file.
    File {
        /// Which.
        id: FileId,
        /// It goes up.
        up: bool,
        /// Bytes that are where they should be.
        done: u64,
        /// All its bytes.
        size: u64,
    },
}

/// Something happened. Slow listeners miss events and should then look at everything anew.
#[derive(Debug, Clone)]
pub enum Event {
    /// The state changed.
    State(EngineState),
    /// An answer of the hub changed the workspace.
    Applied(Applied),
    /// The hub has the whole file now.
    Uploaded(FileId),
    /// The bytes of a file are here now, whole.
    Downloaded(FileId),
    /// Newer trusted lists are here.
    Lists,
    /// A signed file got better, waits again, or left the queue.
    Upgrades,
    /// How a certificate stands is known now that somebody's judgement lacked, or why it is not.
    Facts,
}

/// What a failure makes of the line.
pub(super) fn line_after(error: &CallError) -> Line {
    match error {
        CallError::NoLine(_) | CallError::Cut(_) | CallError::Stalled => Line::Down,
        CallError::Revoked | CallError::Expired | CallError::Unauthorized => Line::Revoked,
        _ => Line::Trouble,
    }
}
