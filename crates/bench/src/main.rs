//! Sync measured against its peers, on emulated rural lines. Run by `cargo xtask bench sync`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to who calls it"
)]

mod actor;
mod extra;
mod files;
mod goals;
mod install;
mod options;
mod peer;
mod place;
mod report;
mod run;
mod scenario;

use options::Options;
use peer::Peer;
use place::Tools;
use report::Report;
use run::Run;
use scenario::{Scenario, Task};
use std::collections::VecDeque;
use std::error::Error;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a part of the work gives: the words are for the person who called.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "help") {
        println!("{}", options::HELP);
        return ExitCode::SUCCESS;
    }
    match clean_when_stopped().and_then(|()| run(&words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Told to stop, nothing may be left: programs end and namespaces go with their boxes.
fn clean_when_stopped() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::spawn(move || {
        if runtime.block_on(stop_asked()).is_ok() {
            testkit::remove_all();
            std::process::exit(130);
        }
    });
    Ok(())
}

/// Ctrl-C or SIGTERM.
async fn stop_asked() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done,
        _ = term.recv() => Ok(()),
    }
}

fn run(words: &[String]) -> Outcome<()> {
    let options = Options::parse(words)?;
    if let Err(why) = testkit::possible() {
        println!("SKIPPED: {why}");
        return Ok(());
    }
    let tools = options.tools()?;
    let peers = peers(&options, &tools);
    let mut report = Report::read(&options)?;
    report.describe(&tools, &peers)?;
    let tasks = tasks(&options, &peers);
    println!("{} runs, {} at a time", tasks.len(), options.jobs);
    let report = Mutex::new(report);
    work(&options, &tools, tasks, &report);
    let report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.write(&options)?;
    println!("{}", report.table());
    Ok(())
}

/// Those that can be had here; the others are told aloud.
fn peers(options: &Options, tools: &Tools) -> Vec<Box<dyn Peer>> {
    let mut peers = peer::all();
    peers.retain(|peer| options.wants_peer(peer.name()));
    peers.retain(|peer| match peer.install(tools) {
        Ok(()) => true,
        Err(why) => {
            println!("SKIPPED: {}: {why}", peer.name());
            false
        }
    });
    peers
}

fn tasks<'a>(options: &Options, peers: &'a [Box<dyn Peer>]) -> VecDeque<Task<'a>> {
    let mut tasks = VecDeque::new();
    for scenario in Scenario::ALL {
        for &profile in scenario.profiles() {
            for seed in 1..=options.seeds_of(scenario) {
                for peer in peers {
                    let task = Task {
                        scenario,
                        peer: &**peer,
                        profile,
                        seed,
                    };
                    if options.wants(&task) {
                        tasks.push_back(task);
                    }
                }
            }
        }
    }
    tasks
}

/// Works the tasks off on several lines at once: a slow line keeps no processor busy.
fn work(options: &Options, tools: &Tools, tasks: VecDeque<Task<'_>>, report: &Mutex<Report>) {
    let tasks = Mutex::new(tasks);
    let next = || {
        let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.pop_front()
    };
    let begun = Instant::now();
    let in_time = || options.minutes.is_none_or(|limit| begun.elapsed() < limit);
    std::thread::scope(|scope| {
        for number in 0..options.jobs {
            let (next, in_time) = (&next, &in_time);
            scope.spawn(move || {
                // Not all at the same moment: starting is what costs this computer most.
                std::thread::sleep(Duration::from_millis(1500) * number);
                while let Some(task) = next() {
                    if in_time() {
                        one(options, tools, &task, report);
                    } else {
                        println!("SKIPPED: {}: the time is over", task.name());
                    }
                }
            });
        }
    });
}

fn one(options: &Options, tools: &Tools, task: &Task<'_>, report: &Mutex<Report>) {
    let broken = |error: Box<dyn Error + Send + Sync>| task.broken(&error.to_string());
    let runs = task.run(tools).unwrap_or_else(broken);
    runs.iter().for_each(tell);
    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
    report.add(runs);
    // What was measured stays, whatever happens to the rest.
    if let Err(error) = report.write(options) {
        println!("the report is not written: {error}");
    }
}

fn tell(run: &Run) {
    println!(
        "{:3} {:5} {:9} {} seed {:2} {} {:7.2} s {:9} B  up {} B / {} packets ({} B headers), down {} / {} ({})  {}{}",
        run.goal,
        run.part,
        run.peer,
        run.profile,
        run.seed,
        if run.ok { "ok " } else { "NOT" },
        run.seconds,
        run.bytes,
        run.up.bytes,
        run.up.packets,
        run.up.headers,
        run.down.bytes,
        run.down.packets,
        run.down.headers,
        run.note,
        extra(run)
    );
}

/// What else was measured, for people.
fn extra(run: &Run) -> String {
    let told = run.extra.iter();
    told.map(|(name, value)| format!("; {name} {value:.1}"))
        .collect()
}
