//! A file, and its objects as of any of its revisions.

use super::object::{Dict, Id, Object, Stream};
use super::parse::Lexer;
use super::xref::{self, Entry, Section};
use super::{PdfError, Source, filter};
use std::collections::{HashMap, VecDeque};
use std::io::{Read, Seek};
use std::ops::Range;
use std::sync::Arc;

/// No object may be longer, but for its stream: 16 MiB.
const LONGEST: usize = 16 << 20;
/// No object stream may be longer, encoded.
const LONGEST_STREAM: u64 = 64 << 20;
/// No file may have more sections: each save adds one.
const SECTIONS: usize = 2048;
/// Objects kept parsed, and object streams kept decoded.
const KEPT: usize = 50_000;
const KEPT_STREAMS: usize = 8;

/// Where an object's text is; the same for all revisions.
type Place = (u64, Option<(u32, u32)>);

/// A file under examination.
pub(crate) struct File<R> {
    pub source: Source<R>,
    objects: HashMap<Place, Arc<Object>>,
    streams: VecDeque<(u64, Arc<ObjectStream>)>,
}

/// A decoded object stream (7.5.7).
struct ObjectStream {
    bytes: Vec<u8>,
    /// Number of each object, and where it begins.
    index: Vec<(u32, usize)>,
}

/// The file as of one revision.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// Where its last cross-reference section is.
    pub startxref: u64,
    /// The first byte after its `%%EOF`, its end of line included.
    pub end: u64,
    /// Its sections, newest first.
    pub sections: Vec<Arc<Section>>,
    table: HashMap<u32, Entry>,
}

impl View {
    /// The newest trailer.
    pub fn trailer(&self) -> &Dict {
        &self.sections[0].trailer
    }

    /// Where an object is.
    pub fn entry(&self, number: u32) -> Entry {
        self.table.get(&number).copied().unwrap_or(Entry::Free)
    }

    /// Every object that is somewhere.
    pub fn entries(&self) -> impl Iterator<Item = (u32, Entry)> + '_ {
        self.table
            .iter()
            .filter(|(_, entry)| **entry != Entry::Free)
            .map(|(number, entry)| (*number, *entry))
    }

    /// The catalog's id.
    pub fn root(&self) -> Result<Id, PdfError> {
        self.trailer()
            .reference(b"Root")
            .ok_or_else(|| PdfError::damaged(self.startxref, "/Root"))
    }

    /// The first number that no object has: at least `/Size`.
    pub fn next_number(&self) -> u32 {
        let size = self
            .trailer()
            .int(b"Size")
            .and_then(|size| u32::try_from(size).ok())
            .unwrap_or(0);
        self.table
            .keys()
            .copied()
            .max()
            .map_or(1, |most| most.saturating_add(1))
            .max(size)
    }
}

impl<R: Read + Seek> File<R> {
    /// Looks at a file, no further than its first bytes.
    pub fn open(reader: R) -> Result<Self, PdfError> {
        let mut source = Source::new(reader)?;
        if !source.bytes(0, 5)?.starts_with(b"%PDF-") {
            return Err(PdfError::NotPdf);
        }
        Ok(Self {
            source,
            objects: HashMap::new(),
            streams: VecDeque::new(),
        })
    }

    /// The revision whose bytes are those before an offset: the file must end there as a PDF does.
    pub fn view(&mut self, end: u64) -> Result<View, PdfError> {
        let (startxref, end) = self.tail(end)?;
        let mut sections: Vec<Arc<Section>> = Vec::new();
        let mut next = Some(startxref);
        let mut count = 0;
        while let Some(at) = next {
            if sections.len() >= SECTIONS || sections.iter().any(|section| section.at == at) {
                return Err(PdfError::damaged(
                    at,
                    "a chain of cross-reference sections that ends",
                ));
            }
            if at >= end {
                return Err(PdfError::damaged(
                    at,
                    "a cross-reference section within the file",
                ));
            }
            let section = xref::read(&mut self.source, at)?;
            count += section.entries.len();
            if count > 8_000_000 {
                return Err(PdfError::TooMuch("the number of objects".into()));
            }
            next = match section.trailer.get(b"Prev") {
                None => None,
                Some(prev) => {
                    Some(xref::offset(Some(prev)).ok_or_else(|| PdfError::damaged(at, "/Prev"))?)
                }
            };
            sections.push(Arc::new(section));
        }
        let mut table = HashMap::new();
        for section in sections.iter().rev() {
            table.extend(
                section
                    .entries
                    .iter()
                    .map(|(number, entry)| (*number, *entry)),
            );
        }
        Ok(View {
            startxref,
            end,
            sections,
            table,
        })
    }

