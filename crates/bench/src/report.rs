//! What was measured, as JSON and as a table for people.

use crate::Outcome;
use crate::install::said;
use crate::options::Options;
use crate::peer::Peer;
use crate::place::Tools;
use crate::scenario::Run;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// Everything measured so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// What was measured with what.
    about: BTreeMap<String, String>,
    /// Every run.
    runs: Vec<Run>,
    /// Congestion control, for the report's head.
    #[serde(skip)]
    congestion: String,
}

/// A goal: at most so much, in the median or in the 95th percentile.
struct Goal {
    goal: &'static str,
    part: &'static str,
    profile: &'static str,
    what: What,
    most: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Median,
    P95,
    Bytes,
}

const fn goal(
    goal: &'static str,
    part: &'static str,
    profile: &'static str,
    what: What,
    most: f64,
) -> Goal {
    Goal {
        goal,
        part,
        profile,
        what,
        most,
    }
}

const GOALS: [Goal; 22] = [
    goal("G1", "cold", "A", What::Median, 2.0),
    goal("G1", "cold", "A", What::Bytes, 1200.0),
    goal("G1", "warm", "A", What::Median, 1.0),
    goal("G1", "warm", "A", What::Bytes, 1200.0),
    goal("G1", "warm", "B", What::Median, 2.5),
    goal("G1", "warm", "B", What::P95, 7.0),
    goal("G1", "cold", "B", What::Median, 2.5),
    goal("G1", "cold", "B", What::P95, 7.0),
    goal("G2", "", "A", What::Bytes, 600.0),
    goal("G2", "", "A", What::Median, 0.9),
    goal("G3", "", "A", What::Bytes, 22_000.0),
    goal("G3", "", "A", What::Median, 4.5),
    goal("G3", "", "B", What::Median, 6.0),
    goal("G4", "", "C", What::Median, 240.0),
    goal("G6", "", "A", What::Bytes, 60_000.0),
    goal("G6", "", "A", What::Median, 6.0),
    goal("G7", "", "E", What::Bytes, 103_000_000.0),
    goal("G8", "", "A", What::P95, 6.0),
    goal("G8", "", "B", What::P95, 10.0),
    goal("G9", "", "D", What::Median, 60.0),
    goal("G1", "tls", "A", What::Median, 2.0),
    goal("G1", "tls", "B", What::Median, 2.5),
];

const NAMES: [(&str, &str); 7] = [
    ("G1", "one-field edit"),
    ("G2", "nothing to do"),
    ("G3", "100 new records of 1 kB"),
    ("G4", "3,000 new records, line comes and goes"),
    ("G6", "8 MB signed file after its draft"),
    ("G7", "100 MB file, redial every 60 s"),
    ("G8", "30 kB urgent act while 100 MB move"),
];

type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

