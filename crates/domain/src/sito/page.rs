//! A page of the site and the changes that can be asked of it.

use super::Argomento;
use crate::{DeviceId, FileId, FileRef, PageId, Rev, UnixMs};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a page is in the national model (Modello Comuni, content types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    /// News: `/novita/{notizie,comunicati,avvisi}/`.
    Notizia,
    /// An office (Unità organizzativa): `/amministrazione/uffici/`.
    Ufficio,
    /// A page of information: `/pagine/`.
    Pagina,
}

impl PageKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Notizia, Self::Ufficio, Self::Pagina];
}

/// Kinds of news (Modello Comuni, `tipi_notizia`).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// News.
    #[default]
    Notizia,
    /// Press release.
    Comunicato,
    /// Notice.
    Avviso,
}

/// The image at the head of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// The file.
    pub file: FileRef,
    /// What it tells those who cannot see it.
    #[serde(default)]
    pub alt: String,
    /// It tells nothing.
    #[serde(default)]
    pub decorative: bool,
}

/// The short fields of a page. Which ones a kind uses: [`Field::of`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// Title, at most 160 characters.
    pub title: String,
    /// Short description, at most 255 characters.
    pub summary: String,
    /// Kind of news.
    pub news: NewsKind,
    /// Topics from the model's vocabulary.
    pub topics: BTreeSet<Argomento>,
    /// The office in charge ("a cura di"): a page of kind Ufficio.
    pub office: Option<PageId>,
    /// Image at the head.
    pub cover: Option<Cover>,
    /// Files offered under the text, in the order they were added.
    pub attachments: Vec<FileRef>,
    /// Last day the news matters, `2026-12-31`.
    pub until: Option<String>,
    /// Office: street and number, postcode, place.
    pub address: String,
    /// Office: opening hours, a line per day.
    pub hours: String,
    /// Office: telephone.
    pub phone: String,
    /// Office: e-mail.
    pub email: String,
    /// Office: certified e-mail (PEC).
    pub pec: String,
}

/// The name of a short field that has one value, of which the last accepted one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the field of the same name in Fields")]
pub enum Field {
    Title,
    Summary,
    News,
    Office,
    Cover,
    Until,
    Address,
    Hours,
    Phone,
    Email,
    Pec,
}

impl Field {
    /// The single-valued fields that a kind of page uses, in the order of the form.
    pub fn of(kind: PageKind) -> &'static [Self] {
        match kind {
            PageKind::Notizia => &[
                Self::Title,
                Self::Summary,
                Self::News,
                Self::Office,
                Self::Cover,
                Self::Until,
            ],
            PageKind::Ufficio => &[
                Self::Title,
                Self::Summary,
                Self::Address,
                Self::Hours,
                Self::Phone,
                Self::Email,
                Self::Pec,
                Self::Cover,
            ],
            PageKind::Pagina => &[Self::Title, Self::Summary, Self::Office, Self::Cover],
        }
    }
}

/// A new value for a single-valued field: `{"field":"title","value":"Neve: scuole chiuse"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the field of the same name in Fields")]
pub enum FieldChange {
    Title(String),
    Summary(String),
    News(NewsKind),
    Office(Option<PageId>),
    Cover(Option<Cover>),
    Until(Option<String>),
    Address(String),
    Hours(String),
    Phone(String),
    Email(String),
    Pec(String),
}

impl FieldChange {
    /// Which field it sets.
    pub fn field(&self) -> Field {
        match self {
            Self::Title(_) => Field::Title,
            Self::Summary(_) => Field::Summary,
            Self::News(_) => Field::News,
            Self::Office(_) => Field::Office,
            Self::Cover(_) => Field::Cover,
            Self::Until(_) => Field::Until,
            Self::Address(_) => Field::Address,
            Self::Hours(_) => Field::Hours,
            Self::Phone(_) => Field::Phone,
            Self::Email(_) => Field::Email,
            Self::Pec(_) => Field::Pec,
        }
    }

    /// The change that would set the field to what it is now.
    pub fn current(field: Field, fields: &Fields) -> Self {
        let f = fields.clone();
        match field {
            Field::Title => Self::Title(f.title),
            Field::Summary => Self::Summary(f.summary),
            Field::News => Self::News(f.news),
            Field::Office => Self::Office(f.office),
            Field::Cover => Self::Cover(f.cover),
            Field::Until => Self::Until(f.until),
            Field::Address => Self::Address(f.address),
            Field::Hours => Self::Hours(f.hours),
            Field::Phone => Self::Phone(f.phone),
            Field::Email => Self::Email(f.email),
            Field::Pec => Self::Pec(f.pec),
        }
    }

