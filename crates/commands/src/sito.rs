//! The site: pages, text, files, versions, publication.

use crate::app::App;
use crate::{Result, convert, failure};
use api::sito as call;
use api::sito::{Comparison, Edited, OfficeRow, PageView, PasteNote, Pasted, Run, VersionRow};
use api::{Code, Failure};
use domain::sito::{Block, Field, FieldChange, PageChange, PageKind, TextVersion, verify};
use domain::{FileRef, PageId};
use store::{Filter, Store};
use text::clean::{self, Cleaned, Note};
use text::compare;

/// The most rows of a list in one answer.
const MAX_ROWS: u32 = 200;

/// A stretch of the list of pages.
pub async fn page_list(app: &App, input: call::PageListLoad) -> Result<call::PageList> {
    app.with(move |store| {
        let filter = Filter {
            kind: input.kind,
            status: input.status.map(convert::status_filter),
            query: input.query,
        };
        let list = store
            .list_pages(&filter, input.offset, input.limit.min(MAX_ROWS))
            .map_err(failure::of_store)?;
        Ok(call::PageList {
            total: list.total,
            rows: convert::rows(list.rows),
        })
    })
    .await
}

/// A new page.
pub async fn page_create(app: &App, input: call::PageCreate) -> Result<PageId> {
    let now = app.now();
    app.act(move |store| {
        store
            .create_page(input.kind, now)
            .map_err(failure::of_store)
    })
    .await
}

/// Opens a page.
pub async fn page_open(app: &App, input: call::PageOpen) -> Result<PageView> {
    app.with(move |store| {
        store.mark_seen(&input.page).map_err(failure::of_store)?;
        view(store, &input.page)
    })
    .await
}

/// Sets a field.
pub async fn page_set(app: &App, input: call::PageSet) -> Result<PageView> {
    // The workspace puts in the base it knows: the revision that the hub has confirmed.
    let change = PageChange::Set {
        change: input.change,
        base: 0,
    };
    changed(app, input.page, change).await
}

/// Adds a topic or takes it away.
pub async fn page_topic(app: &App, input: call::PageTopic) -> Result<PageView> {
    let change = if input.on {
        PageChange::AddTopic(input.topic)
    } else {
        PageChange::RemoveTopic(input.topic)
    };
    changed(app, input.page, change).await
}

/// Offers a file under the text, or takes it away.
pub async fn page_attach(app: &App, input: call::PageAttach) -> Result<PageView> {
    let change = if input.on {
        PageChange::Attach(input.file)
    } else {
        PageChange::Detach(input.file.id)
    };
    changed(app, input.page, change).await
}

/// Asks for publication. What the person sees now is what will be published.
pub async fn page_publish(app: &App, input: call::PagePublish) -> Result<PageView> {
    let now = app.now();
    app.act(move |store| {
        publish(store, &input.page, now)?;
        view(store, &input.page)
    })
    .await
}

/// Takes a page off the public site.
pub async fn page_withdraw(app: &App, input: call::PageWithdraw) -> Result<PageView> {
    changed(app, input.page, PageChange::Unpublish).await
}

/// Deletes a page.
pub async fn page_delete(app: &App, input: call::PageDelete) -> Result<()> {
    let now = app.now();
    app.act(move |store| {
        store
            .change(&input.page, PageChange::Delete, now)
            .map_err(failure::of_store)
    })
    .await?;
    Ok(())
}

/// Takes the text as it stands in the editor.
pub async fn page_edit(app: &App, input: call::PageEdit) -> Result<Edited> {
    let now = app.now();
    app.act(move |store| {
        let state = store
            .edit_text(&input.page, &input.base, &input.text, now)
            .map_err(failure::of_store)?;
        let page = page(store, &input.page)?.page;
        Ok(Edited {
            version: state.version,
            findings: verify(page.kind, &page.fields, &state.text),
            merged: state.merged.then_some(state.text),
        })
    })
    .await
}

/// Cleans what is to be pasted. Images that came inside are files of the workspace afterwards.
pub async fn paste_clean(app: &App, input: call::PasteClean) -> Result<Pasted> {
    app.with(move |store| {
        let cleaned = if input.html.trim().is_empty() {
            clean::clean_plain(&input.plain)
        } else {
            clean::clean_html(&input.html)
        };
        let cleaned = cleaned.map_err(|error| failure::of_cleaning(error, ""))?;
        pasted(store, cleaned)
    })
    .await
}

/// Imports a document that was added to the workspace.
pub async fn document_import(app: &App, input: call::DocumentImport) -> Result<Pasted> {
    app.with(move |store| {
        let bytes = store.read_file(&input.file).map_err(failure::of_store)?;
        let cleaned = if bytes.starts_with(b"PK") {
            clean::import_docx(&bytes)
        } else {
            clean_lossy(&bytes)
        };
        let cleaned = cleaned.map_err(|error| failure::of_cleaning(error, &input.name))?;
        pasted(store, cleaned)
    })
    .await
}

