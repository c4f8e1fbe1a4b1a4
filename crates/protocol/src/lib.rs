//! The contract between the app and the hub.
//!
//! One duplex call, `POST /v1/sync`, carries operations up and the log down; the cursor is the only
//! session. Files travel apart as content-addressed chunks. Bodies are JSON, compressed with zstd
//! (`content-encoding: zstd`); a body without that header is read as plain JSON, for debugging.
//! Every authenticated call is signed by the device (see [`auth`]).
//!
//! Field names are short on the wire because a one-word edit must fit in a kilobyte both ways.

pub mod auth;
pub mod calls;
pub mod files;
mod operation;
mod sync;

pub use operation::{Logged, LoggedBody, Operation, SCHEMA};
pub use sync::{MAX_REQUEST, MAX_RESPONSE, OpResult, Outcome, Pull, SyncRequest, SyncResponse};

/// The version of this contract; a hub serves its own and the two before it.
pub const PROTOCOL: u16 = 1;
