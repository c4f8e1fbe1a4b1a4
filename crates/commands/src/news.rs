//! What the engine tells, passed on to the UI at a rhythm it can follow.

use crate::app::App;
use api::Event;
use domain::PageId;
use std::collections::BTreeSet;
use std::time::Duration;
use sync::{EngineHandle, Line};
use tokio::sync::broadcast::error::RecvError;

/// At most ten rounds of events a second.
const RHYTHM: Duration = Duration::from_millis(100);

/// Follows an engine until it ends.
pub fn follow(app: &App, engine: &EngineHandle) {
    let (app, engine, mut events) = (app.clone(), engine.clone(), engine.events());
    tokio::spawn(async move {
        let mut was_up = false;
        loop {
            let mut batch = Batch::default();
            match events.recv().await {
                Ok(event) => batch.add(event),
                Err(RecvError::Lagged(_)) => batch.everything(),
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(RHYTHM).await;
            while let Ok(event) = events.try_recv() {
                batch.add(event);
            }
            batch.tell(&app);
            let up = engine.state().line == Line::Up;
            if up && !was_up {
                carry_on(&app);
            }
            was_up = up;
        }
    });
}

/// The line is back, for ten seconds perhaps: what is carried for others does not wait for its own next look.
fn carry_on(app: &App) {
    if let Some(carrier) = app.desk().and_then(|desk| desk.carrier) {
        carrier.nudge();
    }
}

#[derive(Default)]
struct Batch {
    pages: BTreeSet<PageId>,
    conflicts: bool,
    session: bool,
    /// Trusted lists, or signed files on their way to last.
    firma: bool,
    /// Something that judgements rest on.
    verdicts: bool,
}

impl Batch {
    fn add(&mut self, event: sync::Event) {
        match event {
            sync::Event::State(state) => self.session |= state.line == Line::Revoked,
            sync::Event::Applied(applied) => {
                self.conflicts |= applied.conflicts > 0;
                self.pages.extend(applied.changed);
            }
            sync::Event::Lists => {
                self.firma = true;
                self.verdicts = true;
            }
            sync::Event::Facts => self.verdicts = true,
            sync::Event::Upgrades => self.firma = true,
            sync::Event::Uploaded(_) | sync::Event::Downloaded(_) => {}
        }
    }

    fn everything(&mut self) {
        self.conflicts = true;
        self.session = true;
        self.firma = true;
        self.verdicts = true;
    }

    fn tell(self, app: &App) {
        app.tell(Event::Line);
        if !self.pages.is_empty() {
            app.tell(Event::Pages(self.pages.into_iter().collect()));
        }
        if self.conflicts {
            app.tell(Event::Conflicts);
        }
        if self.session {
            app.tell(Event::Session);
        }
        if self.firma {
            app.tell(Event::Firma);
        }
        if self.verdicts {
            app.tell(Event::Verdicts);
        }
    }
}
