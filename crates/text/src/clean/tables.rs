//! A table while it is being read.

use crate::normal::{MAX_COLUMNS, MAX_ROWS};
use domain::sito::{Row, Span, Table};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Draft {
    rows: Vec<DraftRow>,
    /// Cells that reach down from rows above: column to (rows left, text).
    reach: BTreeMap<usize, (usize, Vec<Span>)>,
    pub merged: usize,
}

#[derive(Default)]
struct DraftRow {
    cells: Vec<Vec<Span>>,
    own: usize,
    headers: usize,
}

/// A cell with what it spans.
#[derive(Default)]
pub(super) struct Cell {
    pub spans: Vec<Span>,
    pub header: bool,
    pub columns: usize,
    pub rows: usize,
}

impl Draft {
    pub(super) fn start_row(&mut self) {
        self.end_row();
        self.rows.push(DraftRow::default());
        self.fill_from_above();
    }

    pub(super) fn push(&mut self, cell: Cell) {
        if self.rows.is_empty() {
            self.start_row();
        }
        if cell.columns > 1 || cell.rows > 1 {
            self.merged += 1;
        }
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        let at = row.cells.len();
        row.own += 1;
        row.headers += usize::from(cell.header);
        for column in at..(at + cell.columns.max(1)).min(MAX_COLUMNS) {
            row.cells.push(cell.spans.clone());
            if cell.rows > 1 {
                self.reach
                    .insert(column, (cell.rows.min(MAX_ROWS) - 1, cell.spans.clone()));
            }
        }
        self.fill_from_above();
    }

    /// Puts into the row what reaches down to its next columns, unless it came from this very row.
    fn fill_from_above(&mut self) {
        let Some((row, above)) = self.rows.split_last_mut() else {
            return;
        };
        if above.is_empty() {
            return;
        }
        while let Some((left, spans)) = self.reach.get_mut(&row.cells.len()) {
            if *left == 0 {
                return;
            }
            *left -= 1;
            row.cells.push(spans.clone());
            if *left == 0 {
                self.reach.remove(&(row.cells.len() - 1));
            }
        }
    }

    /// A vertically merged cell goes on here (Word's way to say it).
    pub(super) fn push_continued(&mut self) {
        if self.rows.is_empty() {
            self.start_row();
        }
        let Some((row, above)) = self.rows.split_last_mut() else {
            return;
        };
        let text = above
            .last()
            .and_then(|above| above.cells.get(row.cells.len()))
            .cloned();
        row.own += 1;
        row.cells.push(text.unwrap_or_default());
        self.merged += 1;
    }

    fn end_row(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            // A title across the whole table is said once.
            if row.own == 1 && row.cells.len() > 1 {
                for cell in row.cells.iter_mut().skip(1) {
                    cell.clear();
                }
            }
        }
    }

    /// The table in pieces of at most [`MAX_ROWS`] rows; none if nothing is written in it.
    pub(super) fn finish(mut self) -> Vec<Table> {
        self.end_row();
        self.rows
            .retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
        let Some(first) = self.rows.first_mut() else {
            return Vec::new();
        };
        let header = first.is_header();
        if header {
            first
                .cells
                .iter_mut()
                .flatten()
                .for_each(|span| span.bold = false);
        }
        let width = self
            .rows
            .iter()
            .map(|row| row.cells.len())
            .max()
            .unwrap_or(0);
        self.rows
            .chunks(MAX_ROWS)
            .enumerate()
            .map(|(piece, rows)| table(rows, width, header && piece == 0))
            .collect()
    }
}

impl DraftRow {
    fn is_header(&self) -> bool {
        let mut written = self.cells.iter().filter(|cell| !cell.is_empty());
        let all_bold = written.clone().flatten().all(|span| span.bold) && written.nth(1).is_some();
        all_bold || (self.headers > 0 && self.headers == self.own)
    }
}

fn table(rows: &[DraftRow], width: usize, header: bool) -> Table {
    let rows: Vec<Row> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let mut cells: Vec<Vec<Span>> = row
                .cells
                .iter()
                .map(|cell| crate::normal::normal_spans(cell))
                .collect();
            cells.resize(width, Vec::new());
            Row {
                id: format!("r{}", at + 1),
                cells,
            }
        })
        .collect();
    Table {
        id: format!("t{:016x}", hash(&rows)),
        header,
        rows,
    }
}

/// FNV-1a over the words. Tables pasted by two people into one text must not share an id, or their cells
/// would merge; the same table pasted by both may.
fn hash(rows: &[Row]) -> u64 {
    let spans = rows.iter().flat_map(|row| &row.cells).flatten();
    spans
        .flat_map(|span| span.text.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
