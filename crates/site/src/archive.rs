//! Lists of news cut into pages that stay what they are.
//!
//! Counted from the oldest, every twenty items make a page that never changes again; what is newer than
//! the last full page is on the front page, together with that page's items. So a new item rewrites the
//! front page alone, and one in twenty adds a page. Addresses: `novita/elenco/1/` holds the oldest.

use crate::page::{Summary, folder};
use domain::PageId;
use domain::sito::{Argomento, NewsKind, PageKind};

/// Items of a page of a list; the front page has between these and twice as many, less one.
pub const PER_PAGE: usize = 20;

/// A list that is cut into pages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    /// All news.
    News,
    /// The news of a kind.
    Kind(NewsKind),
    /// Everything on a topic.
    Topic(Argomento),
}

pub(crate) const NEWS_KINDS: [NewsKind; 3] =
    [NewsKind::Notizia, NewsKind::Comunicato, NewsKind::Avviso];

impl List {
    /// The lists that show a page.
    pub fn of(page: &Summary) -> Vec<Self> {
        let mut lists = Vec::new();
        if page.is_news() {
            lists.extend([Self::News, Self::Kind(page.news)]);
        }
        lists.extend(page.topics.iter().cloned().map(Self::Topic));
        lists
    }

    pub fn holds(&self, page: &Summary) -> bool {
        match self {
            Self::News => page.is_news(),
            Self::Kind(kind) => page.is_news() && page.news == *kind,
            Self::Topic(topic) => page.topics.contains(topic),
        }
    }

    /// Its address within the site.
    pub fn path(&self) -> String {
        match self {
            Self::News => "novita/".into(),
            Self::Kind(kind) => folder(PageKind::Notizia, *kind).into(),
            Self::Topic(topic) => format!("argomenti/{}/", topic.as_str()),
        }
    }

    /// It is there even when nothing is in it.
    pub fn always(&self) -> bool {
        !matches!(self, Self::Topic(_))
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub(crate) struct Sheet<'a> {
    /// Its number from the oldest, 1 the first; `None` for the front page.
    pub number: Option<usize>,
    /// Its items, newest first.
    pub items: Vec<&'a Summary>,
    /// There is a page with older items: its number.
    pub older: Option<usize>,
    /// There is a page with newer items: its number, or 0 for the front page.
    pub newer: Option<usize>,
}

impl Sheet<'_> {
    /// Its path under the list's own.
    pub fn path(number: Option<usize>) -> String {
        number.map_or_else(String::new, |n| format!("elenco/{n}/"))
    }

    /// What makes this sheet itself, apart from the look of its items.
    pub fn shape(&self) -> (Vec<PageId>, Option<usize>, Option<usize>) {
        let ids = self.items.iter().map(|page| page.id.clone()).collect();
        (ids, self.older, self.newer)
    }
}

/// Full pages beside the front page, for a list of so many items.
pub(crate) fn full_pages(items: usize) -> usize {
    (items / PER_PAGE).saturating_sub(1)
}

/// The number of the page that holds the item at this place, counted from the oldest; 0 is the front page.
pub(crate) fn page_of(place: usize, items: usize) -> usize {
    let page = place / PER_PAGE + 1;
    if page > full_pages(items) { 0 } else { page }
}

/// Cuts a list, oldest item first, into its pages: the front page, then the others from the oldest.
pub(crate) fn cut<'a>(items: &[&'a Summary]) -> Vec<Sheet<'a>> {
    let full = full_pages(items.len());
    let (settled, front) = items.split_at((full * PER_PAGE).min(items.len()));
    let sheet = |number, items: &[&'a Summary], older, newer| Sheet {
        number,
        items: items.iter().rev().copied().collect(),
        older,
        newer,
    };
    let mut sheets = vec![sheet(None, front, (full > 0).then_some(full), None)];
    for (i, items) in settled.chunks(PER_PAGE).enumerate() {
        let number = i + 1;
        let newer = if number == full { 0 } else { number + 1 };
        sheets.push(sheet(
            Some(number),
            items,
            (i > 0).then_some(i),
            Some(newer),
        ));
    }
    sheets
}
