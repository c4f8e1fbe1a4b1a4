//! Algorithm identifiers, understood.

use crate::asn1::{Asn1Error, Reader, Tlv, oid, tag};
use crate::x509::AlgorithmId;
use openssl::hash::{Hasher, MessageDigest};
use openssl::md::{Md, MdRef};
use serde::{Deserialize, Serialize};

/// A hash function of a signature that was found; those this crate signs with are in [`crate::Hash`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the names say it
pub enum DigestAlgorithm {
    Md5,
    Sha1,
    Ripemd160,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3_256,
    Sha3_384,
    Sha3_512,
}

impl DigestAlgorithm {
    /// As people write it: `SHA-256`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Ripemd160 => "RIPEMD-160",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha3_256 => "SHA3-256",
            Self::Sha3_384 => "SHA3-384",
            Self::Sha3_512 => "SHA3-512",
        }
    }

    /// By the content octets of its object identifier.
    pub(crate) fn from_oid(name: &[u8]) -> Option<Self> {
        let known = [
            (oid::SHA256, Self::Sha256),
            (oid::SHA384, Self::Sha384),
            (oid::SHA512, Self::Sha512),
            (oid::SHA3_256, Self::Sha3_256),
            (oid::SHA3_384, Self::Sha3_384),
            (oid::SHA3_512, Self::Sha3_512),
            (oid::SHA224, Self::Sha224),
            (oid::SHA1, Self::Sha1),
            (oid::RIPEMD160, Self::Ripemd160),
            (oid::MD5, Self::Md5),
        ];
        known
            .iter()
            .find(|(known, _)| known.as_bytes() == name)
            .map(|(_, algorithm)| *algorithm)
    }

    /// Whether TS 119 312 still lets signatures stand on it.
    pub(crate) fn is_strong(self) -> bool {
        !matches!(
            self,
            Self::Md5 | Self::Sha1 | Self::Ripemd160 | Self::Sha224
        )
    }

    pub(crate) fn message_digest(self) -> MessageDigest {
        match self {
            Self::Md5 => MessageDigest::md5(),
            Self::Sha1 => MessageDigest::sha1(),
            Self::Ripemd160 => MessageDigest::ripemd160(),
            Self::Sha224 => MessageDigest::sha224(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
            Self::Sha3_256 => MessageDigest::sha3_256(),
            Self::Sha3_384 => MessageDigest::sha3_384(),
            Self::Sha3_512 => MessageDigest::sha3_512(),
        }
    }

    pub(super) fn md(self) -> &'static MdRef {
        match self {
            Self::Md5 => Md::md5(),
            Self::Sha1 => Md::sha1(),
            Self::Ripemd160 => Md::ripemd160(),
            Self::Sha224 => Md::sha224(),
            Self::Sha256 => Md::sha256(),
            Self::Sha384 => Md::sha384(),
            Self::Sha512 => Md::sha512(),
            Self::Sha3_256 => Md::sha3_256(),
            Self::Sha3_384 => Md::sha3_384(),
            Self::Sha3_512 => Md::sha3_512(),
        }
    }

    /// Hashes a whole; none where OpenSSL refuses the function (a FIPS build has no MD5).
    pub(crate) fn of(self, content: &[u8]) -> Option<Vec<u8>> {
        let mut hasher = Hasher::new(self.message_digest()).ok()?;
        hasher.update(content).ok()?;
        hasher.finish().ok().map(|digest| digest.to_vec())
    }
}

/// How an RSA signature is padded, or that it is ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Padding {
    Pkcs1,
    Pss { mask: DigestAlgorithm, salt: u16 },
    Ecdsa,
}

/// A signature algorithm in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scheme {
    pub(crate) padding: Padding,
    pub(crate) digest: DigestAlgorithm,
}

