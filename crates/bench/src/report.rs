//! What was measured, as JSON and as a table for people.

use crate::install::said;
use crate::options::Options;
use crate::peer::Peer;
use crate::place::Tools;
use crate::run::Run;
use crate::{Outcome, goals};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// Everything measured so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// The computer.
    about: BTreeMap<String, String>,
    /// Every run.
    runs: Vec<Run>,
    /// What is measured now, by the names of peers, and the line's ends: for runs to come.
    #[serde(skip)]
    versions: BTreeMap<String, String>,
    #[serde(skip)]
    congestion: String,
    #[serde(skip)]
    kernel: String,
}

const NAMES: [(&str, &str); 8] = [
    ("G1", "one-field edit"),
    ("G2", "nothing to do"),
    ("G3", "100 new records of 1 kB"),
    ("G4", "3,000 new records, line comes and goes"),
    ("G6", "8 MB signed file after its draft"),
    ("G7", "100 MB file,"),
    ("G8", "30 kB urgent act while 100 MB move"),
    ("G12", "1,000 new records, ten seconds of line in a minute"),
];

/// Goal, part, line, peer.
pub type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

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
            self.versions.insert(peer.name().into(), versions);
        }
        self.kernel = said(Command::new("uname").arg("-sr"))?;
        let usual = fs::read_to_string("/proc/sys/net/ipv4/tcp_congestion_control")?;
        let name = |chosen: &Option<String>| chosen.clone().unwrap_or_else(|| usual.trim().into());
        self.congestion = format!(
            "client {}, hub {}",
            name(&tools.congestion.0),
            name(&tools.congestion.1)
        );
        let cores = std::thread::available_parallelism()?.to_string();
        self.about.insert("processors".into(), cores);
        Ok(())
    }

    /// Takes runs in, in place of earlier ones of the same thing; notes with each what it was taken with.
    pub fn add(&mut self, mut runs: Vec<Run>) {
        for run in &mut runs {
            run.with = self.versions.get(&run.peer).cloned().unwrap_or_default();
            run.congestion.clone_from(&self.congestion);
            run.kernel.clone_from(&self.kernel);
            run.day = said(Command::new("date").args(["-u", "+%F"])).unwrap_or_default();
        }
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
        let _ = write!(
            text,
            "{}\n{}\n{}",
            self.provenance(),
            self.table(),
            self.extras()
        );
        goals::write(&mut text, &self.groups());
        text
    }

    /// Which runs were taken with what, and when, and how busy the computer was.
    fn provenance(&self) -> String {
        let mut taken: BTreeMap<_, Vec<f64>> = BTreeMap::new();
        for run in &self.runs {
            let key = (&run.peer, &run.with, &run.congestion, &run.kernel, &run.day);
            taken.entry(key).or_default().push(run.load);
        }
        let mut text = String::new();
        for ((peer, with, congestion, kernel, day), loads) in taken {
            let least = loads.iter().copied().fold(f64::MAX, f64::min);
            let most = loads.iter().copied().fold(0.0, f64::max);
            let _ = writeln!(
                text,
                "- {peer}: {with}; {congestion}; {kernel}; {} runs on {day}, load {least:.1} to {most:.1}",
                loads.len(),
            );
        }
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
            "| what | line | who | runs | not done | median s | p95 s | median bytes | p95 bytes | load |\n\
             |---|---|---|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for ((goal, part, profile, peer), runs) in self.groups() {
            let done: Vec<&Run> = runs.iter().copied().filter(|run| run.ok).collect();
            let _ = writeln!(
                text,
                "| {} | {profile} | {peer} | {} | {} | {} | {} | {} | {} | {} |",
                name(goal, part),
                runs.len(),
                runs.len() - done.len(),
                seconds(share(&done, 0.5, |run| run.seconds)),
                seconds(share(&done, 0.95, |run| run.seconds)),
                bytes(share(&runs, 0.5, weight)),
                bytes(share(&runs, 0.95, weight)),
                number(share(&runs, 1.0, |run| run.load)),
            );
        }
        text
    }

    /// What goals promise beyond time and bytes.
    fn extras(&self) -> String {
        let mut text = String::from(
            "| what | line | who | measure | runs | median | highest |\n|---|---|---|---|--:|--:|--:|\n",
        );
        for ((goal, part, profile, peer), runs) in self.groups() {
            let names = runs.iter().flat_map(|run| run.extra.keys());
            // Floors stand beside the goals.
            let names: BTreeSet<_> = names.filter(|name| !name.starts_with("floor")).collect();
            for measure in names {
                let tell = runs.iter().filter(|run| run.extra.contains_key(measure));
                let _ = writeln!(
                    text,
                    "| {} | {profile} | {peer} | {measure} | {} | {} | {} |",
                    name(goal, part),
                    tell.count(),
                    number(goals::told(&runs, measure, 0.5)),
                    number(goals::told(&runs, measure, 1.0)),
                );
            }
        }
        text
    }
}

fn name(goal: &str, part: &str) -> String {
    let name = NAMES.iter().find(|(name, _)| *name == goal);
    let name = name.map_or("first sync of 10,000 records", |name| name.1);
    format!("{goal} {name} {part}").trim_end().to_owned()
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
pub fn weight(run: &Run) -> f64 {
    run.bytes as f64
}

/// The value below which this share of the runs lies (nearest rank).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a handful of runs"
)]
pub fn share(runs: &[&Run], share: f64, of: impl Fn(&Run) -> f64) -> Option<f64> {
    let mut values: Vec<f64> = runs.iter().map(|run| of(run)).collect();
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

pub fn seconds(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{value:.2}"))
}

fn bytes(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{value:.0}"))
}

/// Without more digits than it is good for.
pub fn number(value: Option<f64>) -> String {
    value.map_or_else(
        || "–".into(),
        |value| {
            if value.abs() < 100.0 {
                format!("{value:.1}")
            } else {
                format!("{value:.0}")
            }
        },
    )
}

const HEAD: &str = "\
# Sync measured against its peers

Written by `cargo xtask bench sync` (see its `--help`); every run with its seed is in `benchmarks-sync.json`.
Each run has an emulated rural line of its own with real kernel TCP over it, an empty server at the hub's side and
two clients, one at each side. A time is counted until the *second* client has seen the thing and, where it is
told, the first one knows. Bytes are those of IP, both ways, retransmissions included. Plain HTTP for all but
`ours-tls`. The load is this computer's (1 minute) at a run's end, the highest of the row's runs: runs wait for
their lines side by side, with other work beside them.

Lines: A 128 kbit/s, 600 ms; B as A with 10 % loss; C as A with 5 % loss, 25 s up and 35 s down; D 512 kbit/s,
300 ms, 5 %; E 2 Mbit/s, 800 ms, 1 %; F 128 kbit/s, 800 ms, 20 %; G 64 kbit/s, 1 s, 5 %; H as C, but 10 s up and 50 s
down. The same records for all: about 1 kB of varied Italian each. PouchDB only pushes (a full sync costs it more).
automerge-repo has no word for \"the server has it\", and nothing to do costs it nothing. Anki's second client looks
after the first has done, for its server knows one session at a time. rsync runs with `--partial --fuzzy
--timeout=15`, called again until it succeeds; tus with its usual delays, for ever. Not done: not within 240 s (an
edit, nothing to do), 300 s (100 records), 480 s (3,000), 600 s (10,000), 900 s (100 MB;
1,000 on H).

What was taken with what:

";
