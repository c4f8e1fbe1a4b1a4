//! What is known of revocations: the door for the part that reads CRLs and OCSP answers.

use super::Finding;
use crate::path::Path;
use crate::x509::Certificate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Answers about the revocation of certificates, from what is at hand; never from the network.
pub trait Facts {
    /// What is known of `certificate`, issued by `issuer`, for a judgement about the time `at`.
    ///
    /// A revocation is told whenever it is known, with its date, even where that is after `at`: who asks compares.
    /// [`Revocation::Good`] is only for answers that are checked, and good for `at`: issued at or after it, or so
    /// little before that the source still vouches for it (nextUpdate).
    fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Revocation;

    /// Whose word it is that a certificate is good, and as of when, where that is a responder whose own certificate may
    /// be revoked, and these facts say nothing of it (RFC 6960, 4.2.2.2.1).
    fn responder(
        &self,
        _certificate: &Certificate,
        _issuer: &Certificate,
        _at: Timestamp,
    ) -> Option<(Certificate, Timestamp)> {
        None
    }

    /// A verdict about the time `at` stays open because nothing usable is known of `certificate`, issued by `issuer`:
    /// for whoever can have it asked elsewhere. Only told of certificates whose path ends at something believed, so
    /// that no address in them is a stranger's.
    fn missing(&self, _certificate: &Certificate, _issuer: &Certificate, _at: Timestamp) {}
}

/// What is known of one certificate, and what is to be told of it. That it is good may be the word of a responder: which
/// must not be revoked itself (RFC 6960, 4.2.2.2.1), as far as anybody but another such responder can tell.
pub(crate) fn stand(
    certificate: &Certificate,
    issuer: &Certificate,
    at: Timestamp,
    facts: &dyn Facts,
) -> (Revocation, Option<Finding>) {
    let found = facts.revocation(certificate, issuer, at);
    if !matches!(found, Revocation::Good { .. }) {
        return (found, None);
    }
    let Some((responder, when)) = facts.responder(certificate, issuer, at) else {
        return (found, None);
    };
    match facts.revocation(&responder, issuer, when) {
        Revocation::Revoked { .. } => (Revocation::Unknown, None),
        Revocation::Good { .. } if facts.responder(&responder, issuer, when).is_none() => {
            (found, None)
        }
        Revocation::Good { .. } | Revocation::Unknown => (found, Some(Finding::ResponderUnchecked)),
    }
}

/// Tells what is missing of a path that holds but for revocation.
pub(crate) fn tell_missing(path: &Path<'_>, at: Timestamp, facts: &dyn Facts) {
    for pair in path.certificates.windows(2) {
        if let [certificate, issuer] = pair
            && stand(certificate, issuer, at, facts).0 == Revocation::Unknown
        {
            facts.missing(certificate, issuer, at);
        }
    }
}

/// What is known of one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "status")]
pub enum Revocation {
    /// Not revoked, says a source.
    Good {
        /// When the source was issued (thisUpdate).
        issued: Timestamp,
    },
    /// Revoked or suspended.
    Revoked {
        /// Since when.
        since: Timestamp,
        /// CRLReason (RFC 5280, 5.3.1), where it is told.
        reason: Option<u8>,
    },
    /// Nothing usable.
    Unknown,
}

/// Knows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl Facts for NoFacts {
    fn revocation(&self, _: &Certificate, _: &Certificate, _: Timestamp) -> Revocation {
        Revocation::Unknown
    }
}
