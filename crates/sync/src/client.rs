//! The calls of the hub, typed, signed and compressed.

use crate::codec::{self, Dialect, Known, Packed};
use crate::files_client::Arrived;
use crate::transport::{Feed, Method, Patience, Request, Response, Transport};
use crate::{CallError, DeviceKey};
use domain::DeviceId;
use protocol::calls::{EnrolRequest, Enrolled, HubKeys};
use protocol::carried::{AnswerRequest, MAX_PART, Offer, Progress};
use protocol::wire::{self, DigestRequest, Digests, LogRequest, LogResponse};
use protocol::{MAX_RESPONSE, SyncRequest, SyncResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use store::Traffic;

/// The largest answer read of calls that give little.
const SMALL: usize = 256 * 1024;

/// How many bytes of bodies went each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Up.
    pub up: u64,
    /// Down.
    pub down: u64,
}

/// About what a call costs around its bodies, up and down: its head, TLS, TCP and IP.
const AROUND: (u64, u64) = (450, 100);

impl Weight {
    /// With what stands around the bodies.
    pub(crate) fn in_all(self) -> Traffic {
        Traffic {
            up: self.up.saturating_add(AROUND.0),
            down: self.down.saturating_add(AROUND.1),
        }
    }
}

/// An answer, and what it weighed on the wire.
#[derive(Debug, Clone)]
pub struct Weighed<T> {
    /// The answer.
    pub value: T,
    /// The bytes of the bodies.
    pub weight: Weight,
    /// The bytes of the bodies before they were packed.
    pub plain: Weight,
}

impl<T> Weighed<T> {
    /// Another value of the same weight.
    pub(crate) fn try_map<U, E>(
        self,
        map: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<Weighed<U>, E> {
        Ok(Weighed {
            value: map(self.value)?,
            weight: self.weight,
            plain: self.plain,
        })
    }
}

/// Who signs the calls.
#[derive(Clone)]
pub struct Signer {
    /// The device.
    pub device: DeviceId,
    /// Its key.
    pub key: DeviceKey,
}

impl Signer {
    /// The device of an identity.
    pub fn of(identity: &store::Identity) -> Self {
        Self {
            device: identity.device.clone(),
            key: DeviceKey::from_secret(&identity.secret.0),
        }
    }
}

/// The hub, seen from a device.
#[derive(Clone)]
pub struct HubClient {
    transport: Arc<dyn Transport>,
    signer: Option<Signer>,
    patience: Patience,
    sending: SendTime,
    feed: Option<Arc<dyn Feed>>,
    large: bool,
    known: Arc<Known>,
}

/// What is added to the first wait of a call, for the body that it turns out to have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SendTime {
    /// For each KiB.
    pub each_kib: Duration,
}

impl SendTime {
    /// The longest: a line that is slower still is no line.
    const MOST: Duration = Duration::from_secs(120);

    /// For a body of so many bytes.
    pub fn of(self, bytes: usize) -> Duration {
        let whole = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        self.each_kib.saturating_mul(whole).min(Self::MOST)
    }
}