    /// Sets the field.
    pub fn set(self, fields: &mut Fields) {
        match self {
            Self::Title(v) => fields.title = v,
            Self::Summary(v) => fields.summary = v,
            Self::News(v) => fields.news = v,
            Self::Office(v) => fields.office = v,
            Self::Cover(v) => fields.cover = v,
            Self::Until(v) => fields.until = v,
            Self::Address(v) => fields.address = v,
            Self::Hours(v) => fields.hours = v,
            Self::Phone(v) => fields.phone = v,
            Self::Email(v) => fields.email = v,
            Self::Pec(v) => fields.pec = v,
        }
    }

    /// Length in characters of the longest text it carries.
    pub fn len(&self) -> usize {
        match self {
            Self::Title(v)
            | Self::Summary(v)
            | Self::Address(v)
            | Self::Hours(v)
            | Self::Phone(v)
            | Self::Email(v)
            | Self::Pec(v) => v.chars().count(),
            Self::Until(v) => v.as_ref().map_or(0, |v| v.chars().count()),
            Self::Cover(v) => v.as_ref().map_or(0, |v| v.alt.chars().count()),
            Self::News(_) | Self::Office(_) => 0,
        }
    }

    /// No text at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A version of a page's text: opaque here; made and read by the crate `text` (base64url).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextVersion(pub String);

/// What can be asked of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageChange {
    /// A new page.
    Create {
        /// Its kind, for ever.
        kind: PageKind,
    },
    /// A new value for a single-valued field.
    Set {
        /// Field and value.
        #[serde(flatten)]
        change: FieldChange,
        /// Log position of the value the person saw (0: never set).
        base: u64,
    },
    /// A topic more. Sets merge by themselves.
    AddTopic(Argomento),
    /// A topic less.
    RemoveTopic(Argomento),
    /// A file more under the text.
    Attach(FileRef),
    /// A file less.
    Detach(FileId),
    /// An edit of the text: an update of the CRDT, base64url without padding.
    Text {
        /// The update.
        update: String,
    },
    /// Put this version before the public.
    Publish {
        /// The version of the text that the person saw.
        text: TextVersion,
        /// The log position up to which the person had seen the page.
        seen: u64,
    },
    /// Take the page off the public site; the draft stays.
    Unpublish,
    /// Remove the page. An edit that arrives later brings it back as a draft.
    Delete,
}

/// What the public sees of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// Log position of the publication.
    pub seq: u64,
    /// When this version was published.
    pub at: UnixMs,
    /// When the page was first published.
    pub first_at: UnixMs,
    /// Who published it.
    pub by: String,
    /// The stable last part of the address, chosen by the hub at the first publication.
    pub slug: String,
    /// The fields as published.
    pub fields: Fields,
    /// The version of the text as published.
    pub text: TextVersion,
}

/// A publication that was asked for and waits for the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// When it was asked for.
    pub at: UnixMs,
    /// By whom.
    pub by: String,
}

/// A page: its draft, and what the public sees of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Identity.
    pub id: PageId,
    /// Kind.
    pub kind: PageKind,
    /// The draft's fields.
    pub fields: Fields,
    /// Who set each single-valued field last.
    #[serde(default)]
    pub revs: BTreeMap<Field, Rev>,
    /// Log position of each device's last edit of the text or of a set.
    #[serde(default)]
    pub edits: BTreeMap<DeviceId, u64>,
    /// When it was created.
    pub created_at: UnixMs,
    /// When it was last changed.
    pub edited_at: UnixMs,
    /// Who changed it last.
    pub edited_by: String,
    /// The draft differs from what the public sees.
    pub dirty: bool,
    /// What the public sees.
    #[serde(default)]
    pub publication: Option<Publication>,
    /// A publication that waits for the hub.
    #[serde(default)]
    pub request: Option<Request>,
    /// The page was deleted.
    #[serde(default)]
    pub deleted: bool,
    /// The page was deleted by somebody and brought back by an edit that was made without knowing it.
    #[serde(default)]
    pub revived: bool,
}

impl Page {
    /// Every file that the draft's fields refer to.
    pub fn files(&self) -> impl Iterator<Item = &FileRef> {
        self.fields
            .attachments
            .iter()
            .chain(self.fields.cover.as_ref().map(|cover| &cover.file))
    }

    /// Log position of the value that stands in a field; the base of the next change to it.
    pub fn base(&self, field: Field) -> u64 {
        self.revs.get(&field).map_or(0, |rev| rev.seq)
    }
}
