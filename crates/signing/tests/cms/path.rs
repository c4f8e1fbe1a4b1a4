//! Paths that hold and paths that do not, made here; NIST's are in `pkits`.

use crate::forge::{oid, tlv};
use crate::pki::{self, Ca, Profile};
use crate::read::trust;
use openssl::x509::extension::KeyUsage;
use signing::path::{Path, PathError, Settings, find, validate};
use signing::x509::Certificate;

fn settings() -> Settings {
    Settings::at("2026-03-01T00:00:00Z".parse().unwrap())
}

/// Root, authority, signer: with the authority and the signer as told.
fn outcome(authority: &Profile, signer: &Profile, settings: &Settings) -> Result<usize, PathError> {
    let root = Ca::new("Root");
    let authority = root.below(authority, pki::p256());
    let signer = authority.issue(signer, pki::p256());
    let leaf = Certificate::parse(&signer.certificate).unwrap();
    let pool = [Certificate::parse(&authority.der()).unwrap()];
    let trust = trust(&root);
    find(&leaf, &pool, &trust, settings, |_| Ok(())).map(|path| path.certificates.len())
}

#[test]
fn rules_one_by_one() {
    let ca = || Profile::ca("Authority");
    let signer = || Profile::signer("ROSSI MARIO");
    assert_eq!(outcome(&ca(), &signer(), &settings()), Ok(3));
    let no_ca = Profile {
        ca: false,
        serial_number: false,
        ..ca()
    };
    assert_eq!(
        outcome(&no_ca, &signer(), &settings()),
        Err(PathError::BasicConstraints { depth: 1 })
    );
    let mut usage = KeyUsage::new();
    usage.critical().crl_sign();
    let no_signing = Profile {
        key_usage: Some(usage),
        ..ca()
    };
    assert_eq!(
        outcome(&no_signing, &signer(), &settings()),
        Err(PathError::KeyUsage { depth: 1 })
    );
    let expired = Profile {
        end: pki::BEGIN + 1000,
        ..ca()
    };
    assert_eq!(
        outcome(&expired, &signer(), &settings()),
        Err(PathError::Expired { depth: 1 })
    );
    let future = Profile {
        begin: pki::END - 1000,
        ..signer()
    };
    assert_eq!(
        outcome(&ca(), &future, &settings()),
        Err(PathError::NotYetValid { depth: 0 })
    );
    let mut unknown = signer();
    unknown.extensions.push(("1.2.3.4", true, vec![5, 0]));
    assert_eq!(
        outcome(&ca(), &unknown, &settings()),
        Err(PathError::Extension { depth: 0 })
    );
    unknown.extensions[0].1 = false;
    assert_eq!(outcome(&ca(), &unknown, &settings()), Ok(3));
    let weak = Profile {
        digest: openssl::hash::MessageDigest::sha1(),
        ..signer()
    };
    assert_eq!(
        outcome(&ca(), &weak, &settings()),
        Err(PathError::Weak { depth: 0 })
    );
}

#[test]
fn name_constraints() {
    let mail = |domain: &str| {
        let subtree = tlv(0x30, &[&tlv(0x81, &[domain.as_bytes()])]);
        tlv(0x30, &[&tlv(0xa0, &[&subtree])])
    };
    let mut authority = Profile::ca("Authority");
    authority
        .extensions
        .push(("2.5.29.30", true, mail("comune.it")));
    let with = |address: &str| {
        let mut signer = Profile::signer("ROSSI MARIO");
        signer.extensions.push((
            "2.5.29.17",
            false,
            tlv(0x30, &[&tlv(0x81, &[address.as_bytes()])]),
        ));
        outcome(&authority, &signer, &settings())
    };
    assert_eq!(with("rossi@comune.it"), Ok(3));
    assert_eq!(with("rossi@Comune.IT"), Ok(3));
    for address in ["rossi@altro.it", "rossi@sotto.comune.it", "no address"] {
        assert_eq!(
            with(address),
            Err(PathError::NameConstraints { depth: 0 }),
            "{address}"
        );
    }
    assert_eq!(
        outcome(&authority, &Profile::signer("ROSSI MARIO"), &settings()),
        Ok(3)
    );
}

