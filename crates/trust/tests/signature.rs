//! The signature of a list: what holds, and what an attacker may try; xmlsec1 is the outside judge.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod common;

use common::{ENVELOPED, EXCLUSIVE, Holder, Oddity, Text, sign, signature, xmlsec_of};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::LazyLock;
use trust::{Fingerprint, List, SignatureError, TrustError};

fn expected(holder: &Holder) -> HashSet<Fingerprint> {
    HashSet::from([openssl::sha::sha256(&holder.certificate)])
}

fn check(bytes: &[u8], holder: &Holder) -> Result<List, TrustError> {
    List::check(bytes, &expected(holder))
}

/// Refused for this reason, and by xmlsec1 too.
fn both_refuse(bytes: &[u8], holder: &Holder, why: SignatureError) {
    assert_eq!(check(bytes, holder), Err(TrustError::Signature(why)));
    assert_ne!(xmlsec_of(bytes), Some(true), "xmlsec1 takes it");
}

/// Refused for this reason: what xmlsec1 thinks of the key inside the file is no judgement here.
fn we_refuse(bytes: &[u8], holder: &Holder, why: &SignatureError) {
    assert_eq!(
        check(bytes, holder).unwrap_err(),
        TrustError::Signature(why.clone())
    );
}

#[test]
fn every_algorithm_of_lists_holds_and_xmlsec_agrees() {
    let rsa = || PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let holders = [
        Holder::rsa("RSA"),
        Holder::of("RSA-512", rsa(), "2001/04/xmldsig-more#rsa-sha512"),
        Holder::of("PSS", rsa(), "2007/05/xmldsig-more#sha256-rsa-MGF1"),
        Holder::p256("P-256"),
        Holder::curve("P-384", Nid::SECP384R1, "2001/04/xmldsig-more#ecdsa-sha384"),
        Holder::curve("P-521", Nid::SECP521R1, "2001/04/xmldsig-more#ecdsa-sha512"),
        Holder::curve(
            "brainpool",
            Nid::BRAINPOOL_P384R1,
            "2001/04/xmldsig-more#ecdsa-sha384",
        ),
    ];
    for holder in &holders {
        let bytes = Text::default().signed(holder);
        let list = check(&bytes, holder).expect(holder.method);
        assert_eq!(
            (list.territory.as_str(), list.sequence, list.version),
            ("IT", 7, 6)
        );
        assert_eq!(list.signer, openssl::sha::sha256(&holder.certificate));
        // xmlsec1 knows no PSS before version 1.3; OpenSSL made that signature.
        if !holder.method.contains("MGF1") {
            assert_ne!(
                xmlsec_of(&bytes),
                Some(false),
                "xmlsec1 refuses {}",
                holder.method
            );
        }
    }
}

#[test]
fn the_whole_may_be_referred_to_by_its_identifier_and_stand_in_white_space() {
    let holder = Holder::p256("AgID");
    let by_id = Oddity {
        uri: Some("#list"),
        ..Oddity::default()
    };
    let bytes = sign(&Text::default().canonical(), &holder, &by_id);
    assert!(check(&bytes, &holder).is_ok());
    assert_ne!(xmlsec_of(&bytes), Some(false));
    let marked = [b"\xef\xbb\xbf".as_slice(), &bytes].concat();
    assert!(check(&marked, &holder).is_ok());
    let plain = Oddity {
        plain: true,
        ..Oddity::default()
    };
    assert!(
        check(
            &sign(&Text::default().canonical(), &holder, &plain),
            &holder
        )
        .is_ok()
    );
}

#[test]
fn nobody_else_signs() {
    let (agid, other) = (Holder::p256("AgID"), Holder::p256("AgID"));
    we_refuse(
        &Text::default().signed(&other),
        &agid,
        &SignatureError::UnknownSigner,
    );
    // The expected certificate beside another's signature.
    let bytes = String::from_utf8(Text::default().signed(&other)).unwrap();
    let own = String::from_utf8(Text::default().signed(&agid)).unwrap();
    let info = |text: &str| {
        let from = text.find("<ds:KeyInfo>").unwrap();
        let to = text.find("</ds:KeyInfo>").unwrap();
        text[from..to].to_owned()
    };
    let swapped = bytes.replace(&info(&bytes), &info(&own));
    both_refuse(swapped.as_bytes(), &agid, SignatureError::Value);
}

