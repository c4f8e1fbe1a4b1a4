//! What the command does. See [`HELP`].

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};
use testkit::{Count, FAR, Line, Linkbox, NEAR, Passed, Profile, Side};

const HELP: &str = "\
linkbox: an emulated rural line between two network namespaces, with real kernel TCP (root, Linux)

  linkbox open  [--profile A] [--seed 1] [--near-cc NAME] [--far-cc NAME]
  linkbox check [--profile A]      measures the line and compares it with what it should be
  linkbox profiles                 lists them

`open` prints the two namespaces and addresses, and then obeys the lines of standard input:
  cut | restore        the line is down, packets are lost | up again
  hang-up              end every TCP connection over it, at both ends
  profile X            another line from now on
  line KBIT MS PERCENT the same by numbers: rate, round trip, loss
  schedule UP DOWN     seconds up, seconds down; `schedule 0 0` for always up
  stats                bytes and packets each way, as JSON
  trace                bytes delivered each second, up and down, as JSON
  quit                 end (so does the end of the input): programs in it are ended, namespaces removed

In other terminals: `ip netns exec NAMESPACE PROGRAM`. Names of congestion control: those of
/proc/sys/net/ipv4/tcp_available_congestion_control. For any line without root, see `cavo`.

Probes, used by `check`: linkbox sink ADDR:PORT | source ADDR:PORT BYTES | spray ADDR:PORT PACKETS BYTES MICROS";

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

pub(crate) fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Outcome {
    match words {
        ["open", options @ ..] => open(&Options::of(options)?),
        ["check", options @ ..] => check(&Options::of(options)?),
        ["profiles"] => profiles(),
        ["sink", address] => sink(address),
        ["source", address, bytes] => source(address, bytes.parse()?),
        ["spray", address, packets, bytes, micros] => {
            spray(address, packets.parse()?, bytes.parse()?, micros.parse()?)
        }
        _ => {
            println!("{HELP}");
            Ok(())
        }
    }
}

struct Options<'a> {
    profile: Profile,
    seed: u64,
    near: Option<&'a str>,
    far: Option<&'a str>,
}

