//! What stands in the pages.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod common;

use common::{file, link, news, page, paragraph, roccaverano, tree};
use domain::sito::{Argomento, Block, Cover, LINE_BREAK, NewsKind, PageKind, Row, Span, Table};
use domain::{FileId, PageId};
use site::{Comune, Lookup, NoFiles, NoOthers, Published, Target, build, preview};
use std::collections::BTreeMap;

/// The text of a page between its header and its footer.
fn text_of(blocks: Vec<Block>) -> String {
    let mut shown = page(PageKind::Pagina, "prova", "Prova");
    shown.body.blocks = blocks;
    let html = preview(&roccaverano(), &shown, &NoOthers, &NoFiles);
    let (_, from) = html.split_once("cr-text\">\n").unwrap();
    from.split_once("</div>\n</div>\n</div>\n</article>")
        .unwrap()
        .0
        .to_owned()
}

fn item(depth: u8, ordered: bool, words: &str) -> Block {
    Block::Item {
        ordered,
        depth,
        spans: vec![Span::plain(words)],
    }
}

fn heading(level: u8, words: &str) -> Block {
    Block::Heading {
        level,
        spans: vec![Span::plain(words)],
    }
}

fn squeezed(html: &str) -> String {
    html.replace('\n', "")
}

#[test]
fn flat_items_become_nested_lists() {
    let html = text_of(vec![
        item(0, false, "uno"),
        item(1, true, "primo"),
        item(1, true, "secondo"),
        item(0, false, "due"),
        item(0, true, "altra"),
        paragraph(vec![Span::plain("fine")]),
    ]);
    assert_eq!(
        squeezed(&html),
        "<ul><li>uno<ol><li>primo</li><li>secondo</li></ol></li><li>due</li></ul>\
         <ol><li>altra</li></ol><p>fine</p>"
    );
}

#[test]
fn an_item_that_skips_depths_goes_one_deeper_only() {
    let html = text_of(vec![
        item(3, false, "uno"),
        item(4, false, "due"),
        item(0, false, "tre"),
    ]);
    let nested = "<ul><li>uno<ul><li>due</li></ul></li><li>tre</li></ul>";
    assert_eq!(squeezed(&html), nested);
    let mixed = text_of(vec![
        item(0, false, "a"),
        item(1, true, "b"),
        item(1, false, "c"),
    ]);
    assert_eq!(
        squeezed(&mixed),
        "<ul><li>a<ol><li>b</li></ol><ul><li>c</li></ul></li></ul>"
    );
}

#[test]
fn headings_never_skip_a_level_and_can_be_jumped_to() {
    let html = text_of(vec![
        heading(4, "Orari"),
        heading(4, "Orari"),
        heading(9, "Qui"),
    ]);
    let levels =
        "<h2 id=\"t-orari\">Orari</h2><h3 id=\"t-orari-2\">Orari</h3><h4 id=\"t-qui\">Qui</h4>";
    assert_eq!(squeezed(&html), levels);
}

#[test]
fn a_table_has_headers_with_a_scope_and_as_many_cells_in_every_row() {
    let cell = |words: &str| vec![Span::plain(words)];
    let row = |id: &str, cells| Row {
        id: id.into(),
        cells,
    };
    let table = Block::Table(Table {
        id: "t".into(),
        header: true,
        rows: vec![
            row("a", vec![cell("Giorno"), cell(""), cell("Ora")]),
            row("b", vec![cell("Lunedì")]),
        ],
    });
    let html = squeezed(&text_of(vec![table]));
    assert!(html.starts_with(
        "<div class=\"table-responsive\" tabindex=\"0\" role=\"region\" aria-label=\"Tabella 1\">"
    ));
    assert!(html.contains(
        "<thead><tr><th scope=\"col\">Giorno</th><td></td><th scope=\"col\">Ora</th></tr></thead>\
         <tbody><tr><td>Lunedì</td><td></td><td></td></tr></tbody>"
    ));
}

#[test]
fn stress_breaks_and_links_of_several_spans() {
    let bold = Span {
        bold: true,
        italic: true,
        link: Some("https://example.org/a b".into()),
        ..Span::plain("forte")
    };
    let spans = vec![
        Span::plain(format!("riga{LINE_BREAK}nuova ")),
        link("molto ", "https://example.org/a b"),
        bold,
    ];
    assert_eq!(
        squeezed(&text_of(vec![paragraph(spans)])),
        "<p>riga<br>nuova <a href=\"https://example.org/a%20b\">molto <strong><em>forte</em></strong></a></p>"
    );
}

struct OnlyTheOffice;

impl Lookup for OnlyTheOffice {
    fn target(&self, id: &PageId) -> Option<Target> {
        (id.as_str() == "ufficio").then(|| Target {
            title: "Ufficio tecnico".into(),
            path: "amministrazione/uffici/ufficio-tecnico/".into(),
        })
    }
}

