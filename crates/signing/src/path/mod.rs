//! Certification paths (RFC 5280, clause 6): from a certificate up to something that is trusted.
//!
//! Nothing is fetched. Names are compared as RFC 5280, 7.1 says; extended key usage is left to who asks, for a
//! qualified certificate's purpose is in its keyUsage.

mod names;
mod policy;
mod trust;
mod validate;

pub(crate) use policy::policies;
pub use trust::Trust;
pub(crate) use validate::is_strongly_signed;
pub use validate::validate;

use crate::Anchor;
use crate::crypto::{PublicKey, Scheme};
use crate::x509::{Certificate, Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Certificates in a path, the anchor included: Italian ones have two or three.
const LONGEST: usize = 12;
/// Signatures checked while looking for a path: a stranger's heap of certificates must not cost minutes.
const MOST_CHECKS: usize = 256;

/// What a path has to satisfy besides signatures and names (RFC 5280, 6.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// When it has to be valid.
    pub at: Timestamp,
    /// user-initial-policy-set: content octets of object identifiers; none is any-policy.
    pub policies: Option<Vec<Vec<u8>>>,
    /// initial-explicit-policy.
    pub explicit_policy: bool,
    /// initial-policy-mapping-inhibit.
    pub inhibit_mapping: bool,
    /// initial-any-policy-inhibit.
    pub inhibit_any: bool,
}

impl Settings {
    /// Valid at this time, under any policy.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            policies: None,
            explicit_policy: false,
            inhibit_mapping: false,
            inhibit_any: false,
        }
    }
}

/// Why a path does not hold. `depth` counts from the certificate that was asked about, which is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PathError {
    /// Nothing trusted was reached.
    #[error("no path to anything trusted")]
    NoPath,
    /// The search was given up: too many certificates that could be issuers.
    #[error("too many possible paths")]
    TooMany,
    /// A signature on a certificate is wrong, or in an unknown algorithm.
    #[error("signature of certificate {depth}")]
    Signature {
        /// Which.
        depth: usize,
    },
    /// A certificate is signed with a hash, or its issuer holds a key, that is too weak.
    #[error("weak algorithm or key at certificate {depth}")]
    Weak {
        /// Which.
        depth: usize,
    },
    /// Not valid any more.
    #[error("certificate {depth} expired")]
    Expired {
        /// Which.
        depth: usize,
    },
    /// Not valid yet.
    #[error("certificate {depth} not yet valid")]
    NotYetValid {
        /// Which.
        depth: usize,
    },
    /// Revoked at the time asked about.
    #[error("certificate {depth} revoked")]
    Revoked {
        /// Which.
        depth: usize,
        /// Since when.
        since: Timestamp,
    },
    /// Nothing current is known of its revocation.
    #[error("revocation of certificate {depth} unknown")]
    RevocationUnknown {
        /// Which.
        depth: usize,
    },
    /// An issuer that is no authority, or one too many below another.
    #[error("basic constraints at certificate {depth}")]
    BasicConstraints {
        /// Which.
        depth: usize,
    },
    /// An issuer whose key may not sign certificates.
    #[error("key usage of certificate {depth}")]
    KeyUsage {
        /// Which.
        depth: usize,
    },
    /// A name that an issuer's constraints exclude.
    #[error("name constraints at certificate {depth}")]
    NameConstraints {
        /// Which.
        depth: usize,
    },
    /// No policy that all agree on.
    #[error("certificate policies at certificate {depth}")]
    Policies {
        /// Which.
        depth: usize,
    },
    /// A critical extension that is not understood, or one that cannot be read.
    #[error("extension of certificate {depth}")]
    Extension {
        /// Which.
        depth: usize,
    },
}

/// A path that holds.
#[derive(Debug, Clone)]
pub struct Path<'a> {
    /// The certificate asked about first, that of the anchor last; one alone where it is itself trusted.
    pub certificates: Vec<&'a Certificate>,
    /// What it ends at.
    pub anchor: &'a Anchor,
}

