//! "Da risolvere": what the hub did not accept, with both facts and the remedies.

use crate::{Conflict, Remedy, Result, Store, StoreError};
use domain::UnixMs;

impl Store {
    /// Everything that waits for a person, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn conflicts(&self) -> Result<Vec<Conflict>> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }

    /// Settles a disagreement. A remedy that acts does so through the outbox, like any other change.
    ///
    /// # Errors
    /// Those of the database.
    pub fn resolve(&self, id: i64, remedy: Remedy, at: UnixMs) -> Result<()> {
        let _ = (id, remedy, at);
        Err(StoreError::NotEnrolled)
    }
}
