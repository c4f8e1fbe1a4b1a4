//! The hub under a province's load. Writes `docs/benchmarks-hub.md`.

use crate::Done;
use crate::step::{at, cargo, program};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;

const TABLE: &str = "docs/benchmarks-hub.md";

/// Builds the hub as it is run and measures it; other words go to the generator (`load`). `--print` shows
/// the table and leaves the file alone.
pub fn bench(args: &[&str]) -> Done {
    cargo(&[
        "build",
        "--profile",
        "server",
        "--bins",
        "-p",
        "hub",
        "-p",
        "load",
    ])
    .run()?;
    let (print, args): (Vec<&str>, Vec<&str>) =
        args.iter().copied().partition(|arg| *arg == "--print");
    let before = loadavg();
    // The disk that is measured is the one the repository is on.
    let said = program(at("target/server/load"), &["--dir"])
        .arg(at("target"))
        .arg("--hub")
        .arg(at("target/server/hub"));
    let said = args.iter().fold(said, |said, arg| said.arg(arg)).output()?;
    let figures = serde_json::from_str(&said).map_err(|error| format!("{said}: {error}"))?;
    let table = document(&figures, &before)?;
    println!("{table}");
    if !print.is_empty() {
        return Ok(());
    }
    fs::write(at(TABLE), table).map_err(|error| format!("{TABLE}: {error}"))
}

fn loadavg() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

fn document(figures: &Value, before: &str) -> Done<String> {
    let mut out =
        String::from("# The hub under load\n\nWritten by `cargo xtask bench hub`; do not edit. ");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let rustc = program("rustc", &["--version"]).output()?;
    let day = program("date", &["-u", "+%Y-%m-%d"]).output()?;
    let commit = ["log", "-1", "--format=%h", "--", "crates", "Cargo.lock"];
    let commit = program("git", &commit).output()?;
    let _ = writeln!(
        out,
        "Taken on {day} with {commit}: {cores} cores for hub and generator together, {rustc}, load {before} at the start and {} at \
         the end.\n",
        loadavg()
    );
    out.push_str(
        "| What | Operations per call | Operations/s | Of SQLite alone | p50 | p99 | Cores: hub (kernel) | generator |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for part in parts(figures) {
        row(&mut out, part, figures);
    }
    if parts(figures).any(|part| of_sqlite(part, figures) > 1.0) {
        out.push_str(DISTURBED);
    }
    verdicts(&mut out, figures);
    let number = |name: &str| figures[name].as_f64().unwrap_or(0.0);
    let _ = write!(
        out,
        "\nMemory of the hub: {:.0} MB at its peak (goal 512). Operations answered, and found in the databases after \
         the hub was ended by kill -9: {}, every one.\n",
        number("memory_peak_mb"),
        number("operations_found_after_kill_9"),
    );
    let comuni = number("comuni");
    out.push_str(&HOW.replace("COMUNI", &format!("{comuni:.0}")));
    Ok(out)
}

fn parts(figures: &Value) -> impl Iterator<Item = &Value> {
    figures["parts"].as_array().into_iter().flatten()
}

/// What it did of what SQLite alone did with as many operations at a time.
fn of_sqlite(part: &Value, figures: &Value) -> f64 {
    let size = &part["ops_per_call"];
    let ceiling = parts(figures).find(|part| part["ops_per_call"] == *size);
    let rate = |part: &Value| part["ops_per_s"].as_f64();
    rate(part).unwrap_or(0.0) / ceiling.and_then(rate).unwrap_or(1.0)
}

fn row(out: &mut String, part: &Value, figures: &Value) {
    let number = |name: &str| part[name].as_f64().unwrap_or(0.0);
    let size = &part["ops_per_call"];
    let _ = writeln!(
        out,
        "| {} | {size} | {:.0} | {:.0} % | {:.1} ms | {:.1} ms | {:.2} ({:.2}) | {:.2} |",
        part["what"].as_str().unwrap_or_default(),
        number("ops_per_s"),
        of_sqlite(part, figures) * 100.0,
        number("p50_ms"),
        number("p99_ms"),
        number("cores"),
        number("cores_kernel"),
        number("cores_generator"),
    );
}

/// What is promised must hold at once: the part is judged that does enough operations, and answers soonest.
fn verdicts(out: &mut String, figures: &Value) {
    let number = |part: &Value, name: &str| part[name].as_f64().unwrap_or(0.0);
    let hub = |part: &&Value| part["what"].as_str().unwrap_or_default().contains("calls");
    let enough = |part: &&Value| number(part, "ops_per_s") >= RATE;
    let soonest = parts(figures).filter(hub).filter(enough);
    let soonest = soonest.min_by(|a, b| number(a, "p99_ms").total_cmp(&number(b, "p99_ms")));
    let most = parts(figures).filter(hub);
    let most = most.max_by(|a, b| number(a, "ops_per_s").total_cmp(&number(b, "ops_per_s")));
    let Some(part) = soonest.or(most) else { return };
    let (rate, p99) = (number(part, "ops_per_s"), number(part, "p99_ms"));
    let memory = number(figures, "memory_peak_mb");
    let _ = write!(
        out,
        "\nThe goal, in one row of the above ({}, {} operations each):\n\n\
         | Measure | Goal | Here | |\n|---|---:|---:|---|\n\
         | Durable operations/s | at least {RATE:.0} | {rate:.0} | {} |\n\
         | p99 | below {P99:.0} ms | {p99:.1} ms | {} |\n\
         | Memory | below {MEMORY:.0} MB | {memory:.0} MB | {} |\n",
        part["what"].as_str().unwrap_or_default(),
        part["ops_per_call"],
        verdict(1.0 - rate / RATE),
        verdict(p99 / P99 - 1.0),
        verdict(memory / MEMORY - 1.0),
    );
}

const RATE: f64 = 5000.0;
const P99: f64 = 50.0;
const MEMORY: f64 = 512.0;

/// What lacks or is too much, as a share of what is asked for.
fn verdict(missing: f64) -> String {
    if missing <= 0.0 {
        return "met".into();
    }
    format!("**missed** by {:.0} %", missing * 100.0)
}

/// The hub cannot be quicker than what it is built on.
const DISTURBED: &str = "\nShares above 100 % say that other work kept disk or cores from SQLite alone while it was \
measured: they compare nothing in this run.\n";

const HOW: &str = r#"
How it is taken:

- COMUNI comuni with a device and a kept connection each. Every call is a real one: HTTP over loopback to the
  hub's program, compressed, signed with the device's key; calls are made ready and signed before the clock
  runs, so that the generator takes little of the cores it shares with the hub.
- The operations are the life of a news item: made, title, summary, three paragraphs, five corrections of the
  text, a date. Nothing is published: rendering comes after the commit and has its own figures.
- **Durable**: SQLite in WAL with `synchronous=FULL`; an answer leaves after the commit is on disk. At the end
  the hub is killed with `kill -9` and every answered operation is looked for in the databases.
- **At any time**: as many calls are under way, comuni taking turns; this is the most the hub does. **At random
  moments**: calls begin whether others were answered or not (Poisson), and a call's time counts from the moment
  it should have begun, so that a pause of the hub is felt by all who waited.
- **SQLite alone**: one thread per core writes the same rows (log, result, entity) into as many databases with
  the same schema and settings; no HTTP, no signatures, no rules, no text CRDT.
"#;
