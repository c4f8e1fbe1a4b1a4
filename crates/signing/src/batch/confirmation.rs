//! What a person said yes to.

use super::Item;
use crate::{Digest, Hash};
use serde::{Deserialize, Serialize};

/// A yes to a list of documents and a certificate: a hash over both. It is made from what the person was *shown*,
/// by whoever showed it, and compared with what is about to be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation(Digest);

impl Confirmation {
    /// The yes to these documents, in this order, under this certificate (DER).
    #[must_use]
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>, certificate: &[u8]) -> Self {
        let mut all = b"comuni-in-rete/batch/1".to_vec();
        // Each part with its length: no two lists give the same bytes.
        let mut add = |part: &[u8]| {
            all.extend_from_slice(&(part.len() as u64).to_be_bytes());
            all.extend_from_slice(part);
        };
        add(&Hash::Sha256.of(certificate).bytes);
        for item in items {
            add(item.id.as_bytes());
            add(item.name.as_bytes());
            add(match item.shown.hash {
                Hash::Sha256 => b"sha256",
                Hash::Sha384 => b"sha384",
                Hash::Sha512 => b"sha512",
            });
            add(&item.shown.bytes);
        }
        Self(Hash::Sha256.of(&all))
    }

    /// The hash, to be shown or written to the log of who confirmed what.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.0
    }
}
