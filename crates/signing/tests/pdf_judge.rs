//! What is said of signed documents: clean ones without a false alarm, attacked ones never clean.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod pdf_support;

use pdf_support::{at, covered, documents, judges, sign, sign_plain, signer::Signer, verdicts};
use signing::pades::{
    Draft, Fault, Lock, Options, PadesError, Permission, Signature, Signed, Stamp, What,
};
use signing::{Hash, Indication};

fn judge(pdf: &[u8]) -> Vec<Signature> {
    Signed::new(pdf).unwrap().signatures().to_vec()
}

fn stamped(page: usize) -> Options {
    let stamp = Stamp {
        page,
        rect: [300.0, 60.0, 540.0, 120.0],
        lines: vec!["ROSSI MARIO".into()],
    };
    Options {
        stamp: Some(stamp),
        reason: Some("Approvazione".into()),
        name: Some("ROSSI MARIO".into()),
        ..Options::at(at())
    }
}

fn certify(permission: Permission) -> Options {
    Options {
        certify: Some(permission),
        ..Options::at(at())
    }
}

/// Documents that nothing is against, by name, with the number of their signatures: qpdf, pdfsig and pyHanko with its
/// difference analysis say the same.
fn clean_outside(signer: &Signer, documents: Vec<(String, usize, Vec<u8>)>) {
    let counts: std::collections::HashMap<_, _> = documents
        .iter()
        .map(|(name, count, _)| (name.clone(), *count))
        .collect();
    let files = documents.into_iter().map(|(name, _, pdf)| (name, pdf));
    let dir = judges::lay(&files.collect::<Vec<_>>());
    judges::qpdf_is_content(dir.path());
    judges::pdfsig_is_content(dir.path(), |name| counts[name]);
    let Some(opinions) = judges::pyhanko(&signer.root(), dir.path()) else {
        return;
    };
    for (name, opinion) in opinions {
        let found = opinion.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.len(), counts[&name], "{name}");
        let good = |one: &judges::Opinion| {
            one.intact && one.valid && one.trusted && one.docmdp != Some(false)
        };
        assert!(found.iter().all(good), "{name}: {found:#?}");
    }
}

#[test]
fn documents_signed_one_to_three_times_give_no_alarm() {
    let signer = Signer::new();
    let mut clean = Vec::new();
    let bases = [
        ("pages", documents::pages(3)),
        ("tagged", documents::tagged()),
        ("form", documents::form()),
    ];
    for (kind, base) in bases {
        for (make, pdf) in documents::makes(&base) {
            let one = sign(&signer, &pdf, &stamped(0));
            let two = sign_plain(&signer, &one);
            let three = sign(
                &signer,
                &two,
                &Options {
                    stamp: Some(Stamp {
                        page: 0,
                        rect: [30.0, 60.0, 240.0, 120.0],
                        lines: vec!["VERDI UGO".into()],
                    }),
                    ..stamped(0)
                },
            );
            for (count, signed) in [(1, one), (2, two), (3, three)] {
                let passed = verdicts(&signer, &signed);
                assert!(
                    passed
                        .iter()
                        .all(|verdict| verdict.indication == Indication::TotalPassed),
                    "{make}: {passed:#?}"
                );
                let found = judge(&signed);
                assert_eq!(found.len(), count, "{make}");
                for (index, signature) in found.iter().enumerate() {
                    assert!(signature.is_intact(), "{make}, {count}: {signature:?}");
                    assert_eq!(signature.covers_whole_file, index + 1 == count);
                    let others = signature
                        .changes_after
                        .iter()
                        .filter(|change| change.what == What::Signature)
                        .count();
                    assert_eq!(
                        others,
                        count - index - 1,
                        "{make}: {:?}",
                        signature.changes_after
                    );
                }
                let mut document = Signed::new(&signed).unwrap();
                let digest = document.digest(&found[count - 1], Hash::Sha256).unwrap();
                assert_eq!(digest, Hash::Sha256.of(&covered(&signed)));
                assert!(signer.agrees(&found[count - 1].cms, &covered(&signed)));
                clean.push((format!("{kind} {make} {count}"), count, signed));
            }
        }
    }
    clean_outside(&signer, clean);
}

#[test]
fn many_signatures_of_ordinary_size_give_no_alarm() {
    let signer = Signer::new();
    let form = documents::form();
    let places: Vec<[f32; 4]> = (0..12)
        .map(|index| {
            let (left, bottom) = (
                40.0 + 260.0 * (index % 2) as f32,
                40.0 + 70.0 * (index / 2) as f32,
            );
            [left, bottom, left + 240.0, bottom + 60.0]
        })
        .collect();
    let mut laid_out = sign_plain(&signer, &{
        let field = documents::object(&form, 502);
        let start = field.find("/Rect").unwrap();
        let end = start + field[start..].find(']').unwrap() + 1;
        let own = |index: usize| {
            field
                .replacen(&field[start..end], &rect(places[index]), 1)
                .replacen("(Sindaco)", &format!("(Firma{index})"), 1)
        };
        let refs: Vec<String> = (0..12)
            .map(|index| format!("{} 0 R", 1730 + index))
            .collect();
        let fields: Vec<_> = (0..12)
            .map(|index| (1730 + index as u32, own(index)))
            .collect();
        lay(&form, 10, &refs.join(" "), &refs.join(" "), &fields)
    });
    let mut free = sign_plain(&signer, &documents::pages(1));
    for (index, place) in places.iter().enumerate() {
        let stamp = Stamp {
            page: 0,
            rect: *place,
            lines: vec!["VERDI UGO".into()],
        };
        let options = Options {
            stamp: Some(stamp),
            ..Options::at(at())
        };
        free = sign(&signer, &free, &options);
        let in_field = Options {
            field: Some(format!("Firma{index}")),
            ..options
        };
        laid_out = sign(&signer, &laid_out, &in_field);
    }
    let mut clean = Vec::new();
    for (name, pdf) in [("free", free), ("laid out", laid_out)] {
        let found = judge(&pdf);
        assert_eq!(found.len(), 13);
        assert!(found.iter().all(Signature::is_intact), "{found:#?}");
        clean.push((name.to_owned(), 13, pdf));
    }
    clean_outside(&signer, clean);
}

/// The form's field for text, filled in.
fn fill(pdf: &[u8]) -> Vec<u8> {
    let field = documents::object(pdf, 501);
    let appearance =
        "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Length 0>>\nstream\n\nendstream".to_owned();
    let field = field.trim_end_matches(">>").to_owned() + "/V(Visto)/AP<</N 1500 0 R>>>>";
    documents::update(pdf, &[(501, field), (1500, appearance)], "")
}

#[test]
fn what_breaks_the_lock_of_a_signed_field_is_told() {
    let signer = Signer::new();
    let in_field = |name: &str| Options {
        field: Some(name.into()),
        ..stamped(0)
    };
    for (lock, filling, laying) in [
        // nobody said that anything may be filled in
        ("/Action/Include/Fields[(Segretario)]", false, true),
        ("/Action/Include/Fields[(Segretario)]/P 2", true, false),
        ("/Action/Include/Fields[(Segretario)]/P 1", false, false),
        ("/Action/Include/Fields[(Segretario)]/P 9", false, false),
        ("/Action/Include/Fields[(Nota)]/P 2", false, false),
        ("/Action/All/P 3", false, false),
        ("/Action/Exclude/Fields[(Altro)]/P 3", false, false),
    ] {
        let first = sign(&signer, &documents::locking(lock), &in_field("Sindaco"));
        assert_eq!(judge(&fill(&first))[0].is_intact(), filling, "{lock}");
        // A new field that is seen, signed by a program that asks no lock: ours, shown none.
        let mut free = first.clone();
        for (word, other) in [(&b"/Lock"[..], &b"/Lack"[..]), (b"/FieldMDP", b"/FieldNDP")] {
            for at in 0..free.len() - word.len() {
                if free[at..].starts_with(word) {
                    free[at..at + word.len()].copy_from_slice(other);
                }
            }
        }
        let mut laid = sign(&signer, &free, &stamped(0));
        laid[..first.len()].copy_from_slice(&first);
        assert_eq!(judge(&laid)[0].is_intact(), laying, "{lock}");
    }
}

