//! The hub: the real one, on disks in memory, with a watch at every commit.

use crate::Outcome;
use crate::clock::Clock;
use crate::disk::{Disk, held};
use crate::ledger::Ledger;
use crate::mutant::Mutant;
use crate::watch::Watch;
use axum::Router;
use domain::identity::Role;
use domain::{ComuneId, DeviceId, FileId, UnixMs};
use hub::storage::sqlite::{SqliteLog, SqliteRegistry};
use hub::storage::{
    Comune, Databases, Device, LogStore, PublicPage, Registry, SiteChange, StorageError, Tx,
};
use hub::{Config, Hub, Limits};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use world::Work;

/// Roccaverano, in the hills south of Asti.
pub const COMUNE: &str = "005094";

/// The tables of a comune that must not change when old calls come again.
pub const TABLES: [&str; 8] = [
    "log",
    "result",
    "entity",
    "slug",
    "text_snapshot",
    "text_update",
    "site_page",
    "site_wait",
];

/// The hub, running or not.
pub struct Centro {
    folder: TempDir,
    registry: Arc<Disk>,
    /// The comune's database.
    pub log: Arc<Disk>,
    /// Stops it.
    pub watch: Arc<Watch>,
    /// Its clock.
    pub clock: Arc<Clock>,
    ledger: Arc<Ledger>,
    mutant: Option<Mutant>,
    up: Mutex<Option<(Hub, Router)>>,
    backup: Mutex<Option<PathBuf>>,
}

impl Centro {
    /// A hub that knows one comune.
    ///
    /// # Errors
    /// The storage's.
    pub fn new(
        templates: &Templates,
        ledger: &Arc<Ledger>,
        mutant: Option<Mutant>,
    ) -> Outcome<Self> {
        let centro = Self {
            folder: folder()?,
            registry: Arc::new(templates.registry.copy()?),
            log: Arc::new(templates.log.copy()?),
            watch: Arc::default(),
            clock: Arc::default(),
            ledger: ledger.clone(),
            mutant,
            up: Mutex::default(),
            backup: Mutex::default(),
        };
        centro.start()?;
        Ok(centro)
    }

    fn config(&self) -> Config {
        let mut config = Config::new(self.folder.path());
        let clock = self.clock.clone();
        config.clock = Arc::new(move || clock.time());
        config.work = Work::Inline;
        config.write = |path, bytes| std::fs::write(path, bytes);
        config.limits = Limits {
            device: u32::MAX,
            ..Limits::default()
        };
        config.databases = Arc::new(Memory {
            registry: self.registry.clone(),
            log: self.log.clone(),
            watch: self.watch.clone(),
            ledger: self.ledger.clone(),
            mutant: self.mutant,
        });
        config
    }

    /// Starts it, where it does not run.
    ///
    /// # Errors
    /// The storage's.
    pub fn start(&self) -> Outcome {
        let mut up = held(&self.up);
        if self.watch.stopped() {
            *up = None;
        }
        if up.is_none() {
            self.watch.start();
            let hub = Hub::open(self.config())?;
            let router = hub.router();
            *up = Some((hub, router));
        }
        Ok(())
    }

    /// Its calls; `None` where it does not run.
    pub fn router(&self) -> Option<Router> {
        let up = held(&self.up);
        up.as_ref()
            .filter(|_| !self.watch.stopped())
            .map(|(_, router)| router.clone())
    }

    /// The hub; `None` where it does not run.
    pub fn hub(&self) -> Option<Hub> {
        held(&self.up).as_ref().map(|(hub, _)| hub.clone())
    }

    /// The comune's log.
    ///
    /// # Errors
    /// The storage's.
    pub fn comune(&self) -> Outcome<Arc<dyn LogStore>> {
        let hub = self.hub().ok_or("the hub does not run")?;
        Ok(hub.comune(&ComuneId::new(COMUNE))?)
    }

    /// Makes a backup in the shape of the hub's own. (`VACUUM INTO` would copy from memory to memory.)
    ///
    /// # Errors
    /// The disk's.
    pub fn back_up(&self) -> Outcome {
        let folder = self.folder.path().join("backup");
        std::fs::create_dir_all(folder.join("comuni"))?;
        self.log.save(&folder.join(format!("comuni/{COMUNE}.db")))?;
        self.registry.save(&folder.join("centro.db"))?;
        *held(&self.backup) = Some(folder);
        Ok(())
    }

