//! The story's own dice: from a seed, and nothing else.

/// Dice.
#[derive(Debug, Clone)]
pub struct Roll(u64);

impl Roll {
    /// Dice that follow from a seed.
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds must not tell neighbouring stories.
        Self(seed.wrapping_mul(0xd6e8_feb8_6659_fd93) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or(0)
    }

    /// An index below `end`.
    pub fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap_or(0)
    }

    /// Whether something that happens so many times in a hundred happens.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of these, by their weights.
    pub fn weighted<'a, T>(&mut self, table: &'a [(u64, T)]) -> Option<&'a T> {
        let total = table.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        table.iter().find_map(|(weight, item)| {
            let found = left < *weight;
            left = left.saturating_sub(*weight);
            found.then_some(item)
        })
    }
}
