//! A way to the hub inside this process, that loses and repeats what it is told to.

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, RETRY_AFTER};
use axum::http::{self, HeaderMap};
use hub::Hub;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use sync::CallError;
use sync::transport::{Pending, Request, Response, Transport};
use tower::ServiceExt;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives and is answered.
    Arrives,
    /// It is lost on its way to the hub.
    RequestLost,
    /// The hub takes it; the answer is lost.
    AnswerLost,
    /// The hub takes it twice; the second answer arrives.
    Twice,
    /// The hub takes an older call again first, then this one.
    AfterOlder,
}

/// The way.
pub struct Inside {
    hub: Hub,
    fates: Mutex<VecDeque<Fate>>,
    heard: Mutex<Vec<Request>>,
}

impl Inside {
    /// To this hub; every call arrives unless told otherwise.
    pub fn to(hub: &Hub) -> Self {
        Self {
            hub: hub.clone(),
            fates: Mutex::default(),
            heard: Mutex::default(),
        }
    }

    /// What becomes of the next calls, in this order.
    pub fn expect(&self, fates: impl IntoIterator<Item = Fate>) {
        held(&self.fates).extend(fates);
    }

    /// From now on every call arrives.
    pub fn heal(&self) {
        held(&self.fates).clear();
    }

    async fn carry(&self, request: Request) -> Result<Response, CallError> {
        let fate = held(&self.fates).pop_front().unwrap_or(Fate::Arrives);
        let lost = || CallError::Cut(format!("{fate:?}"));
        if fate == Fate::RequestLost {
            return Err(lost());
        }
        if let (Fate::AfterOlder, Some(older)) = (fate, self.older()) {
            self.call(older).await?;
        }
        if fate == Fate::Twice {
            self.call(request.clone()).await?;
        }
        self.remember(&request);
        let response = self.call(request).await?;
        match fate {
            Fate::AnswerLost => Err(lost()),
            _ => Ok(response),
        }
    }

    fn remember(&self, request: &Request) {
        held(&self.heard).push(request.clone());
    }

    /// Not the newest: the one half way back, so that in time each comes again.
    fn older(&self) -> Option<Request> {
        let heard = held(&self.heard);
        heard.get(heard.len() / 2).cloned()
    }

    /// Every call that was ever made comes again, in its order.
    ///
    /// # Errors
    /// Where the hub cannot be called at all; what it answers is not looked at.
    pub async fn replay(&self) -> Result<usize, CallError> {
        let heard = held(&self.heard).clone();
        let count = heard.len();
        for request in heard {
            self.call(request).await?;
        }
        Ok(count)
    }

    async fn call(&self, request: Request) -> Result<Response, CallError> {
        call_inside(self.hub.router(), request).await
    }
}

/// A call, taken by a hub in this process.
///
/// # Errors
/// [`CallError::Local`] where it cannot be made at all.
pub async fn call_inside(router: Router, request: Request) -> Result<Response, CallError> {
    let here = |error: &dyn std::fmt::Display| CallError::Local(error.to_string());
    let mut call = http::Request::builder()
        .method(request.method.as_str())
        .uri(request.path);
    if let Some(authorization) = request.authorization {
        call = call.header(AUTHORIZATION, authorization);
    }
    if request.zstd {
        call = call.header(CONTENT_ENCODING, "zstd");
    }
    let call = call.body(Body::from(request.body)).map_err(|e| here(&e))?;
    let answer = router.oneshot(call).await.map_err(|e| here(&e))?;
    let mut response = head(answer.status().as_u16(), answer.headers());
    let body = axum::body::to_bytes(answer.into_body(), request.limit).await;
    response.body = body.map_err(|error| here(&error))?.into();
    Ok(response)
}

impl Transport for Inside {
    fn send(&self, request: Request) -> Pending<'_, Result<Response, CallError>> {
        Box::pin(self.carry(request))
    }
}

fn head(status: u16, headers: &HeaderMap) -> Response {
    let text = |name| headers.get(name)?.to_str().ok();
    Response {
        status,
        zstd: text(CONTENT_ENCODING) == Some("zstd"),
        retry_after: text(RETRY_AFTER)
            .and_then(|seconds| seconds.parse().ok())
            .map(std::time::Duration::from_secs),
        ..Response::default()
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
