//! Chance that can be repeated.

/// SplitMix64: the same seed gives the same numbers.
pub struct Chance(u64);

impl Chance {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound
    }

    /// Whether something happens that does in so large a share of all times.
    pub fn falls(&mut self, share: f64) -> bool {
        let roll = u32::try_from(self.number() >> 32).unwrap_or(0);
        f64::from(roll) / f64::from(u32::MAX) < share
    }
}
