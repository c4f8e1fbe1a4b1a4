//! Search by words.

use crate::list::{COLUMNS, read_row};
use crate::{Result, SearchHit, Store};
use rusqlite::params;

/// More words than this are no search.
const MOST_WORDS: usize = 16;

/// The query language's expression for "all these words, as prefixes"; `None` where there are no words.
/// Everything but letters and digits separates words, so nothing a person types is an operator.
pub(crate) fn expression(query: &str) -> Option<String> {
    let words: Vec<_> = query
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

impl Store {
    /// Pages with all these words (prefixes, accents do not matter), best first: words in the title count
    /// most. At most 200.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<SearchHit>> {
        let Some(words) = expression(query) else {
            return Ok(Vec::new());
        };
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS}, snippet(words, -1, char(2), char(3), '…', 16)
                 FROM words JOIN page ON page.id = words.rowid
                 WHERE words MATCH ?1 AND page.deleted = 0
                 ORDER BY bm25(words, 10.0, 4.0, 1.0), page.edited_at DESC LIMIT ?2"
            ))?;
            let mut found = query.query(params![words, limit.min(200)])?;
            let mut hits = Vec::new();
            while let Some(row) = found.next()? {
                let snippet = row.get(8)?;
                let row = read_row(row)?;
                hits.push(SearchHit { row, snippet });
            }
            Ok(hits)
        })
    }
}
