//! What the tests of every crate share: people and places, a province in this process, and a bad line.
//!
//! The line is [`Cable`], a TCP proxy between app and hub that can be cut, slowed and torn, and counts
//! what passes. It is the plain form of a link emulator: it works without root and inside the tests'
//! own process. The binary `cavo` is the same cable for journeys through the real window. [`Inside`] is
//! a way to the hub without any network, that loses and repeats calls; [`Liar`] is no hub at all. [`Linkbox`]
//! is the real thing, where there is root: kernel TCP over an emulated rural line (binary `linkbox`).

mod cable;
mod chance;
mod desk;
mod inside;
mod liar;
#[cfg(target_os = "linux")]
mod linkbox;
mod people;
mod province;

pub use cable::{Cable, Fault, Traffic};
pub use chance::Chance;
pub use desk::{Desk, FakeClock, Look, brisk};
pub use inside::{Fate, Inside, call_inside};
pub use liar::{Liar, Lie};
#[cfg(target_os = "linux")]
pub use linkbox::{
    Count, FAR, Line, Linkbox, LinkboxError, NEAR, NoSuchProfile, Passed, Profile, Schedule, Side,
    possible, remove_all,
};
pub use people::{ANNA, BRUNO, CARLA, DARIO, Person, ROCCAVERANO, VESIME};
pub use province::{Outcome, Province, code_at, log_at};