impl<'a> Options<'a> {
    fn of(words: &[&'a str]) -> Outcome<Self> {
        let mut options = Self {
            profile: Profile::A,
            seed: 1,
            near: None,
            far: None,
        };
        for pair in words.chunks(2) {
            match *pair {
                ["--profile", name] => options.profile = name.parse()?,
                ["--seed", seed] => options.seed = seed.parse()?,
                ["--near-cc", name] => options.near = Some(name),
                ["--far-cc", name] => options.far = Some(name),
                _ => return Err(format!("what is {}?\n\n{HELP}", pair.join(" ")).into()),
            }
        }
        Ok(options)
    }

    fn linkbox(&self) -> Outcome<Linkbox> {
        let linkbox = Linkbox::open(self.profile.line(), self.seed)?;
        for (side, name) in [(Side::Near, self.near), (Side::Far, self.far)] {
            if let Some(name) = name {
                linkbox.set_congestion(side, name)?;
            }
        }
        Ok(linkbox)
    }
}

fn profiles() -> Outcome {
    for profile in Profile::ALL {
        println!("{} {}", profile.name(), describe(profile.line()));
    }
    Ok(())
}

fn describe(line: Line) -> String {
    let base = format!(
        "{} kbit/s, {} ms, {:.0} % loss",
        line.rate / 1000,
        line.rtt.as_millis(),
        line.loss * 100.0
    );
    match line.schedule {
        None => base,
        Some(schedule) => format!(
            "{base}, {} s up, {} s down",
            schedule.up.as_secs(),
            schedule.down.as_secs()
        ),
    }
}

fn open(options: &Options<'_>) -> Outcome {
    let linkbox = options.linkbox()?;
    let usual = linkbox.usual_congestion()?;
    println!("ready {}", describe(options.profile.line()));
    for (side, address, chosen) in [
        (Side::Near, NEAR, options.near),
        (Side::Far, FAR, options.far),
    ] {
        let congestion = chosen.unwrap_or(&usual);
        println!("{} {address} {congestion}", linkbox.namespace(side));
    }
    let mut line = options.profile.line();
    for words in std::io::stdin().lines() {
        let words = words?;
        if words.trim() == "quit" {
            break;
        }
        println!("{}", obey(&linkbox, &mut line, &words));
    }
    Ok(())
}

fn obey(linkbox: &Linkbox, line: &mut Line, words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut done = Ok(());
    match words.as_slice() {
        ["stats"] => return stats(&linkbox.passed()),
        ["trace"] => {
            let (up, down) = linkbox.trace();
            return format!(r#"{{"up":{up:?},"down":{down:?}}}"#);
        }
        ["cut"] => linkbox.cut(),
        ["restore"] => linkbox.restore(),
        ["hang-up"] => done = linkbox.hang_up().map_err(Into::into),
        words => done = change(words, line).map(|()| linkbox.set(*line)),
    }
    match done {
        Ok(()) => "ok".into(),
        Err(error) => format!("error: {error}"),
    }
}

fn change(words: &[&str], line: &mut Line) -> Outcome {
    match *words {
        ["profile", name] => *line = name.parse::<Profile>()?.line(),
        ["line", kbit, ms, percent] => {
            line.rate = kbit.parse::<u64>()? * 1000;
            line.rtt = Duration::from_millis(ms.parse()?);
            line.loss = percent.parse::<f64>()? / 100.0;
        }
        ["schedule", "0", "0"] => line.schedule = None,
        ["schedule", up, down] => {
            line.schedule = Some(testkit::Schedule {
                up: Duration::from_secs(up.parse()?),
                down: Duration::from_secs(down.parse()?),
            });
        }
        _ => return Err("unknown command".into()),
    }
    Ok(())
}

fn stats(passed: &Passed) -> String {
    format!(
        r#"{{"up":{},"down":{}}}"#,
        count(&passed.up),
        count(&passed.down)
    )
}

fn count(count: &Count) -> String {
    format!(
        r#"{{"bytes":{},"packets":{},"headers":{},"bare":{},"fresh":{},"delivered":{},"arrived":{},"lost":{},"dropped":{},"down":{}}}"#,
        count.bytes,
        count.packets,
        count.headers,
        count.bare,
        count.fresh,
        count.delivered,
        count.arrived,
        count.lost,
        count.dropped,
        count.down
    )
}

/// Bytes of the check's transfer: half a minute of the slowest line is too long to wait, so it depends.
fn weight(line: Line) -> u64 {
    line.rate / 8 * 12
}

fn check(options: &Options<'_>) -> Outcome {
    let linkbox = options.linkbox()?;
    let line = options.profile.line();
    let here = std::env::current_exe()?;
    let port = format!("{FAR}:7007");
    let mut sink = linkbox.command(Side::Far, &here);
    let mut sink = sink.args(["sink", &port]).spawn()?;
    thread::sleep(Duration::from_millis(300));
    let mut source = linkbox.command(Side::Near, &here);
    let output = source
        .args(["source", &port, &weight(line).to_string()])
        .output()?;
    let _ = (sink.kill(), sink.wait());
    println!("should be: {}", describe(line));
    println!(
        "congestion control: {}",
        options.near.unwrap_or(&linkbox.usual_congestion()?)
    );
    println!(
        "measured:  {}",
        String::from_utf8_lossy(&output.stdout).trim()
    );
    println!("           {}", stats(&linkbox.passed()));
    let ceiling = f64::from(u32::try_from(line.rate / 8)?) * 1448.0 / 1500.0;
    println!("ceiling:   {ceiling:.0} bytes/s of payload; loss and slow start take from it");
    Ok(())
}

/// Takes connections, reads each to its end and answers one byte.
fn sink(address: &str) -> Outcome {
    let listener = TcpListener::bind(address)?;
    for stream in listener.incoming() {
        let mut stream = stream?;
        thread::spawn(move || -> std::io::Result<()> {
            std::io::copy(&mut stream, &mut std::io::sink())?;
            stream.write_all(b".")
        });
    }
    Ok(())
}

/// Connects, sends so many bytes, waits for the answer; says how long each took.
fn source(address: &str, bytes: u64) -> Outcome {
    let start = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    let connected = start.elapsed();
    let start = Instant::now();
    std::io::copy(&mut std::io::repeat(b'x').take(bytes), &mut stream)?;
    stream.shutdown(std::net::Shutdown::Write)?;
    stream.read_exact(&mut [0])?;
    let took = start.elapsed();
    println!(
        r#"{{"connect_ms":{},"bytes":{bytes},"ms":{}}}"#,
        connected.as_millis(),
        took.as_millis()
    );
    Ok(())
}

/// Sends datagrams to nobody, at a pace.
fn spray(address: &str, packets: u32, bytes: usize, micros: u64) -> Outcome {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    let (payload, start) = (vec![0; bytes], Instant::now());
    for number in 0..packets {
        let due = Duration::from_micros(micros) * number;
        thread::sleep(due.saturating_sub(start.elapsed()));
        // An earlier one's "nobody is here" may be reported now.
        let _ = socket.send_to(&payload, address);
    }
    Ok(())
}
