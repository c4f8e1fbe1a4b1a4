//! Two people edit the same text without seeing each other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first surprise"
)]

use domain::sito::{Block, RichText, Row, Span, Table};
use domain::{FileId, FileRef};
use text::lost::lost_edits;
use text::{TextDoc, TextError};

fn p(text: &str) -> Block {
    Block::Paragraph {
        spans: if text.is_empty() {
            vec![]
        } else {
            vec![Span::plain(text)]
        },
    }
}

fn h(level: u8, text: &str) -> Block {
    Block::Heading {
        level,
        spans: vec![Span::plain(text)],
    }
}

fn li(depth: u8, text: &str) -> Block {
    Block::Item {
        ordered: false,
        depth,
        spans: vec![Span::plain(text)],
    }
}

fn rich(blocks: impl IntoIterator<Item = Block>) -> RichText {
    RichText {
        blocks: blocks.into_iter().collect(),
    }
}

fn bold(text: &str) -> Span {
    Span {
        bold: true,
        ..Span::plain(text)
    }
}

fn cell(text: &str) -> Vec<Span> {
    if text.is_empty() {
        vec![]
    } else {
        vec![Span::plain(text)]
    }
}

fn table(rows: &[(&str, &[&str])]) -> Table {
    Table {
        id: "orari".into(),
        header: true,
        rows: rows
            .iter()
            .map(|(id, cells)| Row {
                id: (*id).into(),
                cells: cells.iter().map(|text| cell(text)).collect(),
            })
            .collect(),
    }
}

fn image(alt: &str, caption: &str) -> Block {
    Block::Image {
        file: FileRef {
            id: FileId::new("ab".repeat(32)),
            name: "torre.jpg".into(),
            media: "image/jpeg".into(),
            size: 9,
        },
        alt: alt.into(),
        decorative: false,
        caption: caption.into(),
    }
}

/// Anna and Bruno at Roccaverano, each with a replica of the same text.
struct Pair {
    anna: TextDoc,
    bruno: TextDoc,
}

impl Pair {
    fn starting_with(text: &RichText) -> Self {
        let mut anna = TextDoc::new();
        let update = anna.edit(&anna.version(), text).unwrap().unwrap();
        let mut bruno = TextDoc::new();
        bruno.import(&update).unwrap();
        assert_eq!(
            bruno.rich_text(),
            *text,
            "the text must read back as written"
        );
        Self { anna, bruno }
    }

    /// Both edit, then both hear of the other's edit; the texts must agree.
    fn merge(&mut self, anna: &RichText, bruno: &RichText) -> RichText {
        let a = self.anna.edit(&self.anna.version(), anna).unwrap().unwrap();
        let b = self
            .bruno
            .edit(&self.bruno.version(), bruno)
            .unwrap()
            .unwrap();
        assert_eq!(self.anna.rich_text(), *anna);
        assert_eq!(self.bruno.rich_text(), *bruno);
        self.anna.import(&b).unwrap();
        self.bruno.import(&a).unwrap();
        self.bruno.import(&a).unwrap();
        let merged = self.anna.rich_text();
        assert_eq!(merged, self.bruno.rich_text());
        assert_eq!(self.anna.version(), self.bruno.version());
        assert_eq!(self.anna.leftovers(), self.bruno.leftovers());
        merged
    }
}

fn merge(start: &RichText, anna: &RichText, bruno: &RichText) -> RichText {
    Pair::starting_with(start).merge(anna, bruno)
}

#[test]
fn two_words_in_one_paragraph_are_both_kept() {
    let merged = merge(
        &rich([p("Le scuole sono chiuse domani.")]),
        &rich([p("Le scuole medie sono chiuse domani.")]),
        &rich([p("Le scuole sono chiuse domani mattina.")]),
    );
    assert_eq!(
        merged,
        rich([p("Le scuole medie sono chiuse domani mattina.")])
    );
}

#[test]
fn a_word_survives_its_paragraph_becoming_a_heading() {
    let merged = merge(
        &rich([p("Orari di apertura"), p("Dal lunedì.")]),
        &rich([p("Nuovi Orari di apertura"), p("Dal lunedì.")]),
        &rich([h(2, "Orari di apertura"), p("Dal lunedì.")]),
    );
    assert_eq!(
        merged,
        rich([h(2, "Nuovi Orari di apertura"), p("Dal lunedì.")])
    );
}

