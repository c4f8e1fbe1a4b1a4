//! HTTP/1.1 over TCP or TLS, a few connections kept alive.

use super::tls::{self, Trust};
use super::{Feed, Method, Patience, Pending, Request, Response, Transport};
use crate::CallError;
use futures_util::stream;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// A connection that was idle this long is not trusted any more: routers forget it silently, and the
/// first call would stall on it.
const IDLE: Duration = Duration::from_secs(50);
/// To connect. On a line that is down, the kernel asks after 0, 1 and 3 seconds; a new try begins that anew, so
/// that a line that comes back is found within three seconds. Handshakes over 800 ms and loss take less.
const CONNECT: Duration = Duration::from_secs(5);
/// Idle connections kept, of each kind: three of a file on its way, and one that another takes the place of.
const KEPT: usize = 4;

/// The way to the hub over the network.
pub struct HttpTransport {
    base: String,
    /// Outlives the connections: its tickets make the next one short.
    tls: ClientConfig,
    pools: Mutex<Pools>,
}

/// Connections. Those of something large are its own: the kernel has learnt on them that a part of the line is theirs,
/// which would be all that something urgent gets; and each is at hand, without a handshake over a line that is full.
#[derive(Clone)]
struct Pools {
    urgent: reqwest::Client,
    large: reqwest::Client,
}

