//! Object identifiers by their names in the standards.

use der::oid::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$meta:meta])* $name:ident = $value:literal;)*) => {
        // A table of names: whoever needs one finds it.
        $($(#[$meta])* #[allow(dead_code)] pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($value);)*
    };
}

oids! {
    // CMS (RFC 5652)
    DATA = "1.2.840.113549.1.7.1";
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    SIGNING_TIME = "1.2.840.113549.1.9.5";
    COUNTER_SIGNATURE = "1.2.840.113549.1.9.6";
    // ESS (RFC 2634, RFC 5035) and CAdES (EN 319 122-1)
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    CONTENT_TIME_STAMP = "1.2.840.113549.1.9.16.2.20";
    /// The revocation format of an OCSP answer among the CRLs (RFC 5940).
    RI_OCSP_RESPONSE = "1.3.6.1.5.5.7.16.2";
    /// The same for the basic answer, as some signers write it.
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    // Hashes
    MD5 = "1.2.840.113549.2.5";
    SHA1 = "1.3.14.3.2.26";
    SHA224 = "2.16.840.1.101.3.4.2.4";
    SHA256 = "2.16.840.1.101.3.4.2.1";
    SHA384 = "2.16.840.1.101.3.4.2.2";
    SHA512 = "2.16.840.1.101.3.4.2.3";
    SHA3_256 = "2.16.840.1.101.3.4.2.8";
    SHA3_384 = "2.16.840.1.101.3.4.2.9";
    SHA3_512 = "2.16.840.1.101.3.4.2.10";
    RIPEMD160 = "1.3.36.3.2.1";
    // Keys and signatures
    RSA = "1.2.840.113549.1.1.1";
    RSA_MD5 = "1.2.840.113549.1.1.4";
    RSA_SHA1 = "1.2.840.113549.1.1.5";
    RSA_PSS = "1.2.840.113549.1.1.10";
    RSA_SHA256 = "1.2.840.113549.1.1.11";
    RSA_SHA384 = "1.2.840.113549.1.1.12";
    RSA_SHA512 = "1.2.840.113549.1.1.13";
    RSA_SHA224 = "1.2.840.113549.1.1.14";
    MGF1 = "1.2.840.113549.1.1.8";
    EC = "1.2.840.10045.2.1";
    P256 = "1.2.840.10045.3.1.7";
    P384 = "1.3.132.0.34";
    ECDSA_SHA1 = "1.2.840.10045.4.1";
    ECDSA_SHA224 = "1.2.840.10045.4.3.1";
    ECDSA_SHA256 = "1.2.840.10045.4.3.2";
    ECDSA_SHA384 = "1.2.840.10045.4.3.3";
    ECDSA_SHA512 = "1.2.840.10045.4.3.4";
    ECDSA_SHA3_256 = "2.16.840.1.101.3.4.3.10";
    ECDSA_SHA3_384 = "2.16.840.1.101.3.4.3.11";
    ECDSA_SHA3_512 = "2.16.840.1.101.3.4.3.12";
    // Names (X.520)
    AT_COMMON_NAME = "2.5.4.3";
    AT_SURNAME = "2.5.4.4";
    AT_SERIAL_NUMBER = "2.5.4.5";
    AT_COUNTRY = "2.5.4.6";
    AT_ORGANIZATION = "2.5.4.10";
    AT_TITLE = "2.5.4.12";
    AT_GIVEN_NAME = "2.5.4.42";
    AT_DN_QUALIFIER = "2.5.4.46";
    AT_ORGANIZATION_IDENTIFIER = "2.5.4.97";
    AT_EMAIL = "1.2.840.113549.1.9.1";
    // Extensions (RFC 5280, 4.2; EN 319 412-5)
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    KEY_USAGE = "2.5.29.15";
    SUBJECT_ALT_NAME = "2.5.29.17";
    BASIC_CONSTRAINTS = "2.5.29.19";
    NAME_CONSTRAINTS = "2.5.29.30";
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    CERTIFICATE_POLICIES = "2.5.29.32";
    ANY_POLICY = "2.5.29.32.0";
    POLICY_MAPPINGS = "2.5.29.33";
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    POLICY_CONSTRAINTS = "2.5.29.36";
    EXTENDED_KEY_USAGE = "2.5.29.37";
    INHIBIT_ANY_POLICY = "2.5.29.54";
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    QC_STATEMENTS = "1.3.6.1.5.5.7.1.3";
    EKU_SERVER = "1.3.6.1.5.5.7.3.1";
    EKU_CODE = "1.3.6.1.5.5.7.3.3";
    EKU_TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    EKU_OCSP = "1.3.6.1.5.5.7.3.9";
    OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5";
    USER_NOTICE = "1.3.6.1.5.5.7.2.2";
    QC_COMPLIANCE = "0.4.0.1862.1.1";
    QC_LIMIT = "0.4.0.1862.1.2";
    QC_SSCD = "0.4.0.1862.1.4";
    QC_TYPE = "0.4.0.1862.1.6";
    QC_LEGISLATION = "0.4.0.1862.1.7";
    QCT_ESIGN = "0.4.0.1862.1.6.1";
    QCT_ESEAL = "0.4.0.1862.1.6.2";
    QCT_WEB = "0.4.0.1862.1.6.3";
}
