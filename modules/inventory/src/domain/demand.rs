use std::collections::{BTreeMap, HashMap};

use inventory_contract::{Demand, Shortage, StockRefusal};
use kernel::Sku;

/// One demand for each SKU, in the order of SKUs, in which levels are always locked.
pub(crate) fn add_up(lines: &[Demand]) -> Result<Vec<Demand>, StockRefusal> {
    let mut sums: BTreeMap<&Sku, i64> = BTreeMap::new();
    for line in lines {
        if line.quantity < 1 {
            return Err(StockRefusal::InvalidQuantity { sku: line.sku.clone() });
        }
        let sum = sums.entry(&line.sku).or_default();
        // More than anyone can have is still more than anyone can have.
        *sum = sum.saturating_add(line.quantity);
    }
    Ok(sums.into_iter().map(|(sku, quantity)| Demand { sku: sku.clone(), quantity }).collect())
}

/// What is available of some SKUs, while one after the other takes of it.
#[derive(Debug, Default)]
pub(crate) struct Free(HashMap<Sku, Units>);

#[derive(Debug, Clone, Copy)]
struct Units {
    available: i64,
    /// What would be available if nothing were held.
    sellable: i64,
}

impl Free {
    /// Every demand that is not met.
    pub(crate) fn shortages(&self, demands: &[Demand]) -> Vec<Shortage> {
        let short = |demand: &Demand| {
            let available = self.0.get(&demand.sku).map_or(0, |units| units.available);
            let lacking = demand.quantity > available;
            lacking.then(|| Shortage { sku: demand.sku.clone(), requested: demand.quantity, available })
        };
        demands.iter().filter_map(short).collect()
    }

    /// Takes what is demanded off what is free.
    pub(crate) fn take(&mut self, demands: &[Demand]) {
        for demand in demands {
            if let Some(units) = self.0.get_mut(&demand.sku) {
                units.available = units.available.saturating_sub(demand.quantity);
            }
        }
    }

    pub(crate) fn sellable(&self, sku: &Sku) -> i64 {
        self.0.get(sku).map_or(0, |units| units.sellable)
    }
}

/// Of what is available and what is held.
impl FromIterator<(Sku, i64, i64)> for Free {
    fn from_iter<T: IntoIterator<Item = (Sku, i64, i64)>>(levels: T) -> Self {
        let units = |(sku, available, held): (Sku, i64, i64)| {
            (sku, Units { available, sellable: available.saturating_add(held) })
        };
        Self(levels.into_iter().map(units).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(&(sku, quantity): &(&str, i64)) -> Demand {
        Demand { sku: Sku::parse(sku).unwrap(), quantity }
    }

    fn demands(lines: &[(&str, i64)]) -> Vec<Demand> {
        lines.iter().map(demand).collect()
    }

    #[test]
    fn demand_is_added_up_for_each_sku_in_order() {
        for (lines, sums) in [
            (vec![], vec![]),
            (vec![("B", 1), ("A", 2)], vec![("A", 2), ("B", 1)]),
            (vec![("A", 1), ("B", 5), ("A", 2)], vec![("A", 3), ("B", 5)]),
            (vec![("A", i64::MAX), ("A", 1)], vec![("A", i64::MAX)]),
            (vec![("a", 1), ("A", 1)], vec![("A", 1), ("a", 1)]),
        ] {
            assert_eq!(add_up(&demands(&lines)), Ok(demands(&sums)), "{lines:?}");
        }
    }

    #[test]
    fn a_quantity_below_one_is_refused_by_name() {
        for quantity in [0, -1, i64::MIN] {
            let refusal = add_up(&demands(&[("A", 1), ("B", quantity)]));
            assert_eq!(refusal, Err(StockRefusal::InvalidQuantity { sku: Sku::parse("B").unwrap() }));
        }
    }

    #[test]
    fn every_shortage_is_named() {
        let mut free: Free =
            [("A", 5), ("B", 1)].map(|(sku, units)| (Sku::parse(sku).unwrap(), units, 0)).into_iter().collect();
        let short = |free: &Free, lines: &[(&str, i64)]| {
            let line = |line: &Shortage| format!("{} {}/{}", line.sku, line.requested, line.available);
            free.shortages(&demands(lines)).iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(short(&free, &[("A", 5), ("B", 2), ("C", 1)]), ["B 2/1", "C 1/0"]);
        free.take(&demands(&[("A", 4)]));
        assert_eq!(short(&free, &[("A", 1), ("B", 1)]), [""; 0]);
        assert_eq!(short(&free, &[("A", 2), ("B", 1)]), ["A 2/1"]);
    }
}