#[test]
fn links_inside_the_site_lead_to_addresses_and_to_drafts_not_at_all() {
    let mut shown = page(PageKind::Pagina, "prova", "Prova");
    shown.fields.office = Some(PageId::new("ufficio"));
    shown.body.blocks = vec![paragraph(vec![
        link("ufficio", "pagina:ufficio"),
        link("bozza", "pagina:bozza"),
    ])];
    let html = preview(&roccaverano(), &shown, &OnlyTheOffice, &NoFiles);
    let url = "/siti/roccaverano/amministrazione/uffici/ufficio-tecnico/";
    assert!(html.contains(&format!("<p><a href=\"{url}\">ufficio</a>bozza</p>")));
    assert!(html.contains(&format!("<a href=\"{url}\">Ufficio tecnico</a>")));
}

#[test]
fn links_that_would_run_or_open_something_local_are_words_only() {
    for evil in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "file:///C:/bando.doc",
        "vbscript:x",
        "//example.org",
        "https:example",
        "x",
        "",
    ] {
        let html = text_of(vec![paragraph(vec![link("qui", evil)])]);
        assert_eq!(html, "<p>qui</p>\n", "{evil}");
    }
    for (good, href) in [
        ("mailto:a@b.it", "mailto:a@b.it"),
        ("TEL:+39 0144", "tel:+39%200144"),
        ("https://è.it/100%", "https://%C3%A8.it/100%25"),
        ("https://a.it/?q=\"><b>", "https://a.it/?q=%22%3E%3Cb%3E"),
    ] {
        let html = text_of(vec![paragraph(vec![link("qui", good)])]);
        assert_eq!(html, format!("<p><a href=\"{href}\">qui</a></p>\n"));
    }
}

const EVIL: &str = "\"'><x-evil onload=alert(1)></script></title><!--\u{0}\u{1b}";

/// A comune and pages in which every text is an attack.
fn evil_site() -> (Comune, BTreeMap<PageId, Published>) {
    let e = || EVIL.to_owned();
    let comune = Comune {
        name: e(),
        province: e(),
        region: e(),
        address: e(),
        phone: e(),
        email: e(),
        pec: e(),
        tax_code: e(),
        vat: e(),
        privacy: e(),
        accessibility: e(),
        ..roccaverano()
    };
    let pdf = file(b"x", EVIL, EVIL);
    let pages = PageKind::ALL.map(|kind| {
        let mut page = page(kind, &format!("{kind:?}").to_lowercase(), EVIL);
        page.fields.office = Some(PageId::new("ufficio"));
        page.fields.topics = serde_json::from_str(r#"["istruzione","\"><x-evil>"]"#).unwrap();
        page.fields.summary = e();
        page.fields.address = e();
        page.fields.hours = format!("{EVIL}\n{EVIL}");
        page.fields.phone = e();
        page.fields.email = e();
        page.fields.pec = e();
        page.fields.until = Some(e());
        page.fields.attachments = vec![pdf.clone()];
        page.fields.cover = Some(Cover {
            file: file(&common::jpeg(20, 20), EVIL, EVIL),
            alt: e(),
            decorative: false,
        });
        page.body.blocks = vec![
            heading(2, EVIL),
            item(0, true, EVIL),
            paragraph(vec![
                link(EVIL, &format!("https://{EVIL}")),
                link("x", &format!("pagina:{EVIL}")),
            ]),
            Block::Image {
                file: file(&common::jpeg(20, 20), EVIL, EVIL),
                alt: e(),
                decorative: false,
                caption: e(),
            },
            Block::Attachment { file: pdf.clone() },
            Block::Table(Table {
                id: e(),
                header: true,
                rows: vec![Row {
                    id: e(),
                    cells: vec![vec![Span::plain(EVIL)]],
                }],
            }),
        ];
        (page.id.clone(), page)
    });
    (comune, pages.into())
}

#[test]
fn no_text_anywhere_becomes_markup() {
    let (comune, pages) = evil_site();
    let files: BTreeMap<FileId, Vec<u8>> = [b"x".to_vec(), common::jpeg(20, 20)]
        .into_iter()
        .map(|bytes| (FileId::new(blake3::hash(&bytes).to_hex().as_str()), bytes))
        .collect();
    let out = tempfile::tempdir().unwrap();
    build(&comune, &pages, &files, out.path()).unwrap();
    let texts: Vec<_> = tree(out.path())
        .into_iter()
        .filter(|(path, _)| path.ends_with(".html") || path.ends_with(".xml"))
        .map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()))
        .collect();
    assert!(texts.len() > 15);
    for (path, text) in &texts {
        assert!(!text.contains("<x-evil"), "{path}");
        assert!(!text.contains("\"'>"), "{path}");
        assert!(!text.contains(['\u{0}', '\u{1b}']), "{path}");
        assert_eq!(
            text.matches("<script").count(),
            text.matches("</script").count(),
            "{path}"
        );
        let scripts = text.matches("<script").count();
        assert_eq!(
            scripts,
            text.matches("<script type=\"application/ld+json\">")
                .count(),
            "{path}"
        );
    }
    let shown = texts.iter().filter(|(_, text)| text.contains("&#")).count();
    assert!(
        shown > 15,
        "the attack is on {shown} pages only: the test proves nothing"
    );
}

