//! Generates a method of `Lang` from every message of the `.ftl` sources.

mod generate;

use std::path::Path;
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=it");
    println!("cargo::rerun-if-changed=en");
    let code = generate::generate(&read("it")?, &read("en")?)?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("messages.rs"), code)?;
    Ok(())
}

/// All the sources of a language, in the order of their names.
fn read(folder: &str) -> io::Result<String> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let mut all = String::new();
    for path in paths {
        all.push_str(&fs::read_to_string(path)?);
        all.push('\n');
    }
    Ok(all)
}
