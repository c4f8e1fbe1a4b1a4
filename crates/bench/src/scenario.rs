//! What is done on the line, and what is measured of it.

use crate::Outcome;
use crate::actor::{Actor, Told};
use crate::extra::{self, Carried};
use crate::files::{noise, sha256, sign};
use crate::peer::{Kind, Peer};
use crate::place::{Place, Tools};
use crate::run::{Run, Way};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};
use testkit::{Line, Linkbox, Passed, Profile, Side};

/// A thing measured, by the number of its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// G1 to G3 in one sitting: an edit cold, an edit warm, nothing to do, 100 records.
    Small,
    /// G4: 3,000 records on a line that comes and goes.
    Flapping,
    /// G12: 1,000 records on a line that is up ten seconds of a minute.
    Scarce,
    /// G6: a signed file after its draft.
    Signed,
    /// G7: 100 MB while the modem redials every minute.
    Large,
    /// G7 without redialling: what the rest of the line costs.
    Undisturbed,
    /// G8: an urgent act while 100 MB move.
    Urgent,
    /// G9: a first sync of 10,000 records.
    First,
}

impl Scenario {
    /// All, the longest first: they run side by side.
    pub const ALL: [Self; 8] = [
        Self::Large,
        Self::Undisturbed,
        Self::Flapping,
        Self::Scarce,
        Self::First,
        Self::Urgent,
        Self::Signed,
        Self::Small,
    ];

    /// The goals it measures, as `--only` takes them.
    pub fn goals(self) -> &'static [&'static str] {
        match self {
            Self::Small => &["G1", "G2", "G3"],
            Self::Flapping => &["G4"],
            Self::Scarce => &["G12"],
            Self::Signed => &["G6"],
            Self::Large | Self::Undisturbed => &["G7"],
            Self::Urgent => &["G8"],
            Self::First => &["G9"],
        }
    }

    /// On which lines.
    pub fn profiles(self) -> &'static [Profile] {
        match self {
            Self::Small => &[Profile::A, Profile::B, Profile::F, Profile::G],
            Self::Urgent => &[Profile::A, Profile::B],
            Self::Flapping => &[Profile::C],
            Self::Scarce => &[Profile::H],
            Self::Signed => &[Profile::A],
            Self::Large | Self::Undisturbed => &[Profile::E],
            Self::First => &[Profile::D],
        }
    }

    /// Whether a peer can do it.
    pub fn suits(self, kind: Kind) -> bool {
        match self {
            Self::Small | Self::Flapping | Self::Scarce | Self::First => kind.records(),
            Self::Signed | Self::Large | Self::Undisturbed | Self::Urgent => kind.files(),
        }
    }

    /// A run takes minutes: it gets a third of the seeds.
    pub fn is_long(self) -> bool {
        matches!(
            self,
            Self::Flapping | Self::Scarce | Self::Large | Self::Undisturbed | Self::First
        )
    }

    /// What a run of it measures: goals and their parts, in this order.
    fn parts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Small => &[("G1", "cold"), ("G1", "warm"), ("G2", ""), ("G3", "")],
            Self::Flapping => &[("G4", "")],
            Self::Scarce => &[("G12", "")],
            Self::Signed => &[("G6", "")],
            Self::Large => &[("G7", "redial every 60 s")],
            Self::Undisturbed => &[("G7", "no redial")],
            Self::Urgent => &[("G8", "")],
            Self::First => &[("G9", "")],
        }
    }
}

/// One thing to be run.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// What.
    pub scenario: Scenario,
    /// Who.
    pub peer: &'a dyn Peer,
    /// On which line.
    pub profile: Profile,
    /// With which chance.
    pub seed: u64,
}

