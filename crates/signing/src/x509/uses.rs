//! What a certificate lets its key do (RFC 5280, 4.2.1).

use super::Certificate;
use crate::asn1::{Asn1Error, Tlv, oid, tag};
use serde::{Deserialize, Serialize};

/// The bits of keyUsage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUsage(u16);

impl KeyUsage {
    fn bit(self, n: u8) -> bool {
        self.0 & (0x8000 >> n) != 0
    }

    /// A bit by its number, from 0 (digitalSignature) to 8 (decipherOnly); no other is ever set.
    pub(crate) fn has(self, n: u8) -> bool {
        n <= 8 && self.bit(n)
    }

    /// digitalSignature.
    #[must_use]
    pub fn digital_signature(self) -> bool {
        self.bit(0)
    }

    /// nonRepudiation, today called contentCommitment: what Italian qualified certificates have, and alone
    /// (AgID, Det. 121/2019, 4.1: "type A").
    #[must_use]
    pub fn non_repudiation(self) -> bool {
        self.bit(1)
    }

    /// keyCertSign.
    #[must_use]
    pub fn key_cert_sign(self) -> bool {
        self.bit(5)
    }

    /// cRLSign.
    #[must_use]
    pub fn crl_sign(self) -> bool {
        self.bit(6)
    }
}

impl Certificate {
    /// keyUsage; none where the extension is absent, which allows everything.
    ///
    /// # Errors
    /// Where the extension cannot be read.
    pub fn key_usage(&self) -> Result<Option<KeyUsage>, Asn1Error> {
        let Some(extension) = self.extension(&oid::KEY_USAGE) else {
            return Ok(None);
        };
        let (bits, _) = Tlv::only(&extension.value)?
            .expect(tag::BIT_STRING)?
            .bits()?;
        let octet = |n: usize| u16::from(bits.get(n).copied().unwrap_or(0));
        Ok(Some(KeyUsage(octet(0) << 8 | octet(1))))
    }

    /// basicConstraints: whether it is an authority, and how many authorities may stand below it.
    ///
    /// # Errors
    /// Where the extension cannot be read.
    pub fn basic_constraints(&self) -> Result<(bool, Option<u64>), Asn1Error> {
        let Some(extension) = self.extension(&oid::BASIC_CONSTRAINTS) else {
            return Ok((false, None));
        };
        let mut reader = Tlv::only(&extension.value)?.expect(tag::SEQUENCE)?.reader();
        let ca = match reader.optional(tag::BOOLEAN)? {
            Some(value) => value.boolean()?,
            None => false,
        };
        let length = reader
            .optional(tag::INTEGER)?
            .map(|value| value.small())
            .transpose()?;
        reader.end()?;
        Ok((ca, length))
    }

    /// Content octets of the purposes in extendedKeyUsage; none where the extension is absent.
    ///
    /// # Errors
    /// Where the extension cannot be read.
    pub fn extended_key_usage(&self) -> Result<Option<Vec<Vec<u8>>>, Asn1Error> {
        let Some(extension) = self.extension(&oid::EXTENDED_KEY_USAGE) else {
            return Ok(None);
        };
        let list = Tlv::only(&extension.value)?
            .expect(tag::SEQUENCE)?
            .children(64)?;
        list.iter()
            .map(|purpose| purpose.expect(tag::OID).map(|name| name.value.to_vec()))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// The subject key identifier.
    #[must_use]
    pub fn subject_key(&self) -> Option<&[u8]> {
        let extension = self.extension(&oid::SUBJECT_KEY_IDENTIFIER)?;
        Some(
            Tlv::only(&extension.value)
                .ok()?
                .expect(tag::OCTET_STRING)
                .ok()?
                .value,
        )
    }

    /// The key identifier of the issuer, as authorityKeyIdentifier has it.
    #[must_use]
    pub fn authority_key(&self) -> Option<&[u8]> {
        let extension = self.extension(&oid::AUTHORITY_KEY_IDENTIFIER)?;
        let mut reader = Tlv::only(&extension.value)
            .ok()?
            .expect(tag::SEQUENCE)
            .ok()?
            .reader();
        Some(reader.optional(tag::context(0)).ok()??.value)
    }
}
