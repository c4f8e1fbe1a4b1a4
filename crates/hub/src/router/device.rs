//! The calls of devices.

use super::Answer;
use super::body::{Received, Signed, Unverified};
use crate::Hub;
use crate::error::Failure;
use crate::storage::Device;
use crate::sync::Request;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use protocol::MAX_REQUEST;
use protocol::calls::{EnrolRequest, HubErrorCode};
use protocol::carried::{AnswerRequest, MAX_PART, Offer, take_part};
use protocol::files::{FetchRequest, MAX_PACK, Manifest, ManifestRequest};
use protocol::wire::{DigestRequest, LogRequest, read_request};

/// The largest enrolment or login, in bytes.
pub(super) const SMALL: usize = 16 * 1024;
/// The largest manifest, in bytes: every chunk takes about 75.
const MANIFEST: usize = 3 * 1024 * 1024;

pub(super) async fn enrol(State(hub): State<Hub>, body: Received<SMALL>) -> Answer<Response> {
    let now = hub.now();
    hub.0.enrol_limit.take(&body.source, now)?;
    hub.0.everywhere_limit.take("", now)?;
    let request: EnrolRequest = body.json()?;
    let enrolled = hub.blocking(move |hub| hub.enrol(&request)).await?;
    body.answer(&hub, &enrolled)
}

/// One piece of blocking work: handing it over costs as much as a signature.
pub(super) async fn sync(
    State(hub): State<Hub>,
    call: Unverified<MAX_REQUEST>,
) -> Answer<Response> {
    hub.blocking(move |hub| {
        let call = call.verify(hub)?;
        let request = read_request(&call.body.bytes).map_err(Failure::malformed)?;
        let response = hub.sync(&call.device, &request)?;
        call.body.answer_sync(hub, &response, &request)
    })
    .await
}

pub(super) async fn log(State(hub): State<Hub>, call: Signed<SMALL>) -> Answer<Response> {
    let request: LogRequest = call.body.json()?;
    hub.blocking(move |hub| {
        let response = hub.log(&call.device, &request)?.into_response();
        call.body.answer_sync(hub, &response, &Request::default())
    })
    .await
}

pub(super) async fn digest(State(hub): State<Hub>, call: Signed<SMALL>) -> Answer<Response> {
    let request: DigestRequest = call.body.json()?;
    hub.blocking(move |hub| {
        let digests = hub.digests(&call.device, &request)?;
        call.body.answer(hub, &digests)
    })
    .await
}

pub(super) async fn offer(State(hub): State<Hub>, call: Signed<MANIFEST>) -> Answer<Response> {
    handles_files(&call.device)?;
    let manifest: Manifest = call.body.json()?;
    let comune = call.device.comune;
    let missing = hub
        .blocking(move |hub| hub.offer(&comune, &manifest))
        .await?;
    call.body.answer(&hub, &missing)
}

/// A pack may be a little longer than its chunks: each has its length before it.
pub(super) async fn chunks(
    State(hub): State<Hub>,
    call: Signed<{ MAX_PACK + 64 * 1024 }>,
) -> Answer<Response> {
    handles_files(&call.device)?;
    hub.blocking(move |hub| {
        let stored = hub.store_chunks(&call.device.comune, &call.body.bytes)?;
        call.body.answer(hub, &stored)
    })
    .await
}

pub(super) async fn manifest(State(hub): State<Hub>, call: Signed<SMALL>) -> Answer<Response> {
    handles_files(&call.device)?;
    let request: ManifestRequest = call.body.json()?;
    hub.blocking(move |hub| {
        let manifest = hub.manifest(&call.device.comune, &request.file)?;
        call.body.answer(hub, &manifest)
    })
    .await
}

pub(super) async fn fetch(
    State(hub): State<Hub>,
    call: Signed<{ 256 * 1024 }>,
) -> Answer<Response> {
    handles_files(&call.device)?;
    let request: FetchRequest = call.body.json()?;
    let comune = call.device.comune;
    let pack = hub
        .blocking(move |hub| hub.fetch(&comune, &request))
        .await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], pack).into_response())
}

/// Who carries a bundle need not be who made it.
pub(super) async fn offer_bundle(State(hub): State<Hub>, call: Signed<SMALL>) -> Answer<Response> {
    let offer: Offer = call.body.json()?;
    let carrier = call.device;
    // Taking a large bundle lasts longer than a caller waits: the work goes on, and the next call hears its end.
    let taking = tokio::spawn(async move {
        hub.blocking(move |hub| {
            let progress = hub.offer_bundle(&carrier, &offer)?;
            call.body.answer(hub, &progress)
        })
        .await
    });
    taking.await.unwrap_or_else(|_| {
        Err(Failure::new(
            HubErrorCode::Internal,
            "the hub failed; try again",
        ))
    })
}

pub(super) async fn bundle_part(
    State(hub): State<Hub>,
    call: Signed<{ MAX_PART + 64 }>,
) -> Answer<Response> {
    hub.blocking(move |hub| {
        let (bundle, from, bytes) = take_part(&call.body.bytes)
            .ok_or_else(|| Failure::malformed("not a part of a bundle"))?;
        let progress = hub.add_part(&call.device, bundle, from, bytes)?;
        call.body.answer(hub, &progress)
    })
    .await
}

pub(super) async fn bundle_answer(State(hub): State<Hub>, call: Signed<SMALL>) -> Answer<Response> {
    let request: AnswerRequest = call.body.json()?;
    let bytes = hub.blocking(move |hub| hub.answer_part(&request)).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// Files belong to collections: who receives none has no files either.
pub(super) fn handles_files(device: &Device) -> Result<(), Failure> {
    if device.role.collections().is_empty() {
        return Err(Failure::new(
            HubErrorCode::Forbidden,
            "the role has no files",
        ));
    }
    Ok(())
}
