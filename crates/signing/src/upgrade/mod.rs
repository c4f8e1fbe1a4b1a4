//! From a bare signature (B-B) to one that lasts: a time stamp (B-T), the chain and what was known of revocations
//! (B-LT), and a stamp over all of that (B-LTA). EN 319 122-1 and 319 142-1, clause 6.
//!
//! A small machine without threads or line. A queue asks it what is [`Next`], carries the question
//! ([`Ask`]) wherever a line is, and gives the answer back; meanwhile the file is as good as it was, and after each
//! answer a little better ([`Upgrade::bytes`]). Nothing has to be remembered between two runs but the file itself:
//! what it still lacks is read from its bytes.

mod document;
mod edit;
mod gather;
mod inquiry;
mod kept;
mod machine;

pub use gather::Trouble;
pub use inquiry::{Answered, Inquiry};
pub use kept::keeps;
pub use machine::{Settings, Upgrade};

use crate::cms::ReadError;
use crate::pades::Options;
use crate::revocation::OcspRequest;
use crate::tsp::{Kind, Request, Wanted};
use serde::{Deserialize, Serialize};

/// How far a signature is, in the words of the baseline profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// The signature.
    #[serde(rename = "B-B")]
    B,
    /// Its time is proven.
    #[serde(rename = "B-T")]
    T,
    /// It carries all that is needed to judge it.
    #[serde(rename = "B-LT")]
    Lt,
    /// That, too, is stamped.
    #[serde(rename = "B-LTA")]
    Lta,
}

/// What a file needs next.
#[derive(Debug)]
pub enum Next {
    /// An answer from elsewhere.
    Ask(Ask),
    /// Nothing: the goal is reached.
    Done,
    /// A line, or time: nobody could be reached, or facts are not fresh enough yet. Worth trying again.
    Wait(Vec<Trouble>),
    /// Nothing that waiting would give: a revoked signer, an authority that nobody believes, …
    Stuck(Vec<Trouble>),
}

/// A question to be carried: [`crate::tsp::Transport::ask`] with its three parts.
#[derive(Debug)]
pub struct Ask {
    /// What is asked.
    pub kind: Kind,
    /// Where.
    pub url: String,
    /// What is sent; empty where nothing is.
    pub body: Vec<u8>,
    what: What,
}

/// What the answer is for.
#[derive(Debug)]
enum What {
    /// Stamps a whole document, drafted so.
    Document {
        options: Box<Options>,
        request: Request,
    },
    /// Stamps the signature with this value.
    Stamp {
        signature: Vec<u8>,
        request: Request,
    },
    /// Stamps the whole signature with this value.
    Archive {
        signature: Vec<u8>,
        wanted: Wanted,
        request: Request,
    },
    /// About this certificate (DER).
    Ocsp {
        certificate: Vec<u8>,
        issuer: Vec<u8>,
        request: OcspRequest,
    },
    /// The same.
    Crl {
        certificate: Vec<u8>,
        issuer: Vec<u8>,
    },
    /// Who issued this certificate.
    Issuer { certificate: Vec<u8> },
}

/// Why a file cannot be upgraded at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "what")]
pub enum UpgradeError {
    /// It is no signature that can be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is a PDF that cannot be read.
    #[error("not a PDF that can be read")]
    Pdf,
    /// Nobody signed it.
    #[error("nobody signed it")]
    NoSigner,
}
