//! What only a trial wants: another authority, hurry, a wrong clock. Set once, from the command line.

use crate::Outcome;
use crate::arguments::Arguments;
use crate::tally::Counted;
use domain::UnixMs;
use std::sync::{Arc, OnceLock};
use sync::transport::{HttpTransport, Transport, Trust};
use sync::{Clock, SystemClock};

static WISH: OnceLock<Wish> = OnceLock::new();

struct Wish {
    trust: Trust,
    haste: u32,
    began: UnixMs,
    off: UnixMs,
}

/// Reads the options that every command takes.
pub(crate) fn set(arguments: &Arguments) -> Outcome<()> {
    let trust = match arguments.get("ca") {
        Some(path) => Trust::with_authorities(&std::fs::read(path)?)?,
        None => Trust::default(),
    };
    let wish = Wish {
        trust,
        haste: arguments.number("haste", 1)?,
        began: SystemClock.now(),
        off: arguments.number("clock-off", 0_i64)? * 1000,
    };
    WISH.set(wish).map_err(|_| "set twice".into())
}

/// How many times shorter all waiting is.
pub(crate) fn haste() -> u32 {
    WISH.get().map_or(1, |wish| wish.haste)
}

/// The way to a hub.
pub(crate) fn transport(hub: &str) -> Outcome<Arc<dyn Transport>> {
    let usual = Trust::default();
    let trust = WISH.get().map_or(&usual, |wish| &wish.trust);
    Ok(Arc::new(Counted(HttpTransport::trusting(hub, trust)?)))
}

/// This computer's clock, perhaps wrong and in a hurry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time;

impl Clock for Time {
    fn now(&self) -> UnixMs {
        let now = SystemClock.now();
        WISH.get().map_or(now, |wish| {
            wish.began + (now - wish.began) * i64::from(wish.haste) + wish.off
        })
    }
}
