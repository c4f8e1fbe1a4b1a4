//! A client at an end of the line: a program that is told what to do in lines of JSON.

use crate::Outcome;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How much longer than it was told a client may take before it counts as dead.
const GRACE: Duration = Duration::from_secs(45);

/// A client. Dropping it ends it.
pub struct Actor {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

/// What a client answered, and when it was here.
pub struct Told {
    /// The answer.
    pub value: Value,
    /// When it came.
    pub at: Instant,
}

impl Told {
    /// Whether it did what it was told.
    pub fn ok(&self) -> bool {
        self.value.get("ok").and_then(Value::as_bool) == Some(true)
    }

    /// Why not.
    pub fn error(&self) -> String {
        let error = self.value.get("error").and_then(Value::as_str);
        error.unwrap_or_default().to_owned()
    }

    /// A number of the answer.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.value.get(name).and_then(Value::as_f64)
    }
}

/// A server, or whatever else runs beside. Dropping it ends it.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// It may have ended by itself, which is as good.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

impl Drop for Actor {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

impl Actor {
    /// Starts the program and waits for its first answer.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let (child, lines) = spawn(command)?;
        let mut child = child;
        let input = child.stdin.take().ok_or("no standard input")?;
        let mut actor = Self {
            child,
            input,
            lines,
        };
        actor.answer(GRACE)?;
        Ok(actor)
    }

    /// Tells it one thing and waits for the answer.
    ///
    /// # Errors
    /// Where it died or is silent for much longer than `seconds` in what it was told.
    pub fn ask(&mut self, ask: &Value) -> Outcome<Told> {
        writeln!(self.input, "{ask}")?;
        self.input.flush()?;
        let seconds = ask.get("seconds").and_then(Value::as_f64).unwrap_or(600.0);
        self.answer(Duration::from_secs_f64(seconds) + GRACE)
    }

    /// The same; not to have done it is an error.
    ///
    /// # Errors
    /// Those of [`Actor::ask`], and the client's own.
    pub fn must(&mut self, ask: &Value) -> Outcome<Told> {
        let told = self.ask(ask)?;
        if told.ok() {
            return Ok(told);
        }
        Err(format!("{ask}: {}", told.error()).into())
    }

    /// A plain word.
    ///
    /// # Errors
    /// Those of [`Actor::must`].
    pub fn word(&mut self, word: &str) -> Outcome<Told> {
        self.must(&json!({ "do": word }))
    }

    fn answer(&mut self, limit: Duration) -> Outcome<Told> {
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = match self.lines.recv_timeout(left) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => return Err("a client does not answer".into()),
                Err(RecvTimeoutError::Disconnected) => return Err("a client died".into()),
            };
            // Libraries print things too.
            if let Ok(value) = serde_json::from_str::<Value>(&line)
                && value.get("ok").is_some()
            {
                let at = Instant::now();
                return Ok(Told { value, at });
            }
        }
    }
}

/// Starts a server and waits for a line that begins so.
///
/// # Errors
/// Where it does not start, or not within half a minute.
pub fn serve(command: &mut Command, ready: &str) -> Outcome<Running> {
    let (child, lines) = spawn(command)?;
    let running = Running(child);
    let end = Instant::now() + GRACE;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let line = lines.recv_timeout(left);
        let line = line.map_err(|_| format!("{command:?} does not start"))?;
        if line.starts_with(ready) {
            drain(lines);
            return Ok(running);
        }
    }
}

/// Reads what nobody wants to know, so that the program can go on telling it.
fn drain(lines: Receiver<String>) {
    thread::spawn(move || lines.iter().for_each(drop));
}

fn spawn(command: &mut Command) -> Outcome<(Child, Receiver<String>)> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let output = child.stdout.take().ok_or("no standard output")?;
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    Ok((child, lines))
}
