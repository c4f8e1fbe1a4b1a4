//! Who keeps the key of the workspace: the system's keyring, or a passphrase.

use crate::app::AppConfig;
use crate::{Result, failure};
use api::{Code, Failure};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::vault::{self, VaultFile};
use store::{Key, StoreError};

const SERVICE: &str = "Comuni in Rete";

/// What the keyring says.
pub enum Keyring {
    /// The key of this workspace.
    Key(Key),
    /// It works, and has no key of this workspace.
    Empty,
    /// There is none, it is locked, or it does not answer.
    Absent,
}

/// Keeps the key of one workspace.
pub struct Keeper {
    /// The keyring's entry is named after the folder, so that two workspaces on one PC have two keys.
    name: String,
    vault: PathBuf,
    patience: Duration,
    keyring: bool,
}

impl Keeper {
    pub fn new(config: &AppConfig) -> Self {
        Self {
            name: config.data.to_string_lossy().into_owned(),
            vault: config.data.join("vault.json"),
            patience: config.keyring_patience,
            keyring: config.keyring,
        }
    }

    /// A passphrase seals this workspace.
    pub fn is_sealed(&self) -> bool {
        self.vault.exists()
    }

    /// Asks the keyring. A locked one can hang whoever asks, so it is given only so long.
    pub async fn ask(&self) -> Keyring {
        let name = self.name.clone();
        let asked = self.within(move || match entry(&name)?.get_secret() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        match asked.await {
            Some(Some(bytes)) => Key::from_bytes(&bytes).map_or(Keyring::Absent, Keyring::Key),
            Some(None) => Keyring::Empty,
            None => Keyring::Absent,
        }
    }

    /// Gives the keyring a new key and reads it back; `false` where it cannot keep one.
    pub async fn keep(&self, key: &Key) -> bool {
        let (name, bytes) = (self.name.clone(), *key.as_bytes());
        let kept = self.within(move || {
            let entry = entry(&name)?;
            entry.set_secret(&bytes)?;
            Ok(entry.get_secret()? == bytes)
        });
        kept.await.unwrap_or(false)
    }

    async fn within<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> keyring::Result<T> + Send + 'static,
    ) -> Option<T> {
        if !self.keyring {
            return None;
        }
        let task = tokio::task::spawn_blocking(work);
        match tokio::time::timeout(self.patience, task).await {
            Ok(Ok(Ok(value))) => Some(value),
            Ok(Ok(Err(error))) => {
                tracing::info!(error = %error, "The keyring cannot be used.");
                None
            }
            Ok(Err(_)) | Err(_) => {
                tracing::warn!("The keyring does not answer.");
                None
            }
        }
    }

    /// Seals a new key with a passphrase.
    pub fn seal(&self, key: &Key, passphrase: &str) -> Result<()> {
        let file = vault::seal(key, passphrase).map_err(failure::of_store)?;
        let text = serde_json::to_vec_pretty(&file)
            .map_err(|error| failure::unexpected("the vault cannot be written", &error))?;
        write_whole(&self.vault, &text).map_err(|error| failure::of_store(error.into()))
    }

    /// Unseals the key.
    pub fn unseal(&self, passphrase: &str) -> Result<Key> {
        let text = std::fs::read(&self.vault).map_err(|error| failure::of_store(error.into()))?;
        let file: VaultFile =
            serde_json::from_slice(&text).map_err(|_| Failure::new(Code::Damaged))?;
        match vault::open(&file, passphrase) {
            Ok(key) => Ok(key),
            Err(StoreError::WrongKey) => Err(Failure::new(Code::WrongPassphrase)),
            Err(_) => Err(Failure::new(Code::Damaged)),
        }
    }
}

fn entry(name: &str) -> keyring::Result<keyring::Entry> {
    keyring::Entry::new(SERVICE, name)
}

/// All of it or nothing: a vault half written would lock the workspace for ever.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let draft = path.with_extension("new");
    let mut file = std::fs::File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(draft, path)
}
