//! A trusted list, read: ETSI TS 119 612, versions 5 (v2.1.1 to v2.3.1) and 6 (v2.4.1).

mod qualification;
mod read;
mod service;

pub use service::{Instance, TrustService};

use crate::xmldsig::{self, Fingerprint};
use crate::{TrustError, anchors, names};
use jiff::Timestamp;
use std::collections::HashSet;

/// A list whose signature held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// `TSLVersionIdentifier`: 5 or 6.
    pub version: u64,
    /// `TSLSequenceNumber`: grows with every issue.
    pub sequence: u64,
    /// What it lists.
    pub kind: Kind,
    /// `SchemeTerritory`: `IT`, `EU`, …
    pub territory: String,
    /// `ListIssueDateTime`.
    pub issued: Timestamp,
    /// `NextUpdate`; none for a closed list.
    pub next_update: Option<Timestamp>,
    /// Where it says that other lists are, and who signs them.
    pub pointers: Vec<Pointer>,
    /// The services, of all providers.
    pub services: Vec<TrustService>,
    /// SHA-256 of the certificate that signed it.
    pub signer: Fingerprint,
}

/// What a list lists (`TSLType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Other lists: the European list of lists.
    Lists,
    /// Services.
    Services,
}

/// An `OtherTSLPointer` (TS 119 612, 5.3.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// Which kind of list it points at.
    pub kind: Kind,
    /// Of which territory.
    pub territory: String,
    /// Where it is published.
    pub location: String,
    /// SHA-256 of the certificates that may sign it.
    pub signers: HashSet<Fingerprint>,
}

impl List {
    /// Checks a list's signature and reads it.
    ///
    /// # Errors
    /// Whatever is wrong with it: nothing of a list that is not wholly sound is believed.
    pub fn check(bytes: &[u8], expected: &HashSet<Fingerprint>) -> Result<Self, TrustError> {
        let checked = xmldsig::check(bytes, expected)?;
        read::read(&checked)
    }

    /// What a list says of itself, before anybody checked it: only to find out which certificates to expect.
    ///
    /// # Errors
    /// As [`List::check`], but for the signature.
    pub fn claims(bytes: &[u8]) -> Result<Claims, TrustError> {
        read::claims(bytes)
    }

    /// Whether a list could be read, down to its anchors, had its signature been checked: for tests that the reader
    /// holds whatever comes. Nothing is told of what it says, for nobody vouches for it.
    ///
    /// # Errors
    /// As [`List::check`], but for the signature.
    #[doc(hidden)]
    pub fn readable(bytes: &[u8]) -> Result<(), TrustError> {
        let checked = xmldsig::Checked {
            content: bytes.to_vec(),
            signer: Fingerprint::default(),
        };
        read::read(&checked).map(|list| drop(anchors::of(&list)))
    }

    /// Who may sign a list of this kind and territory.
    #[must_use]
    pub fn signers(&self, kind: Kind, territory: &str) -> HashSet<Fingerprint> {
        self.pointers
            .iter()
            .filter(|pointer| pointer.kind == kind && pointer.territory == territory)
            .flat_map(|pointer| pointer.signers.iter().copied())
            .collect()
    }
}

/// What an unchecked list says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Which kind it says it is.
    pub kind: Kind,
    /// Whose.
    pub territory: String,
    /// Its number.
    pub sequence: u64,
    /// The addresses of its scheme (`SchemeInformationURI`): where a list of lists says that its pivots are.
    pub addresses: Vec<String>,
}

impl Kind {
    fn of(uri: &str) -> Self {
        match uri {
            names::LIST_OF_LISTS => Self::Lists,
            _ => Self::Services,
        }
    }
}
