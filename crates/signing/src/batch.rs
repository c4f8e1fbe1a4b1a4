//! Signing many documents with one confirmation.
//!
//! A person sees a list: each document's name and hash, and the certificate that will sign. What they confirm is
//! that list and nothing else ([`Confirmation`] is a hash over all of it; CAD art. 35: documents are shown to the
//! holder before signing, clearly, and confirmation is asked). A document that is no longer the one that was shown is
//! not signed. Every document has its own outcome; where the device fails, the rest stays waiting, and a later
//! [`Batch::run`] takes up there without signing anything twice.

mod confirmation;
mod documents;
mod job;
mod outcome;

pub use confirmation::Confirmation;
pub use documents::{Documents, Format, Look, Refusal, Shelf, Work};
pub use job::{Job, Prepared};
pub use outcome::{Outcome, Progress, Tally};

use crate::{Cancel, Digest, Identity, IdentityId, Signer, SignerError};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The most documents of one batch: beyond that nobody has looked at the list.
pub const MAX_ITEMS: usize = 10_000;

/// One document of the list, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Names it for the [`Job`]; once in a batch.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// The hash of the file as it was shown.
    pub shown: Digest,
}

/// A list of documents under way. It can be put away and taken up again (serde): what was signed is remembered, the
/// confirmation too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch<R> {
    identity: IdentityId,
    confirmed: Confirmation,
    entries: Vec<(Item, Outcome<R>)>,
}

/// Why a list is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Nothing in it.
    #[error("empty list")]
    Empty,
    /// More than [`MAX_ITEMS`].
    #[error("more than {MAX_ITEMS} documents")]
    TooMany,
    /// Two documents of the same id.
    #[error("twice in the list: {0}")]
    Twice(String),
    /// What was confirmed is another list, or another certificate.
    #[error("this list was not confirmed")]
    NotConfirmed,
}

impl<R> Batch<R> {
    /// Takes a list and the confirmation that a person gave for it.
    ///
    /// # Errors
    /// [`BatchError`]; [`BatchError::NotConfirmed`] where the confirmation is for anything else than these items, in
    /// this order, under this certificate.
    pub fn new(
        items: Vec<Item>,
        identity: &Identity,
        confirmed: Confirmation,
    ) -> Result<Self, BatchError> {
        if items.is_empty() {
            return Err(BatchError::Empty);
        }
        if items.len() > MAX_ITEMS {
            return Err(BatchError::TooMany);
        }
        let mut seen = HashSet::new();
        if let Some(twice) = items.iter().find(|item| !seen.insert(item.id.as_str())) {
            return Err(BatchError::Twice(twice.id.clone()));
        }
        if Confirmation::of(&items, &identity.certificate) != confirmed {
            return Err(BatchError::NotConfirmed);
        }
        let entries = items
            .into_iter()
            .map(|item| (item, Outcome::Pending))
            .collect();
        Ok(Self {
            identity: identity.id.clone(),
            confirmed,
            entries,
        })
    }

    /// The documents and what became of each.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&Item, &Outcome<R>)> {
        self.entries.iter().map(|(item, outcome)| (item, outcome))
    }

    /// How many of each.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for (_, outcome) in &self.entries {
            match outcome {
                Outcome::Pending => tally.pending += 1,
                Outcome::Signed => tally.signed += 1,
                Outcome::Changed { .. } => tally.changed += 1,
                Outcome::Refused(_) => tally.refused += 1,
            }
        }
        tally
    }

    /// Puts a document that was refused back among those waiting, once its cause is gone (a full disk). One that was
    /// changed must be shown and confirmed anew: it stays.
    pub fn retry(&mut self, id: &str) -> bool {
        match self.entries.iter_mut().find(|(item, _)| item.id == id) {
            Some((_, outcome @ Outcome::Refused(_))) => {
                *outcome = Outcome::Pending;
                true
            }
            _ => false,
        }
    }

    /// Signs what is waiting, in the list's order. The signer must be unlocked; a session and a PIN are used for
    /// all of it.
    ///
    /// # Errors
    /// The signer's, which ends this run: what was signed stays so, the document at hand and those after it keep
    /// waiting. [`SignerError::UnknownIdentity`] where the signer's certificate is not the confirmed one.
    pub fn run<J: Job<Refusal = R>>(
        &mut self,
        signer: &mut dyn Signer,
        job: &mut J,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress<'_, R>),
    ) -> Result<Tally, SignerError> {
        self.same_certificate(signer)?;
        let total = self.entries.len();
        for at in 0..total {
            let (item, outcome) = &mut self.entries[at];
            if !matches!(outcome, Outcome::Pending) {
                continue;
            }
            if cancel.is_cancelled() {
                return Err(SignerError::Cancelled);
            }
            *outcome = one(item, signer, &self.identity, job)?;
            let (item, outcome) = &self.entries[at];
            progress(Progress {
                at,
                total,
                item,
                outcome,
            });
        }
        Ok(self.tally())
    }

    /// The device that is in now must hold what was confirmed, not only a key of that name.
    fn same_certificate(&self, signer: &mut dyn Signer) -> Result<(), SignerError> {
        let identities = signer.identities()?;
        let own = identities
            .iter()
            .find(|i| i.id == self.identity)
            .ok_or(SignerError::UnknownIdentity)?;
        let items = self.entries.iter().map(|(item, _)| item);
        if Confirmation::of(items, &own.certificate) == self.confirmed {
            Ok(())
        } else {
            Err(SignerError::UnknownIdentity)
        }
    }
}

/// One document, from its bytes to the place where the signed one is kept.
fn one<J: Job>(
    item: &Item,
    signer: &mut dyn Signer,
    identity: &IdentityId,
    job: &mut J,
) -> Result<Outcome<J::Refusal>, SignerError> {
    let prepared = match job.prepare(item) {
        Ok(prepared) => prepared,
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
    };
    if prepared.document != item.shown {
        return Ok(Outcome::Changed {
            found: prepared.document,
        });
    }
    let signature = signer.sign(identity, &prepared.to_sign)?;
    Ok(match job.finish(item, prepared.work, &signature) {
        Ok(()) => Outcome::Signed,
        Err(refusal) => Outcome::Refused(refusal),
    })
}
