//! Operations and the log they end in.

use domain::identity::{Actor, Role, Scope};
use domain::{Change, Ctx, Decided, DeviceId, OpId, UnixMs};
use serde::{Deserialize, Serialize};

/// The version of the operations' payloads that this build writes.
pub const SCHEMA: u16 = 1;

/// What a person did, as it travels to the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Identity: exactly-once is by this and by `n`.
    pub id: OpId,
    /// The device's dense sequence: 1, 2, 3 … without holes, given when first put in flight.
    pub n: u64,
    /// Version of the payload ([`SCHEMA`]).
    #[serde(rename = "v", default = "one", skip_serializing_if = "is_one")]
    pub schema: u16,
    /// The collection it belongs to.
    #[serde(rename = "s")]
    pub scope: Scope,
    /// The entity it changes.
    #[serde(rename = "e")]
    pub entity: String,
    /// What is asked for.
    #[serde(rename = "c")]
    pub change: Change,
    /// When the device says it was done; clocks are never trusted for order.
    #[serde(rename = "t")]
    pub at: UnixMs,
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

/// An entry of a comune's log as a device receives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logged {
    /// Dense position in the comune's log.
    #[serde(rename = "q")]
    pub seq: u64,
    /// The operation's identity. For a device's own operation it stands alone: the device has the rest.
    pub id: OpId,
    /// What the hub chose.
    #[serde(rename = "d", default, skip_serializing_if = "Decided::is_empty")]
    pub decided: Decided,
    /// The rest, for operations of other devices, or when the device asked for its own as well.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub body: Option<LoggedBody>,
    /// Never on the wire: the entry has a body that this build is too old to read, and this is its entity.
    #[serde(skip)]
    pub later: Option<String>,
}

impl Logged {
    /// An entry of which only the place is told: the device has the rest.
    pub fn stub(seq: u64, id: OpId) -> Self {
        Self {
            seq,
            id,
            decided: Decided::default(),
            body: None,
            later: None,
        }
    }

    /// Nothing is told but the place.
    pub fn is_stub(&self) -> bool {
        self.body.is_none() && self.later.is_none() && self.decided.is_empty()
    }
}

/// The part of a log entry that the device which made it need not receive again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedBody {
    /// The entity.
    #[serde(rename = "e")]
    pub entity: String,
    /// What was done.
    #[serde(rename = "c")]
    pub change: Change,
    /// When, as the device saw it, clamped by the hub to its own time.
    #[serde(rename = "t")]
    pub at: UnixMs,
    /// The device.
    #[serde(rename = "w")]
    pub device: DeviceId,
    /// The person.
    #[serde(rename = "p")]
    pub person: String,
    /// The role the person had.
    #[serde(rename = "r")]
    pub role: Role,
}

impl LoggedBody {
    /// The circumstances, for `domain::apply`.
    pub fn ctx(&self, seq: u64) -> Ctx {
        Ctx {
            actor: Actor {
                device: self.device.clone(),
                person: self.person.clone(),
                role: self.role,
            },
            at: self.at,
            seq: Some(seq),
        }
    }
}
