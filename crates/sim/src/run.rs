//! A story as it happens, in virtual time and on one thread.

use crate::Outcome;
use crate::centro::{Centro, Templates};
use crate::check::End;
use crate::desk::{Desk, Place};
use crate::ledger::Ledger;
use crate::mutant::Mutant;
use crate::story::{Story, What};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use world::chance::Seeded;

/// After the last fault everything must be at rest within so many rounds of everybody.
const ROUNDS: usize = 12;
/// After a restore others wait a day for those who wrote what is lost.
const A_DAY_AND_MORE: i64 = 25 * 60 * 60 * 1000;
/// No round of one desk takes longer than this.
const PATIENCE: Duration = Duration::from_secs(3600);

/// A law that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub law: &'static str,
    /// How.
    pub how: String,
}

impl Broken {
    /// A law that did not hold.
    pub fn new(law: &'static str, how: String) -> Self {
        Self { law, how }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.law, self.how)
    }
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self::new("storage", error.into().to_string())
    }
}

/// How a story ended.
#[derive(Debug, Clone)]
pub struct Ending {
    /// What was broken, if anything.
    pub broken: Option<Broken>,
    /// What happened, line by line: the same story leaves the same lines.
    pub trace: Vec<String>,
    /// How many calls reached the hub.
    pub calls: usize,
}

/// Tells stories, on the thread it was made on.
pub struct Teller {
    templates: Templates,
    /// A bug to plant.
    pub mutant: Option<Mutant>,
}

impl Teller {
    /// A teller of sound stories.
    ///
    /// # Errors
    /// The storage's.
    pub fn new() -> Outcome<Self> {
        let runtime = runtime()?;
        let _inside = runtime.enter();
        Ok(Self {
            templates: Templates::new()?,
            mutant: None,
        })
    }

    /// Tells a story to its end.
    pub fn tell(&self, story: &Story) -> Ending {
        let ledger = Arc::<Ledger>::default();
        let told = catch_unwind(AssertUnwindSafe(|| self.tell_in(story, &ledger)));
        let broken = match told {
            Ok(Ok(())) => None,
            Ok(Err(broken)) => Some(broken),
            Err(panic) => Some(Broken::new("panic", words_of(&*panic))),
        };
        Ending {
            broken,
            trace: ledger.story(),
            calls: ledger.calls().len(),
        }
    }

    fn tell_in(&self, story: &Story, ledger: &Arc<Ledger>) -> Result<(), Broken> {
        let _seeded = Seeded::new(story.seed);
        runtime()?.block_on(async {
            let mut scene = Scene::new(self, story, ledger)?;
            for step in &story.steps {
                sleep(Duration::from_millis(step.after)).await;
                scene.start_all()?;
                let at = scene.centro.clock.elapsed().as_millis();
                ledger.trace(format!("{at:>8} -- {}", step.what));
                scene.happens(&step.what)?;
            }
            scene.comes_to_rest().await?;
            if scene.restored {
                // What nobody sent again by then is given back by whoever holds it.
                scene.centro.clock.shift(A_DAY_AND_MORE);
                scene.comes_to_rest().await?;
            }
            scene.end().check()?;
            if story.replay {
                scene.end().replay().await?;
            }
            Ok(())
        })
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "something panicked".into())
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
}

/// Everybody, and the hub.
struct Scene<'a> {
    centro: Arc<Centro>,
    desks: Vec<Arc<Desk>>,
    ledger: &'a Arc<Ledger>,
    mutant: Option<Mutant>,
    seed: u64,
    /// The hub was restored from a backup.
    restored: bool,
}

impl<'a> Scene<'a> {
    fn new(teller: &Teller, story: &Story, ledger: &'a Arc<Ledger>) -> Outcome<Self> {
        let centro = Centro::new(&teller.templates, ledger, teller.mutant)?;
        let mut scene = Self {
            centro: Arc::new(centro),
            desks: Vec::new(),
            ledger,
            mutant: teller.mutant,
            seed: story.seed,
            restored: false,
        };
        for index in 0..story.people {
            let desk = Desk::enrol(&scene.place(), &teller.templates, index)?;
            scene.desks.push(desk);
        }
        Ok(scene)
    }

