//! Acting on pages, and opening one.

use crate::{PageView, Result, Store, StoreError, TextState};
use domain::sito::{Page, PageChange, PageKind, RichText, TextVersion};
use domain::{PageId, UnixMs};

impl Store {
    /// A new page.
    ///
    /// # Errors
    /// Those of the database.
    pub fn create_page(&self, kind: PageKind, at: UnixMs) -> Result<PageId> {
        let _ = (kind, at);
        Err(StoreError::NotEnrolled)
    }

    /// Does a change to a page and puts it into the outbox, in one transaction.
    /// 
    /// The `base` of a `Set` and the `seen` of a `Publish` are filled in here, from what this device has read
    /// of the log; `Publish.text` too where it is empty (the text as it is now). `Text` is refused: see
    /// [`Store::edit_text`].
    /// Refusals of the domain come as [`StoreError::Refused`]; nothing was written then.
    ///
    /// # Errors
    /// Those of the database.
    pub fn change(&self, page: &PageId, change: PageChange, at: UnixMs) -> Result<Page> {
        let _ = (page, change, at);
        Err(StoreError::NotEnrolled)
    }

    /// Takes the whole text as an editor has it: the difference from `base` is what the person did; it is
    /// merged with whatever came in since `base`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn edit_text(&self, page: &PageId, base: &TextVersion, to: &RichText, at: UnixMs) -> Result<TextState> {
        let _ = (page, base, to, at);
        Err(StoreError::NotEnrolled)
    }

    /// Opens a page; `None` where there is none, or it was deleted.
    ///
    /// # Errors
    /// Those of the database.
    pub fn page(&self, page: &PageId) -> Result<Option<PageView>> {
        let _ = (page,);
        Err(StoreError::NotEnrolled)
    }

    /// The colleague's changes to this page were seen: it leaves the arrivals.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_seen(&self, page: &PageId) -> Result<()> {
        let _ = (page,);
        Err(StoreError::NotEnrolled)
    }
}
