//! What lies outside the program and a simulation must decide: [`chance`], and threads ([`Work`]).
//!
//! In production both are the operating system's. The deterministic simulation (`crates/sim`) runs the
//! same code on one thread with a seed, so that the same seed tells the same story. Time is not here:
//! clocks are passed in, and waiting is tokio's, which the simulation pauses.
//!
//! Beside these, what both sides of the line do alike with what is outside: how a file stays on a [`disk`], and what
//! the wall clock says in [`Rome`].

pub mod chance;
pub mod disk;
mod rome;
mod work;

pub use rome::Rome;
pub use work::{Panicked, Work};