    /// Restores the last backup, by the hub's own means. Gives whether there was one.
    ///
    /// # Errors
    /// The storage's.
    pub fn restore(&self) -> Outcome<bool> {
        let Some(backup) = held(&self.backup).clone() else {
            return Ok(false);
        };
        let before = self.hub().map(|hub| hub.epoch());
        *held(&self.up) = None;
        self.watch.stop();
        let data = self.folder.path();
        hub::restore(&backup, data)?;
        self.registry.load(&data.join("centro.db"))?;
        let log = data.join(format!("comuni/{COMUNE}.db"));
        if log.exists() {
            self.log.load(&log)?;
            std::fs::remove_file(log)?;
        }
        std::fs::remove_file(data.join("centro.db"))?;
        if let (Some(Mutant::SameEpoch), Some(epoch)) = (self.mutant, before) {
            SqliteRegistry::open(Path::new(&self.registry.address()))?
                .set_setting("epoch", &epoch.to_le_bytes())?;
        }
        self.start()?;
        Ok(true)
    }

    /// Gives a person another role.
    ///
    /// # Errors
    /// The database's.
    pub fn set_role(&self, device: &DeviceId, role: Role) -> Outcome {
        let role = serde_json::to_value(role)?;
        let role = role.as_str().unwrap_or_default().to_owned();
        self.registry.look(|conn| {
            conn.execute(
                "UPDATE device SET role = ?2 WHERE id = ?1",
                [device.as_str(), &role],
            )
        })?;
        Ok(())
    }

    /// The role that the hub knows a device by.
    ///
    /// # Errors
    /// Where it knows none.
    pub fn role(&self, device: &DeviceId) -> Outcome<Role> {
        let hub = self.hub().ok_or("the hub does not run")?;
        let device = hub.registry().device(device)?.ok_or("no such device")?;
        Ok(device.role)
    }

    /// Enrols a device.
    ///
    /// # Errors
    /// The registry's.
    pub fn enrol(&self, id: &DeviceId, public_key: [u8; 32], person: &str, role: Role) -> Outcome {
        let hub = self.hub().ok_or("the hub does not run")?;
        hub.registry().add_device(&Device {
            id: id.clone(),
            public_key,
            name: person.to_owned(),
            person: person.to_owned(),
            role,
            comune: ComuneId::new(COMUNE),
            enrolled: 0,
            seen: None,
            expires: UnixMs::MAX,
            revoked: false,
        })?;
        Ok(())
    }
}

/// For what the hub keeps in files: in memory where the system has such a place, for half of what a story asks of the
/// system is else to make and to remove folders on a disk.
fn folder() -> std::io::Result<TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

/// Databases that were migrated once, to be copied.
pub struct Templates {
    registry: Disk,
    log: Disk,
    /// A workspace.
    pub workspace: Disk,
}

impl Templates {
    /// Migrates them.
    ///
    /// # Errors
    /// The storage's.
    pub fn new() -> Outcome<Self> {
        let (registry, log, workspace) = (Disk::new()?, Disk::new()?, Disk::new()?);
        let centro = SqliteRegistry::open(Path::new(&registry.address()))?;
        centro.add_comuni(&[Comune {
            id: ComuneId::new(COMUNE),
            name: "Roccaverano".into(),
            slug: "roccaverano".into(),
        }])?;
        drop(SqliteLog::open(Path::new(&log.address()), None)?);
        let watch = Arc::<Watch>::default();
        drop(store::Store::open_watched(workspace.name(), watch)?);
        Ok(Self {
            registry,
            log,
            workspace,
        })
    }
}

/// Opens the disks in memory, whatever file is asked for.
struct Memory {
    registry: Arc<Disk>,
    log: Arc<Disk>,
    watch: Arc<Watch>,
    ledger: Arc<Ledger>,
    mutant: Option<Mutant>,
}

impl Databases for Memory {
    fn registry(&self, _: &Path) -> hub::storage::Result<Box<dyn Registry>> {
        let path = self.registry.address();
        Ok(Box::new(SqliteRegistry::open(Path::new(&path))?))
    }

