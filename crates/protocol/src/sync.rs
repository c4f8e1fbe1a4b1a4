//! The one duplex call.

use crate::{Logged, Operation};
use domain::identity::Scope;
use domain::{OpId, Refusal, UnixMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The largest request body, decompressed, in bytes.
pub const MAX_REQUEST: usize = 1024 * 1024;
/// The largest response body, decompressed, in bytes.
pub const MAX_RESPONSE: usize = 8 * 1024 * 1024;

/// `POST /v1/sync`, up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// [`crate::PROTOCOL`].
    #[serde(rename = "v")]
    pub protocol: u16,
    /// The hub's epoch as the device knows it; 0 before the first answer.
    #[serde(rename = "ep", default)]
    pub epoch: u64,
    /// For each scope, the log position up to which the device has applied everything.
    #[serde(rename = "cur", default)]
    pub cursors: BTreeMap<Scope, u64>,
    /// Operations in the order of their `n`.
    #[serde(rename = "ops", default, skip_serializing_if = "Vec::is_empty")]
    pub ops: Vec<Operation>,
    /// About how many bytes of log, before compression, the device wants in the answer.
    #[serde(rename = "max", default)]
    pub budget: u32,
    /// The device wants its own operations in full (its database was copied or restored).
    #[serde(rename = "own", default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

/// `POST /v1/sync`, down.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncResponse {
    /// Changes when the hub was restored from a backup: positions must be compared anew.
    #[serde(rename = "ep")]
    pub epoch: u64,
    /// The hub's clock, to show a wrong one to its owner.
    #[serde(rename = "now")]
    pub now: UnixMs,
    /// The next `n` the hub expects from this device. Results cover everything below it.
    pub next: u64,
    /// One result per operation that was sent, in the same order; fewer where a hole was found.
    #[serde(rename = "res", default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<OpResult>,
    /// The log, scope by scope. A scope that is not listed is not granted (any more): purge it after
    /// one's own work in it was sent or exported.
    #[serde(rename = "log", default)]
    pub pulls: Vec<Pull>,
}

/// A stretch of a comune's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pull {
    /// The scope.
    #[serde(rename = "s")]
    pub scope: Scope,
    /// Entries after the cursor, ascending.
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Logged>,
    /// The new cursor: everything up to it is in `entries` or is not for this device.
    #[serde(rename = "to")]
    pub to: u64,
    /// There is more: call again.
    #[serde(rename = "m", default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpResult {
    /// The operation.
    pub id: OpId,
    /// The outcome; stored by the hub, so that a retry gets the same.
    #[serde(rename = "r")]
    pub outcome: Outcome,
}

/// The outcome of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// It stands in the log at this position. The device keeps it until its cursor passes there.
    #[serde(rename = "ok")]
    Accepted(u64),
    /// It does not, and why.
    #[serde(rename = "no")]
    Refused(Refusal),
}
