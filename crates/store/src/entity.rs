//! Pages: acting on them, opening one, and the two images that are kept of each.

use crate::identity::{Identity, me};
use crate::name::name;
use crate::text::{self, Docs};
use crate::{
    PageView, Result, Status, Store, StoreError, TextState, history, list, outbox, restored, scope,
};
use ::text::TextDoc;
use domain::identity::Scope;
use domain::sito::{self, Page, PageChange, PageKind, RichText, TextVersion};
use domain::{Ctx, FileRef, Host, PageId, Refusal, RefusalCode, UnixMs};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

impl Store {
    /// A new page.
    ///
    /// # Errors
    /// [`StoreError::NotEnrolled`], [`StoreError::Refused`], those of the database.
    pub fn create_page(&self, kind: PageKind, at: UnixMs) -> Result<PageId> {
        self.write(|tx, docs| {
            let page = PageId(outbox::new_id(tx, at)?);
            act(tx, docs, &page, PageChange::Create { kind }, at)?;
            Ok(page)
        })
    }

    /// Does a change to a page and puts it into the outbox, in one transaction.
    ///
    /// The `base` of a `Set` and the `seen` of a `Publish` are filled in here, from what this device has read
    /// of the log; `Publish.text` too where it is empty (the text as it is now). `Text` is refused: see
    /// [`Store::edit_text`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the domain does not allow it, [`StoreError::NotEnrolled`], those of the
    /// database; nothing was written then.
    pub fn change(&self, page: &PageId, change: PageChange, at: UnixMs) -> Result<Page> {
        self.write(|tx, docs| act(tx, docs, page, change, at))
    }

    /// Takes the whole text as an editor has it: the difference from `base` is what the person did; it is
    /// merged with whatever came in since `base`.
    ///
    /// # Errors
    /// [`StoreError::TextTooLong`], [`StoreError::Refused`], [`StoreError::Text`] where `base` is unknown
    /// here, those of the database; nothing was written then.
    pub fn edit_text(
        &self,
        page: &PageId,
        base: &TextVersion,
        to: &RichText,
        at: UnixMs,
    ) -> Result<TextState> {
        let chars = to.plain().chars().count();
        if chars > crate::MAX_TEXT + to.blocks.len() {
            return Err(text::too_long(chars));
        }
        self.write(|tx, docs| edit(tx, docs, page, base, to, at))
    }

    /// Opens a page; `None` where there is none, or it was deleted.
    ///
    /// # Errors
    /// Those of the database.
    pub fn page(&self, page: &PageId) -> Result<Option<PageView>> {
        self.read(|conn| match visible(conn, page)? {
            Some(found) if !found.deleted => view(conn, found).map(Some),
            _ => Ok(None),
        })
    }

    /// The colleagues' changes to this page were seen: it leaves the arrivals.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark_seen(&self, page: &PageId) -> Result<()> {
        self.write(|tx, _| {
            tx.execute("DELETE FROM arrival WHERE page = ?1", [page.as_str()])?;
            Ok(())
        })
    }
}

fn view(conn: &Connection, page: Page) -> Result<PageView> {
    let (version, text) = text::body(conn, &page.id)?;
    let files = files_of(conn, &page.id)?;
    let conflicts = conn
        .prepare_cached("SELECT count(*) FROM conflict WHERE page = ?1 AND settled IS NULL")?
        .query_row([page.id.as_str()], |row| row.get(0))?;
    Ok(PageView {
        row: list::row(conn, &page.id)?,
        confirmed: shadow(conn, &page.id)?,
        text: TextState {
            version,
            text,
            merged: false,
            own: None,
        },
        files,
        conflicts,
        page,
    })
}

