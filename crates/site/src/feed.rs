//! What programs read: the feed of news (Atom, RFC 4287), the sitemap (sitemaps.org), robots.txt.

use crate::index::Index;
use crate::page::Summary;
use crate::render::topic_name;
use crate::{Comune, date, html};
use std::fmt::Write as _;

/// News in the feed.
const FEED: usize = 20;
/// Addresses per part of the sitemap: so one edited page rewrites a small file.
const PART: usize = 1_000;

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SITEMAPS: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// The sections, which have no date of their own.
const SECTIONS: [&str; 12] = [
    "",
    "amministrazione/",
    "amministrazione/uffici/",
    "novita/",
    "novita/notizie/",
    "novita/comunicati/",
    "novita/avvisi/",
    "servizi/",
    "vivere-il-comune/",
    "pagine/",
    "argomenti/",
    "mappa-del-sito/",
];

/// The latest news.
pub(crate) fn feed(comune: &Comune, index: &Index) -> String {
    let news: Vec<_> = index
        .all()
        .rev()
        .filter(|page| page.is_news())
        .take(FEED)
        .collect();
    let updated = news.iter().map(|page| page.at).max().unwrap_or(0);
    let mut out = String::from(XML);
    let name = text(&format!("Comune di {}", comune.name));
    let _ = write!(
        out,
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"it\">\n\
         <id>{}</id>\n<title>Novità del {name}</title>\n<updated>{}</updated>\n\
         <link rel=\"self\" href=\"{}\"/>\n<link rel=\"alternate\" href=\"{}\"/>\n\
         <author><name>{name}</name></author>\n",
        text(&feed_id(comune)),
        date::instant(updated),
        text(&comune.absolute("feed.xml")),
        text(&comune.absolute("novita/")),
    );
    news.into_iter()
        .for_each(|page| entry(&mut out, comune, page));
    out.push_str("</feed>\n");
    out
}

/// An id must be absolute and never change (RFC 4287, 4.2.6); the ISTAT code does not.
fn feed_id(comune: &Comune) -> String {
    format!("urn:comuni-in-rete:comune:{}", comune.id)
}

fn entry(out: &mut String, comune: &Comune, page: &Summary) {
    let _ = write!(
        out,
        "<entry>\n<id>urn:comuni-in-rete:pagina:{}</id>\n<title>{}</title>\n\
         <link rel=\"alternate\" href=\"{}\"/>\n<published>{}</published>\n<updated>{}</updated>\n\
         <summary>{}</summary>\n",
        text(page.id.as_str()),
        text(&page.title),
        text(&comune.absolute(&page.path())),
        date::instant(page.first_at),
        date::instant(page.at),
        text(&page.summary),
    );
    for topic in &page.topics {
        let (term, label) = (text(topic.as_str()), text(&topic_name(topic)));
        let _ = writeln!(out, "<category term=\"{term}\" label=\"{label}\"/>");
    }
    out.push_str("</entry>\n");
}

/// The files of the sitemap: path and content. None where the origin of the site is not known, because
/// a sitemap holds absolute addresses alone.
pub(crate) fn sitemap(comune: &Comune, index: &Index) -> Vec<(String, String)> {
    if comune.origin.is_empty() {
        return Vec::new();
    }
    let pages: Vec<_> = index.all().collect();
    let mut parts = vec![urls(
        SECTIONS.iter().map(|path| (comune.absolute(path), None)),
    )];
    parts.extend(pages.chunks(PART).map(|pages| {
        urls(
            pages
                .iter()
                .map(|page| (comune.absolute(&page.path()), Some(page.at))),
        )
    }));
    let name = |n: usize| format!("sitemap/{n}.xml");
    let mut main = format!("{XML}<sitemapindex xmlns=\"{SITEMAPS}\">\n");
    for n in 0..parts.len() {
        let _ = writeln!(
            main,
            "<sitemap><loc>{}</loc></sitemap>",
            text(&comune.absolute(&name(n)))
        );
    }
    main.push_str("</sitemapindex>\n");
    let parts = parts
        .into_iter()
        .enumerate()
        .map(|(n, part)| (name(n), part));
    std::iter::once(("sitemap.xml".into(), main))
        .chain(parts)
        .collect()
}

fn urls(addresses: impl Iterator<Item = (String, Option<domain::UnixMs>)>) -> String {
    let mut out = format!("{XML}<urlset xmlns=\"{SITEMAPS}\">\n");
    for (address, at) in addresses {
        let _ = write!(out, "<url><loc>{}</loc>", text(&address));
        if let Some(at) = at {
            let _ = write!(out, "<lastmod>{}</lastmod>", date::instant(at));
        }
        out.push_str("</url>\n");
    }
    out.push_str("</urlset>\n");
    out
}

/// Everything may be read.
pub(crate) fn robots(comune: &Comune) -> String {
    let mut out = "User-agent: *\nAllow: /\n".to_owned();
    if !comune.origin.is_empty() {
        let _ = writeln!(out, "\nSitemap: {}", comune.absolute("sitemap.xml"));
    }
    out
}

fn text(raw: &str) -> String {
    let mut out = String::new();
    html::escape(&mut out, raw);
    out
}
