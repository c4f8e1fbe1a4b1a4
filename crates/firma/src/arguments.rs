//! The words after the command.

use crate::Outcome;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Options that stand alone.
const FLAGS: [&str; 3] = ["json", "around", "pdf"];
/// Options that take the next word.
const OPTIONS: [&str; 10] = [
    "trust",
    "facts",
    "at",
    "basis",
    "content",
    "revocation",
    "p12",
    "module",
    "token",
    "out",
];

/// What was asked for.
#[derive(Debug, Default)]
pub struct Arguments {
    /// Words that belong to no option.
    pub files: Vec<PathBuf>,
    options: HashMap<&'static str, OsString>,
    flags: Vec<&'static str>,
}

impl Arguments {
    /// Sorts them.
    pub fn parse(words: impl Iterator<Item = OsString>) -> Outcome<Self> {
        let mut parsed = Self::default();
        let mut words = words;
        let mut only_files = false;
        while let Some(word) = words.next() {
            let name = word.to_str().and_then(|word| word.strip_prefix("--"));
            match name {
                Some("") if !only_files => only_files = true,
                Some(name) if !only_files => {
                    if let Some(flag) = FLAGS.iter().find(|flag| **flag == name) {
                        parsed.flags.push(flag);
                    } else if let Some(option) = OPTIONS.iter().find(|option| **option == name) {
                        let value = words
                            .next()
                            .ok_or_else(|| format!("--{name} needs a value"))?;
                        if parsed.options.insert(option, value).is_some() {
                            return Err(format!("--{name} is there twice").into());
                        }
                    } else {
                        return Err(format!("unknown option --{name}").into());
                    }
                }
                _ => parsed.files.push(word.into()),
            }
        }
        Ok(parsed)
    }

    /// Whether a flag is there.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    /// An option's text.
    pub fn text(&self, option: &str) -> Outcome<Option<&str>> {
        let Some(value) = self.options.get(option) else {
            return Ok(None);
        };
        Ok(Some(
            value
                .to_str()
                .ok_or_else(|| format!("--{option}: not UTF-8"))?,
        ))
    }

    /// An option's path.
    pub fn path(&self, option: &str) -> Option<&Path> {
        self.options.get(option).map(Path::new)
    }

    /// The one file.
    pub fn file(&self) -> Outcome<&Path> {
        match self.files.as_slice() {
            [file] => Ok(file),
            _ => Err("one file, please".into()),
        }
    }
}
