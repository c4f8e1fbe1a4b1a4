//! Many `.p7m` with a key in a PKCS#12 file, beside the openssl command.

use crate::token::batch;
use crate::{Outcome, Plan, beside, median, run, timed};
use openssl::pkcs12::Pkcs12;
use serde_json::{Value, json};
use signing::Signer;
use signing::batch::Format;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use token::pkcs12::Pkcs12Signer;
use tokenkit::faulty::pin;
use tokenkit::pki::{Ca, Usage, public, rsa};

pub const PASSWORD: &str = "prova";

/// A key of RSA-2048 and its certificate, as PKCS#12 and the certificate as PEM beside it.
pub fn key(place: &Path) -> Outcome<(PathBuf, PathBuf)> {
    let (file, pem) = (place.join("key.p12"), place.join("signer.pem"));
    let key = rsa(2048);
    let certificate = Ca::new().issue(&public(&key), "ROSSI MARIO", Usage::Signing);
    let made = Pkcs12::builder()
        .name("firma")
        .pkey(&key)
        .cert(&certificate)
        .build2(PASSWORD)?;
    std::fs::write(&file, made.to_der()?)?;
    std::fs::write(&pem, certificate.to_pem()?)?;
    Ok((file, pem))
}

/// Ours in one process and in a process for each file; openssl's command is always the latter.
pub fn measure(plan: &Plan, place: &Path, documents: &[PathBuf]) -> Outcome<Value> {
    let (file, pem) = key(place)?;
    let mut signer = Pkcs12Signer::open(&std::fs::read(&file)?, "key.p12", &pin(PASSWORD))?;
    let identity = signer.identities()?.into_iter().next().ok_or("no key")?;
    let (mut one, mut each, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..plan.repeats {
        let folder = |who: &str| -> Outcome<PathBuf> {
            let folder = place.join(format!("p7m-{who}-{round}"));
            std::fs::create_dir(&folder)?;
            Ok(folder)
        };
        let out = folder("one")?;
        let list = batch(documents, &out, &identity, &mut signer, Format::P7m)?;
        one.push(list.took);
        let out = folder("each")?;
        each.push(timed(|| {
            documents
                .iter()
                .try_for_each(|path| ours(path, &out, &file))
        })?);
        let out = folder("openssl")?;
        let sign = |path: &PathBuf| openssl(path, &out, &file, &pem);
        theirs.push(timed(|| documents.iter().try_for_each(sign))?);
    }
    Ok(json!({ "one": median(one), "each": median(each), "openssl": median(theirs) }))
}

fn target(path: &Path, out: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".p7m");
    out.join(name)
}

fn ours(path: &Path, out: &Path, file: &Path) -> Outcome<()> {
    use std::io::Write as _;
    let mut child = Command::new(beside("firma")?)
        .arg("sign")
        .arg(path)
        .arg("--p12")
        .arg(file)
        .arg("--out")
        .arg(target(path, out))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{PASSWORD}")?;
    }
    match child.wait()? {
        status if status.success() => Ok(()),
        status => Err(format!("firma sign: {status}").into()),
    }
}

fn openssl(path: &Path, out: &Path, file: &Path, pem: &Path) -> Outcome<()> {
    let mut command = Command::new("openssl");
    command.args([
        "cms",
        "-sign",
        "-cades",
        "-binary",
        "-nodetach",
        "-nosmimecap",
    ]);
    command.args(["-md", "sha256", "-outform", "DER", "-keyform", "P12"]);
    command.arg("-passin").arg(format!("pass:{PASSWORD}"));
    command.arg("-inkey").arg(file).arg("-signer").arg(pem);
    command
        .arg("-in")
        .arg(path)
        .arg("-out")
        .arg(target(path, out));
    run(&mut command).map(drop)
}
