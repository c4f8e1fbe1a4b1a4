//! What was said and done in a story, to be held against what is left at its end.

use crate::disk::held;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use sync::transport::Request;

/// A word is this letter and five digits: none is part of another, and none of anything else.
pub fn word(number: u32) -> String {
    format!("w{number:05}")
}

/// The words in a text.
pub fn words(text: &str) -> BTreeSet<u32> {
    let start = |at: &usize| text.as_bytes().get(*at) == Some(&b'w');
    let number = |at: usize| text.get(at + 1..at + 6)?.parse().ok();
    (0..text.len()).filter(start).filter_map(number).collect()
}

/// Words, and in which part of a page each stands: a word that stands in two of them must be taken away twice.
pub type Seen = BTreeSet<(&'static str, u32)>;

/// An operation that waits to be sent.
#[derive(Debug)]
pub struct Waiting {
    /// Its place in the outbox.
    pub place: i64,
    /// Its identity.
    pub op: String,
    /// The field of a page that it sets, if it does that.
    pub field: Option<String>,
}

/// What was said and done.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    /// The words that a workspace said it had kept, and who wrote them.
    kept: BTreeMap<(&'static str, u32), String>,
    /// Those that somebody took away knowing them.
    gone: Seen,
    /// Every operation that the hub had in its log at any moment.
    accepted: BTreeSet<String>,
    /// Every call that was ever made.
    calls: Vec<(usize, Request)>,
    /// What happened, line by line.
    trace: Vec<String>,
    /// What must never happen, and did: the law, and how.
    wrong: Vec<(&'static str, String)>,
    /// The operation that stood last at a place in the outbox of a desk. (Places below 1 are for those that a
    /// restored hub gets again.)
    queued: BTreeMap<(usize, i64), String>,
    /// The fields that operations set.
    fields: BTreeMap<String, String>,
    /// The operations that a row of "Da risolvere" at a desk ever was about.
    rows: BTreeMap<(usize, i64), BTreeSet<String>>,
}

impl Ledger {
    /// A workspace said that it had kept these words.
    pub fn kept<'a>(&self, words: impl IntoIterator<Item = &'a (&'static str, u32)>, by: &str) {
        let words = words.into_iter().map(|word| (*word, by.to_owned()));
        held(&self.0).kept.extend(words);
    }

    /// Somebody took these words away, knowing them.
    pub fn gone<'a>(&self, words: impl IntoIterator<Item = &'a (&'static str, u32)>) {
        held(&self.0).gone.extend(words);
    }

    /// The words that must be somewhere.
    pub fn owed(&self) -> BTreeMap<u32, String> {
        let book = held(&self.0);
        let owed = book
            .kept
            .iter()
            .filter(|(word, _)| !book.gone.contains(word));
        owed.map(|((_, word), by)| (*word, by.clone())).collect()
    }

    /// The hub has these operations in its log.
    pub fn accepted(&self, ids: impl IntoIterator<Item = String>) {
        held(&self.0).accepted.extend(ids);
    }

    /// Every operation that the hub ever had in its log.
    pub fn all_accepted(&self) -> BTreeSet<String> {
        held(&self.0).accepted.clone()
    }

    /// A call reached the hub.
    pub fn called(&self, who: usize, request: &Request) {
        held(&self.0).calls.push((who, request.clone()));
    }

    /// The call that is so many per cent of the way back among those of this desk.
    pub fn older(&self, who: usize, back: u64) -> Option<Request> {
        let book = held(&self.0);
        let own: Vec<_> = book.calls.iter().filter(|(of, _)| *of == who).collect();
        let last = own.len().checked_sub(1)?;
        let back = last * usize::try_from(back.min(100)).unwrap_or(0) / 100;
        own.get(last - back).map(|(_, request)| request.clone())
    }

    /// Every call, in the order in which they reached the hub.
    pub fn calls(&self) -> Vec<Request> {
        let book = held(&self.0);
        book.calls
            .iter()
            .map(|(_, request)| request.clone())
            .collect()
    }

    /// Something happened.
    pub fn trace(&self, line: String) {
        held(&self.0).trace.push(line);
    }

    /// What happened.
    pub fn story(&self) -> Vec<String> {
        held(&self.0).trace.clone()
    }

    /// A desk has these operations in its outbox. Another one at the same place replaces what was not sent.
    pub fn queued(&self, who: usize, outbox: Vec<Waiting>) {
        let mut book = held(&self.0);
        for Waiting { place, op, field } in outbox {
            if let Some(field) = field {
                book.fields.insert(op.clone(), field);
            }
            if place > 0 {
                book.queued.insert((who, place), op);
            }
        }
    }

    /// Every operation that was in an outbox, and was not replaced before it was sent.
    pub fn all_queued(&self) -> BTreeSet<String> {
        held(&self.0).queued.values().cloned().collect()
    }

    /// A desk has these rows in "Da risolvere", each about an operation: all rows it ever had. One about a later
    /// operation on the same field stays the same row.
    pub fn rows(&self, who: usize, rows: &[(i64, Option<String>)]) {
        let mut book = held(&self.0);
        for (id, op) in rows {
            let known = book.rows.entry((who, *id)).or_default();
            known.extend(op.clone());
        }
        let there: BTreeSet<i64> = rows.iter().map(|(id, _)| *id).collect();
        book.rows
            .retain(|(of, id), _| *of != who || there.contains(id));
    }

    /// Every operation that a row of "Da risolvere" is about, or was until a later one took its place. One field of
    /// one page is one disagreement, however many operations on it were refused.
    pub fn all_in_rows(&self) -> BTreeSet<String> {
        let book = held(&self.0);
        let rows: BTreeSet<_> = book.rows.values().flatten().collect();
        let fields: BTreeSet<_> = rows.iter().filter_map(|op| book.fields.get(*op)).collect();
        let same = book
            .fields
            .iter()
            .filter(|(_, field)| fields.contains(field));
        same.map(|(op, _)| op).chain(rows).cloned().collect()
    }

    /// Something happened that must never happen: the law, and how.
    pub fn wrong(&self, law: &'static str, how: String) {
        held(&self.0).wrong.push((law, how));
    }

    /// The first thing that must never happen, and did.
    pub fn first_wrong(&self) -> Option<(&'static str, String)> {
        held(&self.0).wrong.first().cloned()
    }
}
