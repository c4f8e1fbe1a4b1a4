//! The frame that every area's rules fit in.

use crate::identity::Actor;
use crate::sito::{self, Page, RichText};
use crate::{DeviceId, PageId, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an operation asks for. One variant per area; each area has an enum of its own changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A change to a page of the site.
    Sito(sito::PageChange),
}

/// A thing that changes are applied to. One variant per kind of thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// A page of the site.
    Page(Box<Page>),
}

/// When and by whom a value was last set, in the hub's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rev {
    /// Position in the comune's log; 0 while the change waits for the hub.
    pub seq: u64,
    /// The device that set it.
    pub device: DeviceId,
}

/// The circumstances of a change.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// When the device says it was done; for people, never for order.
    pub at: UnixMs,
    /// Position in the comune's log; `None` while the change waits for the hub.
    pub seq: Option<u64>,
}

/// What the hub chose when it accepted a change; recorded in the log so that every replay agrees.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The stable last part of a published page's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
}

impl Decided {
    /// Nothing had to be chosen.
    pub fn is_empty(&self) -> bool {
        self.slug.is_none()
    }
}

/// What a rule may ask of the place it runs in.
pub trait Host {
    /// The text of a page at a version; `None` where the version is unknown here.
    fn text(&self, page: &PageId, version: &sito::TextVersion) -> Option<RichText>;
    /// Whether no other page of the comune has this slug; `None` where only the hub can know.
    fn slug_free(&self, page: &PageId, slug: &str) -> Option<bool>;
}

/// A host that knows nothing: for rules that need no authority, and for tests.
pub struct NoAuthority;

impl Host for NoAuthority {
    fn text(&self, _: &PageId, _: &sito::TextVersion) -> Option<RichText> {
        None
    }
    fn slug_free(&self, _: &PageId, _: &str) -> Option<bool> {
        None
    }
}

/// Why a change was not accepted: a closed code, and both facts where two people disagree.
/// The words for people are in `l10n`, one message per code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason.
    pub code: RefusalCode,
    /// What stands at the hub, in the shape of the change it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Value>,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yours: Option<Value>,
}

impl Refusal {
    /// A refusal that needs no facts.
    pub fn new(code: RefusalCode) -> Self {
        Self {
            code,
            theirs: None,
            yours: None,
        }
    }
}

/// The reasons for a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The person's role does not allow it.
    Role,
    /// Somebody else set the same field meanwhile to another value.
    FieldChanged,
    /// The page is not there.
    Unknown,
    /// The page is there already.
    Exists,
    /// The page was deleted meanwhile.
    Deleted,
    /// The page is not complete enough to be published.
    Incomplete,
    /// The page was changed or published by somebody else after the person looked at it.
    Stale,
    /// The change is larger than allowed or makes no sense.
    Malformed,
    /// The hub is older than the app that made the change: it is kept, and sent again to a newer hub.
    TooNew,
}

/// Says whether a change is allowed, and what the authority chose.
///
/// # Errors
/// The [`Refusal`] that the person will read.
pub fn decide(
    entity: Option<&Entity>,
    change: &Change,
    ctx: &Ctx,
    host: &dyn Host,
) -> Result<Decided, Refusal> {
    match change {
        Change::Sito(change) => sito::decide(entity.map(as_page), change, ctx, host),
    }
}

/// Folds an accepted change into the entity. Total: a log is always readable.
pub fn apply(
    entity: Option<Entity>,
    id: &str,
    change: &Change,
    ctx: &Ctx,
    decided: &Decided,
) -> Entity {
    match change {
        Change::Sito(change) => {
            let page = entity.map(|Entity::Page(page)| *page);
            Entity::Page(Box::new(sito::apply(
                page,
                &PageId::new(id),
                change,
                ctx,
                decided,
            )))
        }
    }
}

fn as_page(entity: &Entity) -> &Page {
    let Entity::Page(page) = entity;
    page
}
