//! Time stamps: asked for, answered by the openssl command, judged by it and by us; and those that prove nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod authority;

use authority::{Authority, accepts, tlv, tsd, tst_info};
use proptest::prelude::*;
use signing::path::Trust;
use signing::tsp::{self, Request, Response, TimeStampedData, Token, TspError};
use signing::verify::{At, Basis, Context, RevocationRule};
use signing::{Anchor, Anchors, Hash, Indication, Service, Standing, SubIndication};

const CONTENT: &[u8] = b"Deliberazione n. 12 del 26 novembre 2026";

fn sha256(content: &[u8]) -> Vec<u8> {
    Hash::Sha256.of(content).bytes
}

fn trust(certificate: &[u8], service: Service, history: Vec<(jiff::Timestamp, Standing)>) -> Trust {
    let anchor = Anchor {
        certificate: certificate.to_vec(),
        service,
        history,
        provider: "Prova".into(),
        qualifications: Vec::new(),
    };
    Trust::new(&Anchors {
        anchors: vec![anchor],
        ..Anchors::default()
    })
}

fn lax(trust: &Trust) -> Context<'_> {
    Context {
        revocation: RevocationRule::IfKnown,
        ..Context::now(trust)
    }
}

#[test]
fn a_stamp_is_asked_for_and_holds() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let tsa = authority.issue("TSA", "tsa");
    for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        let request = Request::new(hash.of(CONTENT)).unwrap();
        let answer = authority.stamp(&request.der(), &tsa);
        let token = Response::parse(&answer).unwrap().token(&request).unwrap();
        let stamp = token.check(&hash.of(CONTENT)).unwrap();
        assert_eq!(stamp.certificate.der, tsa.der);
        assert_eq!(stamp.accuracy, Some(jiff::SignedDuration::from_secs(1)));
        assert!((jiff::Timestamp::now().as_second() - stamp.time.as_second()).abs() < 60);
        assert_eq!(token.check(&hash.of(b"altro")), Err(TspError::OtherContent));
        // The outside judge says the same.
        std::fs::write(authority.path().join("content"), CONTENT).unwrap();
        std::fs::write(authority.path().join("other"), b"altro").unwrap();
        let judge = |data| {
            accepts(
                authority.path(),
                &[
                    "ts", "-verify", "-data", data, "-in", "ts.tsr", "-CAfile", "ca.pem",
                ],
            )
        };
        assert!(judge("content") && !judge("other"));
    }
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let tsa = authority.issue("TSA", "tsa");
    let (one, other) = (Request::of(CONTENT).unwrap(), Request::of(CONTENT).unwrap());
    assert_ne!(one.nonce(), other.nonce());
    let answer = Response::parse(&authority.stamp(&one.der(), &tsa)).unwrap();
    assert!(answer.token(&one).is_ok());
    // The same content, asked for a second time: an old answer played again.
    assert_eq!(answer.token(&other), Err(TspError::OtherRequest));
    // And one that has no nonce at all.
    let info = tst_info(&sha256(CONTENT), "20261126080000Z", None);
    let bare = Response::parse(&authority.token(&info, &tsa)).unwrap();
    assert_eq!(bare.token(&one), Err(TspError::OtherRequest));
    let info = tst_info(&sha256(b"altro"), "20261126080000Z", Some(one.nonce()));
    let bare = Response::parse(&authority.token(&info, &tsa)).unwrap();
    assert_eq!(bare.token(&one), Err(TspError::OtherContent));
}

