//! `firma sign` with a token: SoftHSM2 holds the key, `openssl cms` judges.

#![allow(clippy::unwrap_used)]

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private, Public};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Name};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const PIN: &str = "4815162342";

#[test]
fn a_token_signs_what_openssl_and_firma_accept() {
    let Some(module) = module() else {
        eprintln!("SKIPPED: SoftHSM2 (or SOFTHSM2_MODULE) not found");
        return;
    };
    let firma = Path::new(env!("CARGO_BIN_EXE_firma"));
    let helper = firma.with_file_name(format!("firma-token{}", std::env::consts::EXE_SUFFIX));
    if !helper.is_file() {
        eprintln!("SKIPPED: firma-token is not built beside firma (cargo build -p token)");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(at("tokens")).unwrap();
    std::fs::create_dir(at("trust")).unwrap();
    let config = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\n",
        at("tokens")
    );
    std::fs::write(at("softhsm2.conf"), config).unwrap();
    let run = |program: &str, arguments: &[&str], input: &str| {
        let mut child = Command::new(program)
            .args(arguments)
            .env("SOFTHSM2_CONF", at("softhsm2.conf"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Whoever refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    };
    let (ca, ca_key) = authority();
    std::fs::write(at("trust/ca.pem"), ca.to_pem().unwrap()).unwrap();
    std::fs::write(at("atto.txt"), "Il Consiglio comunale delibera.\n").unwrap();
    for label in ["sindaco", "segretario"] {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let public = PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap();
        std::fs::write(at("key.pem"), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        let certificate = issue(&ca, &ca_key, &public, label);
        std::fs::write(at("certificate.der"), certificate.to_der().unwrap()).unwrap();
        let make = [
            "--init-token",
            "--free",
            "--label",
            label,
            "--so-pin",
            "12345678",
            "--pin",
            PIN,
        ];
        good(&run("softhsm2-util", &make, ""));
        let (key, der, module) = (
            at("key.pem"),
            at("certificate.der"),
            module.to_str().unwrap(),
        );
        let import = [
            "--import", &key, "--token", label, "--label", "firma", "--id", "01", "--pin", PIN,
        ];
        good(&run("softhsm2-util", &import, ""));
        let write = [
            "--module",
            module,
            "--token-label",
            label,
            "--login",
            "--pin",
            PIN,
            "--write-object",
            &der,
            "--type",
            "cert",
            "--id",
            "01",
        ];
        good(&run("pkcs11-tool", &write, ""));
    }
    let (file, signed, module) = (at("atto.txt"), at("atto.txt.p7m"), module.to_str().unwrap());
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

    good(&run(firma, &sign, &format!("{PIN}\n")));
    // The other one signs beside the first.
    let beside = ["sign", &signed, "--module", module, "--token", "segretario"];
    good(&run(firma, &beside, &format!("{PIN}\r\n")));

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

fn module() -> Option<PathBuf> {
    let named = std::env::var_os("SOFTHSM2_MODULE").map(PathBuf::from);
    let folders = [
        "/usr/lib/softhsm",
        "/usr/lib64/softhsm",
        "/usr/lib64/pkcs11",
    ];
    let usual = folders
        .iter()
        .map(|folder| Path::new(folder).join("libsofthsm2.so"));
    named
        .into_iter()
        .chain(usual)
        .find(|module| module.is_file())
}

fn name(common: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("C", "IT").unwrap();
    name.append_entry_by_text("CN", common).unwrap();
    name.build()
}

fn authority() -> (X509, PKey<Private>) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut builder = X509::builder().unwrap();
    builder
        .set_subject_name(&name("Test Qualified CA"))
        .unwrap();
    builder.set_pubkey(&key).unwrap();
    let ca = BasicConstraints::new().critical().ca().build().unwrap();
    let usage = KeyUsage::new()
        .critical()
        .key_cert_sign()
        .crl_sign()
        .build()
        .unwrap();
    builder.append_extension(ca).unwrap();
    builder.append_extension(usage).unwrap();
    (finish(builder, &name("Test Qualified CA"), &key), key)
}

fn issue(ca: &X509, ca_key: &PKey<Private>, key: &PKey<Public>, holder: &str) -> X509 {
    let mut builder = X509::builder().unwrap();
    builder.set_subject_name(&name(holder)).unwrap();
    builder.set_pubkey(key).unwrap();
    let usage = KeyUsage::new()
        .critical()
        .non_repudiation()
        .build()
        .unwrap();
    builder.append_extension(usage).unwrap();
    let issuer = name("Test Qualified CA");
    assert_eq!(
        issuer.to_der().unwrap(),
        ca.subject_name().to_der().unwrap()
    );
    finish(builder, &issuer, ca_key)
}

fn finish(mut builder: openssl::x509::X509Builder, issuer: &X509Name, key: &PKey<Private>) -> X509 {
    let mut number = BigNum::new().unwrap();
    number
        .rand(100, openssl::bn::MsbOption::ONE, false)
        .unwrap();
    builder.set_version(2).unwrap();
    builder
        .set_serial_number(&number.to_asn1_integer().unwrap())
        .unwrap();
    builder.set_issuer_name(issuer).unwrap();
    builder
        .set_not_before(&Asn1Time::from_unix(1_735_689_600).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::days_from_now(365).unwrap())
        .unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}
