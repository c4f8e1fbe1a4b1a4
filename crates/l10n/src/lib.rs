//! The words of the product: `.ftl` sources ([Fluent](https://projectfluent.org)) in `it/` and `en/`,
//! one file per area, and a method of [`Lang`] generated from each message.
//!
//! A message that lacks an argument does not compile, and neither does one that exists in one language
//! only. At run time there is no Fluent engine: a message is a few `push_str`.
//!
//! ```
//! use l10n::Lang;
//! assert_eq!(Lang::It.line_waiting(3), "3 in attesa della rete");
//! assert_eq!(Lang::It.nav_sito(), "Sito");
//! ```

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Lang {
    /// Italian, the language of the desks.
    #[default]
    It,
    /// English.
    En,
}

impl Lang {
    /// The languages, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::It, Self::En];

    /// The language tag (BCP 47): `it`, `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::It => "it",
            Self::En => "en",
        }
    }

    /// The language with this tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The language's own name.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::It => "Italiano",
            Self::En => "English",
        }
    }

    /// A whole number as people read it: `10.000` in Italian (no point below 10.000, as the
    /// Accademia and CLDR have it), `10,000` in English.
    pub fn number(self, n: u64) -> String {
        let mut out = String::new();
        push_number(&mut out, self, n);
        out
    }

    /// A decimal number with a point as people read it: `25000.5` is `25.000,5` in Italian. What is no such number
    /// stays as it is.
    pub fn decimal(self, number: &str) -> String {
        let (whole, part) = match number.split_once('.') {
            Some((whole, part)) => (whole, Some(part)),
            None => (number, None),
        };
        let Ok(whole) = whole.parse() else {
            return number.to_owned();
        };
        let mut out = self.number(whole);
        if let Some(part) = part {
            out.push(match self {
                Self::It => ',',
                Self::En => '.',
            });
            out.push_str(part);
        }
        out
    }
}

fn push_number(out: &mut String, lang: Lang, n: u64) {
    let digits = n.to_string();
    let (mark, from) = match lang {
        Lang::It => ('.', 5),
        Lang::En => (',', 4),
    };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len() >= from && (digits.len() - at).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
}

mod messages {
    #![allow(clippy::single_char_add_str, reason = "generated")]

    use super::{Lang, push_number};

    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn numbers_are_grouped_as_each_language_does() {
        let of = |lang: Lang| [7, 999, 1000, 9999, 10_000, 1_234_567].map(|n| lang.number(n));
        assert_eq!(
            of(Lang::It),
            ["7", "999", "1000", "9999", "10.000", "1.234.567"]
        );
        assert_eq!(
            of(Lang::En),
            ["7", "999", "1,000", "9,999", "10,000", "1,234,567"]
        );
    }

    #[test]
    fn decimals_have_the_mark_of_each_language() {
        let of = |lang: Lang| ["25000", "150.99", "12000.5", "1·10^400"].map(|n| lang.decimal(n));
        assert_eq!(of(Lang::It), ["25.000", "150,99", "12.000,5", "1·10^400"]);
        assert_eq!(of(Lang::En), ["25,000", "150.99", "12,000.5", "1·10^400"]);
    }

    #[test]
    fn one_thing_and_many_things_have_words_of_their_own() {
        assert_eq!(Lang::It.line_conflicts(1), "1 da risolvere");
        assert_eq!(Lang::It.list_count(1), "1 pagina");
        assert_eq!(Lang::It.list_count(10_000), "10.000 pagine");
        assert_eq!(Lang::En.list_count(1), "1 page");
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), Some(lang));
        }
        assert_eq!(Lang::from_tag("de"), None);
    }
}
