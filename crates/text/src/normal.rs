//! What a valid rich text is, and how any other is made one: the same way on every replica.

use crate::keys::OBJECT;
use domain::sito::{Block, LINE_BREAK, RichText, Row, Span, Table};
use std::collections::BTreeSet;

/// Rows of a table beyond this are not read.
pub const MAX_ROWS: usize = 1_000;
/// Columns of a table beyond this are not read.
pub const MAX_COLUMNS: usize = 40;
const MAX_ID: usize = 40;
const MAX_DEPTH: u8 = 4;

/// The same text, valid: levels 2 to 4, depth at most 4, neighbouring spans of one look joined, unknown links
/// and control characters dropped, tables rectangular, ids of tables and rows distinct.
pub fn normalise(text: &RichText) -> RichText {
    let mut tables = BTreeSet::new();
    let blocks = text
        .blocks
        .iter()
        .filter_map(|block| normal_block(block, &mut tables))
        .collect();
    RichText { blocks }
}

fn normal_block(block: &Block, tables: &mut BTreeSet<String>) -> Option<Block> {
    Some(match block {
        Block::Paragraph { spans } => Block::Paragraph {
            spans: normal_spans(spans),
        },
        Block::Heading { level, spans } => Block::Heading {
            level: (*level).clamp(2, 4),
            spans: normal_spans(spans),
        },
        Block::Item {
            ordered,
            depth,
            spans,
        } => Block::Item {
            ordered: *ordered,
            depth: (*depth).min(MAX_DEPTH),
            spans: normal_spans(spans),
        },
        Block::Table(table) => Block::Table(normal_table(table, tables)?),
        Block::Image { .. } | Block::Attachment { .. } => block.clone(),
    })
}

/// `None` for a table without cells: there is nothing to show or to write in.
fn normal_table(table: &Table, tables: &mut BTreeSet<String>) -> Option<Table> {
    let width = table.rows.iter().map(|row| row.cells.len()).max()?;
    let width = width.min(MAX_COLUMNS);
    if width == 0 {
        return None;
    }
    let mut ids = BTreeSet::new();
    let rows = table
        .rows
        .iter()
        .take(MAX_ROWS)
        .map(|row| normal_row(row, width, &mut ids))
        .collect();
    Some(Table {
        id: distinct(&table.id, "t", tables),
        header: table.header,
        rows,
    })
}

fn normal_row(row: &Row, width: usize, ids: &mut BTreeSet<String>) -> Row {
    let mut cells: Vec<_> = row
        .cells
        .iter()
        .take(width)
        .map(|cell| normal_spans(cell))
        .collect();
    cells.resize(width, Vec::new());
    Row {
        id: distinct(&row.id, "r", ids),
        cells,
    }
}

/// The id itself where it is usable and not taken, else the first free one made from it.
fn distinct(id: &str, prefix: &str, taken: &mut BTreeSet<String>) -> String {
    let stem = if is_id(id) {
        id.to_owned()
    } else {
        prefix.to_owned()
    };
    let free = if is_id(id) && !taken.contains(id) {
        stem
    } else {
        let short: String = stem.chars().take(MAX_ID - 6).collect();
        (1..)
            .map(|n| format!("{short}-{n}"))
            .find(|name| !taken.contains(name))
            .unwrap_or(short)
    };
    taken.insert(free.clone());
    free
}

/// Ids name containers of the document, so they are short and plain.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The spans without empty ones, without forbidden characters, neighbours of one look joined.
pub(crate) fn normal_spans(spans: &[Span]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        let text: String = span.text.chars().filter_map(letter).collect();
        let link = span.link.as_deref().filter(|link| is_link(link));
        push(&mut out, &text, span.bold, span.italic, link);
    }
    out
}

fn push(out: &mut Vec<Span>, text: &str, bold: bool, italic: bool, link: Option<&str>) {
    if text.is_empty() {
        return;
    }
    match out.last_mut() {
        Some(last)
            if last.bold == bold && last.italic == italic && last.link.as_deref() == link =>
        {
            last.text.push_str(text);
        }
        _ => out.push(Span {
            text: text.to_owned(),
            bold,
            italic,
            link: link.map(str::to_owned),
        }),
    }
}

/// The character as it may stand in a text; `None` where it may not.
pub(crate) fn letter(c: char) -> Option<char> {
    match c {
        '\n' | '\u{2029}' | '\u{b}' => Some(LINE_BREAK),
        '\t' => Some(' '),
        OBJECT | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// Whether a link may stand in a text: `https:`, `http:`, `mailto:`, `tel:`, or `pagina:ID`.
pub fn is_link(link: &str) -> bool {
    let Some((scheme, rest)) = link.split_once(':') else {
        return false;
    };
    let known = match scheme.to_ascii_lowercase().as_str() {
        "https" | "http" => rest.starts_with("//") && rest.len() > 2,
        "mailto" | "tel" | "pagina" => !rest.is_empty(),
        _ => false,
    };
    known && link.len() <= 2_000 && !link.chars().any(|c| c.is_control() || c.is_whitespace())
}