impl Task<'_> {
    /// A run that broke is a thing not done: it counts against whoever was measured.
    pub fn broken(&self, error: &str) -> Vec<Run> {
        let parts = self.parts().into_iter();
        parts
            .map(|(goal, part)| self.not_done(goal, part, error))
            .collect()
    }

    /// There, nothing is sent unless something changed: there is nothing to measure.
    fn parts(&self) -> Vec<(&'static str, &'static str)> {
        let silent = self.peer.name() == "automerge";
        let mut parts = self.scenario.parts().to_vec();
        parts.retain(|(goal, _)| *goal != "G2" || !silent);
        parts
    }

    fn not_done(&self, goal: &str, part: &str, error: &str) -> Run {
        let nothing = Way::from(testkit::Count::default());
        Run {
            ok: false,
            seconds: 0.0,
            note: format!("broken: {error}"),
            ..self.blank(goal, part, nothing, nothing)
        }
    }

    /// A run of this task with nothing said of it yet.
    fn blank(&self, goal: &str, part: &str, up: Way, down: Way) -> Run {
        Run {
            goal: goal.into(),
            part: part.into(),
            peer: self.peer.name().into(),
            profile: self.profile.name().into(),
            seed: self.seed,
            ok: true,
            seconds: 0.0,
            seen: None,
            confirmed: None,
            bytes: up.bytes + down.bytes,
            up,
            down,
            extra: BTreeMap::new(),
            note: String::new(),
            progress: Value::Null,
            load: load(),
            with: String::new(),
            congestion: String::new(),
            kernel: String::new(),
            day: String::new(),
        }
    }

    /// Whether it would only say again what its first seed said, at the price of many minutes.
    pub fn repeats(&self) -> bool {
        let name = self.peer.name();
        let whole = self.scenario == Scenario::Signed && name == "tus";
        let many = self.scenario == Scenario::First && name == "automerge";
        let control = self.scenario == Scenario::Undisturbed;
        self.seed > 1 && (whole || many || control)
    }

    /// For people.
    pub fn name(&self) -> String {
        let control = self.scenario == Scenario::Undisturbed;
        format!(
            "{}{}-{}-{}-{}",
            self.scenario.goals().join("+"),
            if control { "-no-redial" } else { "" },
            self.peer.name(),
            self.profile.name(),
            self.seed
        )
    }

    /// Runs it from an empty server to the last measure.
    ///
    /// # Errors
    /// Where something other than what is measured fails.
    pub fn run(&self, tools: &Tools) -> Outcome<Vec<Run>> {
        let act: fn(&mut Stage<'_>) -> Outcome<Vec<Run>> = match self.scenario {
            Scenario::Small => |stage| stage.small(),
            Scenario::Flapping => return Ok(vec![self.flapping(tools)?]),
            Scenario::Scarce => |stage| stage.scarce(),
            Scenario::Signed => |stage| stage.signed(),
            Scenario::Large => |stage| stage.large(true),
            Scenario::Undisturbed => |stage| stage.large(false),
            Scenario::Urgent => |stage| stage.urgent(),
            Scenario::First => |stage| stage.first(),
        };
        self.staged(tools, act)
    }

    /// Carries over the line that comes and goes; then the same records over one that neither loses nor goes, to
    /// tell what was sent again.
    fn flapping(&self, tools: &Tools) -> Outcome<Run> {
        let line = self.profile.line();
        let (mut run, carried) = self.staged(tools, |stage| stage.three_thousand(line))?;
        // Who looks only afterwards tells nothing of the way there.
        if let Some(schedule) = line.schedule
            && self.peer.both_at_once()
        {
            extra::windows(&mut run, schedule);
        }
        let Some(carried) = carried.filter(|_| run.ok) else {
            return Ok(run);
        };
        let steady = Line {
            loss: 0.0,
            schedule: None,
            ..line
        };
        match self.staged(tools, |stage| stage.three_thousand(steady))? {
            (clean, Some(needed)) if clean.ok => {
                extra::sent_again(&mut run, line, &carried, &needed);
            }
            (clean, _) => {
                run.note = format!("what it needs is not known: {}. {}", clean.note, run.note);
            }
        }
        Ok(run)
    }

    /// Lays a line, starts a server, seats two clients.
    fn staged<T>(
        &self,
        tools: &Tools,
        act: impl FnOnce(&mut Stage<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let place = Place::open(tools, &self.name(), self.seed)?;
        let _server = self.peer.serve(&place)?;
        act(&mut Stage {
            task: *self,
            near: self.peer.sit(&place, Side::Near, "vicino")?,
            far: self.peer.sit(&place, Side::Far, "lontano")?,
            place: &place,
            keys: Vec::new(),
        })
    }
}

/// Two clients and a line.
struct Stage<'a> {
    task: Task<'a>,
    place: &'a Place<'a>,
    near: Actor,
    far: Actor,
    /// Addresses of records, where a peer's second client must be told them.
    keys: Vec<Value>,
}

