//! The signing engine measured beside its peers, in one run on one machine; prints one JSON object, of which
//! `cargo xtask bench firma` makes the table.
#![expect(clippy::print_stdout, reason = "a command speaks on standard output")]

mod documents;
mod inside;
#[path = "../../trust/tests/common/mod.rs"]
mod lists;
mod many;
mod one;
mod scan;
mod token;
mod trusted;

use serde_json::json;
use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What is asked for.
struct Plan {
    /// How many documents are signed one after the other.
    files: usize,
    /// How often each is repeated; medians are told.
    repeats: usize,
    /// How large the scan is, in megabytes.
    megabytes: usize,
    /// Where files are written: the disk that is measured.
    folder: PathBuf,
    /// Python with pyHanko.
    python: String,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        // This program again, where a process of its own is measured.
        ["raw", rest @ ..] => inside::raw(rest),
        ["scan", rest @ ..] => inside::scan(rest),
        rest => plan(rest).and_then(|plan| all(&plan)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn plan(words: &[&str]) -> Outcome<Plan> {
    let mut plan = Plan {
        files: 200,
        repeats: 5,
        megabytes: 100,
        folder: std::env::temp_dir(),
        python: "python3".into(),
    };
    for pair in words.chunks(2) {
        match pair {
            ["--files", value] => plan.files = value.parse()?,
            ["--repeats", value] => plan.repeats = value.parse()?,
            ["--megabytes", value] => plan.megabytes = value.parse()?,
            ["--dir", value] => plan.folder = value.into(),
            ["--python", value] => plan.python = (*value).to_owned(),
            _ => {
                return Err("--files N --repeats N --megabytes N --dir DIR --python PYTHON".into());
            }
        }
    }
    Ok(plan)
}

fn all(plan: &Plan) -> Outcome<()> {
    let place = tempfile::tempdir_in(&plan.folder)?;
    let documents = documents::lay(place.path(), plan.files)?;
    let on_token = token::measure(plan, place.path(), &documents)?;
    let verified = one::measure(plan, place.path(), &documents[0])?;
    let p7m = many::measure(plan, place.path(), &documents)?;
    let scan = scan::measure(plan, place.path())?;
    let trusted = trusted::measure(plan)?;
    let figures = json!({
        "files": plan.files,
        "repeats": plan.repeats,
        "processors": std::thread::available_parallelism()?.get(),
        "bytes": std::fs::metadata(&documents[0])?.len(),
        "token": on_token,
        "verify": verified,
        "p7m": p7m,
        "scan": scan,
        "trust": trusted,
    });
    say(&figures);
    Ok(())
}

/// On standard output.
fn say(what: &impl std::fmt::Display) {
    println!("{what}");
}

/// The middle one of some durations, in seconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times
        .get(times.len() / 2)
        .map_or(0.0, Duration::as_secs_f64)
}

/// How long something takes.
fn timed<T>(run: impl FnOnce() -> Outcome<T>) -> Outcome<Duration> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed())
}

/// What this process has had of the processors so far, in steps of 10 ms (proc(5): fields 14 and 15 of `stat`).
fn processors() -> Outcome<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name before may have spaces, and ends with the last bracket.
    let (_, rest) = stat.rsplit_once(')').ok_or("no stat of this process")?;
    let ticks = rest.split_ascii_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(str::parse::<u64>).sum::<Result<_, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}

/// Runs a command, whose words matter only where it fails; gives what it printed.
fn run(command: &mut Command) -> Outcome<Vec<u8>> {
    let output = command
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{}: {}: {said}",
        command.get_program().display(),
        output.status
    )
    .into())
}

/// A program that was built beside this one.
fn beside(name: &str) -> Outcome<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(std::env::current_exe()?.with_file_name(name))
}
