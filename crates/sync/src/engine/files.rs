//! Files, chunk by chunk: a cut line costs the pack that was under way, never the file.

use super::Event;
use super::courier::Courier;
use crate::CallError;
use domain::{FileId, FileRef};
use protocol::files::{self, FetchRequest, MAX_CHUNKS, MAX_FILE, MAX_PACK, Manifest};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tokio::time::Instant;

/// Bytes of a chunk in a manifest.
const MANIFEST_ENTRY: usize = 75;

/// Files that could not be carried for a reason of their own; the others must not wait for them.
#[derive(Default)]
struct Skipped(BTreeMap<FileId, Instant>);

impl Skipped {
    fn skips(&self, file: &FileId, courier: &Courier) -> bool {
        let left_alone = |since: &Instant| since.elapsed() < courier.pace.skip;
        self.0.get(file).is_some_and(left_alone)
    }

    fn add(&mut self, file: &FileId) {
        self.0.insert(file.clone(), Instant::now());
    }
}

/// A failure that concerns one file, not the line.
fn of_the_file(error: &CallError) -> bool {
    matches!(
        error,
        CallError::NotFound | CallError::Forbidden | CallError::Malformed(_) | CallError::Local(_)
    )
}

/// A failure after which the hub has what it had.
fn of_the_line(error: &CallError) -> bool {
    matches!(
        error,
        CallError::NoLine(_) | CallError::Cut(_) | CallError::Stalled
    )
}

/// A file on its way, and the positions of the chunks still to carry.
struct Journey {
    manifest: Manifest,
    missing: VecDeque<u32>,
}

impl Journey {
    /// The positions of the next pack: about `size` bytes, at least one chunk.
    fn next(&self, size: usize) -> Vec<u32> {
        let size = size.min(MAX_PACK);
        let mut total = 0;
        let mut positions = Vec::new();
        for &position in &self.missing {
            total += self.length(position) + 4;
            if total > size && !positions.is_empty() {
                break;
            }
            positions.push(position);
        }
        positions
    }

    fn length(&self, position: u32) -> usize {
        let chunk = usize::try_from(position).ok();
        let chunk = chunk.and_then(|at| self.manifest.chunks.get(at));
        chunk.map_or(0, |chunk| usize::try_from(chunk.1).unwrap_or(usize::MAX))
    }

    fn arrived(&mut self, positions: usize) {
        self.missing.drain(..positions.min(self.missing.len()));
    }
}

/// Each chunk once: a file may hold the same one at many places.
fn once(manifest: &Manifest, missing: Vec<u32>) -> VecDeque<u32> {
    let mut seen = BTreeSet::new();
    let new = |position: &u32| {
        let chunk = usize::try_from(*position).ok();
        let chunk = chunk.and_then(|at| manifest.chunks.get(at));
        chunk.is_some_and(|chunk| seen.insert(chunk.0.clone()))
    };
    missing.into_iter().filter(new).collect()
}

/// Files going up.
#[derive(Default)]
pub(super) struct Uploads {
    under_way: Option<Journey>,
    skipped: Skipped,
}

impl Uploads {
    /// What was under way is asked anew: the hub may have lost what it had.
    pub fn forget(&mut self) {
        self.under_way = None;
    }

    /// Files that were left alone are tried again.
    pub fn insist(&mut self) {
        self.skipped.0.clear();
    }

    /// Carries a pack, or finds out what to carry. Gives whether there was anything to do.
    pub async fn step(&mut self, courier: &mut Courier) -> Result<bool, CallError> {
        let Some(file) = self.choose(courier).await? else {
            return Ok(false);
        };
        let result = match self.under_way.take() {
            Some(journey) if journey.manifest.file == file => self.pack(courier, journey).await,
            _ => self.offer(courier, &file).await,
        };
        match result {
            Err(error) if of_the_file(&error) => {
                tracing::warn!(%error, "a file was left alone");
                self.skipped.add(&file);
                Ok(true)
            }
            result => result.map(|()| true),
        }
    }

    /// The most urgent file, which may have changed since the last pack.
    async fn choose(&self, courier: &Courier) -> Result<Option<FileId>, CallError> {
        let files = courier.on_disk(store::Store::files_to_upload).await?;
        Ok(files
            .into_iter()
            .find(|file| !self.skipped.skips(file, courier)))
    }

    async fn offer(&mut self, courier: &mut Courier, file: &FileId) -> Result<(), CallError> {
        let wanted = file.clone();
        let manifest = courier
            .on_disk(move |store| store.manifest(&wanted))
            .await?;
        let manifest = manifest.ok_or(CallError::NotFound)?;
        let size = manifest.chunks.len() * MANIFEST_ENTRY;
        let client = courier.patient(size);
        let answer = courier.measured(size, client.offer(&manifest)).await?;
        let missing = answer.missing;
        let missing = once(&manifest, missing);
        self.go_on(courier, Journey { manifest, missing }).await
    }

    async fn pack(&mut self, courier: &mut Courier, mut journey: Journey) -> Result<(), CallError> {
        let positions = journey.next(courier.budget.size());
        let count = positions.len();
        let pack = read_pack(courier, journey.manifest.file.clone(), positions).await?;
        let size = pack.len();
        let client = courier.patient(size);
        let sent = courier.measured(size, client.chunks(pack)).await;
        match sent {
            Ok(_) => journey.arrived(count),
            // Only this pack is in doubt, and it may arrive twice: asking anew would cost more.
            Err(error) if of_the_line(&error) => {
                self.under_way = Some(journey);
                return Err(error);
            }
            Err(error) => return Err(error),
        }
        self.go_on(courier, journey).await
    }

