//! A signed PDF on its way from B-B to B-LTA; pyHanko judges without any line.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]
#![allow(
    clippy::duplicate_mod,
    reason = "both helpers bring the DSS along, for files that use one of them"
)]

mod authority;
mod pdf_support;

use authority::{Authority, Issued, page, sign_pdf};
use jiff::{SignedDuration, Timestamp};
use pdf_support::judges;
use signing::batch::{Documents, Format, Item, Job, Look, Refusal, Shelf};
use signing::cms::SignedData;
use signing::pades::{self, Signed};
use signing::path::Trust;
use signing::tsp::{Kind, Transport, TransportError};
use signing::upgrade::{Level, Next, Settings, Trouble, Upgrade, UpgradeError};
use signing::{Digest, Hash, Identity, IdentityId, KeyKind, Pin, PinState, Signer, SignerError};
use std::process::Command;
use std::sync::Arc;

const STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];

/// All services of an authority, without a network between.
struct Line<'a>(&'a Authority, &'a Issued, &'a Issued);

impl Transport for Line<'_> {
    fn ask(&mut self, kind: Kind, _: &str, body: &[u8]) -> Result<Vec<u8>, TransportError> {
        Ok(match kind {
            Kind::TimeStamp => self.0.stamp(body, self.1),
            Kind::Ocsp => self.0.ocsp(body, Some(self.2), 7),
            Kind::Crl | Kind::Issuer => return Err(TransportError::Status(404)),
        })
    }
}

/// The same, and how many stamps were bought.
struct Till<'a>(Line<'a>, usize);

impl Transport for Till<'_> {
    fn ask(&mut self, kind: Kind, url: &str, body: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.1 += usize::from(kind == Kind::TimeStamp);
        self.0.ask(kind, url, body)
    }
}

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

fn settings() -> Settings {
    Settings {
        tsa: vec!["http://127.0.0.1:1/tsa".into()],
        ..Settings::default()
    }
}

fn identity(authority: &Authority, by: &Issued) -> Identity {
    Identity {
        id: IdentityId("desk".into()),
        certificate: by.der.clone(),
        chain: vec![authority.root.der.clone()],
        key: KeyKind::P256,
        device: "desk".into(),
        pin_each_time: false,
    }
}

/// One document.
struct One(Arc<[u8]>);

