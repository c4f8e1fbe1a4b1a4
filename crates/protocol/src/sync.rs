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
    /// What the device has applied of each scope, for comparison; absent where it does not know.
    #[serde(rename = "dg", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub digests: BTreeMap<Scope, Digest>,
    /// The device wants to know the hub's version: for whoever helps, never to decide by.
    #[serde(rename = "hv", default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_version: bool,
}

/// The entries that were applied of a scope, up to its cursor, as one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest(
    /// Entries after this position are in it.
    pub u64,
    /// The sum of their [`mark`]s, modulo 2^64.
    pub u64,
);

/// What an entry adds to a [`Digest`]: the first eight bytes, little endian, of the BLAKE3 of its position
/// (u64, little endian) and its operation's identity. Additive, so that a stretch is the difference of two.
pub fn mark(seq: u64, id: &OpId) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seq.to_le_bytes());
    hasher.update(id.as_str().as_bytes());
    let hash = hasher.finalize();
    hash.as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// `POST /v1/sync`, down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The version of operations that the hub understands ([`crate::SCHEMA`] of its build).
    #[serde(rename = "sv", default = "one", skip_serializing_if = "is_one")]
    pub schema: u16,
    /// Scopes of which the device has applied other entries than the log holds: to be repaired.
    #[serde(rename = "bad", default, skip_serializing_if = "Vec::is_empty")]
    pub diverged: Vec<Scope>,
    /// The version of the hub's program, where it was asked for; a hub from before that never says it.
    #[serde(rename = "hv", default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

fn one() -> u16 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape serde asks for"
)]
fn is_one(version: &u16) -> bool {
    *version == 1
}

impl Default for SyncResponse {
    fn default() -> Self {
        Self {
            epoch: 0,
            now: 0,
            next: 0,
            results: Vec::new(),
            pulls: Vec::new(),
            schema: 1,
            diverged: Vec::new(),
            version: None,
        }
    }
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
