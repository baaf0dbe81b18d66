use kernel::Sku;

use super::StockLevel;
use crate::error::InventoryError;

/// A person's correction of what is on hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Adjustment {
    pub(crate) sku: Sku,
    pub(crate) change: Change,
    /// Why, in the person's words.
    pub(crate) reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// So many units more, or less.
    By(i64),
    /// So many were counted.
    To(i64),
}

impl Change {
    /// The units to add to `level`, which keeps enough for what is held and committed.
    pub(crate) fn of(self, level: &StockLevel) -> Result<i64, InventoryError> {
        let units = match self {
            Self::By(units) => units,
            Self::To(counted) => counted.saturating_sub(level.on_hand),
        };
        if level.available.saturating_add(units) < 0 {
            let StockLevel { sku, on_hand, available, .. } = level;
            return Err(InventoryError::Claimed { sku: sku.clone(), on_hand: *on_hand, available: *available });
        }
        Ok(units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_cannot_be_taken_away() {
        let sku = Sku::parse("A").unwrap();
        let level = StockLevel { sku, on_hand: 10, available: 5, low_stock_threshold: 0, version: 0 };
        for (change, units) in [
            (Change::By(7), Some(7)),
            (Change::By(-5), Some(-5)),
            (Change::By(-6), None),
            (Change::To(50), Some(40)),
            (Change::To(10), Some(0)),
            (Change::To(5), Some(-5)),
            (Change::To(4), None),
            (Change::By(i64::MIN), None),
        ] {
            assert_eq!(change.of(&level).ok(), units, "{change:?}");
        }
    }
}
