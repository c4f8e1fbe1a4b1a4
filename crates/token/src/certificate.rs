//! What is read from a certificate to choose the one that signs.

use openssl::nid::Nid;
use openssl::pkey::{Id, PKeyRef, Public};
use openssl::x509::{X509, X509Ref};
use signing::KeyKind;

/// How many issuers are followed: Italian qualified certificates have one, at most three.
const MAX_CHAIN: usize = 8;

/// Whether the certificate may sign documents: key usage "type A", nonRepudiation (AgID, Det. 121/2019, 4.1). The
/// digitalSignature bit is not asked for: it marks the certificate for logging in.
#[must_use]
pub fn signs_documents(certificate: &X509Ref) -> bool {
    certificate
        .key_usage()
        .is_some_and(|usage| usage.contains(openssl::x509::X509KeyUsage::NON_REPUDIATION))
}

/// The kind of a key; none for kinds that do not sign here.
#[must_use]
pub fn kind(key: &PKeyRef<Public>) -> Option<KeyKind> {
    match key.id() {
        Id::RSA => Some(KeyKind::Rsa(key.bits())),
        Id::EC => match key.ec_key().ok()?.group().curve_name()? {
            Nid::X9_62_PRIME256V1 => Some(KeyKind::P256),
            Nid::SECP384R1 => Some(KeyKind::P384),
            _ => None,
        },
        _ => None,
    }
}

/// DER of the issuers of a certificate among others, nearest first. A name alone proves nothing: the issuer's key
/// must have signed.
#[must_use]
pub fn chain(certificate: &X509, others: &[X509]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut last = certificate.clone();
    while found.len() < MAX_CHAIN {
        let issuer = others.iter().find(|other| {
            other.subject_name().to_der().ok() == last.issuer_name().to_der().ok()
                && other
                    .public_key()
                    .is_ok_and(|key| last.verify(&key).unwrap_or(false))
        });
        let Some(der) = issuer.and_then(|issuer| issuer.to_der().ok()) else {
            break;
        };
        let Some(issuer) = issuer else { break };
        if last.to_der().is_ok_and(|own| own == der) || found.contains(&der) {
            break;
        }
        found.push(der);
        last = issuer.clone();
    }
    found
}
