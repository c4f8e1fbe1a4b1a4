//! An emulated rural line between two network namespaces, by hand: `linkbox help`.
#![expect(clippy::print_stdout, reason = "a command speaks on standard output")]

#[cfg(target_os = "linux")]
mod command;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    command::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("SKIPPED: the link emulator needs Linux; `cavo` is the variant for every system");
}
