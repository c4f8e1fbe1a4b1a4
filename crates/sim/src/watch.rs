//! Where a computer stops: at a commit, on one side of it.

use crate::disk::held;
use crate::story::Side;
use std::sync::Mutex;

/// Stands at the commits of one computer and stops it at the one that was chosen.
#[derive(Debug, Default)]
pub struct Watch(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    armed: Option<(u32, Side)>,
    commits: u64,
}

/// The computer has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl Watch {
    /// It will stop at the commit after so many others.
    pub fn arm(&self, commits: u32, side: Side) {
        held(&self.0).armed = Some((commits, side));
    }

    /// It stops now.
    pub fn stop(&self) {
        held(&self.0).stopped = true;
    }

    /// It starts again; what was armed is forgotten.
    pub fn start(&self) {
        let mut state = held(&self.0);
        state.stopped = false;
        state.armed = None;
    }

    /// It will not stop any more by itself.
    pub fn disarm(&self) {
        held(&self.0).armed = None;
    }

    /// Whether it has stopped.
    pub fn stopped(&self) -> bool {
        held(&self.0).stopped
    }

    /// How many commits there were.
    pub fn commits(&self) -> u64 {
        held(&self.0).commits
    }

    /// A commit is about to be made.
    ///
    /// # Errors
    /// [`Stopped`]: then it is not.
    pub fn before(&self) -> Result<(), Stopped> {
        let mut state = held(&self.0);
        if state.armed == Some((0, Side::Before)) {
            state.stopped = true;
        }
        match state.stopped {
            true => Err(Stopped),
            false => Ok(()),
        }
    }

    /// A commit was made.
    ///
    /// # Errors
    /// [`Stopped`]: then who asked for it never learns.
    pub fn after(&self) -> Result<(), Stopped> {
        let mut state = held(&self.0);
        state.commits += 1;
        match state.armed {
            Some((0, _)) => {
                state.armed = None;
                state.stopped = true;
                Err(Stopped)
            }
            Some((more, side)) => {
                state.armed = Some((more - 1, side));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl store::AtCommit for Watch {
    fn before(&self) -> store::Result<()> {
        Self::before(self).map_err(stopped)
    }

    fn after(&self) -> store::Result<()> {
        Self::after(self).map_err(stopped)
    }
}

fn stopped(_: Stopped) -> store::StoreError {
    store::StoreError::Io(std::io::Error::other("the computer has stopped"))
}
