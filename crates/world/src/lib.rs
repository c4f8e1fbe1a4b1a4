//! What lies outside the program and a simulation must decide: [`chance`], and threads ([`Work`]).
//!
//! In production both are the operating system's. The deterministic simulation (`crates/sim`) runs the
//! same code on one thread with a seed, so that the same seed tells the same story. Time is not here:
//! clocks are passed in, and waiting is tokio's, which the simulation pauses.

pub mod chance;
mod work;

pub use work::{Panicked, Work};
