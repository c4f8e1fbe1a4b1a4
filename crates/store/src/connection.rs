//! The connections: one writes, a few others read beside it.

use crate::vault::Key;
use crate::{Result, StoreError};
use std::path::Path;

/// The workspace. Cheap to clone.
#[derive(Clone)]
pub struct Store(());

impl Store {
    /// Opens the workspace in this file, or makes it. The folder must be there.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`], [`StoreError::Damaged`], [`StoreError::Full`], [`StoreError::Newer`].
    pub fn open(path: &Path, key: &Key) -> Result<Self> {
        let _ = (path, key);
        Err(StoreError::NotEnrolled)
    }

    /// A workspace that is gone when it is dropped: for tests and for trying out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn open_in_memory() -> Result<Self> {
        Err(StoreError::NotEnrolled)
    }
}
