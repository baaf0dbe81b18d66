use kernel::{OrderId, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::events! {
    /// What inventory tells the others.
    pub enum InventoryEvent in "inventory" {
        /// The available units of a SKU fell below its threshold. Said once for each crossing.
        "stock.low.v1" => Low(StockLow) of |event| event.sku,
        /// A person corrected a level.
        "stock.adjusted.v1" => Adjusted(StockAdjusted) of |event| event.sku,
        /// A hold ran out before it was committed; its units are free again.
        "hold.expired.v1" => HoldExpired(HoldExpired) of |event| event.order,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockLow {
    pub sku: Sku,
    pub available: i64,
    pub threshold: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockAdjusted {
    pub sku: Sku,
    /// Units added, or taken away when negative.
    pub delta: i64,
    pub on_hand: i64,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldExpired {
    pub order: OrderId,
}
