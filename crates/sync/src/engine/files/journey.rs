//! A file on its way: what is still to go, what is under way, and what may have arrived or not.

use super::Report;
use protocol::files::{Digest, Manifest, Ranges};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A rest of a chunk this short goes with what is before it: a call may carry so many bytes more than was asked for.
pub(super) const CRUMB: u64 = 2 * 1024;

/// A file on its way.
#[derive(Debug, Clone)]
pub(super) struct Journey {
    pub manifest: Arc<Manifest>,
    pub digest: Digest,
    /// To be carried.
    missing: Ranges,
    /// Under way.
    flying: Ranges,
    /// How far it was told to be: people see no bar go back while calls overtake each other.
    told_far: Arc<AtomicU64>,
    /// It was under way when the line was cut: the other side says whether it has it.
    doubt: Ranges,
}

impl Journey {
    pub fn new(manifest: Manifest, missing: Ranges) -> Self {
        Self {
            digest: manifest.digest(),
            manifest: Arc::new(manifest),
            missing,
            flying: Ranges::default(),
            doubt: Ranges::default(),
            told_far: Arc::default(),
        }
    }

    /// The next ranges: about `size` bytes, up to the end of a chunk where one is near, at most [`CRUMB`] more. With
    /// `whole`, only whole chunks, and at least one.
    pub fn take(&mut self, size: u64, whole: bool) -> Ranges {
        let mut taken = Ranges::default();
        while taken.len() < size
            && let Some(range) = self.missing.first()
        {
            let most = range.start + (size - taken.len());
            let end = self.cut(range.start, most, whole).min(range.end);
            taken.insert(range.start..end);
            self.missing.remove(range.start..end);
            if end < range.end {
                break;
            }
        }
        self.flying.extend(&taken);
        taken
    }

    /// Where to end a range that begins here and should end there.
    fn cut(&self, start: u64, most: u64, whole: bool) -> u64 {
        let near = (most - start) / 4;
        let (mut before, mut after) = (start, 0);
        for chunk in &self.manifest.chunks {
            after += u64::from(chunk.1);
            if after >= most {
                break;
            }
            before = after.max(start);
        }
        match () {
            () if after <= most + near.min(CRUMB) || (whole && before == start) => after,
            () if whole || most - before <= near => before.max(start + 1),
            () => most,
        }
    }

    /// These bytes arrived.
    pub fn landed(&mut self, ranges: &Ranges) {
        self.flying.subtract(ranges);
    }

    /// Nothing is under way any more; what was is in doubt.
    pub fn lost(&mut self) {
        let flying = std::mem::take(&mut self.flying);
        self.doubt.extend(&flying);
        self.told_far.store(0, Relaxed);
    }

    /// Something is in doubt.
    pub fn doubts(&self) -> bool {
        !self.doubt.is_empty()
    }

    /// The other side said what it lacks: of what was in doubt, that is missing. Gives how many bytes had arrived.
    pub fn told(&mut self, lacks: &Ranges) -> u64 {
        let doubt = std::mem::take(&mut self.doubt);
        let lost = doubt.intersection(lacks);
        self.missing.extend(&lost);
        doubt.len() - lost.len()
    }

    /// Everything was carried, as far as is known here.
    pub fn spent(&self) -> bool {
        self.missing.is_empty() && self.flying.is_empty() && self.doubt.is_empty()
    }

    /// Begins anew with what the other side says it lacks.
    pub fn restart(&mut self, lacks: Ranges) {
        self.missing = lacks;
        self.told_far.store(0, Relaxed);
        self.flying = Ranges::default();
        self.doubt = Ranges::default();
    }

    /// How far it is, for people to read.
    pub fn progress(&self, up: bool) -> Report {
        self.so_far(up, 0)
    }

    /// How far it is while so many bytes more go up in one call.
    pub fn on_its_way(&self, bytes: u64) -> Report {
        self.so_far(true, bytes)
    }

    fn so_far(&self, up: bool, bytes: u64) -> Report {
        let size = self.manifest.size;
        let done = size.saturating_sub(self.left().saturating_sub(bytes));
        let before = self.told_far.fetch_max(done, Relaxed);
        Report::Progress {
            file: self.manifest.file.clone(),
            up,
            done: done.max(before),
            size,
        }
    }

    /// Bytes that did not arrive yet, as far as is known here.
    pub fn left(&self) -> u64 {
        self.missing.len() + self.flying.len() + self.doubt.len()
    }
}

