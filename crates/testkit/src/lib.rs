//! What the tests of every crate share: people and places, and a bad line.
//!
//! The line is [`Cable`], a TCP proxy between app and hub that can be cut, slowed and made to lie, and
//! counts what passes. It is the plain form of a link emulator: it works without root and inside the
//! tests' own process. The binary `cavo` is the same cable for journeys through the real window.

mod cable;
mod liar;
mod people;

pub use cable::{Cable, Fault, Traffic};
pub use liar::{Liar, Lie};
pub use people::{ANNA, BRUNO, CARLA, DARIO, Person, ROCCAVERANO, VESIME};
