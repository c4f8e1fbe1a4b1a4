//! Object identifiers of time stamps.

use der::oid::ObjectIdentifier;

/// What a token's CMS holds (RFC 3161, 2.4.2).
pub(super) const TST_INFO: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// A `.tsd` (RFC 5544, 2).
pub(super) const TIME_STAMPED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.31");
/// The extended key usage of a time stamping authority.
pub(super) const TIME_STAMPING: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
/// The extended key usage extension.
pub(super) const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// A stamp on a signature (EN 319 122-1, 5.3; RFC 3161, appendix A).
pub(crate) const SIGNATURE_TIME_STAMP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
/// A stamp over a whole signature (EN 319 122-1, 5.5.3).
pub(crate) const ARCHIVE_TIME_STAMP_V3: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("0.4.0.1733.2.4");
/// What that stamp covers beside the signature's own fields (EN 319 122-1, 5.5.2).
pub(super) const ATS_HASH_INDEX_V3: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("0.4.0.19122.1.5");