impl Report {
    /// What was measured before, unless it is to be forgotten.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(options: &Options) -> Outcome<Self> {
        if options.fresh || !options.json().exists() {
            return Ok(Self::default());
        }
        Ok(serde_json::from_slice(&fs::read(options.json())?)?)
    }

    /// Notes what is measured, and with what.
    ///
    /// # Errors
    /// Where a version cannot be told.
    pub fn describe(&mut self, tools: &Tools, peers: &[Box<dyn Peer>]) -> Outcome<()> {
        for peer in peers {
            let versions = peer.versions(tools)?;
            self.about.insert(peer.name().into(), versions);
        }
        let kernel = said(Command::new("uname").arg("-sr"))?;
        self.about.insert("kernel".into(), kernel);
        let usual = fs::read_to_string("/proc/sys/net/ipv4/tcp_congestion_control")?;
        let name = |chosen: &Option<String>| chosen.clone().unwrap_or_else(|| usual.trim().into());
        self.congestion = format!(
            "client {}, hub {}",
            name(&tools.congestion.0),
            name(&tools.congestion.1)
        );
        let congestion = self.congestion.clone();
        self.about.insert("congestion control".into(), congestion);
        let cores = std::thread::available_parallelism()?.to_string();
        self.about.insert("processors".into(), cores);
        Ok(())
    }

    /// Takes runs in, in place of earlier ones of the same thing.
    pub fn add(&mut self, runs: Vec<Run>) {
        let first: BTreeSet<_> = runs.iter().map(identity).collect();
        self.runs.retain(|run| !first.contains(&identity(run)));
        self.runs.extend(runs);
    }

    /// Writes JSON and table.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&self, options: &Options) -> Outcome<()> {
        let mut lines = Vec::new();
        for run in &self.runs {
            lines.push(serde_json::to_string(run)?);
        }
        let about = serde_json::to_string_pretty(&self.about)?;
        let json = format!(
            "{{\"about\": {about},\n\"runs\": [\n{}\n]}}\n",
            lines.join(",\n")
        );
        fs::write(options.json(), json)?;
        fs::write(options.table(), self.document())?;
        Ok(())
    }

    fn document(&self) -> String {
        let mut text = String::from(HEAD);
        for (what, version) in &self.about {
            let _ = writeln!(text, "- {what}: {version}");
        }
        let _ = write!(text, "\n{}\n{}", self.table(), self.goals());
        text
    }

    fn groups(&self) -> BTreeMap<Key<'_>, Vec<&Run>> {
        let mut groups: BTreeMap<Key<'_>, Vec<&Run>> = BTreeMap::new();
        for run in &self.runs {
            let key = (&*run.goal, &*run.part, &*run.profile, &*run.peer);
            groups.entry(key).or_default().push(run);
        }
        groups
    }

    /// The table of all.
    pub fn table(&self) -> String {
        let mut text = String::from(
            "| what | line | who | runs | not done | median s | p95 s | median bytes | p95 bytes |\n\
             |---|---|---|--:|--:|--:|--:|--:|--:|\n",
        );
        for ((goal, part, profile, peer), runs) in self.groups() {
            let name = NAMES.iter().find(|(name, _)| *name == goal);
            let name = name.map_or("first sync of 10,000 records", |name| name.1);
            let done: Vec<&Run> = runs.iter().copied().filter(|run| run.ok).collect();
            let _ = writeln!(
                text,
                "| {goal} {name} {part} | {profile} | {peer} | {} | {} | {} | {} | {} | {} |",
                runs.len(),
                runs.len() - done.len(),
                seconds(share(&done, 0.5, |run| run.seconds)),
                seconds(share(&done, 0.95, |run| run.seconds)),
                bytes(share(&runs, 0.5, weight)),
                bytes(share(&runs, 0.95, weight)),
            );
        }
        text
    }

    /// Our own figures against the goals.
    fn goals(&self) -> String {
        let mut text = String::from(
            "\n| goal | line | measure | at most | ours | |\n|---|---|---|--:|--:|---|\n",
        );
        let groups = self.groups();
        for goal in &GOALS {
            if let Some(runs) = groups.get(&(goal.goal, goal.part, goal.profile, "ours")) {
                let _ = writeln!(text, "{}", goal.row(runs));
            }
        }
        text
    }
}

impl Goal {
    fn row(&self, runs: &[&Run]) -> String {
        let (name, value) = match self.what {
            What::Median => ("median s", share(runs, 0.5, |run| run.seconds)),
            What::P95 => ("p95 s", share(runs, 0.95, |run| run.seconds)),
            What::Bytes => ("median bytes", share(runs, 0.5, weight)),
        };
        let all_done = runs.iter().all(|run| run.ok);
        let met = all_done && value.is_some_and(|value| value <= self.most);
        let shown = if self.what == What::Bytes {
            bytes(value)
        } else {
            seconds(value)
        };
        format!(
            "| {} {} | {} | {name} | {} | {shown} | {} |",
            self.goal,
            self.part,
            self.profile,
            self.most,
            if met { "met" } else { "**missed**" }
        )
    }
}

fn identity(run: &Run) -> (String, String, String, String, u64) {
    let Run {
        goal,
        part,
        peer,
        profile,
        seed,
        ..
    } = run.clone();
    (goal, part, peer, profile, seed)
}

#[expect(clippy::cast_precision_loss, reason = "for a table")]
fn weight(run: &Run) -> f64 {
    run.bytes as f64
}

/// The value below which this share of the runs lies (nearest rank).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a handful of runs"
)]
fn share(runs: &[&Run], share: f64, of: impl Fn(&Run) -> f64) -> Option<f64> {
    let mut values: Vec<f64> = runs.iter().map(|run| of(run)).collect();
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

fn seconds(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{value:.2}"))
}

fn bytes(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{value:.0}"))
}

const HEAD: &str = "\
# Sync measured against its peers

Written by `cargo xtask bench sync` (see its `--help`); every run with its seed is in `benchmarks-sync.json`.
Each run has an emulated rural line of its own with real kernel TCP over it, an empty server at the hub's side and
two clients, one at each side. A time is counted until the *second* client has seen the thing and, where it is
told, the first one knows. Bytes are those of IP, both ways, retransmissions included. Plain HTTP for all.

Lines: A 128 kbit/s, 600 ms; B as A with 10 % loss; C as A with 5 % loss, 25 s up and 35 s down; D 512 kbit/s,
300 ms, 5 %; E 2 Mbit/s, 800 ms, 1 %. The same records for all: about 1 kB of varied Italian each. PouchDB only
pushes (a full sync costs it more). automerge-repo has no word for \"the server has it\", and nothing to do costs it
nothing. Anki's second client looks after the first has done, for its server knows one session at a time. rsync
runs with `--partial --fuzzy --timeout=15`, called again until it succeeds; tus with its usual delays, for ever.

";
