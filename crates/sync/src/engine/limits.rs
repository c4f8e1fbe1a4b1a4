//! What may be carried now: quiet hours, the sum of a month, a metered line. Operations always may.

use crate::meter::Meter;
use domain::line::{Held, LineLimits, LineNow};
use domain::{FileId, UnixMs};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Traffic;
use tokio::time::Instant;
use world::Rome;

/// How long an answer of the system is believed.
const FRESH: Duration = Duration::from_secs(60);
/// How long the system may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The limits as they stand, and what they are judged by.
pub(super) struct Limits {
    set: LineLimits,
    month: String,
    spent: u64,
    meter: Option<Arc<dyn Meter>>,
    metered: Option<bool>,
    asked: Option<Instant>,
    /// A person said that everything goes now.
    released: bool,
}

impl Limits {
    /// Nothing is limited until the workspace was asked. Without a `meter` only the person's choice counts.
    pub fn new(meter: Option<Arc<dyn Meter>>) -> Self {
        Self {
            set: LineLimits::default(),
            month: String::new(),
            spent: 0,
            meter,
            metered: None,
            asked: None,
            released: false,
        }
    }

    /// Whether large files, and everything that comes down, may be carried now.
    pub fn bulk_allowed(&self, now: UnixMs) -> Result<(), Held> {
        if self.released {
            return Ok(());
        }
        let rome = Rome::at(now);
        let now = LineNow {
            minute: rome.minute,
            // A month that was never looked at has carried nothing.
            spent: if rome.month == self.month {
                self.spent
            } else {
                0
            },
            metered: self.metered,
        };
        self.set.held(&now).map_or(Ok(()), Err)
    }

    /// What the workspace says of limits and of this month.
    pub fn take(&mut self, month: String, (set, traffic): (LineLimits, Traffic), released: bool) {
        self.set = set;
        self.month = month;
        self.spent = traffic.total();
        self.released = released;
    }

    /// Whether this round carries everything because a person said so.
    pub fn released(&self) -> bool {
        self.released
    }

    /// What the system says of the line.
    pub fn metered(&self) -> Option<bool> {
        self.metered
    }

    /// What another has asked the system already.
    pub fn told(&mut self, metered: Option<bool>) {
        self.metered = metered;
    }

    /// Asks the system, where its last answer is old. A system that does not answer knows nothing.
    pub async fn ask_system(&mut self) {
        let Some(meter) = self.meter.clone() else {
            return;
        };
        if self.asked.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        self.asked = Some(Instant::now());
        let asking = tokio::task::spawn_blocking(move || meter.metered());
        let answer = tokio::time::timeout(PATIENCE, asking).await;
        self.metered = answer.ok().and_then(Result::ok).flatten();
    }
}

/// Which files go now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Gate {
    /// All.
    #[default]
    Open,
    /// Up, these; down, none.
    Needed(BTreeSet<FileId>),
    /// None.
    Shut,
}

impl Gate {
    /// Whether this file may go up.
    pub fn lets_up(&self, file: &FileId) -> bool {
        match self {
            Self::Open => true,
            Self::Needed(files) => files.contains(file),
            Self::Shut => false,
        }
    }

    /// Whether files may come down.
    pub fn lets_down(&self) -> bool {
        *self == Self::Open
    }
}

/// The gate as it stands, for everybody who carries files. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Gates(Arc<Mutex<Gate>>);

impl Gates {
    /// It stands so from now on.
    pub fn set(&self, gate: Gate) {
        *self.lock() = gate;
    }

    /// Whether this file may go up now.
    pub fn lets_up(&self, file: &FileId) -> bool {
        self.lock().lets_up(file)
    }

    /// Whether files may come down now.
    pub fn lets_down(&self) -> bool {
        self.lock().lets_down()
    }

    fn lock(&self) -> MutexGuard<'_, Gate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use domain::line::{Metered, QuietHours};
    use jiff::Timestamp;

