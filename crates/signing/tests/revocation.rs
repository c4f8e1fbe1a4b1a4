//! CRLs and OCSP answers, made by the openssl command: what each may say, about whom, for which time.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod authority;

use authority::{Authority, Issued, accepts};
use jiff::Timestamp;
use proptest::prelude::*;
use signing::revocation::{
    Crl, Facts, OcspRequest, OcspResponse, Places, Reason, RevocationError, Source, Status, Why,
};
use signing::verify::{self, Finding, Revocation};
use signing::x509::Certificate;
use signing::{Indication, tsp};
use std::cell::RefCell;

const FROM: &str = "20261101000000Z";
const TO: &str = "20261201000000Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(issued: &Issued) -> Certificate {
    Certificate::parse(&issued.der).unwrap()
}

fn listed(crl: &[u8]) -> Facts {
    let mut facts = Facts::new();
    facts.add_crl(crl).unwrap();
    facts
}

fn answered(answer: &[u8]) -> Facts {
    let mut facts = Facts::new();
    facts.add_ocsp(answer).unwrap();
    facts
}

const fn unknown(why: Why) -> Status {
    Status::Unknown { why }
}

#[test]
fn a_list_speaks_for_its_time() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (good, bad) = (
        authority.issue("Rossi", "signer"),
        authority.issue("Verdi", "signer"),
    );
    authority.revoke(&bad, "260601000000Z", "keyCompromise");
    let facts = listed(&authority.crl("crl_plain", FROM, TO));
    let root = read(&authority.root);
    let (good, bad) = (read(&good), read(&bad));
    let issued = at("2026-11-01T00:00:00Z");
    let fine = Status::Good {
        source: Source::Crl,
        issued,
        later: None,
    };
    for time in [
        "2025-01-01T00:00:00Z",
        "2026-11-01T00:00:00Z",
        "2026-11-30T23:59:59Z",
        "2026-12-01T00:00:00Z",
    ] {
        assert_eq!(facts.status(&good, &root, at(time)), fine, "{time}");
    }
    // Past its next update it says nothing good any more; what was revoked stays so.
    assert_eq!(
        facts.status(&good, &root, at("2026-12-01T00:00:01Z")),
        unknown(Why::Stale)
    );
    let since = at("2026-06-01T00:00:00Z");
    let revoked = Status::Revoked {
        since,
        reason: Some(Reason::KeyCompromise),
        source: Source::Crl,
        issued,
    };
    for time in [
        "2026-06-01T00:00:00Z",
        "2026-11-15T00:00:00Z",
        "2030-01-01T00:00:00Z",
    ] {
        assert_eq!(facts.status(&bad, &root, at(time)), revoked, "{time}");
    }
    // Before it was revoked, it was good.
    let before = facts.status(&bad, &root, at("2026-05-31T23:59:59Z"));
    assert_eq!(
        before,
        Status::Good {
            source: Source::Crl,
            issued,
            later: Some((since, Some(Reason::KeyCompromise)))
        }
    );
    assert_eq!(
        Facts::new().status(&good, &root, issued),
        unknown(Why::Nothing)
    );
}

#[test]
fn a_list_of_another_says_nothing() {
    let (Some(mut one), Some(other)) = (Authority::new(), Authority::new()) else {
        return;
    };
    let good = one.issue("Rossi", "signer");
    // The same name, another key.
    let crl = other.crl("crl_plain", FROM, TO);
    let now = at("2026-11-15T00:00:00Z");
    assert_eq!(
        listed(&crl).status(&read(&good), &read(&one.root), now),
        unknown(Why::Nothing)
    );
    // The right list, one bit of its signed part changed: every one of them.
    let crl = one.crl("crl_plain", FROM, TO);
    let (good, root) = (read(&good), read(&one.root));
    for at in 0..crl.len() {
        let mut damaged = crl.clone();
        damaged[at] ^= 0x04;
        let mut facts = Facts::new();
        if facts.add_crl(&damaged).is_ok() {
            assert_eq!(
                facts.status(&good, &root, now),
                unknown(Why::Nothing),
                "byte {at}"
            );
        }
    }
    assert!(matches!(
        listed(&crl).status(&good, &root, now),
        Status::Good { .. }
    ));
}

