//! Each fault has its answer.

use crate::forge::{self, Forge, attribute, oid, tlv};
use crate::pki::{self, Ca, Profile, Signer};
use crate::read::{context, trust};
use jiff::Timestamp;
use openssl::hash::MessageDigest;
use openssl::x509::extension::KeyUsage;
use signing::path::{PathError, Trust};
use signing::verify::{
    At, Basis, Context, Facts, Finding, Profile as Rules, Quality, Ranges, Revocation,
    RevocationRule, cms,
};
use signing::x509::{Certificate, QcType};
use signing::{Anchor, Anchors, Hash, Indication, Service, Standing, SubIndication};

const CONTENT: &[u8] = b"Delibera";

fn answer(p7m: &[u8], context: &Context<'_>) -> (Indication, Option<SubIndication>, Vec<Finding>) {
    let verdict = cms(p7m, None, context).unwrap().remove(0);
    (verdict.indication, verdict.sub_indication, verdict.findings)
}

#[test]
fn faults_of_form_and_their_answers() {
    use SubIndication as S;
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let signer = ca.signer("ROSSI MARIO", pki::p256());
    let other = ca.signer("ROSSI MARIO", pki::p256());
    let good = || Forge::good(&signer, CONTENT);
    assert_eq!(
        answer(&good().make(&signer), &context(&trust)).0,
        Indication::TotalPassed
    );
    type Spoil = fn(&mut Forge, &Signer);
    let cases: [(Spoil, Finding, SubIndication); 11] = [
        (
            |f, _| f.signed.push(forge::message_digest(b"other")),
            Finding::DuplicateAttribute,
            S::FormatFailure,
        ),
        (
            |f, s| f.signed.push(forge::signing_certificate(&s.certificate)),
            Finding::DuplicateAttribute,
            S::FormatFailure,
        ),
        (
            |f, s| f.signed[2] = forge::signing_certificate(&s.certificate),
            Finding::OtherCertificate,
            S::NoSigningCertificateFound,
        ),
        (
            |f, _| drop(f.signed.remove(1)),
            Finding::NoMessageDigest,
            S::FormatFailure,
        ),
        (
            |f, _| drop(f.signed.remove(0)),
            Finding::ContentType,
            S::FormatFailure,
        ),
        (
            |f, _| f.signed[0] = attribute(forge::CONTENT_TYPE, &[oid("1.2.3")]),
            Finding::ContentType,
            S::FormatFailure,
        ),
        (
            |f, _| drop(f.signed.pop()),
            Finding::NoSigningCertificate,
            S::SigConstraintsFailure,
        ),
        (
            |f, _| {
                f.signed[1] = attribute(
                    forge::MESSAGE_DIGEST,
                    &[tlv(4, &[&[1; 32]]), tlv(4, &[&[2; 32]])],
                )
            },
            Finding::DuplicateAttribute,
            S::FormatFailure,
        ),
        (
            |f, _| f.content = Some(b"delibera".to_vec()),
            Finding::ContentChanged,
            S::HashFailure,
        ),
        (
            |f, _| f.content = None,
            Finding::NoContent,
            S::SignedDataNotFound,
        ),
        (
            |f, _| f.algorithm = tlv(0x30, &[&oid("1.2.840.10045.4.3.3")]),
            Finding::OtherHash,
            S::FormatFailure,
        ),
    ];
    for (at, (spoil, finding, reason)) in cases.into_iter().enumerate() {
        let mut forge = good();
        spoil(&mut forge, &other);
        let (indication, sub, findings) = answer(&forge.make(&signer), &context(&trust));
        assert!(findings.contains(&finding), "{at}: {findings:?}");
        assert_eq!(sub, Some(reason), "{at}: {findings:?}");
        assert_ne!(indication, Indication::TotalPassed, "{at}");
    }
    // Signed by another key under this certificate's name.
    let info = good().signer_info(&signer, |over| other.sign(&Hash::Sha256.of(over)));
    let p7m = good().with_signers(&[info]);
    assert_eq!(answer(&p7m, &context(&trust)).1, Some(S::SigCryptoFailure));
    // No signed attributes at all: plain PKCS#7.
    let mut plain = good();
    plain.signed.clear();
    assert_eq!(
        answer(&plain.make(&signer), &context(&trust)).1,
        Some(S::SigConstraintsFailure)
    );
    // Without the certificate.
    let mut bare = good();
    bare.certificates.clear();
    assert_eq!(
        answer(&bare.make(&signer), &context(&trust)).1,
        Some(S::NoSigningCertificateFound)
    );
    // A certificate beside it that is none.
    let mut rubbish = good();
    rubbish.certificates.push(tlv(0x30, &[&[5, 0]]));
    assert_eq!(
        answer(&rubbish.make(&signer), &context(&trust)).1,
        Some(S::FormatFailure)
    );
    // Nobody believed.
    let nobody = Trust::default();
    assert_eq!(
        answer(&good().make(&signer), &context(&nobody)).1,
        Some(S::NoCertificateChainFound)
    );
}

