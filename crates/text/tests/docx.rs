//! Word files, built here part by part.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use domain::sito::Block;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use text::clean::{CleanError, Note, import_docx};
use zip::write::SimpleFileOptions;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const NS: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main""#;

const STYLES: &str = r#"<w:styles><w:style w:type="paragraph" w:styleId="Titolo1"><w:name w:val="heading 1"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Titolo2"><w:name w:val="heading 2"/><w:basedOn w:val="Titolo1"/></w:style>
<w:style w:type="paragraph" w:styleId="Puntoelenco"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="character" w:styleId="Enfasigrassetto"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style></w:styles>"#;

const NUMBERING: &str = r#"<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>"#;

const RELS: &str = r#"<Relationships><Relationship Id="r1" Target="https://www.comune.asti.it/" TargetMode="External"/>
<Relationship Id="r2" Target="file:///C:\atti\bando.pdf" TargetMode="External"/><Relationship Id="r3" Target="media/image1.png"/></Relationships>"#;

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let main = format!("{HEAD}<w:document {NS}><w:body>{body}</w:body></w:document>");
    package(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", main.as_bytes()),
        ("word/styles.xml", STYLES.as_bytes()),
        ("word/numbering.xml", NUMBERING.as_bytes()),
        ("word/_rels/document.xml.rels", RELS.as_bytes()),
        ("word/media/image1.png", b"\x89PNG\r\n\x1a\n...."),
    ])
}

fn p(properties: &str, runs: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>")
}

