//! What must be true at the end of every story.

use crate::Outcome;
use crate::centro::{COMUNE, Centro, TABLES, lacking, shown};
use crate::desk::Desk;
use crate::ledger::{Ledger, words};
use crate::line::call;
use crate::run::Broken;
use domain::sito::{PageChange, TextVersion};
use domain::{Change, ComuneId, Entity, FileId, PageId};
use hub::storage::Tx;
use protocol::Logged;
use std::collections::{BTreeMap, BTreeSet};
use store::Store;
use text::TextDoc;

/// What the hub has of a page.
#[derive(Debug, PartialEq)]
struct Stand {
    page: serde_json::Value,
    deleted: bool,
    text: String,
    version: TextVersion,
}

/// What the hub has.
pub struct Province {
    log: Vec<Logged>,
    pages: BTreeMap<PageId, Stand>,
}

type Storage<T> = hub::storage::Result<T>;

impl Province {
    /// Reads it.
    ///
    /// # Errors
    /// The storage's.
    pub fn read(centro: &Centro) -> Outcome<Self> {
        let hub = centro.hub().ok_or("the hub does not run")?;
        let log = testkit::log_at(&hub, &ComuneId::new(COMUNE))?;
        let comune = centro.comune()?;
        let pages = comune.reading(|tx| {
            let ids: BTreeSet<_> = log.iter().filter_map(entity_of).collect();
            let mut pages = BTreeMap::new();
            for id in ids {
                if let Some(stand) = stand(tx, &id)? {
                    pages.insert(id, stand);
                }
            }
            Ok(pages)
        })?;
        Ok(Self { log, pages })
    }
}

fn entity_of(entry: &Logged) -> Option<PageId> {
    entry.body.as_ref().map(|body| PageId::new(&body.entity))
}

fn stand(tx: &dyn Tx, id: &PageId) -> Storage<Option<Stand>> {
    let Some(Entity::Page(page)) = tx.entity(id.as_str())? else {
        return Ok(None);
    };
    let (snapshot, updates) = tx.text(id)?;
    let updates = updates.iter().map(Vec::as_slice);
    let doc = TextDoc::load(snapshot.as_deref(), updates).unwrap_or_default();
    Ok(Some(Stand {
        page: serde_json::to_value(&page)?,
        deleted: page.deleted,
        text: doc.rich_text().plain(),
        version: doc.version(),
    }))
}

/// The end of a story.
pub struct End<'a> {
    /// The hub.
    pub centro: &'a Centro,
    /// Everybody.
    pub desks: &'a [std::sync::Arc<Desk>],
    /// What was said and done.
    pub ledger: &'a Ledger,
}

