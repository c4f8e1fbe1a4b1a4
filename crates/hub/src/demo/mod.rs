//! Example content for Roccaverano, brought in by the ordinary way of operations.
//!
//! The facts are those of the public founding protocols of the Centro servizi of Asti (the protocol of
//! 18 April 2009, the plan of activities 2010-2011), told anew; the offices' contacts are invented.

use crate::Hub;
use crate::error::Failure;
use crate::storage::{Device, StorageError};
use crate::sync::{Incoming, Request};
use domain::identity::{Role, Scope};
use domain::sito::{Field, FieldChange, Fields, PageChange, PageKind, RichText};
use domain::{Change, ComuneId, DeviceId, OpId, UnixMs};
use protocol::{Operation, Outcome, PROTOCOL, SCHEMA, SyncRequest};
use serde::Deserialize;
use text::TextDoc;

const CONTENT: &str = include_str!("content.json");
/// The day, in milliseconds.
const DAY: i64 = 24 * 3600 * 1000;
/// Beyond any position: the example is published as it stands.
const SEEN: u64 = i64::MAX.unsigned_abs();

/// A page of the example.
#[derive(Deserialize)]
struct Example {
    id: String,
    kind: PageKind,
    /// Published so many days ago.
    days: i64,
    fields: Fields,
    body: RichText,
}

/// Writes and publishes the example pages. A second time it changes nothing.
///
/// # Errors
/// The storage's; `NotFound` where the comune is not in the registry; `Internal` where a page of the
/// example is refused.
pub fn seed(hub: &Hub) -> Result<(), Failure> {
    let device = device(hub)?;
    let pages: Vec<Example> = serde_json::from_str(CONTENT).map_err(StorageError::from)?;
    let mut ops = Vec::new();
    for page in &pages {
        for (change, at) in changes(page, hub.now())? {
            ops.push(operation(&device, &page.id, ops.len(), change, at));
        }
    }
    let response = hub.sync(
        &device,
        &Request {
            request: SyncRequest {
                protocol: PROTOCOL,
                ..SyncRequest::default()
            },
            ops,
        },
    )?;
    let refused = |result: &protocol::OpResult| matches!(result.outcome, Outcome::Refused(_));
    match response.results.iter().find(|result| refused(result)) {
        Some(result) => Err(StorageError::Disk(std::io::Error::other(format!(
            "the example is refused at {}: {:?}",
            result.id, result.outcome
        )))
        .into()),
        None => hub.publish_now(),
    }
}

/// The Centro servizi's own device: its key is thrown away, so nobody can call as it.
fn device(hub: &Hub) -> Result<Device, Failure> {
    let id = DeviceId::new("centro");
    if let Some(device) = hub.registry().device(&id)? {
        return Ok(device);
    }
    let device = Device {
        id,
        public_key: crate::random::bytes()?,
        name: "Centro servizi".into(),
        person: "Centro servizi".into(),
        role: Role::Responsabile,
        comune: ComuneId::new("005094"),
        enrolled: hub.now(),
        seen: None,
        expires: 0,
        revoked: false,
    };
    hub.registry()
        .comune(&device.comune)?
        .ok_or_else(Failure::not_found)?;
    hub.registry().add_device(&device)?;
    Ok(device)
}

/// What a clerk would have done to write the page.
fn changes(page: &Example, now: UnixMs) -> Result<Vec<(PageChange, UnixMs)>, Failure> {
    let mut doc = TextDoc::new();
    let update = doc
        .edit(&doc.version(), &page.body)
        .map_err(|error| StorageError::Disk(std::io::Error::other(error)))?;
    let update = text::encode(&update.unwrap_or_default());
    let mut out = vec![PageChange::Create { kind: page.kind }];
    let empty = Fields::default();
    for field in Field::of(page.kind) {
        let change = FieldChange::current(*field, &page.fields);
        if change != FieldChange::current(*field, &empty) {
            out.push(PageChange::Set { change, base: 0 });
        }
    }
    let topics = page.fields.topics.iter().cloned();
    out.extend(topics.map(PageChange::AddTopic));
    out.push(PageChange::Text { update });
    out.push(PageChange::Publish {
        text: doc.version(),
        seen: SEEN,
    });
    let at = now - page.days * DAY;
    Ok(out.into_iter().map(|change| (change, at)).collect())
}

fn operation(
    device: &Device,
    page: &str,
    before: usize,
    change: PageChange,
    at: UnixMs,
) -> Incoming {
    let n = before as u64 + 1;
    Incoming::from(Operation {
        id: OpId(format!("demo-{n}")),
        n,
        schema: SCHEMA,
        scope: Scope::sito(&device.comune),
        entity: page.to_owned(),
        change: Change::Sito(change),
        at,
    })
}
