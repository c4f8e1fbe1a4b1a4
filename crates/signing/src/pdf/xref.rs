//! Cross-reference sections (ISO 32000-2, 7.5.4, 7.5.8), each kept apart: a revision is a chain of them.

use super::object::{Dict, Id, Object};
use super::parse::{Fault, Lexer};
use super::{PdfError, Source, filter};
use std::collections::HashMap;
use std::io::{Read, Seek};

/// No section may be longer, in bytes of its table or of its encoded stream.
const LONGEST: usize = 64 << 20;
/// No file may list more objects.
const MOST: usize = 4_000_000;

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Nowhere.
    Free,
    /// At an offset of the file.
    At { offset: u64, generation: u16 },
    /// In an object stream.
    Within { stream: u32, index: u32 },
}

/// The two ways of writing a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    Table,
    Stream,
}

/// One section with its trailer.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// Where it begins: what `startxref` or `/Prev` says.
    pub at: u64,
    /// The first byte after it.
    pub end: u64,
    pub flavour: Flavour,
    pub entries: HashMap<u32, Entry>,
    /// The trailer, or the cross-reference stream's dictionary.
    pub trailer: Dict,
    /// Whether it has a second half for newer readers.
    pub hybrid: bool,
}

/// Parses at an offset with as much of the file as that takes.
pub(crate) fn parse_at<R: Read + Seek, T>(
    source: &mut Source<R>,
    at: u64,
    longest: usize,
    mut parse: impl FnMut(&mut Lexer<'_>) -> Result<T, Fault>,
) -> Result<(T, u64), PdfError> {
    let mut want = 4096;
    loop {
        let to_end = at.saturating_add(want as u64) >= source.len();
        let bytes = source.bytes(at, want)?;
        let mut lexer = if to_end {
            Lexer::whole(bytes)
        } else {
            Lexer::part(bytes)
        };
        match parse(&mut lexer) {
            Ok(value) => return Ok((value, at + lexer.at as u64)),
            Err(Fault::Short) if !to_end && want < longest => want = (want * 4).min(longest),
            Err(Fault::Short) => return Err(PdfError::damaged(at, "the end of what begins here")),
            Err(Fault::Syntax(what)) => return Err(PdfError::damaged(at + lexer.at as u64, what)),
            Err(Fault::Deep) => {
                return Err(PdfError::TooMuch(format!(
                    "the depth of the object at {at}"
                )));
            }
        }
    }
}

/// Reads the section at an offset.
pub(crate) fn read<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Result<Section, PdfError> {
    if source.bytes(at, 5)?.starts_with(b"xref") {
        let mut section = table(source, at)?;
        if let Some(second) = section.trailer.get(b"XRefStm") {
            let second = offset(Some(second)).ok_or_else(|| PdfError::damaged(at, "/XRefStm"))?;
            for (number, entry) in stream(source, second)?.entries {
                // what the table hides as free is what the stream is for (7.5.8.4)
                let slot = section.entries.entry(number).or_insert(Entry::Free);
                if *slot == Entry::Free {
                    *slot = entry;
                }
            }
            section.hybrid = true;
        }
        Ok(section)
    } else {
        stream(source, at)
    }
}

/// A value that is an offset.
pub(crate) fn offset(value: Option<&Object>) -> Option<u64> {
    value?.as_int().and_then(|value| u64::try_from(value).ok())
}

fn table<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Result<Section, PdfError> {
    let ((entries, trailer), end) = parse_at(source, at, LONGEST, |lexer| {
        lexer.keyword("xref")?;
        let mut entries = HashMap::new();
        while !lexer.has("trailer")? {
            let first = lexer.unsigned()?;
            let count = lexer.unsigned()?;
            for number in first..first.saturating_add(count) {
                let offset = lexer.unsigned()?;
                let generation = lexer.unsigned()?;
                let entry = if lexer.has("n")? {
                    let generation =
                        u16::try_from(generation).map_err(|_| Fault::Syntax("a generation"))?;
                    Entry::At { offset, generation }
                } else {
                    lexer.keyword("f")?;
                    Entry::Free
                };
                let number =
                    u32::try_from(number).map_err(|_| Fault::Syntax("an object number"))?;
                if entries.insert(number, entry).is_some() {
                    return Err(Fault::Syntax("an object listed once"));
                }
            }
        }
        match lexer.object()? {
            Object::Dict(trailer) => Ok((entries, trailer)),
            _ => Err(Fault::Syntax("a trailer")),
        }
    })?;
    Ok(Section {
        at,
        end,
        flavour: Flavour::Table,
        entries,
        trailer,
        hybrid: false,
    })
}

fn stream<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Result<Section, PdfError> {
    let ((id, dict), data) = parse_at(source, at, LONGEST, |lexer| {
        let id = lexer.header()?;
        let Object::Dict(dict) = lexer.object()? else {
            return Err(Fault::Syntax("a cross-reference stream"));
        };
        lexer.keyword("stream")?;
        lexer.stream_start()?;
        Ok((id, dict))
    })?;
    let wrong = |what| PdfError::damaged(at, what);
    if dict.name(b"Type") != Some(b"XRef") {
        return Err(wrong("a cross-reference section"));
    }
    // /Length must be direct here: there is no table yet to look it up in (7.5.8.2)
    let length = offset(dict.get(b"Length")).ok_or_else(|| wrong("a /Length"))?;
    let data_end = data.checked_add(length).ok_or_else(|| wrong("a /Length"))?;
    let raw = source.whole(data..data_end, LONGEST as u64)?;
    let ((), end) = parse_at(source, data_end, 64, |lexer| {
        lexer.keyword("endstream")?;
        lexer.keyword("endobj")
    })?;
    let bytes = filter::decode(&dict, raw, at)?;
    let mut entries =
        entries(&dict, &bytes).ok_or_else(|| wrong("a cross-reference stream's entries"))?;
    entries.entry(id.number).or_insert(Entry::At {
        offset: at,
        generation: id.generation,
    });
    Ok(Section {
        at,
        end,
        flavour: Flavour::Stream,
        entries,
        trailer: dict,
        hybrid: false,
    })
}

/// The entries of a cross-reference stream (7.5.8.3).
fn entries(dict: &Dict, bytes: &[u8]) -> Option<HashMap<u32, Entry>> {
    let widths: Vec<usize> = dict
        .get(b"W")?
        .as_array()?
        .iter()
        .map(|width| {
            width
                .as_int()
                .and_then(|width| usize::try_from(width).ok())
                .filter(|&width| width <= 8)
        })
        .collect::<Option<_>>()?;
    let [kind, second, third] = widths[..] else {
        return None;
    };
    let row = kind + second + third;
    let size = u32::try_from(dict.int(b"Size")?).ok()?;
    let index: Vec<u32> = match dict.get(b"Index") {
        None => vec![0, size],
        Some(index) => index
            .as_array()?
            .iter()
            .map(|value| value.as_int().and_then(|value| u32::try_from(value).ok()))
            .collect::<Option<_>>()?,
    };
    if row == 0 || !index.len().is_multiple_of(2) {
        return None;
    }
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0_u64, |value, &byte| value << 8 | u64::from(byte))
    };
    let mut rows = bytes.chunks_exact(row);
    let mut entries = HashMap::new();
    for range in index.chunks_exact(2) {
        if range[1] as usize > MOST {
            return None;
        }
        for object in range[0]..range[0].checked_add(range[1])? {
            let row = rows.next()?;
            let (first, rest) = row.split_at(kind);
            let (a, b) = rest.split_at(second);
            let entry = match if kind == 0 { 1 } else { number(first) } {
                1 => Entry::At {
                    offset: number(a),
                    generation: u16::try_from(number(b)).ok()?,
                },
                2 => Entry::Within {
                    stream: u32::try_from(number(a)).ok()?,
                    index: u32::try_from(number(b)).ok()?,
                },
                // 0, and kinds still to be invented, which count as null (7.5.8.3)
                _ => Entry::Free,
            };
            if entries.insert(object, entry).is_some() {
                return None;
            }
        }
    }
    Some(entries)
}

/// An indirect object at an offset, without a stream's end: that needs its length first.
pub(crate) fn indirect<R: Read + Seek>(
    source: &mut Source<R>,
    at: u64,
    longest: usize,
) -> Result<(Id, Object, bool, u64), PdfError> {
    let ((id, object, stream), end) = parse_at(source, at, longest, |lexer| {
        let id = lexer.header()?;
        let object = lexer.object()?;
        if matches!(object, Object::Dict(_)) && lexer.has("stream")? {
            lexer.stream_start()?;
            return Ok((id, object, true));
        }
        lexer.keyword("endobj")?;
        Ok((id, object, false))
    })?;
    Ok((id, object, stream, end))
}
