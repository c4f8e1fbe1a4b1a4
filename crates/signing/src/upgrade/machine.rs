//! A file on its way up: what is common to `.p7m`, `.p7s` and PDF, and what is of CMS alone.

use super::edit::Parts;
use super::gather::{Gather, Gathered, Subject, Trouble};
use super::{Ask, Level, Next, UpgradeError, What, document};
use crate::cms::{SignedData, SignerIdentifier, SignerInfo};
use crate::path::Trust;
use crate::revocation::Facts;
use crate::tsp::{
    self, ARCHIVE_TIME_STAMP_V3, Kind, Request, Response, SIGNATURE_TIME_STAMP, Token,
    TransportError, TspError, Wanted,
};
use crate::verify::{At, Context, Finding, RevocationRule};
use crate::x509::{Certificate, Name};
use crate::{Hash, Indication, SubIndication};
use der::oid::ObjectIdentifier;
use jiff::Timestamp;
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

/// A signed file on its way up; all its signers go together.
#[derive(Debug)]
pub struct Upgrade {
    pub(super) bytes: Vec<u8>,
    pub(super) goal: Level,
    tsa: Vec<String>,
    pub(super) gather: Gather,
    /// Services that were not tried yet.
    untried: VecDeque<String>,
    pub(super) complete: bool,
    is_pdf: bool,
    /// Bytes for the token of a document time stamp; grows where one did not fit.
    pub(super) room: usize,
    /// A signature's own place in the PDF has no room for a stamp: the document is stamped instead.
    pub(super) is_tight: bool,
}

