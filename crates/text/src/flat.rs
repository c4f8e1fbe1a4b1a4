//! A rich text as one flat sequence of characters with marks, and back.

use crate::keys::{Key, OBJECT, Sort};
use crate::normal::{is_id, is_link};
use domain::FileRef;
use domain::sito::{Block, RichText, Span, Table};
use loro::{LoroText, TextDelta};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Marks by key. Shared by the characters of a run.
pub(crate) type Marks = Arc<BTreeMap<Key, String>>;

/// A character with the marks that say something about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glyph {
    pub c: char,
    pub marks: Marks,
}

impl Glyph {
    pub(crate) fn mark(&self, key: Key) -> Option<&str> {
        self.marks.get(&key).map(String::as_str)
    }

    fn has(&self, key: Key) -> bool {
        self.marks.contains_key(&key)
    }

    /// The same character, whatever its look. Objects are the same if they show the same thing.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.c == other.c && (self.c != OBJECT || self.mark(Key::Object) == other.mark(Key::Object))
    }
}

/// What stands behind an object character. The serialised form is stored in the mark: fields keep their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Object {
    Image(FileRef),
    Attachment(FileRef),
    Table(String),
}

/// Where a text lives: the body has blocks, a cell has letters only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Body,
    Cell,
}

/// A text as it is stored, and which of its characters a reader sees.
pub(crate) struct Raw {
    pub glyphs: Vec<Glyph>,
    /// Positions in `glyphs`, ascending.
    pub visible: Vec<usize>,
}

impl Raw {
    /// `has_table` says whether a table's cells are there.
    pub(crate) fn read(text: &LoroText, place: Place, has_table: &dyn Fn(&str) -> bool) -> Self {
        let glyphs = glyphs(text);
        let visible = visible(&glyphs, place, has_table);
        Self { glyphs, visible }
    }

    pub(crate) fn seen(&self) -> Vec<Glyph> {
        self.visible
            .iter()
            .filter_map(|&at| self.glyphs.get(at).cloned())
            .collect()
    }
}

/// Every stored character, with the marks that concern its sort and are valid.
pub(crate) fn glyphs(text: &LoroText) -> Vec<Glyph> {
    let mut out = Vec::new();
    for run in text.to_delta() {
        let TextDelta::Insert { insert, attributes } = run else {
            continue;
        };
        let all: BTreeMap<Key, String> = attributes
            .iter()
            .flatten()
            .filter_map(|(name, value)| {
                let key = Key::from_name(name)?;
                let value = key.read(value)?;
                (key != Key::Link || is_link(&value)).then_some((key, value))
            })
            .collect();
        let of = |sort| -> Marks {
            Arc::new(
                all.iter()
                    .filter(|(key, _)| key.sort() == sort)
                    .map(|(key, value)| (*key, value.clone()))
                    .collect(),
            )
        };
        let (letter, end, object) = (of(Sort::Letter), of(Sort::End), of(Sort::Object));
        out.extend(insert.chars().map(|c| Glyph {
            c,
            marks: match Sort::of(c) {
                Sort::Letter => letter.clone(),
                Sort::End => end.clone(),
                Sort::Object => object.clone(),
            },
        }));
    }
    out
}

fn visible(glyphs: &[Glyph], place: Place, has_table: &dyn Fn(&str) -> bool) -> Vec<usize> {
    let mut out = Vec::with_capacity(glyphs.len());
    let mut tables = BTreeSet::new();
    let mut line_is_empty = true;
    for (at, glyph) in glyphs.iter().enumerate() {
        let seen = match Sort::of(glyph.c) {
            Sort::Letter => crate::normal::letter(glyph.c) == Some(glyph.c),
            Sort::End => place == Place::Body && !(line_is_empty && glyph.has(Key::Gone)),
            Sort::Object => place == Place::Body && object_shows(glyph, &mut tables, has_table),
        };
        if seen {
            out.push(at);
        }
        match Sort::of(glyph.c) {
            Sort::End => line_is_empty = true,
            _ => line_is_empty &= !seen,
        }
    }
    out
}

/// An object shows if it is known; a table, once only and if it has cells.
fn object_shows(
    glyph: &Glyph,
    tables: &mut BTreeSet<String>,
    has_table: &dyn Fn(&str) -> bool,
) -> bool {
    match object(glyph) {
        Some(Object::Table(id)) => is_id(&id) && has_table(&id) && tables.insert(id),
        Some(_) => true,
        None => false,
    }
}

fn object(glyph: &Glyph) -> Option<Object> {
    serde_json::from_str(glyph.mark(Key::Object)?).ok()
}

/// A block as read, with what a person may need to know about it.
pub(crate) struct ReadBlock {
    pub block: Block,
    /// Somebody removed this paragraph while somebody else wrote in it.
    pub leftover: bool,
}

/// The blocks of the characters that a reader sees.
pub(crate) fn blocks(seen: &[Glyph], table: &dyn Fn(&str) -> Option<Table>) -> Vec<ReadBlock> {
    let mut out = Vec::new();
    let plain = Glyph {
        c: '\n',
        marks: Marks::default(),
    };
    for line in seen.split_inclusive(|glyph| glyph.c == '\n') {
        let (end, content) = match line.split_last() {
            Some((end, content)) if end.c == '\n' => (end, content),
            _ => (&plain, line),
        };
        push_line(&mut out, content, end, table);
    }
    out
}

