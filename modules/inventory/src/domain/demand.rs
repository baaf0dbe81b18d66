use std::collections::BTreeMap;

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

/// Every demand that is not met by what is `available` of its SKU.
pub(crate) fn shortages(demands: &[Demand], available: impl Fn(&Sku) -> i64) -> Vec<Shortage> {
    let short = |demand: &Demand| {
        let available = available(&demand.sku);
        let lacking = demand.quantity > available;
        lacking.then(|| Shortage { sku: demand.sku.clone(), requested: demand.quantity, available })
    };
    demands.iter().filter_map(short).collect()
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
        let available = |sku: &Sku| if sku.as_str() == "A" { 5 } else { i64::from(sku.as_str() == "B") };
        let short = |lines: &[(&str, i64)]| {
            let line = |line: &Shortage| format!("{} {}/{}", line.sku, line.requested, line.available);
            shortages(&demands(lines), available).iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(short(&[("A", 5), ("B", 2), ("C", 1)]), ["B 2/1", "C 1/0"]);
        assert_eq!(short(&[("A", 5), ("B", 1)]), [""; 0]);
    }
}