    /// `startxref`, the offset and `%%EOF` before an offset; returns the offset and where the end of line after
    /// `%%EOF` stops. Nothing but white space may follow.
    fn tail(&mut self, end: u64) -> Result<(u64, u64), PdfError> {
        let from = end.saturating_sub(1024);
        let wrong = || PdfError::damaged(from, "startxref and %%EOF at the end");
        let want = usize::try_from(end - from).unwrap_or(0);
        let tail = self.source.bytes(from, want)?;
        let word = b"startxref";
        let start = tail
            .windows(word.len())
            .rposition(|window| window == word)
            .ok_or_else(wrong)?;
        let mut lexer = Lexer::whole(&tail[start + word.len()..]);
        let at = lexer.unsigned().map_err(|_| wrong())?;
        let rest = &tail[start + word.len() + lexer.at..];
        let eof = rest
            .windows(5)
            .position(|window| window == b"%%EOF")
            .ok_or_else(wrong)?;
        if !rest[..eof]
            .iter()
            .chain(&rest[eof + 5..])
            .all(|&byte| super::parse::is_white(byte))
        {
            return Err(wrong());
        }
        let mut stop = from + (start + word.len() + lexer.at + eof + 5) as u64;
        match &rest[eof + 5..] {
            [b'\r', b'\n', ..] => stop += 2,
            [b'\r' | b'\n', ..] => stop += 1,
            _ => {}
        }
        Ok((at, stop))
    }

    /// An object as of a revision; null if it is nowhere (7.3.10).
    pub fn get(&mut self, view: &View, id: Id) -> Result<Arc<Object>, PdfError> {
        let place = match view.entry(id.number) {
            Entry::At { offset, generation } if generation == id.generation => (offset, None),
            Entry::Within { stream, index } if id.generation == 0 => match view.entry(stream) {
                Entry::At { offset, .. } => (offset, Some((id.number, index))),
                _ => return Err(PdfError::damaged(0, "an object stream")),
            },
            _ => return Ok(Arc::new(Object::Null)),
        };
        if let Some(object) = self.objects.get(&place) {
            return Ok(object.clone());
        }
        let object = match place {
            (offset, None) => {
                let (found, object, _) = self.at(view, offset)?;
                if found != id {
                    return Err(PdfError::damaged(offset, "the object that is listed here"));
                }
                object
            }
            (offset, Some((number, index))) => self.within(view, offset, number, index)?,
        };
        if self.objects.len() >= KEPT {
            self.objects.clear();
        }
        let object = Arc::new(object);
        self.objects.insert(place, object.clone());
        Ok(object)
    }

    /// The indirect object at an offset, and where it ends.
    pub fn at(&mut self, view: &View, offset: u64) -> Result<(Id, Object, u64), PdfError> {
        self.at_with(view, offset, true)
    }

    /// `nested`: whether a stream's length may lie in an object stream. An object stream's own may not, or reading
    /// would never end.
    fn at_with(
        &mut self,
        view: &View,
        offset: u64,
        nested: bool,
    ) -> Result<(Id, Object, u64), PdfError> {
        let (id, object, has_stream, end) = xref::indirect(&mut self.source, offset, LONGEST)?;
        let (true, Object::Dict(dict)) = (has_stream, &object) else {
            return Ok((id, object, end));
        };
        let length = match dict.get(b"Length") {
            Some(Object::Int(length)) => Some(*length),
            // an integer is no stream: this does not go round
            Some(Object::Ref(other)) if *other != id => match view.entry(other.number) {
                Entry::At { offset, .. } => {
                    xref::indirect(&mut self.source, offset, 4096)?.1.as_int()
                }
                Entry::Within { .. } if nested => self.get(view, *other)?.as_int(),
                _ => None,
            },
            _ => None,
        };
        let stop = length.and_then(|length| end.checked_add(u64::try_from(length).ok()?));
        let stop = stop.ok_or_else(|| PdfError::damaged(offset, "a stream's /Length"))?;
        let ((), after) = xref::parse_at(&mut self.source, stop, 64, |lexer| {
            lexer.keyword("endstream")?;
            lexer.keyword("endobj")
        })?;
        let Object::Dict(dict) = object else {
            return Err(PdfError::damaged(offset, "a stream"));
        };
        Ok((
            id,
            Object::Stream(Stream {
                dict,
                data: end..stop,
            }),
            after,
        ))
    }

