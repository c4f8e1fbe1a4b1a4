//! Anchors, read once and looked up by name.

use crate::x509::{Certificate, Name};
use crate::{Anchor, Anchors};
use jiff::Timestamp;

/// [`Anchors`] made ready: to be built once and used for many signatures.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    anchors: Vec<(Certificate, Name, Anchor)>,
    issued: Option<Timestamp>,
    next_update: Option<Timestamp>,
}

impl Trust {
    /// Reads the anchors' certificates; those that cannot be read are left out.
    #[must_use]
    pub fn new(anchors: &Anchors) -> Self {
        let read = anchors.anchors.iter().filter_map(|anchor| {
            let certificate = Certificate::parse(&anchor.certificate).ok()?;
            let name = Name::parse(&certificate.subject).ok()?;
            Some((certificate, name, anchor.clone()))
        });
        Self {
            anchors: read.collect(),
            issued: anchors.issued,
            next_update: anchors.next_update,
        }
    }

    /// How many are believed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.anchors.len()
    }

    /// Whether nothing is believed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// When the lists were issued.
    #[must_use]
    pub fn issued(&self) -> Option<Timestamp> {
        self.issued
    }

    /// When the lists should have been replaced.
    #[must_use]
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&Certificate, &Anchor)> {
        self.anchors
            .iter()
            .map(|(certificate, _, anchor)| (certificate, anchor))
    }

    /// This one and all others that are the same service by key and subject, under whatever certificate the lists name
    /// them (TS 119 615, 4.3).
    pub(crate) fn of_same_key<'a>(&'a self, anchor: &Anchor) -> impl Iterator<Item = &'a Anchor> {
        let this = self
            .anchors
            .iter()
            .find(|(_, _, one)| one.certificate == anchor.certificate);
        let same = self.anchors.iter().filter(move |(certificate, name, _)| {
            this.is_some_and(|(this, its_name, _)| {
                certificate.spki == this.spki && name == its_name
            })
        });
        same.map(|(_, _, anchor)| anchor)
    }

    /// Those with this subject.
    pub(super) fn named<'a>(&'a self, subject: &Name) -> Vec<(&'a Certificate, &'a Anchor)> {
        let fitting = self.anchors.iter().filter(|(_, name, _)| name == subject);
        fitting
            .map(|(certificate, _, anchor)| (certificate, anchor))
            .collect()
    }
}
