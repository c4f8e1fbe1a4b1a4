//! Random schedules: people edit, exchange what they did in any order and more than once, and must agree in the end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use domain::sito::{Block, RichText, Row, Span, Table};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use text::{TextDoc, TextError, decode, encode, normalise};

/// What one person does to the text in front of them. Numbers are taken modulo what is there.
#[derive(Debug, Clone)]
enum Act {
    /// A new word before the n-th word of a block.
    Write(usize, usize),
    /// A new word instead of the n-th.
    Replace(usize, usize),
    Remove(usize, usize),
    /// The n-th word of a block bold, or not.
    Bold(usize, usize),
    /// Another type of block.
    Turn(usize, usize),
    Split(usize, usize),
    Join(usize),
    AddBlock(usize),
    RemoveBlock(usize),
    MoveBlock(usize, usize),
    AddTable(usize),
    WriteCell(usize, usize),
    AddRow(usize),
    RemoveRow(usize),
    AddColumn(usize),
}

#[derive(Debug, Clone)]
enum Step {
    Edit(usize, Act),
    /// An edit based on an older version that this person saw.
    EditOld(usize, usize, Act),
    /// One update, somebody's, to somebody.
    Deliver(usize, usize),
    /// All so far to somebody.
    Sync(usize),
    /// Somebody closes the app and opens it again.
    Reload(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let n = || 0_usize..12;
    prop_oneof![
        4 => (n(), n()).prop_map(|(b, w)| Act::Write(b, w)),
        3 => (n(), n()).prop_map(|(b, w)| Act::Replace(b, w)),
        2 => (n(), n()).prop_map(|(b, w)| Act::Remove(b, w)),
        2 => (n(), n()).prop_map(|(b, w)| Act::Bold(b, w)),
        2 => (n(), n()).prop_map(|(b, k)| Act::Turn(b, k)),
        2 => (n(), n()).prop_map(|(b, w)| Act::Split(b, w)),
        2 => n().prop_map(Act::Join),
        3 => n().prop_map(Act::AddBlock),
        2 => n().prop_map(Act::RemoveBlock),
        1 => (n(), n()).prop_map(|(a, b)| Act::MoveBlock(a, b)),
        1 => n().prop_map(Act::AddTable),
        2 => (n(), n()).prop_map(|(b, c)| Act::WriteCell(b, c)),
        1 => n().prop_map(Act::AddRow),
        1 => n().prop_map(Act::RemoveRow),
        1 => n().prop_map(Act::AddColumn),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_usize..3, act()).prop_map(|(who, act)| Step::Edit(who, act)),
        1 => (0_usize..3, 0_usize..50, act()).prop_map(|(who, old, act)| Step::EditOld(who, old, act)),
        3 => (0_usize..3, 0_usize..50).prop_map(|(who, which)| Step::Deliver(who, which)),
        1 => (0_usize..3).prop_map(Step::Sync),
        1 => (0_usize..3).prop_map(Step::Reload),
    ]
}

/// The oracle: every word ever written has a number and stands at most once; who takes it out is remembered.
#[derive(Default)]
struct Oracle {
    made: usize,
    removed: BTreeSet<String>,
    /// Where words in tables stand: who removes a row takes with it what others write there meanwhile, and
    /// `lost_edits` tells them.
    cells: BTreeMap<String, BTreeSet<String>>,
    gone_rows: BTreeSet<String>,
}

impl Oracle {
    fn word(&mut self) -> String {
        self.made += 1;
        format!("w{}x", self.made)
    }

    fn note(&mut self, before: &RichText, after: &RichText) {
        let left = words(after);
        let (had, have) = (rows(before), rows(after));
        for (place, words) in rows(before).into_iter().chain(rows(after)) {
            self.cells.entry(place).or_default().extend(words);
        }
        for place in had.keys().filter(|place| !have.contains_key(*place)) {
            self.gone_rows.insert(place.clone());
        }
        let tables = |rows: &BTreeMap<String, BTreeSet<String>>| -> BTreeSet<String> {
            rows.keys()
                .map(|place| table_of(place).to_owned())
                .collect()
        };
        let gone: Vec<_> = tables(&had).difference(&tables(&have)).cloned().collect();
        self.gone_rows.extend(gone);
        self.removed.extend(
            words(before)
                .into_iter()
                .filter(|word| !left.contains(word)),
        );
    }

