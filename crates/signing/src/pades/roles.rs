//! Which objects of a signed document are those that an update may touch, and in what capacity.

use super::{form, pages};
use crate::pdf::{Dict, File, Id, Object, PdfError, View};
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};

/// What an object is to the document. One that would be two things at once is held to be none: it is the trick of
/// documents prepared for an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing that may change.
    Strict,
    Catalog,
    /// A node of the page tree; it may not change, but says what did.
    PageTree,
    Page,
    /// An array of annotations.
    Annotations,
    /// An annotation that is no field's.
    Annotation,
    /// The form's dictionary, and its array of fields.
    Form,
    Fields,
    /// A field, a node above it, or one of its widgets.
    Field,
    /// A signature's dictionary.
    Signature,
    /// `/DSS`, and the dictionaries and arrays below it.
    Validation,
    /// XMP of the document.
    Metadata,
    /// The root of the structure, the elements right below it, and an array of either's kids.
    Structure,
    StructureKids,
    ParentTree,
}

/// The roles of a document's objects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roles {
    roles: HashMap<Id, Role>,
    pages: HashMap<Id, usize>,
    areas: HashMap<Id, [f64; 4]>,
    /// The field a node or widget belongs to, by full name; nodes above have those of none.
    pub fields: HashMap<Id, (String, Vec<u8>, bool)>,
}

impl Roles {
    pub fn role(&self, id: Id) -> Role {
        self.roles.get(&id).copied().unwrap_or(Role::Strict)
    }

    pub fn page(&self, id: Id) -> Option<usize> {
        self.pages.get(&id).copied()
    }

    /// The pages in their order, each with what is seen of it.
    pub fn areas(&self) -> Vec<(usize, Id, [f64; 4])> {
        let mut pages: Vec<_> = self
            .areas
            .iter()
            .filter_map(|(&id, &area)| Some((self.page(id)?, id, area)))
            .collect();
        pages.sort_unstable_by_key(|(index, ..)| *index);
        pages
    }

    fn set(&mut self, id: Id, role: Role) {
        let slot = self.roles.entry(id).or_insert(role);
        if *slot != role {
            *slot = Role::Strict;
        }
    }

    fn set_ref(&mut self, value: Option<&Object>, role: Role) {
        if let Some(id) = value.and_then(Object::as_ref) {
            self.set(id, role);
        }
    }
}

/// Finds the roles in a revision.
pub(crate) fn of<R: Read + Seek>(file: &mut File<R>, view: &View) -> Result<Roles, PdfError> {
    let mut roles = Roles::default();
    let root = view.root()?;
    roles.set(root, Role::Catalog);
    let catalog = file.catalog(view)?;

    let mut every = Vec::new();
    let mut count = 0;
    pages::walk(file, view, |page| {
        every.push((page.id, page.dict, count, page.area));
        count += 1;
        true
    })?;
    tree(file, view, &catalog, &mut roles)?;
    let form = file.dict(view, &catalog, b"AcroForm")?;
    roles.set_ref(catalog.get(b"AcroForm"), Role::Form);
    roles.set_ref(form.get(b"Fields"), Role::Fields);
    fields(file, view, &mut roles)?;
    let mut arrays = HashSet::new();
    for (id, dict, index, area) in every {
        roles.set(id, Role::Page);
        roles.areas.insert(id, area);
        roles.pages.insert(id, index);
        roles.set_ref(dict.get(b"Annots"), Role::Annotations);
        // an array that many pages share says the same each time
        if dict
            .reference(b"Annots")
            .is_some_and(|id| !arrays.insert(id))
        {
            continue;
        }
        for annotation in file
            .array(view, &dict, b"Annots")?
            .iter()
            .filter_map(Object::as_ref)
        {
            if roles.role(annotation) != Role::Field {
                roles.set(annotation, Role::Annotation);
            }
            roles.pages.entry(annotation).or_insert(index);
        }
    }
    roles.set_ref(catalog.get(b"Metadata"), Role::Metadata);
    validation(file, view, &catalog, &mut roles)?;
    structure(file, view, &catalog, &mut roles)?;
    Ok(roles)
}

