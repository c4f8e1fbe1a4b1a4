//! The versions of a page.

use crate::{Result, Store, StoreError, Version, VersionRow};
use domain::PageId;

impl Store {
    /// The versions of a page, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn history(&self, page: &PageId) -> Result<Vec<VersionRow>> {
        let _ = (page,);
        Err(StoreError::NotEnrolled)
    }

    /// A version, whole.
    ///
    /// # Errors
    /// Those of the database.
    pub fn version(&self, page: &PageId, id: i64) -> Result<Version> {
        let _ = (page, id);
        Err(StoreError::NotEnrolled)
    }
}
