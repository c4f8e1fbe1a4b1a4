//! The few words of CSS that carry meaning in a paste.

/// A property of a `style` attribute, lower case, trimmed. Whole names only: `mso-bidi-font-weight` is not
/// `font-weight`.
pub(super) fn property(style: &str, name: &str) -> Option<String> {
    style.split(';').rev().find_map(|rule| {
        let (key, value) = rule.split_once(':')?;
        let value = value.trim().trim_end_matches("!important");
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_ascii_lowercase())
    })
}

/// `Some` where the style says whether text is bold.
pub(super) fn bold(style: &str) -> Option<bool> {
    match property(style, "font-weight")?.as_str() {
        "bold" | "bolder" => Some(true),
        "normal" | "lighter" => Some(false),
        weight => weight.parse::<u32>().ok().map(|weight| weight >= 600),
    }
}

/// `Some` where the style says whether text is italic.
pub(super) fn italic(style: &str) -> Option<bool> {
    match property(style, "font-style")?.as_str() {
        "italic" | "oblique" => Some(true),
        "normal" => Some(false),
        _ => None,
    }
}

pub(super) fn is_hidden(style: &str) -> bool {
    property(style, "display").is_some_and(|value| value == "none")
        || property(style, "visibility").is_some_and(|value| value == "hidden")
        || property(style, "mso-hide").is_some_and(|value| value == "all")
}

/// Word's list paragraph: the list (`l0`) and the level from 1, of `mso-list: l0 level2 lfo1`.
pub(super) fn mso_list(style: &str) -> Option<(String, u8)> {
    let value = property(style, "mso-list")?;
    let level = value
        .split_whitespace()
        .find_map(|word| word.strip_prefix("level")?.parse().ok())?;
    let list = value.split_whitespace().next().unwrap_or_default();
    Some((list.to_owned(), level))
}

/// Whether a paragraph's marker, as Word writes it out, numbers or only points.
pub(super) fn is_number(marker: &str) -> bool {
    let marker = marker.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}');
    let core = marker.trim_matches(['.', ')', '(', '°', '-', ':']);
    // Word's second bullet is the letter "o" in a typewriter face; a letter that numbers has a dot or bracket.
    let numbers = core.chars().any(|c| c.is_ascii_digit());
    let short = core.len() <= 6 && core.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    short && !core.is_empty() && (numbers || core.len() < marker.len())
}

/// Whether the style sheet of the paste says that a level of a list has bullets
/// (`@list l0:level2 {mso-level-number-format:bullet; ...}`); `None` where it does not speak of it.
pub(super) fn sheet_says_bullet(sheet: &str, list: &str, level: u8) -> Option<bool> {
    let name = format!("@list {list}:level{level}");
    let rest = sheet
        .match_indices(&name)
        .map(|(at, _)| sheet.get(at + name.len()..).unwrap_or_default())
        .find(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))?;
    let rules = rest.split_once('{')?.1.split('}').next()?;
    let format = property(rules, "mso-level-number-format");
    Some(format.is_some_and(|format| format == "bullet" || format == "image"))
}
