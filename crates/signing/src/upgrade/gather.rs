//! Collecting what a judge years from now needs: every certificate up to the anchors, and of each that it was not
//! revoked.

use super::edit::binary;
use super::{Ask, What};
use crate::cms::SignedData;
use crate::pades::Material;
use crate::path::{self, PathError, Settings, Trust, is_signed_by};
use crate::revocation::{
    Crl, Facts, OcspRequest, OcspResponse, Places, Reason, RevocationError, Status, Why,
};
use crate::tsp::{Kind, TransportError, TspError};
use crate::x509::{Certificate, Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Certificates fetched from addresses in certificates: longer chains than any are an attack.
const MOST_FETCHED: usize = 16;
/// Questions for one file.
const MOST_ASKED: usize = 64;

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "what")]
pub enum Trouble {
    /// Nobody could be reached, or what came back was no answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The stamp that came is none.
    #[error("time stamp: {0}")]
    Stamp(#[from] TspError),
    /// The stamp that came is by an authority that nobody believes.
    #[error("time stamp's authority: {0}")]
    Authority(PathError),
    /// The stamp that came is by a service that does not stand in the trusted lists any more.
    #[error("time stamp's authority: withdrawn")]
    Withdrawn,
    /// What came about a certificate is of no use.
    #[error("revocation: {0}")]
    Revocation(#[from] RevocationError),
    /// What came is signed by another, or about another certificate.
    #[error("answer about something else")]
    OtherAnswer,
    /// A certificate has no path to anything believed.
    #[error("chain: {0}")]
    Chain(PathError),
    /// A certificate was revoked before its signature's time.
    #[error("revoked since {since}")]
    Revoked {
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: Option<Reason>,
    },
    /// Nobody says how a certificate stood, or not freshly enough yet.
    #[error("revocation unknown: {0:?}")]
    Unknown(Why),
    /// The document cannot take what came (certified against it, no room, not writable), in the writer's words.
    #[error("document: {0}")]
    Document(String),
    /// No place is known to ask at: the settings name no time stamp service, the certificate no responder.
    #[error("no place to ask at")]
    NoPlace,
}

impl Trouble {
    /// Whether waiting may help.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Transport(error) => !matches!(error, TransportError::Address),
            Self::Unknown(why) => *why == Why::Stale,
            Self::Stamp(error) => matches!(error, TspError::Refused(_)),
            Self::Revocation(error) => matches!(error, RevocationError::Responder(_)),
            Self::Authority(_)
            | Self::Withdrawn
            | Self::OtherAnswer
            | Self::Chain(_)
            | Self::Revoked { .. }
            | Self::Document(_)
            | Self::NoPlace => false,
        }
    }
}

/// All that was collected.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// DER.
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) facts: Facts,
}

impl Evidence {
    /// In the shape that files keep it.
    pub(super) fn material(self) -> Material {
        Material {
            certificates: self.certificates,
            ocsp: self
                .facts
                .ocsp()
                .iter()
                .map(|answer| answer.der().to_vec())
                .collect(),
            crls: self
                .facts
                .crls()
                .iter()
                .map(|crl| crl.der().to_vec())
                .collect(),
        }
    }
}

/// A certificate that has to be good at a time.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) certificate: Certificate,
    pub(super) at: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct Gather {
    pool: Vec<Certificate>,
    facts: Facts,
    /// What was asked already, and where.
    asked: Vec<(Kind, String, Vec<u8>)>,
    fetched: usize,
    troubles: Vec<Trouble>,
}

impl Gather {
    /// Begins with what is at hand: facts from the hub's bundle, certificates of a folder.
    pub(super) fn new(facts: Facts, pool: Vec<Certificate>) -> Self {
        Self {
            pool,
            facts,
            ..Self::default()
        }
    }

    /// Takes in what a file carries.
    pub(super) fn add_carried(&mut self, data: &SignedData<'_>) {
        self.facts.add_carried(data);
        for certificate in data
            .certificates
            .iter()
            .filter_map(|der| Certificate::parse(der).ok())
        {
            self.add_certificate(certificate);
        }
    }

    fn add_certificate(&mut self, certificate: Certificate) {
        if !self.pool.contains(&certificate) {
            self.pool.push(certificate);
        }
    }

    /// The next question, or all that is needed.
    pub(super) fn next(&mut self, subjects: &[Subject], trust: &Trust) -> Gathered {
        let mut evidence = Evidence::default();
        let mut troubles = Vec::new();
        for subject in subjects {
            match self.subject(subject, trust, &mut evidence) {
                Ok(()) => {}
                Err(Stop::Ask(ask)) => return Gathered::Ask(*ask),
                Err(Stop::Trouble(trouble)) => troubles.push(trouble),
            }
        }
        if troubles.is_empty() {
            return Gathered::Complete(evidence);
        }
        self.troubles.extend(troubles);
        Gathered::Blocked
    }

