//! Search by words.

use crate::list::{COLUMNS, read_row};
use crate::{Result, SearchHit, Store};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

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

/// The most pages among which the best are looked for. Words that more pages have say little about which one
/// is meant, and weighing and quoting them all takes seconds.
const MOST_RANKED: u32 = 1_000;

/// The most finds.
const MOST: u32 = 200;

impl Store {
    /// Pages with all these words (prefixes, accents do not matter), best first: words in the title count
    /// most. Words that very many pages have find the newest of those with them in title or description, then
    /// the newest of the others. At most 200.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<SearchHit>> {
        let Some(words) = expression(query) else {
            return Ok(Vec::new());
        };
        self.read(|conn| {
            let found = find(conn, &words, limit.min(MOST))?;
            hits(conn, &words, &found)
        })
    }
}

/// Numbers of pages, best first.
fn find(conn: &Connection, words: &str, limit: u32) -> Result<Vec<i64>> {
    if few(conn, words)? {
        return ranked(conn, words, limit);
    }
    let titled = format!("{{title summary}} : ({words})");
    let mut found = if few(conn, &titled)? {
        ranked(conn, &titled, limit)?
    } else {
        newest(conn, &titled, limit)?
    };
    for page in newest(conn, words, limit)? {
        if !found.contains(&page) {
            found.push(page);
        }
    }
    found.truncate(limit as usize);
    Ok(found)
}

fn few(conn: &Connection, words: &str) -> Result<bool> {
    let count: u32 = conn
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ?1 LIMIT ?2)")?
        .query_row(params![words, MOST_RANKED + 1], |row| row.get(0))?;
    Ok(count <= MOST_RANKED)
}

fn ranked(conn: &Connection, words: &str, limit: u32) -> Result<Vec<i64>> {
    let sql = "SELECT page.id FROM words CROSS JOIN page ON page.id = words.rowid
         WHERE words MATCH ?1
         ORDER BY bm25(words, 10.0, 4.0, 1.0), page.edited_at DESC LIMIT ?2";
    numbers(conn, sql, words, limit)
}

fn newest(conn: &Connection, words: &str, limit: u32) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM page
         WHERE deleted = 0 AND id IN (SELECT rowid FROM words WHERE words MATCH ?1)
         ORDER BY edited_at DESC LIMIT ?2";
    numbers(conn, sql, words, limit)
}

fn numbers(conn: &Connection, sql: &str, words: &str, limit: u32) -> Result<Vec<i64>> {
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map(params![words, limit], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The finds with these numbers, in their order. The words are looked up once for all of them: `+` keeps the
/// database from looking them up anew for each.
fn hits(conn: &Connection, words: &str, pages: &[i64]) -> Result<Vec<SearchHit>> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, page.id, snippet(words, -1, char(2), char(3), '…', 16)
         FROM words CROSS JOIN page ON page.id = words.rowid
         WHERE words MATCH ?1 AND +words.rowid IN (SELECT value FROM json_each(?2))"
    ))?;
    let mut found = query.query(params![words, serde_json::to_string(pages)?])?;
    let mut hits = BTreeMap::new();
    while let Some(row) = found.next()? {
        let (page, snippet): (i64, _) = (row.get(8)?, row.get(9)?);
        let row = read_row(row)?;
        hits.insert(page, SearchHit { row, snippet });
    }
    Ok(pages.iter().filter_map(|page| hits.remove(page)).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]
    use super::*;
    use crate::{Filter, Status};

    /// A workspace of so many pages about snow, the later the newer, the first of them by its title too.
    fn snowed_in(pages: u32) -> Store {
        let store = Store::open_in_memory().expect("opens");
        let fill = |tx: &Connection| -> Result<()> {
            for id in 1..=pages {
                let title = if id == 1 { "Piano neve" } else { "Avviso" };
                let kind = if id % 2 == 0 { "notizia" } else { "pagina" };
                tx.prepare_cached(
                    "INSERT INTO page (id, page, scope, kind, status, title, edited_at, edited_by, value)
                     VALUES (?1, 'p' || ?1, 's', ?2, 'draft', ?3, ?1, 'Anna', '')",
                )?
                .execute(params![id, kind, title])?;
                let body = if id == 7 { "Neve e ghiaccio" } else { "Neve" };
                tx.prepare_cached(
                    "INSERT INTO words (rowid, title, summary, body) VALUES (?1, ?2, '', ?3)",
                )?
                .execute(params![id, title, body])?;
            }
            Ok(())
        };
        store.write(|tx, _| fill(tx)).expect("written");
        store
    }

    fn found(store: &Store, query: &str) -> Vec<String> {
        let hits = store.search(query, 3).expect("found");
        assert!(hits.iter().all(|hit| hit.snippet.contains('\u{2}')));
        hits.into_iter().map(|hit| hit.row.id.0).collect()
    }

    #[test]
    fn a_word_of_very_many_pages_finds_titles_first_and_then_the_newest() {
        let many = snowed_in(MOST_RANKED + 1);
        assert_eq!(found(&many, "neve"), ["p1", "p1001", "p1000"]);
        assert_eq!(found(&many, "ghiaccio"), ["p7"]);
        assert_eq!(found(&many, "avviso"), ["p1001", "p1000", "p999"]);
    }

    #[test]
    fn few_finds_are_ranked_and_the_newest_of_equals_comes_first() {
        let few = snowed_in(MOST_RANKED);
        assert_eq!(found(&few, "nev")[0], "p1");
        assert_eq!(found(&few, "neve")[1..], ["p1000", "p999"]);
    }

    #[test]
    fn a_list_by_words_counts_what_it_holds() {
        let store = snowed_in(1_500);
        let filter = |query: &str, kind, status| Filter {
            query: query.into(),
            kind,
            status,
        };
        let total = |filter| {
            let list = store.list_pages(&filter, 0, 2).expect("listed");
            assert!(list.rows.len() == 2 || list.total < 2);
            list.total
        };
        let news = Some(domain::sito::PageKind::Notizia);
        assert_eq!(total(filter("neve", None, None)), 1_500);
        assert_eq!(total(filter("neve", news, None)), 750);
        assert_eq!(total(filter("neve", news, Some(Status::Draft))), 750);
        assert_eq!(total(filter("neve", None, Some(Status::Published))), 0);
        assert_eq!(total(filter("ghiaccio", None, None)), 1);
    }
}
