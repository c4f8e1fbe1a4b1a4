//! A signature in the making: everything but the CMS.

use super::permission::{self, Permission};
use super::stamp::{self, Frame, Stamp};
use super::touched::LARGEST_PART;
use super::{Active, Kind, PadesError, active, form, pages};
use crate::pdf::{Dict, File, Id, Object, PdfError, Ranges, Update, View, date};
use crate::{Digest, Hash};
use jiff::Timestamp;
use pdf_writer::{Finish, Name, Rect, Ref, Str, TextStr};
use std::io::{Cursor, Read, Seek, Write};
use std::ops::Range;

/// Bytes kept for the CMS unless asked otherwise: a chain of three certificates and a time stamp fit.
const RESERVED: usize = 16 * 1024;
/// `Print` and `Locked` (ISO 32000-2, table 167): PDF/A wants the first; nobody shall move the second.
const FLAGS: i32 = 4 | 128;

/// What is said about a signature in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// A signature, or the place of a document time stamp.
    pub kind: Kind,
    /// The signature field to sign, by its full name; none for a new one.
    pub field: Option<String>,
    /// The signer's name (`/Name`).
    pub name: Option<String>,
    /// Why (`/Reason`).
    pub reason: Option<String>,
    /// Where (`/Location`).
    pub place: Option<String>,
    /// When, as the signer claims (`/M`): PAdES has no signing-time in the CMS (EN 319 142-1, 5.3).
    pub time: Timestamp,
    /// What is seen of it; none for a signature that is not seen.
    pub stamp: Option<Stamp>,
    /// What screen readers say of the field (`/TU`; PDF/UA-1, 7.18.1).
    pub description: String,
    /// Certify the document, allowing only this afterwards.
    pub certify: Option<Permission>,
    /// Bytes kept for the CMS.
    pub reserved: usize,
}

impl Options {
    /// A signature that is not seen, made at a time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self {
            kind: Kind::Signature,
            field: None,
            name: None,
            reason: None,
            place: None,
            time,
            stamp: None,
            description: "Firma digitale".to_owned(),
            certify: None,
            reserved: RESERVED,
        }
    }
}

/// A document with a place for a signature, and what goes after its bytes. The document itself is only read, piece
/// by piece, from where it lies.
pub struct Draft<R> {
    file: File<R>,
    options: Options,
    active: Vec<Active>,
    tagged: bool,
    hides_page: bool,
    update: Vec<u8>,
    /// Where `<…>` of `/Contents` is, in the update.
    contents: Range<usize>,
}

impl<'a> Draft<Cursor<&'a [u8]>> {
    /// Drafts a signature of a document in memory.
    ///
    /// # Errors
    /// Why it cannot be signed.
    pub fn new(pdf: &'a [u8], options: &Options) -> Result<Self, PadesError> {
        Self::over(Cursor::new(pdf), options)
    }
}

impl<R: Read + Seek> Draft<R> {
    /// Drafts a signature of a document that is read where it lies.
    ///
    /// # Errors
    /// Why it cannot be signed.
    pub fn over(reader: R, options: &Options) -> Result<Self, PadesError> {
        let (mut file, view) = open(reader)?;
        let active = active::find(&mut file, &view)?;
        if active.iter().any(|kind| kind.forbids()) {
            return Err(PadesError::Active(
                active.into_iter().filter(|kind| kind.forbids()).collect(),
            ));
        }
        let mut draft = Self {
            file,
            options: options.clone(),
            active,
            tagged: true,
            hides_page: false,
            update: Vec::new(),
            contents: 0..0,
        };
        draft.build(&view)?;
        Ok(draft)
    }

    /// The same draft with more room for the CMS: what [`PadesError::TooSmall`] asks for. It is signed anew, for its
    /// digest is another.
    ///
    /// # Errors
    /// Those of the file.
    pub fn with_room(mut self, reserved: usize) -> Result<Self, PadesError> {
        self.options.reserved = reserved;
        let view = self.file.view(self.file.source.len())?;
        self.build(&view)?;
        Ok(self)
    }

    /// What the document holds that does not forbid signing, but should be told.
    #[must_use]
    pub fn active(&self) -> &[Active] {
        &self.active
    }

