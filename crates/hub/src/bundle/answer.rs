//! Going through a bundle, and writing its answer as one goes: neither is ever whole in memory.

use super::of_bundle;
use crate::Hub;
use crate::error::Failure;
use crate::storage::Device;
use crate::sync::Request;
use ::bundle::{Head, Item, Kind, Opened, Public, Sealer};
use domain::FileId;
use domain::identity::Scope;
use protocol::calls::HubErrorCode;
use protocol::carried::{Asked, Refused, Said, Taken, Why, Wish};
use protocol::files::{FetchRequest, Manifest};
use protocol::wire::read_request;
use protocol::{PROTOCOL, SyncRequest, SyncResponse};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::Path;

/// Bytes of answer after which no more of the log goes in: the next bundle asks for the rest.
const MAX_LOG: u64 = 64 * 1024 * 1024;
/// The most files that a bundle may wish for.
const MAX_WISHES: usize = 10_000;
/// Bytes of log in one piece of the answer.
const STRETCH: u32 = 1024 * 1024;

/// An answer that is being written.
pub(super) struct Answer<'a> {
    hub: &'a Hub,
    device: &'a Device,
    out: Sealer<BufWriter<File>>,
    files: BTreeSet<FileId>,
    wishes: Vec<Wish>,
    /// How far the log was read; `None` before the first question.
    read: Option<Asked>,
    more: bool,
}

impl<'a> Answer<'a> {
    pub(super) fn begin(
        hub: &'a Hub,
        device: &'a Device,
        to: &Head,
        path: &Path,
    ) -> Result<Self, Failure> {
        let head = Head {
            kind: Kind::Answer,
            id: ::bundle::new_id().map_err(of_bundle)?,
            of: Some(to.id.clone()),
            at: hub.now(),
            reply: String::new(),
            ..to.clone()
        };
        let reader = Public::decode(&to.reply).map_err(of_bundle)?;
        let file = BufWriter::new(File::create(path)?);
        Ok(Self {
            hub,
            device,
            out: Sealer::new(file, &head, &reader).map_err(of_bundle)?,
            files: BTreeSet::new(),
            wishes: Vec::new(),
            read: None,
            more: false,
        })
    }

    pub(super) fn refuse(&mut self, why: Why) -> Result<(), Failure> {
        self.put(&Item::Refused(Refused { why }))
    }

    /// Takes item after item; files come before the operations that need them.
    pub(super) fn answer(&mut self, mut items: Opened<impl Read>) -> Result<(), Failure> {
        while let Some(item) = items.next_item().map_err(of_bundle)? {
            match item {
                Item::Manifest(manifest) => self.offered(&manifest)?,
                Item::Pack(pack) => self.chunks(&pack)?,
                Item::Ask(question) => self.ask(&question)?,
                Item::Wish(wish) if self.wishes.len() < MAX_WISHES => self.wishes.push(wish),
                _ => {}
            }
        }
        self.read_on()?;
        self.tell_files()?;
        self.grant()
    }

