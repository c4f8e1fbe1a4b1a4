//! What signatures need from elsewhere: the trusted lists, time stamps, and how certificates stand.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /v1/trust` | BLAKE3 of the lists that are here; nothing where there are none | nothing where that is the newest; else a [`Thing`] |
//! | `POST /v1/firma/ask` | [`Question`] | [`Reply`] |
//! | `POST /v1/firma/part` | [`PartRequest`] | at most [`MAX_PART`] bytes of a [`Thing`]: see [`part`] |
//!
//! Bodies are binary: to hear that nothing is new is the call that is made every day. A question is for a time stamp
//! service that the hub is configured with, or for an address that stands in a certificate; the hub carries it and the
//! answer, believes neither, and the device checks what comes back. A document never travels here: of it there is a
//! hash in the question.

use std::fmt;

/// The longest body of a question, in bytes: requests for stamps have 100, OCSP requests a few hundred.
pub const MAX_ASKED: usize = 4096;
/// The longest address.
pub const MAX_URL: usize = 2048;
/// The longest answer that comes in one piece; a longer one is fetched as a [`Thing`].
pub const MAX_INLINE: usize = 32 * 1024;
/// The most bytes of a thing in one call.
pub const MAX_PART: usize = 256 * 1024;
/// The largest thing.
pub const MAX_THING: u64 = 64 * 1024 * 1024;

/// Something that the hub has and gives piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thing {
    /// BLAKE3 of all of it.
    pub hash: [u8; 32],
    /// Its length in bytes.
    pub size: u64,
}

impl Thing {
    /// Hash, then length (u64, little endian).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.hash.to_vec();
        bytes.extend_from_slice(&self.size.to_le_bytes());
        bytes
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`NotOne`]; also where it would be larger than [`MAX_THING`].
    pub fn decode(bytes: &[u8]) -> Result<Self, NotOne> {
        let (hash, rest) = bytes.split_first_chunk::<32>().ok_or(NotOne)?;
        let size = u64::from_le_bytes(rest.try_into().map_err(|_| NotOne)?);
        match size <= MAX_THING {
            true => Ok(Self { hash: *hash, size }),
            false => Err(NotOne),
        }
    }
}

/// Asks for bytes of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartRequest {
    /// Of which.
    pub hash: [u8; 32],
    /// From which byte on.
    pub from: u64,
    /// How many at most.
    pub most: u32,
}

impl PartRequest {
    /// Hash, offset, length, little endian.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.hash.to_vec();
        bytes.extend_from_slice(&self.from.to_le_bytes());
        bytes.extend_from_slice(&self.most.to_le_bytes());
        bytes
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`NotOne`].
    pub fn decode(bytes: &[u8]) -> Result<Self, NotOne> {
        let (hash, rest) = bytes.split_first_chunk::<32>().ok_or(NotOne)?;
        let (from, rest) = rest.split_first_chunk::<8>().ok_or(NotOne)?;
        Ok(Self {
            hash: *hash,
            from: u64::from_le_bytes(*from),
            most: u32::from_le_bytes(rest.try_into().map_err(|_| NotOne)?),
        })
    }
}

/// The body that carries bytes of a thing. A byte comes first: a stretch that happens to begin like a packed body must not
/// be taken for one.
#[must_use]
pub fn part(bytes: &[u8]) -> Vec<u8> {
    [&[0], bytes].concat()
}

/// The bytes in such a body, as far as it came.
#[must_use]
pub fn take_part(body: &[u8]) -> &[u8] {
    body.get(1..).unwrap_or_default()
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A time stamp (RFC 3161), of a service that the hub knows: the question has no address.
    TimeStamp,
    /// The state of a certificate (RFC 6960).
    Ocsp,
    /// A list of revoked certificates (RFC 5280): nothing is sent.
    Crl,
    /// An issuer's certificate (RFC 5280, 4.2.2.1): nothing is sent.
    Issuer,
}

impl Asked {
    const ALL: [Self; 4] = [Self::TimeStamp, Self::Ocsp, Self::Crl, Self::Issuer];

    fn number(self) -> u8 {
        match self {
            Self::TimeStamp => 0,
            Self::Ocsp => 1,
            Self::Crl => 2,
            Self::Issuer => 3,
        }
    }
}

/// A question that the hub is to carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked for.
    pub asked: Asked,
    /// Where; empty for a time stamp.
    pub url: String,
    /// What is sent there.
    pub body: Vec<u8>,
}

