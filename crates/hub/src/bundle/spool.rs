//! Bundles on their way in, part by part over a carrier's line, and answers until they are fetched.

use crate::error::Failure;
use crate::storage::{Device, Result as Stored};
use crate::{Hub, sync};
use ::bundle::MAX_BUNDLE;
use protocol::calls::HubErrorCode;
use protocol::carried::{AnswerRequest, MAX_PART, Offer, Progress};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long bundles and answers are kept: a stick may lie in a drawer.
const KEPT: Duration = Duration::from_secs(60 * 24 * 3600);
/// Bytes of bundles that may be on their way in at once.
const MAX_SPOOL: u64 = 4 * 1024 * 1024 * 1024;

/// Failures that are remembered for who asks again.
const MAX_FAILURES: usize = 1000;

/// A bundle that is being taken, or why it was not.
enum Work {
    UnderWay,
    Failed(Failure),
}

enum Begun {
    Now,
    Before,
    Failed(Failure),
}

/// The folder of bundles.
pub(crate) struct Spool {
    root: PathBuf,
    work: Mutex<BTreeMap<String, Work>>,
}

impl Spool {
    /// Opens the folder and sweeps what is too old.
    pub(crate) fn open(root: &Path) -> Stored<Self> {
        fs::create_dir_all(root.join("in"))?;
        fs::create_dir_all(root.join("out"))?;
        let spool = Self {
            root: root.to_owned(),
            work: Mutex::default(),
        };
        spool.sweep()?;
        Ok(spool)
    }

    /// A carrier's own copy: nobody can spoil another's.
    fn incoming(&self, carrier: &Device, bundle: &str) -> PathBuf {
        self.root.join(format!("in/{}-{bundle}", carrier.id))
    }

    fn outgoing(&self, bundle: &str) -> PathBuf {
        self.root.join(format!("out/{bundle}.rete"))
    }

    fn work(&self) -> MutexGuard<'_, BTreeMap<String, Work>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One at a time. A failure is told once, then the bundle may be tried again.
    fn begin(&self, bundle: &str) -> Begun {
        let mut work = self.work();
        match work.remove(bundle) {
            Some(Work::Failed(failure)) => return Begun::Failed(failure),
            found => {
                work.insert(bundle.to_owned(), Work::UnderWay);
                if found.is_some() {
                    return Begun::Before;
                }
            }
        }
        Begun::Now
    }

    fn end(&self, bundle: &str, failure: Option<&Failure>) {
        let mut work = self.work();
        if work.len() > MAX_FAILURES {
            work.retain(|_, work| matches!(work, Work::UnderWay));
        }
        match failure {
            Some(failure) => work.insert(bundle.to_owned(), Work::Failed(failure.clone())),
            None => work.remove(bundle),
        };
    }

    /// Removes what is too old. Gives the bytes that are on their way in.
    fn sweep(&self) -> Stored<u64> {
        let mut bytes = 0;
        for folder in ["in", "out"] {
            for entry in fs::read_dir(self.root.join(folder))? {
                let entry = entry?;
                let meta = entry.metadata()?;
                if meta.modified()?.elapsed().is_ok_and(|age| age > KEPT) {
                    fs::remove_file(entry.path())?;
                } else if folder == "in" {
                    bytes += meta.len();
                }
            }
        }
        Ok(bytes)
    }
}

impl Hub {
    /// A carrier has a bundle: says how much of it is here. Once it is here as a whole it is taken, and the answer
    /// is there when this is asked again.
    ///
    /// # Errors
    /// `TooLarge`; `Full`; those of [`Hub::take_bundle`] once it was tried.
    pub(crate) fn offer_bundle(
        &self,
        carrier: &Device,
        offer: &Offer,
    ) -> Result<Progress, Failure> {
        if !sync::hex(&offer.bundle) {
            return Err(Failure::malformed("not the hash of a bundle"));
        }
        if offer.size > MAX_BUNDLE {
            return Err(Failure::too_large());
        }
        let spool = &self.0.spool;
        let have = length(&spool.incoming(carrier, &offer.bundle));
        if let Some(answer) = length(&spool.outgoing(&offer.bundle)) {
            return Ok(Progress {
                have: offer.size,
                answer: Some(answer),
            });
        }
        match have {
            Some(have) if have >= offer.size => self.take_spooled(carrier, offer),
            None if spool.sweep()? + offer.size > MAX_SPOOL => Err(full()),
            have => Ok(Progress {
                have: have.unwrap_or(0),
                answer: None,
            }),
        }
    }

    /// Adds a part where it belongs; one that is here already, or comes too early, changes nothing.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn add_part(
        &self,
        carrier: &Device,
        bundle: &[u8; 32],
        from: u64,
        bytes: &[u8],
    ) -> Result<Progress, Failure> {
        let name = blake3::Hash::from_bytes(*bundle).to_hex();
        let path = self.0.spool.incoming(carrier, &name);
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        let mut have = file.metadata()?.len();
        if from == have && have + bytes.len() as u64 <= MAX_BUNDLE {
            file.write_all(bytes)?;
            have += bytes.len() as u64;
        }
        Ok(Progress { have, answer: None })
    }

    /// A stretch of an answer.
    ///
    /// # Errors
    /// `NotFound` where there is no such answer (any more).
    pub(crate) fn answer_part(&self, request: &AnswerRequest) -> Result<Vec<u8>, Failure> {
        if !sync::hex(&request.bundle) {
            return Err(Failure::not_found());
        }
        let mut file = match File::open(self.0.spool.outgoing(&request.bundle)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Failure::not_found());
            }
            file => file?,
        };
        file.seek(SeekFrom::Start(request.from))?;
        let most = request.most.map_or(MAX_PART as u64, u64::from);
        let mut bytes = Vec::new();
        // None at all would read as the end.
        let most = most.clamp(1, MAX_PART as u64);
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Takes a bundle that is here as a whole, once at a time. The call that began may be gone by then: whoever asks
    /// again hears how it ended.
    fn take_spooled(&self, carrier: &Device, offer: &Offer) -> Result<Progress, Failure> {
        let spool = &self.0.spool;
        let waiting = Progress {
            have: offer.size,
            answer: None,
        };
        match spool.begin(&offer.bundle) {
            Begun::Now => {}
            Begun::Before => return Ok(waiting),
            Begun::Failed(failure) => return Err(failure),
        }
        let path = spool.incoming(carrier, &offer.bundle);
        let taken = self.take_whole(&path, offer);
        spool.end(&offer.bundle, taken.as_ref().err());
        taken
    }

    fn take_whole(&self, path: &Path, offer: &Offer) -> Result<Progress, Failure> {
        if hash(path)? != offer.bundle {
            // It was torn on its way here, not on the stick: it comes again.
            fs::remove_file(path)?;
            return Ok(Progress::default());
        }
        let answer = self.0.spool.outgoing(&offer.bundle);
        let taken = self.take_bundle(path, &answer);
        let keep = matches!(&taken, Err(failure) if passes(failure));
        if !keep {
            fs::remove_file(path)?;
        }
        taken?;
        Ok(Progress {
            have: offer.size,
            answer: length(&answer),
        })
    }
}

/// A failure of this hub, not of the bundle.
fn passes(failure: &Failure) -> bool {
    matches!(
        failure.error.code,
        HubErrorCode::Internal | HubErrorCode::Full
    )
}

fn full() -> Failure {
    Failure::new(HubErrorCode::Full, "too many bundles are on their way in")
}

fn length(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|meta| meta.len())
}

fn hash(path: &Path) -> Result<String, Failure> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}
