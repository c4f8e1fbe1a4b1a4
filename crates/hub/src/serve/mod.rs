//! The hub on the network: HTTP/1.1, over TLS 1.3 where it has a certificate.

mod connection;
mod listener;
mod tls;

use crate::backup::{self, BackupError};
use crate::storage::StorageError;
use crate::{Config, Hub};
use connection::Door;
use std::fs::File;
use std::net::SocketAddr;
use std::time::Duration;
use tls::Certificate;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a stop waits for calls that are under way.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a hub does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another hub runs on the same data.
    #[error("a hub is running on this data: stop it first")]
    Running,
    /// The data cannot be opened.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The address is taken, or is none of this machine's.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The certificate or its key cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
}

impl From<std::io::Error> for ServeError {
    fn from(error: std::io::Error) -> Self {
        StorageError::from(error).into()
    }
}

impl From<BackupError> for ServeError {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Storage(error) => error.into(),
            BackupError::Running | BackupError::NoBackup(_) => Self::Running,
        }
    }
}

/// A hub that is serving. Dropping it stops the hub without waiting; [`Running::shutdown`] waits.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The same as a base address: `http://…`, or `https://…` where it has a certificate.
    pub url: String,
    /// The congestion control of its connections; empty where this system does not tell.
    pub congestion: String,
    /// The hub, for what is easier without the network.
    pub hub: Hub,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
    _lock: File,
}

impl Running {
    /// Answers the calls that are under way, takes no more, renders what was published.
    ///
    /// # Errors
    /// Where the server had failed.
    pub async fn shutdown(self) -> std::io::Result<()> {
        let _ = self.stop.send(());
        let stop = self.server.abort_handle();
        let served = match tokio::time::timeout(PATIENCE, self.server).await {
            Ok(served) => served.map_err(std::io::Error::other),
            Err(_) => {
                stop.abort();
                Ok(())
            }
        };
        for task in &self.others {
            task.abort();
        }
        let _ = self.hub.blocking(|hub| Ok(hub.write_seen()?)).await;
        // What could not be rendered is rendered at the next start.
        let _ = self.hub.blocking(Hub::publish_now).await;
        served
    }
}

/// Opens a hub and serves it. An empty `origin` becomes the address it listens on.
///
/// # Errors
/// [`ServeError`]; nothing is left running.
pub async fn serve(mut config: Config) -> Result<Running, ServeError> {
    std::fs::create_dir_all(&config.data)?;
    let lock = backup::lock(&config.data)?;
    let certificate = config.tls.as_ref().map(Certificate::open).transpose()?;
    let listener = listener::bind(config.listen, &config.congestion)
        .map_err(|error| ServeError::Listen(config.listen, error))?;
    let addr = listener.local_addr()?;
    let url = url(addr, certificate.is_some());
    if config.origin.is_empty() {
        config.origin.clone_from(&url);
    }
    let congestion = listener::congestion(&listener);
    tracing::info!(%url, congestion, "listening");
    let hub = open(config).await?;
    let (stop, stopped) = oneshot::channel();
    let door = Door::new(listener, &hub, certificate.as_ref())?;
    if let Err(error) = hub.blocking(Hub::find_unpublished).await {
        tracing::error!(%error, "the sites could not be looked at");
    }
    let mut others = vec![
        tokio::spawn(hub.clone().publish_forever()),
        tokio::spawn(hub.clone().collect_forever()),
        tokio::spawn(hub.clone().write_seen_forever()),
        tokio::spawn(hub.clone().fetch_lists_forever()),
    ];
    others.extend(certificate.map(|held| tokio::spawn(held.renew_forever())));
    Ok(Running {
        addr,
        url,
        congestion,
        hub,
        stop,
        server: tokio::spawn(door.serve(stopped)),
        others,
        _lock: lock,
    })
}

fn url(addr: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{addr}")
}

async fn open(config: Config) -> Result<Hub, StorageError> {
    let opened = tokio::task::spawn_blocking(move || Hub::open(config)).await;
    opened.unwrap_or(Err(StorageError::NothingDone))
}
