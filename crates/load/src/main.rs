//! A province at work: comuni with a device each call the real hub over loopback, and SQLite alone does the
//! same writes beside it. Prints what it measured as JSON.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to who calls it"
)]

mod centro;
mod figures;
mod plan;
mod raw;
mod run;
mod wire;

use centro::Centro;
use figures::Figures;
use run::Load;
use serde_json::{Value, json};
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const HELP: &str = "\
load --hub PATH [--comuni N] [--seconds S] [--rate OPS,OPS] [--dir DIR]

  --hub PATH     the hub's program
  --comuni N     comuni, with one device each (500)
  --seconds S    about how long each part takes (10)
  --rate OPS     operations per second where calls come by themselves, one part for each (5000,5600); calls of a
                 single operation come at the first rate alone
  --dir DIR      where the databases are made, and removed again (the system's folder for such)";

/// What is asked for.
struct Wish {
    hub: String,
    comuni: usize,
    seconds: Duration,
    rates: Vec<f64>,
    dir: Option<String>,
}

fn main() -> ExitCode {
    match wish().and_then(|wish| measure(&wish)) {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn wish() -> Outcome<Wish> {
    let mut wish = Wish {
        hub: String::new(),
        comuni: 500,
        seconds: Duration::from_secs(10),
        rates: vec![5000.0, 5600.0],
        dir: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(name) = words.next() {
        let value = words.next().ok_or(HELP)?;
        match name.as_str() {
            "--hub" => wish.hub = value,
            "--comuni" => wish.comuni = value.parse()?,
            "--seconds" => wish.seconds = Duration::from_secs_f64(value.parse()?),
            "--rate" => {
                let rates: Result<_, _> = value.split(',').map(str::parse).collect();
                wish.rates = rates?;
            }
            "--dir" => wish.dir = Some(value),
            _ => return Err(HELP.into()),
        }
    }
    if wish.hub.is_empty() {
        return Err(HELP.into());
    }
    Ok(wish)
}

/// Operations per call: one by one, and as an app sends them after a cut.
const SIZES: [usize; 2] = [1, 10];
/// Calls under way at a time where each comune calls as soon as it was answered.
const AT_ONCE: usize = 64;

fn measure(wish: &Wish) -> Outcome<Value> {
    let folder = match &wish.dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    let mut devices = plan::devices(wish.comuni)?;
    let mut parts = Vec::new();
    for size in SIZES {
        let path = folder.path().join(format!("raw-{size}"));
        let (what, figures) = raw::ceiling(&path, wish.comuni, size, wish.seconds)?;
        parts.push(part(&what, size, &figures));
    }
    let centro = Centro::start(&wish.hub, &folder.path().join("hub"), &devices)?;
    for size in SIZES {
        for load in loads(wish, size) {
            let figures = run::run(&centro, &mut devices, size, load, wish.seconds)?;
            parts.push(part(&load.to_string(), size, &figures));
        }
    }
    let memory = centro.memory()?;
    centro.kill()?;
    let checked = centro::check(&folder.path().join("hub"), &devices)?;
    Ok(json!({
        "comuni": wish.comuni,
        "parts": parts,
        "memory_peak_mb": memory.peak_mb,
        "memory_mb": memory.now_mb,
        "operations_found_after_kill_9": checked,
    }))
}

/// One by one, the hub does less than any of the rates: to ask it twice would say nothing new.
fn loads(wish: &Wish, size: usize) -> Vec<Load> {
    let asked = if size == 1 { 1 } else { wish.rates.len() };
    let size = f64::from(u32::try_from(size).unwrap_or(1));
    let open = wish.rates.iter().take(asked);
    let open = open.map(|rate| Load::Open(rate / size));
    std::iter::once(Load::Closed(AT_ONCE)).chain(open).collect()
}

fn part(what: &str, size: usize, figures: &Figures) -> Value {
    let mut value = figures.json();
    value["what"] = what.into();
    value["ops_per_call"] = size.into();
    value
}
