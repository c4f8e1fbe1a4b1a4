//! Documents that others signed: judged by us without a false alarm, and signed by us without touching a byte of
//! theirs or the verdict on their signatures.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod pdf_support;

use pdf_support::{documents, dss, judges, sign_plain, signer::Signer};
use signing::pades::{Signature, Signed};
use std::collections::BTreeMap;

#[test]
fn fifty_signed_documents_keep_their_bytes_and_their_verdicts() {
    let signer = Signer::new();
    let bases: Vec<(String, Vec<u8>)> = documents::makes(&documents::pages(2))
        .into_iter()
        .map(|(make, pdf)| (make.replace(' ', "-"), pdf))
        .collect();
    let (from, before) = (judges::lay(&bases), tempfile::tempdir().unwrap());
    if judges::signed_by_pyhanko(&signer, from.path(), before.path()).is_none() {
        return;
    }
    let mut inputs = BTreeMap::new();
    for file in std::fs::read_dir(before.path()).unwrap() {
        let path = file.unwrap().path();
        inputs.insert(
            path.file_stem().unwrap().to_str().unwrap().to_owned(),
            std::fs::read(&path).unwrap(),
        );
    }
    assert!(inputs.len() >= 50 || bases.len() < 5, "{}", inputs.len());

    let mut ours = Vec::new();
    for (name, pdf) in &inputs {
        let theirs = Signed::new(pdf).unwrap().signatures().to_vec();
        assert!(!theirs.is_empty());
        assert!(
            theirs.iter().all(Signature::is_intact),
            "{name}: {theirs:#?}"
        );
        assert!(
            theirs.last().unwrap().covers_whole_file || name.contains("lt"),
            "{name}"
        );
        let signed = sign_plain(&signer, pdf);
        assert!(
            signed.starts_with(pdf),
            "{name}: bytes of theirs were touched"
        );
        let both = Signed::new(&signed).unwrap().signatures().to_vec();
        assert_eq!(both.len(), theirs.len() + 1);
        for (before, after) in theirs.iter().zip(&both) {
            assert!(after.is_intact(), "{name}: {after:#?}");
            assert_eq!(
                (&before.cms, before.byte_range),
                (&after.cms, after.byte_range)
            );
        }
        ours.push((name.clone(), signed));
    }
    let after = judges::lay(&ours);
    judges::qpdf_is_content(after.path());
    for (name, signatures) in dss::judge_all(&signer.root(), after.path()).unwrap_or_default() {
        for signature in signatures {
            assert!(dss::is_sound(&signature), "{name}: {signature:#}");
        }
    }
    let (Some(before), Some(after)) = (
        judges::pyhanko(&signer.root(), before.path()),
        judges::pyhanko(&signer.root(), after.path()),
    ) else {
        return;
    };
    for (name, theirs) in before {
        let theirs = theirs.unwrap();
        let ours = after[&name]
            .clone()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(ours.len(), theirs.len() + 1, "{name}");
        for before in &theirs {
            let after = ours
                .iter()
                .find(|after| after.field == before.field)
                .unwrap();
            let verdict = |opinion: &judges::Opinion| {
                (
                    opinion.intact,
                    opinion.valid,
                    opinion.trusted,
                    opinion.docmdp,
                )
            };
            assert_eq!(verdict(before), verdict(after), "{name}");
            assert!(
                after.intact && after.valid && after.changes != "OTHER",
                "{name}: {after:?}"
            );
        }
        assert!(ours.iter().all(|opinion| opinion.valid), "{name}");
    }
}
