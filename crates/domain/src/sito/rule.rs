//! The rules of the site: what may be changed, by whom, and how an accepted change folds in.

use super::{FieldChange, Page, PageChange, Publication, RichText, verify};
use crate::{Ctx, Decided, Host, PageId, Refusal, RefusalCode, Rev};
use serde::Serialize;

/// The longest update of a text in one operation, in base64url characters (256 kB, the largest batch).
pub const MAX_TEXT_UPDATE: usize = 256 * 1024;
/// The longest value of a single-valued field, in characters.
const MAX_FIELD: usize = 4_000;

/// Says whether a change to a page is allowed. Runs in the app with the page as it shows it, and in
/// the hub with the page as the log has it.
///
/// # Errors
/// The reason, with both facts where two people disagree.
pub fn decide(
    page: Option<&Page>,
    change: &PageChange,
    ctx: &Ctx,
    host: &dyn Host,
) -> Result<Decided, Refusal> {
    let allowed = match change {
        PageChange::Publish { .. } | PageChange::Unpublish => ctx.actor.role.publishes_site(),
        // A volunteer's mistake must not take a public page away.
        PageChange::Delete if page.is_some_and(|page| page.publication.is_some()) => {
            ctx.actor.role.publishes_site()
        }
        _ => ctx.actor.role.writes_site(),
    };
    if !allowed {
        return Err(Refusal::new(RefusalCode::Role));
    }
    match (page, change) {
        (None, PageChange::Create { .. }) => Ok(Decided::default()),
        (Some(_), PageChange::Create { .. }) => Err(Refusal::new(RefusalCode::Exists)),
        (None, _) => Err(Refusal::new(RefusalCode::Unknown)),
        (Some(page), PageChange::Set { change, base }) => decide_set(page, change, *base, ctx),
        (Some(_), PageChange::Text { update }) if update.len() > MAX_TEXT_UPDATE => {
            Err(Refusal::new(RefusalCode::Malformed))
        }
        (Some(page), PageChange::Publish { text, seen }) => {
            decide_publish(page, text, *seen, ctx, host)
        }
        (Some(_), _) => Ok(Decided::default()),
    }
}

/// Compare-and-set: refused where another device set another value after the one the person saw.
/// A device's own earlier change never stands in its way, however late it is confirmed.
fn decide_set(page: &Page, change: &FieldChange, base: u64, ctx: &Ctx) -> Result<Decided, Refusal> {
    if change.len() > MAX_FIELD {
        return Err(Refusal::new(RefusalCode::Malformed));
    }
    let current = FieldChange::current(change.field(), &page.fields);
    let overtaken = page
        .revs
        .get(&change.field())
        .is_some_and(|rev| rev.seq > base && rev.device != ctx.actor.device);
    if overtaken && current != *change {
        return Err(Refusal {
            code: RefusalCode::FieldChanged,
            theirs: to_value(&current),
            yours: to_value(change),
        });
    }
    Ok(Decided::default())
}

/// Publication is refused where somebody else changed a field, or published, after the person looked:
/// the public never sees what nobody looked at as a whole. Text needs no such check, because the
/// operation names the very version to publish.
fn decide_publish(
    page: &Page,
    text: &super::TextVersion,
    seen: u64,
    ctx: &Ctx,
    host: &dyn Host,
) -> Result<Decided, Refusal> {
    if page.deleted {
        return Err(Refusal::new(RefusalCode::Deleted));
    }
    let newer = |rev: &Rev| rev.seq > seen && rev.device != ctx.actor.device;
    let republished = page
        .publication
        .as_ref()
        .is_some_and(|publication| publication.seq > seen && publication.by != ctx.actor.person);
    if page.revs.values().any(newer) || republished {
        return Err(Refusal::new(RefusalCode::Stale));
    }
    let body = host.text(&page.id, text);
    let body = match (body, ctx.seq) {
        (Some(body), _) => body,
        (None, None) => RichText::default(),
        (None, Some(_)) => return Err(Refusal::new(RefusalCode::Malformed)),
    };
    let blocking: Vec<_> = verify(page.kind, &page.fields, &body)
        .into_iter()
        .filter(|finding| finding.blocking)
        .collect();
    if !blocking.is_empty() {
        return Err(Refusal {
            code: RefusalCode::Incomplete,
            theirs: None,
            yours: to_value(&blocking),
        });
    }
    Ok(Decided {
        slug: choose_slug(page, host),
    })
}

