//! A signature on its way from B-B to B-LT and B-LTA: offline, refused, played false, and in the end judged without any line.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod archive;
mod authority;

use authority::{Authority, Issued, accepts, by_dss, dss, tst_info};
use jiff::{SignedDuration, Timestamp};
use signing::cms::SignedData;
use signing::path::Trust;
use signing::revocation::{OcspRequest, Reason};
use signing::tsp::{self, Kind, Request, Token, Transport, TransportError, TspError};
use signing::upgrade::{Level, Next, Settings, Trouble, Upgrade, UpgradeError};
use signing::verify::{At, Basis, Context, RevocationRule};
use signing::x509::Certificate;
use signing::{Anchor, Anchors, Hash, Indication, Service, Standing, SubIndication};

const CONTENT: &[u8] = b"Determinazione n. 3 del 26 novembre 2026";
const TSA: &str = "http://127.0.0.1:1/tsa";
const STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];

/// All services of an authority, without a network between.
struct Line<'a> {
    authority: &'a Authority,
    tsa: &'a Issued,
    up: bool,
    /// Services that are down.
    down: Vec<Kind>,
    asked: Vec<Kind>,
}

impl<'a> Line<'a> {
    fn new(authority: &'a Authority, tsa: &'a Issued) -> Self {
        Self {
            authority,
            tsa,
            up: true,
            down: Vec::new(),
            asked: Vec::new(),
        }
    }
}

impl Transport for Line<'_> {
    fn ask(&mut self, kind: Kind, url: &str, body: &[u8]) -> Result<Vec<u8>, TransportError> {
        assert!(url.starts_with("http://127.0.0.1:1/"), "{url}");
        self.asked.push(kind);
        if !self.up || self.down.contains(&kind) {
            return Err(TransportError::Unreachable("no route".into()));
        }
        Ok(match kind {
            Kind::TimeStamp => self.authority.stamp(body, self.tsa),
            Kind::Ocsp => self.authority.ocsp(body, None, 7),
            Kind::Crl => {
                let time = |hours: i64| {
                    (Timestamp::now() + SignedDuration::from_hours(hours))
                        .strftime("%Y%m%d%H%M%SZ")
                        .to_string()
                };
                self.authority.crl("crl_plain", &time(-1), &time(24))
            }
            Kind::Issuer => self.authority.root.der.clone(),
        })
    }
}

/// Runs the machine until it rests.
fn run(upgrade: &mut Upgrade, line: &mut impl Transport, trust: &Trust) -> Next {
    for _ in 0..40 {
        match upgrade.next(trust) {
            Next::Ask(ask) => {
                let answer = line.ask(ask.kind, &ask.url, &ask.body);
                upgrade.answer(ask, answer, trust);
            }
            rest => return rest,
        }
    }
    panic!("it never rests");
}

fn trust(authority: &Authority) -> Trust {
    let anchor = Anchor {
        certificate: authority.root.der.clone(),
        service: Service::QualifiedTimeStamps,
        history: Vec::new(),
        provider: "Prova".into(),
        qualifications: Vec::new(),
    };
    Trust::new(&Anchors {
        anchors: vec![anchor],
        ..Anchors::default()
    })
}

fn settings() -> Settings {
    Settings {
        tsa: vec![TSA.into()],
        ..Settings::default()
    }
}

fn sign(authority: &Authority, by: &Issued) -> Vec<u8> {
    authority.cms(CONTENT, by, &["-cades", "-nosmimecap", "-nodetach"])
}

/// The signature of one more, by openssl.
fn beside(authority: &Authority, p7m: &[u8], by: &Issued) -> Vec<u8> {
    std::fs::write(authority.path().join("one.p7m"), p7m).unwrap();
    let (pem, key) = (by.pem.to_str().unwrap(), by.key.to_str().unwrap());
    authority::run(
        authority.path(),
        &[
            "cms",
            "-resign",
            "-cades",
            "-nosmimecap",
            "-inform",
            "DER",
            "-in",
            "one.p7m",
            "-signer",
            pem,
            "-inkey",
            key,
            "-outform",
            "DER",
            "-out",
            "two.p7m",
        ],
    );
    std::fs::read(authority.path().join("two.p7m")).unwrap()
}

/// `openssl cms -verify -cades`, and the DSS.
fn outsiders_take(authority: &Authority, cms: &[u8]) -> bool {
    std::fs::write(authority.path().join("judged.p7m"), cms).unwrap();
    let openssl = accepts(
        authority.path(),
        &[
            "cms",
            "-verify",
            "-cades",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "judged.p7m",
            "-CAfile",
            "ca.pem",
            "-purpose",
            "any",
            "-out",
            "judged.out",
        ],
    ) && std::fs::read(authority.path().join("judged.out")).unwrap() == CONTENT;
    let dss = by_dss(authority, "judged.p7m", cms);
    let sound = dss.is_none_or(|found| !found.is_empty() && found.iter().all(dss::is_sound));
    openssl && sound
}

