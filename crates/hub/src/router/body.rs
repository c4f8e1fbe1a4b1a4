//! Bodies: bounded as they arrive and again as they are unpacked; signed by devices.

use crate::Hub;
use crate::auth::Call;
use crate::error::Failure;
use crate::metrics;
use crate::storage::Device;
use axum::extract::{ConnectInfo, FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// The largest window a compressed body may ask for: 2^23 bytes, zstd's usual limit for decoders.
const WINDOW: u32 = 23;

/// How long a body may take: the largest pack at 64 kbit/s.
const PATIENCE: Duration = Duration::from_secs(90);

/// A body of at most `MAX` bytes, before and after unpacking, and who sent it.
pub(super) struct Received<const MAX: usize> {
    pub(super) bytes: Vec<u8>,
    /// It came as zstd; the answer goes back the same way.
    pub(super) packed: bool,
    /// The source address, for the limits.
    pub(super) source: String,
    headers: HeaderMap,
}

/// The body of a call that a device signed.
pub(super) struct Signed<const MAX: usize> {
    pub(super) device: Device,
    pub(super) body: Received<MAX>,
}

impl<const MAX: usize> Received<MAX> {
    /// The body as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.bytes).map_err(Failure::malformed)
    }

    /// An answer, packed where the call was.
    pub(super) fn answer(&self, hub: &Hub, value: &impl Serialize) -> Result<Response, Failure> {
        let json = serde_json::to_vec(value).map_err(std::io::Error::other)?;
        let mut response = pack(json, self.packed)?;
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        let bytes = response.headers().get(header::CONTENT_LENGTH);
        let bytes = bytes.and_then(|len| len.to_str().ok()?.parse().ok());
        metrics::add(&hub.metrics().bytes_out_total, bytes.unwrap_or(0));
        Ok(response)
    }
}

fn pack(plain: Vec<u8>, packed: bool) -> Result<Response, Failure> {
    if !packed {
        let length = HeaderValue::from(plain.len());
        return Ok(([(header::CONTENT_LENGTH, length)], plain).into_response());
    }
    let bytes = zstd::bulk::compress(&plain, 3)?;
    let length = HeaderValue::from(bytes.len());
    let zstd = HeaderValue::from_static("zstd");
    let headers = [
        (header::CONTENT_ENCODING, zstd),
        (header::CONTENT_LENGTH, length),
    ];
    Ok((headers, bytes).into_response())
}

/// The bytes as they came, at most `max`.
async fn collect(body: axum::body::Body, max: usize) -> Result<Vec<u8>, Failure> {
    let Ok(collected) = timeout(PATIENCE, axum::body::to_bytes(body, max)).await else {
        return Err(Failure::malformed("the body took too long to arrive"));
    };
    match collected {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => Err(match std::error::Error::source(&error) {
            Some(cause) if cause.to_string().contains("length limit") => Failure::too_large(),
            _ => Failure::malformed("the body did not arrive as a whole"),
        }),
    }
}

/// Unpacks at most `max` bytes: a bomb costs no more than an honest body.
fn unpack(packed: &[u8], max: usize) -> Result<Vec<u8>, Failure> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
    decoder.window_log_max(WINDOW)?;
    let mut plain = Vec::new();
    decoder
        .take(max as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(Failure::malformed)?;
    if plain.len() > max {
        return Err(Failure::too_large());
    }
    Ok(plain)
}

struct Raw {
    method: String,
    path: String,
    headers: HeaderMap,
    source: String,
    bytes: Vec<u8>,
}

async fn receive(hub: &Hub, request: Request, max: usize) -> Result<Raw, Failure> {
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|len| len.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|len| len > max) {
        return Err(Failure::too_large());
    }
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let forwarded = parts.headers.get("x-forwarded-for");
    let source = match forwarded.and_then(|value| value.to_str().ok()) {
        // The last address is the one that the proxy itself saw.
        Some(value) if hub.config().proxied => value.rsplit(',').next().map(str::trim),
        _ => None,
    };
    let source = source
        .map(str::to_owned)
        .or_else(|| peer.map(|peer| peer.0.ip().to_string()));
    let bytes = collect(body, max).await?;
    metrics::add(&hub.metrics().bytes_in_total, bytes.len());
    Ok(Raw {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        source: source.unwrap_or_default(),
        bytes,
    })
}

fn open<const MAX: usize>(raw: Raw) -> Result<Received<MAX>, Failure> {
    let (bytes, packed) = match text(&raw.headers, &header::CONTENT_ENCODING) {
        "" | "identity" => (raw.bytes, false),
        "zstd" => (unpack(&raw.bytes, MAX)?, true),
        _ => return Err(Failure::malformed("this content-encoding is not taken")),
    };
    Ok(Received {
        bytes,
        packed,
        source: raw.source,
        headers: raw.headers,
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

impl<const MAX: usize> Received<MAX> {
    /// The header `authorization`.
    pub(super) fn authorization(&self) -> &str {
        text(&self.headers, &header::AUTHORIZATION)
    }
}

impl<const MAX: usize> FromRequest<Hub> for Received<MAX> {
    type Rejection = Failure;

    async fn from_request(request: Request, hub: &Hub) -> Result<Self, Failure> {
        open(receive(hub, request, MAX).await?)
    }
}

impl<const MAX: usize> FromRequest<Hub> for Signed<MAX> {
    type Rejection = Failure;

    /// The signature is over the body as sent: it is checked before anything is unpacked.
    async fn from_request(request: Request, hub: &Hub) -> Result<Self, Failure> {
        let raw = receive(hub, request, MAX).await?;
        let (device, raw) = hub.blocking(move |hub| signer(hub, raw)).await?;
        let body = open(raw)?;
        Ok(Self { device, body })
    }
}

fn signer(hub: &Hub, raw: Raw) -> Result<(Device, Raw), Failure> {
    let device = hub.device_of(&Call {
        method: &raw.method,
        path: &raw.path,
        authorization: text(&raw.headers, &header::AUTHORIZATION),
        body: &raw.bytes,
    })?;
    Ok((device, raw))
}
