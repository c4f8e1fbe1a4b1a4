//! Walking over definite-length encodings, without copying.

use super::Asn1Error;

/// One element: borrowed, not yet looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tlv<'a> {
    /// The first identifier octet: class, form, and the number where it is below 31.
    pub(crate) tag: u8,
    /// The content octets.
    pub(crate) value: &'a [u8],
    /// Everything, header included.
    pub(crate) whole: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// Reads an element that must fill the input.
    pub(crate) fn only(input: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut reader = Reader::new(input);
        let element = reader.next()?;
        reader.end()?;
        Ok(element)
    }

    /// A reader over its content.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader::new(self.value)
    }

    /// Its content as elements, at most `most`.
    pub(crate) fn children(&self, most: usize) -> Result<Vec<Tlv<'a>>, Asn1Error> {
        let mut reader = self.reader();
        let mut found = Vec::new();
        while !reader.is_empty() {
            if found.len() == most {
                return Err(Asn1Error::TooMany);
            }
            found.push(reader.next()?);
        }
        Ok(found)
    }

    /// The element if it has this tag.
    pub(crate) fn expect(self, tag: u8) -> Result<Self, Asn1Error> {
        if self.tag == tag {
            Ok(self)
        } else {
            Err(Asn1Error::Unexpected)
        }
    }

    /// A small non-negative INTEGER or ENUMERATED.
    pub(crate) fn small(&self) -> Result<u64, Asn1Error> {
        match self.value {
            [] => Err(Asn1Error::BadValue),
            [first, ..] if first & 0x80 != 0 => Err(Asn1Error::BadValue),
            bytes => {
                let bytes = bytes
                    .iter()
                    .skip_while(|byte| **byte == 0)
                    .collect::<Vec<_>>();
                if bytes.len() > 8 {
                    return Err(Asn1Error::BadValue);
                }
                Ok(bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | u64::from(**byte)))
            }
        }
    }

    /// A BOOLEAN; BER's other ways of saying true are understood.
    pub(crate) fn boolean(&self) -> Result<bool, Asn1Error> {
        match self.value {
            [byte] => Ok(*byte != 0),
            _ => Err(Asn1Error::BadValue),
        }
    }

    /// The octets of a BIT STRING and how many bits at its end do not count.
    pub(crate) fn bits(&self) -> Result<(&'a [u8], u8), Asn1Error> {
        match self.value {
            [unused @ 0..=7, bits @ ..] if *unused == 0 || !bits.is_empty() => Ok((bits, *unused)),
            _ => Err(Asn1Error::BadValue),
        }
    }
}

/// Gives the elements of an encoding one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag that comes next.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element. Lengths longer than they need be are read, indefinite ones are not: see
    /// [`super::normalise`].
    pub(crate) fn next(&mut self) -> Result<Tlv<'a>, Asn1Error> {
        let input = self.rest;
        let (tag, header, length) = head(input)?;
        let length = length.ok_or(Asn1Error::BadLength)?;
        let end = header.checked_add(length).ok_or(Asn1Error::TooLong)?;
        let value = input.get(header..end).ok_or(Asn1Error::Truncated)?;
        self.rest = &input[end..];
        Ok(Tlv {
            tag,
            value,
            whole: &input[..end],
        })
    }

    /// The next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Result<Tlv<'a>, Asn1Error> {
        self.next()?.expect(tag)
    }

    /// The next element if it has this tag; otherwise it stays.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Asn1Error> {
        if self.peek() == Some(tag) {
            self.next().map(Some)
        } else {
            Ok(None)
        }
    }

    /// That nothing follows.
    pub(crate) fn end(&self) -> Result<(), Asn1Error> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Asn1Error::Unexpected)
        }
    }
}

/// The identifier's first octet, how long identifier and length octets are together, and the length;
/// none where it is indefinite.
pub(crate) fn head(input: &[u8]) -> Result<(u8, usize, Option<usize>), Asn1Error> {
    let tag = *input.first().ok_or(Asn1Error::Truncated)?;
    let mut at = 1;
    if tag & 0x1f == 0x1f {
        // The number follows in septets (X.690, 8.1.2.4); four of them are more than any standard uses.
        loop {
            let octet = *input.get(at).ok_or(Asn1Error::Truncated)?;
            at += 1;
            if octet & 0x80 == 0 {
                break;
            }
            if at > 4 {
                return Err(Asn1Error::BadValue);
            }
        }
    }
    let first = *input.get(at).ok_or(Asn1Error::Truncated)?;
    at += 1;
    if first < 0x80 {
        return Ok((tag, at, Some(usize::from(first))));
    }
    if first == 0x80 {
        return Ok((tag, at, None));
    }
    let count = usize::from(first & 0x7f);
    let octets = input
        .get(at..at.saturating_add(count))
        .ok_or(Asn1Error::Truncated)?;
    let mut length = 0_usize;
    for octet in octets {
        length = length.checked_mul(256).ok_or(Asn1Error::TooLong)? | usize::from(*octet);
    }
    Ok((tag, at + count, Some(length)))
}
