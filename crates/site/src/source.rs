//! Where the pages and the files come from.

use crate::Published;
use domain::{FileId, PageId};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What was published. The hub implements it over its database, the tests over a map.
pub trait Pages {
    /// Hands over every published page, one at a time, in any order. Called twice by a full build.
    ///
    /// # Errors
    /// Where the source cannot be read.
    fn each(&self, with: &mut dyn FnMut(Published)) -> io::Result<()>;

    /// One page, as it is published now; `None` where it is not public.
    ///
    /// # Errors
    /// Where the source cannot be read.
    fn get(&self, id: &PageId) -> io::Result<Option<Published>>;
}

impl Pages for BTreeMap<PageId, Published> {
    fn each(&self, with: &mut dyn FnMut(Published)) -> io::Result<()> {
        self.values().cloned().for_each(with);
        Ok(())
    }

    fn get(&self, id: &PageId) -> io::Result<Option<Published>> {
        Ok(BTreeMap::get(self, id).cloned())
    }
}

/// The bytes of images and attachments.
pub trait Files {
    /// All bytes of a file.
    ///
    /// # Errors
    /// Where the file is not there or cannot be read.
    fn read(&self, id: &FileId) -> io::Result<Vec<u8>>;

    /// Copies a file without holding it in memory, where the source can.
    ///
    /// # Errors
    /// Where it cannot be read, or the copy not written.
    fn copy(&self, id: &FileId, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(&self.read(id)?)
    }
}

impl Files for BTreeMap<FileId, Vec<u8>> {
    fn read(&self, id: &FileId) -> io::Result<Vec<u8>> {
        self.get(id)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// No files at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &FileId) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}
