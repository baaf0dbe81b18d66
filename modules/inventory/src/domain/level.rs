use kernel::Sku;

use super::Delta;

/// What there is of one SKU. What is on hand is available, or held or committed by claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StockLevel {
    pub(crate) sku: Sku,
    pub(crate) on_hand: i64,
    pub(crate) available: i64,
    pub(crate) low_stock_threshold: i64,
    /// Counts the events of the SKU's stream.
    pub(crate) version: i64,
}

impl StockLevel {
    pub(crate) const fn is_low(&self) -> bool {
        self.available < self.low_stock_threshold
    }

    pub(crate) const fn move_by(&mut self, delta: Delta) {
        self.on_hand = self.on_hand.saturating_add(delta.on_hand);
        self.available = self.available.saturating_add(delta.available());
    }
}

/// A level with what open holds hold of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownLevel {
    pub(crate) level: StockLevel,
    pub(crate) held: i64,
}

impl ShownLevel {
    pub(crate) const fn committed(&self) -> i64 {
        self.level.on_hand - self.level.available - self.held
    }
}
