//! The engine that carries operations and files between a workspace and the hub.
//!
//! [`Engine::start`] runs one task per workspace. It wakes when something was written here
//! ([`EngineHandle::nudge`]), from time to time, and after a failure with a growing, random pause. What
//! it does then is a *round* (`engine::courier`): operations both ways in `POST /v1/sync`, and beside them
//! files, in lanes of their own (`engine::files`), which make way for what is urgent. Each answer is applied
//! durably before the next call, so that every moment of line brings progress that stays; a call may be
//! lost, torn or repeated at any point, because operations are exactly-once by what they carry and
//! chunks by their hash.
//!
//! No method here waits for the network but [`EngineHandle::settled`] and [`enrol`].

mod client;
mod clock;
mod codec;
mod engine;
mod enrol;
mod error;
mod files_client;
mod key;
mod meter;
pub mod stick;
pub mod transport;

pub use client::{HubClient, SendTime, Signer, Weighed, Weight};
pub use clock::{Clock, SystemClock};
pub use engine::{
    Engine, EngineConfig, EngineHandle, EngineState, Event, FirmaConfig, FirmaPace, Line, Moving,
    Pace, Sought, Wanted, add_upgrade, known_facts, month_of,
};
pub use enrol::{EnrolError, enrol, enrol_over};
pub use error::CallError;
pub use key::DeviceKey;
pub use meter::Meter;
