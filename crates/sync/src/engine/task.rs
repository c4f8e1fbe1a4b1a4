//! When to carry: the task's loop.

use super::backoff::{Backoff, spread};
use super::courier::Courier;
use super::state::line_after;
use super::{Ask, Control, Line, Pace, Wires};
use crate::CallError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

pub(super) struct Task {
    courier: Courier,
    pace: Pace,
    backoff: Backoff,
    nudge: Arc<Notify>,
    control: watch::Receiver<Control>,
    asked: mpsc::UnboundedReceiver<Ask>,
    /// Who waits for the round that runs or is about to.
    waiting: Vec<Ask>,
    /// Since when the line has been down.
    down: Option<Instant>,
}

/// So long after a line went down a try follows the other closely: lines that come and go are up for seconds.
const FLAPPING: Duration = Duration::from_secs(180);

/// Why a rest ended.
enum Woken {
    /// Time to carry.
    Go,
    /// The person switched the line off or on, or the app ends.
    Control,
    /// Nobody holds the engine any more.
    Alone,
}

impl Task {
    pub fn new(
        courier: Courier,
        pace: Pace,
        wires: &Wires,
        asked: mpsc::UnboundedReceiver<Ask>,
    ) -> Self {
        Self {
            courier,
            pace,
            backoff: Backoff::default(),
            nudge: wires.nudge.clone(),
            control: wires.control.subscribe(),
            asked,
            waiting: Vec::new(),
            down: None,
        }
    }

    pub async fn run(mut self) {
        loop {
            let control = *self.control.borrow_and_update();
            if control.stop {
                return;
            }
            let woken = if control.off {
                self.stay_off().await
            } else {
                self.carry_and_rest().await
            };
            if matches!(woken, Woken::Alone) {
                return;
            }
        }
    }

    /// Works without the network until told otherwise.
    async fn stay_off(&mut self) -> Woken {
        self.courier.tell_line(Line::Off, None);
        let off = || CallError::NoLine("working without the network".into());
        self.answer(&Err(off()));
        tokio::select! {
            biased;
            changed = self.control.changed() => woken_by(changed),
            ask = self.asked.recv() => match ask {
                Some(ask) => {
                    let _ = ask.send(Err(off()));
                    Woken::Control
                }
                None => Woken::Alone,
            },
        }
    }

    async fn carry_and_rest(&mut self) -> Woken {
        while let Ok(ask) = self.asked.try_recv() {
            self.waiting.push(ask);
        }
        let outcome = tokio::select! {
            biased;
            changed = self.control.changed() => return self.interrupted(changed),
            outcome = self.courier.round(!self.waiting.is_empty()) => outcome,
        };
        self.courier.tell_outcome(&outcome).await;
        self.answer(&outcome);
        let rest = self.rest_after(&outcome);
        // A hub without room for a file still takes operations.
        let up = outcome.as_ref().err().is_none_or(CallError::no_room);
        self.rest(rest, up).await
    }

    fn interrupted(&mut self, changed: Result<(), watch::error::RecvError>) -> Woken {
        self.courier.give_up();
        woken_by(changed)
    }

    fn answer(&mut self, outcome: &Result<(), CallError>) {
        for ask in self.waiting.drain(..) {
            // Whoever asked may have gone.
            let _ = ask.send(outcome.clone());
        }
    }

    fn rest_after(&mut self, outcome: &Result<(), CallError>) -> Duration {
        let roll = roll();
        let Err(error) = outcome else {
            self.down = None;
            self.backoff.reset();
            return spread(self.pace.poll.0, self.pace.poll.1, roll);
        };
        if let CallError::TooMany {
            retry_after: Some(wait),
        } = error
        {
            return (*wait).clamp(self.pace.retry, Duration::from_secs(600));
        }
        let ceiling = match line_after(error) {
            Line::Down if self.down_for() < FLAPPING => self.pace.retry,
            Line::Down => self.pace.retry_line,
            Line::Revoked => return self.pace.refused,
            _ => self.pace.retry_hub,
        };
        self.backoff.after_failure(self.pace.retry, ceiling, roll)
    }

    fn down_for(&mut self) -> Duration {
        // A call in between may have succeeded: the line is down anew then.
        if self.courier.heard_since_last_round() {
            self.down = None;
        }
        self.down.get_or_insert_with(Instant::now).elapsed()
    }

    /// Waits for the next reason to carry. Local changes end a rest only while the line is up: each
    /// would otherwise be a try on a dead line.
    async fn rest(&mut self, rest: Duration, up: bool) -> Woken {
        let end = Instant::now() + rest;
        tokio::select! {
            biased;
            changed = self.control.changed() => woken_by(changed),
            () = sleep_until(end) => Woken::Go,
            ask = self.asked.recv() => match ask {
                Some(ask) => {
                    self.waiting.push(ask);
                    Woken::Go
                }
                None => Woken::Alone,
            },
            () = self.nudge.notified(), if up => {
                sleep(self.pace.coalesce).await;
                Woken::Go
            }
        }
    }
}

/// A random number, or the middle where there is none.
fn roll() -> u32 {
    let number = world::chance::number().map(|number| number >> 32);
    number.map_or(u32::MAX / 2, |number| {
        u32::try_from(number).unwrap_or(u32::MAX)
    })
}

fn woken_by(changed: Result<(), watch::error::RecvError>) -> Woken {
    match changed {
        Ok(()) => Woken::Control,
        Err(_) => Woken::Alone,
    }
}
