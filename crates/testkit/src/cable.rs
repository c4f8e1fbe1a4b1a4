//! A cable between app and hub: a TCP proxy that counts what passes and can be cut, slowed and torn.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

/// Bytes read from a socket at a time. Small, so that a slow line drips rather than gushes.
const PIECE: usize = 1400;

/// What is wrong with the line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fault {
    /// The cable is pulled: connections die, new ones are refused (accepted and closed at once).
    pub cut: bool,
    /// The line is mute: bytes are swallowed, connections stay.
    pub mute: bool,
    /// Every byte is this long under way, each way.
    pub delay: Duration,
    /// Bytes per second each way, of all connections together; 0 for no limit.
    pub rate: u64,
    /// Both ways die once this many more bytes went up from now on.
    pub cut_after_up: Option<u64>,
    /// Both ways die once this many more bytes came down from now on.
    pub cut_after_down: Option<u64>,
}

/// What passed, in bytes as TCP carried them (headers of HTTP included, of IP not).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// From app to hub.
    pub up: u64,
    /// From hub to app.
    pub down: u64,
    /// Connections opened.
    pub connections: u64,
    /// Times the line was torn by `cut_after_up` or `cut_after_down`.
    pub torn: u64,
}

#[derive(Default)]
struct Meter {
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
    torn: AtomicU64,
    /// What is left before the line is torn; `u64::MAX` for never.
    left_up: AtomicU64,
    left_down: AtomicU64,
    /// The line carries one piece at a time each way, whatever connection it belongs to.
    turn_up: Mutex<()>,
    turn_down: Mutex<()>,
}

/// The cable. Dropping it pulls it for good.
pub struct Cable {
    address: SocketAddr,
    meter: Arc<Meter>,
    fault: Arc<watch::Sender<Fault>>,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

impl Cable {
    /// Lays a cable to this hub, with its near end on a free port of this computer.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn lay(hub: SocketAddr) -> io::Result<Self> {
        Self::lay_at(SocketAddr::from(([127, 0, 0, 1], 0)), hub).await
    }

    /// The same, with its near end at this address.
    ///
    /// # Errors
    /// Where the address cannot be had.
    pub async fn lay_at(near: SocketAddr, hub: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(near).await?;
        let address = listener.local_addr()?;
        let meter = Arc::new(Meter::default());
        meter.left_up.store(u64::MAX, SeqCst);
        meter.left_down.store(u64::MAX, SeqCst);
        let fault = Arc::new(watch::Sender::new(Fault::default()));
        let listening = tokio::spawn(listen(listener, hub, meter.clone(), fault.clone()));
        Ok(Self {
            address,
            meter,
            fault,
            listening,
        })
    }

    /// The near end: what the app takes for the hub.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The near end as the base address of a hub.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Pulls the cable.
    pub fn cut(&self) {
        self.set(Fault {
            cut: true,
            ..Fault::default()
        });
    }

    /// Plugs it in again, whole.
    pub fn restore(&self) {
        self.set(Fault::default());
    }

    /// Sets what is wrong with the line.
    pub fn set(&self, fault: Fault) {
        let left = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
        self.meter.left_up.store(left(fault.cut_after_up), SeqCst);
        self.meter
            .left_down
            .store(left(fault.cut_after_down), SeqCst);
        self.fault.send_replace(fault);
    }

    /// What passed so far.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            up: self.meter.up.load(SeqCst),
            down: self.meter.down.load(SeqCst),
            connections: self.meter.connections.load(SeqCst),
            torn: self.meter.torn.load(SeqCst),
        }
    }
}

async fn listen(
    listener: TcpListener,
    hub: SocketAddr,
    meter: Arc<Meter>,
    fault: Arc<watch::Sender<Fault>>,
) {
    while let Ok((near, _)) = listener.accept().await {
        if fault.borrow().cut {
            reset(&near);
            continue;
        }
        meter.connections.fetch_add(1, SeqCst);
        tokio::spawn(carry(near, hub, meter.clone(), fault.clone()));
    }
}

/// A pulled cable ends connections without a farewell.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