#[test]
fn rules_of_a_pdf() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let signer = ca.signer("ROSSI MARIO", pki::p256());
    let rules = Context {
        profile: Rules::Pades,
        ..context(&trust)
    };
    let mut outside = Forge::good(&signer, CONTENT);
    outside.content = None;
    let p7s = outside.make(&signer);
    let whole = [b"Deli".as_slice(), b"<hole>", b"bera"].concat();
    let ranges = Ranges {
        bytes: &whole,
        ranges: vec![0..4, 10..14],
    };
    assert_eq!(
        cms(&p7s, Some(&ranges), &rules).unwrap()[0].indication,
        Indication::TotalPassed
    );
    let wrong = Ranges {
        bytes: &whole,
        ranges: vec![0..4, 10..15],
    };
    assert_eq!(
        cms(&p7s, Some(&wrong), &rules).unwrap()[0].sub_indication,
        Some(SubIndication::SignedDataNotFound)
    );
    // Content inside, and beside.
    let inside = Forge::good(&signer, CONTENT).make(&signer);
    let verdict = cms(&inside, Some(&ranges), &rules).unwrap().remove(0);
    assert_eq!(
        verdict.sub_indication,
        Some(SubIndication::FormatFailure),
        "{verdict:?}"
    );
    // Two signers.
    let info = outside.signer_info(&signer, |over| signer.sign(&Hash::Sha256.of(over)));
    let verdicts = cms(
        &outside.with_signers(&[info.clone(), info]),
        Some(&ranges),
        &rules,
    )
    .unwrap();
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict.findings.contains(&Finding::SeveralSigners))
    );
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict.sub_indication == Some(SubIndication::FormatFailure))
    );
}

#[test]
fn weak_hashes_and_keys() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let signer = ca.signer("ROSSI MARIO", pki::p256());
    let sha1 = |content: &[u8]| {
        openssl::hash::hash(MessageDigest::sha1(), content)
            .unwrap()
            .to_vec()
    };
    let mut forge = Forge::good(&signer, CONTENT);
    forge.digest = tlv(0x30, &[&oid("1.3.14.3.2.26")]);
    forge.algorithm = tlv(0x30, &[&oid("1.2.840.10045.4.1")]);
    forge.signed[1] = attribute(forge::MESSAGE_DIGEST, &[tlv(4, &[&sha1(CONTENT)])]);
    let info = forge.signer_info(&signer, |over| {
        let mut context = openssl::pkey_ctx::PkeyCtx::new(&signer.key).unwrap();
        context.sign_init().unwrap();
        let mut value = Vec::new();
        context.sign_to_vec(&sha1(over), &mut value).unwrap();
        value
    });
    let p7m = forge.with_signers(&[info]);
    let (indication, sub, findings) = answer(&p7m, &context(&trust));
    assert_eq!(
        (indication, sub),
        (
            Indication::Indeterminate,
            Some(SubIndication::CryptoConstraintsFailureNoPoe)
        )
    );
    assert!(
        findings.contains(&Finding::WeakHash) && !findings.contains(&Finding::BadSignature),
        "{findings:?}"
    );
    // Proven to be from after SHA-1's end.
    let at = At {
        time: "2020-06-01T00:00:00Z".parse().unwrap(),
        basis: Basis::Protocol,
    };
    let then = Context {
        at,
        ..context(&trust)
    };
    assert_eq!(
        answer(&p7m, &then).1,
        Some(SubIndication::CryptoConstraintsFailure)
    );

    let short = ca.signer("ROSSI MARIO", pki::rsa(1024));
    let mut forge = Forge::good(&short, CONTENT);
    forge.algorithm = tlv(0x30, &[&oid("1.2.840.113549.1.1.1"), &[5, 0]]);
    let (_, sub, findings) = answer(&forge.make(&short), &context(&trust));
    assert_eq!(sub, Some(SubIndication::CryptoConstraintsFailureNoPoe));
    assert!(
        findings.contains(&Finding::WeakKey) && !findings.contains(&Finding::BadSignature),
        "{findings:?}"
    );
}

