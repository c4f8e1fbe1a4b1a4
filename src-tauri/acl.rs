//! Who may call what: every window against every command, through Tauri's mock runtime with the app's
//! own context (its capabilities and permissions, as they are built in).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use crate::{border, safe, window};
use commands::{App, AppConfig};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{WebviewUrl, WebviewWindow, WebviewWindowBuilder};

struct Shell {
    app: tauri::App<MockRuntime>,
    _folder: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = mock_builder()
            .manage(App::new(AppConfig {
                keyring: false,
                ..AppConfig::at(folder.path().join("pc"))
            }))
            .manage(safe::Ready::since(std::time::Instant::now()))
            .invoke_handler(border::handler())
            .build(tauri::generate_context!())
            .expect("the shell stands");
        Self {
            app,
            _folder: folder,
        }
    }

    fn window(&self, label: &str) -> WebviewWindow<MockRuntime> {
        WebviewWindowBuilder::new(&self.app, label, WebviewUrl::default())
            .build()
            .expect("a window")
    }
}

fn call(
    window: &WebviewWindow<MockRuntime>,
    url: &str,
    command: &str,
    body: Value,
) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().unwrap(),
        body: InvokeBody::Json(body),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.into(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize::<Value>().unwrap_or_default())
}

/// Refused by the access control, as opposed to answered with a failure.
fn denied(answer: &Result<Value, Value>) -> bool {
    matches!(answer, Err(Value::String(why)) if why.contains("not allowed"))
}

#[test]
fn only_the_apps_own_window_may_call_and_it_may_call_everything() {
    let shell = Shell::new();
    let rows = [
        (window::MAIN, "tauri://localhost", true),
        (window::PREVIEW, "anteprima://localhost/pagina/x/", false),
        (window::PREVIEW, "tauri://localhost", false),
        ("corso", "tauri://localhost", false),
        ("corso", "https://example.org", false),
        (window::MAIN, "https://example.org", false),
    ];
    let windows: Vec<_> = [window::MAIN, window::PREVIEW, "corso"]
        .map(|label| (label, shell.window(label)))
        .into();
    for (label, url, allowed) in rows {
        let (_, window) = windows.iter().find(|(name, _)| *name == label).unwrap();
        for command in border::NAMES {
            let answer = call(window, url, command, json!({}));
            assert_eq!(
                !denied(&answer),
                allowed,
                "{label} at {url} calls {command}: {answer:?}"
            );
        }
    }
}

#[test]
fn what_tauri_itself_offers_is_closed_but_for_hearing_events() {
    let shell = Shell::new();
    let main = shell.window(window::MAIN);
    for command in [
        "plugin:event|emit",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:path|resolve_directory",
        "plugin:app|version",
    ] {
        let answer = call(&main, "tauri://localhost", command, json!({}));
        assert!(denied(&answer), "{command}: {answer:?}");
    }
}

#[test]
fn the_permission_lists_every_command_and_no_other() {
    let text = include_str!("permissions/ui.toml");
    let listed: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
        .collect();
    let known: BTreeSet<&str> = border::NAMES.iter().copied().collect();
    assert_eq!(listed, known);
    assert_eq!(known.len(), border::NAMES.len(), "no command twice");
}

#[test]
fn a_command_goes_through_and_a_failure_has_its_shape() {
    let shell = Shell::new();
    let main = shell.window(window::MAIN);
    let state = call(
        &main,
        "tauri://localhost",
        "session_state",
        json!({"input": {}}),
    );
    assert_eq!(state.unwrap()["phase"], "choose_passphrase");
    let failure = call(
        &main,
        "tauri://localhost",
        "oggi_load",
        json!({"input": {}}),
    );
    assert_eq!(failure.unwrap_err()["code"], "locked");
}

#[test]
fn the_content_security_policy_lets_in_nothing_of_others() {
    let config: Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
    let csp = config["app"]["security"]["csp"].as_str().expect("a policy");
    let words: Vec<&str> = csp
        .split([' ', ';'])
        .filter(|word| !word.is_empty())
        .collect();
    for banned in [
        "'unsafe-inline'",
        "'unsafe-eval'",
        "data:",
        "blob:",
        "*",
        "http:",
        "https:",
    ] {
        assert!(!words.contains(&banned), "{banned} in {csp}");
    }
    // `ipc.localhost` is the app itself: how WebView2 reaches it.
    let hosts = words.iter().filter(|word| word.contains("://"));
    assert!(
        hosts.into_iter().all(|host| host.ends_with(".localhost")),
        "{csp}"
    );
    for needed in [
        "object-src 'none'",
        "base-uri 'none'",
        "frame-src 'none'",
        "form-action 'none'",
    ] {
        assert!(csp.contains(needed), "{needed} is missing");
    }
    assert_eq!(config["app"]["withGlobalTauri"], Value::Null);
}
