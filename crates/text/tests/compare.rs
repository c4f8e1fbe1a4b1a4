//! Two versions side by side.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use domain::sito::{Block, RichText, Row, Span, Table};
use proptest::prelude::*;
use text::compare::{Change, Kind, Run, compare, compare_words};

fn p(text: &str) -> Block {
    Block::Paragraph {
        spans: vec![Span::plain(text)],
    }
}

fn h(text: &str) -> Block {
    Block::Heading {
        level: 2,
        spans: vec![Span::plain(text)],
    }
}

fn rich(blocks: &[Block]) -> RichText {
    RichText {
        blocks: blocks.to_vec(),
    }
}

/// `uno -due- +tre+`
fn shown(runs: &[Run]) -> String {
    runs.iter()
        .map(|run| match run.change {
            Change::Same => run.text.clone(),
            Change::Removed => format!("-{}-", run.text),
            Change::Added => format!("+{}+", run.text),
        })
        .collect()
}

#[test]
fn words_are_compared_inside_blocks_that_are_the_same() {
    let old = rich(&[
        p("Gli uffici sono chiusi lunedì."),
        p("Resta."),
        p("Va via del tutto."),
    ]);
    let new = rich(&[
        p("Gli uffici sono aperti lunedì."),
        p("Nuovo paragrafo"),
        h("Resta."),
    ]);
    let changes = compare(&old, &new);
    let seen: Vec<_> = changes.iter().map(|c| (c.change, shown(&c.runs))).collect();
    assert_eq!(
        seen,
        [
            (
                Change::Same,
                "Gli uffici sono -chiusi-+aperti+ lunedì.".to_owned()
            ),
            (Change::Added, "+Nuovo paragrafo+".to_owned()),
            (Change::Same, "Resta.".to_owned()),
            (Change::Removed, "-Va via del tutto.-".to_owned()),
        ]
    );
    assert_eq!(
        (changes[2].was, changes[2].kind),
        (Some(Kind::Paragraph), Kind::Heading { level: 2 })
    );
    assert!(!changes[2].is_same());
    assert!(compare(&old, &old).iter().all(|change| change.is_same()));
}

#[test]
fn rows_and_cells_of_a_table_are_compared() {
    let table = |rows: &[(&str, &str)]| {
        Block::Table(Table {
            id: "t".into(),
            header: false,
            rows: rows
                .iter()
                .map(|(id, text)| Row {
                    id: (*id).into(),
                    cells: vec![vec![Span::plain(*text)]],
                })
                .collect(),
        })
    };
    let changes = compare(
        &rich(&[table(&[("a", "ore 9"), ("b", "via")])]),
        &rich(&[table(&[("a", "ore 10"), ("c", "nuova")])]),
    );
    let rows: Vec<_> = changes[0]
        .rows
        .iter()
        .map(|row| (row.change, shown(&row.cells[0])))
        .collect();
    assert_eq!(
        rows,
        [
            (Change::Same, "ore -9-+10+".to_owned()),
            (Change::Removed, "-via-".to_owned()),
            (Change::Added, "+nuova+".to_owned())
        ]
    );
}

#[test]
fn bold_alone_is_a_change_of_look() {
    let bold = Block::Paragraph {
        spans: vec![Span {
            bold: true,
            ..Span::plain("Ciao")
        }],
    };
    let changes = compare(&rich(&[p("Ciao")]), &rich(&[bold]));
    assert!(changes[0].restyled && !changes[0].is_same());
}

#[test]
fn the_comparison_travels_as_json() {
    let changes = compare(&rich(&[p("a b")]), &rich(&[h("a c")]));
    let json = serde_json::to_string(&changes).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<text::compare::BlockChange>>(&json).unwrap(),
        changes
    );
}

proptest! {
    #[test]
    fn both_texts_can_be_read_off(old in "[a-c .\n]{0,60}", new in "[a-c .\n]{0,60}") {
        let runs = compare_words(&old, &new);
        let read = |not: Change| -> String { runs.iter().filter(|run| run.change != not).map(|run| run.text.as_str()).collect() };
        prop_assert_eq!(read(Change::Added), old.clone());
        prop_assert_eq!(read(Change::Removed), new.clone());

        let (old, new) = (RichText::from_plain(&old), RichText::from_plain(&new));
        let changes = compare(&old, &new);
        let read = |not: Change| -> Vec<String> {
            changes
                .iter()
                .filter(|block| block.change != not)
                .map(|block| block.runs.iter().filter(|run| run.change != not).map(|run| run.text.as_str()).collect())
                .collect()
        };
        let lines = |text: &RichText| -> Vec<String> { text.plain().lines().map(str::to_owned).collect() };
        prop_assert_eq!(read(Change::Added), lines(&old));
        prop_assert_eq!(read(Change::Removed), lines(&new));
    }
}
