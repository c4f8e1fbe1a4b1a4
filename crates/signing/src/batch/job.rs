//! The part of signing that belongs to a format.

use super::Item;
use crate::Digest;

/// Signs one kind of document: PDF, `.p7m`. Several documents may be under way at once, on several threads.
pub trait Job: Sync {
    /// What is kept between the hash and its signature.
    type Work: Send;
    /// A signed document that is not kept yet.
    type Signed: Send;
    /// Why a document is not signed, in the format's own words.
    type Refusal: Send;

    /// Reads a document and builds what is signed.
    ///
    /// The document's hash must be of the very bytes that are signed: it is read once, not once for the hash and
    /// once for the signature, or somebody changes it in between.
    ///
    /// # Errors
    /// Where this document is not to be signed.
    fn prepare(&self, item: &Item) -> Result<Prepared<Self::Work>, Self::Refusal>;

    /// Embeds the signature and has the whole verified: what computes.
    ///
    /// # Errors
    /// Where verification rejects it.
    fn finish(
        &self,
        item: &Item,
        work: Self::Work,
        signature: &[u8],
    ) -> Result<Self::Signed, Self::Refusal>;

    /// Writes it, atomically: what waits for the disk.
    ///
    /// # Errors
    /// Where nothing was written.
    fn keep(&self, item: &Item, signed: Self::Signed) -> Result<(), Self::Refusal>;
}

/// A document, ready to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared<W> {
    /// The hash of the document that was read, with the function of [`Item::shown`].
    pub document: Digest,
    /// The hash that goes to the key.
    pub to_sign: Digest,
    /// How many bytes it has: large documents do not wait in memory for each other.
    pub size: usize,
    /// What [`Job::finish`] needs.
    pub work: W,
}
