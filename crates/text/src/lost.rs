//! What a merge could not keep as its writer meant it.
//!
//! The document itself never throws words away: a paragraph that one person removed while another wrote in it
//! stays as a leftover ([`crate::TextDoc::leftovers`]). Some things a merge does drop, such as words written in a row of
//! a table that a colleague removed. This compares what a person meant with what came of it.

use domain::sito::{Block, RichText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A block of which words are missing after a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostEdit {
    /// The block as its writer left it.
    pub block: Block,
    /// The words its writer added that are nowhere in the merged text, in the order they were written.
    pub words: Vec<String>,
}

/// The blocks of `mine` with words that `before` did not have and `merged` does not have either.
///
/// A word counts as kept wherever in the merged text it stands, because text moves.
pub fn lost_edits(before: &RichText, mine: &RichText, merged: &RichText) -> Vec<LostEdit> {
    let (before, merged) = (count(before), count(merged));
    let mut added = count(mine);
    for (word, n) in &before {
        if let Some(left) = added.get_mut(word) {
            *left = left.saturating_sub(*n);
        }
    }
    let is_lost = |word: &str| {
        let added = added.get(word).copied().unwrap_or(0);
        added > merged.get(word).copied().unwrap_or(0)
    };
    mine.blocks
        .iter()
        .filter_map(|block| {
            let words: Vec<_> = words(block)
                .into_iter()
                .filter(|word| is_lost(word))
                .collect();
            let block = block.clone();
            (!words.is_empty()).then_some(LostEdit { block, words })
        })
        .collect()
}

fn count(text: &RichText) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in text.blocks.iter().flat_map(words) {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}

fn words(block: &Block) -> Vec<String> {
    let text = RichText {
        blocks: vec![block.clone()],
    };
    text.plain()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
