//! The line to the hub: what a person may limit about it, and what can be wrong with it.
//!
//! Limits hold back files only. What a person *did* is small and always goes: neither an hour, nor a sum of
//! bytes, nor a wrong clock may keep a clerk's work on one PC.

use serde::{Deserialize, Serialize};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A file of at most so many bytes that an operation waits for goes in quiet hours and on a metered line too:
/// half a minute of a line of 128 kbit/s.
pub const SMALL_FILE: u64 = 512 * 1024;

/// Hours in which only what is urgent goes, by the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// The first minute of the day (8:00 is 480).
    pub from: u16,
    /// The minute at which they end. Before `from`: over midnight.
    pub to: u16,
}

impl QuietHours {
    /// These hours; `None` where they are not two different times of a day.
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from < DAY && to < DAY && from != to).then_some(Self { from, to })
    }

    /// Whether this minute of the day is one of them.
    pub fn cover(self, minute: u16) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// Whether the line is paid by what it carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metered {
    /// As the system says; where it says nothing, it is not.
    #[default]
    Auto,
    /// It is.
    Yes,
    /// It is not, whatever the system says.
    No,
}

/// What a person limits about the line. Nothing is limited by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineLimits {
    /// Hours in which only what is urgent goes.
    pub quiet: Option<QuietHours>,
    /// The most that may be carried in a calendar month, both ways, in MB (10^6 bytes).
    pub cap_mb: Option<u32>,
    /// A line paid by what it carries.
    pub metered: Metered,
}

/// What a limit is judged by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineNow {
    /// The minute of the day on the wall.
    pub minute: u16,
    /// Bytes carried this month, both ways.
    pub spent: u64,
    /// Whether the system says that the line is metered; `None` where it does not know.
    pub metered: Option<bool>,
}

/// Why large files wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Held {
    /// The sum of the month is spent: no file goes, however small.
    Cap {
        /// The sum, in MB (10^6 bytes).
        mb: u32,
    },
    /// The line is paid by what it carries: a person says when large files go.
    Metered,
    /// It is one of the quiet hours.
    Quiet {
        /// The minute of the day at which they end.
        until: u16,
    },
}

impl Held {
    /// Whether a file that an operation waits for goes all the same.
    pub fn lets_pass(self, bytes: u64) -> bool {
        match self {
            Self::Cap { .. } => false,
            Self::Metered | Self::Quiet { .. } => bytes <= SMALL_FILE,
        }
    }
}

impl LineLimits {
    /// Why large files wait now, the strictest reason first; `None` where they may go.
    pub fn held(&self, now: &LineNow) -> Option<Held> {
        let spent = |mb: &u32| now.spent >= u64::from(*mb) * 1_000_000;
        if let Some(mb) = self.cap_mb.filter(spent) {
            return Some(Held::Cap { mb });
        }
        if self.on_metered(now.metered) {
            return Some(Held::Metered);
        }
        let quiet = self.quiet.filter(|quiet| quiet.cover(now.minute));
        quiet.map(|quiet| Held::Quiet { until: quiet.to })
    }

    fn on_metered(&self, detected: Option<bool>) -> bool {
        match self.metered {
            Metered::Yes => true,
            Metered::No => false,
            Metered::Auto => detected.unwrap_or(false),
        }
    }

    /// The same, without what makes no sense (hours that are no hours, a sum of nothing).
    #[must_use]
    pub fn sound(self) -> Self {
        Self {
            quiet: self.quiet.and_then(|it| QuietHours::new(it.from, it.to)),
            cap_mb: self.cap_mb.filter(|mb| *mb > 0),
            ..self
        }
    }
}

/// What a call to the hub carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carried {
    /// Operations up, the log down.
    #[default]
    Operations,
    /// A piece of a file, up.
    Upload,
    /// A piece of a file, down.
    Download,
}

