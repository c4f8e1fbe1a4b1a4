//! The site as a whole: the full build, and the update that touches only what one page touches.

use crate::archive::{List, NEWS_KINDS, cut};
use crate::folder::Folder;
use crate::index::Index;
use crate::media::Media;
use crate::page::Summary;
use crate::render::{OFFICE_NEWS, Renderer, icons_url};
use crate::view::Text;
use crate::{Comune, Files, Pages, Published, Report, SiteError, assets, feed};
use domain::PageId;
use domain::sito::PageKind;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A site in a folder. It keeps a summary of every page in memory (about a kilobyte each).
///
/// After an error, or where the program stopped in the middle of an update, the folder may hold a mixture
/// of old and new files, each whole in itself: build again.
pub struct Site {
    comune: Comune,
    folder: Folder,
    index: Index,
    media: Media,
    icons: String,
}

/// Writes the whole site into a folder and forgets it. See [`Site::build`].
///
/// # Errors
/// As [`Site::build`].
pub fn build(
    comune: &Comune,
    pages: &dyn Pages,
    files: &dyn Files,
    out: &Path,
) -> Result<Report, SiteError> {
    Site::build(comune.clone(), pages, files, out).map(|(_, report)| report)
}

impl Site {
    /// Writes the whole site into a folder. What is there and right already is left alone, finished images
    /// are not made again, and what does not belong to the site is removed.
    ///
    /// # Errors
    /// Where the folder is another's, cannot be written, or the pages cannot be published.
    pub fn build(
        comune: Comune,
        pages: &dyn Pages,
        files: &dyn Files,
        out: &Path,
    ) -> Result<(Self, Report), SiteError> {
        let mut site = Self::open(comune, out)?;
        site.folder.start_full();
        site.load(pages, files)?;
        for (path, bytes) in assets::all() {
            site.folder.put(path, bytes)?;
        }
        site.write_all(pages)?;
        site.folder.sweep()?;
        let report = site.folder.take_report();
        Ok((site, report))
    }

    /// Brings the folder up to date with one page, as the source has it now: published anew, changed, or
    /// no longer public. Afterwards the folder is what a full build would have made.
    ///
    /// # Errors
    /// As [`Site::build`].
    pub fn update(
        &mut self,
        id: &PageId,
        pages: &dyn Pages,
        files: &dyn Files,
    ) -> Result<Report, SiteError> {
        let page = pages.get(id).map_err(SiteError::Source)?;
        let old = self.index.get(id).cloned();
        let new = page.as_ref().map(Summary::of);
        let lists = lists_of(old.as_ref(), new.as_ref());
        let before: Vec<_> = lists.iter().map(|list| self.shapes(list)).collect();
        let arrived = self.enter(id, page.as_ref(), files)?;
        if arrived {
            self.write_all(pages)?;
        }
        if let Some(page) = &page {
            self.write_page(page)?;
        }
        if let (Some(old), path) = (&old, new.as_ref().map(Summary::path)) {
            self.remove_old(old, path)?;
        }
        if differ(old.as_ref(), new.as_ref(), |a, b| {
            a.path() == b.path() && a.title == b.title
        }) {
            self.rewrite(&self.index.that_name(id), pages)?;
        }
        if differ(old.as_ref(), new.as_ref(), Summary::looks_like) {
            self.write_singles()?;
            for (list, before) in lists.iter().zip(&before) {
                self.write_list_around(list, before, id)?;
            }
        } else {
            self.write_feeds()?;
        }
        self.rewrite(&offices(old.as_ref(), new.as_ref()), pages)?;
        if let Some(old) = old {
            self.remove_unused(&old)?;
        }
        Ok(self.folder.take_report())
    }

    /// How many pages are published.
    pub fn len(&self) -> usize {
        self.index.all().count()
    }

    /// Nothing is published.
    pub fn is_empty(&self) -> bool {
        self.index.all().next().is_none()
    }

    fn open(comune: Comune, out: &Path) -> Result<Self, SiteError> {
        let folder = Folder::open(out)?;
        let comune = comune.cleaned();
        Ok(Self {
            icons: icons_url(&comune),
            media: Media::on_disk(&folder),
            index: Index::default(),
            comune,
            folder,
        })
    }