#[test]
fn a_lock_that_lies_elsewhere_is_kept() {
    let signer = Signer::new();
    let in_field = |name: &str| Options {
        field: Some(name.into()),
        ..stamped(0)
    };
    for action in ["/Action/Include", "/Action 1752 0 R"] {
        let base = documents::locking(&format!("{action}/Fields 1750 0 R"));
        let elsewhere = [
            (1750, "[(Segretario)1751 0 R]".into()),
            (1751, "(Nota)".into()),
            (1752, "/Include".into()),
        ];
        let base = documents::update(&base, &elsewhere, "");
        let signed = sign(&signer, &base, &in_field("Sindaco"));
        let locked = vec!["Segretario".to_owned(), "Nota".to_owned()];
        assert_eq!(judge(&signed)[0].lock, Some(Lock::Include(locked)));
        let refused = Draft::new(&signed, &in_field("Segretario"));
        assert!(matches!(refused, Err(PadesError::FieldLocked(_))));
    }
}

#[test]
fn filling_in_is_allowed_where_the_author_said_so_and_nowhere_else() {
    let signer = Signer::new();
    for (permission, allowed) in [
        (Permission::Nothing, false),
        (Permission::FormFilling, true),
        (Permission::Annotations, true),
    ] {
        let found = judge(&fill(&sign(
            &signer,
            &documents::form(),
            &certify(permission),
        )));
        assert_eq!(found[0].certification, Some(permission));
        assert_eq!(
            found[0].changes_after.len(),
            1,
            "{:?}",
            found[0].changes_after
        );
        assert_eq!(
            (
                found[0].changes_after[0].what,
                found[0].changes_after[0].allowed
            ),
            (What::FormFilling, allowed)
        );
        assert_eq!(found[0].is_intact(), allowed);
    }
    let found = judge(&fill(&sign_plain(&signer, &documents::form())));
    assert!(
        !found[0].is_intact(),
        "an ordinary signature lets nobody fill in"
    );
    // and a further signature in the author's own field after it
    let filled = fill(&sign(
        &signer,
        &documents::form(),
        &certify(Permission::FormFilling),
    ));
    let both = sign(
        &signer,
        &filled,
        &Options {
            field: Some("Sindaco".into()),
            ..stamped(0)
        },
    );
    assert!(judge(&both).iter().all(Signature::is_intact));
    clean_outside(&signer, vec![("both".into(), 2, both)]);
    // what was hidden and stays so shows nothing
    let hidden = documents::object(&documents::form(), 502).replacen("/F 4", "/F 2", 1);
    let hidden = documents::update(&documents::form(), &[(502, hidden)], "");
    let unseen = sign(
        &signer,
        &sign(&signer, &hidden, &certify(Permission::FormFilling)),
        &Options {
            field: Some("Sindaco".into()),
            ..stamped(0)
        },
    );
    assert!(judge(&unseen).iter().all(Signature::is_intact));
}

/// A variant of an attack, and the class it is of.
struct Attack {
    class: &'static str,
    name: &'static str,
    pdf: Vec<u8>,
}

#[test]
fn no_attacked_document_comes_out_clean() {
    let signer = Signer::new();
    let mut classes = std::collections::BTreeMap::new();
    let mut missed = Vec::new();
    for attack in corpus(&signer) {
        let verdict = match Signed::new(&attack.pdf) {
            Err(error) => format!("unreadable: {error}"),
            Ok(signed) => {
                // the signature that was attacked is the first; without any there is nothing to be believed
                let caught = signed
                    .signatures()
                    .iter()
                    .any(|signature| !signature.is_intact());
                let none = signed.signatures().is_empty();
                for verdict in verdicts(&signer, &attack.pdf) {
                    let clean = verdict.indication == Indication::TotalPassed;
                    assert!(
                        !clean || verdict.signature.is_intact(),
                        "{}: {verdict:#?}",
                        attack.name
                    );
                }
                let betrayed = signed
                    .signatures()
                    .iter()
                    .flat_map(|s| &s.changes_after)
                    .any(|c| c.name.as_deref() == Some("ID"));
                assert!(
                    !betrayed,
                    "{}: caught by the test's own carelessness",
                    attack.name
                );
                if !caught && !none {
                    missed.push((attack.class, attack.name));
                }
                format!(
                    "{:?}",
                    signed
                        .signatures()
                        .iter()
                        .map(|s| (&s.faults, &s.changes_after))
                        .collect::<Vec<_>>()
                )
            }
        };
        *classes.entry(attack.class).or_insert(0) += 1;
        eprintln!(
            "{} / {}: {}",
            attack.class,
            attack.name,
            &verdict[..verdict.len().min(160)]
        );
    }
    let total: usize = classes.values().sum();
    eprintln!(
        "{total} attacked documents, {} classes: {classes:?}",
        classes.len()
    );
    assert!(missed.is_empty(), "come out clean: {missed:#?}");
    assert_eq!(classes.len(), 13);
    assert!(total >= 100);
}

/// Replaces the only place of some bytes by others; what is longer moves what comes after.
fn replace(pdf: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = pdf
        .windows(from.len())
        .rposition(|window| window == from.as_bytes())
        .unwrap_or_else(|| panic!("no {from}"));
    let mut out = pdf.to_vec();
    out.splice(at..at + from.len(), to.bytes());
    out
}

fn set(pdf: &[u8], number: u32, from: &str, to: &str) -> Vec<u8> {
    let object = documents::object(pdf, number);
    assert!(object.contains(from), "{object}");
    documents::update(pdf, &[(number, object.replacen(from, to, 1))], "")
}

/// The number of the signature's dictionary.
fn signature_number(pdf: &[u8]) -> u32 {
    let text = String::from_utf8_lossy(pdf).into_owned();
    let before = &text[..text.rfind("/Type /Sig\n").unwrap()];
    let head = &before[..before.rfind(" 0 obj").unwrap()];
    head.rsplit('\n').next().unwrap().parse().unwrap()
}

fn corpus(signer: &Signer) -> Vec<Attack> {
    let signed = sign(signer, &documents::pages(3), &stamped(0));
    let certified = |permission| sign(signer, &documents::form(), &certify(permission));
    let mut all = Vec::new();
    let mut add = |class, name, pdf| all.push(Attack { class, name, pdf });

    signature_forgery(&signed, &mut add);
    incremental_saving(&signed, &mut add);
    wrapping(&signed, &mut add);
    shadow(signer, &mut add);
    annotations(&certified(Permission::Annotations), &mut add);
    notes(&certified(Permission::Annotations), &mut add);
    filled(signer, &mut add);
    sneaky(
        signer,
        &certified(Permission::FormFilling),
        &certified(Permission::Nothing),
        &mut add,
    );
    pages(&signed, &mut add);
    spoofs(&signed, &mut add);
    all
}

type Add<'a> = dyn FnMut(&'static str, &'static str, Vec<u8>) + 'a;

