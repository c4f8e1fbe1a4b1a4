//! The objects an update may touch, each with what may happen to it.

use super::changes::{Comparison, What, keys};
use super::form::Kind;
use super::pages;
use super::roles::Role;
use super::{Permission, metadata};
use crate::pdf::{Dict, Id, Object, PdfError};
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::sync::Arc;

/// What the widget of a signature that was added later may have: nothing that acts.
const WIDGET: [&[u8]; 24] = [
    b"Type",
    b"Subtype",
    b"FT",
    b"T",
    b"TU",
    b"TM",
    b"V",
    b"F",
    b"Ff",
    b"P",
    b"Rect",
    b"AP",
    b"MK",
    b"DA",
    b"DR",
    b"Lock",
    b"SV",
    b"StructParent",
    b"Border",
    b"BS",
    b"H",
    b"NM",
    b"M",
    b"Q",
];
/// A signature, or a field that was filled in, whose pictures take more of a page than this hides it.
pub(super) const LARGEST_PART: f64 = 0.25;
/// All signatures that came later, together: a page of which less is to be seen is another one. A council of twelve
/// signs in a third of a page.
const LARGEST_TOGETHER: f64 = 0.5;
/// With what was written into fields and notes: a form that is all lines takes half a page.
const LARGEST_FILLED: f64 = 0.75;
/// What keeps a widget from being seen on the screen, or at all (12.5.3, table 167).
const NO_VIEW: i64 = 32;
const HIDDEN: i64 = 2;
/// Nodes of the form above a widget that are followed down; forms have two or three.
const MOST_ABOVE: usize = 8;
/// The side of a note's icon, in points: larger, it could hide text.
const LARGEST_NOTE: f64 = 48.0;

/// What a later signature shows, a field that was filled in, or a note.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    widget: Id,
    /// The full name: a field's widgets count together.
    field: String,
    /// In square points.
    area: f64,
    /// `/P`: the page it says it is on.
    page: Option<Id>,
    of: Shows,
}

/// What a picture is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// A signature, where nothing was to be seen when the document was signed.
    New,
    /// A signature in the place that was seen.
    Signature,
    /// What was written into a field or a note: allowed as such, and measured here. Its place was signed, or is told.
    Filling,
}

