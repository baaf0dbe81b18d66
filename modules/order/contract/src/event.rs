use kernel::{FulfilmentId, Money, OrderId, PaymentId, RefundId, ReturnId, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::events! {
    /// What order tells the others. The stream is the order.
    pub enum OrderEvent in "order" {
        /// An order was taken; whether it can be met is not known yet.
        "order.placed.v1" => Placed(OrderPlaced) of |event| event.order,
        /// The order stands: its stock is held and its money set aside.
        "order.confirmed.v1" => Confirmed(OrderConfirmed) of |event| event.order,
        /// The order could not be met; nothing of it remains to be undone by others.
        "order.rejected.v1" => Rejected(OrderRejected) of |event| event.order,
        /// The order was called off before it was fulfilled: stock goes back, money is freed or given back.
        "order.cancelled.v1" => Cancelled(OrderCancelled) of |event| event.order,
        /// Goods left the house.
        "order.fulfilled.v1" => Fulfilled(OrderFulfilled) of |event| event.order,
        /// Units were taken back, or called off before they were sent, and their price is to be given back. A return
        /// may be told in parts: the money when it is approved, the goods when they arrive.
        "order.returned.v1" => Returned(OrderReturned) of |event| event.order,
        /// The buyer asks to give goods back. Nothing has moved.
        "order.return_requested.v1" => ReturnRequested(OrderReturnRequested) of |event| event.order,
        /// The shop takes nothing back of what the buyer asked for.
        "order.return_refused.v1" => ReturnRefused(OrderReturnRefused) of |event| event.order,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderPlaced {
    pub order: OrderId,
    /// What people call the order, such as `1000001`.
    pub number: String,
    pub total: Money,
    /// Who did it, as an audit trail writes it: `guest`, `admin`, `system:order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderConfirmed {
    pub order: OrderId,
    pub number: String,
    pub total: Money,
    pub payment: PaymentId,
    pub lines: Vec<OrderLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderRejected {
    pub order: OrderId,
    /// A problem code, such as `out-of-stock` or `payment-declined`.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderCancelled {
    pub order: OrderId,
    pub reason: String,
    /// Names the giving back of whatever money was captured, so that it happens once.
    pub refund: RefundId,
    /// Who did it, as an audit trail writes it: `guest`, `admin`, `system:order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What the buyer was promised: what order knew to be left of the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderFulfilled {
    pub order: OrderId,
    pub fulfilment: FulfilmentId,
    pub lines: Vec<OrderLine>,
    /// Nothing of the order is left to send.
    pub complete: bool,
    /// Who did it, as an audit trail writes it: `guest`, `admin`, `system:order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderReturned {
    pub order: OrderId,
    #[serde(rename = "return")]
    pub return_id: ReturnId,
    /// Names the giving back of the money, so that it happens once.
    pub refund: RefundId,
    /// What is to be given back now: the price of the lines, or what is left of the money when that is less. Nothing
    /// when the money was given back before.
    pub amount: Money,
    /// The units that moved now; none when only money is given back.
    pub lines: Vec<ReturnedLine>,
    /// Whether the units can be sold again.
    pub restock: bool,
    pub reason: String,
    /// Who did it, as an audit trail writes it: `guest`, `admin`, `system:order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The units were called off before they were sent: no goods come back.
    #[serde(default, skip_serializing_if = "is_false")]
    pub called_off: bool,
    /// What the order has become by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_status: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderReturnRequested {
    pub order: OrderId,
    #[serde(rename = "return")]
    pub return_id: ReturnId,
    pub lines: Vec<OrderLine>,
    /// What would be given back if all of it came back now.
    pub amount: Money,
    pub reason: String,
    /// Who did it, as an audit trail writes it: `guest`, `admin`, `system:order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderReturnRefused {
    pub order: OrderId,
    #[serde(rename = "return")]
    pub return_id: ReturnId,
    pub reason: String,
    /// Who did it, as an audit trail writes it: `guest`, `admin`, `system:order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// So many units of one SKU. A SKU stands once in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderLine {
    pub sku: Sku,
    pub quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReturnedLine {
    pub sku: Sku,
    pub quantity: i64,
    /// How many of `quantity` had left the house; the others were still committed stock.
    pub shipped: i64,
}
