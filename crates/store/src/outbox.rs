//! Operations that wait for the hub.

use crate::{OutboxRow, Result, Store, StoreError};
use protocol::{Operation, SyncRequest};

impl Store {
    /// The operations to send now, at most about `max_bytes` of JSON (at least one, where there is one): first
    /// those already in flight, with the same `n`, then those that are ready, which get their `n` here.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outbox_ready(&self, max_bytes: usize) -> Result<Vec<Operation>> {
        let _ = (max_bytes,);
        Err(StoreError::NotEnrolled)
    }

    /// The next request: cursors, epoch, [`Store::outbox_ready`]. `budget`: bytes of log wanted back.
    ///
    /// # Errors
    /// Those of the database.
    pub fn next_request(&self, max_bytes: usize, budget: u32) -> Result<SyncRequest> {
        let _ = (max_bytes, budget);
        Err(StoreError::NotEnrolled)
    }

    /// A request was sent and no answer came: its operations stay in flight.
    ///
    /// # Errors
    /// Those of the database.
    pub fn request_failed(&self, request: &SyncRequest) -> Result<()> {
        let _ = (request,);
        Err(StoreError::NotEnrolled)
    }

    /// How many operations wait.
    ///
    /// # Errors
    /// Those of the database.
    pub fn waiting(&self) -> Result<u32> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }

    /// What waits and why, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outbox_rows(&self) -> Result<Vec<OutboxRow>> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }

    /// One's unsent work as JSON, for a device that may not call any more; the operations stay.
    ///
    /// # Errors
    /// Those of the database.
    pub fn export_outbox(&self) -> Result<serde_json::Value> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }
}
