//! Files to be carried: a film, a draft, the same signed.

use crate::{Outcome, install};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Bytes that do not compress, as in a scan or a film; the same for the same seed.
pub fn noise(path: &Path, length: usize, seed: u64) -> Outcome<PathBuf> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    let mut left = length;
    while left > 0 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let bytes = (state ^ (state >> 33))
            .wrapping_mul(0xff51_afd7_ed55_8ccd)
            .to_le_bytes();
        let some = bytes.get(..left.min(8)).unwrap_or(&bytes);
        file.write_all(some)?;
        left -= some.len();
    }
    file.flush()?;
    Ok(path.to_path_buf())
}

/// The draft as a signature in definite-length DER wraps it: a few bytes before, a certificate and the
/// signature after, the content untouched between.
pub fn sign(draft: &Path, seed: u64) -> Outcome<PathBuf> {
    let path = draft.with_extension("pdf.p7m");
    let before = noise(&draft.with_extension("head"), 60, seed + 1)?;
    let after = noise(&draft.with_extension("tail"), 2400, seed + 2)?;
    let mut signed = fs::read(before)?;
    signed.extend(fs::read(draft)?);
    signed.extend(fs::read(after)?);
    fs::write(&path, signed)?;
    Ok(path)
}

/// As a second client tells that it has the very file.
pub fn sha256(path: &Path) -> Outcome<String> {
    let said = install::said(Command::new("sha256sum").arg(path))?;
    Ok(said.split(' ').next().unwrap_or_default().to_owned())
}