    async fn go_on(&mut self, courier: &mut Courier, journey: Journey) -> Result<(), CallError> {
        if !journey.missing.is_empty() {
            self.under_way = Some(journey);
            return Ok(());
        }
        let file = journey.manifest.file;
        let done = file.clone();
        courier
            .on_disk(move |store| store.mark_uploaded(&done))
            .await?;
        courier.send(Event::Uploaded(file));
        Ok(())
    }
}

async fn read_pack(
    courier: &Courier,
    file: FileId,
    positions: Vec<u32>,
) -> Result<Vec<u8>, CallError> {
    let chunks = courier
        .on_disk(move |store| store.chunks(&file, &positions))
        .await?;
    let mut pack = Vec::new();
    for chunk in &chunks {
        files::push_chunk(&mut pack, chunk);
    }
    Ok(pack)
}

/// Files coming down, in the lowest lane.
#[derive(Default)]
pub(super) struct Downloads {
    under_way: Option<Journey>,
    skipped: Skipped,
}

impl Downloads {
    /// Files that were left alone are tried again.
    pub fn insist(&mut self) {
        self.skipped.0.clear();
    }

    /// Carries a pack, or finds out what to carry. Gives whether there was anything to do.
    pub async fn step(&mut self, courier: &mut Courier) -> Result<bool, CallError> {
        let Some(file) = self.choose(courier).await? else {
            return Ok(false);
        };
        let result = match self.under_way.take() {
            Some(journey) if journey.manifest.file == file.id => self.pack(courier, journey).await,
            _ => self.plan(courier, &file).await,
        };
        match result {
            Err(error) if of_the_file(&error) => {
                tracing::warn!(%error, "a file was left alone");
                self.skipped.add(&file.id);
                Ok(true)
            }
            result => result.map(|()| true),
        }
    }

    async fn choose(&self, courier: &Courier) -> Result<Option<FileRef>, CallError> {
        let files = courier.on_disk(store::Store::files_to_download).await?;
        Ok(files
            .into_iter()
            .find(|file| !self.skipped.skips(&file.id, courier)))
    }

    async fn plan(&mut self, courier: &mut Courier, file: &FileRef) -> Result<(), CallError> {
        let wanted = file.id.clone();
        let known = courier
            .on_disk(move |store| store.manifest(&wanted))
            .await?;
        let manifest = match known {
            Some(manifest) => manifest,
            None => ask_manifest(courier, file).await?,
        };
        let wanted = file.id.clone();
        let missing = courier
            .on_disk(move |store| store.missing_chunks(&wanted))
            .await?;
        let missing = once(&manifest, missing);
        if missing.is_empty() {
            // It is said to be missing, and no chunk of it is: not worth a loop.
            return Err(CallError::Local(
                "nothing is missing of a missing file".into(),
            ));
        }
        self.under_way = Some(Journey { manifest, missing });
        Ok(())
    }

    async fn pack(&mut self, courier: &mut Courier, mut journey: Journey) -> Result<(), CallError> {
        let size = courier.budget.size();
        let positions = journey.next(size);
        let count = positions.len();
        let file = journey.manifest.file.clone();
        let request = FetchRequest {
            file,
            chunks: positions,
        };
        let client = courier.patient(0);
        let pack = courier.measured(size, client.fetch(&request)).await?;
        let new = put_pack(courier, pack).await?;
        if new == 0 {
            return Err(CallError::Malformed(
                "the pack held no chunk of the file".into(),
            ));
        }
        journey.arrived(count);
        self.go_on(courier, journey);
        Ok(())
    }

    fn go_on(&mut self, courier: &Courier, journey: Journey) {
        if journey.missing.is_empty() {
            courier.send(Event::Downloaded(journey.manifest.file));
        } else {
            self.under_way = Some(journey);
        }
    }
}

async fn ask_manifest(courier: &mut Courier, file: &FileRef) -> Result<Manifest, CallError> {
    let client = courier.patient(0);
    let manifest = courier.measured(0, client.manifest(&file.id)).await?;
    if !plausible(&manifest, file) {
        return Err(CallError::Malformed(
            "the manifest is of another file".into(),
        ));
    }
    let kept = manifest.clone();
    courier
        .on_disk(move |store| store.put_manifest(&kept))
        .await?;
    Ok(manifest)
}

/// Where the sizes do not add up, the chunks cannot make the file that the page refers to.
fn plausible(manifest: &Manifest, file: &FileRef) -> bool {
    let sum: u64 = manifest.chunks.iter().map(|chunk| u64::from(chunk.1)).sum();
    manifest.file == file.id
        && manifest.size == sum
        && manifest.size <= MAX_FILE
        && manifest.chunks.len() <= MAX_CHUNKS
}

async fn put_pack(courier: &Courier, pack: Vec<u8>) -> Result<u32, CallError> {
    let torn = match files::unpack(&pack) {
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    if let Some(torn) = torn {
        return Err(CallError::NotAHub(torn));
    }
    courier
        .on_disk(move |store| {
            let chunks = files::unpack(&pack).unwrap_or_default();
            store.put_chunks(&chunks)
        })
        .await
}
