//! The time that a judgement is about.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A time, and by what right it is the one that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The instant.
    pub time: Timestamp,
    /// Its source.
    pub basis: Basis,
}

/// Where a time comes from. All but [`Basis::Now`], [`Basis::Stated`] and [`Basis::UnqualifiedTimeStamp`] are opposable to
/// third parties: a signature placed before by them stays valid although its certificate expired or was revoked since
/// (DPCM 22 February 2013, art. 62 and 41).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The clock: no proof of anything earlier.
    Now,
    /// Somebody's word: shows how things stood, proves nothing.
    Stated,
    /// A qualified time stamp ("marca temporale").
    TimeStamp,
    /// A time stamp of an authority that is believed and not qualified: it is evidence that nobody has to accept as
    /// proof (Regulation (EU) 910/2014, art. 41).
    UnqualifiedTimeStamp,
    /// The registration in the protocol ("segnatura di protocollo").
    Protocol,
    /// A certified mail's dispatch or delivery (PEC).
    Pec,
    /// The deposit in a preservation system ("conservazione").
    Preservation,
}

impl At {
    /// The clock's time.
    #[must_use]
    pub fn now() -> Self {
        Self {
            time: Timestamp::now(),
            basis: Basis::Now,
        }
    }

    /// The time that counts once a stamp proves one: the stamp's, unless something proves an earlier one already.
    #[must_use]
    pub fn or_proven(self, stamp: Option<Self>) -> Self {
        match stamp {
            Some(stamp) if !(self.is_proof() && self.time <= stamp.time) => stamp,
            _ => self,
        }
    }

    /// Whether it proves that what is judged existed then.
    #[must_use]
    pub fn is_proof(self) -> bool {
        !matches!(self.basis, Basis::Now | Basis::Stated)
    }
}