#[test]
fn brainpool_and_pss_are_checked() {
    use openssl::nid::Nid;
    use openssl::rsa::Padding;
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let signer = ca.signer("ROSSI MARIO", pki::curve(Nid::BRAINPOOL_P256R1));
    assert_eq!(
        answer(
            &Forge::good(&signer, CONTENT).make(&signer),
            &context(&trust)
        )
        .0,
        Indication::TotalPassed
    );

    let signer = ca.signer("ROSSI MARIO", pki::rsa(2048));
    let sha256 = tlv(0x30, &[&oid("2.16.840.1.101.3.4.2.1")]);
    let pss = |salt: u8| {
        let mask = tlv(0x30, &[&oid("1.2.840.113549.1.1.8"), &sha256]);
        let parameters = tlv(
            0x30,
            &[
                &tlv(0xa0, &[&sha256]),
                &tlv(0xa1, &[&mask]),
                &tlv(0xa2, &[&[2, 1, salt]]),
            ],
        );
        tlv(0x30, &[&oid("1.2.840.113549.1.1.10"), &parameters])
    };
    let sign = |over: &[u8]| {
        let mut context = openssl::pkey_ctx::PkeyCtx::new(&signer.key).unwrap();
        context.sign_init().unwrap();
        context.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
        context.set_signature_md(openssl::md::Md::sha256()).unwrap();
        context
            .set_rsa_pss_saltlen(openssl::sign::RsaPssSaltlen::custom(32))
            .unwrap();
        let mut value = Vec::new();
        context
            .sign_to_vec(&Hash::Sha256.of(over).bytes, &mut value)
            .unwrap();
        value
    };
    for (salt, reason) in [(32, None), (20, Some(SubIndication::SigCryptoFailure))] {
        let mut forge = Forge::good(&signer, CONTENT);
        forge.algorithm = pss(salt);
        let p7m = forge.with_signers(&[forge.signer_info(&signer, sign)]);
        assert_eq!(answer(&p7m, &context(&trust)).1, reason, "{salt}");
    }
}

#[test]
fn counter_signatures() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let signer = ca.signer("ROSSI MARIO", pki::p256());
    let second = ca.signer("VERDI UGO", pki::p256());
    let mut forge = Forge::good(&signer, CONTENT);
    forge.certificates.push(second.certificate.clone());
    let value = std::cell::RefCell::new(Vec::new());
    forge.signer_info(&signer, |over| {
        *value.borrow_mut() = signer.sign(&Hash::Sha256.of(over));
        value.borrow().clone()
    });
    let value = value.into_inner();
    for (of, indication, times, told) in [
        (value.as_slice(), Indication::TotalPassed, 1, None),
        (
            b"another",
            Indication::TotalFailed,
            1,
            Some(Indication::TotalFailed),
        ),
        // More than are judged.
        (
            value.as_slice(),
            Indication::TotalPassed,
            33,
            Some(Indication::Indeterminate),
        ),
    ] {
        let mut counter = Forge::good(&second, of);
        counter.signed.remove(0);
        let info = counter.signer_info(&second, |over| second.sign(&Hash::Sha256.of(over)));
        forge.unsigned = vec![attribute(forge::COUNTER_SIGNATURE, &vec![info; times])];
        let info = forge.signer_info(&signer, |_| value.clone());
        let verdict = cms(&forge.with_signers(&[info]), None, &context(&trust))
            .unwrap()
            .remove(0);
        assert_eq!(verdict.indication, Indication::TotalPassed, "{verdict:?}");
        // It is another's signature: it changes nothing of this one, and is told.
        let finding = verdict.findings.iter().find_map(|finding| match finding {
            Finding::CounterSignature { indication } => Some(*indication),
            _ => None,
        });
        assert_eq!(finding, told, "{verdict:?}");
        assert_eq!(verdict.counter_signatures.len(), times.min(32));
        assert_eq!(
            verdict.counter_signatures[0].holder.as_ref().unwrap().name,
            "VERDI UGO"
        );
        assert_eq!(
            verdict.counter_signatures[0].indication, indication,
            "{verdict:?}"
        );
    }
}

