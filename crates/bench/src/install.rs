//! Peers are installed under `target`, in the versions that the repository pins.

use crate::Outcome;
use crate::place::{Place, Tools};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::Side;

/// Runs a command and gives what it printed.
///
/// # Errors
/// Where it does not start or does not succeed.
pub fn said(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(text);
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("{command:?}: {text} {why}").into())
}

/// Copies a peer's programs to where it is installed. Gives whether what it needs has changed.
///
/// # Errors
/// The disk's.
pub fn scripts(tools: &Tools, name: &str) -> Outcome<bool> {
    let ours = tools.root.join("crates/bench/peers");
    let theirs = tools.peer(name);
    fs::create_dir_all(&theirs)?;
    let mut changed = false;
    for folder in [ours.clone(), ours.join(name)] {
        for entry in fs::read_dir(folder)?.flatten() {
            let to = theirs.join(entry.file_name());
            if entry.path().is_file() {
                let needs =
                    entry.file_name() == "package.json" || entry.file_name() == "requirements.txt";
                changed |= needs && fs::read(entry.path())? != fs::read(&to).unwrap_or_default();
                fs::copy(entry.path(), to)?;
            }
        }
    }
    Ok(changed)
}

/// Where the last installation ended well.
fn installed(folder: &Path) -> std::path::PathBuf {
    folder.join("installed")
}

/// Installs a peer's packages from npm; their install scripts are not run, and not needed.
///
/// # Errors
/// npm's.
pub fn npm(tools: &Tools, name: &str) -> Outcome<()> {
    let folder = tools.peer(name);
    if scripts(tools, name)? || !installed(&folder).exists() {
        let mut command = Command::new("npm");
        command.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
        said(command.current_dir(&folder))?;
        fs::write(installed(&folder), "")?;
    }
    Ok(())
}

/// Installs a peer's packages from PyPI into an environment of its own.
///
/// # Errors
/// pip's.
pub fn pip(tools: &Tools, name: &str) -> Outcome<()> {
    let folder = tools.peer(name);
    if scripts(tools, name)? || !installed(&folder).exists() {
        let venv = folder.join("venv");
        said(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        let mut command = Command::new(venv.join("bin/pip"));
        command.args(["install", "--quiet", "-r"]);
        said(command.arg(folder.join("requirements.txt")))?;
        fs::write(installed(&folder), "")?;
    }
    Ok(())
}

/// The versions of npm packages as they are installed.
///
/// # Errors
/// Where they are not.
pub fn node_versions(tools: &Tools, peer: &str, packages: &[&str]) -> Outcome<String> {
    let version = |package: &&str| -> Outcome<String> {
        let path = tools.peer(peer).join("node_modules").join(package);
        let text = fs::read(path.join("package.json"))?;
        let value: serde_json::Value = serde_json::from_slice(&text)?;
        let version = value.get("version").and_then(|version| version.as_str());
        Ok(format!("{package} {}", version.unwrap_or("?")))
    };
    let versions: Outcome<Vec<String>> = packages.iter().map(version).collect();
    Ok(versions?.join(", "))
}

/// Waits until a server at the far end takes connections.
///
/// # Errors
/// Where it does not within half a minute.
pub fn listening(place: &Place<'_>, url: &str) -> Outcome<()> {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let (host, port) = address.rsplit_once(':').ok_or("no port")?;
    let program = format!("import socket; socket.create_connection(('{host}', {port}), 1)");
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let mut command = place.command(Side::Far, "python3")?;
        let command = command.args(["-c", &program]).stderr(Stdio::null());
        if command.status()?.success() {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(format!("nobody listens at {address}").into());
        }
        sleep(Duration::from_millis(100));
    }
}