    fn subject(
        &mut self,
        subject: &Subject,
        trust: &Trust,
        evidence: &mut Evidence,
    ) -> Result<(), Stop> {
        let within = subject.at.clamp(
            subject.certificate.not_before,
            subject.certificate.not_after,
        );
        let pool = self.pool.clone();
        let path = match path::find(
            &subject.certificate,
            &pool,
            trust,
            &Settings::at(within),
            |_| Ok(()),
        ) {
            Ok(path) => path,
            Err(why) => return Err(self.issuer(&subject.certificate, why)),
        };
        for certificate in &path.certificates {
            if !evidence.certificates.contains(&certificate.der) {
                evidence.certificates.push(certificate.der.clone());
            }
        }
        for pair in path.certificates.windows(2) {
            let [certificate, issuer] = pair else {
                continue;
            };
            match self.facts.status(certificate, issuer, subject.at) {
                Status::Good { .. } => evidence
                    .facts
                    .extend(&self.facts.about(certificate, issuer)),
                Status::Revoked { since, reason, .. } => {
                    return Err(Trouble::Revoked { since, reason }.into());
                }
                Status::Unknown { why } => return Err(self.state(certificate, issuer, why)),
            }
        }
        Ok(())
    }

    /// The same for one certificate whose issuer is known: nothing but its state is asked for.
    pub(super) fn one(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Gathered {
        let Status::Unknown { why } = self.facts.status(certificate, issuer, at) else {
            return Gathered::Complete(Evidence::default());
        };
        match self.state(certificate, issuer, why) {
            Stop::Ask(ask) => Gathered::Ask(*ask),
            Stop::Trouble(trouble) => {
                self.troubles.push(trouble);
                Gathered::Blocked
            }
        }
    }

    /// Asks how a certificate stands: a responder first, for its answer is small and fresh; then the lists.
    fn state(&mut self, certificate: &Certificate, issuer: &Certificate, why: Why) -> Stop {
        let places = Places::of(certificate);
        for url in &places.ocsp {
            if self.is_new(Kind::Ocsp, url, &certificate.der)
                && let Some(request) = OcspRequest::new(certificate, issuer)
            {
                let body = request.der().to_vec();
                let what = What::Ocsp {
                    certificate: certificate.der.clone(),
                    issuer: issuer.der.clone(),
                    request,
                };
                return Stop::from(Ask {
                    kind: Kind::Ocsp,
                    url: url.clone(),
                    body,
                    what,
                });
            }
        }
        for url in &places.crl {
            // One list speaks for many certificates, but is asked for on behalf of each.
            if self.is_new(Kind::Crl, url, &certificate.der) {
                let what = What::Crl {
                    certificate: certificate.der.clone(),
                    issuer: issuer.der.clone(),
                };
                return Stop::from(Ask {
                    kind: Kind::Crl,
                    url: url.clone(),
                    body: Vec::new(),
                    what,
                });
            }
        }
        match places.ocsp.is_empty() && places.crl.is_empty() {
            true => Trouble::NoPlace.into(),
            false => Trouble::Unknown(why).into(),
        }
    }

    /// Asks for the certificate that is missing above this one.
    fn issuer(&mut self, certificate: &Certificate, why: PathError) -> Stop {
        let mut top = certificate;
        let mut steps = 0;
        while steps < MOST_FETCHED
            && let Some(above) = self
                .pool
                .iter()
                .find(|above| above.der != top.der && issued(above, top))
        {
            top = above;
            steps += 1;
        }
        let top = top.clone();
        for url in Places::of(&top).issuer {
            if self.fetched < MOST_FETCHED && self.is_new(Kind::Issuer, &url, &top.der) {
                self.fetched += 1;
                let what = What::Issuer {
                    certificate: top.der.clone(),
                };
                return Stop::from(Ask {
                    kind: Kind::Issuer,
                    url,
                    body: Vec::new(),
                    what,
                });
            }
        }
        Trouble::Chain(why).into()
    }

    fn is_new(&mut self, kind: Kind, url: &str, about: &[u8]) -> bool {
        let asked = (kind, url.to_owned(), about.to_vec());
        let new = self.asked.len() < MOST_ASKED && !self.asked.contains(&asked);
        if new {
            self.asked.push(asked);
        }
        new
    }

    /// Takes in an answer; what is of no use is a trouble.
    pub(super) fn answer(&mut self, what: &What, answer: Result<Vec<u8>, TransportError>) {
        let taken = match (what, answer) {
            (_, Err(error)) => Err(error.into()),
            (
                What::Ocsp {
                    certificate,
                    issuer,
                    request,
                },
                Ok(bytes),
            ) => self.take_ocsp(certificate, issuer, request, &bytes),
            (
                What::Crl {
                    certificate,
                    issuer,
                },
                Ok(bytes),
            ) => self.take_crl(certificate, issuer, &bytes),
            (What::Issuer { certificate }, Ok(bytes)) => self.take_issuer(certificate, &bytes),
            (What::Stamp { .. } | What::Archive { .. } | What::Document { .. }, Ok(_)) => {
                Err(Trouble::OtherAnswer)
            }
        };
        if let Err(trouble) = taken {
            self.troubles.push(trouble);
        }
    }

    fn take_ocsp(
        &mut self,
        certificate: &[u8],
        issuer: &[u8],
        request: &OcspRequest,
        bytes: &[u8],
    ) -> Result<(), Trouble> {
        let answer = OcspResponse::parse(bytes)?;
        answer.answers(request)?;
        let (certificate, issuer) = pair(certificate, issuer)?;
        let mut one = Facts::new();
        one.add_ocsp(bytes)?;
        match one.about(&certificate, &issuer).is_empty() {
            true => return Err(Trouble::OtherAnswer),
            false => self.facts.extend(&one),
        }
        Ok(())
    }

    fn take_crl(&mut self, certificate: &[u8], issuer: &[u8], bytes: &[u8]) -> Result<(), Trouble> {
        let der = binary(bytes);
        let (certificate, issuer) = pair(certificate, issuer)?;
        match Crl::parse(&der)?.is_about(&certificate, &issuer) {
            true => Ok(self.facts.add_crl(&der)?),
            false => Err(Trouble::OtherAnswer),
        }
    }

    /// A certificate, or a CMS that holds nothing but certificates (RFC 5280, 4.2.2.1).
    fn take_issuer(&mut self, certificate: &[u8], bytes: &[u8]) -> Result<(), Trouble> {
        let der = binary(bytes);
        let below = Certificate::parse(certificate).map_err(|_| Trouble::OtherAnswer)?;
        let candidates = match SignedData::parse(&der) {
            Ok(data) => data.certificates.clone(),
            Err(_) => vec![der.to_vec()],
        };
        let found = candidates
            .iter()
            .filter_map(|der| Certificate::parse(der).ok());
        let found: Vec<_> = found.filter(|above| issued(above, &below)).collect();
        if found.is_empty() {
            return Err(Trouble::OtherAnswer);
        }
        found
            .into_iter()
            .for_each(|above| self.add_certificate(above));
        Ok(())
    }

    /// What stood in the way so far; forgotten afterwards.
    pub(super) fn troubles(&mut self) -> Vec<Trouble> {
        let mut troubles = std::mem::take(&mut self.troubles);
        troubles.dedup();
        troubles
    }

    /// Asks everything anew: after a wait.
    pub(super) fn again(&mut self) {
        self.asked.clear();
        self.troubles.clear();
    }

    /// Takes in certificates and facts from beside a signature (a PDF's `/DSS`); what is of no use is left out.
    pub(super) fn add_material(&mut self, material: &Material) {
        for certificate in material
            .certificates
            .iter()
            .filter_map(|der| Certificate::parse(der).ok())
        {
            self.add_certificate(certificate);
        }
        for der in &material.crls {
            let _ = self.facts.add_crl(der);
        }
        for der in &material.ocsp {
            let _ = self.facts.add_ocsp(der);
        }
    }

    pub(super) fn trouble(&mut self, trouble: Trouble) {
        self.troubles.push(trouble);
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) fn pool(&self) -> &[Certificate] {
        &self.pool
    }
}

/// How far the collection is.
pub(super) enum Gathered {
    Ask(Ask),
    Complete(Evidence),
    /// Something stands in the way: [`Gather::troubles`].
    Blocked,
}

/// Why the walk stops.
enum Stop {
    Ask(Box<Ask>),
    Trouble(Trouble),
}

impl From<Ask> for Stop {
    fn from(ask: Ask) -> Self {
        Self::Ask(Box::new(ask))
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

fn pair(certificate: &[u8], issuer: &[u8]) -> Result<(Certificate, Certificate), Trouble> {
    let read = |der| Certificate::parse(der).map_err(|_| Trouble::OtherAnswer);
    Ok((read(certificate)?, read(issuer)?))
}

fn issued(above: &Certificate, below: &Certificate) -> bool {
    let names = matches!((Name::parse(&above.subject), Name::parse(&below.issuer)), (Ok(one), Ok(other)) if one == other);
    names && is_signed_by(below, above)
}
