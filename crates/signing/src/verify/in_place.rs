//! A whole file where it lies: an enveloping `.p7m` of any size is judged without being read into memory.
//!
//! What is around the content is read as the signature that it would be beside it: the same SignedData, only without its
//! content, which is then gone through in pieces. Files that are not written so that this is possible (indefinite
//! lengths, content in pieces, base64) are read into memory, and judged there.

use super::file::{FileVerdict, MOST_LAYERS, layer, rest, worst};
use super::{Content, Context};
use crate::asn1::{Asn1Error, Tlv, head, oid, tag, tlv};
use crate::cms::{Encoding, ReadError, SignedData};
use std::cell::RefCell;
use std::io::{Error, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

/// What comes before the content, in bytes: versions and the names of hashes.
const MOST_BEFORE: u64 = 16 * 1024;
/// What comes after it: certificates, lists of revocations, signers.
const MOST_AFTER: u64 = 16 * 1024 * 1024;
/// Pieces in which content is read.
const PIECE: usize = 64 * 1024;

/// Why a file cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum InPlaceError {
    /// It is no signature.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] Error),
}

/// What was found.
#[derive(Debug)]
pub struct InPlace {
    /// The verdict; its content is none.
    pub verdict: FileVerdict,
    /// The innermost content.
    pub content: Innermost,
}

/// Where the innermost content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Innermost {
    /// Not in the file.
    Beside,
    /// These bytes of the file.
    At(Range<u64>),
    /// It had to be put together.
    Bytes(Vec<u8>),
}

/// Judges a file and all signatures inside it, as [`file`](super::file) does. `beside` is the content of a detached one.
///
/// # Errors
/// [`InPlaceError`].
pub fn in_place<R: Read + Seek>(
    mut file: R,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
) -> Result<InPlace, InPlaceError> {
    let length = file.seek(SeekFrom::End(0))?;
    let file = RefCell::new(file);
    let mut part = Part {
        file: &file,
        range: 0..length,
    };
    let mut layers = Vec::new();
    let content = loop {
        let shell = match beside {
            Some(_) => None,
            None => part.shell()?,
        };
        let Some(Shell { data, content }) = shell else {
            if !layers.is_empty() && !part.may_be_signed()? {
                break Innermost::At(part.range);
            }
            let bytes = part.read(0..part.length())?;
            break match SignedData::parse(&bytes) {
                Ok(_) if layers.len() == MOST_LAYERS => {
                    return Err(ReadError::TooManyLayers.into());
                }
                Ok(data) => match rest(data, beside, context, &mut layers)? {
                    Some(content) => Innermost::Bytes(content),
                    None => Innermost::Beside,
                },
                Err(error) if layers.is_empty() => return Err(error.into()),
                Err(_) => Innermost::At(part.range),
            };
        };
        if layers.len() == MOST_LAYERS {
            return Err(ReadError::TooManyLayers.into());
        }
        layers.push(layer(&data, Some(&content), context));
        part = content;
    };
    let (indication, sub_indication) = worst(&layers, context);
    let verdict = FileVerdict {
        indication,
        sub_indication,
        layers,
        content: None,
    };
    Ok(InPlace { verdict, content })
}

/// A part of a file.
struct Part<'f, R> {
    file: &'f RefCell<R>,
    range: Range<u64>,
}

/// A SignedData without its content, and that.
struct Shell<'f, R> {
    data: SignedData<'static>,
    content: Part<'f, R>,
}

impl<'f, R: Read + Seek> Part<'f, R> {
    fn length(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Bytes of it, by their places in it.
    fn read(&self, range: Range<u64>) -> Result<Vec<u8>, Error> {
        let length = range.end.saturating_sub(range.start);
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(self.range.start + range.start))?;
        let mut bytes = Vec::new();
        (&mut *file).take(length).read_to_end(&mut bytes)?;
        match bytes.len() as u64 == length {
            true => Ok(bytes),
            false => Err(ErrorKind::UnexpectedEof.into()),
        }
    }

