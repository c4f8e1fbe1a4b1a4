//! `--name value` pairs.

use crate::Outcome;
use std::collections::BTreeMap;
use std::str::FromStr;

pub(crate) struct Arguments(BTreeMap<String, String>);

impl Arguments {
    pub fn parse(words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut pairs = BTreeMap::new();
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            let name = word
                .strip_prefix("--")
                .ok_or_else(|| format!("{word:?} is not an option"))?;
            let value = words.next_if(|next| !next.starts_with("--"));
            pairs.insert(name.to_owned(), value.unwrap_or_default());
        }
        Ok(Self(pairs))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn need(&self, name: &str) -> Outcome<&str> {
        Ok(self
            .get(name)
            .ok_or_else(|| format!("--{name} is missing"))?)
    }

    pub fn number<T: FromStr>(&self, name: &str, otherwise: T) -> Outcome<T> {
        match self.get(name) {
            None => Ok(otherwise),
            Some(text) => text
                .parse()
                .map_err(|_| format!("--{name} takes a number").into()),
        }
    }
}
