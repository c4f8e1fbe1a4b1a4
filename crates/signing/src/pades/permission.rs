//! What earlier signatures allow to be done to a document (ISO 32000-2, 12.8.2).

use crate::pdf::{Dict, File, Object, PdfError, View, text};
use serde::{Deserialize, Serialize};
use std::io::{Read, Seek};

/// What a certification allows (`DocMDP`, 12.8.2.2, table 257). Validation data and document time stamps are always
/// allowed (EN 319 142-1, 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// 1: no change.
    Nothing,
    /// 2: filling in forms, and signing.
    FormFilling,
    /// 3: annotations too.
    Annotations,
}

impl Permission {
    pub(crate) fn of(value: i64) -> Self {
        match value {
            2 => Self::FormFilling,
            3 => Self::Annotations,
            // also what the standard does not know: the narrower reading
            _ => Self::Nothing,
        }
    }

    /// The narrower of two; what is not said narrows nothing.
    pub(crate) fn narrower(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        one.into_iter().chain(other).min()
    }

    pub(crate) fn value(self) -> i32 {
        match self {
            Self::Nothing => 1,
            Self::FormFilling => 2,
            Self::Annotations => 3,
        }
    }
}

/// Which fields a signature locks (`FieldMDP`, 12.8.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lock {
    /// All.
    All,
    /// These, and those below them.
    Include(Vec<String>),
    /// All but these, and those below them.
    Exclude(Vec<String>),
}

impl Lock {
    /// Whether a field is locked, by its full name.
    #[must_use]
    pub fn locks(&self, field: &str) -> bool {
        let among = |names: &[String]| {
            names.iter().any(|name| {
                field
                    .strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match self {
            Self::All => true,
            Self::Include(names) => among(names),
            Self::Exclude(names) => !among(names),
        }
    }

    /// From `/Action` and `/Fields`, of a transform's parameters or of a field's `/Lock`.
    pub(crate) fn read<R: Read + Seek>(
        file: &mut File<R>,
        view: &View,
        dict: &Dict,
    ) -> Result<Option<Self>, PdfError> {
        let mut names = Vec::new();
        for item in file.array(view, dict, b"Fields")? {
            names.extend(file.resolve(view, &item)?.as_str().map(text));
        }
        Ok(match dict.name(b"Action") {
            Some(b"All") => Some(Self::All),
            Some(b"Include") => Some(Self::Include(names)),
            Some(b"Exclude") => Some(Self::Exclude(names)),
            _ => None,
        })
    }
}

/// What one signature asks of those who come after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Of a certification.
    pub certification: Option<Permission>,
    /// Of its field locks.
    pub lock: Option<Lock>,
    /// The narrowest of what it allows: its certification, and `/P` of the lock of its field, which any signature
    /// may bring (12.7.5.5, table 236, PDF 2.0: "permissions can be denied but not added").
    pub allows: Option<Permission>,
}

/// Reads `/Reference` of a signature (12.8.1, table 256), and `/Lock` of the field it is in.
pub(crate) fn rules<R: Read + Seek>(
    file: &mut File<R>,
    view: &View,
    field: &Dict,
    signature: &Dict,
) -> Result<Rules, PdfError> {
    let mut rules = Rules::default();
    for reference in file.array(view, signature, b"Reference")? {
        let reference = file.resolve(view, &reference)?;
        let Some(reference) = reference.as_dict() else {
            continue;
        };
        let parameters = file.dict(view, reference, b"TransformParams")?;
        match reference.name(b"TransformMethod") {
            Some(b"DocMDP") => {
                let value = file.value(view, &parameters, b"P")?;
                rules.certification = Some(Permission::of(match &*value {
                    Object::Null => 2,
                    other => other.as_int().unwrap_or(1),
                }));
            }
            Some(b"FieldMDP") => {
                // an action nobody knows locks everything
                rules.lock = Some(Lock::read(file, view, &parameters)?.unwrap_or(Lock::All));
            }
            _ => {}
        }
    }
    let lock = file.dict(view, field, b"Lock")?;
    let denied = match &*file.value(view, &lock, b"P")? {
        Object::Null => None,
        value => Some(Permission::of(value.as_int().unwrap_or(1))),
    };
    rules.allows = Permission::narrower(rules.certification, denied);
    Ok(rules)
}
