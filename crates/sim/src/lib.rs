//! Deterministic simulation: several desks and one hub in virtual time, on one thread, everything going
//! wrong. Nothing here is a model: the workspace, the engine and the hub are the ones that people use, on
//! disks in memory, with chance, threads, time and the line in the hands of a *story*.
//!
//! A seed gives a [`story::Story`]: who writes what, which call is lost, late, repeated or torn, where a
//! computer stops (every commit of either side is such a place), when the hub comes back from yesterday's
//! backup. The story is told ([`run::Teller`]); then the faults end, everything must come to rest within a
//! few rounds, and what is left is held against what was said and done ([`check`]). A story that fails is
//! made short ([`shrink`]) and printed. That the simulation can fail is shown by bugs planted on purpose
//! ([`mutant`]).

pub mod centro;
pub mod check;
pub mod clock;
pub mod desk;
pub mod disk;
pub mod ledger;
pub mod line;
pub mod many;
pub mod mutant;
pub mod roll;
pub mod run;
pub mod shrink;
pub mod story;
pub mod swarm;
pub mod watch;

/// What can fail in the scenery, not in the play.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
