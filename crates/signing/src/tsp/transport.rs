//! Who carries questions and answers.

use serde::{Deserialize, Serialize};

/// What is sent, hence its media type and the one that comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A time stamp is asked for (RFC 3161, 3.4).
    TimeStamp,
    /// The state of a certificate is asked for (RFC 6960, appendix A).
    Ocsp,
    /// A list of revoked certificates is fetched: nothing is sent (RFC 5280, 4.2.1.13).
    Crl,
    /// An issuer's certificate is fetched: nothing is sent (RFC 5280, 4.2.2.1).
    Issuer,
}

impl Kind {
    /// The media type of what is sent; none where nothing is (HTTP GET).
    #[must_use]
    pub const fn media_type(self) -> Option<&'static str> {
        match self {
            Self::TimeStamp => Some("application/timestamp-query"),
            Self::Ocsp => Some("application/ocsp-request"),
            Self::Crl | Self::Issuer => None,
        }
    }

    /// The longest answer that is taken, in bytes.
    #[must_use]
    pub const fn longest_answer(self) -> usize {
        match self {
            Self::TimeStamp | Self::Ocsp => 256 * 1024,
            Self::Crl => crate::revocation::MAX_CRL,
            Self::Issuer => 256 * 1024,
        }
    }
}

/// Bytes to a place, bytes back. The engine has no line of its own: the app, the hub or a test is one.
pub trait Transport {
    /// Sends (or, where the kind has no media type, only fetches) and gives what came back, cut at
    /// [`Kind::longest_answer`].
    ///
    /// # Errors
    /// [`TransportError`].
    fn ask(&mut self, kind: Kind, url: &str, body: &[u8]) -> Result<Vec<u8>, TransportError>;
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum TransportError {
    /// No line: it is worth trying again.
    #[error("not reachable: {0}")]
    Unreachable(String),
    /// The other end answered, but not with what was asked for.
    #[error("answered {0}")]
    Status(u16),
    /// An address that is not HTTP or HTTPS.
    #[error("address")]
    Address,
    /// Longer than what is taken.
    #[error("answer too long")]
    TooLong,
}