    /// First pass: what every page is, and its images and files.
    fn load(&mut self, pages: &dyn Pages, files: &dyn Files) -> Result<(), SiteError> {
        let mut done = Ok(());
        let each = &mut |page: Published| {
            if done.is_ok() {
                let id = page.id.clone();
                done = self.enter(&id, Some(&page), files).map(|_| ());
            }
        };
        pages.each(each).map_err(SiteError::Source)?;
        done
    }

    fn enter(
        &mut self,
        id: &PageId,
        page: Option<&Published>,
        files: &dyn Files,
    ) -> Result<bool, SiteError> {
        match page {
            Some(page) => {
                self.index.put(Summary::of(page))?;
                self.media.prepare(page, files, &mut self.folder)
            }
            None => {
                self.index.remove(id);
                Ok(false)
            }
        }
    }

    fn write_all(&mut self, pages: &dyn Pages) -> Result<(), SiteError> {
        self.write_pages(pages)?;
        self.write_singles()?;
        self.lists()
            .iter()
            .try_for_each(|list| self.write_list(list, &Shapes::new()))
    }

    /// Second pass: the pages themselves.
    fn write_pages(&mut self, pages: &dyn Pages) -> Result<(), SiteError> {
        let mut done = Ok(());
        let each = &mut |page: Published| {
            if done.is_ok() {
                done = self.write_page(&page);
            }
        };
        pages.each(each).map_err(SiteError::Source)?;
        done
    }

