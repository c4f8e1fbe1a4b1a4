//! Every published page in short, in order of first publication.

use crate::page::{Summary, is_slug};
use crate::{Lookup, SiteError, Target};
use domain::sito::{Argomento, PageKind};
use domain::{FileId, PageId, UnixMs};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Oldest first; the id breaks ties, so that the order is the same everywhere.
    pages: BTreeMap<(UnixMs, PageId), Summary>,
    first_at: BTreeMap<PageId, UnixMs>,
    paths: BTreeMap<String, PageId>,
}

impl Index {
    pub fn get(&self, id: &PageId) -> Option<&Summary> {
        let at = self.first_at.get(id)?;
        self.pages.get(&(*at, id.clone()))
    }

    /// Puts a page in, in the place of what it was before.
    pub fn put(&mut self, page: Summary) -> Result<(), SiteError> {
        self.check(&page)?;
        self.remove(&page.id);
        self.paths.insert(page.path(), page.id.clone());
        self.first_at.insert(page.id.clone(), page.first_at);
        self.pages.insert((page.first_at, page.id.clone()), page);
        Ok(())
    }

    pub fn remove(&mut self, id: &PageId) -> Option<Summary> {
        let at = self.first_at.remove(id)?;
        let page = self.pages.remove(&(at, id.clone()))?;
        self.paths.remove(&page.path());
        Some(page)
    }

    fn check(&self, page: &Summary) -> Result<(), SiteError> {
        if !is_slug(&page.slug) {
            return Err(SiteError::BadSlug {
                page: page.id.clone(),
                slug: page.slug.clone(),
            });
        }
        match self.paths.get(&page.path()) {
            Some(other) if *other != page.id => Err(SiteError::SamePath {
                path: page.path(),
                one: other.clone(),
                other: page.id.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Summary> {
        self.pages.values()
    }

    /// The pages of a kind by title, as people look for them.
    pub fn by_title(&self, kind: PageKind) -> Vec<&Summary> {
        let mut pages: Vec<_> = self.all().filter(|page| page.kind == kind).collect();
        pages.sort_by_cached_key(|page| (page.title.to_lowercase(), page.id.clone()));
        pages
    }

    /// The topics in use, in the order of their names, and how many pages each has.
    pub fn topics(&self) -> BTreeMap<&Argomento, usize> {
        let mut topics = BTreeMap::new();
        for topic in self.all().flat_map(|page| &page.topics) {
            *topics.entry(topic).or_default() += 1;
        }
        topics
    }

    /// The pages whose text or "a cura di" names this one.
    pub fn that_name(&self, id: &PageId) -> Vec<PageId> {
        self.all()
            .filter(|page| page.office.as_ref() == Some(id) || page.links.contains(id))
            .map(|page| page.id.clone())
            .collect()
    }

    /// Of these images, those that no page shows.
    pub fn unused_images<'a>(&self, of: &'a BTreeSet<FileId>) -> Vec<&'a FileId> {
        let unused = |id: &&FileId| !self.all().any(|page| page.images.contains(*id));
        of.iter().filter(unused).collect()
    }

    /// The paths of the offered files of a page that no page offers.
    pub fn unused_offers<'a>(&self, of: &'a BTreeSet<String>) -> Vec<&'a String> {
        let unused = |path: &&String| !self.all().any(|page| page.offers.contains(*path));
        of.iter().filter(unused).collect()
    }
}

impl Lookup for Index {
    fn target(&self, id: &PageId) -> Option<Target> {
        let page = self.get(id)?;
        Some(Target {
            title: page.title.clone(),
            path: page.path(),
        })
    }
}
