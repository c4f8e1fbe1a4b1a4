//! What must never be in a log: tax codes, addresses of e-mail, keys and tokens. Names are kept out by not
//! logging them; this catches what slips through in the words of an error.

/// Shortest run of letters and digits taken for a key or a token.
const TOKEN: usize = 32;

/// The line with what looks like personal data or a secret put out of sight.
pub fn redact(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut word = String::new();
    for c in line.chars() {
        if is_part(c) {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+' | '%')
}

fn flush(word: &mut String, out: &mut String) {
    let core = word.trim_matches('.');
    if is_mail(core) {
        out.push_str("[e-mail]");
    } else if is_tax_code(core) {
        out.push_str("[codice fiscale]");
    } else if is_token(core) {
        out.push_str("[segreto]");
    } else {
        out.push_str(word);
    }
    word.clear();
}

fn is_mail(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(who, host)| !who.is_empty() && host.contains('.'))
}

/// The pattern of D.M. 12 March 1974: six letters, two digits, a letter, two digits, a letter, three
/// digits, a letter; digits may be letters where two people would share a code (omocodia).
fn is_tax_code(word: &str) -> bool {
    const LETTERS: [usize; 9] = [0, 1, 2, 3, 4, 5, 8, 11, 15];
    word.len() == 16
        && word.bytes().enumerate().all(|(at, byte)| {
            let letter = byte.is_ascii_alphabetic();
            let stands_for_digit =
                byte.is_ascii_digit() || b"LMNPQRSTUV".contains(&byte.to_ascii_uppercase());
            if LETTERS.contains(&at) {
                letter
            } else {
                stands_for_digit
            }
        })
}

/// Long runs without a dot: keys, tokens, signatures. Identities of pages (UUIDs) have hyphens at known
/// places and stay, because the facilitatore needs them.
fn is_token(word: &str) -> bool {
    let uuid = word.len() == 36 && word.bytes().filter(|byte| *byte == b'-').count() == 4;
    word.len() >= TOKEN && !uuid && !word.contains('.')
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn tax_codes_mail_and_secrets_are_put_out_of_sight() {
        let line = "person RSSMRA85T10A562S, maria.rossi@comune.it, key 3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.";
        let shown = redact(line);
        assert_eq!(shown, "person [codice fiscale], [e-mail], key [segreto]");
        assert!(
            redact("RSSMRA85T1LA5NNS").contains("codice fiscale"),
            "omocodia"
        );
    }

    #[test]
    fn what_the_facilitatore_needs_stays() {
        let line = "page 0192f0c4-0000-7000-8000-0000000000aa failed in store/src/pull.rs:120, code 4F7K2A";
        assert_eq!(redact(line), line);
    }
}
