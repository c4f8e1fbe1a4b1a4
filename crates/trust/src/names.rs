//! The names that TS 119 612 and XML Signature give to things.

/// Namespace of the list (TS 119 612, annex C).
pub const TSL: &str = "http://uri.etsi.org/02231/v2#";
/// Namespace of XML Signature.
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Namespace of the signed properties (EN 319 132-1).
pub const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
/// The transform that leaves the signature itself out.
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// The type of the European list of lists (TS 119 612, 5.3.3).
pub const LIST_OF_LISTS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists";

/// Issues qualified certificates (TS 119 612, 5.5.1.1).
pub const CA_QC: &str = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC";
/// Issues qualified time stamps.
pub const TSA_QTST: &str = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST";
/// Identity verification, nationally defined: what the Italian list gives the identity card.
pub const IDV: &str = "http://uri.etsi.org/TrstSvc/Svctype/IdV";

/// What a service is for (TS 119 612, 5.5.9.4).
pub const FOR_SIGNATURES: &str =
    "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures";
/// Seals.
pub const FOR_SEALS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals";

/// Where statuses live (TS 119 612, 5.5.4 and annex D.5).
const STATUS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/";
/// Where they lived before TS 119 612 2.0 (TS 102 231).
const OLD_STATUS: &str = "http://uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/";
/// And those that are not about qualified services.
const PLAIN_STATUS: &str = "http://uri.etsi.org/TrstSvc/Svcstatus/";

/// The status' last word, whatever the standard's version put before it.
pub fn status(uri: &str) -> Option<&str> {
    [STATUS, OLD_STATUS, PLAIN_STATUS]
        .iter()
        .find_map(|before| uri.strip_prefix(before))
}
