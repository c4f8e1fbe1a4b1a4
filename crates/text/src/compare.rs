//! Two versions side by side, for "Versioni": block by block, and word by word inside a block.

use domain::sito::{Block, RichText, Span, Table};
use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::ops::Range;
use std::time::{Duration, Instant};

/// After this, what is left is shown as replaced.
const BUDGET: Duration = Duration::from_millis(300);
/// Blocks with a smaller part of their words in common are not the same block rewritten.
const ALIKE: f32 = 0.4;

/// What happened to a run of text, or to a whole block or row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// In both versions.
    Same,
    /// In the older version only.
    Removed,
    /// In the newer version only.
    Added,
}

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What happened to it.
    pub change: Change,
    /// The characters.
    pub text: String,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Kind {
    /// A paragraph.
    Paragraph,
    /// A heading.
    Heading {
        /// 2 to 4.
        level: u8,
    },
    /// An item of a list.
    Item {
        /// Numbered.
        ordered: bool,
        /// From 0.
        depth: u8,
    },
    /// An image; its text is the alternative text and the caption.
    Image,
    /// A file; its text is the name.
    Attachment,
    /// A table; its text is in the rows.
    Table,
}

/// A block of one version or of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockChange {
    /// What happened to the block as a whole; `Same` says nothing of what is inside.
    pub change: Change,
    /// What the block is (in the newer version, if it is in both).
    pub kind: Kind,
    /// What it was, if something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Kind>,
    /// Only the look (bold, italic, a link, a file) differs inside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restyled: bool,
    /// The text of the block; empty for tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Run>,
    /// The rows of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowChange>,
}

/// A row of a table of one version or of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowChange {
    /// What happened to the row as a whole.
    pub change: Change,
    /// The cells, left to right.
    pub cells: Vec<Vec<Run>>,
}

impl BlockChange {
    /// Nothing differs in this block.
    pub fn is_same(&self) -> bool {
        let same = |runs: &[Run]| runs.iter().all(|run| run.change == Change::Same);
        let rows =
            |row: &RowChange| row.change == Change::Same && row.cells.iter().all(|c| same(c));
        self.change == Change::Same
            && self.was.is_none()
            && !self.restyled
            && same(&self.runs)
            && self.rows.iter().all(rows)
    }
}

/// The blocks of both versions in reading order.
pub fn compare(old: &RichText, new: &RichText) -> Vec<BlockChange> {
    let deadline = Instant::now() + BUDGET;
    let (old_keys, new_keys) = (keys(old), keys(new));
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old_keys, &new_keys, Some(deadline));
    let mut out = Vec::new();
    for op in ops {
        let (o, n) = (
            part(&old.blocks, op.old_range()),
            part(&new.blocks, op.new_range()),
        );
        if matches!(op, DiffOp::Equal { .. }) {
            out.extend(o.iter().zip(n).map(|(o, n)| both(o, n, deadline)));
        } else {
            hunk(&mut out, o, n, deadline);
        }
    }
    out
}

/// Two texts of one line, such as titles, word by word.
pub fn compare_words(old: &str, new: &str) -> Vec<Run> {
    runs(old, new, Instant::now() + BUDGET)
}

/// What makes two blocks equal at first sight: their words, and a table's identity.
fn keys(text: &RichText) -> Vec<String> {
    text.blocks
        .iter()
        .map(|block| match block {
            Block::Table(table) => format!("\u{0}{}", table.id),
            block => words_of(block),
        })
        .collect()
}

fn part(blocks: &[Block], range: Range<usize>) -> &[Block] {
    blocks.get(range).unwrap_or_default()
}

/// Blocks that differ: each new one meets the first old one that it may be, in order; the rest came or went.
fn hunk(out: &mut Vec<BlockChange>, old: &[Block], new: &[Block], deadline: Instant) {
    let mut rest = old;
    for block in new {
        let found = rest
            .iter()
            .take(50)
            .position(|other| alike(other, block, deadline));
        if let Some((gone, [other, tail @ ..])) = found.map(|at| rest.split_at(at)) {
            out.extend(gone.iter().map(|block| alone(block, Change::Removed)));
            out.push(both(other, block, deadline));
            rest = tail;
        } else {
            out.push(alone(block, Change::Added));
        }
    }
    out.extend(rest.iter().map(|block| alone(block, Change::Removed)));
}

fn alike(old: &Block, new: &Block, deadline: Instant) -> bool {
    match (old, new) {
        (Block::Table(old), Block::Table(new)) => old.id == new.id,
        (Block::Image { .. }, Block::Image { .. }) => old.file() == new.file(),
        _ if old.spans().is_some() && new.spans().is_some() => {
            let runs = runs(&words_of(old), &words_of(new), deadline);
            let len = |change| -> usize {
                let runs = runs.iter().filter(|run| run.change == change);
                runs.map(|run| run.text.trim().chars().count()).sum()
            };
            let (same, removed, added) =
                (len(Change::Same), len(Change::Removed), len(Change::Added));
            let whole = (2 * same + removed + added) as f32;
            whole > 0.0 && (2 * same) as f32 / whole >= ALIKE
        }
        _ => false,
    }
}

