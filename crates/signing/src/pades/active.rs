//! What in a document could change what it shows, or act, without a byte changing.

use crate::pdf::{Dict, File, Id, Object, PdfError, View};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};
use std::io::{Read, Seek};

/// A kind of active content (CAD art. 20 and DPCM 22 February 2013, art. 4: no macros, no executable code).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Active {
    /// JavaScript (ISO 32000-2, 12.6.4.17).
    Script,
    /// Starts a program (12.6.4.6).
    Launch,
    /// An XFA form: its content is a program of its own.
    Xfa,
    /// Content that lies in another file (7.3.8.2 `/F`, 8.10.4 reference `XObject`s).
    ExternalContent,
    /// Files within the file (7.11.4).
    EmbeddedFile,
    /// Sends or loads form data (12.7.6).
    FormData,
    /// Sound, film, 3D, rich media.
    Multimedia,
    /// Layers that may be shown or not (8.11).
    OptionalContent,
    /// Leads to another file (12.6.4.3, 12.6.4.4).
    OtherFile,
}

impl Active {
    /// Whether a document with it is not signed at all; the others are only told.
    #[must_use]
    pub fn forbids(self) -> bool {
        matches!(
            self,
            Self::Script | Self::Launch | Self::Xfa | Self::ExternalContent
        )
    }
}

/// Looks at every object that can be reached. Whatever cannot be read on the way is an error: what nobody can read
/// nobody signs.
pub(crate) fn find<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
) -> Result<Vec<Active>, PdfError> {
    let mut found = BTreeSet::new();
    let mut seen: HashSet<Id> = HashSet::new();
    let mut waiting: Vec<Id> = Vec::new();
    let catalog = file.catalog(view)?;
    if catalog.get(b"OCProperties").is_some() {
        found.insert(Active::OptionalContent);
    }
    look(
        &Object::Dict(view.trailer().clone()),
        &mut found,
        &mut waiting,
    );
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            let object = file.get(view, id)?;
            look(&object, &mut found, &mut waiting);
        }
    }
    Ok(found.into_iter().collect())
}

fn look(object: &Object, found: &mut BTreeSet<Active>, waiting: &mut Vec<Id>) {
    match object {
        Object::Ref(id) => waiting.push(*id),
        Object::Array(items) => items.iter().for_each(|item| look(item, found, waiting)),
        Object::Dict(dict) => look_in(dict, found, waiting),
        Object::Stream(stream) => {
            let reference =
                stream.dict.name(b"Subtype") == Some(b"Form") && stream.dict.get(b"Ref").is_some();
            if stream.dict.get(b"F").is_some() || reference {
                found.insert(Active::ExternalContent);
            }
            look_in(&stream.dict, found, waiting);
        }
        _ => {}
    }
}

fn look_in(dict: &Dict, found: &mut BTreeSet<Active>, waiting: &mut Vec<Id>) {
    let is =
        |key: &[u8], values: &[&[u8]]| dict.name(key).is_some_and(|name| values.contains(&name));
    let has = |key: &[u8]| dict.get(key).is_some();
    for (kind, here) in [
        (Active::Script, has(b"JS") || is(b"S", &[b"JavaScript"])),
        (Active::Launch, is(b"S", &[b"Launch"])),
        (Active::Xfa, has(b"XFA")),
        (
            Active::EmbeddedFile,
            has(b"EF") || is(b"Type", &[b"EmbeddedFile"]),
        ),
        (Active::FormData, is(b"S", &[b"SubmitForm", b"ImportData"])),
        (
            Active::Multimedia,
            is(
                b"S",
                &[
                    b"Rendition",
                    b"Movie",
                    b"Sound",
                    b"RichMediaExecute",
                    b"GoTo3DView",
                ],
            ) || is(
                b"Subtype",
                &[b"Movie", b"Sound", b"RichMedia", b"3D", b"Screen"],
            ),
        ),
        (Active::OtherFile, is(b"S", &[b"GoToR", b"GoToE"])),
    ] {
        if here {
            found.insert(kind);
        }
    }
    dict.entries
        .iter()
        .for_each(|(_, value)| look(value, found, waiting));
}
