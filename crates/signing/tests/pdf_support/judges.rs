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

/// Asks pyHanko, which believes one root, about all documents of a folder, in one run; an error of its own comes as its
/// text.
pub fn pyhanko(root: &Path, dir: &Path) -> Option<BTreeMap<String, Result<Vec<Opinion>, String>>> {
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
            for s in r.embedded_timestamp_signatures:
                vc = ValidationContext(trust_roots=[root], allow_fetching=False)
                st = validate_pdf_timestamp(s, vc)
                m = st.modification_level
                found.append(dict(field=s.field_name, intact=st.intact, valid=st.valid, trusted=st.trusted, coverage=st.coverage.name, changes='' if m is None else m.name, docmdp=None))
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
            .arg(root)
            .arg(dir),
        None,
    );
    Some(serde_json::from_slice(&said).unwrap())
}

/// Has pyHanko sign every document of a folder in many ways; they lie beside it as `NAME-WAY.pdf`.
pub fn signed_by_pyhanko(signer: &Signer, from: &Path, to: &Path) -> Option<()> {
    let script = r#"
import sys, glob, os, io, logging
logging.disable(logging.CRITICAL)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, fields, timestamps
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, MDPPerm
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko_certvalidator import ValidationContext
d, src, dst = sys.argv[1:4]
f = lambda n: os.path.join(d, n)
root = load_cert_from_pemder(f('root.pem'))
signer = signers.SimpleSigner.load(f('leaf.key'), f('leaf.pem'), ca_chain_files=(f('root.pem'),))
tsa = timestamps.DummyTimeStamper(load_cert_from_pemder(f('tsa.pem')), load_private_key_from_pemder(f('tsa.key'), None))
vc = lambda: ValidationContext(trust_roots=[root], allow_fetching=False, revocation_mode='soft-fail')
P = SigSeedSubFilter.PADES
box = SigFieldSpec('Visibile', box=(300, 60, 500, 120))
def sign(data, tst=None, spec=None, **meta):
    w = IncrementalPdfFileWriter(io.BytesIO(data))
    out = signers.PdfSigner(signers.PdfSignatureMetadata(**meta), signer=signer, timestamper=tst, new_field_spec=spec).sign_pdf(w)
    return out.getvalue()
ways = {
  'bb': lambda b: sign(b, field_name='S', subfilter=P),
  'adobe': lambda b: sign(b, field_name='S', reason='prova', location='Forli'),
  'visible': lambda b: sign(b, spec=box, field_name='Visibile', subfilter=P),
  'bt': lambda b: sign(b, tst=tsa, field_name='S', subfilter=P),
  'lt': lambda b: sign(b, tst=tsa, field_name='S', subfilter=P, embed_validation_info=True, validation_context=vc()),
  'lta': lambda b: sign(b, tst=tsa, field_name='S', subfilter=P, embed_validation_info=True, use_pades_lta=True, validation_context=vc()),
  'certified2': lambda b: sign(b, field_name='S', subfilter=P, certify=True, docmdp_permissions=MDPPerm.FILL_FORMS),
  'certified3': lambda b: sign(b, field_name='S', subfilter=P, certify=True, docmdp_permissions=MDPPerm.ANNOTATE),
  'twice': lambda b: sign(sign(b, field_name='S1', subfilter=P), spec=box, field_name='Visibile', subfilter=P),
  'lta-twice': lambda b: sign(sign(b, tst=tsa, field_name='S', subfilter=P, embed_validation_info=True, use_pades_lta=True, validation_context=vc()), tst=tsa, field_name='S2', subfilter=P, embed_validation_info=True, use_pades_lta=True, validation_context=vc()),
}
for path in sorted(glob.glob(os.path.join(src, '*.pdf'))):
    name = os.path.basename(path)[:-4]
    data = open(path, 'rb').read()
    for way, make in ways.items():
        open(os.path.join(dst, f'{name}-{way}.pdf'), 'wb').write(make(data))
"#;
    let python = python()?;
    run(
        Command::new(python)
            .arg("-c")
            .arg(script)
            .arg(signer.dir.path())
            .arg(from)
            .arg(to),
        None,
    );
    Some(())
}
