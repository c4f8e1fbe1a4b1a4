//! Outside judges. Each that is absent is said aloud.

use super::signer::{Signer, run};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether a command is there.
pub fn has(command: &str) -> Option<()> {
    let found = Command::new(command).arg("--version").output().is_ok()
        || Command::new(command).arg("-v").output().is_ok();
    if !found {
        eprintln!("SKIPPED: no {command} here");
    }
    found.then_some(())
}

/// Python with pyHanko.
pub fn python() -> Option<PathBuf> {
    let python =
        std::env::var_os("ORACLES_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let works = Command::new(&python)
        .args(["-c", "import pyhanko"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !works {
        eprintln!("SKIPPED: no Python with pyHanko here (ORACLES_PYTHON)");
    }
    works.then_some(python)
}

/// Writes documents into a folder, by name.
pub fn lay(documents: &[(String, Vec<u8>)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, pdf) in documents {
        std::fs::write(dir.path().join(format!("{name}.pdf")), pdf).unwrap();
    }
    dir
}

/// qpdf finds nothing wrong, not even a warning.
pub fn qpdf_is_content(dir: &Path) {
    if has("qpdf").is_none() {
        return;
    }
    for file in std::fs::read_dir(dir).unwrap() {
        let file = file.unwrap().path();
        let output = Command::new("qpdf")
            .arg("--check")
            .arg(&file)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && !said.contains("WARNING"),
            "{file:?}: {said}"
        );
    }
}

/// pdfsig finds as many valid signatures as there are in each document of a folder.
pub fn pdfsig_is_content(dir: &Path, signatures: impl Fn(&str) -> usize) {
    if has("pdfsig").and_then(|()| has("certutil")).is_none() {
        return;
    }
    let nss = tempfile::tempdir().unwrap();
    let database = format!("sql:{}", nss.path().display());
    run(
        Command::new("certutil").args(["-N", "--empty-password", "-d", &database]),
        None,
    );
    for file in std::fs::read_dir(dir).unwrap() {
        let file = file.unwrap().path();
        let output = Command::new("pdfsig")
            .args(["-nocert", "-nssdir", &database])
            .arg(&file)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let expected = signatures(file.file_stem().unwrap().to_str().unwrap());
        assert_eq!(
            said.matches("Signature is Valid").count(),
            expected,
            "{file:?}: {said}"
        );
    }
}

/// What pyHanko says of one signature.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Opinion {
    pub field: String,
    pub intact: bool,
    pub valid: bool,
    pub trusted: bool,
    /// Of its coverage enumeration.
    pub coverage: String,
    /// Of its difference analysis: none when the coverage is the whole file.
    pub changes: String,
    pub docmdp: Option<bool>,
}

/// Asks pyHanko about all documents of a folder, in one run; an error of its own comes as its text.
pub fn pyhanko(
    signer: &Signer,
    dir: &Path,
) -> Option<BTreeMap<String, Result<Vec<Opinion>, String>>> {
    let script = r#"
import sys, json, glob, os, logging
logging.disable(logging.CRITICAL)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.keys import load_cert_from_pemder
from pyhanko_certvalidator import ValidationContext
from pyhanko.sign.validation.settings import KeyUsageConstraints
root = load_cert_from_pemder(sys.argv[1])
out = {}
for path in sorted(glob.glob(os.path.join(sys.argv[2], '*.pdf'))):
    name = os.path.basename(path)[:-4]
    try:
        with open(path, 'rb') as f:
            r = PdfFileReader(f)
            found = []
            for s in r.embedded_regular_signatures:
                vc = ValidationContext(trust_roots=[root], allow_fetching=False)
                st = validate_pdf_signature(s, vc, key_usage_settings=KeyUsageConstraints(key_usage={'non_repudiation'}))
                m = st.modification_level
                found.append(dict(field=s.field_name, intact=st.intact, valid=st.valid, trusted=st.trusted, coverage=st.coverage.name, changes='' if m is None else m.name, docmdp=st.docmdp_ok))
            out[name] = {'Ok': found}
    except Exception as e:
        out[name] = {'Err': type(e).__name__ + ': ' + str(e)}
json.dump(out, sys.stdout)
"#;
    let python = python()?;
    let said = run(
        Command::new(python)
            .arg("-c")
            .arg(script)
            .arg(signer.root())
            .arg(dir),
        None,
    );
    Some(serde_json::from_slice(&said).unwrap())
}