    /// That who verifies would not call the page hidden: a stamp on a signed document may take a part of it only.
    ///
    /// # Errors
    /// [`PadesError::LargeStamp`].
    pub fn leaves_page(&self) -> Result<(), PadesError> {
        match self.hides_page {
            true => Err(PadesError::LargeStamp),
            false => Ok(()),
        }
    }

    /// Whether a tagged document (PDF/UA) stays one as it should be. It does not where a stamp that is seen is added
    /// after another signature: to enter it in the structure would change what was signed, and other validators
    /// (pyHanko) rightly tell of that. A field that the author laid out and tagged has no such trouble.
    #[must_use]
    pub fn keeps_accessibility(&self) -> bool {
        self.tagged
    }

    /// What is to be signed: the hash of everything but the place of the CMS.
    ///
    /// # Errors
    /// Those of reading the file.
    pub fn digest(&mut self, hash: Hash) -> Result<Digest, PadesError> {
        let len = self.file.source.len();
        let base = Ranges::new(&mut self.file.source, std::iter::once(0..len));
        let rest = self.update[..self.contents.start].chain(&self.update[self.contents.end..]);
        Ok(hash.of_reader(base.chain(rest))?)
    }

    /// The signed document, in memory.
    ///
    /// # Errors
    /// [`PadesError::TooSmall`]; those of reading the file.
    pub fn embed(&mut self, cms: &[u8]) -> Result<Vec<u8>, PadesError> {
        let length = self.file.source.len() + self.update.len() as u64;
        let mut signed = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        self.write(cms, &mut signed)?;
        Ok(signed)
    }

    /// Writes the signed document: the bytes as they were, and the update.
    ///
    /// # Errors
    /// [`PadesError::TooSmall`], before anything is written; those of reading and writing.
    pub fn write(&mut self, cms: &[u8], mut out: impl Write) -> Result<(), PadesError> {
        let reserved = (self.contents.len() - 2) / 2;
        if cms.len() > reserved {
            return Err(PadesError::TooSmall {
                needed: cms.len(),
                reserved,
            });
        }
        let len = self.file.source.len();
        self.file
            .source
            .pour(0..len, |piece| Ok(out.write_all(piece)?))?;
        let mut hex = Vec::with_capacity(self.contents.len());
        hex.push(b'<');
        hex.extend_from_slice(crate::hex(cms).as_bytes());
        hex.resize(self.contents.len() - 1, b'0');
        hex.push(b'>');
        out.write_all(&self.update[..self.contents.start])?;
        out.write_all(&hex)?;
        out.write_all(&self.update[self.contents.end..])?;
        Ok(())
    }

    fn build(&mut self, view: &View) -> Result<(), PadesError> {
        let len = self.file.source.len();
        let ends_line = matches!(
            self.file.source.bytes(len.saturating_sub(1), 1)?,
            [b'\n' | b'\r']
        );
        let mut builder = Builder::new(&mut self.file, view);
        let signature = builder.build(&self.options)?;
        self.tagged = !builder.untagged;
        self.hides_page = builder.hides_page;
        let written = builder.finish(len, ends_line)?;
        let start = written
            .offsets
            .get(&signature.get().unsigned_abs())
            .copied()
            .unwrap_or(0);
        self.update = written.bytes;
        self.contents = place(&mut self.update, start, len).ok_or(PdfError::TooLarge)?;
        Ok(())
    }
}

/// Opens a document that is to be updated: whole, not encrypted, the same to every reader.
pub(crate) fn open<R: Read + Seek>(reader: R) -> Result<(File<R>, View), PadesError> {
    let mut file = File::open(reader)?;
    let view = file.view(file.source.len())?;
    if view.trailer().get(b"Encrypt").is_some() {
        return Err(PdfError::Encrypted.into());
    }
    if view.sections.iter().any(|section| section.hybrid) {
        return Err(PdfError::Hybrid.into());
    }
    Ok((file, view))
}

/// What `/ByteRange` is written as until the offsets are known: as wide as any offset (10 digits).
const UNKNOWN: i32 = i32::MAX;