    fn renderer(&self) -> Renderer<'_> {
        Renderer::new(&self.comune, &self.index, &self.media, &self.icons)
    }

    fn write_page(&mut self, page: &Published) -> Result<(), SiteError> {
        // A page that was published between the two passes comes with its own update.
        let Some(known) = self.index.get(&page.id) else {
            return Ok(());
        };
        let path = known.path() + "index.html";
        let news = self.office_news(page);
        let html = self.renderer().page(page, &news);
        self.folder.put(&path, html.as_bytes())
    }

    fn office_news(&self, page: &Published) -> Vec<&Summary> {
        if page.kind != PageKind::Ufficio {
            return Vec::new();
        }
        let of_office = |news: &&Summary| news.is_news() && news.office.as_ref() == Some(&page.id);
        self.index
            .all()
            .rev()
            .filter(of_office)
            .take(OFFICE_NEWS)
            .collect()
    }

    fn rewrite(&mut self, ids: &[PageId], pages: &dyn Pages) -> Result<(), SiteError> {
        for id in ids {
            if let Some(page) = pages.get(id).map_err(SiteError::Source)? {
                self.write_page(&page)?;
            }
        }
        Ok(())
    }

    /// The pages of which there is one each.
    fn write_singles(&mut self) -> Result<(), SiteError> {
        let render = self.renderer();
        let index = &self.index;
        let singles = [
            ("index.html", render.home(index)),
            ("amministrazione/index.html", render.administration()),
            ("amministrazione/uffici/index.html", render.offices(index)),
            ("servizi/index.html", render.services()),
            ("vivere-il-comune/index.html", render.live()),
            ("pagine/index.html", render.pages(index)),
            ("argomenti/index.html", render.topic_list(index)),
            ("mappa-del-sito/index.html", render.map(index)),
            ("note-legali/index.html", render.text(Text::LegalNotes)),
            ("accessibilita/index.html", render.text(Text::Accessibility)),
            ("404.html", render.text(Text::NotFound)),
            ("robots.txt", feed::robots(&self.comune)),
        ];
        for (path, text) in singles {
            self.folder.put(path, text.as_bytes())?;
        }
        self.write_feeds()
    }

    /// What changes with the date of a page alone.
    fn write_feeds(&mut self) -> Result<(), SiteError> {
        let feed = feed::feed(&self.comune, &self.index);
        self.folder.put("feed.xml", feed.as_bytes())?;
        let parts = feed::sitemap(&self.comune, &self.index);
        for (path, part) in &parts {
            self.folder.put(path, part.as_bytes())?;
        }
        // One page less may be one part less.
        self.folder
            .remove(&format!("sitemap/{}.xml", parts.len().saturating_sub(1)))
    }

    fn lists(&self) -> Vec<List> {
        let topics = self.index.topics().into_keys().cloned().map(List::Topic);
        let kinds = NEWS_KINDS.map(List::Kind);
        std::iter::once(List::News)
            .chain(kinds)
            .chain(topics)
            .collect()
    }

    fn items(&self, list: &List) -> Vec<&Summary> {
        self.index.all().filter(|page| list.holds(page)).collect()
    }

    fn shapes(&self, list: &List) -> Shapes {
        let items = self.items(list);
        if items.is_empty() && !list.always() {
            return Shapes::new();
        }
        let sheets = cut(&items);
        sheets
            .iter()
            .map(|sheet| (sheet.number, sheet.shape()))
            .collect()
    }

    /// Writes the pages of a list that are not among those that stand.
    fn write_list(&mut self, list: &List, stand: &Shapes) -> Result<(), SiteError> {
        let items = self.items(list);
        let render = self.renderer();
        let mut texts = Vec::new();
        for sheet in cut(&items) {
            if stand.get(&sheet.number) != Some(&sheet.shape()) {
                texts.push((
                    sheet_path(list, sheet.number),
                    render.sheet(list, &sheet, &items),
                ));
            }
        }
        for (path, text) in texts {
            self.folder.put(&path, text.as_bytes())?;
        }
        Ok(())
    }

    /// Writes the pages of a list that one page changed, removes those that are no more.
    fn write_list_around(
        &mut self,
        list: &List,
        before: &Shapes,
        id: &PageId,
    ) -> Result<(), SiteError> {
        let after = self.shapes(list);
        for number in before.keys().filter(|number| !after.contains_key(number)) {
            self.folder.remove(&sheet_path(list, *number))?;
        }
        if after.is_empty() {
            return Ok(());
        }
        let untouched =
            |number: &Option<usize>, shape: &Shape| number.is_some() && !shape.0.contains(id);
        let stand = before
            .iter()
            .filter(|(number, shape)| untouched(number, shape))
            .map(|(number, shape)| (*number, shape.clone()))
            .collect();
        self.write_list(list, &stand)
    }

    fn remove_old(&mut self, old: &Summary, path: Option<String>) -> Result<(), SiteError> {
        if path.as_ref() != Some(&old.path()) {
            self.folder.remove(&(old.path() + "index.html"))?;
        }
        Ok(())
    }

    /// Removes the images and files that only the old version of a page used.
    fn remove_unused(&mut self, old: &Summary) -> Result<(), SiteError> {
        let mut paths = Vec::new();
        for image in self.index.unused_images(&old.images) {
            paths.extend(self.media.forget_picture(image));
        }
        for offer in self.index.unused_offers(&old.offers) {
            self.media.forget_offer(offer);
            paths.push(offer.clone());
        }
        paths.iter().try_for_each(|path| self.folder.remove(path))
    }
}

type Shape = (Vec<PageId>, Option<usize>, Option<usize>);
type Shapes = BTreeMap<Option<usize>, Shape>;

fn sheet_path(list: &List, number: Option<usize>) -> String {
    format!(
        "{}{}index.html",
        list.path(),
        crate::archive::Sheet::path(number)
    )
}

fn lists_of(old: Option<&Summary>, new: Option<&Summary>) -> BTreeSet<List> {
    [old, new]
        .into_iter()
        .flatten()
        .flat_map(List::of)
        .collect()
}

/// The offices whose cards show the news.
fn offices(old: Option<&Summary>, new: Option<&Summary>) -> Vec<PageId> {
    if old.is_some()
        && new.is_some()
        && !differ(old, new, |a, b| a.looks_like(b) && a.office == b.office)
    {
        return Vec::new();
    }
    let offices: BTreeSet<_> = [old, new]
        .into_iter()
        .flatten()
        .filter_map(|p| p.office.clone())
        .collect();
    offices.into_iter().collect()
}

fn differ(
    old: Option<&Summary>,
    new: Option<&Summary>,
    same: impl Fn(&Summary, &Summary) -> bool,
) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => !same(old, new),
        (None, None) => false,
        _ => true,
    }
}
