//! Where belief starts: the certificates that the Official Journal of the Union names for the list of lists.

use crate::xmldsig::Fingerprint;
use std::collections::HashSet;

/// OJ C/2026/1944, 15 April 2026 (replaces the one below; the transition ended on 29 April 2026). The values are
/// those of the certificates that pyHanko 0.38 carries for that notice; one of them signed the list of lists of
/// 31 May 2024.
const OJ_C_2026_1944: [&str; 6] = [
    "c0641c4f7d56c431b1c924742db7fce9c1eef7d7fd212113a2768486b3abcdc5",
    "e0a620fbb6747362bb933ac44169d676a553444716cf5f31605f12a22b8396b1",
    "df7e29360c34b2b8d6d5f40325c1d4d12c9922cecd33b7407674a74b2b3ca1e5",
    "b63d416744e7098bf9ec2caa596a93bc2468e37f8284ba65ecc061711bcbaa18",
    "236103f03a8031ae8f47f9059bf8de38564cdbfebedde4a597d50f8980aa653b",
    "d2064fdd70f6982dcc516b86d9d5c56aea939417c624b2e478c0b29de54f8474",
];

/// OJ C 276, 16 August 2019: for lists that were kept from before the notice of 2026, and their pivots.
const OJ_C_276_2019: [&str; 8] = [
    "5400ab712c41aaf0c40b505e264d5494d8af4180f8f62955d16223b3290f97c3",
    "9c1a3b646eaf132398ef319e41c8e7ed725b64d5772580ae125d59c0f6845630",
    "59a1bf290b818b177ad61ac4b3e6dcddd46da6d5be9579f8564adea6f2cf073e",
    "8e508f03b132500c3403db66e9dd39cd78f4657c840958a77d34e7bd621468e7",
    "c1a37db48cd5e0479b97f4de32e3a7470c52aafb94c1656ef56f97503992c8a7",
    "d2064fdd70f6982dcc516b86d9d5c56aea939417c624b2e478c0b29de54f8474",
    "435504bfd802edf4db08cbd7c7729a0d45b227797b727e4e6ea1d31684166342",
    "ccd879b36bb553685becbd12901c7f41f7bd3e07f898fcbbe1eec456b03d7589",
];

/// The certificates that may sign the list of lists, or its first pivot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots(pub(crate) HashSet<Fingerprint>);

impl Roots {
    /// Those of the notice in force.
    #[must_use]
    pub fn official_journal() -> Self {
        Self(OJ_C_2026_1944.iter().filter_map(|hex| parse(hex)).collect())
    }

    /// Those of the notice of 2019, for lists from before 29 April 2026.
    #[must_use]
    pub fn official_journal_2019() -> Self {
        Self(OJ_C_276_2019.iter().filter_map(|hex| parse(hex)).collect())
    }

    /// Others: certificates in DER.
    pub fn of<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(certificates.into_iter().map(openssl::sha::sha256).collect())
    }

    /// Others: SHA-256 of certificates, as the Official Journal prints them (hex, with or without colons and
    /// spaces). None where a word is no such hash.
    pub fn fingerprints<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        texts
            .into_iter()
            .map(parse)
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Which ones, in an order of their own: for what is cached under them.
    pub(crate) fn sorted(&self) -> Vec<Fingerprint> {
        let mut all: Vec<_> = self.0.iter().copied().collect();
        all.sort_unstable();
        all
    }
}

fn parse(text: &str) -> Option<Fingerprint> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b':' | b' '))
        .map(|byte| {
            char::from(byte)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect();
    bytes.try_into().ok().filter(|_| digits.len() == 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printed_hash_is_one() {
        assert_eq!(Roots::official_journal().0.len(), OJ_C_2026_1944.len());
        assert_eq!(Roots::official_journal_2019().0.len(), OJ_C_276_2019.len());
    }

    #[test]
    fn hashes_are_read_as_they_are_printed() {
        let plain = OJ_C_2026_1944[0];
        let colons: Vec<_> = plain
            .as_bytes()
            .chunks(2)
            .map(|two| String::from_utf8_lossy(two).to_uppercase())
            .collect();
        let colons = colons.join(":");
        assert_eq!(
            Roots::fingerprints([plain]),
            Roots::fingerprints([colons.as_str()])
        );
        assert_eq!(Roots::fingerprints([&plain[1..]]), None);
        assert_eq!(Roots::fingerprints(["nessuno"]), None);
    }
}