    fn check(&self, text: &RichText) {
        let plain = text.plain();
        let is_gone = |place: &str| {
            self.gone_rows.contains(place) || self.gone_rows.contains(table_of(place))
        };
        let with_rows: BTreeSet<_> = self
            .cells
            .iter()
            .filter(|(place, _)| is_gone(place))
            .flat_map(|(_, words)| words)
            .collect();
        for n in 1..=self.made {
            let word = format!("w{n}x");
            assert!(
                self.removed.contains(&word) || with_rows.contains(&word) || plain.contains(&word),
                "{word} was lost from {plain:?}"
            );
        }
    }
}

fn words(text: &RichText) -> BTreeSet<String> {
    let plain = text.plain();
    plain
        .match_indices('w')
        .map(|(at, _)| {
            plain[at..]
                .split_inclusive('x')
                .next()
                .unwrap_or("")
                .to_owned()
        })
        .collect()
}

fn table_of(place: &str) -> &str {
    place.split(' ').next().unwrap_or_default()
}

/// The words of each row of each table.
fn rows(text: &RichText) -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    for block in &text.blocks {
        let Block::Table(table) = block else { continue };
        for row in &table.rows {
            let line = RichText {
                blocks: row
                    .cells
                    .iter()
                    .map(|cell| Block::Paragraph {
                        spans: cell.clone(),
                    })
                    .collect(),
            };
            out.insert(format!("{} {}", table.id, row.id), words(&line));
        }
    }
    out
}

type Word = (String, bool);

fn of(block: &Block) -> Option<Vec<Word>> {
    let words = |span: &Span| -> Vec<Word> {
        span.text
            .split_whitespace()
            .map(|word| (word.to_owned(), span.bold))
            .collect()
    };
    Some(block.spans()?.iter().flat_map(words).collect())
}

fn spans(words: &[Word]) -> Vec<Span> {
    words
        .iter()
        .map(|(word, bold)| Span {
            bold: *bold,
            ..Span::plain(format!("{word} "))
        })
        .collect()
}

fn with(block: &Block, words: &[Word]) -> Block {
    let spans = spans(words);
    match block {
        Block::Heading { level, .. } => Block::Heading {
            level: *level,
            spans,
        },
        Block::Item { ordered, depth, .. } => Block::Item {
            ordered: *ordered,
            depth: *depth,
            spans,
        },
        _ => Block::Paragraph { spans },
    }
}

fn turned(block: &Block, to: usize) -> Block {
    let spans = block.spans().unwrap_or_default().to_vec();
    match to % 6 {
        0 => Block::Paragraph { spans },
        1 => Block::Heading { level: 2, spans },
        2 => Block::Heading { level: 3, spans },
        3 => Block::Item {
            ordered: false,
            depth: 0,
            spans,
        },
        4 => Block::Item {
            ordered: true,
            depth: 0,
            spans,
        },
        _ => Block::Item {
            ordered: true,
            depth: 2,
            spans,
        },
    }
}