/// `openssl ts -verify` of the token on a signature.
fn openssl_takes_stamp(authority: &Authority, data: &SignedData<'_>) -> bool {
    let signer = &data.signers[0];
    let token = signer.unsigned_values(STAMP).next().unwrap();
    std::fs::write(authority.path().join("token.der"), token).unwrap();
    std::fs::write(authority.path().join("value"), &signer.signature).unwrap();
    accepts(
        authority.path(),
        &[
            "ts",
            "-verify",
            "-data",
            "value",
            "-in",
            "token.der",
            "-token_in",
            "-CAfile",
            "ca.pem",
        ],
    )
}

/// What the DSS says of the first signature of two files at a time, with a list of revocations.
fn dss_later(
    authority: &Authority,
    crl: &[u8],
    at: Timestamp,
    files: [&[u8]; 2],
) -> Option<[serde_json::Value; 2]> {
    let written = |(number, bytes): (usize, &[u8])| {
        let path = authority.path().join(format!("later-{number}"));
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let all = [crl, files[0], files[1]];
    let paths: Vec<_> = all.into_iter().enumerate().map(written).collect();
    let at = at.to_string();
    let words = ["--crl", paths[0].to_str().unwrap(), "--time", &at];
    let said = authority::dss::judge_with(&authority.root.pem, &words, &paths[1..])?;
    let first = |number: usize| said[number].1[0].clone();
    Some([first(0), first(1)])
}

#[test]
fn from_the_bare_signature_to_one_that_lasts() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let bare = sign(&authority, &rossi);
    let trust = trust(&authority);
    let mut upgrade = Upgrade::new(bare.clone(), Level::Lt, settings()).unwrap();

    // Offline: nothing waits on it, and nothing is lost.
    let mut line = Line {
        up: false,
        ..Line::new(&authority, &tsa)
    };
    assert!(matches!(
        run(&mut upgrade, &mut line, &trust),
        Next::Wait(_)
    ));
    assert_eq!(upgrade.bytes(), bare);

    // The line is back, but no responder yet: the stamp is there, and kept.
    let mut line = Line {
        down: vec![Kind::Ocsp, Kind::Crl],
        ..Line::new(&authority, &tsa)
    };
    assert!(matches!(
        run(&mut upgrade, &mut line, &trust),
        Next::Wait(_)
    ));
    assert_eq!(
        line.asked
            .iter()
            .filter(|kind| **kind == Kind::TimeStamp)
            .count(),
        1
    );
    let stamped = upgrade.bytes().to_vec();
    let data = SignedData::parse(&stamped).unwrap();
    assert_eq!(data.signers[0].unsigned_values(STAMP).count(), 1);
    assert!(outsiders_take(&authority, &stamped));
    assert!(openssl_takes_stamp(&authority, &data));

    // Another day, another process: it goes on from the bytes, and asks for no second stamp.
    let mut upgrade = Upgrade::new(stamped.clone(), Level::Lt, settings()).unwrap();
    let mut line = Line::new(&authority, &tsa);
    assert!(matches!(run(&mut upgrade, &mut line, &trust), Next::Done));
    assert_eq!(line.asked, [Kind::Ocsp, Kind::Ocsp]);
    let lasting = upgrade.bytes().to_vec();
    assert!(outsiders_take(&authority, &lasting));
    let data = SignedData::parse(&lasting).unwrap();
    assert!(openssl_takes_stamp(&authority, &data));
    assert_eq!((data.version, data.ocsp.len(), data.crls.len()), (5, 2, 0));
    assert!(data.certificates.contains(&authority.root.der));

    // All is done: nothing is asked any more.
    let mut again = Upgrade::new(lasting.clone(), Level::Lt, settings()).unwrap();
    let mut line = Line {
        up: false,
        ..Line::new(&authority, &tsa)
    };
    assert!(matches!(run(&mut again, &mut line, &trust), Next::Done));
    assert_eq!((line.asked.len(), again.bytes()), (0, lasting.as_slice()));

    // What was signed is there, byte for byte.
    let (old, new) = (
        SignedData::parse(&bare).unwrap(),
        SignedData::parse(&lasting).unwrap(),
    );
    assert_eq!(old.signers[0].signed_bytes, new.signers[0].signed_bytes);
    assert_eq!(old.signers[0].signature, new.signers[0].signature);
    assert_eq!(
        (old.content(), new.content()),
        (Some(CONTENT), Some(CONTENT))
    );

    // And it holds by itself, with every service down; the bare one does not.
    let judge = |bytes: &[u8]| {
        tsp::judge(bytes, None, &Context::now(&trust))
            .unwrap()
            .remove(0)
    };
    let verdict = judge(&lasting);
    assert_eq!(
        verdict.signer.indication,
        Indication::TotalPassed,
        "{:?}",
        verdict.signer.findings
    );
    assert_eq!(verdict.signer.at.basis, Basis::UnqualifiedTimeStamp);
    assert_eq!(
        (verdict.stamps.len(), verdict.stamps[0].indication),
        (1, Indication::TotalPassed)
    );
    assert_eq!(
        judge(&bare).signer.sub_indication,
        Some(SubIndication::TryLater)
    );
}

