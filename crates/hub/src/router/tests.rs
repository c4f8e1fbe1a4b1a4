//! The description of the calls agrees with the calls.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::ROUTES;
use crate::{Config, Hub};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use tower::ServiceExt;

fn described() -> BTreeSet<(String, String)> {
    let api: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let paths = api["paths"].as_object().unwrap();
    let methods = |(path, calls): (&String, &Value)| {
        let methods: Vec<_> = calls.as_object().unwrap().keys().cloned().collect();
        let path = path.clone();
        methods
            .into_iter()
            .map(move |method| (method, path.clone()))
    };
    paths.iter().flat_map(methods).collect()
}

#[test]
fn every_call_is_described_and_nothing_else() {
    let routed = |(method, path): &(&str, &str)| ((*method).to_owned(), path.replace('*', ""));
    assert_eq!(described(), ROUTES.iter().map(routed).collect());
}

/// A 404 of the router has the fallback's body and no route; calls that look something up may say 404
/// as well, so those are called without credentials and answer 401.
#[tokio::test]
async fn every_described_call_reaches_a_handler() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(Config::new(folder.path())).unwrap();
    for (method, path) in described() {
        let request = Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(
                path.replace("{slug}", "asti")
                    .replace("{path}", "x")
                    .replace("{id}", "x"),
            )
            .body(Body::empty())
            .unwrap();
        let response = hub.router().oneshot(request).await.unwrap();
        let status = response.status();
        let page = path.starts_with("/siti/") && status == StatusCode::NOT_FOUND;
        assert!(page || status != StatusCode::NOT_FOUND, "{method} {path}");
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert!(!status.is_server_error(), "{method} {path}: {status}");
    }
}

#[test]
fn every_reference_in_the_description_leads_somewhere() {
    let text = include_str!("../../openapi.json");
    let api: Value = serde_json::from_str(text).unwrap();
    for part in text.split("\"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(api.pointer(pointer).is_some(), "{pointer}");
    }
}