    fn log(&self, _: &Path, max_pages: Option<u32>) -> hub::storage::Result<Arc<dyn LogStore>> {
        let path = self.log.address();
        Ok(Arc::new(Watched {
            log: SqliteLog::open(Path::new(&path), max_pages)?,
            disk: self.log.clone(),
            watch: self.watch.clone(),
            ledger: self.ledger.clone(),
            noted: AtomicI64::new(0),
            shown: AtomicU64::new(0),
            mutant: self.mutant,
        }))
    }
}

/// A log with a watch at its commits.
struct Watched {
    log: SqliteLog,
    disk: Arc<Disk>,
    watch: Arc<Watch>,
    ledger: Arc<Ledger>,
    noted: AtomicI64,
    /// How far the site was looked at.
    shown: AtomicU64,
    mutant: Option<Mutant>,
}

impl Watched {
    /// Remembers what the log holds from now on.
    fn note_accepted(&self) {
        let after = self.noted.load(Relaxed);
        let found = self.disk.look(|conn| {
            let mut query = conn.prepare_cached("SELECT seq, id FROM log WHERE seq > ?1")?;
            let rows = query.query_map([after], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<(i64, String)>>>()
        });
        let found = found.unwrap_or_default();
        let last = found.iter().map(|(seq, _)| *seq).max();
        self.noted.fetch_max(last.unwrap_or(0), Relaxed);
        self.ledger.accepted(found.into_iter().map(|(_, id)| id));
    }
}

impl Watched {
    /// At no moment the public sees a page without its files. (That it loses none later, the end shows.)
    fn look_at_the_site(&self) -> Done {
        self.log.read(&mut |tx| {
            let changes = tx.public_since(self.shown.load(Relaxed), usize::MAX >> 1)?;
            let last = changes.last().map(|change| change.rev);
            self.shown.fetch_max(last.unwrap_or(0), Relaxed);
            for (page, lacking) in with_lacking(tx, changes)? {
                if !lacking.is_empty() {
                    let how = format!("page {} was public without its files {lacking:?}", page.id);
                    self.ledger.wrong("site files", how);
                }
            }
            Ok(())
        })
    }
}

/// What the public sees, and of each page the files that are not there.
///
/// # Errors
/// The storage's.
pub fn shown(tx: &dyn Tx) -> hub::storage::Result<Vec<(PublicPage, Vec<FileId>)>> {
    with_lacking(tx, tx.public_since(0, usize::MAX >> 1)?)
}

fn with_lacking(
    tx: &dyn Tx,
    changes: Vec<SiteChange>,
) -> hub::storage::Result<Vec<(PublicPage, Vec<FileId>)>> {
    let mut shown = Vec::new();
    for page in changes.into_iter().filter_map(|change| change.public) {
        let lacking = lacking(tx, &page)?;
        shown.push((page, lacking));
    }
    Ok(shown)
}

/// The files of a publication that the hub does not have as a whole.
///
/// # Errors
/// The storage's.
pub fn lacking(tx: &dyn Tx, page: &PublicPage) -> hub::storage::Result<Vec<FileId>> {
    let fields = &page.publication.fields;
    let cover = fields.cover.as_ref().map(|cover| &cover.file);
    let files = fields.attachments.iter().chain(page.body.files());
    let mut lacking = Vec::new();
    for file in files.chain(cover) {
        if !tx.file(&file.id)?.is_some_and(|file| file.complete) {
            lacking.push(file.id.clone());
        }
    }
    Ok(lacking)
}

type Done = hub::storage::Result<()>;

impl LogStore for Watched {
    fn write(&self, work: &mut dyn FnMut(&dyn Tx) -> Done) -> Done {
        let stopped = |_| StorageError::NothingDone;
        self.log.write(&mut |tx| {
            work(tx)?;
            self.watch.before().map_err(stopped)
        })?;
        self.note_accepted();
        if let Some(mutant) = self.mutant {
            mutant.spoil_hub(&self.disk);
        }
        self.look_at_the_site()?;
        self.watch.after().map_err(stopped)
    }

    fn read(&self, work: &mut dyn FnMut(&dyn Tx) -> Done) -> Done {
        match self.watch.stopped() {
            true => Err(StorageError::NothingDone),
            false => self.log.read(work),
        }
    }

    /// A database in memory lives in its connection: it stays.
    fn close(&self) {}

    fn backup(&self, to: &Path) -> Done {
        self.log.backup(to)
    }
}