fn clean_lossy(bytes: &[u8]) -> std::result::Result<Cleaned, clean::CleanError> {
    let text = String::from_utf8_lossy(bytes);
    if text.trim_start().starts_with('<') {
        clean::clean_html(&text)
    } else {
        clean::clean_plain(&text)
    }
}

fn pasted(store: &Store, cleaned: Cleaned) -> Result<Pasted> {
    let mut text = cleaned.text;
    let mut notes: Vec<PasteNote> = cleaned.notes.into_iter().map(note).collect();
    let mut left = 0;
    // From the end, so that the positions before stay true.
    for image in cleaned.images.into_iter().rev() {
        let at = image.block.min(text.blocks.len());
        match image_block(store, image)? {
            Some(block) => text.blocks.insert(at, block),
            None => left += 1,
        }
    }
    if left > 0 {
        notes.push(PasteNote::Images { count: left });
    }
    Ok(Pasted { text, notes })
}

/// An image of the workspace, or `None` where it cannot be shown. Its alternative text is left to the
/// person: what Word writes there is a file name more often than not.
fn image_block(store: &Store, image: clean::PastedImage) -> Result<Option<Block>> {
    let Ok(info) = site::inspect_image(&image.bytes) else {
        return Ok(None);
    };
    let extension = info.media.rsplit('/').next().unwrap_or("png");
    let file = store
        .add_file(
            &mut image.bytes.as_slice(),
            &format!("incollata.{extension}"),
            info.media,
        )
        .map_err(failure::of_store)?;
    Ok(Some(Block::Image {
        file,
        alt: String::new(),
        decorative: false,
        caption: String::new(),
    }))
}

fn note(note: Note) -> PasteNote {
    match note {
        Note::LocalLinks { count, names } => PasteNote::LocalLinks { count, names },
        Note::OtherLinks { count } => PasteNote::OtherLinks { count },
        Note::Images { count } => PasteNote::Images { count },
        Note::Headings { count } => PasteNote::Headings { count },
        Note::MergedCells { count } => PasteNote::MergedCells { count },
        Note::NestedTables { count } => PasteNote::NestedTables { count },
        Note::NoHeaderRow { count } => PasteNote::NoHeaderRow { count },
        Note::Shortened => PasteNote::Shortened,
    }
}

/// Adds a file to the workspace. `image`: it must be an image that can be published.
pub async fn file_add(app: &App, name: String, image: bool, bytes: Vec<u8>) -> Result<FileRef> {
    app.with(move |store| {
        let kind = if image {
            site::inspect_image(&bytes)
                .map_err(|_| Failure::new(Code::BadImage).with("name", &name))?
                .media
        } else {
            media(&bytes, &name)
        };
        store
            .add_file(&mut bytes.as_slice(), &name, kind)
            .map_err(|error| failure::of_store(error).with("name", &name))
    })
    .await
}

/// What the bytes are; the name decides only where they do not tell (plain text, signed envelopes).
fn media(bytes: &[u8], name: &str) -> &'static str {
    if let Some(kind) = infer::get(bytes) {
        return kind.mime_type();
    }
    let extension = name.rsplit('.').next().unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "p7m" => "application/pkcs7-mime",
        "xml" => "application/xml",
        "csv" => "text/csv",
        "txt" => "text/plain",
        _ => "application/octet-stream",
    }
}

/// The offices that can be in charge.
pub async fn office_list(app: &App, _: call::OfficeList) -> Result<Vec<OfficeRow>> {
    app.with(|store| {
        let filter = Filter {
            kind: Some(PageKind::Ufficio),
            ..Filter::default()
        };
        let list = store
            .list_pages(&filter, 0, MAX_ROWS)
            .map_err(failure::of_store)?;
        let mut offices: Vec<_> = list.rows.into_iter().map(office).collect();
        offices.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(offices)
    })
    .await
}

fn office(row: store::PageRow) -> OfficeRow {
    OfficeRow {
        id: row.id,
        name: row.title,
    }
}

/// The versions of a page, newest first.
pub async fn version_list(app: &App, input: call::VersionList) -> Result<Vec<VersionRow>> {
    app.with(move |store| {
        let rows = store.history(&input.page).map_err(failure::of_store)?;
        Ok(rows.into_iter().map(version_row).collect())
    })
    .await
}

fn version_row(row: store::VersionRow) -> VersionRow {
    VersionRow {
        id: row.id,
        at: row.at,
        by: row.by,
        published: row.published,
    }
}

/// Compares two versions, or an old one with the page as it is now.
pub async fn version_compare(app: &App, input: call::VersionCompare) -> Result<Comparison> {
    app.with(move |store| {
        let older = store
            .version(&input.page, input.older)
            .map_err(failure::of_store)?;
        let (fields, text) = match input.newer {
            Some(newer) => {
                let newer = store
                    .version(&input.page, newer)
                    .map_err(failure::of_store)?;
                (newer.fields, newer.text)
            }
            None => {
                let now = page(store, &input.page)?;
                (now.page.fields, now.text.text)
            }
        };
        Ok(Comparison {
            fields: differing(&older.fields, &fields),
            text: runs(&compare::compare(&older.text, &text)),
        })
    })
    .await
}

