//! The one door of the repository.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to who calls it"
)]

mod bench;
mod dictionary;
mod firma;
mod fuzz;
mod load;
mod province;
mod run;
mod setup;
mod sim;
mod skipped;
mod step;
mod test;
mod ui;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run                run the app on real data with an embedded hub
cargo xtask test               run every test
cargo xtask setup [--bench]    install what is missing, and nothing else
cargo xtask ui                 build the web view's files into ui/dist
cargo xtask site CONTENT OUT   write a comune's public site from a file of content
cargo xtask real               kills, cuts, full disks and copies of the real programs, at full length
cargo xtask bench              measure, and write docs/benchmarks.md
cargo xtask bench sync [...]   measure sync against its peers on emulated lines (--help tells how)
cargo xtask fuzz [TARGET]      look for inputs that bring a decoder down (needs a nightly compiler)
cargo xtask bench hub          the hub under a province's load; writes docs/benchmarks-hub.md
cargo xtask bench firma        the signing engine beside pyHanko, pdfsig, openssl; writes docs/benchmarks-firma.md
cargo xtask dictionary         train the protocol's dictionary anew (needs zstd)
cargo xtask sim [--seeds N] [--from S] [--minutes M]   tell simulated stories until one fails
cargo xtask sim --seed S [--trace]                     tell one story again
cargo xtask sim --survey N [--from S]                  tell N of them to the end, and list those that fail";

/// What a part of the work gives: the words are for the person who called.
type Done<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["run", rest @ ..] => run::run(rest),
        ["test"] => test::test(),
        ["setup"] => setup::everything(false),
        ["setup", "--bench"] => setup::everything(true),
        ["ui"] => setup::front_end().and_then(|()| ui::build().map(drop)),
        ["site", content, out] => site(content, out),
        ["fuzz", rest @ ..] => fuzz::fuzz(rest),
        ["dictionary"] => dictionary::train(),
        ["bench", "sync", rest @ ..] => sync_bench(rest),
        ["bench", "hub", rest @ ..] => load::bench(rest),
        ["bench", "firma", rest @ ..] => firma::bench(rest),
        ["bench", rest @ ..] => bench::bench(rest),
        ["real"] => test::real(),
        ["sim", rest @ ..] => sim::sim(rest),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn site(content: &str, out: &str) -> Done {
    step::cargo(&["run", "--quiet", "-p", "site", "--", "build", content, out]).run()
}

/// The harness is a program of its own: it must not be rebuilt with the tree, nor the tree with it.
fn sync_bench(rest: &[&str]) -> Done {
    let build = ["build", "-p", "hub", "-p", "sync", "--bins"];
    if rest.contains(&"--debug") {
        step::cargo(&build).run()?;
    } else if !rest.contains(&"--help") {
        step::cargo(&build).arg("--release").run()?;
    }
    let mut bench = step::cargo(&["run", "--quiet", "-p", "bench", "--"]);
    for word in rest {
        bench = bench.arg(word);
    }
    bench.run()
}
