//! The openssl command as a judge.

use super::Ca;
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
