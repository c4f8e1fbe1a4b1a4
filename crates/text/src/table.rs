//! Tables: each has a map for its properties, a list of row ids, a list of column ids, and a text per cell.
//!
//! All are root containers named after the table's id. So two people can give birth to the same cell, and a
//! table that was removed and comes back by "undo" finds its cells again, with what others wrote meanwhile.

use crate::flat::{self, Place, Raw};
use crate::normal::{MAX_COLUMNS, MAX_ROWS, is_id};
use crate::patch::patch;
use domain::sito::{Row, Span, Table};
use loro::{LoroDoc, LoroMovableList, LoroResult, LoroText};
use std::collections::{BTreeMap, BTreeSet};

const HEADER: &str = "header";

/// The table as it stands; `None` without rows or columns.
pub(crate) fn read(doc: &LoroDoc, id: &str) -> Option<Table> {
    let rows = ids(&rows(doc, id), MAX_ROWS);
    let columns = ids(&columns(doc, id), MAX_COLUMNS);
    if rows.is_empty() || columns.is_empty() {
        return None;
    }
    let header = doc.get_map(format!("t:{id}")).get(HEADER);
    let header = header
        .and_then(|value| value.into_value().ok())
        .and_then(|value| value.into_bool().ok())
        .unwrap_or(false);
    let rows = rows
        .into_iter()
        .map(|row| Row {
            cells: columns
                .iter()
                .map(|column| read_cell(&cell(doc, id, &row, column)))
                .collect(),
            id: row,
        })
        .collect();
    Some(Table {
        id: id.to_owned(),
        header,
        rows,
    })
}

/// Whether the table has cells.
pub(crate) fn exists(doc: &LoroDoc, id: &str) -> bool {
    !ids(&rows(doc, id), 1).is_empty() && !ids(&columns(doc, id), 1).is_empty()
}

/// Makes the stored table equal to a normal one.
pub(crate) fn write(doc: &LoroDoc, table: &Table) -> LoroResult<()> {
    let before = read(doc, &table.id);
    write_header(doc, table)?;
    let wanted: Vec<_> = table.rows.iter().map(|row| row.id.clone()).collect();
    write_list(&rows(doc, &table.id), &wanted)?;
    let columns = write_columns(doc, table, before.as_ref())?;
    for row in &table.rows {
        for (column, spans) in columns.iter().zip(&row.cells) {
            write_cell(&cell(doc, &table.id, &row.id, column), spans)?;
        }
    }
    Ok(())
}

fn rows(doc: &LoroDoc, id: &str) -> LoroMovableList {
    doc.get_movable_list(format!("r:{id}"))
}

fn columns(doc: &LoroDoc, id: &str) -> LoroMovableList {
    doc.get_movable_list(format!("k:{id}"))
}

fn cell(doc: &LoroDoc, table: &str, row: &str, column: &str) -> LoroText {
    doc.get_text(format!("c:{table}:{row}:{column}"))
}

/// The usable ids of a list, each once, at most `max`.
fn ids(list: &LoroMovableList, max: usize) -> Vec<String> {
    let mut seen = BTreeSet::new();
    stored(list)
        .into_iter()
        .flatten()
        .filter(|id| is_id(id) && seen.insert(id.clone()))
        .take(max)
        .collect()
}

/// Every element; `None` for what is not a text.
fn stored(list: &LoroMovableList) -> Vec<Option<String>> {
    list.to_vec()
        .into_iter()
        .map(|value| value.into_string().ok().map(|text| text.to_string()))
        .collect()
}

fn read_cell(text: &LoroText) -> Vec<Span> {
    flat::spans(&Raw::read(text, Place::Cell, &|_| false).seen())
}

fn write_cell(text: &LoroText, spans: &[Span]) -> LoroResult<()> {
    let mut new = Vec::new();
    flat::flatten_spans(&mut new, spans);
    let raw = Raw::read(text, Place::Cell, &|_| false);
    if raw.seen() == new {
        return Ok(());
    }
    patch(text, &raw, &new)
}

fn write_header(doc: &LoroDoc, table: &Table) -> LoroResult<()> {
    let map = doc.get_map(format!("t:{}", table.id));
    let is = map
        .get(HEADER)
        .and_then(|value| value.into_value().ok())
        .and_then(|value| value.into_bool().ok())
        .unwrap_or(false);
    if is != table.header {
        map.insert(HEADER, table.header)?;
    }
    Ok(())
}

