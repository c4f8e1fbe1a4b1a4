//! "Da risolvere": what the hub did not accept, with both facts and the remedies.

use crate::name::{name, named};
use crate::outbox::Queued;
use crate::text::{self, Docs};
use crate::{Conflict, ConflictKind, Remedy, Result, Store, StoreError, entity};
use domain::sito::{PageChange, RichText, TextVersion};
use domain::{OpId, PageId, Refusal, UnixMs};
use rusqlite::{Connection, OptionalExtension, Row, params};

const REVIVED: &str = "revived";
const WORDS: &str = "words";

/// A new row.
struct New<'a> {
    scope: &'a str,
    page: &'a PageId,
    at: UnixMs,
    kind: String,
    body: Option<&'a RichText>,
}

/// The hub refused an operation: both facts, and for an edit of the text the whole text as its author has it.
/// `place`: where it stood in the outbox.
pub(crate) fn refused(
    conn: &Connection,
    (place, op): (Option<i64>, &Queued),
    refusal: &Refusal,
    at: UnixMs,
) -> Result<()> {
    let page = PageId::new(&op.entity);
    let text = match op.page_change()? {
        PageChange::Text { update } => Some(words_of(conn, &page, &update)?),
        PageChange::Create { .. } => Some(text::body(conn, &page)?.1),
        _ => None,
    };
    let new = New {
        scope: &op.scope,
        page: &page,
        at,
        kind: name(&refusal.code)?,
        body: text.as_ref(),
    };
    // A title typed in two goes while the line was down is one disagreement: the last words count.
    let id = match same_field(conn, &new, place, op)? {
        Some(id) => id,
        None => insert(conn, &new)?,
    };
    conn.execute(
        "UPDATE conflict SET op = ?2, change = ?3, theirs = ?4, yours = ?5, at = ?6 WHERE id = ?1",
        params![
            id,
            op.op.as_str(),
            op.change,
            refusal.theirs.as_ref().map(ToString::to_string),
            refusal.yours.as_ref().map(ToString::to_string),
            at
        ],
    )?;
    Ok(())
}

/// The text as its author has it. Where the page is not here any more, what can be read of its author's own edits.
fn words_of(conn: &Connection, page: &PageId, update: &str) -> Result<RichText> {
    if entity::visible(conn, page)?.is_some() {
        return Ok(text::body(conn, page)?.1);
    }
    let mut doc = text::load(conn, page)?;
    if let Ok(update) = ::text::decode(update) {
        text::import(&mut doc, page, &update);
    }
    Ok(doc.rich_text())
}

/// The open disagreement about the field that a refused change sets, if the change was made before there was one.
fn same_field(
    conn: &Connection,
    new: &New<'_>,
    place: Option<i64>,
    op: &Queued,
) -> Result<Option<i64>> {
    let PageChange::Set { change, .. } = op.page_change()? else {
        return Ok(None);
    };
    let mut query = conn.prepare_cached(
        "SELECT id, change FROM conflict
         WHERE page = ?1 AND kind = ?2 AND upto >= ?3 AND settled IS NULL AND change IS NOT NULL",
    )?;
    let rows = query.query_map(params![new.page.as_str(), new.kind, place], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?))
    })?;
    for row in rows {
        let (id, known): (i64, String) = row?;
        if let Ok(PageChange::Set { change: known, .. }) = serde_json::from_str(&known)
            && known.field() == change.field()
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// A page was deleted by one and edited by another. Gives whether that is new here.
pub(crate) fn revived(conn: &Connection, scope: &str, page: &PageId, at: UnixMs) -> Result<bool> {
    if is_open(conn, page, REVIVED)? {
        return Ok(false);
    }
    let kind = REVIVED.to_owned();
    let body = None;
    insert(
        conn,
        &New {
            scope,
            page,
            at,
            kind,
            body,
        },
    )?;
    Ok(true)
}

/// The paragraphs that one removed while another wrote in them; none any more: the row is settled. Gives
/// whether there is a new row.
pub(crate) fn words(
    conn: &Connection,
    docs: &mut Docs,
    scope: &str,
    page: &PageId,
    at: UnixMs,
) -> Result<bool> {
    let doc = docs.get(conn, page)?;
    let leftovers = doc.leftovers();
    if leftovers.is_empty() {
        conn.prepare_cached(
            "UPDATE conflict SET settled = ?2 WHERE page = ?1 AND kind = 'words' AND settled IS NULL",
        )?
        .execute(params![page.as_str(), at])?;
        return Ok(false);
    }
    let all = doc.rich_text().blocks.into_iter().enumerate();
    let left = RichText {
        blocks: all
            .filter(|(at, _)| leftovers.contains(at))
            .map(|(_, block)| block)
            .collect(),
    };
    if is_open(conn, page, WORDS)? {
        conn.prepare_cached(
            "UPDATE conflict SET body = ?2 WHERE page = ?1 AND kind = 'words' AND settled IS NULL",
        )?
        .execute(params![page.as_str(), serde_json::to_string(&left)?])?;
        return Ok(false);
    }
    let kind = WORDS.to_owned();
    let body = Some(&left);
    insert(
        conn,
        &New {
            scope,
            page,
            at,
            kind,
            body,
        },
    )?;
    Ok(true)
}

fn is_open(conn: &Connection, page: &PageId, kind: &str) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1 FROM conflict WHERE page = ?1 AND kind = ?2 AND settled IS NULL)",
        )?
        .query_row([page.as_str(), kind], |row| row.get(0))?)
}

