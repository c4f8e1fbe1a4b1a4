//! Tokens for the tests of every crate that signs: SoftHSM2, a PKCS#11 module that is not ours; a token of ours that
//! fails on demand; and the certificates on both, made anew for each test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::new_without_default,
    missing_docs,
    reason = "for tests alone: whoever uses it reads it"
)]

pub mod canary;
pub mod faulty;
pub mod pki;
pub mod softhsm;

use std::path::PathBuf;

/// The helper process: Cargo puts it one folder above the tests. It is there in tests of the crate `token`, and of all
/// others once `cargo build -p token` was run, as it is with the whole workspace.
#[must_use]
pub fn helper() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let name = format!("firma-token{}", std::env::consts::EXE_SUFFIX);
    test.parent().unwrap().with_file_name(name)
}

/// Whether the helper is there; said aloud where it is not.
#[must_use]
pub fn has_helper() -> bool {
    let there = helper().is_file();
    if !there {
        eprintln!("SKIPPED: firma-token is not built (cargo build -p token)");
    }
    there
}