#[test]
fn what_was_changed_is_refused() {
    let holder = Holder::p256("AgID");
    let text = String::from_utf8(Text::default().signed(&holder)).unwrap();
    let changed = text.replace("<TSLSequenceNumber>7<", "<TSLSequenceNumber>8<");
    both_refuse(changed.as_bytes(), &holder, SignatureError::Digest);
    let changed = text.replace("<xades:SigningTime>2026", "<xades:SigningTime>2025");
    both_refuse(changed.as_bytes(), &holder, SignatureError::Digest);
    // A comment is not signed, and changes nothing of what is read.
    let comment = text.replace("<SchemeTerritory>IT<", "<SchemeTerritory>I<!-- -->T<");
    assert_eq!(check(comment.as_bytes(), &holder).unwrap().territory, "IT");
}

#[test]
fn a_list_without_a_signature_or_with_two() {
    let holder = Holder::p256("AgID");
    let canonical = Text::default().canonical();
    both_refuse(canonical.as_bytes(), &holder, SignatureError::Missing);
    let signed = String::from_utf8(Text::default().signed(&holder)).unwrap();
    let second = signature(&canonical, &holder, &Oddity::default())
        .replace("\"signature\"", "\"signature2\"")
        .replace("\"properties\"", "\"properties2\"");
    let end = signed.rfind("</Trust").unwrap();
    let two = format!("{}{second}{}", &signed[..end], &signed[end..]);
    we_refuse(two.as_bytes(), &holder, &SignatureError::Several);
}

/// XML signature wrapping: the signed list is carried along, another one is shown.
#[test]
fn wrapped_lists_are_refused() {
    let holder = Holder::p256("AgID");
    let by_id = Oddity {
        uri: Some("#list"),
        ..Oddity::default()
    };
    let good = Text::default().canonical();
    let signature = signature(&good, &holder, &by_id);
    let evil = |id: &str| {
        Text {
            sequence: 999,
            ..Text::default()
        }
        .canonical()
        .replace("Id=\"list\"", &format!("Id=\"{id}\""))
    };
    let end = |text: &str| text.rfind("</").unwrap();

    // The signed one, signature and all, inside the other one.
    let other = evil("evil");
    let inside = format!(
        "{}{}{signature}{}{}",
        &other[..end(&other)],
        &good[..end(&good)],
        &good[end(&good)..],
        &other[end(&other)..]
    );
    we_refuse(inside.as_bytes(), &holder, &SignatureError::Misplaced);

    // The signature at its place, the signed list hidden in an object of the other one.
    let hidden = format!(
        "{}{signature}<Extension>{good}</Extension>{}",
        &other[..end(&other)],
        &other[end(&other)..]
    );
    we_refuse(hidden.as_bytes(), &holder, &SignatureError::References);

    // The same with the identifier twice: which one is meant?
    let twice = evil("list");
    let twice = format!(
        "{}{signature}<Extension>{good}</Extension>{}",
        &twice[..end(&twice)],
        &twice[end(&twice)..]
    );
    we_refuse(
        twice.as_bytes(),
        &holder,
        &SignatureError::DuplicateId("list".into()),
    );
    let spelled = twice.replace(
        "<Extension><TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" Id=",
        "<Extension><TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" ID=",
    );
    we_refuse(
        spelled.as_bytes(),
        &holder,
        &SignatureError::DuplicateId("list".into()),
    );

    // Signed for another root.
    let whole = Oddity::default();
    let other = sign(&good, &holder, &whole);
    let other = String::from_utf8(other).unwrap();
    let xml = other.find("<Trust").unwrap();
    let around = format!("<Wrapper>{}</Wrapper>", &other[xml..]);
    we_refuse(around.as_bytes(), &holder, &SignatureError::Misplaced);
}

