//! The listening socket. What is set here, its connections inherit.

use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// Connections that the kernel holds until they are taken.
const BACKLOG: i32 = 1024;
/// After this silence the kernel asks whether the other side is still there.
const ASK_AFTER: Duration = Duration::from_secs(60);
/// What was sent and not acknowledged for so long will not be: the line is gone. A device comes back on
/// a new connection long before.
#[cfg(target_os = "linux")]
const GIVE_UP: Duration = Duration::from_secs(60);

/// Listens on this address.
pub(super) fn bind(addr: SocketAddr, congestion: &str) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // On Windows the same option would let a second program take the port.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(ASK_AFTER))?;
    choose(&socket, congestion)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// BBR keeps a line with losses full where CUBIC halves again and again; a kernel without it keeps its own.
#[cfg(target_os = "linux")]
fn choose(socket: &Socket, congestion: &str) -> io::Result<()> {
    socket.set_tcp_user_timeout(Some(GIVE_UP))?;
    if congestion.is_empty() {
        return Ok(());
    }
    if let Err(error) = socket.set_tcp_congestion(congestion.as_bytes()) {
        tracing::warn!(%error, congestion, "this kernel has no such congestion control");
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn choose(_: &Socket, _: &str) -> io::Result<()> {
    Ok(())
}

/// The congestion control in force; empty where this system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn congestion(listener: &TcpListener) -> String {
    let name = socket2::SockRef::from(listener).tcp_congestion();
    let name = name.unwrap_or_default();
    let text = name.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// The congestion control in force; empty where this system does not tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn congestion(_: &TcpListener) -> String {
    String::new()
}
