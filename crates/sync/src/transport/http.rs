//! HTTP/1.1 over TCP or TLS, a few connections kept alive.

use super::tls::{self, Trust};
use super::{Method, Patience, Pending, Request, Response, Transport};
use crate::CallError;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::timeout;

/// A connection that was idle this long is not trusted any more: routers forget it silently, and the
/// first call would stall on it.
const IDLE: Duration = Duration::from_secs(50);
/// To connect. On a line that is down, the kernel asks after 0, 1 and 3 seconds; a new try begins that anew, so
/// that a line that comes back is found within three seconds. Handshakes over 800 ms and loss take less.
const CONNECT: Duration = Duration::from_secs(5);
/// Idle connections kept: one for what is urgent beside those of a file on its way.
const KEPT: usize = 4;

/// The way to the hub over the network.
pub struct HttpTransport {
    base: String,
    /// Outlives the connections: its tickets make the next one short.
    tls: ClientConfig,
    client: Mutex<reqwest::Client>,
}

impl HttpTransport {
    /// For the hub at this base address, as [`super::normalise`] gives it (no slash at its end).
    ///
    /// # Errors
    /// [`CallError::Local`] where TLS cannot be set up on this computer.
    pub fn new(base: &str) -> Result<Self, CallError> {
        Self::trusting(base, &Trust::default())
    }

    /// The same, taking the word of more authorities than the system's.
    ///
    /// # Errors
    /// [`CallError::Local`] where TLS cannot be set up on this computer.
    pub fn trusting(base: &str, trust: &Trust) -> Result<Self, CallError> {
        let base = base.trim_end_matches('/').to_owned();
        let tls = tls::config(&base, trust)?;
        Ok(Self {
            client: Mutex::new(client(&base, &tls)?),
            base,
            tls,
        })
    }

    fn client(&self) -> reqwest::Client {
        match self.client.lock() {
            Ok(client) => client.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    /// Forgets every connection: one that stalled must not serve the next call.
    fn renew(&self) {
        if let (Ok(mut held), Ok(new)) = (self.client.lock(), client(&self.base, &self.tls)) {
            *held = new;
        }
    }

    async fn call(&self, request: Request) -> Result<Response, CallError> {
        let Patience { first, next, .. } = request.patience;
        let limit = request.limit;
        let answer = in_time(first, self.builder(request).send()).await?;
        let mut response = head(&answer);
        response.cut = read(answer, next, limit, &mut response.body).await.err();
        Ok(response)
    }

    fn builder(&self, request: Request) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base, request.path);
        let mut builder = match request.method {
            Method::Get => self.client().get(url),
            Method::Post => self.client().post(url).body(request.body),
        };
        if let Some(authorization) = request.authorization {
            builder = builder.header(AUTHORIZATION, authorization);
        }
        if request.zstd {
            builder = builder.header(CONTENT_ENCODING, "zstd");
        }
        builder
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, CallError>> {
        Box::pin(async move {
            let result = self.call(request).await;
            let failed = match &result {
                Ok(response) => response.cut.as_ref(),
                Err(error) => Some(error),
            };
            if matches!(failed, Some(CallError::Stalled | CallError::Cut(_))) {
                self.renew();
            }
            result
        })
    }
}

fn client(base: &str, tls: &ClientConfig) -> Result<reqwest::Client, CallError> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .redirect(Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(KEPT)
        .tcp_keepalive(Duration::from_secs(25));
    // Plain HTTP is for a hub on this computer, which no proxy can reach.
    let builder = if base.starts_with("http://") {
        builder.no_proxy()
    } else {
        builder
    };
    // The kernel knows what was acknowledged; where it can be told, it ends a dead line by itself.
    #[cfg(target_os = "linux")]
    let builder = builder.tcp_user_timeout(Duration::from_secs(12));
    builder
        .build()
        .map_err(|error| CallError::Local(error.to_string()))
}

fn head(answer: &reqwest::Response) -> Response {
    Response {
        status: answer.status().as_u16(),
        zstd: header(answer.headers(), CONTENT_ENCODING.as_str()) == Some("zstd"),
        retry_after: header(answer.headers(), RETRY_AFTER.as_str())
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs),
        ..Response::default()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Reads a body; what arrived before a cut is in it.
async fn read(
    mut answer: reqwest::Response,
    patience: Duration,
    limit: usize,
    body: &mut Vec<u8>,
) -> Result<(), CallError> {
    while let Some(piece) = in_time(patience, answer.chunk()).await? {
        if body.len() + piece.len() > limit {
            return Err(CallError::NotAHub("the answer is too long".into()));
        }
        body.extend_from_slice(&piece);
    }
    Ok(())
}

async fn in_time<T>(
    patience: Duration,
    step: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, CallError> {
    match timeout(patience, step).await {
        Err(_) => Err(CallError::Stalled),
        Ok(Err(error)) if error.is_connect() => Err(not_connected(&error)),
        Ok(Err(error)) => Err(CallError::Cut(chain(&error))),
        Ok(Ok(value)) => Ok(value),
    }
}

fn not_connected(error: &reqwest::Error) -> CallError {
    match tls::distrust(error) {
        Some(why) => CallError::Untrusted(why),
        None => CallError::NoLine(chain(error)),
    }
}

/// The causes of an error, for logs; without the address, which may name a private host.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