fn edited(text: &RichText, act: &Act, oracle: &mut Oracle) -> RichText {
    let mut blocks = text.blocks.clone();
    let count = blocks.len().max(1);
    let at = |n: usize| n % count;
    let mut words_at = |n: usize, change: &mut dyn FnMut(&mut Vec<Word>)| {
        if let Some(block) = blocks.get_mut(at(n))
            && let Some(mut words) = of(block)
        {
            change(&mut words);
            *block = with(block, &words);
        }
    };
    match act {
        Act::Write(b, w) => words_at(*b, &mut |words| {
            let at = w % (words.len() + 1);
            words.insert(at, (oracle.word(), false));
        }),
        Act::Replace(b, w) => words_at(*b, &mut |words| {
            let count = words.len().max(1);
            if let Some(word) = words.get_mut(w % count) {
                word.0 = oracle.word();
            }
        }),
        Act::Remove(b, w) => words_at(*b, &mut |words| {
            if !words.is_empty() {
                words.remove(w % words.len());
            }
        }),
        Act::Bold(b, w) => words_at(*b, &mut |words| {
            let count = words.len().max(1);
            if let Some(word) = words.get_mut(w % count) {
                word.1 = !word.1;
            }
        }),
        Act::Turn(b, to) => {
            if let Some(block) = blocks
                .get_mut(at(*b))
                .filter(|block| block.spans().is_some())
            {
                *block = turned(block, *to);
            }
        }
        Act::Split(b, w) => {
            if let Some(words) = blocks.get(at(*b)).and_then(of) {
                let (head, tail) = words.split_at(w % (words.len() + 1));
                let (head, tail) = (with(&blocks[at(*b)], head), with(&blocks[at(*b)], tail));
                blocks.splice(at(*b)..=at(*b), [head, tail]);
            }
        }
        Act::Join(b) => {
            let pair = (
                blocks.get(at(*b)).and_then(of),
                blocks.get(at(*b) + 1).and_then(of),
            );
            if let (Some(head), Some(tail)) = pair {
                let joined = with(&blocks[at(*b)], &[head, tail].concat());
                blocks.splice(at(*b)..=at(*b) + 1, [joined]);
            }
        }
        Act::AddBlock(b) => {
            let words = [(oracle.word(), false), (oracle.word(), false)];
            blocks.insert(
                b % (blocks.len() + 1),
                Block::Paragraph {
                    spans: spans(&words),
                },
            );
        }
        Act::RemoveBlock(b) => {
            if !blocks.is_empty() {
                blocks.remove(at(*b));
            }
        }
        Act::MoveBlock(a, b) => {
            if !blocks.is_empty() {
                let block = blocks.remove(at(*a));
                blocks.insert(b % (blocks.len() + 1), block);
            }
        }
        Act::AddTable(b) => {
            let id = oracle.word();
            let cell = vec![Span::plain(oracle.word())];
            let rows = vec![Row {
                id: "r1".into(),
                cells: vec![cell, vec![]],
            }];
            blocks.insert(
                b % (blocks.len() + 1),
                Block::Table(Table {
                    id: format!("t{id}"),
                    header: true,
                    rows,
                }),
            );
            // The id of a table is no word of the text.
            oracle.removed.insert(id);
        }
        Act::WriteCell(..) | Act::AddRow(_) | Act::RemoveRow(_) | Act::AddColumn(_) => {
            if let Some(Block::Table(table)) = blocks
                .iter_mut()
                .find(|block| matches!(block, Block::Table(_)))
            {
                edit_table(table, act, oracle);
            }
        }
    }
    normalise(&RichText { blocks })
}

fn edit_table(table: &mut Table, act: &Act, oracle: &mut Oracle) {
    let height = table.rows.len();
    match act {
        Act::WriteCell(r, c) => {
            let row = &mut table.rows[r % height];
            let width = row.cells.len();
            let cell = &mut row.cells[c % width];
            cell.insert(0, Span::plain(format!("{} ", oracle.word())));
        }
        Act::AddRow(r) => {
            let id = format!("r{}", oracle.word());
            oracle.removed.insert(id[1..].to_owned());
            let mut cells = vec![vec![]; table.rows[0].cells.len()];
            cells[0] = vec![Span::plain(oracle.word())];
            table.rows.insert(r % (height + 1), Row { id, cells });
        }
        Act::RemoveRow(r) if height > 1 => {
            table.rows.remove(r % height);
        }
        Act::AddColumn(c) => {
            for row in &mut table.rows {
                let at = c % (row.cells.len() + 1);
                row.cells.insert(at, vec![]);
            }
        }
        _ => {}
    }
}

struct Desk {
    docs: Vec<TextDoc>,
    seen: Vec<Vec<(domain::sito::TextVersion, RichText)>>,
    sent: Vec<Vec<u8>>,
    /// What each person has, as bytes, to start again from.
    has: Vec<Vec<Vec<u8>>>,
    oracle: Oracle,
}

impl Desk {
    fn new() -> Self {
        Self {
            docs: (0..3).map(|_| TextDoc::new()).collect(),
            seen: vec![Vec::new(); 3],
            sent: Vec::new(),
            has: vec![Vec::new(); 3],
            oracle: Oracle::default(),
        }
    }

    fn edit(&mut self, who: usize, base: (domain::sito::TextVersion, RichText), act: &Act) {
        let (version, before) = base;
        let after = edited(&before, act, &mut self.oracle);
        let update = self.docs[who].edit(&version, &after).unwrap();
        assert_eq!(update.is_some(), before != after);
        self.oracle.note(&before, &after);
        if let Some(update) = update {
            let update = decode(&encode(&update)).unwrap();
            self.has[who].push(update.clone());
            self.sent.push(update);
        }
        self.look(who);
    }

