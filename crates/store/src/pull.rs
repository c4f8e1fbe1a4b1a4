//! Taking in an answer of the hub.

use crate::{Applied, Result, Store, StoreError};
use domain::UnixMs;
use domain::identity::Scope;
use protocol::{SyncRequest, SyncResponse};
use std::collections::BTreeMap;

impl Store {
    /// For each scope, how far this device has read the log.
    ///
    /// # Errors
    /// Those of the database.
    pub fn cursors(&self) -> Result<BTreeMap<Scope, u64>> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }

    /// The hub's epoch as this device knows it; 0 before the first answer.
    ///
    /// # Errors
    /// Those of the database.
    pub fn epoch(&self) -> Result<u64> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }

    /// Takes in an answer, in one transaction. An answer may come twice or late: what is known is skipped,
    /// and a stretch of log that does not join what was read is left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn apply_response(&self, request: &SyncRequest, response: &SyncResponse, at: UnixMs) -> Result<Applied> {
        let _ = (request, response, at);
        Err(StoreError::NotEnrolled)
    }

    /// The hub reported a conflict of sequence (409): the numbers in flight are taken back, and the log is read
    /// anew with one's own operations in full before anything is sent again. Nothing waiting is lost.
    ///
    /// # Errors
    /// Those of the database.
    pub fn reconcile(&self) -> Result<()> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }
}
