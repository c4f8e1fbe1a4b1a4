//! The form of a document, and the signatures in it (ISO 32000-2, 12.7, 12.8).

use crate::pdf::{Dict, File, Id, Object, PdfError, View, text};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::io::{Read, Seek};

/// No form may have more fields, or lie deeper.
const MOST: usize = 100_000;
const DEPTH: usize = 32;

/// What a signature field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A signature of somebody.
    Signature,
    /// A document time stamp (`ETSI.RFC3161`, EN 319 142-1, 5.4.3).
    Timestamp,
}

/// A terminal field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Its full name: the partial names with dots between (12.7.4.2).
    pub name: String,
    pub id: Id,
    pub dict: Dict,
    /// `/FT`, inherited.
    pub kind: Vec<u8>,
    /// `/V`, inherited, as it stands.
    pub value: Option<Object>,
    /// Its widgets: itself, or its kids.
    pub widgets: Vec<Id>,
}

impl Field {
    pub fn is_signature(&self) -> bool {
        self.kind == b"Sig"
    }
}

/// All terminal fields, in order.
pub(crate) fn fields<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
) -> Result<Vec<Field>, PdfError> {
    let catalog = file.catalog(view)?;
    let form = file.dict(view, &catalog, b"AcroForm")?;
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting: Vec<Node> = Vec::new();
    for field in file.array(view, &form, b"Fields")?.iter().rev() {
        waiting.extend(field.as_ref().map(|id| Node {
            id,
            name: String::new(),
            kind: Vec::new(),
            value: None,
            depth: 0,
        }));
    }
    while let Some(node) = waiting.pop() {
        if !seen.insert(node.id) {
            continue;
        }
        if seen.len() > MOST || node.depth > DEPTH {
            return Err(PdfError::TooMuch("the form".into()));
        }
        let object = file.get(view, node.id)?;
        let Object::Dict(dict) = &*object else {
            continue;
        };
        let node = node.below(dict);
        let (mut fields, mut widgets) = (Vec::new(), Vec::new());
        for kid in file
            .array(view, dict, b"Kids")?
            .iter()
            .filter_map(Object::as_ref)
        {
            let is_field = file
                .get(view, kid)?
                .as_dict()
                .is_some_and(|kid| kid.get(b"T").is_some());
            if is_field {
                fields.push(kid)
            } else {
                widgets.push(kid)
            }
        }
        if fields.is_empty() {
            if widgets.is_empty() {
                widgets.push(node.id);
            }
            found.push(Field {
                name: node.name,
                id: node.id,
                dict: dict.clone(),
                kind: node.kind,
                value: node.value,
                widgets,
            });
        } else {
            waiting.extend(fields.into_iter().rev().map(|id| Node {
                id,
                depth: node.depth + 1,
                ..node.clone()
            }));
        }
    }
    Ok(found)
}

#[derive(Clone)]
struct Node {
    id: Id,
    name: String,
    kind: Vec<u8>,
    value: Option<Object>,
    depth: usize,
}

impl Node {
    /// What a field has of its own goes before what it inherits (12.7.4.1).
    fn below(mut self, dict: &Dict) -> Self {
        if let Some(part) = dict.get(b"T").and_then(Object::as_str) {
            if !self.name.is_empty() {
                self.name.push('.');
            }
            self.name.push_str(&text(part));
        }
        if let Some(kind) = dict.name(b"FT") {
            self.kind = kind.to_vec();
        }
        if let Some(value) = dict.get(b"V") {
            self.value = Some(value.clone());
        }
        self
    }
}