impl Question {
    /// One byte for what is asked, two for the length of the address (little endian), the address, the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![self.asked.number()];
        let url = self.url.as_bytes();
        let length = u16::try_from(url.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend(url.iter().take(usize::from(length)));
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`NotOne`]; also where something is longer than it may be.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotOne> {
        let ([number, a, b], rest) = bytes.split_first_chunk::<3>().ok_or(NotOne)?;
        let length = usize::from(u16::from_le_bytes([*a, *b]));
        let (url, body) = rest.split_at_checked(length).ok_or(NotOne)?;
        if url.len() > MAX_URL || body.len() > MAX_ASKED {
            return Err(NotOne);
        }
        let asked = Asked::ALL.into_iter().find(|it| it.number() == *number);
        Ok(Self {
            asked: asked.ok_or(NotOne)?,
            url: std::str::from_utf8(url).map_err(|_| NotOne)?.to_owned(),
            body: body.to_vec(),
        })
    }
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The answer.
    Answer(Vec<u8>),
    /// The answer is long: it is fetched like this.
    Long(Thing),
    /// Nobody could be reached; it is worth trying again.
    Unreachable,
    /// The other end answered with this HTTP status, or (200) with something else than was asked for.
    Status(u16),
    /// An address that the hub does not go to.
    Address,
    /// The answer was longer than what is taken.
    TooLong,
    /// The stamps that the comune may have this month are spent.
    Spent {
        /// How many it may have.
        limit: u32,
    },
    /// The hub knows no time stamp service.
    NoService,
}

impl Reply {
    /// One byte for what it is, then what belongs to it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let with = |tag: u8, rest: &[u8]| [&[tag], rest].concat();
        match self {
            Self::Answer(bytes) => with(0, bytes),
            Self::Long(thing) => with(1, &thing.encode()),
            Self::Unreachable => with(2, &[]),
            Self::Status(status) => with(3, &status.to_le_bytes()),
            Self::Address => with(4, &[]),
            Self::TooLong => with(5, &[]),
            Self::Spent { limit } => with(6, &limit.to_le_bytes()),
            Self::NoService => with(7, &[]),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`NotOne`].
    pub fn decode(bytes: &[u8]) -> Result<Self, NotOne> {
        let (tag, rest) = bytes.split_first().ok_or(NotOne)?;
        let number = |rest: &[u8]| rest.try_into().map(u16::from_le_bytes);
        Ok(match (tag, rest) {
            (0, bytes) if bytes.len() <= MAX_INLINE => Self::Answer(bytes.to_vec()),
            (1, thing) => Self::Long(Thing::decode(thing)?),
            (2, []) => Self::Unreachable,
            (3, status) => Self::Status(number(status).map_err(|_| NotOne)?),
            (4, []) => Self::Address,
            (5, []) => Self::TooLong,
            (6, limit) => Self::Spent {
                limit: u32::from_le_bytes(limit.try_into().map_err(|_| NotOne)?),
            },
            (7, []) => Self::NoService,
            _ => return Err(NotOne),
        })
    }
}

/// Bytes that are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOne;

impl fmt::Display for NotOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are not what this call takes")
    }
}

impl std::error::Error for NotOne {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let thing = Thing {
            hash: [7; 32],
            size: 2_000_000,
        };
        assert_eq!(Thing::decode(&thing.encode()), Ok(thing));
        let part = PartRequest {
            hash: [9; 32],
            from: 5,
            most: 6,
        };
        assert_eq!(PartRequest::decode(&part.encode()), Ok(part));
        let packed = [0x28, 0xb5, 0x2f, 0xfd, 1];
        assert!(!crate::pack::is_packed(&super::part(&packed)));
        assert_eq!(take_part(&super::part(&packed)), packed);
        assert_eq!(take_part(&[]), [0; 0]);
        for asked in Asked::ALL {
            let question = Question {
                asked,
                url: "http://ocsp.example/a".into(),
                body: b"question".to_vec(),
            };
            assert_eq!(Question::decode(&question.encode()), Ok(question));
        }
        for reply in [
            Reply::Answer(b"answer".to_vec()),
            Reply::Answer(Vec::new()),
            Reply::Long(thing),
            Reply::Unreachable,
            Reply::Status(503),
            Reply::Address,
            Reply::TooLong,
            Reply::Spent { limit: 100 },
            Reply::NoService,
        ] {
            assert_eq!(Reply::decode(&reply.encode()), Ok(reply));
        }
    }

    #[test]
    fn what_is_too_large_cut_or_unknown_is_refused() {
        let huge = Thing {
            hash: [0; 32],
            size: MAX_THING + 1,
        };
        assert_eq!(Thing::decode(&huge.encode()), Err(NotOne));
        let long = Question {
            asked: Asked::Ocsp,
            url: "a".into(),
            body: vec![0; MAX_ASKED + 1],
        };
        assert_eq!(Question::decode(&long.encode()), Err(NotOne));
        for bytes in [&b""[..], b"\x09\0\0", b"\x01\x05\0ab", b"\x01\x01\0\xff"] {
            assert_eq!(Question::decode(bytes), Err(NotOne), "{bytes:?}");
        }
        for bytes in [&b""[..], b"\x63", b"\x02x", b"\x03\x01", b"\x06\0"] {
            assert_eq!(Reply::decode(bytes), Err(NotOne), "{bytes:?}");
        }
    }
}
