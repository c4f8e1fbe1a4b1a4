//! The hub as a process of its own, and its databases before and after.

use crate::Outcome;
use crate::plan::Device;
use domain::UnixMs;
use domain::identity::Role;
use hub::storage::{Comune, Device as Enrolled};
use hub::{Config, Hub};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A hub at work; ended when this is dropped.
pub(crate) struct Centro {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// Resident memory of a process, in MB (10^6 bytes).
pub(crate) struct Memory {
    pub(crate) peak_mb: f64,
    pub(crate) now_mb: f64,
}

impl Drop for Centro {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Centro {
    /// Puts the comuni and their devices in a new hub's registry, and starts it.
    pub(crate) fn start(program: &str, data: &Path, devices: &[Device]) -> Outcome<Self> {
        seed(data, devices)?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let out = child.stdout.take().ok_or("the hub has no output")?;
        BufReader::new(out).read_line(&mut line)?;
        let address = line.trim().trim_start_matches("http://").parse();
        Ok(Self {
            child,
            address: address.map_err(|_| format!("the hub said {line:?}"))?,
        })
    }

    pub(crate) fn process(&self) -> String {
        self.child.id().to_string()
    }

    pub(crate) fn memory(&self) -> Outcome<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process()))?;
        let mb = |name: &str| -> Outcome<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next());
            Ok(kib.ok_or("no such line")?.parse::<f64>()? * 1024.0 / 1e6)
        };
        Ok(Memory {
            peak_mb: mb("VmHWM:")?,
            now_mb: mb("VmRSS:")?,
        })
    }

    /// `kill -9`: what was answered must be on disk.
    pub(crate) fn kill(mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

fn seed(data: &Path, devices: &[Device]) -> Outcome<()> {
    let hub = Hub::open(Config::new(data))?;
    let comuni: Vec<_> = devices
        .iter()
        .map(|device| Comune {
            id: device.comune.clone(),
            name: format!("Comune {}", device.comune),
            slug: format!("comune-{}", device.comune),
        })
        .collect();
    hub.registry().add_comuni(&comuni)?;
    for device in devices {
        hub.registry().add_device(&enrolled(device))?;
        hub.comune(&device.comune)?;
    }
    Ok(())
}

fn enrolled(device: &Device) -> Enrolled {
    Enrolled {
        id: device.id.clone(),
        public_key: device.key.public_bytes(),
        name: "PC della segreteria".into(),
        person: "Anna Ferraris".into(),
        role: Role::Impiegato,
        comune: device.comune.clone(),
        enrolled: 0,
        seen: None,
        expires: UnixMs::MAX,
        revoked: false,
    }
}

/// That every operation that was answered stands in its comune's log, and gives how many there are.
pub(crate) fn check(data: &Path, devices: &[Device]) -> Outcome<u64> {
    let hub = Hub::open(Config::new(data))?;
    let mut all = 0;
    for device in devices {
        let head = hub.comune(&device.comune)?.reading(|tx| tx.head())?;
        if head != device.answered {
            let answered = device.answered;
            return Err(
                format!("{}: {answered} answered, {head} in the log", device.comune).into(),
            );
        }
        all += head;
    }
    Ok(all)
}
