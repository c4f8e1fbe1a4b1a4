//! What people paste, and what must become of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use domain::sito::{Block, RichText, Span};
use proptest::prelude::*;
use std::time::{Duration, Instant};
use text::clean::{CleanError, Cleaned, Note, clean_html, clean_plain};
use text::normalise;

fn clean(html: &str) -> Cleaned {
    clean_html(html).unwrap()
}

/// The text as lines one can read in a test: `## heading`, `  - item`, `1. item`, `| cell | cell |`.
fn shown(text: &RichText) -> Vec<String> {
    let words = |spans: &[Span]| -> String {
        spans
            .iter()
            .map(|span| {
                let mut text = span.text.replace('\u{2028}', "/");
                if span.bold {
                    text = format!("*{text}*");
                }
                if span.italic {
                    text = format!("_{text}_");
                }
                match &span.link {
                    Some(link) => format!("[{text}]({link})"),
                    None => text,
                }
            })
            .collect()
    };
    let mut out = Vec::new();
    for block in &text.blocks {
        match block {
            Block::Paragraph { spans } => out.push(words(spans)),
            Block::Heading { level, spans } => {
                out.push(format!("{} {}", "#".repeat((*level).into()), words(spans)));
            }
            Block::Item {
                ordered,
                depth,
                spans,
            } => {
                let mark = if *ordered { "1." } else { "-" };
                out.push(format!(
                    "{}{mark} {}",
                    "  ".repeat((*depth).into()),
                    words(spans)
                ));
            }
            Block::Table(table) => {
                for (at, row) in table.rows.iter().enumerate() {
                    let cells: Vec<_> = row.cells.iter().map(|cell| words(cell)).collect();
                    let side = if at == 0 && table.header { "‖" } else { "|" };
                    out.push(format!("{side} {} {side}", cells.join(" | ")));
                }
            }
            Block::Image { .. } | Block::Attachment { .. } => out.push("object".into()),
        }
    }
    out
}

fn lines(html: &str) -> Vec<String> {
    shown(&clean(html).text)
}

const WORD: &str = r#"<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/ANNA~1/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- /* Font Definitions */ @font-face {font-family:Wingdings;}
 /* List Definitions */ @list l0 {mso-list-id:1;} @list l0:level1 {mso-level-number-format:bullet; mso-level-text:·;}
 @list l0:level2 {mso-level-number-format:bullet; mso-level-text:o;} @list l1:level1 {mso-level-text:"%1.";} --></style>
</head><body lang=IT style='tab-interval:35.4pt'><!--StartFragment-->
<h1><span style='mso-fareast-font-family:"Times New Roman"'>Avviso: chiusura
strade<o:p></o:p></span></h1>
<p class=MsoNormal>Si avvisa che la <b style='mso-bidi-font-weight:normal'>SP 25</b> e&#768; chiusa <i>fino a
venerd&igrave;</i>.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>&#183;<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>Catene a bordo<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>anche per i furgoni<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>&#183;<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>Prudenza<o:p></o:p></p>
<h3>Come chiedere il permesso</h3>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>Scaricare il <a
href="file:///C:\Users\Anna\Documenti\modulo%20permesso.docx">modulo</a></p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>2.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>Inviarlo a <a href="mailto:info@comune.roccaverano.at.it">info</a></p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'>
 <tr style='mso-yfti-firstrow:yes'><td width=160><p class=MsoNormal><b>Giorno<o:p></o:p></b></p></td>
 <td width=160><p class=MsoNormal><b>Orario<o:p></o:p></b></p></td></tr>
 <tr><td><p class=MsoNormal>Luned&igrave;</p></td><td><p class=MsoNormal>9-12</p><p class=MsoNormal>14-16</p></td></tr>
</table>
<p class=MsoNormal><span style='color:red;font-size:8.0pt'>Il sindaco</span><span style='mso-spacerun:yes'>&nbsp; </span></p>
<!--EndFragment--></body></html>"#;