/// The bytes of chunks, as a set of positions in the file; each chunk once.
pub(super) fn ranges_of(manifest: &Manifest, positions: &[u32]) -> Ranges {
    let mut seen = std::collections::BTreeSet::new();
    let mut start = 0;
    let mut out = Ranges::default();
    let mut wanted = positions.iter().peekable();
    for (at, chunk) in (0_u32..).zip(&manifest.chunks) {
        let range: Range<u64> = start..start + u64::from(chunk.1);
        start = range.end;
        if wanted.next_if(|wanted| **wanted == at).is_some() && seen.insert(&chunk.0) {
            out.insert(range);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
    use super::*;
    use domain::FileId;
    use proptest::prelude::*;
    use protocol::files::{ChunkRef, MAX_PUT, pieces};

    fn file(chunks: &[u32]) -> Manifest {
        let chunks: Vec<_> = (0..)
            .zip(chunks)
            .map(|(n, len)| ChunkRef(format!("{n:064x}"), *len))
            .collect();
        Manifest {
            file: FileId::new("0".repeat(64)),
            size: chunks.iter().map(|chunk| u64::from(chunk.1)).sum(),
            chunks,
        }
    }

    #[test]
    fn a_call_ends_with_a_chunk_where_one_ends_nearby() {
        let whole = |manifest: &Manifest| Ranges::of(0..manifest.size);
        let manifest = file(&[10_000, 30_000, 60_000]);
        let all = whole(&manifest);
        let mut journey = Journey::new(manifest, all);
        assert_eq!(journey.take(9_000, false), Ranges::of(0..10_000));
        assert_eq!(journey.take(40_000, false), Ranges::of(10_000..40_000));
        assert_eq!(journey.take(10_000, false), Ranges::of(40_000..50_000));
        assert_eq!(journey.take(10_000, true), Ranges::of(50_000..100_000));
        assert!(journey.take(10_000, false).is_empty());
    }

    #[test]
    fn the_longest_call_stays_within_what_the_hub_takes_wherever_a_chunk_ends() {
        for over in [0, 1, 1_000, 2_047, 2_048, 2_049] {
            let longest = MAX_PUT as u64 - CRUMB;
            let first = u32::try_from(longest + over).unwrap();
            let manifest = file(&[first, 100_000]);
            let all = Ranges::of(0..manifest.size);
            let taken = Journey::new(manifest, all).take(longest, false).len();
            assert!(taken <= MAX_PUT as u64, "{over}: {taken}");
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Take(u64, bool),
        Land,
        Cut { arrived: u64 },
        Ask,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            3 => (1_u64..400, any::<bool>()).prop_map(|(size, whole)| Step::Take(size, whole)),
            2 => Just(Step::Land),
            1 => (0_u64..500).prop_map(|arrived| Step::Cut { arrived }),
            1 => Just(Step::Ask),
        ];
        proptest::collection::vec(step, 0..60)
    }

    proptest! {
        /// The other side is a set of bytes; whatever happens, nothing is forgotten, and what is known to have
        /// arrived is not sent again.
        #[test]
        fn nothing_is_forgotten_and_nothing_that_arrived_goes_twice(
            chunks in proptest::collection::vec(1_u32..100, 1..10),
            steps in steps(),
        ) {
            let manifest = file(&chunks);
            let all = Ranges::of(0..manifest.size);
            let mut hub = Ranges::default();
            let mut journey = Journey::new(manifest.clone(), all.clone());
            let mut flights: Vec<Ranges> = Vec::new();
            let lacks = |hub: &Ranges| { let mut lacks = all.clone(); lacks.subtract(hub); lacks };
            for step in steps {
                match step {
                    Step::Take(size, whole) => {
                        let before = journey.missing.clone();
                        let taken = journey.take(size, whole);
                        prop_assert!(taken.intersection(&hub).is_empty(), "{taken:?} is there");
                        prop_assert!(whole || taken.len() <= size + CRUMB, "{taken:?}");
                        prop_assert!(flights.iter().all(|f| f.intersection(&taken).is_empty()));
                        if whole {
                            for torn in pieces(&manifest, &taken).into_iter().filter(|p| !p.whole) {
                                let chunk = ranges_of(&manifest, &[torn.chunk]);
                                prop_assert!(before.intersection(&chunk).len() < chunk.len(), "a chunk is torn");
                            }
                        }
                        if !taken.is_empty() { flights.push(taken); }
                    }
                    Step::Land => if !flights.is_empty() {
                        let landed = flights.remove(0);
                        hub.extend(&landed);
                        journey.landed(&landed);
                    },
                    Step::Cut { arrived } => {
                        for flight in flights.drain(..) {
                            let first = flight.first().unwrap();
                            hub.insert(first.start..first.end.min(first.start + arrived));
                        }
                        journey.lost();
                    }
                    Step::Ask => if journey.doubts() { let _ = journey.told(&lacks(&hub)); },
                }
            }
            let mut left = lacks(&hub);
            prop_assert!(journey.left() >= left.len());
            journey.lost();
            journey.told(&lacks(&hub));
            while !journey.spent() {
                let taken = journey.take(64, false);
                prop_assert!(!taken.is_empty());
                left.subtract(&taken);
                journey.landed(&taken);
            }
            prop_assert!(left.is_empty(), "{left:?} was never sent");
        }
    }
}
