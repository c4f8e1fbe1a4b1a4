//! Tells stories until one fails or the seeds are over. A run that had no time for all of them has shown nothing, and fails.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to who calls it"
)]

use sim::many::{self, Many, explain, tell};
use sim::run::Teller;
use sim::shrink::Failing;
use sim::{Outcome, swarm};
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "\
sim [--seeds N] [--from S] [--minutes M]   tell N stories (default 1000000), from seed S; with M: fails where more minutes are needed
sim --survey N [--from S]                  tell N stories to the end, and list those that fail
sim --seed S [--trace]                     tell one story again; with all that happens in it (or in the shortest that fails alike), where asked";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome<bool> {
    if let Some(seed) = number(arguments, "--seed")? {
        return one(seed, arguments.iter().any(|argument| argument == "--trace"));
    }
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return Ok(true);
    }
    if let Some(seeds) = number(arguments, "--survey")? {
        return survey(number(arguments, "--from")?.unwrap_or(0), seeds);
    }
    let minutes = number(arguments, "--minutes")?;
    tell_many(Many {
        from: number(arguments, "--from")?.unwrap_or(0),
        seeds: number(arguments, "--seeds")?.unwrap_or(1_000_000),
        within: minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60))),
        mutant: None,
    })
}

fn number(arguments: &[String], name: &str) -> Outcome<Option<u64>> {
    let Some(at) = arguments.iter().position(|argument| argument == name) else {
        return Ok(None);
    };
    let value = arguments.get(at + 1).ok_or(USAGE)?;
    Ok(Some(value.parse().map_err(|_| USAGE)?))
}

fn tell_many(many: Many) -> Outcome<bool> {
    let told = tell(many)?;
    let seconds = told.took.as_secs_f64();
    println!(
        "{} stories from seed {}, {} calls, {seconds:.1} s",
        told.stories, many.from, told.calls
    );
    match told.failing {
        None if told.stories < many.seeds => {
            let (told, seeds) = (told.stories, many.seeds);
            println!("the time was over when {told} of {seeds} stories were told");
            Ok(false)
        }
        None => Ok(true),
        Some(failing) => {
            println!("{}", explain(failing, None, false)?);
            Ok(false)
        }
    }
}

/// Tells all of them, and says which law each failing one breaks.
fn survey(from: u64, seeds: u64) -> Outcome<bool> {
    let failed = many::survey(from, seeds, |seed, broken| println!("{seed}: {broken}"))?;
    println!("{seeds} stories from seed {from}, {failed} fail");
    Ok(failed == 0)
}

fn one(seed: u64, trace: bool) -> Outcome<bool> {
    let story = swarm::story(seed);
    let ending = Teller::new()?.tell(&story);
    match ending.broken {
        None => {
            if trace {
                println!("{}", ending.trace.join("\n"));
            }
            println!("{story}holds, {} calls", ending.calls);
            Ok(true)
        }
        Some(broken) => {
            println!("{}", explain(Failing { story, broken }, None, trace)?);
            Ok(false)
        }
    }
}