impl Shelf for One {
    fn read(&self, _: &Item) -> Result<Arc<[u8]>, Refusal> {
        Ok(self.0.clone())
    }
    fn keep(&self, _: &Item, _: Vec<u8>) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Signs as the app does.
fn sign(pdf: &[u8], authority: &Authority, by: &Issued) -> Vec<u8> {
    let format = Format::Pdf(Look::default());
    let job = Documents::new(One(pdf.into()), &identity(authority, by), format).unwrap();
    let item = Item {
        id: "1".into(),
        name: "atto.pdf".into(),
        shown: Hash::Sha256.of(pdf),
    };
    let prepared = job.prepare(&item).unwrap();
    let value = authority::value(by, &prepared.to_sign);
    job.finish(&item, prepared.work, &value).unwrap()
}

fn sign_with_room(pdf: &[u8], authority: &Authority, by: &Issued, reserved: usize) -> Vec<u8> {
    let options = pades::Options {
        reserved,
        ..pades::Options::at(Timestamp::now())
    };
    sign_pdf(pdf, authority, by, &options)
}

/// What pyHanko says of each signature, from the file and the root alone. None, said aloud, where it is not installed.
fn pyhanko(authority: &Authority, pdf: &[u8]) -> Option<Vec<String>> {
    let python = std::env::var("ORACLES_PYTHON").unwrap_or_else(|_| "python3".into());
    let present = Command::new(&python)
        .args(["-c", "import pyhanko"])
        .output();
    if !present.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no Python with pyHanko");
        return None;
    }
    let (script, file) = (
        authority.path().join("ltv.py"),
        authority.path().join("judged.pdf"),
    );
    std::fs::write(&script, include_str!("authority/ltv.py")).unwrap();
    std::fs::write(&file, pdf).unwrap();
    let output = Command::new(&python)
        .arg(&script)
        .arg(&authority.root.pem)
        .arg(&file)
        .output()
        .unwrap();
    eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let words = all["judged.pdf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap().to_owned());
    Some(words.collect())
}

/// qpdf about the file, pdfsig about each signature, pyHanko about stamps over the document too (Poppler 22.12 does not
/// judge those): nothing wrong.
fn outside(authority: &Authority, pdf: &[u8]) {
    let kinds = kinds(pdf);
    let own = kinds.iter().filter(|kind| **kind == pades::Kind::Signature);
    let signatures = own.count();
    let dir = judges::lay(&[("judged".into(), pdf.to_vec())]);
    judges::qpdf_is_content(dir.path());
    judges::pdfsig_is_content(dir.path(), |_| signatures);
    if let Some(opinions) = judges::pyhanko(&authority.root.pem, dir.path()) {
        let found = opinions["judged"].as_ref().unwrap();
        let good = |one: &&judges::Opinion| one.intact && one.valid && one.trusted;
        assert_eq!(found.iter().filter(good).count(), kinds.len(), "{found:?}");
    }
}

fn own_stamps(pdf: &[u8]) -> Vec<usize> {
    let signed = Signed::new(pdf).unwrap();
    let count = |one: &pades::Signature| {
        SignedData::parse(&one.cms).unwrap().signers[0]
            .unsigned_values(STAMP)
            .count()
    };
    signed
        .signatures()
        .iter()
        .filter(|one| one.kind == pades::Kind::Signature)
        .map(count)
        .collect()
}

fn kinds(pdf: &[u8]) -> Vec<pades::Kind> {
    let signed = Signed::new(pdf).unwrap();
    assert!(
        signed.signatures().iter().all(pades::Signature::is_intact),
        "{:?}",
        signed.signatures()
    );
    signed.signatures().iter().map(|one| one.kind).collect()
}

#[test]
fn a_pdf_from_the_bare_signature_to_one_that_lasts() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let responder = authority.issue("OCSP", "ocsp");
    let trust = authority.trust();
    let bare = sign(&page(), &authority, &rossi);
    let mut line = Line(&authority, &tsa, &responder);
    let mut at = bare.clone();
    for level in [Level::T, Level::Lt, Level::Lta] {
        let mut upgrade = Upgrade::new(at.clone(), level, settings()).unwrap();
        assert!(
            matches!(run(&mut upgrade, &mut line, &trust), Next::Done),
            "{level:?}"
        );
        let next = upgrade.bytes().to_vec();
        outside(&authority, &next);
        let format = match level {
            Level::T => "PAdES-BASELINE-T",
            Level::Lt => "PAdES-BASELINE-LT",
            _ => "PAdES-BASELINE-LTA",
        };
        for signature in authority::by_dss(&authority, "judged.pdf", &next).unwrap_or_default() {
            // Before the revocations are in the file nobody can say.
            let passes = level > Level::T;
            assert_eq!(authority::dss::passes(&signature), passes, "{signature:#}");
            assert_eq!(signature["format"], format);
        }
        match level {
            // In its own place: not a byte more.
            Level::T => assert_eq!(next.len(), at.len()),
            _ => assert!(next.starts_with(&at)),
        }
        at = next;
    }
    assert_eq!(own_stamps(&at), [1]);
    assert_eq!(kinds(&at), [pades::Kind::Signature, pades::Kind::Timestamp]);
    // Nothing more is needed, and nothing is asked.
    let mut again = Upgrade::new(at.clone(), Level::Lta, settings()).unwrap();
    assert!(matches!(again.next(&trust), Next::Done));
    assert_eq!(again.bytes(), at);
    // All at once.
    let mut upgrade = Upgrade::new(bare, Level::Lta, settings()).unwrap();
    assert!(matches!(run(&mut upgrade, &mut line, &trust), Next::Done));
    assert_eq!(kinds(upgrade.bytes()).len(), 2);
    outside(&authority, upgrade.bytes());
}