fn files_of(conn: &Connection, page: &PageId) -> Result<Vec<(FileRef, bool)>> {
    let mut query = conn.prepare_cached(
        "SELECT page_file.value, coalesce(file.complete, 0)
         FROM page_file LEFT JOIN file ON file.file = page_file.file
         WHERE page_file.page = ?1",
    )?;
    let rows = query.query_map([page.as_str()], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?))
    })?;
    let mut files = Vec::new();
    for row in rows {
        let (value, here) = row?;
        files.push((serde_json::from_str(&value)?, here));
    }
    Ok(files)
}

/// The page as the log has it.
pub(crate) fn shadow(conn: &Connection, page: &PageId) -> Result<Option<Page>> {
    read(conn, "SELECT value FROM shadow WHERE page = ?1", page)
}

/// The page as this device shows it.
pub(crate) fn visible(conn: &Connection, page: &PageId) -> Result<Option<Page>> {
    read(conn, "SELECT value FROM page WHERE page = ?1", page)
}

fn read(conn: &Connection, sql: &str, page: &PageId) -> Result<Option<Page>> {
    let value: Option<String> = conn
        .prepare_cached(sql)?
        .query_row([page.as_str()], |row| row.get(0))
        .optional()?;
    Ok(value
        .map(|value| serde_json::from_str(&value))
        .transpose()?)
}

pub(crate) fn put_shadow(conn: &Connection, scope: &Scope, page: &Page) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO shadow (page, scope, value) VALUES (?1, ?2, ?3)")?
        .execute(params![
            page.id.as_str(),
            scope.to_string(),
            serde_json::to_string(page)?
        ])?;
    Ok(())
}

/// The optimistic circumstances of what this device does.
fn ctx(me: &Identity, at: UnixMs) -> Ctx {
    Ctx {
        actor: me.actor(),
        at,
        seq: None,
    }
}

/// What rules may ask of this device: the one text that the change at hand names.
struct Here(Option<(TextVersion, RichText)>);

impl Here {
    fn of(conn: &Connection, docs: &mut Docs, page: &PageId, change: &PageChange) -> Result<Self> {
        let PageChange::Publish { text, .. } = change else {
            return Ok(Self(None));
        };
        let found = docs.get(conn, page)?.at(text);
        Ok(Self(found.map(|found| (text.clone(), found))))
    }
}

impl Host for Here {
    fn text(&self, _: &PageId, version: &TextVersion) -> Option<RichText> {
        self.0
            .as_ref()
            .filter(|(known, _)| known == version)
            .map(|(_, text)| text.clone())
    }
    fn slug_free(&self, _: &PageId, _: &str) -> Option<bool> {
        None
    }
}

/// Does a change, in the caller's transaction.
pub(crate) fn act(
    conn: &Connection,
    docs: &mut Docs,
    page: &PageId,
    change: PageChange,
    at: UnixMs,
) -> Result<Page> {
    if matches!(change, PageChange::Text { .. }) {
        return Err(Refusal::new(RefusalCode::Malformed).into());
    }
    let me = me(conn)?;
    let change = filled(conn, docs, page, &me, change)?;
    let here = Here::of(conn, docs, page, &change)?;
    let before = visible(conn, page)?;
    let ctx = ctx(&me, at);
    let decided = sito::decide(before.as_ref(), &change, &ctx, &here)?;
    let after = sito::apply(before, page, &change, &ctx, &decided);
    outbox::add(conn, &me, page, &change, at)?;
    if let PageChange::Publish { .. } = change {
        needs(conn, page, &after, here.0.map(|(_, text)| text))?;
    }
    let (version, text) = text::body(conn, page)?;
    history::record(
        conn,
        &after,
        &version,
        history::Done::by_me(&change, &me, at),
    )?;
    put_visible(conn, &me, &after, &text)?;
    Ok(after)
}

/// Notes the files that the publication just queued needs at the hub.
fn needs(conn: &Connection, id: &PageId, page: &Page, text: Option<RichText>) -> Result<()> {
    let text = text.unwrap_or_default();
    outbox::need_files(conn, id, page.files().chain(text.files()))
}

