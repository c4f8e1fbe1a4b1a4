//! Bundles: the work of computers that have no line, carried here on a stick ("Porta con la chiavetta").
//!
//! A bundle is the same operations and chunks that the line carries, and they go the same way: exactly-once by
//! device, `n` and identity. Who carries it does not matter; who made it is told by its signature. The answer is
//! sealed for the computer that made the bundle and signed by the hub.

mod answer;
mod spool;

pub(crate) use spool::Spool;

use crate::Hub;
use crate::error::Failure;
use ::bundle::{BundleError, Head, Kind, Opened};
use answer::Answer;
use ed25519_dalek::VerifyingKey;
use protocol::calls::{HubErrorCode, HubKeys};
use protocol::carried::Why;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

impl Hub {
    /// The hub's public keys for bundles.
    pub fn keys(&self) -> HubKeys {
        self.0.seed.public()
    }

    /// Takes a bundle and writes its answer to a new file, which is there as a whole or not at all. A bundle may be
    /// taken any number of times. Gives its head.
    ///
    /// # Errors
    /// `Malformed` for what is no bundle, damaged, forged or for another hub; `UpgradeRequired` for a later format;
    /// `NotFound` for a computer that this hub does not know; the storage's, after which it may be taken again.
    pub fn take_bundle(&self, from: &Path, answer: &Path) -> Result<Head, Failure> {
        let head = read_head(from)?;
        if head.kind != Kind::Up || head.hub != ::bundle::fingerprint(&self.keys()) {
            return Err(Failure::malformed("the bundle is not for this hub"));
        }
        let device = self.registry().device(&head.device)?;
        let device = device.ok_or_else(Failure::not_found)?;
        let key = VerifyingKey::from_bytes(&device.public_key).map_err(Failure::malformed)?;
        let (file, size) = open(from)?;
        ::bundle::verify(file, size, &key).map_err(of_bundle)?;
        let now = self.now();
        let part = answer.with_extension("part");
        let mut writing = Answer::begin(self, &device, &head, &part)?;
        if device.revoked {
            writing.refuse(Why::Revoked)?;
        } else if device.expires <= now {
            writing.refuse(Why::Expired)?;
        } else {
            let (file, size) = open(from)?;
            let items = Opened::new(file, size, &self.0.seed.secret()).map_err(of_bundle)?;
            writing.answer(items)?;
            self.registry().seen(&[(device.id.clone(), now)])?;
        }
        writing.finish()?;
        world::disk::rename(&part, answer)?;
        tracing::info!(device = %device.id, comune = %device.comune, "a bundle was taken");
        Ok(head)
    }
}

fn open(path: &Path) -> Result<(BufReader<File>, u64), Failure> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok((BufReader::new(file), size))
}

fn read_head(path: &Path) -> Result<Head, Failure> {
    let (mut file, _) = open(path)?;
    Ok(Head::read(&mut file).map_err(of_bundle)?.0)
}

/// What is wrong with a bundle, for who carries it.
pub(crate) fn of_bundle(error: BundleError) -> Failure {
    match error {
        BundleError::Version(_) => Failure::new(
            HubErrorCode::UpgradeRequired,
            "the bundle was made by a later version",
        ),
        BundleError::TooLarge => Failure::too_large(),
        BundleError::Io(error) => error.into(),
        other => Failure::malformed(other),
    }
}