    fn look(&mut self, who: usize) {
        let now = (self.docs[who].version(), self.docs[who].rich_text());
        assert_eq!(normalise(&now.1), now.1, "a text read is a normal text");
        assert_eq!(self.docs[who].at(&now.0).as_ref(), Some(&now.1));
        self.seen[who].push(now);
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Edit(who, act) => {
                let before = self.docs[*who].rich_text();
                let base = (self.docs[*who].version(), before);
                let alone = base.clone();
                self.edit(*who, base, act);
                if alone.1.is_blank() && alone.0.0.is_empty() {
                    self.look(*who);
                }
            }
            Step::EditOld(who, old, act) => {
                let seen = &self.seen[*who];
                if let Some(base) = seen.get(old % seen.len().max(1)).cloned() {
                    assert_eq!(
                        self.docs[*who].at(&base.0).as_ref(),
                        Some(&base.1),
                        "the past does not change"
                    );
                    self.edit(*who, base, act);
                }
            }
            Step::Deliver(who, which) => {
                if let Some(update) = self.sent.get(which % self.sent.len().max(1)).cloned() {
                    self.docs[*who].import(&update).unwrap();
                    self.has[*who].push(update);
                    self.look(*who);
                }
            }
            Step::Sync(who) => {
                for update in self.sent.clone().into_iter().rev() {
                    self.docs[*who].import(&update).unwrap();
                    self.has[*who].push(update);
                }
                self.look(*who);
            }
            Step::Reload(who) => {
                let snapshot = self.docs[*who].snapshot();
                let waiting = self.has[*who].iter().map(Vec::as_slice);
                let again = TextDoc::load(Some(&snapshot), waiting).unwrap();
                assert_eq!(again.rich_text(), self.docs[*who].rich_text());
                assert_eq!(again.version(), self.docs[*who].version());
                self.docs[*who] = again;
            }
        }
    }

    fn agree(&mut self) {
        for who in 0..3 {
            self.run(&Step::Sync(who));
        }
        let texts: Vec<_> = self
            .docs
            .iter()
            .map(|doc| serde_json::to_vec(&doc.rich_text()).unwrap())
            .collect();
        assert!(
            texts.iter().all(|text| *text == texts[0]),
            "three replicas, one text"
        );
        assert!(
            self.docs
                .iter()
                .all(|doc| doc.version() == self.docs[0].version() && doc.waiting() == 0)
        );
        assert!(
            self.docs
                .iter()
                .all(|doc| doc.leftovers() == self.docs[0].leftovers())
        );
        self.oracle.check(&self.docs[0].rich_text());
    }
}

fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("SCHEDULES").ok().and_then(|n| n.parse().ok());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases.unwrap_or(default))
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_schedule_ends_in_one_text_with_every_word(steps in prop::collection::vec(step(), 1..40)) {
        let mut desk = Desk::new();
        for step in &steps {
            desk.run(step);
        }
        desk.agree();
    }

    #[test]
    fn what_is_written_alone_reads_back_as_written(acts in prop::collection::vec(act(), 1..30)) {
        let mut doc = TextDoc::new();
        let mut oracle = Oracle::default();
        for act in &acts {
            let to = edited(&doc.rich_text(), act, &mut oracle);
            doc.edit(&doc.version(), &to).unwrap();
            prop_assert_eq!(doc.rich_text(), to);
            prop_assert!(doc.leftovers().is_empty());
        }
    }

    #[test]
    fn damaged_updates_are_refused_and_harm_nothing(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(), junk in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut anna = TextDoc::new();
        let first = anna.edit(&anna.version(), &RichText::from_plain("Uno due\nTre")).unwrap().unwrap();
        let good = anna.edit(&anna.version(), &RichText::from_plain("Uno due e mezzo\nTre")).unwrap().unwrap();
        let mut bruno = TextDoc::load(None, [first.as_slice()]).unwrap();
        let before = (bruno.version(), bruno.rich_text());

        prop_assert!(bruno.import(&good[..cut.index(good.len())]).is_err());
        prop_assert_eq!(bruno.import(&junk), Err(TextError::Damaged));
        let mut bad = good.clone();
        let at = at.index(bad.len());
        if bad[at] != byte {
            bad[at] = byte;
            // A few bytes of the header say nothing; without them it is still the good update.
            if bruno.import(&bad).is_ok() {
                prop_assert_eq!(bruno.rich_text(), anna.rich_text());
                return Ok(());
            }
        }
        prop_assert_eq!(&before, &(bruno.version(), bruno.rich_text()));
        bruno.import(&good).unwrap();
        prop_assert_eq!(bruno.rich_text(), anna.rich_text());
    }
}
