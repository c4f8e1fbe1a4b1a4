//! What was done to a document after it was signed: the difference between two revisions, failing closed.
//!
//! The two states are compared as graphs, from the trailer on, for that is what a viewer shows; whatever differs is
//! a change, and only what is known to be harmless is allowed: a further signature, validation data, and what the
//! certification permits. Besides, the bytes that were appended must be updates and nothing else.

use super::form::Kind;
use super::touched::Picture;
use super::{Lock, Permission, roles};
use crate::pdf::{Dict, File, Id, Object, PdfError, View};
use roles::{Role, Roles};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::sync::Arc;

/// No more changes are told of one signature, of those that are allowed and of those that are not: many of the first
/// must not hide one of the others.
const MOST: usize = 200;

/// One thing that was done to a document after a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What kind of thing.
    pub what: What,
    /// Whether the signature, and the certification before it, let it be.
    pub allowed: bool,
    /// The object that was changed or added, by its number in the file.
    pub object: Option<u32>,
    /// The page it is on, counted from 0, where it is on one.
    pub page: Option<usize>,
    /// The field's full name, or the key of the dictionary, where that says more.
    pub name: Option<String>,
}

/// The kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A further signature.
    Signature,
    /// A document time stamp.
    Timestamp,
    /// Certificates and revocation facts (`/DSS`), or the names of extensions.
    ValidationData,
    /// The file's own description: writer, date of change; never allowed to change its title or author.
    Metadata,
    /// A field of the form was filled in.
    FormFilling,
    /// An annotation was added, changed or removed.
    Annotation,
    /// A field was added without a signature in it.
    EmptyField,
    /// A signature's picture that the author of a certified document did not foresee; or what was written into a field
    /// or a note, or a signature, so large that it hides the page.
    Overlay,
    /// What a page shows, or with what.
    PageContent,
    /// Pages were added, removed or put in another order.
    Pages,
    /// An earlier signature's own data, like its reason or its time, or its picture.
    SignatureData,
    /// Anything else of the document: catalog, layers, names, structure …
    Document,
    /// The file was encrypted, or its root replaced.
    Trailer,
    /// The later cross-reference sections do not build on those that were signed.
    References,
    /// Bytes were added that belong to no update: another reader may find something in them.
    StrayBytes,
}

/// By what the changes after a signature are judged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Allowance {
    /// The narrowest that a certification, or the lock of a signed field, gave up to the signature.
    pub permission: Option<Permission>,
    /// What it and those before it lock.
    pub locks: Vec<Lock>,
    /// The signatures of the file that are well-formed.
    pub signatures: HashMap<Id, Kind>,
}

impl Allowance {
    /// Form filling is allowed only where somebody said so (`P` 2 or 3), and no lock is on the field.
    pub fn lets_fill(&self, field: &str) -> bool {
        self.permission >= Some(Permission::FormFilling) && !self.is_locked(field)
    }

    pub fn lets_sign(&self) -> bool {
        self.permission != Some(Permission::Nothing)
    }

    pub fn is_locked(&self, field: &str) -> bool {
        self.locks.iter().any(|lock| lock.locks(field))
    }
}

/// What changed from one revision to a later one.
pub(crate) fn between<R: Read + Seek>(
    file: &mut File<R>,
    old: &View,
    new: &View,
    allowance: &Allowance,
) -> Result<Vec<Change>, PdfError> {
    let mut comparison = Comparison {
        file,
        old,
        new,
        allowance,
        roles: Roles::default(),
        found: Vec::new(),
        widgets: HashSet::new(),
        pictures: Vec::new(),
        filled: HashSet::new(),
        waiting: Vec::new(),
        seen: HashSet::new(),
    };
    comparison.appended()?;
    if old.startxref != new.startxref {
        comparison.roles = roles::of(comparison.file, old)?;
        comparison.run()?;
    }
    Ok(comparison.found)
}

/// A comparison under way.
pub(crate) struct Comparison<'a, R> {
    pub file: &'a mut File<R>,
    pub old: &'a View,
    pub new: &'a View,
    pub allowance: &'a Allowance,
    pub roles: Roles,
    pub found: Vec<Change>,
    /// Widgets of further signatures: what a page may get.
    pub widgets: HashSet<Id>,
    /// What further signatures show, and fields that were filled in.
    pub pictures: Vec<Picture>,
    /// The nodes of the latter that were looked at, and the notes.
    pub filled: HashSet<Id>,
    waiting: Vec<(Id, Option<usize>)>,
    seen: HashSet<Id>,
}

