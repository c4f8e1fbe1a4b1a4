//! The names that TS 119 612 and XML Signature give to things.

use signing::Qualifier;

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

/// Web sites.
const FOR_WEB_SITES: &str =
    "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication";
/// A root of such authorities.
const ROOT: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/RootCA-QC";

/// Whether what a service is said to be for is something that is understood here.
pub fn is_purpose(uri: &str) -> bool {
    [FOR_SIGNATURES, FOR_SEALS, FOR_WEB_SITES, ROOT].contains(&uri)
}

/// What a list says of some of a service's certificates (TS 119 612, 5.5.9.2).
pub const QUALIFICATIONS: &str =
    "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#";
/// Its criteria that came later, and `TakenOverBy`.
pub const ADDITIONAL: &str = "http://uri.etsi.org/02231/v2/additionaltypes#";

/// A qualifier (TS 119 612, 5.5.9.2.3).
pub fn qualifier(uri: &str) -> Qualifier {
    let name = uri.strip_prefix("http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/");
    match name.unwrap_or_default() {
        "NotQualified" => Qualifier::NotQualified,
        "QCStatement" => Qualifier::Qualified,
        "QCForESig" => Qualifier::ForSignatures,
        "QCForESeal" => Qualifier::ForSeals,
        "QCForWSA" => Qualifier::ForWebSites,
        "QCForLegalPerson" => Qualifier::ForLegalPersons,
        "QCWithQSCD" | "QCQSCDManagedOnBehalf" => Qualifier::WithDevice,
        "QCWithSSCD" => Qualifier::WithDeviceOfDirective,
        "QCQSCDStatusAsInCert" | "QCSSCDStatusAsInCert" => Qualifier::DeviceAsInCertificate,
        "QCNoQSCD" | "QCNoSSCD" => Qualifier::NoDevice,
        _ => Qualifier::Unknown,
    }
}

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
