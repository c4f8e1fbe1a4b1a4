//! What the app and the helper process say to each other, over the helper's standard input and output.
//!
//! A frame is two lengths (32 bits, little endian), a body in JSON, and a secret beside it. The PIN is only ever the
//! secret: it goes through no serializer, so no serializer's buffer keeps it, and a body can be logged as it is.
//! Both sides hold a frame's secret in memory that is wiped when it is dropped.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use signing::{PinState, SignerError};
use std::io::{Error, ErrorKind, Read, Write};
use zeroize::Zeroizing;

/// The longest body, in bytes: 64 slots of a few certificates fit well.
pub const MAX_BODY: usize = 4 << 20;
/// The longest secret, in bytes: PKCS#11 tokens take PINs of a few dozen.
pub const MAX_SECRET: usize = 256;
/// How many slots of one module are looked at.
pub const MAX_SLOTS: usize = 64;
/// How many certificates of one slot are looked at.
pub const MAX_CERTIFICATES: usize = 32;
/// The longest certificate that is read, in bytes of DER.
pub const MAX_CERTIFICATE: usize = 16 * 1024;
/// The longest signature, in bytes: RSA with 16384 bits.
pub const MAX_SIGNATURE: usize = 2048;

/// What the app asks. The secret beside it is the PIN at [`Request::Login`], nothing otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "call")]
pub enum Request {
    /// Load and initialise this module; the first request, once.
    Load {
        /// Path of the shared library.
        module: String,
    },
    /// Tell every slot: reader, token, certificates.
    Slots,
    /// Tell how the PIN of a slot stands.
    Pin {
        /// The slot's number.
        slot: u64,
    },
    /// Log in as the user.
    Login {
        /// The slot's number.
        slot: u64,
    },
    /// Sign a few bytes, as they are.
    Sign {
        /// The slot's number.
        slot: u64,
        /// Which private key.
        key: KeyName,
        /// How.
        mechanism: Mechanism,
        /// `DigestInfo` for RSA, the hash for elliptic curves.
        #[serde(with = "base64")]
        data: Vec<u8>,
    },
    /// Log out everywhere and forget the PIN.
    Lock,
}

impl Request {
    /// The call's name, for the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Load { .. } => "load",
            Self::Slots => "slots",
            Self::Pin { .. } => "pin",
            Self::Login { .. } => "login",
            Self::Sign { .. } => "sign",
            Self::Lock => "lock",
        }
    }
}

/// What the helper answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer", content = "with")]
pub enum Reply {
    /// Done, nothing to tell.
    Done,
    /// The slots.
    Slots(Vec<Slot>),
    /// How the PIN stands.
    Pin(PinState),
    /// The signature as the token gave it.
    Signature(#[serde(with = "base64")] Vec<u8>),
    /// It could not be done.
    Refused(SignerError),
}

/// Finds a private key: by `CKA_ID`, and where vendors left that out, by what else is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyName {
    /// `CKA_ID`, as the certificate has it.
    #[serde(with = "base64")]
    pub id: Vec<u8>,
    /// The certificate's `CKA_LABEL`.
    #[serde(with = "base64")]
    pub label: Vec<u8>,
    /// The modulus of an RSA key, big endian; empty for others.
    #[serde(with = "base64")]
    pub modulus: Vec<u8>,
}

/// The two mechanisms that every card has (CIE's own hashing ones are broken, other cards lack them).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// `CKM_RSA_PKCS` over a `DigestInfo` of ours (RFC 8017, 9.2).
    RsaPkcs,
    /// `CKM_ECDSA` over a hash.
    Ecdsa,
}

/// One slot, as its module tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Its number, as long as the module stays loaded.
    pub slot: u64,
    /// The reader's name.
    pub reader: String,
    /// Whether a token is in it.
    pub present: bool,
    /// What the token says of itself.
    pub token: Option<Token>,
    /// The certificates on it that anybody may read.
    pub certificates: Vec<Certificate>,
    /// `CKA_ID` of the private keys that ask for the PIN at every signature, as far as they show themselves.
    pub each_time: Vec<Vec<u8>>,
    /// What went wrong while looking.
    pub trouble: Option<SignerError>,
}

/// `CK_TOKEN_INFO` (PKCS#11 v3.1, 3.2), what matters of it here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The label.
    pub label: String,
    /// The serial number.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// The model.
    pub model: String,
    /// How the PIN stands, from the flags.
    pub pin: PinState,
    /// Whether the PIN is typed on the reader (`CKF_PROTECTED_AUTHENTICATION_PATH`).
    pub on_reader: bool,
}

