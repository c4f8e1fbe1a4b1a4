//! A server that is no hub, or one that lost its mind.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The largest request that is listened to.
const MOST: usize = 1024 * 1024;

/// What every call is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lie {
    /// These very bytes, then the connection ends.
    Bytes(Vec<u8>),
    /// This status and body, as HTTP.
    Answer {
        /// HTTP status.
        status: u16,
        /// Further headers, each with its `\r\n`.
        headers: String,
        /// The body.
        body: Vec<u8>,
    },
    /// The head of an answer that promises more than follows.
    Half,
    /// Nothing, for ever.
    Silence,
}

impl Lie {
    /// An answer with this status and body.
    pub fn answer(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            status,
            headers: String::new(),
            body: body.into(),
        }
    }

    /// The page of a hotel's network that wants a password first.
    pub fn captive_portal() -> Self {
        Self::answer(
            200,
            "<!DOCTYPE html><html><title>Wi-Fi ospiti</title>Accedi</html>",
        )
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Some(bytes.clone()),
            Self::Answer {
                status,
                headers,
                body,
            } => {
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status} Eh\r\ncontent-length: {length}\r\n{headers}\r\n");
                Some([head.as_bytes(), body].concat())
            }
            Self::Half => {
                Some(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"ep\":7,\"no".into())
            }
            Self::Silence => None,
        }
    }
}

/// The liar. It ends when it is dropped.
pub struct Liar {
    address: SocketAddr,
    lie: Arc<watch::Sender<Lie>>,
    heard: Arc<AtomicU64>,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Liar {
    /// Starts on a free port of this computer.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn start(lie: Lie) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let lie = Arc::new(watch::Sender::new(lie));
        let heard = Arc::new(AtomicU64::new(0));
        let listening = tokio::spawn(listen(listener, lie.clone(), heard.clone()));
        Ok(Self {
            address,
            lie,
            heard,
            listening,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as the base address of a hub.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the story.
    pub fn tell(&self, lie: Lie) {
        self.lie.send_replace(lie);
    }

    /// How many calls it heard.
    pub fn heard(&self) -> u64 {
        self.heard.load(SeqCst)
    }
}

async fn listen(listener: TcpListener, lie: Arc<watch::Sender<Lie>>, heard: Arc<AtomicU64>) {
    while let Ok((stream, _)) = listener.accept().await {
        let lie = lie.borrow().clone();
        let heard = heard.clone();
        tokio::spawn(async move {
            // A caller who hangs up is no news.
            let _ = lie_to(stream, lie, &heard).await;
        });
    }
}

async fn lie_to(mut stream: TcpStream, lie: Lie, heard: &AtomicU64) -> io::Result<()> {
    hear(&mut stream).await?;
    heard.fetch_add(1, SeqCst);
    match lie.bytes() {
        Some(bytes) => stream.write_all(&bytes).await?,
        None => std::future::pending().await,
    }
    stream.shutdown().await
}

/// Reads a request to the end of its body.
async fn hear(stream: &mut TcpStream) -> io::Result<()> {
    let mut heard = Vec::new();
    loop {
        let read = stream.read_buf(&mut heard).await?;
        if read == 0 || heard.len() > MOST || whole(&heard) {
            return Ok(());
        }
    }
}

fn whole(heard: &[u8]) -> bool {
    let Some(end) = heard.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(heard.get(..end).unwrap_or_default()).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse::<usize>().ok())
        .unwrap_or(0);
    heard.len() >= end + 4 + length
}
