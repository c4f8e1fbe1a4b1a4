//! What a link of the source is to us.

use crate::normal::is_link;

pub(super) enum Target {
    /// It may stand.
    Good(String),
    /// A file of the PC or of the local network, by its name.
    Local(String),
    /// A place in the same document, or nothing at all: no link, and nothing to tell.
    Nothing,
    /// Scripts, data, relative addresses, unknown schemes.
    Other,
}

pub(super) fn classify(href: &str) -> Target {
    // Browsers ignore these inside an address, so "java\nscript:" must not look like a path.
    let href: String = href
        .trim()
        .chars()
        .filter(|c| !matches!(c, '\n' | '\r' | '\t'))
        .collect();
    if href.is_empty() || href.starts_with('#') || href.starts_with("about:") {
        return Target::Nothing;
    }
    if is_local(&href) {
        return Target::Local(file_name(&href));
    }
    let href = href.replace(' ', "%20");
    if is_link(&href) {
        Target::Good(href)
    } else {
        Target::Other
    }
}

fn is_local(href: &str) -> bool {
    let lower = href.to_ascii_lowercase();
    let drive = matches!(lower.as_bytes(), [letter, b':', ..] if letter.is_ascii_lowercase());
    drive || lower.starts_with("file:") || href.starts_with("\\\\") || href.starts_with("..\\")
}

fn file_name(href: &str) -> String {
    let name = href.rsplit(['/', '\\']).next().unwrap_or_default();
    name.replace("%20", " ").chars().take(120).collect()
}
