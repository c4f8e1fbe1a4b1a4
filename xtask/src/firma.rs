//! The signing engine beside pyHanko, pdfsig and openssl. Writes `docs/benchmarks-firma.md`.

use crate::Done;
use crate::setup::ORACLES;
use crate::step::{at, cargo, program};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;

const TABLE: &str = "docs/benchmarks-firma.md";
/// What is measured, and what measures.
const BUILD: [&str; 10] = [
    "build",
    "--workspace",
    "--exclude",
    "ui",
    "--bin",
    "bench-firma",
    "--bin",
    "firma",
    "--bin",
    "firma-token",
];

/// Measures with the release profile. For trying out: `--built` takes the programs as they are, `--debug` those of
/// everyday builds, `--print` shows the table and leaves the file alone; other words go to the program.
pub fn bench(args: &[&str]) -> Done {
    let own = |arg: &str| args.contains(&arg);
    let rest = args
        .iter()
        .filter(|arg| !["--built", "--debug", "--print"].contains(arg));
    let profile = if own("--debug") { "debug" } else { "release" };
    if !own("--built") {
        let build = cargo(&BUILD);
        match own("--debug") {
            true => build.run()?,
            false => build.arg("--release").run()?,
        }
    }
    let before = loadavg();
    let python = python();
    let bench = program(at("target").join(profile).join("bench-firma"), &["--dir"])
        .arg(at("target"))
        .arg("--python")
        .arg(&python);
    let said = rest.fold(bench, |bench, arg| bench.arg(arg)).output()?;
    let figures = serde_json::from_str(&said).map_err(|error| format!("{said}: {error}"))?;
    let table = document(&figures, &machine(profile, &before, &python));
    println!("{table}");
    if own("--print") {
        return Ok(());
    }
    fs::write(at(TABLE), table).map_err(|error| format!("{TABLE}: {error}"))
}

/// Python with pyHanko: the one that is named, or the one that `cargo xtask setup` installs.
fn python() -> String {
    let own = at(ORACLES).join("bin/python");
    std::env::var("ORACLES_PYTHON").unwrap_or_else(|_| own.display().to_string())
}

fn loadavg() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

/// What the figures depend on.
fn machine(profile: &str, before: &str, python: &str) -> String {
    let said = |name: &str, args: &[&str]| program(name, args).output().unwrap_or_default();
    let package = |name| said("dpkg-query", &["-W", "-f", "${Version}", name]);
    let version = "import pyhanko.version as v; print(v.__version__)";
    format!(
        "Taken on {} with version {} of this repository's programs ({profile} profile), {}: {} cores, Debian {}, load \
         {before} at the start and {} at the end. SoftHSM {}, pyHanko {} on {}, Poppler {} (pdfsig), {}.",
        said("date", &["-u", "+%Y-%m-%d"]),
        env!("CARGO_PKG_VERSION"),
        said("rustc", &["--version"]),
        std::thread::available_parallelism().map_or(0, usize::from),
        fs::read_to_string("/etc/debian_version")
            .unwrap_or_default()
            .trim(),
        loadavg(),
        package("softhsm2"),
        said(python, &["-c", version]),
        said(python, &["--version"]),
        package("poppler-utils"),
        said("openssl", &["version"]),
    )
}

/// A line of the table.
struct Row {
    what: String,
    here: String,
    goal: String,
    beside: String,
}

fn row(what: impl Into<String>, here: String, goal: String, beside: String) -> Row {
    let what = what.into();
    Row {
        what,
        here,
        goal,
        beside,
    }
}

