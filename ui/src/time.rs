//! Times as people read them, on the clock of Rome, through the web view's own calendar.

use crate::lang::lang;
use domain::UnixMs;
use js_sys::{Array, Date, Intl, Object, Reflect};
use l10n::Lang;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

const DAY: i64 = 86_400_000;

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
    use super::{Near, near};

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
