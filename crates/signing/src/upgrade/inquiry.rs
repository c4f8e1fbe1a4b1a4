//! Asking how one certificate stands, for a judgement that lacks it ([`crate::verify::Facts::missing`]).

use super::gather::{Gather, Gathered, Trouble};
use super::{Ask, Next};
use crate::revocation::Facts;
use crate::tsp::{Kind, TransportError};
use crate::x509::Certificate;
use jiff::Timestamp;

/// A question about the state of one certificate, asked at one place after the other until an answer speaks for the
/// time in question. Nothing else is asked: no issuer is looked for, no stamp.
#[derive(Debug)]
pub struct Inquiry {
    gather: Gather,
    certificate: Certificate,
    issuer: Certificate,
    at: Timestamp,
}

/// An answer that its issuer stands for, about the certificate: it can be kept and believed later, by its own age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// [`Kind::Ocsp`] or [`Kind::Crl`].
    pub kind: Kind,
    /// Where it is from.
    pub url: String,
    /// Its bytes.
    pub der: Vec<u8>,
    /// As of when (`thisUpdate`).
    pub issued: Timestamp,
}

impl Inquiry {
    /// How `certificate`, issued by `issuer`, stood at a time; `facts` are at hand already.
    #[must_use]
    pub fn new(certificate: Certificate, issuer: Certificate, at: Timestamp, facts: Facts) -> Self {
        Self {
            gather: Gather::new(facts, Vec::new()),
            certificate,
            issuer,
            at,
        }
    }

    /// What to ask next; [`Next::Done`] where the facts that are at hand tell, good or bad.
    pub fn step(&mut self) -> Next {
        match self.gather.one(&self.certificate, &self.issuer, self.at) {
            Gathered::Complete(_) => Next::Done,
            Gathered::Ask(ask) => Next::Ask(ask),
            Gathered::Blocked => {
                let troubles = self.gather.troubles();
                match troubles.iter().any(Trouble::passes) {
                    true => Next::Wait(troubles),
                    false => Next::Stuck(troubles),
                }
            }
        }
    }

    /// Takes in what came back for a question, and gives what of it is worth keeping.
    pub fn answer(
        &mut self,
        ask: Ask,
        answer: Result<Vec<u8>, TransportError>,
    ) -> Option<Answered> {
        let Ask {
            kind, url, what, ..
        } = ask;
        let before = self.gather.facts();
        let (crls, answers) = (before.crls().len(), before.ocsp().len());
        self.gather.answer(&what, answer);
        let facts = self.gather.facts();
        let (der, issued) = match (facts.crls().get(crls), facts.ocsp().get(answers)) {
            (Some(crl), _) => (crl.der().to_vec(), crl.this_update()),
            (None, Some(answer)) => (answer.der().to_vec(), answer.this_update()?),
            (None, None) => return None,
        };
        Some(Answered {
            kind,
            url,
            der,
            issued,
        })
    }
}
