//! Makes blocks of what a reader meets.

use super::tables::{Cell, Draft};
use super::{Cleaned, Note, PastedImage};
use crate::normal::{letter, normalise};
use domain::sito::{Block, LINE_BREAK, RichText, Span};
use std::sync::Arc;

/// Characters taken; the rest is dropped and said to be.
const MAX_CHARS: usize = crate::MAX_TEXT / 2;
const MAX_BLOCKS: usize = 20_000;
const MAX_IMAGES: usize = 200;

/// How a run of text looks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Look {
    pub bold: bool,
    pub italic: bool,
    pub link: Option<Arc<str>>,
    /// Spaces and line ends count.
    pub verbatim: bool,
}

/// What a block is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Paragraph,
    /// As the source counts, from 1.
    Heading(u8),
    Item {
        ordered: bool,
        depth: u8,
        /// Paragraphs with one number are one item.
        number: usize,
    },
}

/// The state of the work: what is done, and the block and the tables that are open.
#[derive(Default)]
pub(super) struct Builder {
    blocks: Vec<(Kind, Made)>,
    kind: Kind,
    spans: Vec<Span>,
    /// A space that comes only if another letter does, with its look.
    space: Option<Look>,
    tables: Vec<(Draft, Option<Cell>)>,
    chars: usize,
    full: bool,
    pub counts: Counts,
    images: Vec<PastedImage>,
}

enum Made {
    Text(Vec<Span>),
    Table(domain::sito::Table),
}

/// What the notes will say.
#[derive(Default)]
pub(super) struct Counts {
    pub local_links: usize,
    pub local_names: Vec<String>,
    pub other_links: usize,
    pub images: usize,
    headings: usize,
    merged: usize,
    nested: usize,
    no_header: usize,
}

impl Builder {
    /// What the next block will be; has no effect once letters stand in the block.
    pub(super) fn set_kind(&mut self, kind: Kind) {
        if self.spans.is_empty() {
            self.kind = kind;
        }
    }

    /// Whether the open block has letters.
    pub(super) fn is_started(&self) -> bool {
        !self.spans.is_empty()
    }

    pub(super) fn in_cell(&self) -> bool {
        self.tables.last().is_some_and(|(_, cell)| cell.is_some())
    }

    pub(super) fn text(&mut self, text: &str, look: &Look) {
        for c in text.chars() {
            self.char(c, look);
        }
    }

    fn char(&mut self, c: char, look: &Look) {
        match c {
            '\n' if look.verbatim => self.line_break(),
            // Not letters, and nobody sees them: zero-width space, soft hyphen, byte order mark.
            '\u{200b}' | '\u{ad}' | '\u{feff}' => {}
            c if c.is_whitespace() => {
                if !self.spans.is_empty() && self.space.is_none() {
                    self.space = Some(look.clone());
                }
            }
            c => {
                if let Some(space) = self.space.take()
                    && !self.ends_with_break()
                {
                    self.push(' ', &space);
                }
                if let Some(c) = letter(symbol(c)) {
                    self.push(c, look);
                }
            }
        }
    }

    fn push(&mut self, c: char, look: &Look) {
        if self.chars >= MAX_CHARS {
            self.full = true;
            return;
        }
        self.chars += 1;
        match self.spans.last_mut() {
            Some(last)
                if last.bold == look.bold
                    && last.italic == look.italic
                    && last.link.as_deref() == look.link.as_deref() =>
            {
                last.text.push(c);
            }
            _ => self.spans.push(Span {
                text: c.to_string(),
                bold: look.bold,
                italic: look.italic,
                link: look.link.as_deref().map(str::to_owned),
            }),
        }
    }

    fn ends_with_break(&self) -> bool {
        self.spans
            .last()
            .is_some_and(|span| span.text.ends_with(LINE_BREAK))
    }

    /// A line break; the second in a row begins a paragraph, as people mean by it.
    pub(super) fn line_break(&mut self) {
        self.space = None;
        if self.spans.is_empty() {
            return;
        }
        if self.ends_with_break() {
            if !self.in_cell() {
                self.end_block();
            }
            return;
        }
        self.push(LINE_BREAK, &Look::default());
    }

