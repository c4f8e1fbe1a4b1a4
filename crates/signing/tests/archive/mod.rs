//! Stamps over a whole `.p7m` (archive-time-stamp-v3). What they stamp is put together anew by asn1crypto and judged by
//! `openssl ts`; the EU's DSS judges the file, where it is there.

use super::*;
use std::path::Path;
use std::process::Command;

const ARCHIVE: &[u8] = &[4, 0, 0x8d, 0x45, 2, 4];

/// The archive stamps of a file, judged from outside: none that does not hold.
fn outside(authority: &Authority, p7m: &[u8], count: usize) {
    let folder = authority.path().join("ats");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    let file = authority.path().join("archived.p7m");
    std::fs::write(&file, p7m).unwrap();
    by_asn1crypto(authority, &file, &folder, count);
    by_dss(authority, p7m, count);
}

fn by_asn1crypto(authority: &Authority, file: &Path, folder: &Path, count: usize) {
    let python = std::env::var("ORACLES_PYTHON").unwrap_or_else(|_| "python3".into());
    let present = Command::new(&python)
        .args(["-c", "import asn1crypto"])
        .output();
    if !present.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no Python with asn1crypto");
        return;
    }
    let script = folder.join("ats.py");
    std::fs::write(&script, include_str!("../authority/ats.py")).unwrap();
    let output = Command::new(&python)
        .args([script.as_path(), file, folder])
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{why}");
    let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert_eq!(found, count.to_string());
    for number in 0..count {
        let (token, stamped) = (
            format!("ats/{number}.token"),
            format!("ats/{number}.stamped"),
        );
        let openssl = [
            "ts",
            "-verify",
            "-data",
            &stamped,
            "-in",
            &token,
            "-token_in",
            "-CAfile",
            "ca.pem",
        ];
        assert!(accepts(authority.path(), &openssl), "stamp {number}");
    }
}

fn by_dss(authority: &Authority, p7m: &[u8], count: usize) {
    let Some(signatures) = authority::by_dss(authority, "archived.p7m", p7m) else {
        return;
    };
    let mut found = 0;
    for signature in &signatures {
        assert!(authority::dss::passes(signature), "{signature:#}");
        assert_eq!(signature["format"], "CAdES-BASELINE-LTA");
        let stamps = signature["timestamps"].as_array().unwrap();
        found += stamps
            .iter()
            .filter(|stamp| stamp["archiveTimestampType"] == "CAdES_V3")
            .count();
    }
    assert_eq!(found, count);
}

/// A `.p7m` at B-LTA.
fn lasting(authority: &Authority, by: &Issued, tsa: &Issued, trust: &Trust) -> Vec<u8> {
    let mut upgrade = Upgrade::new(sign(authority, by), Level::Lta, settings()).unwrap();
    let rest = run(&mut upgrade, &mut Line::new(authority, tsa), trust);
    assert!(matches!(rest, Next::Done), "{rest:?}");
    upgrade.bytes().to_vec()
}

fn judge(p7m: &[u8], trust: &Trust) -> tsp::StampedVerdict {
    let verdicts = tsp::judge(p7m, None, &Context::now(trust));
    verdicts.unwrap().remove(0)
}