/// What one thing was like: when it began, what each client said.
struct Seen {
    begun: Instant,
    near: Option<Told>,
    far: Told,
}

impl Stage<'_> {
    /// A client that fell silent did not do the rest either; what was measured before stays.
    fn small(&mut self) -> Outcome<Vec<Run>> {
        self.settle_one_record()?;
        self.take_the_line()?;
        let mut runs = Vec::new();
        let mut broken: Option<String> = None;
        for (goal, part) in self.task.parts() {
            let run = match &broken {
                Some(error) => self.task.not_done(goal, part, error),
                None => self.part(goal, part).unwrap_or_else(|error| {
                    let error = broken.insert(error.to_string());
                    self.task.not_done(goal, part, error)
                }),
            };
            runs.push(run);
        }
        Ok(runs)
    }

    fn part(&mut self, goal: &str, part: &str) -> Outcome<Run> {
        match (goal, part) {
            ("G1", "cold") => self.edit("cold", "Prova", "Prova, a freddo"),
            ("G1", _) => self.edit("warm", "Prova, a freddo", "Prova, a caldo"),
            ("G2", _) => self.nothing(),
            _ => self.many("G3", 100, 300.0),
        }
    }

    /// Both clients have one record, over a fast line: what first syncs cost is measured elsewhere.
    fn settle_one_record(&mut self) -> Outcome<()> {
        let one = self.place.folder("records")?.join("one.jsonl");
        let body = "Il testo della prova resta com'è: cambia soltanto il titolo.";
        fs::write(
            &one,
            json!({ "title": "Prova", "body": body }).to_string() + "\n",
        )?;
        self.load(&one)?;
        self.near.must(&json!({ "do": "carry", "seconds": 60 }))?;
        let ask = self.waiting(json!({ "count": 1, "title": "Prova" }), 60.0);
        self.far.must(&ask)?;
        Ok(())
    }

    fn load(&mut self, file: &Path) -> Outcome<()> {
        let told = self.near.must(&json!({ "do": "load", "file": file }))?;
        if let Some(keys) = told.value.get("keys").and_then(Value::as_array) {
            self.keys.extend(keys.iter().cloned());
        }
        Ok(())
    }

    fn waiting(&self, mut sight: Value, seconds: f64) -> Value {
        if let Some(sight) = sight.as_object_mut() {
            sight.insert("do".into(), "await".into());
            sight.insert("seconds".into(), seconds.into());
            sight.insert("keys".into(), self.keys.clone().into());
        }
        sight
    }

    /// From here on the line is the one that is measured, and every connection is new.
    fn take_the_line(&mut self) -> Outcome<()> {
        self.near.word("cold")?;
        self.place.become_line(self.task.profile.line())?;
        // Farewells of the old connections pass before anything is counted.
        sleep(self.task.profile.line().rtt + Duration::from_secs(2));
        Ok(())
    }

    fn edit(&mut self, part: &str, was: &str, title: &str) -> Outcome<Run> {
        let before = self.place.linkbox.passed();
        let begun = Instant::now();
        let edit = json!({ "do": "edit", "was": was, "title": title });
        self.near.must(&edit)?;
        let seen = self.carried(begun, json!({ "title": title }), 240.0)?;
        Ok(self.run("G1", part, before, &seen))
    }

    fn nothing(&mut self) -> Outcome<Run> {
        // What the second client's looking left to be fetched is fetched first.
        self.near.ask(&json!({ "do": "sync", "seconds": 240 }))?;
        let before = self.place.linkbox.passed();
        let begun = Instant::now();
        let far = self.near.ask(&json!({ "do": "sync", "seconds": 240 }))?;
        let seen = Seen {
            begun,
            near: None,
            far,
        };
        Ok(self.run("G2", "", before, &seen))
    }

    fn scarce(&mut self) -> Outcome<Vec<Run>> {
        self.settle_one_record()?;
        self.take_the_line()?;
        Ok(vec![self.many("G12", 1000, 900.0)?])
    }

    fn many(&mut self, goal: &str, count: usize, seconds: f64) -> Outcome<Run> {
        let records = self.records(count)?;
        // To write them is the person's time, not the line's; what already leaves meanwhile is counted.
        let before = self.place.linkbox.passed();
        self.load(&records)?;
        let begun = Instant::now();
        let seen = self.carried(begun, json!({ "count": count + 1 }), seconds)?;
        Ok(self.run(goal, "", before, &seen))
    }

    fn records(&self, count: usize) -> Outcome<PathBuf> {
        let folder = self.place.folder("records")?;
        self.place.tools.records(count, self.task.seed, &folder)
    }

    /// The near client carries while the far one looks; both are waited for.
    fn carried(&mut self, begun: Instant, sight: Value, seconds: f64) -> Outcome<Seen> {
        let carry = json!({ "do": "carry", "seconds": seconds });
        let sight = self.waiting(sight, seconds);
        let (near, far) = (&mut self.near, &mut self.far);
        if !self.task.peer.both_at_once() {
            let near = near.ask(&carry)?;
            let patience = if near.ok() { 60.0 } else { 5.0 };
            let mut sight = sight;
            if let Some(sight) = sight.as_object_mut() {
                sight.insert("seconds".into(), patience.into());
            }
            return Ok(Seen {
                begun,
                near: Some(near),
                far: far.ask(&sight)?,
            });
        }
        scope(|scope| {
            let looking = scope.spawn(|| far.ask(&sight));
            let near = near.ask(&carry)?;
            let far = looking.join().map_err(|_| "a thread panicked")??;
            let near = Some(near);
            Ok(Seen { begun, near, far })
        })
    }

    fn run(&self, goal: &str, part: &str, before: Passed, seen: &Seen) -> Run {
        let after = |told: &Told| (told.at - seen.begun).as_secs_f64();
        // What closes the talk belongs to it.
        sleep(self.task.profile.line().rtt.mul_f64(1.5) + Duration::from_millis(300));
        let passed = self.place.linkbox.passed().since(&before);
        let told = |told: &&Told| told.value.get("unconfirmed").is_none();
        let confirmed = seen.near.as_ref().filter(told).map(after);
        let ok = seen.far.ok() && seen.near.as_ref().is_none_or(Told::ok);
        // Where the second client could look only afterwards, it proves; the first one's time counts.
        let proved_after = confirmed.is_some() && !self.task.peer.both_at_once();
        let seen_at = Some(after(&seen.far)).filter(|_| !proved_after);
        Run {
            ok,
            seconds: seen_at.unwrap_or(0.0).max(confirmed.unwrap_or(0.0)),
            seen: seen_at,
            confirmed,
            note: note(seen),
            progress: seen
                .far
                .value
                .get("progress")
                .cloned()
                .unwrap_or(Value::Null),
            ..self
                .task
                .blank(goal, part, passed.up.into(), passed.down.into())
        }
    }

    /// Carries 3,000 records, written while there was no line.
    fn three_thousand(&mut self, line: Line) -> Outcome<(Run, Option<Carried>)> {
        self.settle_one_record()?;
        self.take_the_line()?;
        let records = self.records(3000)?;
        // Nothing may leave before the clock starts.
        self.place.linkbox.cut();
        self.load(&records)?;
        self.place.linkbox.hang_up()?;
        self.place.linkbox.set(line);
        self.place.linkbox.restore();
        let before = self.place.linkbox.passed();
        let begun = Instant::now();
        let seen = self.carried(begun, json!({ "count": 3001 }), 480.0)?;
        let run = self.run("G4", "", before, &seen);
        let carried = Carried::of(&run, seen.near.as_ref().map(|near| &near.value));
        Ok((run, carried))
    }

    fn first(&mut self) -> Outcome<Vec<Run>> {
        let records = self.records(10_000)?;
        let told = self.far.must(&json!({ "do": "load", "file": records }))?;
        if let Some(keys) = told.value.get("keys").and_then(Value::as_array) {
            self.keys.clone_from(keys);
        }
        self.far.must(&json!({ "do": "carry", "seconds": 600 }))?;
        self.take_the_line()?;
        let before = self.place.linkbox.passed();
        let begun = Instant::now();
        let far = self
            .near
            .ask(&self.waiting(json!({ "count": 10_000 }), 600.0))?;
        let seen = Seen {
            begun,
            near: None,
            far,
        };
        Ok(vec![self.run("G9", "", before, &seen)])
    }

    /// Offers a file at the near end; gives what is to be seen at the far one.
    fn attach(&mut self, file: &Path, title: &str) -> Outcome<Value> {
        let ask = json!({ "do": "attach", "file": file, "title": title });
        self.near.must(&ask)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok(json!({ "file": name, "digest": sha256(file)? }))
    }

    fn signed(&mut self) -> Outcome<Vec<Run>> {
        let folder = self.place.folder("files")?;
        let draft = noise(&folder.join("atto.pdf"), 8_000_000, self.task.seed)?;
        let sight = self.attach(&draft, "Atto")?;
        self.near.must(&json!({ "do": "carry", "seconds": 120 }))?;
        self.far.must(&self.waiting(sight, 120.0))?;
        let signed = sign(&draft, self.task.seed)?;
        self.take_the_line()?;
        let before = self.place.linkbox.passed();
        let begun = Instant::now();
        let sight = self.attach(&signed, "Atto")?;
        let seen = self.carried(begun, sight, 700.0)?;
        Ok(vec![self.run("G6", "", before, &seen)])
    }

    fn large(&mut self, redials: bool) -> Outcome<Vec<Run>> {
        let folder = self.place.folder("files")?;
        let video = noise(&folder.join("video.mp4"), LARGE, self.task.seed)?;
        self.take_the_line()?;
        let sight = self.attach(&video, "Video")?;
        let before = self.place.linkbox.passed();
        let begun = Instant::now();
        let linkbox = &self.place.linkbox;
        let (done, ended) = channel::<()>();
        let (drops, seen) = scope(|scope| {
            let redialling = scope.spawn(move || if redials { redial(linkbox, &ended) } else { 0 });
            let seen = self.carried(begun, sight, 900.0);
            drop(done);
            (redialling.join().unwrap_or(0), seen)
        });
        let part = if redials {
            "redial every 60 s"
        } else {
            "no redial"
        };
        let mut run = self.run("G7", part, before, &seen?);
        if run.ok {
            let file = u64::try_from(LARGE)?;
            extra::long_file(&mut run, self.task.profile.line(), file, drops);
        }
        Ok(vec![run])
    }

    fn urgent(&mut self) -> Outcome<Vec<Run>> {
        let folder = self.place.folder("files")?;
        let video = noise(&folder.join("video.mp4"), LARGE, self.task.seed)?;
        self.take_the_line()?;
        self.attach(&video, "Video")?;
        self.near.word("start")?;
        let mut runs = Vec::new();
        for number in 0..3_u64 {
            // The video is well under way, and whatever the act before it disturbed has passed.
            sleep(Duration::from_secs(20));
            let path = folder.join(format!("delibera-{number}.pdf.p7m"));
            let act = noise(&path, 30_000, self.task.seed * 1000 + number)?;
            let before = self.place.linkbox.passed();
            let begun = Instant::now();
            let sight = self.attach(&act, &format!("Delibera {number}"))?;
            self.near.word("start")?;
            let far = self.far.ask(&self.waiting(sight, 180.0))?;
            let seen = Seen {
                begun,
                near: None,
                far,
            };
            runs.push(self.run("G8", "", before, &seen));
        }
        Ok(runs)
    }
}