/// Fills in what the person had seen.
fn filled(
    conn: &Connection,
    docs: &mut Docs,
    page: &PageId,
    me: &Identity,
    change: PageChange,
) -> Result<PageChange> {
    Ok(match change {
        PageChange::Set { change, .. } => {
            let base = shadow(conn, page)?.map_or(0, |shadow| shadow.base(change.field()));
            PageChange::Set { change, base }
        }
        PageChange::Publish { text, .. } => PageChange::Publish {
            text: match text.0.is_empty() {
                true => docs.get(conn, page)?.version(),
                false => text,
            },
            seen: scope::cursor(conn, &Scope::sito(&me.comune))?,
        },
        other => other,
    })
}

/// Edits the text, in the caller's transaction.
pub(crate) fn edit(
    conn: &Connection,
    docs: &mut Docs,
    page: &PageId,
    base: &TextVersion,
    to: &RichText,
    at: UnixMs,
) -> Result<TextState> {
    let was = docs.get(conn, page)?.version();
    let (updates, own) = write(conn, docs, page, base, to)?;
    wrote(conn, docs, page, &was, updates, at)?;
    let doc = docs.get(conn, page)?;
    let text = doc.rich_text();
    Ok(TextState {
        merged: text != ::text::normalise(to),
        own,
        version: doc.version(),
        text,
    })
}

/// Takes note of updates of a text that were just made; `was` is the version before them.
pub(crate) fn wrote(
    conn: &Connection,
    docs: &mut Docs,
    page: &PageId,
    was: &TextVersion,
    updates: Vec<Vec<u8>>,
    at: UnixMs,
) -> Result<()> {
    let me = me(conn)?;
    let mut after = visible(conn, page)?.ok_or_else(|| StoreError::NotFound(page.to_string()))?;
    if updates.is_empty() {
        return Ok(());
    }
    let doc = docs.get(conn, page)?;
    for update in updates {
        let update = ::text::encode(&update);
        let change = PageChange::Text { update };
        let ctx = ctx(&me, at);
        let decided = sito::decide(Some(&after), &change, &ctx, &Here(None))?;
        after = sito::apply(Some(after), page, &change, &ctx, &decided);
        outbox::add_text(conn, &me, page, &change, at, was, doc)?;
    }
    let (version, text) = (doc.version(), doc.rich_text());
    let update = String::new();
    let edited = history::Done::by_me(&PageChange::Text { update }, &me, at);
    history::record(conn, &after, &version, edited)?;
    text::put_body(conn, page, &version, &text)?;
    put_visible(conn, &me, &after, &text)
}

/// Changes the text; a long edit in several updates, each small enough for an operation. Gives them, and the
/// version of exactly what was handed in.
fn write(
    conn: &Connection,
    docs: &mut Docs,
    page: &PageId,
    base: &TextVersion,
    to: &RichText,
) -> Result<(Vec<Vec<u8>>, Option<TextVersion>)> {
    let doc = docs.get(conn, page)?;
    let from = doc.at(base).unwrap_or_default();
    let mut base = base.clone();
    let mut updates = Vec::new();
    for step in text::steps(&from, to) {
        let Some(update) = doc.edit(&base, &step)? else {
            continue;
        };
        if ::text::encode(&update).len() > sito::MAX_TEXT_UPDATE {
            return Err(text::too_long(to.plain().chars().count()));
        }
        base = TextDoc::after(&update).ok_or_else(|| StoreError::Text("no version".into()))?;
        updates.push(update);
    }
    let own = (base != doc.version()).then_some(base);
    Ok((updates, own))
}