#[test]
fn a_p7m_is_stamped_with_all_that_judges_it() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let trust = trust(&authority);
    let bare = sign(&authority, &rossi);
    let mut upgrade = Upgrade::new(bare.clone(), Level::Lta, settings()).unwrap();
    let mut line = Line::new(&authority, &tsa);
    assert!(matches!(run(&mut upgrade, &mut line, &trust), Next::Done));
    let kinds = [Kind::TimeStamp, Kind::Ocsp, Kind::Ocsp, Kind::TimeStamp];
    assert_eq!(line.asked, kinds);
    let p7m = upgrade.bytes().to_vec();
    assert!(signing::upgrade::keeps(&bare, &p7m).unwrap());
    assert!(outsiders_take(&authority, &p7m));
    outside(&authority, &p7m, 1);

    let verdict = judge(&p7m, &trust);
    assert_eq!(verdict.signer.indication, Indication::TotalPassed);
    let stamps: Vec<_> = verdict
        .stamps
        .iter()
        .map(|stamp| (stamp.archive, stamp.indication))
        .collect();
    let passed = Indication::TotalPassed;
    assert_eq!(stamps, [(false, passed), (true, passed)]);

    // Another day: nothing is asked any more.
    let mut again = Upgrade::new(p7m.clone(), Level::Lta, settings()).unwrap();
    let mut line = Line::new(&authority, &tsa);
    assert!(matches!(run(&mut again, &mut line, &trust), Next::Done));
    assert_eq!((line.asked.len(), again.bytes()), (0, p7m.as_slice()));
}

/// A signer who comes later leaves the first one's stamp whole, and gets one of his own.
#[test]
fn each_parallel_signer_has_one_of_his_own() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, verdi) = (
        authority.issue("Rossi", "signer"),
        authority.issue("Verdi", "signer"),
    );
    let tsa = authority.issue("TSA", "tsa");
    let trust = trust(&authority);
    let first = lasting(&authority, &rossi, &tsa, &trust);
    let two = beside(&authority, &first, &verdi);
    let mut upgrade = Upgrade::new(two, Level::Lta, settings()).unwrap();
    let mut line = Line::new(&authority, &tsa);
    assert!(matches!(run(&mut upgrade, &mut line, &trust), Next::Done));
    let stamped = |kind: &&Kind| **kind == Kind::TimeStamp;
    assert_eq!(line.asked.iter().filter(stamped).count(), 2);
    outside(&authority, upgrade.bytes(), 2);
    let verdicts = tsp::judge(upgrade.bytes(), None, &Context::now(&trust)).unwrap();
    assert_eq!(verdicts.len(), 2);
    for verdict in verdicts {
        assert_eq!(verdict.signer.indication, Indication::TotalPassed);
        assert_eq!(verdict.stamps.iter().filter(|it| it.archive).count(), 1);
        let holds = |it: &tsp::StampVerdict| it.indication == Indication::TotalPassed;
        assert!(verdict.stamps.iter().all(holds), "{:?}", verdict.stamps);
    }
}

/// The signer and the authority of the first stamp lose their keys: what another stamped before that still stands.
#[test]
fn it_outlives_the_first_stamps_authority() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let rossi = authority.issue("Rossi", "signer");
    let (first, second) = (
        authority.issue("Prima", "tsa"),
        authority.issue("Seconda", "tsa"),
    );
    let trust = trust(&authority);
    let mut upgrade = Upgrade::new(sign(&authority, &rossi), Level::Lt, settings()).unwrap();
    let rest = run(&mut upgrade, &mut Line::new(&authority, &first), &trust);
    assert!(matches!(rest, Next::Done), "{rest:?}");
    let lt = upgrade.bytes().to_vec();
    let mut upgrade = Upgrade::new(lt.clone(), Level::Lta, settings()).unwrap();
    let rest = run(&mut upgrade, &mut Line::new(&authority, &second), &trust);
    assert!(matches!(rest, Next::Done), "{rest:?}");
    let lta = upgrade.bytes().to_vec();

    let time = |hours: i64| Timestamp::now() + SignedDuration::from_hours(hours);
    let text = |time: Timestamp, form: &str| time.strftime(form).to_string();
    for lost in [&rossi, &first] {
        authority.revoke(lost, &text(time(1), "%y%m%d%H%M%SZ"), "keyCompromise");
    }
    let long = "%Y%m%d%H%M%SZ";
    let crl = authority.crl("crl_plain", &text(time(2), long), &text(time(48), long));
    let mut facts = signing::revocation::Facts::new();
    facts.add_crl(&crl).unwrap();
    let later = Context {
        facts: &facts,
        at: At {
            time: time(3),
            basis: Basis::Now,
        },
        ..Context::now(&trust)
    };
    let of = |p7m: &[u8]| tsp::judge(p7m, None, &later).unwrap().remove(0);
    let (without, with) = (of(&lt), of(&lta));
    assert_ne!(without.stamps[0].indication, Indication::TotalPassed);
    let revoked = Some(SubIndication::RevokedNoPoe);
    assert_eq!(without.signer.sub_indication, revoked);
    let holds = |it: &tsp::StampVerdict| it.indication == Indication::TotalPassed;
    assert!(with.stamps.iter().all(holds), "{:?}", with.stamps);
    assert_eq!(with.signer.indication, Indication::TotalPassed);
    assert_eq!(with.signer.at.basis, Basis::UnqualifiedTimeStamp);
    if let Some([with, without]) = dss_later(&authority, &crl, time(3), [&lta, &lt]) {
        assert_eq!(with["indication"], "TOTAL_PASSED", "{with:#}");
        assert_eq!(without["subIndication"], "REVOKED_NO_POE", "{without:#}");
    }
}

