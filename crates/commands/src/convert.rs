//! From what the workspace shows to what the contract says.

use api::sito::{PageRow, PageView, Status};
use api::stato::{About, Conflict, Remedy, WaitingWhat};
use domain::RefusalCode;
use domain::sito::{FieldChange, verify};
use store::{ConflictKind, What};

pub fn status(status: store::Status) -> Status {
    match status {
        store::Status::Draft => Status::Draft,
        store::Status::Requested => Status::Requested,
        store::Status::Published => Status::Published,
        store::Status::Changed => Status::Changed,
    }
}

pub fn status_filter(status: Status) -> store::Status {
    match status {
        Status::Draft => store::Status::Draft,
        Status::Requested => store::Status::Requested,
        Status::Published => store::Status::Published,
        Status::Changed => store::Status::Changed,
    }
}

pub fn row(row: store::PageRow) -> PageRow {
    PageRow {
        id: row.id,
        kind: row.kind,
        title: row.title,
        status: status(row.status),
        waiting: row.waiting,
        edited_at: row.edited_at,
        edited_by: row.edited_by,
        until: row.until,
    }
}

pub fn rows(rows: Vec<store::PageRow>) -> Vec<PageRow> {
    rows.into_iter().map(row).collect()
}

/// A page for the screen; `site` is where the public site stands.
pub fn view(view: store::PageView, identity: &store::Identity) -> PageView {
    let findings = verify(view.page.kind, &view.page.fields, &view.text.text);
    let address = view
        .page
        .publication
        .as_ref()
        .map(|publication| address(&identity.site, view.page.kind, publication));
    PageView {
        row: row(view.row),
        fields: view.page.fields,
        body: api::sito::Body {
            version: view.text.version,
            text: view.text.text,
        },
        findings,
        address,
        may_publish: identity.role.publishes_site(),
        revived: view.page.revived,
        conflicts: view.conflicts,
    }
}

/// The address of a public page.
pub fn address(
    site: &str,
    kind: domain::sito::PageKind,
    publication: &domain::sito::Publication,
) -> String {
    let path = site::link_path(kind, &publication.slug, publication.fields.news);
    format!("{}/{path}", site.trim_end_matches('/'))
}

pub fn what(what: What) -> WaitingWhat {
    match what {
        What::New => WaitingWhat::New,
        What::Edit => WaitingWhat::Edit,
        What::Publication => WaitingWhat::Publication,
        What::Withdrawal => WaitingWhat::Withdrawal,
        What::Deletion => WaitingWhat::Deletion,
    }
}

pub fn conflict(conflict: store::Conflict) -> Conflict {
    let about = about(&conflict);
    Conflict {
        id: conflict.id,
        page: conflict.page,
        title: conflict.title,
        at: conflict.at,
        remedies: remedies(&about),
        about,
    }
}

fn about(conflict: &store::Conflict) -> About {
    match conflict.kind {
        ConflictKind::Revived => About::Revived,
        ConflictKind::Words => About::Words {
            words: conflict
                .text
                .as_ref()
                .map_or_else(String::new, domain::sito::RichText::plain),
        },
        ConflictKind::Refused(code) => field(conflict, code).unwrap_or_else(|| About::Refused {
            code,
            what: conflict
                .change
                .as_ref()
                .map_or(WaitingWhat::Edit, |change| what(What::of(change))),
            text: conflict.text.clone(),
        }),
    }
}

/// Two values of one field, where both can be read.
fn field(conflict: &store::Conflict, code: RefusalCode) -> Option<About> {
    let read = |value: &Option<serde_json::Value>| -> Option<FieldChange> {
        serde_json::from_value(value.clone()?).ok()
    };
    let (theirs, yours) = (read(&conflict.theirs)?, read(&conflict.yours)?);
    (code == RefusalCode::FieldChanged).then_some(About::Field { theirs, yours })
}

/// What can be done, the advised first.
fn remedies(about: &About) -> Vec<Remedy> {
    match about {
        About::Field { .. } => vec![Remedy::KeepTheirs, Remedy::UseMine],
        About::Revived => vec![Remedy::Acknowledge, Remedy::DeleteAgain],
        About::Words { .. } => vec![Remedy::UseMine, Remedy::KeepTheirs],
        About::Refused {
            code: RefusalCode::Stale | RefusalCode::Incomplete,
            ..
        } => vec![Remedy::PublishAgain, Remedy::Acknowledge],
        About::Refused { text: Some(_), .. } => vec![Remedy::UseMine, Remedy::Acknowledge],
        About::Refused { .. } => vec![Remedy::Acknowledge],
    }
}
