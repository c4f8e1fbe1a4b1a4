//! What a run left unsigned when the program ended, offered again at the next start. Kept in the encrypted workspace:
//! names, places, hashes and how they were to be signed; no contents, and no PIN. What is signed then is what is shown
//! then: read, hashed and confirmed anew.

use super::papers::{self, Open};
use super::{lock, sign};
use crate::app::{App, off_thread};
use crate::{Result, failure};
use api::Event;
use api::firma::{
    FirmaLeft, FirmaLeftForget, FirmaLeftOpen, Format, Found, LeftPaper, PaperId, Proposal,
    Request, Spot,
};
use serde::{Deserialize, Serialize};
use std::path::Path;
use store::Store;

/// The setting with the runs that are not over, the last one first.
const RUNS: &str = "firma.left";
/// The setting that says with how many documents of the last run something was done already: a run of thousands does not
/// write its list for each of them.
const DONE: &str = "firma.left.done";

/// A run, without what was done of it.
#[derive(Serialize, Deserialize)]
struct Left {
    identity: String,
    format: Format,
    stamp: Option<Spot>,
    purpose: Option<String>,
    papers: Vec<Kept>,
}

/// A document. It is known again by its place; where the system did not tell that, by its bytes.
#[derive(Serialize, Deserialize)]
struct Kept {
    name: String,
    path: Option<String>,
    sha256: String,
}

impl Kept {
    fn of(open: &Open) -> Self {
        let path = open.path.as_deref().and_then(Path::to_str);
        Self {
            name: open.paper.name.clone(),
            path: path.map(str::to_owned),
            sha256: open.paper.sha256.clone(),
        }
    }

    fn is(&self, open: &Open) -> bool {
        match &self.path {
            Some(path) => open.path.as_deref() == Some(Path::new(path)),
            None => open.paper.sha256 == self.sha256,
        }
    }

    fn found(&self, all: &[Open]) -> Found {
        let on_disk = self.path.as_ref().is_some_and(|it| Path::new(it).is_file());
        match (all.iter().any(|open| self.is(open)), on_disk) {
            (true, _) => Found::Open,
            (false, true) => Found::Disk,
            (false, false) => Found::Nowhere,
        }
    }
}

fn load(store: &Store) -> Result<Vec<Left>> {
    let setting = |name| store.setting(name).map_err(failure::of_store);
    let Some(text) = setting(RUNS)?.filter(|text| !text.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut all: Vec<Left> = serde_json::from_str(&text).unwrap_or_else(|error| {
        tracing::warn!(%error, "What was left unsigned cannot be read.");
        Vec::new()
    });
    let done = setting(DONE)?.and_then(|done| done.parse().ok());
    if let Some(last) = all.first_mut() {
        let done = done.unwrap_or(0).min(last.papers.len());
        last.papers.drain(..done);
    }
    all.retain(|run| !run.papers.is_empty());
    Ok(all)
}

fn save(store: &Store, all: &[Left]) -> Result<()> {
    let text = match all.is_empty() {
        true => String::new(),
        false => serde_json::to_string(all)
            .map_err(|error| failure::unexpected("the list is not written", &error))?,
    };
    // First the list without the count: what is counted twice is offered twice, what is left out is lost.
    store.set_setting(DONE, "0").map_err(failure::of_store)?;
    store.set_setting(RUNS, &text).map_err(failure::of_store)
}

/// Notes what is about to be signed. Without an open workspace nothing is kept, and signing goes on.
pub fn begin(app: &App, request: &Request, papers: &[Open]) {
    let note = || {
        let store = app.open_desk()?.store;
        let mut all = load(&store)?;
        for run in &mut all {
            run.papers
                .retain(|kept| !papers.iter().any(|open| kept.is(open)));
        }
        all.retain(|run| !run.papers.is_empty());
        let this = Left {
            identity: request.identity.clone(),
            format: request.format,
            stamp: request.stamp,
            purpose: request.purpose.clone(),
            papers: papers.iter().map(Kept::of).collect(),
        };
        all.insert(0, this);
        save(&store, &all)
    };
    told(note());
}

/// Notes that so many documents of the run, from the first, are signed or were told of.
pub fn advance(app: &App, done: usize, all: usize) {
    let note = || {
        let store = app.open_desk()?.store;
        let text = done.to_string();
        store.set_setting(DONE, &text).map_err(failure::of_store)?;
        match done == all {
            true => save(&store, &load(&store)?),
            false => Ok(()),
        }
    };
    told(note());
}

fn told(noted: Result<()>) {
    if let Err(failure) = noted {
        tracing::warn!(code = ?failure.code, "After a crash this run is not offered again.");
    }
}

/// The run that is offered: none while one is here that can be taken up itself.
fn offered(app: &App, store: &Store) -> Result<Option<Left>> {
    if sign::is_unfinished(app) {
        return Ok(None);
    }
    Ok(load(store)?.into_iter().next())
}

/// The documents that were left, in their order.
pub async fn firma_left(app: &App, _: FirmaLeft) -> Result<Vec<LeftPaper>> {
    let Ok(desk) = app.open_desk() else {
        return Ok(Vec::new());
    };
    let here = app.clone();
    off_thread(move || {
        let left = offered(&here, &desk.store)?;
        let open = lock(&here.firma().papers).all();
        let said = |kept: Kept| LeftPaper {
            found: kept.found(&open),
            name: kept.name,
        };
        let papers = left.into_iter().flat_map(|left| left.papers);
        Ok(papers.map(said).collect())
    })
    .await
}

/// Opens those that are found, for a person to look at and confirm.
pub async fn firma_left_open(app: &App, _: FirmaLeftOpen) -> Result<Option<Proposal>> {
    let here = app.clone();
    let store = app.open_desk()?.store;
    let proposal = off_thread(move || {
        let Some(left) = offered(&here, &store)? else {
            return Ok(None);
        };
        let (mut papers, mut failed) = (Vec::new(), None);
        for kept in &left.papers {
            match take(&here, kept) {
                Some(Ok(id)) => papers.push(id),
                Some(Err(why)) => failed = Some(why),
                None => {}
            }
        }
        // Those that open are not held up by one that does not.
        if let (true, Some(why)) = (papers.is_empty(), failed) {
            return Err(why);
        }
        Ok(Some(Proposal {
            papers,
            identity: left.identity,
            format: left.format,
            stamp: left.stamp,
            purpose: left.purpose,
        }))
    })
    .await?;
    app.tell(Event::Firma);
    Ok(proposal)
}

/// The open document that it is, opened now where its place is known; none where a person has to find it.
fn take(app: &App, kept: &Kept) -> Option<Result<PaperId>> {
    let open = lock(&app.firma().papers).all();
    if let Some(open) = open.iter().find(|open| kept.is(open)) {
        return Some(Ok(open.paper.id.clone()));
    }
    let path = Path::new(kept.path.as_ref()?);
    let file = path.is_file().then_some(path)?;
    Some(papers::open_file(app, file).map(|paper| paper.id))
}

/// A person does not want them signed any more.
pub async fn firma_left_forget(app: &App, _: FirmaLeftForget) -> Result<()> {
    let here = app.clone();
    app.with(move |store| {
        if offered(&here, store)?.is_none() {
            return Ok(());
        }
        let all = load(store)?;
        save(store, all.get(1..).unwrap_or_default())
    })
    .await?;
    app.tell(Event::Firma);
    Ok(())
}