/// Knows one revocation.
struct Revoked {
    serial: Vec<u8>,
    since: Timestamp,
}

impl Facts for Revoked {
    fn revocation(&self, certificate: &Certificate, _: &Certificate, at: Timestamp) -> Revocation {
        if certificate.serial == self.serial {
            Revocation::Revoked {
                since: self.since,
                reason: Some(1),
            }
        } else {
            Revocation::Good { issued: at }
        }
    }
}

#[test]
fn the_time_that_counts() {
    use SubIndication as S;
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let mut profile = Profile::signer("ROSSI MARIO");
    (profile.begin, profile.end) = (
        time("2022-01-01T00:00:00Z").as_second(),
        time("2024-12-31T23:59:59Z").as_second(),
    );
    let signer = ca.issue(&profile, pki::p256());
    let p7m = Forge::good(&signer, CONTENT).make(&signer);
    let at = |text: &str, basis| Context {
        at: At {
            time: time(text),
            basis,
        },
        ..context(&trust)
    };
    // Expired since: today open, at the protocol's date good (DPCM 22/2/2013, art. 62).
    assert_eq!(answer(&p7m, &context(&trust)).1, Some(S::OutOfBoundsNoPoe));
    let then = at("2024-12-31T23:59:59.5Z", Basis::Protocol);
    assert_eq!(answer(&p7m, &then).0, Indication::TotalPassed);
    assert_eq!(
        answer(&p7m, &at("2025-01-01T00:00:00Z", Basis::Protocol)).1,
        Some(S::OutOfBoundsNoPoe)
    );
    // Before the certificate: a proof makes it impossible, a word does not.
    let early = answer(&p7m, &at("2021-12-31T00:00:00Z", Basis::Pec));
    assert_eq!(
        (early.0, early.1),
        (Indication::TotalFailed, Some(S::NotYetValid))
    );
    assert_eq!(
        answer(&p7m, &at("2021-12-31T00:00:00Z", Basis::Stated)).0,
        Indication::Indeterminate
    );
    // Revoked in 2023.
    let serial = Certificate::parse(&signer.certificate).unwrap().serial;
    let facts = Revoked {
        serial,
        since: time("2023-06-01T00:00:00Z"),
    };
    let with = |context| Context {
        facts: &facts,
        revocation: RevocationRule::Required,
        ..context
    };
    let before = answer(&p7m, &with(at("2023-05-31T00:00:00Z", Basis::Protocol)));
    assert_eq!(before.0, Indication::TotalPassed);
    assert!(
        before
            .2
            .iter()
            .any(|finding| matches!(finding, Finding::RevokedLater { .. }))
    );
    let after = answer(&p7m, &with(at("2023-06-02T00:00:00Z", Basis::Protocol)));
    assert_eq!(
        (after.0, after.1),
        (Indication::Indeterminate, Some(S::RevokedNoPoe))
    );
    assert_eq!(
        answer(&p7m, &with(context(&trust))).1,
        Some(S::RevokedNoPoe)
    );
    // Nothing known where it has to be.
    let required = Context {
        revocation: RevocationRule::Required,
        ..then
    };
    assert_eq!(answer(&p7m, &required).1, Some(S::TryLater));
}

