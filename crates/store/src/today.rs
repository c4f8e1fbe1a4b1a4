//! What the home shows, and the log of tries to reach the hub.

use crate::{Attempt, Result, Store, StoreError, Today};

impl Store {
    /// The home. `today` and `near` are days (`2026-11-22`): deadlines from the one to the other.
    ///
    /// # Errors
    /// Those of the database.
    pub fn today(&self, today: &str, near: &str) -> Result<Today> {
        let _ = (today, near);
        Err(StoreError::NotEnrolled)
    }

    /// Remembers a try to reach the hub; the last 500 are kept.
    ///
    /// # Errors
    /// Those of the database.
    pub fn log_attempt(&self, attempt: &Attempt) -> Result<()> {
        let _ = (attempt,);
        Err(StoreError::NotEnrolled)
    }

    /// The last tries, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attempts(&self, limit: u32) -> Result<Vec<Attempt>> {
        let _ = (limit,);
        Err(StoreError::NotEnrolled)
    }
}
