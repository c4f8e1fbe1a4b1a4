//! The signatures in a document: found, bound to the bytes they are about, and what happened after each.

use super::changes::{self, Allowance, Change};
use super::form::{self, Field};
use super::permission;
use super::{Kind, Lock, Permission};
use crate::pdf::{Dict, Entry, File, Id, Lexer, Object, PdfError, Ranges, View, spans, text};
use crate::{Digest, Hash};
use serde::{Deserialize, Serialize};
use std::io::{Cursor, Read, Seek};
use std::ops::Range;

/// No signature may be longer, in bytes of its dictionary: CRLs of some megabytes are seen in the wild.
const LONGEST: u64 = 32 << 20;

/// A signature or document time stamp of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Full name of its field.
    pub field: String,
    /// What it is.
    pub kind: Kind,
    /// `/SubFilter`, as it stands.
    pub sub_filter: String,
    /// `/ByteRange`, in bytes; zeros where there is none to be used.
    pub byte_range: [u64; 4],
    /// Whether the bytes it is about are all of a revision of this file, from the first to its `%%EOF`.
    pub covers_whole_revision: bool,
    /// Whether nothing comes after that revision.
    pub covers_whole_file: bool,
    /// The CMS, or the time stamp token, without the padding after it; empty where there is none.
    #[serde(skip)]
    pub cms: Vec<u8>,
    /// `/Name`, as claimed.
    pub name: Option<String>,
    /// `/Reason`, as claimed.
    pub reason: Option<String>,
    /// `/Location`, as claimed.
    pub place: Option<String>,
    /// `/M`, as claimed and as it stands (`D:20260131…`).
    pub time: Option<String>,
    /// What it allows afterwards, if it certifies (`DocMDP`).
    pub certification: Option<Permission>,
    /// What it locks (`FieldMDP`).
    pub lock: Option<Lock>,
    /// What is wrong with its form, whatever the CMS says. With any of these it is no signature of this document.
    pub faults: Vec<Fault>,
    /// What was done to the document afterwards.
    pub changes_after: Vec<Change>,
}

impl Signature {
    /// Whether the document is still what was signed: nothing wrong with the form, and no change but allowed ones.
    /// Says nothing of the CMS.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.faults.is_empty()
            && self.covers_whole_revision
            && self.changes_after.iter().all(|change| change.allowed)
    }
}

/// What can be wrong with the form of a signature (ISO 32000-2, 12.8.1; EN 319 142-1, 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// No `/ByteRange` of four numbers, directly in the dictionary.
    NoByteRange,
    /// It leaves out more or less than exactly `/Contents`, or does not begin at 0.
    ByteRange,
    /// No `/Contents` in hexadecimal, directly in the dictionary.
    NoContents,
    /// `/Contents` does not begin with a DER value, or something follows it that is not padding.
    Contents,
    /// A key comes twice: readers differ on which one counts.
    Ambiguous,
    /// What it covers does not end as a PDF file does.
    NotARevision,
    /// The revision it covers does not hold it.
    NotInRevision,
    /// It shares bytes with another in a way that updates cannot.
    Overlap,
    /// A `/SubFilter` that no standard in force knows, or one that is withdrawn (`adbe.x509.rsa_sha1`).
    SubFilter,
    /// It lies in an object stream, where it cannot be left out of its own hash.
    Compressed,
}

/// A document that was opened to judge its signatures.
pub struct Signed<R> {
    file: File<R>,
    last: View,
    signatures: Vec<Signature>,
}

impl<'a> Signed<Cursor<&'a [u8]>> {
    /// Opens a document in memory.
    ///
    /// # Errors
    /// Why it cannot be read; then nothing can be said of its signatures.
    pub fn new(pdf: &'a [u8]) -> Result<Self, PdfError> {
        Self::open(Cursor::new(pdf))
    }
}

impl<R: Read + Seek> Signed<R> {
    /// Opens a document where it lies.
    ///
    /// # Errors
    /// Why it cannot be read; then nothing can be said of its signatures.
    pub fn open(reader: R) -> Result<Self, PdfError> {
        let mut file = File::open(reader)?;
        let last = file.view(file.source.len())?;
        if last
            .sections
            .iter()
            .any(|section| section.trailer.get(b"Encrypt").is_some())
        {
            return Err(PdfError::Encrypted);
        }
        let mut found = Vec::new();
        for field in form::fields(&mut file, &last)? {
            if field.is_signature() && field.value.is_some() {
                found.push(read(&mut file, &last, &field)?);
            }
        }
        found.sort_by_key(|found| found.signature.byte_range[2] + found.signature.byte_range[3]);
        overlaps(&mut found);
        let signatures = judge_changes(&mut file, &last, found)?;
        Ok(Self {
            file,
            last,
            signatures,
        })
    }

    /// Its signatures and document time stamps, in the order of their revisions.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The file, and its last revision.
    pub(super) fn parts(&mut self) -> (&mut File<R>, &View) {
        (&mut self.file, &self.last)
    }