    /// Ends the open block, if it has letters. In a cell this is a line break.
    pub(super) fn end_block(&mut self) {
        self.space = None;
        if self.in_cell() {
            if !self.spans.is_empty() {
                self.line_break();
            }
            return;
        }
        let mut spans = std::mem::take(&mut self.spans);
        trim_end(&mut spans);
        let kind = self.kind;
        if spans.is_empty() {
            return;
        }
        if let (Kind::Item { .. }, Some((last, Made::Text(open)))) = (kind, self.blocks.last_mut())
            && *last == kind
        {
            open.push(Span::plain(LINE_BREAK.to_string()));
            open.append(&mut spans);
            return;
        }
        self.add(kind, Made::Text(spans));
    }

    fn add(&mut self, kind: Kind, made: Made) {
        if self.blocks.len() < MAX_BLOCKS {
            self.blocks.push((kind, made));
        } else {
            self.full = true;
        }
    }

    pub(super) fn start_table(&mut self) {
        self.end_block();
        if self.in_cell() {
            self.counts.nested += 1;
        }
        // Depth is bounded by the readers.
        self.tables.push((Draft::default(), None));
    }

    pub(super) fn start_row(&mut self) {
        self.end_cell();
        if let Some((draft, _)) = self.tables.last_mut() {
            draft.start_row();
        }
    }

    /// Opens a cell. In a table inside a cell this only ends a line of the outer one.
    pub(super) fn start_cell(&mut self, cell: Cell) {
        self.end_cell();
        if self.is_nested() {
            self.spans_of_outer_break();
        } else if let Some((_, open)) = self.tables.last_mut() {
            *open = Some(cell);
        }
    }

    fn is_nested(&self) -> bool {
        self.tables
            .iter()
            .rev()
            .skip(1)
            .any(|(_, cell)| cell.is_some())
    }

    fn spans_of_outer_break(&mut self) {
        self.space = None;
        if !self.spans.is_empty() && !self.ends_with_break() {
            self.push(LINE_BREAK, &Look::default());
        }
    }

    pub(super) fn end_cell(&mut self) {
        let Some((draft, cell)) = self.tables.last_mut() else {
            return;
        };
        let Some(mut cell) = cell.take() else { return };
        self.space = None;
        cell.spans = std::mem::take(&mut self.spans);
        trim_end(&mut cell.spans);
        draft.push(cell);
    }

    /// Word's cell that goes on from the row above.
    pub(super) fn continue_cell(&mut self) {
        self.end_cell();
        if let Some((draft, _)) = self.tables.last_mut() {
            draft.push_continued();
        }
    }

    pub(super) fn end_table(&mut self) {
        self.end_cell();
        let nested = self.is_nested();
        let Some((draft, _)) = self.tables.pop() else {
            return;
        };
        if nested {
            self.spans_of_outer_break();
            return;
        }
        // Letters between the rows of a table stand before it.
        self.end_block();
        self.counts.merged += draft.merged;
        for table in draft.finish() {
            self.add_table(table);
        }
    }

    fn add_table(&mut self, table: domain::sito::Table) {
        // One cell is no table but a frame around text.
        if let [row] = table.rows.as_slice()
            && let [cell] = row.cells.as_slice()
        {
            for line in lines(cell) {
                self.add(Kind::Paragraph, Made::Text(line));
            }
            return;
        }
        self.counts.no_header += usize::from(!table.header);
        self.add(Kind::Paragraph, Made::Table(table));
    }

    pub(super) fn image(&mut self, media: &str, alt: &str, bytes: Vec<u8>) {
        if self.images.len() >= MAX_IMAGES {
            self.counts.images += 1;
            return;
        }
        let open = usize::from(!self.spans.is_empty() || !self.tables.is_empty());
        self.images.push(PastedImage {
            block: self.blocks.len() + open,
            media: media.to_owned(),
            alt: alt.trim().chars().take(500).collect(),
            bytes,
        });
    }

