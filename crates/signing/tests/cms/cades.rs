//! Files in, `.p7m` out.

use crate::forge::Forge;
use crate::pki::{self, Ca};
use crate::read::{context, trust};
use crate::{dss, judges};
use jiff::Timestamp;
use signing::cades::{Addition, CadesError, extract_file, sign_file, write_atomically};
use signing::cms::SignedData;
use signing::verify::{Content, Context, file};
use signing::{
    Digest, Hash, Identity, IdentityId, Indication, KeyKind, Pin, PinState, Signer, SignerError,
};
use std::io::Write;

/// The signer of the tests behind the trait.
struct Desk(pki::Signer);

impl Desk {
    fn own(&self) -> Identity {
        Identity {
            id: IdentityId("desk".into()),
            certificate: self.0.certificate.clone(),
            chain: Vec::new(),
            key: KeyKind::P256,
            device: "desk".into(),
            pin_each_time: false,
        }
    }
}

impl Signer for Desk {
    fn identities(&mut self) -> Result<Vec<Identity>, SignerError> {
        Ok(vec![self.own()])
    }
    fn pin_state(&mut self, _: &IdentityId) -> Result<PinState, SignerError> {
        Ok(PinState::Ok)
    }
    fn unlock(&mut self, _: &IdentityId, _: Option<&Pin>) -> Result<(), SignerError> {
        Ok(())
    }
    fn sign(&mut self, _: &IdentityId, digest: &Digest) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(digest))
    }
    fn lock(&mut self) {}
}

fn now() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

#[test]
fn two_hundred_files_that_openssl_and_pyhanko_take() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk(ca.signer("ROSSI MARIO", pki::p256()));
    let identity = desk.own();
    let mut files = Vec::new();
    for n in 0..200 {
        // Sizes around the places where DER's lengths grow.
        let size = [0, 1, 127, 128, 255, 256, 1000, 65_535, 65_536, 100_000][n % 10];
        let content = (0..size)
            .map(|byte| (byte * 7 + n) as u8)
            .collect::<Vec<_>>();
        let (source, target) = (
            dir.path().join("source"),
            dir.path().join(format!("{n}.p7m")),
        );
        std::fs::write(&source, &content).unwrap();
        sign_file(&source, &target, &identity, &mut desk, now()).unwrap();
        let p7m = std::fs::read(&target).unwrap();
        let verdict = file(&p7m, None, &context(&trust)).unwrap();
        assert_eq!(
            verdict.indication,
            Indication::TotalPassed,
            "{n}: {verdict:?}"
        );
        assert_eq!(verdict.content.as_deref(), Some(&*content));
        assert_eq!(
            verdict.layers[0].signers[0].signer.claimed_time,
            Some(now())
        );
        if let Some(out) = judges::cms_verify(dir.path(), &ca, &p7m, None) {
            assert_eq!(out.unwrap(), content, "{n}");
        }
        files.push((format!("{n}"), p7m));
    }
    if let Some(verdicts) = judges::pyhanko(&ca, &files) {
        assert!(verdicts.values().all(|fine| *fine), "{verdicts:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, p7m) in &files {
        std::fs::write(folder.path().join(format!("{name}.p7m")), p7m).unwrap();
    }
    let root = dir.path().join("ca.pem");
    for (name, signatures) in dss::judge_all(&root, folder.path()).unwrap_or_default() {
        assert_eq!(signatures.len(), 1, "{name}");
        assert!(dss::is_sound(&signatures[0]), "{name}: {:#}", signatures[0]);
        assert_eq!(signatures[0]["format"], "CAdES-BASELINE-B");
    }
    // And one that nobody may take: the content is another.
    let mut broken = Forge::good(&desk.0, b"Il Sindaco ordina");
    broken.content = Some(b"Il Sindaco revoca".to_vec());
    files.push(("broken".into(), broken.make(&desk.0)));
    if let Some(verdicts) = judges::bouncy_castle(&ca, &files) {
        let refused: Vec<_> = verdicts.iter().filter(|(_, fine)| !**fine).collect();
        assert_eq!(refused, [(&"broken".to_owned(), &false)]);
    }
}

