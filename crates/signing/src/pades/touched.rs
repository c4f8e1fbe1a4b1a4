//! The objects an update may touch, each with what may happen to it.

use super::changes::{Comparison, What, keys};
use super::form::Kind;
use super::pages;
use super::roles::Role;
use super::{Permission, metadata};
use crate::pdf::{Dict, Id, Object, PdfError};
use std::collections::{BTreeSet, HashMap};
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
/// A signature or a note that takes more of a page than this hides it.
pub(super) const LARGEST_PART: f64 = 0.25;
/// All that came later, together: a page of which less is to be seen is another one. A council of twelve signs in a
/// third of a page, and a form that is all lines takes less than half. A single field may take that much too, if its
/// place was there to be seen when the document was signed: spaces for remarks are large.
const LARGEST_TOGETHER: f64 = 0.5;
/// What keeps a widget from being seen on the screen, or at all (12.5.3, table 167).
const NO_VIEW: i64 = 32;
const HIDDEN: i64 = 2;
/// What is not turned, or not made larger, with the page (12.5.3, table 167): it may be seen where its place is not.
const UNTURNED: i64 = 8 | 16;
/// The side of a note's icon, in points, that a reader draws by itself; and of one that comes with a picture of its own,
/// which could be an amount: readers write 18 to 24.
const LARGEST_NOTE: f64 = 48.0;
const LARGEST_ICON: f64 = 24.0;
/// Pages that may share one array of annotations; by 12.5.2 an annotation is on one page only.
const MOST_SHARING: usize = 16;

/// What a later signature shows, a field that was filled in, or a note.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    widget: Id,
    /// The full name: a field's widgets count together.
    field: String,
    /// `/Rect`; none where readers differ on where it is.
    rect: Option<[f64; 4]>,
    /// Whether it stays within its place however the page is turned.
    turns: bool,
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
    /// What was written into a field whose place was there to be seen when the document was signed: allowed as such, and
    /// measured here.
    Foreseen,
    /// What was written into any other field, or a note: the same.
    Filling,
}

impl Picture {
    /// How much it hides of a page, in square points.
    fn area(&self, page: [f64; 4]) -> f64 {
        let Some(mut part) = self.rect else {
            return f64::INFINITY;
        };
        if self.turns {
            let [left, bottom, right, top] = part;
            part = [
                left.max(page[0]),
                bottom.max(page[1]),
                right.min(page[2]),
                top.min(page[3]),
            ];
        }
        let area = (part[2] - part[0]).max(0.0) * (part[3] - part[1]).max(0.0);
        if area.is_nan() { f64::INFINITY } else { area }
    }

    /// The part of a page that one field's pictures may take.
    fn largest(&self) -> f64 {
        match self.of {
            Shows::Foreseen => LARGEST_TOGETHER,
            Shows::New | Shows::Signature | Shows::Filling => LARGEST_PART,
        }
    }
}

