//! A province: a hub in this process, with all its comuni.

use crate::Person;
use domain::ComuneId;
use domain::identity::Collection;
use hub::storage::Window;
use hub::{Config, Hub, Limits, Running};
use protocol::Logged;
use std::error::Error;
use std::net::SocketAddr;
use tempfile::TempDir;

/// What can go wrong in a test, of whatever kind.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A hub that serves on loopback from a folder of its own.
pub struct Province {
    folder: TempDir,
    config: Config,
    running: Option<Running>,
}

impl Province {
    /// Opens a new province, all comuni in its registry, nothing in their logs.
    ///
    /// # Errors
    /// Where the hub does not start.
    pub async fn open() -> Outcome<Self> {
        Self::open_with(|_| {}).await
    }

    /// The same, set up otherwise.
    ///
    /// # Errors
    /// Where the hub does not start.
    pub async fn open_with(change: impl FnOnce(&mut Config)) -> Outcome<Self> {
        let folder = TempDir::new()?;
        let mut config = Config::new(folder.path());
        // Tests knock more often than people.
        config.limits = Limits {
            enrol: 1_000_000,
            login: 1_000_000,
            everywhere: 1_000_000,
            device: 1_000_000,
        };
        change(&mut config);
        let running = hub::serve(config.clone()).await?;
        running.hub.seed_province()?;
        config.listen = running.addr;
        Ok(Self {
            folder,
            config,
            running: Some(running),
        })
    }

    /// Stops the hub and starts it again, on the same data and the same port.
    ///
    /// # Errors
    /// Where it does not stop or start.
    pub async fn restart(&mut self) -> Outcome<()> {
        if let Some(running) = self.running.take() {
            running.shutdown().await?;
        }
        self.running = Some(hub::serve(self.config.clone()).await?);
        Ok(())
    }

    /// Where the hub keeps its data.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.config.listen
    }

    /// Where it listens, as the base address of a hub.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The hub itself.
    ///
    /// # Errors
    /// Where it did not start again.
    pub fn hub(&self) -> Outcome<&Hub> {
        let running = self.running.as_ref().ok_or("the hub is not running")?;
        Ok(&running.hub)
    }

    /// A one-time code for a person's new device.
    ///
    /// # Errors
    /// The hub's.
    pub fn code_for(&self, who: &Person) -> Outcome<String> {
        code_at(self.hub()?, who, &who.comune())
    }

    /// The whole log of a comune's site.
    ///
    /// # Errors
    /// The hub's.
    pub fn log(&self, comune: &ComuneId) -> Outcome<Vec<Logged>> {
        log_at(self.hub()?, comune)
    }
}

/// A one-time code for a person's new device, at any comune.
///
/// # Errors
/// The hub's.
pub fn code_at(hub: &Hub, who: &Person, comune: &ComuneId) -> Outcome<String> {
    let made = hub.create_code(comune, who.name, who.role);
    Ok(made.map_err(|failure| failure.to_string())?.code)
}

/// The whole log of a comune's site.
///
/// # Errors
/// The hub's.
pub fn log_at(hub: &Hub, comune: &ComuneId) -> Outcome<Vec<Logged>> {
    let window = Window {
        collection: Collection::Sito,
        after: 0,
        to: u64::MAX,
        entities: &[],
        budget: usize::MAX,
        stubs_for: None,
    };
    Ok(hub
        .comune(comune)?
        .reading(|tx| tx.stretch(window))?
        .entries)
}
