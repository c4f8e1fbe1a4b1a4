//! Distinguished names: comparing them, and reading their parts.

use crate::asn1::{Asn1Error, Tlv, tag};

/// More parts than any name has.
const MOST_PARTS: usize = 64;

/// A name, its values made comparable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// RDNs in order; each a set of type and value.
    parts: Vec<Vec<(Vec<u8>, Value)>>,
}

/// A value: text, or bytes of another type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    /// Folded for comparison, and as it was written.
    Text {
        folded: String,
        written: Written,
    },
    Other(Vec<u8>),
}

/// Text that does not count in comparisons.
#[derive(Debug, Clone)]
struct Written(String);

impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Written {}
impl PartialOrd for Written {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Written {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl Name {
    /// Reads the encoding of a Name. Text is compared without regard to case, to spaces at the ends and to how many
    /// there are between words, whatever the string type (RFC 5280, 7.1).
    pub(crate) fn parse(der: &[u8]) -> Result<Self, Asn1Error> {
        let mut parts = Vec::new();
        for set in Tlv::only(der)?
            .expect(tag::SEQUENCE)?
            .children(MOST_PARTS)?
        {
            let mut part = Vec::new();
            for pair in set.expect(tag::SET)?.children(MOST_PARTS)? {
                let mut reader = pair.expect(tag::SEQUENCE)?.reader();
                let oid = reader.take(tag::OID)?.value.to_vec();
                let element = reader.next()?;
                let value = match text(&element) {
                    Some(written) => Value::Text {
                        folded: fold(&written),
                        written: Written(written),
                    },
                    None => Value::Other(element.whole.to_vec()),
                };
                reader.end()?;
                part.push((oid, value));
            }
            part.sort();
            parts.push(part);
        }
        Ok(Self { parts })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether this name is that one, or below it (RFC 5280, 4.2.1.10 for directory names).
    pub(crate) fn is_within(&self, above: &Self) -> bool {
        self.parts.starts_with(&above.parts)
    }

    /// Whether a part of this type is there.
    pub(crate) fn has(&self, oid: &[u8]) -> bool {
        self.parts.iter().flatten().any(|(name, _)| name == oid)
    }

    /// Every text value of this type, as it was written.
    pub(crate) fn texts<'a>(&'a self, oid: &'a [u8]) -> impl Iterator<Item = &'a str> {
        self.parts
            .iter()
            .flatten()
            .filter_map(move |(name, value)| match value {
                Value::Text { written, .. } if name == oid => Some(written.0.as_str()),
                _ => None,
            })
    }
}

fn fold(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// The text of a string of any of ASN.1's types; none for other types, and where the bytes are no such text.
pub(crate) fn text(element: &Tlv<'_>) -> Option<String> {
    const PRINTABLE: u8 = 0x13;
    const TELETEX: u8 = 0x14;
    const IA5: u8 = 0x16;
    const VISIBLE: u8 = 0x1a;
    const UNIVERSAL: u8 = 0x1c;
    const BMP: u8 = 0x1e;
    match element.tag {
        tag::UTF8_STRING | PRINTABLE | IA5 | VISIBLE => {
            String::from_utf8(element.value.to_vec()).ok()
        }
        // In practice Latin-1.
        TELETEX => Some(element.value.iter().map(|byte| char::from(*byte)).collect()),
        BMP => {
            let units = element.value.as_chunks::<2>();
            if !units.1.is_empty() {
                return None;
            }
            String::from_utf16(
                &units
                    .0
                    .iter()
                    .map(|pair| u16::from_be_bytes(*pair))
                    .collect::<Vec<_>>(),
            )
            .ok()
        }
        UNIVERSAL => {
            let units = element.value.as_chunks::<4>();
            if !units.1.is_empty() {
                return None;
            }
            units
                .0
                .iter()
                .map(|four| char::from_u32(u32::from_be_bytes(*four)))
                .collect()
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::asn1::tlv;

    fn name(tag: u8, value: &[u8]) -> Name {
        let pair = tlv(
            tag::SEQUENCE,
            &[&tlv(tag::OID, &[&[0x55, 4, 3]]), &tlv(tag, &[value])],
        );
        Name::parse(&tlv(tag::SEQUENCE, &[&tlv(tag::SET, &[&pair])])).unwrap()
    }

    #[test]
    fn string_type_case_and_spaces_do_not_count() {
        let one = name(0x13, b"Rossi  Mario ");
        assert_eq!(one, name(tag::UTF8_STRING, b"ROSSI mario"));
        assert_eq!(
            one,
            name(
                0x1e,
                &"rossi mario"
                    .encode_utf16()
                    .flat_map(u16::to_be_bytes)
                    .collect::<Vec<_>>()
            )
        );
        assert_ne!(one, name(0x13, b"RossiMario"));
        assert_eq!(
            one.texts(&[0x55, 4, 3]).collect::<Vec<_>>(),
            ["Rossi  Mario "]
        );
        // Bytes that are no text are compared as they are.
        assert_ne!(
            name(tag::UTF8_STRING, &[0xff]),
            name(tag::UTF8_STRING, &[0xfe])
        );
    }
}
