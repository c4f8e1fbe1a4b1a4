//! Dates and sizes in Italian.

use domain::UnixMs;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::sync::LazyLock;

static ROME: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Rome").unwrap_or(TimeZone::UTC));

const MONTHS: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];

/// A day, for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Day {
    /// `2026-11-22`.
    pub iso: String,
    /// `22 novembre 2026`.
    pub words: String,
}

/// The day of an instant, in Rome.
pub(crate) fn day(at: UnixMs) -> Day {
    of_date(zoned(at).date())
}

/// The year of an instant, in Rome.
pub(crate) fn year(at: UnixMs) -> i16 {
    zoned(at).year()
}

/// The day that `2026-12-31` names.
pub(crate) fn parse(text: &str) -> Option<Day> {
    text.parse::<Date>().ok().map(of_date)
}

/// The instant, as feeds and sitemaps write it: `2026-11-22T01:30:00Z`.
pub(crate) fn instant(at: UnixMs) -> String {
    let seconds = at.div_euclid(1000);
    Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}

fn zoned(at: UnixMs) -> Zoned {
    Timestamp::from_millisecond(at)
        .unwrap_or_default()
        .to_zoned(ROME.clone())
}

fn of_date(date: Date) -> Day {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    let month = MONTHS.get(month).copied().unwrap_or_default();
    let day = match date.day() {
        1 => "1º".into(),
        day => day.to_string(),
    };
    Day {
        iso: date.to_string(),
        words: format!("{day} {month} {}", date.year()),
    }
}

/// A length in bytes as people read it: `512 byte`, `84 kB`, `1,2 MB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} byte"),
        1_000..999_500 => format!("{} kB", (bytes + 500) / 1_000),
        _ => {
            let tenths = (bytes + 50_000) / 100_000;
            format!("{},{} MB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_day_in_rome_not_in_greenwich() {
        // 2026-11-21T23:30:00Z is already the 22nd in Roccaverano.
        let day = day(1_795_303_800_000);
        assert_eq!(
            (day.iso.as_str(), day.words.as_str()),
            ("2026-11-22", "22 novembre 2026")
        );
        assert_eq!(instant(1_795_303_800_999), "2026-11-21T23:30:00Z");
    }

    #[test]
    fn impossible_days_are_no_days_and_extreme_times_do_not_panic() {
        assert_eq!(parse("2026-02-30"), None);
        assert_eq!(
            parse("2026-06-01").map(|d| d.words),
            Some("1º giugno 2026".into())
        );
        assert_eq!(day(i64::MAX), day(0));
        assert_eq!(instant(i64::MIN), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn sizes_are_in_the_unit_people_know() {
        assert_eq!(size(512), "512 byte");
        assert_eq!(size(84_300), "84 kB");
        assert_eq!(size(999_700), "1,0 MB");
        assert_eq!(size(1_234_567), "1,2 MB");
    }
}
