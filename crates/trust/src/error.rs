//! Why something is not believed.

/// Why a list, a bundle or a cache is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Larger than anything published: [`crate::MAX_LIST`], [`crate::MAX_BUNDLE`].
    #[error("too large")]
    TooLarge,
    /// Not UTF-8 text, or not well-formed XML, or nested beyond measure.
    #[error("XML: {0}")]
    Xml(String),
    /// It declares a document type: entities have no place in a list.
    #[error("document type declaration")]
    Doctype,
    /// Well-formed, but no trusted list, or one that lacks a mandatory field; which one.
    #[error("not a trusted list: {0}")]
    NotAList(&'static str),
    /// A version of TS 119 612 that is not 5 or 6.
    #[error("trusted list version {0}")]
    Version(u64),
    /// The signature of the list.
    #[error("signature: {0}")]
    Signature(#[from] SignatureError),
    /// A national list that the list of lists does not point to.
    #[error("no pointer to the list of {0}")]
    NoPointer(String),
    /// An older list than one that was believed before.
    #[error("older than the list known (sequence {given}, known {known})")]
    RolledBack {
        /// Its `TSLSequenceNumber`.
        given: u64,
        /// The one that was known.
        known: u64,
    },
    /// A bundle, or a cache, that is damaged or signed by another.
    #[error("damaged")]
    Damaged,
    /// A bundle of another version of the format.
    #[error("bundle version {0}")]
    BundleVersion(u8),
}

/// Why the XML signature of a list does not hold (W3C XML Signature 1.1, ETSI TS 119 612 annex B).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No signature at all.
    #[error("missing")]
    Missing,
    /// More than one: which of them would count?
    #[error("more than one")]
    Several,
    /// It is not a child of the document's root.
    #[error("not a child of the root")]
    Misplaced,
    /// Two elements carry the same identifier.
    #[error("identifier given twice: {0}")]
    DuplicateId(String),
    /// Its elements are not those of the standard; which one.
    #[error("structure: {0}")]
    Structure(&'static str),
    /// Not exactly one reference covers the root, or another points at something else than the signed properties.
    #[error("references")]
    References,
    /// A transform that is not on the short list: enveloped signature, then a canonicalisation.
    #[error("transform {0}")]
    Transform(String),
    /// An algorithm that is unknown, too weak (SHA-1), or not of the signer's key.
    #[error("algorithm {0}")]
    Algorithm(String),
    /// The signer's key is too short (ETSI TS 119 312); how many bits it has.
    #[error("key of {0} bits")]
    ShortKey(u32),
    /// What is signed was changed.
    #[error("digest differs")]
    Digest,
    /// The signature value is not of this key over this `SignedInfo`.
    #[error("value is wrong")]
    Value,
    /// Signed by nobody who may: the certificate is not among those expected.
    #[error("signer is not one of those expected")]
    UnknownSigner,
    /// The signed properties name another certificate.
    #[error("signed properties name another certificate")]
    OtherCertificate,
}