/// Bytes in the place of the last signature that its CMS leaves.
fn room(pdf: &[u8]) -> u64 {
    let signed = Signed::new(pdf).unwrap();
    let last = signed.signatures().last().unwrap();
    let [_, from, to, _] = last.byte_range;
    (to - from - 2) / 2 - last.cms.len() as u64
}

/// What a screen promises: one stamp for the time, two for what lasts.
#[test]
fn what_the_app_signs_has_room_for_a_stamp_and_buys_no_more_than_needed() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let responder = authority.issue("OCSP", "ocsp");
    let trust = authority.trust();
    let bare = sign(&page(), &authority, &rossi);
    assert!(room(&bare) >= 8 * 1024, "{}", room(&bare));
    for (level, stamps) in [(Level::T, 1), (Level::Lt, 1), (Level::Lta, 2)] {
        let mut upgrade = Upgrade::new(bare.clone(), level, settings()).unwrap();
        let mut till = Till(Line(&authority, &tsa, &responder), 0);
        let rest = run(&mut upgrade, &mut till, &trust);
        assert!(matches!(rest, Next::Done), "{level:?}: {rest:?}");
        assert_eq!(till.1, stamps, "{level:?}");
        assert_eq!(own_stamps(upgrade.bytes()), [1], "{level:?}");
    }
}

/// The key of an issued certificate behind the trait.
struct Desk<'a>(&'a Authority, &'a Issued);

impl Signer for Desk<'_> {
    fn identities(&mut self) -> Result<Vec<Identity>, SignerError> {
        Ok(vec![identity(self.0, self.1)])
    }
    fn pin_state(&mut self, _: &IdentityId) -> Result<PinState, SignerError> {
        Ok(PinState::Ok)
    }
    fn unlock(&mut self, _: &IdentityId, _: Option<&Pin>) -> Result<(), SignerError> {
        Ok(())
    }
    fn sign(&mut self, _: &IdentityId, digest: &Digest) -> Result<Vec<u8>, SignerError> {
        Ok(authority::value(self.1, digest))
    }
    fn lock(&mut self) {}
}

#[test]
fn a_file_signed_where_it_lies_has_room_for_a_stamp() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let rossi = authority.issue("Rossi", "signer");
    let [source, target] = ["atto.pdf", "firmato.pdf"].map(|name| authority.path().join(name));
    std::fs::write(&source, page()).unwrap();
    let identity = identity(&authority, &rossi);
    let mut desk = Desk(&authority, &rossi);
    let options = pades::Options::at(Timestamp::now());
    pades::sign_file(&source, &target, &identity, &mut desk, &options).unwrap();
    let signed = std::fs::read(target).unwrap();
    assert!(room(&signed) >= 8 * 1024, "{}", room(&signed));
}

/// The place of the first signature is covered by the second: it is left alone, and the document is stamped.
#[test]
fn what_another_signature_covers_is_not_touched() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, verdi) = (
        authority.issue("Rossi", "signer"),
        authority.issue("Verdi", "signer"),
    );
    let (tsa, responder) = (
        authority.issue("TSA", "tsa"),
        authority.issue("OCSP", "ocsp"),
    );
    let trust = authority.trust();
    let one = sign(&page(), &authority, &rossi);
    let two = sign(&one, &authority, &verdi);
    let mut upgrade = Upgrade::new(two.clone(), Level::Lta, settings()).unwrap();
    let rest = run(
        &mut upgrade,
        &mut Line(&authority, &tsa, &responder),
        &trust,
    );
    assert!(matches!(rest, Next::Done), "{rest:?}");
    let lasting = upgrade.bytes();
    assert!(lasting.starts_with(&two));
    assert_eq!(own_stamps(lasting), [0, 0]);
    assert_eq!(
        kinds(lasting)[..2],
        [pades::Kind::Signature, pades::Kind::Signature]
    );
    outside(&authority, lasting);
}