/// USF: the signature's own data made useless, in place and by an update.
fn signature_forgery(signed: &[u8], add: &mut Add<'_>) {
    let class = "universal signature forgery";
    let number = signature_number(signed);
    let object = documents::object(signed, number);
    let between = |from: &str, to: &str| {
        let start = object.find(from).unwrap();
        object[start..start + object[start..].find(to).unwrap() + to.len()].to_owned()
    };
    let (range, contents) = (between("/ByteRange", "]"), between("/Contents", ">"));
    for (name, from, to) in [
        ("no ByteRange", &range, String::new()),
        ("null ByteRange", &range, "/ByteRange null".into()),
        ("empty ByteRange", &range, "/ByteRange []".into()),
        ("zero ByteRange", &range, "/ByteRange [0 0 0 0]".into()),
        (
            "negative ByteRange",
            &range,
            "/ByteRange [0 -1 -1 0]".into(),
        ),
        ("short ByteRange", &range, "/ByteRange [0 10 20 30]".into()),
        ("five numbers", &range, range.replace(']', " 5]")),
        (
            "huge ByteRange",
            &range,
            "/ByteRange [0 9223372036854775807 9223372036854775807 9]".into(),
        ),
        ("ByteRange elsewhere", &range, "/ByteRange 1700 0 R".into()),
        ("no Contents", &contents, String::new()),
        ("null Contents", &contents, "/Contents null".into()),
        ("empty Contents", &contents, "/Contents <>".into()),
        ("zero Contents", &contents, "/Contents <00>".into()),
        ("Contents elsewhere", &contents, "/Contents 1701 0 R".into()),
        (
            "Contents as a literal",
            &contents,
            "/Contents (ciao)".into(),
        ),
    ] {
        add(
            class,
            name,
            documents::update(
                signed,
                &[(number, object.replacen(from.as_str(), &to, 1))],
                "",
            ),
        );
        // in place, padded to the same length so that every offset still holds
        if to.len() <= from.len() {
            add(
                class,
                name,
                replace(signed, from, &format!("{to:<width$}", width = from.len())),
            );
        }
    }
    add(
        class,
        "other filter",
        replace(signed, "ETSI.CAdES.detached", "ETSI.CAdES.detachex"),
    );
    let twice = object.replacen("/Contents", "/Contents <3000> /Contents", 1);
    add(
        class,
        "Contents twice",
        documents::update(signed, &[(number, twice)], ""),
    );
}

