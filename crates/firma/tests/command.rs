//! The command as a script sees it.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../signing/tests/authority/mod.rs"]
mod authority;
mod outside;

use authority::dss;
use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Extension, X509NameBuilder};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PASSWORD: &str = "segreta-7391";

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn certificate(
    name: &str,
    key: &PKey<Private>,
    issuer: Option<(&X509, &PKey<Private>)>,
    days: (i64, i64),
) -> X509 {
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let serial =
        BigNum::from_u32(u32::from(name.as_bytes()[0]) * 1000 + name.len() as u32).unwrap();
    builder
        .set_serial_number(&Asn1Integer::from_bn(&serial).unwrap())
        .unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder
        .set_issuer_name(issuer.map_or(&*subject, |(issuer, _)| issuer.subject_name()))
        .unwrap();
    builder
        .set_not_before(&Asn1Time::from_unix(days.0).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::from_unix(days.1).unwrap())
        .unwrap();
    builder.set_pubkey(key).unwrap();
    if issuer.is_none() {
        builder
            .append_extension(BasicConstraints::new().critical().ca().build().unwrap())
            .unwrap();
    } else {
        builder
            .append_extension(
                KeyUsage::new()
                    .critical()
                    .non_repudiation()
                    .build()
                    .unwrap(),
            )
            .unwrap();
        // QcLimitValue of 25000 EUR (EN 319 412-5, 4.3.2).
        let limit = b"\x30\x17\x30\x15\x06\x06\x04\x00\x8e\x46\x01\x02\x30\x0b\x13\x03EUR\x02\x01\x19\x02\x01\x03";
        let name = Asn1Object::from_str("1.3.6.1.5.5.7.1.3").unwrap();
        let limit = Asn1OctetString::new_from_bytes(limit).unwrap();
        builder
            .append_extension(X509Extension::new_from_der(&name, false, &limit).unwrap())
            .unwrap();
    }
    builder
        .sign(issuer.map_or(key, |(_, key)| key), MessageDigest::sha256())
        .unwrap();
    builder.build()
}

/// A folder with two keys in files (`a.p12` expired in 2024, `b.p12` good until 2040), what is believed, and a document.
fn desk() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root_key = key();
    let root = certificate("Root", &root_key, None, (1_577_836_800, 2_208_988_800));
    std::fs::create_dir(dir.path().join("trust")).unwrap();
    std::fs::write(dir.path().join("trust/root.pem"), root.to_pem().unwrap()).unwrap();
    for (name, end) in [("a", 1_735_689_600), ("b", 2_208_988_800)] {
        let own = key();
        let signer = certificate(name, &own, Some((&root, &root_key)), (1_640_995_200, end));
        let file = Pkcs12::builder()
            .name(name)
            .pkey(&own)
            .cert(&signer)
            .build2(PASSWORD)
            .unwrap();
        std::fs::write(
            dir.path().join(format!("{name}.p12")),
            file.to_der().unwrap(),
        )
        .unwrap();
    }
    std::fs::write(dir.path().join("atto.txt"), "Atto del Comune").unwrap();
    dir
}

