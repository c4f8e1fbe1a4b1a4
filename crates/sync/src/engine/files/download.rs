//! Files coming down: whole chunks, kept as far as an answer came.

use super::Report;
use super::flow::{Flow, WINDOW};
use super::hold::Hold;
use super::journey::{Journey, ranges_of};
use super::porter::Porter;
use super::skipped::of_the_file;
use crate::CallError;
use crate::files_client::Arrived;
use domain::{FileId, FileRef};
use protocol::files::{
    Get, MAX_CHUNKS, MAX_FILE, Manifest, ManifestRequest2, Ranges, StateRequest, pieces,
};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A call that ended.
struct Landed {
    ranges: Ranges,
    outcome: Result<Arrived, CallError>,
}

/// Files coming down.
#[derive(Default)]
pub(super) struct Downloads {
    flow: Flow,
    current: Option<Journey>,
}

impl Downloads {
    /// Carries until nothing is wanted any more.
    pub async fn run(&mut self, porter: &Porter, hold: &Hold) -> Result<(), CallError> {
        // What is here is known here: nothing is in doubt.
        self.current = None;
        let mut flights = JoinSet::new();
        loop {
            if flights.is_empty() {
                hold.free().await;
            }
            // Where nothing was under way it was waited for, as in the other lanes.
            if flights.is_empty() || hold.is_free() {
                self.fill(porter, &mut flights).await?;
            }
            match flights.join_next().await {
                None => return Ok(()),
                Some(landed) => {
                    let landed = landed.map_err(|error| CallError::Local(error.to_string()))?;
                    self.land(porter, landed, &mut flights).await?;
                }
            }
        }
    }

