//! An update leaves the folder as a full build would, and touches only what it must.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod common;

use common::{HOUR, SUNDAY, file, jpeg, link, news, page, paragraph, roccaverano, tree};
use domain::sito::{Argomento, Block, Cover, NewsKind, PageKind, RichText, Span};
use domain::{FileId, PageId};
use proptest::prelude::*;
use site::{PER_PAGE, Published, Report, Site, SiteError, build};
use std::collections::BTreeMap;
use std::path::Path;

type Store = BTreeMap<FileId, Vec<u8>>;
type All = BTreeMap<PageId, Published>;

fn all(pages: impl IntoIterator<Item = Published>) -> All {
    pages
        .into_iter()
        .map(|page| (page.id.clone(), page))
        .collect()
}

fn opened(pages: &All, files: &Store, out: &Path) -> Site {
    Site::build(roccaverano(), pages, files, out).unwrap().0
}

fn update(site: &mut Site, page: &Published, pages: &mut All) -> Report {
    pages.insert(page.id.clone(), page.clone());
    site.update(&page.id, pages, &Store::new()).unwrap()
}

fn as_built_anew(pages: &All, files: &Store) -> BTreeMap<String, Vec<u8>> {
    let fresh = tempfile::tempdir().unwrap();
    build(&roccaverano(), pages, files, fresh.path()).unwrap();
    tree(fresh.path())
}

fn sorted(mut paths: Vec<String>) -> Vec<String> {
    paths.sort();
    paths
}

#[test]
fn one_word_in_an_old_news_rewrites_the_page_and_its_part_of_the_sitemap() {
    let mut pages = all((0..100).map(news));
    let out = tempfile::tempdir().unwrap();
    let mut site = opened(&pages, &Store::new(), out.path());
    let mut edited = news(10);
    edited.body = RichText::from_plain("Un'altra riga di testo.");
    edited.at += HOUR;
    let report = update(&mut site, &edited, &mut pages);
    let touched = ["novita/notizie/notizia-10/index.html", "sitemap/1.xml"];
    assert_eq!(sorted(report.written), touched);
    assert_eq!(report.removed, Vec::<String>::new());
    assert_eq!(tree(out.path()), as_built_anew(&pages, &Store::new()));
}

#[test]
fn the_same_page_published_again_as_it_was_rewrites_nothing() {
    let mut pages = all((0..30).map(news));
    let out = tempfile::tempdir().unwrap();
    let mut site = opened(&pages, &Store::new(), out.path());
    let report = update(&mut site, &news(10), &mut pages);
    assert_eq!((report.written, report.removed), (vec![], vec![]));
}

#[test]
fn a_new_news_leaves_the_settled_pages_of_the_lists_alone() {
    let count = 5 * i64::try_from(PER_PAGE).unwrap() + 3;
    let mut pages = all((0..count).map(news));
    let out = tempfile::tempdir().unwrap();
    let mut site = opened(&pages, &Store::new(), out.path());
    let report = update(&mut site, &news(count), &mut pages);
    let new = format!("novita/notizie/notizia-{count}/index.html");
    let mut expected = vec![
        "feed.xml".to_owned(),
        "index.html".into(),
        "novita/index.html".into(),
        "novita/notizie/index.html".into(),
        new,
        "sitemap/1.xml".into(),
    ];
    expected.sort();
    assert_eq!(sorted(report.written), expected);
}

#[test]
fn a_new_title_rewrites_the_pages_that_link_to_it_and_no_others() {
    let mut office = page(PageKind::Ufficio, "ufficio-tecnico", "Ufficio tecnico");
    let mut linked = news(1);
    linked.fields.office = Some(office.id.clone());
    let mut pages = all([office.clone(), linked, news(2)]);
    let out = tempfile::tempdir().unwrap();
    let mut site = opened(&pages, &Store::new(), out.path());
    office.fields.title = "Ufficio tecnico e ambiente".into();
    let report = update(&mut site, &office, &mut pages);
    let has = |path: &str| report.written.iter().any(|written| written == path);
    assert!(has("novita/notizie/notizia-1/index.html"));
    assert!(has("amministrazione/uffici/index.html"));
    assert!(!has("novita/notizie/notizia-2/index.html"));
    assert!(!has("novita/index.html") && !has("feed.xml"));
    assert_eq!(tree(out.path()), as_built_anew(&pages, &Store::new()));
}

