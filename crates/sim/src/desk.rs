//! Somebody at a computer: the real workspace and the real engine, on a disk in memory.

use crate::Outcome;
use crate::centro::{COMUNE, Centro, Templates};
use crate::clock::Clock;
use crate::disk::{Disk, held};
use crate::ledger::{Ledger, Seen, Waiting, word, words};
use crate::line::Line;
use crate::mutant::Mutant;
use crate::roll::Roll;
use crate::story::{Act, Fate, name};
use crate::watch::Watch;
use domain::identity::{Role, Scope};
use domain::sito::{Argomento, FieldChange, PageChange, PageKind, RichText, TextVersion};
use domain::{ComuneId, DeviceId, PageId};
use protocol::calls::HubKeys;
use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{AtCommit, Filter, Identity, Remedy, Secret, Store, StoreError};
use sync::{CallError, DeviceKey, Engine, EngineConfig, EngineHandle};
use world::Work;

/// A page as it stands in an editor.
struct Editor {
    page: PageId,
    version: TextVersion,
    text: String,
}

/// Somebody at a computer.
pub struct Desk {
    /// Its place among the desks.
    pub index: usize,
    /// Who sits there.
    pub name: String,
    /// As whom the hub knows it.
    pub identity: Identity,
    /// What survives a stop.
    pub disk: Arc<Disk>,
    /// Stops it.
    pub watch: Arc<Watch>,
    /// Its clock.
    pub clock: Arc<Clock>,
    ledger: Arc<Ledger>,
    roll: Mutex<Roll>,
    fates: Mutex<VecDeque<Fate>>,
    up: Mutex<Option<(Store, EngineHandle)>>,
    editor: Mutex<Option<Editor>>,
    old: AtomicBool,
}

/// What a desk is made of.
pub struct Place<'a> {
    /// The hub.
    pub centro: &'a Arc<Centro>,
    /// What is said and done.
    pub ledger: &'a Arc<Ledger>,
    /// The seed of the story.
    pub seed: u64,
}

impl Desk {
    /// A new device is enrolled and starts to work.
    ///
    /// # Errors
    /// The storage's.
    pub fn enrol(place: &Place<'_>, templates: &Templates, index: usize) -> Outcome<Arc<Self>> {
        let role = match index {
            1 => Role::Responsabile,
            3 => Role::Volontario,
            _ => Role::Impiegato,
        };
        let key = DeviceKey::from_secret(&[u8::try_from(index).unwrap_or(9) + 1; 32]);
        let comune = ComuneId::new(COMUNE);
        let identity = Identity {
            device: DeviceId::new(format!("d{index}")),
            secret: Secret(key.secret()),
            person: name(index),
            role,
            scopes: vec![Scope::sito(&comune)],
            comune,
            comune_name: "Roccaverano".into(),
            hub: String::new(),
            site: String::new(),
            expires: i64::MAX,
            // No stick is written here, and the real ones are not drawn from the seed.
            keys: Some(HubKeys {
                seal: String::new(),
                sign: String::new(),
            }),
        };
        let Identity { device, person, .. } = &identity;
        place
            .centro
            .enrol(device, key.public_bytes(), person, role)?;
        let desk = Self::at(place, index, identity, templates.workspace.copy()?);
        let store = Store::open_watched(desk.disk.name(), desk.witness())?;
        store.set_identity(&desk.identity)?;
        desk.goes_on(place, store);
        Ok(desk)
    }

    /// The same workspace at another computer.
    ///
    /// # Errors
    /// The storage's.
    pub fn twin(&self, place: &Place<'_>, index: usize) -> Outcome<Arc<Self>> {
        let twin = Self::at(place, index, self.identity.clone(), self.disk.copy()?);
        twin.clock.shift(self.clock.off());
        twin.start(place, None)?;
        Ok(twin)
    }

    fn at(place: &Place<'_>, index: usize, identity: Identity, disk: Disk) -> Arc<Self> {
        Arc::new(Self {
            index,
            name: name(index),
            identity,
            disk: Arc::new(disk),
            watch: Arc::default(),
            clock: Arc::new(place.centro.clock.copy()),
            ledger: place.ledger.clone(),
            roll: Mutex::new(Roll::new(place.seed ^ (index as u64 + 1))),
            fates: Mutex::default(),
            up: Mutex::default(),
            editor: Mutex::default(),
            old: AtomicBool::new(false),
        })
    }