fn insert(conn: &Connection, new: &New<'_>) -> Result<i64> {
    let title = entity::visible(conn, new.page)?.map_or_else(String::new, |p| p.fields.title);
    conn.prepare_cached(
        "INSERT INTO conflict (scope, page, title, at, kind, body, upto) VALUES (?1, ?2, ?3, ?4, ?5, ?6,
             coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0))",
    )?
    .execute(params![
        new.scope,
        new.page.as_str(),
        title,
        new.at,
        new.kind,
        new.body.map(serde_json::to_string).transpose()?
    ])?;
    Ok(conn.last_insert_rowid())
}

/// How many wait.
pub(crate) fn open(conn: &Connection) -> Result<u32> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM conflict WHERE settled IS NULL")?
        .query_row([], |row| row.get(0))?)
}

const COLUMNS: &str = "id, op, page, title, at, kind, theirs, yours, change, body";

fn read(row: &Row<'_>) -> Result<Conflict> {
    let kind: String = row.get(5)?;
    let json = |at| -> Result<Option<serde_json::Value>> {
        let text: Option<String> = row.get(at)?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    };
    Ok(Conflict {
        id: row.get(0)?,
        op: row.get::<_, Option<String>>(1)?.map(OpId),
        page: PageId(row.get(2)?),
        title: row.get(3)?,
        at: row.get(4)?,
        kind: match kind.as_str() {
            REVIVED => ConflictKind::Revived,
            WORDS => ConflictKind::Words,
            _ => ConflictKind::Refused(named(kind)?),
        },
        theirs: json(6)?,
        yours: json(7)?,
        change: json(8)?.map(serde_json::from_value).transpose()?,
        text: json(9)?.map(serde_json::from_value).transpose()?,
    })
}

impl Store {
    /// Everything that waits for a person, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn conflicts(&self) -> Result<Vec<Conflict>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM conflict WHERE settled IS NULL ORDER BY id"
            ))?;
            let mut found = query.query([])?;
            let mut conflicts = Vec::new();
            while let Some(row) = found.next()? {
                conflicts.push(read(row)?);
            }
            Ok(conflicts)
        })
    }

    /// Settles a disagreement. A remedy that acts does so through the outbox, like any other change; where the
    /// domain refuses it, the disagreement stays open.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Refused`], those of the database.
    pub fn resolve(&self, id: i64, remedy: Remedy, at: UnixMs) -> Result<()> {
        self.write(|tx, docs| {
            let conflict = find(tx, id)?;
            remedy_of(tx, docs, &conflict, remedy, at)?;
            tx.execute(
                "UPDATE conflict SET settled = ?2 WHERE id = ?1",
                params![id, at],
            )?;
            Ok(())
        })
    }
}

fn find(conn: &Connection, id: i64) -> Result<Conflict> {
    let sql = format!("SELECT {COLUMNS} FROM conflict WHERE id = ?1 AND settled IS NULL");
    conn.prepare_cached(&sql)?
        .query_row([id], |row| Ok(read(row)))
        .optional()?
        .ok_or_else(|| StoreError::NotFound(format!("disagreement {id}")))?
}

fn remedy_of(
    conn: &Connection,
    docs: &mut Docs,
    conflict: &Conflict,
    remedy: Remedy,
    at: UnixMs,
) -> Result<()> {
    let page = &conflict.page;
    let again = match (remedy, conflict.kind) {
        (Remedy::UseMine, ConflictKind::Refused(_)) => conflict.change.clone(),
        (Remedy::DeleteAgain, _) => Some(PageChange::Delete),
        (Remedy::PublishAgain, _) => Some(PageChange::Publish {
            text: TextVersion::default(),
            seen: 0,
        }),
        (Remedy::UseMine, ConflictKind::Words) => return take_back(conn, docs, page, at),
        (Remedy::KeepTheirs, ConflictKind::Words) => return drop_words(conn, docs, page, at),
        (Remedy::KeepTheirs | Remedy::Acknowledge, _) | (Remedy::UseMine, _) => None,
    };
    match (again, &conflict.text) {
        (None, _) => Ok(()),
        (Some(PageChange::Text { .. }), Some(mine)) => {
            let version = docs.get(conn, page)?.version();
            entity::edit(conn, docs, page, &version, mine, at).map(drop)
        }
        (Some(change @ PageChange::Create { .. }), Some(mine)) => {
            entity::act(conn, docs, page, change, at)?;
            entity::edit(conn, docs, page, &TextVersion::default(), mine, at).map(drop)
        }
        (Some(change), _) => entity::act(conn, docs, page, now(change), at).map(drop),
    }
}

/// A publication asked for again is of the page as it is now.
fn now(change: PageChange) -> PageChange {
    match change {
        PageChange::Publish { .. } => PageChange::Publish {
            text: TextVersion::default(),
            seen: 0,
        },
        other => other,
    }
}

/// The paragraphs become paragraphs like any other.
fn take_back(conn: &Connection, docs: &mut Docs, page: &PageId, at: UnixMs) -> Result<()> {
    let doc = docs.get(conn, page)?;
    let was = doc.version();
    if let Some(update) = doc.keep_leftovers()? {
        entity::wrote(conn, docs, page, &was, vec![update], at)?;
    }
    Ok(())
}

/// The paragraphs go.
fn drop_words(conn: &Connection, docs: &mut Docs, page: &PageId, at: UnixMs) -> Result<()> {
    let doc = docs.get(conn, page)?;
    let (version, leftovers) = (doc.version(), doc.leftovers());
    let all = doc.rich_text().blocks.into_iter().enumerate();
    let rest = RichText {
        blocks: all
            .filter(|(at, _)| !leftovers.contains(at))
            .map(|(_, block)| block)
            .collect(),
    };
    entity::edit(conn, docs, page, &version, &rest, at).map(drop)
}