fn firma(dir: &Path, words: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_firma"))
        .current_dir(dir)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Gone before it reads where the words are wrong.
    let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn sign_verify_extract_and_sign_again() {
    let desk = desk();
    let dir = desk.path();
    let signed = sign_with(dir, &["atto.txt"], "b.p12", 1);
    let verify = [
        "verify",
        "atto.txt.p7m",
        "--trust",
        "trust",
        "--revocation",
        "if-known",
        "--json",
    ];
    let good = firma(dir, &verify, "");
    assert_eq!(status(&good), 0, "{good:?}");
    let json: serde_json::Value = serde_json::from_slice(&good.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["files"][0]["now"]["indication"], "TOTAL-PASSED");
    assert_eq!(
        json["files"][0]["now"]["layers"][0]["signers"][0]["holder"]["name"],
        "b"
    );
    // Up to which value the key may be used is told to who signs and to who verifies.
    assert_eq!(
        json["files"][0]["now"]["layers"][0]["signers"][0]["holder"]["statements"]["limits"][0],
        serde_json::json!({ "amount": "25000", "currency": "EUR" })
    );
    let told = String::from_utf8(signed.stderr).unwrap();
    assert!(told.contains("25000 EUR"), "{told}");
    let text = firma(dir, &verify[..6], "").stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("limit of value: 25000 EUR"), "{text}");
    // Nothing known of revocation: open.
    assert_eq!(status(&firma(dir, &verify[..4], "")), 2);
    // Nothing is written over.
    assert_eq!(
        status(&firma(
            dir,
            &["sign", "atto.txt", "--p12", "b.p12"],
            PASSWORD
        )),
        3
    );
    assert_eq!(
        status(&firma(
            dir,
            &["extract", "atto.txt.p7m", "--out", "out"],
            ""
        )),
        0
    );
    assert_eq!(std::fs::read(dir.join("out")).unwrap(), b"Atto del Comune");
    assert_eq!(
        status(&firma(
            dir,
            &["extract", "atto.txt.p7m", "--out", "out"],
            ""
        )),
        3
    );
    // A second signer beside, then one around.
    sign_with(dir, &["atto.txt.p7m"], "a.p12", 2);
    sign_with(dir, &["atto.txt.p7m", "--around"], "b.p12", 1);
    let both = firma(
        dir,
        &["verify", "atto.txt.p7m.p7m", "--trust", "trust", "--json"],
        "",
    );
    let json: serde_json::Value = serde_json::from_slice(&both.stdout).unwrap();
    let layers = json["files"][0]["now"]["layers"].as_array().unwrap().iter();
    let signers = layers
        .map(|layer| layer["signers"].as_array().unwrap().len())
        .collect::<Vec<_>>();
    assert_eq!(signers, [1, 2]);
    // One of them expired in 2024: open today, good at the protocol's date.
    let today = firma(dir, &verify, "");
    assert_eq!(status(&today), 2, "{today:?}");
    let then = [
        &verify[..],
        &["--at", "2024-06-01T00:00:00Z", "--basis", "protocol"],
    ]
    .concat();
    let then = firma(dir, &then, "");
    assert_eq!(status(&then), 0, "{then:?}");
    let json: serde_json::Value = serde_json::from_slice(&then.stdout).unwrap();
    assert_eq!(
        json["files"][0]["now"]["sub_indication"],
        "OUT_OF_BOUNDS_NO_POE"
    );
    assert_eq!(json["files"][0]["at"]["indication"], "TOTAL-PASSED");
    assert_eq!(
        json["files"][0]["at"]["layers"][0]["signers"][0]["at"]["basis"],
        "protocol"
    );
}

#[test]
fn the_status_follows_the_verdict() {
    let desk = desk();
    let dir = desk.path();
    sign(dir, &["atto.txt"]);
    let mut broken = std::fs::read(dir.join("atto.txt.p7m")).unwrap();
    let at = broken
        .windows(6)
        .position(|window| window == b"Comune")
        .unwrap();
    broken[at] = b'c';
    std::fs::write(dir.join("broken.p7m"), broken).unwrap();
    let verify = |files: &[&str]| {
        let words = [
            &["verify", "--trust", "trust", "--revocation", "if-known"],
            files,
        ]
        .concat();
        firma(dir, &words, "")
    };
    let failed = verify(&["atto.txt.p7m", "broken.p7m"]);
    assert_eq!(status(&failed), 1);
    assert!(
        String::from_utf8_lossy(&failed.stdout).contains("TOTAL-FAILED, HASH_FAILURE"),
        "{failed:?}"
    );
    let none = verify(&["atto.txt"]);
    assert!(
        String::from_utf8_lossy(&none.stdout).contains("TOTAL-FAILED, FORMAT_FAILURE"),
        "{none:?}"
    );
    assert_eq!(status(&none), 1);
    assert_eq!(status(&verify(&["missing.p7m"])), 3);
    assert_eq!(status(&verify(&["atto.txt.p7m", "--nonsense"])), 3);
    assert_eq!(status(&firma(dir, &["verify", "atto.txt.p7m"], "")), 3);
    // Nobody believed.
    std::fs::create_dir(dir.join("nobody")).unwrap();
    assert_eq!(
        status(&firma(
            dir,
            &["verify", "atto.txt.p7m", "--trust", "nobody"],
            ""
        )),
        2
    );
    // A wrong password, and one that appears nowhere.
    let wrong = firma(
        dir,
        &["sign", "atto.txt", "--p12", "b.p12", "--out", "x"],
        "sbagliata-5512\n",
    );
    assert_eq!(status(&wrong), 3);
    let said = [wrong.stdout, wrong.stderr].concat();
    assert!(!String::from_utf8_lossy(&said).contains("sbagliata"));
    assert!(!dir.join("x").exists());
}

