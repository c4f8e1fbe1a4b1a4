//! What we sign, judged by others: qpdf, pdfsig, pyHanko with its difference analysis, openssl.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod pdf_support;

use pdf_support::{at, covered, documents, judges, last_byte_range, sign, signer::Signer};
use signing::Hash;
use signing::pades::{Active, Draft, Kind, Options, PadesError, PdfError, Permission, Stamp};

fn stamp() -> Stamp {
    let lines = [
        "Firmato digitalmente da",
        "ROSSI MARIO – Città di Forlì",
        "2 marzo 2026, 10:30 (Žiga Čok)",
    ];
    Stamp {
        page: 0,
        rect: [300.0, 60.0, 540.0, 120.0],
        lines: lines.map(str::to_owned).to_vec(),
    }
}

fn stamped() -> Options {
    Options {
        name: Some("ROSSI MARIO".into()),
        reason: Some("Approvazione (così è)".into()),
        place: Some("Forlì".into()),
        stamp: Some(stamp()),
        ..Options::at(at())
    }
}

#[test]
fn every_make_of_document_is_signed_to_the_content_of_outside_judges() {
    let signer = Signer::new();
    let mut all = Vec::new();
    for (kind, base) in [
        ("pages", documents::pages(3)),
        ("tagged", documents::tagged()),
        ("form", documents::form()),
    ] {
        for (make, pdf) in documents::makes(&base) {
            for (look, options) in [("plain", Options::at(at())), ("stamped", stamped())] {
                let signed = sign(&signer, &pdf, &options);
                assert!(
                    signed.starts_with(&pdf),
                    "the signed bytes begin with the document's own"
                );
                let [a, _, c, d] = last_byte_range(&signed);
                assert_eq!((a, c + d), (0, signed.len()));
                assert_eq!(flavour(&pdf), flavour(&signed), "{make}");
                let twice = sign(&signer, &signed, &Options::at(at()));
                all.push((format!("{kind}-{make}-{look}-1"), signed));
                all.push((format!("{kind}-{make}-{look}-2"), twice));
            }
        }
    }
    let dir = judges::lay(&all);
    judges::qpdf_is_content(dir.path());
    judges::pdfsig_is_content(dir.path(), |name| if name.ends_with('2') { 2 } else { 1 });
    let Some(opinions) = judges::pyhanko(&signer, dir.path()) else {
        return;
    };
    for (name, opinions) in opinions {
        let opinions = opinions.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            opinions.len(),
            if name.ends_with('2') { 2 } else { 1 },
            "{name}"
        );
        for opinion in &opinions {
            assert!(
                opinion.intact && opinion.valid && opinion.trusted,
                "{name}: {opinion:?}"
            );
            assert_ne!(opinion.changes, "OTHER", "{name}: {opinion:?}");
        }
    }
}

/// Whether the last cross-reference section is a table.
fn flavour(pdf: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&pdf[pdf.len() - 60..]).into_owned();
    let at: usize = text
        .split("startxref")
        .last()
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    pdf[at..].starts_with(b"xref")
}

#[test]
fn the_digest_is_of_what_the_cms_is_about() {
    let pdf = documents::pages(1);
    for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        let mut draft = Draft::new(&pdf, &Options::at(at())).unwrap();
        let digest = draft.digest(hash).unwrap();
        assert_eq!(digest, hash.of(&covered(&draft.embed(&[]).unwrap())));
    }
}

#[test]
fn what_does_not_fit_says_how_much_is_needed_and_fits_then() {
    let signer = Signer::new();
    let pdf = documents::pages(1);
    let mut draft = Draft::new(
        &pdf,
        &Options {
            reserved: 100,
            ..Options::at(at())
        },
    )
    .unwrap();
    let cms = signer.detached(&covered(&draft.embed(&[]).unwrap()));
    let Err(PadesError::TooSmall {
        needed,
        reserved: 100,
    }) = draft.embed(&cms)
    else {
        panic!()
    };
    assert_eq!(needed, cms.len());
    let mut draft = draft.with_room(needed + 64).unwrap();
    let content = covered(&draft.embed(&[]).unwrap());
    let signed = draft.embed(&signer.detached(&content)).unwrap();
    assert_eq!(covered(&signed), content);
}

