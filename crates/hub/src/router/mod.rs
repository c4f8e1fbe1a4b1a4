//! The hub's calls over HTTP.

mod body;
mod device;
mod files;
mod firma;
mod public;
mod staff;
mod static_file;
#[cfg(test)]
mod tests;

use crate::Hub;
use crate::error::Failure;
use crate::metrics;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use std::time::SystemTime;

/// Method, path and handler of every call; one list for the router and for the test of its description.
macro_rules! routes {
    ($($method:ident $path:literal $handler:path;)*) => {
        /// Every call with its method.
        #[cfg(test)]
        const ROUTES: &[(&str, &str)] = &[$((stringify!($method), $path)),*];

        fn routes() -> Router<Hub> {
            Router::new()$(.route($path, $method($handler)))*
        }
    };
}

routes! {
    post "/v1/enrol" device::enrol;
    post "/v1/sync" device::sync;
    post "/v1/log" device::log;
    post "/v1/log/digest" device::digest;
    post "/v1/files/offer" device::offer;
    post "/v1/files/chunks" device::chunks;
    post "/v1/files/manifest" device::manifest;
    post "/v1/files/fetch" device::fetch;
    post "/v1/files/offer2" files::offer;
    post "/v1/files/state" files::state;
    post "/v1/files/put" files::put;
    post "/v1/files/manifest2" files::manifest;
    post "/v1/files/get" files::get;
    get "/v1/keys" public::keys;
    post "/v1/bundle/offer" device::offer_bundle;
    post "/v1/bundle/part" device::bundle_part;
    post "/v1/bundle/answer" device::bundle_answer;
    post "/v1/trust" firma::lists;
    post "/v1/firma/ask" firma::ask;
    post "/v1/firma/part" firma::part;
    post "/v1/admin/login" staff::login;
    post "/v1/admin/codes" staff::codes;
    get "/v1/admin/devices" staff::devices;
    post "/v1/admin/devices/{id}/revoke" staff::revoke;
    post "/v1/admin/devices/{id}/confirm" staff::confirm;
    post "/v1/admin/backup" staff::backup;
    get "/healthz" public::healthz;
    get "/metrics" public::metrics;
    get "/openapi.json" public::openapi;
    get "/" public::index;
    get "/siti/{slug}" public::site;
    get "/siti/{slug}/" public::home;
    get "/siti/{slug}/{*path}" public::file;
}

impl Hub {
    /// The hub's calls, to be served or called in process.
    pub fn router(&self) -> Router {
        routes()
            .fallback(public::nothing)
            .layer(from_fn_with_state(self.clone(), count_errors))
            .with_state(self.clone())
    }
}

async fn count_errors(State(hub): State<Hub>, request: Request, next: Next) -> Response {
    let for_devices = request.uri().path().starts_with("/v1/");
    let mut response = next.run(request).await;
    if !for_devices {
        date(&mut response);
    }
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        metrics::add(&hub.metrics().errors_total, 1);
    }
    response
}

/// Browsers and caches reckon with the date; a device's answer carries the hub's time where it wants it.
fn date(response: &mut Response) {
    let now = httpdate::fmt_http_date(SystemTime::now());
    if let Ok(now) = HeaderValue::from_str(&now) {
        response.headers_mut().insert(header::DATE, now);
    }
}

/// An answer, or the reason why there is none.
type Answer<T> = Result<T, Failure>;