/// An address, once public, never changes; a new one takes the first free form of the title.
fn choose_slug(page: &Page, host: &dyn Host) -> Option<String> {
    if let Some(publication) = &page.publication {
        return Some(publication.slug.clone());
    }
    let base = super::slug(&page.fields.title);
    (1..10_000)
        .map(|n| {
            if n == 1 {
                base.clone()
            } else {
                format!("{base}-{n}")
            }
        })
        .find_map(|slug| match host.slug_free(&page.id, &slug) {
            None => Some(None),
            Some(true) => Some(Some(slug)),
            Some(false) => None,
        })
        .flatten()
}

/// Folds an accepted change into the page.
pub fn apply(
    page: Option<Page>,
    id: &PageId,
    change: &PageChange,
    ctx: &Ctx,
    decided: &Decided,
) -> Page {
    let mut page = page.unwrap_or_else(|| new_page(id, change, ctx));
    let seq = ctx.seq.unwrap_or(0);
    let edits = !matches!(
        change,
        PageChange::Publish { .. } | PageChange::Unpublish | PageChange::Delete
    );
    if edits {
        // "Delete versus edit": the edit survives, as a draft, and the page says so.
        page.revived |= page.deleted;
        page.deleted = false;
        page.dirty = true;
        page.edited_at = ctx.at;
        page.edited_by.clone_from(&ctx.actor.person);
        page.edits.insert(ctx.actor.device.clone(), seq);
    }
    match change {
        PageChange::Create { .. } | PageChange::Text { .. } => {}
        PageChange::Set { change, .. } => {
            let rev = Rev {
                seq,
                device: ctx.actor.device.clone(),
            };
            page.revs.insert(change.field(), rev);
            change.clone().set(&mut page.fields);
        }
        PageChange::AddTopic(topic) => {
            page.fields.topics.insert(topic.clone());
        }
        PageChange::RemoveTopic(topic) => {
            page.fields.topics.remove(topic);
        }
        PageChange::Attach(file) => {
            if !page.fields.attachments.iter().any(|f| f.id == file.id) {
                page.fields.attachments.push(file.clone());
            }
        }
        PageChange::Detach(file) => page.fields.attachments.retain(|f| f.id != *file),
        PageChange::Publish { text, seen } => publish(&mut page, text, *seen, ctx, decided),
        PageChange::Unpublish => {
            page.publication = None;
            page.request = None;
            page.dirty = true;
        }
        PageChange::Delete => {
            page.publication = None;
            page.request = None;
            page.deleted = true;
            page.revived = false;
            page.edited_at = ctx.at;
            page.edited_by.clone_from(&ctx.actor.person);
        }
    }
    page
}

fn publish(page: &mut Page, text: &super::TextVersion, seen: u64, ctx: &Ctx, decided: &Decided) {
    let Some(seq) = ctx.seq else {
        page.request = Some(super::Request {
            at: ctx.at,
            by: ctx.actor.person.clone(),
        });
        return;
    };
    let first_at = page.publication.as_ref().map_or(ctx.at, |p| p.first_at);
    let slug = decided
        .slug
        .clone()
        .unwrap_or_else(|| super::slug(&page.fields.title));
    page.publication = Some(Publication {
        seq,
        at: ctx.at,
        first_at,
        by: ctx.actor.person.clone(),
        slug,
        fields: page.fields.clone(),
        text: text.clone(),
    });
    page.request = None;
    page.revived = false;
    // What others wrote after the publisher looked is not public yet.
    page.dirty = page
        .edits
        .iter()
        .any(|(device, edited)| *device != ctx.actor.device && *edited > seen);
}

fn new_page(id: &PageId, change: &PageChange, ctx: &Ctx) -> Page {
    let kind = match change {
        PageChange::Create { kind } => *kind,
        _ => super::PageKind::Pagina,
    };
    Page {
        id: id.clone(),
        kind,
        fields: super::Fields::default(),
        revs: Default::default(),
        edits: Default::default(),
        created_at: ctx.at,
        edited_at: ctx.at,
        edited_by: ctx.actor.person.clone(),
        dirty: true,
        publication: None,
        request: None,
        deleted: false,
        revived: false,
    }
}

fn to_value(value: &impl Serialize) -> Option<serde_json::Value> {
    serde_json::to_value(value).ok()
}
