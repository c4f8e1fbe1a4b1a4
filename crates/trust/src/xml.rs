//! The text of a list before anything believes it: bounded, UTF-8, no document type, no depth without end.

use crate::TrustError;
use bergshamra_xml::Document;
use bergshamra_xml::uppsala::parser::Parser;

/// The largest list, in bytes: the largest published one is about 5 MB.
pub const MAX_LIST: usize = 16 * 1024 * 1024;
/// The deepest nesting: a list needs fewer than 20.
const MAX_DEPTH: u32 = 64;

/// The text of a list.
///
/// # Errors
/// [`TrustError::TooLarge`], [`TrustError::Xml`] where it is not UTF-8, [`TrustError::Doctype`].
pub fn text(bytes: &[u8]) -> Result<&str, TrustError> {
    if bytes.len() > MAX_LIST {
        return Err(TrustError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| TrustError::Xml(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Wherever it stands, even in a comment: no list has it, and no parser is then asked what it makes of it.
    if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
        return Err(TrustError::Doctype);
    }
    Ok(text)
}

/// Parses it for the check of the signature.
///
/// # Errors
/// [`TrustError::Xml`].
pub fn document(text: &str) -> Result<Document<'_>, TrustError> {
    Parser::new()
        .with_max_depth(MAX_DEPTH)
        .with_forbid_dtd(true)
        .parse(text)
        .map_err(|error| TrustError::Xml(error.to_string()))
}
