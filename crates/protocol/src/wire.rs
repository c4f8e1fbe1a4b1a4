//! Requests and responses of version 2 as bytes, before they are packed.
//!
//! What differs from the JSON of version 1:
//! - texts stand as raw bytes behind the JSON (see the crate's `frame`);
//! - rows say only what differs from the row before (`n`, `s`, `e`, `t` of operations; `q`, `e`, `w`, `p`,
//!   `r`, `t` of entries, whose body stands in the row itself); a name (`e`, `id`) that follows the last one
//!   by count is `+` or left out;
//! - `acc` replaces the results of accepted operations: runs of `[first n, first position, how many]`;
//! - entries of the log that only repeat such a result are left out: the device knows them from `acc`.
//!
//! An operation or entry that this build cannot read does not spoil the others.

use crate::frame::{self, Blobs};
use crate::rows::Shape;
use crate::{Logged, OpResult, Operation, Outcome, Pull, SyncRequest, SyncResponse};
use domain::identity::Scope;
use domain::sito::PageChange;
use domain::{Change, OpId, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A body that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// It is no frame.
    #[error("not a frame")]
    NotAFrame,
    /// Its JSON is not of this shape.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

type Row = Map<String, Value>;

const OPERATIONS: Shape = Shape {
    next: &["n"],
    same: &["s", "e"],
    delta: &["t"],
    with: "c",
    entity: "e",
    id: "id",
};

const ENTRIES: Shape = Shape {
    next: &["q"],
    same: &["e", "w", "p", "r"],
    delta: &["t"],
    with: "c",
    entity: "e",
    id: "id",
};

/// The string in a change that is bytes, where there is one.
fn bytes_of(change: &mut Change) -> Option<&mut String> {
    match change {
        Change::Sito(PageChange::Text { update }) => Some(update),
        Change::Sito(_) => None,
    }
}

fn row(value: &impl Serialize) -> Result<Row, WireError> {
    match serde_json::to_value(value)? {
        Value::Object(row) => Ok(row),
        _ => Err(WireError::NotAFrame),
    }
}

fn values(rows: Vec<Row>) -> Value {
    rows.into_iter().map(Value::Object).collect()
}

fn rows(value: Option<Value>) -> Result<Vec<Row>, WireError> {
    Ok(value
        .map(serde_json::from_value)
        .transpose()?
        .unwrap_or_default())
}

/// Whether a body is one of version 2.
pub fn is_frame(body: &[u8]) -> bool {
    frame::is_frame(body)
}

/// A request as a frame.
///
/// # Errors
/// [`WireError::Json`] where something cannot be written.
pub fn write_request(request: &SyncRequest) -> Result<Vec<u8>, WireError> {
    let mut blobs = Blobs::default();
    let mut ops = Vec::new();
    for op in &request.ops {
        let mut op = op.clone();
        if let Some(text) = bytes_of(&mut op.change) {
            blobs.take(text);
        }
        ops.push(row(&op)?);
    }
    OPERATIONS.shrink(&mut ops);
    let mut whole = row(&SyncRequest {
        ops: Vec::new(),
        ..request.clone()
    })?;
    if !ops.is_empty() {
        whole.insert("ops".into(), values(ops));
    }
    Ok(frame::write(&serde_json::to_vec(&whole)?, &blobs))
}

/// A request whose operations were read one by one.
#[derive(Debug, Default)]
pub struct ReadRequest {
    /// The request; `ops` is empty.
    pub request: SyncRequest,
    /// The operations.
    pub ops: Vec<ReadOperation>,
}

/// An operation as it was read.
#[derive(Debug)]
pub struct ReadOperation {
    /// Identity.
    pub id: OpId,
    /// Place in the device's sequence.
    pub n: u64,
    /// The operation; `None` where this build cannot read it.
    pub op: Option<Operation>,
}

#[derive(Deserialize)]
struct Envelope {
    id: OpId,
    n: u64,
}

/// Reads the body of a request, of either version.
///
/// # Errors
/// [`WireError`] where it is none. An operation must at least have its identity and number.
pub fn read_request(body: &[u8]) -> Result<ReadRequest, WireError> {
    let (json, blobs) = open(body)?;
    let mut whole: Row = serde_json::from_slice(json)?;
    let mut ops = rows(whole.remove("ops"))?;
    if frame::is_frame(body) {
        OPERATIONS.grow(&mut ops);
    }
    Ok(ReadRequest {
        request: serde_json::from_value(whole.into())?,
        ops: ops
            .into_iter()
            .map(|op| read_operation(op, &blobs))
            .collect::<Result<_, _>>()?,
    })
}

fn open(body: &[u8]) -> Result<(&[u8], Blobs<'_>), WireError> {
    match frame::is_frame(body) {
        true => frame::read(body).ok_or(WireError::NotAFrame),
        false => Ok((body, Blobs::default())),
    }
}

fn read_operation(row: Row, blobs: &Blobs) -> Result<ReadOperation, WireError> {
    let value = Value::Object(row);
    let Envelope { id, n } = Envelope::deserialize(&value)?;
    let op = serde_json::from_value(value).ok();
    let op = op.and_then(|mut op: Operation| {
        bytes_of(&mut op.change).map_or(Some(()), |text| blobs.put(text))?;
        Some(op)
    });
    Ok(ReadOperation { id, n, op })
}

/// The response to a request as a frame. `sent`: identity and number of the request's operations, `scopes`
/// theirs, as [`write_request`] had them.
///
/// # Errors
/// [`WireError::Json`] where something cannot be written.
pub fn write_response(
    response: &SyncResponse,
    request: &ReadRequest,
) -> Result<Vec<u8>, WireError> {
    let told = told(response, request);
    let mut blobs = Blobs::default();
    let mut log = Vec::new();
    for pull in &response.pulls {
        log.push(write_pull(pull, &told, &mut blobs)?);
    }
    let refused = |result: &&OpResult| matches!(result.outcome, Outcome::Refused(_));
    let mut whole = row(&SyncResponse {
        results: response.results.iter().filter(refused).cloned().collect(),
        pulls: Vec::new(),
        ..response.clone()
    })?;
    whole.insert("log".into(), log.into());
    let runs = runs(response, request);
    if !runs.is_empty() {
        whole.insert("acc".into(), serde_json::to_value(runs)?);
    }
    Ok(frame::write(&serde_json::to_vec(&whole)?, &blobs))
}

/// The entries that a device knows from the results: position, by scope.
type Told = BTreeMap<Scope, BTreeMap<u64, OpId>>;

/// Operations with their results, in order; a result always stands at the operation's place.
fn told(response: &SyncResponse, request: &ReadRequest) -> Told {
    let scopes = request
        .ops
        .iter()
        .map(|op| op.op.as_ref().map(|op| &op.scope));
    let mut told = Told::new();
    for (result, scope) in response.results.iter().zip(scopes) {
        if let (Outcome::Accepted(seq), Some(scope)) = (&result.outcome, scope) {
            let known = told.entry(scope.clone()).or_default();
            known.insert(*seq, result.id.clone());
        }
    }
    told
}

/// First number, first position, how many.
type Run = (u64, u64, u64);

fn runs(response: &SyncResponse, request: &ReadRequest) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (result, op) in response.results.iter().zip(&request.ops) {
        let Outcome::Accepted(seq) = result.outcome else {
            continue;
        };
        match runs.last_mut() {
            Some((n, first, count)) if *n + *count == op.n && *first + *count == seq => *count += 1,
            _ => runs.push((op.n, seq, 1)),
        }
    }
    runs
}

