//! UTCTime and GeneralizedTime.

use super::{Asn1Error, Tlv, tag, tlv};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// A time as RFC 5280, 4.1.2.5 writes it; UTCTime without seconds and fractions of a second are read too.
pub(crate) fn parse_time(element: &Tlv<'_>) -> Result<Timestamp, Asn1Error> {
    let text = std::str::from_utf8(element.value).map_err(|_| Asn1Error::BadValue)?;
    let digits = text.strip_suffix('Z').ok_or(Asn1Error::BadValue)?;
    let (digits, fraction) = match digits.split_once('.') {
        Some((digits, fraction)) if element.tag == tag::GENERALIZED_TIME => (digits, fraction),
        Some(_) => return Err(Asn1Error::BadValue),
        None => (digits, ""),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit())
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
        || fraction.len() > 9
    {
        return Err(Asn1Error::BadValue);
    }
    let number = |from: usize, to: usize| -> Result<i16, Asn1Error> {
        digits
            .get(from..to)
            .and_then(|part| part.parse().ok())
            .ok_or(Asn1Error::BadValue)
    };
    let (year, rest) = match (element.tag, digits.len()) {
        (tag::UTC_TIME, 10 | 12) => {
            let short = number(0, 2)?;
            (
                if short >= 50 {
                    1900 + short
                } else {
                    2000 + short
                },
                2,
            )
        }
        (tag::GENERALIZED_TIME, 14) => (number(0, 4)?, 4),
        _ => return Err(Asn1Error::BadValue),
    };
    let small = |at: usize| -> Result<i8, Asn1Error> {
        i8::try_from(number(rest + at, rest + at + 2)?).map_err(|_| Asn1Error::BadValue)
    };
    let second = if digits.len() == rest + 8 {
        0
    } else {
        small(8)?
    };
    let nanos = format!("{fraction:0<9}")
        .parse()
        .map_err(|_| Asn1Error::BadValue)?;
    DateTime::new(
        year,
        small(0)?,
        small(2)?,
        small(4)?,
        small(6)?,
        second,
        nanos,
    )
    .and_then(|civil| civil.to_zoned(TimeZone::UTC))
    .map(|zoned| zoned.timestamp())
    .map_err(|_| Asn1Error::BadValue)
}

/// The value of a signing-time attribute: UTCTime through 2049, then GeneralizedTime (RFC 5652, 11.3).
pub(crate) fn signing_time(time: Timestamp) -> Vec<u8> {
    let civil = TimeZone::UTC.to_datetime(time);
    if (1950..2050).contains(&civil.year()) {
        let text = civil.strftime("%y%m%d%H%M%SZ").to_string();
        tlv(tag::UTC_TIME, &[text.as_bytes()])
    } else {
        generalized_time(time)
    }
}

/// A GeneralizedTime in whole seconds.
fn generalized_time(time: Timestamp) -> Vec<u8> {
    let text = TimeZone::UTC
        .to_datetime(time)
        .strftime("%Y%m%d%H%M%SZ")
        .to_string();
    tlv(tag::GENERALIZED_TIME, &[text.as_bytes()])
}
