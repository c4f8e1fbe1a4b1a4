//! The hub itself: its databases, its clock, its publisher.

use crate::bundle::Spool;
use crate::config::Config;
use crate::error::Failure;
use crate::files::{Chunks, Pieces};
use crate::firma::Firma;
use crate::limit::Limiter;
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::publish::Publisher;
use crate::random;
use crate::seen::Seen;
use crate::storage::{LogStore, Registry, Result, StorageError};
use domain::{ComuneId, UnixMs};
use std::sync::Arc;

/// A hub. Cloning it gives another handle to the same one. Its functions block.
#[derive(Clone)]
pub struct Hub(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) registry: Box<dyn Registry>,
    pub(crate) chunks: Chunks,
    pub(crate) pieces: Pieces,
    pub(crate) metrics: Metrics,
    pub(crate) publisher: Publisher,
    pub(crate) enrol_limit: Limiter,
    pub(crate) login_limit: Limiter,
    pub(crate) everywhere_limit: Limiter,
    pub(crate) device_limit: Limiter,
    pub(crate) seen: Seen,
    /// Changes when the hub is restored.
    pub(crate) epoch: u64,
    /// Salt of the one-time codes.
    pub(crate) salt: Vec<u8>,
    /// The secret of the hub's keys for bundles.
    pub(crate) seed: ::bundle::Seed,
    pub(crate) spool: Spool,
    pub(crate) firma: Firma,
    logs: Logs,
}

/// Names of the settings.
pub(crate) const EPOCH: &str = "epoch";
const SALT: &str = "salt";
const SEED: &str = "seed";

impl Hub {
    /// Opens a hub, or makes one where the folder is empty.
    ///
    /// # Errors
    /// Where the folder cannot be written, or a database was written by a later hub.
    pub fn open(config: Config) -> Result<Self> {
        std::fs::create_dir_all(config.data.join("comuni"))?;
        keep_private(&config.data)?;
        let registry = config.databases.registry(&config.data.join("centro.db"))?;
        let fresh = fresh_epoch()?;
        let epoch = registry.setting(EPOCH, &|| fresh.to_vec())?;
        let fresh = random::bytes::<16>().map_err(no_random)?;
        let salt = registry.setting(SALT, &|| fresh.to_vec())?;
        let fresh = random::bytes::<32>().map_err(no_random)?;
        let seed = registry.setting(SEED, &|| fresh.to_vec())?;
        let seed = ::bundle::Seed::from_bytes(&seed)
            .map_err(|error| StorageError::Disk(std::io::Error::other(error)))?;
        let limits = config.limits;
        let hub = Self(Arc::new(Inner {
            chunks: Chunks::open(&config.data.join("chunks"), config.write)?,
            pieces: Pieces::open(&config.data.join("pieces"))?,
            registry,
            metrics: Metrics::default(),
            publisher: Publisher::new(&config.data)?,
            enrol_limit: Limiter::new(limits.enrol),
            login_limit: Limiter::new(limits.login),
            everywhere_limit: Limiter::new(limits.everywhere),
            device_limit: Limiter::new(limits.device),
            seen: Seen::default(),
            epoch: read_epoch(&epoch),
            salt,
            seed,
            spool: Spool::open(&config.data.join("bundles"))?,
            firma: Firma::default(),
            logs: Logs::new(config.open_databases),
            config,
        }));
        hub.open_all()?;
        Ok(hub)
    }

    /// Opens every database that is there, so that one from a later hub is found at the start.
    fn open_all(&self) -> Result<()> {
        for comune in self.0.registry.comuni()? {
            if self.path_of(&comune.id).exists() {
                self.comune(&comune.id)?;
            }
        }
        Ok(())
    }

    /// What the hub was set up with.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// What the hub counted since its start.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The control database.
    pub fn registry(&self) -> &dyn Registry {
        &*self.0.registry
    }

    /// The hub's time.
    pub fn now(&self) -> UnixMs {
        (self.0.config.clock)()
    }

    /// Changes when the hub is restored from a backup.
    pub fn epoch(&self) -> u64 {
        self.0.epoch
    }

    pub(crate) fn path_of(&self, comune: &ComuneId) -> std::path::PathBuf {
        self.0.config.data.join(format!("comuni/{comune}.db"))
    }

    /// The log of a comune; made when first asked for. The comune must be in the registry.
    ///
    /// # Errors
    /// Where the database cannot be opened.
    pub fn comune(&self, id: &ComuneId) -> Result<Arc<dyn LogStore>> {
        self.0.logs.get(id, || {
            let config = &self.0.config;
            config.databases.log(&self.path_of(id), config.max_pages)
        })
    }

    /// The comuni whose databases are there.
    pub(crate) fn opened(&self) -> Vec<(ComuneId, Arc<dyn LogStore>)> {
        self.0.logs.all()
    }

    /// Runs blocking work off the threads that serve the network.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> std::result::Result<T, Failure> + Send + 'static,
    ) -> std::result::Result<T, Failure> {
        let hub = self.clone();
        let done = self.0.config.work.run(move || work(&hub)).await;
        done.unwrap_or_else(|error| {
            tracing::error!(%error, "a call panicked");
            Err(StorageError::NothingDone.into())
        })
    }
}

/// What the hub keeps is for its own account alone; the public reads it through the hub.
fn keep_private(data: &std::path::Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700))?;
    }
    #[cfg(not(unix))]
    let _ = data;
    Ok(())
}

/// A new epoch: below 2^53, so that every reader of JSON keeps it whole; never 0.
pub(crate) fn fresh_epoch() -> Result<[u8; 8]> {
    let random = world::chance::number().map_err(|error| no_random(random::none(error)))?;
    let epoch = (random >> 11).max(1);
    Ok(epoch.to_le_bytes())
}

fn read_epoch(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(1, |bytes| u64::from_le_bytes(*bytes))
}

fn no_random(failure: Failure) -> StorageError {
    StorageError::Disk(std::io::Error::other(failure))
}
