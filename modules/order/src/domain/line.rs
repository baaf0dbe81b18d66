use kernel::{Money, MoneyError, Sku};

/// So many units of one SKU, with the order's own copy of its title and price, and what became of them.
///
/// A unit is still to be sent, was sent, came back after that, or was given back before it was sent:
/// `returned_shipped <= fulfilled` and `fulfilled + returned_unshipped <= quantity`, always.
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
    /// Units that left the house and came back.
    pub(crate) returned_shipped: i64,
    /// Units that were given back before they left the house.
    pub(crate) returned_unshipped: i64,
}

impl Line {
    pub(crate) fn total(&self) -> Result<Money, MoneyError> {
        self.unit_price.checked_mul(self.quantity)
    }

    /// Units that still have to leave the house.
    pub(crate) const fn to_send(&self) -> i64 {
        self.quantity - self.fulfilled - self.returned_unshipped
    }

    /// Units that are with the buyer.
    pub(crate) const fn with_buyer(&self) -> i64 {
        self.fulfilled - self.returned_shipped
    }

    pub(crate) const fn returned(&self) -> i64 {
        self.returned_shipped + self.returned_unshipped
    }
}
