//! The objects of ISO 32000-2, clause 7.3.

use std::ops::Range;

/// Names an indirect object (7.3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    pub number: u32,
    pub generation: u16,
}

/// One object. Reals keep their text: what is written back must not differ by a rounding.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Object {
    Null,
    Bool(bool),
    Int(i64),
    Real(Vec<u8>),
    Name(Vec<u8>),
    Str(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    Stream(Stream),
    Ref(Id),
}

/// A stream: its dictionary, and where in the file its (still encoded) bytes are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stream {
    pub dict: Dict,
    pub data: Range<u64>,
}

/// A dictionary in its order. Keys that come twice stay twice: readers differ on which one counts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dict {
    pub entries: Vec<(Vec<u8>, Object)>,
}

impl Dict {
    /// The value of a key; `null` is the same as nothing (7.3.7).
    pub fn get(&self, key: &[u8]) -> Option<&Object> {
        self.entries
            .iter()
            .find(|(name, value)| name == key && *value != Object::Null)
            .map(|(_, value)| value)
    }

    pub fn set(&mut self, key: &[u8], value: Object) {
        match self.entries.iter_mut().find(|(name, _)| name == key) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((key.to_vec(), value)),
        }
    }

    pub fn remove(&mut self, key: &[u8]) {
        self.entries.retain(|(name, _)| name != key);
    }

    pub fn name(&self, key: &[u8]) -> Option<&[u8]> {
        self.get(key).and_then(Object::as_name)
    }

    pub fn int(&self, key: &[u8]) -> Option<i64> {
        self.get(key).and_then(Object::as_int)
    }

    pub fn reference(&self, key: &[u8]) -> Option<Id> {
        self.get(key).and_then(Object::as_ref)
    }

    /// Whether a key comes more than once.
    pub fn is_ambiguous(&self) -> bool {
        let mut keys: Vec<_> = self.entries.iter().map(|(name, _)| name).collect();
        keys.sort_unstable();
        keys.windows(2).any(|pair| pair[0] == pair[1])
    }
}

impl Object {
    pub fn as_name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self {
            Some(name)
        } else {
            None
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// An integer or a real as a number.
    #[allow(clippy::cast_precision_loss)] // measures on a page
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Real(text) => std::str::from_utf8(text).ok()?.parse().ok(),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&[u8]> {
        if let Self::Str(bytes) = self {
            Some(bytes)
        } else {
            None
        }
    }

    pub fn as_ref(&self) -> Option<Id> {
        if let Self::Ref(id) = self {
            Some(*id)
        } else {
            None
        }
    }

    pub fn as_array(&self) -> Option<&[Object]> {
        if let Self::Array(items) = self {
            Some(items)
        } else {
            None
        }
    }

    /// The dictionary, of a stream too.
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            Self::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }
}

/// A text string (7.9.2.2) as a person reads it.
pub(crate) fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => {
            let units: Vec<u16> = rest
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // PDFDocEncoding is Latin-1 but for a few signs that no name of a field or a person needs.
        _ => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
