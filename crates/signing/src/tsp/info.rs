//! What a stamp says (RFC 3161, 2.4.2: TSTInfo).

use super::TspError;
use crate::asn1::{Tlv, parse_time, tag};
use crate::crypto::DigestAlgorithm;
use crate::x509::AlgorithmId;
use crate::{Asn1Error, Digest};
use jiff::{SignedDuration, Timestamp};

/// The content of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TstInfo {
    /// Content octets of the policy's object identifier.
    pub policy: Vec<u8>,
    /// What is stamped.
    pub imprint: Imprint,
    /// Content octets of the serial number.
    pub serial: Vec<u8>,
    /// When (`genTime`).
    pub time: Timestamp,
    /// How far off the time may be, both ways; none where the policy says it.
    pub accuracy: Option<SignedDuration>,
    /// Content octets of the nonce.
    pub nonce: Option<Vec<u8>>,
}

/// The hash of what is stamped, with whichever function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// The function, where it is known here.
    pub algorithm: Option<DigestAlgorithm>,
    /// The hash.
    pub bytes: Vec<u8>,
}

impl Imprint {
    /// Whether this is the hash of a content whose hash is given with the same function.
    ///
    /// # Errors
    /// [`TspError::WeakImprint`], [`TspError::OtherContent`].
    pub fn check(&self, content: &Digest) -> Result<(), TspError> {
        let algorithm = self.strong()?;
        match algorithm == content.hash.into() && self.bytes == content.bytes {
            true => Ok(()),
            false => Err(TspError::OtherContent),
        }
    }

    /// The same for a content at hand, whichever function the stamp uses.
    ///
    /// # Errors
    /// [`TspError::WeakImprint`], [`TspError::OtherContent`].
    pub fn check_content(&self, content: &[u8]) -> Result<(), TspError> {
        let hash = self.strong()?.of(content).ok_or(TspError::WeakImprint)?;
        match hash == self.bytes {
            true => Ok(()),
            false => Err(TspError::OtherContent),
        }
    }

    fn strong(&self) -> Result<DigestAlgorithm, TspError> {
        self.algorithm
            .filter(|algorithm| algorithm.is_strong())
            .ok_or(TspError::WeakImprint)
    }
}

impl TstInfo {
    /// Reads the content of a token.
    ///
    /// # Errors
    /// Where it is not as the standard has it; a version other than 1.
    pub fn parse(der: &[u8]) -> Result<Self, Asn1Error> {
        let mut reader = Tlv::only(der)?.expect(tag::SEQUENCE)?.reader();
        if reader.take(tag::INTEGER)?.small()? != 1 {
            return Err(Asn1Error::BadValue);
        }
        let policy = reader.take(tag::OID)?.value.to_vec();
        let mut imprint = reader.take(tag::SEQUENCE)?.reader();
        let algorithm = AlgorithmId::parse(&imprint.next()?)?;
        let bytes = imprint.take(tag::OCTET_STRING)?.value.to_vec();
        imprint.end()?;
        let serial = reader.take(tag::INTEGER)?.value.to_vec();
        let time = parse_time(&reader.take(tag::GENERALIZED_TIME)?)?;
        let accuracy = reader
            .optional(tag::SEQUENCE)?
            .map(|element| accuracy(&element))
            .transpose()?;
        // ordering: nothing is read out of the order of two stamps.
        reader.optional(tag::BOOLEAN)?;
        let nonce = reader
            .optional(tag::INTEGER)?
            .map(|element| element.value.to_vec());
        // tsa: a name that the certificate gives better; extensions: none of the standard's is critical.
        reader.optional(tag::context_constructed(0))?;
        reader.optional(tag::context_constructed(1))?;
        reader.end()?;
        Ok(Self {
            policy,
            imprint: Imprint {
                algorithm: DigestAlgorithm::from_oid(&algorithm.oid),
                bytes,
            },
            serial,
            time,
            accuracy,
            nonce,
        })
    }
}

/// Seconds, thousandths `[0]` and millionths `[1]`, each where it is there.
fn accuracy(element: &Tlv<'_>) -> Result<SignedDuration, Asn1Error> {
    let mut reader = element.reader();
    let mut part = |name: u8| -> Result<i64, Asn1Error> {
        let number = reader
            .optional(name)?
            .map(|element| element.small())
            .transpose()?;
        i64::try_from(number.unwrap_or(0)).map_err(|_| Asn1Error::BadValue)
    };
    let seconds = part(tag::INTEGER)?;
    let thousandths = part(tag::context(0))?;
    let millionths = part(tag::context(1))?;
    reader.end()?;
    // A year is no accuracy; and nothing below can overflow.
    if seconds > 31_536_000 || thousandths > 999 || millionths > 999 {
        return Err(Asn1Error::BadValue);
    }
    Ok(SignedDuration::from_micros(
        (seconds * 1_000 + thousandths) * 1_000 + millionths,
    ))
}