#[test]
fn a_fragment_of_word_keeps_headings_lists_table_and_words() {
    let cleaned = clean(WORD);
    assert_eq!(
        shown(&cleaned.text),
        [
            "## Avviso: chiusura strade",
            "Si avvisa che la *SP 25* e\u{300} chiusa _fino a venerdì_.",
            "- Catene a bordo",
            "  - anche per i furgoni",
            "- Prudenza",
            "### Come chiedere il permesso",
            "1. Scaricare il modulo",
            "1. Inviarlo a [info](mailto:info@comune.roccaverano.at.it)",
            "‖ Giorno | Orario ‖",
            "| Lunedì | 9-12/14-16 |",
            "Il sindaco",
        ]
    );
    assert_eq!(
        cleaned.notes,
        [
            Note::LocalLinks {
                count: 1,
                names: vec!["modulo permesso.docx".into()]
            },
            Note::Headings { count: 1 },
        ]
    );
}

#[test]
fn word_list_markers_tell_numbers_from_bullets() {
    let item = |marker: &str, level: u8| {
        format!("<p class=MsoListParagraph style='mso-list: L3 Level{level} lfo9;color:red'><span style='mso-list: Ignore'>{marker}&nbsp;</span>Voce</p>")
            .replace("L3 Level", "l3 level")
    };
    for (marker, shown) in [
        ("1.", "1. Voce"),
        ("12)", "1. Voce"),
        ("a)", "1. Voce"),
        ("iv.", "1. Voce"),
        ("1.2.", "1. Voce"),
        ("(b)", "1. Voce"),
        ("·", "- Voce"),
        ("o", "- Voce"),
        ("§", "- Voce"),
        ("-", "- Voce"),
        ("\u{f0b7}", "- Voce"),
        ("Ø", "- Voce"),
    ] {
        assert_eq!(lines(&item(marker, 1)), [shown], "marker {marker}");
    }
    assert_eq!(lines(&item("·", 3)), ["    - Voce"]);
    assert_eq!(lines(&item("·", 9)), ["        - Voce"]);
}

#[test]
fn without_a_marker_the_style_sheet_tells() {
    let html = "<style>@list l0:level1 {mso-level-number-format:bullet;} @list l0:level2 {mso-level-text:\"%2.\";}</style>\
        <p style='mso-list:l0 level1 lfo1'>Uno<p style='mso-list:l0 level2 lfo1'>Due";
    assert_eq!(lines(html), ["- Uno", "  1. Due"]);
}

#[test]
fn lists_of_writer_and_the_web_keep_their_depth() {
    assert_eq!(
        lines(
            "<ul><li><p>Uno</p><ul><li><p>Uno A</p></li></ul></li><li>Due<li>Tre<ol><li>x</ol></ul>fine"
        ),
        ["- Uno", "  - Uno A", "- Due", "- Tre", "  1. x", "fine"]
    );
    // Nested without an item around, as Word's "filtered" HTML and old editors do.
    assert_eq!(
        lines("<ol><li>a</li><ol><li>b</li></ol><li>c</li></ol>"),
        ["1. a", "  1. b", "1. c"]
    );
    // Word on the web: one list per item.
    assert_eq!(
        lines(
            r#"<div class="ListContainerWrapper"><ul><li data-aria-level="1"><p>a</p></li></ul></div>
            <div><ul><li data-aria-level="2"><p>b</p></li></ul></div>"#
        ),
        ["- a", "  - b"]
    );
    // Two paragraphs in an item are one item.
    assert_eq!(lines("<ul><li><p>a</p><p>b</p></li></ul>"), ["- a/b"]);
}

#[test]
fn bold_and_italic_come_from_tags_and_from_css() {
    assert_eq!(
        lines(
            "<b style='font-weight:normal'>a <span style='font-weight:700'>b</span> <span style='FONT-STYLE: italic'>c</span></b>\
               <strong>d</strong><em>e</em><span style='mso-bidi-font-weight:bold'>f</span>"
        ),
        ["a *b* _c_*d*_e_f"]
    );
}

#[test]
fn headings_begin_at_two_and_skip_none() {
    let cleaned = clean(
        "<h1>A</h1><h4>B</h4><h4>C</h4><h2>D</h2><h6>E</h6><p role=heading aria-level=2>F</p>",
    );
    assert_eq!(
        shown(&cleaned.text),
        ["## A", "### B", "### C", "### D", "#### E", "### F"]
    );
    assert_eq!(cleaned.notes, [Note::Headings { count: 6 }]);
    assert_eq!(lines("<h3>Sola</h3>"), ["## Sola"]);
}