/// A line is one block; where a merge put objects and letters on one line, each becomes its own.
fn push_line(
    out: &mut Vec<ReadBlock>,
    content: &[Glyph],
    end: &Glyph,
    table: &dyn Fn(&str) -> Option<Table>,
) {
    let leftover = end.has(Key::Gone);
    let has_object = content.iter().any(|glyph| glyph.c == OBJECT);
    for part in content.chunk_by(|a, b| a.c != OBJECT && b.c != OBJECT) {
        let block = match part {
            [glyph] if glyph.c == OBJECT => object_block(glyph, table),
            _ => Some(text_block(part, end)),
        };
        out.extend(block.map(|block| ReadBlock { block, leftover }));
    }
    if content.is_empty() && !has_object {
        let block = text_block(content, end);
        out.push(ReadBlock { block, leftover });
    }
}

fn text_block(content: &[Glyph], end: &Glyph) -> Block {
    let spans = spans(content);
    let depth = || {
        let depth = end.mark(Key::Depth).and_then(|depth| depth.parse().ok());
        depth.unwrap_or(0_u8).min(4)
    };
    match end.mark(Key::Block) {
        Some("h2") => Block::Heading { level: 2, spans },
        Some("h3") => Block::Heading { level: 3, spans },
        Some("h4") => Block::Heading { level: 4, spans },
        Some("ul") => Block::Item {
            ordered: false,
            depth: depth(),
            spans,
        },
        Some("ol") => Block::Item {
            ordered: true,
            depth: depth(),
            spans,
        },
        _ => Block::Paragraph { spans },
    }
}

fn object_block(glyph: &Glyph, table: &dyn Fn(&str) -> Option<Table>) -> Option<Block> {
    let text = |key| glyph.mark(key).unwrap_or_default().to_owned();
    Some(match object(glyph)? {
        Object::Image(file) => Block::Image {
            file,
            alt: text(Key::Alt),
            decorative: glyph.has(Key::Decorative),
            caption: text(Key::Caption),
        },
        Object::Attachment(file) => Block::Attachment { file },
        Object::Table(id) => Block::Table(table(&id)?),
    })
}

/// Runs of one look.
pub(crate) fn spans(content: &[Glyph]) -> Vec<Span> {
    content
        .chunk_by(|a, b| a.marks == b.marks)
        .map(|run| Span {
            text: run.iter().map(|glyph| glyph.c).collect(),
            bold: run.first().is_some_and(|glyph| glyph.has(Key::Bold)),
            italic: run.first().is_some_and(|glyph| glyph.has(Key::Italic)),
            link: run
                .first()
                .and_then(|glyph| glyph.mark(Key::Link))
                .map(str::to_owned),
        })
        .collect()
}

/// A normal rich text as characters. What is in tables is not here: see `table`.
pub(crate) fn flatten(text: &RichText) -> Vec<Glyph> {
    let mut out = Vec::new();
    for block in &text.blocks {
        flatten_block(&mut out, block);
    }
    out
}

fn flatten_block(out: &mut Vec<Glyph>, block: &Block) {
    let mut end = BTreeMap::new();
    match block {
        Block::Paragraph { spans } => flatten_spans(out, spans),
        Block::Heading { level, spans } => {
            end.insert(Key::Block, format!("h{level}"));
            flatten_spans(out, spans);
        }
        Block::Item {
            ordered,
            depth,
            spans,
        } => {
            let kind = if *ordered { "ol" } else { "ul" };
            end.insert(Key::Block, kind.to_owned());
            if *depth > 0 {
                end.insert(Key::Depth, depth.to_string());
            }
            flatten_spans(out, spans);
        }
        Block::Image {
            file,
            alt,
            decorative,
            caption,
        } => {
            let mut marks = object_marks(&Object::Image(file.clone()));
            let texts = [(Key::Alt, alt), (Key::Caption, caption)];
            marks.extend(
                texts
                    .into_iter()
                    .filter(|(_, text)| !text.is_empty())
                    .map(|(key, text)| (key, text.clone())),
            );
            if *decorative {
                marks.insert(Key::Decorative, String::new());
            }
            push(out, OBJECT, marks);
        }
        Block::Attachment { file } => {
            push(out, OBJECT, object_marks(&Object::Attachment(file.clone())));
        }
        Block::Table(table) => push(out, OBJECT, object_marks(&Object::Table(table.id.clone()))),
    }
    push(out, '\n', end);
}

fn object_marks(object: &Object) -> BTreeMap<Key, String> {
    let json = serde_json::to_string(object).unwrap_or_default();
    BTreeMap::from([(Key::Object, json)])
}

fn push(out: &mut Vec<Glyph>, c: char, marks: BTreeMap<Key, String>) {
    out.push(Glyph {
        c,
        marks: Arc::new(marks),
    });
}

/// The characters of normal spans.
pub(crate) fn flatten_spans(out: &mut Vec<Glyph>, spans: &[Span]) {
    for span in spans {
        let mut marks = BTreeMap::new();
        if span.bold {
            marks.insert(Key::Bold, String::new());
        }
        if span.italic {
            marks.insert(Key::Italic, String::new());
        }
        if let Some(link) = &span.link {
            marks.insert(Key::Link, link.clone());
        }
        let marks = Arc::new(marks);
        out.extend(span.text.chars().map(|c| Glyph {
            c,
            marks: marks.clone(),
        }));
    }
}
