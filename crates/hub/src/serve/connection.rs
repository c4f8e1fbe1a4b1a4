//! Connections: taken one by one, bounded in number and in patience.

use super::ServeError;
use super::tls::{self, Certificate};
use crate::Hub;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// How long a connection may be idle, and how long the head of a call may take to arrive. Longer than the
/// 50 seconds after which a device itself no longer trusts an idle connection.
const IDLE: Duration = Duration::from_secs(75);
/// How long a TLS handshake may take: three round trips with losses.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// The pause after the system had no more handles.
const BREATH: Duration = Duration::from_millis(100);

/// Where connections come in.
pub(super) struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    desk: Desk,
}

/// What every connection needs.
#[derive(Clone)]
struct Desk {
    router: Router,
    tls: Option<TlsAcceptor>,
    http: http1::Builder,
}

impl Door {
    pub(super) fn new(
        listener: TcpListener,
        hub: &Hub,
        certificate: Option<&Certificate>,
    ) -> Result<Self, ServeError> {
        Ok(Self {
            listener,
            places: Arc::new(Semaphore::new(hub.config().max_connections)),
            desk: Desk {
                router: hub.router(),
                tls: certificate.map(tls::acceptor).transpose()?,
                http: http(),
            },
        })
    }

    /// Takes connections until it is told to stop, or who could tell is gone; then waits for the calls
    /// that are under way.
    pub(super) async fn serve(self, stopped: oneshot::Receiver<()>) {
        let open = GracefulShutdown::new();
        tokio::select! {
            () = self.take_all(&open) => {}
            _ = stopped => {}
        }
        drop(self.listener);
        open.shutdown().await;
    }

    async fn take_all(&self, open: &GracefulShutdown) {
        // Where all places are taken, who comes waits in the kernel's queue.
        while let Ok(place) = self.places.clone().acquire_owned().await {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    let held = Held {
                        _place: place,
                        peer,
                    };
                    tokio::spawn(self.desk.clone().look_after(stream, held, open.watcher()));
                }
                // Whoever gave up while waiting is no trouble; a system without handles needs a pause.
                Err(error) => {
                    tracing::debug!(%error, "a connection was not taken");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }
}

/// A connection's place, given back when it ends, and who is at its other end.
struct Held {
    _place: OwnedSemaphorePermit,
    peer: SocketAddr,
}

impl Desk {
    async fn look_after(self, stream: TcpStream, held: Held, watcher: Watcher) {
        // Answers are written whole: waiting for more would cost a round trip.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else {
            return self.talk(stream, &held, watcher).await;
        };
        match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.talk(stream, &held, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
            Err(_) => tracing::debug!("a handshake took too long"),
        }
    }

    async fn talk(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        held: &Held,
        watcher: Watcher,
    ) {
        let (router, peer) = (self.router, held.peer);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        // Lines are cut every minute here; that is no news.
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended");
        }
    }
}

/// `date` is left out here and put on what browsers read: a device's answer has no byte to spare.
fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .auto_date_header(false)
        .max_buf_size(64 * 1024);
    http
}