#[test]
fn lists_serve_where_no_responder_does() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let trust = trust(&authority);
    let mut upgrade = Upgrade::new(sign(&authority, &rossi), Level::Lt, settings()).unwrap();
    let mut line = Line {
        down: vec![Kind::Ocsp],
        ..Line::new(&authority, &tsa)
    };
    assert!(matches!(run(&mut upgrade, &mut line, &trust), Next::Done));
    let data = SignedData::parse(upgrade.bytes()).unwrap();
    // One list speaks for both.
    assert_eq!((data.ocsp.len(), data.crls.len()), (0, 1));
    assert!(outsiders_take(&authority, upgrade.bytes()));
}

#[test]
fn facts_at_hand_are_not_asked_for() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let trust = trust(&authority);
    let mut settings = settings();
    settings
        .facts
        .add_crl(&authority.crl("crl_plain", "20261101000000Z", "20361201000000Z"))
        .unwrap();
    let mut upgrade = Upgrade::new(sign(&authority, &rossi), Level::Lt, settings).unwrap();
    let mut line = Line::new(&authority, &tsa);
    assert!(matches!(run(&mut upgrade, &mut line, &trust), Next::Done));
    assert_eq!(line.asked, [Kind::TimeStamp]);
}

#[test]
fn parallel_signers_are_stamped_each() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, verdi) = (
        authority.issue("Rossi", "signer"),
        authority.issue("Verdi", "signer"),
    );
    let tsa = authority.issue("TSA", "tsa");
    let trust = trust(&authority);
    let two = beside(&authority, &sign(&authority, &rossi), &verdi);
    let mut upgrade = Upgrade::new(two, Level::Lt, settings()).unwrap();
    let mut line = Line::new(&authority, &tsa);
    assert!(matches!(run(&mut upgrade, &mut line, &trust), Next::Done));
    assert_eq!(
        line.asked
            .iter()
            .filter(|kind| **kind == Kind::TimeStamp)
            .count(),
        2
    );
    assert!(outsiders_take(&authority, upgrade.bytes()));
    let verdicts = tsp::judge(upgrade.bytes(), None, &Context::now(&trust)).unwrap();
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict.signer.indication == Indication::TotalPassed)
    );
    assert_eq!(verdicts.len(), 2);
}

#[test]
fn other_dresses_become_der() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let trust = trust(&authority);
    let stream = authority.cms(
        CONTENT,
        &rossi,
        &["-cades", "-nosmimecap", "-nodetach", "-stream"],
    );
    let der = sign(&authority, &rossi);
    let base64 = openssl::base64::encode_block(&der).into_bytes();
    for bytes in [stream, base64] {
        let mut upgrade = Upgrade::new(bytes, Level::T, settings()).unwrap();
        assert!(matches!(
            run(&mut upgrade, &mut Line::new(&authority, &tsa), &trust),
            Next::Done
        ));
        assert!(outsiders_take(&authority, upgrade.bytes()));
    }
    assert!(matches!(
        Upgrade::new(b"GIF89a".to_vec(), Level::T, settings()),
        Err(UpgradeError::Read(_))
    ));
}

#[test]
fn a_revoked_signer_is_stuck() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    authority.revoke(&rossi, "260601000000Z", "keyCompromise");
    let trust = trust(&authority);
    let mut upgrade = Upgrade::new(sign(&authority, &rossi), Level::Lt, settings()).unwrap();
    match run(&mut upgrade, &mut Line::new(&authority, &tsa), &trust) {
        Next::Stuck(troubles) => {
            let reason = Some(Reason::KeyCompromise);
            let revoked = |trouble: &Trouble| matches!(trouble, Trouble::Revoked { reason: why, .. } if *why == reason || why.is_none());
            assert!(troubles.iter().any(revoked), "{troubles:?}");
        }
        other => panic!("{other:?}"),
    }
}

