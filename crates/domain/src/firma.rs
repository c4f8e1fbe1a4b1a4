//! Signed files that wait for what makes them last: a time stamp, then chain and revocation facts.

use serde::{Deserialize, Serialize};

/// How far a signature is, by the baseline profiles (EN 319 122-1, EN 319 142-1). The names stand in databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Its time is proven (B-T).
    T,
    /// It carries all that is needed to judge it (B-LT).
    Lt,
    /// That, too, is stamped (B-LTA).
    Lta,
}

/// Why a file waits though it was tried. The names stand in databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// The services could not be reached from the hub.
    Services,
    /// The hub has no time stamp service.
    NoService,
    /// The comune's stamps of this month are spent.
    Spent,
    /// The trusted lists are not here yet, or are too old to judge a stamp by.
    Lists,
    /// Revocation facts are not fresh enough yet: they have to be newer than the stamp.
    Facts,
    /// What came is by nobody who is believed, or not what was asked for.
    NotBelieved,
    /// The file cannot be written now: in use by another program, or the disk is full.
    Disk,
}

/// Why a file is not tried any more. The names stand in databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The goal is reached.
    Done,
    /// It is not where it was.
    Gone,
    /// It is not the file that it was.
    Changed,
    /// It is larger than what is held in memory.
    TooLarge,
    /// It is no signed file that can be read.
    NotSigned,
    /// A certificate was revoked before the signature's time.
    Revoked,
    /// The document takes nothing more: certified against it, or without room.
    Document,
    /// It was tried for days, and what came was never to be used.
    GivenUp,
    /// What would have been written was not the file any more: it was thrown away.
    Rejected,
}
