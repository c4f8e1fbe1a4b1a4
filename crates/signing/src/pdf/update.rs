//! An incremental update (ISO 32000-2, 7.5.6): what goes after the bytes of a file, which stay as they are.

use super::object::{Dict, Id, Object};
use super::{Flavour, PdfError, View};
use pdf_writer::{Chunk, Ref};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Changed and new objects, until they are written out.
pub(crate) struct Update {
    next: u32,
    objects: BTreeMap<u32, (u16, Vec<u8>)>,
}

/// An update as bytes.
pub(crate) struct Written {
    /// What is appended.
    pub bytes: Vec<u8>,
    /// Where each object begins in them.
    pub offsets: BTreeMap<u32, usize>,
}

impl Update {
    pub fn over(view: &View) -> Self {
        Self {
            next: view.next_number(),
            objects: BTreeMap::new(),
        }
    }

    /// A number for a new object.
    pub fn number(&mut self) -> Result<Ref, PdfError> {
        let number =
            i32::try_from(self.next).map_err(|_| PdfError::TooMuch("object numbers".into()))?;
        self.next += 1;
        Ok(Ref::new(number))
    }

    /// Writes a new object under its number.
    pub fn add(&mut self, id: Ref, write: impl FnOnce(&mut Chunk, Ref)) {
        let mut chunk = Chunk::new();
        write(&mut chunk, id);
        self.take(id, &chunk);
    }

    /// Takes an object that was written elsewhere.
    pub fn take(&mut self, id: Ref, chunk: &Chunk) {
        self.objects
            .insert(id.get().unsigned_abs(), (0, chunk.as_bytes().to_vec()));
    }

    /// Writes an object of the file anew; streams are never rewritten.
    pub fn rewrite(&mut self, id: Id, object: &Object) {
        let mut bytes = format!("{} {} obj\n", id.number, id.generation).into_bytes();
        object.write(&mut bytes);
        bytes.extend(b"\nendobj\n");
        self.objects.insert(id.number, (id.generation, bytes));
    }

    /// The whole as bytes that go after `view.end`, or rather after `len`, where the file really ends.
    pub fn write(mut self, view: &View, len: u64, ends_line: bool) -> Result<Written, PdfError> {
        let mut bytes = Vec::new();
        if !ends_line {
            bytes.push(b'\n');
        }
        let mut offsets = BTreeMap::new();
        let mut rows: Vec<(u32, u64, u16)> = Vec::new();
        let mut hasher = Sha256::new();
        for (number, (generation, text)) in &self.objects {
            offsets.insert(*number, bytes.len());
            rows.push((*number, len + bytes.len() as u64, *generation));
            bytes.extend_from_slice(text);
            hasher.update(text);
        }
        let mut trailer = view.trailer().clone();
        for key in [
            &b"Prev"[..],
            b"XRefStm",
            b"Type",
            b"W",
            b"Index",
            b"Filter",
            b"DecodeParms",
            b"Length",
            b"Size",
        ] {
            trailer.remove(key);
        }
        hasher.update(len.to_be_bytes());
        renew_id(&mut trailer, hasher);
        let prev =
            i64::try_from(view.startxref).map_err(|_| PdfError::TooMuch("offsets".into()))?;
        trailer.set(b"Prev", Object::Int(prev));
        let start = len + bytes.len() as u64;
        if start > 9_999_999_999 {
            return Err(PdfError::TooMuch("offsets".into()));
        }
        match view.sections[0].flavour {
            Flavour::Table => {
                trailer.set(b"Size", Object::Int(i64::from(self.next)));
                table(&rows, &mut bytes);
                bytes.extend(b"trailer\n");
                trailer.write(&mut bytes);
                bytes.push(b'\n');
            }
            Flavour::Stream => {
                let id = self.number()?.get().unsigned_abs();
                trailer.set(b"Size", Object::Int(i64::from(self.next)));
                rows.push((id, start, 0));
                stream(id, &rows, trailer, &mut bytes);
            }
        }
        bytes.extend(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Ok(Written { bytes, offsets })
    }
}

/// The second half of `/ID` names the version of the file: it changes with every update (14.4).
fn renew_id(trailer: &mut Dict, mut hasher: Sha256) {
    let old = trailer
        .get(b"ID")
        .and_then(Object::as_array)
        .map(<[_]>::to_vec)
        .unwrap_or_default();
    for half in old.iter().filter_map(Object::as_str) {
        hasher.update(half);
    }
    let new = Object::Str(hasher.finalize()[..16].to_vec());
    let first = old.into_iter().next().unwrap_or_else(|| new.clone());
    trailer.set(b"ID", Object::Array(vec![first, new]));
}

/// Runs of consecutive numbers.
fn runs(rows: &[(u32, u64, u16)]) -> Vec<&[(u32, u64, u16)]> {
    rows.chunk_by(|a, b| a.0 + 1 == b.0).collect()
}

fn table(rows: &[(u32, u64, u16)], bytes: &mut Vec<u8>) {
    bytes.extend(b"xref\n");
    for run in runs(rows) {
        bytes.extend(format!("{} {}\n", run[0].0, run.len()).as_bytes());
        for (_, offset, generation) in run {
            bytes.extend(format!("{offset:010} {generation:05} n\r\n").as_bytes());
        }
    }
}

fn stream(id: u32, rows: &[(u32, u64, u16)], mut dict: Dict, bytes: &mut Vec<u8>) {
    let mut data = Vec::new();
    let mut index = Vec::new();
    for run in runs(rows) {
        index.push(Object::Int(i64::from(run[0].0)));
        index.push(Object::Int(run.len() as i64));
        for (_, offset, generation) in run {
            data.push(1);
            data.extend(&offset.to_be_bytes()[3..]);
            data.extend(generation.to_be_bytes());
        }
    }
    dict.set(b"Type", Object::Name(b"XRef".to_vec()));
    dict.set(
        b"W",
        Object::Array(vec![Object::Int(1), Object::Int(5), Object::Int(2)]),
    );
    dict.set(b"Index", Object::Array(index));
    dict.set(b"Length", Object::Int(data.len() as i64));
    bytes.extend(format!("{id} 0 obj\n").as_bytes());
    dict.write(bytes);
    bytes.extend(b"\nstream\n");
    bytes.extend(data);
    bytes.extend(b"\nendstream\nendobj\n");
}