    /// Starts it, where it does not run.
    ///
    /// # Errors
    /// The storage's.
    pub fn start(self: &Arc<Self>, place: &Place<'_>, mutant: Option<Mutant>) -> Outcome {
        if self.watch.stopped() {
            self.let_go();
        }
        if self.running() {
            return Ok(());
        }
        if let Some(mutant) = mutant
            && mutant.spoil_desk(&self.disk)
        {
            self.ledger.trace(format!("{} was spoilt", self.name));
        }
        self.watch.start();
        let store = Store::open_watched(self.disk.name(), self.witness())?;
        self.goes_on(place, store);
        Ok(())
    }

    fn goes_on(self: &Arc<Self>, place: &Place<'_>, store: Store) {
        let line = Line::new(self, place.centro, place.ledger);
        let mut config = EngineConfig::over(&self.identity, Arc::new(line));
        config.clock = self.clock.clone();
        config.work = Work::Inline;
        let runtime = tokio::runtime::Handle::current();
        let engine = Engine::start(&runtime, store.clone(), config);
        *held(&self.up) = Some((store, engine));
    }

    /// Who stands at its commits.
    pub fn witness(&self) -> Arc<Witness> {
        Arc::new(Witness {
            desk: self.index,
            disk: self.disk.clone(),
            watch: self.watch.clone(),
            ledger: self.ledger.clone(),
        })
    }

    fn running(&self) -> bool {
        held(&self.up).is_some()
    }

    /// The engine ends as soon as nobody holds it; the editor is gone with the screen.
    fn let_go(&self) {
        *held(&self.up) = None;
        *held(&self.editor) = None;
    }

    /// Its program is started anew, and takes the hub for an old one: it speaks the first form of the wire.
    pub fn grows_old(&self) {
        self.old.store(true, Relaxed);
        self.kill();
    }

    /// Whether it speaks the first form of the wire.
    pub fn is_old(&self) -> bool {
        self.old.load(Relaxed)
    }

    /// Stops it at once.
    pub fn kill(&self) {
        self.watch.stop();
        self.let_go();
    }

    /// The workspace, where the computer runs.
    pub fn store(&self) -> Option<Store> {
        let up = held(&self.up);
        up.as_ref()
            .filter(|_| !self.watch.stopped())
            .map(|(store, _)| store.clone())
    }

    fn engine(&self) -> Option<EngineHandle> {
        held(&self.up).as_ref().map(|(_, engine)| engine.clone())
    }

    /// Carries everything, or says why not.
    ///
    /// # Errors
    /// The call's.
    pub async fn carry(&self) -> Result<(), CallError> {
        match self.engine() {
            Some(engine) => engine.settled().await,
            None => Ok(()),
        }
    }

    /// What becomes of the next call.
    pub fn expect(&self, fate: Fate) {
        held(&self.fates).push_back(fate);
    }

    /// From now on every call arrives.
    pub fn heal(&self) {
        held(&self.fates).clear();
    }

    /// What becomes of this call.
    pub fn next_fate(&self) -> Option<Fate> {
        held(&self.fates).pop_front()
    }

    /// How long it is under way in one direction.
    pub fn latency(&self, fate: &Option<Fate>) -> Duration {
        let usual = 10 + held(&self.roll).below(400);
        let more = match fate {
            Some(Fate::Slow(ms)) => *ms,
            _ => 0,
        };
        Duration::from_millis(usual + more)
    }

    /// Does something, as far as it is possible; the engine is told.
    pub fn act(&self, act: &Act) {
        let Some(store) = self.store() else { return };
        let pen = Pen { desk: self, store };
        match pen.does(act) {
            Ok(()) => {
                if let Some(engine) = self.engine() {
                    engine.nudge();
                }
            }
            Err(error) => self.excuse(act, &error),
        }
    }

    /// Not every failure is one.
    fn excuse(&self, act: &Act, error: &StoreError) {
        let expected = matches!(
            error,
            StoreError::Refused(_) | StoreError::NotFound(_) | StoreError::Text(_)
        );
        if !expected && !self.watch.stopped() {
            let how = format!("{} {act}: the workspace failed: {error}", self.name);
            self.ledger.wrong("workspace", how);
        }
    }

    /// The pages that can be seen here, in the order of their identities.
    ///
    /// # Errors
    /// The workspace's.
    pub fn pages(store: &Store) -> store::Result<Vec<PageId>> {
        let list = store.list_pages(&Filter::default(), 0, 200)?;
        let mut pages: Vec<_> = list.rows.into_iter().map(|row| row.id).collect();
        pages.sort();
        Ok(pages)
    }
}

/// Stands at the commits of a desk: remembers what is kept from now on, and stops it there.
pub struct Witness {
    desk: usize,
    disk: Arc<Disk>,
    watch: Arc<Watch>,
    ledger: Arc<Ledger>,
}

