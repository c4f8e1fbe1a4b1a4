//! Lists of pages.

use crate::{Filter, PageList, Result, Store, StoreError};

impl Store {
    /// A stretch of the list of pages, newest change first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list_pages(&self, filter: &Filter, offset: u32, limit: u32) -> Result<PageList> {
        let _ = (filter, offset, limit);
        Err(StoreError::NotEnrolled)
    }
}
