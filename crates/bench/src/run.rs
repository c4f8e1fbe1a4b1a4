//! One measure, as it is kept.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One measure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// The goal it belongs to.
    pub goal: String,
    /// Which part of it.
    pub part: String,
    /// Who.
    pub peer: String,
    /// On which line.
    pub profile: String,
    /// Which packets were lost.
    pub seed: u64,
    /// The second client saw it within the time limit.
    pub ok: bool,
    /// Seconds until the second client saw it and, where it is told, the first knew.
    pub seconds: f64,
    /// Seconds until the second client saw it.
    pub seen: Option<f64>,
    /// Seconds until the first client was told.
    pub confirmed: Option<f64>,
    /// Bytes at IP level, both ways, retransmissions included.
    pub bytes: u64,
    /// Upwards.
    pub up: Way,
    /// Downwards.
    pub down: Way,
    /// What the goal promises beyond time and bytes, by its name (see `extra`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, f64>,
    /// What else is to be said: why it failed, how far it got.
    pub note: String,
    /// Records or bytes at the second client over time: milliseconds, number.
    pub progress: Value,
    /// Load of this computer (1 minute) when the run ended.
    pub load: f64,
    /// What exactly was measured: a commit of ours, a peer's versions. A table outlives the commit of a row.
    #[serde(default)]
    pub with: String,
    /// Congestion control of both ends.
    #[serde(default)]
    pub congestion: String,
    /// The system whose TCP it was.
    #[serde(default)]
    pub kernel: String,
    /// The day, in UTC.
    #[serde(default)]
    pub day: String,
}

/// What went one way.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Way {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Of the bytes, headers of IP and TCP.
    pub headers: u64,
    /// Of the packets, those without content.
    pub bare: u64,
    /// Of the packets, those lost by chance, in the queue, or while the line was down.
    pub lost: u64,
    /// Of the content, what its connection had not sent before. Earlier runs did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<u64>,
    /// Of the content, what came out for the first time on its connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<u64>,
}

impl Way {
    /// What programs wrote and TCP sent, as often as it did.
    pub fn content(&self) -> u64 {
        self.bytes.saturating_sub(self.headers)
    }
}

impl From<testkit::Count> for Way {
    fn from(count: testkit::Count) -> Self {
        Self {
            bytes: count.bytes,
            packets: count.packets,
            headers: count.headers,
            bare: count.bare,
            lost: count.lost + count.dropped + count.down,
            fresh: Some(count.fresh),
            arrived: Some(count.arrived),
        }
    }
}
