//! The one duplex call: operations up, log down.
//!
//! Operations are taken in the order of their `n`. One that was answered before gets the stored
//! answer; one that comes too early stops the call there (`next` says what is missing). Each accepted
//! operation is appended, folded and answered in one transaction; a call of many operations makes few
//! transactions, so that one fsync serves many.
//!
//! The epoch is a fence: a call from before the hub was restored writes nothing, however late it comes,
//! for the numbers in it may be forgotten here. Nor is a cursor beyond the head an error: there is nothing
//! after it, `to` is the head, and the new `epoch` tells the device to compare and to send again what is
//! missing. A scope that the device's role does not have is neither pulled nor written.
//!
//! A device also tells what it has applied ([`protocol::Digest`]); where the log holds other entries, the
//! answer says so, and the device finds and mends the stretch with the calls of `log`.

mod accept;
mod check;
mod desk;
mod log;
mod pull;

pub(crate) use check::{file_id, hex};
pub(crate) use protocol::wire::{ReadOperation as Incoming, ReadRequest as Request};

use crate::error::Failure;
use crate::storage::{Device, StorageError};
use crate::{Hub, metrics};
use accept::{Batch, Stop};
use protocol::calls::HubErrorCode;
use protocol::{PROTOCOL, SCHEMA, SyncResponse};

/// Operations per transaction.
const BATCH: usize = 256;

/// Whether a device's operations are for this hub as it stands. One that never had an answer knows no epoch.
fn of_this_epoch(known: u64, own: u64) -> bool {
    known == 0 || known == own
}

impl Hub {
    /// Answers a sync call of a device that proved who it is.
    ///
    /// # Errors
    /// [`HubErrorCode::Conflict`] where the first operation has a number that another one had before;
    /// [`HubErrorCode::Full`] where the disk is full: nothing of the last transaction was taken.
    pub(crate) fn sync(&self, device: &Device, request: &Request) -> Result<SyncResponse, Failure> {
        let spoken = request.request.protocol;
        if spoken > PROTOCOL || spoken.saturating_add(2) < PROTOCOL {
            return Err(Failure::new(
                HubErrorCode::UpgradeRequired,
                "this hub does not speak that version",
            ));
        }
        let mut response = SyncResponse {
            epoch: self.epoch(),
            now: self.now(),
            schema: SCHEMA,
            version: request
                .request
                .asks_version
                .then(|| env!("CARGO_PKG_VERSION").to_owned()),
            ..SyncResponse::default()
        };
        if of_this_epoch(request.request.epoch, response.epoch) {
            self.push(device, request, &mut response)?;
        }
        self.pull(device, request, &mut response)?;
        metrics::add(&self.metrics().syncs_total, 1);
        Ok(response)
    }

    fn push(
        &self,
        device: &Device,
        request: &Request,
        response: &mut SyncResponse,
    ) -> Result<(), Failure> {
        let spoken = request.request.protocol;
        for ops in request.ops.chunks(BATCH) {
            let batch = self.take(device, (spoken, ops), response.now)?;
            let stop = batch.stop;
            self.count(&batch);
            if batch.site_changed {
                self.0.publisher.ask(&device.comune);
            }
            response.results.extend(batch.results);
            match stop {
                Some(Stop::Conflict) if response.results.is_empty() => {
                    return Err(Failure::new(
                        HubErrorCode::Conflict,
                        "another operation had this number before",
                    ));
                }
                Some(_) => break,
                None => {}
            }
        }
        Ok(())
    }

    fn take(
        &self,
        device: &Device,
        (spoken, ops): (u16, &[Incoming]),
        now: i64,
    ) -> Result<Batch, StorageError> {
        let store = self.comune(&device.comune)?;
        store.writing(|tx| {
            let mut batch = Batch::of(spoken);
            accept::run(tx, device, ops, now, &mut batch)?;
            Ok(batch)
        })
    }

    fn count(&self, batch: &Batch) {
        let metrics = self.metrics();
        metrics::add(&metrics.ops_accepted_total, batch.accepted);
        metrics::add(&metrics.ops_refused_total, batch.refused);
        metrics::add(
            &metrics.ops_repeated_total,
            batch.results.len() - batch.accepted - batch.refused,
        );
    }
}
