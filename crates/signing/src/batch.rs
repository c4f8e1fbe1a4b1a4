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
mod line;
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
    /// all of it. While the token signs one, the next is made ready and those before it are put away; what is told to
    /// `progress` comes in the list's order, on this thread.
    ///
    /// # Errors
    /// The signer's, which ends this run: what was signed is finished and stays so, the document at hand and those
    /// after it keep waiting. So with `cancel`: no hash goes to the token any more, and nothing that it signed is
    /// thrown away. [`SignerError::UnknownIdentity`] where the signer's certificate is not the confirmed one.
    pub fn run<J: Job<Refusal = R>>(
        &mut self,
        signer: &mut dyn Signer,
        job: &J,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress<'_, R>),
    ) -> Result<Tally, SignerError> {
        self.same_certificate(signer)?;
        let total = self.entries.len();
        let mut outcomes = Vec::new();
        let waiting: Vec<(usize, &Item)> = (0..)
            .zip(&self.entries)
            .filter(|(_, (_, outcome))| matches!(outcome, Outcome::Pending))
            .map(|(at, (item, _))| (at, item))
            .collect();
        let mut tell = |at: usize, outcome: Outcome<R>| {
            let item = &self.entries[at].0;
            progress(Progress {
                at,
                total,
                item,
                outcome: &outcome,
            });
            outcomes.push((at, outcome));
        };
        let passed = line::pass(&waiting, signer, &self.identity, job, cancel, &mut tell);
        for (at, outcome) in outcomes {
            self.entries[at].1 = outcome;
        }
        passed.map(|()| self.tally())
    }

    /// The device that is in now must hold what was confirmed, not only a key of that name.
    fn same_certificate(&self, signer: &mut dyn Signer) -> Result<(), SignerError> {
        let own = signer.identity(&self.identity)?;
        let items = self.entries.iter().map(|(item, _)| item);
        if Confirmation::of(items, &own.certificate) == self.confirmed {
            Ok(())
        } else {
            Err(SignerError::UnknownIdentity)
        }
    }
}