impl<R: Read + Seek> Comparison<'_, R> {
    /// An object with a role that changed.
    pub fn with_role(
        &mut self,
        role: Role,
        old: &Arc<Object>,
        new: &Arc<Object>,
        id: Id,
        page: Option<usize>,
    ) -> Result<(), PdfError> {
        match (role, &**old, &**new) {
            (Role::Catalog, Object::Dict(old), Object::Dict(new)) => self.catalog(old, new, id),
            (Role::Page, Object::Dict(old), Object::Dict(new)) => self.page(old, new, id, page),
            (Role::Annotations, Object::Array(_), Object::Array(_)) => {
                self.annotations(old, new, id, page)
            }
            (Role::Field, Object::Dict(old), Object::Dict(new)) => self.field(old, new, id, page),
            (
                Role::Validation,
                Object::Dict(_) | Object::Array(_),
                Object::Dict(_) | Object::Array(_),
            ) => self.validation(old, new, id),
            (Role::Metadata, old, new) => self.metadata(old, new, id),
            (Role::Structure | Role::ParentTree, Object::Dict(old), Object::Dict(new)) => {
                self.structure(old, new, id, page)
            }
            (Role::StructureKids, old, new) => self.kids(&list(old), &list(new), id, page),
            // looked at from the catalog already, whatever they were
            (Role::Form | Role::Fields, ..) => Ok(()),
            _ => self.strict(old, new, id, page, 0),
        }
    }

    /// The form, of both catalogs: first of all, for it says which widgets a page may get.
    pub fn form_of_catalog(&mut self) -> Result<(), PdfError> {
        let root = self.old.root()?;
        let (old, new) = (
            self.file.get(self.old, root)?,
            self.file.get(self.new, root)?,
        );
        let place = |catalog: &Object| {
            catalog
                .as_dict()
                .and_then(|dict| dict.get(b"AcroForm").cloned())
        };
        let (old, new) = (place(&old), place(&new));
        if old.is_none() && new.is_none() {
            return Ok(());
        }
        // a form that was an object stays that object
        if matches!(old, Some(Object::Ref(_))) && old != new {
            self.differs(root, None);
            return Ok(());
        }
        let (old, new) = (
            self.resolved(true, old.as_ref())?,
            self.resolved(false, new.as_ref())?,
        );
        let empty = Dict::default();
        let (old, new) = (
            old.as_dict().unwrap_or(&empty).clone(),
            new.as_dict().unwrap_or(&empty).clone(),
        );
        for key in keys(&old, &new) {
            let (before, after) = (old.get(&key), new.get(&key));
            match key.as_slice() {
                b"Fields" => self.fields(before, after, root)?,
                b"SigFlags" => {
                    let value =
                        |flags: Option<&Object>| flags.and_then(Object::as_int).unwrap_or(0);
                    if value(after) & value(before) != value(before)
                        || value(after) & !3 != value(before) & !3
                    {
                        self.differs(root, None);
                    }
                }
                _ => match (before, after) {
                    (Some(before), Some(after)) => self.strict(before, after, root, None, 0)?,
                    _ => self.differs(root, None),
                },
            }
        }
        Ok(())
    }

    fn fields(
        &mut self,
        before: Option<&Object>,
        after: Option<&Object>,
        root: Id,
    ) -> Result<(), PdfError> {
        if matches!(before, Some(Object::Ref(_))) && before != after {
            self.differs(root, None);
        }
        let (before, after) = (
            list(&self.resolved(true, before)?),
            list(&self.resolved(false, after)?),
        );
        if !after.starts_with(&before) {
            self.differs(root, None);
        }
        before.iter().for_each(|field| self.push_all(field, None));
        for field in after.iter().skip(before.len()) {
            match field.as_ref() {
                Some(id) => self.new_field(id)?,
                None => self.differs(root, None),
            }
        }
        Ok(())
    }

    /// A field that was added: a signature, whole and whose picture hides nothing.
    fn new_field(&mut self, id: Id) -> Result<(), PdfError> {
        let (before, after) = (self.file.get(self.old, id)?, self.file.get(self.new, id)?);
        let Some(dict) = after.as_dict().filter(|_| *before == Object::Null) else {
            self.differs(id, None);
            return Ok(());
        };
        let name = dict
            .get(b"T")
            .and_then(Object::as_str)
            .map(crate::pdf::text)
            .unwrap_or_default();
        let mut widgets = vec![(id, dict.clone())];
        for kid in self
            .file
            .array(self.new, dict, b"Kids")?
            .iter()
            .filter_map(Object::as_ref)
        {
            let is_new = *self.file.get(self.old, kid)? == Object::Null;
            let kid_dict = self
                .file
                .get(self.new, kid)?
                .as_dict()
                .cloned()
                .unwrap_or_default();
            if !is_new || kid_dict.get(b"T").is_some() {
                self.differs(id, None);
                return Ok(());
            }
            widgets.push((kid, kid_dict));
        }
        let plain = widgets.iter().all(|(_, widget)| {
            !widget.is_ambiguous()
                && widget.entries.iter().all(|(key, _)| {
                    WIDGET.contains(&key.as_slice())
                        || matches!(key.as_slice(), b"Kids" | b"Parent")
                })
        });
        if dict.name(b"FT") != Some(b"Sig") || !plain {
            self.tell(What::Document, false, Some(id), None, Some(&name));
            return Ok(());
        }
        let signature = dict.reference(b"V");
        let Some(kind) = signature.and_then(|id| self.allowance.signatures.get(&id).copied())
        else {
            self.tell(What::EmptyField, false, Some(id), None, Some(&name));
            return Ok(());
        };
        let is_new = match signature {
            Some(signature) => *self.file.get(self.old, signature)? == Object::Null,
            None => false,
        };
        // a time stamp is no change of the form, and always allowed
        let may_be = kind == Kind::Timestamp || !self.allowance.is_locked(&name);
        self.signed(kind, is_new && may_be, id, &name);
        for (id, widget) in widgets {
            self.picture(id, &widget, &name, Shows::New)?;
            self.widgets.insert(id);
        }
        Ok(())
    }

    fn signed(&mut self, kind: Kind, well: bool, id: Id, name: &str) {
        match kind {
            Kind::Signature => self.tell(
                What::Signature,
                well && self.allowance.lets_sign(),
                Some(id),
                None,
                Some(name),
            ),
            Kind::Timestamp => self.tell(What::Timestamp, well, Some(id), None, Some(name)),
        }
    }

    /// Whether the picture of a widget may be there. Where nobody saw one before ([`Shows::New`]) none may be where somebody
    /// said what may be done afterwards, or locked all fields of such a name, for the fields were laid out then (the
    /// "sneaky signature" is one that looks like content). How much of a page it takes is looked at with all others.
    fn picture(&mut self, id: Id, widget: &Dict, name: &str, of: Shows) -> Result<(), PdfError> {
        if matches!(widget.get(b"Rect"), None | Some(Object::Null)) {
            return Ok(());
        }
        let corners = self.file.array(self.new, widget, b"Rect")?.len();
        let area = match pages::rectangle(self.file, self.new, widget, b"Rect")? {
            Some([left, bottom, right, top]) if corners == 4 => (right - left) * (top - bottom),
            // readers differ on where that is
            _ => f64::INFINITY,
        };
        if area <= 0.0 {
            return Ok(());
        }
        let page = widget.reference(b"P");
        if of == Shows::New
            && (self.allowance.permission.is_some() || self.allowance.is_locked(name))
        {
            let page = page.and_then(|page| self.roles.page(page));
            self.tell(What::Overlay, false, Some(id), page, Some(name));
        }
        self.pictures.push(Picture {
            widget: id,
            field: name.to_owned(),
            area: if area.is_nan() { f64::INFINITY } else { area },
            page,
            of,
        });
        Ok(())
    }

    /// The picture of a field that was filled in: its own, or those of the widgets below it, which show the value too.
    /// What is in it, nobody signed: it may be as opaque as a sheet of paper, in a place that was empty then.
    fn filling(&mut self, id: Id, field: &Dict, name: &str, depth: usize) -> Result<(), PdfError> {
        let hidden = self.file.value(self.new, field, b"F")?.as_int();
        if hidden.unwrap_or(0) & HIDDEN == 0 && self.filled.insert(id) {
            self.picture(id, field, name, Shows::Filling)?;
        }
        if depth == MOST_ABOVE {
            return Ok(());
        }
        let kids = self.file.array(self.new, field, b"Kids")?;
        for kid in kids.iter().filter_map(Object::as_ref) {
            let object = self.file.get(self.new, kid)?;
            if let Some(kid_dict) = object.as_dict()
                && !self.filled.contains(&kid)
            {
                self.filling(kid, kid_dict, name, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Whether the pictures of the later signatures leave enough of each page to be seen. A page shows what its
    /// `/Annots` lists; a picture that says it is on another is measured by that one too, and is no honest one if it is
    /// new.
    pub fn pictures(&mut self) -> Result<(), PdfError> {
        let pictures = std::mem::take(&mut self.pictures);
        if pictures.is_empty() {
            return Ok(());
        }
        let mut shown = vec![(false, false, false); pictures.len()];
        for (index, page, area) in self.roles.areas() {
            let dict = self.file.get(self.new, page)?;
            let annotations = match dict.as_dict() {
                Some(dict) => self.file.array(self.new, dict, b"Annots")?,
                None => Vec::new(),
            };
            let listed: HashSet<Id> = annotations.iter().filter_map(Object::as_ref).collect();
            let (mut signatures, mut together) = (0.0, 0.0);
            let mut of_field: HashMap<&str, f64> = HashMap::new();
            for (picture, shown) in pictures.iter().zip(&mut shown) {
                let (lists, named) = (listed.contains(&picture.widget), picture.page == Some(page));
                shown.0 |= lists;
                shown.1 |= named;
                shown.2 |= lists && named;
                if !lists && !named {
                    continue;
                }
                let own = of_field.entry(&picture.field).or_default();
                *own += picture.area;
                together += picture.area;
                if picture.of != Shows::Filling {
                    signatures += picture.area;
                }
                let too_much = *own > area * LARGEST_PART
                    || signatures > area * LARGEST_TOGETHER
                    || together > area * LARGEST_FILLED;
                if too_much {
                    let name = Some(picture.field.as_str());
                    self.tell(
                        What::Overlay,
                        false,
                        Some(picture.widget),
                        Some(index),
                        name,
                    );
                }
            }
        }
        for (picture, (is_listed, is_named, at_home)) in pictures.iter().zip(shown) {
            let elsewhere = is_listed && picture.page.is_some() && !at_home;
            let nowhere = !is_listed && !is_named;
            let strange = match picture.of {
                Shows::New => elsewhere || nowhere,
                Shows::Signature => nowhere,
                Shows::Filling => false,
            };
            if strange {
                let page = picture.page.and_then(|page| self.roles.page(page));
                let name = Some(picture.field.as_str());
                self.tell(What::Overlay, false, Some(picture.widget), page, name);
            }
        }
        Ok(())
    }

    fn catalog(&mut self, old: &Dict, new: &Dict, id: Id) -> Result<(), PdfError> {
        for key in keys(old, new) {
            let (before, after) = (old.get(&key), new.get(&key));
            match (key.as_slice(), before, after) {
                // looked at already
                (b"AcroForm", ..) => {}
                (b"DSS", Some(Object::Ref(_)), _) if before == after => {
                    self.push_all(&before.cloned().unwrap_or(Object::Null), None)
                }
                (b"DSS" | b"Extensions", ..) => {
                    if before != after {
                        self.tell(
                            What::ValidationData,
                            true,
                            Some(id),
                            None,
                            Some(&String::from_utf8_lossy(&key)),
                        );
                    }
                }
                (b"Version", _, Some(Object::Name(_))) if before != after => {
                    self.tell(What::Metadata, true, Some(id), None, Some("Version"));
                }
                (b"Metadata", _, Some(_)) if before != after => {
                    let (before, after) =
                        (self.resolved(true, before)?, self.resolved(false, after)?);
                    self.metadata(&before, &after, id)?;
                }
                (_, Some(before), Some(after)) => self.strict(before, after, id, None, 0)?,
                _ => self.tell(
                    What::Document,
                    false,
                    Some(id),
                    None,
                    Some(&String::from_utf8_lossy(&key)),
                ),
            }
        }
        if new.is_ambiguous() {
            self.differs(id, None);
        }
        Ok(())
    }

    fn page(
        &mut self,
        old: &Dict,
        new: &Dict,
        id: Id,
        page: Option<usize>,
    ) -> Result<(), PdfError> {
        self.strict_dict(old, new, id, page, 0, &[b"Annots", b"Tabs"])?;
        if new.is_ambiguous()
            || (new.get(b"Tabs") != old.get(b"Tabs") && new.name(b"Tabs") != Some(b"S"))
        {
            self.differs(id, page);
        }
        let (before, after) = (old.get(b"Annots"), new.get(b"Annots"));
        if matches!(before, Some(Object::Ref(_))) && before != after {
            self.differs(id, page);
        }
        let (before, after) = (self.resolved(true, before)?, self.resolved(false, after)?);
        self.annotations(&before, &after, id, page)
    }

    fn annotations(
        &mut self,
        old: &Object,
        new: &Object,
        id: Id,
        page: Option<usize>,
    ) -> Result<(), PdfError> {
        let (old, new) = (list(old), list(new));
        old.iter()
            .for_each(|annotation| self.push_all(annotation, page));
        if !new.starts_with(&old) {
            self.tell(What::Annotation, false, Some(id), page, None);
            return Ok(());
        }
        for annotation in &new[old.len()..] {
            let is_widget = annotation
                .as_ref()
                .is_some_and(|id| self.widgets.contains(&id));
            if !is_widget {
                let harmless = self.note(annotation)?;
                let allowed =
                    harmless && self.allowance.permission == Some(Permission::Annotations);
                self.tell(
                    What::Annotation,
                    allowed,
                    annotation.as_ref().or(Some(id)),
                    page,
                    None,
                );
            }
        }
        Ok(())
    }

    /// Whether it is a note's icon or its window; how much of a page these take is looked at with all others. Every other
    /// kind of annotation can be drawn over what is on the page ("evil annotation"), so that even where annotations are
    /// allowed it is told as a change.
    fn note(&mut self, annotation: &Object) -> Result<bool, PdfError> {
        let Some(id) = annotation.as_ref() else {
            return Ok(false);
        };
        let annotation = self.resolved(false, Some(annotation))?;
        let Some(dict) = annotation.as_dict() else {
            return Ok(false);
        };
        let rect = pages::rectangle(self.file, self.new, dict, b"Rect")?;
        let small = rect.is_some_and(|[left, bottom, right, top]| {
            right - left <= LARGEST_NOTE && top - bottom <= LARGEST_NOTE
        });
        let acts = dict.get(b"A").is_some() || dict.get(b"AA").is_some();
        let fits = match dict.name(b"Subtype") {
            Some(b"Text") => small,
            // a window that the reader draws, with words (12.5.6.14): a picture would be somebody's
            Some(b"Popup") => rect.is_some() && dict.get(b"AP").is_none(),
            _ => false,
        };
        self.picture(id, dict, &format!("{} 0 R", id.number), Shows::Filling)?;
        Ok(fits && !acts)
    }

    fn field(
        &mut self,
        old: &Dict,
        new: &Dict,
        id: Id,
        page: Option<usize>,
    ) -> Result<(), PdfError> {
        let (name, kind, was_signed) = self.roles.fields.get(&id).cloned().unwrap_or_default();
        if kind == b"Sig" {
            if was_signed {
                self.tell(What::SignatureData, false, Some(id), page, Some(&name));
                return Ok(());
            }
            self.strict_dict(
                old,
                new,
                id,
                page,
                0,
                &[b"V", b"AP", b"AS", b"MK", b"DA", b"F", b"M"],
            )?;
            let value = match new.reference(b"V") {
                Some(value) => Some(value),
                // a widget apart from its field: the field has the value
                None => match new.reference(b"Parent") {
                    Some(parent) => self
                        .file
                        .get(self.new, parent)?
                        .as_dict()
                        .and_then(|dict| dict.reference(b"V")),
                    None => None,
                },
            };
            let locked = self.allowance.is_locked(&name);
            match value.and_then(|value| self.allowance.signatures.get(&value).copied()) {
                Some(kind) => self.signed(kind, !locked, id, &name),
                None => self.tell(What::EmptyField, false, Some(id), page, Some(&name)),
            }
            // its place was signed, what is there now was not
            let looks: [&[u8]; 5] = [b"AP", b"AS", b"MK", b"DA", b"F"];
            if looks.iter().any(|key| old.get(key) != new.get(key)) {
                let flags = |object: &Object| object.as_int().unwrap_or(0);
                let before = flags(&*self.file.value(self.old, old, b"F")?);
                let after = flags(&*self.file.value(self.new, new, b"F")?);
                if after & HIDDEN == 0 {
                    let of = match before & (HIDDEN | NO_VIEW) {
                        0 => Shows::Signature,
                        _ => Shows::New,
                    };
                    self.picture(id, new, &name, of)?;
                }
            }
        } else {
            self.strict_dict(
                old,
                new,
                id,
                page,
                0,
                &[b"V", b"AP", b"AS", b"I", b"RV", b"M"],
            )?;
            let allowed = self.allowance.lets_fill(&name) && !new.is_ambiguous();
            self.tell(What::FormFilling, allowed, Some(id), page, Some(&name));
            self.filling(id, new, &name, 0)?;
        }
        for key in [&b"V"[..], b"AP", b"MK"] {
            if let Some(value) = new.get(key).cloned() {
                self.push_existing(&value, page, 0)?;
            }
        }
        Ok(())
    }

    /// What a changed value refers to and was there before must not have changed with it.
    fn push_existing(
        &mut self,
        value: &Object,
        page: Option<usize>,
        depth: usize,
    ) -> Result<(), PdfError> {
        match value {
            Object::Ref(id) if *self.file.get(self.old, *id)? != Object::Null => {
                self.push(*id, page)
            }
            Object::Array(items) if depth < 8 => {
                for item in items {
                    self.push_existing(item, page, depth + 1)?;
                }
            }
            Object::Dict(dict) if depth < 8 => {
                for (_, value) in &dict.entries {
                    self.push_existing(value, page, depth + 1)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Validation data may come and go, but an array that is something else too (a page's contents, say) may not.
    fn validation(&mut self, old: &Arc<Object>, new: &Arc<Object>, id: Id) -> Result<(), PdfError> {
        let mut allowed = true;
        let numbers: Vec<(u32, crate::pdf::Entry)> = self.old.entries().collect();
        for (number, entry) in numbers {
            let generation = match entry {
                crate::pdf::Entry::At { generation, .. } => generation,
                _ => 0,
            };
            let other = Id { number, generation };
            if matches!(self.roles.role(other), Role::Validation | Role::Catalog) {
                continue;
            }
            // what cannot be read is nothing a viewer shows either
            let Ok(object) = self.file.get(self.old, other) else {
                continue;
            };
            allowed &= !refers_to(&object, id);
        }
        self.tell(What::ValidationData, allowed, Some(id), None, None);
        self.push_existing(old, None, 0)?;
        self.push_existing(new, None, 0)
    }

    fn metadata(&mut self, old: &Object, new: &Object, id: Id) -> Result<(), PdfError> {
        let (Object::Stream(before), Object::Stream(after)) = (old, new) else {
            self.tell(What::Metadata, false, Some(id), None, Some("XMP"));
            return Ok(());
        };
        let same = metadata::says_the_same(&self.file.decoded(before)?, &self.file.decoded(after)?);
        self.tell(What::Metadata, same, Some(id), None, Some("XMP"));
        Ok(())
    }

    fn structure(
        &mut self,
        old: &Dict,
        new: &Dict,
        id: Id,
        page: Option<usize>,
    ) -> Result<(), PdfError> {
        let open: [&[u8]; 5] = [b"K", b"ParentTree", b"ParentTreeNextKey", b"Nums", b"Kids"];
        self.strict_dict(old, new, id, page, 0, &open)?;
        for key in open {
            let (before, after) = (old.get(key), new.get(key));
            if before == after {
                if let Some(value) = before {
                    self.push_all(value, page);
                }
                continue;
            }
            match key {
                b"ParentTreeNextKey" => {
                    let value =
                        |value: Option<&Object>| value.and_then(Object::as_int).unwrap_or(0);
                    if value(after) < value(before) {
                        self.differs(id, page);
                    }
                }
                b"ParentTree" => {
                    if matches!(before, Some(Object::Ref(_))) {
                        self.differs(id, page);
                    }
                    let (before, after) =
                        (self.resolved(true, before)?, self.resolved(false, after)?);
                    let empty = Dict::default();
                    let (before, after) = (
                        before.as_dict().unwrap_or(&empty).clone(),
                        after.as_dict().unwrap_or(&empty).clone(),
                    );
                    self.structure(&before, &after, id, page)?;
                }
                _ => {
                    let single = |value: &Object| !matches!(value, Object::Array(_));
                    let resolve = |comparison: &mut Self, before: bool, value: Option<&Object>| {
                        let resolved = comparison.resolved(before, value)?;
                        // a single kid that is no array is itself the list
                        Ok::<_, PdfError>(match value {
                            Some(value) if single(&resolved) => vec![value.clone()],
                            Some(_) => list(&resolved),
                            None => Vec::new(),
                        })
                    };
                    let (before, after) =
                        (resolve(self, true, before)?, resolve(self, false, after)?);
                    self.kids(&before, &after, id, page)?;
                }
            }
        }
        Ok(())
    }

    /// Kids and numbers may only be added to: `Form` elements around the widgets of further signatures.
    fn kids(
        &mut self,
        old: &[Object],
        new: &[Object],
        id: Id,
        page: Option<usize>,
    ) -> Result<(), PdfError> {
        old.iter().for_each(|kid| self.push_all(kid, page));
        if !new.starts_with(old) {
            self.differs(id, page);
            return Ok(());
        }
        for kid in &new[old.len()..] {
            let fine = match kid {
                Object::Int(_) => true,
                Object::Ref(kid) => self.is_form_element(*kid, 0)?,
                _ => false,
            };
            if !fine {
                self.differs(id, page);
            }
        }
        Ok(())
    }

    fn is_form_element(&mut self, id: Id, depth: usize) -> Result<bool, PdfError> {
        if *self.file.get(self.old, id)? != Object::Null || depth > 2 {
            return Ok(false);
        }
        let object = self.file.get(self.new, id)?;
        let Some(dict) = object.as_dict() else {
            return Ok(false);
        };
        if dict.get(b"Nums").is_some() {
            for item in self.file.array(self.new, dict, b"Nums")? {
                let fine = match item {
                    Object::Int(_) => true,
                    Object::Ref(id) => self.is_form_element(id, depth + 1)?,
                    _ => false,
                };
                if !fine {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let content = self.file.dict(self.new, dict, b"K")?;
        let around = content
            .reference(b"Obj")
            .is_some_and(|widget| self.widgets.contains(&widget));
        Ok(dict.name(b"S") == Some(b"Form") && around)
    }
}

fn list(object: &Object) -> Vec<Object> {
    object.as_array().map(<[_]>::to_vec).unwrap_or_default()
}

fn refers_to(object: &Object, id: Id) -> bool {
    match object {
        Object::Ref(other) => *other == id,
        Object::Array(items) => items.iter().any(|item| refers_to(item, id)),
        Object::Dict(dict) => dict.entries.iter().any(|(_, value)| refers_to(value, id)),
        Object::Stream(stream) => stream
            .dict
            .entries
            .iter()
            .any(|(_, value)| refers_to(value, id)),
        _ => false,
    }
}