impl<R: Read + Seek> Comparison<'_, R> {
    pub fn tell(
        &mut self,
        what: What,
        allowed: bool,
        object: Option<Id>,
        page: Option<usize>,
        name: Option<&str>,
    ) {
        let change = Change {
            what,
            allowed,
            object: object.map(|id| id.number),
            page,
            name: name.map(str::to_owned),
        };
        let alike = self.found.iter().filter(|one| one.allowed == allowed);
        if alike.count() < MOST && !self.found.contains(&change) {
            self.found.push(change);
        }
    }

    /// What comes after the signed bytes must be updates, whole, that build on what was signed.
    fn appended(&mut self) -> Result<(), PdfError> {
        let newer = self.new.sections.len().checked_sub(self.old.sections.len());
        let builds = newer.is_some_and(|newer| {
            self.new.sections[newer..]
                .iter()
                .zip(&self.old.sections)
                .all(|(new, old)| new.at == old.at)
                && self.new.sections[..newer]
                    .iter()
                    .all(|section| section.at >= self.old.end && !section.hybrid)
        });
        if !builds {
            self.tell(What::References, false, None, None, None);
        }
        let updates: Vec<_> = self
            .new
            .sections
            .iter()
            .filter(|section| section.at >= self.old.end)
            .cloned()
            .collect();
        let mut at = self.old.end;
        let end = self.file.source.len();
        while at < end {
            let window = self.file.source.bytes(at, 512)?;
            let skipped = window
                .iter()
                .take_while(|&&byte| crate::pdf::is_white(byte))
                .count();
            if skipped > 0 {
                at += skipped as u64;
                continue;
            }
            if window.starts_with(b"%") {
                // iText leaves a comment with its name; an object in one would be for another reader
                let line: Vec<u8> = window
                    .iter()
                    .copied()
                    .take_while(|byte| !matches!(byte, b'\r' | b'\n'))
                    .collect();
                let hides = line.len() > 200
                    || line
                        .windows(3)
                        .any(|three| three == b"obj" || three == b"xre");
                if hides {
                    self.tell(What::StrayBytes, false, None, None, None);
                    return Ok(());
                }
                at += line.len() as u64;
                continue;
            }
            match self.piece(at, &updates)? {
                Some(next) if next > at => at = next,
                _ => {
                    self.tell(What::StrayBytes, false, None, None, None);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The end of the section, the `startxref` or the listed object at an offset.
    fn piece(
        &mut self,
        at: u64,
        updates: &[Arc<crate::pdf::Section>],
    ) -> Result<Option<u64>, PdfError> {
        if let Some(section) = updates.iter().find(|section| section.at == at) {
            return Ok(Some(section.end));
        }
        if self.file.source.bytes(at, 9)? == b"startxref" {
            let window = self.file.source.bytes(at, 64)?;
            let mut lexer = crate::pdf::Lexer::whole(window);
            let named = lexer.keyword("startxref").and_then(|()| lexer.unsigned());
            let end = at + lexer.at as u64;
            let known = named.is_ok_and(|named| updates.iter().any(|section| section.at == named));
            return Ok(known.then_some(end));
        }
        let (id, end) = match self.file.at(self.new, at) {
            Ok((id, _, end)) => (id, end),
            Err(PdfError::Io(why)) => return Err(PdfError::Io(why)),
            Err(_) => return Ok(None),
        };
        let here = crate::pdf::Entry::At {
            offset: at,
            generation: id.generation,
        };
        Ok(updates
            .iter()
            .any(|section| section.entries.get(&id.number) == Some(&here))
            .then_some(end))
    }

    fn run(&mut self) -> Result<(), PdfError> {
        let (old, new) = (self.old.trailer().clone(), self.new.trailer().clone());
        self.trailer(&old, &new)?;
        let root = self.old.root()?;
        self.push(root, None);
        // the form first: it says which widgets a page may get
        self.form_of_catalog()?;
        while let Some((id, page)) = self.waiting.pop() {
            let page = self.roles.page(id).or(page);
            let old = self.file.get(self.old, id)?;
            let new = self.file.get(self.new, id)?;
            if Arc::ptr_eq(&old, &new) || *old == *new && !matches!(*old, Object::Stream(_)) {
                self.push_all(&old, page);
                continue;
            }
            match self.roles.role(id) {
                Role::Strict => self.strict(&old, &new, id, page, 0)?,
                Role::Signature => {
                    self.tell(What::SignatureData, false, Some(id), page, None);
                }
                role => self.with_role(role, &old, &new, id, page)?,
            }
        }
        self.pictures()
    }

    pub fn push(&mut self, id: Id, page: Option<usize>) {
        if self.seen.insert(id) {
            self.waiting.push((id, page));
        }
    }

    /// All that an object which did not change refers to.
    pub fn push_all(&mut self, object: &Object, page: Option<usize>) {
        match object {
            Object::Ref(id) => self.push(*id, page),
            Object::Array(items) => items.iter().for_each(|item| self.push_all(item, page)),
            Object::Dict(dict) => dict
                .entries
                .iter()
                .for_each(|(_, value)| self.push_all(value, page)),
            Object::Stream(stream) => stream
                .dict
                .entries
                .iter()
                .for_each(|(_, value)| self.push_all(value, page)),
            _ => {}
        }
    }

    fn trailer(&mut self, old: &Dict, new: &Dict) -> Result<(), PdfError> {
        for key in keys(old, new) {
            let (before, after) = (old.get(&key), new.get(&key));
            match key.as_slice() {
                // of the section, not of the document
                b"Size" | b"Prev" | b"XRefStm" | b"W" | b"Index" | b"Filter" | b"DecodeParms"
                | b"Length" | b"Type" => {}
                b"ID" => {
                    let first = |value: Option<&Object>| {
                        value
                            .and_then(Object::as_array)
                            .and_then(<[_]>::first)
                            .cloned()
                    };
                    if before.is_some() && first(before) != first(after) {
                        self.tell(What::Trailer, false, None, None, Some("ID"));
                    }
                }
                b"Info" => {
                    let (before, after) =
                        (self.resolved(true, before)?, self.resolved(false, after)?);
                    self.info(&before, &after);
                }
                _ if before == after => {
                    if let Some(value) = before {
                        self.push_all(value, None);
                    }
                }
                _ => self.tell(
                    What::Trailer,
                    false,
                    None,
                    None,
                    Some(&String::from_utf8_lossy(&key)),
                ),
            }
        }
        Ok(())
    }

    pub fn resolved(&mut self, before: bool, value: Option<&Object>) -> Result<Object, PdfError> {
        let view = if before { self.old } else { self.new };
        match value {
            Some(value) => Ok((*self.file.resolve(view, value)?).clone()),
            None => Ok(Object::Null),
        }
    }

    fn info(&mut self, old: &Object, new: &Object) {
        let empty = Dict::default();
        let (old, new) = (
            old.as_dict().unwrap_or(&empty),
            new.as_dict().unwrap_or(&empty),
        );
        for key in keys(old, new) {
            if old.get(&key) != new.get(&key) {
                let allowed = matches!(key.as_slice(), b"ModDate" | b"Producer");
                self.tell(
                    What::Metadata,
                    allowed,
                    None,
                    None,
                    Some(&String::from_utf8_lossy(&key)),
                );
            }
        }
    }

    /// Two objects that must be the same, but for what lies behind references: that is compared in its turn.
    pub fn strict(
        &mut self,
        old: &Object,
        new: &Object,
        id: Id,
        page: Option<usize>,
        depth: usize,
    ) -> Result<(), PdfError> {
        let same = match (old, new) {
            (Object::Array(before), Object::Array(after))
                if before.len() == after.len() && depth < 70 =>
            {
                for (before, after) in before.iter().zip(after) {
                    self.strict(before, after, id, page, depth + 1)?;
                }
                true
            }
            (Object::Dict(before), Object::Dict(after)) if depth < 70 => {
                self.strict_dict(before, after, id, page, depth, &[])?;
                !after.is_ambiguous()
            }
            (Object::Stream(before), Object::Stream(after)) => {
                self.strict_dict(&before.dict, &after.dict, id, page, depth, &[])?;
                let same = before.data == after.data || {
                    let before = self.file.source.whole(before.data.clone(), 256 << 20)?;
                    before == self.file.source.whole(after.data.clone(), 256 << 20)?
                };
                same && !after.dict.is_ambiguous()
            }
            _ => {
                if old == new {
                    self.push_all(old, page);
                }
                old == new
            }
        };
        if !same {
            self.differs(id, page);
        }
        Ok(())
    }

    /// Two dictionaries that must be the same but for some keys.
    pub fn strict_dict(
        &mut self,
        old: &Dict,
        new: &Dict,
        id: Id,
        page: Option<usize>,
        depth: usize,
        but: &[&[u8]],
    ) -> Result<(), PdfError> {
        for key in keys(old, new) {
            if but.contains(&key.as_slice()) {
                continue;
            }
            match (old.get(&key), new.get(&key)) {
                (Some(before), Some(after)) => self.strict(before, after, id, page, depth + 1)?,
                _ => self.differs(id, page),
            }
        }
        Ok(())
    }

    /// Tells of a change that nothing allows.
    pub fn differs(&mut self, id: Id, page: Option<usize>) {
        let what = match (self.roles.role(id), page) {
            (Role::PageTree, _) => What::Pages,
            (Role::Annotation, _) => What::Annotation,
            (Role::Field | Role::Form | Role::Fields, _) => What::Document,
            (_, Some(_)) => What::PageContent,
            (_, None) => What::Document,
        };
        self.tell(what, false, Some(id), page, None);
    }
}

/// The keys of two dictionaries, each once.
pub(crate) fn keys(old: &Dict, new: &Dict) -> Vec<Vec<u8>> {
    let mut keys: Vec<_> = old
        .entries
        .iter()
        .chain(&new.entries)
        .map(|(key, _)| key.clone())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
