//! A diagnosis for whoever helps: versions, numbers, the line. Nothing that a person wrote, nobody's name, no
//! address. What cannot be proven harmless is left out rather than cleaned.

use crate::app::App;
use crate::stato::export;
use crate::{Result, failure, line, redact};
use api::stato::{Attempt, DiagnosisExport};
use domain::UnixMs;
use domain::line::{Fault, Held, LineLimits};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::{Census, Identity, Store};
use sync::EngineState;

/// The version of this format.
const FORMAT: u32 = 1;
/// Rows of the log of the line.
const ATTEMPTS: u32 = 500;
/// Lines of the program's log.
const LINES: usize = 400;
/// Bytes read from the end of the program's newest log.
const TAIL: u64 = 256 * 1024;
/// Whose messages are fixed words. Of what others say only who and how gravely is told.
const OURS: [&str; 6] = [
    "commands",
    "comuni_in_rete",
    "store",
    "sync",
    "text",
    "site",
];
/// Fields whose values are fixed words or numbers.
const FIELDS: [&str; 5] = ["incident", "code", "what", "ms", "epoch"];

/// The file.
#[derive(Serialize)]
struct Diagnosis {
    format: u32,
    written: UnixMs,
    versions: Versions,
    device: Option<Device>,
    workspace: Census,
    line: LineFacts,
    limits: Limited,
    attempts: Vec<Attempt>,
    log: Vec<LogLine>,
}

#[derive(Serialize)]
struct Versions {
    app: &'static str,
    /// What the hub said last; `None` where it never did.
    hub: Option<String>,
    protocol: u16,
    schema: u16,
    os: &'static str,
    arch: &'static str,
}

/// What the hub calls this device, and as what it may act.
#[derive(Serialize)]
struct Device {
    id: String,
    role: domain::identity::Role,
    comune: String,
    scopes: Vec<String>,
    expires: UnixMs,
    /// The address of the hub begins with `https`.
    https: bool,
}

#[derive(Serialize)]
struct LineFacts {
    running: bool,
    state: String,
    since: UnixMs,
    last_ok: Option<UnixMs>,
    fault: Option<Fault>,
    clock_off_ms: Option<i64>,
    goodput: Option<u64>,
    offline_by_choice: bool,
}

#[derive(Serialize)]
struct Limited {
    chosen: LineLimits,
    held: Option<Held>,
    released: bool,
    metered_by_system: Option<bool>,
    month: String,
    spent_up: u64,
    spent_down: u64,
}

/// A line of the program's log, as far as its words are our own.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct LogLine {
    at: String,
    level: String,
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
}

/// Writes the diagnosis to the folder of exports; gives the file's path.
pub async fn diagnosis_export(app: &App, _: DiagnosisExport) -> Result<String> {
    let desk = app.open_desk()?;
    let engine = desk.engine.as_ref().map(sync::EngineHandle::state);
    let (folder, now) = (app.config().data.clone(), app.now());
    app.with(move |store| {
        let diagnosis = diagnose(store, engine, &folder.join("log"), now)?;
        let name = format!("diagnosi-{now}.json");
        export(&folder.join("esportazioni"), &name, &diagnosis)
    })
    .await
}

fn diagnose(
    store: &Store,
    engine: Option<EngineState>,
    logs: &Path,
    now: UnixMs,
) -> Result<Diagnosis> {
    let attempts = store.attempts(ATTEMPTS).map_err(failure::of_store)?;
    let identity = store.identity().map_err(failure::of_store)?;
    let state = engine.clone().unwrap_or_default();
    Ok(Diagnosis {
        format: FORMAT,
        written: now,
        versions: versions(store)?,
        device: identity.map(|identity| device(&identity)),
        workspace: store.census().map_err(failure::of_store)?,
        line: facts(store, &state, engine.is_some())?,
        limits: limited(store, &state, now)?,
        attempts: attempts.into_iter().map(line::attempt).collect(),
        log: tail(logs),
    })
}

fn versions(store: &Store) -> Result<Versions> {
    Ok(Versions {
        app: env!("CARGO_PKG_VERSION"),
        hub: store.hub_version().map_err(failure::of_store)?,
        protocol: protocol::PROTOCOL,
        schema: protocol::SCHEMA,
        os: std::env::consts::OS,
        arch: std::env::consts::ARCH,
    })
}

fn device(identity: &Identity) -> Device {
    Device {
        id: identity.device.to_string(),
        role: identity.role,
        comune: identity.comune.to_string(),
        scopes: identity.scopes.iter().map(ToString::to_string).collect(),
        expires: identity.expires,
        https: identity.hub.starts_with("https://"),
    }
}

fn facts(store: &Store, state: &EngineState, running: bool) -> Result<LineFacts> {
    Ok(LineFacts {
        running,
        state: format!("{:?}", state.line).to_lowercase(),
        since: state.since,
        last_ok: state.last_ok,
        fault: state.error.as_ref().map(sync::CallError::fault),
        clock_off_ms: state.clock_off,
        goodput: state.goodput,
        offline_by_choice: store.offline().map_err(failure::of_store)?,
    })
}

