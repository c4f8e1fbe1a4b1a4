//! The request, read so that one operation from a later or broken app does not hold up the others.

use crate::error::Failure;
use domain::OpId;
use domain::identity::Scope;
use protocol::{Operation, SyncRequest};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A request as the hub works on it.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) protocol: u16,
    pub(crate) cursors: BTreeMap<Scope, u64>,
    pub(crate) ops: Vec<Incoming>,
    pub(crate) budget: u32,
    pub(crate) own: bool,
}

/// An operation; `op` is `None` where this hub does not understand it.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) id: OpId,
    pub(crate) n: u64,
    pub(crate) op: Option<Operation>,
}

#[derive(Deserialize)]
struct Envelope {
    id: OpId,
    n: u64,
}

impl From<Operation> for Incoming {
    fn from(op: Operation) -> Self {
        Self {
            id: op.id.clone(),
            n: op.n,
            op: Some(op),
        }
    }
}

impl From<SyncRequest> for Request {
    fn from(request: SyncRequest) -> Self {
        Self {
            protocol: request.protocol,
            cursors: request.cursors,
            ops: request.ops.into_iter().map(Incoming::from).collect(),
            budget: request.budget,
            own: request.own,
        }
    }
}

impl Request {
    /// Reads a body. Where an operation cannot be read, its envelope must.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Failure> {
        if let Ok(request) = serde_json::from_slice::<SyncRequest>(body) {
            return Ok(request.into());
        }
        let mut value: serde_json::Value =
            serde_json::from_slice(body).map_err(Failure::malformed)?;
        let ops = value.get_mut("ops").map(serde_json::Value::take);
        if let Some(members) = value.as_object_mut() {
            members.remove("ops");
        }
        let request: SyncRequest = serde_json::from_value(value).map_err(Failure::malformed)?;
        let ops: Vec<serde_json::Value> =
            serde_json::from_value(ops.unwrap_or_default()).map_err(Failure::malformed)?;
        Ok(Self {
            ops: ops.into_iter().map(incoming).collect::<Result<_, _>>()?,
            ..request.into()
        })
    }
}

fn incoming(value: serde_json::Value) -> Result<Incoming, Failure> {
    let Envelope { id, n } = Envelope::deserialize(&value).map_err(Failure::malformed)?;
    let op = serde_json::from_value(value).ok();
    Ok(Incoming { id, n, op })
}
