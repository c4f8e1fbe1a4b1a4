//! The command line.

use crate::Outcome;
use crate::place::Tools;
use crate::scenario::{Scenario, Task};
use std::path::PathBuf;
use std::time::Duration;

/// What `--help` says.
pub const HELP: &str = "\
cargo xtask bench sync [OPTIONS]     measures sync against its peers on emulated rural lines (root, Linux)

  --only G1,G3        goals: G1-G3 (edit cold and warm, nothing to do, 100 records; one sitting), G4 (3,000
                      records, line C), G6 (signed file after its draft), G7 (100 MB, redial every 60 s, and
                      once without), G8 (urgent act while 100 MB move), G9 (first sync of 10,000 records),
                      G12 (1,000 records, ten seconds of line in a minute); `none` measures nothing and writes
                      the table anew
  --peers ours,anki   ours, ours-tls (skipped where the hub has no TLS), pouchdb, anki, automerge, rsync, tus
  --profiles A,B      only on these lines (`linkbox profiles` tells what they are)
  --seeds N           runs of each (10); of those that take minutes (G4, G7, G9, G12) a third, rounded up
  --long N            runs of those that take minutes
  --jobs N            lines at the same time (6)
  --minutes N         begins nothing more after so long
  --near-cc NAME      congestion control of the client's side (the kernel's; cubic is that of Windows)
  --far-cc NAME       and of the hub's side
  --debug             our programs from debug builds: to try the harness, not to measure
  --fresh             forgets earlier results; otherwise what is measured anew replaces them, run by run

Each run has a line of its own: two network namespaces, an emulated link between them, an empty server at the
far end, two clients. A time is counted until a second client, at the hub's side, has seen the thing. Bytes are
those of IP, both ways, retransmissions included. Peers are installed under target/bench with npm and pip, in
the versions that crates/bench/peers pins; what cannot be installed is skipped aloud.

How long it takes: ours and ours-tls, 10 seeds, `--long 5 --jobs 12`: half an hour, mostly waiting; the peers take
longer, automerge and PouchDB most. More lines than a dozen at once would measure this computer and not the lines
(every run notes the load). Table and JSON are written after every run: what is stopped loses the runs under way
alone.

Results: docs/benchmarks-sync.md, and every run with its seed in docs/benchmarks-sync.json. What programs
complained of: target/bench/logs.";

/// What was asked for.
pub struct Options {
    only: Vec<String>,
    peers: Vec<String>,
    profiles: Vec<String>,
    seeds: u64,
    long: Option<u64>,
    /// Lines at the same time.
    pub jobs: u32,
    /// Begins nothing more after so long.
    pub minutes: Option<Duration>,
    /// Forgets earlier results.
    pub fresh: bool,
    debug: bool,
    near: Option<String>,
    far: Option<String>,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// What is not understood.
    pub fn parse(words: &[String]) -> Outcome<Self> {
        let mut options = Self::usual();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--debug" => options.debug = true,
                "--fresh" => options.fresh = true,
                name => {
                    let value = words
                        .next()
                        .ok_or_else(|| format!("{name} takes a value"))?;
                    options.set(name, value)?;
                }
            }
        }
        Ok(options)
    }

    fn usual() -> Self {
        Self {
            only: Vec::new(),
            peers: Vec::new(),
            profiles: Vec::new(),
            seeds: 10,
            long: None,
            jobs: 6,
            minutes: None,
            fresh: false,
            debug: false,
            near: None,
            far: None,
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Outcome<()> {
        let list = || value.split(',').map(str::to_owned).collect();
        match name {
            "--only" => self.only = list(),
            "--peers" => self.peers = list(),
            "--profiles" => self.profiles = list(),
            "--seeds" => self.seeds = value.parse()?,
            "--long" => self.long = Some(value.parse()?),
            "--jobs" => self.jobs = value.parse()?,
            "--minutes" => {
                self.minutes = Some(Duration::from_secs(60 * value.parse::<u64>()?));
            }
            "--near-cc" => self.near = Some(value.into()),
            "--far-cc" => self.far = Some(value.into()),
            _ => return Err(format!("what is {name}?\n\n{HELP}").into()),
        }
        Ok(())
    }

    /// Whether this peer is wanted.
    pub fn wants_peer(&self, name: &str) -> bool {
        wanted(&self.peers, name)
    }

    /// Whether this run is wanted, and can be.
    pub fn wants(&self, task: &Task<'_>) -> bool {
        !task.repeats()
            && task.scenario.suits(task.peer.carries())
            && wanted(&self.profiles, task.profile.name())
            && task
                .scenario
                .goals()
                .iter()
                .any(|goal| wanted(&self.only, goal))
    }

    /// How many runs of each.
    pub fn seeds_of(&self, scenario: Scenario) -> u64 {
        if scenario.is_long() {
            return self.long.unwrap_or(self.seeds.div_ceil(3));
        }
        self.seeds
    }

    /// Where everything is.
    ///
    /// # Errors
    /// The disk's.
    pub fn tools(&self) -> Outcome<Tools> {
        let root = std::env::current_dir()?;
        let target = root.join("target");
        let logs = target.join("bench/logs");
        std::fs::create_dir_all(&logs)?;
        Ok(Tools {
            peers: target.join("bench/peers"),
            bin: target.join(if self.debug { "debug" } else { "release" }),
            logs,
            congestion: (self.near.clone(), self.far.clone()),
            root,
        })
    }

    /// Where the table goes.
    pub fn table(&self) -> PathBuf {
        PathBuf::from("docs/benchmarks-sync.md")
    }

    /// Where every run goes.
    pub fn json(&self) -> PathBuf {
        PathBuf::from("docs/benchmarks-sync.json")
    }
}

fn wanted(list: &[String], name: &str) -> bool {
    list.is_empty() || list.iter().any(|wanted| wanted == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Outcome<Options> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn long_runs_get_a_third_of_the_seeds() -> Outcome<()> {
        let options = parse("--seeds 10 --peers ours,anki")?;
        assert_eq!(options.seeds_of(Scenario::Large), 4);
        assert_eq!(options.seeds_of(Scenario::Small), 10);
        assert_eq!(parse("--long 5")?.seeds_of(Scenario::First), 5);
        assert!(options.wants_peer("anki") && !options.wants_peer("tus"));
        Ok(())
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert!(parse("--sedes 3").is_err());
        assert!(parse("--seeds").is_err());
    }
}