/// Signed and stamped, then revoked: the stamp proves that the signature was there before.
#[test]
fn revoked_after_the_stamp_it_holds_and_without_a_stamp_it_does_not() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let trust = trust(&authority);
    let bare = sign(&authority, &rossi);
    let mut upgrade = Upgrade::new(bare.clone(), Level::T, settings()).unwrap();
    assert!(matches!(
        run(&mut upgrade, &mut Line::new(&authority, &tsa), &trust),
        Next::Done
    ));
    let stamped = upgrade.bytes().to_vec();
    let when = (Timestamp::now() + SignedDuration::from_hours(1))
        .strftime("%y%m%d%H%M%SZ")
        .to_string();
    authority.revoke(&rossi, &when, "keyCompromise");
    let time = |hours: i64| Timestamp::now() + SignedDuration::from_hours(hours);
    let text = |time: Timestamp| time.strftime("%Y%m%d%H%M%SZ").to_string();
    let crl = authority.crl("crl_plain", &text(time(2)), &text(time(48)));
    let mut facts = signing::revocation::Facts::new();
    facts.add_crl(&crl).unwrap();
    // A few hours later.
    let at = At {
        time: time(3),
        basis: Basis::Now,
    };
    let context = Context {
        facts: &facts,
        at,
        ..Context::now(&trust)
    };
    let verdict = tsp::judge(&stamped, None, &context).unwrap().remove(0);
    assert_eq!(
        verdict.signer.indication,
        Indication::TotalPassed,
        "{verdict:?}"
    );
    let verdict = tsp::judge(&bare, None, &context).unwrap().remove(0);
    assert_eq!(
        verdict.signer.sub_indication,
        Some(SubIndication::RevokedNoPoe)
    );
    // The EU's validator, a few hours later with the same list.
    if let Some([with, without]) = dss_later(&authority, &crl, time(3), [&stamped, &bare]) {
        assert!(authority::dss::passes(&with), "{with:#}");
        assert_eq!(without["subIndication"], "REVOKED_NO_POE", "{without:#}");
    }
    // The same at the time of the registration in the protocol.
    let protocol = At {
        time: Timestamp::now(),
        basis: Basis::Protocol,
    };
    let verdict = tsp::judge(
        &bare,
        None,
        &Context {
            at: protocol,
            ..context
        },
    )
    .unwrap()
    .remove(0);
    assert_eq!(
        verdict.signer.indication,
        Indication::TotalPassed,
        "{verdict:?}"
    );
}

/// A stamp that is on a signature proves its time only where its service stood, by lists that are current.
#[test]
fn a_stamp_that_does_not_hold_proves_no_time() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let believed = trust(&authority);
    let bare = sign(&authority, &rossi);
    let mut upgrade = Upgrade::new(bare.clone(), Level::T, settings()).unwrap();
    run(&mut upgrade, &mut Line::new(&authority, &tsa), &believed);
    let stamped = upgrade.bytes().to_vec();
    let anchor = |certificate: &[u8], history| Anchor {
        certificate: certificate.to_vec(),
        service: Service::QualifiedTimeStamps,
        history,
        provider: "Prova".into(),
        qualifications: Vec::new(),
    };
    let hours = |hours: i64| Timestamp::now() + SignedDuration::from_hours(hours);
    let withdrawn = Trust::new(&Anchors {
        anchors: vec![
            anchor(&authority.root.der, Vec::new()),
            anchor(&tsa.der, vec![(hours(-48), Standing::Withdrawn)]),
        ],
        ..Anchors::default()
    });
    let stale = Trust::new(&Anchors {
        anchors: vec![anchor(&authority.root.der, Vec::new())],
        issued: None,
        next_update: Some(hours(1)),
    });
    for (trust, sub_indication, passes) in [
        (&believed, None, true),
        (
            &withdrawn,
            Some(SubIndication::ChainConstraintsFailure),
            true,
        ),
        (&stale, Some(SubIndication::TryLater), false),
    ] {
        let at = At {
            time: hours(3),
            basis: Basis::Now,
        };
        let context = Context {
            at,
            revocation: RevocationRule::IfKnown,
            ..Context::now(trust)
        };
        let verdict = tsp::judge(&stamped, None, &context).unwrap().remove(0);
        assert_eq!(verdict.stamps[0].sub_indication, sub_indication);
        assert_eq!(
            verdict.signer.at == at,
            sub_indication.is_some(),
            "{verdict:?}"
        );
        let indication = verdict.signer.indication;
        assert_eq!(indication == Indication::TotalPassed, passes, "{verdict:?}");
    }
    // Nor is it put on one; lists that are stale leave no reason to wait with it.
    let stale = Trust::new(&Anchors {
        anchors: vec![anchor(&authority.root.der, Vec::new())],
        issued: None,
        next_update: Some(hours(-1)),
    });
    for (trust, taken) in [(&withdrawn, false), (&stale, true)] {
        let mut upgrade = Upgrade::new(bare.clone(), Level::T, settings()).unwrap();
        run(&mut upgrade, &mut Line::new(&authority, &tsa), trust);
        assert_eq!(upgrade.bytes() != bare.as_slice(), taken);
    }
}

