//! Writes a site from a file of content: `site build CONTENUTO CARTELLA [--origin URL] [--base PERCORSO]`;
//! measures itself: `site bench [NOTIZIE]`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]

mod bench;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str =
    "uso: site build CONTENUTO.json CARTELLA [--origin https://…] [--base /percorso/]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["build", content, out, options @ ..] => report(build(content, out, options)),
        ["bench"] => report(bench::run(10_000)),
        ["bench", news] => report(news.parse().map_err(|_| USAGE.into()).and_then(bench::run)),
        _ => report(Err(USAGE.into())),
    }
}

fn report(done: Result<String, String>) -> ExitCode {
    match done {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn build(content: &str, out: &str, options: &[&str]) -> Result<String, String> {
    let mut origin = None;
    let mut base = None;
    for option in options.chunks(2) {
        match option {
            ["--origin", url] => origin = Some((*url).to_owned()),
            ["--base", path] => base = Some((*path).to_owned()),
            _ => return Err(USAGE.into()),
        }
    }
    let report = site::content::build_with(Path::new(content), Path::new(out), |comune| {
        comune.origin = origin.unwrap_or_else(|| comune.origin.clone());
        comune.base = base.unwrap_or_else(|| comune.base.clone());
    })
    .map_err(|error| error.to_string())?;
    for warning in &report.warnings {
        eprintln!("attenzione: {warning}");
    }
    Ok(format!(
        "{} file scritti, {} già giusti, {} tolti",
        report.written.len(),
        report.unchanged,
        report.removed.len()
    ))
}
