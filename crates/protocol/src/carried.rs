//! What travels on a USB stick where there is no line, beside what the calls carry too. The file around it is the
//! crate `bundle`'s.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `GET /v1/keys` | – | [`crate::calls::HubKeys`] |
//! | `POST /v1/bundle/offer` | [`Offer`] | [`Progress`] |
//! | `POST /v1/bundle/part` | id, offset, bytes: see [`push_part`] | [`Progress`] |
//! | `POST /v1/bundle/answer` | [`AnswerRequest`] | at most [`MAX_PART`] bytes |
//!
//! Any device may carry: who made a bundle is told by its own signature.

use crate::wire::{self, WireError};
use crate::{SyncRequest, SyncResponse};
use domain::identity::Scope;
use domain::{FileId, OpId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most bytes of a bundle, or of its answer, in one call.
pub const MAX_PART: usize = 256 * 1024;
/// Bytes before those of a part: the bundle's hash and the offset.
const PART_HEAD: usize = 32 + 8;

/// A carrier has a bundle for the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// BLAKE3 of the whole bundle, 64 hex digits.
    pub bundle: String,
    /// Its length in bytes.
    pub size: u64,
}

/// How far a bundle has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes that the hub has, from the start.
    pub have: u64,
    /// Length of the answer in bytes; `None` while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<u64>,
}

/// A stretch of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRequest {
    /// BLAKE3 of the bundle that is answered.
    pub bundle: String,
    /// From which byte on.
    pub from: u64,
    /// At most so many bytes; [`MAX_PART`] where it is not said. A hub from before this gives as many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

/// The body of `POST /v1/bundle/part`: the bundle's BLAKE3, the offset (u64, little endian), the bytes.
pub fn push_part(bundle: &[u8; 32], from: u64, bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(PART_HEAD + bytes.len());
    body.extend_from_slice(bundle);
    body.extend_from_slice(&from.to_le_bytes());
    body.extend_from_slice(bytes);
    body
}

/// Hash, offset and bytes of a part; `None` where that is none.
pub fn take_part(body: &[u8]) -> Option<(&[u8; 32], u64, &[u8])> {
    let (bundle, rest) = body.split_first_chunk::<32>()?;
    let (from, bytes) = rest.split_first_chunk::<8>()?;
    (bytes.len() <= MAX_PART).then_some((bundle, u64::from_le_bytes(*from), bytes))
}

/// A file that the computer would like to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The file.
    pub file: FileId,
    /// The positions of the chunks that it lacks; `None` where it does not know the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunks: Option<Vec<u32>>,
}

/// What the hub answered, and to what. Written as JSON ([`Said::to_json`]), read entry by entry ([`Said::read`]): one
/// that a later version wrote does not hold up the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// To what.
    pub asked: Asked,
    /// The answer; `None` where the device's sequence is in conflict (409 on the line).
    pub response: Option<SyncResponse>,
}

#[derive(Serialize, Deserialize)]
struct Told {
    asked: Asked,
    response: Option<serde_json::Value>,
}

impl Said {
    /// As it stands in a bundle.
    ///
    /// # Errors
    /// [`WireError::Json`] where something cannot be written.
    pub fn to_json(&self) -> Result<Vec<u8>, WireError> {
        let response = self
            .response
            .as_ref()
            .map(serde_json::to_value)
            .transpose()?;
        let asked = self.asked.clone();
        Ok(serde_json::to_vec(&Told { asked, response })?)
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`WireError`] where it is none.
    pub fn read(json: &[u8]) -> Result<Self, WireError> {
        let Told { asked, response } = serde_json::from_slice(json)?;
        let response = response
            .map(|response| {
                let json = serde_json::to_vec(&response)?;
                wire::read_response(&json, &SyncRequest::default())
            })
            .transpose()?;
        Ok(Self { asked, response })
    }
}

/// What a device needs to know of its own question, which may be weeks old.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The epoch as the device knew it.
    pub epoch: u64,
    /// From where the log was read.
    pub cursors: BTreeMap<Scope, u64>,
    /// Its own operations were asked for in full.
    #[serde(default)]
    pub own: bool,
    /// The operations that were carried, each with its `n`.
    #[serde(default)]
    pub ops: Vec<(OpId, u64)>,
}

/// Files that the hub has as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The hub's epoch.
    pub epoch: u64,
    /// The files.
    pub files: Vec<FileId>,
}

/// Why the hub took nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Why.
    pub why: Why,
}

/// The reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The computer was revoked.
    Revoked,
    /// The computer's time has run out; the operator confirms it again.
    Expired,
    /// The program that made the bundle is too old for the hub.
    TooOld,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_comes_back_and_a_short_or_long_one_does_not() {
        let body = push_part(&[7; 32], 9, b"uno");
        assert_eq!(take_part(&body), Some((&[7; 32], 9, &b"uno"[..])));
        assert_eq!(take_part(body.get(..39).unwrap_or_default()), None);
        assert_eq!(take_part(&vec![0; PART_HEAD + MAX_PART + 1]), None);
    }

    #[test]
    fn a_reason_of_a_later_hub_is_a_reason() {
        let refused: Result<Refused, _> = serde_json::from_str(r#"{"why":"moon"}"#);
        assert_eq!(refused.ok(), Some(Refused { why: Why::Other }));
    }
}
