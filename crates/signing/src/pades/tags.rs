//! The place of a signature's widget in a tagged document (ISO 32000-2, 14.7; PDF/UA-1, 7.18.4: each widget lies in
//! a `Form` element).

use super::draft::Builder;
use crate::pdf::{Dict, Id, Object, PdfError};
use std::collections::HashSet;
use std::io::{Read, Seek};

/// No number tree may have more nodes.
const MOST: usize = 100_000;

impl<R: Read + Seek> Builder<'_, R> {
    /// Adds a `Form` element for a widget; returns the widget's `/StructParent`, or nothing where the document is
    /// not tagged.
    pub fn tag(&mut self, widget: Id, page: Id) -> Result<Option<i64>, PdfError> {
        let Some(root_id) = self.catalog()?.reference(b"StructTreeRoot") else {
            return Ok(None);
        };
        let root = self.dict(root_id)?;
        let element = self.new_id()?;
        let (parent, parent_dict) = self.parent(root_id, &root)?;

        let name = |name: &[u8]| Object::Name(name.to_vec());
        let mut content = Dict::default();
        content.set(b"Type", name(b"OBJR"));
        content.set(b"Obj", Object::Ref(widget));
        content.set(b"Pg", Object::Ref(page));
        let mut form = Dict::default();
        form.set(b"Type", name(b"StructElem"));
        form.set(b"S", name(b"Form"));
        form.set(b"P", Object::Ref(parent));
        form.set(b"Pg", Object::Ref(page));
        form.set(b"K", Object::Dict(content));
        if let Some(namespace) = parent_dict.get(b"NS") {
            form.set(b"NS", namespace.clone());
        }
        self.put(element, Object::Dict(form));

        // the parent's kids: one, or an array, here or elsewhere (14.7.2, table 355)
        let mut parent_dict = parent_dict;
        match parent_dict.get(b"K").cloned() {
            None => parent_dict.set(b"K", Object::Ref(element)),
            Some(Object::Array(mut kids)) => {
                kids.push(Object::Ref(element));
                parent_dict.set(b"K", Object::Array(kids));
            }
            Some(Object::Ref(id)) if matches!(self.object(id)?, Object::Array(_)) => {
                let Object::Array(mut kids) = self.object(id)? else {
                    return Ok(None);
                };
                kids.push(Object::Ref(element));
                self.put(id, Object::Array(kids));
            }
            Some(one) => parent_dict.set(b"K", Object::Array(vec![one, Object::Ref(element)])),
        }
        self.put(parent, Object::Dict(parent_dict));

        let mut root = self.dict(root_id)?;
        let key = self.next_key(&root)?;
        root.set(b"ParentTreeNextKey", Object::Int(key + 1));
        self.add_parent(&mut root, key, element)?;
        self.put(root_id, Object::Dict(root));
        Ok(Some(key))
    }

    /// The element that takes the new one: the document's single `Document`, or the root.
    fn parent(&mut self, root_id: Id, root: &Dict) -> Result<(Id, Dict), PdfError> {
        let kids = match root.get(b"K") {
            Some(Object::Ref(id)) => match self.object(*id)? {
                Object::Array(kids) => kids,
                _ => vec![Object::Ref(*id)],
            },
            Some(Object::Array(kids)) => kids.clone(),
            _ => Vec::new(),
        };
        if let [Object::Ref(id)] = kids[..] {
            let dict = self.dict(id)?;
            if dict.name(b"S") == Some(b"Document") {
                return Ok((id, dict));
            }
        }
        Ok((root_id, root.clone()))
    }

    /// The next free key of the parent tree, whatever `/ParentTreeNextKey` says.
    fn next_key(&mut self, root: &Dict) -> Result<i64, PdfError> {
        let mut next = root.int(b"ParentTreeNextKey").unwrap_or(0).max(0);
        let mut waiting: Vec<Object> = root.get(b"ParentTree").cloned().into_iter().collect();
        let mut seen = HashSet::new();
        while let Some(node) = waiting.pop() {
            if let Object::Ref(id) = node
                && (!seen.insert(id) || seen.len() > MOST)
            {
                return Err(PdfError::TooMuch("the parent tree".into()));
            }
            let node = self.resolved(&node)?;
            let Some(node) = node.as_dict() else { continue };
            for pair in self.array_of(node, b"Nums")?.chunks_exact(2) {
                next = next.max(pair[0].as_int().unwrap_or(0).saturating_add(1));
            }
            waiting.extend(self.array_of(node, b"Kids")?);
        }
        Ok(next)
    }

    /// Adds an entry to the parent tree: at the end of the root's numbers, or as a new leaf after its kids.
    fn add_parent(&mut self, root: &mut Dict, key: i64, element: Id) -> Result<(), PdfError> {
        let place = root.get(b"ParentTree").cloned();
        let mut tree = match &place {
            Some(Object::Ref(id)) => self.dict(*id)?,
            Some(Object::Dict(dict)) => dict.clone(),
            _ => Dict::default(),
        };
        let entry = [Object::Int(key), Object::Ref(element)];
        if tree.get(b"Kids").is_some() {
            let leaf = self.new_id()?;
            let mut dict = Dict::default();
            dict.set(
                b"Limits",
                Object::Array(vec![Object::Int(key), Object::Int(key)]),
            );
            dict.set(b"Nums", Object::Array(entry.to_vec()));
            self.put(leaf, Object::Dict(dict));
            let mut kids = self.array_of(&tree, b"Kids")?;
            kids.push(Object::Ref(leaf));
            tree.set(b"Kids", Object::Array(kids));
        } else {
            let mut numbers = self.array_of(&tree, b"Nums")?;
            numbers.extend(entry);
            tree.set(b"Nums", Object::Array(numbers));
        }
        match place {
            Some(Object::Ref(id)) => self.put(id, Object::Dict(tree)),
            _ => root.set(b"ParentTree", Object::Dict(tree)),
        }
        Ok(())
    }
}
