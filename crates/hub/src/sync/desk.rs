//! What the rules may ask while the hub decides, and the texts it has open meanwhile.

use crate::publish::waits_for_files;
use crate::storage::{PublicPage, Result, StorageError, Tx};
use crate::text_log;
use domain::sito::{RichText, TextVersion};
use domain::{Host, PageId};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use text::TextDoc;

/// The updates after a snapshot before a new one is made.
const UPDATES: u64 = 64;

/// One transaction's desk.
pub(super) struct Desk<'a> {
    pub(super) tx: &'a dyn Tx,
    open: RefCell<BTreeMap<PageId, Option<TextDoc>>>,
    /// The rules cannot report that the storage failed; it is kept for [`Desk::check`].
    failed: RefCell<Option<StorageError>>,
    stale: BTreeSet<PageId>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(tx: &'a dyn Tx) -> Self {
        Self {
            tx,
            open: RefCell::default(),
            failed: RefCell::default(),
            stale: BTreeSet::new(),
        }
    }

    /// The storage's failure while a rule was asking.
    pub(super) fn check(&self) -> Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Adds an update to a page's text; `false` where it is not one.
    pub(super) fn import(&mut self, page: &str, seq: u64, update: &str) -> Result<bool> {
        let page = PageId::new(page);
        let Some(update) = text_log::decode(update) else {
            return Ok(false);
        };
        let imported = self.with(&page, |doc| Some(text_log::import(doc, &update)))?;
        if imported != Some(true) {
            return Ok(false);
        }
        if self.tx.add_update(&page, seq, &update)? >= UPDATES {
            self.stale.insert(page);
        }
        Ok(true)
    }

    /// `None` as well where the text cannot be read.
    fn with<T>(
        &self,
        page: &PageId,
        work: impl FnOnce(&mut TextDoc) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut open = self.open.borrow_mut();
        if !open.contains_key(page) {
            open.insert(page.clone(), text_log::load(self.tx, page)?);
        }
        Ok(open.get_mut(page).and_then(Option::as_mut).and_then(work))
    }

    /// Puts a publication before the public, or lets it wait for its files; says whether the site changes.
    pub(super) fn show(&self, public: &PublicPage) -> Result<bool> {
        self.tx.reserve_slug(&public.publication.slug, &public.id)?;
        if waits_for_files(self.tx, public)? {
            self.tx.put_waiting(public)?;
            return Ok(false);
        }
        self.tx.put_public(&public.id, Some(public))?;
        Ok(true)
    }

    /// Makes the snapshots that are due.
    pub(super) fn close(self) -> Result<()> {
        for page in &self.stale {
            if let Some(snapshot) = self.with(page, |doc| text_log::snapshot(doc))? {
                self.tx.put_snapshot(page, &snapshot)?;
            }
        }
        Ok(())
    }

    fn ask<T>(&self, answer: Result<T>) -> Option<T> {
        answer
            .map_err(|error| self.failed.replace(Some(error)))
            .ok()
    }
}

impl Host for Desk<'_> {
    fn text(&self, page: &PageId, version: &TextVersion) -> Option<RichText> {
        self.ask(self.with(page, |doc| text_log::at(doc, version)))?
    }

    fn slug_free(&self, page: &PageId, slug: &str) -> Option<bool> {
        let owner = self.ask(self.tx.slug_owner(slug))?;
        Some(owner.is_none_or(|owner| owner == *page))
    }
}
