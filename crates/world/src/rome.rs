//! The clocks of Rome, by which months and hours are counted on both sides of the line.

use jiff::{Timestamp, Zoned, tz::TimeZone};

/// A moment on the clocks of Rome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rome {
    /// `2026-11`.
    pub month: String,
    /// The minute of the day on the wall.
    pub minute: u16,
}

impl Rome {
    /// So many milliseconds after the beginning of 1970. A clock that tells no real time is taken for that year: its
    /// months are counted like others.
    pub fn at(now: i64) -> Self {
        let zone = TimeZone::get("Europe/Rome").unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(now).unwrap_or_default();
        let wall = Zoned::new(now, zone);
        let minute = i16::from(wall.hour()) * 60 + i16::from(wall.minute());
        Self {
            month: format!("{:04}-{:02}", wall.year(), wall.month()),
            minute: u16::try_from(minute).unwrap_or(0),
        }
    }
}
