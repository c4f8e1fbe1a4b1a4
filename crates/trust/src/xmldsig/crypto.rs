//! The algorithms that lists are signed with; OpenSSL does the arithmetic.

use super::Fingerprint;
use crate::SignatureError;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};
use openssl::x509::X509;

/// The smallest RSA modulus, in bits (ETSI TS 119 312).
const RSA_BITS: u32 = 2048;
/// The smallest order of a curve, in bits.
const EC_BITS: u32 = 256;

/// How a signature value is made.
enum Scheme {
    Pkcs1,
    Pss,
    Ecdsa,
}

/// SHA-256 of a certificate.
pub fn fingerprint(certificate: &[u8]) -> Fingerprint {
    openssl::sha::sha256(certificate)
}

/// Hashes.
pub fn digest(hash: MessageDigest, bytes: &[u8]) -> Result<Vec<u8>, SignatureError> {
    openssl::hash::hash(hash, bytes)
        .map(|digest| digest.to_vec())
        .map_err(|_| SignatureError::Structure("digest"))
}

/// The hash functions that may stand in a reference (RFC 9231; SHA-1 may not).
pub fn hash(uri: &str) -> Result<MessageDigest, SignatureError> {
    match uri {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Ok(MessageDigest::sha256()),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Ok(MessageDigest::sha384()),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Ok(MessageDigest::sha512()),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-256" => Ok(MessageDigest::sha3_256()),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-384" => Ok(MessageDigest::sha3_384()),
        "http://www.w3.org/2007/05/xmldsig-more#sha3-512" => Ok(MessageDigest::sha3_512()),
        other => Err(SignatureError::Algorithm(other.to_owned())),
    }
}

/// The same for naming the signer's certificate, where SHA-1 proves nothing but does no harm either: the
/// certificate was expected, by its SHA-256, before.
pub fn naming_hash(uri: &str) -> Result<MessageDigest, SignatureError> {
    match uri {
        "http://www.w3.org/2000/09/xmldsig#sha1" => Ok(MessageDigest::sha1()),
        other => hash(other),
    }
}

/// The signature algorithms (RFC 9231).
fn method(uri: &str) -> Result<(Scheme, MessageDigest), SignatureError> {
    let unknown = || SignatureError::Algorithm(uri.to_owned());
    let (_, name) = uri
        .strip_prefix("http://www.w3.org/")
        .and_then(|rest| rest.split_once("/xmldsig-more#"))
        .ok_or_else(unknown)?;
    match name {
        "rsa-sha256" => Ok((Scheme::Pkcs1, MessageDigest::sha256())),
        "rsa-sha384" => Ok((Scheme::Pkcs1, MessageDigest::sha384())),
        "rsa-sha512" => Ok((Scheme::Pkcs1, MessageDigest::sha512())),
        "sha256-rsa-MGF1" => Ok((Scheme::Pss, MessageDigest::sha256())),
        "sha384-rsa-MGF1" => Ok((Scheme::Pss, MessageDigest::sha384())),
        "sha512-rsa-MGF1" => Ok((Scheme::Pss, MessageDigest::sha512())),
        "ecdsa-sha256" => Ok((Scheme::Ecdsa, MessageDigest::sha256())),
        "ecdsa-sha384" => Ok((Scheme::Ecdsa, MessageDigest::sha384())),
        "ecdsa-sha512" => Ok((Scheme::Ecdsa, MessageDigest::sha512())),
        _ => Err(unknown()),
    }
}

/// Whether this certificate's key made this value over these bytes.
///
/// # Errors
/// [`SignatureError::Algorithm`] where it is unknown, weak, or not of this key; [`SignatureError::ShortKey`];
/// [`SignatureError::Value`].
pub fn verify(
    uri: &str,
    certificate: &[u8],
    signed: &[u8],
    value: &[u8],
) -> Result<(), SignatureError> {
    let (scheme, hash) = method(uri)?;
    let key = X509::from_der(certificate)
        .and_then(|certificate| certificate.public_key())
        .map_err(|_| SignatureError::Structure("X509Certificate"))?;
    let (kind, least) = match scheme {
        Scheme::Pkcs1 | Scheme::Pss => (Id::RSA, RSA_BITS),
        Scheme::Ecdsa => (Id::EC, EC_BITS),
    };
    if key.id() != kind {
        return Err(SignatureError::Algorithm(uri.to_owned()));
    }
    if key.bits() < least {
        return Err(SignatureError::ShortKey(key.bits()));
    }
    let value = match scheme {
        Scheme::Ecdsa => two_numbers(value).ok_or(SignatureError::Value)?,
        _ => value.to_vec(),
    };
    match run(&scheme, hash, &key, signed, &value) {
        Ok(true) => Ok(()),
        _ => Err(SignatureError::Value),
    }
}

fn run(
    scheme: &Scheme,
    hash: MessageDigest,
    key: &PKey<Public>,
    signed: &[u8],
    value: &[u8],
) -> Result<bool, openssl::error::ErrorStack> {
    let mut verifier = Verifier::new(hash, key)?;
    if let Scheme::Pss = scheme {
        verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
        verifier.set_rsa_mgf1_md(hash)?;
        // RFC 9231, 2.3.9: the salt is as long as the hash.
        verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    verifier.verify_oneshot(value, signed)
}

/// From r and s side by side (RFC 4050, 3.3) to the DER that OpenSSL reads.
fn two_numbers(value: &[u8]) -> Option<Vec<u8>> {
    let half = value.len() / 2;
    if value.is_empty() || !value.len().is_multiple_of(2) {
        return None;
    }
    let (r, s) = value.split_at(half);
    let pair =
        EcdsaSig::from_private_components(BigNum::from_slice(r).ok()?, BigNum::from_slice(s).ok()?);
    pair.and_then(|pair| pair.to_der()).ok()
}
