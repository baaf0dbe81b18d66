use kernel::{CallContext, DateTime, Kind, OrderId, Problem, Sku, Utc};
use port::{PortResult, port};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What other modules may ask of stock.
#[port(name = "stock", version = 1)]
pub trait Stock {
    /// Holds every line for `hold.order` until `hold.until`, or none of them.
    ///
    /// Repeating the call for the same order returns the first answer, a refusal included, so callers may
    /// retry after a timeout. A hold that has expired is taken anew.
    ///
    /// An order that has not been paid for within the time of a normal payment repeats the call with `hold.unpaid`: from
    /// then on its units count among those that unpaid orders hold, of which there are no more than a part of each SKU. It
    /// may also begin so.
    ///
    /// # Errors
    ///
    /// [`StockRefusal::OutOfStock`] names every line that could not be met; [`StockRefusal::HeldByUnpaidOrders`] every
    /// line that unpaid orders have no room for: what the order held before, it still holds, until it releases it.
    /// [`StockRefusal::Released`] when the order has given its claim back: a late hold does not bring it to life again.
    #[command(idempotent, timeout_ms = 1000)]
    async fn hold(&self, cx: &CallContext, hold: Hold) -> PortResult<Held, StockRefusal>;

    /// Turns what `order` holds into a commitment, which does not expire. Repeating it succeeds. A hold
    /// that has expired meanwhile is taken anew and committed, if there is stock.
    ///
    /// # Errors
    ///
    /// [`StockRefusal::NotHeld`] when the order never held anything, [`StockRefusal::Released`] when it gave
    /// it back, [`StockRefusal::OutOfStock`] when the hold expired and the stock is gone.
    #[command(idempotent, timeout_ms = 1000)]
    async fn commit(&self, cx: &CallContext, order: OrderId) -> PortResult<(), StockRefusal>;

    /// Gives back whatever `order` still holds or has committed. Releasing nothing succeeds, and bars a
    /// hold that arrives late.
    #[command(idempotent, timeout_ms = 1000)]
    async fn release(&self, cx: &CallContext, order: OrderId) -> PortResult<(), StockRefusal>;

    /// How many units of each of `skus` can be sold now. A SKU without stock records is left out.
    #[query(timeout_ms = 300)]
    async fn levels(&self, cx: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Level>, StockRefusal>;
}

/// One order's claim on stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    pub order: OrderId,
    /// A SKU may stand on several lines; its demand is added up.
    pub lines: Vec<Demand>,
    /// When the claim lapses unless it is committed.
    pub until: DateTime<Utc>,
    /// The order is not about to be paid for: its units count among those that unpaid orders share.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpaid: bool,
}

/// So many units of one SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Demand {
    pub sku: Sku,
    /// At least 1.
    pub quantity: i64,
}

/// The answer to a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Held {
    pub order: OrderId,
    /// When the claim lapses unless it is committed.
    pub until: DateTime<Utc>,
}

/// What can be sold of one SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Level {
    pub sku: Sku,
    pub available: i64,
}

/// A line that could not be met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shortage {
    pub sku: Sku,
    pub requested: i64,
    pub available: i64,
}

/// Why stock says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, ToSchema)]
#[serde(tag = "refusal", rename_all = "kebab-case")]
pub enum StockRefusal {
    #[error("there is not enough stock")]
    OutOfStock { lines: Vec<Shortage> },
    #[error("orders that are not paid for hold as much as they may together")]
    HeldByUnpaidOrders { lines: Vec<Shortage> },
    #[error("order {order} holds no stock")]
    NotHeld { order: OrderId },
    #[error("order {order} has given its stock back")]
    Released { order: OrderId },
    #[error("a quantity must be at least 1")]
    InvalidQuantity { sku: Sku },
}

impl Problem for StockRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::OutOfStock { .. }
            | Self::HeldByUnpaidOrders { .. }
            | Self::NotHeld { .. }
            | Self::Released { .. } => Kind::Conflict,
            Self::InvalidQuantity { .. } => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::OutOfStock { .. } => "out-of-stock",
            Self::HeldByUnpaidOrders { .. } => "held-by-unpaid-orders",
            Self::NotHeld { .. } => "not-held",
            Self::Released { .. } => "released",
            Self::InvalidQuantity { .. } => "invalid-quantity",
        }
    }
}