fn write_pull(pull: &Pull, told: &Told, blobs: &mut Blobs) -> Result<Value, WireError> {
    let known = told.get(&pull.scope);
    let implied = |entry: &&Logged| {
        entry.is_stub() && known.and_then(|known| known.get(&entry.seq)) == Some(&entry.id)
    };
    let mut entries = Vec::new();
    for entry in pull.entries.iter().filter(|entry| !implied(entry)) {
        entries.push(write_entry(entry, blobs)?);
    }
    ENTRIES.shrink(&mut entries);
    let mut whole = row(&Pull {
        entries: Vec::new(),
        ..pull.clone()
    })?;
    if !entries.is_empty() {
        whole.insert("l".into(), values(entries));
    }
    Ok(whole.into())
}

fn write_entry(entry: &Logged, blobs: &mut Blobs) -> Result<Row, WireError> {
    let mut entry = entry.clone();
    if let Some(text) = entry.body.as_mut().and_then(|b| bytes_of(&mut b.change)) {
        blobs.take(text);
    }
    let mut flat = row(&entry)?;
    if let Some(Value::Object(body)) = flat.remove("o") {
        flat.extend(body);
    }
    Ok(flat)
}

/// Reads the body of a response, of either version, to this request.
///
/// # Errors
/// [`WireError`] where it is none.
pub fn read_response(body: &[u8], request: &SyncRequest) -> Result<SyncResponse, WireError> {
    let (json, blobs) = open(body)?;
    let mut whole: Row = serde_json::from_slice(json)?;
    let pulls = rows(whole.remove("log"))?;
    let runs: Option<Vec<Run>> = whole
        .remove("acc")
        .map(serde_json::from_value)
        .transpose()?;
    let mut response: SyncResponse = serde_json::from_value(whole.into())?;
    response.pulls = pulls
        .into_iter()
        .map(|pull| read_pull(pull, frame::is_frame(body), &blobs))
        .collect::<Result<_, _>>()?;
    if let Some(runs) = runs {
        response.results = results(&runs, std::mem::take(&mut response.results), request);
    }
    if frame::is_frame(body) {
        imply(&mut response, request);
    }
    Ok(response)
}

fn read_pull(mut pull: Row, flat: bool, blobs: &Blobs) -> Result<Pull, WireError> {
    let mut entries = rows(pull.remove("l"))?;
    if flat {
        ENTRIES.grow(&mut entries);
    }
    let mut read: Pull = serde_json::from_value(pull.into())?;
    read.entries = entries
        .into_iter()
        .map(|entry| read_entry(entry, flat, blobs))
        .collect::<Result<_, _>>()?;
    Ok(read)
}