/// Where a picture was found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    listed: bool,
    named: bool,
    /// On the page that it names.
    home: bool,
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
        let rect = pages::rectangle(self.file, self.new, widget, b"Rect")?;
        // with more or fewer, readers differ on where that is
        let rect = rect.filter(|_| corners == 4);
        if rect.is_some_and(|[left, bottom, right, top]| left >= right || bottom >= top) {
            return Ok(());
        }
        let flags = self.file.value(self.new, widget, b"F")?.as_int();
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
            rect,
            turns: flags.unwrap_or(0) & UNTURNED == 0,
            page,
            of,
        });
        Ok(())
    }

    /// The picture of a field that was filled in: its own, or those of the widgets below it, which show the value too.
    /// What is in it, nobody signed: it may be as opaque as a sheet of paper, in a place that was empty then.
    fn filling(&mut self, id: Id, name: &str) -> Result<(), PdfError> {
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            // each node once, whatever names it, and how often
            if !self.filled.insert(id) {
                continue;
            }
            let object = self.file.get(self.new, id)?;
            let Some(node) = object.as_dict() else {
                continue;
            };
            let flags = self.file.value(self.new, node, b"F")?.as_int();
            if flags.unwrap_or(0) & HIDDEN == 0 {
                let of = match self.was_seen(id, node)? {
                    true => Shows::Foreseen,
                    false => Shows::Filling,
                };
                self.picture(id, node, name, of)?;
            }
            let kids = self.file.array(self.new, node, b"Kids")?;
            waiting.extend(kids.iter().filter_map(Object::as_ref));
        }
        Ok(())
    }

    /// Whether a widget was on a page when the document was signed, to be seen, and in the same place.
    fn was_seen(&mut self, id: Id, now: &Dict) -> Result<bool, PdfError> {
        let before = self.file.get(self.old, id)?;
        let Some(before) = before.as_dict() else {
            return Ok(false);
        };
        let flags = self.file.value(self.old, before, b"F")?.as_int();
        let place = pages::rectangle(self.file, self.old, before, b"Rect")?;
        Ok(flags.unwrap_or(0) & (HIDDEN | NO_VIEW) == 0
            && place.is_some()
            && place == pages::rectangle(self.file, self.new, now, b"Rect")?
            && self.roles.page(id).is_some())
    }

    /// Whether the pictures that came later leave enough of each page to be seen. A page shows what its `/Annots` lists;
    /// a picture that says it is on another is measured by that one too, and is no honest one if it is new.
    pub fn pictures(&mut self) -> Result<(), PdfError> {
        let pictures = std::mem::take(&mut self.pictures);
        if pictures.is_empty() {
            return Ok(());
        }
        let mut of_widget: HashMap<Id, Vec<usize>> = HashMap::new();
        let mut of_page: HashMap<Id, Vec<usize>> = HashMap::new();
        for (index, picture) in pictures.iter().enumerate() {
            of_widget.entry(picture.widget).or_default().push(index);
            if let Some(page) = picture.page {
                of_page.entry(page).or_default().push(index);
            }
        }
        let mut found = vec![Found::default(); pictures.len()];
        // what the arrays list that are objects, and for how many pages
        let mut arrays: HashMap<Id, (BTreeSet<usize>, usize)> = HashMap::new();
        for (number, page, seen) in self.roles.areas() {
            let dict = self.file.get(self.new, page)?;
            let empty = Dict::default();
            let dict = dict.as_dict().unwrap_or(&empty);
            let array = dict.reference(b"Annots");
            let mut here = match array.and_then(|id| arrays.get_mut(&id)) {
                Some((listed, pages)) => {
                    *pages += 1;
                    if *pages > MOST_SHARING {
                        if let Some(picture) = listed.pop_first().and_then(|one| pictures.get(one))
                        {
                            let name = Some(picture.field.as_str());
                            let widget = Some(picture.widget);
                            self.tell(What::Overlay, false, widget, Some(number), name);
                        }
                        listed.clear();
                    }
                    listed.clone()
                }
                None => {
                    let annotations = self.file.array(self.new, dict, b"Annots")?;
                    let widgets = annotations.iter().filter_map(Object::as_ref);
                    let listed: BTreeSet<usize> = widgets
                        .filter_map(|id| of_widget.get(&id))
                        .flatten()
                        .copied()
                        .collect();
                    if let Some(id) = array {
                        arrays.insert(id, (listed.clone(), 1));
                    }
                    listed
                }
            };
            for one in &here {
                found[*one].listed = true;
                found[*one].home |= pictures[*one].page == Some(page);
            }
            for one in of_page.get(&page).into_iter().flatten() {
                found[*one].named = true;
                here.insert(*one);
            }
            let all = (seen[2] - seen[0]) * (seen[3] - seen[1]);
            let mut together = 0.0;
            let mut of_field: HashMap<&str, f64> = HashMap::new();
            for picture in here.iter().map(|one| &pictures[*one]) {
                let area = picture.area(seen);
                let own = of_field.entry(&picture.field).or_default();
                *own += area;
                together += area;
                if *own > all * picture.largest() || together > all * LARGEST_TOGETHER {
                    let name = Some(picture.field.as_str());
                    let widget = Some(picture.widget);
                    self.tell(What::Overlay, false, widget, Some(number), name);
                }
            }
        }
        for (picture, found) in pictures.iter().zip(found) {
            let elsewhere = found.listed && picture.page.is_some() && !found.home;
            let nowhere = !found.listed && !found.named;
            let strange = match picture.of {
                Shows::New => elsewhere || nowhere,
                Shows::Signature => nowhere,
                Shows::Foreseen | Shows::Filling => false,
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
        let pictured = dict.get(b"AP").is_some();
        let largest = if pictured { LARGEST_ICON } else { LARGEST_NOTE };
        let small = rect.is_some_and(|[left, bottom, right, top]| {
            right - left <= largest && top - bottom <= largest
        });
        let acts = dict.get(b"A").is_some() || dict.get(b"AA").is_some();
        let is_open = |comparison: &mut Self, dict: &Dict| {
            let open = comparison.file.value(comparison.new, dict, b"Open")?;
            Ok::<_, PdfError>(*open == Object::Bool(true))
        };
        let open = is_open(self, dict)?;
        let fits = match dict.name(b"Subtype") {
            Some(b"Text") => {
                self.beside(id, dict)?;
                // readers differ on whose word it is that the window stands open
                if open && let Some(window) = dict.reference(b"Popup") {
                    let window_dict = self.file.dict(self.new, dict, b"Popup")?;
                    self.beside(window, &window_dict)?;
                }
                small
            }
            Some(b"Popup") => {
                let of = self.file.dict(self.new, dict, b"Parent")?;
                if open || is_open(self, &of)? {
                    self.beside(id, dict)?;
                }
                // a window that the reader draws, with words (12.5.6.14): a picture would be somebody's
                rect.is_some() && !pictured
            }
            _ => false,
        };
        Ok(fits && !acts)
    }

    /// The picture of a note, or the window of one that stands open: once.
    fn beside(&mut self, id: Id, dict: &Dict) -> Result<(), PdfError> {
        if self.filled.insert(id) {
            self.picture(id, dict, &format!("{} 0 R", id.number), Shows::Filling)?;
        }
        Ok(())
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
            self.filling(id, &name)?;
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