/// Finds the place of the CMS in an update, and fills in the byte range around it.
fn place(update: &mut [u8], signature: usize, len: u64) -> Option<Range<usize>> {
    let find = |update: &[u8], what: &[u8]| {
        update
            .get(signature..)?
            .windows(what.len())
            .position(|window| window == what)
            .map(|at| signature + at)
    };
    let key = find(update, b"/Contents")?;
    let start = key + update[key..].iter().position(|&byte| byte == b'<')?;
    let end = start + update[start..].iter().position(|&byte| byte == b'>')? + 1;
    let hole = len.checked_add(start as u64)?..len.checked_add(end as u64)?;
    let rest = len + update.len() as u64 - hole.end;
    let unknown = format!("[0 {UNKNOWN} {UNKNOWN} {UNKNOWN}]");
    let known = format!("[0 {:<10} {:<10} {:<10}]", hole.start, hole.end, rest);
    if known.len() != unknown.len() || i32::try_from(len + update.len() as u64).is_err() {
        return None;
    }
    let range = find(update, unknown.as_bytes())?;
    update[range..range + known.len()].copy_from_slice(known.as_bytes());
    Some(start..end)
}

/// Collects what an update changes.
pub(crate) struct Builder<'a, R> {
    pub file: &'a mut File<R>,
    pub view: &'a View,
    pub update: Update,
    changed: std::collections::BTreeMap<Id, Object>,
    /// Whether the document is signed already: its structure stays as it is then.
    signed: bool,
    /// Whether a widget that is seen had to stay out of the structure.
    untagged: bool,
    /// Whether a new widget takes more of a signed page than a verifier lets it.
    hides_page: bool,
}

/// What earlier signatures ask of a field that is added.
#[derive(Default)]
struct Earlier {
    /// One of them said what may be done after it: no new field may be seen.
    laid_out: bool,
    locks: Vec<permission::Lock>,
}

impl Earlier {
    fn locks(&self, field: &str) -> bool {
        self.locks.iter().any(|lock| lock.locks(field))
    }
}

/// So many names are tried for one that no lock is on.
const NAMES: usize = 1000;

/// A name for a new field: one that no earlier signature locks, where there is one.
fn free_name(fields: &[form::Field], kind: Kind, earlier: &Earlier) -> String {
    let word = if kind == Kind::Signature {
        "Firma"
    } else {
        "Marca"
    };
    let is_free = |name: &String| {
        !fields
            .iter()
            .any(|field| field.name == *name || field.name.starts_with(&format!("{name}.")))
    };
    let mut free = (1..)
        .map(|number| format!("{word}{number}"))
        .filter(is_free)
        .take(NAMES)
        .peekable();
    let first = free.peek().cloned().unwrap_or_default();
    free.find(|name| !earlier.locks(name)).unwrap_or(first)
}

/// The field that is signed.
struct Target {
    field: Id,
    /// Its widget, which may be the field itself.
    widget: Id,
    page: Id,
    rect: [f32; 4],
    turns: u8,
    /// A point that is not on the page.
    outside: [f32; 2],
    is_new: bool,
    lock: Option<Dict>,
}

impl<'a, R: Read + Seek> Builder<'a, R> {
    pub fn new(file: &'a mut File<R>, view: &'a View) -> Self {
        Self {
            file,
            view,
            update: Update::over(view),
            changed: std::collections::BTreeMap::new(),
            signed: false,
            untagged: false,
            hides_page: false,
        }
    }

    /// An object with the changes so far.
    pub fn object(&mut self, id: Id) -> Result<Object, PdfError> {
        match self.changed.get(&id) {
            Some(object) => Ok(object.clone()),
            None => Ok((*self.file.get(self.view, id)?).clone()),
        }
    }

    pub fn dict(&mut self, id: Id) -> Result<Dict, PdfError> {
        match self.object(id)? {
            Object::Dict(dict) => Ok(dict),
            _ => Err(PdfError::damaged(self.view.startxref, "a dictionary")),
        }
    }

    pub fn catalog(&mut self) -> Result<Dict, PdfError> {
        self.dict(self.view.root()?)
    }

    pub fn resolved(&mut self, object: &Object) -> Result<Object, PdfError> {
        match object {
            Object::Ref(id) => self.object(*id),
            other => Ok(other.clone()),
        }
    }