/// Removes, moves and inserts until the list is as wanted.
fn write_list(list: &LoroMovableList, wanted: &[String]) -> LoroResult<()> {
    let keep: BTreeSet<&String> = wanted.iter().collect();
    let mut seen = BTreeSet::new();
    let mut now = Vec::new();
    let mut at = 0;
    for id in stored(list) {
        match id {
            Some(id) if keep.contains(&id) && seen.insert(id.clone()) => {
                now.push(id);
                at += 1;
            }
            _ => list.delete(at, 1)?,
        }
    }
    for (at, id) in wanted.iter().enumerate() {
        if now.get(at) == Some(id) {
            continue;
        }
        if let Some(from) = now.iter().position(|other| other == id) {
            list.mov(from, at)?;
            now.remove(from);
        } else {
            list.insert(at, id.as_str())?;
        }
        now.insert(at, id.clone());
    }
    Ok(())
}

/// Columns have no id outside, so which is which is read from their cells.
fn write_columns(doc: &LoroDoc, table: &Table, before: Option<&Table>) -> LoroResult<Vec<String>> {
    let list = columns(doc, &table.id);
    let now = ids(&list, MAX_COLUMNS);
    let width = table.rows.first().map_or(0, |row| row.cells.len());
    let wanted: Vec<String> = match before {
        _ if now.len() == width => now,
        Some(before) => align(before, table)
            .into_iter()
            .map(|old| old.and_then(|old| now.get(old).cloned()))
            .enumerate()
            .map(|(at, id)| id.unwrap_or_else(|| new_column(doc, at)))
            .collect(),
        None => (0..width).map(|at| at.to_string()).collect(),
    };
    write_list(&list, &wanted)?;
    Ok(wanted)
}

/// Distinct from every column that anybody else adds, because the writer's number is.
fn new_column(doc: &LoroDoc, at: usize) -> String {
    format!("{:x}-{}-{at}", doc.peer_id(), doc.len_ops())
}

/// For each new column the old one that it is, if any: the pairing, in order, with most equal cells.
fn align(old: &Table, new: &Table) -> Vec<Option<usize>> {
    let (old_width, new_width) = (width(old), width(new));
    let gain = |o: usize, n: usize| 1 + 2 * equal_cells(old, new, o, n);
    // best[n][o]: the most that the columns from n and o on can share.
    let mut best = vec![vec![0_usize; old_width + 1]; new_width + 1];
    let get = |best: &[Vec<usize>], n: usize, o: usize| {
        best.get(n).and_then(|row| row.get(o)).copied().unwrap_or(0)
    };
    for n in (0..new_width).rev() {
        for o in (0..old_width).rev() {
            let pair = gain(o, n) + get(&best, n + 1, o + 1);
            let most = pair.max(get(&best, n + 1, o)).max(get(&best, n, o + 1));
            if let Some(slot) = best.get_mut(n).and_then(|row| row.get_mut(o)) {
                *slot = most;
            }
        }
    }
    let (mut out, mut o) = (Vec::new(), 0);
    for n in 0..new_width {
        while o < old_width
            && get(&best, n, o) == get(&best, n, o + 1)
            && get(&best, n, o) != gain(o, n) + get(&best, n + 1, o + 1)
        {
            o += 1;
        }
        let pairs = o < old_width && get(&best, n, o) == gain(o, n) + get(&best, n + 1, o + 1);
        out.push(pairs.then_some(o));
        o += usize::from(pairs);
    }
    out
}

fn width(table: &Table) -> usize {
    table.rows.first().map_or(0, |row| row.cells.len())
}

fn equal_cells(old: &Table, new: &Table, o: usize, n: usize) -> usize {
    let old_rows: BTreeMap<&str, &Row> =
        old.rows.iter().map(|row| (row.id.as_str(), row)).collect();
    new.rows
        .iter()
        .filter(|row| {
            let before = old_rows
                .get(row.id.as_str())
                .and_then(|row| row.cells.get(o));
            before.is_some_and(|cell| !cell.is_empty()) && before == row.cells.get(n)
        })
        .count()
}
