//! Sets of bytes of a file: what is missing, what is under way.

use super::CompactError;
use super::bytes::{Reader, put_varint};
use std::ops::Range;

/// A set of positions in a file, as ascending ranges that neither touch nor overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(Vec<Range<u64>>);

/// The most ranges that are read from the network.
const MOST: usize = 4 * super::MAX_CHUNKS;

impl Ranges {
    /// The set of one range.
    pub fn of(range: Range<u64>) -> Self {
        let mut set = Self::default();
        set.insert(range);
        set
    }

    /// The ranges, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.0.iter().cloned()
    }

    /// Nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many positions are in it.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    /// Adds a range.
    pub fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let first = self.0.partition_point(|other| other.end < range.start);
        let last = self.0.partition_point(|other| other.start <= range.end);
        let touched = self.0.get(first..last).unwrap_or_default();
        let start = touched
            .first()
            .map_or(range.start, |r| r.start.min(range.start));
        let end = touched.last().map_or(range.end, |r| r.end.max(range.end));
        self.0.splice(first..last, std::iter::once(start..end));
    }

    /// Takes a range out.
    pub fn remove(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let outside = |r: Range<u64>| {
            let before = r.start..r.end.min(range.start);
            let after = r.start.max(range.end)..r.end;
            [before, after].into_iter().filter(|part| !part.is_empty())
        };
        self.0 = std::mem::take(&mut self.0)
            .into_iter()
            .flat_map(outside)
            .collect();
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.subtract(&{
            let mut rest = self.clone();
            rest.subtract(other);
            rest
        });
        both
    }

    /// Takes out what is in the other.
    pub fn subtract(&mut self, other: &Self) {
        other.iter().for_each(|range| self.remove(range));
    }

    /// Adds what is in the other.
    pub fn extend(&mut self, other: &Self) {
        other.iter().for_each(|range| self.insert(range));
    }

    /// The first range, as it is.
    pub fn first(&self) -> Option<Range<u64>> {
        self.0.first().cloned()
    }

    /// For the wire: the number of ranges, then for each the gap before it and its length.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_varint(out, self.0.len() as u64);
        let mut at = 0;
        for range in &self.0 {
            put_varint(out, range.start - at);
            put_varint(out, range.end - range.start);
            at = range.end;
        }
    }

    /// From the wire.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, CompactError> {
        let count = reader.count(MOST)?;
        let mut ranges = Vec::new();
        let mut at: u64 = 0;
        for n in 0..count {
            let gap = reader.varint()?;
            let len = reader.varint()?;
            let start = at.checked_add(gap).ok_or(CompactError::Number)?;
            at = start.checked_add(len).ok_or(CompactError::Number)?;
            if len == 0 || (gap == 0 && n > 0) {
                return Err(CompactError::Number);
            }
            ranges.push(start..at);
        }
        Ok(Self(ranges))
    }
}

impl FromIterator<Range<u64>> for Ranges {
    fn from_iter<T: IntoIterator<Item = Range<u64>>>(ranges: T) -> Self {
        let mut set = Self::default();
        ranges.into_iter().for_each(|range| set.insert(range));
        set
    }
}