    /// Ends the answer, down to the disk.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let (file, _) = self
            .out
            .finish(&self.hub.0.seed.signing())
            .map_err(of_bundle)?;
        let file = file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        Ok(file.sync_all()?)
    }

    fn put(&mut self, item: &Item) -> Result<(), Failure> {
        self.out.put(item).map_err(of_bundle)
    }

    fn has_files(&self) -> bool {
        !self.device.role.collections().is_empty()
    }

    fn offered(&mut self, manifest: &Manifest) -> Result<(), Failure> {
        if self.has_files() {
            let offered = self.hub.offer(&self.device.comune, manifest).map(drop);
            tolerate(offered)?;
            self.files.insert(manifest.file.clone());
        }
        Ok(())
    }

    fn chunks(&mut self, pack: &[u8]) -> Result<(), Failure> {
        if self.has_files() {
            tolerate(self.hub.store_chunks(&self.device.comune, pack).map(drop))?;
        }
        Ok(())
    }

    /// A question as the line asks it. Where an earlier one of this bundle was answered, the log goes on from there.
    fn ask(&mut self, question: &[u8]) -> Result<(), Failure> {
        let mut request = read_request(question).map_err(Failure::malformed)?;
        if let Some(read) = &self.read {
            request.request.cursors.clone_from(&read.cursors);
        }
        request.request.digests.clear();
        request.request.budget = STRETCH;
        self.exchange(&request)
    }

    fn exchange(&mut self, request: &Request) -> Result<(), Failure> {
        let asked = Asked {
            epoch: request.request.epoch,
            cursors: request.request.cursors.clone(),
            own: request.request.own,
            ops: request.ops.iter().map(|op| (op.id.clone(), op.n)).collect(),
        };
        let response = match self.hub.sync(self.device, request) {
            Ok(response) => Some(response),
            Err(failure) if failure.error.code == HubErrorCode::Conflict => None,
            Err(failure) if failure.error.code == HubErrorCode::UpgradeRequired => {
                return self.refuse(Why::TooOld);
            }
            Err(failure) => return Err(failure),
        };
        self.advance(&asked, response.as_ref());
        self.put(&Item::Said(Box::new(Said { asked, response })))
    }

    fn advance(&mut self, asked: &Asked, response: Option<&SyncResponse>) {
        let pulls = response.map_or(&[][..], |response| &response.pulls);
        self.more = pulls.iter().any(|pull| pull.more);
        let reached = |pull: &protocol::Pull| (pull.scope.clone(), pull.to);
        let cursors: BTreeMap<Scope, u64> = match response {
            Some(_) => pulls.iter().map(reached).collect(),
            None => asked.cursors.clone(),
        };
        self.read = Some(Asked {
            cursors,
            ops: Vec::new(),
            ..asked.clone()
        });
    }

    /// The log to its end, or as much of it as one answer carries.
    fn read_on(&mut self) -> Result<(), Failure> {
        while self.more && self.out.size() < MAX_LOG {
            let Some(read) = self.read.clone() else { break };
            let request = SyncRequest {
                protocol: PROTOCOL,
                epoch: read.epoch,
                cursors: read.cursors,
                budget: STRETCH,
                own: read.own,
                ..SyncRequest::default()
            };
            self.exchange(&request.into())?;
        }
        Ok(())
    }

    /// Which of the files that were brought are here as a whole.
    fn tell_files(&mut self) -> Result<(), Failure> {
        let comune = &self.device.comune;
        let whole = |file: &FileId| self.hub.manifest(comune, file).is_ok();
        let files = std::mem::take(&mut self.files).into_iter();
        let taken = Taken {
            epoch: self.hub.epoch(),
            files: files.filter(whole).collect(),
        };
        self.put(&Item::Taken(taken))
    }

    /// The files that were wished for, as far as they fit.
    fn grant(&mut self) -> Result<(), Failure> {
        if !self.has_files() {
            return Ok(());
        }
        for wish in std::mem::take(&mut self.wishes) {
            let Ok(manifest) = self.hub.manifest(&self.device.comune, &wish.file) else {
                continue;
            };
            let full = self.out.size() >= self.hub.config().answer_files;
            self.send_file(&manifest, wish.chunks)?;
            if full {
                // Its manifest alone says that there is more to ask for.
                break;
            }
        }
        Ok(())
    }

    fn send_file(&mut self, manifest: &Manifest, chunks: Option<Vec<u32>>) -> Result<(), Failure> {
        let all = 0..u32::try_from(manifest.chunks.len()).unwrap_or(u32::MAX);
        let mut left = chunks.unwrap_or_else(|| all.collect());
        let most = self.hub.config().answer_files;
        self.put(&Item::Manifest(manifest.clone()))?;
        while !left.is_empty() && self.out.size() < most {
            let request = FetchRequest {
                file: manifest.file.clone(),
                chunks: left.clone(),
            };
            let Ok(pack) = self.hub.fetch(&self.device.comune, &request) else {
                break;
            };
            let sent = protocol::files::unpack(&pack).map_or(0, |chunks| chunks.len());
            left.drain(..sent.clamp(1, left.len()));
            self.put(&Item::Pack(pack))?;
        }
        Ok(())
    }
}

/// What is wrong with one file, or one too many for the comune's space, does not hold up the rest.
fn tolerate(done: Result<(), Failure>) -> Result<(), Failure> {
    use HubErrorCode::{Malformed, NotFound, TooLarge};
    let of_the_file = |failure: &Failure| {
        matches!(failure.error.code, Malformed | NotFound | TooLarge)
            || failure.error.quota.is_some()
    };
    match done {
        Err(failure) if of_the_file(&failure) => {
            tracing::warn!(%failure, "a file of a bundle was left out");
            Ok(())
        }
        done => done,
    }
}
