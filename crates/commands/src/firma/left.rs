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
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
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

/// A document.
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

    fn place(&self) -> Option<&Path> {
        self.path.as_deref().map(Path::new)
    }

    /// Two places are two documents, whatever their bytes are.
    fn may_be(&self, open: &Open) -> bool {
        match (self.place(), open.path.as_deref()) {
            (Some(kept), Some(open)) => kept == open,
            _ => true,
        }
    }
}

/// The files that were there when they were looked for last. A share of the network that is gone answers after seconds,
/// and what is left is asked for at every event.
#[derive(Default)]
pub struct Looked {
    since: Option<Instant>,
    there: HashMap<PathBuf, bool>,
}

impl Looked {
    /// So long an answer stands: a share that came back is noticed.
    const STANDS: Duration = Duration::from_secs(60);

    fn is_there(&mut self, file: &Path) -> bool {
        if self
            .since
            .is_none_or(|since| since.elapsed() >= Self::STANDS)
        {
            *self = Self::default();
            self.since = Some(Instant::now());
        }
        if let Some(there) = self.there.get(file) {
            return *there;
        }
        let there = file.is_file();
        self.there.insert(file.to_owned(), there);
        there
    }
}

/// Which of the open documents each of these is, if it is open: known again by its place; where the system did not tell
/// that of both, by its bytes. No open document is two of them: of two copies each has its own.
fn pair(kept: &[&Kept], open: &[Open]) -> Vec<Option<PaperId>> {
    let mut at_place: HashMap<&Path, Vec<&Open>> = HashMap::new();
    let mut of_bytes: HashMap<&str, Vec<&Open>> = HashMap::new();
    for open in open {
        if let Some(path) = open.path.as_deref() {
            at_place.entry(path).or_default().push(open);
        }
        let sha256 = open.paper.sha256.as_str();
        of_bytes.entry(sha256).or_default().push(open);
    }
    let mut taken = BTreeSet::new();
    let mut take = |kept: &Kept, among: Option<&Vec<&Open>>| {
        let mut among = among?.iter().map(|open| (open, &open.paper.id));
        let (_, id) = among.find(|(open, id)| kept.may_be(open) && !taken.contains(*id))?;
        taken.insert(id.clone());
        Some(id.clone())
    };
    // Those that lie where they lay come first: no copy takes one of them away.
    let by_place = kept.iter().map(|it| take(it, at_place.get(it.place()?)));
    let mut found: Vec<Option<PaperId>> = by_place.collect();
    for (it, found) in kept.iter().zip(&mut found) {
        if found.is_none() {
            *found = take(it, of_bytes.get(it.sha256.as_str()));
        }
    }
    found
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

/// Notes what is about to be signed, and says whether it could: without an open workspace nothing is kept, and signing
/// goes on.
pub fn begin(app: &App, request: &Request, papers: &[Open]) -> bool {
    let note = || {
        let store = app.open_desk()?.store;
        let mut all = load(&store)?;
        let kept: Vec<&Kept> = all.iter().flat_map(|run| &run.papers).collect();
        let mut taken_up = pair(&kept, papers).into_iter();
        for run in &mut all {
            run.papers.retain(|_| taken_up.next().flatten().is_none());
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
    told(note())
}

/// Notes that so many documents of the run that was noted last, from the first, are signed or were told of.
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

fn told(noted: Result<()>) -> bool {
    if let Err(failure) = &noted {
        tracing::warn!(code = ?failure.code, "After a crash this run is not offered again.");
    }
    noted.is_ok()
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
        let kept = left.map(|left| left.papers).unwrap_or_default();
        let open = open_ones(&here, &kept);
        // Whoever asks meanwhile waits for these answers, and looks for nothing.
        let mut looked = lock(&here.firma().looked);
        let mut said = |(kept, open): (Kept, Option<PaperId>)| LeftPaper {
            found: match open {
                Some(_) => Found::Open,
                None if kept.place().is_some_and(|it| looked.is_there(it)) => Found::Disk,
                None => Found::Nowhere,
            },
            name: kept.name,
        };
        Ok(kept.into_iter().zip(open).map(&mut said).collect())
    })
    .await
}

/// The open documents that these are.
fn open_ones(app: &App, kept: &[Kept]) -> Vec<Option<PaperId>> {
    let kept: Vec<&Kept> = kept.iter().collect();
    pair(&kept, lock(&app.firma().papers).all())
}

/// Opens those that are found, for a person to look at and confirm.
pub async fn firma_left_open(app: &App, _: FirmaLeftOpen) -> Result<Option<Proposal>> {
    let here = app.clone();
    let store = app.open_desk()?.store;
    let proposal = off_thread(move || {
        let Some(left) = offered(&here, &store)? else {
            return Ok(None);
        };
        // What is found now is told from now on.
        *lock(&here.firma().looked) = Looked::default();
        let (mut papers, mut failed) = (Vec::new(), None);
        for (kept, open) in left.papers.iter().zip(open_ones(&here, &left.papers)) {
            match open.map(Ok).or_else(|| open_again(&here, kept)) {
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

/// Opens it where its place is known; none where a person has to find it.
fn open_again(app: &App, kept: &Kept) -> Option<Result<PaperId>> {
    let file = kept.place().filter(|path| path.is_file())?;
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

#[cfg(test)]
mod tests {
    use super::Looked;

    #[test]
    fn a_file_is_looked_for_once_until_all_are_looked_for_anew() -> std::io::Result<()> {
        let file = tempfile::NamedTempFile::new()?.into_temp_path();
        let mut looked = Looked::default();
        assert!(looked.is_there(&file));
        let place = file.to_path_buf();
        file.close()?;
        assert!(looked.is_there(&place), "nothing asks the disk again");
        assert!(!Looked::default().is_there(&place));
        Ok(())
    }
}