#[test]
fn partial_and_foreign_lists_are_refused_by_name() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let good = read(&authority.issue("Rossi", "signer"));
    let root = read(&authority.root);
    let now = at("2026-11-15T00:00:00Z");
    let parse = |section| Crl::parse(&authority.crl(section, FROM, TO)).map(|_| ());
    assert_eq!(parse("crl_indirect"), Err(RevocationError::Indirect));
    assert_eq!(parse("crl_reasons"), Err(RevocationError::Partial));
    assert_eq!(parse("crl_delta"), Err(RevocationError::Delta));
    assert_eq!(parse("crl_odd"), Err(RevocationError::Critical));
    let says = |section| listed(&authority.crl(section, FROM, TO)).status(&good, &root, now);
    // Of people, and of the part that this certificate points at.
    assert!(matches!(says("crl_users"), Status::Good { .. }));
    assert!(matches!(says("crl_here"), Status::Good { .. }));
    // Of authorities, and of another part: nothing about this one.
    assert_eq!(says("crl_authorities"), unknown(Why::Nothing));
    assert_eq!(says("crl_elsewhere"), unknown(Why::Nothing));
}

#[test]
fn who_expired_is_not_vouched_for_afterwards() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let old = authority.issue_for("Rossi", "signer", ("20240101000000Z", "20260101000000Z"));
    let (old, root) = (read(&old), read(&authority.root));
    let then = at("2025-06-01T00:00:00Z");
    // It is not on the list; but who is expired may be left out of one.
    let late = listed(&authority.crl("crl_plain", FROM, TO));
    assert_eq!(late.status(&old, &root, then), unknown(Why::AfterExpiry));
    let in_time = listed(&authority.crl("crl_plain", "20251201000000Z", "20260101000000Z"));
    assert!(matches!(
        in_time.status(&old, &root, then),
        Status::Good { .. }
    ));
    // Unless the issuer says that it keeps them.
    let kept = listed(&authority.crl("crl_expired", FROM, TO));
    assert!(matches!(
        kept.status(&old, &root, then),
        Status::Good { .. }
    ));
}

#[test]
fn a_suspension_may_end_and_a_revocation_may_not() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (held, gone) = (
        authority.issue("Rossi", "signer"),
        authority.issue("Verdi", "signer"),
    );
    authority.revoke(&held, "260601000000Z", "certificateHold");
    authority.revoke(&gone, "260601000000Z", "superseded");
    let first = authority.crl("crl_plain", "20260701000000Z", "20260801000000Z");
    let root = read(&authority.root);
    let (held_certificate, gone_certificate) = (read(&held), read(&gone));
    let time = at("2026-07-15T00:00:00Z");
    let suspended = listed(&first).status(&held_certificate, &root, time);
    assert!(matches!(
        suspended,
        Status::Revoked {
            reason: Some(Reason::CertificateHold),
            ..
        }
    ));
    // The next list has neither of them: a suspension is over, and a revocation that vanished is not believed.
    let later = authority.crl_without(&[&held, &gone], FROM, TO);
    let mut both = listed(&first);
    both.add_crl(&later).unwrap();
    assert!(matches!(
        both.status(&held_certificate, &root, at("2026-11-15T00:00:00Z")),
        Status::Good { later: None, .. }
    ));
    assert!(matches!(
        both.status(&gone_certificate, &root, at("2026-11-15T00:00:00Z")),
        Status::Revoked { .. }
    ));
}

