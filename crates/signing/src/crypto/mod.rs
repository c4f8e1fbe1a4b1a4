//! The mathematics of verification: OpenSSL's, behind names of our own.
//!
//! Nothing here parses more of a stranger's bytes than a public key and a signature value.

mod algorithm;

pub use algorithm::DigestAlgorithm;
pub(crate) use algorithm::{Padding, Scheme};

use crate::asn1::Tlv;
use crate::x509::{AlgorithmId, Certificate};
use crate::{Digest, Hash};
use openssl::pkey::{Id, PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding as RsaPadding;
use openssl::sign::RsaPssSaltlen;

/// A public key that signatures are checked with.
pub(crate) struct PublicKey {
    key: PKey<Public>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    /// A key that its own certificate binds to PSS.
    RsaPss,
    Ec,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo; none for keys that no signature of ours or of others uses (RSA and named
    /// curves remain: explicit curve parameters are refused, RFC 5480, 2.1.1).
    pub(crate) fn from_spki(spki: &[u8]) -> Option<Self> {
        let algorithm = AlgorithmId::parse(&Tlv::only(spki).ok()?.reader().next().ok()?).ok()?;
        let key = PKey::public_key_from_der(spki).ok()?;
        let kind = match key.id() {
            Id::RSA => Kind::Rsa,
            Id::RSA_PSS => Kind::RsaPss,
            Id::EC
                if algorithm
                    .parameters
                    .is_some_and(|bytes| bytes.first() == Some(&crate::asn1::tag::OID)) =>
            {
                Kind::Ec
            }
            _ => return None,
        };
        Some(Self { key, kind })
    }

    /// Whether the key is long enough for TS 119 312: 2048 bits of RSA, 256 of an elliptic curve.
    pub(crate) fn is_strong(&self) -> bool {
        match self.kind {
            Kind::Rsa | Kind::RsaPss => self.key.bits() >= 2048,
            Kind::Ec => self.key.bits() >= 256,
        }
    }

    /// Whether the signature is this key's over the hash.
    pub(crate) fn verifies(&self, scheme: &Scheme, digest: &[u8], signature: &[u8]) -> bool {
        self.check(scheme, digest, signature).unwrap_or(false)
    }

    fn check(
        &self,
        scheme: &Scheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, openssl::error::ErrorStack> {
        let mut context = PkeyCtx::new(&self.key)?;
        context.verify_init()?;
        match (self.kind, scheme.padding) {
            (Kind::Ec, Padding::Ecdsa) => {}
            (Kind::Rsa, Padding::Pkcs1) => context.set_rsa_padding(RsaPadding::PKCS1)?,
            (Kind::Rsa | Kind::RsaPss, Padding::Pss { .. }) => {
                context.set_rsa_padding(RsaPadding::PKCS1_PSS)?
            }
            _ => return Ok(false),
        }
        context.set_signature_md(scheme.digest.md())?;
        if let Padding::Pss { mask, salt } = scheme.padding {
            context.set_rsa_mgf1_md(mask.md())?;
            context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(i32::from(salt)))?;
        }
        context.verify(digest, signature)
    }
}

/// Whether what a key gave is the certificate's signature over this hash, in the scheme this crate signs with.
pub(crate) fn fits(certificate: &Certificate, digest: &Digest, signature: &[u8]) -> bool {
    let padding = match certificate.key_kind() {
        Ok(crate::KeyKind::Rsa(_)) => Padding::Pkcs1,
        Ok(_) => Padding::Ecdsa,
        Err(_) => return false,
    };
    let scheme = Scheme {
        padding,
        digest: digest.hash.into(),
    };
    PublicKey::from_spki(&certificate.spki)
        .is_some_and(|key| key.verifies(&scheme, &digest.bytes, signature))
}

impl From<Hash> for DigestAlgorithm {
    fn from(hash: Hash) -> Self {
        match hash {
            Hash::Sha256 => Self::Sha256,
            Hash::Sha384 => Self::Sha384,
            Hash::Sha512 => Self::Sha512,
        }
    }
}
