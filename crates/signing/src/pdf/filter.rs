//! Decoding of the streams this reader itself needs: cross-reference streams and object streams.

use super::{Dict, Object, PdfError};
use std::io::Read as _;

/// No decoded stream may be longer: 64 MiB hold two million objects.
const MOST: u64 = 64 << 20;

/// Decodes a stream's bytes by its `/Filter` and `/DecodeParms` (ISO 32000-2, 7.4): nothing or Flate, the only
/// one that PDF/A and every known writer use for these streams.
pub(crate) fn decode(dict: &Dict, raw: Vec<u8>, at: u64) -> Result<Vec<u8>, PdfError> {
    let filter = match dict.get(b"Filter") {
        None => return Ok(raw),
        Some(Object::Array(filters)) if filters.is_empty() => return Ok(raw),
        Some(Object::Array(filters)) if filters.len() == 1 => filters[0].as_name(),
        Some(other) => other.as_name(),
    };
    if filter != Some(b"FlateDecode") {
        return Err(PdfError::damaged(at, "a stream in Flate"));
    }
    let bytes = inflate(&raw, at)?;
    let parameters = match dict.get(b"DecodeParms") {
        Some(Object::Array(items)) => items.first().and_then(Object::as_dict),
        Some(other) => other.as_dict(),
        None => None,
    };
    let Some(parameters) = parameters else {
        return Ok(bytes);
    };
    match parameters.int(b"Predictor").unwrap_or(1) {
        1 => Ok(bytes),
        10..=15 => {
            let of = |key: &[u8], default| {
                usize::try_from(parameters.int(key).unwrap_or(default))
                    .ok()
                    .filter(|&value| value <= 1 << 16)
            };
            let (Some(columns), Some(colors), Some(bits)) = (
                of(b"Columns", 1),
                of(b"Colors", 1),
                of(b"BitsPerComponent", 8),
            ) else {
                return Err(PdfError::damaged(at, "a predictor"));
            };
            let pixel = (colors * bits).div_ceil(8).max(1);
            unpredict(&bytes, (columns * colors * bits).div_ceil(8), pixel)
                .ok_or_else(|| PdfError::damaged(at, "a predicted row"))
        }
        _ => Err(PdfError::damaged(at, "a PNG predictor")),
    }
}

/// Inflates, up to the bound.
fn inflate(raw: &[u8], at: u64) -> Result<Vec<u8>, PdfError> {
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(raw)
        .take(MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| PdfError::damaged(at, "a Flate stream"))?;
    if bytes.len() as u64 > MOST {
        return Err(PdfError::TooMuch(format!("the stream at {at}")));
    }
    Ok(bytes)
}

/// Undoes the PNG predictors (RFC 2083, 6).
fn unpredict(bytes: &[u8], row: usize, pixel: usize) -> Option<Vec<u8>> {
    if row == 0 || !bytes.len().is_multiple_of(row + 1) {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut above = vec![0_u8; row];
    for line in bytes.chunks_exact(row + 1) {
        let mut current = line[1..].to_vec();
        for i in 0..row {
            let left = if i >= pixel { current[i - pixel] } else { 0 };
            let up = above[i];
            let corner = if i >= pixel { above[i - pixel] } else { 0 };
            let guess = match line[0] {
                0 => 0,
                1 => left,
                2 => up,
                3 => u8::midpoint(left, up),
                4 => paeth(left, up, corner),
                _ => return None,
            };
            current[i] = current[i].wrapping_add(guess);
        }
        out.extend_from_slice(&current);
        above = current;
    }
    Some(out)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let p = a + b - c;
    let (da, db, dc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
    if da <= db && da <= dc {
        left
    } else if db <= dc {
        up
    } else {
        corner
    }
}
