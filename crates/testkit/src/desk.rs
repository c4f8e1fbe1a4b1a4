//! A person at a computer: a workspace and its engine.

use crate::{Outcome, Person};
use domain::identity::Scope;
use domain::sito::{FieldChange, PageChange, PageKind, RichText};
use domain::{ComuneId, DeviceId, FileRef, PageId, UnixMs};
use hub::Hub;
use hub::storage::Device;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;
use store::{Filter, Identity, PageView, Secret, Store};
use sync::transport::{HttpTransport, Transport};
use sync::{CallError, Clock, DeviceKey, Engine, EngineConfig, EngineHandle, Pace};

/// A clock that starts right and stands still until it is moved.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<AtomicI64>);

impl Default for FakeClock {
    /// A minute ago: hubs clamp what claims to come from later.
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(sync::SystemClock.now() - 60_000)))
    }
}

impl FakeClock {
    /// Moves it.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(by, SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> UnixMs {
        self.0.load(SeqCst)
    }
}

/// The rhythm of tests: nothing happens by itself but retries, and those come at once.
pub fn brisk() -> Pace {
    let hour = Duration::from_secs(3600);
    Pace {
        coalesce: Duration::from_millis(5),
        poll: (hour, hour),
        retry: Duration::from_millis(10),
        retry_line: Duration::from_millis(40),
        retry_hub: Duration::from_millis(40),
        refused: hour,
        skip: Duration::from_millis(100),
    }
}

/// What a page looks like: its entity as JSON, and its text.
pub type Look = (serde_json::Value, RichText);

/// Somebody at a computer.
pub struct Desk {
    /// Who sits there.
    pub who: Person,
    /// The workspace.
    pub store: Store,
    /// Its identity.
    pub identity: Identity,
    /// The engine.
    pub engine: EngineHandle,
    /// The computer's clock; it moves a second with everything that is written.
    pub clock: FakeClock,
}

impl Desk {
    /// Somebody enrols at the hub behind this address and starts to work, with a workspace in memory.
    ///
    /// # Errors
    /// Those of the enrolment and of the workspace.
    pub async fn enrol(url: &str, code: &str, who: Person) -> Outcome<Self> {
        let transport = Arc::new(HttpTransport::new(url)?);
        Self::enrol_over(transport, url, code, who).await
    }

    /// The same over another way.
    ///
    /// # Errors
    /// Those of the enrolment and of the workspace.
    pub async fn enrol_over(
        transport: Arc<dyn Transport>,
        url: &str,
        code: &str,
        who: Person,
    ) -> Outcome<Self> {
        let identity = sync::enrol_over(transport.clone(), url, code, who.computer).await?;
        Self::sit(transport, identity, who)
    }

    /// The same without a code: the hub's registry is told. Quicker by a slow hash or two.
    ///
    /// # Errors
    /// Those of the registry and of the workspace.
    pub fn grant(
        hub: &Hub,
        transport: Arc<dyn Transport>,
        comune: &ComuneId,
        who: Person,
    ) -> Outcome<Self> {
        let key = DeviceKey::generate()?;
        let device = DeviceId::new(format!("{}-{comune}", who.name.replace(' ', "")));
        hub.registry().add_device(&Device {
            id: device.clone(),
            public_key: key.public_bytes(),
            name: who.computer.into(),
            person: who.name.into(),
            role: who.role,
            comune: comune.clone(),
            enrolled: 0,
            seen: None,
            expires: UnixMs::MAX,
            revoked: false,
        })?;
        let identity = Identity {
            device,
            secret: Secret(key.secret()),
            person: who.name.into(),
            role: who.role,
            comune: comune.clone(),
            comune_name: String::new(),
            hub: String::new(),
            site: String::new(),
            scopes: vec![Scope::sito(comune)],
            expires: UnixMs::MAX,
            keys: Some(hub.keys()),
        };
        Self::sit(transport, identity, who)
    }

