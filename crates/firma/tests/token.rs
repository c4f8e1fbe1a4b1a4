//! `firma sign` with a token: SoftHSM2 holds the key, `openssl cms`, pyHanko and the DSS judge.

#![allow(clippy::unwrap_used)]

#[path = "../../signing/tests/dss/mod.rs"]
mod dss;
mod outside;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tokenkit::softhsm::SoftHsm;

const PIN: &str = "4815162342";

#[test]
fn a_token_signs_what_openssl_and_firma_accept() {
    let firma = Path::new(env!("CARGO_BIN_EXE_firma"));
    if !tokenkit::has_helper() {
        return;
    }
    let Some(hsm) = SoftHsm::new() else { return };
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(at("trust")).unwrap();
    let run = |program: &str, arguments: &[&str], input: &str| {
        let mut child = Command::new(program)
            .args(arguments)
            .envs(hsm.options().env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Whoever refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    };
    std::fs::write(at("trust/ca.pem"), hsm.ca.certificate.to_pem().unwrap()).unwrap();
    std::fs::write(at("atto.txt"), "Il Consiglio comunale delibera.\n").unwrap();
    for label in ["sindaco", "segretario"] {
        hsm.token(label, PIN);
        hsm.key(label, PIN, "rsa:2048", "01", &[]);
    }
    let (file, signed) = (at("atto.txt"), at("atto.txt.p7m"));
    let module = hsm.module.to_str().unwrap();
    let firma = firma.to_str().unwrap();

    // Two may sign, and nobody said which: nothing is tried.
    let undecided = run(firma, &["sign", &file, "--module", module], PIN);
    assert_eq!(undecided.status.code(), Some(3));
    let said = String::from_utf8_lossy(&undecided.stderr).into_owned();
    assert!(
        said.contains("sindaco") && said.contains("segretario"),
        "{said}"
    );

    let sign = ["sign", &file, "--module", module, "--token", "sindaco"];
    let wrong = run(firma, &sign, "0000\n");
    assert_eq!(wrong.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("wrong PIN"));
    assert!(!Path::new(&signed).exists());

    let judged = |signers| {
        outside::p7m(Path::new(&at("trust/ca.pem")), Path::new(&signed), signers);
    };
    good(&run(firma, &sign, &format!("{PIN}\n")));
    judged(1);
    // The other one signs beside the first.
    let beside = ["sign", &signed, "--module", module, "--token", "segretario"];
    good(&run(firma, &beside, &format!("{PIN}\r\n")));
    judged(2);

    let (trust, anchor, content) = (at("trust"), at("trust/ca.pem"), at("content"));
    let verify = [
        "cms", "-verify", "-cades", "-inform", "DER", "-in", &signed, "-CAfile", &anchor, "-out",
        &content,
    ];
    good(&run("openssl", &verify, ""));
    assert_eq!(
        std::fs::read(&content).unwrap(),
        std::fs::read(&file).unwrap()
    );
    let verdict = run(
        firma,
        &[
            "verify",
            &signed,
            "--trust",
            &trust,
            "--revocation",
            "if-known",
            "--json",
        ],
        "",
    );
    let json: serde_json::Value = serde_json::from_slice(&verdict.stdout).unwrap();
    assert_eq!(json["indication"], "TOTAL-PASSED", "{json:#}");
    let signers = json["files"][0]["now"]["layers"][0]["signers"]
        .as_array()
        .unwrap();
    assert_eq!(signers.len(), 2, "{json:#}");
}

fn good(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
}