fn limited(store: &Store, state: &EngineState, now: UnixMs) -> Result<Limited> {
    let month = sync::month_of(now.saturating_add(state.clock_off.unwrap_or(0)));
    let found = store.limits_and_traffic(&month);
    let (chosen, spent) = found.map_err(failure::of_store)?;
    Ok(Limited {
        chosen,
        held: state.held,
        released: state.released,
        metered_by_system: state.metered,
        month,
        spent_up: spent.up,
        spent_down: spent.down,
    })
}

/// The last lines of the newest log. A log that cannot be read is no reason to have no diagnosis.
fn tail(folder: &Path) -> Vec<LogLine> {
    let text = newest(folder).and_then(|path| end_of(&path).ok());
    let text = text.unwrap_or_default();
    let mut lines: Vec<LogLine> = text.lines().rev().filter_map(told).take(LINES).collect();
    lines.reverse();
    lines
}

/// A file a day, named after it: the last by name is the newest.
fn newest(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().map(|entry| entry.path()).max()
}

fn end_of(path: &Path) -> std::io::Result<String> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What may be told of a line: its time, its level, where it comes from, and, where it is ours, the words
/// before the first value. `None` for a line that is not the first of an event.
fn told(line: &str) -> Option<LogLine> {
    let (at, rest) = line.trim_start().split_once(' ')?;
    let (level, rest) = rest.trim_start().split_once(' ')?;
    let (from, rest) = rest.split_once(": ")?;
    let event = is_time(at) && is_level(level) && is_path(from);
    let ours = from.split("::").next().is_some_and(|it| OURS.contains(&it));
    event.then(|| LogLine {
        at: at.into(),
        level: level.into(),
        from: from.into(),
        message: if ours { message(rest) } else { String::new() },
        fields: if ours { fields(rest) } else { BTreeMap::new() },
    })
}

fn is_time(word: &str) -> bool {
    word.parse::<jiff::Timestamp>().is_ok()
}

fn is_level(word: &str) -> bool {
    ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&word)
}

/// A path of modules, not something that looks like one.
fn is_path(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | ':'))
}

/// The fixed words: those before the first `name=value`.
fn message(rest: &str) -> String {
    let words = rest.split(' ').take_while(|word| !word.contains('='));
    redact(&words.collect::<Vec<_>>().join(" "))
}

/// The values that are told, up to the first that is not: what stands behind that may be anybody's words.
fn fields(rest: &str) -> BTreeMap<String, String> {
    let words = message_length(rest);
    let mut fields = BTreeMap::new();
    let mut rest = rest.get(words..).unwrap_or_default().trim_start();
    while let Some((name, after)) = rest.split_once('=')
        && FIELDS.contains(&name)
        && let Some((value, behind)) = value(after)
    {
        fields.insert(name.to_owned(), value.to_owned());
        rest = behind.trim_start();
    }
    fields
}

/// Bytes of the words before the first `name=value`.
fn message_length(rest: &str) -> usize {
    let words = rest.split(' ').take_while(|word| !word.contains('='));
    words.map(|word| word.len() + 1).sum()
}

/// A word or a number, or fixed words between quotation marks, and what stands behind.
fn value(after: &str) -> Option<(&str, &str)> {
    let (value, behind) = match after.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => after.split_once(' ').unwrap_or((after, "")),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == ' ';
    (value.len() <= 60 && value.chars().all(plain)).then_some((value, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "2026-11-26T08:12:45.123456Z";

    fn words(line: &str) -> Option<(String, String)> {
        told(line).map(|it| (it.from, it.message))
    }

    #[test]
    fn our_own_words_are_told_and_values_are_not() {
        let line = format!(
            "{TIME}  INFO sync::engine::courier: the hub was not reached error=no line: 10.1.2.3 Maria"
        );
        let told = words(&line);
        let wanted = ("sync::engine::courier", "the hub was not reached");
        assert_eq!(told, Some((wanted.0.into(), wanted.1.into())));
    }

    #[test]
    fn the_number_of_an_incident_and_what_failed_are_told() {
        let line = format!(
            "{TIME} ERROR commands::failure: A command failed. incident=4F7K2A what=\"the workspace failed\" error=Maria Rossi code=Neve"
        );
        let fields = told(&line).map(|it| it.fields).unwrap_or_default();
        let known: Vec<_> = fields
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            known,
            [("incident", "4F7K2A"), ("what", "the workspace failed")]
        );
    }

    #[test]
    fn what_others_say_is_not_told() {
        let line = format!("{TIME}  WARN ui: Maria Rossi pressed The web view reports.");
        assert_eq!(words(&line), Some(("ui".into(), String::new())));
        for line in [
            "   at Maria Rossi: something",
            "Maria WARN ui: x",
            "",
            "2026 WARN a b: c",
        ] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
