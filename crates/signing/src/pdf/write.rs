//! Objects back to bytes: those of the file that get a new entry. Whatever is new is written by pdf-writer; this
//! is for what must stay, to the last digit, as somebody else wrote it.

use super::object::{Dict, Object};
use std::io::Write as _;

impl Object {
    /// Appends the object's text.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend(b"null"),
            Self::Bool(true) => out.extend(b"true"),
            Self::Bool(false) => out.extend(b"false"),
            Self::Int(value) => out.extend(value.to_string().as_bytes()),
            Self::Real(text) => out.extend(text),
            Self::Name(name) => write_name(name, out),
            Self::Str(bytes) => {
                out.push(b'<');
                for byte in bytes {
                    // writing to a vector cannot fail
                    let _ = write!(out, "{byte:02X}");
                }
                out.push(b'>');
            }
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b' ');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Dict(dict) => dict.write(out),
            // its bytes stay where they are: only its dictionary can be written
            Self::Stream(stream) => stream.dict.write(out),
            Self::Ref(id) => out.extend(format!("{} {} R", id.number, id.generation).as_bytes()),
        }
    }
}

impl Dict {
    /// Appends the dictionary's text.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend(b"<<");
        for (key, value) in &self.entries {
            out.push(b'\n');
            write_name(key, out);
            out.push(b' ');
            value.write(out);
        }
        out.extend(b"\n>>");
    }
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"-_.+:*!$&'=?@^`|~,;\"\\".contains(&byte) {
            out.push(byte);
        } else {
            let _ = write!(out, "#{byte:02X}");
        }
    }
}
