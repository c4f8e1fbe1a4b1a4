//! Compression of bodies: zstd, with a dictionary trained on our own operations.
//!
//! A small body has little to repeat; the dictionary gives it what all bodies have in common. A frame says
//! by number which dictionary it needs (RFC 8878, 3.1.1.1.3), so several generations can be read; who does
//! not know the number says so ([`PackError::UnknownDictionary`]) and is sent plain frames from then on.

use std::io::{self, Read};
use std::sync::OnceLock;
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// The dictionary that this build writes with: `cargo xtask dictionary` trains it. A published one never
/// changes: a better one gets the next number.
const NEWEST: &[u8] = include_bytes!("../dictionary/1.zdict");
/// Numbers of the dictionaries that this build reads with; those below 32,768 belong to a registry.
const NUMBER: u32 = 32_769;

/// In so few bytes there is little to find beside the dictionary: what a search of all ways costs (2.4 times as
/// much) saves 1.3 % of them.
const LEVEL_SHORT: i32 = 12;
/// Bodies below this many bytes are short.
const SHORT: usize = 2 * 1024;
/// A slow line deserves the effort.
const LEVEL: i32 = 19;
/// Longer bodies are packed with less: a second of a hub's processor is dearer than a kilobyte.
const LEVEL_LONG: i32 = 9;
/// Bodies above this many bytes are long.
const LONG: usize = 256 * 1024;
/// The largest window a body may ask for, as a power of two: 8 MB, zstd's usual limit for decoders.
pub const WINDOW_LOG: u32 = 23;
/// How a zstd frame begins.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A body that is not a packed one.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It needs a dictionary that this build does not have.
    #[error("dictionary {0} is unknown here")]
    UnknownDictionary(u32),
    /// It would be longer than allowed.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// It is torn or no frame at all.
    #[error("not a frame: {0}")]
    Damaged(#[from] io::Error),
}

/// Whether a body is packed.
pub fn is_packed(body: &[u8]) -> bool {
    body.starts_with(&MAGIC)
}

/// Packs a body with the newest dictionary.
///
/// # Errors
/// Where there is no memory for it.
pub fn pack(plain: &[u8]) -> io::Result<Vec<u8>> {
    static PREPARED: [OnceLock<EncoderDictionary<'static>>; 3] = [const { OnceLock::new() }; 3];
    let [short, usual, long] = &PREPARED;
    let (dictionary, level) = match plain.len() {
        ..SHORT => (short, LEVEL_SHORT),
        SHORT..=LONG => (usual, LEVEL),
        _ => (long, LEVEL_LONG),
    };
    let dictionary = dictionary.get_or_init(|| EncoderDictionary::copy(NEWEST, level));
    zstd::bulk::Compressor::with_prepared_dictionary(dictionary)?.compress(plain)
}

/// Packs a body without a dictionary, for those who do not know ours.
///
/// # Errors
/// Where there is no memory for it.
pub fn pack_plain(plain: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(plain, LEVEL_LONG)
}

/// The bytes of a packed body, at most `limit` of them: a bomb costs no more than an honest body.
///
/// # Errors
/// [`PackError`].
pub fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, PackError> {
    match zstd::zstd_safe::get_dict_id_from_frame(packed).map_or(0, u32::from) {
        0 => inflate(zstd::stream::read::Decoder::with_buffer(packed)?, limit),
        NUMBER => {
            static KNOWN: OnceLock<DecoderDictionary<'static>> = OnceLock::new();
            let dictionary = KNOWN.get_or_init(|| DecoderDictionary::copy(NEWEST));
            let decoder =
                zstd::stream::read::Decoder::with_prepared_dictionary(packed, dictionary)?;
            inflate(decoder, limit)
        }
        unknown => Err(PackError::UnknownDictionary(unknown)),
    }
}

fn inflate<R: io::BufRead>(
    mut decoder: zstd::stream::read::Decoder<'_, R>,
    limit: usize,
) -> Result<Vec<u8>, PackError> {
    decoder.window_log_max(WINDOW_LOG)?;
    let mut plain = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(most).read_to_end(&mut plain)?;
    if plain.len() > limit {
        return Err(PackError::TooLong(limit));
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
    use super::*;

    #[test]
    fn the_dictionary_says_its_number() {
        assert!(is_packed(&pack(b"{}").unwrap()));
        let number = zstd::zstd_safe::get_dict_id_from_dict(NEWEST);
        assert_eq!(number.map(u32::from), Some(NUMBER));
    }

    #[test]
    fn a_body_comes_back_and_a_bomb_or_a_torn_one_does_not() {
        let plain = vec![b'a'; 1_000_000];
        for packed in [pack(&plain).unwrap(), pack_plain(&plain).unwrap()] {
            assert!(packed.len() < 1_000);
            assert_eq!(unpack(&packed, 1_000_000).unwrap(), plain);
            assert!(matches!(
                unpack(&packed, 999_999),
                Err(PackError::TooLong(_))
            ));
            let torn = packed.split_last().unwrap().1;
            assert!(matches!(
                unpack(torn, 1_000_000),
                Err(PackError::Damaged(_))
            ));
        }
    }

    #[test]
    fn a_frame_of_an_unknown_dictionary_is_told_apart() {
        // A frame header with a 4-byte dictionary number: RFC 8878, 3.1.1.1.
        let mut frame = MAGIC.to_vec();
        frame.extend([0b0010_0011, 0x15, 0xcd, 0x5b, 0x07, 0]);
        assert!(matches!(
            unpack(&frame, 10),
            Err(PackError::UnknownDictionary(123_456_789))
        ));
    }
}