#[test]
fn a_refusal_is_told() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let tsa = authority.issue("TSA", "tsa");
    let answer = authority.stamp(b"\x30\x03\x02\x01\x01", &tsa);
    match Response::parse(&answer)
        .unwrap()
        .token(&Request::of(CONTENT).unwrap())
    {
        Err(TspError::Refused(failure)) => {
            assert_eq!(failure.status, 2);
            assert!(
                !failure.bits.is_empty() && !failure.words.is_empty(),
                "{failure:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    // A token beside a refusal is not for use.
    let token = authority.token(&tst_info(&sha256(CONTENT), "20261126080000Z", None), &tsa);
    let refused = tlv(0x30, &[&tlv(0x30, &[&[2, 1, 2]]), &token]);
    assert!(matches!(
        Response::parse(&refused).unwrap().any_token(),
        Err(TspError::Refused(_))
    ));
    let granted = tlv(0x30, &[&tlv(0x30, &[&[2, 1, 0]]), &token]);
    assert!(Response::parse(&granted).unwrap().any_token().is_ok());
}

#[test]
fn only_time_stampers_stamp() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let info = tst_info(&sha256(CONTENT), "20261126080000Z", None);
    let sections = [
        ("tsa", Ok(())),
        ("tsa_lax", Err(())),
        ("tsa_mail", Err(())),
        ("signer", Err(())),
        ("ocsp", Err(())),
    ];
    for (section, expected) in sections {
        let by = authority.issue(section, section);
        let token = Token::parse(&authority.token(&info, &by)).unwrap();
        match expected {
            Ok(()) => assert!(token.check_content(CONTENT).is_ok(), "{section}"),
            Err(()) => assert_eq!(
                token.check_content(CONTENT),
                Err(TspError::NotATimeStamper),
                "{section}"
            ),
        }
    }
}

#[test]
fn what_is_no_token_or_lies_about_itself() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let tsa = authority.issue("TSA", "tsa");
    let info = tst_info(&sha256(CONTENT), "20261126080000Z", None);
    // Plain data, signed by a time stamper.
    let plain = authority.cms(&info, &tsa, &["-nosmimecap", "-cades", "-nodetach"]);
    assert_eq!(Token::parse(&plain), Err(TspError::NotAToken));
    let kind = "1.2.840.113549.1.9.16.1.4";
    // Without the attribute that names the certificate.
    let bare = authority.cms(
        &info,
        &tsa,
        &["-econtent_type", kind, "-nosmimecap", "-nodetach"],
    );
    assert_eq!(
        Token::parse(&bare).unwrap().check_content(CONTENT),
        Err(TspError::OtherCertificate)
    );
    // Without the certificate.
    let without = authority.cms(
        &info,
        &tsa,
        &["-econtent_type", kind, "-cades", "-nocerts", "-nodetach"],
    );
    assert_eq!(
        Token::parse(&without).unwrap().check_content(CONTENT),
        Err(TspError::NoCertificate)
    );
    // Made before its certificate was valid.
    let early = tst_info(&sha256(CONTENT), "20190101000000Z", None);
    let early = Token::parse(&authority.token(&early, &tsa)).unwrap();
    assert_eq!(early.check_content(CONTENT), Err(TspError::OutsideValidity));
    // Its time changed afterwards.
    let mut changed = authority.token(&info, &tsa);
    let at = changed
        .windows(8)
        .position(|window| window == b"20261126")
        .unwrap();
    changed[at + 3] = b'5';
    assert_eq!(
        Token::parse(&changed).unwrap().check_content(CONTENT),
        Err(TspError::Signature)
    );
    // A hash function that nobody knows.
    let mut weak = tst_info(&[7; 16], "20261126080000Z", None);
    let at = weak
        .windows(3)
        .position(|window| window == [0x04, 0x02, 0x01])
        .unwrap();
    weak[at + 2] = 0x7f;
    let weak = Token::parse(&authority.token(&weak, &tsa)).unwrap();
    assert_eq!(weak.check_content(CONTENT), Err(TspError::WeakImprint));
}

