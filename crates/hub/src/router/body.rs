//! Bodies: bounded as they arrive and again as they are unpacked; signed by devices.

use crate::Hub;
use crate::auth::Call;
use crate::error::Failure;
use crate::metrics;
use crate::storage::Device;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use protocol::SyncResponse;
use protocol::calls::HubErrorCode;
use protocol::pack::{PackError, is_packed};
use protocol::wire::{self, ReadRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// How long a body may take: the largest pack at 64 kbit/s.
const PATIENCE: Duration = Duration::from_secs(90);

/// A body of at most `MAX` bytes, before and after unpacking, and who sent it.
pub(super) struct Received<const MAX: usize> {
    pub(super) bytes: Vec<u8>,
    /// How it came; the answer goes back the same way.
    packing: Packing,
    /// The source address, for the limits.
    pub(super) source: String,
    headers: HeaderMap,
}

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    /// Not at all.
    Plain,
    /// Version 1: zstd, said in a header.
    Header,
    /// Version 2: zstd with our dictionary, known by its first bytes. No header says what can be seen.
    Own,
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
        self.answer_bytes(hub, json)
    }

    /// The answer to a sync call, in the version of the call.
    pub(super) fn answer_sync(
        &self,
        hub: &Hub,
        response: &SyncResponse,
        request: &ReadRequest,
    ) -> Result<Response, Failure> {
        if self.packing != Packing::Own {
            return self.answer(hub, response);
        }
        let frame = wire::write_response(response, request).map_err(std::io::Error::other)?;
        self.answer_bytes(hub, frame)
    }

    fn answer_bytes(&self, hub: &Hub, plain: Vec<u8>) -> Result<Response, Failure> {
        let bytes = pack(plain, self.packing)?;
        metrics::add(&hub.metrics().bytes_out_total, bytes.len());
        let mut response = Response::new(Body::from(bytes));
        self.packing.say(response.headers_mut());
        Ok(response)
    }
}

fn pack(plain: Vec<u8>, packing: Packing) -> Result<Vec<u8>, Failure> {
    Ok(match packing {
        Packing::Plain => plain,
        Packing::Header => protocol::pack::pack_plain(&plain)?,
        Packing::Own => protocol::pack::pack(&plain)?,
    })
}

impl Packing {
    fn say(self, headers: &mut HeaderMap) {
        if self != Self::Own {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        if self == Self::Header {
            let zstd = HeaderValue::from_static("zstd");
            headers.insert(header::CONTENT_ENCODING, zstd);
        }
    }
}

/// The bytes as they came, at most `max`.
async fn collect(body: axum::body::Body, max: usize) -> Result<Vec<u8>, Failure> {
    let Ok(collected) = timeout(PATIENCE, axum::body::to_bytes(body, max)).await else {
        return Err(Failure::slow());
    };
    match collected {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => Err(match std::error::Error::source(&error) {
            Some(cause) if cause.to_string().contains("length limit") => Failure::too_large(),
            _ => Failure::slow(),
        }),
    }
}

fn unpack(packed: &[u8], max: usize) -> Result<Vec<u8>, Failure> {
    protocol::pack::unpack(packed, max).map_err(|error| match error {
        PackError::TooLong(_) => Failure::too_large(),
        PackError::UnknownDictionary(_) => {
            Failure::new(HubErrorCode::Dictionary, error.to_string())
        }
        PackError::Damaged(_) => Failure::malformed(error),
    })
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
    let (bytes, packing) = match text(&raw.headers, &header::CONTENT_ENCODING) {
        "" if is_packed(&raw.bytes) => (unpack(&raw.bytes, MAX)?, Packing::Own),
        "" | "identity" => (raw.bytes, Packing::Plain),
        "zstd" => (unpack(&raw.bytes, MAX)?, Packing::Header),
        _ => return Err(Failure::malformed("this content-encoding is not taken")),
    };
    Ok(Received {
        bytes,
        packing,
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

    async fn from_request(request: Request, hub: &Hub) -> Result<Self, Failure> {
        let unverified = Unverified::<MAX>::from_request(request, hub).await?;
        hub.blocking(move |hub| unverified.verify(hub)).await
    }
}

/// The same before anybody looked: for a call that is answered in one piece, signature and all.
pub(super) struct Unverified<const MAX: usize>(Raw);

impl<const MAX: usize> FromRequest<Hub> for Unverified<MAX> {
    type Rejection = Failure;

    async fn from_request(request: Request, hub: &Hub) -> Result<Self, Failure> {
        Ok(Self(receive(hub, request, MAX).await?))
    }
}

impl<const MAX: usize> Unverified<MAX> {
    /// The signature is over the body as sent: it is checked before anything is unpacked. Blocks.
    pub(super) fn verify(self, hub: &Hub) -> Result<Signed<MAX>, Failure> {
        let (device, raw) = signer(hub, self.0)?;
        let body = open(raw)?;
        Ok(Signed { device, body })
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