#[test]
fn stale_lists_lower_and_never_raise() {
    let ca = Ca::new("Root");
    let signer = ca.signer("ROSSI MARIO", pki::p256());
    let p7m = Forge::good(&signer, CONTENT).make(&signer);
    let anchor = Anchor {
        certificate: ca.der(),
        service: Service::Other,
        history: Vec::new(),
        provider: String::new(),
        qualifications: Vec::new(),
    };
    let next_update = Some("2026-01-01T00:00:00Z".parse().unwrap());
    let trust = Trust::new(&Anchors {
        anchors: vec![anchor],
        issued: None,
        next_update,
    });
    assert_eq!(
        answer(&p7m, &context(&trust)).1,
        Some(SubIndication::TryLater)
    );
    // What the lists said of a time before is final.
    let at = At {
        time: "2025-12-31T00:00:00Z".parse().unwrap(),
        basis: Basis::Protocol,
    };
    assert_eq!(
        answer(
            &p7m,
            &Context {
                at,
                ..context(&trust)
            }
        )
        .0,
        Indication::TotalPassed
    );
}

#[test]
fn qualified_advanced_or_unknown() {
    let statement = |name: &str| tlv(0x30, &[&oid(name)]);
    let kinds = |name: &str| tlv(0x30, &[&oid("0.4.0.1862.1.6"), &tlv(0x30, &[&oid(name)])]);
    let (compliance, device) = (statement("0.4.0.1862.1.1"), statement("0.4.0.1862.1.4"));
    let (for_signatures, for_seals) = (kinds("0.4.0.1862.1.6.1"), kinds("0.4.0.1862.1.6.2"));
    let ca = Ca::new("Qualified CA");
    let make = |statements: &[&[u8]]| {
        let mut profile = Profile::signer("ROSSI MARIO");
        profile
            .extensions
            .push(("1.3.6.1.5.5.7.1.3", false, tlv(0x30, statements)));
        let signer = ca.issue(&profile, pki::p256());
        (Forge::good(&signer, CONTENT).make(&signer), signer)
    };
    let quality = |p7m: &[u8], anchors: &[(Service, &[(&str, Standing)])]| {
        let anchors = anchors.iter().map(|(service, history)| Anchor {
            certificate: ca.der(),
            service: *service,
            history: history
                .iter()
                .map(|(since, standing)| (since.parse().unwrap(), *standing))
                .collect(),
            provider: "QTSP".into(),
            qualifications: Vec::new(),
        });
        let trust = Trust::new(&Anchors {
            anchors: anchors.collect(),
            ..Anchors::default()
        });
        let verdict = cms(p7m, None, &context(&trust)).unwrap().remove(0);
        (verdict.quality, verdict.sub_indication)
    };
    let since: &[(&str, Standing)] = &[("2016-07-01T00:00:00Z", Standing::Granted)];
    let (full, signer) = make(&[&compliance, &device, &for_signatures]);
    let holder = Certificate::parse(&signer.certificate).unwrap().holder();
    assert_eq!(holder.tax_code.as_deref(), Some("RSSMRA70A01H501S"));
    assert_eq!(holder.statements.types, [QcType::Signature]);
    assert_eq!(
        quality(&full, &[(Service::QualifiedSignatures, since)]),
        (Quality::Qualified, None)
    );
    // In the lists as several services: the order does not matter.
    let both: [(Service, &[(&str, Standing)]); 2] = [
        (Service::QualifiedSeals, since),
        (Service::QualifiedSignatures, since),
    ];
    assert_eq!(quality(&full, &both).0, Quality::Qualified);
    // What the certificate claims is worth nothing alone, and neither is the service.
    assert_eq!(
        quality(&full, &[(Service::Other, since)]).0,
        Quality::Unknown
    );
    assert_eq!(
        quality(
            &make(&[&for_signatures]).0,
            &[(Service::QualifiedSignatures, since)]
        )
        .0,
        Quality::Unknown
    );
    let without_device = make(&[&compliance]).0;
    assert_eq!(
        quality(&without_device, &[(Service::QualifiedSignatures, since)]).0,
        Quality::AdvancedQualifiedCertificate
    );
    let seal = make(&[&compliance, &device, &for_seals]).0;
    assert_eq!(
        quality(&seal, &[(Service::QualifiedSeals, since)]).0,
        Quality::QualifiedSeal
    );
    assert_eq!(
        quality(&seal, &[(Service::QualifiedSignatures, since)]).0,
        Quality::Unknown
    );
    assert_eq!(
        quality(&make(&[]).0, &[(Service::IdentityCard, since)]).0,
        Quality::Advanced
    );
    // Withdrawn before today, and not yet granted when the certificate was issued.
    let withdrawn: &[(&str, Standing)] = &[
        ("2016-07-01T00:00:00Z", Standing::Granted),
        ("2022-01-01T00:00:00Z", Standing::Withdrawn),
    ];
    assert_eq!(
        quality(&full, &[(Service::QualifiedSignatures, withdrawn)]),
        (
            Quality::Unknown,
            Some(SubIndication::ChainConstraintsFailure)
        )
    );
    let later: &[(&str, Standing)] = &[("2021-01-01T00:00:00Z", Standing::Granted)];
    assert_eq!(
        quality(&full, &[(Service::QualifiedSignatures, later)]),
        (Quality::Unknown, None)
    );
}

