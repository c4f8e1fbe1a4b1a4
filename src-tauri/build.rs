//! Tells Tauri where the permissions are (they live in `src-tauri/`, not in the root of the repository)
//! and makes sure that `cargo check` works before the UI was built for the first time.
use std::{fs, io, path::Path};

const UI: &str = "ui/dist";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    placeholder()?;
    for watched in [
        "src-tauri/permissions",
        "src-tauri/capabilities",
        UI,
        "icons",
    ] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let manifest =
        tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml");
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .app_manifest(manifest)
            .capabilities_path_pattern("./src-tauri/capabilities/*.json"),
    )?;
    Ok(())
}

/// Tauri embeds `ui/dist` at compile time and stops where there is none.
fn placeholder() -> io::Result<()> {
    let index = Path::new(UI).join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(UI)?;
    fs::write(
        index,
        "<!doctype html><title>Comuni in Rete</title><p>cargo xtask ui",
    )
}