#[test]
fn an_unpublished_page_is_gone_with_its_images_files_and_topic() {
    let bytes = jpeg(900, 600);
    let picture = file(&bytes, "neve.jpg", "image/jpeg");
    let pdf = file(b"%PDF-1.4", "avviso.pdf", "application/pdf");
    let files = Store::from([
        (picture.id.clone(), bytes),
        (pdf.id.clone(), b"%PDF-1.4".to_vec()),
    ]);
    let mut shown = news(1);
    shown.fields.cover = Some(Cover {
        file: picture,
        alt: "Neve".into(),
        decorative: false,
    });
    shown.fields.topics.extend(Argomento::named("Istruzione"));
    shown.fields.attachments.push(pdf);
    let mut pages = all([shown.clone(), news(2)]);
    let out = tempfile::tempdir().unwrap();
    let mut site = opened(&pages, &files, out.path());
    pages.remove(&shown.id);
    let report = site.update(&shown.id, &pages, &files).unwrap();
    assert_eq!(report.removed.len(), 5, "{:?}", report.removed); // page, topic, two images, file
    for folder in [
        "media",
        "allegati",
        "argomenti/istruzione",
        "novita/notizie/notizia-1",
    ] {
        assert!(!out.path().join(folder).exists(), "{folder} is still there");
    }
    assert_eq!(tree(out.path()), as_built_anew(&pages, &files));
}

#[test]
fn a_news_that_changes_kind_moves_and_links_follow_it() {
    let mut moved = news(1);
    let mut linking = news(2);
    linking.body.blocks = vec![paragraph(vec![link("la prima", "pagina:notizia-1")])];
    let mut pages = all([moved.clone(), linking]);
    let out = tempfile::tempdir().unwrap();
    let mut site = opened(&pages, &Store::new(), out.path());
    moved.fields.news = NewsKind::Avviso;
    let report = update(&mut site, &moved, &mut pages);
    assert_eq!(report.removed, ["novita/notizie/notizia-1/index.html"]);
    let html = out.path().join("novita/notizie/notizia-2/index.html");
    let html = std::fs::read_to_string(html).unwrap();
    assert!(html.contains("href=\"/siti/roccaverano/novita/avvisi/notizia-1/\">la prima</a>"));
    assert_eq!(tree(out.path()), as_built_anew(&pages, &Store::new()));
}

#[test]
fn a_file_that_arrives_late_appears_wherever_it_was_missed() {
    let bytes = jpeg(900, 600);
    let picture = file(&bytes, "neve.jpg", "image/jpeg");
    let with_cover = |n| {
        let mut page = news(n);
        page.fields.cover = Some(Cover {
            file: picture.clone(),
            alt: "Neve".into(),
            decorative: false,
        });
        page
    };
    let pages = all([with_cover(1), with_cover(2)]);
    let out = tempfile::tempdir().unwrap();
    let mut site = opened(&pages, &Store::new(), out.path());
    let files = Store::from([(picture.id.clone(), bytes)]);
    site.update(&PageId::new("notizia-1"), &pages, &files)
        .unwrap();
    assert_eq!(tree(out.path()), as_built_anew(&pages, &files));
}

#[test]
fn addresses_that_cannot_be_are_refused_before_anything_is_written() {
    let out = tempfile::tempdir().unwrap();
    for slug in ["", "../fuori", "Maiuscole", "a/b", "perché"] {
        let pages = all([page(PageKind::Pagina, slug, "Prova")]);
        let error = build(&roccaverano(), &pages, &Store::new(), out.path());
        assert!(matches!(error, Err(SiteError::BadSlug { .. })), "{slug}");
    }
    let mut twin = news(1);
    twin.id = PageId::new("un-altra");
    let mut pages = all([news(1)]);
    let mut site = opened(&pages, &Store::new(), out.path());
    let before = tree(out.path());
    pages.insert(twin.id.clone(), twin.clone());
    let error = site.update(&twin.id, &pages, &Store::new());
    assert!(matches!(error, Err(SiteError::SamePath { .. })));
    assert_eq!(tree(out.path()), before);
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("tesi.doc"), "vent'anni di lavoro").unwrap();
    let error = build(&roccaverano(), &All::new(), &Store::new(), out.path());
    assert!(matches!(error, Err(SiteError::Foreign(_))));
    assert_eq!(tree(out.path()).len(), 1);
}