    /// The array under a key, here or elsewhere; empty if there is none.
    pub fn array_of(&mut self, dict: &Dict, key: &[u8]) -> Result<Vec<Object>, PdfError> {
        match dict.get(key).cloned() {
            Some(value) => Ok(self
                .resolved(&value)?
                .as_array()
                .map(<[_]>::to_vec)
                .unwrap_or_default()),
            None => Ok(Vec::new()),
        }
    }

    pub fn put(&mut self, id: Id, object: Object) {
        self.changed.insert(id, object);
    }

    pub fn new_id(&mut self) -> Result<Id, PdfError> {
        Ok(id_of(self.update.number()?))
    }

    pub fn finish(mut self, len: u64, ends_line: bool) -> Result<crate::pdf::Written, PdfError> {
        for (id, object) in &self.changed {
            self.update.rewrite(*id, object);
        }
        self.update.write(self.view, len, ends_line)
    }

    /// Appends to an array under a key of an object: where the array lies elsewhere, only that is changed.
    fn append(&mut self, dict: &mut Dict, key: &[u8], items: &[Object]) -> Result<bool, PdfError> {
        let mut array = self.array_of(dict, key)?;
        array.extend_from_slice(items);
        if let Some(Object::Ref(id)) = dict.get(key) {
            let id = *id;
            self.put(id, Object::Array(array));
            Ok(false)
        } else {
            dict.set(key, Object::Array(array));
            Ok(true)
        }
    }

    fn build(&mut self, options: &Options) -> Result<Ref, PadesError> {
        let fields = form::fields(self.file, self.view)?;
        let earlier = self.check(&fields, options)?;
        let target = match &options.field {
            Some(name) => self.existing(&fields, name)?,
            None => self.fresh(options)?,
        };
        let visible = (target.rect[2] - target.rect[0]).abs() > 0.0
            && (target.rect[3] - target.rect[1]).abs() > 0.0;
        let name = free_name(&fields, options.kind, &earlier);
        let locked = target.is_new && earlier.locks(&name);
        if target.is_new && visible && earlier.laid_out {
            return Err(PadesError::CertifiedStamp);
        }
        if locked && (visible || options.kind == Kind::Signature) {
            return Err(PadesError::FieldLocked(name));
        }
        let frame = Frame::of(target.rect, target.turns);
        let appearance = match &options.stamp {
            Some(stamp) if visible => Some(stamp::draw(&mut self.update, frame, &stamp.lines)?),
            // Where nothing may change, or all fields are locked, a time stamp may be added that has no picture at all
            // (so pyHanko too). Otherwise an empty one is there for PDF/A-1 (ISO 19005-1, 6.9).
            _ if options.kind == Kind::Timestamp && (earlier.laid_out || locked) => None,
            _ => Some(stamp::blank(&mut self.update, frame)?),
        };
        let signature = self.update.number()?;
        let root = ref_of(self.view.root()?).ok();
        let lock = target.lock.clone();
        self.update.add(signature, |chunk, id| {
            let mut dict = chunk.indirect(id).dict();
            write_signature(&mut dict, options, root, lock.as_ref());
            dict.finish();
        });
        if target.is_new {
            self.new_widget(&target, &name, &options.description, signature, appearance)?;
        } else {
            self.fill(&target, signature, appearance)?;
        }
        self.register(&target, options, signature)?;
        Ok(signature)
    }

    /// Whether earlier signatures allow this one; says what they ask of a new field.
    fn check(&mut self, fields: &[form::Field], options: &Options) -> Result<Earlier, PadesError> {
        let mut earlier = Earlier::default();
        let mut signed = false;
        for field in fields.iter().filter(|field| field.is_signature()) {
            let Some(value) = &field.value else { continue };
            let value = self.file.resolve(self.view, value)?;
            let Some(value) = value.as_dict() else {
                continue;
            };
            signed = true;
            let rules = permission::rules(self.file, self.view, &field.dict, value)?;
            if rules.allows == Some(Permission::Nothing) && options.kind == Kind::Signature {
                return Err(PadesError::Certified);
            }
            earlier.laid_out |= rules.allows.is_some();
            if let (Some(lock), Some(name)) = (&rules.lock, &options.field)
                && lock.locks(name)
            {
                return Err(PadesError::FieldLocked(name.clone()));
            }
            earlier.locks.extend(rules.lock);
        }
        if signed && options.certify.is_some() {
            return Err(PadesError::CertifyTooLate);
        }
        self.signed = signed;
        Ok(earlier)
    }