impl Pools {
    fn new(base: &str, tls: &ClientConfig) -> Result<Self, CallError> {
        Ok(Self {
            urgent: client(base, tls)?,
            large: client(base, tls)?,
        })
    }
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
            pools: Mutex::new(Pools::new(&base, &tls)?),
            base,
            tls,
        })
    }

    fn client(&self, large: bool) -> reqwest::Client {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        match large {
            true => pools.large.clone(),
            false => pools.urgent.clone(),
        }
    }

    /// Forgets every connection: one that stalled must not serve the next call.
    fn renew(&self) {
        if let (Ok(mut held), Ok(new)) = (self.pools.lock(), Pools::new(&self.base, &self.tls)) {
            *held = new;
        }
    }

    async fn call(&self, request: Request) -> Result<Response, CallError> {
        let Patience { first, next, .. } = request.patience;
        let limit = request.limit;
        let pulse = Arc::<Pulse>::default();
        let sending = self.builder(request, &pulse).send();
        let answer = while_moving(first, &pulse, sending).await?;
        let mut response = head(&answer);
        response.cut = read(answer, next, limit, &mut response.body).await.err();
        Ok(response)
    }

    fn builder(&self, request: Request, pulse: &Arc<Pulse>) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base, request.path);
        let client = self.client(request.large);
        let mut builder = match (request.method, request.feed) {
            (Method::Get, _) => client.get(url),
            (Method::Post, None) => client.post(url).body(request.body),
            (Method::Post, Some(feed)) => client
                .post(url)
                .header(CONTENT_LENGTH, request.body.len())
                .body(fed(request.body, feed, pulse.clone())),
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

/// How far a body is.
#[derive(Debug, Default)]
struct Pulse {
    /// Bytes that were given to the network.
    given: AtomicUsize,
    /// The next piece is held back on purpose.
    held: AtomicBool,
}

/// A body that is sent as its feed lets it.
fn fed(body: Vec<u8>, feed: Arc<dyn Feed>, pulse: Arc<Pulse>) -> reqwest::Body {
    let pieces = stream::unfold((body, 0), move |(body, given)| {
        let (feed, pulse) = (feed.clone(), pulse.clone());
        async move {
            let rest = body.get(given..).filter(|rest| !rest.is_empty())?;
            let piece = rest.get(..feed.piece()).unwrap_or(rest).to_vec();
            pulse.held.store(true, Relaxed);
            feed.next(given).await;
            pulse.held.store(false, Relaxed);
            let given = given + piece.len();
            pulse.given.store(given, Relaxed);
            Some((Ok::<_, Infallible>(piece), (body, given)))
        }
    });
    reqwest::Body::wrap_stream(pieces)
}

/// Waits for an answer as long as the body moves, or is held back.
async fn while_moving(
    patience: Duration,
    pulse: &Pulse,
    answer: impl Future<Output = reqwest::Result<reqwest::Response>>,
) -> Result<reqwest::Response, CallError> {
    let mut answer = std::pin::pin!(answer);
    loop {
        let before = pulse.given.load(Relaxed);
        let waited = in_time(patience, &mut answer).await;
        let moves = before != pulse.given.load(Relaxed) || pulse.held.load(Relaxed);
        if !moves || !matches!(waited, Err(CallError::Stalled)) {
            return waited;
        }
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
mod tests {
    use super::super::PIECE;
    use super::*;
    use std::sync::Mutex;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::watch;
    use tokio::time::sleep;

    const BODY: usize = 10 * PIECE;

    /// Lets so many bytes through, then waits until it is opened.
    #[derive(Debug)]
    struct Gate {
        at: usize,
        open: watch::Receiver<bool>,
        given: Mutex<Vec<usize>>,
    }

    impl Feed for Gate {
        fn next(&self, given: usize) -> Pending<'_, ()> {
            self.given.lock().unwrap().push(given);
            let mut open = self.open.clone();
            let shut = given >= self.at;
            Box::pin(async move {
                if shut {
                    open.wait_for(|open| *open).await.unwrap();
                }
            })
        }
    }

    fn request(feed: Arc<Gate>, first: Duration) -> Request {
        Request {
            method: Method::Post,
            path: "/put",
            authorization: None,
            zstd: false,
            body: vec![7; BODY],
            feed: Some(feed),
            large: true,
            patience: Patience { first, next: first },
            limit: 100,
        }
    }

    /// A hub that reads as many bytes as it is told, says how many came, and answers when all of them did.
    async fn hub(most: usize) -> (String, watch::Receiver<usize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (came, seen) = watch::channel(0);
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut all = Vec::new();
            let mut buffer = vec![0; 4096];
            while came.borrow().to_owned() < BODY.min(most) {
                let read = stream.read(&mut buffer).await.unwrap();
                assert!(read > 0, "the body ended early");
                all.extend_from_slice(buffer.get(..read).unwrap());
                let head = all.windows(4).position(|it| it == b"\r\n\r\n");
                came.send_replace(head.map_or(0, |head| all.len() - head - 4));
            }
            let head = String::from_utf8_lossy(&all).to_ascii_lowercase();
            assert!(head.contains(&format!("content-length: {BODY}")));
            if most >= BODY {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                stream.write_all(answer).await.unwrap();
            }
            std::future::pending::<()>().await;
        });
        (base, seen)
    }

    #[tokio::test]
    async fn what_is_urgent_holds_a_long_body_and_no_patience_ends_meanwhile() {
        let (base, mut came) = hub(usize::MAX).await;
        let (open, gate) = watch::channel(false);
        let feed = Arc::new(Gate {
            at: 3 * PIECE,
            open: gate,
            given: Mutex::default(),
        });
        let transport = HttpTransport::new(&base).unwrap();
        let patience = Duration::from_millis(150);
        let call = transport.send(request(feed.clone(), patience));
        let watch = async {
            came.wait_for(|came| *came == 3 * PIECE).await.unwrap();
            sleep(4 * patience).await;
            assert_eq!(*came.borrow(), 3 * PIECE, "held");
            open.send_replace(true);
        };
        let (answer, ()) = tokio::join!(call, watch);
        assert_eq!(answer.unwrap().body, b"ok");
        let given: Vec<usize> = (0..10).map(|piece| piece * PIECE).collect();
        assert_eq!(*feed.given.lock().unwrap(), given);
    }

    #[tokio::test]
    async fn a_body_that_went_and_gets_no_answer_is_a_stall() {
        let (base, _came) = hub(BODY / 2).await;
        let (_open, gate) = watch::channel(true);
        let feed = Arc::new(Gate {
            at: 0,
            open: gate,
            given: Mutex::default(),
        });
        let transport = HttpTransport::new(&base).unwrap();
        let answer = transport
            .send(request(feed, Duration::from_millis(300)))
            .await;
        assert_eq!(answer.err(), Some(CallError::Stalled));
    }
}
