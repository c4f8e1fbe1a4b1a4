//! A body of version 2 before it is packed: JSON, then the bytes that JSON could only carry as base64.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | [`MARK`]; a body of version 1 begins with `{` |
//! | varint | length of the JSON |
//! | … | the JSON; where bytes belong stands the string `~K`, K counted from 0 |
//! | (varint, …)* | length and bytes of each |
//!
//! base64 hides from the compression that a text is one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The first byte of a frame.
pub(crate) const MARK: u8 = 2;

/// Bytes on their way out of the JSON.
#[derive(Default)]
pub(crate) struct Blobs<'a>(Vec<std::borrow::Cow<'a, [u8]>>);

impl Blobs<'_> {
    /// Takes base64url out of a string and leaves the place-holder. What is not base64url stays.
    pub fn take(&mut self, text: &mut String) {
        if let Ok(bytes) = URL_SAFE_NO_PAD.decode(text.as_bytes()) {
            *text = format!("~{}", self.0.len());
            self.0.push(bytes.into());
        }
    }

    /// Puts base64url where a place-holder stands; `None` where it points nowhere.
    pub fn put(&self, text: &mut String) -> Option<()> {
        if let Some(at) = text.strip_prefix('~') {
            let bytes = self.0.get(at.parse::<usize>().ok()?)?;
            *text = URL_SAFE_NO_PAD.encode(bytes);
        }
        Some(())
    }
}

/// Whether a body is a frame.
pub(crate) fn is_frame(body: &[u8]) -> bool {
    body.first() == Some(&MARK)
}

/// The bytes of a frame.
pub(crate) fn write(json: &[u8], blobs: &Blobs) -> Vec<u8> {
    let mut frame = vec![MARK];
    push(&mut frame, json);
    for blob in &blobs.0 {
        push(&mut frame, blob);
    }
    frame
}

/// JSON and bytes of a frame; `None` where it is none.
pub(crate) fn read(frame: &[u8]) -> Option<(&[u8], Blobs<'_>)> {
    let (&MARK, rest) = frame.split_first()? else {
        return None;
    };
    let (json, mut rest) = pull(rest)?;
    let mut blobs = Blobs::default();
    while !rest.is_empty() {
        let (blob, after) = pull(rest)?;
        blobs.0.push(blob.into());
        rest = after;
    }
    Some((json, blobs))
}

fn push(frame: &mut Vec<u8>, bytes: &[u8]) {
    push_varint(frame, bytes.len() as u64);
    frame.extend_from_slice(bytes);
}

fn pull(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = take_varint(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// Appends a number, seven bits a byte, the low ones first (LEB128).
pub fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// A number, and what follows it; `None` where there is none within nine bytes.
pub fn take_varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(at + 1..)?));
        }
    }
    None
}