fn differing(
    older: &domain::sito::Fields,
    newer: &domain::sito::Fields,
) -> Vec<(FieldChange, FieldChange)> {
    let mut fields: Vec<Field> = PageKind::ALL
        .iter()
        .flat_map(|kind| Field::of(*kind))
        .copied()
        .collect();
    fields.sort_unstable();
    fields.dedup();
    fields
        .into_iter()
        .map(|field| {
            (
                FieldChange::current(field, older),
                FieldChange::current(field, newer),
            )
        })
        .filter(|(before, after)| before != after)
        .collect()
}

/// A comparison as one run after the other; blocks and rows end with a line break, cells with a bar.
fn runs(blocks: &[compare::BlockChange]) -> Vec<Run> {
    let mut runs = Vec::new();
    for block in blocks {
        runs.extend(block.runs.iter().map(|run| mark(run.change, &run.text)));
        for row in &block.rows {
            for cell in &row.cells {
                runs.extend(cell.iter().map(|run| mark(run.change, &run.text)));
                runs.push(mark(row.change, " | "));
            }
            runs.push(mark(row.change, "\n"));
        }
        if block.rows.is_empty() {
            runs.push(mark(block.change, "\n"));
        }
    }
    runs
}

fn mark(change: compare::Change, text: &str) -> Run {
    let text = text.to_owned();
    match change {
        compare::Change::Same => Run::Same(text),
        compare::Change::Removed => Run::Removed(text),
        compare::Change::Added => Run::Added(text),
    }
}

/// Makes an old version the current one: as edits like any other, so that nothing of what came after it
/// is lost, and a colleague's work at the same time merges as ever.
pub async fn version_restore(app: &App, input: call::VersionRestore) -> Result<PageView> {
    let now = app.now();
    app.act(move |store| {
        let old = store
            .version(&input.page, input.version)
            .map_err(failure::of_store)?;
        let current = page(store, &input.page)?;
        for (_, change) in differing(&current.page.fields, &old.fields) {
            let change = PageChange::Set { change, base: 0 };
            store
                .change(&input.page, change, now)
                .map_err(failure::of_store)?;
        }
        restore_sets(store, &input.page, &current.page.fields, &old.fields, now)?;
        store
            .edit_text(&input.page, &current.text.version, &old.text, now)
            .map_err(failure::of_store)?;
        view(store, &input.page)
    })
    .await
}

fn restore_sets(
    store: &Store,
    page: &PageId,
    now_fields: &domain::sito::Fields,
    old: &domain::sito::Fields,
    now: domain::UnixMs,
) -> Result<()> {
    let topics_in = old.topics.difference(&now_fields.topics);
    let topics_out = now_fields.topics.difference(&old.topics);
    let missing = |from: &[FileRef], other: &[FileRef]| -> Vec<FileRef> {
        from.iter()
            .filter(|file| !other.contains(file))
            .cloned()
            .collect()
    };
    let files_in = missing(&old.attachments, &now_fields.attachments);
    let files_out = missing(&now_fields.attachments, &old.attachments);
    let changes = topics_in
        .map(|topic| PageChange::AddTopic(topic.clone()))
        .chain(topics_out.map(|topic| PageChange::RemoveTopic(topic.clone())))
        .chain(files_in.into_iter().map(PageChange::Attach))
        .chain(
            files_out
                .into_iter()
                .map(|file| PageChange::Detach(file.id)),
        );
    for change in changes {
        store.change(page, change, now).map_err(failure::of_store)?;
    }
    Ok(())
}

/// The address of the public page, for the browser.
pub async fn page_address(app: &App, page: PageId) -> Result<Option<String>> {
    let view = page_open(app, call::PageOpen { page }).await?;
    Ok(view.address)
}

async fn changed(app: &App, page: PageId, change: PageChange) -> Result<PageView> {
    let now = app.now();
    app.act(move |store| {
        store
            .change(&page, change, now)
            .map_err(failure::of_store)?;
        view(store, &page)
    })
    .await
}

/// Publication names the version of the text that stands here; the workspace puts in how far this device
/// has read the log.
pub(crate) fn publish(store: &Store, id: &PageId, now: domain::UnixMs) -> Result<()> {
    let text: TextVersion = page(store, id)?.text.version;
    let change = PageChange::Publish { text, seen: 0 };
    store.change(id, change, now).map_err(failure::of_store)?;
    Ok(())
}

pub(crate) fn page(store: &Store, id: &PageId) -> Result<store::PageView> {
    store
        .page(id)
        .map_err(failure::of_store)?
        .ok_or_else(|| Failure::new(Code::UnknownPage))
}

fn view(store: &Store, id: &PageId) -> Result<PageView> {
    Ok(convert::view(page(store, id)?, &identity(store)?))
}

pub(crate) fn identity(store: &Store) -> Result<store::Identity> {
    store
        .identity()
        .map_err(failure::of_store)?
        .ok_or_else(|| Failure::new(Code::Locked))
}
