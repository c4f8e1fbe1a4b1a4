//! People, their workspaces, and a hub that fits on a page: the same rules, a log, stored results.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use domain::identity::{Role, Scope};
use domain::sito::{Block, FieldChange, Page, PageChange, PageKind, RichText, Span, TextVersion};
use domain::{
    Change, ComuneId, Ctx, DeviceId, Entity, FileId, FileRef, Host, OpId, PageId, Refusal,
    RefusalCode,
};
use protocol::{Logged, LoggedBody, OpResult, Operation, Outcome, Pull, SyncRequest, SyncResponse};
use std::collections::{BTreeMap, BTreeSet};
use store::{Applied, Identity, Room, Secret, Store};
use text::TextDoc;

pub const NOW: i64 = 1_790_000_000_000;

pub fn roccaverano() -> Scope {
    Scope::sito(&ComuneId::new("005094"))
}

pub fn identity(person: &str, role: Role) -> Identity {
    Identity {
        device: DeviceId::new(format!("pc-{person}")),
        secret: Secret([7; 32]),
        person: person.into(),
        role,
        comune: ComuneId::new("005094"),
        comune_name: "Roccaverano".into(),
        hub: "http://127.0.0.1:1/".into(),
        site: "http://127.0.0.1:1/roccaverano/".into(),
        scopes: vec![roccaverano()],
        expires: NOW + 1,
        keys: None,
    }
}

/// The workspace of a clerk of Roccaverano, in memory.
pub fn clerk(person: &str) -> Store {
    let store = Store::open_in_memory().unwrap();
    store
        .set_identity(&identity(person, Role::Impiegato))
        .unwrap();
    store
}

pub fn rich(lines: &[&str]) -> RichText {
    let paragraph = |line: &&str| Block::Paragraph {
        spans: vec![Span::plain(*line)],
    };
    RichText {
        blocks: lines.iter().map(paragraph).collect(),
    }
}

pub fn title(words: &str) -> PageChange {
    set(FieldChange::Title(words.into()))
}

pub fn set(change: FieldChange) -> PageChange {
    PageChange::Set { change, base: 0 }
}

pub fn publish() -> PageChange {
    PageChange::Publish {
        text: TextVersion::default(),
        seen: 0,
    }
}

/// A page of information that lacks nothing.
pub fn complete_page(store: &Store) -> PageId {
    let page = store.create_page(PageKind::Pagina, NOW).unwrap();
    store.change(&page, title("Neve"), NOW).unwrap();
    let summary = FieldChange::Summary("Scuole chiuse per neve.".into());
    store.change(&page, set(summary), NOW).unwrap();
    write(store, &page, &["Domani le scuole sono chiuse."]);
    page
}

/// The page's text becomes these lines, written on what is shown now.
pub fn write(store: &Store, page: &PageId, lines: &[&str]) {
    let base = store.page(page).unwrap().unwrap().text.version;
    store.edit_text(page, &base, &rich(lines), NOW).unwrap();
}

pub fn shown(store: &Store, page: &PageId) -> Page {
    store.page(page).unwrap().expect("the page is shown").page
}

pub fn words(store: &Store, page: &PageId) -> String {
    let view = store.page(page).unwrap().expect("the page is shown");
    view.text.text.plain()
}

/// What the hub knows of a device.
#[derive(Default, Clone)]
pub struct Known {
    last: u64,
    results: BTreeMap<OpId, Outcome>,
}

/// The authority. Clone it for a backup.
#[derive(Clone)]
pub struct Hub {
    pub epoch: u64,
    pub log: Vec<(Logged, LoggedBody)>,
    pub known: BTreeMap<DeviceId, Known>,
    pub roles: BTreeMap<DeviceId, Role>,
    pub granted: bool,
    /// Entries in one answer.
    pub stretch: usize,
    /// Its clock.
    pub now: i64,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            epoch: 1,
            log: Vec::new(),
            known: BTreeMap::new(),
            roles: BTreeMap::new(),
            granted: true,
            stretch: 1_000,
            now: NOW,
        }
    }
}

/// The hub's pages and texts, folded from its log.
#[derive(Default)]
pub struct State {
    pub pages: BTreeMap<String, Entity>,
    pub texts: BTreeMap<String, TextDoc>,
}

impl Host for State {
    fn text(&self, page: &PageId, version: &TextVersion) -> Option<RichText> {
        match self.texts.get(page.as_str()) {
            Some(doc) => doc.at(version),
            None => TextDoc::new().at(version),
        }
    }
    fn slug_free(&self, page: &PageId, slug: &str) -> Option<bool> {
        let taken = self.pages.iter().any(|(id, Entity::Page(other))| {
            id != page.as_str() && other.publication.as_ref().is_some_and(|p| p.slug == slug)
        });
        Some(!taken)
    }
}

impl Hub {
    pub fn state(&self) -> State {
        let mut state = State::default();
        for (entry, body) in &self.log {
            let before = state.pages.remove(&body.entity);
            let ctx = body.ctx(entry.seq);
            let after = domain::apply(before, &body.entity, &body.change, &ctx, &entry.decided);
            state.pages.insert(body.entity.clone(), after);
            if let Change::Sito(PageChange::Text { update }) = &body.change {
                let doc = state.texts.entry(body.entity.clone()).or_default();
                doc.import(&text::decode(update).unwrap()).unwrap();
            }
        }
        state
    }

    pub fn page(&self, page: &PageId) -> Page {
        let Entity::Page(page) = self
            .state()
            .pages
            .remove(page.as_str())
            .expect("at the hub");
        *page
    }

