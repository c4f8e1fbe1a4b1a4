//! What an authority answers (RFC 3161, 2.4.2).

use super::{Request, Token, TspError};
use crate::Asn1Error;
use crate::asn1::{Limits, Tlv, normalise, tag};
use serde::{Deserialize, Serialize};

/// The largest answer or token, in bytes: chains and their OCSP answers fit many times.
const MAX: usize = 1 << 20;
/// The most words of explanation that are kept.
const MAX_WORDS: usize = 8;

/// An answer: a token, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    result: Result<Vec<u8>, Failure>,
}

/// Why an authority gives no stamp (RFC 3161, 2.4.2: PKIFailureInfo).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// `status`: 2 rejection, 3 waiting, 4 and 5 about revocation.
    pub status: u64,
    /// What the authority says, in its words.
    pub words: Vec<String>,
    /// The bits of `failInfo` that are set: 0 badAlg, 2 badRequest, 5 badDataFormat, 14 timeNotAvailable,
    /// 15 unacceptedPolicy, 16 unacceptedExtension, 17 addInfoNotAvailable, 25 systemFailure.
    pub bits: Vec<u32>,
}

impl Response {
    /// Reads a TimeStampResp; and, as `.tsr` files of Italian providers are sometimes, a token alone.
    ///
    /// # Errors
    /// [`TspError::Asn1`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TspError> {
        let limits = Limits {
            depth: 32,
            elements: 20_000,
            bytes: MAX,
        };
        let normal = normalise(bytes, limits)?;
        let outer = Tlv::only(&normal.der)?.expect(tag::SEQUENCE)?;
        let mut reader = outer.reader();
        if reader.peek() == Some(tag::OID) {
            return Ok(Self {
                result: Ok(outer.whole.to_vec()),
            });
        }
        let status = reader.take(tag::SEQUENCE)?;
        let token = if reader.is_empty() {
            None
        } else {
            Some(reader.take(tag::SEQUENCE)?.whole.to_vec())
        };
        reader.end()?;
        let failure = failure(&status)?;
        // granted and grantedWithMods; a token beside any other status is not for use.
        let result = match (failure.status, token) {
            (0 | 1, Some(token)) => Ok(token),
            _ => Err(failure),
        };
        Ok(Self { result })
    }

    /// The token of an answer to this request, tried in every way that needs no trust: it is of this hash, for
    /// this nonce, signed by a certificate inside it that is for time stamps.
    ///
    /// # Errors
    /// [`TspError`]; what is refused here must not be put into a document.
    pub fn token(&self, request: &Request) -> Result<Token, TspError> {
        let token = self.any_token()?;
        if token.info().nonce.as_deref() != Some(request.nonce()) {
            return Err(TspError::OtherRequest);
        }
        token.check(request.imprint())?;
        Ok(token)
    }

    /// The token, whomever it answers: for `.tsr` files.
    ///
    /// # Errors
    /// [`TspError::Refused`]; those of [`Token::parse`].
    pub fn any_token(&self) -> Result<Token, TspError> {
        match &self.result {
            Ok(der) => Token::parse(der),
            Err(failure) => Err(TspError::Refused(failure.clone())),
        }
    }
}

fn failure(status: &Tlv<'_>) -> Result<Failure, Asn1Error> {
    let mut reader = status.reader();
    let number = reader.take(tag::INTEGER)?.small()?;
    let words = match reader.optional(tag::SEQUENCE)? {
        Some(texts) => texts
            .children(MAX_WORDS)?
            .iter()
            .map(|text| {
                String::from_utf8_lossy(text.value)
                    .chars()
                    .take(500)
                    .collect()
            })
            .collect(),
        None => Vec::new(),
    };
    let bits = match reader.optional(tag::BIT_STRING)? {
        Some(bits) => set_bits(bits.bits()?.0),
        None => Vec::new(),
    };
    reader.end()?;
    Ok(Failure {
        status: number,
        words,
        bits,
    })
}

fn set_bits(octets: &[u8]) -> Vec<u32> {
    let bits = octets.iter().take(4).zip(0u32..).flat_map(|(octet, at)| {
        (0..8)
            .filter(move |bit| octet & (0x80 >> bit) != 0)
            .map(move |bit| at * 8 + bit)
    });
    bits.collect()
}