async fn carry(
    near: TcpStream,
    hub: SocketAddr,
    meter: Arc<Meter>,
    fault: Arc<watch::Sender<Fault>>,
) {
    let Ok(far) = TcpStream::connect(hub).await else {
        reset(&near);
        return;
    };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    reset(&near);
    reset(&far);
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    let up = Way {
        passed: &meter.up,
        left: &meter.left_up,
        turn: &meter.turn_up,
        torn: &meter.torn,
        fault: &fault,
    };
    let down = Way {
        passed: &meter.down,
        left: &meter.left_down,
        turn: &meter.turn_down,
        ..up
    };
    let mut watching = fault.subscribe();
    tokio::select! {
        _ = up.pass(near_read, far_write) => {}
        _ = down.pass(far_read, near_write) => {}
        _ = watching.wait_for(|fault| fault.cut) => {}
    }
}

/// One direction of one connection.
#[derive(Clone, Copy)]
struct Way<'a> {
    passed: &'a AtomicU64,
    left: &'a AtomicU64,
    turn: &'a Mutex<()>,
    torn: &'a AtomicU64,
    fault: &'a watch::Sender<Fault>,
}

/// Pieces under way at most: a long, fast line holds much.
const UNDER_WAY: usize = 4096;

/// A piece under way, and when it arrives.
struct Piece {
    due: Instant,
    bytes: Vec<u8>,
}

impl Way<'_> {
    async fn pass(
        self,
        from: impl AsyncRead + Unpin,
        to: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        let (sender, receiver) = mpsc::channel(UNDER_WAY);
        tokio::try_join!(self.enter(from, sender), self.leave(receiver, to))?;
        Ok(())
    }

    /// Takes bytes in, as fast as the line is.
    async fn enter(
        self,
        mut from: impl AsyncRead + Unpin,
        line: mpsc::Sender<Piece>,
    ) -> io::Result<()> {
        let mut buffer = [0; PIECE];
        loop {
            let read = from.read(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            let fault = *self.fault.borrow();
            self.wait_for_the_line(fault, read).await;
            let piece = Piece {
                due: Instant::now() + fault.delay,
                bytes: buffer.get(..read).unwrap_or_default().to_vec(),
            };
            if !fault.mute && line.send(piece).await.is_err() {
                return Ok(());
            }
        }
    }

    /// All connections share the rate, piece by piece in the order in which they came.
    async fn wait_for_the_line(self, fault: Fault, bytes: usize) {
        if fault.rate > 0 {
            let _turn = self.turn.lock().await;
            sleep(time_of(fault, bytes)).await;
        }
    }

    /// Lets bytes out when they are due.
    async fn leave(
        self,
        mut line: mpsc::Receiver<Piece>,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        while let Some(piece) = line.recv().await {
            sleep_until(piece.due).await;
            self.write(&piece.bytes, &mut to).await?;
        }
        to.shutdown().await
    }

    /// Writes what the line lets through before it tears.
    async fn write(self, bytes: &[u8], to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let left = self.left.load(SeqCst);
        let through = length.min(left);
        let through_len = usize::try_from(through).unwrap_or(usize::MAX);
        to.write_all(bytes.get(..through_len).unwrap_or(bytes))
            .await?;
        self.passed.fetch_add(through, SeqCst);
        if left == u64::MAX {
            return Ok(());
        }
        self.left.store(left - through, SeqCst);
        if through < length || left == through {
            return self.tear(to).await;
        }
        Ok(())
    }

    /// The line tears once; the next connection finds it whole.
    async fn tear(self, to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        // What was let through arrives: the tear is behind it.
        to.flush().await?;
        sleep(Duration::from_millis(2)).await;
        self.left.store(u64::MAX, SeqCst);
        self.torn.fetch_add(1, SeqCst);
        Err(io::Error::other("torn"))
    }
}

/// How long the line is busy with so many bytes.
fn time_of(fault: Fault, bytes: usize) -> Duration {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    let micros = bytes.saturating_mul(1_000_000).checked_div(fault.rate);
    Duration::from_micros(micros.unwrap_or(0))
}