/// TS 119 615, 4.3: a service is known by its key and its subject, whichever of its certificates a list names.
#[test]
fn a_service_is_its_key_and_its_name() {
    let statement = |name: &str| tlv(0x30, &[&oid(name)]);
    let (compliance, device) = (statement("0.4.0.1862.1.1"), statement("0.4.0.1862.1.4"));
    let key = pki::p256();
    let ca = Ca::with(&Profile::ca("Qualified CA"), key.clone());
    let again = Ca::with(&Profile::ca("Qualified CA"), key.clone());
    let renamed = Ca::with(&Profile::ca("Other CA"), key);
    let namesake = Ca::new("Qualified CA");
    assert_ne!(ca.der(), again.der());
    let mut profile = Profile::signer("ROSSI MARIO");
    let statements = tlv(0x30, &[&compliance, &device]);
    profile
        .extensions
        .push(("1.3.6.1.5.5.7.1.3", false, statements));
    let signer = ca.issue(&profile, pki::p256());
    let p7m = Forge::good(&signer, CONTENT).make(&signer);
    let worth = |other: &Ca, service| {
        let services = [(&ca, Service::QualifiedSignatures), (other, service)];
        let anchors = services.map(|(ca, service)| Anchor {
            certificate: ca.der(),
            service,
            history: vec![("2016-07-01T00:00:00Z".parse().unwrap(), Standing::Granted)],
            provider: "QTSP".into(),
            qualifications: Vec::new(),
        });
        let mut found = Vec::new();
        for anchors in [anchors.to_vec(), anchors.iter().rev().cloned().collect()] {
            let trust = Trust::new(&Anchors {
                anchors,
                ..Anchors::default()
            });
            let verdict = cms(&p7m, None, &context(&trust)).unwrap().remove(0);
            let unclear = verdict.findings.contains(&Finding::QualificationUnclear);
            found.push((verdict.quality, unclear));
        }
        // whichever comes first
        assert_eq!(found[0], found[1]);
        found[0]
    };
    let qualified = (Quality::Qualified, false);
    assert_eq!(worth(&again, Service::Other), qualified);
    // What it says of the same certificates is heard, and contradicts.
    assert_eq!(
        worth(&again, Service::IdentityCard),
        (Quality::Unknown, true)
    );
    for another in [&renamed, &namesake] {
        assert_eq!(worth(another, Service::IdentityCard), qualified);
    }
}

#[test]
fn the_key_must_be_for_documents() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let with = |usage: Option<KeyUsage>, purpose: Option<&str>| {
        let mut profile = Profile::signer("ROSSI MARIO");
        profile.key_usage = usage;
        profile
            .extensions
            .extend(purpose.map(|purpose| ("2.5.29.37", true, tlv(0x30, &[&oid(purpose)]))));
        let signer = ca.issue(&profile, pki::p256());
        answer(
            &Forge::good(&signer, CONTENT).make(&signer),
            &context(&trust),
        )
    };
    let usage = |set: fn(&mut KeyUsage) -> &mut KeyUsage| {
        let mut usage = KeyUsage::new();
        set(usage.critical());
        Some(usage)
    };
    assert_eq!(
        with(usage(KeyUsage::key_agreement), None).1,
        Some(SubIndication::ChainConstraintsFailure)
    );
    let told = with(usage(KeyUsage::digital_signature), None);
    assert!(told.0 == Indication::TotalPassed && told.2.contains(&Finding::NotNonRepudiation));
    assert_eq!(with(None, None).0, Indication::TotalPassed);
    let stamps = with(usage(KeyUsage::non_repudiation), Some("1.3.6.1.5.5.7.3.8"));
    assert_eq!(stamps.1, Some(SubIndication::ChainConstraintsFailure));
    assert_eq!(
        with(usage(KeyUsage::non_repudiation), Some("1.3.6.1.5.5.7.3.4")).0,
        Indication::TotalPassed
    );
}