#[test]
fn the_authority_decides_what_a_stamp_is_worth() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let tsa = authority.issue("TSA", "tsa");
    let answer = authority.stamp(&Request::of(CONTENT).unwrap().der(), &tsa);
    let token = Response::parse(&answer).unwrap().any_token().unwrap();
    let judge = |trust: &Trust| tsp::token(token.der(), CONTENT, &lax(trust));
    let since = "2020-01-01T00:00:00Z".parse().unwrap();
    let granted = trust(
        &authority.root.der,
        Service::QualifiedTimeStamps,
        vec![(since, Standing::Granted)],
    );
    let verdict = judge(&granted);
    assert_eq!(
        (verdict.indication, verdict.qualified),
        (Indication::TotalPassed, true)
    );
    assert_eq!(verdict.provider.as_deref(), Some("Prova"));
    // The unit itself in the list.
    let unit = trust(
        &tsa.der,
        Service::QualifiedTimeStamps,
        vec![(since, Standing::Granted)],
    );
    assert!(judge(&unit).qualified);
    let withdrawn = trust(
        &authority.root.der,
        Service::QualifiedTimeStamps,
        vec![(since, Standing::Withdrawn)],
    );
    assert!(!judge(&withdrawn).qualified);
    let other = trust(&authority.root.der, Service::Other, Vec::new());
    let verdict = judge(&other);
    assert_eq!(
        (verdict.indication, verdict.qualified),
        (Indication::TotalPassed, false)
    );
    // Nobody believes it.
    let verdict = judge(&Trust::default());
    assert_eq!(verdict.indication, Indication::Indeterminate);
    assert_eq!(
        verdict.sub_indication,
        Some(SubIndication::NoCertificateChainFound)
    );
    // Revocation unknown, and wanted.
    let strict = tsp::token(token.der(), CONTENT, &Context::now(&granted));
    assert_eq!(strict.sub_indication, Some(SubIndication::TryLater));
    // Another content.
    let copied = tsp::token(token.der(), b"altro", &lax(&granted));
    assert_eq!(
        (copied.indication, copied.sub_indication),
        (Indication::TotalFailed, Some(SubIndication::HashFailure))
    );
    // A judgement about a time before the stamp.
    let at = At {
        time: "2026-01-01T00:00:00Z".parse().unwrap(),
        basis: Basis::Protocol,
    };
    let early = tsp::token(
        token.der(),
        CONTENT,
        &Context {
            at,
            ..lax(&granted)
        },
    );
    assert_eq!(
        early.sub_indication,
        Some(SubIndication::TimestampOrderFailure)
    );
}

#[test]
fn a_stamp_holds_as_its_service_stood_when_it_was_made() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    use Service::{Other, QualifiedSignatures, QualifiedTimeStamps};
    use Standing::{Granted, Withdrawn};
    let tsa = authority.issue("TSA", "tsa");
    let token = authority.token(&tst_info(&sha256(CONTENT), "20250601000000Z", None), &tsa);
    let service = |certificate: &[u8], service, history: &[(&str, Standing)]| Anchor {
        certificate: certificate.to_vec(),
        service,
        history: history
            .iter()
            .map(|(since, standing)| (since.parse().unwrap(), *standing))
            .collect(),
        provider: "Prova".into(),
        qualifications: Vec::new(),
    };
    let (before, after) = ("2025-05-01T00:00:00Z", "2025-07-01T00:00:00Z");
    let start = ("2020-01-01T00:00:00Z", Granted);
    let (root, unit) = (authority.root.der.as_slice(), tsa.der.as_slice());
    let cases = [
        (vec![service(root, QualifiedTimeStamps, &[start])], true),
        (
            vec![service(
                root,
                QualifiedTimeStamps,
                &[start, (after, Withdrawn)],
            )],
            true,
        ),
        (
            vec![service(
                root,
                QualifiedTimeStamps,
                &[start, (before, Withdrawn)],
            )],
            false,
        ),
        (
            vec![service(root, QualifiedTimeStamps, &[(after, Granted)])],
            false,
        ),
        (
            vec![service(root, Other, &[start, (before, Withdrawn)])],
            false,
        ),
        // The unit's own entry goes before that of its issuer, a service for stamps before one for signatures.
        (
            vec![
                service(root, QualifiedSignatures, &[start]),
                service(unit, QualifiedTimeStamps, &[start, (before, Withdrawn)]),
            ],
            false,
        ),
        (
            vec![
                service(root, QualifiedSignatures, &[start]),
                service(root, QualifiedTimeStamps, &[start, (before, Withdrawn)]),
            ],
            false,
        ),
        (
            vec![
                service(root, Other, &[start]),
                service(root, QualifiedTimeStamps, &[(after, Granted)]),
            ],
            true,
        ),
        (vec![service(root, QualifiedSignatures, &[start])], true),
    ];
    for (index, (anchors, stood)) in cases.into_iter().enumerate() {
        let trust = Trust::new(&Anchors {
            anchors,
            ..Anchors::default()
        });
        let verdict = tsp::token(&token, CONTENT, &lax(&trust));
        let expected = match stood {
            true => (Indication::TotalPassed, None),
            false => (
                Indication::Indeterminate,
                Some(SubIndication::ChainConstraintsFailure),
            ),
        };
        assert_eq!(
            (verdict.indication, verdict.sub_indication),
            expected,
            "{index}"
        );
        assert_eq!(verdict.proves().is_some(), stood, "{index}");
        assert_eq!(verdict.findings.is_empty(), stood, "{index}");
    }
}

