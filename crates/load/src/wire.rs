//! HTTP/1.1 as thin as it can be: the generator must not eat the cores it shares with the hub.

use crate::Outcome;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that is kept.
pub(crate) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    pub(crate) async fn open(to: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a call and reads its answer to the end; anything but 200 is an error.
    pub(crate) async fn call(&mut self, call: &[u8]) -> Outcome<()> {
        self.stream.write_all(call).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the hub hung up".into());
            }
            if let Some(length) = whole(&self.buffer)?
                && self.buffer.len() >= length
            {
                return Ok(());
            }
        }
    }
}

/// How long the answer is, once its head is here.
fn whole(bytes: &[u8]) -> Outcome<Option<usize>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(bytes.get(..head).unwrap_or_default())?;
    if !text.starts_with("HTTP/1.1 200 ") {
        return Err(format!("the hub answered {}", String::from_utf8_lossy(bytes)).into());
    }
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .ok_or("an answer without a length")?;
    Ok(Some(head + 4 + length.parse::<usize>()?))
}
