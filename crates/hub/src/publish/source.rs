//! What the renderer reads: the public pages and the files of a comune.

use crate::files::Chunks;
use crate::storage::{LogStore, PublicPage, StorageError};
use domain::{FileId, PageId};
use site::Published;
use std::io::{self, Write};

/// Pages read from the database at a time.
const PAGES: usize = 200;

/// A comune's database, as the renderer sees it.
pub(super) struct Pages<'a>(pub(super) &'a dyn LogStore);

impl site::Pages for Pages<'_> {
    fn each(&self, with: &mut dyn FnMut(Published)) -> io::Result<()> {
        let mut rev = 0;
        loop {
            let pages = self
                .0
                .reading(|tx| tx.public_since(rev, PAGES))
                .map_err(to_io)?;
            let Some(last) = pages.last() else {
                return Ok(());
            };
            rev = last.rev;
            pages
                .into_iter()
                .filter_map(|change| change.public)
                .for_each(|page| with(published(page)));
        }
    }

    fn get(&self, id: &PageId) -> io::Result<Option<Published>> {
        let page = self.0.reading(|tx| tx.public(id)).map_err(to_io)?;
        Ok(page.map(published))
    }
}

fn published(page: PublicPage) -> Published {
    Published {
        id: page.id,
        kind: page.kind,
        slug: page.publication.slug,
        at: page.publication.at,
        first_at: page.publication.first_at,
        fields: page.publication.fields,
        body: page.body,
    }
}

/// A comune's files, as the renderer sees them.
pub(super) struct Files<'a> {
    pub(super) store: &'a dyn LogStore,
    pub(super) chunks: &'a Chunks,
}

impl site::Files for Files<'_> {
    fn read(&self, id: &FileId) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.copy(id, &mut out)?;
        Ok(out)
    }

    fn copy(&self, id: &FileId, to: &mut dyn Write) -> io::Result<()> {
        let file = self.store.reading(|tx| tx.file(id)).map_err(to_io)?;
        let file = file
            .filter(|file| file.complete)
            .ok_or(io::ErrorKind::NotFound)?;
        for chunk in &file.manifest.chunks {
            to.write_all(&self.chunks.get(&chunk.0)?)?;
        }
        Ok(())
    }
}

fn to_io(error: StorageError) -> io::Error {
    io::Error::other(error)
}
