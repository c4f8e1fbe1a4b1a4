//! The contract between the app and the hub.
//!
//! One duplex call, `POST /v1/sync`, carries operations up and the log down; the cursor is the only
//! session. Files travel apart as content-addressed chunks. Every authenticated call is signed by the
//! device (see [`auth`]).
//!
//! # Bodies
//!
//! | | version 1 | version 2 |
//! |---|---|---|
//! | content | JSON | frame: JSON that leaves out what can be told ([`wire`]), then raw bytes |
//! | compression | zstd, `content-encoding: zstd` | zstd with a shipped dictionary, no header ([`pack`]) |
//! | read by | version 1 and later | version 2 and later |
//!
//! A body that begins with neither zstd's magic number nor a frame's mark is plain JSON, for debugging.
//! The answer comes in the version of the request. Field names are short because a one-word edit must fit
//! in a kilobyte both ways.

pub mod auth;
pub mod calls;
pub mod carried;
pub mod files;
pub mod firma;
mod frame;
mod operation;
pub mod pack;
mod rows;
mod sync;
pub mod wire;

pub use frame::{push_varint, take_varint};
pub use operation::{Logged, LoggedBody, Operation, SCHEMA};
pub use sync::{
    Digest, MAX_REQUEST, MAX_RESPONSE, OpResult, Outcome, Pull, SyncRequest, SyncResponse, mark,
};

/// The version of this contract; a hub serves its own and the two before it.
pub const PROTOCOL: u16 = 2;