/// Makes the visible page anew: the shadow, with the outbox replayed on top. What a rule does not allow any
/// more has no effect here; the hub will say so, and then a person decides.
pub(crate) fn rebuild(conn: &Connection, docs: &mut Docs, page: &PageId) -> Result<()> {
    let me = me(conn)?;
    let mut now = match shadow(conn, page)? {
        Some(shadow) => Some(shadow),
        None => restored::page(conn, page)?,
    };
    for (pos, change, at) in outbox::of_entity(conn, page)? {
        let here = Here::of(conn, docs, page, &change)?;
        let ctx = ctx(&me, at);
        let decided = sito::decide(now.as_ref(), &change, &ctx, &here);
        outbox::mark_skipped(conn, pos, decided.is_err())?;
        if let Ok(decided) = decided {
            now = Some(sito::apply(now, page, &change, &ctx, &decided));
        }
    }
    let Some(now) = now else {
        return vanish(conn, docs, page);
    };
    let doc = docs.get(conn, page)?;
    let (version, text) = (doc.version(), doc.rich_text());
    text::put_body(conn, page, &version, &text)?;
    put_visible(conn, &me, &now, &text)
}

/// Neither the log nor the outbox knows the page: its creation was refused.
fn vanish(conn: &Connection, docs: &mut Docs, page: &PageId) -> Result<()> {
    docs.forget(page);
    scope::remove(conn, page)
}

/// What the public has of a page.
fn status(page: &Page) -> Status {
    match (&page.request, &page.publication) {
        (Some(_), _) => Status::Requested,
        (None, None) => Status::Draft,
        (None, Some(_)) if page.dirty => Status::Changed,
        (None, Some(_)) => Status::Published,
    }
}

/// Writes the visible page, its words for the search, and the files it refers to.
fn put_visible(conn: &Connection, me: &Identity, page: &Page, text: &RichText) -> Result<()> {
    let id: i64 = conn
        .prepare_cached(
            "INSERT INTO page (page, scope, kind, status, title, until, edited_at, edited_by,
                 waiting, deleted, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
                 EXISTS (SELECT 1 FROM outbox WHERE entity = ?1), ?9, ?10)
             ON CONFLICT (page) DO UPDATE SET
                 kind = excluded.kind, status = excluded.status, title = excluded.title,
                 until = excluded.until, edited_at = excluded.edited_at,
                 edited_by = excluded.edited_by, waiting = excluded.waiting,
                 deleted = excluded.deleted, value = excluded.value
             RETURNING id",
        )?
        .query_row(
            params![
                page.id.as_str(),
                Scope::sito(&me.comune).to_string(),
                name(&page.kind)?,
                name(&status(page))?,
                page.fields.title,
                page.fields.until,
                page.edited_at,
                page.edited_by,
                page.deleted,
                serde_json::to_string(page)?
            ],
            |row| row.get(0),
        )?;
    put_words(conn, id, page, text)?;
    put_files(conn, page, text)
}

fn put_words(conn: &Connection, id: i64, page: &Page, text: &RichText) -> Result<()> {
    conn.prepare_cached("DELETE FROM words WHERE rowid = ?1")?
        .execute([id])?;
    if page.deleted {
        return Ok(());
    }
    conn.prepare_cached("INSERT INTO words (rowid, title, summary, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            id,
            page.fields.title,
            page.fields.summary,
            text.plain()
        ])?;
    Ok(())
}

fn put_files(conn: &Connection, page: &Page, text: &RichText) -> Result<()> {
    conn.prepare_cached("DELETE FROM page_file WHERE page = ?1")?
        .execute([page.id.as_str()])?;
    let public = page.publication.iter().flat_map(|p| {
        let cover = p.fields.cover.iter().map(|cover| &cover.file);
        p.fields.attachments.iter().chain(cover)
    });
    let files: BTreeMap<_, _> = page
        .files()
        .chain(text.files())
        .chain(public)
        .map(|file| (&file.id, file))
        .collect();
    let mut insert =
        conn.prepare_cached("INSERT INTO page_file (page, file, value) VALUES (?1, ?2, ?3)")?;
    for (id, file) in files {
        insert.execute(params![
            page.id.as_str(),
            id.as_str(),
            serde_json::to_string(file)?
        ])?;
        crate::file::shown(conn, id.as_str())?;
    }
    Ok(())
}