    fn within(
        &mut self,
        view: &View,
        offset: u64,
        number: u32,
        index: u32,
    ) -> Result<Object, PdfError> {
        let stream = match self.streams.iter().find(|(at, _)| *at == offset) {
            Some((_, stream)) => stream.clone(),
            None => {
                let stream = Arc::new(self.object_stream(view, offset)?);
                self.streams.push_front((offset, stream.clone()));
                self.streams.truncate(KEPT_STREAMS);
                stream
            }
        };
        let wrong = || PdfError::damaged(offset, "an object in its stream");
        // by its index, and under its number: readers differ on which of the two they look at (7.5.7)
        let place = stream
            .index
            .get(index as usize)
            .filter(|(found, _)| *found == number);
        let start = place.ok_or_else(wrong)?.1;
        Lexer::whole(stream.bytes.get(start..).ok_or_else(wrong)?)
            .object()
            .map_err(|_| wrong())
    }

    fn object_stream(&mut self, view: &View, offset: u64) -> Result<ObjectStream, PdfError> {
        let wrong = || PdfError::damaged(offset, "an object stream");
        let (_, object, _) = self.at_with(view, offset, false)?;
        let Object::Stream(stream) = object else {
            return Err(wrong());
        };
        if stream.dict.name(b"Type") != Some(b"ObjStm") {
            return Err(wrong());
        }
        let raw = self.source.whole(stream.data.clone(), LONGEST_STREAM)?;
        let bytes = filter::decode(&stream.dict, raw, offset)?;
        let size = |key: &[u8]| {
            stream
                .dict
                .int(key)
                .and_then(|value| usize::try_from(value).ok())
        };
        let (Some(count), Some(first)) = (size(b"N"), size(b"First")) else {
            return Err(wrong());
        };
        let mut lexer = Lexer::whole(bytes.get(..first).ok_or_else(wrong)?);
        let mut index = Vec::new();
        for _ in 0..count {
            let number = lexer
                .unsigned()
                .ok()
                .and_then(|number| u32::try_from(number).ok())
                .ok_or_else(wrong)?;
            let start = lexer
                .unsigned()
                .ok()
                .and_then(|start| usize::try_from(start).ok())
                .ok_or_else(wrong)?;
            index.push((number, first.checked_add(start).ok_or_else(wrong)?));
        }
        Ok(ObjectStream { bytes, index })
    }

    /// What an object stands for: itself, or what it refers to.
    pub fn resolve(&mut self, view: &View, object: &Object) -> Result<Arc<Object>, PdfError> {
        let mut current = Arc::new(object.clone());
        for _ in 0..16 {
            match &*current {
                Object::Ref(id) => current = self.get(view, *id)?,
                _ => return Ok(current),
            }
        }
        Err(PdfError::TooMuch("references to references".into()))
    }

    /// The value of a key, resolved; null if there is none.
    pub fn value(&mut self, view: &View, dict: &Dict, key: &[u8]) -> Result<Arc<Object>, PdfError> {
        match dict.get(key) {
            Some(value) => self.resolve(view, value),
            None => Ok(Arc::new(Object::Null)),
        }
    }

    /// The dictionary under a key, resolved; empty if there is none.
    pub fn dict(&mut self, view: &View, dict: &Dict, key: &[u8]) -> Result<Dict, PdfError> {
        Ok(self
            .value(view, dict, key)?
            .as_dict()
            .cloned()
            .unwrap_or_default())
    }

    /// The array under a key, resolved; empty if there is none.
    pub fn array(&mut self, view: &View, dict: &Dict, key: &[u8]) -> Result<Vec<Object>, PdfError> {
        Ok(self
            .value(view, dict, key)?
            .as_array()
            .map(<[_]>::to_vec)
            .unwrap_or_default())
    }

    /// The catalog.
    pub fn catalog(&mut self, view: &View) -> Result<Dict, PdfError> {
        let root = view.root()?;
        let catalog = self.get(view, root)?;
        catalog
            .as_dict()
            .cloned()
            .ok_or_else(|| PdfError::damaged(view.startxref, "a catalog"))
    }

    /// A stream's bytes, decoded.
    pub fn decoded(&mut self, stream: &Stream) -> Result<Vec<u8>, PdfError> {
        let raw = self
            .source
            .whole(Range::clone(&stream.data), LONGEST_STREAM)?;
        filter::decode(&stream.dict, raw, stream.data.start)
    }
}
