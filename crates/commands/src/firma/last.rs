//! Signed files that wait for what makes them last: a time stamp, then chain and revocation facts. The engine brings it
//! when there is a line; nobody waits for it.

use super::lock;
use crate::app::App;
use crate::{Result, failure};
use api::Event;
use api::firma::{FirmaForget, FirmaLasting, Lasting};
use domain::firma::Level;
use std::path::Path;
use store::Upgrading;

/// The setting that says how far files are to go: `t`, `lt` or `lta`.
const GOAL: &str = "firma.goal";

/// Has a signed file stamped and completed when there is a line, in the place where it is. Whoever moves or changes it
/// before takes it off the list.
///
/// # Errors
/// Where the file cannot be read, or the workspace is locked.
pub fn queue(app: &App, path: &Path) -> Result<()> {
    let desk = app.open_desk()?;
    let goal = desk.store.setting(GOAL).map_err(failure::of_store)?;
    let goal = match goal.as_deref() {
        Some("t") => Level::T,
        Some("lta") => Level::Lta,
        _ => Level::Lt,
    };
    sync::add_upgrade(&desk.store, path, goal, app.now()).map_err(failure::of_store)?;
    if let Some(engine) = desk.engine {
        engine.nudge_upgrades();
    }
    app.tell(Event::Line);
    Ok(())
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
