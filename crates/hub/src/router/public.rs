//! What anybody may ask: the public sites, the state of the hub, the description of its calls.

use super::Answer;
use super::static_file::{send, within};
use crate::Hub;
use crate::error::Failure;
use crate::storage::Comune;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::fmt::Write;

/// The description of the calls (OpenAPI 3.1).
const OPENAPI: &str = include_str!("../../openapi.json");

/// Answers 200 where the databases answer.
pub(super) async fn healthz(State(hub): State<Hub>) -> Answer<&'static str> {
    hub.blocking(|hub| {
        hub.registry().comuni()?;
        Ok("ok\n")
    })
    .await
}

pub(super) async fn metrics(State(hub): State<Hub>) -> Answer<Response> {
    let text = hub
        .blocking(|hub| {
            let mut text = hub.metrics().render();
            text.push_str("# HELP hub_log_seq Position of the last entry of a comune's log.\n");
            text.push_str("# TYPE hub_log_seq gauge\n");
            for (comune, store) in hub.opened() {
                let head = store.reading(|tx| tx.head())?;
                let _ = writeln!(text, "hub_log_seq{{comune=\"{comune}\"}} {head}");
            }
            Ok(text)
        })
        .await?;
    let media = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, media)], text).into_response())
}

/// The keys that bundles are sealed to and answers signed with. They are no secret.
pub(super) async fn keys(State(hub): State<Hub>) -> Answer<Response> {
    let json = serde_json::to_vec(&hub.keys()).map_err(std::io::Error::other)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// The comuni of the province; those with a site are links.
pub(super) async fn index(State(hub): State<Hub>) -> Answer<Html<String>> {
    hub.blocking(|hub| {
        let items: String = hub
            .registry()
            .comuni()?
            .iter()
            .map(|comune| item(hub, comune))
            .collect();
        Ok(Html(page(
            "I siti dei comuni",
            &format!("<ul>\n{items}</ul>\n"),
        )))
    })
    .await
}

fn item(hub: &Hub, comune: &Comune) -> String {
    let name = escape(&comune.name);
    match hub.sites().join(&comune.slug).join("index.html").exists() {
        true => format!("<li><a href=\"/siti/{}/\">{name}</a></li>\n", comune.slug),
        false => format!("<li>{name}</li>\n"),
    }
}

pub(super) async fn site(Path(slug): Path<String>) -> Response {
    let plain = slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match plain {
        true => Redirect::permanent(&format!("/siti/{slug}/")).into_response(),
        false => no_page(),
    }
}

pub(super) async fn home(
    State(hub): State<Hub>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(&hub, &slug, "", &headers).await
}

pub(super) async fn file(
    State(hub): State<Hub>,
    Path((slug, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    answer(&hub, &slug, &path, &headers).await
}

async fn answer(hub: &Hub, slug: &str, path: &str, headers: &HeaderMap) -> Response {
    let site = within(hub.sites(), slug).filter(|_| !slug.is_empty() && !slug.contains('/'));
    let Some(site) = site else {
        return no_page();
    };
    let Some(mut found) = within(&site, path) else {
        return missing(&site, headers).await;
    };
    if path.is_empty() || path.ends_with('/') {
        found.push("index.html");
    } else if found.is_dir() {
        return Redirect::permanent(&format!("/siti/{slug}/{path}/")).into_response();
    }
    match send(&found, headers, StatusCode::OK).await {
        Some(response) => response,
        None => missing(&site, headers).await,
    }
}

/// The site's own page for what is not there.
async fn missing(site: &std::path::Path, headers: &HeaderMap) -> Response {
    let own = send(&site.join("404.html"), headers, StatusCode::NOT_FOUND).await;
    own.unwrap_or_else(no_page)
}

fn no_page() -> Response {
    let text = "<p>Questa pagina non c'è. <a href=\"/\">Torna all'elenco dei comuni</a>.</p>\n";
    let page = Html(page("Pagina non trovata", text));
    (StatusCode::NOT_FOUND, page).into_response()
}

/// An address that is no call.
pub(super) async fn nothing() -> Failure {
    Failure::not_found()
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"it\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