/// Why a call to the hub failed, for the log of the line. The names stand in databases: never change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The hub cannot be reached.
    NoLine,
    /// The line was cut under way.
    Cut,
    /// The line stands but no byte moves.
    Stalled,
    /// Something else answers in the hub's place.
    NotAHub,
    /// Who answers cannot prove to be the hub.
    Untrusted,
    /// The hub failed.
    HubTrouble,
    /// The hub's disk is full.
    HubFull,
    /// The comune's share of the hub's disk is full.
    HubQuota,
    /// Too many calls.
    TooManyCalls,
    /// The device was revoked.
    Revoked,
    /// The device's time has run out.
    Expired,
    /// The hub does not know this device.
    Unauthorized,
    /// The role does not allow the call.
    Forbidden,
    /// This app is too old for the hub.
    UpgradeRequired,
    /// The one-time code is unknown.
    CodeUnknown,
    /// The hub has no such thing.
    NotFound,
    /// Positions are compared anew.
    Conflict,
    /// The hub does not have the dictionary that the request was packed with; it is sent again without.
    Dictionary,
    /// The request was too large.
    TooLarge,
    /// The hub did not understand the request.
    Malformed,
    /// The work on this computer failed.
    Here,
    /// A name that this version does not know.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: u16, to: u16) -> QuietHours {
        QuietHours { from, to }
    }

    #[test]
    fn hours_end_when_they_say_and_may_go_over_midnight() {
        let morning = hours(480, 780);
        assert_eq!(
            [479, 480, 779, 780].map(|at| morning.cover(at)),
            [false, true, true, false]
        );
        let night = hours(1320, 360);
        assert_eq!(
            [1319, 1320, 0, 359, 360].map(|at| night.cover(at)),
            [false, true, true, true, false]
        );
        assert_eq!(QuietHours::new(480, 480), None);
        assert_eq!(QuietHours::new(480, 1440), None);
    }

    #[test]
    fn nothing_is_held_where_nothing_is_limited_whatever_the_line_is() {
        let busy = LineNow {
            minute: 600,
            spent: u64::MAX,
            metered: None,
        };
        assert_eq!(LineLimits::default().held(&busy), None);
    }

    #[test]
    fn the_strictest_limit_is_the_one_that_is_said() {
        let all = LineLimits {
            quiet: Some(hours(480, 780)),
            cap_mb: Some(500),
            metered: Metered::Yes,
        };
        let now = |spent| LineNow {
            minute: 600,
            spent,
            metered: None,
        };
        assert_eq!(all.held(&now(500_000_000)), Some(Held::Cap { mb: 500 }));
        assert_eq!(all.held(&now(499_999_999)), Some(Held::Metered));
        let unmetered = LineLimits {
            metered: Metered::No,
            ..all
        };
        assert_eq!(unmetered.held(&now(0)), Some(Held::Quiet { until: 780 }));
    }

    #[test]
    fn the_system_is_believed_unless_a_person_knows_better() {
        let says = |metered, detected| {
            let limits = LineLimits {
                metered,
                ..LineLimits::default()
            };
            let now = LineNow {
                metered: detected,
                ..LineNow::default()
            };
            limits.held(&now).is_some()
        };
        assert!(says(Metered::Auto, Some(true)));
        assert!(!says(Metered::Auto, Some(false)) && !says(Metered::Auto, None));
        assert!(says(Metered::Yes, Some(false)));
        assert!(!says(Metered::No, Some(true)));
    }

    #[test]
    fn what_an_operation_needs_passes_where_it_is_small_but_for_the_sum_of_the_month() {
        for held in [Held::Metered, Held::Quiet { until: 780 }] {
            assert!(held.lets_pass(SMALL_FILE) && !held.lets_pass(SMALL_FILE + 1));
        }
        assert!(!Held::Cap { mb: 1 }.lets_pass(1));
    }

    #[test]
    fn limits_that_make_no_sense_are_none() {
        let odd = LineLimits {
            quiet: Some(hours(600, 600)),
            cap_mb: Some(0),
            metered: Metered::Auto,
        };
        assert_eq!(odd.sound(), LineLimits::default());
    }
}
