//! The hub's errors as its callers see them.

use crate::storage::StorageError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::calls::{HubError, HubErrorCode};
use protocol::files::TakeError;

/// An error on its way to the caller.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", error.detail)]
pub struct Failure {
    /// What the caller reads.
    pub error: HubError,
    /// After how many seconds to try again.
    pub retry_after: Option<u64>,
}

impl Failure {
    /// An error with its code and an English sentence.
    pub fn new(code: HubErrorCode, detail: impl Into<String>) -> Self {
        Self {
            error: HubError {
                code,
                detail: detail.into(),
                quota: None,
            },
            retry_after: None,
        }
    }

    pub(crate) fn malformed(detail: impl std::fmt::Display) -> Self {
        Self::new(HubErrorCode::Malformed, detail.to_string())
    }

    /// The line is slow, or was cut: the call is as good as ever.
    pub(crate) fn slow() -> Self {
        let detail = "the body took too long to arrive, or did not arrive whole";
        Self::new(HubErrorCode::Slow, detail)
    }

    pub(crate) fn too_large() -> Self {
        Self::new(
            HubErrorCode::TooLarge,
            "the body is larger than this call takes",
        )
    }

    fn full(detail: &str, quota: Option<u64>) -> Self {
        let mut failure = Self::new(HubErrorCode::Full, detail);
        failure.error.quota = quota;
        failure
    }

    pub(crate) fn not_found() -> Self {
        Self::new(HubErrorCode::NotFound, "there is no such thing")
    }

    /// The HTTP status of the code.
    pub fn status(&self) -> StatusCode {
        match self.error.code {
            HubErrorCode::Malformed => StatusCode::BAD_REQUEST,
            HubErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
            HubErrorCode::Revoked | HubErrorCode::Expired | HubErrorCode::Forbidden => {
                StatusCode::FORBIDDEN
            }
            HubErrorCode::CodeUnknown | HubErrorCode::NotFound => StatusCode::NOT_FOUND,
            HubErrorCode::Slow => StatusCode::REQUEST_TIMEOUT,
            HubErrorCode::Conflict => StatusCode::CONFLICT,
            HubErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            HubErrorCode::Dictionary => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            HubErrorCode::UpgradeRequired => StatusCode::UPGRADE_REQUIRED,
            HubErrorCode::TooMany => StatusCode::TOO_MANY_REQUESTS,
            HubErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            HubErrorCode::Full => StatusCode::INSUFFICIENT_STORAGE,
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Full => Self::full("the disk is full; nothing was taken", None),
            StorageError::Quota(bytes) => Self::full(
                "the comune's share of the disk is full; nothing was taken",
                Some(bytes),
            ),
            error => {
                tracing::error!(%error, "the storage failed");
                Self::new(HubErrorCode::Internal, "the hub failed; try again")
            }
        }
    }
}

impl From<TakeError> for Failure {
    fn from(error: TakeError) -> Self {
        Self::malformed(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        StorageError::from(error).into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(&self.error)).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