/// No room for a stamp in the signature's place.
#[test]
fn a_tight_place_makes_a_document_time_stamp() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let responder = authority.issue("OCSP", "ocsp");
    let trust = authority.trust();
    let bare = sign_with_room(&page(), &authority, &rossi, 2048);
    let mut upgrade = Upgrade::new(bare.clone(), Level::T, settings()).unwrap();
    let mut till = Till(Line(&authority, &tsa, &responder), 0);
    let rest = run(&mut upgrade, &mut till, &trust);
    assert!(matches!(rest, Next::Done), "{rest:?}");
    // None was bought for a place that it does not fit.
    assert_eq!(till.1, 1);
    assert!(upgrade.bytes().starts_with(&bare));
    assert_eq!(
        kinds(upgrade.bytes()),
        [pades::Kind::Signature, pades::Kind::Timestamp]
    );
    outside(&authority, upgrade.bytes());
}

/// All services, and a time stamp service whose tokens are as long as none was expected to be.
struct Wordy<'a>(Line<'a>, Vec<Issued>);

impl Transport for Wordy<'_> {
    fn ask(&mut self, kind: Kind, url: &str, body: &[u8]) -> Result<Vec<u8>, TransportError> {
        match kind {
            Kind::TimeStamp => Ok(self.0.0.stamp_with(body, self.0.1, &self.1)),
            other => self.0.ask(other, url, body),
        }
    }
}

#[test]
fn a_stamp_longer_than_its_place_goes_over_the_document() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let responder = authority.issue("OCSP", "ocsp");
    let more: Vec<_> = (0..20).map(|_| authority.issue("TSA", "tsa")).collect();
    let trust = authority.trust();
    let bare = sign(&page(), &authority, &rossi);
    let mut upgrade = Upgrade::new(bare.clone(), Level::T, settings()).unwrap();
    let mut line = Wordy(Line(&authority, &tsa, &responder), more);
    let rest = run(&mut upgrade, &mut line, &trust);
    assert!(matches!(rest, Next::Done), "{rest:?}");
    assert!(upgrade.bytes().starts_with(&bare));
    assert_eq!(
        kinds(upgrade.bytes()),
        [pades::Kind::Signature, pades::Kind::Timestamp]
    );
}

#[test]
fn a_revoked_signer_and_unsigned_documents() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let responder = authority.issue("OCSP", "ocsp");
    let trust = authority.trust();
    let bare = sign(&page(), &authority, &rossi);
    let before = (Timestamp::now() - SignedDuration::from_hours(1))
        .strftime("%y%m%d%H%M%SZ")
        .to_string();
    authority.revoke(&rossi, &before, "superseded");
    let mut upgrade = Upgrade::new(bare, Level::Lta, settings()).unwrap();
    match run(
        &mut upgrade,
        &mut Line(&authority, &tsa, &responder),
        &trust,
    ) {
        Next::Stuck(troubles) => {
            assert!(
                troubles
                    .iter()
                    .any(|trouble| matches!(trouble, Trouble::Revoked { .. })),
                "{troubles:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        Upgrade::new(page(), Level::T, settings()),
        Err(UpgradeError::NoSigner)
    ));
    assert!(matches!(
        Upgrade::new(b"%PDF-1.7 nothing".to_vec(), Level::T, settings()),
        Err(UpgradeError::Pdf)
    ));
}

/// The outside judge: with every service down, from the file and one root. Of a signature that has no stamp of its own,
/// only one over the document, pyHanko 0.38 says SIG_CONSTRAINTS_FAILURE whatever else is there: none such here.
#[test]
fn pyhanko_takes_what_lasts() {
    let Some(mut authority) = Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    // An answer that the root signs itself is none for pyHanko's past validation: it wants the root's own revocation.
    let responder = authority.issue("OCSP", "ocsp");
    let trust = authority.trust();
    let signed = sign(&page(), &authority, &rossi);
    let mut upgrade = Upgrade::new(signed, Level::Lta, settings()).unwrap();
    assert!(matches!(
        run(
            &mut upgrade,
            &mut Line(&authority, &tsa, &responder),
            &trust
        ),
        Next::Done
    ));
    let Some(words) = pyhanko(&authority, upgrade.bytes()) else {
        return;
    };
    assert_eq!(words, ["AdESPassed.OK"]);
}