#[test]
fn only_links_that_may_stand_are_kept() {
    let cleaned = clean(
        "<a href='https://www.comune.asti.it/a b'>1</a><a href='javascript:alert(1)'>2</a><a href=' java\nscript:x'>3</a>\
         <a href='data:text/html,x'>4</a><a href='C:\\atti\\delibera 3.pdf'>5</a><a href='\\\\server\\share\\x.xlsx'>6</a>\
         <a href='#_Toc1'>7</a><a href='/relativo'>8</a><a href='tel:+390144'>9</a><a href='vbscript:x'>0</a>",
    );
    assert_eq!(
        shown(&cleaned.text),
        ["[1](https://www.comune.asti.it/a%20b)2345678[9](tel:+390144)0"]
    );
    assert_eq!(
        cleaned.notes,
        [
            Note::LocalLinks {
                count: 2,
                names: vec!["delibera 3.pdf".into(), "x.xlsx".into()]
            },
            Note::OtherLinks { count: 5 },
        ]
    );
}

#[test]
fn tables_are_written_out_and_get_headers_where_they_have_them() {
    let cleaned = clean(
        "<table><tr><th colspan=3>Titolo</th></tr><tr><td rowspan=2>Lun</td><td colspan=2>9</td></tr><tr><td>10</td><td>11</td></tr></table>",
    );
    assert_eq!(
        shown(&cleaned.text),
        ["‖ Titolo |  |  ‖", "| Lun | 9 | 9 |", "| Lun | 10 | 11 |"]
    );
    assert_eq!(cleaned.notes, [Note::MergedCells { count: 3 }]);

    let cleaned = clean("<table><tr><td>a<td>b<tr><td>c<td>d</table>");
    assert_eq!(shown(&cleaned.text), ["| a | b |", "| c | d |"]);
    assert_eq!(cleaned.notes, [Note::NoHeaderRow { count: 1 }]);
    // A list in a cell, a table in a cell, a frame of one cell.
    assert_eq!(
        lines("<table><tr><th>a<th>b<tr><td><ul><li>x<li>y</ul><td>z</table>"),
        ["‖ a | b ‖", "| x/y | z |"]
    );
    let nested =
        clean("<table><tr><td>a<td><table><tr><td>x<td>y</table>z<tr><td>c<td>d</table>dopo");
    assert_eq!(shown(&nested.text), ["| a | x/y/z |", "| c | d |", "dopo"]);
    assert!(nested.notes.contains(&Note::NestedTables { count: 1 }));
    assert_eq!(
        lines("<table><tr><td><p>uno</p><p><b>due</b></p></td></tr></table>"),
        ["uno", "*due*"]
    );
}

#[test]
fn what_nobody_should_see_is_dropped() {
    assert_eq!(
        lines(
            "<script>x</script><style>p{}</style><title>t</title><!-- c --><p style='display:none'>y</p>\
               <del>tolto</del><p>Resta<span style='mso-hide:all'>no</span></p><svg><text>z</text><p>ancora</p>"
        ),
        ["Resta", "ancora"]
    );
    assert_eq!(lines("uno<br>due<br><br>tre<br>"), ["uno/due", "tre"]);
    assert_eq!(
        lines("m<sup>2</sup> n<sup>o</sup> &nbsp; &shy;x\u{200b}y"),
        ["m² nº xy"]
    );
    assert_eq!(
        lines("Version:0.9\r\nStartHTML:0001\r\n<html><body>ciao</body></html>"),
        ["ciao"]
    );
}

#[test]
fn images_inside_come_along_and_others_are_told() {
    let html = "<p>prima</p><img alt='La torre' src='data:image/png;base64,iVBORw0KGgoAAAA='><p>dopo</p>\
        <img src='file:///C:/clip_image001.png'><img src='https://altrove.it/x.png'><img src='data:image/png;base64,AAAA'>";
    let cleaned = clean(html);
    assert_eq!(shown(&cleaned.text), ["prima", "dopo"]);
    assert_eq!(cleaned.images.len(), 1);
    assert_eq!(cleaned.images[0].block, 1);
    assert_eq!(
        (
            cleaned.images[0].media.as_str(),
            cleaned.images[0].alt.as_str()
        ),
        ("image/png", "La torre")
    );
    assert_eq!(cleaned.notes, [Note::Images { count: 3 }]);
}

