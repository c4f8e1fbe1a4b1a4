//! Many stories, on as many threads as there are processors.

use crate::Outcome;
use crate::mutant::Mutant;
use crate::run::{Broken, Teller};
use crate::shrink::{Failing, shrink};
use crate::swarm;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Which stories to tell.
#[derive(Debug, Clone, Copy)]
pub struct Many {
    /// The first seed.
    pub from: u64,
    /// How many.
    pub seeds: u64,
    /// Not longer than this, where there is a limit.
    pub within: Option<Duration>,
    /// A bug to plant.
    pub mutant: Option<Mutant>,
}

/// What came of them.
#[derive(Debug, Default)]
pub struct Told {
    /// How many stories were told.
    pub stories: u64,
    /// How many calls reached the hub in them.
    pub calls: u64,
    /// How long it took.
    pub took: Duration,
    /// The first one that failed, made short.
    pub failing: Option<Failing>,
}

/// What the threads share.
struct Shared {
    many: Many,
    start: Instant,
    next: AtomicU64,
    calls: AtomicU64,
    stories: AtomicU64,
    stop: AtomicBool,
    failing: Mutex<Option<Failing>>,
}

/// Tells them until one fails, or the time is over.
///
/// # Errors
/// Where the scenery cannot be set up.
pub fn tell(many: Many) -> Outcome<Told> {
    let shared = Shared {
        many,
        start: Instant::now(),
        next: AtomicU64::new(0),
        calls: AtomicU64::new(0),
        stories: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        failing: Mutex::default(),
    };
    on_every_processor(|| shared.work())?;
    Ok(shared.told())
}

/// Tells so many, those after a failing one too. `on_failure` hears of each that fails when it has ended, which is not the
/// order of the seeds; the answer is how many did.
///
/// # Errors
/// Where the scenery cannot be set up.
pub fn survey(from: u64, seeds: u64, on_failure: impl Fn(u64, &Broken) + Sync) -> Outcome<u64> {
    let next = AtomicU64::new(0);
    let failed = AtomicU64::new(0);
    on_every_processor(|| {
        let teller = Teller::new()?;
        loop {
            let index = next.fetch_add(1, Relaxed);
            if index >= seeds {
                return Ok(());
            }
            if let Some(broken) = teller.tell(&swarm::story(from + index)).broken {
                failed.fetch_add(1, Relaxed);
                on_failure(from + index, &broken);
            }
        }
    })?;
    Ok(failed.into_inner())
}

/// The same work on a thread for each processor; a panic in one is an error here.
fn on_every_processor(work: impl Fn() -> Outcome + Sync) -> Outcome {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<Result<(), String>> = std::thread::scope(|scope| {
        let work = || work().map_err(|error| error.to_string());
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ended = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            let crashed = |_| Err("a thread of the simulation panicked".to_owned());
            thread.join().unwrap_or_else(crashed)
        };
        threads.into_iter().map(ended).collect()
    });
    for result in results {
        result?;
    }
    Ok(())
}

impl Shared {
    fn work(&self) -> Outcome {
        let mut teller = Teller::new()?;
        teller.mutant = self.many.mutant;
        while let Some(seed) = self.next_seed() {
            let story = swarm::story(seed);
            let ending = teller.tell(&story);
            self.stories.fetch_add(1, Relaxed);
            self.calls.fetch_add(ending.calls as u64, Relaxed);
            if let Some(broken) = ending.broken {
                self.stop.store(true, Relaxed);
                self.keep(Failing { story, broken });
            }
        }
        Ok(())
    }

    fn next_seed(&self) -> Option<u64> {
        let late = |within| self.start.elapsed() > within;
        let over = self.stop.load(Relaxed) || self.many.within.is_some_and(late);
        let index = self.next.fetch_add(1, Relaxed);
        (!over && index < self.many.seeds).then_some(self.many.from + index)
    }

    /// Of two that failed, the one with the lower seed.
    fn keep(&self, failing: Failing) {
        let mut kept = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if kept
            .as_ref()
            .is_none_or(|kept| failing.story.seed < kept.story.seed)
        {
            *kept = Some(failing);
        }
    }

    fn told(self) -> Told {
        let failing = self.failing.into_inner();
        Told {
            stories: self.stories.into_inner(),
            calls: self.calls.into_inner(),
            took: self.start.elapsed(),
            failing: failing.unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// A failing story for people: short, line by line, with the way to tell it again. `traced`: with all that happens in
/// the short one.
///
/// # Errors
/// Where the scenery cannot be set up.
pub fn explain(failing: Failing, mutant: Option<Mutant>, traced: bool) -> Outcome<String> {
    let mut teller = Teller::new()?;
    teller.mutant = mutant;
    let seed = failing.story.seed;
    let first = failing.broken.clone();
    let length = failing.story.steps.len();
    let short = shrink(&teller, failing);
    let trace = match traced {
        true => teller.tell(&short.story).trace.join("\n"),
        false => format!("to tell it again: cargo xtask sim --seed {seed}"),
    };
    Ok(format!(
        "seed {seed} fails: {first}\n\
         the shortest story found that breaks the same law ({} steps of {length}):\n\
         {}     then: {}\n\
         {trace}",
        short.story.steps.len(),
        short.story,
        short.broken,
    ))
}
