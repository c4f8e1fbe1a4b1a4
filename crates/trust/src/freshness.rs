//! How old what is believed is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signing::Anchors;

/// The age of the lists, as a person is told and as a verdict is lowered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Freshness {
    /// There are no lists: the first start without a line. Signatures can be made, and checked but for whom to
    /// believe.
    Missing,
    /// Issued so many whole days ago, and the next issue is not due yet.
    Fresh {
        /// Whole days since the oldest of them was issued; 0 where the clock is behind it.
        days: u32,
    },
    /// The next issue was due, and is not here: verdicts are lowered to INDETERMINATE, TRY_LATER.
    Stale {
        /// Whole days since the oldest of them was issued.
        days: u32,
        /// Whole days since its successor was due.
        overdue: u32,
    },
}

impl Freshness {
    /// At a time.
    #[must_use]
    pub fn of(anchors: &Anchors, now: Timestamp) -> Self {
        let Some(issued) = anchors.issued else {
            return Self::Missing;
        };
        let days = days(issued, now);
        match anchors.next_update {
            Some(due) if due < now => Self::Stale {
                days,
                overdue: self::days(due, now),
            },
            _ => Self::Fresh { days },
        }
    }
}

fn days(from: Timestamp, to: Timestamp) -> u32 {
    let seconds = to.as_second().saturating_sub(from.as_second());
    u32::try_from(seconds / 86_400).unwrap_or(0)
}
