//! A PIN that is searched for: one that is nowhere by chance, the search, and a helper whose pipes are recorded.

use std::path::{Path, PathBuf};
use token::wire::{self, Request};

/// A PIN that is nowhere by chance, and not in this program's text.
#[must_use]
pub fn canary() -> String {
    let mut bytes = [0; 6];
    openssl::rand::rand_bytes(&mut bytes).unwrap();
    bytes.iter().map(|b| format!("{:02}", b % 100)).collect()
}

/// Whether these bytes are there, as they are.
#[must_use]
pub fn holds(place: &[u8], word: &[u8]) -> bool {
    place.windows(word.len()).any(|window| window == word)
}

/// How a PIN is written in a place, if it is there at all: whoever leaks one seldom leaves it in plain text alone.
#[must_use]
pub fn spelled(place: &[u8], pin: &str) -> Option<&'static str> {
    let wide: Vec<u8> = pin.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex: String = pin.bytes().map(|byte| format!("{byte:02x}")).collect();
    // Without the end, which depends on what follows.
    let mut base64 = openssl::base64::encode_block(pin.as_bytes());
    base64.truncate(pin.len() / 3 * 4);
    let spellings = [
        ("as it is", pin.as_bytes().to_vec()),
        ("in UTF-16", wide),
        ("in hexadecimal digits", hex.into_bytes()),
        ("in base64", base64.into_bytes()),
    ];
    spellings
        .into_iter()
        .find_map(|(how, bytes)| holds(place, &bytes).then_some(how))
}

/// What went through a helper's pipes, byte by byte.
pub struct Tape {
    folder: tempfile::TempDir,
}

impl Tape {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A program that is the helper to whoever starts it, and is recorded.
    #[cfg(unix)]
    pub fn helper(&self) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let program = self.at("recorded");
        let quoted = |path: PathBuf| format!("'{}'", path.display());
        let [asked, answered, said] =
            ["asked", "answered", "said"].map(|name| quoted(self.at(name)));
        let helper = quoted(crate::helper());
        let script =
            format!("#!/bin/sh\ntee -a {asked} | {helper} 2>>{said} | tee -a {answered}\n");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        program
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All that the helper answered.
    pub fn answered(&self) -> Vec<u8> {
        read(&self.at("answered"))
    }

    /// All that the helper and its driver wrote to standard error.
    pub fn said(&self) -> Vec<u8> {
        read(&self.at("said"))
    }

    /// All that the helper was asked, with the secret beside each.
    pub fn asked(&self) -> Vec<(Request, Vec<u8>)> {
        let bytes = read(&self.at("asked"));
        let mut rest = bytes.as_slice();
        std::iter::from_fn(|| wire::read(&mut rest).unwrap())
            .map(|frame| (frame.body().unwrap(), frame.secret.to_vec()))
            .collect()
    }

    /// The rule of the pipe: a PIN goes to the helper as the secret of one login each time it was typed, is in no
    /// request's body, and never comes back.
    pub fn holds_only_typed(&self, typed: &[&str]) {
        let asked = self.asked();
        let secrets: Vec<_> = asked
            .iter()
            .filter(|(_, secret)| !secret.is_empty())
            .collect();
        for (request, _) in &secrets {
            assert!(matches!(request, Request::Login { .. }), "{request:?}");
        }
        let sent: Vec<_> = secrets
            .iter()
            .map(|(_, secret)| secret.as_slice())
            .collect();
        let expected: Vec<_> = typed.iter().map(|pin| pin.as_bytes()).collect();
        assert_eq!(sent, expected, "what was typed, once each, in its order");
        let bodies: String = asked
            .iter()
            .map(|(body, _)| format!("{body:?}\n"))
            .collect();
        for pin in typed {
            assert_eq!(spelled(bodies.as_bytes(), pin), None, "in a request");
            assert_eq!(spelled(&self.answered(), pin), None, "in an answer");
            assert_eq!(spelled(&self.said(), pin), None, "in standard error");
        }
    }
}

/// Nothing, where nothing was written yet.
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{canary, spelled};

    #[test]
    fn a_planted_canary_is_found_in_each_spelling() {
        let pin = canary();
        let wide: Vec<u8> = pin.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let hex: String = pin.bytes().map(|byte| format!("{byte:02x}")).collect();
        let base64 = openssl::base64::encode_block(format!("{pin}!").as_bytes());
        let planted = [pin.clone().into_bytes(), wide, hex.into(), base64.into()];
        for bytes in planted {
            let place = [b"before", &*bytes, b"after"].concat();
            assert!(spelled(&place, &pin).is_some(), "{place:?}");
        }
        let other: String = pin.chars().rev().chain("x".chars()).collect();
        assert_eq!(spelled(b"nothing here", &other), None);
    }
}