    /// Gives what a signature is about to a sink, in pieces.
    pub(super) fn feed(
        &mut self,
        signature: &Signature,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), PdfError> {
        let [a, b, c, d] = signature.byte_range;
        for range in [a..a.saturating_add(b), c..c.saturating_add(d)] {
            self.file.source.pour(range, |piece| {
                sink(piece);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// The hash of what a signature is about.
    ///
    /// # Errors
    /// Those of reading the file.
    pub fn digest(&mut self, signature: &Signature, hash: Hash) -> Result<Digest, PdfError> {
        let [a, b, c, d] = signature.byte_range;
        let ranges = vec![a..a.saturating_add(b), c..c.saturating_add(d)];
        Ok(hash.of_reader(Ranges::new(&mut self.file.source, ranges))?)
    }
}

/// A signature, and what its changes are judged by.
pub(crate) struct Found {
    pub signature: Signature,
    /// The revision it is about, where it is about one.
    pub view: Option<View>,
    /// Its dictionary, where it is an object of its own.
    pub id: Option<Id>,
    /// What it lets others do after it.
    allows: Option<Permission>,
    field: Id,
    /// Where its dictionary lies.
    object: Range<u64>,
}

fn read<R: Read + Seek>(file: &mut File<R>, last: &View, field: &Field) -> Result<Found, PdfError> {
    let value = field.value.clone().unwrap_or(Object::Null);
    let dict = file
        .resolve(last, &value)?
        .as_dict()
        .cloned()
        .unwrap_or_default();
    let rules = permission::rules(file, last, &field.dict, &dict)?;
    let mut claim = |key: &[u8]| -> Result<Option<String>, PdfError> {
        Ok(file.value(last, &dict, key)?.as_str().map(text))
    };
    let sub_filter = dict
        .name(b"SubFilter")
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .unwrap_or_default();
    let mut signature = Signature {
        field: field.name.clone(),
        kind: if sub_filter == "ETSI.RFC3161" {
            Kind::Timestamp
        } else {
            Kind::Signature
        },
        byte_range: [0; 4],
        covers_whole_revision: false,
        covers_whole_file: false,
        cms: Vec::new(),
        name: claim(b"Name")?,
        reason: claim(b"Reason")?,
        place: claim(b"Location")?,
        time: claim(b"M")?,
        certification: rules.certification,
        lock: rules.lock,
        faults: Vec::new(),
        changes_after: Vec::new(),
        sub_filter,
    };
    if !matches!(
        signature.sub_filter.as_str(),
        "ETSI.CAdES.detached" | "ETSI.RFC3161" | "adbe.pkcs7.detached"
    ) {
        signature.faults.push(Fault::SubFilter);
    }
    let mut found = Found {
        signature,
        view: None,
        id: value.as_ref(),
        allows: rules.allows,
        field: field.id,
        object: 0..0,
    };
    bind(file, last, &value, &dict, &mut found)?;
    if found.signature.faults.is_empty() {
        cover(file, last, &mut found)?;
    }
    Ok(found)
}

/// Finds where the dictionary lies in the file, and binds `/ByteRange` to the place of `/Contents`.
fn bind<R: Read + Seek>(
    file: &mut File<R>,
    last: &View,
    value: &Object,
    dict: &Dict,
    found: &mut Found,
) -> Result<(), PdfError> {
    let holder = value.as_ref().unwrap_or(found.field);
    let Entry::At { offset, .. } = last.entry(holder.number) else {
        found.signature.faults.push(Fault::Compressed);
        return Ok(());
    };
    let (_, _, end) = file.at(last, offset)?;
    let bytes = file.source.whole(offset..end, LONGEST)?;
    let wrong = |_| PdfError::damaged(offset, "a signature");
    let mut lexer = Lexer::whole(&bytes);
    lexer.header().map_err(wrong)?;
    let mut places = spans(&bytes, lexer.at).map_err(wrong)?;
    if value.as_ref().is_none() {
        let start = places
            .iter()
            .find(|(key, _)| key == b"V")
            .map_or(0, |(_, place)| place.start);
        places = spans(&bytes, start).map_err(wrong)?;
    }
    found.object = offset..end;

    let faults = &mut found.signature.faults;
    if dict.is_ambiguous() {
        faults.push(Fault::Ambiguous);
    }
    let numbers: Vec<u64> = dict
        .get(b"ByteRange")
        .and_then(Object::as_array)
        .unwrap_or_default()
        .iter()
        .filter_map(|number| {
            number
                .as_int()
                .and_then(|number| u64::try_from(number).ok())
        })
        .collect();
    let count = dict
        .get(b"ByteRange")
        .and_then(Object::as_array)
        .map_or(0, <[_]>::len);
    let [a, b, c, d] = numbers[..] else {
        faults.push(Fault::NoByteRange);
        return Ok(());
    };
    let ends = a.checked_add(b).zip(c.checked_add(d));
    let Some((_, last_byte)) = ends.filter(|_| count == 4) else {
        faults.push(Fault::NoByteRange);
        return Ok(());
    };
    let hole = places
        .iter()
        .find(|(key, _)| key == b"Contents")
        .map(|(_, place)| place.clone());
    let hex = hole
        .clone()
        .and_then(|hole| bytes.get(hole))
        .unwrap_or_default();
    let inner = hex
        .strip_prefix(b"<")
        .and_then(|hex| hex.strip_suffix(b">"))
        .unwrap_or_default();
    let (Some(hole), false) = (
        hole,
        inner.is_empty() || !inner.iter().all(u8::is_ascii_hexdigit),
    ) else {
        faults.push(Fault::NoContents);
        return Ok(());
    };
    let hole = offset + hole.start as u64..offset + hole.end as u64;
    if a != 0
        || b != hole.start
        || c != hole.end
        || last_byte > file.source.len()
        || last_byte < end
    {
        faults.push(Fault::ByteRange);
        return Ok(());
    }
    found.signature.byte_range = [a, b, c, d];
    let contents = dict
        .get(b"Contents")
        .and_then(Object::as_str)
        .unwrap_or_default();
    match der_len(contents) {
        Some(len) if contents[len..].iter().all(|&byte| byte == 0) => {
            found.signature.cms = contents[..len].to_vec()
        }
        // indefinite length (BER): its end is for the reader of the CMS to find
        None if contents.starts_with(&[0x30, 0x80]) => found.signature.cms = contents.to_vec(),
        _ => faults.push(Fault::Contents),
    }
    Ok(())
}

/// How long the DER sequence at the beginning is, its header included.
fn der_len(bytes: &[u8]) -> Option<usize> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (header, len) = match first {
        0..=0x7F => (2, usize::from(first)),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7F);
            (
                2 + count,
                rest.get(..count)?
                    .iter()
                    .fold(0, |len, &byte| len << 8 | usize::from(byte)),
            )
        }
        _ => return None,
    };
    (tag == 0x30 && len > 0 && header + len <= bytes.len()).then_some(header + len)
}

/// Finds the revision that the byte range ends at, and whether it holds the signature.
fn cover<R: Read + Seek>(
    file: &mut File<R>,
    last: &View,
    found: &mut Found,
) -> Result<(), PdfError> {
    let [_, _, c, d] = found.signature.byte_range;
    let end = c + d;
    let view = match file.view(end) {
        Ok(view) => view,
        Err(PdfError::Io(why)) => return Err(PdfError::Io(why)),
        Err(_) => {
            found.signature.faults.push(Fault::NotARevision);
            return Ok(());
        }
    };
    let holder = found.id.unwrap_or(found.field).number;
    // the document as it was signed must show this very signature in this very field
    let held = form::fields(file, &view)?.into_iter().any(|field| {
        field.is_signature()
            && field.name == found.signature.field
            && field.id == found.field
            && field.value.as_ref().and_then(Object::as_ref) == found.id
    });
    if !held || view.entry(holder) != last.entry(holder) {
        found.signature.faults.push(Fault::NotInRevision);
        return Ok(());
    }
    found.signature.covers_whole_revision = true;
    // a line's end after the last %%EOF is no revision: some writers add it, some do not
    found.signature.covers_whole_file = last.end <= end || last.startxref == view.startxref;
    found.view = Some(view);
    Ok(())
}

/// Updates lie one after the other: of two signatures the later one covers the earlier one whole.
fn overlaps(found: &mut [Found]) {
    for index in 1..found.len() {
        let (before, after) = found.split_at_mut(index);
        let (Some(earlier), Some(later)) = (before.last(), after.first_mut()) else {
            continue;
        };
        let end = earlier.signature.byte_range[2] + earlier.signature.byte_range[3];
        if later.signature.faults.is_empty() && later.object.start < end {
            later.signature.faults.push(Fault::Overlap);
        }
    }
}

fn judge_changes<R: Read + Seek>(
    file: &mut File<R>,
    last: &View,
    found: Vec<Found>,
) -> Result<Vec<Signature>, PdfError> {
    let mut allowance = Allowance::default();
    // what may be counted as a further signature at all
    for found in found
        .iter()
        .filter(|found| found.signature.faults.is_empty())
    {
        if let Some(id) = found.id {
            allowance.signatures.insert(id, found.signature.kind);
        }
    }
    let mut signatures = Vec::new();
    for mut found in found {
        allowance.permission = Permission::narrower(allowance.permission, found.allows);
        allowance.locks.extend(found.signature.lock.clone());
        if let Some(view) = &found.view {
            found.signature.changes_after = changes::between(file, view, last, &allowance)?;
        }
        signatures.push(found.signature);
    }
    Ok(signatures)
}