#[test]
fn every_kind_has_its_address_and_dates_are_italian_days() {
    let mut notice = news(0);
    notice.fields.news = NewsKind::Avviso;
    notice.fields.until = Some("2026-12-01".into());
    notice
        .fields
        .topics
        .extend(Argomento::named("Protezione civile"));
    notice.at += 48 * common::HOUR;
    assert_eq!(notice.path(), "novita/avvisi/notizia-0/");
    let html = preview(&roccaverano(), &notice, &NoOthers, &NoFiles);
    for part in [
        "<time datetime=\"2026-11-22\">22 novembre 2026</time>",
        "<time datetime=\"2026-11-24\">24 novembre 2026</time>",
        "Valido fino al <time datetime=\"2026-12-01\">1º dicembre 2026</time>",
        "href=\"/siti/roccaverano/argomenti/protezione-civile/\"",
        "\"datePublished\":\"2026-11-22T08:00:00Z\"",
        "<link rel=\"canonical\" href=\"https://comuni.example/siti/roccaverano/novita/avvisi/notizia-0/\">",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn an_attachment_says_its_kind_and_size() {
    let mut shown = news(0);
    let mut pdf = file(b"x", "Bando mensa.pdf", "application/pdf");
    pdf.size = 1_234_567;
    shown.fields.attachments.push(pdf);
    let html = preview(&roccaverano(), &shown, &NoOthers, &NoFiles);
    assert!(html.contains(">Bando mensa <span>(PDF, 1,2 MB)</span></a>"));
}

#[test]
fn the_menu_has_the_four_entries_of_the_model_in_order() {
    let html = preview(&roccaverano(), &news(0), &NoOthers, &NoFiles);
    let at = ["management", "news", "all-services", "live"]
        .map(|name| html.find(&format!("data-element=\"{name}\"")).unwrap());
    assert!(at.is_sorted());
    assert!(html.contains("data-element=\"news\" aria-current=\"true\">Novità</a>"));
}

#[test]
fn nothing_on_any_page_needs_a_script_or_a_style_of_its_own() {
    let out = tempfile::tempdir().unwrap();
    let pages: BTreeMap<_, _> = [(PageId::new("a"), news(1))].into();
    build(&roccaverano(), &pages, &NoFiles, out.path()).unwrap();
    for (path, bytes) in tree(out.path()) {
        if path.ends_with(".html") {
            let html = String::from_utf8(bytes).unwrap();
            assert!(
                !html.contains("<style") && !html.contains(" style="),
                "{path}"
            );
            assert!(
                !html.contains("http://") && !html.contains("<iframe"),
                "{path}"
            );
            let scripts = html.matches("<script").count();
            assert_eq!(
                scripts,
                html.matches("<script type=\"application/ld+json\">")
                    .count()
            );
        }
    }
}

#[test]
fn without_an_origin_there_is_no_sitemap_and_no_canonical_address() {
    let comune = Comune {
        origin: String::new(),
        ..roccaverano()
    };
    let out = tempfile::tempdir().unwrap();
    let pages: BTreeMap<_, _> = [(PageId::new("a"), news(1))].into();
    build(&comune, &pages, &NoFiles, out.path()).unwrap();
    let tree = tree(out.path());
    assert!(!tree.contains_key("sitemap.xml"));
    let home = String::from_utf8(tree["index.html"].clone()).unwrap();
    assert!(!home.contains("canonical"));
    assert!(tree.contains_key("feed.xml") && tree.contains_key("404.html"));
}

#[test]
fn the_example_in_the_documents_builds_without_a_warning() {
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/examples/roccaverano.json"
    );
    let out = tempfile::tempdir().unwrap();
    let report = site::build_from_file(example.as_ref(), out.path()).unwrap();
    assert_eq!(report.warnings, []);
    assert!(report.written.len() > 50);
}

#[test]
fn a_content_that_is_wrong_says_what_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contenuto.json");
    let error = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let out = folder.path().join("sito");
        site::build_from_file(&path, &out).unwrap_err().to_string()
    };
    assert!(error("{").contains("line 1"));
    let page = serde_json::to_value(news(1)).unwrap();
    let twice = serde_json::json!({"comune": {}, "pages": [page, page]}).to_string();
    assert!(error(&twice).contains("due pagine hanno lo stesso id «notizia-1»"));
    let mut lost = news(1);
    lost.fields
        .attachments
        .push(file(b"x", "bando.pdf", "application/pdf"));
    lost.fields.attachments[0].id = FileId::new("bando");
    let lost = serde_json::json!({"comune": {}, "pages": [lost]}).to_string();
    assert!(error(&lost).contains("manca in «files» il file «bando» (bando.pdf)"));
}
