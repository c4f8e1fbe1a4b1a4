//! The decoders that read signed files, certificates and lists from anywhere: each takes bytes, and may refuse them.
//! Used by the targets of libFuzzer, and by the short run in the ordinary tests of `firma`.

use signing::Hash;
use signing::pades::{Signed, judge};
use signing::path::Trust;
use signing::revocation::{Crl, Facts, OcspResponse, Places};
use signing::tsp::{Response, TimeStampedData, Token};
use signing::verify::{Context, file};
use signing::x509::{Certificate, from_pem};
use std::collections::HashSet;
use trust::{Fingerprint, List};

/// A decoder, under the name of its target and of the folder of its seeds.
pub type Decoder = (&'static str, fn(&[u8]));

/// All of them.
pub const DECODERS: [Decoder; 7] = [
    ("cms", cms),
    ("certificate", certificate),
    ("stamp", stamp),
    ("ocsp", ocsp),
    ("crl", crl),
    ("list", list),
    ("pdf", pdf),
];

/// A `.p7m` or `.p7s`, in DER, BER or base64, and what is inside: read and judged.
pub fn cms(bytes: &[u8]) {
    let trust = Trust::default();
    let _ = file(
        bytes,
        Some(&&b"Determina n. 1\n"[..]),
        &Context::now(&trust),
    );
}

/// A certificate, its holder, its key, and where its issuer answers.
pub fn certificate(bytes: &[u8]) {
    if let Ok(certificate) = Certificate::parse(bytes) {
        let _ = certificate.holder();
        let _ = certificate.hash();
        let _ = Places::of(&certificate);
    }
}

/// An answer of a time stamping authority, its token alone, or a file with its stamp.
pub fn stamp(bytes: &[u8]) {
    let _ = Response::parse(bytes);
    let _ = Token::parse(bytes);
    let _ = TimeStampedData::parse(bytes);
}

/// An answer about a revocation.
pub fn ocsp(bytes: &[u8]) {
    let _ = OcspResponse::parse(bytes);
    let _ = Facts::new().add_ocsp(bytes);
}

/// A list of revocations.
pub fn crl(bytes: &[u8]) {
    let _ = Crl::parse(bytes);
    let _ = Facts::new().add_crl(bytes);
}

/// A trusted list: its signature, by whomever, and what stands behind it.
pub fn list(bytes: &[u8]) {
    let _ = List::claims(bytes);
    let _ = List::check(bytes, &signers(bytes));
    let _ = List::readable(bytes);
}

/// Who may sign this list: those whose certificates it brings, found without a parser.
pub fn signers(bytes: &[u8]) -> HashSet<Fingerprint> {
    const MOST: usize = 16;
    let text = String::from_utf8_lossy(bytes);
    let parts = text.split("X509Certificate>").skip(1).take(MOST);
    let certificates = parts.flat_map(|part| {
        let body = part.split('<').next().unwrap_or_default();
        let pem = format!("-----BEGIN CERTIFICATE-----{body}-----END CERTIFICATE-----");
        from_pem(pem.as_bytes(), "CERTIFICATE")
    });
    let hash = |der: Vec<u8>| Hash::Sha256.of(&der).bytes.try_into();
    certificates.filter_map(|der| hash(der).ok()).collect()
}

/// A PDF: its revisions, its signatures, what was done after each.
pub fn pdf(bytes: &[u8]) {
    let trust = Trust::default();
    if let Ok(mut document) = Signed::new(bytes) {
        let _ = judge(&mut document, &Context::now(&trust));
    }
}
