//! The programs themselves, as processes, on a bad day: killed, cut off, on a full disk, copied.
//!
//! Each test is short by default; `REAL=full` makes it as long as the goals say (`cargo xtask real`).
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
#![expect(clippy::print_stdout, reason = "what was measured is worth reading")]

mod copy;
mod day;
mod first;
mod full;
mod kill;
mod road;
mod world;

/// The length of a test: `full` where it was asked for.
fn length(usual: usize, full: usize) -> usize {
    match std::env::var("REAL") {
        Ok(word) if word == "full" => full,
        _ => usual,
    }
}

fn roll(least: u32, most: u32) -> u32 {
    least + getrandom::u32().unwrap() % (most - least)
}