    /// A field of the document, to be signed.
    fn existing(&mut self, fields: &[form::Field], name: &str) -> Result<Target, PadesError> {
        let field = fields
            .iter()
            .find(|field| field.name == *name && field.is_signature())
            .ok_or_else(|| PadesError::NoSuchField(name.to_owned()))?;
        if field.value.is_some() {
            return Err(PadesError::FieldTaken(name.to_owned()));
        }
        let seed = self.file.dict(self.view, &field.dict, b"SV")?;
        let sub_filters = self.file.array(self.view, &seed, b"SubFilter")?;
        let asks = |bit: i64| seed.int(b"Ff").unwrap_or(0) & bit != 0;
        if asks(2)
            && !sub_filters
                .iter()
                .any(|name| name.as_name() == Some(b"ETSI.CAdES.detached"))
        {
            return Err(PadesError::SeedValue("SubFilter".into()));
        }
        let lock = self.lock(&field.dict)?;
        let widget = field.widgets[0];
        let dict = self.dict(widget)?;
        let rect = pages::rectangle(self.file, self.view, &dict, b"Rect")?.unwrap_or_default();
        let named = dict.reference(b"P");
        let mut place: Option<pages::Page> = None;
        let (file, view) = (&mut *self.file, self.view);
        let mut every = Vec::new();
        pages::walk(file, view, |page| {
            every.push(page);
            true
        })?;
        for page in every {
            let annots = self.array_of(&page.dict, b"Annots")?;
            if annots.contains(&Object::Ref(widget)) || (place.is_none() && named == Some(page.id))
            {
                place = Some(page);
            }
        }
        let place = place.ok_or(PadesError::NoSuchPage(0))?;
        #[allow(clippy::cast_possible_truncation)] // points on a page
        let rect = rect.map(|value| value as f32);
        Ok(Target {
            field: field.id,
            widget,
            page: place.id,
            rect,
            turns: place.turns,
            outside: outside(place.area),
            is_new: false,
            lock: Some(lock).filter(|lock| !lock.entries.is_empty()),
        })
    }

    /// What signing a field locks, with all of it in one place: what is written of it goes into the signature.
    fn lock(&mut self, field: &Dict) -> Result<Dict, PadesError> {
        let mut lock = self.file.dict(self.view, field, b"Lock")?;
        for key in [&b"Action"[..], b"Fields"] {
            if let Some(value) = lock.get(key).cloned() {
                let mut value = self.resolved(&value)?;
                if let Object::Array(names) = &mut value {
                    for name in names {
                        *name = self.resolved(name)?;
                    }
                }
                lock.set(key, value);
            }
        }
        Ok(lock)
    }

    /// A new field.
    fn fresh(&mut self, options: &Options) -> Result<Target, PadesError> {
        let (index, rect) = options
            .stamp
            .as_ref()
            .map_or((0, [0.0; 4]), |stamp| (stamp.page, stamp.rect));
        let page = pages::nth(self.file, self.view, index)?.ok_or(PadesError::NoSuchPage(index))?;
        let [left, bottom, right, top] = rect.map(f64::from);
        let stamp = (right - left).abs() * (top - bottom).abs();
        let [left, bottom, right, top] = page.area;
        let all = (right - left) * (top - bottom);
        self.hides_page = self.signed && stamp > all * LARGEST_PART;
        let field = self.new_id()?;
        Ok(Target {
            field,
            widget: field,
            page: page.id,
            rect,
            turns: page.turns,
            outside: outside(page.area),
            is_new: true,
            lock: None,
        })
    }

