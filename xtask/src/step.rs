//! Running commands, and saying what runs.

use crate::Done;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A path in the repository.
pub fn at(path: impl AsRef<Path>) -> PathBuf {
    root().join(path)
}

/// A command to run in the root of the repository.
pub struct Step(Command);

/// A program with its arguments.
pub fn program(name: impl AsRef<OsStr>, args: &[&str]) -> Step {
    let mut command = Command::new(name);
    command.args(args).current_dir(root());
    Step(command)
}

/// Cargo, the one that runs this.
pub fn cargo(args: &[&str]) -> Step {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    program(cargo, args)
}

impl Step {
    /// In another folder of the repository.
    pub fn within(mut self, folder: impl AsRef<Path>) -> Self {
        self.0.current_dir(at(folder));
        self
    }

    /// With an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// With one argument more.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    fn words(&self) -> String {
        let program = Path::new(self.0.get_program()).file_name();
        let program = program.unwrap_or_default().to_string_lossy();
        let args = self.0.get_args().map(OsStr::to_string_lossy);
        std::iter::once(program)
            .chain(args)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs it, its output where ours goes, and says how long it took.
    pub fn run(mut self) -> Done {
        let words = self.words();
        println!("▸ {words}");
        let start = Instant::now();
        let status = self.0.stdin(Stdio::null()).status();
        let status = status.map_err(|error| format!("{words}: {error}"))?;
        println!("  {:.1} s", start.elapsed().as_secs_f32());
        if status.success() {
            return Ok(());
        }
        Err(format!("{words}: {status}"))
    }

    /// Runs it and gives what it printed.
    pub fn output(mut self) -> Done<String> {
        let words = self.words();
        let output = self
            .0
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output();
        let output = output.map_err(|error| format!("{words}: {error}"))?;
        if !output.status.success() {
            return Err(format!("{words}: {}", output.status));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The command, to be started and kept.
    pub fn command(self) -> Command {
        self.0
    }
}

/// Whether a program can be found.
pub fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
