//! Lists of news cut into pages that stay what they are.
//!
//! Counted from the oldest, every twenty items make a page that never changes again; what is newer than
//! the last such page is on the front page, which has from ten to twenty-nine items. So a new item rewrites
//! the front page alone, and one in twenty adds a page. Addresses: `novita/elenco/1/` holds the oldest.

use crate::page::{Summary, folder};
use domain::PageId;
use domain::sito::{Argomento, NewsKind, PageKind};

/// Items of a page of a list, the front page excepted.
pub const PER_PAGE: usize = 20;
/// Fewest items of the front page, where there is another page.
const FRONT: usize = 10;

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
    let full = items / PER_PAGE;
    if items % PER_PAGE < FRONT {
        full.saturating_sub(1)
    } else {
        full
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Published;
    use domain::sito::{Fields, RichText};

    fn news(n: i64) -> Summary {
        Summary::of(&Published {
            id: PageId::new(format!("{n:04}")),
            kind: PageKind::Notizia,
            slug: format!("n-{n}"),
            at: n,
            first_at: n,
            fields: Fields::default(),
            body: RichText::default(),
        })
    }

    #[test]
    fn every_item_is_on_one_page_and_the_pages_lead_to_each_other() {
        for count in [0, 1, 29, 30, 49, 50, 103, 110] {
            let all: Vec<_> = (0..count).map(news).collect();
            let all: Vec<_> = all.iter().collect();
            let sheets = cut(&all);
            let mut shown: Vec<_> = sheets.iter().flat_map(|s| &s.items).map(|s| s.at).collect();
            shown.sort_unstable();
            assert_eq!(shown, (0..count).collect::<Vec<_>>());
            assert!(sheets[0].items.len() < PER_PAGE + FRONT);
            assert!(sheets.len() == 1 || sheets[0].items.len() >= FRONT);
            // From the front page one walks to the oldest and back.
            let mut at = &sheets[0];
            for expected in (1..sheets.len()).rev() {
                assert_eq!(at.older, Some(expected));
                let older = &sheets[expected];
                assert_eq!(older.newer, Some(at.number.unwrap_or(0)));
                assert_eq!(older.items.len(), PER_PAGE);
                at = older;
            }
            assert_eq!(at.older, None);
            for (place, item) in all.iter().enumerate() {
                let sheet = &sheets[page_of(place, all.len())];
                assert!(sheet.items.contains(item), "{place} of {count}");
            }
        }
    }
}
