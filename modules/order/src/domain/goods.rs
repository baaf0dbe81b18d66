//! What leaves the house and what comes back, unit by unit.

use std::collections::BTreeMap;

use kernel::{Money, MoneyError, Sku};
use order_contract::OrderLine;

use super::Line;

/// So many units of each SKU. The same SKU named twice is added up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Units(BTreeMap<Sku, i64>);

impl FromIterator<(Sku, i64)> for Units {
    fn from_iter<I: IntoIterator<Item = (Sku, i64)>>(units: I) -> Self {
        let mut sum: BTreeMap<Sku, i64> = BTreeMap::new();
        for (sku, quantity) in units {
            let units = sum.entry(sku).or_default();
            *units = units.saturating_add(quantity);
        }
        Self(sum)
    }
}

impl Units {
    pub(crate) fn of_lines(lines: &[Line], count: impl Fn(&Line) -> i64) -> Self {
        let units = lines.iter().map(|line| (line.sku.clone(), count(line)));
        units.filter(|(_, quantity)| *quantity > 0).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Sku, i64)> {
        self.0.iter().map(|(sku, quantity)| (sku, *quantity))
    }

    pub(crate) fn of(&self, sku: &Sku) -> i64 {
        self.0.get(sku).copied().unwrap_or(0)
    }

    /// What is left of each SKU when `other` is taken away.
    pub(crate) fn without(&self, other: &Self) -> Self {
        self.iter().map(|(sku, units)| (sku.clone(), units - other.of(sku))).filter(|(_, units)| *units > 0).collect()
    }

    /// Every SKU of which `other` has fewer.
    pub(crate) fn beyond(&self, other: &Self) -> Vec<Excess> {
        self.iter()
            .map(|(sku, requested)| Excess { sku: sku.clone(), requested, possible: other.of(sku) })
            .filter(|excess| excess.requested > excess.possible)
            .collect()
    }
}

impl From<&Units> for Vec<OrderLine> {
    fn from(units: &Units) -> Self {
        units.iter().map(|(sku, quantity)| OrderLine { sku: sku.clone(), quantity }).collect()
    }
}

/// A SKU of which more was asked for than can be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Excess {
    pub(crate) sku: Sku,
    pub(crate) requested: i64,
    pub(crate) possible: i64,
}

/// Marks `units` as sent. The caller has made sure that so many are to be sent.
pub(crate) fn send(lines: &mut [Line], units: &Units) {
    for (sku, mut left) in units.iter() {
        for line in of_sku(lines, sku) {
            let sent = left.min(line.to_send());
            line.fulfilled += sent;
            left -= sent;
        }
    }
}

/// Marks `units` as called off, and answers their price. The caller has checked that at least that many are
/// still to be sent.
///
/// # Errors
///
/// When their price is more than money can count.
pub(crate) fn call_off(lines: &mut [Line], units: &Units, zero: Money) -> Result<Money, MoneyError> {
    let mut price = zero;
    for (sku, mut left) in units.iter() {
        for line in of_sku(lines, sku) {
            let off = left.min(line.to_send());
            line.called_off += off;
            left -= off;
            price = price.checked_add(line.unit_price.checked_mul(off)?)?;
        }
    }
    Ok(price)
}

/// Takes `units` back from the buyer, and answers their price. The caller has checked that the buyer has at least
/// that many.
///
/// # Errors
///
/// When their price is more than money can count.
pub(crate) fn take_back(lines: &mut [Line], units: &Units, zero: Money) -> Result<Money, MoneyError> {
    let mut price = zero;
    for (sku, mut left) in units.iter() {
        for line in of_sku(lines, sku) {
            let back = left.min(line.with_buyer());
            line.returned += back;
            left -= back;
            price = price.checked_add(line.unit_price.checked_mul(back)?)?;
        }
    }
    Ok(price)
}

fn of_sku<'a>(lines: &'a mut [Line], sku: &'a Sku) -> impl Iterator<Item = &'a mut Line> {
    lines.iter_mut().filter(move |line| line.sku == *sku)
}
