//! The EU's Digital Signature Service as a judge: `DSS_JUDGE` names a program that prints, as a line of JSON for each
//! file, what DSS's reports say of its signatures, with the root given and without any line.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part; tests panic"
)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each file's name and its signatures; none, said aloud, without such a program.
pub fn judge(root: &Path, files: &[PathBuf]) -> Option<Vec<(String, Vec<Value>)>> {
    judge_with(root, &[], files)
}

/// The same with more words for the program: `--crl FILE`, `--time INSTANT`.
pub fn judge_with(
    root: &Path,
    words: &[&str],
    files: &[PathBuf],
) -> Option<Vec<(String, Vec<Value>)>> {
    let Ok(judge) = std::env::var("DSS_JUDGE") else {
        eprintln!("SKIPPED: DSS_JUDGE names no program that asks the DSS");
        return None;
    };
    let mut command = Command::new(judge);
    command.arg("--trust").arg(root).args(words).args(files);
    let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let verdicts = said.lines().map(|line| {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let file = Path::new(verdict["file"].as_str().unwrap());
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let signatures = verdict["signatures"].as_array();
        (
            name,
            signatures.unwrap_or_else(|| panic!("{verdict:#}")).clone(),
        )
    });
    let verdicts: Vec<_> = verdicts.collect();
    assert_eq!(verdicts.len(), files.len());
    Some(verdicts)
}

/// The files of a folder.
pub fn judge_all(root: &Path, folder: &Path) -> Option<Vec<(String, Vec<Value>)>> {
    let files = std::fs::read_dir(folder).unwrap();
    let files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    judge(root, &files)
}

/// Whether a signature is good, and each of its stamps.
pub fn passes(signature: &Value) -> bool {
    let stamps = signature["timestamps"].as_array().unwrap();
    let stamp = |it: &Value| {
        it["indication"] == "PASSED"
            && it["messageImprintDataIntact"] == true
            && it["signatureValid"] == true
    };
    signature["indication"] == "TOTAL_PASSED" && stamps.iter().all(stamp)
}

/// Whether it is sound, whatever is known of its certificate: where a file carries no revocations, nobody can say more.
pub fn is_sound(signature: &Value) -> bool {
    signature["signatureIntact"] == true
        && signature["signatureValid"] == true
        && signature["indication"] != "TOTAL_FAILED"
}