#[test]
fn bold_survives_its_paragraph_becoming_a_list_item() {
    let spans = vec![
        Span::plain("Portare la "),
        bold("carta"),
        Span::plain(" con sé"),
    ];
    let merged = merge(
        &rich([p("Portare la carta con sé")]),
        &rich([Block::Paragraph {
            spans: spans.clone(),
        }]),
        &rich([li(1, "Portare la carta con sé")]),
    );
    let item = Block::Item {
        ordered: false,
        depth: 1,
        spans,
    };
    assert_eq!(merged, rich([item]));
}

#[test]
fn a_word_stays_in_place_when_the_paragraph_is_split_before_it() {
    let merged = merge(
        &rich([p("La neve cade. Le strade sono chiuse.")]),
        &rich([p("La neve cade. Le strade alte sono chiuse.")]),
        &rich([p("La neve cade. "), p("Le strade sono chiuse.")]),
    );
    assert_eq!(
        merged,
        rich([p("La neve cade. "), p("Le strade alte sono chiuse.")])
    );
}

#[test]
fn a_word_in_a_removed_paragraph_stays_apart_and_is_shown() {
    let mut pair = Pair::starting_with(&rich([
        p("Prima."),
        p("Seconda riga."),
        p("Seconda terza."),
    ]));
    let merged = pair.merge(
        &rich([p("Prima."), p("Seconda nuova riga."), p("Seconda terza.")]),
        &rich([p("Prima."), p("Seconda terza.")]),
    );
    assert_eq!(
        merged,
        rich([p("Prima."), p("nuova "), p("Seconda terza.")])
    );
    assert_eq!(pair.anna.leftovers(), [1]);

    // Bruno, who had removed it, keeps Anna's word after all.
    let keep = pair.bruno.keep_leftovers().unwrap().unwrap();
    pair.anna.import(&keep).unwrap();
    assert!(pair.anna.leftovers().is_empty());
    assert_eq!(pair.anna.rich_text(), merged);
}

#[test]
fn removing_or_editing_a_leftover_settles_it() {
    let start = rich([p("Prima."), p("Seconda riga."), p("Terza.")]);
    let anna = rich([p("Prima."), p("Seconda nuova riga."), p("Terza.")]);
    let bruno = rich([p("Prima."), p("Terza.")]);
    let mut pair = Pair::starting_with(&start);
    pair.merge(&anna, &bruno);
    pair.anna
        .edit(&pair.anna.version(), &bruno)
        .unwrap()
        .unwrap();
    assert_eq!(pair.anna.rich_text(), bruno);
    assert!(pair.anna.leftovers().is_empty());

    let kept = rich([p("Prima."), p("nuova riga"), p("Terza.")]);
    pair.bruno
        .edit(&pair.bruno.version(), &kept)
        .unwrap()
        .unwrap();
    assert_eq!(pair.bruno.rich_text(), kept);
    assert!(pair.bruno.leftovers().is_empty());
}

#[test]
fn an_edit_elsewhere_does_not_settle_a_leftover() {
    let mut pair = Pair::starting_with(&rich([p("Prima."), p("Seconda."), p("Terza.")]));
    pair.merge(
        &rich([p("Prima."), p("Seconda e mezza."), p("Terza.")]),
        &rich([p("Prima."), p("Terza.")]),
    );
    let mut text = pair.anna.rich_text();
    *text.blocks.last_mut().unwrap() = p("Terza cambiata.");
    text.blocks.remove(0);
    pair.anna
        .edit(&pair.anna.version(), &text)
        .unwrap()
        .unwrap();
    assert_eq!(pair.anna.rich_text(), text);
    assert_eq!(pair.anna.leftovers(), [0]);
}

#[test]
fn two_levels_of_heading_make_one_heading() {
    let merged = merge(
        &rich([p("Orari"), p("Dal lunedì.")]),
        &rich([h(2, "Orari"), p("Dal lunedì.")]),
        &rich([h(3, "Orari"), p("Dal lunedì.")]),
    );
    assert_eq!(merged.blocks.len(), 2);
    assert!(matches!(
        merged.blocks[0],
        Block::Heading { level: 2 | 3, .. }
    ));
}

#[test]
fn a_heading_split_meanwhile_gives_two_headings() {
    let merged = merge(
        &rich([p("Orari e sedi")]),
        &rich([h(2, "Orari e sedi")]),
        &rich([p("Orari "), p("e sedi")]),
    );
    assert_eq!(merged, rich([h(2, "Orari "), h(2, "e sedi")]));
}

