//! Journeys: people's jobs, done in the real window of the real app against a real hub, over a line that
//! is really cut. Run by `cargo xtask test` and, without a display, by `cargo xtask run`.
//!
//! WebKitWebDriver drives the window as a person would: it clicks, types, and reads what is on screen.
//! Every step leaves a picture in `artifacts/journey/`.
#![expect(clippy::print_stdout, reason = "a command speaks to who calls it")]

mod access;
mod browser;
mod card_job;
mod desk;
mod firma_job;
mod line_job;
mod main_job;
mod measure;
mod stage;
mod stick;
mod token;
mod trouble;

use stage::Stage;
use std::process::ExitCode;
use std::time::Instant;

/// Why a journey ended early: words for the person who reads the log.
type Done<T = ()> = Result<T, String>;
type Journey = (&'static str, fn(&Stage) -> Done);

const JOURNEYS: [Journey; 7] = [
    ("a clerk's main job", main_job::run),
    ("the line says what goes, what waits and why", line_job::run),
    ("every control has a role and an Italian name", access::run),
    ("work travels on a stick", stick::run),
    (
        "firma: what is signed, what holds, what does not",
        firma_job::run,
    ),
    (
        "firma: a wrong PIN and a card that slips out sign nothing twice",
        card_job::run,
    ),
    ("trouble is explained and loses nothing", trouble::run),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Err(lacking) = stage::tools() {
        println!("SKIPPED: the real window: {lacking}");
        println!("0 passed, 0 failed, {} skipped", JOURNEYS.len());
        return ExitCode::SUCCESS;
    }
    if wanted.first().is_some_and(|word| word == "--measure") {
        let pages = wanted.get(1).and_then(|pages| pages.parse().ok());
        return measured(pages.unwrap_or(10_000));
    }
    let (mut passed, mut failed) = (0, 0);
    for (name, journey) in JOURNEYS {
        if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        println!("▸ {name}");
        let start = Instant::now();
        let done = Stage::set().and_then(|stage| journey(&stage));
        let seconds = start.elapsed().as_secs();
        match done {
            Ok(()) => {
                passed += 1;
                println!("  ok, {seconds} s");
            }
            Err(why) => {
                failed += 1;
                println!("  FAILED after {seconds} s: {why}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Measures instead; standard output is JSON.
fn measured(pages: usize) -> ExitCode {
    match measure::all(pages) {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            println!("FAILED: {why}");
            ExitCode::FAILURE
        }
    }
}
