//! Between what a token signs and what CMS wants.

use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::md::Md;
use openssl::pkey::{PKeyRef, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use signing::{Digest, Hash, KeyKind, SignerError};

/// The `DigestInfo` of a hash (RFC 8017, 9.2, note 1).
fn digest_info(digest: &Digest) -> Vec<u8> {
    // SEQUENCE { SEQUENCE { OID 2.16.840.1.101.3.4.2.x, NULL }, OCTET STRING }
    let (arc, length) = match digest.hash {
        Hash::Sha256 => (1, 32),
        Hash::Sha384 => (2, 48),
        Hash::Sha512 => (3, 64),
    };
    let mut info = vec![
        0x30,
        17 + length,
        0x30,
        13,
        6,
        9,
        0x60,
        0x86,
        0x48,
        1,
        0x65,
        3,
        4,
        2,
        arc,
        5,
        0,
        4,
        length,
    ];
    info.extend_from_slice(&digest.bytes);
    info
}

/// How many bytes a hash has.
fn length(hash: Hash) -> usize {
    match hash {
        Hash::Sha256 => 32,
        Hash::Sha384 => 48,
        Hash::Sha512 => 64,
    }
}

/// How many bytes the order of a curve has; none for RSA.
fn order(key: KeyKind) -> Option<usize> {
    match key {
        KeyKind::Rsa(_) => None,
        KeyKind::P256 => Some(32),
        KeyKind::P384 => Some(48),
    }
}

/// The bytes that go to the token.
///
/// # Errors
/// [`SignerError::Key`] where the hash is not as long as its function gives.
pub(crate) fn to_sign(key: KeyKind, digest: &Digest) -> Result<Vec<u8>, SignerError> {
    if digest.bytes.len() != length(digest.hash) {
        return Err(SignerError::Key("hash of a wrong length".into()));
    }
    Ok(match order(key) {
        None => digest_info(digest),
        // FIPS 186-5, 6.4.1: the leftmost bits; some cards refuse more than the order has, others cut wrongly.
        Some(order) => digest.bytes[..order.min(digest.bytes.len())].to_vec(),
    })
}

/// What the token gave, as CMS wants it, after checking that it is a signature of this key over this hash.
///
/// # Errors
/// [`SignerError::Device`] where it is anything else.
pub(crate) fn from_token(
    kind: KeyKind,
    key: &PKeyRef<Public>,
    digest: &Digest,
    raw: &[u8],
) -> Result<Vec<u8>, SignerError> {
    let garbage = |_| SignerError::Device("the answer is no signature".into());
    let signature = match order(kind) {
        None => raw.to_vec(),
        // PKCS#11 v3.1, 6.3.1: r and s side by side, each as long as the order.
        Some(order) if raw.len() == 2 * order => {
            let r = BigNum::from_slice(&raw[..order]).map_err(garbage)?;
            let s = BigNum::from_slice(&raw[order..]).map_err(garbage)?;
            EcdsaSig::from_private_components(r, s)
                .and_then(|both| both.to_der())
                .map_err(garbage)?
        }
        Some(_) => return Err(SignerError::Device("a signature of a wrong length".into())),
    };
    if verifies(kind, key, digest, &signature) {
        Ok(signature)
    } else {
        Err(SignerError::Device(
            "the signature does not match the certificate".into(),
        ))
    }
}

/// Whether a signature is of this key, over this hash.
pub(crate) fn verifies(
    kind: KeyKind,
    key: &PKeyRef<Public>,
    digest: &Digest,
    signature: &[u8],
) -> bool {
    let verify = || {
        let mut context = PkeyCtx::new(key)?;
        context.verify_init()?;
        if matches!(kind, KeyKind::Rsa(_)) {
            context.set_rsa_padding(Padding::PKCS1)?;
        }
        context.set_signature_md(md(digest.hash))?;
        context.verify(&digest.bytes, signature)
    };
    // An error of OpenSSL is a signature it could not even read.
    verify().unwrap_or(false)
}

/// OpenSSL's name of a hash function.
pub(crate) fn md(hash: Hash) -> &'static openssl::md::MdRef {
    match hash {
        Hash::Sha256 => Md::sha256(),
        Hash::Sha384 => Md::sha384(),
        Hash::Sha512 => Md::sha512(),
    }
}
