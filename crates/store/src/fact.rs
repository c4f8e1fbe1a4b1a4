//! What was answered about the revocation of certificates, kept for judging signatures also without a line. Public facts,
//! signed by those who issued them: whoever reads them tries them anew.

use crate::name::{name, named};
use crate::{Result, Store};
use domain::UnixMs;
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

/// Facts kept at most.
const MOST: u32 = 1000;
/// Bytes of all of them, at most; the newest stays whatever it weighs.
const MOST_BYTES: i64 = 64 * 1024 * 1024;

/// What a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// A responder's answer about one certificate.
    Ocsp,
    /// An issuer's list.
    Crl,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub kind: FactKind,
    /// Where it is from.
    pub url: String,
    /// As of when it speaks.
    pub issued: UnixMs,
    /// DER.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Keeps a fact in place of an older one from the same address; one that is older than what is here is not taken.
    ///
    /// # Errors
    /// Those of the database.
    pub fn fact_keep(&self, about: &[u8; 32], fact: &Fact, now: UnixMs) -> Result<()> {
        let kind = name(&fact.kind)?;
        self.write(|tx, _| {
            tx.execute(
                "INSERT INTO fact (about, url, kind, issued, fetched, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (about, url) DO UPDATE
                 SET kind = excluded.kind, issued = excluded.issued, fetched = excluded.fetched,
                     bytes = excluded.bytes
                 WHERE excluded.issued >= fact.issued",
                params![about, fact.url, kind, fact.issued, now, fact.bytes],
            )?;
            make_room(tx)
        })
    }

    /// What is known about it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn facts_about(&self, about: &[u8; 32]) -> Result<Vec<Fact>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT kind, url, issued, bytes FROM fact WHERE about = ?1 ORDER BY issued DESC",
            )?;
            let mut rows = query.query([about])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(Fact {
                    kind: named(row.get(0)?)?,
                    url: row.get(1)?,
                    issued: row.get(2)?,
                    bytes: row.get(3)?,
                });
            }
            Ok(all)
        })
    }
}

/// Lets the oldest go: all beyond the number, and all that come after so many bytes of newer ones.
fn make_room(tx: &Transaction<'_>) -> Result<()> {
    tx.execute(
        "DELETE FROM fact WHERE rowid IN (
             SELECT rowid FROM (
                 SELECT rowid, row_number() OVER newest AS place,
                        sum(length(bytes)) OVER newest AS bytes
                 FROM fact WINDOW newest AS (ORDER BY fetched DESC, rowid DESC))
             WHERE place > ?1 OR (bytes > ?2 AND place > 1))",
        params![MOST, MOST_BYTES],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn fact(url: &str, issued: UnixMs, size: usize) -> Fact {
        Fact {
            kind: FactKind::Crl,
            url: url.into(),
            issued,
            bytes: vec![7; size],
        }
    }

    #[test]
    fn a_newer_fact_takes_the_place_of_an_older_one_and_never_the_reverse() {
        let store = Store::open_in_memory().unwrap();
        let about = [1; 32];
        store
            .fact_keep(&about, &fact("http://a", 20, 5), 1)
            .unwrap();
        store
            .fact_keep(&about, &fact("http://b", 10, 5), 2)
            .unwrap();
        store
            .fact_keep(&about, &fact("http://a", 19, 9), 3)
            .unwrap();
        let known = store.facts_about(&about).unwrap();
        assert_eq!(known, [fact("http://a", 20, 5), fact("http://b", 10, 5)]);
        store
            .fact_keep(&about, &fact("http://a", 21, 9), 4)
            .unwrap();
        assert_eq!(store.facts_about(&about).unwrap()[0].issued, 21);
        assert_eq!(store.facts_about(&[2; 32]).unwrap(), []);
    }

    #[test]
    fn their_number_and_their_bytes_are_bounded_and_the_oldest_leave() {
        let store = Store::open_in_memory().unwrap();
        let about = |number: i64| {
            let mut about = [0; 32];
            about[..8].copy_from_slice(&number.to_be_bytes());
            about
        };
        let most = i64::from(MOST);
        for number in 0..most + 3 {
            store
                .fact_keep(&about(number), &fact("u", 0, 1), number)
                .unwrap();
        }
        let is_there = |number| !store.facts_about(&about(number)).unwrap().is_empty();
        assert_eq!(
            (0..most + 3).filter(|it| is_there(*it)).count(),
            MOST as usize
        );
        assert!(!is_there(2) && is_there(3));
        // Three of 30 MB: the third is one too many.
        for number in 0..3 {
            let large = fact("large", 0, 30_000_000);
            store
                .fact_keep(&about(number), &large, most + 10 + number)
                .unwrap();
        }
        assert!(!is_there(0) && is_there(1) && is_there(2) && !is_there(most));
        // One that is larger than all that may be stays alone.
        store
            .fact_keep(&about(9), &fact("u", 0, 70_000_000), most + 20)
            .unwrap();
        assert!(is_there(9) && !is_there(2));
    }
}
