//! What was believed, kept so that the next start need not check two megabytes of XML again.
//!
//! A cache stands for one set of lists under one set of roots ([`key`]); for any other it is worth nothing. It
//! holds no secret, but who can write it decides whom this computer believes: it belongs where the anchors
//! themselves would be kept (the encrypted database).

use crate::{Belief, Known, Roots, Sources, TrustError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signing::{Anchor, Anchors, Qualification, Service, Standing};

/// The version of what is in it: another one is worth nothing, and is made anew from the lists.
const VERSION: u8 = 2;
/// Bytes before the content: version, what it stands for, hash of the content.
const PREFIX: usize = 1 + 32 + 32;

/// What a cache stands for.
pub type Key = [u8; 32];

/// The name of these lists under these roots.
#[must_use]
pub fn key(sources: &Sources, roots: &Roots) -> Key {
    let mut hash = blake3::Hasher::new();
    let groups = [
        std::slice::from_ref(&sources.list_of_lists),
        &sources.pivots,
        &sources.lists,
    ];
    // Each list by its hash, each group by its length: no two sets read the same.
    for group in groups {
        hash.update(&(group.len() as u64).to_le_bytes());
        for bytes in group {
            hash.update(blake3::hash(bytes).as_bytes());
        }
    }
    for root in roots.sorted() {
        hash.update(&root);
    }
    *hash.finalize().as_bytes()
}

/// Keeps.
///
/// # Errors
/// [`TrustError::TooLarge`].
pub fn write(belief: &Belief, key: &Key) -> Result<Vec<u8>, TrustError> {
    let content = postcard::to_stdvec(&Kept::of(belief)).map_err(|_| TrustError::TooLarge)?;
    let mut cache = Vec::with_capacity(PREFIX + content.len());
    cache.push(VERSION);
    cache.extend_from_slice(key);
    cache.extend_from_slice(blake3::hash(&content).as_bytes());
    cache.extend_from_slice(&content);
    Ok(cache)
}

/// What was kept, where it stands for these lists and is whole. None is no error: the lists are checked again.
#[must_use]
pub fn read(cache: &[u8], key: &Key) -> Option<Belief> {
    let (prefix, content) = cache.split_at_checked(PREFIX)?;
    let (version, rest) = prefix.split_first()?;
    let (stands_for, hash) = rest.split_at_checked(32)?;
    let sound =
        *version == VERSION && stands_for == key && hash == blake3::hash(content).as_bytes();
    match sound {
        true => postcard::from_bytes::<Kept<'_>>(content).ok()?.belief(),
        false => None,
    }
}

/// A belief as it is kept: certificates in one piece, times as numbers, so that reading is little more than copying.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    anchors: Vec<KeptAnchor<'a>>,
    issued: Option<i64>,
    next_update: Option<i64>,
    lists: Vec<KeptList<'a>>,
    refused: Vec<(&'a str, &'a str)>,
}

#[derive(Serialize, Deserialize)]
struct KeptAnchor<'a> {
    certificate: &'a [u8],
    service: Service,
    history: Vec<(i64, Standing)>,
    provider: &'a str,
    qualifications: Vec<(i64, Vec<Qualification>)>,
}

#[derive(Serialize, Deserialize)]
struct KeptList<'a> {
    territory: &'a str,
    sequence: u64,
    issued: i64,
    next_update: Option<i64>,
}

impl<'a> Kept<'a> {
    fn of(belief: &'a Belief) -> Self {
        let anchors = belief.anchors.anchors.iter().map(|anchor| KeptAnchor {
            certificate: &anchor.certificate,
            service: anchor.service,
            history: anchor
                .history
                .iter()
                .map(|(since, standing)| (since.as_second(), *standing))
                .collect(),
            provider: &anchor.provider,
            qualifications: anchor
                .qualifications
                .iter()
                .map(|(since, all)| (since.as_second(), all.clone()))
                .collect(),
        });
        let lists = belief.lists.iter().map(|list| KeptList {
            territory: &list.territory,
            sequence: list.sequence,
            issued: list.issued.as_second(),
            next_update: list.next_update.map(Timestamp::as_second),
        });
        Self {
            anchors: anchors.collect(),
            issued: belief.anchors.issued.map(Timestamp::as_second),
            next_update: belief.anchors.next_update.map(Timestamp::as_second),
            lists: lists.collect(),
            refused: belief
                .refused
                .iter()
                .map(|(of, why)| (of.as_str(), why.as_str()))
                .collect(),
        }
    }

    fn belief(self) -> Option<Belief> {
        let time = |second: i64| Timestamp::from_second(second).ok();
        let maybe =
            |second: Option<i64>| second.map_or(Some(None), |second| time(second).map(Some));
        let anchor = |kept: KeptAnchor<'_>| {
            let history = kept
                .history
                .into_iter()
                .map(|(since, standing)| Some((time(since)?, standing)));
            Some(Anchor {
                certificate: kept.certificate.to_vec(),
                service: kept.service,
                history: history.collect::<Option<_>>()?,
                provider: kept.provider.to_owned(),
                qualifications: kept
                    .qualifications
                    .into_iter()
                    .map(|(since, all)| Some((time(since)?, all)))
                    .collect::<Option<_>>()?,
            })
        };
        let list = |kept: KeptList<'_>| {
            Some(Known {
                territory: kept.territory.to_owned(),
                sequence: kept.sequence,
                issued: time(kept.issued)?,
                next_update: maybe(kept.next_update)?,
            })
        };
        Some(Belief {
            anchors: Anchors {
                anchors: self
                    .anchors
                    .into_iter()
                    .map(anchor)
                    .collect::<Option<_>>()?,
                issued: maybe(self.issued)?,
                next_update: maybe(self.next_update)?,
            },
            lists: self.lists.into_iter().map(list).collect::<Option<_>>()?,
            refused: self
                .refused
                .into_iter()
                .map(|(of, why)| (of.to_owned(), why.to_owned()))
                .collect(),
        })
    }
}