#[test]
fn odd_references_and_transforms_are_refused() {
    let holder = Holder::p256("AgID");
    let canonical = Text::default().canonical();
    let odd = |oddity: &Oddity<'_>| check(&sign(&canonical, &holder, oddity), &holder).unwrap_err();

    let nothing = Oddity {
        no_root: true,
        ..Oddity::default()
    };
    assert_eq!(odd(&nothing), SignatureError::References.into());

    let elsewhere = Oddity {
        uri: Some("https://example.test/list.xml"),
        ..Oddity::default()
    };
    assert_eq!(odd(&elsewhere), SignatureError::References.into());

    for uri in [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        EXCLUSIVE,
        ENVELOPED,
    ] {
        let transform = format!("<ds:Transform Algorithm=\"{uri}\"></ds:Transform>");
        let oddity = Oddity {
            transform: &transform,
            ..Oddity::default()
        };
        assert_eq!(odd(&oddity), SignatureError::Transform(uri.into()).into());
    }
    let filter = format!(
        "<ds:Transform Algorithm=\"{EXCLUSIVE}\"><ds:XPath>not(ancestor::SchemeInformation)</ds:XPath></ds:Transform>"
    );
    let oddity = Oddity {
        transform: &filter,
        ..Oddity::default()
    };
    assert_eq!(
        odd(&oddity),
        SignatureError::Structure("method parameters").into()
    );

    let weak = Oddity {
        sha1: true,
        ..Oddity::default()
    };
    assert!(matches!(
        odd(&weak),
        TrustError::Signature(SignatureError::Algorithm(_))
    ));

    let stranger = Holder::p256("other");
    let named = Oddity {
        named: Some(&stranger.certificate),
        ..Oddity::default()
    };
    assert_eq!(odd(&named), SignatureError::OtherCertificate.into());

    let again = "<ds:Reference URI=\"\"></ds:Reference>";
    let oddity = Oddity {
        reference: again,
        ..Oddity::default()
    };
    assert!(matches!(odd(&oddity), TrustError::Signature(_)));
}

#[test]
fn weak_keys_and_hashes_are_refused() {
    let small = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    let small = Holder::of("small", small, "2001/04/xmldsig-more#rsa-sha256");
    let result = check(&Text::default().signed(&small), &small);
    assert_eq!(result, Err(SignatureError::ShortKey(1024).into()));
    let old = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let old = Holder::of("old", old, "2000/09/xmldsig#rsa-sha1");
    let result = check(&Text::default().signed(&old), &old);
    assert!(matches!(
        result,
        Err(TrustError::Signature(SignatureError::Algorithm(_)))
    ));
}

#[test]
fn document_types_depth_and_size_are_refused() {
    let holder = Holder::p256("AgID");
    let text = String::from_utf8(Text::default().signed(&holder)).unwrap();
    let entity = text.replacen("?>", "?><!DOCTYPE a [<!ENTITY b \"c\">]>", 1);
    assert_eq!(check(entity.as_bytes(), &holder), Err(TrustError::Doctype));
    let deep = "<a>".repeat(100_000);
    assert!(matches!(
        check(deep.as_bytes(), &holder),
        Err(TrustError::Xml(_))
    ));
    let closed = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
    assert!(matches!(
        check(closed.as_bytes(), &holder),
        Err(TrustError::Xml(_))
    ));
    let wide = vec![b' '; trust::MAX_LIST + 1];
    assert_eq!(check(&wide, &holder), Err(TrustError::TooLarge));
    assert!(matches!(
        check(b"\xff\xfe<\0a\0", &holder),
        Err(TrustError::Xml(_))
    ));
    for version in [4, 7] {
        let text = Text {
            version,
            ..Text::default()
        };
        assert_eq!(
            check(&text.signed(&holder), &holder),
            Err(TrustError::Version(version))
        );
    }
}

static SIGNED: LazyLock<(Holder, Vec<u8>, List)> = LazyLock::new(|| {
    let holder = Holder::p256("AgID");
    let bytes = Text::default().signed(&holder);
    let list = check(&bytes, &holder).unwrap();
    (holder, bytes, list)
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to the bytes, either nothing is believed or exactly what was signed.
    #[test]
    fn damage_is_refused_or_changes_nothing(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..4),
    ) {
        let (holder, bytes, list) = &*SIGNED;
        let mut bytes = bytes.clone();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        if let Ok(read) = check(&bytes, holder) {
            prop_assert_eq!(&read, list);
        }
    }

    /// Nothing that is not XML, or is XML of another kind, makes it panic.
    #[test]
    fn anything_may_come(text in "[<>/a-zA-Z0-9&;:#=\"' !\\[\\]-]{0,400}") {
        let (holder, _, _) = &*SIGNED;
        prop_assert!(check(text.as_bytes(), holder).is_err());
        let _ = List::claims(text.as_bytes());
    }
}
