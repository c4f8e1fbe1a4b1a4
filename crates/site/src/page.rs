//! A published page and its address.

use domain::sito::{Argomento, Block, Cover, Fields, NewsKind, PageKind, RichText, Span};
use domain::{FileId, FileRef, PageId, UnixMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the public sees of a page: the publication, with its text spelled out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Identity.
    pub id: PageId,
    /// Kind.
    pub kind: PageKind,
    /// The last part of the address, as the hub chose it.
    pub slug: String,
    /// When this version was published.
    pub at: UnixMs,
    /// When the page was first published; lists are in this order.
    pub first_at: UnixMs,
    /// The fields.
    pub fields: Fields,
    /// The text.
    pub body: RichText,
}

impl Published {
    /// Every span of the text, in reading order.
    pub(crate) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.body.blocks.iter().flat_map(|block| {
            let cells = match block {
                Block::Table(table) => table.rows.as_slice(),
                _ => &[],
            };
            let cells = cells.iter().flat_map(|row| &row.cells).flatten();
            block.spans().unwrap_or_default().iter().chain(cells)
        })
    }

    /// The images it shows.
    pub(crate) fn images(&self) -> impl Iterator<Item = &FileRef> {
        let in_text = self.body.blocks.iter().filter_map(|block| match block {
            Block::Image { file, .. } => Some(file),
            _ => None,
        });
        in_text.chain(self.fields.cover.as_ref().map(|cover| &cover.file))
    }

    /// The files it offers.
    pub(crate) fn attachments(&self) -> impl Iterator<Item = &FileRef> {
        let in_text = self.body.blocks.iter().filter_map(|block| match block {
            Block::Attachment { file } => Some(file),
            _ => None,
        });
        in_text.chain(&self.fields.attachments)
    }

    /// The address within the site.
    pub fn path(&self) -> String {
        link_path(self.kind, &self.slug, self.fields.news)
    }
}

/// Where a page leads to: what a link needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its title.
    pub title: String,
    /// Its address within the site, as [`link_path`] gives it.
    pub path: String,
}

/// The address of a page within the site, without a slash at the beginning, to be put after the base:
/// `novita/notizie/neve/`, `amministrazione/uffici/anagrafe/`, `pagine/storia/`.
pub fn link_path(kind: PageKind, slug: &str, news: NewsKind) -> String {
    format!("{}{slug}/", folder(kind, news))
}

pub(crate) fn folder(kind: PageKind, news: NewsKind) -> &'static str {
    match (kind, news) {
        (PageKind::Ufficio, _) => "amministrazione/uffici/",
        (PageKind::Pagina, _) => "pagine/",
        (PageKind::Notizia, NewsKind::Notizia) => "novita/notizie/",
        (PageKind::Notizia, NewsKind::Comunicato) => "novita/comunicati/",
        (PageKind::Notizia, NewsKind::Avviso) => "novita/avvisi/",
    }
}

/// What the rest of the site needs to know of a page: enough for lists, links, feed and sitemap,
/// so that ten thousand pages fit in a few megabytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Summary {
    pub id: PageId,
    pub kind: PageKind,
    pub news: NewsKind,
    pub slug: String,
    pub at: UnixMs,
    pub first_at: UnixMs,
    pub title: String,
    pub summary: String,
    pub topics: BTreeSet<Argomento>,
    pub office: Option<PageId>,
    pub cover: Option<Cover>,
    /// Pages that its text links to.
    pub links: BTreeSet<PageId>,
    pub images: BTreeSet<FileId>,
    /// Paths of the files it offers.
    pub offers: BTreeSet<String>,
}

impl Summary {
    pub fn of(page: &Published) -> Self {
        let fields = page.fields.clone();
        Self {
            id: page.id.clone(),
            kind: page.kind,
            news: fields.news,
            slug: page.slug.clone(),
            at: page.at,
            first_at: page.first_at,
            title: crate::html::clean(&fields.title),
            summary: crate::html::clean(&fields.summary),
            topics: topics(fields.topics),
            office: fields.office,
            cover: fields.cover,
            links: links(page),
            images: page.images().map(|file| file.id.clone()).collect(),
            offers: page.attachments().map(crate::media::offered_path).collect(),
        }
    }

    pub fn path(&self) -> String {
        link_path(self.kind, &self.slug, self.news)
    }

    pub fn is_news(&self) -> bool {
        self.kind == PageKind::Notizia
    }

    /// The same in every list that shows it.
    pub fn looks_like(&self, other: &Self) -> bool {
        let look = |s: &Self| {
            (
                s.path(),
                s.title.clone(),
                s.summary.clone(),
                s.cover.clone(),
            )
        };
        look(self) == look(other) && self.topics == other.topics && self.first_at == other.first_at
    }
}

/// A topic is part of an address: one that cannot be is dropped.
fn topics(mut topics: BTreeSet<Argomento>) -> BTreeSet<Argomento> {
    topics.retain(|topic| is_slug(topic.as_str()));
    topics
}

fn links(page: &Published) -> BTreeSet<PageId> {
    page.spans()
        .filter_map(|span| span.link.as_deref()?.strip_prefix("pagina:"))
        .map(PageId::new)
        .collect()
}

/// Lower-case ASCII letters, digits and hyphens, at most 100: safe as a folder name anywhere.
pub(crate) fn is_slug(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
