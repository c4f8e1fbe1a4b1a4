//! What is known of revocations besides what a document carries: what a folder of trust holds, and what the workspace
//! keeps of earlier answers. What is lacking is noted for the engine, which asks when there is a line; nothing waits here.

use super::words;
use crate::app::App;
use api::firma::Revocations;
use jiff::Timestamp;
use signing::revocation::Facts;
use signing::verify::{self, Revocation};
use signing::x509::Certificate;
use std::cell::{Cell, RefCell};
use store::Store;
use sync::{Line, Sought, Wanted};

/// Facts for one judgement.
pub struct Outside<'a> {
    brought: &'a Facts,
    store: Option<Store>,
    /// What was read, by certificate and issuer.
    read: RefCell<Vec<(Pair, Facts)>>,
    lacking: RefCell<Vec<Wanted>>,
    /// The oldest answer that counted.
    oldest: Cell<Option<Timestamp>>,
}

/// DER of a certificate and of its issuer's.
type Pair = (Vec<u8>, Vec<u8>);

impl<'a> Outside<'a> {
    /// Of this app; `brought` are those of its folder of trust.
    pub fn new(app: &App, brought: &'a Facts) -> Self {
        Self {
            brought,
            store: app.desk().map(|desk| desk.store),
            read: RefCell::default(),
            lacking: RefCell::default(),
            oldest: Cell::default(),
        }
    }

    /// Has asked what is lacking, and says how far that is.
    pub fn seek(self, app: &App) -> Revocations {
        let lacking = self.lacking.into_inner();
        if lacking.is_empty() {
            return Revocations::Known(self.oldest.get().map(words::ms));
        }
        let Some(engine) = app.desk().and_then(|desk| desk.engine) else {
            return Revocations::NoHub;
        };
        let up = engine.state().line == Line::Up;
        match engine.seek(lacking) {
            Some(Sought::Nowhere) => Revocations::Nowhere,
            Some(_) if !up => Revocations::Offline,
            Some(Sought::Early) => Revocations::Early,
            Some(Sought::Silent) => Revocations::Silent,
            Some(Sought::Asked) | None => Revocations::Asked,
        }
    }

    /// Asks what is known of a certificate, which is looked for once.
    fn ask<T>(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        question: impl FnOnce(&Facts) -> T,
    ) -> T {
        let mut read = self.read.borrow_mut();
        let same = |(pair, _): &&(Pair, Facts)| pair.0 == certificate.der && pair.1 == issuer.der;
        if let Some((_, facts)) = read.iter().find(same) {
            return question(facts);
        }
        let facts = self.about(certificate, issuer);
        let answer = question(&facts);
        let pair = (certificate.der.clone(), issuer.der.clone());
        read.push((pair, facts));
        answer
    }

    fn about(&self, certificate: &Certificate, issuer: &Certificate) -> Facts {
        let mut all = self.brought.about(certificate, issuer);
        let kept = self
            .store
            .as_ref()
            .map(|store| sync::known_facts(store, certificate, issuer));
        match kept {
            Some(Ok(kept)) => all.extend(&kept),
            // It is as if nothing were kept: the verdict stays open.
            Some(Err(why)) => tracing::warn!(%why, "What is kept of revocations cannot be read."),
            None => {}
        }
        all
    }
}

impl verify::Facts for Outside<'_> {
    fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Revocation {
        let found = self.ask(certificate, issuer, |facts| {
            facts.revocation(certificate, issuer, at)
        });
        if let Revocation::Good { issued } = found {
            let oldest = self
                .oldest
                .get()
                .map_or(issued, |oldest| oldest.min(issued));
            self.oldest.set(Some(oldest));
        }
        found
    }

    fn responder(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Option<(Certificate, Timestamp)> {
        self.ask(certificate, issuer, |facts| {
            facts.responder(certificate, issuer, at)
        })
    }

    fn missing(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) {
        self.lacking.borrow_mut().push(Wanted {
            certificate: certificate.clone(),
            issuer: issuer.clone(),
            at,
        });
    }
}