impl End<'_> {
    /// Holds everything against everything.
    ///
    /// # Errors
    /// What is broken first.
    pub fn check(&self) -> Result<(), Broken> {
        let province = Province::read(self.centro)?;
        for desk in self.desks {
            desk.witness().note()?;
        }
        self.log_is_sound(&province)?;
        self.log_folds_to_the_entities(&province)?;
        self.edits_survive_deletions(&province)?;
        self.nothing_is_lost(&province)?;
        self.site_shows_what_was_accepted(&province)?;
        for desk in self.desks {
            self.desk_is_at_rest(desk, &province)?;
        }
        self.every_word_is_somewhere(&province)
    }

    fn log_is_sound(&self, province: &Province) -> Result<(), Broken> {
        let dense = (1..)
            .zip(&province.log)
            .all(|(seq, entry)| entry.seq == seq);
        ensure(dense, "log", || "the log has a hole".into())?;
        let ids: BTreeSet<_> = province.log.iter().map(|entry| &entry.id).collect();
        ensure(ids.len() == province.log.len(), "exactly once", || {
            "an operation is in the log twice".into()
        })
    }

    fn log_folds_to_the_entities(&self, province: &Province) -> Result<(), Broken> {
        let (entities, docs) = fold(&province.log);
        for (id, stand) in &province.pages {
            let entity = entities.get(id).map(serde_json::to_value).transpose()?;
            let page = entity.as_ref().and_then(|entity| entity.get("page"));
            ensure(page == Some(&stand.page), "fold", || {
                format!(
                    "page {id} is {} at the hub, {page:?} by its log",
                    stand.page
                )
            })?;
            let (text, version) = docs.get(id).map_or(Default::default(), |doc| {
                (doc.rich_text().plain(), doc.version())
            });
            ensure(
                text == stand.text && version == stand.version,
                "fold",
                || {
                    format!(
                        "page {id} reads {:?} at the hub, {text:?} by its log",
                        stand.text
                    )
                },
            )?;
        }
        Ok(())
    }

    /// The edit of who did not know of a deletion brings the page back, and says so.
    fn edits_survive_deletions(&self, province: &Province) -> Result<(), Broken> {
        for (id, stand) in &province.pages {
            let changes = province.log.iter().filter_map(|entry| change_of(entry, id));
            let mut last = None;
            for change in changes {
                match change {
                    PageChange::Delete => last = Some(true),
                    PageChange::Publish { .. } | PageChange::Unpublish => {}
                    _ => last = Some(false),
                }
            }
            ensure(stand.deleted == (last == Some(true)), "revival", || {
                format!(
                    "page {id}: deleted {}, its log says otherwise",
                    stand.deleted
                )
            })?;
        }
        Ok(())
    }

    /// What the hub ever accepted is in its log or was refused since; what ever waited to be sent is in its log
    /// or in a row of "Da risolvere", and so is what it refused.
    fn nothing_is_lost(&self, province: &Province) -> Result<(), Broken> {
        let log: BTreeSet<_> = province.log.iter().map(|entry| entry.id.as_str()).collect();
        let refused = |which: &str| -> Outcome<BTreeSet<String>> {
            let sql = format!("SELECT id FROM result WHERE refusal {which}");
            self.centro.log.look(|conn| {
                let mut query = conn.prepare(&sql)?;
                let ids = query.query_map([], |row| row.get(0))?;
                ids.collect()
            })
        };
        // Somebody else gave the restored hub the page again before its maker did: nobody has to be told.
        let made = refused("LIKE '%\"exists\"%'")?;
        let refused = refused("NOT LIKE '%\"exists\"%'")?;
        let rows = self.ledger.all_in_rows();
        let in_log = |id: &String| log.contains(id.as_str());
        for id in self.ledger.all_accepted() {
            // Refused by a hub that was restored since: the row is at a desk.
            let there =
                in_log(&id) || refused.contains(&id) || made.contains(&id) || rows.contains(&id);
            ensure(there, "acknowledged", || {
                format!("operation {id} was accepted, and is nowhere")
            })?;
        }
        for id in &refused {
            ensure(in_log(id) || rows.contains(id), "da risolvere", || {
                format!("operation {id} was refused, and no row says so")
            })?;
        }
        for id in self.ledger.all_queued() {
            let there = in_log(&id) || made.contains(&id) || rows.contains(&id);
            ensure(there, "kept", || {
                format!("operation {id} waited to be sent, and is nowhere")
            })?;
        }
        Ok(())
    }

    /// The public sees what was accepted, and no file that is not there.
    fn site_shows_what_was_accepted(&self, province: &Province) -> Result<(), Broken> {
        let published: BTreeSet<_> = province
            .log
            .iter()
            .filter_map(|entry| match change_of_any(entry)? {
                (page, PageChange::Publish { .. }) => Some((entry.seq, page)),
                _ => None,
            })
            .collect();
        let comune = self.centro.comune()?;
        let shown = comune.reading(shown)?;
        for (page, lacking) in shown {
            let key = (page.publication.seq, page.id.clone());
            ensure(published.contains(&key), "site", || {
                format!(
                    "page {} is public as of {}, which nobody accepted",
                    key.1, key.0
                )
            })?;
            ensure(lacking.is_empty(), "site files", || {
                format!("page {} is public without its files {lacking:?}", page.id)
            })?;
        }
        self.nothing_waits_for_ever()
    }

    fn nothing_waits_for_ever(&self) -> Result<(), Broken> {
        let comune = self.centro.comune()?;
        let waiting = comune.reading(|tx| {
            let pages = tx.waiting()?.into_iter();
            let each = pages.map(|page| Ok((lacking(tx, &page)?, page.id)));
            each.collect::<Storage<Vec<_>>>()
        })?;
        let orphaned = |file: &FileId| self.only_who_lost_the_right_had(file);
        let waiting: Vec<_> = waiting
            .iter()
            .filter(|(lacking, _)| !lacking.iter().any(orphaned))
            .map(|(_, page)| page.to_string())
            .collect();
        ensure(waiting.is_empty(), "site waits", || {
            format!("publications wait for files that nobody brings: {waiting:?}")
        })
    }

    fn desk_is_at_rest(&self, desk: &Desk, province: &Province) -> Result<(), Broken> {
        let store = desk.store().ok_or("a computer does not run")?;
        let name = &desk.name;
        let waiting = store.waiting().map_err(|error| error.to_string())?;
        ensure(waiting == 0, "outbox", || {
            format!("{waiting} operations wait at the desk of {name}")
        })?;
        let role = self.centro.role(&desk.identity.device)?;
        let pages = match role.collections().is_empty() {
            true => &BTreeMap::new(),
            false => &province.pages,
        };
        let here: BTreeSet<_> = Desk::pages(&store)
            .map_err(|error| error.to_string())?
            .into_iter()
            .collect();
        let there: BTreeSet<_> = pages
            .iter()
            .filter(|(_, stand)| !stand.deleted)
            .map(|(id, _)| id.clone())
            .collect();
        ensure(here == there, "convergence", || {
            format!("{name} sees {here:?}, the hub has {there:?}")
        })?;
        for id in here {
            if let Some(stand) = pages.get(&id) {
                page_is_alike(name, &store, &id, stand)?;
            }
        }
        self.files_are_here(name, &store)
    }

    fn files_are_here(&self, name: &str, store: &Store) -> Result<(), Broken> {
        let up = store.files_to_upload().map_err(|error| error.to_string())?;
        let mut down = store
            .files_to_download()
            .map_err(|error| error.to_string())?;
        if !down.is_empty() {
            let comune = self.centro.comune()?;
            let orphaned = comune.reading(|tx| {
                let mut orphaned = BTreeSet::new();
                for file in &down {
                    let there = tx.file(&file.id)?.is_some_and(|file| file.complete);
                    if !there && self.only_who_lost_the_right_had(&file.id) {
                        orphaned.insert(file.id.clone());
                    }
                }
                Ok(orphaned)
            })?;
            down.retain(|file| !orphaned.contains(&file.id));
        }
        ensure(up.is_empty() && down.is_empty(), "files", || {
            format!("at the desk of {name} {up:?} wait to go up, {down:?} to come down")
        })
    }

    /// Somebody named a file on a page, and lost the right to the pages before the whole of it was up: nobody can
    /// bring it but who attaches it anew.
    fn only_who_lost_the_right_had(&self, file: &FileId) -> bool {
        let pageless = |desk: &Desk| {
            let role = self.centro.role(&desk.identity.device);
            role.is_ok_and(|role| role.collections().is_empty())
        };
        let has = |desk: &Desk| {
            let state = desk.store().map(|store| store.file_state(file));
            state.is_some_and(|state| state.is_ok_and(|it| it.size > 0 && it.have == it.size))
        };
        self.desks.iter().any(|desk| pageless(desk))
            && !self.desks.iter().any(|desk| !pageless(desk) && has(desk))
    }

    /// What a person wrote is on a page, in the history of one, or in "Da risolvere".
    fn every_word_is_somewhere(&self, province: &Province) -> Result<(), Broken> {
        let mut found = BTreeSet::new();
        for stand in province.pages.values() {
            found.extend(words(&stand.text));
            found.extend(words(&stand.page.to_string()));
        }
        for desk in self.desks {
            found.extend(words(&desk.disk.dump(&["conflict", "history"])?));
        }
        let owed = self.ledger.owed();
        let mut lost = owed.iter().filter(|(word, _)| !found.contains(word));
        let Some((word, by)) = lost.next() else {
            return Ok(());
        };
        if self.in_an_older_text(*word, province)? {
            return Ok(());
        }
        Err(Broken::new(
            "words",
            format!("word {word}, which {by} wrote, is nowhere"),
        ))
    }

    /// The slow way: every version of every text that anybody can still open.
    fn in_an_older_text(&self, word: u32, province: &Province) -> Outcome<bool> {
        for desk in self.desks {
            let Some(store) = desk.store() else { continue };
            for page in province.pages.keys() {
                for row in store.history(page)? {
                    let version = store.version(page, row.id);
                    if version.is_ok_and(|it| words(&it.text.plain()).contains(&word)) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Every call that was ever made is made again: nothing may change. (Those from before a restore are of another
    /// epoch.)
    ///
    /// # Errors
    /// What changed.
    pub async fn replay(&self) -> Result<(), Broken> {
        let before = self.centro.log.dump(&TABLES)?;
        for request in self.ledger.calls() {
            // What it is answered is not looked at: many are of another time.
            let _ = call(self.centro, request).await;
        }
        let after = self.centro.log.dump(&TABLES)?;
        ensure(before == after, "replay", || {
            let rows: BTreeSet<_> = before.lines().collect();
            let new = after.lines().filter(|row| !rows.contains(row)).take(3);
            let new: Vec<_> = new.collect();
            format!("old calls changed the hub: {}", new.join(" | "))
        })
    }
}

type Folded = (BTreeMap<PageId, Entity>, BTreeMap<PageId, TextDoc>);

fn fold(log: &[Logged]) -> Folded {
    let mut entities = BTreeMap::new();
    let mut docs: BTreeMap<PageId, TextDoc> = BTreeMap::new();
    for entry in log {
        let Some(body) = &entry.body else { continue };
        let id = PageId::new(&body.entity);
        let before = entities.remove(&id);
        let ctx = body.ctx(entry.seq);
        let after = domain::apply(before, &body.entity, &body.change, &ctx, &entry.decided);
        entities.insert(id.clone(), after);
        let Change::Sito(change) = &body.change;
        if let PageChange::Text { update } = change
            && let Ok(update) = text::decode(update)
        {
            // What cannot be read is left out, as everywhere.
            let _ = docs.entry(id).or_default().import(&update);
        }
    }
    (entities, docs)
}

fn change_of_any(entry: &Logged) -> Option<(PageId, &PageChange)> {
    let body = entry.body.as_ref()?;
    let Change::Sito(change) = &body.change;
    Some((PageId::new(&body.entity), change))
}

fn change_of<'a>(entry: &'a Logged, id: &PageId) -> Option<&'a PageChange> {
    let (page, change) = change_of_any(entry)?;
    (page == *id).then_some(change)
}

fn page_is_alike(name: &str, store: &Store, id: &PageId, stand: &Stand) -> Result<(), Broken> {
    let view = store.page(id).map_err(|error| error.to_string())?;
    let view = view.ok_or("a page that was listed is not there")?;
    let page = serde_json::to_value(&view.page)?;
    ensure(page == stand.page, "convergence", || {
        format!("{name} has page {id} as {page}, the hub as {}", stand.page)
    })?;
    let text = view.text.text.plain();
    let alike = text == stand.text && view.text.version == stand.version;
    ensure(alike, "same bytes", || {
        format!(
            "{name} reads {text:?} on page {id}, the hub {:?}",
            stand.text
        )
    })
}

fn ensure(holds: bool, law: &'static str, why: impl FnOnce() -> String) -> Result<(), Broken> {
    match holds {
        true => Ok(()),
        false => Err(Broken::new(law, why())),
    }
}
