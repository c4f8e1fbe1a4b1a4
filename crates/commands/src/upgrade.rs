//! Signed files that wait for what makes them last: a time stamp, then chain and revocation facts. The engine brings it
//! when there is a line; nobody waits for it.

use crate::app::App;
use crate::{Result, failure};
use api::Event;
use std::path::PathBuf;
use store::{Level, Upgrading};

/// The setting that says how far files are to go: `t`, `lt` or `lta`.
const GOAL: &str = "firma.goal";

impl App {
    /// Has a signed file stamped and completed when there is a line, in the place where it is. Whoever moves or changes
    /// it before takes it off the list.
    ///
    /// # Errors
    /// Where the file cannot be read, or the workspace is locked.
    pub async fn upgrade_later(&self, path: PathBuf) -> Result<()> {
        let now = self.now();
        self.with(move |store| {
            let goal = store.setting(GOAL).map_err(failure::of_store)?;
            let goal = match goal.as_deref() {
                Some("t") => Level::T,
                Some("lta") => Level::Lta,
                _ => Level::Lt,
            };
            sync::add_upgrade(store, &path, goal, now).map_err(failure::of_store)
        })
        .await?;
        if let Some(engine) = self.open_desk()?.engine {
            engine.nudge_upgrades();
        }
        self.tell(Event::Line);
        Ok(())
    }

    /// The files that wait, and those that left without reaching their goal, with the reason.
    ///
    /// # Errors
    /// Where the workspace is locked.
    pub async fn upgrades(&self) -> Result<Vec<Upgrading>> {
        self.with(|store| store.upgrades().map_err(failure::of_store))
            .await
    }

    /// A person saw why a file left the list, or takes it off.
    ///
    /// # Errors
    /// Where the workspace is locked.
    pub async fn upgrade_forget(&self, path: String) -> Result<()> {
        self.with(move |store| store.upgrade_forget(&path).map_err(failure::of_store))
            .await
    }
}
