use inventory_contract::{Demand, Shortage};
use kernel::Sku;

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

/// What open holds hold of one SKU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) held: i64,
    /// Of these, by orders that are not about to be paid for.
    pub(crate) unpaid: i64,
}

impl Share {
    /// Every demand that unpaid orders have no room for, with how much room they have. `stock` says what is available of
    /// a SKU, and what is held of it.
    pub(crate) fn excess(self, demands: &[Demand], stock: impl Fn(&Sku) -> (i64, Holding)) -> Vec<Shortage> {
        let over = |demand: &Demand| {
            let (available, Holding { held, unpaid }) = stock(&demand.sku);
            let sellable = available.saturating_add(held);
            let room = self.of(sellable).saturating_sub(unpaid).max(0);
            let (sku, requested) = (demand.sku.clone(), demand.quantity);
            (requested > room).then(|| Shortage { sku, requested, available: room.min(sellable) })
        };
        demands.iter().filter_map(over).collect()
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