/// The smallest PDF with one page; where its objects stand is counted.
fn pdf() -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    ];
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", n + 1).as_bytes());
    }
    let start = out.len();
    out.extend(b"xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").as_bytes());
    }
    out.extend(format!("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    out
}

#[test]
fn a_pdf_is_signed_and_judged() {
    let desk = desk();
    let dir = desk.path();
    std::fs::write(dir.join("atto.pdf"), pdf()).unwrap();
    sign(dir, &["atto.pdf", "--pdf", "--out", "firmato.pdf"]);
    let bytes = std::fs::read(dir.join("firmato.pdf")).unwrap();
    assert!(bytes.starts_with(&pdf()));
    let verify = [
        "verify",
        "firmato.pdf",
        "--trust",
        "trust",
        "--revocation",
        "if-known",
        "--json",
    ];
    let good = firma(dir, &verify, "");
    assert_eq!(status(&good), 0, "{good:?}");
    let json: serde_json::Value = serde_json::from_slice(&good.stdout).unwrap();
    assert_eq!(
        json["files"][0]["now"]["signatures"][0]["signer"]["holder"]["name"],
        "b"
    );
    // The page is another one afterwards, and a PDF without signatures is none.
    let mut changed = bytes.clone();
    let at = changed
        .windows(4)
        .position(|window| window == b" 842")
        .unwrap();
    changed[at + 1] = b'7';
    std::fs::write(dir.join("firmato.pdf"), changed).unwrap();
    assert_eq!(status(&firma(dir, &verify, "")), 1);
    assert_eq!(
        status(&firma(dir, &["verify", "atto.pdf", "--trust", "trust"], "")),
        1
    );
}

/// Signs with the key of the file `b.p12`.
fn sign(dir: &Path, words: &[&str]) {
    sign_with(dir, words, "b.p12", 1);
}

/// The same with a key and the number of signers that there are then; outside judges take what was written.
fn sign_with(dir: &Path, words: &[&str], key: &str, signers: usize) -> Output {
    let words = [&["sign"], words, &["--p12", key]].concat();
    let done = firma(dir, &words, &format!("{PASSWORD}\n"));
    assert_eq!(status(&done), 0, "{done:?}");
    let written = dir.join(String::from_utf8_lossy(&done.stdout).trim_end());
    let root = dir.join("trust/root.pem");
    match words.contains(&"--pdf") {
        true => outside::pdf(&root, &written),
        false => outside::p7m(&root, &written, signers),
    }
    done
}

/// The envelope holds; the PDF in it was changed after it was signed.
#[test]
fn a_p7m_is_worth_no_more_than_the_signed_pdf_inside() {
    let desk = desk();
    let dir = desk.path();
    std::fs::write(dir.join("atto.pdf"), pdf()).unwrap();
    let sign = |words: &[&str]| sign(dir, words);
    sign(&["atto.pdf", "--pdf", "--out", "firmato.pdf"]);
    let mut changed = std::fs::read(dir.join("firmato.pdf")).unwrap();
    let at = changed.windows(4).position(|it| it == b" 842").unwrap();
    changed[at + 1] = b'7';
    // Cut off, no PDF can be read: whether it holds depends on whether it may be signed.
    let cut = |pdf: &[u8]| pdf[..pdf.len() - 30].to_vec();
    std::fs::write(dir.join("tagliato.pdf"), cut(&pdf())).unwrap();
    std::fs::write(dir.join("firmato-tagliato.pdf"), cut(&changed)).unwrap();
    std::fs::write(dir.join("cambiato.pdf"), changed).unwrap();
    for (name, worth) in [
        ("atto.pdf", 0),
        ("firmato.pdf", 0),
        ("cambiato.pdf", 1),
        ("tagliato.pdf", 0),
        ("firmato-tagliato.pdf", 2),
    ] {
        sign(&[name]);
        let file = format!("{name}.p7m");
        let words = [
            "verify",
            &file,
            "--trust",
            "trust",
            "--revocation",
            "if-known",
            "--json",
        ];
        let judged = firma(dir, &words, "");
        assert_eq!(status(&judged), worth, "{name}: {judged:?}");
        let json: serde_json::Value = serde_json::from_slice(&judged.stdout).unwrap();
        let inside = &json["files"][0]["now"]["inside"]["signatures"];
        let told = ["firmato.pdf", "cambiato.pdf"].contains(&name);
        assert_eq!(inside.is_array(), told, "{name}");
    }
}

/// With a password on it, or cut off, nobody can say of a signed one whether it holds: the same within a `.p7m` and
/// without, and in both it is said why.
#[test]
fn a_signed_pdf_that_cannot_be_read_is_left_open_and_told_why() {
    let desk = desk();
    let dir = desk.path();
    std::fs::write(dir.join("atto.pdf"), pdf()).unwrap();
    let sign = |words: &[&str]| sign(dir, words);
    sign(&["atto.pdf", "--pdf", "--out", "firmato.pdf"]);
    let signed = std::fs::read(dir.join("firmato.pdf")).unwrap();
    let locked = |pdf: &[u8]| {
        let at = pdf.windows(5).rposition(|it| it == b"/Root").unwrap();
        [&pdf[..at], b"/Encrypt 2 0 R", &pdf[at..]].concat()
    };
    std::fs::write(dir.join("password.pdf"), locked(&signed)).unwrap();
    std::fs::write(dir.join("tagliato.pdf"), &signed[..signed.len() - 30]).unwrap();
    let verify = |file: &str, more: &[&str]| {
        let words = [
            "verify",
            file,
            "--trust",
            "trust",
            "--revocation",
            "if-known",
        ];
        firma(dir, &[&words, more].concat(), "")
    };
    for (name, why) in [("password.pdf", "encrypted"), ("tagliato.pdf", "damaged")] {
        sign(&[name]);
        let around = format!("{name}.p7m");
        for file in [name, &around] {
            let text = verify(file, &[]);
            assert_eq!(status(&text), 2, "{file}: {text:?}");
            let said = String::from_utf8_lossy(&text.stdout).into_owned();
            assert!(said.contains(why), "{file}: {said}");
            let json = verify(file, &["--json"]);
            let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
            let now = &json["files"][0]["now"];
            assert_eq!(now["indication"], "INDETERMINATE", "{json:#}");
            let unclear = if file == name { now } else { &now["inside"] };
            assert_eq!(unclear["unreadable"]["kind"], why, "{json:#}");
            assert_eq!(json["files"][0]["error"].is_string(), file == name);
        }
    }
    // Nothing in it can be a signature.
    std::fs::write(dir.join("bozza.pdf"), locked(&pdf())).unwrap();
    let json = verify("bozza.pdf", &["--json"]);
    assert_eq!(status(&json), 1, "{json:?}");
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let error = json["files"][0]["error"].as_str().unwrap();
    assert!(error.contains("encrypted"), "{error}");
}

/// A stamp apart from its document, one around it, and one around a signature that does not hold.
#[test]
fn stamps_are_judged_with_all_that_is_inside() {
    let Some(mut authority) = authority::Authority::new() else {
        return;
    };
    let (rossi, tsa) = (
        authority.issue("Rossi", "signer"),
        authority.issue("TSA", "tsa"),
    );
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir(at("trust")).unwrap();
    std::fs::copy(&authority.root.pem, at("trust/ca.pem")).unwrap();
    let stamp = |content: &[u8]| {
        let hash = openssl::sha::sha256(content);
        authority.token(&authority::tst_info(&hash, "20261126080000Z", None), &tsa)
    };
    let around = |content: &[u8]| authority::tsd(&[], &[&stamp(content)], Some(content));
    let options = ["-cades", "-nosmimecap", "-nodetach"];
    let p7m = authority.cms(b"Atto del Comune", &rossi, &options);
    let mut broken = p7m.clone();
    let place = broken.windows(4).position(|it| it == b"Atto").unwrap();
    broken[place] = b'E';
    for (name, bytes) in [
        ("atto.txt", b"Atto del Comune".to_vec()),
        ("altro.txt", b"Un altro atto".to_vec()),
        ("atto.tsr", stamp(b"Atto del Comune")),
        ("atto.tsd", around(b"Atto del Comune")),
        ("atto.p7m.tsd", around(&p7m)),
        ("rotto.p7m.tsd", around(&broken)),
        (
            "falso.tsd",
            authority::tsd(&[], &[&stamp(b"altro")], Some(b"Atto del Comune")),
        ),
    ] {
        std::fs::write(at(name), bytes).unwrap();
    }
    let verdict = |words: &[&str]| {
        let all = [
            "verify",
            "--trust",
            "trust",
            "--revocation",
            "if-known",
            "--json",
        ];
        let judged = firma(dir.path(), &[&all, words].concat(), "");
        let json: serde_json::Value = serde_json::from_slice(&judged.stdout).unwrap();
        (status(&judged), json["files"][0]["now"].clone())
    };
    let (worth, told) = verdict(&["atto.tsr"]);
    assert_eq!(worth, 2, "of what, is not known");
    assert_eq!(told["sub_indication"], "SIGNED_DATA_NOT_FOUND");
    assert_eq!(told["content_missing"], true);
    assert_eq!(verdict(&["atto.tsr", "--content", "atto.txt"]).0, 0);
    assert_eq!(verdict(&["atto.tsr", "--content", "altro.txt"]).0, 1);
    let (worth, told) = verdict(&["atto.tsd"]);
    assert_eq!((worth, told["inside"].is_null()), (0, true));
    assert_eq!(told["stamps"][0]["indication"], "TOTAL-PASSED");
    assert_eq!(verdict(&["falso.tsd"]).0, 1);
    let (worth, told) = verdict(&["atto.p7m.tsd"]);
    assert_eq!(worth, 0, "{told:#}");
    let signer = &told["inside"]["layers"][0]["signers"][0];
    assert_eq!(signer["at"]["time"], "2026-11-26T08:00:00Z", "{told:#}");
    assert_eq!(verdict(&["rotto.p7m.tsd"]).0, 1);
}

/// What is in `--facts` tells of revocation, and nobody is believed for being there.
#[test]
fn facts_from_another_folder_count_and_certificates_there_do_not() {
    let Some(mut authority) = authority::Authority::new() else {
        return;
    };
    let rossi = authority.issue("Rossi", "signer");
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for folder in ["trust", "nobody", "facts", "revoked"] {
        std::fs::create_dir(at(folder)).unwrap();
    }
    std::fs::copy(&authority.root.pem, at("trust/ca.pem")).unwrap();
    std::fs::copy(&authority.root.pem, at("facts/ca.pem")).unwrap();
    let options = ["-cades", "-nosmimecap", "-nodetach"];
    let p7m = authority.cms(b"Atto del Comune", &rossi, &options);
    std::fs::write(at("atto.p7m"), p7m).unwrap();
    let times = ["20260101000000Z", "20390101000000Z"];
    let list = authority.crl("crl_plain", times[0], times[1]);
    std::fs::write(at("facts/list.crl"), list).unwrap();
    authority.revoke(&rossi, "250601000000Z", "keyCompromise");
    let list = authority.crl("crl_plain", times[0], times[1]);
    std::fs::write(at("revoked/list.crl"), list).unwrap();
    let verdict = |trust: &str, more: &[&str]| {
        let words = ["verify", "atto.p7m", "--json", "--trust", trust];
        let output = firma(dir.path(), &[&words, more].concat(), "");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let now = &json["files"][0]["now"];
        let word = |name: &str| now[name].as_str().unwrap_or_default().to_owned();
        (status(&output), word("indication"), word("sub_indication"))
    };
    let said = |status, one: &str, other: &str| (status, one.to_owned(), other.to_owned());
    assert_eq!(verdict("trust", &[]), said(2, "INDETERMINATE", "TRY_LATER"));
    assert_eq!(
        verdict("trust", &["--facts", "facts"]),
        said(0, "TOTAL-PASSED", "")
    );
    assert_eq!(
        verdict("trust", &["--facts", "revoked"]),
        said(2, "INDETERMINATE", "REVOKED_NO_POE")
    );
    assert_eq!(
        verdict("nobody", &["--facts", "facts"]),
        said(2, "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")
    );
}

#[test]
fn both_verdicts_are_shown_todays_and_the_one_at_a_date_with_each_basis() {
    let Some(mut authority) = authority::Authority::new() else {
        return;
    };
    let gone = authority.issue_for("Gone", "signer", ("20240101000000Z", "20250601000000Z"));
    let revoked = authority.issue("Revoked", "signer");
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir(at("trust")).unwrap();
    std::fs::copy(&authority.root.pem, at("trust/ca.pem")).unwrap();
    let options = ["-cades", "-nosmimecap", "-nodetach"];
    for (name, by) in [("gone.p7m", &gone), ("revoked.p7m", &revoked)] {
        let p7m = authority.cms(b"Atto del Comune", by, &options);
        std::fs::write(at(name), p7m).unwrap();
    }
    // One from before the first expired, one that knows that the second was revoked.
    let times = ["20250501000000Z", "20260101000000Z", "20390101000000Z"];
    let before = authority.crl("crl_plain", times[0], times[2]);
    std::fs::write(at("trust/before.crl"), before).unwrap();
    authority.revoke(&revoked, "250601000000Z", "superseded");
    let after = authority.crl("crl_plain", times[1], times[2]);
    std::fs::write(at("trust/after.crl"), after).unwrap();

    let today = |file: &str| firma(dir.path(), &["verify", file, "--trust", "trust"], "");
    for (file, why) in [
        ("gone.p7m", "OUT_OF_BOUNDS_NO_POE"),
        ("revoked.p7m", "REVOKED_NO_POE"),
    ] {
        let now = format!("{file} (now): INDETERMINATE, {why}\n");
        let alone = today(file);
        let said = String::from_utf8_lossy(&alone.stdout);
        assert!(said.contains(&now) && !said.contains("(at)"), "{said}");
        assert_eq!(status(&alone), 2);
        for basis in ["time-stamp", "protocol", "pec", "preservation"] {
            let judged = |date: &str| {
                let words = ["verify", file, "--trust", "trust", "--basis", basis, "--at"];
                firma(dir.path(), &[&words[..], &[date]].concat(), "")
            };
            let then = judged("2025-04-01T00:00:00Z");
            let said = String::from_utf8_lossy(&then.stdout);
            let passed = format!("{file} (at): TOTAL-PASSED\n");
            assert!(said.contains(&now) && said.contains(&passed), "{said}");
            assert_eq!(status(&then), 0, "the date that was asked for decides");
            let late = judged("2025-07-01T00:00:00Z");
            let said = String::from_utf8_lossy(&late.stdout);
            let open = format!("{file} (at): INDETERMINATE, {why}\n");
            assert!(said.contains(&now) && said.contains(&open), "{said}");
            assert_eq!(status(&late), 2);
        }
    }
}