/// A certificate object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// `CKA_ID`.
    #[serde(with = "base64")]
    pub id: Vec<u8>,
    /// `CKA_LABEL`.
    #[serde(with = "base64")]
    pub label: Vec<u8>,
    /// `CKA_VALUE`: DER.
    #[serde(with = "base64")]
    pub value: Vec<u8>,
}

/// Writes one frame, in one piece, and wipes the buffer.
///
/// # Errors
/// The pipe's; `InvalidInput` where a length is beyond the limits.
pub fn write(pipe: &mut impl Write, body: &impl Serialize, secret: &[u8]) -> std::io::Result<()> {
    let body = serde_json::to_vec(body)?;
    if body.len() > MAX_BODY || secret.len() > MAX_SECRET {
        return Err(Error::new(ErrorKind::InvalidInput, "frame too long"));
    }
    // The whole capacity at once: a buffer that grows leaves copies of what it held behind.
    let mut frame = Zeroizing::new(Vec::with_capacity(8 + body.len() + secret.len()));
    for part in [body.len(), secret.len()] {
        let length = u32::try_from(part).map_err(|_| Error::from(ErrorKind::InvalidInput))?;
        frame.extend_from_slice(&length.to_le_bytes());
    }
    frame.extend_from_slice(&body);
    frame.extend_from_slice(secret);
    pipe.write_all(&frame)?;
    pipe.flush()
}

/// A frame that arrived.
pub struct Frame {
    body: Vec<u8>,
    /// The secret beside it; mostly empty.
    pub secret: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} bytes, …)", self.body.len())
    }
}

impl Frame {
    /// Reads the body.
    ///
    /// # Errors
    /// `InvalidData` where it is not what was expected.
    pub fn body<T: DeserializeOwned>(&self) -> std::io::Result<T> {
        serde_json::from_slice(&self.body).map_err(|e| Error::new(ErrorKind::InvalidData, e))
    }
}

/// Reads one frame, from a pipe without a buffer of its own; none at its end.
///
/// # Errors
/// The pipe's; `InvalidData` where a length is beyond the limits; `UnexpectedEof` within a frame.
pub fn read(pipe: &mut impl Read) -> std::io::Result<Option<Frame>> {
    let mut head = [0; 8];
    loop {
        match pipe.read(&mut head[..1]) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    pipe.read_exact(&mut head[1..])?;
    let length = |at: usize| {
        u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]) as usize
    };
    if length(0) > MAX_BODY || length(4) > MAX_SECRET {
        return Err(Error::new(ErrorKind::InvalidData, "frame too long"));
    }
    let mut body = vec![0; length(0)];
    pipe.read_exact(&mut body)?;
    let mut secret = Zeroizing::new(vec![0; length(4)]);
    pipe.read_exact(&mut secret)?;
    Ok(Some(Frame { body, secret }))
}

/// Bytes in JSON as base64 (RFC 4648, 4): a list of numbers takes four times the room, and its time with every
/// signature.
mod base64 {
    use ::base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use std::borrow::Cow;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        STANDARD.decode(text.as_bytes()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_frame_comes_out_as_it_went_in() {
        let asked = Request::Login { slot: 7 };
        let mut pipe = Vec::new();
        write(&mut pipe, &asked, b"0481516").unwrap();
        write(&mut pipe, &Request::Lock, b"").unwrap();
        let mut pipe = pipe.as_slice();
        let frame = read(&mut pipe).unwrap().unwrap();
        assert_eq!(frame.body::<Request>().unwrap(), asked);
        assert_eq!(frame.secret.as_slice(), b"0481516");
        assert_eq!(
            read(&mut pipe).unwrap().unwrap().body::<Request>().unwrap(),
            Request::Lock
        );
        assert!(read(&mut pipe).unwrap().is_none());
    }

    #[test]
    fn the_secret_is_not_in_the_body() {
        let mut pipe = Vec::new();
        write(&mut pipe, &Request::Login { slot: 7 }, b"0481516").unwrap();
        assert!(
            !String::from_utf8_lossy(&read(&mut pipe.as_slice()).unwrap().unwrap().body)
                .contains("0481516")
        );
    }

    #[test]
    fn lengths_are_bounded_both_ways() {
        assert!(write(&mut Vec::new(), &Request::Lock, &[0; MAX_SECRET + 1]).is_err());
        for head in [[0xff; 8], [0, 0, 0, 0, 1, 1, 0, 0]] {
            assert_eq!(
                read(&mut head.as_slice()).unwrap_err().kind(),
                ErrorKind::InvalidData
            );
        }
        let cut = [5, 0, 0, 0, 0, 0, 0, 0, b'{'];
        assert_eq!(
            read(&mut cut.as_slice()).unwrap_err().kind(),
            ErrorKind::UnexpectedEof
        );
    }
}