impl Witness {
    /// Remembers what waits to be sent, and what a person must see.
    ///
    /// # Errors
    /// The disk's.
    pub fn note(&self) -> Outcome {
        let (outbox, rows) = self.disk.look(|conn| {
            let mut outbox = conn.prepare_cached(
                "SELECT pos, op, iif(json_extract(change, '$.set') IS NULL, NULL, entity || ' ' || slot)
                 FROM outbox",
            )?;
            let outbox = outbox.query_map([], |row| {
                Ok(Waiting {
                    place: row.get(0)?,
                    op: row.get(1)?,
                    field: row.get(2)?,
                })
            })?;
            let mut rows = conn.prepare_cached("SELECT id, op FROM conflict")?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok((
                outbox.collect::<rusqlite::Result<Vec<_>>>()?,
                rows.collect::<rusqlite::Result<Vec<_>>>()?,
            ))
        })?;
        self.ledger.queued(self.desk, outbox);
        self.ledger.rows(self.desk, &rows);
        Ok(())
    }
}

impl AtCommit for Witness {
    fn before(&self) -> store::Result<()> {
        AtCommit::before(&*self.watch)
    }

    fn after(&self) -> store::Result<()> {
        if let Err(error) = self.note() {
            self.ledger.wrong("storage", error.to_string());
        }
        AtCommit::after(&*self.watch)
    }
}

/// What a hand does in one act.
struct Pen<'a> {
    desk: &'a Desk,
    store: Store,
}

