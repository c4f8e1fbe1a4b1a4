//! The openssl command and pyHanko.

use crate::pki::{Ca, Signer};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

/// Runs it; none, said aloud, where it is not installed.
pub fn run(dir: &Path, arguments: &[&str]) -> Option<Output> {
    match Command::new("openssl")
        .current_dir(dir)
        .args(arguments)
        .output()
    {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("SKIPPED: the openssl command cannot be run ({error})");
            None
        }
    }
}

/// `openssl cms -verify -cades`: the content, or what it says against the file.
pub fn cms_verify(
    dir: &Path,
    ca: &Ca,
    cms: &[u8],
    content: Option<&[u8]>,
) -> Option<Result<Vec<u8>, String>> {
    std::fs::write(dir.join("ca.pem"), ca.own.x509.to_pem().unwrap()).unwrap();
    std::fs::write(dir.join("in.p7m"), cms).unwrap();
    let mut arguments = vec![
        "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "in.p7m",
    ];
    arguments.extend(["-CAfile", "ca.pem", "-purpose", "any", "-out", "out"]);
    if let Some(content) = content {
        std::fs::write(dir.join("content"), content).unwrap();
        arguments.extend(["-content", "content"]);
    }
    let output = run(dir, &arguments)?;
    if output.status.success() {
        Some(Ok(std::fs::read(dir.join("out")).unwrap()))
    } else {
        Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

/// `openssl cms` with the words given; the signer's key and certificate are in `s.pem`, the content in `content`, the
/// outcome in `out`.
pub fn cms_sign(dir: &Path, signer: &Signer, content: &[u8], words: &[&str]) -> Option<Vec<u8>> {
    let pem = [
        signer.key.private_key_to_pem_pkcs8().unwrap(),
        signer.x509.to_pem().unwrap(),
    ]
    .concat();
    std::fs::write(dir.join("s.pem"), pem).unwrap();
    std::fs::write(dir.join("content"), content).unwrap();
    let mut arguments = vec![
        "cms", "-in", "content", "-signer", "s.pem", "-md", "sha256", "-out", "signed",
    ];
    arguments.extend(["-binary", "-nosmimecap", "-cades"]);
    arguments.extend(words);
    let output = run(dir, &arguments)?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(std::fs::read(dir.join("signed")).unwrap())
}

/// Python with pyHanko, as `ORACLES_PYTHON` names it or the path has it; none, said aloud, otherwise.
fn python() -> Option<String> {
    let named = std::env::var("ORACLES_PYTHON").ok();
    let python = named.unwrap_or_else(|| "python3".into());
    let probe = Command::new(&python)
        .args(["-c", "import pyhanko"])
        .output();
    if probe.is_ok_and(|probe| probe.status.success()) {
        return Some(python);
    }
    eprintln!("SKIPPED: no Python with pyHanko (set ORACLES_PYTHON)");
    None
}

/// pyHanko about each file (name, bytes): whether it is intact, valid and trusted. One signer each: pyHanko refuses
/// more.
pub fn pyhanko(ca: &Ca, files: &[(String, Vec<u8>)]) -> Option<BTreeMap<String, bool>> {
    let python = python()?;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ca.pem"), ca.own.x509.to_pem().unwrap()).unwrap();
    std::fs::write(dir.path().join("judge.py"), include_str!("pyhanko_cms.py")).unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(format!("{name}.p7m")), bytes).unwrap();
    }
    let output = Command::new(python)
        .arg(dir.path().join("judge.py"))
        .arg(dir.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let verdicts: BTreeMap<String, bool> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdicts.len(), files.len());
    Some(
        verdicts
            .into_iter()
            .map(|(name, fine)| (name.trim_end_matches(".p7m").to_owned(), fine))
            .collect(),
    )
}

/// Bouncy Castle about each file, with any number of signers: Debian's packages (libbcpkix-java) and a JDK; none, said
/// aloud, otherwise.
pub fn bouncy_castle(ca: &Ca, files: &[(String, Vec<u8>)]) -> Option<BTreeMap<String, bool>> {
    let jars = ["bcprov", "bcutil", "bcpkix"].map(|jar| format!("/usr/share/java/{jar}.jar"));
    let compiler = Command::new("javac").arg("-version").output();
    if compiler.is_err() || !jars.iter().all(|jar| Path::new(jar).exists()) {
        eprintln!("SKIPPED: no Bouncy Castle here (libbcpkix-java and a JDK)");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ca.pem"), ca.own.x509.to_pem().unwrap()).unwrap();
    let source = dir.path().join("BouncyCastle.java");
    std::fs::write(&source, include_str!("BouncyCastle.java")).unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(format!("{name}.p7m")), bytes).unwrap();
    }
    let output = Command::new("java")
        .args(["-cp", &jars.join(":")])
        .args([&source, dir.path()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let verdicts: BTreeMap<String, bool> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, fine)| (name.to_owned(), fine == "true"))
        .collect();
    assert_eq!(verdicts.len(), files.len(), "{said}");
    Some(verdicts)
}