fn document(figures: &Value, machine: &str) -> String {
    let mut out = format!(
        "# The signing engine beside others\n\nWritten by `cargo xtask bench firma`; do not edit. {machine}\n\n\
         | What | Here | Goal | Beside it |\n|---|---:|---|---|\n"
    );
    let rows = [
        signed(figures),
        verified(figures),
        scans(figures),
        trusted(figures),
    ];
    for row in rows.into_iter().flatten() {
        let Row {
            what,
            here,
            goal,
            beside,
        } = row;
        let _ = writeln!(out, "| {what} | {here} | {goal} | {beside} |");
    }
    let number = |path| number(figures, path);
    let how = HOW
        .replace("FILES", &format!("{:.0}", number("/files")))
        .replace("REPEATS", &format!("{:.0}", number("/repeats")))
        .replace("MEGABYTES", &format!("{:.0}", number("/scan/megabytes")))
        .replace("BYTES", &format!("{:.0}", number("/bytes") / 1e3));
    out + &how
}

fn number(figures: &Value, path: &str) -> f64 {
    figures.pointer(path).and_then(Value::as_f64).unwrap_or(0.0)
}

/// A goal, and whether it is kept.
fn goal(words: &str, kept: bool) -> String {
    format!("{words}: {}", if kept { "kept" } else { "**missed**" })
}

/// A token that takes as long as a card does.
fn card(figures: &Value) -> Row {
    let of = |what: &str| number(figures, &format!("/token/card/{what}"));
    row(
        format!(
            "Small PDFs signed with a token of {:.0} ms for each signature",
            of("milliseconds")
        ),
        format!("{:.1} %", of("share") * 100.0),
        goal("85 % of what it gives", of("share") >= 0.85),
        format!(
            "{:.0} documents: {:.2}/s; the token alone {:.2}/s",
            of("files"),
            of("ours"),
            of("token")
        ),
    )
}

fn signed(figures: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    for (key, name) in [("rsa", "RSA-2048"), ("p256", "P-256")] {
        let rate = |who: &str| number(figures, &format!("/token/{key}/{who}"));
        let (ours, token, theirs) = (rate("ours"), rate("token"), rate("pyhanko"));
        rows.push(row(
            format!("Small PDFs signed with a token, {name}"),
            format!("{ours:.0}/s"),
            goal("10 times pyHanko", ours >= 10.0 * theirs),
            format!("pyHanko {theirs:.1}/s: {:.1} times", ours / theirs),
        ));
        // The token's work and ours, spread evenly over the processors.
        let (alone, work) = (1.0 / token, rate("work"));
        let least = alone.max((alone + work) / number(figures, "/processors"));
        rows.push(row(
            "– of what the token gives",
            format!("{:.0} %", rate("share") * 100.0),
            goal("85 %", rate("share") >= 0.85),
            format!(
                "the token alone {token:.0}/s, through the helper process {:.0}/s; the disk alone {:.0}/s; our own \
                 work on a document {:.2} ms of a processor, so that no more than {:.0} % is to be had",
                rate("helper"),
                rate("disk"),
                work * 1e3,
                alone / least * 100.0,
            ),
        ));
    }
    rows.push(card(figures));
    let seconds = |who: &str| number(figures, &format!("/p7m/{who}"));
    let (one, each, openssl) = (seconds("one"), seconds("each"), seconds("openssl"));
    rows.push(row(
        "`.p7m` of all of them, PKCS#12, one list",
        format!("{one:.2} s"),
        String::new(),
        format!(
            "`openssl cms`, once for each, {openssl:.2} s: {:.1} times",
            openssl / one
        ),
    ));
    rows.push(row(
        "– `firma sign`, once for each",
        format!("{each:.2} s"),
        String::new(),
        format!("`openssl cms` {openssl:.2} s: {:.1} times", openssl / each),
    ));
    rows
}

fn verified(figures: &Value) -> Vec<Row> {
    let ms = |who: &str| number(figures, &format!("/verify/{who}")) * 1e3;
    let (here, command, pdfsig) = (ms("here"), ms("command"), ms("pdfsig"));
    vec![
        row(
            "One signed PDF verified, within a process",
            format!("{here:.2} ms"),
            goal("10 ms", here < 10.0),
            String::new(),
        ),
        row(
            "– `firma verify`, the whole process",
            format!("{command:.1} ms"),
            String::new(),
            format!(
                "`pdfsig -nocert` {pdfsig:.1} ms: {:.1} times",
                pdfsig / command
            ),
        ),
    ]
}

