//! A cable between app and hub that a script can pull: `cavo --near 127.0.0.1:7001 --hub 127.0.0.1:7000`.
//!
//! Commands on standard input, one per line; the answer to each is one line on standard output.
#![expect(clippy::print_stdout, reason = "a command speaks on standard output")]

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;
use testkit::{Cable, Fault};

const HELP: &str = "\
cavo: a cable between app and hub that can be pulled

  cavo --hub ADDRESS:PORT [--near ADDRESS:PORT]

Prints `ready NEAR` and then obeys the lines of standard input:
  cut               pull the cable: connections die, new ones are refused
  restore           plug it in again
  mute              swallow every byte, keep the connections
  slow RATE DELAY   bytes per second, milliseconds each way
  tear-up N         tear once N more bytes went up
  tear-down N       tear once N more bytes came down
  stats             bytes up, bytes down, connections, as JSON
  quit              end (so does the end of the input)";

fn main() -> Result<(), Box<dyn Error>> {
    let Some((near, hub)) = arguments(std::env::args().skip(1)) else {
        println!("{HELP}");
        return Ok(());
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let cable = runtime.block_on(Cable::lay_at(near, hub))?;
    println!("ready {}", cable.address());
    for line in std::io::stdin().lines() {
        let line = line?;
        if line.trim() == "quit" {
            break;
        }
        println!("{}", obey(&cable, &line));
    }
    Ok(())
}

fn arguments(mut arguments: impl Iterator<Item = String>) -> Option<(SocketAddr, SocketAddr)> {
    let mut near = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let mut hub = None;
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse().ok());
        match name.as_str() {
            "--near" => near = value,
            "--hub" => hub = value,
            _ => return None,
        }
    }
    Some((near?, hub?))
}

fn obey(cable: &Cable, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let fault = match words.as_slice() {
        ["stats"] => return stats(cable),
        [command, numbers @ ..] => {
            let numbers: Option<Vec<u64>> = numbers.iter().map(|n| n.parse().ok()).collect();
            numbers.and_then(|numbers| fault(command, &numbers))
        }
        [] => None,
    };
    match fault {
        Some(fault) => {
            cable.set(fault);
            "ok".into()
        }
        None => "unknown command".into(),
    }
}

fn fault(command: &str, numbers: &[u64]) -> Option<Fault> {
    let whole = Fault::default();
    match (command, numbers) {
        ("restore", []) => Some(whole),
        ("cut", []) => Some(Fault { cut: true, ..whole }),
        ("mute", []) => Some(Fault {
            mute: true,
            ..whole
        }),
        ("slow", &[rate, delay]) => Some(Fault {
            rate,
            delay: Duration::from_millis(delay),
            ..whole
        }),
        ("tear-up", &[bytes]) => Some(Fault {
            cut_after_up: Some(bytes),
            ..whole
        }),
        ("tear-down", &[bytes]) => Some(Fault {
            cut_after_down: Some(bytes),
            ..whole
        }),
        _ => None,
    }
}

fn stats(cable: &Cable) -> String {
    let traffic = cable.traffic();
    format!(
        r#"{{"up":{},"down":{},"connections":{}}}"#,
        traffic.up, traffic.down, traffic.connections
    )
}
