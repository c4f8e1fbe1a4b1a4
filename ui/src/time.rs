//! Times as people read them, on the clock of Rome, through the web view's own calendar.

use crate::lang::lang;
use domain::UnixMs;
use js_sys::{Array, Date, Intl, Object, Reflect};
use l10n::Lang;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

const MINUTE: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR_MS;
const DAY_MINUTES: i64 = 24 * 60;

const HOUR: Parts = &[("hour", "2-digit")];
const TIME: Parts = &[("hour", "numeric"), ("minute", "2-digit")];
const WEEKDAY: Parts = &[("weekday", "long"), ("day", "numeric"), ("month", "long")];
const SHORT_DAY: Parts = &[
    ("day", "2-digit"),
    ("month", "2-digit"),
    ("year", "numeric"),
];
const LONG_DAY: Parts = &[("day", "numeric"), ("month", "short"), ("year", "numeric")];
const DAY_AND_TIME: Parts = &[
    ("day", "numeric"),
    ("month", "short"),
    ("year", "numeric"),
    ("hour", "numeric"),
    ("minute", "2-digit"),
];

/// `oggi alle 10:32`, `ieri alle 9:05`, `12 nov 2026`.
pub fn when(at: UnixMs) -> String {
    let (lang, now) = (lang(), now());
    let time = format(lang, at, TIME);
    match near(&day(at), &day(now), &day(now - DAY)) {
        Near::Today => lang.time_today(&time),
        Near::Yesterday => lang.time_yesterday(&time),
        Near::Far => long_day(at),
    }
}

/// As [`when`], but always with the hour.
pub fn when_exactly(at: UnixMs) -> String {
    let (lang, now) = (lang(), now());
    match near(&day(at), &day(now), &day(now - DAY)) {
        Near::Far => format(lang, at, DAY_AND_TIME),
        _ => when(at),
    }
}

/// `10:32`.
pub fn clock(at: UnixMs) -> String {
    format(lang(), at, TIME)
}

/// `12 nov 2026, 10:32`: always whole, for what has to be told exactly.
pub fn exactly(at: UnixMs) -> String {
    format(lang(), at, DAY_AND_TIME)
}

/// Whether two times are of one day.
pub fn same_day(a: UnixMs, b: UnixMs) -> bool {
    day(a) == day(b)
}

/// `12 nov 2026`.
pub fn long_day(at: UnixMs) -> String {
    format(lang(), at, LONG_DAY)
}

/// A date such as `2026-12-31` in words; the text itself where it is none.
pub fn date(iso: &str) -> String {
    let at = Date::parse(&format!("{iso}T12:00:00Z"));
    if at.is_nan() {
        return iso.to_owned();
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a date is far from the end of i64"
    )]
    long_day(at as i64)
}

/// `sabato 21 novembre`.
pub fn today() -> String {
    format(lang(), now(), WEEKDAY)
}

/// The hour now, 0 to 23, on the clock of Rome.
pub fn hour() -> u8 {
    format(Lang::It, now(), HOUR).parse().unwrap_or(12)
}

/// A time as the fields of a form hold it, on the clock of Rome: `2026-11-26`, `10:32`.
pub fn fields(at: UnixMs) -> (String, String) {
    let minutes = (at + offset(at)).div_euclid(MINUTE);
    let (days, minute) = (
        minutes.div_euclid(DAY_MINUTES),
        minutes.rem_euclid(DAY_MINUTES),
    );
    let (year, month, day) = civil(days);
    (
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{:02}:{:02}", minute / 60, minute % 60),
    )
}

/// The time that such fields mean on the clock of Rome; of the hour that comes twice in October, the first.
pub fn of_fields(date: &str, clock: &str) -> Option<UnixMs> {
    let mut date = date.splitn(3, '-').map(|it| it.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (hour, minute) = clock.split_once(':')?;
    // Some browsers add the seconds.
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !fits || !(0..24).contains(&hour) || !(0..60).contains(&minute) {
        return None;
    }
    let local = days(year, month, day) * DAY + (hour * 60 + minute) * MINUTE;
    // An hour is the difference in winter: the guess is on the right side of every change but within the hour itself.
    let summer = local - 2 * HOUR_MS;
    Some(if offset(summer) == 2 * HOUR_MS {
        summer
    } else {
        local - HOUR_MS
    })
}

/// Rome's clock minus UTC: two hours from the last Sunday of March to the last Sunday of October, at 1:00 UTC (Directive
/// 2000/84/EC), else one. Before 1996 the days were others: nothing signed is that old.
fn offset(at: UnixMs) -> i64 {
    let (year, _, _) = civil(at.div_euclid(DAY));
    let change = |month| last_sunday(year, month) * DAY + HOUR_MS;
    match (change(3)..change(10)).contains(&at) {
        true => 2 * HOUR_MS,
        false => HOUR_MS,
    }
}

/// The last Sunday of a month with 31 days, in days since 1970.
fn last_sunday(year: i64, month: i64) -> i64 {
    let last = days(year, month, 31);
    // 1 January 1970 was a Thursday.
    last - (last + 4).rem_euclid(7)
}

/// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970; the other way round.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Now, in milliseconds since 1970.
pub fn now() -> UnixMs {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "now is far from the end of i64"
    )]
    let now = Date::now() as i64;
    now
}