    /// What is around its content, where it is a SignedData whose content is in one piece.
    fn shell(&self) -> Result<Option<Shell<'f, R>>, Error> {
        let begin = self.read(0..self.length().min(MOST_BEFORE))?;
        let Ok(frame) = frame(&begin, self.length()) else {
            return Ok(None);
        };
        if frame.outer_end - frame.content.end > MOST_AFTER {
            return Ok(None);
        }
        let after = self.read(frame.content.end..frame.outer_end)?;
        let encapsulated = tlv(tag::SEQUENCE, &[frame.content_type]);
        let inner = tlv(tag::SEQUENCE, &[frame.before, &encapsulated, &after]);
        let explicit = tlv(tag::context_constructed(0), &[&inner]);
        let shell = tlv(tag::SEQUENCE, &[frame.kind, &explicit]);
        let Ok(data) = SignedData::parse(&shell) else {
            return Ok(None);
        };
        if data.encoding != Encoding::Der {
            return Ok(None);
        }
        let mut data = data.into_owned();
        data.trailing = usize::try_from(self.length() - frame.outer_end).unwrap_or(usize::MAX);
        let start = self.range.start;
        let content = Part {
            file: self.file,
            range: start + frame.content.start..start + frame.content.end,
        };
        Ok(Some(Shell { data, content }))
    }

    /// Whether it may be a signature that is written otherwise: then it is read, whatever it weighs.
    fn may_be_signed(&self) -> Result<bool, Error> {
        let begin = self.read(0..self.length().min(PIECE as u64))?;
        let name = oid::SIGNED_DATA.as_bytes();
        let early = begin.get(..64.min(begin.len())).unwrap_or_default();
        if begin.first() == Some(&tag::SEQUENCE) && holds(early, name) {
            return Ok(true);
        }
        // Base64 is text from its first byte to its last; a cut may go through a letter.
        if let Err(error) = std::str::from_utf8(&begin)
            && error.error_len().is_some()
        {
            return Ok(false);
        }
        let text = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&begin);
        // What begins with a SEQUENCE begins with an M.
        if text.trim_ascii_start().first() == Some(&b'M') {
            return Ok(true);
        }
        self.has_pem()
    }

    fn has_pem(&self) -> Result<bool, Error> {
        const BEGIN: &[u8] = b"-----BEGIN";
        let (mut found, mut kept) = (false, Vec::new());
        self.feed(&mut |piece| {
            kept.extend_from_slice(piece);
            found |= holds(&kept, BEGIN);
            let done = kept.len().saturating_sub(BEGIN.len() - 1);
            kept.drain(..done);
        })?;
        Ok(found)
    }
}

impl<R: Read + Seek> Content for Part<'_, R> {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(self.range.start))?;
        let mut left = (&mut *file).take(self.length());
        let mut piece = vec![0; PIECE];
        let mut fed = 0;
        loop {
            match left.read(&mut piece)? {
                0 if fed == self.length() => return Ok(()),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                n => {
                    fed += n as u64;
                    sink(piece.get(..n).unwrap_or_default());
                }
            }
        }
    }
}

fn holds(place: &[u8], word: &[u8]) -> bool {
    place.windows(word.len()).any(|it| it == word)
}

/// Where the parts of a SignedData are, by the lengths that it says.
struct Frame<'a> {
    /// The element that names it.
    kind: &'a [u8],
    /// Version and hashes.
    before: &'a [u8],
    /// The element that names the content's type.
    content_type: &'a [u8],
    content: Range<u64>,
    outer_end: u64,
}

/// Reads the beginning of a ContentInfo with SignedData and content (RFC 5652, 3 and 5.1). Every element must end where
/// the one around it does; anything else is none.
fn frame(begin: &[u8], length: u64) -> Result<Frame<'_>, Asn1Error> {
    let mut at = Place { begin, at: 0 };
    let outer_end = at.enter(tag::SEQUENCE)?;
    let kind = at.whole(tag::OID)?;
    if Tlv::only(kind)?.value != oid::SIGNED_DATA.as_bytes() || outer_end > length {
        return Err(Asn1Error::Unexpected);
    }
    let explicit_end = at.enter(tag::context_constructed(0))?;
    let inner_end = at.enter(tag::SEQUENCE)?;
    let from = at.at;
    at.whole(tag::INTEGER)?;
    at.whole(tag::SET)?;
    let before = begin.get(from..at.at).ok_or(Asn1Error::Truncated)?;
    let encapsulated_end = at.enter(tag::SEQUENCE)?;
    let content_type = at.whole(tag::OID)?;
    let content_end = at.enter(tag::context_constructed(0))?;
    let octets_end = at.enter(tag::OCTET_STRING)?;
    let nested = explicit_end == outer_end && inner_end == outer_end;
    let flush = content_end == encapsulated_end && octets_end == encapsulated_end;
    if !nested || !flush || encapsulated_end > outer_end {
        return Err(Asn1Error::Unexpected);
    }
    Ok(Frame {
        kind,
        before,
        content_type,
        content: at.at as u64..octets_end,
        outer_end,
    })
}

struct Place<'a> {
    begin: &'a [u8],
    at: usize,
}

impl<'a> Place<'a> {
    /// Goes into an element of a definite length; gives where it ends.
    fn enter(&mut self, tag: u8) -> Result<u64, Asn1Error> {
        let left = self.begin.get(self.at..).ok_or(Asn1Error::Truncated)?;
        let (found, header, length) = head(left)?;
        let length = length.ok_or(Asn1Error::Unexpected)?;
        if found != tag {
            return Err(Asn1Error::Unexpected);
        }
        self.at += header;
        (self.at as u64)
            .checked_add(length as u64)
            .ok_or(Asn1Error::TooLong)
    }

    /// A whole element.
    fn whole(&mut self, tag: u8) -> Result<&'a [u8], Asn1Error> {
        let start = self.at;
        let end = usize::try_from(self.enter(tag)?).map_err(|_| Asn1Error::TooLong)?;
        self.at = end;
        self.begin.get(start..end).ok_or(Asn1Error::Truncated)
    }
}
