//! Where a run takes place: a line, a folder, the tools.

use crate::Outcome;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use testkit::{Line, Linkbox, Side};

/// Where servers listen.
pub const PORT: u16 = 7000;

/// A line so fast that setting up over it takes no time.
pub const FAST: Line = Line {
    rate: 1_000_000_000,
    rtt: Duration::ZERO,
    loss: 0.0,
    schedule: None,
};

/// What all runs share.
pub struct Tools {
    /// Root of the repository.
    pub root: PathBuf,
    /// Where peers are installed.
    pub peers: PathBuf,
    /// Our programs.
    pub bin: PathBuf,
    /// Where what programs complain of is kept.
    pub logs: PathBuf,
    /// Congestion control near and far, where it was chosen.
    pub congestion: (Option<String>, Option<String>),
}

impl Tools {
    /// The folder of a peer.
    pub fn peer(&self, name: &str) -> PathBuf {
        self.peers.join(name)
    }

    /// News items as all peers write them, one JSON object per line. The same for the same seed.
    ///
    /// # Errors
    /// Where the client does not make them.
    pub fn records(&self, count: usize, seed: u64, folder: &Path) -> Outcome<PathBuf> {
        let path = folder.join(format!("records-{count}-{seed}.jsonl"));
        let mut command = Command::new(self.bin.join("client"));
        command.args(["records", "--count", &count.to_string()]);
        command.args(["--seed", &seed.to_string()]);
        let status = command.stdout(File::create(&path)?).status()?;
        if status.success() {
            return Ok(path);
        }
        Err("the client makes no records".into())
    }
}

/// A line with a folder of its own. Dropping it ends everything in it.
pub struct Place<'a> {
    /// What all share.
    pub tools: &'a Tools,
    /// The line.
    pub linkbox: Linkbox,
    folder: TempDir,
    name: String,
}

impl<'a> Place<'a> {
    /// Lays a line, fast at first.
    ///
    /// # Errors
    /// Those of the link emulator.
    pub fn open(tools: &'a Tools, name: &str, seed: u64) -> Outcome<Self> {
        let linkbox = Linkbox::open(FAST, seed)?;
        for (side, chosen) in [
            (Side::Near, &tools.congestion.0),
            (Side::Far, &tools.congestion.1),
        ] {
            if let Some(name) = chosen {
                linkbox.set_congestion(side, name)?;
            }
        }
        Ok(Self {
            tools,
            linkbox,
            folder: TempDir::new()?,
            name: name.to_owned(),
        })
    }

    /// A folder for somebody in this run; there from the first call on.
    ///
    /// # Errors
    /// The disk's.
    pub fn folder(&self, name: &str) -> Outcome<PathBuf> {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// A program at an end of the line; what it complains of goes to a file.
    ///
    /// # Errors
    /// The disk's.
    pub fn command(&self, side: Side, program: impl AsRef<Path>) -> Outcome<Command> {
        let log = self.tools.logs.join(format!("{}.log", self.name));
        let log = File::options().create(true).append(true).open(log)?;
        let mut command = self.linkbox.command(side, program.as_ref());
        command.stdin(Stdio::null()).stderr(log);
        Ok(command)
    }

    /// From now on the line is this one, and nobody has a connection.
    ///
    /// # Errors
    /// Those of the link emulator.
    pub fn become_line(&self, line: Line) -> Outcome<()> {
        self.linkbox.set(line);
        self.linkbox.hang_up()?;
        Ok(())
    }
}