fn r(properties: &str, text: &str) -> String {
    format!(r#"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

fn list(id: u8, level: u8) -> String {
    format!(r#"<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{id}"/></w:numPr>"#)
}

fn words(block: &Block) -> String {
    block
        .spans()
        .unwrap()
        .iter()
        .map(|span| span.text.as_str())
        .collect()
}

#[test]
fn headings_lists_looks_and_links_are_read() {
    let body = [
        p(r#"<w:pStyle w:val="Titolo1"/>"#, &r("", "Bando &amp; regole")),
        p(r#"<w:pStyle w:val="Titolo2"/>"#, &r("", "Requisiti")),
        p("", &(r("<w:b/>", "Grassetto") + &r("<w:i/>", " corsivo") + &r(r#"<w:b w:val="0"/>"#, " normale") + &r(r#"<w:rStyle w:val="Enfasigrassetto"/>"#, " forte"))),
        p(&list(1, 0), &r("", "Uno")),
        p(&list(1, 1), &r("", "Uno a")),
        p(&list(2, 0), &r("", "Primo")),
        p(r#"<w:pStyle w:val="Puntoelenco"/>"#, &r("", "Da stile")),
        p("", ""),
        p("", &format!(r#"<w:hyperlink r:id="r1">{}</w:hyperlink><w:hyperlink r:id="r2">{}</w:hyperlink>"#, r("", "sito"), r("", "bando"))),
        p("", &format!(r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "mailto:a@b.it" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{}<w:r><w:fldChar w:fldCharType="end"/></w:r>{}"#, r("", "scrivi"), r("", " a noi"))),
        p("", &format!("<w:del>{}</w:del><w:ins>{}</w:ins>{}", r("", "tolto"), r("", "messo"), r("<w:vanish/>", "nascosto"))),
    ]
    .concat();
    let cleaned = import_docx(&docx(&body)).unwrap();
    let blocks = &cleaned.text.blocks;
    assert!(
        matches!(&blocks[0], Block::Heading { level: 2, spans } if spans[0].text == "Bando & regole" && !spans[0].bold)
    );
    assert!(matches!(&blocks[1], Block::Heading { level: 3, .. }));
    let Block::Paragraph { spans } = &blocks[2] else {
        panic!("{:?}", blocks[2])
    };
    let looks: Vec<_> = spans
        .iter()
        .map(|s| (s.text.as_str(), s.bold, s.italic))
        .collect();
    assert_eq!(
        looks,
        [
            ("Grassetto", true, false),
            (" corsivo", false, true),
            (" normale", false, false),
            (" forte", true, false)
        ]
    );
    let items: Vec<_> = blocks[3..7]
        .iter()
        .map(|block| match block {
            Block::Item { ordered, depth, .. } => (*ordered, *depth, words(block)),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        items,
        [
            (false, 0, "Uno".into()),
            (true, 1, "Uno a".into()),
            (true, 0, "Primo".into()),
            (false, 0, "Da stile".into())
        ]
    );
    let Block::Paragraph { spans } = &blocks[7] else {
        panic!()
    };
    assert_eq!(
        spans[0].link.as_deref(),
        Some("https://www.comune.asti.it/")
    );
    assert_eq!((spans[1].text.as_str(), &spans[1].link), ("bando", &None));
    let Block::Paragraph { spans } = &blocks[8] else {
        panic!()
    };
    assert_eq!(
        (spans[0].link.as_deref(), spans[1].link.as_deref()),
        (Some("mailto:a@b.it"), None)
    );
    assert_eq!(words(&blocks[9]), "messo");
    assert_eq!(
        cleaned.notes,
        [
            Note::LocalLinks {
                count: 1,
                names: vec!["bando.pdf".into()]
            },
            Note::Headings { count: 2 }
        ]
    );
}

#[test]
fn tables_with_merged_cells_and_images_are_read() {
    let cell = |properties: &str, text: &str| {
        format!(
            "<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>",
            p("", &r("", text))
        )
    };
    let body = format!(
        r#"{}<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>{}{}</w:tr><w:tr>{}{}{}</w:tr><w:tr>{}{}{}</w:tr></w:tbl>{}"#,
        p(
            "",
            r#"<w:r><w:drawing><a:blip r:embed="r3"/></w:drawing></w:r><w:r><w:drawing><a:blip r:embed="r9"/></w:drawing></w:r>"#
        ),
        cell("", "Giorno"),
        cell(r#"<w:gridSpan w:val="2"/>"#, "Orario"),
        cell(r#"<w:vMerge w:val="restart"/>"#, "Lun"),
        cell("", "9"),
        cell("", "12"),
        cell("<w:vMerge/>", ""),
        cell("", "14"),
        cell("", "16"),
        p("", &r("", "dopo")),
    );
    let cleaned = import_docx(&docx(&body)).unwrap();
    let Block::Table(table) = &cleaned.text.blocks[0] else {
        panic!("{:?}", cleaned.text)
    };
    assert!(table.header);
    let rows: Vec<Vec<&str>> = table
        .rows
        .iter()
        .map(|row| row.cells.iter().map(|cell| cell[0].text.as_str()).collect())
        .collect();
    assert_eq!(
        rows,
        [
            ["Giorno", "Orario", "Orario"],
            ["Lun", "9", "12"],
            ["Lun", "14", "16"]
        ]
    );
    assert_eq!(words(&cleaned.text.blocks[1]), "dopo");
    assert_eq!(
        (cleaned.images.len(), cleaned.images[0].media.as_str()),
        (1, "image/png")
    );
    assert_eq!(
        cleaned.notes,
        [Note::Images { count: 1 }, Note::MergedCells { count: 2 }]
    );
}

#[test]
fn of_a_thousand_list_items_none_is_missing() {
    let body: String = (0..1_000_u16)
        .map(|n| {
            p(
                &list(
                    1 + u8::try_from(n % 2).unwrap(),
                    u8::try_from(n % 3).unwrap(),
                ),
                &r("", &format!("Voce {n}")),
            )
        })
        .collect();
    let cleaned = import_docx(&docx(&body)).unwrap();
    let items = cleaned
        .text
        .blocks
        .iter()
        .filter(|block| matches!(block, Block::Item { .. }))
        .count();
    assert_eq!(items, 1_000);
    assert_eq!(words(&cleaned.text.blocks[999]), "Voce 999");
}

#[test]
fn a_file_that_swells_is_refused_early() {
    // 60 MB of one letter pack to 60 kB.
    let mut main = format!("{HEAD}<w:document {NS}><w:body><w:p><w:r><w:t>").into_bytes();
    main.resize(60 << 20, b'a');
    let bomb = package(&[("word/document.xml", &main)]);
    assert!(bomb.len() < 200 << 10, "{}", bomb.len());
    assert_eq!(import_docx(&bomb), Err(CleanError::Bomb));

    // Below the limit of one part, but beyond all honest ratio.
    main.truncate(30 << 20);
    assert_eq!(
        import_docx(&package(&[("word/document.xml", &main)])),
        Err(CleanError::Bomb)
    );
}

#[test]
fn a_file_that_lies_about_its_size_is_counted_all_the_same() {
    let mut main = format!("{HEAD}<w:document {NS}><w:body/></w:document>").into_bytes();
    main.resize(60 << 20, b' ');
    let mut bomb = package(&[("word/document.xml", &main)]);
    // The declared size, in the local header and in the central directory, becomes 1,000 bytes.
    let declared = u32::try_from(main.len()).unwrap().to_le_bytes();
    let places: Vec<usize> = bomb
        .windows(4)
        .enumerate()
        .filter(|(_, w)| *w == declared)
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bomb[at..at + 4].copy_from_slice(&1_000_u32.to_le_bytes());
    }
    assert!(import_docx(&bomb).is_err());
}

#[test]
fn what_is_no_word_file_is_said_to_be_none() {
    assert_eq!(import_docx(b"%PDF-1.7"), Err(CleanError::NotWord));
    assert_eq!(
        import_docx(&package(&[("xl/workbook.xml", b"<x/>")])),
        Err(CleanError::NotWord)
    );
    assert_eq!(
        import_docx(&package(&[(
            "word/document.xml",
            b"<w:document><w:p></w:document>"
        )])),
        Err(CleanError::NotWord)
    );
    assert_eq!(
        import_docx(&package(&[("word/document.xml", b"\xff\xfe")])),
        Err(CleanError::NotWord)
    );
    let deep = format!("<document><body>{}", "<tbl><tr><tc>".repeat(100_000));
    assert_eq!(
        import_docx(&package(&[("word/document.xml", deep.as_bytes())])),
        Err(CleanError::NotWord)
    );
    let many: Vec<String> = (0..6_000).map(|n| format!("f{n}")).collect();
    let parts: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(import_docx(&package(&parts)), Err(CleanError::Bomb));
}

fn xml_soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<w:p>",
        "</w:p>",
        "<w:r>",
        "</w:r>",
        "<w:t>",
        "</w:t>",
        "<w:tbl>",
        "</w:tbl>",
        "<w:tr>",
        "</w:tr>",
        "<w:tc>",
        "</w:tc>",
        "<w:vMerge/>",
        r#"<w:gridSpan w:val="99999"/>"#,
        "parola",
        "&amp;",
        "&#0;",
        "&nope;",
        r#"<w:numId w:val="1"/>"#,
        r#"<w:ilvl w:val="77"/>"#,
        "<w:br/>",
        r#"<w:hyperlink r:id="r1">"#,
        "</w:hyperlink>",
        "<w:b/>",
        "<w:del>",
        "</w:del>",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(import_docx(&bytes).is_err());
    }

    #[test]
    fn no_damage_makes_it_panic(at in 0_usize..2_000, byte in any::<u8>(), cut in 0_usize..2_500) {
        let mut file = docx(&p(&list(1, 0), &r("", "Voce")));
        let len = file.len();
        file[at % len] = byte;
        file.truncate(cut.max(len / 2));
        let _ = import_docx(&file);
    }

    #[test]
    fn no_xml_makes_it_panic(body in xml_soup()) {
        if let Ok(cleaned) = import_docx(&docx(&body)) {
            prop_assert_eq!(text::normalise(&cleaned.text), cleaned.text);
        }
    }
}
