//! The calls about signatures (see `protocol::firma`).

use super::Answer;
use super::body::Signed;
use super::device::handles_files;
use crate::error::Failure;
use crate::{Hub, metrics};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use protocol::calls::HubErrorCode;
use protocol::firma::{Asked, MAX_ASKED, MAX_URL, PartRequest, Question, Reply, Thing};

/// The largest question.
const QUESTION: usize = MAX_ASKED + MAX_URL + 16;

/// Whether there are newer lists. To hear that there are none costs a call without a body.
pub(super) async fn lists(State(hub): State<Hub>, call: Signed<64>) -> Answer<Response> {
    let newer = hub
        .blocking(move |hub| hub.newer_lists(&call.body.bytes))
        .await?;
    let bytes = newer.as_ref().map(Thing::encode);
    Ok(answer(&hub, bytes.unwrap_or_default()))
}

/// The question goes on where the caller is cut off: a stamp that is under way is paid for, and the next call with the
/// same question gets it.
pub(super) async fn ask(State(hub): State<Hub>, call: Signed<QUESTION>) -> Answer<Response> {
    handles_files(&call.device)?;
    let question = Question::decode(&call.body.bytes).map_err(Failure::malformed)?;
    let asking = hub.clone();
    let carried = tokio::spawn(async move {
        match question.asked {
            Asked::TimeStamp => asking.stamp(&call.device, question.body).await,
            Asked::Ocsp | Asked::Crl | Asked::Issuer => Ok(asking.relay(question).await),
        }
    });
    let failed = |_| Failure::new(HubErrorCode::Internal, "the hub failed; try again");
    let reply: Reply = carried.await.map_err(failed)??;
    Ok(answer(&hub, reply.encode()))
}

pub(super) async fn part(State(hub): State<Hub>, call: Signed<64>) -> Answer<Response> {
    let request = PartRequest::decode(&call.body.bytes).map_err(Failure::malformed)?;
    let bytes = hub.blocking(move |hub| hub.firma_part(&request)).await?;
    Ok(answer(&hub, bytes))
}

fn answer(hub: &Hub, bytes: Vec<u8>) -> Response {
    metrics::add(&hub.metrics().bytes_out_total, bytes.len());
    Body::from(bytes).into_response()
}
