//! Files of the workspace, as chunks.

use crate::{Result, Store, StoreError};
use domain::{FileId, FileRef};
use protocol::files::Manifest;
use std::io::Read;

/// What is here and at the hub of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileState {
    /// Length in bytes; 0 where the file is not known here.
    pub size: u64,
    /// Bytes that are here.
    pub have: u64,
    /// The hub has the whole file.
    pub uploaded: bool,
}

/// The bytes of a file, read chunk by chunk.
pub struct FileReader(());

impl Read for FileReader {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(0)
    }
}

impl Store {
    /// Takes a file in, chunk by chunk.
    ///
    /// # Errors
    /// Those of the database.
    pub fn add_file(&self, bytes: &mut dyn Read, name: &str, media: &str) -> Result<FileRef> {
        let _ = (bytes, name, media);
        Err(StoreError::NotEnrolled)
    }

    /// The bytes of a file, whole.
    ///
    /// # Errors
    /// Those of the database.
    pub fn read_file(&self, file: &FileId) -> Result<Vec<u8>> {
        let _ = (file,);
        Err(StoreError::NotEnrolled)
    }

    /// The bytes of a file as a stream.
    ///
    /// # Errors
    /// Those of the database.
    pub fn open_file(&self, file: &FileId) -> Result<FileReader> {
        let _ = (file,);
        Err(StoreError::NotEnrolled)
    }

    /// The chunks that make a file; `None` where they are not known here.
    ///
    /// # Errors
    /// Those of the database.
    pub fn manifest(&self, file: &FileId) -> Result<Option<Manifest>> {
        let _ = (file,);
        Err(StoreError::NotEnrolled)
    }

    /// What is here and at the hub of a file.
    ///
    /// # Errors
    /// Those of the database.
    pub fn file_state(&self, file: &FileId) -> Result<FileState> {
        let _ = (file,);
        Err(StoreError::NotEnrolled)
    }

    /// Positions in the manifest of the chunks that are not here, ascending.
    ///
    /// # Errors
    /// Those of the database.
    pub fn missing_chunks(&self, file: &FileId) -> Result<Vec<u32>> {
        let _ = (file,);
        Err(StoreError::NotEnrolled)
    }

    /// A file that is at the hub: its chunks will come.
    ///
    /// # Errors
    /// Those of the database.
    pub fn put_manifest(&self, manifest: &Manifest) -> Result<()> {
        let _ = (manifest,);
        Err(StoreError::NotEnrolled)
    }

    /// Chunks that came from the hub. Each is known by its hash; what belongs to no manifest is refused.
    /// Gives how many were new.
    ///
    /// # Errors
    /// Those of the database.
    pub fn put_chunks(&self, chunks: &[&[u8]]) -> Result<u32> {
        let _ = (chunks,);
        Err(StoreError::NotEnrolled)
    }

    /// The bytes of chunks of a file, by their positions in its manifest.
    ///
    /// # Errors
    /// Those of the database.
    pub fn chunks(&self, file: &FileId, positions: &[u32]) -> Result<Vec<Vec<u8>>> {
        let _ = (file, positions);
        Err(StoreError::NotEnrolled)
    }

    /// The hub has the whole file.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_uploaded(&self, file: &FileId) -> Result<()> {
        let _ = (file,);
        Err(StoreError::NotEnrolled)
    }

    /// Files that the hub lacks: those that a publication waits for first, then the others, small before large.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_to_upload(&self) -> Result<Vec<FileId>> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }

    /// Files that pages show or offer and whose bytes are not here, images first, small before large.
    ///
    /// # Errors
    /// Those of the database.
    pub fn files_to_download(&self) -> Result<Vec<FileRef>> {
        let _ = ();
        Err(StoreError::NotEnrolled)
    }
}
