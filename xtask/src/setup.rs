//! Installing what is missing, and saying so.

use crate::Done;
use crate::step::{at, has, program};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Debian packages, with the reason for each group.
const PACKAGES: [(&str, &[&str]); 4] = [
    (
        "the window (WebKitGTK) and what its build needs",
        &[
            "build-essential",
            "pkg-config",
            "perl",
            "libwebkit2gtk-4.1-dev",
            "librsvg2-dev",
            "libayatana-appindicator3-dev",
            "libsecret-1-dev",
        ],
    ),
    (
        "the window without a display, driven like a person would",
        &[
            "webkit2gtk-driver",
            "xvfb",
            "xauth",
            "dbus-x11",
            "gnome-keyring",
            "xdotool",
            "xclip",
            "imagemagick",
            "fonts-liberation",
        ],
    ),
    (
        "the judges of the public site",
        &["chromium", "default-jre-headless"],
    ),
    (
        "a token in software, and the judges of signatures",
        &[
            "softhsm2",
            "opensc",
            "openssl",
            "poppler-utils",
            "libnss3-tools",
            "qpdf",
            "xmlsec1",
            "python3-venv",
            "libpdfbox2-java",
            "libactivation-java",
            "libjaxb-api-java",
        ],
    ),
];

/// Only for `cargo xtask bench`.
const PEERS: (&str, &[&str]) = ("the peers to measure against", &["hugo"]);

/// Folders with npm packages.
const NPM: [&str; 3] = ["ui", "ui/editor", "tests/judges"];

/// Everything that `run` and `test` need.
pub fn everything(bench: bool) -> Done {
    let mut groups: Vec<_> = PACKAGES.to_vec();
    if bench {
        groups.push(PEERS);
    }
    debian(&groups)?;
    judges_of_signatures()?;
    front_end()
}

/// Says how much room there is where the tests are built. A disk that fills up fails in the middle, with other words.
pub fn room() {
    /// Packages, compiled tests and pictures together, in megabytes.
    const NEEDED: u64 = 10_000;
    let free = program("df", &["-m", "--output=avail", "."]).output();
    let free = free
        .ok()
        .and_then(|said| said.lines().last()?.trim().parse::<u64>().ok());
    match free {
        Some(free) if free < NEEDED => {
            println!(
                "! {free} MB are free on this disk; on a fresh machine the tests need some {NEEDED}"
            );
        }
        Some(free) => println!("{free} MB are free on this disk"),
        None => {}
    }
}

/// Python's part of them, in an environment of its own. Without it their tests are skipped, aloud.
fn judges_of_signatures() -> Done {
    const LIST: &str = "tests/judges/signatures.txt";
    let wanted = fs::read(at(LIST)).map_err(|error| format!("{LIST}: {error}"))?;
    let mark = at(ORACLES).join("installed");
    if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if !has("python3") {
        println!("! python3 is missing: signatures will be judged by fewer");
        return Ok(());
    }
    let installed = program("python3", &["-m", "venv"])
        .arg(at(ORACLES))
        .run()
        .and_then(|()| {
            let pip = at(ORACLES).join("bin/pip");
            program(pip, &["install", "--quiet", "-r", LIST]).run()
        });
    if let Err(why) = installed {
        println!("! signatures will be judged by fewer: {why}");
        return Ok(());
    }
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))
}

/// Where Python's judges are.
pub const ORACLES: &str = "target/oracles";

/// NIST's Public Key Interoperability Test Suite, which comes with one of them.
pub fn pkits() -> Option<PathBuf> {
    let versions = fs::read_dir(at(ORACLES).join("lib")).ok()?;
    let suite = "site-packages/cryptography_vectors/x509/PKITS_data";
    let mut folders = versions.filter_map(|version| Some(version.ok()?.path().join(suite)));
    folders.find(|folder| folder.join("certs").is_dir())
}

/// What the web view's files need.
pub fn front_end() -> Done {
    wasm()?;
    if !has("npm") {
        return Err("npm is missing: install Node.js 20 or newer".into());
    }
    NPM.iter().try_for_each(|folder| npm(folder))
}

fn debian(groups: &[(&str, &[&str])]) -> Done {
    if !has("dpkg-query") {
        println!("! not a Debian machine: packages are not looked at");
        return Ok(());
    }
    let mut missing = Vec::new();
    for (why, packages) in groups {
        let lacking: Vec<&str> = packages.iter().copied().filter(|p| !installed(p)).collect();
        if !lacking.is_empty() {
            println!("▸ for {why}: {}", lacking.join(" "));
        }
        missing.extend(lacking);
    }
    if missing.is_empty() {
        return Ok(());
    }
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(missing);
    apt(&install)
}

fn installed(package: &str) -> bool {
    // A Java of any kind will do.
    if package == "default-jre-headless" && has("java") {
        return true;
    }
    Command::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout == b"installed")
}

fn apt(args: &[&str]) -> Done {
    let root = Command::new("id").arg("-u").output();
    let root = root.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let step = match (root, has("sudo")) {
        (true, _) => program("apt-get", args),
        (false, true) => program("sudo", &[&["apt-get"], args].concat()),
        (false, false) => {
            return Err(format!("as root, run: apt-get {}", args.join(" ")));
        }
    };
    step.env("DEBIAN_FRONTEND", "noninteractive").run()
}

fn wasm() -> Done {
    const TARGET: &str = "wasm32-unknown-unknown";
    let known = program("rustup", &["target", "list", "--installed"]).output();
    match known {
        Ok(list) if list.lines().any(|line| line == TARGET) => Ok(()),
        Ok(_) => program("rustup", &["target", "add", TARGET]).run(),
        Err(_) => {
            println!("! rustup is missing: the target {TARGET} must be there already");
            Ok(())
        }
    }
}

/// `npm ci`, unless it ended well for this very lock file. npm's own mark is there before it has ended.
fn npm(folder: &str) -> Done {
    let (lock, mark) = (
        at(folder).join("package-lock.json"),
        at(folder).join("node_modules/.installed"),
    );
    let wanted = fs::read(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    program(
        "npm",
        &["ci", "--no-audit", "--no-fund", "--loglevel=error"],
    )
    .within(folder)
    .run()?;
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))
}