impl HubClient {
    /// A client that signs nothing: for [`HubClient::health`] and [`HubClient::enrol`].
    pub fn unknown(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            signer: None,
            patience: Patience::default(),
            sending: SendTime::default(),
            feed: None,
            large: false,
            known: Arc::default(),
        }
    }

    /// A client that signs as this device.
    pub fn of(transport: Arc<dyn Transport>, signer: Signer) -> Self {
        Self {
            signer: Some(signer),
            ..Self::unknown(transport)
        }
    }

    /// The same, with another patience.
    #[must_use]
    pub fn with_patience(&self, patience: Patience) -> Self {
        Self {
            patience,
            ..self.clone()
        }
    }

    /// The same, which waits longer for the answer to a longer body.
    #[must_use]
    pub fn with_send_time(&self, sending: SendTime) -> Self {
        Self {
            sending,
            ..self.clone()
        }
    }

    /// The same, whose bodies of more than one piece go through this.
    #[must_use]
    pub fn with_feed(&self, feed: Option<Arc<dyn Feed>>) -> Self {
        Self {
            feed,
            ..self.clone()
        }
    }

    /// The same, for parts of something large.
    #[must_use]
    pub fn large(&self) -> Self {
        Self {
            large: true,
            ..self.clone()
        }
    }

    /// Whether a hub answers here.
    ///
    /// # Errors
    /// [`CallError::NotAHub`] where something else does; the others as for every call.
    pub async fn health(&self) -> Result<(), CallError> {
        let request = self.request(Method::Get, "/healthz", nothing(), SMALL);
        let answer = self.transport.send(request).await?;
        let body = checked(answer, SMALL)?;
        match body.trim_ascii() {
            b"ok" => Ok(()),
            _ => Err(CallError::NotAHub("it does not say it is well".into())),
        }
    }

    /// Enrols this device.
    ///
    /// # Errors
    /// [`CallError::CodeUnknown`] for a wrong code; the others as for every call.
    pub async fn enrol(&self, request: &EnrolRequest) -> Result<Enrolled, CallError> {
        Ok(self.post("/v1/enrol", request, SMALL).await?.value)
    }

    /// The one duplex call.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sync(&self, request: &SyncRequest) -> Result<Weighed<SyncResponse>, CallError> {
        loop {
            let dialect = self.known.get();
            let answer = self.sync_in(dialect, request).await;
            match (&answer, dialect) {
                (Err(CallError::Dictionary), Dialect::Dictionary) => {
                    self.known.set(Dialect::Plain);
                }
                // A hub of version 1 takes a body of version 2 for garbage.
                (Err(CallError::Malformed(_)), Dialect::Dictionary | Dialect::Plain)
                    if !self.known.is_proven() =>
                {
                    self.known.set(Dialect::Old);
                }
                _ => {
                    if answer.is_ok() {
                        self.known.proven();
                    }
                    return answer;
                }
            }
        }
    }

    async fn sync_in(
        &self,
        dialect: Dialect,
        request: &SyncRequest,
    ) -> Result<Weighed<SyncResponse>, CallError> {
        let plain = match dialect {
            Dialect::Old => codec::json(&SyncRequest {
                protocol: 1,
                ..request.clone()
            })?,
            Dialect::Dictionary | Dialect::Plain => {
                wire::write_request(request).map_err(codec::here)?
            }
        };
        let body = codec::wrap(&plain, dialect)?;
        let up = length(&plain);
        let answer = self.raw("/v1/sync", body, MAX_RESPONSE).await?;
        let value = wire::read_response(&answer.value, request).map_err(codec::not_a_hub)?;
        Ok(Weighed {
            value,
            weight: answer.weight,
            plain: Weight { up, ..answer.plain },
        })
    }

    /// The sums of a scope's marks at some positions.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn digests(&self, request: &DigestRequest) -> Result<Weighed<Digests>, CallError> {
        self.post("/v1/log/digest", request, SMALL).await
    }

    /// A stretch of a scope's log in full.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn log(&self, request: &LogRequest) -> Result<Weighed<LogResponse>, CallError> {
        let body = codec::wrap(&codec::json(request)?, self.known.get())?;
        let answer = self.raw("/v1/log", body, MAX_RESPONSE).await?;
        let nothing_sent = SyncRequest::default();
        answer.try_map(|body| {
            let response = wire::read_response(&body, &nothing_sent).map_err(codec::not_a_hub)?;
            LogResponse::from_response(response)
                .ok_or_else(|| codec::not_a_hub("an answer without a stretch"))
        })
    }

    /// The hub's keys for bundles.
    ///
    /// # Errors
    /// [`CallError::NotFound`] where the hub is from before bundles.
    pub async fn keys(&self) -> Result<HubKeys, CallError> {
        let request = self.request(Method::Get, "/v1/keys", nothing(), SMALL);
        let answer = self.transport.send(request).await?;
        codec::decode(&checked(answer, SMALL)?)
    }

    /// A bundle of somebody's for the hub: how much of it is there, and whether it was answered.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn offer_bundle(&self, offer: &Offer) -> Result<Weighed<Progress>, CallError> {
        self.post("/v1/bundle/offer", offer, SMALL).await
    }

    /// A part of it ([`protocol::carried::push_part`]).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn bundle_part(&self, part: Vec<u8>) -> Result<Weighed<Progress>, CallError> {
        let body = Packed {
            bytes: part,
            zstd: false,
        };
        self.call("/v1/bundle/part", body, SMALL).await
    }

    /// A stretch of its answer.
    ///
    /// # Errors
    /// [`CallError::NotFound`] where there is none.
    pub async fn bundle_answer(
        &self,
        request: &AnswerRequest,
    ) -> Result<Weighed<Vec<u8>>, CallError> {
        let body = codec::wrap(&codec::json(request)?, Dialect::Old)?;
        self.raw("/v1/bundle/answer", body, MAX_PART + SMALL).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &'static str,
        value: &impl Serialize,
        limit: usize,
    ) -> Result<Weighed<T>, CallError> {
        let body = codec::wrap(&codec::json(value)?, Dialect::Old)?;
        self.call(path, body, limit).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        path: &'static str,
        body: Packed,
        limit: usize,
    ) -> Result<Weighed<T>, CallError> {
        let answer = self.raw(path, body, limit).await?;
        answer.try_map(|body| codec::decode(&body))
    }

    pub(crate) async fn raw(
        &self,
        path: &'static str,
        body: Packed,
        limit: usize,
    ) -> Result<Weighed<Vec<u8>>, CallError> {
        let request = self.request(Method::Post, path, body, limit);
        self.sent(request).await
    }

    /// A call of whose body only so many bytes, from its start, are signed.
    pub(crate) async fn raw_signed(
        &self,
        path: &'static str,
        body: Packed,
        signed: usize,
        limit: usize,
    ) -> Result<Weighed<Vec<u8>>, CallError> {
        let request = self.signed_request(Method::Post, path, body, signed, limit);
        self.sent(request).await
    }

    async fn sent(&self, request: Request) -> Result<Weighed<Vec<u8>>, CallError> {
        let (up, limit) = (length(&request.body), request.limit);
        let answer = self.transport.send(request).await?;
        let down = length(&answer.body);
        let value = checked(answer, limit)?;
        let plain = Weight {
            up,
            down: length(&value),
        };
        Ok(Weighed {
            value,
            weight: Weight { up, down },
            plain,
        })
    }

    /// A call of whose answer is taken what arrived, even where it was cut. What arrives are bytes of a file, as they
    /// are: one that begins like something packed (a `.zst`) is no packed answer.
    pub(crate) async fn partly(
        &self,
        path: &'static str,
        body: Packed,
        limit: usize,
    ) -> Result<Weighed<Arrived>, CallError> {
        let up = length(&body.bytes);
        let request = self.request(Method::Post, path, body, limit);
        let mut answer = self.transport.send(request).await?;
        let down = length(&answer.body);
        let cut = answer
            .cut
            .take()
            .filter(|_| (200..300).contains(&answer.status));
        let raw = (200..300).contains(&answer.status) && !answer.zstd;
        let bytes = match raw {
            true => answer.body,
            false => checked(answer, limit)?,
        };
        let weight = Weight { up, down };
        Ok(Weighed {
            value: Arrived { bytes, cut },
            weight,
            plain: weight,
        })
    }

    fn request(&self, method: Method, path: &'static str, body: Packed, limit: usize) -> Request {
        let signed = body.bytes.len();
        self.signed_request(method, path, body, signed, limit)
    }

    fn signed_request(
        &self,
        method: Method,
        path: &'static str,
        body: Packed,
        signed: usize,
        limit: usize,
    ) -> Request {
        let authorization = self.signer.as_ref().map(|signer| {
            let Signer { device, key } = signer;
            let signed = body.bytes.get(..signed).unwrap_or(&body.bytes);
            key.authorize(device, method.as_str(), path, signed)
        });
        let long = |feed: &Arc<dyn Feed>| body.bytes.len() > feed.piece();
        let patience = Patience {
            first: self.patience.first + self.sending.of(body.bytes.len()),
            ..self.patience
        };
        Request {
            method,
            path,
            authorization,
            zstd: body.zstd,
            feed: self.feed.clone().filter(long),
            large: self.large,
            body: body.bytes,
            patience,
            limit,
        }
    }
}

fn nothing() -> Packed {
    Packed {
        bytes: Vec::new(),
        zstd: false,
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The body of an answer that succeeded.
fn checked(answer: Response, limit: usize) -> Result<Vec<u8>, CallError> {
    if let Some(cut) = answer.cut {
        return Err(cut);
    }
    let body = codec::unpack(answer.body, answer.zstd, limit)?;
    match answer.status {
        200..=299 => Ok(body),
        status => Err(CallError::from_answer(status, &body, answer.retry_after)),
    }
}
