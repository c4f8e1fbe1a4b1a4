//! What the builder makes, before OpenSSL's eyes.

use crate::judges;
use crate::pki::{self, Ca};
use signing::cms::{CmsError, Draft, Form, estimate_size};
use signing::x509::Certificate;
use signing::{Digest, Hash, KeyKind};

fn form() -> Form {
    Form::Enveloping {
        signing_time: "2026-03-01T10:00:00Z".parse().unwrap(),
    }
}

#[test]
fn openssl_takes_every_kind_of_key() {
    let ca = Ca::new("Root");
    let dir = tempfile::tempdir().unwrap();
    let content = b"Determinazione n. 12".repeat(100);
    for key in [pki::rsa(2048), pki::p256(), pki::p384()] {
        let signer = ca.signer("ROSSI MARIO", key);
        let hash = Certificate::parse(&signer.certificate)
            .unwrap()
            .hash()
            .unwrap();
        let draft = Draft::new(
            &signer.certificate,
            &[ca.der()],
            hash,
            &hash.of(&content),
            form(),
        )
        .unwrap();
        let p7m = draft
            .finish(&signer.sign(&draft.to_sign()), Some(content.clone()))
            .unwrap();
        let Some(out) = judges::cms_verify(dir.path(), &ca, &p7m, None) else {
            return;
        };
        assert_eq!(out.unwrap(), content);
    }
}

#[test]
fn detached_has_no_signing_time_and_fits_the_estimate() {
    let ca = Ca::new("Root");
    let dir = tempfile::tempdir().unwrap();
    let content = b"bytes of a PDF outside its hole";
    let keys = [
        (pki::rsa(2048), KeyKind::Rsa(2048)),
        (pki::rsa(4096), KeyKind::Rsa(4096)),
        (pki::p256(), KeyKind::P256),
        (pki::p384(), KeyKind::P384),
    ];
    for (key, kind) in keys {
        let signer = ca.signer("ROSSI MARIO", key);
        let read = Certificate::parse(&signer.certificate).unwrap();
        assert_eq!(read.key_kind().unwrap(), kind);
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let chain = [ca.der()];
            let draft = Draft::new(
                &signer.certificate,
                &chain,
                hash,
                &hash.of(content),
                Form::Detached,
            )
            .unwrap();
            let p7s = draft.finish(&signer.sign(&draft.to_sign()), None).unwrap();
            let estimate = estimate_size(&signer.certificate, &chain, hash, kind);
            assert!(
                p7s.len() <= estimate && estimate - p7s.len() < 400,
                "{} of {estimate}",
                p7s.len()
            );
            let signing_time = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
            assert!(!p7s.windows(9).any(|window| window == signing_time));
            let Some(out) = judges::cms_verify(dir.path(), &ca, &p7s, Some(content)) else {
                return;
            };
            out.unwrap();
        }
    }
}

#[test]
fn nothing_wrong_is_finished() {
    let ca = Ca::new("Root");
    let signer = ca.signer("ROSSI MARIO", pki::p256());
    let other = ca.signer("VERDI UGO", pki::p256());
    let digest = Hash::Sha256.of(b"content");
    let draft = Draft::new(&signer.certificate, &[], Hash::Sha256, &digest, form()).unwrap();
    let value = signer.sign(&draft.to_sign());
    let refused = draft.finish(&other.sign(&draft.to_sign()), Some(b"content".to_vec()));
    assert!(matches!(refused, Err(CmsError::BadSignature)));
    for changed in ["contenT", "content ", "conten"] {
        let refused = draft.finish(&value, Some(changed.into()));
        assert!(
            matches!(refused, Err(CmsError::ContentChanged)),
            "{changed}"
        );
    }
    assert!(matches!(draft.finish(&value, None), Err(CmsError::Content)));
    let other_kind = Digest {
        hash: Hash::Sha384,
        ..digest
    };
    let refused = Draft::new(&signer.certificate, &[], Hash::Sha256, &other_kind, form());
    assert!(matches!(refused, Err(CmsError::OtherHash)));
    assert!(
        Draft::new(
            b"no certificate",
            &[],
            Hash::Sha256,
            &Hash::Sha256.of(b""),
            form()
        )
        .is_err()
    );
}
