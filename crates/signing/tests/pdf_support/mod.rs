//! What the PDF tests share: documents made here, a signer, and the outside judges.
#![allow(dead_code)] // each test file uses a part

#[path = "../dss/mod.rs"]
pub mod dss;

pub mod documents;
pub mod judges;
pub mod signer;

use signer::Signer;
use signing::Hash;
use signing::pades::{Draft, Options, Signed, Verdict, judge};
use signing::verify::{Context, RevocationRule};

/// The time that every test signs at.
pub fn at() -> jiff::Timestamp {
    "2026-03-02T09:30:00Z".parse().unwrap()
}

/// Signs a document the way the engine does: draft, sign, embed.
pub fn sign(signer: &Signer, pdf: &[u8], options: &Options) -> Vec<u8> {
    let mut draft = Draft::new(pdf, options).unwrap();
    let cms = signer.detached(&draft.digest(Hash::Sha256).unwrap());
    draft.embed(&cms).unwrap()
}

/// Signs without a stamp.
pub fn sign_plain(signer: &Signer, pdf: &[u8]) -> Vec<u8> {
    sign(signer, pdf, &Options::at(at()))
}

/// What the last byte range of a document covers.
pub fn covered(pdf: &[u8]) -> Vec<u8> {
    let [a, b, c, d] = last_byte_range(pdf);
    [&pdf[a..a + b], &pdf[c..c + d]].concat()
}

pub fn last_byte_range(pdf: &[u8]) -> [usize; 4] {
    let key = b"/ByteRange";
    let start = pdf
        .windows(key.len())
        .rposition(|window| window == key)
        .unwrap()
        + key.len();
    let end = start + pdf[start..].iter().position(|&byte| byte == b']').unwrap();
    let text = std::str::from_utf8(&pdf[start..end]).unwrap();
    let numbers: Vec<usize> = text
        .trim()
        .trim_start_matches('[')
        .split_whitespace()
        .map(|number| number.parse().unwrap())
        .collect();
    numbers.try_into().unwrap()
}

/// The verdicts of the engine on a document; revocations are not asked for.
pub fn verdicts(signer: &Signer, pdf: &[u8]) -> Vec<Verdict> {
    let trust = signer.trust();
    let context = Context {
        revocation: RevocationRule::IfKnown,
        ..Context::now(&trust)
    };
    judge(&mut Signed::new(pdf).unwrap(), &context).unwrap()
}