#[test]
fn a_parallel_signer_leaves_the_others_as_they_are() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let dir = tempfile::tempdir().unwrap();
    let content = b"Convenzione fra comuni".repeat(300);
    let first = ca.signer("ROSSI MARIO", pki::p256());
    for words in [
        &["-sign", "-nodetach", "-outform", "DER"][..],
        &["-sign", "-nodetach", "-stream", "-outform", "DER"],
    ] {
        let Some(p7m) = judges::cms_sign(dir.path(), &first, &content, words) else {
            return;
        };
        let mut all = p7m.clone();
        for (n, key) in [pki::rsa(2048), pki::p384()].into_iter().enumerate() {
            let next = ca.signer(&format!("FIRMATARIO {n}"), key);
            let hash = signing::x509::Certificate::parse(&next.certificate)
                .unwrap()
                .hash()
                .unwrap();
            let addition = Addition::new(&all, &next.certificate, &[], hash, now(), None).unwrap();
            let more = addition
                .finish(&next.sign(&addition.to_sign()), None)
                .unwrap();
            all = more;
        }
        let (before, after) = (
            SignedData::parse(&p7m).unwrap(),
            SignedData::parse(&all).unwrap(),
        );
        assert_eq!(after.signers.len(), 3);
        assert!(
            after
                .signers
                .iter()
                .any(|signer| signer.whole == before.signers[0].whole)
        );
        assert_eq!(after.content(), Some(&*content));
        let verdict = file(&all, None, &context(&trust)).unwrap();
        assert_eq!(verdict.indication, Indication::TotalPassed, "{verdict:?}");
        let out = judges::cms_verify(dir.path(), &ca, &all, None).unwrap();
        assert_eq!(out.unwrap(), content);
        if let Some(verdicts) = judges::bouncy_castle(&ca, &[("all".into(), all.clone())]) {
            assert!(verdicts["all"]);
        }
        // Not beside a broken one.
        let mut broken = p7m.clone();
        let at = broken
            .windows(11)
            .position(|window| window == b"Convenzione")
            .unwrap();
        broken[at] ^= 1;
        let refused = Addition::new(&broken, &first.certificate, &[], Hash::Sha256, now(), None);
        assert!(
            matches!(refused, Err(CadesError::Rejected(_))),
            "{refused:?}"
        );
    }
    // Detached: the content comes along.
    let Some(p7s) = judges::cms_sign(dir.path(), &first, &content, &["-sign", "-outform", "DER"])
    else {
        return;
    };
    let next = ca.signer("VERDI UGO", pki::p256());
    let beside = content.as_slice();
    let beside: &dyn Content = &beside;
    let addition = Addition::new(
        &p7s,
        &next.certificate,
        &[],
        Hash::Sha256,
        now(),
        Some(beside),
    )
    .unwrap();
    let both = addition
        .finish(&next.sign(&addition.to_sign()), Some(beside))
        .unwrap();
    let out = judges::cms_verify(dir.path(), &ca, &both, Some(&content)).unwrap();
    out.unwrap();
    assert!(Addition::new(&p7s, &next.certificate, &[], Hash::Sha256, now(), None).is_err());
}

#[test]
fn a_hundred_megabytes_are_signed_in_pieces() {
    let ca = Ca::new("Root");
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk(ca.signer("ROSSI MARIO", pki::p256()));
    let identity = desk.own();
    let (source, target) = (dir.path().join("scan"), dir.path().join("scan.p7m"));
    // Sparse: cheap to make.
    let length = 100 << 20;
    std::fs::File::create(&source)
        .unwrap()
        .set_len(length)
        .unwrap();
    let before = peak();
    sign_file(&source, &target, &identity, &mut desk, now()).unwrap();
    if let (Some(before), Some(after)) = (before, peak()) {
        let (grown, whole) = (after - before, length >> 10);
        eprintln!("peak memory grew by {grown} kB for {whole} kB");
        assert!(grown < whole / 3, "{grown} kB: that is no piece");
    }
    let p7m = std::fs::read(&target).unwrap();
    assert_eq!(
        SignedData::parse(&p7m).unwrap().content().unwrap().len() as u64,
        length
    );
    if let Some(out) = judges::cms_verify(dir.path(), &ca, &p7m, None) {
        assert_eq!(out.unwrap().len() as u64, length);
    }
    if let Some(verdicts) = judges::pyhanko(&ca, &[("scan".into(), p7m)]) {
        assert!(verdicts["scan"], "pyHanko takes it too");
    }
    let out = dir.path().join("out");
    assert_eq!(extract_file(&target, &out).unwrap(), 1);
    assert_eq!(std::fs::metadata(out).unwrap().len(), length);
}

/// Peak memory of this process, in kB, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[test]
fn nothing_half_written_stays() {
    let ca = Ca::new("Root");
    let dir = tempfile::tempdir().unwrap();
    let (source, target) = (dir.path().join("atto.pdf"), dir.path().join("atto.pdf.p7m"));
    std::fs::write(&source, b"atto").unwrap();
    std::fs::write(&target, b"earlier").unwrap();
    // A key that signs for another certificate.
    let mut desk = Desk(ca.signer("ROSSI MARIO", pki::p256()));
    let identity = Identity {
        certificate: ca.signer("VERDI UGO", pki::p256()).certificate,
        ..desk.own()
    };
    let refused = sign_file(&source, &target, &identity, &mut desk, now());
    assert!(
        matches!(
            refused,
            Err(CadesError::Cms(signing::cms::CmsError::BadSignature))
        ),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(&target).unwrap(), b"earlier");
    // The check refuses what was written.
    let refused = write_atomically(
        &target,
        |out| out.write_all(b"half"),
        |passing, ()| {
            assert_eq!(std::fs::read(passing)?, b"half");
            Err(std::io::ErrorKind::InvalidData.into())
        },
    );
    assert!(refused.is_err());
    assert_eq!(std::fs::read(&target).unwrap(), b"earlier");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    let trust = trust(&ca);
    assert!(file(b"earlier", None, &Context::now(&trust)).is_err());
}
