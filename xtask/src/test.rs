//! Every test, from fast to slow.

use crate::step::{Step, at, cargo, has, program};
use crate::{Done, setup, skipped, ui};
use std::time::Instant;

/// A part of the tests.
type Part = (&'static str, fn() -> Done);

const PARTS: [Part; 9] = [
    ("form", form),
    ("web view", || ui::build().map(drop)),
    ("lints", lints),
    ("dependencies", dependencies),
    ("rules, store, sync, hub, site", crates),
    ("screens", screens),
    ("editor", editor),
    ("public site before its judges", judges),
    ("real window", window),
];

/// Runs them all; the last line counts the parts.
pub fn test() -> Done {
    setup::room();
    setup::everything(false)?;
    let mut failed = Vec::new();
    let mut times = Vec::new();
    for (name, part) in PARTS {
        println!("\n== {name}");
        let start = Instant::now();
        if let Err(why) = part() {
            println!("FAILED: {why}");
            failed.push(name);
        }
        times.push((name, start.elapsed().as_secs()));
    }
    skipped::tell();
    println!("\n== summary");
    for (name, seconds) in times {
        let mark = if failed.contains(&name) {
            "FAILED"
        } else {
            "ok"
        };
        println!("{seconds:>6} s  {mark:<6}  {name}");
    }
    println!(
        "{} passed, {} failed",
        PARTS.len() - failed.len(),
        failed.len()
    );
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("failed: {}", failed.join(", ")))
}

fn form() -> Done {
    cargo(&["fmt", "--all", "--check"]).run()
}

fn lints() -> Done {
    cargo(&[
        "clippy",
        "--quiet",
        "--workspace",
        "--exclude",
        "ui",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])
    .run()?;
    cargo(&[
        "clippy",
        "--quiet",
        "-p",
        "ui",
        "--target",
        "wasm32-unknown-unknown",
        "--target-dir",
    ])
    .arg(at("target/wasm"))
    .arg("--")
    .arg("-D")
    .arg("warnings")
    .run()
}

fn dependencies() -> Done {
    if !has("cargo-deny") {
        println!("SKIPPED: cargo-deny is not installed, licences and advisories are not checked");
        return Ok(());
    }
    cargo(&["deny", "check"]).run()
}

/// Tests that find Python's judges of signatures and NIST's certificates, where they are installed.
fn judged(words: &[&str]) -> Step {
    let python = at(setup::ORACLES).join("bin/python");
    let step = match python.exists() {
        true => cargo(words).env("ORACLES_PYTHON", python),
        false => cargo(words),
    };
    match setup::pkits() {
        Some(folder) => step.env("PKITS_DIR", folder),
        None => step,
    }
}

fn crates() -> Done {
    let scope = ["--workspace", "--exclude", "ui"];
    skipped::forget();
    if has("cargo-nextest") {
        let fixed = [
            "nextest",
            "run",
            "--profile",
            "all",
            "--no-fail-fast",
            "--status-level",
            "slow",
        ];
        return judged(&[&fixed[..], &scope].concat()).run();
    }
    judged(&[&["test", "--no-fail-fast"], &scope[..]].concat()).run()
}

/// The real programs on a bad day, as long as the goals say: some twenty minutes.
pub fn real() -> Done {
    let test = ["test", "-p", "sync", "--test", "real", "--"];
    cargo(&[&test[..], &["--nocapture", "--test-threads", "1"]].concat())
        .env("REAL", "full")
        .run()
}

/// What of the UI needs no browser.
fn screens() -> Done {
    cargo(&["test", "--quiet", "-p", "ui", "--target-dir"])
        .arg(at("target/wasm"))
        .run()
}

fn editor() -> Done {
    program("npm", &["test"]).within("ui/editor").run()
}

fn judges() -> Done {
    let site = at("artifacts/site");
    // What an earlier run left must not be judged.
    let _ = std::fs::remove_dir_all(&site);
    cargo(&[
        "run",
        "--quiet",
        "-p",
        "site",
        "--",
        "build",
        "docs/examples/roccaverano.json",
    ])
    .arg(&site)
    .run()?;
    program("node", &["judge.mjs"])
        .arg(&site)
        .within("tests/judges")
        .run()
}

fn window() -> Done {
    cargo(&["build", "--workspace", "--exclude", "ui", "--bins"]).run()?;
    journeys()
}

/// A clerk's main job in the real window; pictures in `artifacts/`.
pub fn journeys() -> Done {
    program(at("target/debug/journeys"), &[]).run()?;
    println!("  the pictures: artifacts/journey/");
    Ok(())
}
