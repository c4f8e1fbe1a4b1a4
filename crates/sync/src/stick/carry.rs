//! Carrying one bundle over one's own line, part by part, and its answer back.

use crate::CallError;
use crate::client::{HubClient, Weight};
use crate::transport::Patience;
use bundle::BundleError;
use domain::line::Held;
use ed25519_dalek::VerifyingKey;
use protocol::carried::{AnswerRequest, MAX_PART, Offer, Progress, push_part};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Traffic;
use tokio::time::{Instant, sleep};

/// Bytes of the first part; the next ones follow the line.
const FIRST_PART: usize = 16 * 1024;
/// A part takes about this long.
const PART_TIME: Duration = Duration::from_secs(5);
/// How long before the hub is asked again whether it has gone through a bundle.
const PAUSE: Duration = Duration::from_secs(2);
/// A hub that goes through a large bundle answers late.
const PATIENCE: Patience = Patience {
    first: Duration::from_secs(60),
    next: Duration::from_secs(15),
};

fn here(error: &dyn std::fmt::Display) -> CallError {
    CallError::Local(error.to_string())
}

/// A bundle on its way.
pub(super) struct Journey<'a> {
    client: HubClient,
    file: PathBuf,
    hash: blake3::Hash,
    size: u64,
    part: usize,
    /// Bytes of bundle and answer that this journey moved, up and down.
    moved: Traffic,
    by: &'a dyn Companion,
}

/// Who goes along on a journey.
pub(super) trait Companion: Send + Sync {
    /// So many bytes of the bundle are there, and so many of its answer here.
    fn hears(&self, up: u64, down: u64);

    /// Asked before each part: why it has to wait.
    fn holds(&self) -> Option<Held>;
}

/// Why a journey stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The person's limits.
    Held(Held),
    /// The call.
    Call(CallError),
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl<'a> Journey<'a> {
    /// Reads the bundle once, to know its name.
    ///
    /// # Errors
    /// [`CallError::Local`].
    pub async fn prepare(
        client: &HubClient,
        file: &Path,
        by: &'a dyn Companion,
    ) -> Result<Self, CallError> {
        let path = file.to_owned();
        let (hash, size) = off_thread(move || {
            let mut hasher = blake3::Hasher::new();
            let size = std::io::copy(&mut File::open(path)?, &mut hasher)?;
            Ok((hasher.finalize(), size))
        })
        .await?;
        Ok(Self {
            client: client.with_patience(PATIENCE),
            file: file.to_owned(),
            hash,
            size,
            part: FIRST_PART,
            moved: Traffic::default(),
            by,
        })
    }

    /// Carries it and brings the answer, which the hub signed, to `to`. Given up at any point, it goes on from there
    /// the next time.
    ///
    /// # Errors
    /// [`CallError`]; of those that do not pass, `Malformed` says that the bundle is damaged or not for this hub,
    /// `NotFound` that the hub does not know who made it.
    pub async fn carry(&mut self, to: &Path, hub: &VerifyingKey) -> Result<(), Stop> {
        let answer = loop {
            let progress = self.offer().await?;
            match progress.answer {
                Some(answer) => break answer,
                None if progress.have >= self.size => sleep(PAUSE).await,
                None => self.send_from(progress.have).await?,
            }
        };
        self.fetch(answer, to).await?;
        Ok(check(to, answer, hub).await?)
    }

    /// What it moved so far.
    pub fn moved(&self) -> Traffic {
        self.moved
    }

    fn may_go_on(&self) -> Result<(), Stop> {
        self.by.holds().map_or(Ok(()), |held| Err(Stop::Held(held)))
    }

    async fn offer(&self) -> Result<Progress, CallError> {
        let offer = Offer {
            bundle: self.hash.to_hex().to_string(),
            size: self.size,
        };
        Ok(self.client.offer_bundle(&offer).await?.value)
    }

    async fn send_from(&mut self, mut have: u64) -> Result<(), Stop> {
        while have < self.size {
            self.by.hears(have, 0);
            self.may_go_on()?;
            let bytes = read_at(&self.file, have, self.part).await?;
            let body = push_part(self.hash.as_bytes(), have, &bytes);
            let started = Instant::now();
            let sent = self.client.bundle_part(body).await?;
            self.note(sent.weight);
            let now = sent.value.have;
            self.learn(started.elapsed());
            if now <= have {
                // Somebody else's idea of this bundle: the offer tells how things stand.
                return Ok(());
            }
            have = now;
        }
        self.by.hears(have, 0);
        Ok(())
    }

    fn note(&mut self, weight: Weight) {
        let Traffic { up, down } = weight.in_all();
        self.moved.up += up;
        self.moved.down += down;
    }

    /// The next part is larger where the line is quick. After a cut the journey begins anew, with a small one.
    fn learn(&mut self, took: Duration) {
        self.part = match took {
            took if took < PART_TIME / 2 => (self.part * 2).min(MAX_PART),
            took if took < PART_TIME => self.part,
            _ => (self.part / 2).max(FIRST_PART / 4),
        };
    }

    async fn fetch(&mut self, answer: u64, to: &Path) -> Result<(), Stop> {
        self.part = FIRST_PART;
        let part = to.with_extension("arrivo");
        let mut have = fs::metadata(&part).map_or(0, |meta| meta.len());
        while have < answer {
            self.by.hears(self.size, have);
            self.may_go_on()?;
            let request = AnswerRequest {
                bundle: self.hash.to_hex().to_string(),
                from: have,
                most: u32::try_from(self.part).ok(),
            };
            let started = Instant::now();
            let brought = self.client.bundle_answer(&request).await?;
            self.note(brought.weight);
            self.learn(started.elapsed());
            let bytes = brought.value;
            if bytes.is_empty() {
                return Err(CallError::NotAHub("the answer ends too early".into()).into());
            }
            have += bytes.len() as u64;
            append(&part, bytes).await?;
        }
        let to = to.to_owned();
        Ok(off_thread(move || world::disk::settle(&part, &to)).await?)
    }
}

async fn read_at(file: &Path, from: u64, most: usize) -> Result<Vec<u8>, CallError> {
    let path = file.to_owned();
    off_thread(move || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(most as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
    .await
}

async fn append(path: &Path, bytes: Vec<u8>) -> Result<(), CallError> {
    let path = path.to_owned();
    off_thread(move || {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(&bytes)
    })
    .await
}

/// An answer that was spoilt on its way is fetched again.
async fn check(answer: &Path, size: u64, hub: &VerifyingKey) -> Result<(), CallError> {
    let (path, hub) = (answer.to_owned(), *hub);
    let sound = off_thread(move || {
        let file = std::io::BufReader::new(File::open(&path)?);
        match bundle::verify(file, size, &hub) {
            Ok(_) => Ok(true),
            Err(BundleError::Io(error)) => Err(error),
            Err(_) => fs::remove_file(&path).map(|()| false),
        }
    })
    .await?;
    match sound {
        true => Ok(()),
        false => Err(CallError::NotAHub(
            "the hub did not sign that answer".into(),
        )),
    }
}

/// Work with a disk, off the runtime's threads.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, CallError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| here(&error)),
        Err(panicked) => Err(here(&panicked)),
    }
}
