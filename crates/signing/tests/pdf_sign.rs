//! What we sign, judged by others: qpdf, pdfsig, pyHanko with its difference analysis, openssl.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod pdf_support;

use pdf_support::{at, covered, documents, dss, judges, last_byte_range, sign, signer::Signer};
use signing::pades::{
    Active, Draft, Kind, Material, Options, PadesError, PdfError, Permission, Signed, Stamp,
    add_dss, judge,
};
use signing::path::Trust;
use signing::verify::{Basis, Context, RevocationRule};
use signing::{Anchors, Hash, Indication, SubIndication};

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
    for (name, signatures) in dss::judge_all(&signer.root(), dir.path()).unwrap_or_default() {
        assert_eq!(
            signatures.len(),
            if name.ends_with('2') { 2 } else { 1 },
            "{name}"
        );
        for signature in signatures {
            assert!(dss::is_sound(&signature), "{name}: {signature:#}");
            assert_eq!(signature["format"], "PAdES-BASELINE-B", "{name}");
        }
    }
    let Some(opinions) = judges::pyhanko(&signer.root(), dir.path()) else {
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

/// qpdf and pdfsig take a document with so many signatures.
fn outsiders_take(pdf: &[u8], signatures: usize) {
    let dir = judges::lay(&[("signed".into(), pdf.to_vec())]);
    judges::qpdf_is_content(dir.path());
    judges::pdfsig_is_content(dir.path(), |_| signatures);
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
    let cms = signer.detached(&draft.digest(Hash::Sha256).unwrap());
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
    let signed = draft
        .embed(&signer.detached(&Hash::Sha256.of(&content)))
        .unwrap();
    assert_eq!(covered(&signed), content);
    outsiders_take(&signed, 1);
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
    outsiders_take(&signed, 1);
    let dir = judges::lay(&[("field".into(), signed)]);
    let Some(opinions) = judges::pyhanko(&signer.root(), dir.path()) else {
        return;
    };
    assert_eq!(opinions["field"].as_ref().unwrap()[0].field, "Sindaco");
}

/// What our own verification would call a hidden page is told before it is signed.
#[test]
fn a_stamp_over_much_of_a_signed_page_is_refused() {
    let signer = Signer::new();
    let over = |part: f32| Options {
        stamp: Some(Stamp {
            rect: [0.0, 0.0, 595.0, 842.0 * part],
            ..stamp()
        }),
        ..Options::at(at())
    };
    // What is signed with it may look as it likes.
    let first = sign(&signer, &documents::form(), &over(0.9));
    let leaves = |part| Draft::new(&first, &over(part)).unwrap().leaves_page();
    assert_eq!(leaves(0.4), Err(PadesError::LargeStamp));
    assert_eq!(leaves(0.2), Ok(()));
    outsiders_take(&first, 1);
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
    let mut stamp = Draft::new(&closed, &stamping).unwrap();
    let token = signer.stamp(&stamp.digest(Hash::Sha256).unwrap());
    let stamped_closed = stamp.embed(&token).unwrap();

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
    let dir = judges::lay(&[
        ("field".into(), in_field),
        ("unseen".into(), unseen),
        ("stamp".into(), stamped_closed),
    ]);
    let Some(opinions) = judges::pyhanko(&signer.root(), dir.path()) else {
        return;
    };
    for (name, opinions) in opinions {
        for opinion in opinions.unwrap() {
            // who only stamps certifies nothing: pyHanko says nothing of that
            let kept =
                opinion.docmdp == Some(true) || (name == "stamp" && opinion.docmdp.is_none());
            assert!(opinion.valid && kept, "{name}: {opinion:?}");
        }
    }
}

#[test]
fn what_a_signed_field_locks_is_kept_as_another_judge_keeps_it() {
    let signer = Signer::new();
    let in_field = |name: &str| Options {
        field: Some(name.into()),
        ..stamped()
    };
    let (second, unseen, seen) = (in_field("Segretario"), Options::at(at()), stamped());
    let stamping = Options {
        kind: Kind::Timestamp,
        ..Options::at(at())
    };
    let locked = || Some(PadesError::FieldLocked("Segretario".into()));
    let new_locked = || Some(PadesError::FieldLocked("Firma1".into()));
    let certified = || Some(PadesError::Certified);
    let lays_out = || Some(PadesError::CertifiedStamp);
    // What the lock says; what comes of the second field, of a new one that is not seen, of one that is.
    let cases = [
        ("/Action/Include/Fields[(Nota)]", [None, None, None]),
        (
            "/Action/Include/Fields[(Segretario)]",
            [locked(), None, None],
        ),
        ("/Action/All", [locked(), new_locked(), new_locked()]),
        (
            "/Action/Exclude/Fields[(Segretario)]",
            [None, new_locked(), new_locked()],
        ),
        // A lock on the name that a new field would have: it gets another.
        ("/Action/Include/Fields[(Firma1)]", [None, None, None]),
        (
            "/Action/Include/Fields[(Nota)]/P 1",
            [certified(), certified(), certified()],
        ),
        (
            "/Action/Include/Fields[(Nota)]/P 2",
            [None, None, lays_out()],
        ),
    ];
    let mut all = Vec::new();
    for (number, (lock, expected)) in cases.into_iter().enumerate() {
        let first = sign(&signer, &documents::locking(lock), &in_field("Sindaco"));
        for (options, expected) in [&second, &unseen, &seen].into_iter().zip(expected) {
            let refused = Draft::new(&first, options).err();
            assert_eq!(refused, expected, "{lock}");
            if refused.is_none() {
                let both = sign(&signer, &first, options);
                let found = Signed::new(&both).unwrap();
                assert!(
                    found.signatures().iter().all(|one| one.is_intact()),
                    "{lock}"
                );
                all.push((format!("{number}-{}", all.len()), both));
            }
        }
        // What is not a signature is always allowed: the document time stamp of B-LTA.
        let mut draft = Draft::new(&first, &stamping).unwrap();
        let token = signer.stamp(&draft.digest(Hash::Sha256).unwrap());
        all.push((format!("{number}-stamp"), draft.embed(&token).unwrap()));
    }
    let dir = judges::lay(&all);
    judges::qpdf_is_content(dir.path());
    let Some(opinions) = judges::pyhanko(&signer.root(), dir.path()) else {
        return;
    };
    assert_eq!(opinions.len(), all.len());
    for (name, opinions) in opinions {
        for opinion in opinions.unwrap() {
            assert!(
                opinion.valid && opinion.docmdp != Some(false) && opinion.changes != "OTHER",
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

/// Its objects at the beginning, the rest behind a gap that takes no space on the disk.
#[test]
fn what_is_too_large_for_a_signature_says_so() {
    use std::io::{Seek, SeekFrom, Write};
    const GAP: u64 = 1 << 31;
    let pdf = documents::pages(1);
    let start = documents::startxref(&pdf);
    let (objects, table) = pdf.split_at(start);
    let table = String::from_utf8_lossy(table).replace(
        &format!("startxref\n{start}"),
        &format!("startxref\n{}", start as u64 + GAP),
    );
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(objects).unwrap();
    file.seek(SeekFrom::Current(GAP as i64)).unwrap();
    file.write_all(table.as_bytes()).unwrap();
    assert_eq!(
        Draft::over(file, &Options::at(at())).err(),
        Some(PadesError::Pdf(PdfError::TooLarge))
    );
}

#[test]
fn validation_data_and_a_document_time_stamp_come_after_the_signature() {
    let signer = Signer::new();
    let mut files = Vec::new();
    for (make, pdf) in documents::makes(&documents::tagged()) {
        let signed = pdf_support::sign_plain(&signer, &pdf);
        let der = |name: &str| {
            openssl::x509::X509::from_pem(&std::fs::read(signer.file(name)).unwrap())
                .unwrap()
                .to_der()
                .unwrap()
        };
        let material = Material {
            certificates: vec![der("root.pem"), der("tsa.pem")],
            ..Material::default()
        };
        let with_data = add_dss(&signed, &material).unwrap();
        assert!(with_data.starts_with(&signed));
        assert_eq!(
            add_dss(&with_data, &material).unwrap(),
            with_data,
            "what is there is not added again"
        );
        assert_eq!(
            Signed::new(&with_data).unwrap().material().unwrap(),
            material
        );
        let mut draft = Draft::new(
            &with_data,
            &Options {
                kind: Kind::Timestamp,
                ..Options::at(at())
            },
        )
        .unwrap();
        let token = signer.stamp(&draft.digest(Hash::Sha256).unwrap());
        let stamped = draft.embed(&token).unwrap();
        let verdicts = pdf_support::verdicts(&signer, &stamped);
        let kinds: Vec<_> = verdicts
            .iter()
            .map(|verdict| (verdict.signature.kind, verdict.indication))
            .collect();
        assert_eq!(
            kinds,
            [
                (Kind::Signature, Indication::TotalPassed),
                (Kind::Timestamp, Indication::TotalPassed)
            ],
            "{make}: {verdicts:#?}"
        );
        let signer_verdict = verdicts[0].signer.as_ref().unwrap();
        assert_eq!(
            signer_verdict.at.basis,
            Basis::UnqualifiedTimeStamp,
            "the document's stamp proves the signature's time"
        );
        // by lists that should have been replaced, it proves nothing
        let stale = Trust::new(&Anchors {
            next_update: Some("2026-04-01T00:00:00Z".parse().unwrap()),
            ..signer.anchors()
        });
        let context = Context {
            revocation: RevocationRule::IfKnown,
            ..Context::now(&stale)
        };
        for verdict in judge(&mut Signed::new(&stamped).unwrap(), &context).unwrap() {
            assert_eq!(
                (verdict.indication, verdict.sub_indication),
                (Indication::Indeterminate, Some(SubIndication::TryLater)),
                "{make}: {verdict:#?}"
            );
        }
        let again = pdf_support::sign_plain(
            &signer,
            &add_dss(
                &stamped,
                &Material {
                    certificates: vec![der("leaf.pem")],
                    ..Material::default()
                },
            )
            .unwrap(),
        );
        assert!(
            pdf_support::verdicts(&signer, &again)
                .iter()
                .all(|verdict| verdict.indication == Indication::TotalPassed)
        );
        files.push((make.replace(' ', "-"), again));
    }
    let dir = judges::lay(&files);
    judges::qpdf_is_content(dir.path());
    let Some(opinions) = judges::pyhanko(&signer.root(), dir.path()) else {
        return;
    };
    for (name, opinions) in opinions {
        let opinions = opinions.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(opinions.len(), 3, "{name}");
        assert!(
            opinions
                .iter()
                .all(|opinion| opinion.intact && opinion.valid && opinion.changes != "OTHER"),
            "{name}: {opinions:?}"
        );
    }
}

#[test]
fn a_tagged_document_keeps_its_tags_as_far_as_earlier_signatures_let() {
    let signer = Signer::new();
    let tagged = documents::tagged();
    let first = Draft::new(&tagged, &stamped()).unwrap();
    assert!(first.keeps_accessibility());
    let signed = sign(&signer, &tagged, &stamped());
    let text = String::from_utf8_lossy(&signed).into_owned();
    assert!(
        text.contains("/S /Form") && text.contains("/StructParent 1") && text.contains("/Tabs /S")
    );
    assert!(text.contains("/Type /OBJR") && text.contains("/TU (Firma digitale)"));
    assert!(
        !Draft::new(&signed, &stamped())
            .unwrap()
            .keeps_accessibility(),
        "seen, and late"
    );
    assert!(
        Draft::new(&signed, &Options::at(at()))
            .unwrap()
            .keeps_accessibility()
    );
    let second = sign(&signer, &signed, &Options::at(at()));
    let added = String::from_utf8_lossy(&second[signed.len()..]).into_owned();
    assert!(
        !added.contains("StructTreeRoot /") && added.contains("/Rect [-1 -1 -1 -1]"),
        "{added}"
    );
    outsiders_take(&second, 2);
}
