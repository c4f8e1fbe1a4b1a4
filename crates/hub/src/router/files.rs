//! The second form of the calls about files (see `protocol::files`).

use super::Answer;
use super::body::Signed;
use super::device::handles_files;
use crate::auth::Call;
use crate::error::Failure;
use crate::storage::Device;
use crate::{Hub, metrics};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ComuneId;
use protocol::files::{Left, MAX_HEAD, MAX_INLINE, MAX_PUT, Put, Taking};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// The largest offer: a manifest of 35 bytes per chunk, and the chunks that travel with it.
const OFFER: usize = 1024 * 1024 + MAX_INLINE;
/// The largest question.
const SMALL: usize = 256 * 1024;
/// From one byte of a put to the next.
const SILENCE: Duration = Duration::from_secs(45);
/// A put as a whole: the largest one at 180 kbit/s. Slower lines get shorter ones; what came until then is kept.
const PATIENCE: Duration = Duration::from_secs(180);

pub(super) async fn offer(State(hub): State<Hub>, call: Signed<OFFER>) -> Answer<Response> {
    handles_files(&call.device)?;
    let comune = call.device.comune;
    let body = call.body.bytes;
    let missing = hub.blocking(move |hub| hub.offer2(&comune, &body)).await?;
    Ok(answer(&hub, missing.encode()))
}

pub(super) async fn state(State(hub): State<Hub>, call: Signed<SMALL>) -> Answer<Response> {
    handles_files(&call.device)?;
    let comune = call.device.comune;
    let body = call.body.bytes;
    let missing = hub
        .blocking(move |hub| hub.file_state(&comune, &body))
        .await?;
    Ok(answer(&hub, missing.encode()))
}

pub(super) async fn manifest(State(hub): State<Hub>, call: Signed<SMALL>) -> Answer<Response> {
    handles_files(&call.device)?;
    let comune = call.device.comune;
    let body = call.body.bytes;
    let manifest = hub
        .blocking(move |hub| hub.manifest2(&comune, &body))
        .await?;
    Ok(answer(&hub, manifest))
}

pub(super) async fn get(State(hub): State<Hub>, call: Signed<SMALL>) -> Answer<Response> {
    handles_files(&call.device)?;
    let comune = call.device.comune;
    let body = call.body.bytes;
    let bytes = hub.blocking(move |hub| hub.get(&comune, &body)).await?;
    Ok(answer(&hub, bytes))
}

fn answer(hub: &Hub, bytes: Vec<u8>) -> Response {
    metrics::add(&hub.metrics().bytes_out_total, bytes.len());
    Body::from(bytes).into_response()
}

/// Keeps the bytes piece by piece as they arrive: what came before a cut is here. The device signs the head
/// alone; ADR 13 says why that is enough.
pub(super) async fn put(State(hub): State<Hub>, request: Request) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    let mut body = Arriving::new(body);
    let head = body.head().await?;
    let put = Put::decode(&head).map_err(Failure::malformed)?;
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok());
    let authorization = authorization.unwrap_or_default().to_owned();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let device: Device = hub
        .blocking(move |hub| {
            hub.device_of(&Call {
                method: &method,
                path: &path,
                authorization: &authorization,
                body: &head,
            })
        })
        .await?;
    handles_files(&device)?;
    let left = take(&hub, &device.comune, put, body).await?;
    Ok(answer(&hub, left.encode()))
}

async fn take(hub: &Hub, comune: &ComuneId, put: Put, mut body: Arriving) -> Answer<Left> {
    let (of, head) = (comune.clone(), put.clone());
    let Some(mut taking) = hub.blocking(move |hub| hub.begin_put(&of, &head)).await? else {
        return Ok(Left(0));
    };
    let outcome = take_all(hub, comune, &mut taking, &mut body).await;
    metrics::add(&hub.metrics().bytes_in_total, body.read);
    outcome?;
    if !taking.done() {
        return Err(Failure::malformed("the body ended too early"));
    }
    let of = comune.clone();
    hub.blocking(move |hub| hub.left_of(&of, &put)).await
}

async fn take_all(
    hub: &Hub,
    comune: &ComuneId,
    taking: &mut Taking,
    body: &mut Arriving,
) -> Answer<()> {
    while let Some(bytes) = body.next().await? {
        let arrived = taking.feed(&bytes)?;
        if !arrived.is_empty() {
            let of = comune.clone();
            hub.blocking(move |hub| hub.keep_arrived(&of, arrived))
                .await?;
        }
    }
    Ok(())
}

/// A body on its way, at most a put's length.
struct Arriving {
    body: Body,
    ahead: Vec<u8>,
    read: usize,
    end: Instant,
}

impl Arriving {
    fn new(body: Body) -> Self {
        Self {
            body,
            ahead: Vec::new(),
            read: 0,
            end: Instant::now() + PATIENCE,
        }
    }

    /// The head; what came with it is the next piece.
    async fn head(&mut self) -> Answer<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let head = Put::head_len(&bytes).map_err(Failure::malformed)?;
            if let Some(len) = head.filter(|len| *len <= bytes.len()) {
                self.ahead = bytes.split_off(len);
                return Ok(bytes);
            }
            let more = self.frame().await?;
            bytes.extend(more.ok_or_else(|| Failure::malformed("the head is not whole"))?);
        }
    }

    async fn next(&mut self) -> Answer<Option<Bytes>> {
        if !self.ahead.is_empty() {
            return Ok(Some(std::mem::take(&mut self.ahead).into()));
        }
        self.frame().await
    }

    async fn frame(&mut self) -> Answer<Option<Bytes>> {
        let slow = |_| Failure::slow();
        let next = timeout(SILENCE, next_data(&mut self.body));
        let frame = timeout_at(self.end, next)
            .await
            .map_err(slow)?
            .map_err(slow)?;
        let Some(bytes) = frame.transpose().map_err(|_| Failure::slow())? else {
            return Ok(None);
        };
        self.read += bytes.len();
        if self.read > MAX_PUT + MAX_HEAD {
            return Err(Failure::too_large());
        }
        Ok(Some(bytes))
    }
}

async fn next_data(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await? {
            Ok(frame) => {
                if let Ok(bytes) = frame.into_data() {
                    return Some(Ok(bytes));
                }
            }
            Err(error) => return Some(Err(error)),
        }
    }
}
