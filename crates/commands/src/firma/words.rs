//! Names of files, times and places in time, in words.

use domain::UnixMs;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Endings that say that a file is a signature or a time stamp.
const SIGNATURES: [&str; 6] = ["p7m", "p7s", "tsr", "tsd", "p7", "m7m"];

/// Whether a name promises a signature.
pub fn names_a_signature(name: &str) -> bool {
    ending(name).is_some_and(|ending| SIGNATURES.contains(&ending.to_ascii_lowercase().as_str()))
}

/// The name of what is inside: without the last ending; with another one where it had none of ours.
pub fn without_ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, _)) if names_a_signature(name) && !stem.is_empty() => stem.to_owned(),
        _ => format!("{name}.estratto"),
    }
}

fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ending)| ending)
}

/// A time in the clock of Italy; its own clock where the zone is not known.
pub fn in_italy(time: Timestamp) -> jiff::Zoned {
    let zone = TimeZone::get("Europe/Rome").unwrap_or_else(|_| TimeZone::system());
    time.to_zoned(zone)
}

/// `26/11/2026 13:05:09` in Italy.
pub fn day_and_time(time: Timestamp) -> String {
    in_italy(time).strftime("%d/%m/%Y %H:%M:%S").to_string()
}

/// A time of the contract.
pub fn ms(time: Timestamp) -> UnixMs {
    time.as_millisecond()
}

/// And back.
pub fn timestamp(time: UnixMs) -> Timestamp {
    Timestamp::from_millisecond(time).unwrap_or(if time < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// A PDF's time, `D:20260302093000+01'00'` (ISO 32000-2, 7.9.4); a part that is missing is the smallest one.
pub fn pdf_time(text: &str) -> Option<Timestamp> {
    let digits = text.strip_prefix("D:").unwrap_or(text);
    if !digits.is_ascii() {
        return None;
    }
    let end = digits
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(digits.len());
    let (numbers, zone) = digits.split_at(end);
    let part = |range: std::ops::Range<usize>, least: i16| -> Option<i16> {
        match numbers.get(range) {
            Some(text) => text.parse().ok(),
            None => Some(least),
        }
    };
    let year = part(0..4, 0).filter(|_| numbers.len() >= 4)?;
    let small = |value: Option<i16>| i8::try_from(value?).ok();
    let time = jiff::civil::DateTime::new(
        year,
        small(part(4..6, 1))?,
        small(part(6..8, 1))?,
        small(part(8..10, 0))?,
        small(part(10..12, 0))?,
        small(part(12..14, 0))?,
        0,
    )
    .ok()?;
    let zone = zone.replace('\'', "");
    let (sign, rest) = match zone.split_at_checked(1) {
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        _ => (1, ""),
    };
    let number = |range: std::ops::Range<usize>| {
        rest.get(range)
            .and_then(|text| text.parse::<i32>().ok())
            .unwrap_or(0)
    };
    let seconds = sign * (number(0..2) * 3600 + number(2..4) * 60);
    let offset = jiff::tz::Offset::from_seconds(seconds).ok()?;
    offset.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdf_says_its_time_in_many_ways() {
        let read = |text| pdf_time(text).map(|time| time.to_string());
        let noon = Some("2026-03-02T11:30:00Z".to_owned());
        assert_eq!(read("D:20260302123000+01'00'"), noon);
        assert_eq!(read("D:20260302123000+01'00"), noon);
        assert_eq!(read("D:20260302113000Z"), noon);
        assert_eq!(read("D:20260302113000"), noon);
        assert_eq!(read("D:2026"), Some("2026-01-01T00:00:00Z".to_owned()));
        assert_eq!(read("ieri"), None);
        assert_eq!(read("D:20261302"), None);
    }

    #[test]
    fn what_is_inside_gets_its_name_back() {
        assert_eq!(without_ending("atto.pdf.p7m"), "atto.pdf");
        assert_eq!(without_ending("atto.pdf.P7M"), "atto.pdf");
        assert_eq!(without_ending("atto"), "atto.estratto");
    }

    #[test]
    fn times_are_those_of_italy() {
        let winter: Timestamp = "2026-11-26T12:05:09Z".parse().unwrap_or_default();
        assert_eq!(day_and_time(winter), "26/11/2026 13:05:09");
    }
}
