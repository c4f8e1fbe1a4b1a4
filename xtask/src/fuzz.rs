//! Coverage-guided fuzzing of the decoders that face the network, a stick, or files from anywhere (`tests/fuzz`).

use crate::Done;
use crate::step::{at, program};
use std::fs;

/// Every target, as `tests/fuzz/Cargo.toml` lists them.
pub const TARGETS: [&str; 21] = [
    "request",
    "response",
    "packed",
    "pack",
    "files",
    "put",
    "calls",
    "update",
    "stick",
    "content",
    "carried",
    "firma",
    "fide",
    "image",
    "cms",
    "certificate",
    "stamp",
    "ocsp",
    "crl",
    "list",
    "pdf",
];

/// What makes the compiler tell libFuzzer which branches were taken, and find what memory is misused.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Ccodegen-units=1";
const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// `cargo xtask fuzz [TARGET] [--seconds N]`: each target so long (60), or until it finds something.
pub fn fuzz(args: &[&str]) -> Done {
    let seconds = args.iter().position(|arg| *arg == "--seconds");
    let seconds = seconds.and_then(|at| args.get(at + 1)).copied();
    let chosen: Vec<&str> = match args.first() {
        Some(name) if !name.starts_with("--") => vec![*name],
        _ => TARGETS.to_vec(),
    };
    build()?;
    chosen
        .iter()
        .try_for_each(|target| run(target, seconds.unwrap_or("60")))
}

fn build() -> Done {
    // The compiler of rust-toolchain.toml is asked for by name in the environment of xtask itself.
    program("cargo", &["build", "--release", "--target", TRIPLE])
        .arg("--target-dir")
        .arg(at("target/fuzz"))
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .env("RUSTFLAGS", FLAGS)
        .within("tests/fuzz")
        .run()
}

/// What it learns is kept in `target/fuzz/learnt`, what it finds in `artifacts/fuzz`.
fn run(target: &str, seconds: &str) -> Done {
    let corpus = at(format!("target/fuzz/learnt/{target}"));
    let found = at("artifacts/fuzz");
    let seeds = at(format!("tests/fuzz/seeds/{target}"));
    for folder in [&corpus, &found] {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let binary = at(format!("target/fuzz/{TRIPLE}/release/{target}"));
    let step = program(
        binary,
        &["-rss_limit_mb=1024", "-timeout=10", "-print_final_stats=1"],
    )
    .arg(format!("-max_total_time={seconds}"))
    .arg(format!("-artifact_prefix={}/{target}-", found.display()))
    .arg(corpus);
    match seeds.exists() {
        true => step.arg(seeds).run(),
        false => step.run(),
    }
}