/// Whatever the stamp covers cannot go or be changed.
#[test]
fn what_it_covers_cannot_be_taken_away() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let trust = trust(&authority);
    let p7m = lasting(&authority, &rossi, &tsa, &trust);
    let data = SignedData::parse(&p7m).unwrap();
    let faults = |bytes: &[u8]| {
        let verdict = judge(bytes, &trust);
        let archive = verdict.stamps.into_iter().find(|it| it.archive).unwrap();
        (archive.indication, archive.fault)
    };
    assert_eq!(faults(&p7m).0, Indication::TotalPassed);
    let incomplete = (Indication::TotalFailed, Some(TspError::Incomplete));
    // One byte at the end of a certificate, an answer and a stamp: lengths stay as they are.
    let certificate = &rossi.der;
    let answer = data.ocsp.first().unwrap();
    let stamp = data.signers[0].unsigned_values(STAMP).next().unwrap();
    for piece in [certificate, answer, &stamp.to_vec()] {
        let mut spoilt = p7m.clone();
        let at = place_of(&spoilt, piece) + piece.len() - 1;
        spoilt[at] ^= 1;
        assert_eq!(faults(&spoilt), incomplete);
    }
    // Within what is stamped: the value, the index.
    for piece in [&data.signers[0].signature, &index_hash(&data)] {
        let mut spoilt = p7m.clone();
        let at = place_of(&spoilt, piece);
        spoilt[at] ^= 1;
        let (indication, fault) = faults(&spoilt);
        assert_eq!(indication, Indication::TotalFailed);
        assert!(matches!(
            fault,
            Some(TspError::OtherContent | TspError::Incomplete)
        ));
    }
    // The archive stamp of another signature.
    let other = lasting(&authority, &rossi, &tsa, &trust);
    let of_other = SignedData::parse(&other).unwrap();
    let archive = |data: &SignedData<'_>| {
        let mut values = data.signers[0].unsigned_values(ARCHIVE);
        values.next().unwrap().to_vec()
    };
    let (own, strange) = (archive(&data), archive(&of_other));
    if own.len() == strange.len() {
        let at = place_of(&p7m, &own);
        let mut mixed = p7m.clone();
        mixed[at..at + own.len()].copy_from_slice(&strange);
        assert_eq!(faults(&mixed).0, Indication::TotalFailed);
    }
}

/// The first hash of a certificate in the index, which stands in the file once.
fn index_hash(data: &SignedData<'_>) -> Vec<u8> {
    Hash::Sha256.of(&data.certificates[0]).bytes
}

fn place_of(bytes: &[u8], piece: &[u8]) -> usize {
    let mut windows = bytes.windows(piece.len());
    windows.position(|window| window == piece).unwrap()
}