#[test]
fn a_full_build_over_an_older_site_removes_what_is_no_longer_in_it() {
    let out = tempfile::tempdir().unwrap();
    build(
        &roccaverano(),
        &all((0..50).map(news)),
        &Store::new(),
        out.path(),
    )
    .unwrap();
    let fewer = all((0..3).map(news));
    build(&roccaverano(), &fewer, &Store::new(), out.path()).unwrap();
    assert_eq!(tree(out.path()), as_built_anew(&fewer, &Store::new()));
}

/// Three pictures and a document that the pages of the property share.
fn store() -> (Store, Vec<domain::FileRef>) {
    let bytes: Vec<Vec<u8>> = (1..4u32).map(|n| jpeg(n * 300, 200)).collect();
    let refs: Vec<_> = bytes
        .iter()
        .map(|b| file(b, "foto.jpg", "image/jpeg"))
        .collect();
    let store = refs.iter().map(|r| r.id.clone()).zip(bytes).collect();
    (store, refs)
}

const TOPICS: [&str; 3] = ["Istruzione", "Turismo", "Sport"];

/// A page put together from small numbers: which one, what kind, how it is filled.
fn drawn(which: u8, n: [u8; 7], refs: &[domain::FileRef]) -> Published {
    let id = usize::from(which);
    let kind = PageKind::ALL[usize::from(n[0]) % 3];
    let mut page = page(
        kind,
        &format!("pagina-{id}"),
        ["Neve", "Sole", "Vento"][usize::from(n[1]) % 3],
    );
    page.first_at = SUNDAY + i64::from(which) * 7 * HOUR;
    page.at = page.first_at + i64::from(n[2]) * 20 * HOUR;
    page.slug = format!("pagina-{id}{}", if n[2] % 4 == 3 { "-bis" } else { "" });
    page.fields.news =
        [NewsKind::Notizia, NewsKind::Comunicato, NewsKind::Avviso][usize::from(n[3]) % 3];
    let topics = TOPICS
        .iter()
        .enumerate()
        .filter(|(bit, _)| n[4] & (1 << bit) != 0);
    page.fields.topics = topics
        .filter_map(|(_, name)| Argomento::named(name))
        .collect();
    let other = PageId::new(format!("pagina-{}", n[5] % 8));
    page.fields.office = n[5].is_multiple_of(2).then(|| other.clone());
    let cover = refs.get(usize::from(n[6]) % 4);
    page.fields.cover = cover.map(|file| Cover {
        file: file.clone(),
        alt: "Foto".into(),
        decorative: false,
    });
    if n[6] >= 4 {
        page.fields
            .attachments
            .push(refs[usize::from(n[6]) % 3].clone());
        page.body.blocks.push(Block::Attachment {
            file: refs[0].clone(),
        });
    }
    let to = format!("pagina:{other}");
    page.body
        .blocks
        .push(paragraph(vec![Span::plain("Vedi "), link("questa", &to)]));
    page
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is published, changed and taken away in whatever order, the folder is at every end what
    /// a full build makes, byte for byte.
    #[test]
    fn any_updates_end_where_a_full_build_would(
        settled in 24i64..54,
        edits in prop::collection::vec((0u8..8, prop::option::weighted(0.8, any::<[u8; 7]>())), 1..10),
    ) {
        let (files, refs) = store();
        let mut pages = all((1000..1000 + settled).map(news));
        let out = tempfile::tempdir().unwrap();
        let mut site = opened(&pages, &files, out.path());
        for (which, draw) in edits {
            let id = PageId::new(format!("pagina-{which}"));
            match draw {
                Some(n) => {
                    let mut page = drawn(which, n.map(|b| b % 8), &refs);
                    page.id = id.clone();
                    pages.insert(id.clone(), page);
                }
                None => { pages.remove(&id); }
            }
            site.update(&id, &pages, &files).unwrap();
        }
        let (is, should) = (tree(out.path()), as_built_anew(&pages, &files));
        let differ: Vec<_> = is.keys().chain(should.keys())
            .filter(|path| is.get(*path) != should.get(*path)).collect();
        prop_assert!(differ.is_empty(), "{differ:?}");
    }
}
