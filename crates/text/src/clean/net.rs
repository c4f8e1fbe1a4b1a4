//! The last judge: the result as HTML goes through ammonia, and what comes out is what counts.

use super::{CleanError, Cleaned, html};
use ammonia::Builder;
use domain::sito::{Block, LINE_BREAK, RichText, Span, Table};
use std::collections::{HashMap, HashSet};

const TAGS: [&str; 14] = [
    "p", "h2", "h3", "h4", "ul", "ol", "li", "b", "i", "a", "br", "table", "tr", "td",
];

pub(super) fn strain(cleaned: Cleaned) -> Result<Cleaned, CleanError> {
    let mut tags = HashSet::from(TAGS);
    tags.insert("th");
    tags.insert("tbody");
    let safe = Builder::empty()
        .tags(tags)
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "pagina"]))
        .link_rel(None)
        .clean(&to_html(&cleaned.text))
        .to_string();
    let strained = html::read(&safe)?;
    let blocks = strained.text.blocks.len();
    let mut images = cleaned.images;
    for image in &mut images {
        image.block = image.block.min(blocks);
    }
    Ok(Cleaned {
        text: strained.text,
        notes: cleaned.notes,
        images,
    })
}

/// The text as the plainest HTML. Images and attachments have no place here: a paste has none of ours.
pub(super) fn to_html(text: &RichText) -> String {
    let mut out = String::new();
    let mut lists: Vec<bool> = Vec::new();
    for block in &text.blocks {
        let (ordered, depth) = match block {
            Block::Item { ordered, depth, .. } => (*ordered, usize::from(*depth) + 1),
            _ => (false, 0),
        };
        close_lists(&mut out, &mut lists, depth, ordered);
        while lists.len() < depth {
            out.push_str(if ordered { "<ol>" } else { "<ul>" });
            lists.push(ordered);
        }
        push_block(&mut out, block);
    }
    close_lists(&mut out, &mut lists, 0, false);
    out
}

/// Closes what is deeper than `depth`, and the list at that depth if it is of the other sort.
fn close_lists(out: &mut String, lists: &mut Vec<bool>, depth: usize, ordered: bool) {
    while lists.len() > depth
        || (lists.len() == depth && lists.last().is_some_and(|l| *l != ordered))
    {
        if let Some(ordered) = lists.pop() {
            out.push_str(if ordered { "</ol>" } else { "</ul>" });
        }
    }
}

fn push_block(out: &mut String, block: &Block) {
    match block {
        Block::Paragraph { spans } => push_element(out, "p", spans),
        Block::Heading { level, spans } => push_element(out, &format!("h{level}"), spans),
        Block::Item { spans, .. } => push_element(out, "li", spans),
        Block::Table(table) => push_table(out, table),
        Block::Image { .. } | Block::Attachment { .. } => {}
    }
}

fn push_element(out: &mut String, tag: &str, spans: &[Span]) {
    out.push('<');
    out.push_str(tag);
    out.push('>');
    for span in spans {
        push_span(out, span);
    }
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
}

fn push_table(out: &mut String, table: &Table) {
    out.push_str("<table>");
    for (at, row) in table.rows.iter().enumerate() {
        out.push_str("<tr>");
        let tag = if at == 0 && table.header { "th" } else { "td" };
        for cell in &row.cells {
            push_element(out, tag, cell);
        }
        out.push_str("</tr>");
    }
    out.push_str("</table>");
}

fn push_span(out: &mut String, span: &Span) {
    let tags = [("b", span.bold), ("i", span.italic)];
    if let Some(link) = &span.link {
        out.push_str("<a href=\"");
        push_escaped(out, link);
        out.push_str("\">");
    }
    for (tag, _) in tags.iter().filter(|(_, on)| *on) {
        out.push_str(&format!("<{tag}>"));
    }
    push_escaped(out, &span.text);
    for (tag, _) in tags.iter().rev().filter(|(_, on)| *on) {
        out.push_str(&format!("</{tag}>"));
    }
    if span.link.is_some() {
        out.push_str("</a>");
    }
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            LINE_BREAK => out.push_str("<br>"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::clean::clean_html;
    use proptest::prelude::*;

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
            "<td>",
            "<td colspan=2>",
            "<th>",
            "</table>",
            "<b>",
            "</b>",
            "<i>",
            "</i>",
            "<h1>",
            "</h1>",
            "<h4>",
            "<br>",
            "<a href='https://a.it/?b=1&c=\"2'>",
            "<a href='pagina:x'>",
            "</a>",
            "uno ",
            "due",
            "• ",
            " ",
            "&lt;p&gt;",
            "&amp;amp;",
            "<div>",
            "</div>",
            "<p style='mso-list:l0 level3 lfo1'>",
            "<pre> a\n b</pre>",
            "\u{2028}",
            "è",
        ]);
        prop::collection::vec(piece, 0..50).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

        /// Ammonia is the last judge of everything, and has nothing left to say.
        #[test]
        fn what_is_clean_passes_again_unchanged(html in soup()) {
            let first = html::read(&html).unwrap();
            let once = strain(first.clone()).unwrap();
            prop_assert_eq!(&first.text, &once.text);
            let again = clean_html(&to_html(&once.text)).unwrap();
            prop_assert_eq!(&once.text, &again.text);
        }
    }

    #[test]
    fn what_a_reader_let_slip_is_stopped() {
        let span = Span {
            link: Some("javascript:alert(1)".to_owned()),
            ..Span::plain("qui")
        };
        let text = RichText {
            blocks: vec![Block::Paragraph { spans: vec![span] }],
        };
        let strained = strain(Cleaned {
            text,
            ..Cleaned::default()
        })
        .unwrap();
        assert_eq!(strained.text, RichText::from_plain("qui"));
    }
}
