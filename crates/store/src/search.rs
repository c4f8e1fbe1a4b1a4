//! Search by words.

use crate::{Result, SearchHit, Store, StoreError};

impl Store {
    /// Pages with all these words (prefixes, accents do not matter), best first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<SearchHit>> {
        let _ = (query, limit);
        Err(StoreError::NotEnrolled)
    }
}