#[test]
fn a_responder_answers_for_its_issuer() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (good, bad) = (
        authority.issue("Rossi", "signer"),
        authority.issue("Verdi", "signer"),
    );
    let (delegate, stranger) = (
        authority.issue("OCSP", "ocsp"),
        authority.issue("Bianchi", "signer"),
    );
    authority.revoke(&bad, "260601000000Z", "");
    let root = read(&authority.root);
    let now = Timestamp::now();
    for (who, revoked) in [(&good, false), (&bad, true)] {
        let certificate = read(who);
        let request = OcspRequest::new(&certificate, &root).unwrap();
        for signer in [None, Some(&delegate)] {
            let answer = authority.ocsp(request.der(), signer, 7);
            let parsed = OcspResponse::parse(&answer).unwrap();
            assert_eq!(parsed.answers(&request), Ok(()));
            let other = OcspRequest::new(&certificate, &root).unwrap();
            assert_eq!(parsed.answers(&other), Err(RevocationError::OtherRequest));
            match answered(&answer).status(&certificate, &root, now) {
                Status::Good {
                    source: Source::Ocsp,
                    later: None,
                    ..
                } => assert!(!revoked),
                Status::Revoked {
                    since,
                    reason: None,
                    source: Source::Ocsp,
                    ..
                } => {
                    assert!(revoked);
                    assert_eq!(since, at("2026-06-01T00:00:00Z"));
                }
                other => panic!("{other:?}"),
            }
            // As a CMS file carries it: the basic answer alone.
            let mut alone = Facts::new();
            alone.add_ocsp(parsed.basic_der()).unwrap();
            assert!(!matches!(
                alone.status(&certificate, &root, now),
                Status::Unknown { .. }
            ));
            // The outside judge.
            assert!(accepts(
                authority.path(),
                &[
                    "ocsp",
                    "-respin",
                    "ocsp.der",
                    "-CAfile",
                    "ca.pem",
                    "-issuer",
                    "ca.pem",
                    "-cert",
                    who.pem.to_str().unwrap(),
                    "-no_nonce"
                ]
            ));
            // It is no answer about anybody else, nor from any other authority.
            let third = if revoked { &good } else { &bad };
            assert_eq!(
                answered(&answer).status(&read(third), &root, now),
                unknown(Why::Nothing)
            );
            assert_eq!(
                answered(&answer).status(&certificate, &read(&delegate), now),
                unknown(Why::Nothing)
            );
        }
        // Signed by somebody whom nobody delegated.
        let answer = authority.ocsp(request.der(), Some(&stranger), 7);
        assert_eq!(
            answered(&answer).status(&certificate, &root, now),
            unknown(Why::Nothing)
        );
    }
}

/// A responder is believed as a signer is: not with what TS 119 312 does not allow any more.
#[test]
fn a_weak_responder_says_nothing() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let good = authority.issue("Rossi", "signer");
    let root = read(&authority.root);
    let good = read(&good);
    let request = OcspRequest::new(&good, &root).unwrap();
    for (section, says) in [("ocsp", true), ("ocsp_short", false), ("ocsp_sha1", false)] {
        let delegate = authority.issue(section, section);
        let answer = authority.ocsp(request.der(), Some(&delegate), 7);
        let status = answered(&answer).status(&good, &root, Timestamp::now());
        assert_eq!(matches!(status, Status::Good { .. }), says, "{section}");
    }
}

/// RFC 6960, 4.2.2.2.1: the responder's own certificate may be revoked, unless its issuer says that nobody need look.
#[test]
fn a_responder_may_be_revoked_itself() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (good, other) = (
        authority.issue("Rossi", "signer"),
        authority.issue("Verdi", "signer"),
    );
    let root = read(&authority.root);
    let certificate = read(&good);
    let request = OcspRequest::new(&certificate, &root).unwrap();
    let now = Timestamp::now();
    let (from, to) = ("20240101000000Z", "20350101000000Z");
    for (section, must_look) in [("ocsp_open", true), ("ocsp", false)] {
        let delegate = authority.issue(section, section);
        let answer = authority.ocsp(request.der(), Some(&delegate), 7);
        let alone = answered(&answer);
        assert!(matches!(
            alone.status(&certificate, &root, now),
            Status::Good { .. }
        ));
        let unchecked = |facts: &Facts| {
            let found = verify::Facts::responder(facts, &certificate, &root, now);
            found.map(|(who, _)| who.der)
        };
        let open = must_look.then(|| delegate.der.clone());
        assert_eq!(unchecked(&alone), open, "{section}");
        // Nothing against it, says its issuer itself; of another certificate that says nothing.
        for (about, known) in [(&delegate, true), (&other, false)] {
            let request = OcspRequest::new(&read(about), &root).unwrap();
            let mut both = alone.clone();
            both.add_ocsp(&authority.ocsp(request.der(), None, 7))
                .unwrap();
            let still = open.clone().filter(|_| !known);
            assert_eq!(unchecked(&both), still, "{section}");
            // What is kept with a signature is enough to say so again.
            assert_eq!(unchecked(&both.about(&certificate, &root)), still);
        }
        // Another one is no witness, for who vouches for that?
        let witness = authority.issue(&format!("beside {section}"), "ocsp_open");
        let question = OcspRequest::new(&read(&delegate), &root).unwrap();
        let mut both = alone.clone();
        both.add_ocsp(&authority.ocsp(question.der(), Some(&witness), 7))
            .unwrap();
        assert_eq!(unchecked(&both), open, "{section}");
        // Revoked: whoever has its key may have written that answer, and its date too.
        for reason in ["keyCompromise", ""] {
            authority.revoke(&delegate, "260601000000Z", reason);
            let mut both = alone.clone();
            both.add_ocsp(&authority.ocsp(question.der(), None, 7))
                .unwrap();
            assert_eq!(
                both.status(&certificate, &root, now),
                unknown(Why::Nothing),
                "{section}"
            );
        }
        // The list that tells of it tells of the signer as well, and needs no responder.
        let mut both = alone;
        both.add_crl(&authority.crl("crl_plain", from, to)).unwrap();
        assert!(matches!(
            both.status(&certificate, &root, now),
            Status::Good {
                source: Source::Crl,
                ..
            }
        ));
    }
}

