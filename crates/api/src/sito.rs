//! The site: pages, their text, files, versions, publication.

use crate::command;
use domain::sito::{Argomento, FieldChange, Fields, Finding, PageKind, RichText, TextVersion};
use domain::{FileId, FileRef, PageId, UnixMs};
use serde::{Deserialize, Serialize};

/// What the public has of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Never public, or taken off.
    Draft,
    /// Publication was asked for and waits.
    Requested,
    /// Public as it is.
    Published,
    /// Public in an older version.
    Changed,
}

/// A page in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRow {
    /// Identity.
    pub id: PageId,
    /// Kind.
    pub kind: PageKind,
    /// Title; may be empty.
    pub title: String,
    /// What the public has.
    pub status: Status,
    /// Own changes wait for the hub.
    pub waiting: bool,
    /// Last change.
    pub edited_at: UnixMs,
    /// By whom.
    pub edited_by: String,
    /// Last day it matters (`2026-12-31`).
    pub until: Option<String>,
}

/// A stretch of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageList {
    /// How many there are in all.
    pub total: u32,
    /// Those from `offset` on.
    pub rows: Vec<PageRow>,
}

/// The text of a page and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The version that the next edit is based on.
    pub version: TextVersion,
    /// The text.
    pub text: RichText,
}

/// A page, open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageView {
    /// As in a list.
    pub row: PageRow,
    /// The short fields.
    pub fields: Fields,
    /// The text.
    pub body: Body,
    /// What lacks before publication, and advice.
    pub findings: Vec<Finding>,
    /// The address of the public page, where there is one.
    pub address: Option<String>,
    /// The person may ask for publication.
    pub may_publish: bool,
    /// The page was deleted by a colleague and brought back by an edit.
    pub revived: bool,
    /// Disagreements about this page in "Da risolvere".
    pub conflicts: u32,
}

/// The answer to an edit of the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    /// The version after the edit.
    pub version: TextVersion,
    /// The merged text, where it is not what was sent: show it without moving the caret.
    pub merged: Option<RichText>,
    /// What lacks now.
    pub findings: Vec<Finding>,
}

/// What became of something pasted or imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pasted {
    /// The cleaned text.
    pub text: RichText,
    /// What was changed on the way.
    pub notes: Vec<PasteNote>,
}

/// What the cleaner did that a person may want to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasteNote {
    /// Links to files of this PC or of the local network were removed, their words kept.
    LocalLinks {
        /// How many.
        count: usize,
        /// Names of the files: they may be worth attaching.
        names: Vec<String>,
    },
    /// Links that cannot stand in a page were removed, their words kept.
    OtherLinks {
        /// How many.
        count: usize,
    },
    /// Images that could not come along: add them with "Inserisci immagine".
    Images {
        /// How many.
        count: usize,
    },
    /// Headings got another level: none is skipped.
    Headings {
        /// How many.
        count: usize,
    },
    /// Cells that spanned columns or rows were written out.
    MergedCells {
        /// How many.
        count: usize,
    },
    /// Tables inside cells became lines of text.
    NestedTables {
        /// How many.
        count: usize,
    },
    /// Tables without a row of headers: is the first row one?
    NoHeaderRow {
        /// How many.
        count: usize,
    },
    /// The text was longer than a page may be; the end is missing.
    Shortened,
}

/// An office, for the list "a cura di".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeRow {
    /// The office's page.
    pub id: PageId,
    /// Its name.
    pub name: String,
}

/// A version in the history of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: UnixMs,
    /// By whom.
    pub by: String,
    /// This version was published.
    pub published: bool,
}

/// Two versions side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Fields that differ: before, after.
    pub fields: Vec<(FieldChange, FieldChange)>,
    /// The text, run by run.
    pub text: Vec<Run>,
}

/// A run of a comparison. Blocks end with `\n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "run", content = "text", rename_all = "snake_case")]
pub enum Run {
    /// In both.
    Same(String),
    /// Only in the older.
    Removed(String),
    /// Only in the newer.
    Added(String),
}

