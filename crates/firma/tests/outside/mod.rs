//! What `firma sign` wrote, before outside judges: at least two for each file. Those that are absent are said aloud.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part; tests panic"
)]

// Whoever uses this has it at its root, from `signing/tests/dss`.
use crate::dss;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

/// Whether a program took what it was given, and what it said; none where it cannot be run.
fn ask(program: impl AsRef<OsStr>, words: &[&OsStr]) -> Option<(bool, String)> {
    let program = program.as_ref();
    match Command::new(program).args(words).output() {
        Ok(Output {
            status,
            stdout,
            stderr,
        }) => {
            let said = [stdout, stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            Some((status.success(), said))
        }
        Err(error) => {
            eprintln!("SKIPPED: {} cannot be run ({error})", program.display());
            None
        }
    }
}

fn takes(program: &str, words: &[&OsStr]) {
    if let Some((taken, said)) = ask(program, words) {
        assert!(taken, "{program}: {said}");
    }
}

/// A `.p7m` with so many signers in its outermost layer, whoever of them expired: `openssl cms -cades` and pyHanko, or the
/// DSS where there are several, for pyHanko knows one alone.
pub fn p7m(root: &Path, file: &Path, signers: usize) {
    let dir = tempfile::tempdir().unwrap();
    let content = dir.path().join("content");
    let fixed = "cms -verify -cades -binary -inform DER -purpose any -no_check_time";
    let mut words: Vec<&OsStr> = fixed.split(' ').map(OsStr::new).collect();
    words.extend([OsStr::new("-CAfile"), root.as_os_str()]);
    words.extend([OsStr::new("-in"), file.as_os_str()]);
    words.extend([OsStr::new("-out"), content.as_os_str()]);
    takes("openssl", &words);
    if signers > 1 {
        let verdicts = dss::judge(root, &[file.to_owned()]);
        for (_, found) in verdicts.into_iter().flatten() {
            assert_eq!(found.len(), signers);
            assert!(found.iter().all(dss::is_sound), "{found:#?}");
        }
        return;
    }
    let Some(python) = python() else { return };
    let judge = dir.path().join("judge.py");
    let script = include_str!("../../../signing/tests/cms/pyhanko_cms.py");
    std::fs::write(&judge, script).unwrap();
    std::fs::copy(root, dir.path().join("ca.pem")).unwrap();
    std::fs::copy(file, dir.path().join("judged.p7m")).unwrap();
    let said = ask(python, &[judge.as_os_str(), dir.path().as_os_str()]).unwrap();
    assert!(said.1.contains("{\"judged.p7m\": true}"), "{}", said.1);
}

/// A PDF with one signature: qpdf, pdfsig and pyHanko.
pub fn pdf(root: &Path, file: &Path) {
    takes("qpdf", &[OsStr::new("--check"), file.as_os_str()]);
    if let Some((_, said)) = ask("pdfsig", &[OsStr::new("-nocert"), file.as_os_str()]) {
        assert!(said.contains("Signature is Valid"), "{said}");
        assert!(said.contains("Total document signed"), "{said}");
    }
    let Some(python) = python() else { return };
    let script = "
import sys
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.keys import load_cert_from_pemder
from pyhanko_certvalidator import ValidationContext
from pyhanko.sign.validation.settings import KeyUsageConstraints
root = load_cert_from_pemder(sys.argv[1])
[signature] = PdfFileReader(open(sys.argv[2], 'rb')).embedded_regular_signatures
context = ValidationContext(trust_roots=[root], allow_fetching=False)
usage = KeyUsageConstraints(key_usage={'non_repudiation'})
status = validate_pdf_signature(signature, context, key_usage_settings=usage)
assert status.intact and status.valid and status.trusted, status
assert status.coverage.name == 'ENTIRE_FILE', status.coverage
";
    let words = [OsStr::new("-c"), OsStr::new(script)];
    let (taken, said) = ask(
        python,
        &[&words[..], &[root.as_os_str(), file.as_os_str()]].concat(),
    )
    .unwrap();
    assert!(taken, "{said}");
}

/// Python with pyHanko.
fn python() -> Option<String> {
    let python = std::env::var("ORACLES_PYTHON").unwrap_or_else(|_| "python3".into());
    let probe = Command::new(&python)
        .args(["-c", "import pyhanko"])
        .output();
    if probe.is_ok_and(|probe| probe.status.success()) {
        return Some(python);
    }
    eprintln!("SKIPPED: no Python with pyHanko (set ORACLES_PYTHON)");
    None
}
