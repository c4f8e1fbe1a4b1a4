//! The part of signing that belongs to a format.

use super::Item;
use crate::Digest;

/// Signs one kind of document: PDF, `.p7m`.
pub trait Job {
    /// What is kept between the hash and its signature.
    type Work;
    /// Why a document is not signed, in the format's own words.
    type Refusal;

    /// Reads a document and builds what is signed.
    ///
    /// The document's hash must be of the very bytes that are signed: it is read once, not once for the hash and
    /// once for the signature, or somebody changes it in between.
    ///
    /// # Errors
    /// Where this document is not to be signed.
    fn prepare(&mut self, item: &Item) -> Result<Prepared<Self::Work>, Self::Refusal>;

    /// Embeds the signature, has the whole verified, and writes it, atomically.
    ///
    /// # Errors
    /// Where nothing was written.
    fn finish(
        &mut self,
        item: &Item,
        work: Self::Work,
        signature: &[u8],
    ) -> Result<(), Self::Refusal>;
}

/// A document, ready to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared<W> {
    /// The hash of the document that was read, with the function of [`Item::shown`].
    pub document: Digest,
    /// The hash that goes to the key.
    pub to_sign: Digest,
    /// What [`Job::finish`] needs.
    pub work: W,
}