fn scans(figures: &Value) -> Vec<Row> {
    let scan = |how: &str, name: &str| {
        let figure = |what| number(figures, &format!("/scan/{how}/{what}"));
        let extra = figure("extra_kb") / 1024.0;
        let megabytes = number(figures, "/scan/megabytes");
        row(
            format!("A scan of {megabytes:.0} MB signed {name}: memory above the rest"),
            format!("{extra:.1} MB"),
            goal("32 MB", extra <= 32.0),
            format!(
                "{:.2} s, written, made to last and verified",
                figure("seconds")
            ),
        )
    };
    vec![scan("pdf", "as PDF"), scan("p7m", "as `.p7m`")]
}

fn trusted(figures: &Value) -> Vec<Row> {
    let figure = |what: &str| number(figures, &format!("/trust/{what}"));
    let (check, all, cache) = (figure("check"), figure("all"), figure("cache"));
    let whose = match figures["trust"]["real"].as_bool() {
        Some(true) => "the published one",
        _ => "made up, signed with RSA-2048: the published one was not at hand",
    };
    vec![
        row(
            format!(
                "The Italian trusted list of {:.1} MB, checked and read",
                figure("bytes") / 1e6
            ),
            format!("{:.0} ms", check * 1e3),
            goal("250 ms", check <= 0.25),
            format!("{:.0} anchors; {whose}", figure("anchors")),
        ),
        row(
            "– with the list of lists before it, to anchors",
            format!("{:.0} ms", all * 1e3),
            String::new(),
            String::new(),
        ),
        row(
            "– from the cache, with the hash that it stands for",
            format!("{:.1} ms", cache * 1e3),
            goal("5 ms", cache <= 0.005),
            String::new(),
        ),
    ]
}

const HOW: &str = r#"
How it is taken:

- Figures are medians of REPEATS rounds (verification and lists: more); in each round everybody takes a turn. What
  is told of the token is the median of the rounds too, each list against the token right before it.
- **Small PDFs**: FILES letters of one page, BYTES kB each, PAdES B-B without a stamp. Ours: one confirmed list, as the
  app signs it, from files on the disk to signed files on the disk, the key behind the helper process; every
  signature is checked against the certificate, every signed document judged by our own verification, and every
  file made to last (`fsync` of it and of its folder) before it counts. pyHanko: one process with one session, its
  own clock without Python's start and imports; it checks nothing afterwards and leaves the rest to the system.
  pdfsig takes what both wrote.
- **The token alone**: `C_SignInit` and `C_Sign` one after the other through cryptoki, in a process that does nothing
  else. SoftHSM keeps a core busy; a card takes 300 to 1,000 ms for each signature: that row is our own module, which
  fails on demand in the tests, and only waits here.
  **No more than**: the token's work and ours, spread evenly over the processors. What the pipe between the two
  processes takes, and what threads wait for one another, comes on top.
  **The disk alone**: as many files written and made to last, as many at once as a list does: where the token gives
  more than this, the disk decides. It is slower where much was deleted shortly before: for up to five minutes
  ext4 gives the place of a deleted file to no other, and looks past it (some 0.15 ms for each file here).
- **`.p7m`**: the same files, CAdES B-B, enveloping, RSA-2048 in a PKCS#12 file for both. The openssl command does not
  make files last and verifies nothing.
- **Verification**: the chain to a believed anchor, revocation where it is known (here nothing is), changes after the
  signature. Within a process the anchors are read already.
- **A scan**: MEGABYTES MB of one image, in a process that does nothing else: the peak of its memory while signing
  (VmHWM) above what it had when the key was open (VmRSS).
"#;