    fn place(&self) -> Place<'_> {
        Place {
            centro: &self.centro,
            ledger: self.ledger,
            seed: self.seed,
        }
    }

    /// Whoever stopped starts again.
    fn start_all(&self) -> Outcome {
        self.centro.start()?;
        for desk in &self.desks {
            desk.start(&self.place(), self.mutant)?;
        }
        Ok(())
    }

    fn who(&self, who: usize) -> Outcome<&Arc<Desk>> {
        let who = who.checked_rem(self.desks.len()).unwrap_or(0);
        Ok(self.desks.get(who).ok_or("nobody is there")?)
    }

    fn happens(&mut self, what: &What) -> Outcome {
        match what {
            What::Act(who, act) => self.who(*who)?.act(act),
            What::Line(who, fate) => self.who(*who)?.expect(fate.clone()),
            What::Kill(who) => self.who(*who)?.kill(),
            What::CrashDesk(who, commits, side) => self.who(*who)?.watch.arm(*commits, *side),
            What::CrashHub(commits, side) => self.centro.watch.arm(*commits, *side),
            What::Backup => self.centro.back_up()?,
            What::Restore => self.restored |= self.centro.restore()?,
            What::Clock(who, by) => self.who(*who)?.clock.shift(*by),
            What::HubClock(by) => self.centro.clock.shift(*by),
            What::Twin(who) => self.copies(*who)?,
            What::Role(who, role) => {
                let device = &self.who(*who)?.identity.device;
                self.centro.set_role(device, *role)?;
            }
            What::Old(who) => self.who(*who)?.grows_old(),
            What::Wait => {}
        }
        Ok(())
    }

    fn copies(&mut self, who: usize) -> Outcome {
        let twin = self.who(who)?.twin(&self.place(), self.desks.len())?;
        self.desks.push(twin);
        Ok(())
    }

    /// The faults are over: everything must reach everybody soon.
    async fn comes_to_rest(&self) -> Result<(), Broken> {
        for desk in &self.desks {
            desk.heal();
            desk.watch.disarm();
        }
        self.centro.watch.disarm();
        let mut last = None;
        for round in 0..ROUNDS {
            self.start_all()?;
            // Late calls are still under way.
            if round == 1 {
                sleep(Duration::from_secs(60)).await;
            }
            let trouble = self.round().await?;
            let now = self.standing()?;
            // Nothing came since everybody last carried: whoever carried in this round has everything.
            if trouble.is_none() && last.as_ref() == Some(&now) {
                return Ok(());
            }
            last = Some(now);
            self.ledger.trace(format!("round {round}: {trouble:?}"));
        }
        Err(Broken::new(
            "liveness",
            format!("no rest after {ROUNDS} rounds: {:?}", self.round().await?),
        ))
    }

    /// Everybody carries once. Gives what went wrong last.
    async fn round(&self) -> Result<Option<String>, Broken> {
        let mut trouble = None;
        for desk in &self.desks {
            match timeout(PATIENCE, desk.carry()).await {
                Err(_) => {
                    let how = format!("the engine of {} hangs", desk.name);
                    return Err(Broken::new("liveness", how));
                }
                Ok(Err(error)) => trouble = Some(format!("{}: {error}", desk.name)),
                Ok(Ok(())) => {}
            }
        }
        if let Some((law, how)) = self.ledger.first_wrong() {
            return Err(Broken::new(law, how));
        }
        Ok(trouble)
    }

    /// What changes as long as anything happens: the log, and what waits.
    fn standing(&self) -> Result<(i64, Vec<u32>), Broken> {
        let sql = "SELECT coalesce(max(seq), 0) FROM log";
        let head = self
            .centro
            .log
            .look(|conn| conn.query_row(sql, [], |row| row.get(0)))?;
        let mut waiting = Vec::new();
        for desk in &self.desks {
            let store = desk.store().ok_or("a computer does not run")?;
            waiting.push(store.waiting()?);
        }
        Ok((head, waiting))
    }

    fn end(&self) -> End<'_> {
        End {
            centro: &self.centro,
            desks: &self.desks,
            ledger: self.ledger,
        }
    }
}