#[test]
fn stale_lists_lower_a_stamp_too() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let tsa = authority.issue("TSA", "tsa");
    let token = authority.token(&tst_info(&sha256(CONTENT), "20250601000000Z", None), &tsa);
    let next_update: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let anchor = Anchor {
        certificate: authority.root.der.clone(),
        service: Service::QualifiedTimeStamps,
        history: Vec::new(),
        provider: "Prova".into(),
        qualifications: Vec::new(),
    };
    let trust = Trust::new(&Anchors {
        anchors: vec![anchor],
        issued: None,
        next_update: Some(next_update),
    });
    let stale = Some(SubIndication::TryLater);
    let verdict = tsp::token(&token, CONTENT, &lax(&trust));
    assert_eq!(
        (verdict.indication, verdict.sub_indication),
        (Indication::Indeterminate, stale)
    );
    assert!(verdict.proves().is_none());
    let inside = tsd(&[], &[&token], Some(CONTENT));
    let inside = TimeStampedData::parse(&inside).unwrap();
    let verdicts = inside.judge(None, &lax(&trust));
    assert_eq!(verdicts[0].sub_indication, stale);
    // What the lists said of a time before is final.
    let at = At {
        time: "2025-12-31T00:00:00Z".parse().unwrap(),
        basis: Basis::Protocol,
    };
    let verdict = tsp::token(&token, CONTENT, &Context { at, ..lax(&trust) });
    assert_eq!(verdict.indication, Indication::TotalPassed);
}

#[test]
fn a_revoked_time_stamper() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let info = tst_info(&sha256(CONTENT), "20250601000000Z", None);
    // Revoked after the stamp: what counts is whether the key was in other hands.
    let cases = [
        ("260101000000Z", "cessationOfOperation", true),
        ("260101000000Z", "superseded", true),
        ("260101000000Z", "keyCompromise", false),
        ("260101000000Z", "", false),
        ("250101000000Z", "cessationOfOperation", false),
    ];
    for (when, why, good) in cases {
        let tsa = authority.issue("TSA", "tsa");
        authority.revoke(&tsa, when, why);
        let token = authority.token(&info, &tsa);
        let mut facts = signing::revocation::Facts::new();
        facts
            .add_crl(&authority.crl("crl_plain", "20261101000000Z", "20361101000000Z"))
            .unwrap();
        let trust = trust(&authority.root.der, Service::Other, Vec::new());
        let context = Context {
            facts: &facts,
            ..Context::now(&trust)
        };
        let verdict = tsp::token(&token, CONTENT, &context);
        assert_eq!(
            verdict.indication == Indication::TotalPassed,
            good,
            "{when} {why}: {verdict:?}"
        );
    }
}

