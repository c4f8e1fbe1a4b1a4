//! Calls as every version of the app wrote them (`crates/protocol/tests/recorded`), at today's hub.

use crate::common::*;
use axum::http::StatusCode;
use domain::identity::Role;
use std::path::Path;

const VERSIONS: [&str; 4] = ["1", "2-names", "2-silent", "2"];

#[tokio::test]
async fn work_of_apps_of_every_version_is_taken_as_that_of_the_newest() {
    let mut logs = Vec::new();
    for version in VERSIONS {
        logs.push(log_of(version).await);
    }
    for (version, log) in VERSIONS.into_iter().zip(&logs) {
        assert_eq!(Some(log), logs.last(), "{version}");
    }
}

/// The log that a recorded call leaves, as somebody else reads it; who wrote it is another device each time.
async fn log_of(version: &str) -> Vec<serde_json::Value> {
    let centro = Centro::new();
    let bruno = centro.person("Bruno Gallo", Role::Responsabile);
    let anna = centro.person("Anna Ferraris", Role::Impiegato);
    let answer = bruno.post("/v1/sync", recorded(version), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{version}");
    let pull = anna.pull(0, false).await.pulls.remove(0);
    assert_eq!(pull.to, 13, "{version}: not all was accepted");
    let told = |entry: &protocol::Logged| {
        let mut told = serde_json::to_value(entry).unwrap();
        assert_eq!(told["o"]["w"].take(), bruno.id().as_str());
        told
    };
    pull.entries.iter().map(told).collect()
}

fn recorded(version: &str) -> Vec<u8> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = crates.join("../protocol/tests/recorded").join(version);
    std::fs::read(folder.join("request")).unwrap()
}