    pub(super) fn finish(mut self) -> Cleaned {
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.end_block();
        let mut levels = Levels::default();
        let blocks: Vec<Block> = std::mem::take(&mut self.blocks)
            .into_iter()
            .map(|(kind, made)| finished(kind, made, &mut levels))
            .collect();
        self.counts.headings = levels.changed;
        Cleaned {
            text: normalise(&RichText { blocks }),
            notes: self.counts.notes(self.full),
            images: self.images,
        }
    }
}

fn finished(kind: Kind, made: Made, levels: &mut Levels) -> Block {
    let spans = match made {
        Made::Table(table) => return Block::Table(table),
        Made::Text(spans) => spans,
    };
    match kind {
        Kind::Heading(level) => Block::Heading {
            level: levels.next(level),
            spans: spans
                .into_iter()
                .map(|span| Span {
                    bold: false,
                    ..span
                })
                .collect(),
        },
        Kind::Item { ordered, depth, .. } => Block::Item {
            ordered,
            depth: depth.min(4),
            spans,
        },
        Kind::Paragraph => bullet(spans),
    }
}

/// A line that begins with a bullet somebody typed is an item.
fn bullet(mut spans: Vec<Span>) -> Block {
    let more = spans.len() > 1;
    let rest = spans.first().and_then(|span| {
        let rest = span
            .text
            .strip_prefix(['•', '·', '▪', '◦', '‣', '●', '■'])?;
        let rest = rest.strip_prefix(' ')?;
        (more || !rest.is_empty()).then(|| rest.to_owned())
    });
    let Some((rest, first)) = rest.zip(spans.first_mut()) else {
        return Block::Paragraph { spans };
    };
    first.text = rest;
    Block::Item {
        ordered: false,
        depth: 0,
        spans,
    }
}

/// Levels as a table of contents sees them: the first is 2, and none is skipped on the way down.
#[derive(Default)]
struct Levels {
    open: Vec<u8>,
    changed: usize,
}

impl Levels {
    fn next(&mut self, level: u8) -> u8 {
        while self.open.last().is_some_and(|open| *open >= level) {
            self.open.pop();
        }
        self.open.push(level);
        let ours = u8::try_from(self.open.len() + 1).unwrap_or(4).min(4);
        self.changed += usize::from(ours != level);
        ours
    }
}

impl Counts {
    fn notes(self, full: bool) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.local_links > 0 {
            notes.push(Note::LocalLinks {
                count: self.local_links,
                names: self.local_names,
            });
        }
        let counted = [
            (
                self.other_links,
                (|count| Note::OtherLinks { count }) as fn(usize) -> Note,
            ),
            (self.images, |count| Note::Images { count }),
            (self.headings, |count| Note::Headings { count }),
            (self.merged, |count| Note::MergedCells { count }),
            (self.nested, |count| Note::NestedTables { count }),
            (self.no_header, |count| Note::NoHeaderRow { count }),
        ];
        notes.extend(
            counted
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, note)| note(count)),
        );
        if full {
            notes.push(Note::Shortened);
        }
        notes
    }
}

fn trim_end(spans: &mut Vec<Span>) {
    while let Some(last) = spans.last_mut() {
        let len = last.text.trim_end().len();
        last.text.truncate(len);
        if len > 0 {
            return;
        }
        spans.pop();
    }
}

/// The lines of a cell, each with its spans.
fn lines(cell: &[Span]) -> Vec<Vec<Span>> {
    let mut lines = vec![Vec::new()];
    for span in cell {
        for (at, text) in span.text.split(LINE_BREAK).enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !text.is_empty()) {
                line.push(Span {
                    text: text.to_owned(),
                    ..span.clone()
                });
            }
        }
    }
    lines.retain(|line: &Vec<Span>| !line.is_empty());
    lines
}

/// Symbol fonts put their signs in the private area; the ones that are bullets have a sign of their own.
fn symbol(c: char) -> char {
    match c {
        '\u{f0b7}' | '\u{f0a7}' | '\u{f076}' | '\u{f0d8}' | '\u{f0fc}' | '\u{f02d}' => '•',
        c => c,
    }
}
