//! NIST's Public Key Interoperability Test Suite: the parts that are about paths. Its folder (`certs/*.crt`, DER) is
//! named by PKITS_DIR; nothing of it is in the repository.
//!
//! DSA is left out: no signature of today uses it. Cases that CRLs decide (4.4, 4.14, 4.15 and single ones elsewhere)
//! are asked with all CRLs at hand.

use signing::path::{PathError, Settings, Trust, find};
use signing::revocation::Facts;
use signing::x509::Certificate;
use signing::{Anchor, Anchors, Service};
use std::collections::BTreeMap;

/// What is in the names of cases that CRLs decide.
const REVOCATION: [&str; 13] = [
    "CRL",
    "cRL",
    "IDP",
    "istributionPoint",
    "onlySome",
    "onlyContains",
    "delta",
    "RevokedCA",
    "RevokedEE",
    "SerialNumber",
    "NewWithOldTest5",
    "OldWithNewTest2",
    "KeysTest2",
];

/// Cases whose name does not tell the outcome, or which are run with several settings: the case,
/// policies that are wanted (by NIST's numbers; none is any), explicit policy, mapping inhibited, any inhibited, outcome.
type Case = (&'static str, &'static [u8], bool, bool, bool, bool);
const CASES: [Case; 41] = [
    ("ValidCertificatePathTest1", &[], true, false, false, true),
    ("ValidCertificatePathTest1", &[1], true, false, false, true),
    ("ValidCertificatePathTest1", &[2], true, false, false, false),
    (
        "ValidCertificatePathTest1",
        &[1, 2],
        true,
        false,
        false,
        true,
    ),
    (
        "AllCertificatesNoPoliciesTest2",
        &[],
        false,
        false,
        false,
        true,
    ),
    (
        "AllCertificatesNoPoliciesTest2",
        &[],
        true,
        false,
        false,
        false,
    ),
    ("DifferentPoliciesTest3", &[], false, false, false, true),
    ("DifferentPoliciesTest3", &[], true, false, false, false),
    ("DifferentPoliciesTest3", &[1, 2], true, false, false, false),
    ("DifferentPoliciesTest4", &[], false, false, false, false),
    ("DifferentPoliciesTest5", &[], false, false, false, false),
    ("OverlappingPoliciesTest6", &[], false, false, false, true),
    ("OverlappingPoliciesTest6", &[1], false, false, false, true),
    ("OverlappingPoliciesTest6", &[2], false, false, false, false),
    ("DifferentPoliciesTest7", &[], false, false, false, false),
    ("DifferentPoliciesTest8", &[], false, false, false, false),
    ("DifferentPoliciesTest9", &[], false, false, false, false),
    (
        "AllCertificatesSamePoliciesTest10",
        &[],
        false,
        false,
        false,
        true,
    ),
    (
        "AllCertificatesSamePoliciesTest10",
        &[1],
        false,
        false,
        false,
        true,
    ),
    (
        "AllCertificatesSamePoliciesTest10",
        &[2],
        false,
        false,
        false,
        true,
    ),
    (
        "AllCertificatesanyPolicyTest11",
        &[],
        false,
        false,
        false,
        true,
    ),
    (
        "AllCertificatesanyPolicyTest11",
        &[1],
        false,
        false,
        false,
        true,
    ),
    ("DifferentPoliciesTest12", &[], false, false, false, false),
    (
        "AllCertificatesSamePoliciesTest13",
        &[1],
        false,
        false,
        false,
        true,
    ),
    (
        "AllCertificatesSamePoliciesTest13",
        &[2],
        false,
        false,
        false,
        true,
    ),
    (
        "AllCertificatesSamePoliciesTest13",
        &[3],
        false,
        false,
        false,
        true,
    ),
    ("AnyPolicyTest14", &[1], false, false, false, true),
    ("AnyPolicyTest14", &[2], false, false, false, false),
    ("ValidPolicyMappingTest1", &[1], false, false, false, true),
    ("ValidPolicyMappingTest1", &[2], false, false, false, false),
    ("ValidPolicyMappingTest1", &[], false, true, false, false),
    ("ValidPolicyMappingTest3", &[1], false, false, false, false),
    ("ValidPolicyMappingTest3", &[2], false, false, false, true),
    ("ValidPolicyMappingTest5", &[1], false, false, false, true),
    ("ValidPolicyMappingTest5", &[6], false, false, false, false),
    ("ValidPolicyMappingTest6", &[1], false, false, false, true),
    ("ValidPolicyMappingTest6", &[6], false, false, false, false),
    ("ValidPolicyMappingTest12", &[1], false, false, false, true),
    ("ValidPolicyMappingTest12", &[2], false, false, false, true),
    ("inhibitAnyPolicyTest3", &[], false, false, false, true),
    ("inhibitAnyPolicyTest3", &[], false, false, true, false),
];

/// What our CRL reading refuses on purpose (indirect and partial CRLs; those of another issuer, or signed with another
/// key than the certificate, as after an authority's change of keys): the answer is then that revocation is unknown, also
/// where NIST's is that nothing is against it. Delta CRLs are refused too: their cases (4.15) are not asked.
const UNKNOWN_ON_PURPOSE: [&str; 8] = [
    "IDPwithindirectCRL",
    "cRLIssuer",
    "onlySomeReasons",
    "CRLSigningKey",
    "SeparateCertificateandCRLKeys",
    "distributionPoint",
    "SelfIssued",
    "ValidDNnameConstraintsTest19",
];