    fn new_widget(
        &mut self,
        target: &Target,
        name: &str,
        description: &str,
        signature: Ref,
        appearance: Option<Ref>,
    ) -> Result<(), PadesError> {
        let is_tagged = self.catalog()?.get(b"StructTreeRoot").is_some();
        let tag = if self.signed {
            None
        } else {
            self.tag(target.widget, target.page)?
        };
        // left out where pdf-writer cannot write it: it is optional (table 166)
        let page = ref_of(target.page).ok();
        let mut corners = target.rect;
        if is_tagged && tag.is_none() {
            if corners[0] == corners[2] || corners[1] == corners[3] {
                // outside of its page, where PDF/UA-1, 7.18.1 asks for no tag
                corners = [
                    target.outside[0],
                    target.outside[1],
                    target.outside[0],
                    target.outside[1],
                ];
            } else {
                self.untagged = true;
            }
        }
        let [left, bottom, right, top] = corners;
        let rect = Rect::new(
            left.min(right),
            bottom.min(top),
            left.max(right),
            bottom.max(top),
        );
        self.update.add(ref_of(target.widget)?, |chunk, id| {
            let mut dict = chunk.indirect(id).dict();
            dict.pair(Name(b"Type"), Name(b"Annot"));
            dict.pair(Name(b"Subtype"), Name(b"Widget"));
            dict.pair(Name(b"FT"), Name(b"Sig"));
            dict.pair(Name(b"T"), TextStr(name));
            dict.pair(Name(b"TU"), TextStr(description));
            dict.pair(Name(b"V"), signature);
            dict.pair(Name(b"F"), FLAGS);
            if let Some(page) = page {
                dict.pair(Name(b"P"), page);
            }
            dict.pair(Name(b"Rect"), rect);
            if let Some(appearance) = appearance {
                dict.insert(Name(b"AP")).dict().pair(Name(b"N"), appearance);
            }
            if let Some(key) = tag.and_then(|key| i32::try_from(key).ok()) {
                dict.pair(Name(b"StructParent"), key);
            }
        });
        let mut page = self.dict(target.page)?;
        let mut changed = self.append(&mut page, b"Annots", &[Object::Ref(target.widget)])?;
        if tag.is_some() && page.name(b"Tabs") != Some(b"S") {
            page.set(b"Tabs", Object::Name(b"S".to_vec()));
            changed = true;
        }
        if changed {
            self.put(target.page, Object::Dict(page));
        }
        Ok(())
    }

    fn fill(
        &mut self,
        target: &Target,
        signature: Ref,
        appearance: Option<Ref>,
    ) -> Result<(), PadesError> {
        let mut field = self.dict(target.field)?;
        field.set(b"V", Object::Ref(id_of(signature)));
        self.put(target.field, Object::Dict(field));
        let mut widget = self.dict(target.widget)?;
        if let Some(appearance) = appearance {
            let mut states = Dict::default();
            states.set(b"N", Object::Ref(id_of(appearance)));
            widget.set(b"AP", Object::Dict(states));
        }
        self.put(target.widget, Object::Dict(widget));
        Ok(())
    }

    /// Enters the field in the form, and a certification in the catalog.
    fn register(
        &mut self,
        target: &Target,
        options: &Options,
        signature: Ref,
    ) -> Result<(), PadesError> {
        let root = self.view.root()?;
        let mut catalog = self.dict(root)?;
        let before = catalog.clone();
        let place = catalog.get(b"AcroForm").cloned();
        let mut form = match &place {
            Some(Object::Ref(id)) => self.dict(*id)?,
            Some(Object::Dict(dict)) => dict.clone(),
            _ => Dict::default(),
        };
        let before_form = form.clone();
        if target.is_new {
            self.append(&mut form, b"Fields", &[Object::Ref(target.field)])?;
        }
        // SignaturesExist and AppendOnly (table 226)
        form.set(
            b"SigFlags",
            Object::Int(form.int(b"SigFlags").unwrap_or(0) | 3),
        );
        match place {
            Some(Object::Ref(id)) => {
                if form != before_form {
                    self.put(id, Object::Dict(form));
                }
            }
            Some(_) => catalog.set(b"AcroForm", Object::Dict(form)),
            None => {
                let id = self.new_id()?;
                self.put(id, Object::Dict(form));
                catalog.set(b"AcroForm", Object::Ref(id));
            }
        }
        if options.certify.is_some() {
            let mut permissions = match catalog.get(b"Perms").cloned() {
                Some(value) => self
                    .resolved(&value)?
                    .as_dict()
                    .cloned()
                    .unwrap_or_default(),
                None => Dict::default(),
            };
            permissions.set(b"DocMDP", Object::Ref(id_of(signature)));
            catalog.set(b"Perms", Object::Dict(permissions));
        }
        if catalog != before {
            self.put(root, Object::Dict(catalog));
        }
        Ok(())
    }
}