/// The signature holds all the same; that nobody looked is told.
#[test]
fn an_unchecked_responder_is_told_in_the_verdict() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let signer = authority.issue("Rossi", "signer");
    let root = read(&authority.root);
    let signed = authority.cms(b"Atto", &signer, &["-nodetach", "-cades", "-nosmimecap"]);
    let request = OcspRequest::new(&read(&signer), &root).unwrap();
    let trust = authority.trust();
    let judged = |facts: &dyn verify::Facts| {
        let context = verify::Context {
            facts,
            ..verify::Context::now(&trust)
        };
        let verdict = verify::cms(&signed, None, &context).unwrap().remove(0);
        let told = verdict.findings.contains(&Finding::ResponderUnchecked);
        (verdict.indication, told)
    };
    for (section, told) in [("ocsp_open", true), ("ocsp", false)] {
        let delegate = authority.issue(section, section);
        let alone = answered(&authority.ocsp(request.der(), Some(&delegate), 7));
        assert_eq!(judged(&alone), (Indication::TotalPassed, told));
        let question = OcspRequest::new(&read(&delegate), &root).unwrap();
        // Its own word for itself.
        let mut more = alone.clone();
        more.add_ocsp(&authority.ocsp(question.der(), Some(&delegate), 7))
            .unwrap();
        assert_eq!(judged(&more), (Indication::TotalPassed, told));
        let mut more = alone.clone();
        more.add_ocsp(&authority.ocsp(question.der(), None, 7))
            .unwrap();
        assert_eq!(judged(&more), (Indication::TotalPassed, false));
        authority.revoke(&delegate, "260601000000Z", "keyCompromise");
        let mut more = alone.clone();
        more.add_ocsp(&authority.ocsp(question.der(), None, 7))
            .unwrap();
        assert_eq!(judged(&more), (Indication::Indeterminate, false));
    }
}

/// What is known in two places, as of a file and of an archive: neither alone knows that the responder of the one is
/// revoked.
struct Apart<'a> {
    answers: &'a Facts,
    of_responders: &'a Facts,
    missing: RefCell<Vec<Vec<u8>>>,
}

impl verify::Facts for Apart<'_> {
    fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Revocation {
        match verify::Facts::revocation(self.answers, certificate, issuer, at) {
            Revocation::Unknown => {
                verify::Facts::revocation(self.of_responders, certificate, issuer, at)
            }
            known => known,
        }
    }

    fn responder(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> Option<(Certificate, Timestamp)> {
        verify::Facts::responder(self.answers, certificate, issuer, at)
    }

    fn missing(&self, certificate: &Certificate, _: &Certificate, _: Timestamp) {
        self.missing.borrow_mut().push(certificate.der.clone());
    }
}