#[test]
fn policies() {
    let stated = |names: &[&str]| {
        let each = names
            .iter()
            .map(|name| tlv(0x30, &[&oid(name)]))
            .collect::<Vec<_>>();
        ("2.5.29.32", false, tlv(0x30, &[&each.concat()]))
    };
    let with = |above: &[&str], below: &[&str], wanted: Option<&str>, explicit: bool| {
        let (mut authority, mut signer) =
            (Profile::ca("Authority"), Profile::signer("ROSSI MARIO"));
        authority
            .extensions
            .extend((!above.is_empty()).then(|| stated(above)));
        signer
            .extensions
            .extend((!below.is_empty()).then(|| stated(below)));
        let policies = wanted.map(|name| vec![oid(name)[2..].to_vec()]);
        let settings = Settings {
            policies,
            explicit_policy: explicit,
            ..settings()
        };
        outcome(&authority, &signer, &settings).is_ok()
    };
    let any = "2.5.29.32.0";
    assert!(with(&["1.3.76.1"], &["1.3.76.1"], None, true));
    assert!(with(&[any], &["1.3.76.1"], Some("1.3.76.1"), true));
    assert!(with(&["1.3.76.1"], &["1.3.76.2"], None, false));
    assert!(!with(&["1.3.76.1"], &["1.3.76.2"], None, true));
    assert!(!with(&["1.3.76.1"], &["1.3.76.1"], Some("1.3.76.2"), true));
    assert!(!with(&[], &["1.3.76.1"], None, true));
    assert!(with(&[], &[], None, false));
}

#[test]
fn the_search_finds_its_way_and_ends() {
    let root = Ca::new("Root");
    let trust = trust(&root);
    // Twenty authorities of one name and different keys, in a ring of two: the right one is among them.
    let others = (0..20)
        .map(|_| Ca::with(&Profile::ca("Authority"), pki::p256()))
        .collect::<Vec<_>>();
    let right = root.below(&Profile::ca("Authority"), pki::p256());
    let ring = right.below(&Profile::ca("Authority"), others[0].own.key.clone());
    let back = ring.below(&Profile::ca("Authority"), right.own.key.clone());
    let signer = ring.signer("ROSSI MARIO", pki::p256());
    let leaf = Certificate::parse(&signer.certificate).unwrap();
    let all = others
        .iter()
        .map(Ca::der)
        .chain([ring.der(), back.der(), right.der()]);
    let pool = all
        .map(|der| Certificate::parse(&der).unwrap())
        .collect::<Vec<_>>();
    let path = find(&leaf, &pool, &trust, &settings(), |_| Ok(())).unwrap();
    assert_eq!(path.certificates.len(), 4);
    validate(&path.certificates, &settings()).unwrap();
    // Without the one that leads out.
    let lost = find(&leaf, &pool[..22], &trust, &settings(), |_| Ok(()));
    assert!(lost.is_err(), "{lost:?}");
    // Who refuses the only path gets its reason back.
    let since = settings().at;
    let revoked = |_: &Path<'_>| Err(PathError::Revoked { depth: 0, since });
    let refused = find(&leaf, &pool, &trust, &settings(), revoked).unwrap_err();
    assert_eq!(refused, PathError::Revoked { depth: 0, since });
    // A changed certificate.
    let mut der = leaf.der.clone();
    let end = der.len() - 1;
    der[end] ^= 1;
    let changed = Certificate::parse(&der).unwrap();
    assert!(matches!(
        find(&changed, &pool, &trust, &settings(), |_| Ok(())),
        Err(PathError::Signature { .. })
    ));
}
