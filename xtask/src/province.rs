//! An embedded hub with the province of Asti, on loopback.

use crate::Done;
use crate::step::{at, program};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// A hub that runs until this is dropped.
pub struct Province {
    data: PathBuf,
    hub: PathBuf,
    child: Child,
    /// Where it listens.
    pub address: String,
}

impl Province {
    /// Starts a hub on the data in a folder of `target`; seeds it the first time.
    pub fn start(hub: &Path, data: &str) -> Done<Self> {
        let (hub, data) = (hub.to_path_buf(), at(data));
        if !data.join("centro.db").exists() {
            println!("▸ a province: the 117 comuni of Asti, and Roccaverano with its offices");
            program(&hub, &["seed", "--demo", "--data"])
                .arg(&data)
                .output()?;
        }
        let mut child = program(&hub, &["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .env("RUST_LOG", "warn")
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the hub does not start: {error}"))?;
        let mut address = String::new();
        if let Some(out) = child.stdout.take() {
            let read = BufReader::new(out).read_line(&mut address);
            read.map_err(|error| format!("the hub says nothing: {error}"))?;
        }
        let address = address.trim().to_owned();
        if address.is_empty() {
            return Err("the hub ended at once; is another one running on the same data?".into());
        }
        Ok(Self {
            data,
            hub,
            child,
            address,
        })
    }

    /// A one-time code for a person at Roccaverano.
    pub fn code(&self, person: &str, role: &str) -> Done<String> {
        program(
            &self.hub,
            &[
                "code", "--comune", "005094", "--person", person, "--role", role,
            ],
        )
        .arg("--data")
        .arg(&self.data)
        .output()
    }
}

impl Drop for Province {
    fn drop(&mut self) {
        // Ended already, or ended now: both are fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
