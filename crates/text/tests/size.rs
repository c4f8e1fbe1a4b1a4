//! What an edit costs on the line and in time. Run with `--nocapture` to read the figures.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and this one tells what it measured"
)]

use domain::sito::{Block, RichText, Span};
use std::time::Instant;
use text::{TextDoc, encode};

/// A page of two thousand words in forty paragraphs, no two alike.
fn page() -> RichText {
    let words = [
        "comune",
        "ufficio",
        "strada",
        "orario",
        "cittadini",
        "servizio",
        "delibera",
        "neve",
    ];
    let paragraph = |n: usize| {
        let text: Vec<String> = (0..50)
            .map(|w| {
                format!(
                    "{}{}",
                    words.iter().cycle().nth(n * 7 + w * 3).unwrap(),
                    n * w % 97
                )
            })
            .collect();
        Block::Paragraph {
            spans: vec![Span::plain(text.join(" "))],
        }
    };
    RichText {
        blocks: (0..40).map(paragraph).collect(),
    }
}

fn with_word(text: &RichText, paragraph: usize, change: impl Fn(&str) -> String) -> RichText {
    let mut text = text.clone();
    if let Some(Block::Paragraph { spans }) = text.blocks.get_mut(paragraph) {
        spans[0].text = change(&spans[0].text);
    }
    text
}

#[test]
fn a_one_word_fix_costs_at_most_160_bytes() {
    let mut doc = TextDoc::new();
    let page = page();
    let first = doc.edit(&doc.version(), &page).unwrap().unwrap();
    // Somebody else opens the page later, so the fix names another writer too.
    let mut other = TextDoc::load(Some(&doc.snapshot()), []).unwrap();
    let fixed = with_word(&page, 20, |text| text.replacen("delibera", "determina", 1));
    let start = Instant::now();
    let update = other.edit(&other.version(), &fixed).unwrap().unwrap();
    let edit = start.elapsed();
    let start = Instant::now();
    doc.import(&update).unwrap();
    println!(
        "page {} B; one-word fix {} B ({} as text), edit {edit:?}, import {:?}; snapshot {} B; version {}",
        first.len(),
        update.len(),
        encode(&update).len(),
        start.elapsed(),
        doc.snapshot().len(),
        doc.version().0
    );
    assert_eq!(doc.rich_text(), fixed);
    assert!(update.len() <= 160, "{}", update.len());
}

#[test]
fn bold_a_heading_and_a_removed_paragraph_cost_little() {
    let mut doc = TextDoc::new();
    let mut page = page();
    doc.edit(&doc.version(), &page).unwrap();
    let Some(Block::Paragraph { spans }) = page.blocks.get(3).cloned() else {
        unreachable!()
    };
    page.blocks[3] = Block::Heading { level: 2, spans };
    let heading = doc.edit(&doc.version(), &page).unwrap().unwrap();
    page.blocks.remove(10);
    let removed = doc.edit(&doc.version(), &page).unwrap().unwrap();
    println!(
        "heading {} B, removed paragraph {} B",
        heading.len(),
        removed.len()
    );
    assert!(heading.len() <= 200, "{}", heading.len());
    assert!(removed.len() <= 200, "{}", removed.len());
    assert_eq!(doc.rich_text(), page);
}

#[test]
fn typing_on_sends_only_what_is_new() {
    let mut doc = TextDoc::new();
    let mut page = page();
    doc.edit(&doc.version(), &page).unwrap();
    let sentence = " Si avvisa che da lunedì gli uffici restano chiusi al pubblico nel pomeriggio";
    let (mut total, mut edits) = (0, 0);
    let letters: Vec<char> = sentence.chars().collect();
    for piece in letters.chunks(3) {
        let piece: String = piece.iter().collect();
        page = with_word(&page, 39, |text| format!("{text}{piece}"));
        let update = doc.edit(&doc.version(), &page).unwrap().unwrap();
        total += update.len();
        edits += 1;
        assert!(update.len() <= 130, "{}", update.len());
    }
    println!("{edits} pauses of typing: {} B each", total / edits);
}