/// The fields of a row that belong to its body.
const BODY: [&str; 6] = ["e", "c", "t", "w", "p", "r"];

fn read_entry(mut entry: Row, flat: bool, blobs: &Blobs) -> Result<Logged, WireError> {
    if flat && entry.contains_key("c") {
        let mut body = Row::new();
        for field in BODY {
            body.extend(entry.remove(field).map(|value| (field.to_owned(), value)));
        }
        entry.insert("o".into(), body.into());
    }
    let entry = Value::Object(entry);
    let Ok(mut read) = Logged::deserialize(&entry) else {
        return later(&entry);
    };
    let text = read.body.as_mut().and_then(|b| bytes_of(&mut b.change));
    match text.map_or(Some(()), |text| blobs.put(text)) {
        Some(()) => Ok(read),
        None => Err(WireError::NotAFrame),
    }
}

/// An entry of a later version: where it stands, and what it is about.
fn later(entry: &Value) -> Result<Logged, WireError> {
    #[derive(Deserialize)]
    struct Place {
        q: u64,
        id: OpId,
        o: About,
    }
    #[derive(Deserialize)]
    struct About {
        e: String,
    }
    let Place { q, id, o } = Place::deserialize(entry)?;
    Ok(Logged {
        later: Some(o.e),
        ..Logged::stub(q, id)
    })
}

/// The results in the order of the operations; they end at the first that has none.
fn results(runs: &[Run], refused: Vec<OpResult>, request: &SyncRequest) -> Vec<OpResult> {
    let refused: BTreeMap<OpId, Outcome> = refused.into_iter().map(|r| (r.id, r.outcome)).collect();
    let accepted = |n: u64| {
        let run = runs
            .iter()
            .find(|run| n.checked_sub(run.0).is_some_and(|at| at < run.2))?;
        Some(Outcome::Accepted(run.1.checked_add(n - run.0)?))
    };
    let result = |op: &Operation| {
        let outcome = refused.get(&op.id).cloned().or_else(|| accepted(op.n))?;
        Some(OpResult {
            id: op.id.clone(),
            outcome,
        })
    };
    request.ops.iter().map_while(result).collect()
}

/// Puts the entries back that the results tell.
fn imply(response: &mut SyncResponse, request: &SyncRequest) {
    for pull in &mut response.pulls {
        let after = request.cursors.get(&pull.scope).copied().unwrap_or(0);
        let there: BTreeSet<u64> = pull.entries.iter().map(|entry| entry.seq).collect();
        for (op, result) in request.ops.iter().zip(&response.results) {
            if let Outcome::Accepted(seq) = result.outcome
                && op.scope == pull.scope
                && (after + 1..=pull.to).contains(&seq)
                && !there.contains(&seq)
            {
                pull.entries.push(Logged::stub(seq, op.id.clone()));
            }
        }
        pull.entries.sort_by_key(|entry| entry.seq);
    }
}

/// `POST /v1/log/digest`: the sums of marks from a scope's beginning up to each of these positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestRequest {
    /// The scope.
    pub scope: Scope,
    /// The positions, at most [`MAX_POINTS`].
    pub at: Vec<u64>,
}

/// The most positions that one digest call compares.
pub const MAX_POINTS: usize = 64;

/// The answer: one sum per position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// The hub's epoch: positions of another one mean nothing here.
    pub epoch: u64,
    /// The sums, modulo 2^64.
    pub sums: Vec<u64>,
}

/// `POST /v1/log`: a stretch of log in full, one's own operations as well; of some entities, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRequest {
    /// The scope.
    pub scope: Scope,
    /// Entries after this position.
    pub after: u64,
    /// Entries up to this one.
    pub to: u64,
    /// Only of these entities; of all where there are none. At most [`MAX_ENTITIES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<String>,
    /// About how many bytes.
    pub budget: u32,
}

/// The most entities that one call for the log may name.
pub const MAX_ENTITIES: usize = 200;

/// The answer: entries, and whether there are more.
#[derive(Debug, Clone, PartialEq)]
pub struct LogResponse {
    /// The hub's epoch.
    pub epoch: u64,
    /// The hub's time.
    pub now: UnixMs,
    /// The stretch.
    pub pull: Pull,
}

impl LogResponse {
    /// As a response without results, which has a written form.
    pub fn into_response(self) -> SyncResponse {
        SyncResponse {
            epoch: self.epoch,
            now: self.now,
            pulls: vec![self.pull],
            ..SyncResponse::default()
        }
    }

    /// From that form; `None` where it holds no stretch.
    pub fn from_response(mut response: SyncResponse) -> Option<Self> {
        Some(Self {
            epoch: response.epoch,
            now: response.now,
            pull: response.pulls.pop()?,
        })
    }
}

impl From<Operation> for ReadOperation {
    fn from(op: Operation) -> Self {
        Self {
            id: op.id.clone(),
            n: op.n,
            op: Some(op),
        }
    }
}

impl From<SyncRequest> for ReadRequest {
    fn from(mut request: SyncRequest) -> Self {
        let ops = std::mem::take(&mut request.ops);
        Self {
            request,
            ops: ops.into_iter().map(ReadOperation::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