/// The word of a revoked responder carries neither a signer nor a time stamp: another is asked for. Of one that nobody
/// vouches for it is told.
#[test]
fn a_revoked_responder_leaves_signers_and_stamps_open() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let root = read(&authority.root);
    let trust = authority.trust();
    let (signer, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let delegate = authority.issue("OCSP", "ocsp_open");
    let signed = authority.cms(b"Atto", &signer, &["-nodetach", "-cades", "-nosmimecap"]);
    let request = tsp::Request::of(b"Atto").unwrap();
    let stamp = tsp::Response::parse(&authority.stamp(&request.der(), &tsa)).unwrap();
    let stamp = stamp.token(&request).unwrap().der().to_vec();
    let answer = |authority: &Authority, about: &Issued, by: Option<&Issued>| {
        let request = OcspRequest::new(&read(about), &root).unwrap();
        answered(&authority.ocsp(request.der(), by, 7))
    };
    let mut answers = answer(&authority, &signer, Some(&delegate));
    answers.extend(&answer(&authority, &tsa, Some(&delegate)));
    // Of the signer and of the stamp: the verdict, whether it tells that nobody looked, and whether more is asked for.
    let judged = |of_responders: &Facts| {
        let facts = Apart {
            answers: &answers,
            of_responders,
            missing: RefCell::default(),
        };
        let context = verify::Context {
            facts: &facts,
            ..verify::Context::now(&trust)
        };
        let verdict = verify::cms(&signed, None, &context).unwrap().remove(0);
        let stamp = tsp::token(&stamp, b"Atto", &context);
        let missing = facts.missing.borrow();
        [
            (verdict.indication, verdict.findings, &signer),
            (stamp.indication, stamp.findings, &tsa),
        ]
        .map(|(indication, findings, of)| {
            let told = findings.contains(&Finding::ResponderUnchecked);
            (indication, told, missing.contains(&of.der))
        })
    };
    let passed = Indication::TotalPassed;
    assert_eq!(judged(&Facts::new()), [(passed, true, false); 2]);
    let good = answer(&authority, &delegate, None);
    assert_eq!(judged(&good), [(passed, false, false); 2]);
    authority.revoke(&delegate, "260601000000Z", "keyCompromise");
    let revoked = answer(&authority, &delegate, None);
    let open = Indication::Indeterminate;
    assert_eq!(judged(&revoked), [(open, false, true); 2]);
}

#[test]
fn an_answer_grows_old() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let good = read(&authority.issue("Rossi", "signer"));
    let root = read(&authority.root);
    let request = OcspRequest::new(&good, &root).unwrap();
    let facts = answered(&authority.ocsp(request.der(), None, 7));
    let after = |days: i64| Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    assert!(matches!(
        facts.status(&good, &root, after(-100)),
        Status::Good { .. }
    ));
    assert!(matches!(
        facts.status(&good, &root, after(6)),
        Status::Good { .. }
    ));
    assert_eq!(facts.status(&good, &root, after(8)), unknown(Why::Stale));
}

#[test]
fn a_responder_that_does_not_know_says_nothing_good() {
    let (Some(mut authority), Some(mut other)) = (Authority::new(), Authority::new()) else {
        return;
    };
    let good = read(&authority.issue("Rossi", "signer"));
    // One and more ahead of the first's numbers, unknown to its index.
    let _ = other.issue("a", "signer");
    let beyond = read(&other.issue("b", "signer"));
    let root = read(&authority.root);
    let request = OcspRequest::new(&beyond, &root).unwrap();
    let answer = authority.ocsp(request.der(), None, 7);
    assert_eq!(
        answered(&answer).status(&beyond, &root, Timestamp::now()),
        unknown(Why::Responder)
    );
    // A responder that refuses: tryLater, by hand.
    assert_eq!(
        OcspResponse::parse(&[0x30, 3, 0x0a, 1, 3]),
        Err(RevocationError::Responder(3))
    );
    assert!(matches!(
        answered(&answer).status(&good, &root, Timestamp::now()),
        Status::Unknown { .. }
    ));
}

#[test]
fn a_certificate_says_where_to_ask() {
    let Some(mut authority) = Authority::at_port(8080) else {
        return;
    };
    let places = Places::of(&read(&authority.issue("Rossi", "signer")));
    assert_eq!(places.ocsp, ["http://127.0.0.1:8080/ocsp"]);
    assert_eq!(places.crl, ["http://127.0.0.1:8080/crl"]);
    assert_eq!(places.issuer, ["http://127.0.0.1:8080/issuer"]);
    assert_eq!(Places::of(&read(&authority.root)), Places::default());
}

/// Every bit of an answer's bytes counts: changed, it says nothing, or the same.
#[test]
fn a_damaged_answer_says_nothing_else() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let bad = authority.issue("Verdi", "signer");
    authority.revoke(&bad, "260601000000Z", "keyCompromise");
    let (bad, root) = (read(&bad), read(&authority.root));
    let request = OcspRequest::new(&bad, &root).unwrap();
    let answer = authority.ocsp(request.der(), None, 7);
    let now = Timestamp::now();
    let said = answered(&answer).status(&bad, &root, now);
    for at in 0..answer.len() {
        let mut damaged = answer.clone();
        damaged[at] ^= 0x01;
        let mut facts = Facts::new();
        if facts.add_ocsp(&damaged).is_ok() {
            let status = facts.status(&bad, &root, now);
            assert!(
                status == said || status == unknown(Why::Nothing),
                "byte {at}: {status:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_may_come(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Crl::parse(&bytes);
        let _ = OcspResponse::parse(&bytes);
    }
}
