//! What a trusted list says of some of a service's certificates (TS 119 612, 5.5.9.2): it overrules what they say of
//! themselves (TS 119 615, 4.4 and 4.5).

use crate::path::policies;
use crate::x509::{Certificate, Name};
use der::oid::ObjectIdentifier;
use serde::{Deserialize, Serialize};

/// A `QualificationElement`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualification {
    /// What is said.
    pub qualifiers: Vec<Qualifier>,
    /// Of which certificates.
    pub criteria: Criteria,
}

/// A `Qualifier` (TS 119 612, 5.5.9.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Qualifier {
    /// `NotQualified`.
    NotQualified,
    /// `QCStatement`: qualified, whatever the certificate says.
    Qualified,
    /// `QCForESig`.
    ForSignatures,
    /// `QCForESeal`.
    ForSeals,
    /// `QCForWSA`.
    ForWebSites,
    /// `QCForLegalPerson`, from before the Regulation: not for signatures of persons.
    ForLegalPersons,
    /// `QCWithQSCD`, `QCQSCDManagedOnBehalf`: the key is in a qualified device.
    WithDevice,
    /// `QCWithSSCD`: the same, in the words of the Directive 1999/93/EC.
    WithDeviceOfDirective,
    /// `QCQSCDStatusAsInCert`, `QCSSCDStatusAsInCert`.
    DeviceAsInCertificate,
    /// `QCNoQSCD`, `QCNoSSCD`.
    NoDevice,
    /// One that nobody here knows, in an extension that must be understood.
    Unknown,
}

/// A `CriteriaList`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criteria {
    /// How many must fit.
    pub assert: Assert,
    /// Of these.
    pub criteria: Vec<Criterion>,
}

/// How the criteria of a list are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assert {
    /// All of them.
    All,
    /// `atLeastOne`.
    AtLeastOne,
    /// None of them.
    None,
}

/// One criterion; object identifiers are dotted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// Bits of keyUsage, by number, and what they must be.
    KeyUsage(Vec<(u8, bool)>),
    /// `PolicySet`: the certificate has them all.
    Policies(Vec<String>),
    /// `ExtendedKeyUsage`: the certificate is for all of these.
    Purposes(Vec<String>),
    /// `CertSubjectDNAttribute`: the subject's name has them all.
    SubjectAttributes(Vec<String>),
    /// A list in the list.
    Nested(Criteria),
    /// One that nobody here understands.
    Unknown,
}

impl Qualification {
    /// What stands for an extension that must be understood and is not: of no certificate is it known what is said.
    #[must_use]
    pub fn unclear() -> Self {
        Self {
            qualifiers: vec![Qualifier::Unknown],
            criteria: Criteria {
                assert: Assert::All,
                criteria: Vec::new(),
            },
        }
    }

    /// Adds what is said of this certificate.
    pub(crate) fn tell(&self, certificate: &Certificate, said: &mut Vec<Qualifier>) {
        match self.criteria.fit(certificate) {
            Some(true) => said.extend(&self.qualifiers),
            Some(false) => {}
            None => said.push(Qualifier::Unknown),
        }
    }
}

impl Criteria {
    /// None where that cannot be told: an empty list says nothing.
    fn fit(&self, certificate: &Certificate) -> Option<bool> {
        let fits: Vec<_> = self
            .criteria
            .iter()
            .map(|one| one.fits(certificate))
            .collect();
        let any = |answer| fits.contains(&answer);
        match self.assert {
            _ if fits.is_empty() => None,
            Assert::All if any(Some(false)) => Some(false),
            Assert::AtLeastOne if any(Some(true)) => Some(true),
            Assert::None if any(Some(true)) => Some(false),
            _ if any(None) => None,
            Assert::All | Assert::None => Some(true),
            Assert::AtLeastOne => Some(false),
        }
    }
}

impl Criterion {
    fn fits(&self, certificate: &Certificate) -> Option<bool> {
        match self {
            Self::KeyUsage(bits) => {
                let usage = certificate.key_usage().ok()?;
                let set = |bit: u8| usage.is_some_and(|usage| usage.has(bit));
                Some(bits.iter().all(|(bit, wanted)| set(*bit) == *wanted))
            }
            Self::Policies(names) => {
                let found = policies(certificate).ok()?.unwrap_or_default();
                all(names, |name| found.contains(name))
            }
            Self::Purposes(names) => {
                let found = certificate.extended_key_usage().ok()?.unwrap_or_default();
                all(names, |name| found.iter().any(|purpose| purpose == name))
            }
            Self::SubjectAttributes(names) => {
                let subject = Name::parse(&certificate.subject).ok()?;
                all(names, |name| subject.has(name))
            }
            Self::Nested(list) => list.fit(certificate),
            Self::Unknown => None,
        }
    }
}

/// Whether there are all of these; none where one of them is no object identifier.
fn all(names: &[String], has: impl Fn(&[u8]) -> bool) -> Option<bool> {
    let names: Option<Vec<_>> = names
        .iter()
        .map(|name| ObjectIdentifier::new(name).ok())
        .collect();
    Some(names?.iter().all(|name| has(name.as_bytes())))
}
