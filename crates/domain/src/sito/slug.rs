//! Addresses that people can read.

/// The last part of a page's address: lower-case ASCII letters and digits joined by hyphens,
/// at most 80 characters, cut at a word. `"Neve: scuole chiuse a Roccaverano"` gives
/// `neve-scuole-chiuse-a-roccaverano`; text without letters gives `pagina`.
pub fn slug(title: &str) -> String {
    let mut out = String::new();
    for word in title.split(|c: char| !c.is_alphanumeric()) {
        let word: String = word
            .chars()
            .flat_map(char::to_lowercase)
            .map(ascii)
            .collect();
        let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        if word.is_empty() {
            continue;
        }
        if out.len() + word.len() >= 80 {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&word);
    }
    if out.is_empty() { "pagina".into() } else { out }
}

fn ascii(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' | 'õ' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn accents_apostrophes_and_signs_become_readable() {
        assert_eq!(slug("Neve: scuole chiuse"), "neve-scuole-chiuse");
        assert_eq!(
            slug("L'università è più vicina"),
            "l-universita-e-piu-vicina"
        );
        assert_eq!(slug("«!!»"), "pagina");
    }

    #[test]
    fn a_long_title_is_cut_at_a_word() {
        let s = slug(&"parola ".repeat(40));
        assert!(s.len() <= 80 && s.ends_with("parola"), "{s}");
    }
}
