//! Trains the dictionary of the protocol on our own operations.

use crate::Done;
use crate::step::{at, cargo, has, program};
use std::fs;

/// The dictionary's number; a published one never changes, a better one gets the next.
const NUMBER: u32 = 32_769;
/// Bytes: larger ones win little and are loaded at every start.
const SIZE: u32 = 16 * 1024;
/// Pages as people write them.
const EXAMPLES: [&str; 2] = [
    "docs/examples/roccaverano.json",
    "crates/hub/src/demo/content.json",
];

/// Lets two desks live through the examples, and trains on what passed between them and the hub.
pub fn train() -> Done {
    if !has("zstd") {
        return Err("zstd is missing: apt-get install zstd".into());
    }
    let samples = at("target/samples");
    // What an earlier run left must not be trained on.
    let _ = fs::remove_dir_all(&samples);
    cargo(&["run", "--quiet", "-p", "sync", "--example", "samples", "--"])
        .arg(&samples)
        .arg(EXAMPLES[0])
        .arg(EXAMPLES[1])
        .run()?;
    let out = format!("crates/protocol/dictionary/{}.zdict", NUMBER - 32_768);
    program("zstd", &["--train", "-q", "-f", "-r"])
        .arg(&samples)
        .arg(format!("--dictID={NUMBER}"))
        .arg(format!("--maxdict={SIZE}"))
        .arg("-o")
        .arg(at(&out))
        .run()
}
