//! The calls of the Centro servizi's staff.

use super::Answer;
use super::body::Received;
use super::device::SMALL;
use crate::Hub;
use crate::error::Failure;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use domain::DeviceId;
use protocol::calls::{CodeRequest, DeviceInfo, LoginRequest};

pub(super) async fn login(State(hub): State<Hub>, body: Received<SMALL>) -> Answer<Response> {
    let now = hub.now();
    hub.0.login_limit.take(&body.source, now)?;
    hub.0.everywhere_limit.take("", now)?;
    let request: LoginRequest = body.json()?;
    let logged_in = hub
        .blocking(move |hub| hub.login(&request.user, &request.password))
        .await?;
    body.answer(&hub, &logged_in)
}

pub(super) async fn codes(State(hub): State<Hub>, body: Received<SMALL>) -> Answer<Response> {
    hub.blocking(move |hub| {
        hub.operator(body.authorization())?;
        let request: CodeRequest = body.json()?;
        let code = hub.create_code(&request.comune, &request.person, request.role)?;
        body.answer(hub, &code)
    })
    .await
}

/// Runs `work` for an operator.
async fn as_operator<T: Send + 'static>(
    hub: Hub,
    headers: HeaderMap,
    work: impl FnOnce(&Hub) -> Result<T, Failure> + Send + 'static,
) -> Answer<T> {
    hub.blocking(move |hub| {
        let token = headers.get(header::AUTHORIZATION);
        hub.operator(token.and_then(|t| t.to_str().ok()).unwrap_or_default())?;
        work(hub)
    })
    .await
}

pub(super) async fn devices(
    State(hub): State<Hub>,
    headers: HeaderMap,
) -> Answer<Json<Vec<DeviceInfo>>> {
    as_operator(hub, headers, |hub| hub.devices().map(Json)).await
}

pub(super) async fn revoke(
    State(hub): State<Hub>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<StatusCode> {
    as_operator(hub, headers, move |hub| hub.revoke(&DeviceId(id))).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn confirm(
    State(hub): State<Hub>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<StatusCode> {
    as_operator(hub, headers, move |hub| hub.confirm(&DeviceId(id))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answers the name of the backup's folder, not its place on the machine.
pub(super) async fn backup(
    State(hub): State<Hub>,
    headers: HeaderMap,
) -> Answer<Json<serde_json::Value>> {
    let folder = as_operator(hub, headers, Hub::backup).await?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    Ok(Json(serde_json::json!({ "backup": name })))
}
