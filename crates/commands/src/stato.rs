//! The line, one's own work, "Oggi" and "Da risolvere".

use crate::app::{App, Desk};
use crate::{Result, convert, failure};
use api::stato::{
    Conflict, ConflictList, ConflictResolve, Line, LineLoad, LineSetOff, LineState, LineSyncNow,
    Oggi, OggiLoad, Remedy, UiLog, WaitingExport,
};
use api::{Code, Event, Failure};
use domain::UnixMs;
use jiff::{Timestamp, ToSpan, Zoned, tz::TimeZone};
use serde::Serialize;
use std::path::Path;
use store::{Store, Today};

/// How many days before its last day a news item is shown under "In scadenza".
const NEAR_DAYS: i64 = 14;

/// The home.
pub async fn oggi_load(app: &App, _: OggiLoad) -> Result<Oggi> {
    let desk = app.open_desk()?;
    let now = app.now();
    app.with(move |store| {
        let today = today(store, now)?;
        Ok(Oggi {
            line: line_of(&desk, &today, now),
            drafts: convert::rows(today.drafts),
            arrivals: today
                .arrivals
                .into_iter()
                .map(|arrival| convert::row(arrival.row))
                .collect(),
            deadlines: convert::rows(today.deadlines),
            counts: today.counts,
        })
    })
    .await
}

/// Today and the last day that is near, in Italy, as `2026-11-22`.
fn days(now: UnixMs) -> (String, String) {
    let zone = TimeZone::get("Europe/Rome").unwrap_or(TimeZone::UTC);
    let now = Timestamp::from_millisecond(now).unwrap_or_default();
    let today = Zoned::new(now, zone).date();
    let near = today.saturating_add(NEAR_DAYS.days());
    (today.to_string(), near.to_string())
}

fn today(store: &Store, now: UnixMs) -> Result<Today> {
    let (today, near) = days(now);
    store.today(&today, &near).map_err(failure::of_store)
}

/// The line.
pub async fn line_load(app: &App, _: LineLoad) -> Result<LineState> {
    let desk = app.open_desk()?;
    let now = app.now();
    app.with(move |store| Ok(line_of(&desk, &today(store, now)?, now)))
        .await
}

fn line_of(desk: &Desk, work: &Today, now: UnixMs) -> LineState {
    let mut state = LineState {
        line: Line::Down,
        since: now,
        last_ok: None,
        waiting: work.waiting,
        waiting_bytes: work.waiting_bytes,
        conflicts: work.conflicts,
        clock_off: None,
    };
    let Some(engine) = desk.engine.as_ref().map(sync::EngineHandle::state) else {
        return state;
    };
    state.line = match engine.line {
        sync::Line::Off => Line::Off,
        sync::Line::Revoked => Line::Revoked,
        sync::Line::Up if engine.busy => Line::Busy,
        sync::Line::Up => Line::Up,
        sync::Line::Down => Line::Down,
        sync::Line::Trouble => Line::Trouble,
    };
    state.since = engine.since;
    state.last_ok = engine.last_ok;
    state.clock_off = engine.clock_off;
    state
}

/// "Lavora senza rete", and back. The choice outlives the app.
pub async fn line_set_off(app: &App, input: LineSetOff) -> Result<LineState> {
    app.with(move |store| store.set_offline(input.off).map_err(failure::of_store))
        .await?;
    if let Some(engine) = app.open_desk()?.engine {
        engine.set_off(input.off);
    }
    app.tell(Event::Line);
    line_load(app, LineLoad {}).await
}

/// Try now.
pub async fn line_sync_now(app: &App, _: LineSyncNow) -> Result<LineState> {
    if let Some(engine) = app.open_desk()?.engine {
        engine.sync_now();
    }
    line_load(app, LineLoad {}).await
}

/// Writes one's unsent work to a file that a person can carry; gives its path.
pub async fn waiting_export(app: &App, _: WaitingExport) -> Result<String> {
    let folder = app.config().data.join("esportazioni");
    let name = format!("lavoro-non-inviato-{}.json", app.now());
    app.with(move |store| {
        let work = store.export_outbox().map_err(failure::of_store)?;
        export(&folder, &name, &work)
    })
    .await
}

/// Writes something for a person to carry; gives the file's path.
pub(crate) fn export(folder: &Path, name: &str, what: &impl Serialize) -> Result<String> {
    let text = serde_json::to_vec_pretty(what)
        .map_err(|error| failure::unexpected("the export cannot be written", &error))?;
    let path = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| failure::of_store(error.into()))?;
    Ok(path.to_string_lossy().into_owned())
}

/// "Da risolvere".
pub async fn conflict_list(app: &App, _: ConflictList) -> Result<Vec<Conflict>> {
    app.with(|store| {
        let conflicts = store.conflicts().map_err(failure::of_store)?;
        Ok(conflicts.into_iter().map(convert::conflict).collect())
    })
    .await
}

/// Settles a disagreement.
pub async fn conflict_resolve(app: &App, input: ConflictResolve) -> Result<()> {
    let now = app.now();
    app.act(move |store| {
        let conflicts = store.conflicts().map_err(failure::of_store)?;
        if !conflicts.iter().any(|conflict| conflict.id == input.id) {
            return Err(Failure::new(Code::AlreadyResolved));
        }
        store
            .resolve(input.id, remedy(input.remedy), now)
            .map_err(failure::of_store)
    })
    .await?;
    app.tell(Event::Conflicts);
    Ok(())
}

fn remedy(remedy: Remedy) -> store::Remedy {
    match remedy {
        Remedy::KeepTheirs => store::Remedy::KeepTheirs,
        Remedy::UseMine => store::Remedy::UseMine,
        Remedy::Acknowledge => store::Remedy::Acknowledge,
        Remedy::DeleteAgain => store::Remedy::DeleteAgain,
        Remedy::PublishAgain => store::Remedy::PublishAgain,
    }
}

/// A note of the web view for the log.
pub async fn ui_log(_: &App, input: UiLog) -> Result<()> {
    let message: String = input.message.chars().take(2_000).collect();
    tracing::warn!(target: "ui", message, "The web view reports.");
    Ok(())
}