fn tree<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    catalog: &Dict,
    roles: &mut Roles,
) -> Result<(), PdfError> {
    let mut waiting: Vec<Id> = catalog.reference(b"Pages").into_iter().collect();
    let mut seen = HashSet::new();
    while let Some(id) = waiting.pop() {
        let object = file.get(view, id)?;
        let Some(dict) = object.as_dict().filter(|dict| dict.get(b"Kids").is_some()) else {
            continue;
        };
        if seen.insert(id) {
            roles.set(id, Role::PageTree);
            roles.set_ref(dict.get(b"Kids"), Role::PageTree);
            waiting.extend(
                file.array(view, dict, b"Kids")?
                    .iter()
                    .filter_map(Object::as_ref),
            );
        }
    }
    Ok(())
}

fn fields<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    roles: &mut Roles,
) -> Result<(), PdfError> {
    for field in form::fields(file, view)? {
        let signed = field.is_signature() && field.value.is_some();
        if signed {
            roles.set_ref(field.value.as_ref(), Role::Signature);
        }
        let mut nodes = field.widgets.clone();
        nodes.push(field.id);
        // the nodes above: a value may stand there (12.7.4.1)
        let mut above = field.dict.reference(b"Parent");
        for _ in 0..32 {
            let Some(id) = above else { break };
            nodes.push(id);
            above = file
                .get(view, id)?
                .as_dict()
                .and_then(|dict| dict.reference(b"Parent"));
        }
        for id in nodes {
            roles.set(id, Role::Field);
            roles
                .fields
                .entry(id)
                .or_insert_with(|| (field.name.clone(), field.kind.clone(), signed));
        }
    }
    Ok(())
}

/// `/DSS` (EN 319 142-1, 5.4.2): dictionaries and arrays; the streams in it stay as they are.
fn validation<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    catalog: &Dict,
    roles: &mut Roles,
) -> Result<(), PdfError> {
    let mut waiting: Vec<(Object, usize)> = catalog
        .get(b"DSS")
        .map(|dss| (dss.clone(), 0))
        .into_iter()
        .collect();
    while let Some((value, depth)) = waiting.pop() {
        let object = file.resolve(view, &value)?;
        if depth > 4 || !matches!(*object, Object::Dict(_) | Object::Array(_)) {
            continue;
        }
        if let Object::Ref(id) = value {
            roles.set(id, Role::Validation);
        }
        match &*object {
            Object::Dict(dict) => waiting.extend(
                dict.entries
                    .iter()
                    .map(|(_, value)| (value.clone(), depth + 1)),
            ),
            Object::Array(items) => {
                waiting.extend(items.iter().map(|value| (value.clone(), depth + 1)))
            }
            _ => {}
        }
    }
    Ok(())
}

fn structure<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    catalog: &Dict,
    roles: &mut Roles,
) -> Result<(), PdfError> {
    let Some(root) = catalog.reference(b"StructTreeRoot") else {
        return Ok(());
    };
    roles.set(root, Role::Structure);
    let dict = file.dict(view, catalog, b"StructTreeRoot")?;
    roles.set_ref(dict.get(b"ParentTree"), Role::ParentTree);
    let tree = file.dict(view, &dict, b"ParentTree")?;
    for key in [&b"Nums"[..], b"Kids"] {
        roles.set_ref(tree.get(key), Role::StructureKids);
    }
    let kids = match &*file.value(view, &dict, b"K")? {
        Object::Array(kids) => {
            roles.set_ref(dict.get(b"K"), Role::StructureKids);
            kids.clone()
        }
        _ => dict.get(b"K").cloned().into_iter().collect(),
    };
    for id in kids.iter().filter_map(Object::as_ref) {
        roles.set(id, Role::Structure);
        let kid = file.get(view, id)?;
        let Some(kid) = kid.as_dict() else { continue };
        if let Some(Object::Ref(kids)) = kid.get(b"K")
            && matches!(*file.get(view, *kids)?, Object::Array(_))
        {
            roles.set(*kids, Role::StructureKids);
        }
    }
    Ok(())
}
