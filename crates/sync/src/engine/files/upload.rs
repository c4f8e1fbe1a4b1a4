//! Files going up: offered compactly, then three short calls at a time or one long one, each of which the hub keeps as
//! far as it came.

use super::flow::{Flow, Trip, WINDOW};
use super::hold::Hold;
use super::journey::Journey;
use super::long::{Flowing, Way};
use super::porter::Porter;
use super::skipped::of_the_file;
use super::{Lane, Report};
use crate::CallError;
use crate::transport::Feed;
use domain::FileId;
use protocol::files::{
    Left, MAX_INLINE, Manifest, Missing2, Offer, Put, Ranges, StateRequest, dictionary,
    encode_manifest, new_chunks, pieces,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use store::{Store, StoreError};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A manifest longer than this is not told again where the hub may know it: that is asked first.
const ASK_FIRST: usize = 1024;
/// Packed chunks that travel with an offer, at most, in seconds of the line and in bytes at least.
const ALONG: (f64, usize) = (4.0, 40 * 1024);
/// How hard the few chunks that go with an offer are packed.
const PACK_LEVEL: i32 = 19;
/// How hard others are.
const LEVEL: i32 = 3;
/// The order of files is looked at again after this long: something more pressing may have come.
const LOOK: Duration = Duration::from_secs(2);
/// Bytes that the kernel may hold of a long call: so long a piece may take.
const BUFFERED: u64 = 512 * 1024;
/// A file whose offer leads nowhere is left alone after so many.
const OFFERS: u32 = 3;

/// A call that ended.
enum Landed {
    Put {
        ranges: Ranges,
        outcome: Result<Left, CallError>,
    },
    State(Result<Missing2, CallError>),
}

/// One lane of files going up, and what it left half done.
pub(super) struct Uploads {
    lane: Lane,
    flow: Flow,
    journeys: BTreeMap<FileId, Journey>,
    current: Option<(FileId, Instant)>,
    /// Files that go without chunks in their offer: one with them was cut.
    bare: BTreeSet<FileId>,
    offers: BTreeMap<FileId, u32>,
    asked: bool,
}

impl Uploads {
    pub fn new(lane: Lane, trip: Trip) -> Self {
        Self {
            lane,
            flow: Flow::on(trip),
            journeys: BTreeMap::new(),
            current: None,
            bare: BTreeSet::new(),
            offers: BTreeMap::new(),
            asked: false,
        }
    }

    /// Carries until this lane has nothing left.
    pub async fn run(&mut self, porter: &Porter, hold: &Hold) -> Result<(), CallError> {
        self.journeys.values_mut().for_each(Journey::lost);
        (self.current, self.asked) = (None, false);
        let mut flights = JoinSet::new();
        let large = (self.lane == Lane::Bulk).then(|| porter.gentle.large());
        self.confirm(porter).await?;
        loop {
            if let Some(large) = large.as_ref().filter(|_| flights.is_empty()) {
                large.goes(None);
                hold.free().await;
            }
            // Where nothing was under way it was waited for: what becomes urgent at this very moment finds it going.
            if large.is_none() || flights.is_empty() || hold.is_free() {
                self.fill(porter, hold, &mut flights).await?;
            }
            if let Some(large) = &large {
                large.goes((!flights.is_empty()).then(|| self.flow.most()));
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

    /// Asks whether the hub has what it had, of files that waiting work refers to.
    async fn confirm(&mut self, porter: &Porter) -> Result<(), CallError> {
        while self.lane == Lane::Urgent
            && let Some(file) = porter.doubtful()
        {
            let there = match manifest(porter, &file).await? {
                Some(manifest) => match self.ask(porter, &manifest).await {
                    Ok(missing) => missing == Missing2::Bytes(Ranges::default()),
                    // It will not tell, now or later: the right to pages may be lost. What waits for it learns more.
                    Err(error) if of_the_file(&error) => true,
                    Err(error) => return Err(error),
                },
                None => true,
            };
            if !there {
                let lost = file.clone();
                porter
                    .on_disk(move |store| store.mark_not_uploaded(&lost))
                    .await?;
            }
            porter.settled(&file);
        }
        Ok(())
    }

    async fn fill(
        &mut self,
        porter: &Porter,
        hold: &Hold,
        flights: &mut JoinSet<Landed>,
    ) -> Result<(), CallError> {
        while flights.len() < self.window() {
            let Some(file) = self.choose(porter, flights.is_empty()).await? else {
                return Ok(());
            };
            if !self.journeys.contains_key(&file) {
                self.begin(porter, &file).await?;
                continue;
            }
            if !self.fly(porter, hold, &file, flights) {
                if !flights.is_empty() {
                    return Ok(());
                }
                // Nothing to send and nothing under way, and yet it waits: the end of it was not written
                // down. The hub is asked anew.
                self.journeys.remove(&file);
            }
        }
        Ok(())
    }

    fn window(&self) -> usize {
        match self.long_size() {
            Some(_) => 1,
            None => WINDOW,
        }
    }

    /// Bytes of a long call, where calls of this lane are.
    fn long_size(&self) -> Option<u64> {
        self.flow.long_size().filter(|_| self.lane == Lane::Bulk)
    }

    /// The file to go on with: the most pressing one, looked at anew from time to time. Another one begins only
    /// when nothing of the last is under way.
    async fn choose(&mut self, porter: &Porter, rest: bool) -> Result<Option<FileId>, CallError> {
        let going = self
            .current
            .as_ref()
            .filter(|(file, _)| self.journeys.contains_key(file));
        if let Some((file, looked)) = going
            && looked.elapsed() < LOOK
        {
            return Ok(Some(file.clone()));
        }
        let going = going.map(|(file, _)| file.clone());
        if going.is_none() && !rest {
            return Ok(None);
        }
        let first = porter.uploads(self.lane).await?.into_iter().next();
        if first != going && !rest {
            return Ok(None);
        }
        if first != going {
            self.asked = false;
        }
        self.current = first.clone().map(|file| (file, Instant::now()));
        Ok(first)
    }

    /// Finds out what the hub lacks of a file.
    async fn begin(&mut self, porter: &Porter, file: &FileId) -> Result<(), CallError> {
        match self.find_out(porter, file).await {
            Ok(()) => Ok(()),
            Err(error) if of_the_file(&error) => {
                self.leave(porter, file, &error);
                Ok(())
            }
            Err(error) => {
                self.bare.insert(file.clone());
                self.flow.failed(&error);
                Err(error)
            }
        }
    }

    async fn find_out(&mut self, porter: &Porter, file: &FileId) -> Result<(), CallError> {
        let manifest = manifest(porter, file).await?.ok_or(CallError::NotFound)?;
        let wanted = file.clone();
        let bases = porter.on_disk(move |store| store.bases(&wanted)).await?;
        let mut known = Missing2::Unknown;
        if encode_manifest(&manifest, &bases).len() > ASK_FIRST {
            known = self.ask(porter, &manifest).await?;
        }
        if known == Missing2::Unknown {
            known = self.offer(porter, &manifest, bases).await?;
        }
        if known == Missing2::Unknown {
            known = self.offer(porter, &manifest, Vec::new()).await?;
        }
        let Missing2::Bytes(missing) = known else {
            return Err(CallError::Malformed(
                "the hub does not take an offer".into(),
            ));
        };
        if missing.is_empty() {
            return self.done(porter, file).await;
        }
        let journey = Journey::new(manifest, missing);
        porter.say(journey.progress(true));
        self.journeys.insert(file.clone(), journey);
        Ok(())
    }

    /// What the bodies of this lane go through, where they are not long.
    fn gently(&self, porter: &Porter) -> Option<Arc<dyn Feed>> {
        match self.lane {
            Lane::Urgent => porter.gentle.feed(),
            _ => None,
        }
    }

    async fn ask(&mut self, porter: &Porter, manifest: &Manifest) -> Result<Missing2, CallError> {
        let request = StateRequest {
            file: manifest.file.clone(),
            digest: manifest.digest(),
        };
        let patience = self.flow.patience(0);
        let call = |client: crate::HubClient| async move { client.file_state(&request).await };
        let (answer, took) = porter.call(patience, call).await;
        if answer.is_ok() {
            porter.trip.took(took, false);
        }
        answer
    }

    async fn offer(
        &mut self,
        porter: &Porter,
        manifest: &Manifest,
        bases: Vec<Manifest>,
    ) -> Result<Missing2, CallError> {
        let offer = Offer {
            packed: Vec::new(),
            manifest: manifest.clone(),
            bases,
        };
        let offer = self.with_chunks(porter, offer).await?;
        let size = offer.encode().len() as u64;
        let patience = self.flow.patience(size);
        let feed = self.gently(porter);
        let call =
            |client: crate::HubClient| async move { client.with_feed(feed).offer2(&offer).await };
        porter.call(patience, call).await.0
    }

    /// Puts the new chunks into an offer, where they are few.
    async fn with_chunks(&self, porter: &Porter, mut offer: Offer) -> Result<Offer, CallError> {
        if self.bare.contains(&offer.manifest.file) {
            return Ok(offer);
        }
        let most = self.flow.in_time(ALONG.0).max(ALONG.1);
        porter
            .on_disk(move |store| {
                offer.packed = pack(store, &offer)?
                    .filter(|packed| packed.len() <= most)
                    .unwrap_or_default();
                Ok(offer)
            })
            .await
    }

    /// Sends the next bytes of a file; `false` where none are left to send.
    fn fly(
        &mut self,
        porter: &Porter,
        hold: &Hold,
        file: &FileId,
        flights: &mut JoinSet<Landed>,
    ) -> bool {
        let (long, gently) = (self.long_size(), self.gently(porter));
        let Some(journey) = self.journeys.get_mut(file) else {
            return false;
        };
        if journey.doubts() && !self.asked {
            self.asked = true;
            flights.spawn(ask_again(
                porter.clone(),
                journey.clone(),
                self.flow.patience(0),
            ));
            return true;
        }
        let ranges = journey.take(long.unwrap_or_else(|| self.flow.next_size()), false);
        if ranges.is_empty() {
            return false;
        }
        if flights.is_empty() {
            self.flow.begin(Instant::now());
        }
        // A long call is waited for piece by piece.
        let patience = self
            .flow
            .patience(long.map_or(2 * ranges.len(), |_| BUFFERED));
        let way = long.map(|_| Way {
            hold: hold.clone(),
            pace: self.flow.pace(),
        });
        let call = put(
            porter.clone(),
            journey.clone(),
            ranges,
            patience,
            way,
            gently,
        );
        flights.spawn(call);
        true
    }

    async fn land(
        &mut self,
        porter: &Porter,
        landed: Landed,
        flights: &mut JoinSet<Landed>,
    ) -> Result<(), CallError> {
        let Some((file, _)) = self.current.clone() else {
            return Ok(());
        };
        let outcome = match landed {
            Landed::State(answer) => self.told(&file, answer),
            Landed::Put { ranges, outcome } => self.arrived(porter, &file, &ranges, outcome).await,
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(CallError::NotFound) => {
                // Another device cut it otherwise, or the hub was restored: offered again, but not for ever.
                flights.shutdown().await;
                self.offer_again(porter, &file);
                Ok(())
            }
            Err(error) if of_the_file(&error) => {
                flights.shutdown().await;
                self.leave(porter, &file, &error);
                Ok(())
            }
            Err(error) => {
                self.flow.failed(&error);
                Err(error)
            }
        }
    }

    fn told(
        &mut self,
        file: &FileId,
        answer: Result<Missing2, CallError>,
    ) -> Result<(), CallError> {
        match (answer?, self.journeys.get_mut(file)) {
            (Missing2::Bytes(lacks), Some(journey)) => {
                self.flow.kept(journey.told(&lacks));
                Ok(())
            }
            _ => Err(CallError::NotFound),
        }
    }

    async fn arrived(
        &mut self,
        porter: &Porter,
        file: &FileId,
        ranges: &Ranges,
        outcome: Result<Left, CallError>,
    ) -> Result<(), CallError> {
        let Left(left) = outcome?;
        self.flow.landed(ranges.len(), Instant::now());
        let Some(journey) = self.journeys.get_mut(file) else {
            return Ok(());
        };
        journey.landed(ranges);
        porter.say(journey.progress(true));
        let (spent, manifest) = (journey.spent(), journey.manifest.clone());
        if left == 0 {
            return self.done(porter, file).await;
        }
        if spent {
            // What was carried did not make the file: the hub lost something meanwhile.
            match self.ask(porter, &manifest).await? {
                Missing2::Bytes(lacks) => self.restart(file, lacks),
                Missing2::Unknown => return Err(CallError::NotFound),
            }
        }
        Ok(())
    }

    fn restart(&mut self, file: &FileId, lacks: Ranges) {
        if let Some(journey) = self.journeys.get_mut(file) {
            journey.restart(lacks);
        }
    }

    async fn done(&mut self, porter: &Porter, file: &FileId) -> Result<(), CallError> {
        self.journeys.remove(file);
        self.offers.remove(file);
        self.bare.remove(file);
        porter.skipped.remove(file);
        let done = file.clone();
        porter
            .on_disk(move |store| store.mark_uploaded(&done))
            .await?;
        porter.say(Report::Uploaded(file.clone()));
        Ok(())
    }

    fn offer_again(&mut self, porter: &Porter, file: &FileId) {
        self.journeys.remove(file);
        let offers = self.offers.entry(file.clone()).or_default();
        *offers += 1;
        if *offers >= OFFERS {
            self.leave(porter, file, &CallError::NotFound);
        }
    }

    fn leave(&mut self, porter: &Porter, file: &FileId, why: &CallError) {
        self.journeys.remove(file);
        self.offers.remove(file);
        porter.skipped.add(file, why);
    }
}

async fn manifest(porter: &Porter, file: &FileId) -> Result<Option<Manifest>, CallError> {
    let wanted = file.clone();
    porter.on_disk(move |store| store.manifest(&wanted)).await
}

async fn ask_again(porter: Porter, journey: Journey, patience: Duration) -> Landed {
    let request = StateRequest {
        file: journey.manifest.file.clone(),
        digest: journey.digest,
    };
    let call = |client: crate::HubClient| async move { client.file_state(&request).await };
    Landed::State(porter.call(patience, call).await.0)
}

/// Sends bytes of a file: at once, or little by little.
async fn put(
    porter: Porter,
    journey: Journey,
    ranges: Ranges,
    patience: Duration,
    way: Option<Way>,
    gently: Option<Arc<dyn Feed>>,
) -> Landed {
    let wanted = ranges.clone();
    let before = journey.clone();
    let read = porter
        .on_disk(move |store| read_put(store, &journey, wanted))
        .await;
    let outcome = match read {
        Err(error) => Err(error),
        Ok((put, bytes)) => {
            let whole = if way.is_some() { 0 } else { bytes.len() };
            let given = Arc::new(AtomicUsize::new(whole));
            let feed = way.map(|way| {
                let scale = (bytes.len(), ranges.len());
                Arc::new(Flowing::new(
                    way,
                    porter.clone(),
                    before,
                    scale,
                    given.clone(),
                )) as Arc<dyn Feed>
            });
            let feed = feed.or(gently);
            let call = |client: crate::HubClient| async move {
                client.with_feed(feed).put(&put, &bytes).await
            };
            porter.call_with(patience, &given, call).await.0
        }
    };
    Landed::Put { ranges, outcome }
}

/// The head and the bytes of a put, packed where that helps.
fn read_put(
    store: &Store,
    journey: &Journey,
    ranges: Ranges,
) -> Result<(Put, Vec<u8>), StoreError> {
    let plain = store.file_bytes(&journey.manifest, &ranges)?;
    let packed = zstd::bulk::compress(&plain, LEVEL)
        .ok()
        .filter(|packed| packed.len() < plain.len() / 10 * 9);
    let put = Put {
        file: journey.manifest.file.clone(),
        digest: journey.digest,
        zstd: packed.is_some(),
        hashes: hashes(&journey.manifest, &ranges, &plain),
        ranges,
    };
    Ok((put, packed.unwrap_or(plain)))
}

fn hashes(manifest: &Manifest, ranges: &Ranges, mut bytes: &[u8]) -> Vec<[u8; 32]> {
    let mut hashes = Vec::new();
    for piece in pieces(manifest, ranges) {
        let (own, rest) = bytes
            .split_at_checked(piece.len as usize)
            .unwrap_or((bytes, &[]));
        bytes = rest;
        if !piece.whole {
            hashes.push(*blake3::hash(own).as_bytes());
        }
    }
    hashes
}

/// The new chunks of an offer, packed with what they replace; `None` where they are too many.
fn pack(store: &Store, offer: &Offer) -> Result<Option<Vec<u8>>, StoreError> {
    let positions = new_chunks(&offer.manifest, &offer.bases);
    let chunk = |at: &u32| offer.manifest.chunks.get(*at as usize);
    let size: usize = positions
        .iter()
        .filter_map(chunk)
        .map(|chunk| chunk.1 as usize)
        .sum();
    if size == 0 || size > MAX_INLINE.min(2 * super::URGENT as usize) {
        return Ok(None);
    }
    let plain = store.chunks(&offer.manifest.file, &positions)?.concat();
    let mut like = Vec::new();
    for (base, at) in dictionary(&offer.manifest, &offer.bases) {
        if let Some(base) = offer.bases.get(base) {
            like.extend(store.chunks(&base.file, &[at])?.concat());
        }
    }
    Ok(compress(&plain, &like).ok())
}

fn compress(plain: &[u8], like: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::Compressor::with_dictionary(PACK_LEVEL, like)?.compress(plain)
}