#[test]
fn stamps_of_strangers_and_copies_are_not_taken() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let trust = trust(&authority);
    let bare = sign(&authority, &rossi);

    // A service that answers with a stamp of another request.
    struct Replay(Vec<u8>);
    impl Transport for Replay {
        fn ask(&mut self, _: Kind, _: &str, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            Ok(self.0.clone())
        }
    }
    let old = authority.stamp(&Request::of(b"altro").unwrap().der(), &tsa);
    for answer in [old, b"<html>captive portal</html>".to_vec(), Vec::new()] {
        let mut upgrade = Upgrade::new(bare.clone(), Level::T, settings()).unwrap();
        assert!(matches!(
            run(&mut upgrade, &mut Replay(answer), &trust),
            Next::Stuck(_)
        ));
        assert_eq!(upgrade.bytes(), bare);
    }
    // The second service serves where the first does not.
    let two = Settings {
        tsa: vec!["http://127.0.0.1:1/broken".into(), TSA.into()],
        ..Settings::default()
    };
    let mut upgrade = Upgrade::new(bare.clone(), Level::T, two).unwrap();
    let Next::Ask(ask) = upgrade.next(&trust) else {
        panic!()
    };
    upgrade.answer(ask, Err(TransportError::Status(500)), &trust);
    assert!(matches!(
        run(&mut upgrade, &mut Line::new(&authority, &tsa), &trust),
        Next::Done
    ));

    // An authority that nobody believes.
    let Some(mut other) = Authority::new() else {
        return;
    };
    let stranger = other.issue("TSA", "tsa");
    let mut upgrade = Upgrade::new(bare.clone(), Level::T, settings()).unwrap();
    match run(&mut upgrade, &mut Line::new(&other, &stranger), &trust) {
        Next::Stuck(troubles) => assert!(
            troubles
                .iter()
                .any(|trouble| matches!(trouble, Trouble::Authority(_)))
        ),
        other => panic!("{other:?}"),
    }
    // No service at all.
    let mut upgrade = Upgrade::new(bare.clone(), Level::T, Settings::default()).unwrap();
    assert!(
        matches!(upgrade.next(&trust), Next::Stuck(troubles) if troubles == [Trouble::NoPlace])
    );

    // A good stamp, copied onto another signature.
    let mut upgrade = Upgrade::new(bare, Level::T, settings()).unwrap();
    assert!(matches!(
        run(&mut upgrade, &mut Line::new(&authority, &tsa), &trust),
        Next::Done
    ));
    let data = SignedData::parse(upgrade.bytes()).unwrap();
    let token = data.signers[0].unsigned_values(STAMP).next().unwrap();
    let verdict = tsp::token(token, b"another signature's value", &Context::now(&trust));
    assert_eq!(verdict.sub_indication, Some(SubIndication::HashFailure));
    // A stamp whose time is not in the certificate's.
    let early = tst_info(
        &Hash::Sha256.of(&data.signers[0].signature).bytes,
        "20190101000000Z",
        None,
    );
    let early = authority.token(&early, &tsa);
    assert!(
        Token::parse(&early)
            .unwrap()
            .check_content(&data.signers[0].signature)
            .is_err()
    );
}

#[test]
fn a_missing_issuer_is_fetched() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let trust = trust(&authority);
    // The issuer is the anchor here, so nothing is fetched; nor is it where nobody believes the issuer's issuer.
    let mut upgrade = Upgrade::new(sign(&authority, &rossi), Level::Lt, settings()).unwrap();
    let mut line = Line::new(&authority, &tsa);
    assert!(matches!(run(&mut upgrade, &mut line, &trust), Next::Done));
    assert!(!line.asked.contains(&Kind::Issuer));
    let certificate = Certificate::parse(&rossi.der).unwrap();
    assert!(OcspRequest::new(&certificate, &certificate).is_some());
}
