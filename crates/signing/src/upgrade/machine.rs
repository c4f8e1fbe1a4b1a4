//! A `.p7m` or `.p7s` on its way up.

use super::edit::Parts;
use super::gather::{Gather, Subject, Trouble};
use super::{Ask, Level, Next, UpgradeError, What};
use crate::cms::{SignedData, SignerIdentifier, SignerInfo};
use crate::path::Trust;
use crate::revocation::Facts;
use crate::tsp::{
    self, Kind, Request, Response, SIGNATURE_TIME_STAMP, Token, TransportError, TspError,
};
use crate::verify::{At, Context, RevocationRule};
use crate::x509::{Certificate, Name};
use crate::{Hash, Indication};
use std::collections::VecDeque;

/// What an upgrade starts with.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Time stamp services, in the order in which they are tried.
    pub tsa: Vec<String>,
    /// Facts that are at hand already.
    pub facts: Facts,
    /// Certificates that are at hand already.
    pub certificates: Vec<Certificate>,
}

/// A CMS signature on its way up; parallel signers go together.
#[derive(Debug)]
pub struct Upgrade {
    bytes: Vec<u8>,
    goal: Level,
    tsa: Vec<String>,
    gather: Gather,
    /// Services that were not tried yet.
    untried: VecDeque<String>,
    complete: bool,
}

impl Upgrade {
    /// Takes up a file: a ContentInfo with SignedData, in DER, BER or base64. It becomes DER with the first step.
    ///
    /// # Errors
    /// [`UpgradeError`].
    pub fn new(bytes: Vec<u8>, goal: Level, settings: Settings) -> Result<Self, UpgradeError> {
        if goal > Level::Lt {
            return Err(UpgradeError::Level);
        }
        let data = SignedData::parse(&bytes)?;
        if data.signers.is_empty() {
            return Err(UpgradeError::NoSigner);
        }
        let mut gather = Gather::new(settings.facts, settings.certificates);
        gather.add_carried(&data);
        let untried = settings.tsa.iter().cloned().collect();
        Ok(Self {
            bytes,
            goal,
            tsa: settings.tsa,
            gather,
            untried,
            complete: false,
        })
    }

    /// The file as it stands: at least as good as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it needs next. After [`Next::Wait`] everything that failed is asked anew.
    pub fn next(&mut self, trust: &Trust) -> Next {
        if self.complete || self.goal == Level::B {
            return Next::Done;
        }
        match self.step(trust) {
            Ok(next) => next,
            Err(error) => {
                self.gather.trouble(error);
                self.blocked()
            }
        }
    }

    fn step(&mut self, trust: &Trust) -> Result<Next, Trouble> {
        let data = SignedData::parse(&self.bytes).map_err(|_| Trouble::OtherAnswer)?;
        let bare = data
            .signers
            .iter()
            .find(|signer| stamp_of(signer).is_none());
        if let Some(signer) = bare {
            let signature = signer.signature.clone();
            drop(data);
            return Ok(self.ask_stamp(signature));
        }
        if self.goal == Level::T {
            self.complete = true;
            return Ok(Next::Done);
        }
        let signers = data.signers.clone();
        drop(data);
        let subjects: Vec<_> = signers
            .iter()
            .flat_map(|signer| self.subjects(signer))
            .collect();
        match self.gather.next(&subjects, trust) {
            Err(Some(ask)) => Ok(Next::Ask(ask)),
            Err(None) => Ok(self.blocked()),
            Ok(evidence) => {
                let mut parts = Parts::read(&self.bytes).map_err(|_| Trouble::OtherAnswer)?;
                let crls: Vec<_> = evidence
                    .facts
                    .crls()
                    .iter()
                    .map(|crl| crl.der().to_vec())
                    .collect();
                let answers: Vec<_> = evidence
                    .facts
                    .ocsp()
                    .iter()
                    .map(|answer| answer.der().to_vec())
                    .collect();
                parts.add(&evidence.certificates, &crls, &answers);
                self.bytes = parts.write();
                self.complete = true;
                Ok(Next::Done)
            }
        }
    }