fn write_signature(
    dict: &mut pdf_writer::Dict<'_>,
    options: &Options,
    root: Option<Ref>,
    lock: Option<&Dict>,
) {
    let (kind, sub_filter) = match options.kind {
        Kind::Signature => (Name(b"Sig"), Name(b"ETSI.CAdES.detached")),
        Kind::Timestamp => (Name(b"DocTimeStamp"), Name(b"ETSI.RFC3161")),
    };
    dict.pair(Name(b"Type"), kind);
    dict.pair(Name(b"Filter"), Name(b"Adobe.PPKLite"));
    dict.pair(Name(b"SubFilter"), sub_filter);
    dict.insert(Name(b"ByteRange"))
        .array()
        .items([0, UNKNOWN, UNKNOWN, UNKNOWN]);
    // not ASCII, so that it is written in hexadecimal; the zeros come with the CMS
    dict.pair(Name(b"Contents"), Str(&vec![0xFF; options.reserved.max(1)]));
    if options.kind == Kind::Timestamp {
        return;
    }
    dict.pair(Name(b"M"), date(options.time));
    for (key, value) in [
        (&b"Name"[..], &options.name),
        (b"Reason", &options.reason),
        (b"Location", &options.place),
    ] {
        if let Some(value) = value {
            dict.pair(Name(key), TextStr(value));
        }
    }
    if options.certify.is_none() && lock.is_none() {
        return;
    }
    let mut references = dict.insert(Name(b"Reference")).array();
    if let Some(permission) = options.certify {
        let mut reference = references.push().dict();
        reference.pair(Name(b"Type"), Name(b"SigRef"));
        reference.pair(Name(b"TransformMethod"), Name(b"DocMDP"));
        let mut parameters = reference.insert(Name(b"TransformParams")).dict();
        parameters.pair(Name(b"Type"), Name(b"TransformParams"));
        parameters.pair(Name(b"P"), permission.value());
        parameters.pair(Name(b"V"), Name(b"1.2"));
    }
    if let Some(lock) = lock {
        let mut reference = references.push().dict();
        reference.pair(Name(b"Type"), Name(b"SigRef"));
        reference.pair(Name(b"TransformMethod"), Name(b"FieldMDP"));
        if let Some(root) = root {
            reference.pair(Name(b"Data"), root);
        }
        let mut parameters = reference.insert(Name(b"TransformParams")).dict();
        parameters.pair(Name(b"Type"), Name(b"TransformParams"));
        parameters.pair(
            Name(b"Action"),
            Name(lock.name(b"Action").unwrap_or(b"All")),
        );
        parameters.pair(Name(b"V"), Name(b"1.2"));
        if let Some(names) = lock.get(b"Fields").and_then(Object::as_array) {
            parameters
                .insert(Name(b"Fields"))
                .array()
                .items(names.iter().filter_map(Object::as_str).map(Str));
        }
    }
}

/// A point left of and below a page.
#[allow(clippy::cast_possible_truncation)] // points on a page
fn outside(area: [f64; 4]) -> [f32; 2] {
    [area[0] as f32 - 1.0, area[1] as f32 - 1.0]
}

pub(crate) fn id_of(id: Ref) -> Id {
    Id {
        number: id.get().unsigned_abs(),
        generation: 0,
    }
}

fn ref_of(id: Id) -> Result<Ref, PdfError> {
    match i32::try_from(id.number) {
        // pdf-writer knows no generations: what it would write would lead elsewhere
        Ok(number) if id.generation == 0 => Ok(Ref::new(number)),
        _ => Err(PdfError::TooMuch("object numbers with a generation".into())),
    }
}
