//! Random numbers for identities and for pauses. Never for keys or codes: what is secret asks the
//! operating system itself.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

thread_local! {
    /// `None`, as everywhere but in a simulation: the operating system's numbers.
    static SEEDED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// While it lives, this thread's numbers follow from a seed. Dropping it gives the operating system's back.
#[must_use = "the numbers follow from the seed only while this lives"]
pub struct Seeded {
    before: Option<u64>,
    /// It belongs to the thread that made it.
    here: PhantomData<*const ()>,
}

impl Seeded {
    /// From now on this thread's numbers follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            before: SEEDED.replace(Some(seed)),
            here: PhantomData,
        }
    }
}

impl Drop for Seeded {
    fn drop(&mut self) {
        SEEDED.set(self.before);
    }
}

/// A random number.
///
/// # Errors
/// Those of the operating system's generator.
pub fn number() -> Result<u64, getrandom::Error> {
    match SEEDED.get() {
        None => getrandom::u64(),
        Some(state) => {
            let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            SEEDED.set(Some(state));
            Ok(mixed(state))
        }
    }
}

/// A number that nobody else gives, though alike to those given before: the upper 48 bits are random and stay
/// for a while, the lower ones count. What is written under many such names packs better than under random ones.
///
/// # Errors
/// Those of the operating system's generator.
pub fn kin() -> Result<u64, getrandom::Error> {
    static FAMILY: Mutex<u64> = Mutex::new(0);
    const COUNT: u64 = 0xffff;
    if SEEDED.get().is_some() {
        return number();
    }
    let mut last = FAMILY.lock().unwrap_or_else(PoisonError::into_inner);
    *last = match *last & COUNT {
        0 | COUNT => (getrandom::u64()? & !COUNT) + 1,
        _ => *last + 1,
    };
    Ok(*last)
}

/// Random bytes.
///
/// # Errors
/// Those of the operating system's generator.
pub fn fill(bytes: &mut [u8]) -> Result<(), getrandom::Error> {
    for piece in bytes.chunks_mut(8) {
        let number = number()?.to_le_bytes();
        for (byte, random) in piece.iter_mut().zip(number) {
            *byte = random;
        }
    }
    Ok(())
}

/// SplitMix64: small, and good enough for stories.
fn mixed(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the unexpected")]
    use super::*;

    fn some() -> [u64; 3] {
        [number().unwrap(), number().unwrap(), number().unwrap()]
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_the_systems_come_back_after_it() {
        let [first, second] = [7, 7].map(|seed| {
            let _seeded = Seeded::new(seed);
            some()
        });
        assert_eq!(first, second);
        assert_ne!(some(), first);
        assert_ne!(some(), some());
    }

    #[test]
    fn kin_are_alike_and_each_is_given_once() {
        let many: Vec<u64> = (0..200_000).map(|_| kin().unwrap()).collect();
        let different: std::collections::BTreeSet<_> = many.iter().collect();
        assert_eq!(different.len(), many.len());
        let families: std::collections::BTreeSet<_> = many.iter().map(|n| n >> 16).collect();
        assert!((4..=5).contains(&families.len()), "{}", families.len());
    }

    #[test]
    fn bytes_follow_from_the_seed_to_the_last_one() {
        let _seeded = Seeded::new(1);
        let mut bytes = [0; 11];
        fill(&mut bytes).unwrap();
        assert_ne!(bytes[8..], [0; 3]);
    }
}