    /// The signer's certificate at the time of its stamp, and those of the stamps at the same time: an LT signature is
    /// judged from what it carries, so all of them must be known good.
    fn subjects(&mut self, signer: &SignerInfo) -> Vec<Subject> {
        let mut subjects = Vec::new();
        let tokens: Vec<_> = signer
            .unsigned_values(SIGNATURE_TIME_STAMP.as_bytes())
            .filter_map(|value| Token::parse(value).ok())
            .filter_map(|token| {
                token
                    .check_content(&signer.signature)
                    .ok()
                    .map(|stamp| (token, stamp))
            })
            .collect();
        let Some(at) = tokens.iter().map(|(_, stamp)| stamp.time).min() else {
            return subjects;
        };
        if let Some(certificate) = self
            .gather
            .pool()
            .iter()
            .find(|certificate| identifies(&signer.identifier, certificate))
        {
            subjects.push(Subject {
                certificate: certificate.clone(),
                at,
            });
        }
        for (token, stamp) in tokens {
            if let Ok(data) = SignedData::parse(token.der()) {
                self.gather.add_carried(&data);
            }
            subjects.push(Subject {
                certificate: stamp.certificate,
                at: stamp.time,
            });
        }
        subjects
    }

    fn ask_stamp(&mut self, signature: Vec<u8>) -> Next {
        let request = Request::new(Hash::Sha256.of(&signature));
        match (self.untried.pop_front(), request) {
            (Some(url), Some(request)) => {
                let body = request.der();
                Next::Ask(Ask {
                    kind: Kind::TimeStamp,
                    url,
                    body,
                    what: What::Stamp { signature, request },
                })
            }
            (None, _) if self.tsa.is_empty() => {
                self.gather.trouble(Trouble::NoPlace);
                self.blocked()
            }
            _ => self.blocked(),
        }
    }

    /// Nothing more can be asked now.
    fn blocked(&mut self) -> Next {
        let troubles = self.gather.troubles();
        if troubles.is_empty() || troubles.iter().any(Trouble::passes) {
            self.gather.again();
            self.untried = self.tsa.iter().cloned().collect();
            return Next::Wait(troubles);
        }
        Next::Stuck(troubles)
    }

    /// Takes in what came back for a question. An answer that does not hold changes nothing.
    pub fn answer(&mut self, ask: Ask, answer: Result<Vec<u8>, TransportError>, trust: &Trust) {
        match ask.what {
            What::Stamp { signature, request } => {
                let taken = answer
                    .map_err(Trouble::from)
                    .and_then(|bytes| self.take_stamp(&signature, &request, &bytes, trust));
                match taken {
                    // The service that works is asked for the next signer, too.
                    Ok(()) => self.untried.push_front(ask.url),
                    Err(trouble) => self.gather.trouble(trouble),
                }
            }
            what => self.gather.answer(&what, answer),
        }
    }

    fn take_stamp(
        &mut self,
        signature: &[u8],
        request: &Request,
        bytes: &[u8],
        trust: &Trust,
    ) -> Result<(), Trouble> {
        let token = Response::parse(bytes)?.token(request)?;
        let context = Context {
            facts: self.gather.facts(),
            certificates: self.gather.pool(),
            revocation: RevocationRule::IfKnown,
            at: At {
                time: token.info().time,
                ..At::now()
            },
            ..Context::now(trust)
        };
        let verdict = tsp::token_of(&token, |token| token.check_content(signature), &context);
        if verdict.indication != Indication::TotalPassed {
            return Err(match verdict.path_fault {
                Some(why) => Trouble::Authority(why),
                None => Trouble::Stamp(verdict.fault.unwrap_or(TspError::Signature)),
            });
        }
        let mut parts = Parts::read(&self.bytes).map_err(|_| Trouble::OtherAnswer)?;
        parts
            .stamp(signature, token.der())
            .ok_or(Trouble::OtherAnswer)?;
        self.bytes = parts.write();
        Ok(())
    }
}

/// A stamp that is on this signature.
fn stamp_of(signer: &SignerInfo) -> Option<tsp::Stamp> {
    signer
        .unsigned_values(SIGNATURE_TIME_STAMP.as_bytes())
        .find_map(|value| {
            Token::parse(value)
                .ok()?
                .check_content(&signer.signature)
                .ok()
        })
}

fn identifies(identifier: &SignerIdentifier, certificate: &Certificate) -> bool {
    match identifier {
        SignerIdentifier::IssuerAndSerial { issuer, serial } => {
            *serial == certificate.serial
                && matches!((Name::parse(issuer), Name::parse(&certificate.issuer)), (Ok(one), Ok(other)) if one == other)
        }
        SignerIdentifier::SubjectKey(key) => certificate.subject_key() == Some(key),
    }
}