#[test]
fn nist_agrees_about_revocation() {
    let Some(folder) = std::env::var_os("PKITS_DIR") else {
        eprintln!("SKIPPED: PKITS_DIR does not name the folder of NIST's test suite");
        return;
    };
    let folder = std::path::Path::new(&folder);
    let (certificates, trust) = certificates(folder);
    let mut facts = Facts::new();
    let mut refused = 0;
    for entry in std::fs::read_dir(folder.join("crls")).unwrap() {
        refused += usize::from(
            facts
                .add_crl(&std::fs::read(entry.unwrap().path()).unwrap())
                .is_err(),
        );
    }
    let pool = certificates
        .iter()
        .filter(|(name, _)| !name.ends_with("EE"));
    let pool = pool
        .map(|(_, certificate)| certificate.clone())
        .collect::<Vec<_>>();
    let settings = Settings::at("2020-06-01T00:00:00Z".parse().unwrap());
    let (mut run, mut unknown, mut wrong) = (0, 0, Vec::new());
    for (name, certificate) in certificates.iter().filter(|(name, _)| {
        name.ends_with("EE") && !name.contains("DSA") && !name.contains("deltaCRLTest")
    }) {
        let valid = name.starts_with("Valid");
        if !valid && !name.starts_with("Invalid") {
            continue;
        }
        run += 1;
        let judge = |path: &signing::path::Path<'_>| facts.judge(path, settings.at);
        match find(certificate, &pool, &trust, &settings, judge) {
            Ok(_) if valid => {}
            Err(_) if !valid => {}
            Err(PathError::RevocationUnknown { .. })
                if UNKNOWN_ON_PURPOSE.iter().any(|word| name.contains(word)) =>
            {
                unknown += 1;
            }
            outcome => wrong.push(format!("{name}: {:?}", outcome.map(|_| ()))),
        }
    }
    eprintln!(
        "{run} cases of PKITS with {refused} CRLs refused: {unknown} unknown on purpose, {} wrong",
        wrong.len()
    );
    assert!(
        run > 190 && wrong.is_empty(),
        "{run} run, wrong: {wrong:#?}"
    );
}

/// The suite's certificates by their names, and its anchor.
fn certificates(folder: &std::path::Path) -> (BTreeMap<String, Certificate>, Trust) {
    let mut certificates = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("certs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let read = Certificate::parse(&std::fs::read(&path).unwrap());
        certificates.insert(
            name.clone(),
            read.unwrap_or_else(|error| panic!("{name}: {error}")),
        );
    }
    let root = certificates["TrustAnchorRootCertificate"].der.clone();
    let anchor = Anchor {
        certificate: root,
        service: Service::Other,
        history: Vec::new(),
        provider: "NIST".into(),
        qualifications: Vec::new(),
    };
    let trust = Trust::new(&Anchors {
        anchors: vec![anchor],
        ..Anchors::default()
    });
    (certificates, trust)
}

#[test]
fn nist_agrees() {
    let Some(folder) = std::env::var_os("PKITS_DIR") else {
        eprintln!("SKIPPED: PKITS_DIR does not name the folder of NIST's test suite");
        return;
    };
    let (certificates, trust) = certificates(std::path::Path::new(&folder));
    let pool = certificates
        .iter()
        .filter(|(name, _)| !name.ends_with("EE"));
    let pool = pool
        .map(|(_, certificate)| certificate.clone())
        .collect::<Vec<_>>();
    let judge = |name: &str, settings: &Settings| -> Result<(), PathError> {
        find(&certificates[name], &pool, &trust, settings, |_| Ok(())).map(|_| ())
    };
    let settings = Settings::at("2020-06-01T00:00:00Z".parse().unwrap());
    let (mut run, mut wrong) = (0, Vec::new());
    for name in certificates.keys().filter(|name| name.ends_with("EE")) {
        let valid =
            name.starts_with("Valid") || name.starts_with("UserNotice") || name.starts_with("CPS");
        let decided = valid || name.starts_with("Invalid");
        let revocation = REVOCATION.iter().any(|word| name.contains(word));
        let left_out = name.contains("DSA") || (!valid && revocation);
        if !decided || left_out {
            continue;
        }
        run += 1;
        let outcome = judge(name, &settings);
        if outcome.is_ok() != valid {
            wrong.push(format!("{name}: {outcome:?}"));
        }
    }
    for (name, policies, explicit_policy, inhibit_mapping, inhibit_any, valid) in CASES {
        // 2.16.840.1.101.3.2.1.48.n
        let oid = |n: &u8| [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x02, 0x01, 0x30, *n].to_vec();
        let wanted = (!policies.is_empty()).then(|| policies.iter().map(oid).collect());
        let with = Settings {
            policies: wanted,
            explicit_policy,
            inhibit_mapping,
            inhibit_any,
            ..settings.clone()
        };
        run += 1;
        let outcome = judge(&format!("{name}EE"), &with);
        if outcome.is_ok() != valid {
            wrong.push(format!("{name} {policies:?}: {outcome:?}"));
        }
    }
    eprintln!("{run} cases of PKITS, {} wrong", wrong.len());
    assert!(
        run > 150 && wrong.is_empty(),
        "{run} run, wrong: {wrong:#?}"
    );
}