    async fn fill(
        &mut self,
        porter: &Porter,
        flights: &mut JoinSet<Landed>,
    ) -> Result<(), CallError> {
        // Asked before each stretch: the hour may have come, or the line have become a metered one. What is under way
        // still lands.
        while flights.len() < WINDOW && porter.gate.lets_down() {
            if self.current.is_none() {
                let Some(file) = porter.downloads().await?.into_iter().next() else {
                    return Ok(());
                };
                self.begin(porter, &file).await?;
                continue;
            }
            if !self.fly(porter, flights) {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn begin(&mut self, porter: &Porter, file: &FileRef) -> Result<(), CallError> {
        match self.plan(porter, file).await {
            Err(error) if of_the_file(&error) => {
                porter.skipped.add(&file.id, &error);
                Ok(())
            }
            done => done,
        }
    }

    async fn plan(&mut self, porter: &Porter, file: &FileRef) -> Result<(), CallError> {
        let wanted = file.id.clone();
        let known = porter.on_disk(move |store| store.manifest(&wanted)).await?;
        let manifest = match known {
            Some(manifest) => manifest,
            None => self.ask_manifest(porter, file).await?,
        };
        let wanted = file.id.clone();
        let missing = porter
            .on_disk(move |store| store.missing_chunks(&wanted))
            .await?;
        if missing.is_empty() {
            return self.without_a_call(porter, &file.id).await;
        }
        let ranges = ranges_of(&manifest, &missing);
        self.current = Some(Journey::new(manifest, ranges));
        Ok(())
    }

    /// Every chunk was here already, of other files; that the file is whole was noted with its manifest.
    async fn without_a_call(&self, porter: &Porter, file: &FileId) -> Result<(), CallError> {
        let wanted = file.clone();
        let state = porter
            .on_disk(move |store| store.file_state(&wanted))
            .await?;
        if porter
            .downloads()
            .await?
            .iter()
            .any(|other| other.id == *file)
        {
            // It is said to be missing, and no chunk of it is: not worth a loop.
            return Err(CallError::Local(
                "nothing is missing of a missing file".into(),
            ));
        }
        tracing::debug!(size = state.size, "a file was made of others");
        porter.say(Report::Downloaded(file.clone()));
        Ok(())
    }

    async fn ask_manifest(
        &mut self,
        porter: &Porter,
        file: &FileRef,
    ) -> Result<Manifest, CallError> {
        let wanted = file.id.clone();
        let here = porter
            .on_disk(move |store| store.neighbours(&wanted))
            .await?;
        let request = ManifestRequest2 {
            file: file.id.clone(),
            bases: here.iter().map(state_of).collect(),
        };
        let patience = self.flow.patience(64 * 1024);
        let call =
            |client: crate::HubClient| async move { client.manifest2(&request, &here).await };
        let manifest = porter.call(patience, call).await.0?;
        if !plausible(&manifest, file) {
            return Err(CallError::Malformed(
                "the manifest is of another file".into(),
            ));
        }
        let kept = manifest.clone();
        porter
            .on_disk(move |store| store.put_manifest(&kept))
            .await?;
        Ok(manifest)
    }

    fn fly(&mut self, porter: &Porter, flights: &mut JoinSet<Landed>) -> bool {
        let Some(journey) = &mut self.current else {
            return false;
        };
        let ranges = journey.take(self.flow.next_size(), true);
        if ranges.is_empty() {
            return false;
        }
        if flights.is_empty() {
            self.flow.begin(Instant::now());
        }
        let patience = self.flow.patience(2 * ranges.len());
        let file = journey.manifest.file.clone();
        flights.spawn(get(porter.clone(), file, ranges, patience));
        true
    }

    async fn land(
        &mut self,
        porter: &Porter,
        landed: Landed,
        flights: &mut JoinSet<Landed>,
    ) -> Result<(), CallError> {
        let Some(file) = self
            .current
            .as_ref()
            .map(|journey| journey.manifest.file.clone())
        else {
            return Ok(());
        };
        match self.arrived(porter, landed).await {
            Ok(()) => Ok(()),
            Err(error) if of_the_file(&error) => {
                flights.shutdown().await;
                self.current = None;
                porter.skipped.add(&file, &error);
                Ok(())
            }
            Err(error) => {
                self.flow.failed(&error);
                Err(error)
            }
        }
    }

    async fn arrived(&mut self, porter: &Porter, landed: Landed) -> Result<(), CallError> {
        let Landed { ranges, outcome } = landed;
        let Arrived { bytes, cut } = outcome?;
        let Some(journey) = &mut self.current else {
            return Ok(());
        };
        let chunks = whole_chunks(&journey.manifest, &ranges, &bytes);
        let size: usize = chunks.iter().map(Vec::len).sum();
        let new = porter.on_disk(move |store| keep(store, &chunks)).await?;
        if let Some(cut) = cut {
            return Err(cut);
        }
        if new == 0 {
            return Err(CallError::Malformed(
                "the answer held no chunk of the file".into(),
            ));
        }
        self.flow.landed(size as u64, Instant::now());
        journey.landed(&ranges);
        porter.say(journey.progress(false));
        if journey.spent() {
            let file = journey.manifest.file.clone();
            self.current = None;
            porter.skipped.remove(&file);
            porter.say(Report::Downloaded(file));
        }
        Ok(())
    }
}

fn keep(store: &store::Store, chunks: &[Vec<u8>]) -> Result<u32, store::StoreError> {
    let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    store.put_chunks(&chunks)
}

fn state_of(manifest: &Manifest) -> StateRequest {
    StateRequest {
        file: manifest.file.clone(),
        digest: manifest.digest(),
    }
}

async fn get(porter: Porter, file: FileId, ranges: Ranges, patience: Duration) -> Landed {
    let request = Get {
        file,
        ranges: ranges.clone(),
    };
    let call = |client: crate::HubClient| async move { client.get(&request).await };
    let outcome = porter.call(patience, call).await.0;
    Landed { ranges, outcome }
}

/// The chunks that are whole in what arrived of these ranges.
fn whole_chunks(manifest: &Manifest, ranges: &Ranges, mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    for piece in pieces(manifest, ranges) {
        let Some((own, rest)) = bytes.split_at_checked(piece.len as usize) else {
            break;
        };
        if piece.whole {
            chunks.push(own.to_vec());
        }
        bytes = rest;
    }
    chunks
}

/// Where the sizes do not add up, the chunks cannot make the file that the page refers to.
fn plausible(manifest: &Manifest, file: &FileRef) -> bool {
    let sum: u64 = manifest.chunks.iter().map(|chunk| u64::from(chunk.1)).sum();
    manifest.file == file.id
        && manifest.size == sum
        && manifest.size <= MAX_FILE
        && manifest.chunks.len() <= MAX_CHUNKS
}
