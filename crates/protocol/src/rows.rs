//! Rows that say only what differs from the row before.
//!
//! Operations come in runs: same scope, same page, the next number, a moment later. What can be told from
//! the row before is left out; an entry without a field therefore reads "as before".

use serde_json::{Map, Value};

/// How the fields of a kind of row run.
pub(crate) struct Shape {
    /// One more than before.
    pub next: &'static [&'static str],
    /// The same as before.
    pub same: &'static [&'static str],
    /// Written as the difference from before.
    pub delta: &'static [&'static str],
    /// The field that a row must have for `same` and `delta` to apply to it.
    pub with: &'static str,
    /// Names that end in `-` and a count in hexadecimal ([`domain::OpId`]): one that comes right after the
    /// last one stated, in this row or before it, is `+` here …
    pub entity: &'static str,
    /// … and left out here.
    pub id: &'static str,
}

/// What stands for the name after the last one.
const AFTER: &str = "+";
/// Where the last name is kept; no row has such a field.
const NAMED: &str = "+";

/// What a row is compared with.
#[derive(Default)]
struct Before(Map<String, Value>);

impl Before {
    fn number(&self, field: &str) -> Option<i64> {
        self.0.get(field).and_then(Value::as_i64)
    }

    fn keep(&mut self, field: &str, value: &Value) {
        self.0.insert(field.to_owned(), value.clone());
    }

    /// The name after the last one.
    fn after(&self) -> Option<Value> {
        let (stem, count) = self.0.get(NAMED)?.as_str()?.rsplit_once('-')?;
        let next = u64::from_str_radix(count, 16).ok()?.checked_add(1)?;
        Some(format!("{stem}-{next:x}").into())
    }

    /// Takes in the name that a row states; says whether it is the one after the last.
    fn names(&mut self, row: &Map<String, Value>, field: &str) -> bool {
        let Some(name) = row.get(field) else {
            return false;
        };
        let follows = self.after().as_ref() == Some(name);
        self.keep(NAMED, name);
        follows
    }

    /// Has a row state the name after the last one.
    fn name(&self, row: &mut Map<String, Value>, field: &str) {
        if let Some(name) = self.after() {
            row.insert(field.to_owned(), name);
        }
    }
}

impl Shape {
    /// Leaves out what can be told.
    pub fn shrink(&self, rows: &mut [Map<String, Value>]) {
        let mut before = Before::default();
        for row in rows {
            for field in self.next {
                shrink_next(&mut before, row, field);
            }
            if row.contains_key(self.with) {
                for field in self.same {
                    shrink_same(&mut before, row, field);
                }
                for field in self.delta {
                    shrink_delta(&mut before, row, field);
                }
            }
            if before.names(row, self.entity) {
                row.insert(self.entity.into(), AFTER.into());
            }
            if before.names(row, self.id) {
                row.remove(self.id);
            }
        }
    }

    /// Puts it back. A row that refers to nothing before it stays without the field, and is then no row
    /// that anybody can read.
    pub fn grow(&self, rows: &mut [Map<String, Value>]) {
        let mut before = Before::default();
        for row in rows {
            for field in self.next {
                grow_next(&mut before, row, field);
            }
            if row.get(self.entity).and_then(Value::as_str) == Some(AFTER) {
                before.name(row, self.entity);
            }
            before.names(row, self.entity);
            if !row.contains_key(self.id) {
                before.name(row, self.id);
            }
            before.names(row, self.id);
            if !row.contains_key(self.with) {
                continue;
            }
            for field in self.same {
                grow_same(&mut before, row, field);
            }
            for field in self.delta {
                grow_delta(&mut before, row, field);
            }
        }
    }
}

fn shrink_next(before: &mut Before, row: &mut Map<String, Value>, field: &str) {
    let Some(value) = row.get(field).cloned() else {
        return;
    };
    let expected = before.number(field).and_then(|n| n.checked_add(1));
    if expected.is_some() && value.as_i64() == expected {
        row.remove(field);
    }
    before.keep(field, &value);
}

fn grow_next(before: &mut Before, row: &mut Map<String, Value>, field: &str) {
    let told = row.get(field).cloned();
    let expected = before.number(field).and_then(|n| n.checked_add(1));
    if let Some(value) = told.or_else(|| expected.map(Value::from)) {
        before.keep(field, &value);
        row.insert(field.to_owned(), value);
    }
}

fn shrink_same(before: &mut Before, row: &mut Map<String, Value>, field: &str) {
    let Some(value) = row.get(field).cloned() else {
        return;
    };
    if before.0.get(field) == Some(&value) {
        row.remove(field);
    }
    before.keep(field, &value);
}

fn grow_same(before: &mut Before, row: &mut Map<String, Value>, field: &str) {
    let told = row.get(field).or_else(|| before.0.get(field)).cloned();
    if let Some(value) = told {
        before.keep(field, &value);
        row.insert(field.to_owned(), value);
    }
}

fn shrink_delta(before: &mut Before, row: &mut Map<String, Value>, field: &str) {
    let Some(value) = row.get(field).and_then(Value::as_i64) else {
        return;
    };
    let delta = value.wrapping_sub(before.number(field).unwrap_or(0));
    before.keep(field, &value.into());
    row.insert(field.to_owned(), delta.into());
}

fn grow_delta(before: &mut Before, row: &mut Map<String, Value>, field: &str) {
    let Some(delta) = row.get(field).and_then(Value::as_i64) else {
        return;
    };
    let value = before.number(field).unwrap_or(0).wrapping_add(delta);
    before.keep(field, &value.into());
    row.insert(field.to_owned(), value.into());
}
