//! What is done on the line, and what is measured of it.

use crate::Outcome;
use crate::actor::{Actor, Told};
use crate::peer::{Kind, Peer};
use crate::place::{Place, Tools};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};
use testkit::{Passed, Profile, Side};

/// A thing measured, by the number of its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// G1 to G3 in one sitting: an edit cold, an edit warm, nothing to do, 100 records.
    Small,
    /// G4: 3,000 records on a line that comes and goes.
    Flapping,
    /// G6: a signed file after its draft.
    Signed,
    /// G7: 100 MB while the modem redials every minute.
    Large,
    /// G8: an urgent act while 100 MB move.
    Urgent,
    /// G9: a first sync of 10,000 records.
    First,
}

impl Scenario {
    /// All, the longest first: they run side by side.
    pub const ALL: [Self; 6] = [
        Self::Large,
        Self::Flapping,
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
            Self::Signed => &["G6"],
            Self::Large => &["G7"],
            Self::Urgent => &["G8"],
            Self::First => &["G9"],
        }
    }

    /// On which lines.
    pub fn profiles(self) -> &'static [Profile] {
        match self {
            Self::Small | Self::Urgent => &[Profile::A, Profile::B],
            Self::Flapping => &[Profile::C],
            Self::Signed => &[Profile::A],
            Self::Large => &[Profile::E],
            Self::First => &[Profile::D],
        }
    }

    /// Whether a peer can do it.
    pub fn suits(self, kind: Kind) -> bool {
        match self {
            Self::Small | Self::Flapping | Self::First => kind.records(),
            Self::Signed | Self::Large | Self::Urgent => kind.files(),
        }
    }

    /// A run takes minutes: it gets a third of the seeds.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Flapping | Self::Large | Self::First)
    }
}

/// One measure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// The goal it belongs to.
    pub goal: String,
    /// Which part of it.
    pub part: String,
    /// Who.
    pub peer: String,
    /// On which line.
    pub profile: String,
    /// Which packets were lost.
    pub seed: u64,
    /// The second client saw it within the time limit.
    pub ok: bool,
    /// Seconds until the second client saw it and, where it is told, the first knew.
    pub seconds: f64,
    /// Seconds until the second client saw it.
    pub seen: Option<f64>,
    /// Seconds until the first client was told.
    pub confirmed: Option<f64>,
    /// Bytes at IP level, both ways, retransmissions included.
    pub bytes: u64,
    /// Upwards.
    pub up: Way,
    /// Downwards.
    pub down: Way,
    /// What else is to be said: why it failed, how far it got.
    pub note: String,
    /// Records or bytes at the second client over time: milliseconds, number.
    pub progress: Value,
    /// Load of this computer (1 minute) when the run ended.
    pub load: f64,
}

/// What went one way.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Way {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Of the bytes, headers of IP and TCP.
    pub headers: u64,
    /// Of the packets, those without content.
    pub bare: u64,
    /// Of the packets, those lost by chance, in the queue, or while the line was down.
    pub lost: u64,
}