#[test]
fn what_the_certificate_says_of_its_holder() {
    let ca = Ca::new("Qualified CA");
    let mut profile = Profile::signer("ROSSI MARIO");
    let notice = tlv(
        0x30,
        &[&tlv(12, &["Limite d'uso: solo atti del Comune".as_bytes()])],
    );
    let qualifier = tlv(0x30, &[&oid("1.3.6.1.5.5.7.2.2"), &notice]);
    let policy = tlv(0x30, &[&oid("1.3.76.16.6"), &tlv(0x30, &[&qualifier])]);
    profile
        .extensions
        .push(("2.5.29.32", false, tlv(0x30, &[&policy])));
    // QcLimitValue, and the same in a way that few write: a currency by its number, cents, a second currency.
    let limit = |currency: &[u8], amount: &[u8], exponent: u8| {
        let value = tlv(
            0x30,
            &[currency, &tlv(2, &[amount]), &tlv(2, &[&[exponent]])],
        );
        tlv(0x30, &[&oid("0.4.0.1862.1.2"), &value])
    };
    let limited = |limits: &[&[u8]]| ("1.3.6.1.5.5.7.1.3", false, tlv(0x30, limits));
    let told = |holder: &signing::x509::Holder| {
        let limits = holder.statements.limits.iter();
        limits.map(ToString::to_string).collect::<Vec<_>>()
    };
    let euros = limit(&tlv(0x13, &[b"EUR"]), &[25], 3);
    let cents = limit(&tlv(2, &[&[0x03, 0xd2]]), &[0x00, 0xff], 0xfe);
    let mut odd = Profile::signer("ROSSI MARIO");
    odd.extensions.push(limited(&[&cents, &euros]));
    let odd = ca.issue(&odd, pki::p256());
    let odd = Certificate::parse(&odd.certificate).unwrap().holder();
    assert_eq!(told(&odd), ["2.55 978", "25000 EUR"]);
    profile.extensions.push(limited(&[&euros]));
    let signer = ca.issue(&profile, pki::p256());
    let read = Certificate::parse(&signer.certificate).unwrap();
    let holder = read.holder();
    assert_eq!(told(&holder), ["25000 EUR"]);
    assert_eq!(
        (holder.name.as_str(), holder.issuer.as_str()),
        ("ROSSI MARIO", "Qualified CA")
    );
    assert_eq!(holder.limits, ["Limite d'uso: solo atti del Comune"]);
    assert!(holder.agid && holder.policies == ["1.3.76.16.6"]);
    assert_eq!(holder.country.as_deref(), Some("IT"));
    assert!(read.key_usage().unwrap().unwrap().non_repudiation());
    assert_eq!(holder.not_before.unwrap().as_second(), pki::BEGIN);
    // JSON keeps the standard's words.
    let p7m = Forge::good(&signer, CONTENT).make(&signer);
    let json =
        serde_json::to_value(&cms(&p7m, None, &Context::now(&trust(&ca))).unwrap()[0]).unwrap();
    assert_eq!(
        (&json["indication"], &json["sub_indication"]),
        (&"INDETERMINATE".into(), &"TRY_LATER".into())
    );
    assert_eq!(json["findings"][1]["kind"], "path", "{json}");
    let errors = PathError::RevocationUnknown { depth: 0 };
    assert_eq!(
        json["findings"][1]["why"],
        serde_json::to_value(errors).unwrap()
    );
}
