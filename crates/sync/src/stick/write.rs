//! Writing one's work onto a stick.

use super::StickError;
use super::place::{Careful, free_name};
use crate::DeviceKey;
use bundle::{Head, Item, Kind, Public, Sealer, Secret};
use domain::{FileId, UnixMs};
use protocol::carried::Wish;
use protocol::files::{Manifest, push_chunk};
use protocol::{Operation, SyncRequest};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use store::{Carried, Store};

/// Bytes of operations in one question, about: the hub reads them in pieces.
const QUESTION: usize = 512 * 1024;
/// Bytes of chunks in one piece.
const PACK: usize = 256 * 1024;
/// Bytes left for operations when no more files go in.
const RESERVE: u64 = 64 * 1024 * 1024;
/// Bytes of log wanted back in each piece of the answer.
const STRETCH: u32 = 1024 * 1024;

/// What goes onto a stick beside all that waits.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How the file's name begins (`roccaverano-2026-11-26`).
    pub stem: String,
    /// What people call this computer.
    pub computer: String,
    /// The time of day.
    pub at: UnixMs,
    /// Files to ask the hub for.
    pub wishes: Vec<FileId>,
}

/// A bundle that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// Its identity.
    pub id: String,
    /// Its size in bytes.
    pub size: u64,
    /// Operations in it.
    pub ops: u32,
    /// Files in it.
    pub files: u32,
}

/// Writes all that waits into a new file in a folder: it is there as a whole or not at all. `told` hears how many
/// bytes were written so far.
///
/// # Errors
/// [`StickError::NoKeys`], [`StickError::Full`], [`StickError::Gone`], those of the workspace.
pub fn write(
    store: &Store,
    folder: &Path,
    plan: &Plan,
    told: &dyn Fn(u64),
) -> Result<Written, StickError> {
    let identity = store.identity()?.ok_or(store::StoreError::NotEnrolled)?;
    let keys = identity.keys.clone().ok_or(StickError::NoKeys)?;
    let head = Head {
        kind: Kind::Up,
        id: bundle::new_id()?,
        of: None,
        hub: bundle::fingerprint(&keys),
        device: identity.device.clone(),
        comune: identity.comune.clone(),
        comune_name: identity.comune_name.clone(),
        computer: plan.computer.clone(),
        at: plan.at,
        reply: Secret::of(&identity.secret.0).public().encode(),
    };
    let name = free_name(folder, &plan.stem);
    let path = folder.join(&name);
    let (careful, file) = Careful::create(&path)?;
    let file = BufWriter::new(file);
    let mut writer = Writer {
        store,
        out: Sealer::new(file, &head, &Public::decode(&keys.seal)?)?,
        sent: BTreeSet::new(),
        files: 0,
        told,
    };
    let ops = writer.fill(plan)?;
    let files = writer.files;
    let key = DeviceKey::from_secret(&identity.secret.0);
    let (file, size) = writer.out.finish(key.signing())?;
    keep(careful, file)?;
    told(size);
    let id = head.id;
    store.add_carried(&Carried {
        id: id.clone(),
        at: plan.at,
        name,
        ops,
        size,
        answered: None,
    })?;
    Ok(Written {
        path,
        id,
        size,
        ops,
        files,
    })
}

fn keep(careful: Careful, file: BufWriter<File>) -> Result<(), StickError> {
    let file = file
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    careful.keep(&file)
}

struct Writer<'a, W: Write> {
    store: &'a Store,
    out: Sealer<W>,
    /// Chunks that are in the bundle: a chunk goes once, whatever files it belongs to.
    sent: BTreeSet<String>,
    files: u32,
    told: &'a dyn Fn(u64),
}

impl<W: Write> Writer<'_, W> {
    /// Files first: the hub has them when it comes to the operations that need them. Gives how many operations.
    fn fill(&mut self, plan: &Plan) -> Result<u32, StickError> {
        for file in self.store.files_to_upload()? {
            let manifest = self.store.manifest(&file)?;
            let fits = |manifest: &Manifest| {
                self.out.size() + manifest.size + RESERVE < bundle::MAX_BUNDLE
            };
            if let Some(manifest) = manifest.filter(fits) {
                self.file(manifest)?;
            }
        }
        let ops = self.questions()?;
        for file in &plan.wishes {
            let known = self.store.manifest(file)?.is_some();
            let chunks = match known {
                true => Some(self.store.missing_chunks(file)?),
                false => None,
            };
            let file = file.clone();
            self.out.put(&Item::Wish(Wish { file, chunks }))?;
        }
        Ok(ops)
    }

    fn file(&mut self, manifest: Manifest) -> Result<(), StickError> {
        let mut positions = Vec::new();
        for (at, chunk) in (0..).zip(&manifest.chunks) {
            if self.sent.insert(chunk.0.clone()) {
                positions.push((at, chunk.1 as usize));
            }
        }
        let file = manifest.file.clone();
        self.out.put(&Item::Manifest(manifest))?;
        self.files += 1;
        let mut batch = Vec::new();
        let mut size = 0;
        for (at, length) in positions {
            if size + length > PACK {
                self.pack(&file, &std::mem::take(&mut batch))?;
                size = 0;
            }
            batch.push(at);
            size += length;
        }
        self.pack(&file, &batch)
    }

    fn pack(&mut self, file: &FileId, positions: &[u32]) -> Result<(), StickError> {
        if positions.is_empty() {
            return Ok(());
        }
        let mut pack = Vec::new();
        for chunk in self.store.chunks(file, positions)? {
            push_chunk(&mut pack, &chunk);
        }
        self.out.put(&Item::Pack(pack))?;
        (self.told)(self.out.size());
        Ok(())
    }

    /// At least one question: without operations, it asks for the log.
    fn questions(&mut self) -> Result<u32, StickError> {
        let mut request = self.store.carried_request(STRETCH)?;
        let ops = std::mem::take(&mut request.ops);
        let count = u32::try_from(ops.len()).unwrap_or(u32::MAX);
        let mut some = Vec::new();
        let mut size = 0;
        for op in ops {
            size += length(&op)?;
            some.push(op);
            if size > QUESTION {
                self.question(&request, std::mem::take(&mut some))?;
                size = 0;
            }
        }
        if !some.is_empty() || count == 0 {
            self.question(&request, some)?;
        }
        Ok(count)
    }

    fn question(&mut self, request: &SyncRequest, ops: Vec<Operation>) -> Result<(), StickError> {
        let request = SyncRequest {
            ops,
            ..request.clone()
        };
        let json = serde_json::to_vec(&request).map_err(store::StoreError::from)?;
        self.out.put(&Item::Ask(json))?;
        Ok(())
    }
}

fn length(op: &Operation) -> Result<usize, StickError> {
    let json = serde_json::to_vec(op).map_err(store::StoreError::from)?;
    Ok(json.len())
}