impl From<testkit::Count> for Way {
    fn from(count: testkit::Count) -> Self {
        Self {
            bytes: count.bytes,
            packets: count.packets,
            headers: count.headers,
            bare: count.bare,
            lost: count.lost + count.dropped + count.down,
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
        let nothing = Way::from(testkit::Count::default());
        let run = |goal: &&str| Run {
            goal: (*goal).into(),
            part: String::new(),
            peer: self.peer.name().into(),
            profile: self.profile.name().into(),
            seed: self.seed,
            ok: false,
            seconds: 0.0,
            seen: None,
            confirmed: None,
            bytes: 0,
            up: nothing,
            down: nothing,
            note: format!("broken: {error}"),
            progress: Value::Null,
            load: load(),
        };
        self.scenario.goals().iter().map(run).collect()
    }

    /// Whether it would only say again what its first seed said, at the price of many minutes.
    pub fn repeats(&self) -> bool {
        let name = self.peer.name();
        let whole = self.scenario == Scenario::Signed && name == "tus";
        let many = self.scenario == Scenario::First && name == "automerge";
        self.seed > 1 && (whole || many)
    }

    /// For people.
    pub fn name(&self) -> String {
        format!(
            "{}-{}-{}-{}",
            self.scenario.goals().join("+"),
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
        let place = Place::open(tools, &self.name(), self.seed)?;
        let _server = self.peer.serve(&place)?;
        let mut stage = Stage {
            task: *self,
            near: self.peer.sit(&place, Side::Near, "vicino")?,
            far: self.peer.sit(&place, Side::Far, "lontano")?,
            place: &place,
            keys: Vec::new(),
        };
        match self.scenario {
            Scenario::Small => stage.small(),
            Scenario::Flapping => stage.flapping(),
            Scenario::Signed => stage.signed(),
            Scenario::Large => stage.large(),
            Scenario::Urgent => stage.urgent(),
            Scenario::First => stage.first(),
        }
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
    fn small(&mut self) -> Outcome<Vec<Run>> {
        self.settle_one_record()?;
        self.take_the_line()?;
        let cold = self.edit("cold", "Prova", "Prova, a freddo")?;
        let warm = self.edit("warm", "Prova, a freddo", "Prova, a caldo")?;
        let mut runs = vec![cold, warm];
        // There, nothing is sent unless something changed: there is nothing to measure.
        if self.task.peer.name() != "automerge" {
            runs.push(self.nothing()?);
        }
        runs.push(self.hundred()?);
        Ok(runs)
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

    fn hundred(&mut self) -> Outcome<Run> {
        let records = self.records(100)?;
        // To write them is the person's time, not the line's; what already leaves meanwhile is counted.
        let before = self.place.linkbox.passed();
        self.load(&records)?;
        let begun = Instant::now();
        let seen = self.carried(begun, json!({ "count": 101 }), 300.0)?;
        Ok(self.run("G3", "", before, &seen))
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
            goal: goal.into(),
            part: part.into(),
            peer: self.task.peer.name().into(),
            profile: self.task.profile.name().into(),
            seed: self.task.seed,
            ok,
            seconds: seen_at.unwrap_or(0.0).max(confirmed.unwrap_or(0.0)),
            seen: seen_at,
            confirmed,
            bytes: passed.bytes(),
            up: passed.up.into(),
            down: passed.down.into(),
            note: note(seen),
            progress: seen
                .far
                .value
                .get("progress")
                .cloned()
                .unwrap_or(Value::Null),
            load: load(),
        }
    }

    fn flapping(&mut self) -> Outcome<Vec<Run>> {
        self.settle_one_record()?;
        self.take_the_line()?;
        let records = self.records(3000)?;
        // Written while there is no line: nothing may leave before the clock starts.
        self.place.linkbox.cut();
        self.load(&records)?;
        self.place.linkbox.hang_up()?;
        self.place.linkbox.set(self.task.profile.line());
        self.place.linkbox.restore();
        let before = self.place.linkbox.passed();
        let begun = Instant::now();
        let seen = self.carried(begun, json!({ "count": 3001 }), 480.0)?;
        Ok(vec![self.run("G4", "", before, &seen)])
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

    fn large(&mut self) -> Outcome<Vec<Run>> {
        let folder = self.place.folder("files")?;
        let video = noise(&folder.join("video.mp4"), 100_000_000, self.task.seed)?;
        self.take_the_line()?;
        let sight = self.attach(&video, "Video")?;
        let before = self.place.linkbox.passed();
        let begun = Instant::now();
        let linkbox = &self.place.linkbox;
        let (done, ended) = channel::<()>();
        let (drops, seen) = scope(|scope| {
            let redialling = scope.spawn(move || {
                let mut drops = 0;
                while ended.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout)
                {
                    linkbox.cut();
                    sleep(Duration::from_secs(5));
                    // A modem that redials gets another address: what was connected is so no more.
                    let hung_up = linkbox.hang_up();
                    linkbox.restore();
                    drops += u32::from(hung_up.is_ok());
                }
                drops
            });
            let seen = self.carried(begun, sight, 900.0);
            drop(done);
            (redialling.join().unwrap_or(0), seen)
        });
        let mut run = self.run("G7", "", before, &seen?);
        let content = run.up.bytes.saturating_sub(run.up.headers);
        let more = content.saturating_sub(100_000_000);
        run.note = format!(
            "{drops} drops; {more} bytes of content up beyond the file's, packets sent again by TCP included. {}",
            run.note
        );
        Ok(vec![run])
    }

    fn urgent(&mut self) -> Outcome<Vec<Run>> {
        let folder = self.place.folder("files")?;
        let video = noise(&folder.join("video.mp4"), 100_000_000, self.task.seed)?;
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

/// Bytes that do not compress, as in a scan or a film; the same for the same seed.
fn noise(path: &Path, length: usize, seed: u64) -> Outcome<PathBuf> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    let mut left = length;
    while left > 0 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let bytes = (state ^ (state >> 33))
            .wrapping_mul(0xff51_afd7_ed55_8ccd)
            .to_le_bytes();
        let some = bytes.get(..left.min(8)).unwrap_or(&bytes);
        file.write_all(some)?;
        left -= some.len();
    }
    file.flush()?;
    Ok(path.to_path_buf())
}

/// The draft as a signature in definite-length DER wraps it: a few bytes before, a certificate and the
/// signature after, the content untouched between.
fn sign(draft: &Path, seed: u64) -> Outcome<PathBuf> {
    let path = draft.with_extension("pdf.p7m");
    let before = noise(&draft.with_extension("head"), 60, seed + 1)?;
    let after = noise(&draft.with_extension("tail"), 2400, seed + 2)?;
    let mut signed = fs::read(before)?;
    signed.extend(fs::read(draft)?);
    signed.extend(fs::read(after)?);
    fs::write(&path, signed)?;
    Ok(path)
}

fn sha256(path: &Path) -> Outcome<String> {
    let said = crate::install::said(std::process::Command::new("sha256sum").arg(path))?;
    Ok(said.split(' ').next().unwrap_or_default().to_owned())
}