/// ISA: content appended, with and without the parts that an update needs.
fn incremental_saving(signed: &[u8], add: &mut Add<'_>) {
    let class = "incremental saving";
    let content =
        "<</Length 44>>\nstream\nBT /F1 14 Tf 72 720 Td (importo 9000) Tj ET   \nendstream";
    let full = documents::update(signed, &[(11, content.into())], "");
    let appended = &full[signed.len()..];
    let text = String::from_utf8_lossy(appended).into_owned();
    add(class, "whole update", full.clone());
    add(
        class,
        "twice",
        documents::update(&full, &[(11, content.into())], ""),
    );
    let cut = |until: &str| [signed, &appended[..text.find(until).unwrap()]].concat();
    add(class, "body only", cut("xref"));
    add(
        class,
        "body and end",
        [&cut("xref"), &b"%%EOF\n"[..]].concat(),
    );
    add(
        class,
        "no trailer",
        [
            &cut("trailer"),
            format!("startxref\n{}\n%%EOF\n", documents::startxref(&full)).as_bytes(),
        ]
        .concat(),
    );
    add(
        class,
        "old startxref",
        [
            &cut("startxref"),
            format!("startxref\n{}\n%%EOF\n", documents::startxref(signed)).as_bytes(),
        ]
        .concat(),
    );
    add(
        class,
        "no table, trailer",
        [
            &cut("xref"),
            format!(
                "trailer\n<</Root 1 0 R/Size 2000>>\nstartxref\n{}\n%%EOF\n",
                documents::startxref(signed)
            )
            .as_bytes(),
        ]
        .concat(),
    );
    let unlisted = replace(&full, "xref\n11 1", "xref\n99 1");
    add(class, "listed under another number", unlisted);
    let prev = documents::startxref(signed);
    let first: usize = {
        let text = String::from_utf8_lossy(signed);
        text[text.rfind("/Prev").unwrap() + 5..]
            .split_whitespace()
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    add(
        class,
        "Prev past the signature",
        replace(&full, &format!("/Prev {prev}"), &format!("/Prev {first}")),
    );
    add(
        class,
        "in a comment",
        [signed, b"%99 0 obj <</Length 0>> endobj\n%%EOF\n"].concat(),
    );
}

/// SWA: the second range moved, room made between the two.
fn wrapping(signed: &[u8], add: &mut Add<'_>) {
    let class = "signature wrapping";
    let [_, b, c, d] = pdf_support::last_byte_range(signed);
    let old = {
        let text = String::from_utf8_lossy(signed);
        let start = text.rfind("/ByteRange").unwrap();
        text[start..start + text[start..].find(']').unwrap() + 1].to_owned()
    };
    for (name, filler) in [
        (
            "objects between",
            "\n11 0 obj\n<</Length 5>>\nstream\nBT ET\nendstream\nendobj\n".to_owned(),
        ),
        ("blanks between", " ".repeat(400)),
        ("a whole update between", {
            let update = documents::update(
                signed,
                &[(11, "<</Length 5>>\nstream\nBT ET\nendstream".into())],
                "",
            );
            String::from_utf8_lossy(&update[signed.len()..]).into_owned()
        }),
    ] {
        let mut moved = signed[..c].to_vec();
        moved.extend(filler.as_bytes());
        let second = moved.len();
        moved.extend(&signed[c..]);
        let range = format!(
            "{:<width$}]",
            format!("/ByteRange [0 {b} {second} {d}"),
            width = old.len() - 1
        );
        add(class, name, replace(&moved, &old, &range));
    }
    let range = |text: String| format!("{:<width$}]", text, width = old.len() - 1);
    add(
        class,
        "hole too wide",
        replace(
            signed,
            &old,
            &range(format!("/ByteRange [0 {} {c} {d}", b - 10)),
        ),
    );
    add(
        class,
        "hole too wide after",
        replace(
            signed,
            &old,
            &range(format!("/ByteRange [0 {b} {} {}", c + 10, d - 10)),
        ),
    );
    add(
        class,
        "end too early",
        replace(
            signed,
            &old,
            &range(format!("/ByteRange [0 {b} {c} {}", d - 40)),
        ),
    );
    add(
        class,
        "start too late",
        replace(
            signed,
            &old,
            &range(format!("/ByteRange [5 {} {c} {d}", b - 5)),
        ),
    );
}

/// Shadow attacks: what was prepared before the signature, shown or hidden after it.
fn shadow(signer: &Signer, add: &mut Add<'_>) {
    let hidden = "<</Length 60>>\nstream\nBT /F1 14 Tf 72 720 Td (importo 9000 euro) Tj ET            \nendstream";
    // hide: a picture over the content, taken away afterwards
    let base = documents::pages(1);
    let page = documents::object(&base, 10)
        .trim_end_matches(">>")
        .to_owned()
        + "/Annots[1600 0 R 1602 0 R]>>";
    let cover = "<</Type/Annot/Subtype/Stamp/F 4/Rect[60 700 400 750]/AP<</N 1601 0 R>>>>";
    let picture = "<</Type/XObject/Subtype/Form/BBox[0 0 340 50]/Length 26>>\nstream\n1 g 0 0 340 50 re f       \nendstream";
    let prepared = documents::update(
        &base,
        &[
            (10, page.clone()),
            (1600, cover.into()),
            (1601, picture.into()),
            (1602, cover.into()),
        ],
        "",
    );
    let signed = sign_plain(signer, &prepared);
    let class = "shadow: hide";
    add(class, "annotation freed", free(&signed, 1600));
    add(class, "picture freed", free(&signed, 1601));
    add(
        class,
        "picture emptied",
        documents::update(
            &signed,
            &[(
                1601,
                "<</Type/XObject/Subtype/Form/BBox[0 0 340 50]/Length 0>>\nstream\n\nendstream"
                    .into(),
            )],
            "",
        ),
    );
    add(
        class,
        "annotation hidden",
        set(&signed, 1600, "/F 4", "/F 2"),
    );
    let last_page = documents::object(&signed, 10);
    add(
        class,
        "annotation dropped",
        documents::update(&signed, &[(10, last_page.replace("1600 0 R ", ""))], ""),
    );

    // replace: a form's value or a font put over the old one
    let class = "shadow: replace";
    let signed = sign_plain(signer, &documents::form());
    add(
        class,
        "field value",
        set(&signed, 501, "/T (Nota)", "/T (Nota)/V(9000 euro)"),
    );
    add(
        class,
        "field default",
        set(&signed, 501, "/T (Nota)", "/T (Nota)/DV(9000 euro)"),
    );
    add(
        class,
        "font",
        documents::update(
            &signed,
            &[(3, "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>".into())],
            "",
        ),
    );
    add(
        class,
        "field moved",
        set(&signed, 501, "/Rect", "/Rect[0 0 600 800]/OldRect"),
    );

    // hide and replace: a second document within, reached by one changed reference
    let class = "shadow: hide and replace";
    let second_page = documents::object(&base, 10).replace("11 0 R", "1611 0 R");
    let second_tree = "<</Type/Pages/Count 1/Kids[1610 0 R]>>";
    let second_root = "<</Type/Catalog/Pages 1612 0 R/Lang(it)>>";
    let prepared = documents::update(
        &base,
        &[
            (1610, second_page),
            (1611, hidden.into()),
            (1612, second_tree.into()),
            (1613, second_root.into()),
        ],
        "",
    );
    let signed = sign_plain(signer, &prepared);
    add(
        class,
        "other root",
        documents::update(&signed, &[(1999, "null".into())], "/Root 1613 0 R"),
    );
    add(
        class,
        "other pages",
        set(&signed, 1, "/Pages 2 0 R", "/Pages 1612 0 R"),
    );
    add(
        class,
        "other contents",
        set(&signed, 10, "11 0 R", "1611 0 R"),
    );
    add(class, "table only", relist(&signed, 11, 1611));
    add(class, "catalog by table only", relist(&signed, 1, 1613));
    // a dangling reference that is given an object afterwards
    let page =
        documents::object(&base, 10).replace("/Contents 11 0 R", "/Contents [11 0 R 1650 0 R]");
    let signed = sign_plain(signer, &documents::update(&base, &[(10, page)], ""));
    add(
        class,
        "dangling reference",
        documents::update(&signed, &[(1650, hidden.into())], ""),
    );
    // layers switched
    let layered = documents::with_catalog(
        &base,
        "/OCProperties<</OCGs[1660 0 R]/D<</ON[1660 0 R]/OFF[]>>>>",
    );
    let layered = documents::update(&layered, &[(1660, "<</Type/OCG/Name(Strato)>>".into())], "");
    let signed = sign_plain(signer, &layered);
    add(
        class,
        "layer switched",
        set(&signed, 1, "/OFF []", "/OFF [1660 0 R]"),
    );
}

/// An update that frees an object.
fn free(pdf: &[u8], number: u32) -> Vec<u8> {
    relist_as(pdf, &format!("{number} 1\n0000000000 00001 f\r\n"))
}

/// An update without objects: one number is listed where another's object lies.
fn relist(pdf: &[u8], number: u32, other: u32) -> Vec<u8> {
    // the object must bear the number it is listed under: a copy is left before the table
    let mut pdf = pdf.to_vec();
    let place = pdf.len();
    pdf.extend(
        format!(
            "{number} 0 obj\n{}\nendobj\n",
            documents::object(&pdf, other)
        )
        .as_bytes(),
    );
    relist_as(&pdf, &format!("{number} 1\n{place:010} 00000 n\r\n"))
}

fn relist_as(pdf: &[u8], rows: &str) -> Vec<u8> {
    let mut out = pdf.to_vec();
    let text = String::from_utf8_lossy(pdf).into_owned();
    let prev: usize = text[text.rfind("startxref").unwrap() + 9..]
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let start = out.len();
    let id = documents::id(pdf);
    out.extend(format!("xref\n{rows}trailer\n<</Size 2000/Root 1 0 R{id}/Prev {prev}>>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    out
}

/// Evil annotation: on a document certified with P 3, drawn over what was certified.
fn annotations(certified: &[u8], add: &mut Add<'_>) {
    let class = "evil annotation";
    let page = documents::object(certified, 10);
    let picture = "<</Type/XObject/Subtype/Form/BBox[0 0 340 50]/Length 26>>\nstream\n1 g 0 0 340 50 re f       \nendstream";
    for kind in [
        "FreeText",
        "Stamp",
        "Redact",
        "Square",
        "Line",
        "Ink",
        "Highlight",
        "Watermark",
        "FileAttachment",
        "Link",
        "Widget",
    ] {
        let annotation = format!(
            "<</Type/Annot/Subtype/{kind}/F 4/Rect[60 700 400 750]/DA(/F1 14 Tf)/Contents(9000)/AP<</N 1701 0 R>>>>"
        );
        let page = page.replacen("/Annots [", "/Annots [1700 0 R ", 1);
        add(
            class,
            "put first",
            documents::update(
                certified,
                &[
                    (10, page),
                    (1700, annotation.clone()),
                    (1701, picture.into()),
                ],
                "",
            ),
        );
        let page = documents::object(certified, 10);
        let start = page.find("/Annots [").unwrap();
        let end = start + page[start..].find(']').unwrap();
        let page = page[..end].to_owned() + " 1700 0 R" + &page[end..];
        add(
            class,
            "put last",
            documents::update(
                certified,
                &[(10, page), (1700, annotation), (1701, picture.into())],
                "",
            ),
        );
    }
    let page = documents::object(certified, 10);
    let start = page.find("/Annots [").unwrap();
    let end = start + page[start..].find(']').unwrap();
    let page = page[..end].to_owned() + " 1700 0 R" + &page[end..];
    let note = "<</Type/Annot/Subtype/Text/F 4/Rect[0 0 595 842]/AP<</N 1701 0 R>>>>";
    add(
        class,
        "note as large as the page",
        documents::update(
            certified,
            &[(10, page), (1700, note.into()), (1701, picture.into())],
            "",
        ),
    );
}

/// The windows and icons of notes, where notes may be added: as large as what they hide, or as many.
fn notes(certified: &[u8], add: &mut Add<'_>) {
    let class = "evil annotation";
    let picture = "<</Type/XObject/Subtype/Form/BBox[0 0 340 50]/Length 26>>\nstream\n1 g 0 0 340 50 re f       \nendstream";
    let popup = |more: &str| format!("<</Type/Annot/Subtype/Popup/Open true/F 4{more}>>");
    let tiles = |side: u16| {
        let places = (0..595).step_by(usize::from(side)).flat_map(move |left| {
            (0..842)
                .step_by(usize::from(side))
                .map(move |bottom| (left, bottom))
        });
        places.map(move |(left, bottom)| {
            let (right, top) = (left + i32::from(side), bottom + i32::from(side));
            format!("/Rect[{left} {bottom} {right} {top}]")
        })
    };
    let note = |place: String| format!("<</Type/Annot/Subtype/Text/F 4{place}/AP<</N 1701 0 R>>>>");
    for (name, all) in [
        (
            "popup as large as the page",
            vec![popup("/Rect[0 0 595 842]")],
        ),
        (
            "popup with a picture",
            vec![popup("/Rect[60 700 400 750]/AP<</N 1701 0 R>>")],
        ),
        (
            "popup that acts",
            vec![popup("/Rect[60 700 100 750]/AA<<>>")],
        ),
        ("popup without a place", vec![popup("")]),
        (
            "four popups together",
            (0..4).map(|index| popup(&rect(strip(index)))).collect(),
        ),
        ("notes all over the page", tiles(24).map(note).collect()),
        // a picture as large as an amount: "48.000" over "4.800"
        (
            "note with a picture over an amount",
            vec![note("/Rect[60 700 108 718]".into())],
        ),
        (
            "windows of open notes together",
            (0..4)
                .flat_map(|index| {
                    let window = format!("{} 0 R", 1711 + 2 * u32::from(index));
                    let open = format!(
                        "<</Type/Annot/Subtype/Text/F 4/Open true/Rect[20 800 40 820]/Popup {window}>>"
                    );
                    [open, popup(&rect(strip(index))).replacen("true", "false", 1)]
                })
                .collect(),
        ),
    ] {
        let numbers = 1710..;
        let mut objects: Vec<_> = numbers.zip(all).collect();
        let refs: Vec<_> = objects
            .iter()
            .map(|(number, _)| format!("{number} 0 R"))
            .collect();
        objects.push((1701, picture.into()));
        add(
            class,
            name,
            lay(certified, 10, &refs.join(" "), "", &objects),
        );
    }
}

/// Fields that the author laid over the page, or somebody who prepared the document: empty when it was certified, and
/// then filled in with a picture.
fn filled(signer: &Signer, add: &mut Add<'_>) {
    let class = "shadow: replace";
    let picture = "<</Type/XObject/Subtype/Form/BBox[0 0 340 50]/Length 26>>\nstream\n1 g 0 0 340 50 re f       \nendstream";
    let form = documents::form();
    let field = documents::object(&form, 501);
    let start = field.find("/Rect").unwrap();
    let end = start + field[start..].find(']').unwrap() + 1;
    let own = |more: &str| field.replacen(&field[start..end], more, 1);
    let full = "/Rect[0 0 595 842]";
    let filling = |object: &str, more: &str| object.trim_end_matches(">>").to_owned() + more + ">>";
    let with_picture = "/V(9000)/AP<</N 1701 0 R>>";
    let mut attack = |name, prepared: &[(u32, String)], filled: &[(u32, String)]| {
        let prepared = documents::update(&form, prepared, "");
        for permission in [Permission::FormFilling, Permission::Annotations] {
            let certified = sign(signer, &prepared, &certify(permission));
            let mut objects = filled.to_vec();
            objects.push((1701, picture.into()));
            add(class, name, documents::update(&certified, &objects, ""));
        }
    };
    let over = own(full);
    attack(
        "text field over the page",
        &[(501, over.clone())],
        &[(501, filling(&over, with_picture))],
    );
    attack(
        "text field over the page, its value alone",
        &[(501, over.clone())],
        &[(501, filling(&over, "/V(9000)"))],
    );
    let button = over
        .replacen("/FT /Tx", "/FT /Btn", 1)
        .replacen("/FT/Tx", "/FT/Btn", 1);
    assert_ne!(button, over);
    attack(
        "button over the page",
        &[(501, button.clone())],
        &[(501, filling(&button, with_picture))],
    );
    let quarters: Vec<_> = (0..4)
        .map(|index| {
            let name = format!("(Nota{index})");
            let quarter = own(&rect(strip(index))).replacen("(Nota)", &name, 1);
            (1730 + u32::from(index), quarter)
        })
        .collect();
    let refs = "1730 0 R 1731 0 R 1732 0 R 1733 0 R";
    let listed = |page: &str| {
        [
            (10, with(&documents::object(&form, 10), "/Annots [", refs)),
            (500, with(&documents::object(&form, 500), "/Fields [", page)),
        ]
    };
    let mut laid = listed(refs).to_vec();
    laid.extend(quarters.iter().cloned());
    let filled: Vec<_> = quarters
        .iter()
        .map(|(number, field)| (*number, filling(field, with_picture)))
        .collect();
    attack("four text fields over the page together", &laid, &filled);
    // each of a size that a field may have, and between them the whole text
    let thirds = [40.0, 290.0, 540.0].map(|bottom| rect([57.0, bottom, 538.0, bottom + 250.0]));
    let thirds: Vec<_> = (0_u32..)
        .zip(thirds)
        .map(|(index, place)| {
            let name = format!("(Nota{index})");
            (1730 + index, own(&place).replacen("(Nota)", &name, 1))
        })
        .collect();
    let mut laid = listed("1730 0 R 1731 0 R 1732 0 R").to_vec();
    laid[0].1 = with(
        &documents::object(&form, 10),
        "/Annots [",
        "1730 0 R 1731 0 R 1732 0 R",
    );
    laid.extend(thirds.iter().cloned());
    let filled: Vec<_> = thirds
        .iter()
        .map(|(number, field)| (*number, filling(field, with_picture)))
        .collect();
    attack("three text fields over the text", &laid, &filled);
    // not on the page when the author signed: that it is in the form says nothing of its place
    let large = own("/Rect[40 300 550 583]");
    attack(
        "text field unseen by the author, laid on the page afterwards",
        &[
            (501, large.clone()),
            (10, documents::object(&form, 10).replacen("501 0 R", "", 1)),
        ],
        &[
            (501, filling(&large, with_picture)),
            (10, documents::object(&form, 10)),
        ],
    );
    // one field in four widgets, and its value above them
    let kids: Vec<_> = (0..4)
        .map(|index| {
            let kid = format!(
                "<</Type/Annot/Subtype/Widget/Parent 1740 0 R/P 10 0 R/F 4{}>>",
                rect(strip(index))
            );
            (1730 + u32::from(index), kid)
        })
        .collect();
    let above = format!("<</FT/Tx/T(Altra)/Kids[{refs}]>>");
    let mut laid = listed("1740 0 R").to_vec();
    laid.push((1740, above.clone()));
    laid.extend(kids);
    attack(
        "value above four widgets over the page",
        &laid,
        &[(1740, filling(&above, "/V(9000)"))],
    );
}

/// A page of a form as offices make them: thirty lines from edge to edge, a large space for notes, and boxes to tick.
#[test]
fn ordinary_forms_filled_in_give_no_alarm() {
    let signer = Signer::new();
    let form = documents::form();
    let field = documents::object(&form, 501);
    let start = field.find("/Rect").unwrap();
    let end = start + field[start..].find(']').unwrap() + 1;
    let place = |name: &str, place: [f32; 4]| {
        field
            .replacen(&field[start..end], &rect(place), 1)
            .replacen("(Nota)", &format!("({name})"), 1)
    };
    let mut fields: Vec<(u32, String)> = (0..24_u8)
        .map(|row| {
            let bottom = 250.0 + 20.0 * f32::from(row);
            let line = place(&format!("R{row}"), [70.0, bottom, 525.0, bottom + 14.0]);
            (1740 + u32::from(row), line)
        })
        .collect();
    fields.push((1780, place("Note", [60.0, 60.0, 535.0, 220.0])));
    fields.push((
        1781,
        place("Nascosta", [0.0, 0.0, 595.0, 842.0]).replacen("/F 4", "/F 2", 1),
    ));
    let refs: Vec<_> = fields
        .iter()
        .map(|(number, _)| format!("{number} 0 R"))
        .collect();
    let refs = refs.join(" ");
    let laid = lay(&form, 10, &refs, &refs, &fields);
    for permission in [Permission::FormFilling, Permission::Annotations] {
        let mut done = sign(&signer, &laid, &certify(permission));
        let picture =
            "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Length 0>>\nstream\n\nendstream";
        let mut filled: Vec<_> = fields
            .iter()
            .map(|(number, field)| {
                let more = "/V(Visto)/AP<</N 1701 0 R>>>>";
                (*number, field.trim_end_matches(">>").to_owned() + more)
            })
            .collect();
        filled.push((1701, picture.into()));
        done = documents::update(&done, &filled, "");
        if permission == Permission::Annotations {
            let note = "<</Type/Annot/Subtype/Text/F 4/Rect[20 800 40 820]/Popup 1711 0 R/Contents(Visto)>>";
            let popup =
                "<</Type/Annot/Subtype/Popup/Open false/Parent 1710 0 R/Rect[300 640 500 820]>>";
            let notes = [(1710, note.to_owned()), (1711, popup.to_owned())];
            done = lay(&done, 10, "1710 0 R 1711 0 R", "", &notes);
        }
        let found = judge(&done);
        assert!(found[0].is_intact(), "{found:#?}");
        // and signed below it all
        let field = Options {
            field: Some("Sindaco".into()),
            ..stamped(0)
        };
        let signed = sign(&signer, &done, &field);
        assert!(judge(&signed).iter().all(Signature::is_intact));
        match permission {
            // pyHanko lets nobody write notes, whatever the author allowed
            Permission::Annotations => {
                let dir = judges::lay(&[("noted".into(), signed)]);
                judges::qpdf_is_content(dir.path());
                judges::pdfsig_is_content(dir.path(), |_| 2);
            }
            _ => clean_outside(&signer, vec![("filled".into(), 2, signed)]),
        }
    }
}

/// A field for remarks as the forms of offices have it, 18 by 10 cm, filled in; and notes by its side, with the icons
/// that readers draw, and windows that are closed.
#[test]
fn a_large_field_and_closed_notes_give_no_alarm() {
    let signer = Signer::new();
    let form = documents::form();
    let field = documents::object(&form, 501);
    let start = field.find("/Rect").unwrap();
    let end = start + field[start..].find(']').unwrap() + 1;
    // and one that runs over the page's edge: what is not on the page hides nothing of it
    let large = field.replacen(&field[start..end], "/Rect[40 300 550 583]", 1);
    let edge = field
        .replacen(&field[start..end], "/Rect[-600 20 80 290]", 1)
        .replacen("(Nota)", "(Margine)", 1);
    let laid = lay(&form, 10, "1740 0 R", "1740 0 R", &[(1740, edge.clone())]);
    let laid = documents::update(&laid, &[(501, large.clone())], "");
    let picture = "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Length 0>>\nstream\n\nendstream";
    for permission in [Permission::FormFilling, Permission::Annotations] {
        let certified = sign(&signer, &laid, &certify(permission));
        let filled = |object: &str| {
            object.trim_end_matches(">>").to_owned() + "/V(Visto)/AP<</N 1701 0 R>>>>"
        };
        let objects = [
            (501, filled(&large)),
            (1740, filled(&edge)),
            (1701, picture.into()),
        ];
        let mut done = documents::update(&certified, &objects, "");
        if permission == Permission::Annotations {
            let numbers = || (1710_u32..).step_by(2).take(6);
            let notes: Vec<_> = numbers()
                .flat_map(|number| {
                    let window = number + 1;
                    let note = format!(
                        "<</Type/Annot/Subtype/Text/F 28/Rect[20 800 44 824]/Popup {window} 0 R/AP<</N 1701 0 R>>/Contents(Visto)>>"
                    );
                    let popup = format!(
                        "<</Type/Annot/Subtype/Popup/Parent {number} 0 R/Rect[300 640 500 820]>>"
                    );
                    [(number, note), (window, popup)]
                })
                .collect();
            let refs: Vec<_> = notes
                .iter()
                .map(|(number, _)| format!("{number} 0 R"))
                .collect();
            done = lay(&done, 10, &refs.join(" "), "", &notes);
        }
        let found = judge(&done);
        assert!(found[0].is_intact(), "{found:#?}");
    }
}

/// A form whose nodes name each other over and over, and pages that all list the same fields: no more work than there
/// is in the file.
#[test]
fn hostile_forms_and_lists_are_judged_in_time() {
    let signer = Signer::new();
    let again = |number: u32| format!("{number} 0 R ").repeat(100);
    let form = documents::form();
    let knot = |more: &str| format!("<</FT/Tx/T(Nodo)/F 2/Kids[{}]{more}>>", again(1751));
    let objects = [
        (1750, knot("")),
        (1751, format!("<</F 2/Kids[{}]>>", again(1751))),
    ];
    let laid = lay(&form, 10, "", "1750 0 R", &objects);
    let certified = sign(&signer, &laid, &certify(Permission::FormFilling));
    let knotted = documents::update(&certified, &[(1750, knot("/V(9000)"))], "");

    let count = 4_000_u32;
    let numbers = |from: u32| (from..from + count).map(|number| format!("{number} 0 R "));
    let field = documents::object(&form, 501);
    let filled = |number: u32| {
        let named = field.replacen("(Nota)", &format!("(N{number})"), 1);
        (
            number,
            named.trim_end_matches(">>").to_owned() + "/V(9000)>>",
        )
    };
    let page = documents::object(&form, 10);
    let start = page.find("/Annots").unwrap();
    let end = start + page[start..].find(']').unwrap() + 1;
    let shared = page.replacen(&page[start..end], "/Annots 1760 0 R", 1);
    let mut objects = vec![
        (
            2,
            documents::object(&form, 2)
                .replacen(
                    "10 0 R",
                    &format!("10 0 R {}", numbers(20_000).collect::<String>()),
                    1,
                )
                .replacen("/Count 1", &format!("/Count {}", count + 1), 1),
        ),
        (1760, format!("[{}]", numbers(10_000).collect::<String>())),
    ];
    objects.extend((20_000..20_000 + count).map(|number| (number, shared.clone())));
    let fields: Vec<_> = (10_000..10_000 + count).map(filled).collect();
    let empty = |(number, field): &(u32, String)| (*number, field.replacen("/V(9000)", "", 1));
    objects.extend(fields.iter().map(empty));
    let laid = documents::update(&form, &objects, "");
    let laid = lay(&laid, 10, "", &numbers(10_000).collect::<String>(), &[]);
    let certified = sign(&signer, &laid, &certify(Permission::FormFilling));
    let listed = documents::update(&certified, &fields, "");

    for (name, pdf) in [("knotted", knotted), ("listed", listed)] {
        let (done, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            done.send(Signed::new(&pdf).map(|signed| signed.signatures().len()))
        });
        let found = told.recv_timeout(std::time::Duration::from_secs(60));
        assert!(matches!(found, Ok(Ok(1))), "{name}: {found:?}");
    }
}

/// Sneaky signature: a signature field that is content, on a certified document; and more.
fn sneaky(signer: &Signer, filling: &[u8], closed: &[u8], add: &mut Add<'_>) {
    let class = "sneaky signature";
    let picture = "<</Type/XObject/Subtype/Form/BBox[0 0 340 50]/Length 26>>\nstream\n1 g 0 0 340 50 re f       \nendstream";
    for (pdf, value) in [
        (filling, ""),
        (closed, ""),
        (filling, "/V 1702 0 R"),
        (closed, "/V 1702 0 R"),
    ] {
        let field = format!(
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(Altro)/F 4/P 10 0 R/Rect[60 700 400 750]/AP<</N 1701 0 R>>{value}>>"
        );
        let page = documents::object(pdf, 10);
        let start = page.find("/Annots [").unwrap();
        let end = start + page[start..].find(']').unwrap();
        let page = page[..end].to_owned() + " 1700 0 R" + &page[end..];
        let form = documents::object(pdf, 500);
        let end = form.find("/Fields [").unwrap()
            + form[form.find("/Fields [").unwrap()..].find(']').unwrap();
        let form = form[..end].to_owned() + " 1700 0 R" + &form[end..];
        let fake = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 0 0 0]/Contents<00>>>";
        let objects = [
            (10, page),
            (500, form),
            (1700, field),
            (1701, picture.to_owned()),
            (1702, fake.to_owned()),
        ];
        add(
            class,
            "unsigned field over content",
            documents::update(pdf, &objects, ""),
        );
    }
    // the same, and really signed: by whoever has any key, in two updates
    let field = "<</Type/Annot/Subtype/Widget/FT/Sig/T(Altro)/F 4/P 10 0 R/Rect[60 700 400 750]/AP<</N 1701 0 R>>>>";
    let page = documents::object(filling, 10);
    let end = page.find("/Annots [").unwrap()
        + page[page.find("/Annots [").unwrap()..].find(']').unwrap();
    let page = page[..end].to_owned() + " 1700 0 R" + &page[end..];
    let form = documents::object(filling, 500);
    let end = form.find("/Fields [").unwrap()
        + form[form.find("/Fields [").unwrap()..].find(']').unwrap();
    let form = form[..end].to_owned() + " 1700 0 R" + &form[end..];
    let objects = [
        (10, page),
        (500, form),
        (1700, field.to_owned()),
        (1701, picture.to_owned()),
    ];
    let laid = documents::update(filling, &objects, "");
    add(
        class,
        "signed field over content",
        sign(
            signer,
            &laid,
            &Options {
                field: Some("Altro".into()),
                ..stamped(0)
            },
        ),
    );
    // really signed, by somebody, and drawn over the whole page
    let over = Stamp {
        page: 0,
        rect: [0.0, 0.0, 595.0, 842.0],
        lines: vec!["importo 9000 euro".into()],
    };
    let signed = sign_plain(signer, &documents::pages(1));
    add(
        class,
        "signed field over the page",
        sign(
            signer,
            &signed,
            &Options {
                stamp: Some(over),
                ..Options::at(at())
            },
        ),
    );
    covers(signer, add);
    // what is allowed, so often that a list of it is full
    let field = documents::object(&documents::form(), 501).replacen("/P 10 0 R", "", 1);
    let fields: Vec<(u32, String)> = (1740..1980)
        .map(|number| (number, field.replacen("(Nota)", &format!("(N{number})"), 1)))
        .collect();
    let refs: Vec<String> = fields
        .iter()
        .map(|(number, _)| format!("{number} 0 R"))
        .collect();
    let laid = lay(
        &documents::form(),
        10,
        &refs.join(" "),
        &refs.join(" "),
        &fields,
    );
    let in_field = Options {
        field: Some("Sindaco".into()),
        ..certify(Permission::FormFilling)
    };
    let certified = sign(signer, &laid, &in_field);
    let filled = fields.iter().map(|(number, field)| {
        let field = field.trim_end_matches(">>").to_owned() + "/V(Visto)>>";
        (*number, field)
    });
    let mut objects: Vec<_> = filled.collect();
    for (number, name) in [
        (11, "content behind many fields"),
        (3, "font behind many fields"),
    ] {
        let object = documents::object(&certified, number);
        objects.push((number, object.replacen("/", "/Other 1/", 1)));
        add(
            "shadow: replace",
            name,
            documents::update(&certified, &objects, ""),
        );
        objects.pop();
    }
    // a picture given to the author's field without signing it
    let field = documents::object(filling, 502)
        .trim_end_matches(">>")
        .to_owned()
        + "/AP<</N 1701 0 R>>>>";
    add(
        class,
        "picture without signature",
        documents::update(filling, &[(502, field), (1701, picture.into())], ""),
    );
    // the certification taken out, or widened
    add(
        "certification",
        "Perms dropped",
        set(filling, 1, "/Perms", "/Qerms"),
    );
    let number = signature_number(closed);
    add(
        "certification",
        "P raised",
        documents::update(
            closed,
            &[(
                number,
                documents::object(closed, number).replacen("/P 1", "/P 3", 1),
            )],
            "",
        ),
    );
}

/// More in the array that comes after a key.
fn with(object: &str, key: &str, more: &str) -> String {
    let start = object.find(key).unwrap();
    let end = start + object[start..].find(']').unwrap();
    format!("{} {more}{}", &object[..end], &object[end..])
}

/// Puts annotations on a page and fields into the form, with the objects that they are.
fn lay(pdf: &[u8], page: u32, shown: &str, fields: &str, objects: &[(u32, String)]) -> Vec<u8> {
    let mut all = vec![(
        page,
        with(&documents::object(pdf, page), "/Annots [", shown),
    )];
    if !fields.is_empty() {
        let form = documents::object(pdf, 500);
        all.push((500, with(&form, "/Fields [", fields)));
    }
    all.extend_from_slice(objects);
    documents::update(pdf, &all, "")
}

/// A quarter of a page of A4, in strips from below.
fn strip(index: u8) -> [f32; 4] {
    let bottom = 210.0 * f32::from(index);
    [0.0, bottom, 595.0, bottom + 210.0]
}

fn rect([left, bottom, right, top]: [f32; 4]) -> String {
    format!("/Rect[{left} {bottom} {right} {top}]")
}

/// The form, with a second page of A0 that has annotations too.
fn with_large_page() -> Vec<u8> {
    let form = documents::form();
    let page = documents::object(&form, 10);
    let start = page.find("/MediaBox").unwrap();
    let end = start + page[start..].find(']').unwrap() + 1;
    let large = page.replacen(&page[start..end], "/MediaBox[0 0 2384 3370]", 1);
    let start = large.find("/Annots [").unwrap();
    let end = start + large[start..].find(']').unwrap();
    let large = large[..start].to_owned() + "/Annots [" + &large[end..];
    let tree = documents::object(&form, 2)
        .replacen("10 0 R", "10 0 R 16 0 R", 1)
        .replacen("/Count 1", "/Count 2", 1);
    documents::update(&form, &[(2, tree), (16, large)], "")
}

/// The page covered by the pictures of signatures that are really made: in pieces, of another page as they say, or in
/// fields that the author laid out.
fn covers(signer: &Signer, add: &mut Add<'_>) {
    let class = "sneaky signature";
    let picture = "<</Type/XObject/Subtype/Form/BBox[0 0 340 50]/Length 26>>\nstream\n1 g 0 0 340 50 re f       \nendstream";
    let full = "/Rect[0 0 595 842]";
    let fill = |pdf: &[u8], name: &str| {
        let options = Options {
            field: Some(name.into()),
            ..stamped(0)
        };
        sign(signer, pdf, &options)
    };
    let widget = |page: &str, more: &str| {
        format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(Altro)/F 4{page}{more}/AP<</N 1701 0 R>>>>")
    };

    // in pieces
    let signed = sign_plain(signer, &documents::form());
    let kids = "1710 0 R 1711 0 R 1712 0 R 1713 0 R";
    let mut objects = vec![
        (1700, format!("<</FT/Sig/T(Altro)/Kids[{kids}]>>")),
        (1701, picture.to_owned()),
    ];
    objects.extend((0..4).map(|index| {
        let kid = format!(
            "<</Type/Annot/Subtype/Widget/Parent 1700 0 R/P 10 0 R/F 4{}/AP<</N 1701 0 R>>>>",
            rect(strip(index))
        );
        (1710 + u32::from(index), kid)
    }));
    let laid = lay(&signed, 10, kids, "1700 0 R", &objects);
    add(class, "one field in four pieces", fill(&laid, "Altro"));
    let mut several = signed.clone();
    for index in 0..4 {
        let stamp = Stamp {
            page: 0,
            rect: strip(index),
            lines: vec!["importo 9000 euro".into()],
        };
        let options = Options {
            stamp: Some(stamp),
            ..Options::at(at())
        };
        several = sign(signer, &several, &options);
    }
    add(class, "four fields together", several);

    // by the measure of another page, or of none
    let signed = sign_plain(signer, &with_large_page());
    let picture = (1701, picture.to_owned());
    for (name, page, rect, on_both) in [
        ("page of another size", "/P 16 0 R", full, false),
        ("on two pages", "/P 16 0 R", full, true),
        ("on two pages, naming none", "", full, true),
        (
            "small, naming another page",
            "/P 16 0 R",
            "/Rect[60 700 400 750]",
            false,
        ),
        ("five numbers", "/P 10 0 R", "/Rect[0 0 595 842 0]", false),
        (
            "no number among them",
            "/P 10 0 R",
            "/Rect[0 null 0 595 842]",
            false,
        ),
    ] {
        let objects = [(1700, widget(page, rect)), picture.clone()];
        let mut laid = lay(&signed, 10, "1700 0 R", "1700 0 R", &objects);
        if on_both {
            laid = lay(&laid, 16, "1700 0 R", "", &[]);
        }
        add(class, name, fill(&laid, "Altro"));
    }
    // one list of annotations for a small and a large page, so that it is gone through once
    let both = with_large_page();
    let shared = |number: u32| {
        let page = documents::object(&both, number);
        let start = page.find("/Annots [").unwrap();
        let end = start + page[start..].find(']').unwrap() + 1;
        (
            number,
            page.replacen(&page[start..end], "/Annots 1720 0 R", 1),
        )
    };
    let list = |more: &str| (1720, format!("[501 0 R 502 0 R{more}]"));
    let both = documents::update(&both, &[shared(10), shared(16), list("")], "");
    let signed = sign_plain(signer, &both);
    let objects = [
        (
            1720,
            with(&documents::object(&signed, 1720), "[", "1700 0 R"),
        ),
        (
            500,
            with(&documents::object(&signed, 500), "/Fields [", "1700 0 R"),
        ),
        (1700, widget("/P 16 0 R", full)),
        picture.clone(),
    ];
    let laid = documents::update(&signed, &objects, "");
    add(class, "on a list of two pages", fill(&laid, "Altro"));

    // in the author's fields
    let class = "shadow: replace";
    let form = documents::form();
    let field = documents::object(&form, 502);
    let start = field.find("/Rect").unwrap();
    let end = start + field[start..].find(']').unwrap() + 1;
    let own = |more: &str| field.replacen(&field[start..end], more, 1);
    let prepared = |more: &str| documents::update(&form, &[(502, own(more))], "");
    let signed = sign_plain(signer, &prepared(full));
    add(class, "empty field over the page", fill(&signed, "Sindaco"));
    let hidden = own(full).replacen("/F 4", "/F 2", 1);
    let signed = sign_plain(signer, &documents::update(&form, &[(502, hidden)], ""));
    let shown = set(&signed, 502, "/F 2", "/F 4");
    add(class, "hidden field over the page", fill(&shown, "Sindaco"));
    for (name, flags) in [
        ("hidden field on a certified page", "/F 2"),
        ("unviewed field on a certified page", "/F 36"),
        ("field hidden elsewhere on a certified page", "/F 1740 0 R"),
    ] {
        let hidden = own("/Rect[60 700 400 750]").replacen("/F 4", flags, 1);
        let prepared = documents::update(&form, &[(502, hidden), (1740, "2".into())], "");
        let certified = sign(signer, &prepared, &certify(Permission::FormFilling));
        let shown = set(&certified, 502, flags, "/F 4");
        add(class, name, fill(&shown, "Sindaco"));
    }
    let names = ["Uno", "Due", "Tre", "Quattro"];
    let quarters = (0..4).zip(names).map(|(index, name)| {
        let quarter = own(&rect(strip(index))).replacen("(Sindaco)", &format!("({name})"), 1);
        (1730 + u32::from(index), quarter)
    });
    let refs = "1730 0 R 1731 0 R 1732 0 R 1733 0 R";
    let laid = lay(&form, 10, refs, refs, &quarters.collect::<Vec<_>>());
    let mut signed = sign_plain(signer, &laid);
    for name in names {
        signed = fill(&signed, name);
    }
    add(class, "empty fields over the page together", signed);
    let large = with_large_page();
    let elsewhere = own(full).replacen("/P 10 0 R", "/P 16 0 R", 1);
    let signed = sign_plain(signer, &documents::update(&large, &[(502, elsewhere)], ""));
    add(
        class,
        "empty field of another page's size",
        fill(&signed, "Sindaco"),
    );
}

/// Overlap, and pages that come or go.
fn pages(signed: &[u8], add: &mut Add<'_>) {
    let class = "pages";
    add(class, "one removed", set(signed, 2, "12 0 R ", ""));
    add(
        class,
        "count lowered",
        set(signed, 2, "/Count 3", "/Count 2"),
    );
    add(
        class,
        "one added",
        documents::update(
            &set(signed, 2, "14 0 R", "14 0 R 1800 0 R"),
            &[(1800, documents::object(signed, 12))],
            "",
        ),
    );
    add(
        class,
        "order changed",
        set(signed, 2, "12 0 R 14 0 R", "14 0 R 12 0 R"),
    );
    add(
        class,
        "turned",
        set(signed, 12, "/Type /Page", "/Type /Page/Rotate 180"),
    );
    add(
        class,
        "cropped",
        set(
            signed,
            12,
            "/Type /Page",
            "/Type /Page/CropBox[0 0 100 100]",
        ),
    );
    add(
        class,
        "resources",
        set(signed, 12, "/F1 3 0 R", "/F1 1801 0 R"),
    );
}

fn spoofs(signed: &[u8], add: &mut Add<'_>) {
    let number = signature_number(signed);
    let object = documents::object(signed, number);
    for (name, from, to) in [
        ("reason", "(Approvazione)", "(Presa visione)"),
        ("name", "(ROSSI MARIO)", "(VERDI UGO)"),
        ("time", "/M (D:2026", "/M (D:2020"),
    ] {
        assert!(object.contains(from), "{object}");
        add(
            "spoofed claims",
            name,
            documents::update(signed, &[(number, object.replacen(from, to, 1))], ""),
        );
    }
    // two fields, one signature; and the same signature's dictionary copied into a later revision
    let form = String::from_utf8_lossy(signed).into_owned();
    let at = form.rfind("/Fields [").unwrap();
    let head = form[..at].rfind(" 0 obj").unwrap();
    let form_number: u32 = form[..head].rsplit('\n').next().unwrap().parse().unwrap();
    let field = form[at + 9..].split_whitespace().next().unwrap().to_owned();
    let fields = documents::object(signed, form_number);
    let copy = documents::object(signed, field.parse().unwrap());
    add(
        "overlap",
        "one signature in two fields",
        documents::update(
            signed,
            &[
                (form_number, fields.replacen("0 R]", "0 R 1900 0 R]", 1)),
                (1900, copy.replacen("(Firma1)", "(Firma9)", 1)),
            ],
            "",
        ),
    );
    let copied = copy.replacen("(Firma1)", "(Firma9)", 1).replacen(
        &format!("/V {number} 0 R"),
        "/V 1901 0 R",
        1,
    );
    add(
        "overlap",
        "signature copied",
        documents::update(
            signed,
            &[
                (form_number, fields.replacen("0 R]", "0 R 1900 0 R]", 1)),
                (1900, copied),
                (1901, object.clone()),
            ],
            "",
        ),
    );
    let dict = "/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<00>/U<00>>>";
    add(
        "encryption",
        "dictionary added",
        documents::update(signed, &[(1999, "null".into())], dict),
    );
    let other = "/Encrypt 1998 0 R";
    add(
        "encryption",
        "dictionary added by reference",
        documents::update(
            signed,
            &[(1998, "<</Filter/Standard/V 5/R 6>>".into())],
            other,
        ),
    );
}

#[test]
fn faults_are_named() {
    let signer = Signer::new();
    let signed = sign_plain(&signer, &documents::pages(1));
    let [_, b, c, d] = pdf_support::last_byte_range(&signed);
    let padded = {
        let mut padded = signed.clone();
        padded[c - 3] = b'7';
        padded
    };
    assert_eq!(judge(&padded)[0].faults, [Fault::Contents]);
    let tail = [&signed[..], b"x"].concat();
    assert!(Signed::new(&tail).is_err());
    assert_eq!(b + (c - b) + d, signed.len());
}
