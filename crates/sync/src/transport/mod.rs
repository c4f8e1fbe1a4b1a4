//! How bytes reach the hub: behind a trait, so that tests can lose, repeat and tear them.

mod http;
mod tls;
mod url;

pub use http::HttpTransport;
pub use tls::Trust;
pub use url::{UrlError, normalise};

use crate::CallError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A future that can be sent between threads.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

impl Method {
    /// As it is signed and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A call as bytes.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path, beginning with a slash.
    pub path: &'static str,
    /// Value of the header `authorization`.
    pub authorization: Option<String>,
    /// The body is compressed: header `content-encoding: zstd`.
    pub zstd: bool,
    /// The body as sent.
    pub body: Vec<u8>,
    /// Asked before each piece of the body, where it is long.
    pub feed: Option<Arc<dyn Feed>>,
    /// It is a part of something large, which uses connections of its own.
    pub large: bool,
    /// How long to wait.
    pub patience: Patience,
    /// The largest body of the answer that is read, in bytes.
    pub limit: usize,
}

/// A long body is sent in pieces of this many bytes, where its feed has no mind of its own.
pub const PIECE: usize = 16 * 1024;

/// Lets a long body through piece by piece.
pub trait Feed: std::fmt::Debug + Send + Sync + 'static {
    /// So many bytes of the body were given to the network; the next piece goes when this is over. What is urgent
    /// may go meanwhile, over another connection.
    fn next(&self, given: usize) -> Pending<'_, ()>;

    /// Bytes of a piece.
    fn piece(&self) -> usize {
        PIECE
    }
}

/// How long a call may stay without a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From the start of the call, with its connection, to the first byte of the answer; of a body that is fed, from
    /// one piece to the next.
    pub first: Duration,
    /// From one byte of the answer to the next.
    pub next: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(20),
            next: Duration::from_secs(6),
        }
    }
}

/// An answer as bytes.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body is compressed.
    pub zstd: bool,
    /// The header `retry-after`, where it is in seconds.
    pub retry_after: Option<Duration>,
    /// The body as received.
    pub body: Vec<u8>,
    /// Why the body is not whole, where it is not.
    pub cut: Option<CallError>,
}

/// A way to the hub.
pub trait Transport: Send + Sync + 'static {
    /// Carries one call. Dropping the future gives the call up at once; whether the hub received it
    /// is then unknown, which never matters: calls are exactly-once by what they carry.
    fn send(&self, request: Request) -> Pending<'_, Result<Response, CallError>>;
}
