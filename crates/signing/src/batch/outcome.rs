//! What became of a document.

use super::Item;
use crate::Digest;
use serde::{Deserialize, Serialize};

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "with")]
pub enum Outcome<R> {
    /// Nothing yet.
    Pending,
    /// It is signed, and written.
    Signed,
    /// It is not the one that was shown: not signed.
    Changed {
        /// The hash it has now.
        found: Digest,
    },
    /// The format's part could not do it.
    Refused(R),
}

/// How many documents of each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Still waiting.
    pub pending: usize,
    /// Signed.
    pub signed: usize,
    /// Changed since they were shown.
    pub changed: usize,
    /// Refused by the format's part.
    pub refused: usize,
}

/// Told after each document.
#[derive(Debug)]
pub struct Progress<'a, R> {
    /// Its place in the list, from 0.
    pub at: usize,
    /// How long the list is.
    pub total: usize,
    /// The document.
    pub item: &'a Item,
    /// What became of it.
    pub outcome: &'a Outcome<R>,
}
