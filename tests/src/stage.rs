//! What a journey needs around it: a screen, a hub with a province, cables, PCs.

use crate::Done;
use crate::desk::Desk;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The programs that must be there.
const TOOLS: [&str; 4] = [
    "Xvfb",
    "WebKitWebDriver",
    "dbus-run-session",
    "gnome-keyring-daemon",
];

/// Says which tool lacks.
pub fn tools() -> Done {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let has = |tool: &&&str| !folders.iter().any(|folder| folder.join(tool).is_file());
    let lacking: Vec<&str> = TOOLS.iter().filter(has).copied().collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(format!("{} not installed", lacking.join(", ")))
}

/// A process that ends when this is dropped.
pub struct Process(Child);

impl Process {
    /// Starts it; what it says goes to a file of the stage's folder.
    pub fn start(command: &mut Command) -> Done<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        Ok(Self(child))
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its first line.
    pub fn line(&mut self) -> Done<(String, BufReader<ChildStdout>)> {
        let out = self.0.stdout.take().ok_or("no output")?;
        let mut reader = BufReader::new(out);
        let mut line = String::new();
        reader
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        Ok((line.trim().to_owned(), reader))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, or ended now: both are fine.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The cable between one PC and the hub.
pub struct Cable {
    _process: Process,
    near: String,
    wire: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Cable {
    fn lay(hub: &str) -> Done<Self> {
        let mut process = Process::start(
            Command::new(program("cavo"))
                .args(["--hub", hub])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()),
        )?;
        let input = process.0.stdin.take().ok_or("no input")?;
        let (line, output) = process.line()?;
        let near = line.strip_prefix("ready ").ok_or(format!("cavo: {line}"))?;
        Ok(Self {
            near: format!("http://{near}"),
            _process: process,
            wire: RefCell::new((input, output)),
        })
    }

    /// The address of the hub at this end of the cable.
    pub fn address(&self) -> &str {
        &self.near
    }

    fn say(&self, command: &str) -> Done<String> {
        let (input, output) = &mut *self.wire.borrow_mut();
        writeln!(input, "{command}").map_err(|error| error.to_string())?;
        let mut answer = String::new();
        output
            .read_line(&mut answer)
            .map_err(|error| error.to_string())?;
        Ok(answer.trim().to_owned())
    }

    /// The bytes that went through so far, both ways.
    pub fn traffic(&self) -> Done<u64> {
        let said = self.say("stats")?;
        let stats: serde_json::Value =
            serde_json::from_str(&said).map_err(|error| format!("cavo: {said}: {error}"))?;
        let bytes = |way: &str| stats[way].as_u64().unwrap_or(0);
        Ok(bytes("up") + bytes("down"))
    }

    /// Pulls the cable: connections die, new ones are refused.
    pub fn cut(&self) -> Done {
        self.say("cut").map(drop)
    }

    /// Makes it slow: bytes per second, milliseconds each way.
    pub fn slow(&self, rate: u64, delay: u64) -> Done {
        self.say(&format!("slow {rate} {delay}")).map(drop)
    }

    /// Plugs it in again.
    pub fn restore(&self) -> Done {
        self.say("restore").map(drop)
    }
}

/// Everything around the people.
pub struct Stage {
    _hub: Process,
    /// The address of the hub itself, for the public.
    pub hub: String,
    folder: tempfile::TempDir,
}

impl Stage {
    /// Sets the stage: a hub with the province.
    pub fn set() -> Done<Self> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let data = folder.path().join("centro");
        let seeded = Command::new(program("hub"))
            .args(["seed", "--demo", "--data"])
            .arg(&data)
            .output()
            .map_err(|error| format!("hub: {error}"))?;
        if !seeded.status.success() {
            return Err(String::from_utf8_lossy(&seeded.stderr).into_owned());
        }
        let mut hub = Process::start(
            Command::new(program("hub"))
                .args(["serve", "--listen", "127.0.0.1:0", "--data"])
                .arg(&data)
                .env("RUST_LOG", "warn")
                .stdin(Stdio::null())
                .stdout(Stdio::piped()),
        )?;
        let (address, _) = hub.line()?;
        Ok(Self {
            _hub: hub,
            hub: address,
            folder,
        })
    }

    /// The folder of this stage.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A one-time code for a person at Roccaverano.
    pub fn code(&self, person: &str, role: &str) -> Done<String> {
        let output = Command::new(program("hub"))
            .args([
                "code", "--comune", "005094", "--person", person, "--role", role, "--data",
            ])
            .arg(self.folder().join("centro"))
            .output()
            .map_err(|error| format!("hub: {error}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// A cable to the hub.
    pub fn cable(&self) -> Done<Cable> {
        let host = self.hub.trim_start_matches("http://");
        Cable::lay(host)
    }

    /// A PC with the app open. With a keyring that is unlocked, or with one that never will be.
    pub fn pc(&self, name: &str, keyring: bool) -> Done<Desk> {
        Desk::open(&self.folder().join(name), keyring, name)
    }

    /// Revokes every device.
    pub fn revoke_all(&self) -> Done {
        let run = |args: &[&str]| {
            let output = Command::new(program("hub"))
                .args(args)
                .arg("--data")
                .arg(self.folder().join("centro"))
                .output();
            output.map_err(|error| format!("hub: {error}"))
        };
        let devices = run(&["devices"])?;
        for line in String::from_utf8_lossy(&devices.stdout).lines() {
            let device: serde_json::Value =
                serde_json::from_str(line).map_err(|error| error.to_string())?;
            run(&[
                "revoke",
                "--device",
                device["device"].as_str().unwrap_or_default(),
            ])?;
        }
        Ok(())
    }

    /// What the public gets at a path of the hub.
    pub fn public(&self, path: &str) -> Done<String> {
        let url = format!("{}{path}", self.hub);
        let mut answer = ureq::get(&url)
            .call()
            .map_err(|error| format!("{url}: {error}"))?;
        answer
            .body_mut()
            .read_to_string()
            .map_err(|error| format!("{url}: {error}"))
    }
}

/// A program of this build.
pub fn program(name: &str) -> PathBuf {
    let here = std::env::current_exe().unwrap_or_default();
    here.with_file_name(name)
}

/// A screen as large as the app's window.
pub fn screen() -> Done<(Process, String)> {
    let mut screen = Process::start(
        Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()),
    )?;
    let (number, _) = screen.line()?;
    if number.is_empty() {
        return Err("Xvfb does not start".into());
    }
    Ok((screen, format!(":{number}")))
}

/// Tries until it holds, at most so many seconds; gives the last reason otherwise.
pub fn within<T>(seconds: u64, mut attempt: impl FnMut() -> Done<T>) -> Done<T> {
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(why) if Instant::now() > end => return Err(format!("{why} (waited {seconds} s)")),
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}
