use kernel::{Money, MoneyError, Sku};

/// So many units of one SKU, with the order's own copy of its title and price, and what became of them.
///
/// A unit is still to be sent, was sent, came back after that, or was called off before it was sent:
/// `returned <= fulfilled` and `fulfilled + called_off <= quantity`, always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counts the order's lines from 1.
    pub(crate) number: i64,
    pub(crate) sku: Sku,
    pub(crate) title: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price: Money,
    /// Units that left the house, whether or not they came back.
    pub(crate) fulfilled: i64,
    /// Units that left the house and were taken back: received, or paid back without being received.
    pub(crate) returned: i64,
    /// Units that were called off before they left the house.
    pub(crate) called_off: i64,
}

impl Line {
    pub(crate) fn total(&self) -> Result<Money, MoneyError> {
        self.unit_price.checked_mul(self.quantity)
    }

    /// Units that still have to leave the house.
    pub(crate) const fn to_send(&self) -> i64 {
        self.quantity - self.fulfilled - self.called_off
    }

    /// Units that are with the buyer.
    pub(crate) const fn with_buyer(&self) -> i64 {
        self.fulfilled - self.returned
    }
}