#[test]
fn removing_all_paragraphs_leaves_an_empty_text() {
    let mut pair = Pair::starting_with(&rich([p("Uno"), p("Due"), h(2, "Tre")]));
    let update = pair
        .anna
        .edit(&pair.anna.version(), &rich([]))
        .unwrap()
        .unwrap();
    pair.bruno.import(&update).unwrap();
    assert_eq!(pair.bruno.rich_text(), rich([]));
    let again = rich([p("Di nuovo")]);
    pair.bruno
        .edit(&pair.bruno.version(), &again)
        .unwrap()
        .unwrap();
    assert_eq!(pair.bruno.rich_text(), again);
}

#[test]
fn new_paragraphs_at_one_place_do_not_mix() {
    let merged = merge(
        &rich([p("Inizio."), p("Fine.")]),
        &rich([p("Inizio."), p("Anna scrive qui."), p("Fine.")]),
        &rich([p("Inizio."), p("Bruno scrive qui."), p("Fine.")]),
    );
    assert_eq!(merged.blocks.len(), 4);
    assert!(merged.blocks.contains(&p("Anna scrive qui.")));
    assert!(merged.blocks.contains(&p("Bruno scrive qui.")));
}

#[test]
fn two_replicas_born_apart_agree() {
    let (mut anna, mut bruno) = (TextDoc::new(), TextDoc::new());
    let a = anna
        .edit(&anna.version(), &rich([p("Da Anna")]))
        .unwrap()
        .unwrap();
    let b = bruno
        .edit(&bruno.version(), &rich([h(2, "Da Bruno")]))
        .unwrap()
        .unwrap();
    anna.import(&b).unwrap();
    bruno.import(&a).unwrap();
    assert_eq!(anna.rich_text(), bruno.rich_text());
    assert_eq!(anna.rich_text().blocks.len(), 2);
    assert!(anna.rich_text().blocks.contains(&h(2, "Da Bruno")));
}

#[test]
fn two_cells_of_a_table_and_a_new_row_are_all_kept() {
    let start = table(&[("r1", &["Giorno", "Ora"]), ("r2", &["Lunedì", "9"])]);
    let anna = table(&[
        ("r1", &["Giorno", "Ora"]),
        ("r2", &["Lunedì e martedì", "9"]),
        ("r3", &["Sabato", "10"]),
    ]);
    let bruno = table(&[("r1", &["Giorno", "Ora"]), ("r2", &["Lunedì", "9-12"])]);
    let merged = merge(
        &rich([p("Orari"), Block::Table(start)]),
        &rich([p("Orari"), Block::Table(anna)]),
        &rich([p("Orari"), Block::Table(bruno)]),
    );
    let both = table(&[
        ("r1", &["Giorno", "Ora"]),
        ("r2", &["Lunedì e martedì", "9-12"]),
        ("r3", &["Sabato", "10"]),
    ]);
    assert_eq!(merged, rich([p("Orari"), Block::Table(both)]));
}

#[test]
fn a_column_put_between_others_does_not_take_a_colleagues_word() {
    let start = table(&[("r1", &["Giorno", "Ora"]), ("r2", &["Lunedì", "9"])]);
    let anna = table(&[
        ("r1", &["Giorno", "Sede", "Ora"]),
        ("r2", &["Lunedì", "Municipio", "9"]),
    ]);
    let bruno = table(&[("r1", &["Giorno", "Ora"]), ("r2", &["Lunedì", "9-12"])]);
    let merged = merge(
        &rich([Block::Table(start)]),
        &rich([Block::Table(anna)]),
        &rich([Block::Table(bruno)]),
    );
    let both = table(&[
        ("r1", &["Giorno", "Sede", "Ora"]),
        ("r2", &["Lunedì", "Municipio", "9-12"]),
    ]);
    assert_eq!(merged, rich([Block::Table(both)]));
}

#[test]
fn rows_moved_by_one_and_written_by_the_other_are_kept_once() {
    let start = table(&[("a", &["A"]), ("b", &["B"]), ("c", &["C"])]);
    let anna = table(&[("c", &["C"]), ("a", &["A"]), ("b", &["B"])]);
    let bruno = table(&[("a", &["A"]), ("b", &["B"]), ("c", &["C nuova"])]);
    let merged = merge(
        &rich([Block::Table(start)]),
        &rich([Block::Table(anna)]),
        &rich([Block::Table(bruno)]),
    );
    let both = table(&[("c", &["C nuova"]), ("a", &["A"]), ("b", &["B"])]);
    assert_eq!(merged, rich([Block::Table(both)]));
}

