use kernel::Sku;

use super::Delta;

/// What there is of one SKU. What is available is on hand, and neither held nor committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StockLevel {
    pub(crate) sku: Sku,
    pub(crate) on_hand: i64,
    pub(crate) held: i64,
    pub(crate) committed: i64,
    pub(crate) available: i64,
    pub(crate) low_stock_threshold: i64,
    /// Counts the events of the SKU's stream.
    pub(crate) version: i64,
}

impl StockLevel {
    /// The level once `units` have been added to what is on hand.
    #[must_use]
    pub(crate) fn after(self, delta: Delta) -> Self {
        Self {
            on_hand: self.on_hand + delta.on_hand,
            held: self.held + delta.held,
            committed: self.committed + delta.committed,
            available: self.available + delta.available(),
            ..self
        }
    }
}