impl Scheme {
    /// From an AlgorithmIdentifier. Those that name no hash (`rsaEncryption`, `id-ecPublicKey`: CMS allows it) take
    /// the one that the signer's digestAlgorithm names; none in certificates.
    pub(crate) fn read(algorithm: &AlgorithmId, digest: Option<DigestAlgorithm>) -> Option<Self> {
        use DigestAlgorithm as D;
        let known = [
            (oid::RSA_SHA256, Padding::Pkcs1, D::Sha256),
            (oid::RSA_SHA384, Padding::Pkcs1, D::Sha384),
            (oid::RSA_SHA512, Padding::Pkcs1, D::Sha512),
            (oid::RSA_SHA224, Padding::Pkcs1, D::Sha224),
            (oid::RSA_SHA1, Padding::Pkcs1, D::Sha1),
            (oid::RSA_MD5, Padding::Pkcs1, D::Md5),
            (oid::ECDSA_SHA256, Padding::Ecdsa, D::Sha256),
            (oid::ECDSA_SHA384, Padding::Ecdsa, D::Sha384),
            (oid::ECDSA_SHA512, Padding::Ecdsa, D::Sha512),
            (oid::ECDSA_SHA224, Padding::Ecdsa, D::Sha224),
            (oid::ECDSA_SHA1, Padding::Ecdsa, D::Sha1),
            (oid::ECDSA_SHA3_256, Padding::Ecdsa, D::Sha3_256),
            (oid::ECDSA_SHA3_384, Padding::Ecdsa, D::Sha3_384),
            (oid::ECDSA_SHA3_512, Padding::Ecdsa, D::Sha3_512),
        ];
        if let Some((_, padding, digest)) = known.iter().find(|(name, _, _)| algorithm.is(name)) {
            return Some(Self {
                padding: *padding,
                digest: *digest,
            });
        }
        if algorithm.is(&oid::RSA) {
            return digest.map(|digest| Self {
                padding: Padding::Pkcs1,
                digest,
            });
        }
        if algorithm.is(&oid::EC) {
            return digest.map(|digest| Self {
                padding: Padding::Ecdsa,
                digest,
            });
        }
        if algorithm.is(&oid::RSA_PSS) {
            return pss(algorithm.parameters.as_deref()?).ok().flatten();
        }
        None
    }

    /// Whether all its hashes are strong.
    pub(crate) fn is_strong(&self) -> bool {
        self.digest.is_strong()
            && !matches!(self.padding, Padding::Pss { mask, .. } if !mask.is_strong())
    }
}

/// RSASSA-PSS-params (RFC 4055, 3.1), with its defaults.
fn pss(parameters: &[u8]) -> Result<Option<Scheme>, Asn1Error> {
    let mut reader = Tlv::only(parameters)?.expect(tag::SEQUENCE)?.reader();
    let mut explicit = |n: u8| -> Result<Option<Tlv<'_>>, Asn1Error> {
        reader
            .optional(tag::context_constructed(n))?
            .map(|outer| Tlv::only(outer.value))
            .transpose()
    };
    let digest = match explicit(0)? {
        Some(element) => DigestAlgorithm::from_oid(&AlgorithmId::parse(&element)?.oid),
        None => Some(DigestAlgorithm::Sha1),
    };
    let mask = match explicit(1)? {
        Some(element) => {
            let generator = AlgorithmId::parse(&element)?;
            let inner = generator
                .parameters
                .as_deref()
                .ok_or(Asn1Error::Unexpected)?;
            if !generator.is(&oid::MGF1) {
                return Ok(None);
            }
            DigestAlgorithm::from_oid(Reader::new(Tlv::only(inner)?.value).take(tag::OID)?.value)
        }
        None => Some(DigestAlgorithm::Sha1),
    };
    let salt = match explicit(2)? {
        Some(element) => element.expect(tag::INTEGER)?.small()?,
        None => 20,
    };
    let trailer = match explicit(3)? {
        Some(element) => element.expect(tag::INTEGER)?.small()?,
        None => 1,
    };
    reader.end()?;
    let (Some(digest), Some(mask), Ok(salt), 1) = (digest, mask, u16::try_from(salt), trailer)
    else {
        return Ok(None);
    };
    Ok(Some(Scheme {
        padding: Padding::Pss { mask, salt },
        digest,
    }))
}
