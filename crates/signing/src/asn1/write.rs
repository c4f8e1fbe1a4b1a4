//! Writing DER.

use super::tag;
use der::oid::ObjectIdentifier;

/// Identifier and length octets of an element whose content is so long.
pub(crate) fn header(tag: u8, length: u64) -> Vec<u8> {
    let mut octets = vec![tag];
    if length < 0x80 {
        octets.push(length.to_le_bytes()[0]);
    } else {
        let bytes = length.to_be_bytes();
        let skip = usize::try_from(length.leading_zeros() / 8).unwrap_or(0);
        let kept = &bytes[skip..];
        octets.push(0x80 | u8::try_from(kept.len()).unwrap_or(8));
        octets.extend_from_slice(kept);
    }
    octets
}

/// An element whose content is these parts, one after the other.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut out = header(tag, length as u64);
    out.reserve(length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A SET OF under a tag, its members sorted and each kept once (X.690, 11.6).
pub(crate) fn set_of(tag: u8, mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort_unstable();
    members.dedup();
    let parts = members.iter().map(Vec::as_slice).collect::<Vec<_>>();
    tlv(tag, &parts)
}

/// A SEQUENCE that begins with an object identifier: AlgorithmIdentifier, Attribute, ContentInfo, …
pub(crate) fn with_oid(oid: &ObjectIdentifier, parts: &[&[u8]]) -> Vec<u8> {
    let name = tlv(tag::OID, &[oid.as_bytes()]);
    let mut all = vec![name.as_slice()];
    all.extend_from_slice(parts);
    tlv(tag::SEQUENCE, &all)
}
