//! What a bundle holds: a tag, a length (u32, little endian), that many bytes; again and again.

use crate::{BundleError, Result};
use protocol::carried::{Refused, Said, Taken, Wish};
use protocol::files::Manifest;
use serde::de::DeserializeOwned;
use std::io::{Read, Write};

/// The longest item, in bytes.
pub const MAX_ITEM: usize = 9 * 1024 * 1024;

/// A piece of a bundle's content.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A file that comes with its chunks.
    Manifest(Manifest),
    /// Chunks, as [`protocol::files::unpack`] reads them.
    Pack(Vec<u8>),
    /// A [`protocol::SyncRequest`] as JSON. It stays bytes: the hub reads operations one by one, so that a strange
    /// one does not hold up the others.
    Ask(Vec<u8>),
    /// A file that the computer would like to have.
    Wish(Wish),
    /// The hub's answer to an [`Item::Ask`], or a further stretch of the log.
    Said(Box<Said>),
    /// The files that the hub has now as a whole.
    Taken(Taken),
    /// The hub took nothing.
    Refused(Refused),
    /// Something that a later version put there. It is skipped.
    Unknown(u8),
}

impl Item {
    fn tag(&self) -> u8 {
        match self {
            Self::Manifest(_) => 1,
            Self::Pack(_) => 2,
            Self::Ask(_) => 3,
            Self::Wish(_) => 4,
            Self::Said(_) => 5,
            Self::Taken(_) => 6,
            Self::Refused(_) => 7,
            Self::Unknown(tag) => *tag,
        }
    }

    fn body(&self) -> Result<Vec<u8>> {
        let json = |value: serde_json::Result<Vec<u8>>| value.map_err(|_| BundleError::Damaged);
        match self {
            Self::Pack(bytes) | Self::Ask(bytes) => Ok(bytes.clone()),
            Self::Manifest(value) => json(serde_json::to_vec(value)),
            Self::Wish(value) => json(serde_json::to_vec(value)),
            Self::Said(said) => said.to_json().map_err(|_| BundleError::Damaged),
            Self::Taken(value) => json(serde_json::to_vec(value)),
            Self::Refused(value) => json(serde_json::to_vec(value)),
            Self::Unknown(_) => Ok(Vec::new()),
        }
    }

    fn parse(tag: u8, body: Vec<u8>) -> Result<Self> {
        Ok(match tag {
            1 => Self::Manifest(json(&body)?),
            2 => Self::Pack(body),
            3 => Self::Ask(body),
            4 => Self::Wish(json(&body)?),
            5 => Self::Said(Box::new(
                Said::read(&body).map_err(|_| BundleError::Damaged)?,
            )),
            6 => Self::Taken(json(&body)?),
            7 => Self::Refused(json(&body)?),
            tag => Self::Unknown(tag),
        })
    }
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|_| BundleError::Damaged)
}

pub(crate) fn write_item(to: &mut impl Write, item: &Item) -> Result<()> {
    let body = item.body()?;
    if body.len() > MAX_ITEM {
        return Err(BundleError::TooLarge);
    }
    let length = u32::try_from(body.len()).map_err(|_| BundleError::TooLarge)?;
    to.write_all(&[item.tag()])?;
    to.write_all(&length.to_le_bytes())?;
    Ok(to.write_all(&body)?)
}

/// Reads the next item; `None` at the end. What it claims to need is not allotted before it is there.
///
/// # Errors
/// [`BundleError::Damaged`] where it is none, [`BundleError::TooLarge`], the reader's.
pub fn read_item(from: &mut impl Read) -> Result<Option<Item>> {
    let mut tag = Vec::new();
    from.by_ref().take(1).read_to_end(&mut tag)?;
    let Some(&tag) = tag.first() else {
        return Ok(None);
    };
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length as usize > MAX_ITEM {
        return Err(BundleError::TooLarge);
    }
    let mut body = Vec::new();
    from.take(length.into()).read_to_end(&mut body)?;
    if body.len() != length as usize {
        return Err(BundleError::Damaged);
    }
    Item::parse(tag, body).map(Some)
}