/// RFC 5544: document, name, and the token in one file.
#[test]
fn a_tsd_is_read_and_checked() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let tsa = authority.issue("TSA", "tsa");
    let stamp = |content: &[u8]| {
        authority.token(&tst_info(&sha256(content), "20261126080000Z", None), &tsa)
    };
    let meta = |protected: u8| {
        tlv(
            0x30,
            &[
                &[1, 1, protected],
                &tlv(12, &[b"delibera.pdf"]),
                &tlv(0x16, &[b"application/pdf"]),
            ],
        )
    };

    let simple = tsd(&meta(0), &[&stamp(CONTENT)], Some(CONTENT));
    assert!(TimeStampedData::is(&simple));
    let read = TimeStampedData::parse(&simple).unwrap();
    assert_eq!(read.content.as_deref(), Some(CONTENT));
    assert_eq!(read.file_name.as_deref(), Some("delibera.pdf"));
    assert_eq!(read.media_type.as_deref(), Some("application/pdf"));
    assert_eq!(read.check(None).unwrap().len(), 1);

    // The document beside it.
    let beside = TimeStampedData::parse(&tsd(&[], &[&stamp(CONTENT)], None)).unwrap();
    assert!(beside.check(Some(CONTENT)).is_ok());
    assert_eq!(beside.check(Some(b"altro")), Err(TspError::OtherContent));
    assert_eq!(beside.check(None), Err(TspError::OtherContent));

    // The name is stamped too.
    let protected = meta(0xff);
    let both = stamp(&[&protected, CONTENT].concat());
    assert!(
        TimeStampedData::parse(&tsd(&protected, &[&both], Some(CONTENT)))
            .unwrap()
            .check(None)
            .is_ok()
    );
    assert!(
        TimeStampedData::parse(&tsd(&meta(0), &[&both], Some(CONTENT)))
            .unwrap()
            .check(None)
            .is_err()
    );

    // Renewed: the second stamp is of the first.
    let first = stamp(CONTENT);
    let second = stamp(&tlv(0x30, &[&first]));
    let renewed = TimeStampedData::parse(&tsd(&[], &[&first, &second], Some(CONTENT))).unwrap();
    assert_eq!(renewed.check(None).unwrap().len(), 2);
    let twice = TimeStampedData::parse(&tsd(&[], &[&first, &first], Some(CONTENT))).unwrap();
    assert_eq!(twice.check(None), Err(TspError::OtherContent));

    // The same in the standard's words, stamp by stamp.
    let trust = trust(
        &authority.root.der,
        Service::QualifiedTimeStamps,
        Vec::new(),
    );
    let judged = |data: &TimeStampedData, content: Option<&[u8]>| -> Vec<Indication> {
        let verdicts = data.judge(content, &lax(&trust));
        verdicts.iter().map(|verdict| verdict.indication).collect()
    };
    use Indication::{TotalFailed, TotalPassed};
    assert_eq!(judged(&read, None), [TotalPassed]);
    assert_eq!(judged(&renewed, None), [TotalPassed, TotalPassed]);
    assert_eq!(judged(&twice, None), [TotalPassed, TotalFailed]);
    assert_eq!(judged(&beside, Some(CONTENT)), [TotalPassed]);
    assert_eq!(judged(&beside, Some(b"altro")), [TotalFailed]);

    assert!(TimeStampedData::parse(&tsd(&[], &[], Some(CONTENT))).is_err());
    assert!(!TimeStampedData::is(&stamp(CONTENT)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_may_come(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Response::parse(&bytes).map(|answer| answer.any_token());
        let _ = Token::parse(&bytes);
        let _ = TimeStampedData::parse(&bytes);
        let _ = tsp::TstInfo::parse(&bytes);
    }
}

/// Every byte of a good answer, changed one after the other: either it is refused, or it says the same.
#[test]
fn a_damaged_token_is_refused() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let tsa = authority.issue("TSA", "tsa");
    let request = Request::of(CONTENT).unwrap();
    let answer = authority.stamp(&request.der(), &tsa);
    let sound = Response::parse(&answer).unwrap().token(&request).unwrap();
    for at in 0..answer.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut damaged = answer.clone();
            damaged[at] ^= bit;
            if let Ok(token) = Response::parse(&damaged).and_then(|answer| answer.token(&request)) {
                assert_eq!(token.info(), sound.info(), "byte {at}");
            }
        }
        let _ = Response::parse(&answer[..at]).map(|cut| cut.any_token());
    }
}