#[derive(Debug, PartialEq, Eq)]
enum Near {
    Today,
    Yesterday,
    Far,
}

fn near(day: &str, today: &str, yesterday: &str) -> Near {
    match day {
        day if day == today => Near::Today,
        day if day == yesterday => Near::Yesterday,
        _ => Near::Far,
    }
}

fn day(at: UnixMs) -> String {
    format(Lang::It, at, SHORT_DAY)
}

/// Options of `Intl.DateTimeFormat`.
type Parts = &'static [(&'static str, &'static str)];

thread_local! {
    /// Making a formatter costs a hundred times what using it does.
    static MADE: RefCell<Vec<(Lang, Parts, Intl::DateTimeFormat)>> = const { RefCell::new(Vec::new()) };
}

fn format(lang: Lang, at: UnixMs, parts: Parts) -> String {
    let formatter = MADE.with_borrow_mut(|made| {
        let known = made.iter().find(|(l, p, _)| (*l, *p) == (lang, parts));
        known.map(|(_, _, it)| it.clone()).unwrap_or_else(|| {
            let new = formatter(lang, parts);
            made.push((lang, parts, new.clone()));
            new
        })
    });
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time in milliseconds fits 53 bits"
    )]
    let at = JsValue::from_f64(at as f64);
    let text = formatter.format().call1(&JsValue::NULL, &at);
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn formatter(lang: Lang, parts: Parts) -> Intl::DateTimeFormat {
    let options = Object::new();
    for (name, value) in parts.iter().chain(&[("timeZone", "Europe/Rome")]) {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    let locale = match lang {
        Lang::It => "it-IT",
        Lang::En => "en-GB",
    };
    Intl::DateTimeFormat::new(&Array::of1(&locale.into()), &options)
}

#[cfg(test)]
mod tests {
    use super::{Near, fields, near, of_fields};

    #[test]
    fn a_form_speaks_of_the_clock_of_rome() {
        // 26 November 2026, 9:32 UTC; 1 July 2026, 22:30 UTC, which is the day after in Rome.
        assert_eq!(of_fields("2026-11-26", "10:32"), Some(1_795_685_520_000));
        assert_eq!(of_fields("2026-07-02", "00:30:00"), Some(1_782_945_000_000));
        for at in [1_795_685_520_000, 1_782_945_000_000, 951_782_400_000, 0] {
            let (date, clock) = fields(at);
            assert_eq!(of_fields(&date, &clock), Some(at), "{date} {clock}");
        }
        assert_eq!(
            fields(951_782_400_000),
            ("2000-02-29".into(), "01:00".into())
        );
    }

    #[test]
    fn summer_begins_and_ends_when_the_directive_says() {
        let hours = |date, from, to| {
            let at = |clock| of_fields(date, clock).unwrap_or_default();
            (at(to) - at(from)) / 3_600_000
        };
        assert_eq!(hours("2026-03-29", "01:30", "03:30"), 1);
        assert_eq!(hours("2026-10-25", "01:30", "03:30"), 3);
        assert_eq!(hours("2026-11-01", "01:30", "03:30"), 2);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for (date, clock) in [
            ("", ""),
            ("2026-13-01", "10:00"),
            ("2026-1", "10:00"),
            ("2026-01-01", "25:00"),
            ("2026-01-01", "1"),
        ] {
            assert_eq!(of_fields(date, clock), None, "{date} {clock}");
        }
    }

    #[test]
    fn today_and_yesterday_are_said_by_name() {
        assert_eq!(near("22/11/2026", "22/11/2026", "21/11/2026"), Near::Today);
        assert_eq!(
            near("21/11/2026", "22/11/2026", "21/11/2026"),
            Near::Yesterday
        );
        assert_eq!(near("22/11/2025", "22/11/2026", "21/11/2026"), Near::Far);
    }
}