#[test]
fn a_text_rewritten_from_end_to_end_is_still_quick() {
    let mut doc = TextDoc::new();
    let letters = |seed: usize| {
        let words =
            (0..40_000).map(|n| format!("{:x} ", (n * 2_654_435_761 + seed * 97) % 1_000_003));
        RichText {
            blocks: vec![Block::Paragraph {
                spans: vec![Span::plain(words.collect::<String>().trim().to_owned())],
            }],
        }
    };
    doc.edit(&doc.version(), &letters(1)).unwrap();
    let start = Instant::now();
    doc.edit(&doc.version(), &letters(2)).unwrap();
    println!("250 kB rewritten in {:?}", start.elapsed());
    assert_eq!(doc.rich_text(), letters(2));
    assert!(start.elapsed().as_secs() < 10);
}

fn one(text: &str) -> RichText {
    RichText {
        blocks: vec![Block::Paragraph {
            spans: vec![Span::plain(text)],
        }],
    }
}

/// One paragraph of 143,000 characters in which every sentence is the same.
fn monotonous() -> String {
    "Le scuole restano chiuse. ".repeat(5_500).trim().to_owned()
}

#[test]
fn words_in_a_long_repetitive_paragraph_cost_only_themselves() {
    let text = monotonous();
    let mut doc = TextDoc::new();
    doc.edit(&doc.version(), &one(&text)).unwrap();
    let base = doc.version();
    let (head, tail) = text.split_at(26 * 2_700);
    let edits = [
        ("in the middle", format!("{head}Domani {tail}")),
        ("at the start", format!("Avviso. {text}")),
        ("at both at once", format!("Avviso. {head}Domani {tail}")),
    ];
    for (place, edited) in edits {
        let mut doc = TextDoc::load(Some(&doc.snapshot()), []).unwrap();
        let start = Instant::now();
        let update = doc.edit(&base, &one(&edited)).unwrap().unwrap();
        let took = start.elapsed();
        println!("words {place}: {} B in {took:?}", update.len());
        assert_eq!(doc.rich_text(), one(&edited));
        assert!(update.len() <= 160, "{place}: {} B", update.len());
        assert!(took.as_secs() < 10, "{place}: {took:?}");
    }
}

#[test]
fn who_comes_late_to_a_long_paragraph_rewritten_often_does_not_wait() {
    let text = monotonous();
    let mut doc = TextDoc::new();
    doc.edit(&doc.version(), &one(&text)).unwrap();
    let base = doc.version();
    for _ in 0..8 {
        doc.edit(&doc.version(), &one("Da rifare.")).unwrap();
        doc.edit(&doc.version(), &one(&text)).unwrap();
    }
    let start = Instant::now();
    doc.edit(&base, &one(&format!("Avviso. {text}"))).unwrap();
    println!("a late edit after eight rewrites: {:?}", start.elapsed());
    assert!(doc.rich_text().plain().contains("Avviso. "));
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn two_long_pastes_at_the_same_place_stay_whole() {
    let paste = |word: &str| {
        let lines: Vec<_> = (0..300)
            .map(|n| format!("{word} alla riga {n} di un testo lungo."))
            .collect();
        RichText::from_plain(&lines.join("\n"))
    };
    let (anna, bruno) = (paste("Anna"), paste("Bruno"));
    let mut doc = TextDoc::new();
    let base = doc.version();
    doc.edit(&base, &anna).unwrap();
    doc.edit(&base, &bruno).unwrap();
    let merged = doc.rich_text().blocks;
    let whole = |paste: &RichText| merged.windows(300).any(|part| part == paste.blocks);
    assert!(whole(&anna) && whole(&bruno), "{merged:?}");
}