fn both(old: &Block, new: &Block, deadline: Instant) -> BlockChange {
    let (was, kind) = (kind(old), kind(new));
    let (runs, rows) = match (old, new) {
        (Block::Table(old), Block::Table(new)) => (Vec::new(), rows(old, new, deadline)),
        _ => (runs(&words_of(old), &words_of(new), deadline), Vec::new()),
    };
    let restyled = old != new && was == kind && words_of(old) == words_of(new) && !is_table(new);
    BlockChange {
        change: Change::Same,
        kind,
        was: (was != kind).then_some(was),
        restyled,
        runs,
        rows,
    }
}

fn is_table(block: &Block) -> bool {
    matches!(block, Block::Table(_))
}

fn alone(block: &Block, change: Change) -> BlockChange {
    let rows = match block {
        Block::Table(table) => table
            .rows
            .iter()
            .map(|row| RowChange {
                change,
                cells: row
                    .cells
                    .iter()
                    .map(|cell| whole(change, &text(cell)))
                    .collect(),
            })
            .collect(),
        _ => Vec::new(),
    };
    BlockChange {
        change,
        kind: kind(block),
        was: None,
        restyled: false,
        runs: if is_table(block) {
            Vec::new()
        } else {
            whole(change, &words_of(block))
        },
        rows,
    }
}

fn rows(old: &Table, new: &Table, deadline: Instant) -> Vec<RowChange> {
    let ids =
        |table: &Table| -> Vec<String> { table.rows.iter().map(|row| row.id.clone()).collect() };
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &ids(old), &ids(new), Some(deadline));
    let mut out = Vec::new();
    for op in ops {
        let o = old.rows.get(op.old_range()).unwrap_or_default();
        let n = new.rows.get(op.new_range()).unwrap_or_default();
        if matches!(op, DiffOp::Equal { .. }) {
            out.extend(o.iter().zip(n).map(|(o, n)| RowChange {
                change: Change::Same,
                cells: cells(&o.cells, &n.cells, deadline),
            }));
        } else {
            let one = |change| {
                move |row: &domain::sito::Row| RowChange {
                    change,
                    cells: row
                        .cells
                        .iter()
                        .map(|cell| whole(change, &text(cell)))
                        .collect(),
                }
            };
            out.extend(o.iter().map(one(Change::Removed)));
            out.extend(n.iter().map(one(Change::Added)));
        }
    }
    out
}

fn cells(old: &[Vec<Span>], new: &[Vec<Span>], deadline: Instant) -> Vec<Vec<Run>> {
    let at = |cells: &[Vec<Span>], at: usize| text(cells.get(at).map_or(&[], Vec::as_slice));
    (0..old.len().max(new.len()))
        .map(|column| runs(&at(old, column), &at(new, column), deadline))
        .collect()
}

fn whole(change: Change, text: &str) -> Vec<Run> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Run {
        change,
        text: text.to_owned(),
    }]
}

fn runs(old: &str, new: &str, deadline: Instant) -> Vec<Run> {
    let (o, n) = (words(old), words(new));
    let mut out: Vec<Run> = Vec::new();
    let mut push = |change, words: &[&str]| {
        let text = words.concat();
        match out.last_mut() {
            Some(last) if last.change == change => last.text.push_str(&text),
            _ if text.is_empty() => {}
            _ => out.push(Run { change, text }),
        }
    };
    for op in capture_diff_slices_deadline(Algorithm::Myers, &o, &n, Some(deadline)) {
        let (gone, came) = (
            o.get(op.old_range()).unwrap_or_default(),
            n.get(op.new_range()).unwrap_or_default(),
        );
        if matches!(op, DiffOp::Equal { .. }) {
            push(Change::Same, came);
        } else {
            push(Change::Removed, gone);
            push(Change::Added, came);
        }
    }
    out
}

/// Words, spaces and signs apart.
fn words(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() => 1,
        c if c.is_whitespace() => 2,
        _ => 0,
    };
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        if last.is_some_and(|last| last == 0 || last != class(c)) {
            out.extend(text.get(start..at));
            start = at;
        }
        last = Some(class(c));
    }
    out.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    out
}

fn words_of(block: &Block) -> String {
    match block {
        Block::Image { alt, caption, .. } if caption.is_empty() => alt.clone(),
        Block::Image { alt, caption, .. } => format!("{alt} — {caption}"),
        Block::Attachment { file } => file.name.clone(),
        block => text(block.spans().unwrap_or_default()),
    }
}

fn text(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

fn kind(block: &Block) -> Kind {
    match block {
        Block::Paragraph { .. } => Kind::Paragraph,
        Block::Heading { level, .. } => Kind::Heading { level: *level },
        Block::Item { ordered, depth, .. } => Kind::Item {
            ordered: *ordered,
            depth: *depth,
        },
        Block::Image { .. } => Kind::Image,
        Block::Attachment { .. } => Kind::Attachment,
        Block::Table(_) => Kind::Table,
    }
}
