//! The web view's files: style and fonts, the editor, the program.

use crate::Done;
use crate::step::{at, cargo, program};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

const DIST: &str = "ui/dist";
const STAMP: &str = "target/ui.stamp";
/// What the files are made from.
const INPUTS: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "crates/api",
    "crates/domain",
    "crates/l10n",
    "ui/Cargo.toml",
    "ui/src",
    "ui/styles",
    "ui/editor/src",
];

/// Builds `ui/dist` if something changed since the last time; gives the size of the program in bytes.
pub fn build() -> Done<u64> {
    let stamp = stamp()?;
    let wasm = at(DIST).join("ui_bg.wasm");
    if fs::read_to_string(at(STAMP)).is_ok_and(|old| old == stamp) && wasm.exists() {
        println!("▸ the web view's files are up to date");
        return size(&wasm);
    }
    program("node", &["ui/build.mjs", "--out", DIST]).run()?;
    program("node", &["ui/editor/build.mjs", "--out", DIST]).run()?;
    // A target folder of its own: the app's build never waits for this one, nor this one for it.
    cargo(&[
        "build",
        "-p",
        "ui",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "wasm",
    ])
    .arg("--target-dir")
    .arg(at("target/wasm"))
    .run()?;
    bind()?;
    optimise(&wasm)?;
    fs::write(at(STAMP), stamp).map_err(|error| format!("{STAMP}: {error}"))?;
    let bytes = size(&wasm)?;
    println!("  the program: {} kB", bytes / 1024);
    Ok(bytes)
}

/// The library instead of the command: always the version in Cargo.lock.
fn bind() -> Done {
    let input = at("target/wasm/wasm32-unknown-unknown/wasm/ui.wasm");
    let fail = |error: &dyn std::fmt::Debug| format!("wasm-bindgen: {error:?}");
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .typescript(false)
        .out_name("ui")
        .remove_name_section(true)
        .web(true)
        .map_err(|error| fail(&error))?
        .generate(at(DIST))
        .map_err(|error| fail(&error))
}

fn optimise(wasm: &Path) -> Done {
    let out = wasm.with_extension("small");
    program(
        at("ui/node_modules/.bin/wasm-opt"),
        // Not --all-features: it writes compact imports, which no web view reads yet.
        &[
            "-Oz",
            "--enable-bulk-memory",
            "--enable-bulk-memory-opt",
            "--enable-reference-types",
            "--enable-sign-ext",
            "--enable-mutable-globals",
            "--enable-nontrapping-float-to-int",
            "--enable-multivalue",
            "-o",
        ],
    )
    .arg(&out)
    .arg(wasm)
    .run()?;
    fs::rename(&out, wasm).map_err(|error| format!("{}: {error}", wasm.display()))
}

fn size(path: &Path) -> Done<u64> {
    let metadata = path
        .metadata()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(metadata.len())
}

/// A word that changes whenever an input does.
fn stamp() -> Done<String> {
    let mut files = Vec::new();
    let extra = [
        "ui/index.html",
        "ui/boot.js",
        "ui/build.mjs",
        "ui/editor/build.mjs",
    ];
    for input in INPUTS.iter().chain(&extra) {
        collect(&at(input), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        (file, bytes).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Done {
    let fail = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        for entry in path.read_dir().map_err(fail)? {
            collect(&entry.map_err(fail)?.path(), files)?;
        }
    }
    Ok(())
}