impl Pen<'_> {
    fn does(&self, act: &Act) -> store::Result<()> {
        if let Act::New(number) = act {
            return self.writes_new(*number);
        }
        if let Act::Resolve(row, way) = act {
            return self.settles(*row, *way);
        }
        let Some(page) = self.page_of(act)? else {
            return Ok(());
        };
        let before = self.seen(&page)?;
        let written = self.works(&page, act);
        // An act that failed may still have been kept, where the computer stopped right after it.
        let after = self.seen(&page).unwrap_or_default();
        // What is deleted can still be read, at the hub.
        if !matches!(act, Act::Delete(_)) {
            self.desk.ledger.gone(before.difference(&after));
        }
        written?;
        let new = after.difference(&before);
        self.desk.ledger.kept(new, &self.desk.name);
        Ok(())
    }

    fn page_of(&self, act: &Act) -> store::Result<Option<PageId>> {
        let place = match act {
            Act::New(_) | Act::Resolve(..) => return Ok(None),
            Act::Title(page, _)
            | Act::Summary(page, _)
            | Act::Insert(page, ..)
            | Act::Replace(page, ..)
            | Act::Drop(page, _)
            | Act::Open(page)
            | Act::Topic(page, _)
            | Act::Attach(page, _)
            | Act::Detach(page)
            | Act::Publish(page)
            | Act::Unpublish(page)
            | Act::Delete(page) => *page,
        };
        let pages = Desk::pages(&self.store)?;
        let place = place.checked_rem(pages.len());
        Ok(place.and_then(|place| pages.get(place).cloned()))
    }

    /// The words that can be read on a page here.
    fn seen(&self, page: &PageId) -> store::Result<Seen> {
        let Some(view) = self.store.page(page)? else {
            return Ok(Seen::new());
        };
        let fields = &view.page.fields;
        let parts = [
            ("title", words(&fields.title)),
            ("summary", words(&fields.summary)),
            ("text", words(&view.text.text.plain())),
        ];
        let each = |(part, words): (_, BTreeSet<u32>)| words.into_iter().map(move |it| (part, it));
        Ok(parts.into_iter().flat_map(each).collect())
    }

    fn now(&self) -> i64 {
        self.desk.clock.time()
    }

    fn change(&self, page: &PageId, change: PageChange) -> store::Result<()> {
        self.store.change(page, change, self.now()).map(drop)
    }

    fn set(&self, page: &PageId, change: FieldChange) -> store::Result<()> {
        self.change(page, PageChange::Set { change, base: 0 })
    }

    /// Three acts, each of which may be the last one before the computer stops.
    fn writes_new(&self, number: u32) -> store::Result<()> {
        let page = self.store.create_page(PageKind::Pagina, self.now())?;
        self.set(&page, FieldChange::Title(word(number)))?;
        self.keeps(&page)?;
        self.set(&page, FieldChange::Summary("In breve".into()))?;
        let text = RichText::from_plain(&format!("Primo {}\nSecondo", word(number)));
        self.store
            .edit_text(&page, &TextVersion::default(), &text, self.now())?;
        self.keeps(&page)
    }

    fn keeps(&self, page: &PageId) -> store::Result<()> {
        let seen = self.seen(page)?;
        self.desk.ledger.kept(&seen, &self.desk.name);
        Ok(())
    }

    fn works(&self, page: &PageId, act: &Act) -> store::Result<()> {
        match act {
            Act::New(_) | Act::Resolve(..) => Ok(()),
            Act::Title(_, number) => self.set(page, FieldChange::Title(word(*number))),
            Act::Summary(_, number) => self.set(page, FieldChange::Summary(word(*number))),
            Act::Insert(_, at, number) => self.edits(page, |lines| {
                lines.insert((*at).min(lines.len()), format!("Riga {}", word(*number)));
            }),
            Act::Replace(_, at, number) => self.edits(page, |lines| {
                let at = at.checked_rem(lines.len()).unwrap_or(0);
                match lines.get_mut(at) {
                    Some(line) => *line = format!("Nuova {} riga", word(*number)),
                    None => lines.push(word(*number)),
                }
            }),
            Act::Drop(_, at) => self.edits(page, |lines| {
                if let Some(at) = at.checked_rem(lines.len()) {
                    lines.remove(at);
                }
            }),
            Act::Open(_) => self.opens(page),
            Act::Topic(_, topic) => self.turns(page, *topic),
            Act::Attach(_, size) => self.attaches(page, *size),
            Act::Detach(_) => self.detaches(page),
            Act::Publish(_) => self.change(
                page,
                PageChange::Publish {
                    text: TextVersion::default(),
                    seen: 0,
                },
            ),
            Act::Unpublish(_) => self.change(page, PageChange::Unpublish),
            Act::Delete(_) => self.change(page, PageChange::Delete),
        }
    }

    fn opens(&self, page: &PageId) -> store::Result<()> {
        let view = self.store.page(page)?;
        *held(&self.desk.editor) = view.map(|view| Editor {
            page: page.clone(),
            version: view.text.version,
            text: view.text.text.plain(),
        });
        Ok(())
    }

    /// Edits what the editor shows, which may be older than what arrived meanwhile.
    fn edits(&self, page: &PageId, edit: impl FnOnce(&mut Vec<String>)) -> store::Result<()> {
        let open = held(&self.desk.editor)
            .take()
            .filter(|open| open.page == *page);
        let was_open = open.is_some();
        let (version, text) = match open {
            Some(open) => (open.version, open.text),
            None => match self.store.page(page)? {
                Some(view) => (view.text.version, view.text.text.plain()),
                None => return Ok(()),
            },
        };
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        edit(&mut lines);
        let to = RichText::from_plain(&lines.join("\n"));
        let state = self.store.edit_text(page, &version, &to, self.now())?;
        if was_open {
            *held(&self.desk.editor) = Some(Editor {
                page: page.clone(),
                version: state.version,
                text: state.text.plain(),
            });
        }
        Ok(())
    }

    fn turns(&self, page: &PageId, topic: usize) -> store::Result<()> {
        let (Some(topic), Some(view)) = (Argomento::all().nth(topic), self.store.page(page)?)
        else {
            return Ok(());
        };
        let there = view.page.fields.topics.contains(&topic);
        self.change(
            page,
            match there {
                true => PageChange::RemoveTopic(topic),
                false => PageChange::AddTopic(topic),
            },
        )
    }

    /// Few different files, so that people attach the same ones and files share chunks.
    fn attaches(&self, page: &PageId, size: u32) -> store::Result<()> {
        let mut roll = Roll::new(u64::from(size % 7));
        let size = usize::try_from(size).unwrap_or(0) * 1024;
        let bytes: Vec<u8> = (0..size / 8)
            .flat_map(|_| roll.number().to_le_bytes())
            .collect();
        let name = format!("allegato{size}.pdf");
        let file = self
            .store
            .add_file(&mut bytes.as_slice(), &name, "application/pdf")?;
        self.change(page, PageChange::Attach(file))
    }

    fn detaches(&self, page: &PageId) -> store::Result<()> {
        let view = self.store.page(page)?;
        let first = view.and_then(|view| view.page.fields.attachments.first().cloned());
        match first {
            Some(file) => self.change(page, PageChange::Detach(file.id)),
            None => Ok(()),
        }
    }

    fn settles(&self, row: usize, way: usize) -> store::Result<()> {
        let rows = self.store.conflicts()?;
        let Some(row) = row.checked_rem(rows.len()).and_then(|row| rows.get(row)) else {
            return Ok(());
        };
        let remedies = [
            Remedy::KeepTheirs,
            Remedy::UseMine,
            Remedy::Acknowledge,
            Remedy::PublishAgain,
        ];
        let remedy = remedies.get(way % 4).copied().unwrap_or(Remedy::UseMine);
        let before = self.seen(&row.page)?;
        let done = self.store.resolve(row.id, remedy, self.now());
        let after = self.seen(&row.page).unwrap_or_default();
        self.desk.ledger.gone(before.difference(&after));
        done
    }
}