command! {
    /// A stretch of the list of pages, newest change first.
    PageListLoad = "page_list" -> PageList {
        /// Only this kind.
        kind: Option<PageKind>,
        /// Only this status.
        status: Option<Status>,
        /// Only pages with these words (prefixes) in title, description or text.
        query: String,
        /// From here.
        offset: u32,
        /// At most so many (200 at most).
        limit: u32,
    }
}
command! {
    /// A new page.
    PageCreate = "page_create" -> PageId {
        /// Its kind.
        kind: PageKind,
    }
}
command! {
    /// Opens a page.
    PageOpen = "page_open" -> PageView {
        /// The page.
        page: PageId,
    }
}
command! {
    /// Sets a field.
    PageSet = "page_set" -> PageView {
        /// The page.
        page: PageId,
        /// Field and value.
        change: FieldChange,
    }
}
command! {
    /// Adds a topic or takes it away.
    PageTopic = "page_topic" -> PageView {
        /// The page.
        page: PageId,
        /// The topic.
        topic: Argomento,
        /// Add it.
        on: bool,
    }
}
command! {
    /// Takes the text as it stands in the editor, after a pause of typing.
    PageEdit = "page_edit" -> Edited {
        /// The page.
        page: PageId,
        /// The version that the editor started from.
        base: TextVersion,
        /// The whole text.
        text: RichText,
    }
}
command! {
    /// Cleans what is to be pasted.
    PasteClean = "paste_clean" -> Pasted {
        /// `text/html` of the clipboard, or empty.
        html: String,
        /// `text/plain` of the clipboard.
        plain: String,
    }
}
command! {
    /// Imports a document (`.docx`, `.html`, `.txt`) that was added with [`FileAdd`].
    DocumentImport = "document_import" -> Pasted {
        /// The file.
        file: FileId,
        /// Its name, for what there is to say about it.
        name: String,
    }
}
command! {
    /// Adds a file to the workspace. The bytes cross the border raw (`file_add`, body = bytes, header
    /// `name` = percent-encoded file name, header `image` = `1` where an image is wanted), because 100 MB
    /// as JSON would take half a minute; this type documents the answer.
    FileAdd = "file_add" -> FileRef {}
}
command! {
    /// Offers a file under the text, or takes it away.
    PageAttach = "page_attach" -> PageView {
        /// The page.
        page: PageId,
        /// The file.
        file: FileRef,
        /// Add it.
        on: bool,
    }
}
command! {
    /// The bytes of an image of the workspace are at `anteprima://localhost/media/ID`; this opens the
    /// preview of a page, as the public will see it, in its own window.
    PagePreview = "page_preview" -> () {
        /// The page.
        page: PageId,
    }
}
command! {
    /// Asks for publication.
    PagePublish = "page_publish" -> PageView {
        /// The page.
        page: PageId,
    }
}
command! {
    /// Takes a page off the public site.
    PageWithdraw = "page_withdraw" -> PageView {
        /// The page.
        page: PageId,
    }
}
command! {
    /// Deletes a page.
    PageDelete = "page_delete" -> () {
        /// The page.
        page: PageId,
    }
}
command! {
    /// The offices that can be in charge.
    OfficeList = "office_list" -> Vec<OfficeRow> {}
}
command! {
    /// The versions of a page, newest first.
    VersionList = "version_list" -> Vec<VersionRow> {
        /// The page.
        page: PageId,
    }
}
command! {
    /// Compares two versions.
    VersionCompare = "version_compare" -> Comparison {
        /// The page.
        page: PageId,
        /// The older.
        older: i64,
        /// The newer; `None` is the page as it is now.
        newer: Option<i64>,
    }
}
command! {
    /// Makes an old version the current one, as an edit like any other.
    VersionRestore = "version_restore" -> PageView {
        /// The page.
        page: PageId,
        /// The version.
        version: i64,
    }
}
command! {
    /// Opens the public page in the system's browser.
    PageVisit = "page_visit" -> () {
        /// The page.
        page: PageId,
    }
}