#[test]
fn words_in_a_removed_row_are_reported_lost() {
    let start = table(&[("a", &["A"]), ("b", &["B"])]);
    let anna = rich([Block::Table(table(&[
        ("a", &["A"]),
        ("b", &["B importante"]),
    ]))]);
    let bruno = rich([Block::Table(table(&[("a", &["A"])]))]);
    let start = rich([Block::Table(start)]);
    let merged = merge(&start, &anna, &bruno);
    assert_eq!(merged, bruno);
    let lost = lost_edits(&start, &anna, &merged);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].words, ["importante"]);
    assert!(lost_edits(&start, &bruno, &merged).is_empty());
}

#[test]
fn a_table_that_comes_back_has_what_a_colleague_wrote_meanwhile() {
    let start = rich([p("x"), Block::Table(table(&[("a", &["A"])]))]);
    let mut pair = Pair::starting_with(&start);
    let changed = rich([p("x"), Block::Table(table(&[("a", &["A di Bruno"])]))]);
    let merged = pair.merge(&rich([p("x")]), &changed);
    assert_eq!(merged, rich([p("x")]));
    // Anna's "undo" puts the table back as she knew it, based on what she saw then.
    let gone = pair.anna.version();
    pair.anna.edit(&gone, &changed).unwrap();
    assert_eq!(pair.anna.rich_text(), changed);
}

#[test]
fn alt_text_and_caption_written_by_two_are_both_kept() {
    let merged = merge(
        &rich([p("x"), image("", "")]),
        &rich([p("x"), image("La torre", "")]),
        &rich([p("x"), image("", "Foto del comune")]),
    );
    assert_eq!(merged, rich([p("x"), image("La torre", "Foto del comune")]));
}

#[test]
fn an_image_left_on_a_line_with_words_becomes_a_block_of_its_own() {
    let merged = merge(
        &rich([p("Testo"), image("Torre", ""), p("Dopo")]),
        &rich([p("Testo lungo"), image("Torre", ""), p("Dopo")]),
        &rich([image("Torre", ""), p("Dopo")]),
    );
    assert_eq!(merged.blocks.len(), 3);
    assert_eq!(merged.blocks[1], image("Torre", ""));
}

#[test]
fn an_edit_made_at_an_old_version_merges_with_what_came_after() {
    let mut doc = TextDoc::new();
    doc.edit(&doc.version(), &rich([p("Uno due tre")])).unwrap();
    let seen = doc.version();
    doc.edit(&seen, &rich([p("Uno due tre quattro")])).unwrap();
    doc.edit(&seen, &rich([p("Zero Uno due tre")]))
        .unwrap()
        .unwrap();
    assert_eq!(doc.rich_text(), rich([p("Zero Uno due tre quattro")]));
    assert_eq!(doc.at(&seen), Some(rich([p("Uno due tre")])));
    assert!(doc.covers(&seen));
}

#[test]
fn the_text_as_it_was_is_no_edit() {
    let mut doc = TextDoc::new();
    assert_eq!(doc.edit(&doc.version(), &rich([])), Ok(None));
    doc.edit(&doc.version(), &rich([p("a"), p("")])).unwrap();
    let text = doc.rich_text();
    assert_eq!(doc.edit(&doc.version(), &text), Ok(None));
}

#[test]
fn a_foreign_version_is_unknown() {
    let (mut anna, mut bruno) = (TextDoc::new(), TextDoc::new());
    anna.edit(&anna.version(), &rich([p("a")])).unwrap();
    assert!(!bruno.covers(&anna.version()));
    assert_eq!(bruno.at(&anna.version()), None);
    assert_eq!(
        bruno.edit(&anna.version(), &rich([p("b")])),
        Err(TextError::UnknownVersion)
    );
    assert!(anna.version().0.len() <= 16, "{}", anna.version().0);
}

#[test]
fn a_snapshot_and_updates_in_any_order_give_the_text() {
    let mut anna = TextDoc::new();
    let mut updates = Vec::new();
    for n in 0..6 {
        let text = rich((0..=n).map(|n| p(&format!("Riga {n}"))));
        updates.push(anna.edit(&anna.version(), &text).unwrap().unwrap());
    }
    let snapshot = TextDoc::load(None, updates[..2].iter().map(Vec::as_slice))
        .unwrap()
        .snapshot();
    let late = TextDoc::load(Some(&snapshot), updates.iter().rev().map(Vec::as_slice)).unwrap();
    assert_eq!(late.rich_text(), anna.rich_text());
    assert_eq!(late.version(), anna.version());
    assert_eq!(late.waiting(), 0);
    let holes = TextDoc::load(Some(&snapshot), [updates[5].as_slice()]).unwrap();
    assert_eq!(holes.waiting(), 1);
    assert_eq!(holes.rich_text().blocks.len(), 2);
}
