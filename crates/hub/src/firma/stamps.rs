//! Time stamps: a request (a hash and a number, never a document) goes to a service that the operator chose; what comes
//! back is counted per comune and month, because it costs money.

use super::net::NetError;
use super::{FirmaSettings, TsaSettings};
use crate::error::Failure;
use crate::storage::Device;
use crate::{Hub, metrics};
use domain::{ComuneId, UnixMs};
use protocol::firma::{MAX_INLINE, Reply};
use signing::tsp::{Kind, Response, TspError};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;
use world::Rome;

/// The longest request, in bytes: a hash of 64 bytes, a number, a policy.
const LONGEST: usize = 512;
/// Answers that are remembered: a device that did not hear one asks the same again, and pays once.
const REMEMBERED: usize = 512;
/// How long a service that could not be reached is tried last, in milliseconds.
const DOWN: i64 = 5 * 60 * 1000;

type Key = [u8; 32];

/// What is under way or was answered lately, and who did not answer.
#[derive(Default)]
pub(super) struct Stamps(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    answers: BTreeMap<Key, Arc<OnceCell<Reply>>>,
    order: VecDeque<Key>,
    /// Until when a service is tried last.
    down: BTreeMap<String, UnixMs>,
}

impl Stamps {
    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The place for the answer to a question: the same for who asks again.
    fn place(&self, key: Key) -> Arc<OnceCell<Reply>> {
        self.with(|inner| {
            if let Some(known) = inner.answers.get(&key) {
                return known.clone();
            }
            inner.order.push_back(key);
            if inner.order.len() > REMEMBERED
                && let Some(oldest) = inner.order.pop_front()
            {
                inner.answers.remove(&oldest);
            }
            inner.answers.entry(key).or_default().clone()
        })
    }
}

impl Hub {
    /// Has something stamped. The same question of the same device gets the same answer, and is paid once.
    ///
    /// # Errors
    /// Malformed requests, and the storage's.
    pub(crate) async fn stamp(&self, device: &Device, request: Vec<u8>) -> Result<Reply, Failure> {
        if request.len() > LONGEST || request.first() != Some(&0x30) {
            return Err(Failure::malformed("not a request for a time stamp"));
        }
        if self.config().firma.tsa.is_empty() {
            return Ok(Reply::NoService);
        }
        let mut key = blake3::Hasher::new();
        key.update(device.id.as_str().as_bytes());
        key.update(&request);
        let place = self.0.firma.stamps.place(*key.finalize().as_bytes());
        let asked = place.get_or_try_init(|| self.stamp_anew(&device.comune, request));
        match asked.await {
            Ok(reply) => Ok(reply.clone()),
            Err(NoStamp::Reply(reply)) => Ok(reply),
            Err(NoStamp::Failure(failure)) => Err(failure),
        }
    }

    /// Counted before it is asked for, so that no two calls take the last one; given back where none came.
    async fn stamp_anew(&self, comune: &ComuneId, request: Vec<u8>) -> Result<Reply, NoStamp> {
        let month = Rome::at(self.now()).month;
        let limit = self.config().firma.limit(comune);
        let (of, at) = (comune.clone(), month.clone());
        let taken = self
            .blocking(move |hub| Ok(hub.registry().take_stamp(&of, &at, limit)?))
            .await?;
        if !taken {
            tracing::warn!(%comune, limit, "the time stamps of the month are spent");
            return Err(Reply::Spent { limit }.into());
        }
        match self.ask_services(&request).await {
            Ok(answer) => {
                metrics::add(&self.metrics().stamps_total, 1);
                Ok(Reply::Answer(answer))
            }
            Err(reply) => {
                let of = comune.clone();
                self.blocking(move |hub| Ok(hub.registry().return_stamp(&of, &month)?))
                    .await?;
                Err(reply.into())
            }
        }
    }

    /// One service after the other, until one stamps; those that could not be reached lately come last.
    async fn ask_services(&self, request: &[u8]) -> Result<Vec<u8>, Reply> {
        let now = self.now();
        let mut services: Vec<&TsaSettings> = self.config().firma.tsa.iter().collect();
        let down = self.0.firma.stamps.with(|inner| inner.down.clone());
        services.sort_by_key(|service| down.get(&service.url).is_some_and(|until| *until > now));
        let mut last = Reply::Unreachable;
        for service in services {
            match self.ask_service(service, request.to_vec()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    tracing::warn!(url = service.url, %error, "a time stamp service gave none");
                    last = reply_of(&error);
                    let until = now.saturating_add(DOWN);
                    let url = service.url.clone();
                    self.0
                        .firma
                        .stamps
                        .with(|inner| inner.down.insert(url, until));
                }
            }
        }
        Err(last)
    }

    async fn ask_service(
        &self,
        service: &TsaSettings,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, NoAnswer> {
        let login = service.read_login().map_err(NoAnswer::Login)?;
        let media = Kind::TimeStamp.media_type().unwrap_or_default();
        let net = self.net()?;
        let answer = net
            .post_plain(
                &service.url,
                login,
                service.patience(),
                (media, request, MAX_INLINE),
            )
            .await?;
        // Whether it is of the right hash, and by whom, is the device's to judge; a refusal is not worth a stamp.
        Response::parse(&answer)?.any_token()?;
        Ok(answer)
    }

    /// How many stamps each comune had in a month (`2026-11`), by their ISTAT code.
    ///
    /// # Errors
    /// The storage's.
    pub fn stamps(&self, month: &str) -> crate::storage::Result<Vec<(ComuneId, u32)>> {
        self.registry().stamps(month)
    }

    /// The month by which stamps are counted now.
    pub fn month(&self) -> String {
        Rome::at(self.now()).month
    }
}

impl FirmaSettings {
    /// Whether stamps can be had.
    pub fn stamps(&self) -> bool {
        !self.tsa.is_empty()
    }
}

/// Why a service gave no stamp.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("{0}")]
    Net(#[from] NetError),
    #[error("it is no stamp: {0}")]
    Stamp(#[from] TspError),
    #[error("the file with its login cannot be read: {0}")]
    Login(std::io::Error),
}

fn reply_of(error: &NoAnswer) -> Reply {
    match error {
        NoAnswer::Net(NetError::Status(status)) => Reply::Status(*status),
        NoAnswer::Net(NetError::TooLong) => Reply::TooLong,
        NoAnswer::Net(_) | NoAnswer::Login(_) => Reply::Unreachable,
        NoAnswer::Stamp(_) => Reply::Status(200),
    }
}

/// What is not remembered: the next who asks is served anew.
enum NoStamp {
    Reply(Reply),
    Failure(Failure),
}

impl From<Reply> for NoStamp {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

impl From<Failure> for NoStamp {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_rome() {
        // 30 November 2026, 22:59:59 and 23:00 UTC.
        assert_eq!(Rome::at(1_796_079_599_000).month, "2026-11");
        assert_eq!(Rome::at(1_796_079_600_000).month, "2026-12");
    }
}