#[test]
fn plain_text_makes_paragraphs_and_typed_bullets_make_items() {
    let cleaned = clean_plain("Avviso\r\n\r\n•\tUno\n• Due\n<b>non è HTML</b>\n").unwrap();
    assert_eq!(
        shown(&cleaned.text),
        ["Avviso", "- Uno", "- Due", "<b>non è HTML</b>"]
    );
}

#[test]
fn fifty_megabytes_are_refused_at_once() {
    let start = Instant::now();
    let huge = "<p>ciao</p>".repeat(5 << 20);
    assert!(huge.len() > 50 << 20);
    assert_eq!(clean_html(&huge), Err(CleanError::TooLarge));
    assert_eq!(clean_plain(&huge), Err(CleanError::TooLarge));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_very_long_text_is_shortened_and_says_so() {
    let cleaned = clean(&format!("<p>{}</p>", "parola ".repeat(60_000)));
    assert!(cleaned.notes.contains(&Note::Shortened));
    assert!(cleaned.text.plain().len() > 200_000);
}

#[test]
fn a_hundred_thousand_nested_elements_do_no_harm() {
    for tag in [
        "div",
        "b",
        "ul",
        "table",
        "p",
        "a href=https://x.it",
        "svg",
        "blockquote",
        "span style='mso-list:Ignore'",
    ] {
        let start = Instant::now();
        let html = format!("{}fine", format!("<{tag}>").repeat(100_000));
        let cleaned = clean(&html);
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{tag}: {:?}",
            start.elapsed()
        );
        if !tag.starts_with("s") {
            assert_eq!(cleaned.text.plain().trim(), "fine", "{tag}");
        }
    }
}

/// Pieces that, put together at random, make the sort of HTML that breaks cleaners.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<ul>",
        "<ol>",
        "<li>",
        "</li>",
        "</ul>",
        "</ol>",
        "<table>",
        "<tr>",
        "<td colspan=2>",
        "<td rowspan=3>",
        "<th>",
        "</td>",
        "</tr>",
        "</table>",
        "<b>",
        "</b>",
        "<i>",
        "<h1>",
        "</h1>",
        "<h5>",
        "<br>",
        "<a href='https://a.it'>",
        "<a href='mailto:a@b.it'>",
        "</a>",
        "parola ",
        "altra",
        " ",
        "&nbsp;",
        "• ",
        "<div>",
        "</div>",
        "<span style='font-weight:bold'>",
        "</span>",
        "<p style='mso-list:l0 level2 lfo1'>",
        "<span style='mso-list:Ignore'>1.",
        "<![if !supportLists]>",
        "<![endif]>",
        "<pre>\n a\n  b",
        "<svg>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "\u{2028}",
        "\u{fffc}",
        "&#0;",
        "<",
        "&amp;lt;",
        "<td colspan=99999999>",
        "<sup>2",
        "<hr>",
        "<del>",
        "<img src='data:image/png;base64,iVBORw0KGgo='>",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn is_settled(cleaned: &Cleaned) {
    assert_eq!(
        normalise(&cleaned.text),
        cleaned.text,
        "the result must be normal"
    );
    assert!(
        cleaned
            .images
            .iter()
            .all(|image| image.block <= cleaned.text.blocks.len())
    );
    for block in &cleaned.text.blocks {
        assert!(
            block.spans().is_none_or(|spans| !spans.is_empty()),
            "no empty block"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn soup_gives_a_normal_text(html in soup()) {
        is_settled(&clean_html(&html).unwrap());
    }

    #[test]
    fn any_characters_give_a_normal_text(html in "\\PC{0,200}") {
        is_settled(&clean_html(&html).unwrap());
        is_settled(&clean_plain(&html).unwrap());
    }

    #[test]
    fn any_markup_gives_a_normal_text(html in "[<>/a-zA-Z =\"'!&;:#\\-\\[\\]]{0,200}") {
        is_settled(&clean_html(&html).unwrap());
    }
}