impl Upgrade {
    /// Takes up a file: a PDF, or a ContentInfo with SignedData in DER, BER or base64, which becomes DER with the first
    /// step. It is held in memory, a few times over.
    ///
    /// # Errors
    /// [`UpgradeError`].
    pub fn new(bytes: Vec<u8>, goal: Level, settings: Settings) -> Result<Self, UpgradeError> {
        /// A stamp with its chain and the answers of responders in it.
        const ROOM: usize = 16 * 1024;
        let is_pdf = bytes.starts_with(b"%PDF-");
        let mut gather = Gather::new(settings.facts, settings.certificates);
        if is_pdf {
            document::check(&bytes)?;
        } else {
            let data = SignedData::parse(&bytes)?;
            if data.signers.is_empty() {
                return Err(UpgradeError::NoSigner);
            }
            gather.add_carried(&data);
        }
        let untried = settings.tsa.iter().cloned().collect();
        let tsa = settings.tsa;
        Ok(Self {
            bytes,
            goal,
            tsa,
            gather,
            untried,
            complete: false,
            is_pdf,
            room: ROOM,
            is_tight: false,
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
        let step = if self.is_pdf {
            self.step_pdf(trust)
        } else {
            self.step_cms(trust)
        };
        match step {
            Ok(next) => next,
            Err(error) => {
                self.gather.trouble(error);
                self.blocked()
            }
        }
    }

    fn step_cms(&mut self, trust: &Trust) -> Result<Next, Trouble> {
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
        let archived = |signer| tsp::is_archived(&data, signer);
        if self.goal == Level::Lta && data.signers.iter().all(archived) {
            self.complete = true;
            return Ok(Next::Done);
        }
        let signers = data.signers.clone();
        drop(data);
        let subjects: Vec<_> = signers
            .iter()
            .flat_map(|signer| self.subjects(signer))
            .collect();
        let evidence = match self.gather.next(&subjects, trust) {
            Gathered::Ask(ask) => return Ok(Next::Ask(ask)),
            Gathered::Blocked => return Ok(self.blocked()),
            Gathered::Complete(evidence) => evidence.material(),
        };
        let mut parts = Parts::read(&self.bytes).map_err(|_| Trouble::OtherAnswer)?;
        parts.add(&evidence.certificates, &evidence.crls, &evidence.ocsp);
        self.bytes = parts.write();
        if self.goal == Level::Lta {
            return self.ask_archive();
        }
        self.complete = true;
        Ok(Next::Done)
    }

    /// Asks that the whole of a signature be stamped, one after the other.
    fn ask_archive(&mut self) -> Result<Next, Trouble> {
        let data = SignedData::parse(&self.bytes).map_err(|_| Trouble::OtherAnswer)?;
        let bare = |signer: &&SignerInfo| !tsp::is_archived(&data, signer);
        let Some(signer) = data.signers.iter().find(bare) else {
            self.complete = true;
            return Ok(Next::Done);
        };
        let signature = signer.signature.clone();
        let no_content = || Trouble::Document("its content is not at hand".to_owned());
        let wanted = tsp::wanted(&data, signer).ok_or_else(no_content)?;
        drop(data);
        let Some(request) = Request::new(wanted.imprint.clone()) else {
            return Ok(self.blocked());
        };
        let body = request.der();
        let what = What::Archive {
            signature,
            wanted,
            request,
        };
        Ok(self.ask_tsa(body, what))
    }

    /// The signer's certificate at the time of its stamp, and those of the stamps at the same time: an LT signature is
    /// judged from what it carries, so all of them must be known good.
    pub(super) fn subjects(&mut self, signer: &SignerInfo) -> Vec<Subject> {
        let tokens = |kind: &ObjectIdentifier| {
            let values = signer.unsigned_values(kind.as_bytes());
            let tokens = values.filter_map(|value| Token::parse(value).ok());
            tokens.collect::<Vec<_>>()
        };
        let of_value = tokens(&SIGNATURE_TIME_STAMP)
            .into_iter()
            .filter_map(|token| {
                let stamp = token.check_content(&signer.signature).ok()?;
                Some((token, stamp))
            });
        // Those of long ago that are to be covered by a new one.
        let of_all = tokens(&ARCHIVE_TIME_STAMP_V3)
            .into_iter()
            .filter_map(|token| {
                let stamp = token.signed().ok()?;
                Some((token, stamp))
            });
        let tokens: Vec<_> = of_value.chain(of_all).collect();
        let Some(at) = tokens.iter().map(|(_, stamp)| stamp.time).min() else {
            return Vec::new();
        };
        let mut subjects = self.signer(signer, at);
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

    /// The signer's certificate, at this time.
    pub(super) fn signer(&self, signer: &SignerInfo, at: Timestamp) -> Vec<Subject> {
        let mut own = self
            .gather
            .pool()
            .iter()
            .filter(|certificate| identifies(&signer.identifier, certificate));
        own.next()
            .map(|certificate| Subject {
                certificate: certificate.clone(),
                at,
            })
            .into_iter()
            .collect()
    }

    /// Asks that a signature be stamped.
    pub(super) fn ask_stamp(&mut self, signature: Vec<u8>) -> Next {
        match Request::new(Hash::Sha256.of(&signature)) {
            Some(request) => {
                let body = request.der();
                self.ask_tsa(body, What::Stamp { signature, request })
            }
            None => self.blocked(),
        }
    }

    /// Asks the next time stamp service.
    pub(super) fn ask_tsa(&mut self, body: Vec<u8>, what: What) -> Next {
        match self.untried.pop_front() {
            Some(url) => Next::Ask(Ask {
                kind: Kind::TimeStamp,
                url,
                body,
                what,
            }),
            None => {
                if self.tsa.is_empty() {
                    self.gather.trouble(Trouble::NoPlace);
                }
                self.blocked()
            }
        }
    }

    /// Nothing more can be asked now.
    pub(super) fn blocked(&mut self) -> Next {
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
        let Ask { url, what, .. } = ask;
        let taken = match &what {
            What::Stamp { signature, request } => answer
                .map_err(Trouble::from)
                .and_then(|bytes| self.take_stamp(signature, request, &bytes, trust)),
            What::Archive {
                signature,
                wanted,
                request,
            } => answer
                .map_err(Trouble::from)
                .and_then(|bytes| self.take_archive(signature, wanted, request, &bytes, trust)),
            What::Document { options, request } => answer
                .map_err(Trouble::from)
                .and_then(|bytes| self.take_document(options, request, &bytes, trust)),
            _ => return self.gather.answer(&what, answer),
        };
        match taken {
            // The service that works is asked for the next stamp, too.
            Ok(()) => self.untried.push_front(url),
            Err(trouble) => self.gather.trouble(trouble),
        }
    }

    fn take_stamp(
        &mut self,
        signature: &[u8],
        request: &Request,
        bytes: &[u8],
        trust: &Trust,
    ) -> Result<(), Trouble> {
        let token = self.believed(request, bytes, trust)?;
        if self.is_pdf {
            return self.stamp_in_place(signature, &token);
        }
        let mut parts = Parts::read(&self.bytes).map_err(|_| Trouble::OtherAnswer)?;
        parts
            .stamp(&SIGNATURE_TIME_STAMP, signature, token.der())
            .ok_or(Trouble::OtherAnswer)?;
        self.bytes = parts.write();
        Ok(())
    }

    /// Takes in the stamp of a whole signature, what it covers written into it.
    fn take_archive(
        &mut self,
        signature: &[u8],
        wanted: &Wanted,
        request: &Request,
        bytes: &[u8],
        trust: &Trust,
    ) -> Result<(), Trouble> {
        let token = self.believed(request, bytes, trust)?;
        let mut indexed = Parts::read(token.der()).map_err(|_| Trouble::OtherAnswer)?;
        indexed
            .attach(token.signature(), wanted.attribute())
            .ok_or(Trouble::OtherAnswer)?;
        let mut parts = Parts::read(&self.bytes).map_err(|_| Trouble::OtherAnswer)?;
        parts
            .stamp(&ARCHIVE_TIME_STAMP_V3, signature, &indexed.write())
            .ok_or(Trouble::OtherAnswer)?;
        let stamped = parts.write();
        let data = SignedData::parse(&stamped).map_err(|_| Trouble::OtherAnswer)?;
        let mut signers = data.signers.iter();
        let signer = signers.find(|signer| signer.signature == signature);
        if !signer.is_some_and(|signer| tsp::is_archived(&data, signer)) {
            return Err(Trouble::OtherAnswer);
        }
        self.bytes = stamped;
        Ok(())
    }

    /// The token of an answer, if it answers the request and its authority is believed: nothing is put into a file that
    /// our own verification would not take.
    pub(super) fn believed(
        &self,
        request: &Request,
        bytes: &[u8],
        trust: &Trust,
    ) -> Result<Token, Trouble> {
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
        let verdict = tsp::token_of(&token, |token| token.check(request.imprint()), &context);
        // A stamp that waits for newer lists proves less.
        let only_stale = verdict.fault.is_none()
            && verdict.path_fault.is_none()
            && verdict.sub_indication == Some(SubIndication::TryLater);
        match (verdict.indication, verdict.path_fault, verdict.fault) {
            (Indication::TotalPassed, _, _) => Ok(token),
            _ if only_stale => Ok(token),
            _ if verdict.findings.contains(&Finding::ServiceWithdrawn) => Err(Trouble::Withdrawn),
            (_, Some(why), _) => Err(Trouble::Authority(why)),
            (_, None, fault) => Err(Trouble::Stamp(fault.unwrap_or(TspError::Signature))),
        }
    }
}

/// A stamp that is on this signature.
pub(super) fn stamp_of(signer: &SignerInfo) -> Option<tsp::Stamp> {
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
