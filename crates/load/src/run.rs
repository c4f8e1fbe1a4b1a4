//! Carrying the calls: each comune as soon as it was answered, or each when its time has come.

use crate::Outcome;
use crate::centro::Centro;
use crate::figures::{Cpu, Figures};
use crate::plan::{self, Device, Story};
use crate::wire::Wire;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// How calls come.
#[derive(Clone, Copy)]
pub(crate) enum Load {
    /// So many are under way at any time.
    Closed(usize),
    /// So many begin per second, at random moments, whether others were answered or not.
    Open(f64),
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(calls) => write!(f, "{calls} calls under way at any time"),
            Self::Open(calls) => write!(f, "{calls:.0} calls per second at random moments"),
        }
    }
}

/// A comune with its connection and the calls it will make.
struct Seat {
    place: usize,
    wire: Wire,
    calls: VecDeque<Vec<u8>>,
    answered: usize,
    latencies: Vec<Duration>,
}

/// Calls per second made ready for, at most: more than this machine answers.
const MOST: f64 = 12_000.0;

/// Runs one part, and notes in `devices` what was answered.
pub(crate) fn run(
    centro: &Centro,
    devices: &mut [Device],
    size: usize,
    load: Load,
    limit: Duration,
) -> Outcome<Figures> {
    let per_second = match load {
        Load::Closed(_) => MOST / (1.0 + f64::from(u32::try_from(size)?) / 5.0),
        Load::Open(calls) => calls * 1.5,
    };
    let count = ready(per_second * limit.as_secs_f64(), devices.len());
    let story = Story::new()?;
    let calls = devices
        .iter()
        .map(|device| plan::calls(&story, device, size, count))
        .collect::<Outcome<Vec<_>>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let seats = runtime.block_on(sit(centro, calls))?;
    let (before, own) = (Cpu::of(&centro.process())?, Cpu::of("self")?);
    let start = Instant::now();
    let seats = runtime.block_on(async {
        match load {
            Load::Closed(calls) => closed(seats, calls, start + limit).await,
            Load::Open(calls) => open(seats, calls, start + limit).await,
        }
    })?;
    let took = start.elapsed();
    let mut figures = Figures {
        took,
        busy: Cpu::of(&centro.process())?.since(before),
        own: Cpu::of("self")?.since(own),
        ..Figures::default()
    };
    for seat in seats {
        let operations = u64::try_from(seat.answered * size)?;
        if let Some(device) = devices.get_mut(seat.place) {
            device.answered += operations;
        }
        figures.operations += operations;
        figures.latencies.extend(seat.latencies);
    }
    Ok(figures)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some hundreds"
)]
fn ready(calls: f64, devices: usize) -> usize {
    (calls / devices as f64).ceil() as usize + 20
}

async fn sit(centro: &Centro, calls: Vec<Vec<Vec<u8>>>) -> Outcome<Vec<Seat>> {
    let mut seats = Vec::new();
    for (place, calls) in calls.into_iter().enumerate() {
        seats.push(Seat {
            place,
            wire: Wire::open(centro.address).await?,
            calls: calls.into(),
            answered: 0,
            latencies: Vec::new(),
        });
    }
    Ok(seats)
}

impl Seat {
    /// Makes the next call; how long it took counts from the moment when it should have begun.
    async fn call(&mut self, due: Instant) -> Outcome<()> {
        let call = self
            .calls
            .pop_front()
            .ok_or("too few calls were made ready")?;
        self.wire.call(&call).await?;
        self.latencies.push(due.elapsed());
        self.answered += 1;
        Ok(())
    }
}

/// Comuni take turns: each waits until all others have called.
async fn closed(seats: Vec<Seat>, calls: usize, end: Instant) -> Outcome<Vec<Seat>> {
    let queue = Arc::new(Mutex::new(VecDeque::from(seats)));
    let workers: Vec<_> = (0..calls)
        .map(|_| tokio::spawn(work(queue.clone(), end)))
        .collect();
    for worker in workers {
        worker.await??;
    }
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(queue.drain(..).collect())
}

async fn work(queue: Arc<Mutex<VecDeque<Seat>>>, end: Instant) -> Outcome<()> {
    let held = |work: &mut dyn FnMut(&mut VecDeque<Seat>)| {
        work(&mut queue.lock().unwrap_or_else(PoisonError::into_inner));
    };
    while Instant::now() < end {
        let mut next = None;
        held(&mut |queue| next = queue.pop_front());
        let Some(mut seat) = next else { break };
        seat.call(Instant::now()).await?;
        let mut seat = Some(seat);
        held(&mut |queue| queue.extend(seat.take()));
    }
    Ok(())
}

/// Every call begins when its time has come, or, late, when its comune's last one was answered.
async fn open(seats: Vec<Seat>, calls: f64, end: Instant) -> Outcome<Vec<Seat>> {
    let mut doors = Vec::new();
    let mut working = Vec::new();
    for seat in seats {
        let (door, dues) = mpsc::unbounded_channel();
        doors.push(door);
        working.push(tokio::spawn(answer(seat, dues)));
    }
    let mut due = Instant::now();
    loop {
        due += Duration::from_secs_f64(-unit()?.ln() / calls);
        if due > end {
            break;
        }
        sleep_until(due).await;
        let place = usize::try_from(getrandom::u32()?)? % doors.len();
        if let Some(door) = doors.get(place) {
            let _ = door.send(due);
        }
    }
    drop(doors);
    let mut seats = Vec::new();
    for seat in working {
        seats.push(seat.await??);
    }
    Ok(seats)
}

async fn answer(mut seat: Seat, mut dues: mpsc::UnboundedReceiver<Instant>) -> Outcome<Seat> {
    while let Some(due) = dues.recv().await {
        seat.call(due).await?;
    }
    Ok(seat)
}

/// A random number in (0, 1].
fn unit() -> Outcome<f64> {
    Ok((f64::from(getrandom::u32()?) + 1.0) / (f64::from(u32::MAX) + 1.0))
}