    fn at(time: &str) -> UnixMs {
        time.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn limits(set: LineLimits, month: &str, spent: u64) -> Limits {
        let mut limits = Limits::new(None);
        let traffic = Traffic { up: spent, down: 0 };
        limits.take(month.into(), (set, traffic), false);
        limits
    }

    fn quiet(from: u16, to: u16) -> LineLimits {
        LineLimits {
            quiet: QuietHours::new(from, to),
            ..LineLimits::default()
        }
    }

    fn cap(mb: u32) -> LineLimits {
        LineLimits {
            cap_mb: Some(mb),
            ..LineLimits::default()
        }
    }

    #[test]
    fn hours_are_those_on_the_wall_in_winter_and_in_summer() {
        let morning = limits(quiet(8 * 60, 13 * 60), "2026-11", 0);
        let held = |time| morning.bulk_allowed(at(time)).is_err();
        assert!(!held("2026-11-26T06:59:59Z") && held("2026-11-26T07:00:00Z"));
        assert!(held("2026-11-26T11:59:00Z") && !held("2026-11-26T12:00:00Z"));
        assert!(!held("2026-07-01T05:59:59Z") && held("2026-07-01T06:00:00Z"));
        assert!(!held("2026-07-01T11:00:00Z"));
    }

    #[test]
    fn the_hour_that_is_skipped_in_march_and_the_one_that_comes_twice_in_october_are_hours_too() {
        let night = limits(quiet(2 * 60 + 30, 3 * 60 + 30), "2026-03", 0);
        let held = |time| night.bulk_allowed(at(time)).is_err();
        // 29 March: 2:00 becomes 3:00.
        assert!(!held("2026-03-29T00:59:00Z") && held("2026-03-29T01:00:00Z"));
        assert!(!held("2026-03-29T01:30:00Z"));
        // 25 October: 2:30 comes twice.
        assert!(held("2026-10-25T00:30:00Z") && !held("2026-10-25T01:00:00Z"));
        assert!(held("2026-10-25T01:30:00Z") && !held("2026-10-25T02:30:00Z"));
    }

    #[test]
    fn a_month_begins_at_midnight_in_rome() {
        assert_eq!(Rome::at(at("2026-11-30T22:59:59Z")).month, "2026-11");
        assert_eq!(Rome::at(at("2026-11-30T23:00:00Z")).month, "2026-12");
        assert_eq!(Rome::at(at("2026-06-30T22:00:00Z")).month, "2026-07");
        let spent = limits(cap(100), "2026-11", 100_000_000);
        let held = Err(Held::Cap { mb: 100 });
        assert_eq!(spent.bulk_allowed(at("2026-11-30T22:59:59Z")), held);
        assert_eq!(spent.bulk_allowed(at("2026-11-30T23:00:00Z")), Ok(()));
    }

    #[test]
    fn a_clock_that_is_a_year_off_holds_nothing_that_the_month_it_tells_has_not_carried() {
        let spent = limits(cap(100), "2026-11", 100_000_000);
        assert_eq!(spent.bulk_allowed(at("2025-11-26T10:00:00Z")), Ok(()));
        assert_eq!(spent.bulk_allowed(at("2027-11-26T10:00:00Z")), Ok(()));
        for nonsense in [i64::MIN, i64::MAX, -1, 0] {
            assert_eq!(spent.bulk_allowed(nonsense), Ok(()));
        }
    }

    #[test]
    fn a_person_who_says_now_is_obeyed() {
        let all = LineLimits {
            metered: Metered::Yes,
            ..cap(1)
        };
        let mut limits = limits(all, "2026-11", 2_000_000);
        assert!(limits.bulk_allowed(at("2026-11-26T10:00:00Z")).is_err());
        limits.take("2026-11".into(), (all, Traffic::default()), true);
        assert_eq!(limits.bulk_allowed(at("2026-11-26T10:00:00Z")), Ok(()));
    }

    #[test]
    fn what_is_needed_passes_a_gate_that_is_ajar() {
        let (a, b) = (FileId::new("a"), FileId::new("b"));
        let ajar = Gate::Needed(BTreeSet::from([a.clone()]));
        assert!(ajar.lets_up(&a) && !ajar.lets_up(&b) && !ajar.lets_down());
        assert!(Gate::Open.lets_up(&b) && Gate::Open.lets_down());
        assert!(!Gate::Shut.lets_up(&a) && !Gate::Shut.lets_down());
    }

    struct Silent;

    impl Meter for Silent {
        fn metered(&self) -> Option<bool> {
            std::thread::sleep(Duration::from_secs(4));
            Some(true)
        }
    }

    #[tokio::test]
    async fn a_system_that_does_not_answer_in_time_knows_nothing() {
        let mut limits = Limits::new(Some(Arc::new(Silent)));
        let began = std::time::Instant::now();
        limits.ask_system().await;
        assert_eq!(limits.metered(), None);
        assert!(began.elapsed() < Duration::from_secs(4));
    }
}