/// Bytes of the long file: 100 MB, not 100 MiB.
const LARGE: usize = 100_000_000;

/// Redials every minute until the other end of `ended` goes; tells how often.
fn redial(linkbox: &Linkbox, ended: &Receiver<()>) -> u32 {
    let mut drops = 0;
    while ended.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
        linkbox.cut();
        sleep(Duration::from_secs(5));
        // A modem that redials gets another address: what was connected is so no more.
        let hung_up = linkbox.hang_up();
        linkbox.restore();
        drops += u32::from(hung_up.is_ok());
    }
    drops
}

fn note(seen: &Seen) -> String {
    let mut words = Vec::new();
    if let Some(near) = seen.near.as_ref().filter(|near| !near.ok()) {
        words.push(format!("first client: {}", near.error()));
    }
    if !seen.far.ok() {
        let pages = seen.far.number("pages").unwrap_or(0.0);
        words.push(format!(
            "second client: {} ({pages} there)",
            seen.far.error()
        ));
    }
    if let Some(tries) = seen.near.as_ref().and_then(|near| near.number("tries")) {
        words.push(format!("{tries} tries"));
    }
    words.join("; ")
}

/// The load of this computer over the last minute; 0 where it is not told.
fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().unwrap_or_default();
    first.parse().unwrap_or(0.0)
}
