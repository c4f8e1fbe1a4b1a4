//! XMP that was written anew: whether it says the same, but for who wrote it and when.

/// What every writer changes: when, with what, and the name of the version (XMP specification part 1, 8.4).
const FREE: [&str; 6] = [
    "xmp:ModifyDate",
    "xmp:MetadataDate",
    "pdf:Producer",
    "xmpMM:InstanceID",
    "x:xmptk",
    "xmp:CreatorTool",
];

/// Whether two packets say the same. Their XML is compared as text, without the properties that are free and without
/// white space and processing instructions: what is not recognised counts as different.
pub(crate) fn says_the_same(old: &[u8], new: &[u8]) -> bool {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(old), std::str::from_utf8(new)) else {
        return false;
    };
    let mut texts = (strip(old), strip(new));
    texts.0.sort_unstable();
    texts.1.sort_unstable();
    texts.0 == texts.1
}

/// The elements, attributes and texts that count.
fn strip(xml: &str) -> Vec<String> {
    let mut rest = xml.to_owned();
    for name in FREE {
        while let Some(start) = rest.find(&format!("<{name}>")) {
            let close = format!("</{name}>");
            let Some(len) = rest[start..].find(&close) else {
                break;
            };
            rest.replace_range(start..start + len + close.len(), "");
        }
        while let Some(start) = rest.find(&format!("{name}=\"")) {
            let value = start + name.len() + 2;
            let Some(len) = rest[value..].find('"') else {
                break;
            };
            rest.replace_range(start..=value + len, "");
        }
    }
    let mut parts = Vec::new();
    for part in rest.split(['<', '>']) {
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        if !part.is_empty() && !part.starts_with('?') {
            parts.push(part.trim_end_matches('/').trim().to_owned());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_when_and_with_what_may_differ() {
        let xmp = |title: &str, date: &str| {
            format!("<?xpacket begin=''?><r xmp:ModifyDate=\"{date}\"><dc:title>{title}</dc:title>\n<pdf:Producer>{date}</pdf:Producer></r>").into_bytes()
        };
        assert!(says_the_same(
            &xmp("Delibera", "2026"),
            &xmp("Delibera", "2027")
        ));
        assert!(!says_the_same(
            &xmp("Delibera", "2026"),
            &xmp("Revoca", "2026")
        ));
    }
}
