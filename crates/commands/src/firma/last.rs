//! Signed files that wait for what makes them last: a time stamp, then chain and revocation facts. The engine brings it
//! when there is a line; nobody waits for it.

use super::lock;
use crate::app::App;
use crate::{Result, failure};
use api::Event;
use api::firma::{FirmaForget, FirmaGoalLoad, FirmaGoalSet, FirmaLasting, Lasting};
use domain::firma::Level;
use std::path::Path;
use store::{Store, Upgrading};

/// The setting that says how far files are to go: `t`, `lt` or `lta`.
const GOAL: &str = "firma.goal";

/// Has a signed file stamped and completed when there is a line, in the place where it is. Whoever moves or changes it
/// before takes it off the list.
///
/// # Errors
/// Where the file cannot be read, or the workspace is locked.
pub fn queue(app: &App, path: &Path) -> Result<()> {
    let desk = app.open_desk()?;
    let goal = goal(&desk.store)?;
    sync::add_upgrade(&desk.store, path, goal, app.now()).map_err(failure::of_store)?;
    if let Some(engine) = desk.engine {
        engine.nudge_upgrades();
    }
    app.tell(Event::Line);
    Ok(())
}

/// One stamp and what it takes to judge it, unless a person chose otherwise: a stamp costs, and a comune has so many a
/// month.
fn goal(store: &Store) -> Result<Level> {
    let goal = store.setting(GOAL).map_err(failure::of_store)?;
    Ok(match goal.as_deref() {
        Some("t") => Level::T,
        Some("lta") => Level::Lta,
        _ => Level::Lt,
    })
}

/// How far files that are signed here are brought.
pub async fn firma_goal_load(app: &App, _: FirmaGoalLoad) -> Result<Level> {
    app.with(goal).await
}

/// Chooses that, for what is signed from now on.
pub async fn firma_goal_set(app: &App, input: FirmaGoalSet) -> Result<Level> {
    let name = match input.goal {
        Level::T => "t",
        Level::Lt => "lt",
        Level::Lta => "lta",
    };
    app.with(move |store| {
        store.set_setting(GOAL, name).map_err(failure::of_store)?;
        goal(store)
    })
    .await
}

/// The files that wait, and those that left without reaching their goal.
pub async fn firma_lasting(app: &App, _: FirmaLasting) -> Result<Vec<Lasting>> {
    let all: Vec<Lasting> = app
        .with(|store| store.upgrades().map_err(failure::of_store))
        .await?
        .into_iter()
        .map(said)
        .collect();
    let folders = all.iter().map(|file| file.folder.clone().into());
    lock(&app.firma().folders).extend(folders);
    Ok(all)
}

/// A person saw why a file left the list, or takes it off.
pub async fn firma_forget(app: &App, input: FirmaForget) -> Result<()> {
    app.with(move |store| store.upgrade_forget(&input.path).map_err(failure::of_store))
        .await?;
    app.tell(Event::Line);
    Ok(())
}

fn said(file: Upgrading) -> Lasting {
    let path = Path::new(&file.path);
    let text =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    Lasting {
        name: text(path.file_name()),
        folder: text(path.parent().map(Path::as_os_str)),
        level: file.level,
        added: file.added,
        waits: file.waits,
        ended: file.ended,
        path: file.path,
    }
}