/// Finds a path that holds. `accept` sees each path that RFC 5280 accepts and may refuse it (revocation); the first it
/// takes is the result.
///
/// # Errors
/// Why not: the reason of the path that came furthest, [`PathError::NoPath`] where none reached an anchor.
pub fn find<'a>(
    certificate: &'a Certificate,
    pool: &'a [Certificate],
    trust: &'a Trust,
    settings: &Settings,
    mut accept: impl FnMut(&Path<'a>) -> Result<(), PathError>,
) -> Result<Path<'a>, PathError> {
    let mut search = Search {
        pool: pool
            .iter()
            .filter_map(|one| Some((one, Name::parse(&one.subject).ok()?)))
            .collect(),
        trust,
        settings,
        accept: &mut accept,
        checks: 0,
        best: None,
    };
    if let Some((own, anchor)) = trust.iter().find(|(own, _)| own.der == certificate.der) {
        let path = Path {
            certificates: vec![own],
            anchor,
        };
        return search.judge(path);
    }
    let mut path = vec![certificate];
    match search.climb(&mut path) {
        Some(found) => Ok(found),
        None => Err(search.best.unwrap_or(PathError::NoPath)),
    }
}

struct Search<'a, 's> {
    pool: Vec<(&'a Certificate, Name)>,
    trust: &'a Trust,
    settings: &'s Settings,
    accept: &'s mut dyn FnMut(&Path<'a>) -> Result<(), PathError>,
    checks: usize,
    /// Why the best path so far was refused.
    best: Option<PathError>,
}

impl<'a> Search<'a, '_> {
    /// Tries everything above the last certificate of the path.
    fn climb(&mut self, path: &mut Vec<&'a Certificate>) -> Option<Path<'a>> {
        let last = *path.last()?;
        let issuer = Name::parse(&last.issuer).ok()?;
        for (own, anchor) in self.trust.named(&issuer) {
            if !self.signed(last, own, path.len() - 1) {
                continue;
            }
            let mut certificates = path.clone();
            certificates.push(own);
            match self.judge(Path {
                certificates,
                anchor,
            }) {
                Ok(found) => return Some(found),
                Err(error) => self.note(error),
            }
        }
        if path.len() + 1 >= LONGEST {
            return None;
        }
        // Those whose key identifier fits come first.
        let mut above = self
            .pool
            .iter()
            .filter(|(_, name)| *name == issuer)
            .map(|(one, _)| *one)
            .collect::<Vec<_>>();
        above.sort_by_key(|one| {
            last.authority_key().is_some() && one.subject_key() != last.authority_key()
        });
        for one in above {
            let seen = path
                .iter()
                .any(|other| other.spki == one.spki && other.subject == one.subject);
            if seen || !self.signed(last, one, path.len() - 1) {
                continue;
            }
            path.push(one);
            let found = self.climb(path);
            path.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn signed(&mut self, subject: &Certificate, issuer: &Certificate, depth: usize) -> bool {
        if self.checks == MOST_CHECKS {
            self.note(PathError::TooMany);
            return false;
        }
        self.checks += 1;
        let signed = is_signed_by(subject, issuer);
        if !signed && self.best.is_none() {
            self.best = Some(PathError::Signature { depth });
        }
        signed
    }

    fn judge(&mut self, path: Path<'a>) -> Result<Path<'a>, PathError> {
        validate::rules(&path.certificates, self.settings)?;
        (self.accept)(&path)?;
        Ok(path)
    }

    /// Reasons of whole paths count more than those of pieces.
    fn note(&mut self, error: PathError) {
        if matches!(
            self.best,
            None | Some(PathError::Signature { .. } | PathError::TooMany)
        ) {
            self.best = Some(error);
        }
    }
}

/// Whether the issuer's key signed the certificate.
#[must_use]
pub fn is_signed_by(subject: &Certificate, issuer: &Certificate) -> bool {
    let Some(scheme) = Scheme::read(&subject.signature_algorithm, None) else {
        return false;
    };
    let Some(key) = PublicKey::from_spki(&issuer.spki) else {
        return false;
    };
    let Some(digest) = scheme.digest.of(&subject.tbs) else {
        return false;
    };
    subject.algorithms_agree && key.verifies(&scheme, &digest, &subject.signature)
}
