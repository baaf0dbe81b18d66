//! Randomness that a seed replays.

use super::variable;

/// `SplitMix64`: small, and good enough to choose what a buyer does next.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed of this run, or the one that `BANYAN_SEED` asks to replay.
    pub(crate) fn seed() -> u64 {
        let asked = variable("BANYAN_SEED").and_then(|seed| seed.parse().ok());
        asked.unwrap_or_else(|| kernel::Seams::system().ids.secret().as_u64_pair().0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, and without, `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let index = self.below(choices.len().try_into().unwrap());
        &choices[usize::try_from(index).unwrap()]
    }
}
