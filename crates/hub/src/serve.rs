//! The hub on the network.

use crate::backup::{self, BackupError};
use crate::storage::StorageError;
use crate::{Config, Hub};
use std::fs::File;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a stop waits for calls that are under way.
const PATIENCE: Duration = Duration::from_secs(30);

/// A hub that is serving. Dropping it stops the hub without waiting; [`Running::shutdown`] waits.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The hub, for what is easier without the network.
    pub hub: Hub,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
    publisher: JoinHandle<()>,
    collector: JoinHandle<()>,
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
            Ok(served) => served.map_err(std::io::Error::other)?,
            Err(_) => {
                stop.abort();
                Ok(())
            }
        };
        self.publisher.abort();
        self.collector.abort();
        // What could not be rendered is rendered at the next start.
        let _ = self.hub.blocking(Hub::publish_now).await;
        served
    }
}

/// Opens a hub and serves it. An empty `origin` becomes the address it listens on.
///
/// # Errors
/// Where the data cannot be opened, another hub runs on it, or the address is taken.
pub async fn serve(mut config: Config) -> Result<Running, BackupError> {
    std::fs::create_dir_all(&config.data)?;
    let lock = backup::lock(&config.data)?;
    let listener = TcpListener::bind(config.listen).await?;
    let addr = listener.local_addr()?;
    if config.origin.is_empty() {
        config.origin = format!("http://{addr}");
    }
    let hub = open(config).await?;
    let (stop, stopped) = oneshot::channel();
    let app = hub
        .router()
        .into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async {
        // A dropped handle stops the hub as well.
        let _ = stopped.await;
    });
    if let Err(error) = hub.blocking(Hub::find_unpublished).await {
        tracing::error!(%error, "the sites could not be looked at");
    }
    Ok(Running {
        addr,
        publisher: tokio::spawn(hub.clone().publish_forever()),
        collector: tokio::spawn(hub.clone().collect_forever()),
        hub,
        stop,
        server: tokio::spawn(server.into_future()),
        _lock: lock,
    })
}

async fn open(config: Config) -> Result<Hub, StorageError> {
    let opened = tokio::task::spawn_blocking(move || Hub::open(config)).await;
    opened.unwrap_or(Err(StorageError::NothingDone))
}