    pub fn words(&self, page: &PageId) -> String {
        let state = self.state();
        let doc = state.texts.get(page.as_str());
        doc.map_or_else(String::new, |doc| doc.rich_text().plain())
    }

    /// The person has a role without pages from now on.
    pub fn takes_pages_from(&mut self, person: &str) {
        self.granted = false;
        let device = DeviceId::new(format!("pc-{person}"));
        self.roles.insert(device, Role::Operatore);
    }

    /// Everybody has their own role again.
    pub fn gives_pages_back(&mut self) {
        self.granted = true;
        self.roles.clear();
    }

    pub fn len(&self) -> usize {
        self.log.len()
    }

    pub fn call(&mut self, person: &str, request: &SyncRequest) -> SyncResponse {
        let device = DeviceId::new(format!("pc-{person}"));
        let mut results = Vec::new();
        if request.epoch == 0 || request.epoch == self.epoch {
            for op in &request.ops {
                match self.decide(&device, person, op) {
                    Some(outcome) => results.push(OpResult {
                        id: op.id.clone(),
                        outcome,
                    }),
                    None => break,
                }
            }
        }
        SyncResponse {
            epoch: self.epoch,
            now: self.now,
            next: self.known.entry(device.clone()).or_default().last + 1,
            results,
            pulls: self.pull(&device, request),
            ..SyncResponse::default()
        }
    }

    fn decide(&mut self, device: &DeviceId, person: &str, op: &Operation) -> Option<Outcome> {
        let state = self.state();
        let role = *self.roles.get(device).unwrap_or(&Role::Impiegato);
        let known = self.known.entry(device.clone()).or_default();
        let unknown = |outcome: &&Outcome| matches!(outcome, Outcome::Refused(r) if r.code == RefusalCode::Unknown);
        if let Some(outcome) = known.results.get(&op.id).filter(|it| !unknown(it)) {
            let outcome = outcome.clone();
            known.last = known.last.max(op.n);
            return Some(outcome);
        }
        if op.n != known.last + 1 {
            return None;
        }
        let seq = self.log.len() as u64 + 1;
        let body = LoggedBody {
            entity: op.entity.clone(),
            change: op.change.clone(),
            at: op.at,
            device: device.clone(),
            person: person.into(),
            role,
        };
        let ctx: Ctx = body.ctx(seq);
        let outcome = match domain::decide(state.pages.get(&op.entity), &op.change, &ctx, &state) {
            Ok(decided) => {
                let id = op.id.clone();
                self.log.push((
                    Logged {
                        decided,
                        ..Logged::stub(seq, id)
                    },
                    body,
                ));
                Outcome::Accepted(seq)
            }
            Err(refusal) => Outcome::Refused(refusal),
        };
        let known = self.known.entry(device.clone()).or_default();
        known.last = op.n;
        known.results.insert(op.id.clone(), outcome.clone());
        Some(outcome)
    }

    fn pull(&self, device: &DeviceId, request: &SyncRequest) -> Vec<Pull> {
        if !self.granted {
            return Vec::new();
        }
        let from = request.cursors.get(&roccaverano()).copied().unwrap_or(0) as usize;
        let rest = self.log.iter().skip(from);
        let entries: Vec<_> = rest
            .take(self.stretch)
            .map(|(entry, body)| {
                let mut entry = entry.clone();
                if body.device != *device || request.own {
                    entry.body = Some(body.clone());
                }
                entry
            })
            .collect();
        let to = entries.last().map_or(from as u64, |entry| entry.seq);
        vec![Pull {
            scope: roccaverano(),
            more: (to as usize) < self.log.len(),
            entries,
            to,
        }]
    }
}

/// One call, answered.
pub fn call(store: &Store, person: &str, hub: &mut Hub) -> Applied {
    let request = store.next_request(Room::of(64 * 1024), 64 * 1024).unwrap();
    let response = hub.call(person, &request);
    store.apply_response(&request, &response, NOW).unwrap()
}

/// Calls until there is nothing more to say.
pub fn sync(store: &Store, person: &str, hub: &mut Hub) -> Applied {
    let mut all = Applied::default();
    for _ in 0..200 {
        let applied = call(store, person, hub);
        let more = applied.more;
        all.accepted += applied.accepted;
        all.refused += applied.refused;
        all.conflicts += applied.conflicts;
        all.changed.extend(applied.changed);
        all.purged.extend(applied.purged);
        all.reconciling |= applied.reconciling;
        if !more && store.outbox_ready(1).unwrap().is_empty() {
            return all;
        }
    }
    panic!("{person}'s device never comes to rest");
}

/// Both images are the hub's.
pub fn assert_same(store: &Store, hub: &Hub) {
    let state = hub.state();
    for (id, Entity::Page(page)) in &state.pages {
        let id = PageId::new(id);
        match store.page(&id).unwrap() {
            Some(view) => {
                assert_eq!(view.page, **page);
                assert_eq!(view.confirmed.as_ref(), Some(&**page));
                assert_eq!(view.text.text.plain(), hub.words(&id));
                assert!(!view.row.waiting);
            }
            None => assert!(page.deleted, "{id} is not shown"),
        }
    }
}

pub fn refusal(result: store::Result<Page>) -> RefusalCode {
    match result {
        Err(store::StoreError::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

pub fn ids(refs: &[FileRef]) -> BTreeSet<FileId> {
    refs.iter().map(|file| file.id.clone()).collect()
}

pub fn code(refusal: &Refusal) -> RefusalCode {
    refusal.code
}