    fn sit(transport: Arc<dyn Transport>, identity: Identity, who: Person) -> Outcome<Self> {
        let store = Store::open_in_memory()?;
        store.set_identity(&identity)?;
        let clock = FakeClock::default();
        let mut config = EngineConfig::over(&identity, transport);
        config.pace = brisk();
        config.clock = Arc::new(clock.clone());
        let runtime = tokio::runtime::Handle::current();
        Ok(Self {
            who,
            engine: Engine::start(&runtime, store.clone(), config),
            store,
            identity,
            clock,
        })
    }

    fn now(&self) -> UnixMs {
        self.clock.advance(Duration::from_secs(1));
        self.clock.now()
    }

    /// Carries everything, or says why not.
    ///
    /// # Errors
    /// The call's.
    pub async fn carry(&self) -> Result<(), CallError> {
        self.engine.settled().await
    }

    /// Carries, however often the line fails.
    ///
    /// # Errors
    /// The last failure, after so many tries.
    pub async fn carry_in(&self, tries: usize) -> Result<(), CallError> {
        let mut last = Ok(());
        for _ in 0..tries {
            last = self.carry().await;
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// Writes a news item.
    ///
    /// # Errors
    /// The workspace's.
    pub fn write_news(&self, title: &str, text: &str) -> Outcome<PageId> {
        let page = self.store.create_page(PageKind::Notizia, self.now())?;
        self.retitle(&page, title)?;
        self.rewrite(&page, text)?;
        Ok(page)
    }

    /// Gives a page another title.
    ///
    /// # Errors
    /// The workspace's.
    pub fn retitle(&self, page: &PageId, title: &str) -> Outcome<()> {
        let change = FieldChange::Title(title.into());
        self.change(page, PageChange::Set { change, base: 0 })
    }

    /// Does a change.
    ///
    /// # Errors
    /// The workspace's.
    pub fn change(&self, page: &PageId, change: PageChange) -> Outcome<()> {
        self.store.change(page, change, self.now())?;
        Ok(())
    }

    /// Gives a page another text, a paragraph per line.
    ///
    /// # Errors
    /// The workspace's.
    pub fn rewrite(&self, page: &PageId, text: &str) -> Outcome<()> {
        let base = self.view(page)?.text.version;
        let text = RichText::from_plain(text);
        self.store.edit_text(page, &base, &text, self.now())?;
        Ok(())
    }

    /// Offers a file under a page.
    ///
    /// # Errors
    /// The workspace's.
    pub fn attach(&self, page: &PageId, name: &str, bytes: &[u8]) -> Outcome<FileRef> {
        let file = self
            .store
            .add_file(&mut &bytes[..], name, "application/pdf")?;
        self.change(page, PageChange::Attach(file.clone()))?;
        Ok(file)
    }

    /// Opens a page.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn view(&self, page: &PageId) -> Outcome<PageView> {
        Ok(self.store.page(page)?.ok_or("no such page")?)
    }

    /// A page's title.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn title(&self, page: &PageId) -> Outcome<String> {
        Ok(self.view(page)?.page.fields.title)
    }

    /// A page's text.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn text(&self, page: &PageId) -> Outcome<String> {
        Ok(self.view(page)?.text.text.plain())
    }

    /// Every page as it looks here.
    ///
    /// # Errors
    /// The workspace's.
    pub fn look(&self) -> Outcome<BTreeMap<PageId, Look>> {
        let list = |offset| self.store.list_pages(&Filter::default(), offset, 200);
        let mut rows = list(0)?.rows;
        // It gives only so many rows at a time.
        while rows.len() < usize::try_from(list(0)?.total)? {
            rows.extend(list(u32::try_from(rows.len())?)?.rows);
        }
        let look = |id: PageId| {
            let view = self.view(&id)?;
            let entity = serde_json::to_value(&view.page)?;
            Ok((id, (entity, view.text.text)))
        };
        rows.into_iter().map(|row| look(row.id)).collect()
    }
}
