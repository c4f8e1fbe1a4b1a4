//! What others wrote is read: BER, base64, several signers, signatures inside signatures.

use crate::forge::{Forge, oid, tlv};
use crate::judges;
use crate::pki::{self, Ca};
use signing::cms::{Encoding, ReadError, SignedData, extract};
use signing::path::Trust;
use signing::verify::{Context, RevocationRule, file};
use signing::{Anchor, Anchors, Indication, Service};

pub fn trust(ca: &Ca) -> Trust {
    let anchor = Anchor {
        certificate: ca.der(),
        service: Service::Other,
        history: Vec::new(),
        provider: "Test".into(),
        qualifications: Vec::new(),
    };
    Trust::new(&Anchors {
        anchors: vec![anchor],
        ..Anchors::default()
    })
}

/// About now, revocation told only.
pub fn context(trust: &Trust) -> Context<'_> {
    Context {
        revocation: RevocationRule::IfKnown,
        ..Context::now(trust)
    }
}

#[test]
fn openssl_in_ber_and_in_text() {
    let ca = Ca::new("Root");
    let signer = ca.signer("ROSSI MARIO", pki::p256());
    let dir = tempfile::tempdir().unwrap();
    let trust = trust(&ca);
    // Longer than one of openssl's chunks, so that the octet string comes in pieces.
    let content = b"Regolamento comunale".repeat(2000);
    let ways: [(&[&str], Encoding); 4] = [
        (&["-sign", "-nodetach", "-outform", "DER"], Encoding::Der),
        (
            &["-sign", "-nodetach", "-outform", "DER", "-stream"],
            Encoding::Ber,
        ),
        (&["-sign", "-nodetach", "-outform", "PEM"], Encoding::Base64),
        (
            &["-sign", "-nodetach", "-outform", "PEM", "-stream"],
            Encoding::Base64,
        ),
    ];
    for (words, encoding) in ways {
        let Some(p7m) = judges::cms_sign(dir.path(), &signer, &content, words) else {
            return;
        };
        let verdict = file(&p7m, None, &context(&trust)).unwrap();
        assert_eq!(
            verdict.indication,
            Indication::TotalPassed,
            "{words:?} {verdict:?}"
        );
        assert_eq!(verdict.layers[0].encoding, encoding, "{words:?}");
        assert_eq!(verdict.content.as_deref(), Some(&*content));
    }
    // Base64 without PEM's lines, zeros behind DER.
    let der = judges::cms_sign(dir.path(), &signer, &content, ways[0].0).unwrap();
    let bare = openssl::base64::encode_block(&der);
    assert_eq!(
        SignedData::parse(bare.as_bytes()).unwrap().encoding,
        Encoding::Base64
    );
    let padded = [der.as_slice(), &[0; 37]].concat();
    let read = SignedData::parse(&padded).unwrap();
    assert_eq!((read.trailing, read.content()), (37, Some(&*content)));
    assert_eq!(
        file(&padded, None, &context(&trust)).unwrap().indication,
        Indication::TotalPassed
    );
}

#[test]
fn parallel_signers_of_openssl() {
    let ca = Ca::new("Root");
    let dir = tempfile::tempdir().unwrap();
    let trust = trust(&ca);
    let one = ca.signer("ROSSI MARIO", pki::p256());
    let two = ca.signer("VERDI UGO", pki::rsa(2048));
    let content = b"Convenzione";
    let words = ["-sign", "-nodetach", "-outform", "DER"];
    let Some(first) = judges::cms_sign(dir.path(), &one, content, &words) else {
        return;
    };
    let words = ["-resign", "-inform", "DER", "-outform", "DER", "-nodetach"];
    let both = judges::cms_sign(dir.path(), &two, &first, &words).unwrap();
    let verdict = file(&both, None, &context(&trust)).unwrap();
    let mut names = verdict.layers[0]
        .signers
        .iter()
        .map(|signer| signer.signer.holder.clone().unwrap().name)
        .collect::<Vec<_>>();
    names.sort();
    assert_eq!(names, ["ROSSI MARIO", "VERDI UGO"]);
    assert_eq!(verdict.indication, Indication::TotalPassed, "{verdict:?}");
}

#[test]
fn matrioska() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let one = ca.signer("ROSSI MARIO", pki::p256());
    let mut p7m = b"innermost".to_vec();
    for _ in 0..3 {
        p7m = Forge::good(&one, &p7m).make(&one);
    }
    let (content, layers) = extract(&p7m).unwrap();
    assert_eq!((content.as_deref(), layers), (Some(&b"innermost"[..]), 3));
    let verdict = file(&p7m, None, &context(&trust)).unwrap();
    assert_eq!(
        (verdict.layers.len(), verdict.indication),
        (3, Indication::TotalPassed)
    );
    assert_eq!(verdict.content.as_deref(), Some(&b"innermost"[..]));
    // A broken signature inside counts, however good the one around it.
    let mut forge = Forge::good(&one, b"inside");
    forge.content = Some(b"inSide".to_vec());
    let around = Forge::good(&one, &forge.make(&one)).make(&one);
    assert_eq!(
        file(&around, None, &context(&trust)).unwrap().indication,
        Indication::TotalFailed
    );
    // An end there is.
    for _ in 0..20 {
        p7m = Forge::good(&one, &p7m).make(&one);
    }
    assert_eq!(extract(&p7m), Err(ReadError::TooManyLayers));
    assert_eq!(
        file(&p7m, None, &context(&trust)),
        Err(ReadError::TooManyLayers)
    );
}

#[test]
fn ocsp_among_the_crls_and_doubled_members() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let one = ca.signer("ROSSI MARIO", pki::p256());
    let mut forge = Forge::good(&one, b"content");
    let answer = tlv(0x30, &[&[10, 1, 0]]);
    let other = tlv(0xa1, &[&oid("1.3.6.1.5.5.7.16.2"), &answer]);
    forge.revocations = tlv(0xa1, &[&other, &other]);
    // The same certificate twice, and a member of a kind that nobody uses.
    forge.certificates = vec![
        one.certificate.clone(),
        one.certificate.clone(),
        tlv(0xa3, &[&oid("1.2.3")]),
    ];
    let p7m = forge.make(&one);
    let read = SignedData::parse(&p7m).unwrap();
    assert_eq!(
        (read.ocsp.len(), &read.ocsp[0], read.certificates.len()),
        (2, &answer, 3)
    );
    let verdict = file(&p7m, None, &context(&trust)).unwrap();
    assert_eq!(verdict.indication, Indication::TotalPassed, "{verdict:?}");
    assert_eq!(verdict.layers[0].revocations, 2);
}

#[test]
fn what_is_no_signature_is_told_apart() {
    for bytes in [
        &b""[..],
        b"%PDF-1.7",
        b"hello",
        &[0x30, 0x80],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
    ] {
        assert!(
            matches!(SignedData::parse(bytes), Err(ReadError::Asn1(_))),
            "{bytes:?}"
        );
    }
    let enveloped = tlv(
        0x30,
        &[&oid("1.2.840.113549.1.7.3"), &tlv(0xa0, &[&[0x30, 0]])],
    );
    assert_eq!(
        SignedData::parse(&enveloped).unwrap_err(),
        ReadError::OtherKind
    );
    let deep = [0x30, 0x80].repeat(50_000);
    assert!(SignedData::parse(&deep).is_err());
}
