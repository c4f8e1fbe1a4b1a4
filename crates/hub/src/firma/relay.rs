//! How certificates stand: questions that are carried to the addresses in them, answers that are carried back. What
//! comes back must be what was asked for, or the hub would be a way to anywhere for whoever has a device.

use super::net::{NetError, Validators};
use super::{Hub, thing};
use crate::metrics;
use domain::UnixMs;
use jiff::Timestamp;
use protocol::firma::{Asked, MAX_INLINE, Question, Reply};
use signing::cms::SignedData;
use signing::revocation::{Crl, OcspRequest, OcspResponse};
use signing::tsp::Kind;
use signing::x509::Certificate;
use std::sync::Arc;

/// The longest list of revoked certificates that is carried: such lists have up to some megabytes.
const MAX_CRL: usize = 32 * 1024 * 1024;
/// An answer is kept until its `nextUpdate`, but at most so long, in milliseconds: issuers publish before it, and what
/// completes a signature has to be newer than the signature's stamp.
const KEPT: i64 = 60 * 60 * 1000;

impl Hub {
    /// Carries a question about a certificate.
    pub(crate) async fn relay(&self, question: Question) -> Reply {
        metrics::add(&self.metrics().relayed_total, 1);
        let Some(key) = key(&question) else {
            return Reply::Address;
        };
        let now = self.now();
        if let Some(known) = self.with_cache(|cache| cache.answer(&key, now)) {
            return self.answer_with(&known);
        }
        let bytes = match self.carry(&question).await {
            Ok(bytes) => bytes,
            Err(error) => return reply_of(&error),
        };
        let work = self.config().work;
        let found = work
            .run(move || (fresh_until(question.asked, &bytes), bytes))
            .await;
        let Ok((Some(fresh), bytes)) = found else {
            // It answered, but not with what was asked for: nobody gets to see what it was.
            return Reply::Status(200);
        };
        let kept = match fresh {
            Fresh::Until(until) => {
                let until = until.min(now.saturating_add(KEPT));
                self.with_cache(|cache| cache.put(key, bytes, until))
            }
            Fresh::Once => Arc::new(bytes),
        };
        self.answer_with(&kept)
    }

    /// What is long is kept to be fetched piece by piece.
    fn answer_with(&self, bytes: &Arc<Vec<u8>>) -> Reply {
        if bytes.len() <= MAX_INLINE {
            return Reply::Answer(bytes.to_vec());
        }
        let long = thing(bytes);
        let known = self.with_cache(|cache| cache.thing(&long.hash));
        if known.is_none() {
            self.with_cache(|cache| cache.keep(bytes.to_vec()));
        }
        Reply::Long(long)
    }

    async fn carry(&self, question: &Question) -> Result<Vec<u8>, NetError> {
        let net = self.net()?;
        let Question { asked, url, body } = question;
        match asked {
            Asked::Ocsp => {
                let media = Kind::Ocsp.media_type().unwrap_or_default();
                let most = Kind::Ocsp.longest_answer();
                net.post(url, media, body.clone(), most).await
            }
            _ => {
                let most = match asked {
                    Asked::Crl => MAX_CRL,
                    _ => Kind::Issuer.longest_answer(),
                };
                let fetched = net.get(url, &Validators::default(), most).await?;
                // Nothing was asked conditionally.
                Ok(fetched.ok_or(NetError::Status(304))?.bytes)
            }
        }
    }
}

/// What two askers of the same have in common: what is asked, where, and about which certificate. None where it is no
/// question.
fn key(question: &Question) -> Option<[u8; 32]> {
    let Question { asked, url, body } = question;
    let about = match asked {
        Asked::Ocsp => OcspRequest::about(body).ok()?,
        _ if body.is_empty() => Vec::new(),
        _ => return None,
    };
    let mut hash = blake3::Hasher::new();
    hash.update(format!("{asked:?}\n{url}\n").as_bytes());
    hash.update(&about);
    Some(*hash.finalize().as_bytes())
}

/// How long an answer serves others.
enum Fresh {
    Until(UnixMs),
    /// It was made for this question.
    Once,
}

/// None where it is not what was asked for. Whether it is to be believed is for the device to find out.
fn fresh_until(asked: Asked, bytes: &[u8]) -> Option<Fresh> {
    let until = |time: Option<Timestamp>| Fresh::Until(time.map_or(0, Timestamp::as_millisecond));
    match asked {
        Asked::TimeStamp => None,
        Asked::Ocsp => {
            let answer = OcspResponse::parse(bytes).ok()?;
            Some(match answer.has_nonce() {
                true => Fresh::Once,
                false => until(answer.next_update()),
            })
        }
        Asked::Crl => {
            let der = binary(bytes)?;
            Some(until(Crl::parse(&der).ok()?.next_update()))
        }
        Asked::Issuer => {
            let der = binary(bytes)?;
            let certificates = SignedData::parse(&der).map(|data| !data.certificates.is_empty());
            let known = certificates.unwrap_or(false) || Certificate::parse(&der).is_ok();
            known.then_some(Fresh::Until(UnixMs::MAX))
        }
    }
}

/// DER, or the same in PEM, as some publish it.
fn binary(bytes: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    if !bytes.starts_with(b"-----BEGIN") {
        return Some(bytes.to_vec());
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    STANDARD
        .decode(lines.map(str::trim).collect::<String>())
        .ok()
}

fn reply_of(error: &NetError) -> Reply {
    tracing::info!(%error, "a question about a certificate got no answer");
    match error {
        NetError::Address => Reply::Address,
        NetError::Unreachable(_) => Reply::Unreachable,
        NetError::Status(status) => Reply::Status(*status),
        NetError::TooLong => Reply::TooLong,
    }
}
