//! What was promised, beside what was measured: met, or missed by how much and why.

use crate::extra;
use crate::report::{Key, number, seconds, share, weight};
use crate::run::Run;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// At most so much.
struct Goal {
    goal: &'static str,
    part: &'static str,
    profile: &'static str,
    what: What,
    most: f64,
}

/// What of a goal's runs is compared.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Median,
    P95,
    /// In the median.
    Bytes,
    /// A figure of `extra` in the median, with the name of its floor.
    Extra(&'static str, Option<&'static str>),
    /// A figure of `extra` in the worst run.
    Worst(&'static str),
    /// IP bytes, with the name of their floor in `extra`.
    Floored(&'static str),
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

/// G7 as it is promised.
const REDIAL: &str = "redial every 60 s";

const GOALS: [Goal; 27] = [
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
    goal("G4", "", "C", What::Worst(extra::IDLE), 0.0),
    goal(
        "G4",
        "",
        "C",
        What::Extra(extra::AGAIN, Some(extra::AGAIN_FLOOR)),
        10.0,
    ),
    goal(
        "G4",
        "",
        "C",
        What::Extra(extra::AGAIN_TCP, Some(extra::AGAIN_TCP_FLOOR)),
        10.0,
    ),
    goal("G6", "", "A", What::Bytes, 60_000.0),
    goal("G6", "", "A", What::Median, 6.0),
    goal(
        "G7",
        REDIAL,
        "E",
        What::Extra(extra::BEYOND, Some(extra::BEYOND_FLOOR)),
        3.0,
    ),
    goal(
        "G7",
        REDIAL,
        "E",
        What::Extra(extra::PER_DROP, Some(extra::AIR)),
        64_000.0,
    ),
    goal(
        "G7",
        REDIAL,
        "E",
        What::Extra(extra::PER_DROP_ARRIVED, None),
        64_000.0,
    ),
    goal(
        "G7",
        REDIAL,
        "E",
        What::Floored(extra::BYTES_FLOOR),
        103_000_000.0,
    ),
    goal("G8", "", "A", What::P95, 6.0),
    goal("G8", "", "B", What::P95, 10.0),
    goal("G9", "", "D", What::Median, 60.0),
    // It converges, says the goal: within the time that a run may take.
    goal("G12", "", "H", What::P95, 900.0),
];

/// Why a goal is missed, by goal, line and measure; said only where it is, by us or by us with TLS.
const REASONS: [(&str, &str, &str, &str); 8] = [
    (
        "G1",
        "A",
        BYTES,
        "TLS alone. A new connection shows its certificates, about 1.6 kB even with small keys. On a connection \
         that is there TLS costs 40 bytes.",
    ),
    (
        "G1",
        "B",
        "median s",
        "TLS alone. A new connection takes a third round trip, and its flights of several packets meet the loss \
         of one in ten more often.",
    ),
    (
        "G4",
        "C",
        extra::AGAIN,
        "a cut takes the call under way with it, which the hub takes whole or not at all. A call lasts at most an \
         eighth of the time between two cuts; half of one is a sixteenth of the line. Shorter calls spend more of \
         it on round trips.",
    ),
    (
        "G4",
        "C",
        extra::AGAIN_TCP,
        "the same, what TCP sends again of what the line loses, and that shorter calls pack worse than those of \
         the steady line. The floor is one packet in twenty, and what is in the air at each cut.",
    ),
    (
        "G7",
        "E",
        extra::BEYOND,
        "without redials it is a tenth of that or less (see above): drops cost it, as the next row says.",
    ),
    (
        "G7",
        "E",
        extra::PER_DROP,
        "a busy line of 2 Mbit/s and 800 ms has 100 kB in the air when it goes, and for a round trip more nobody \
         can know that it went: the goal is below the floor. What was written meanwhile is lost with the \
         connection; tus and rsync, one run each, lose more.",
    ),
    (
        "G7",
        "E",
        extra::PER_DROP_ARRIVED,
        "the hub keeps every piece that it could read whole. What arrives behind a lost packet it cannot read: \
         the kernel holds it until that packet was sent again, and drops it with the connection. At 1 % loss and \
         140 packets in a round trip, one is nearly always missing.",
    ),
    (
        "G7",
        "E",
        BYTES,
        "the goal is below the floor: headers are 3.6 % of packets of 1500 bytes, one in a hundred is sent twice, \
         acknowledgements of every second one take 1.8 MB. Above it are the drops, what BBR loses at the full \
         queue of 32 kB, and that the kernel acknowledges nearly every packet on a lossy line.",
    ),
];

/// What IP counts.
const BYTES: &str = "median bytes of IP";

/// Whose figures are compared.
const OURS: [&str; 2] = ["ours", "ours-tls"];

/// Writes our own figures against the goals, and the reasons of what is missed.
pub fn write(text: &mut String, groups: &BTreeMap<Key<'_>, Vec<&Run>>) {
    text.push_str(
        "\n| goal | line | measure | at most | floor | ours | | ours-tls | |\n\
         |---|---|---|--:|--:|--:|---|--:|---|\n",
    );
    let mut missed = Vec::new();
    for goal in &GOALS {
        let found = OURS.map(|peer| {
            let runs = groups.get(&(goal.goal, goal.part, goal.profile, peer));
            goal.judge(runs.map_or(&[], |runs| runs))
        });
        goal.row(text, &found);
        if found.iter().any(|found| found.verdict.starts_with("**")) {
            missed.extend(goal.reason());
        }
    }
    if !missed.is_empty() {
        let _ = writeln!(text, "\nWhat is missed, and why:\n\n{}", missed.join("\n"));
    }
}

/// A goal beside the runs of somebody.
struct Found {
    value: Option<f64>,
    floor: Option<f64>,
    verdict: String,
}

impl Goal {
    fn measure(&self) -> &'static str {
        match self.what {
            What::Median => "median s",
            What::P95 => "p95 s",
            What::Bytes | What::Floored(_) => BYTES,
            What::Extra(name, _) | What::Worst(name) => name,
        }
    }

    fn judge(&self, runs: &[&Run]) -> Found {
        let value = match self.what {
            What::Median => share(runs, 0.5, |run| run.seconds),
            What::P95 => share(runs, 0.95, |run| run.seconds),
            What::Bytes | What::Floored(_) => share(runs, 0.5, weight),
            What::Extra(name, _) => told(runs, name, 0.5),
            What::Worst(name) => told(runs, name, 1.0),
        };
        let floor = match self.what {
            What::Extra(_, Some(name)) | What::Floored(name) => told(runs, name, 0.5),
            _ => None,
        };
        let undone = runs.iter().filter(|run| !run.ok).count();
        Found {
            value,
            floor,
            verdict: self.verdict(value, undone),
        }
    }

    fn verdict(&self, value: Option<f64>, undone: usize) -> String {
        match value {
            None => "not measured".into(),
            Some(_) if undone > 0 => format!("**missed**: {undone} not done"),
            Some(value) if value <= self.most => "met".into(),
            Some(value) if self.most == 0.0 => format!("**missed** by {value:.0}"),
            Some(value) => format!("**missed** by {:.0} %", (value / self.most - 1.0) * 100.0),
        }
    }

    fn row(&self, text: &mut String, found: &[Found; 2]) {
        let shown = |value| match self.what {
            What::Median | What::P95 => seconds(value),
            _ => number(value),
        };
        let [ours, tls] = found;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            format!("{} {}", self.goal, self.part).trim_end(),
            self.profile,
            self.measure(),
            self.most,
            shown(ours.floor.or(tls.floor)),
            shown(ours.value),
            ours.verdict,
            shown(tls.value),
            tls.verdict,
        );
    }

    fn reason(&self) -> Option<String> {
        let mine = |reason: &&(&str, &str, &str, &str)| {
            (reason.0, reason.1, reason.2) == (self.goal, self.profile, self.measure())
        };
        let why = REASONS.iter().find(mine)?.3;
        let (goal, line, measure) = (self.goal, self.profile, self.measure());
        Some(format!("- {goal}, line {line}, {measure}: {why}"))
    }
}

/// A figure beyond time and bytes, of the runs that tell it.
pub fn told(runs: &[&Run], name: &str, part: f64) -> Option<f64> {
    let tells = |run: &&&Run| run.extra.contains_key(name);
    let runs: Vec<&Run> = runs.iter().filter(tells).copied().collect();
    share(&runs, part, |run| {
        run.extra.get(name).copied().unwrap_or(0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_says_by_how_much() {
        let goal = goal("G3", "", "A", What::Median, 4.0);
        assert_eq!(goal.verdict(Some(4.0), 0), "met");
        assert_eq!(goal.verdict(Some(5.0), 0), "**missed** by 25 %");
        assert_eq!(goal.verdict(Some(1.0), 2), "**missed**: 2 not done");
        assert_eq!(goal.verdict(None, 0), "not measured");
    }
}
