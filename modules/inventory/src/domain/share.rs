use std::collections::HashMap;

use inventory_contract::{Demand, Shortage};
use kernel::Sku;

use super::Free;

/// How much of a SKU orders may hold together that are not about to be paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// Of what could be sold if nothing were held.
    pub(crate) percent: i64,
    /// The last unit can be bought with a payment that takes long, too.
    pub(crate) at_least: i64,
}

impl Share {
    const fn of(self, sellable: i64) -> i64 {
        if self.percent >= 100 {
            return i64::MAX;
        }
        // Rounded down, and without a product that could overflow.
        let part = sellable / 100 * self.percent + sellable % 100 * self.percent / 100;
        if part > self.at_least { part } else { self.at_least }
    }
}

/// What unpaid orders hold of some SKUs, while one after the other adds to it.
#[derive(Debug)]
pub(crate) struct Unpaid {
    share: Share,
    held: HashMap<Sku, i64>,
}

impl Unpaid {
    pub(crate) const fn new(share: Share, held: HashMap<Sku, i64>) -> Self {
        Self { share, held }
    }

    /// Every demand that there is no room for, with how much room there is.
    pub(crate) fn excess(&self, free: &Free, demands: &[Demand]) -> Vec<Shortage> {
        let over = |demand: &Demand| {
            let held = self.held.get(&demand.sku).copied().unwrap_or_default();
            let room = self.share.of(free.sellable(&demand.sku)).saturating_sub(held).max(0);
            let available = room.min(free.sellable(&demand.sku));
            (demand.quantity > room).then(|| Shortage {
                sku: demand.sku.clone(),
                requested: demand.quantity,
                available,
            })
        };
        demands.iter().filter_map(over).collect()
    }

    pub(crate) fn add(&mut self, demands: &[Demand]) {
        for demand in demands {
            let held = self.held.entry(demand.sku.clone()).or_default();
            *held = held.saturating_add(demand.quantity);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_part_and_at_least_so_much() {
        let share = |percent, at_least, sellable| Share { percent, at_least }.of(sellable);
        for (percent, at_least, sellable, expected) in [
            (50, 1, 100, 50),
            (50, 1, 101, 50),
            (50, 1, 1, 1),
            (50, 1, 0, 1),
            (0, 0, 1_000, 0),
            (10, 5, 20, 5),
            (99, 0, i64::MAX, i64::MAX / 100 * 99 + 6),
            (100, 0, 7, i64::MAX),
        ] {
            assert_eq!(share(percent, at_least, sellable), expected, "{percent} % of {sellable}");
        }
    }
}