#[test]
fn a_field_of_the_form_is_signed_in_its_place() {
    let signer = Signer::new();
    let options = Options {
        field: Some("Sindaco".into()),
        ..stamped()
    };
    let signed = sign(&signer, &documents::form(), &options);
    assert_eq!(
        Draft::new(&signed, &options).err(),
        Some(PadesError::FieldTaken("Sindaco".into()))
    );
    let missing = Options {
        field: Some("Assessore".into()),
        ..stamped()
    };
    assert_eq!(
        Draft::new(&signed, &missing).err(),
        Some(PadesError::NoSuchField("Assessore".into()))
    );
    let dir = judges::lay(&[("field".into(), signed)]);
    judges::qpdf_is_content(dir.path());
    judges::pdfsig_is_content(dir.path(), |_| 1);
    let Some(opinions) = judges::pyhanko(&signer, dir.path()) else {
        return;
    };
    assert_eq!(opinions["field"].as_ref().unwrap()[0].field, "Sindaco");
}

#[test]
fn certified_documents_take_what_their_author_allows() {
    let signer = Signer::new();
    let certify = |permission| Options {
        certify: Some(permission),
        ..Options::at(at())
    };
    let closed = sign(&signer, &documents::form(), &certify(Permission::Nothing));
    assert_eq!(
        Draft::new(&closed, &Options::at(at())).err(),
        Some(PadesError::Certified)
    );
    let stamping = Options {
        kind: Kind::Timestamp,
        ..Options::at(at())
    };
    assert!(
        Draft::new(&closed, &stamping).is_ok(),
        "document time stamps are always allowed"
    );

    let open = sign(
        &signer,
        &documents::form(),
        &certify(Permission::FormFilling),
    );
    assert_eq!(
        Draft::new(&open, &stamped()).err(),
        Some(PadesError::CertifiedStamp)
    );
    assert_eq!(
        Draft::new(&open, &certify(Permission::Nothing)).err(),
        Some(PadesError::CertifyTooLate)
    );
    let in_field = sign(
        &signer,
        &open,
        &Options {
            field: Some("Sindaco".into()),
            ..stamped()
        },
    );
    let unseen = sign(&signer, &open, &Options::at(at()));
    let dir = judges::lay(&[("field".into(), in_field), ("unseen".into(), unseen)]);
    let Some(opinions) = judges::pyhanko(&signer, dir.path()) else {
        return;
    };
    for (name, opinions) in opinions {
        for opinion in opinions.unwrap() {
            assert!(
                opinion.valid && opinion.docmdp == Some(true),
                "{name}: {opinion:?}"
            );
        }
    }
}

#[test]
fn what_cannot_be_signed_is_refused_with_its_reason() {
    let pdf = documents::pages(1);
    let refused = |pdf: &[u8]| Draft::new(pdf, &Options::at(at())).err();
    assert_eq!(refused(b"ciao"), Some(PadesError::Pdf(PdfError::NotPdf)));
    assert!(matches!(
        refused(&pdf[..pdf.len() - 30]),
        Some(PadesError::Pdf(PdfError::Damaged { .. }))
    ));
    let mut shifted = pdf.clone();
    shifted.splice(20..20, *b"%");
    assert!(
        matches!(
            refused(&shifted),
            Some(PadesError::Pdf(PdfError::Damaged { .. }))
        ),
        "offsets are not repaired"
    );
    assert_eq!(
        Draft::new(
            &pdf,
            &Options {
                stamp: Some(Stamp { page: 7, ..stamp() }),
                ..Options::at(at())
            }
        )
        .err(),
        Some(PadesError::NoSuchPage(7))
    );
    let odd = Stamp {
        lines: vec!["漢".into()],
        ..stamp()
    };
    assert_eq!(
        Draft::new(
            &pdf,
            &Options {
                stamp: Some(odd),
                ..Options::at(at())
            }
        )
        .err(),
        Some(PadesError::NoGlyph('漢'))
    );
    for (what, action) in [
        (
            Active::Script,
            "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>",
        ),
        (Active::Launch, "/OpenAction<</S/Launch/F(cmd.exe)>>"),
        (Active::Xfa, "/AcroForm<</Fields[]/XFA(x)>>"),
    ] {
        let infected = documents::with_catalog(&pdf, action);
        assert_eq!(refused(&infected), Some(PadesError::Active(vec![what])));
    }
    let told = documents::with_catalog(&pdf, "/OCProperties<</OCGs[]/D<<>>>>");
    assert_eq!(
        Draft::new(&told, &Options::at(at())).unwrap().active(),
        [Active::OptionalContent]
    );
    let hybrid = documents::hybrid(&pdf);
    assert_eq!(refused(&hybrid), Some(PadesError::Pdf(PdfError::Hybrid)));
    if let Some(locked) = documents::qpdf(&pdf, &["--encrypt", "", "padrone", "256", "--"]) {
        assert_eq!(refused(&locked), Some(PadesError::Pdf(PdfError::Encrypted)));
    }
}
