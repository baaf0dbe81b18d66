//! How orders and carts look from outside. An answer that is kept under a key is encoded here, once.

use kernel::{DateTime, FulfilmentId, Money, OrderId, PaymentId, Sku, Utc};
use order_contract::OrderLine;
use payment_contract::ChargeStatus;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{Address, Line, Order, PaymentFacts, Rejection, Return, Status},
    persistence::{
        goods::{Fulfilment, Goods},
        timeline::TimelineEntry,
    },
};

mod answer;
mod cart;
mod returns;

pub(crate) use answer::{accepted, confirmed, kept, location, location_of, rebuilt, rejected, reveal};
pub(crate) use cart::{CartLineView, CartView};
pub(crate) use returns::{CalledOffView, RefundView, ReturnView};

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderView {
    id: OrderId,
    /// What people call it.
    #[schema(example = "1000001")]
    number: String,
    status: Status,
    email: String,
    lines: Vec<LineView>,
    total: Money,
    /// Missing until the payment is asked for.
    payment: Option<PaymentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Why it came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({"code": "out-of-stock"}))]
    rejection: Option<Rejection>,
    /// Show it in `X-Order-Token` to read, cancel or return the order. It stands only in the answer to placing.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_token: Option<String>,
    /// Goods that left the house. Shown when one order is read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fulfilments: Vec<FulfilmentView>,
    /// Units that were called off before they were sent. Shown when one order is read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    called_off: Vec<CalledOffView>,
    /// Goods that the buyer asks to return, or has returned. Shown when one order is read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    returns: Vec<ReturnView>,
    /// Money that is promised back, and whether it was paid. One that is `refused` is for the shop to settle. Shown when
    /// one order is read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<RefundView>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// So many units of one SKU, at the price they were bought for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub(crate) struct LineView {
    sku: Sku,
    title: String,
    quantity: i64,
    unit_price: Money,
    total: Money,
    /// Units that left the house.
    #[serde(skip_serializing_if = "is_zero")]
    fulfilled: i64,
    /// Units that left the house and were taken back.
    #[serde(skip_serializing_if = "is_zero")]
    returned: i64,
    /// Units that were called off before they were sent.
    #[serde(skip_serializing_if = "is_zero")]
    called_off: i64,
}

/// What the order knows of its payment, in minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrderPayment)]
pub(crate) struct PaymentView {
    id: PaymentId,
    status: ChargeStatus,
    authorized: i64,
    captured: i64,
    refunded: i64,
}

/// Goods on their way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Fulfilment)]
pub(crate) struct FulfilmentView {
    id: FulfilmentId,
    order: OrderId,
    lines: Vec<UnitsView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<String>,
    /// Nothing of the order was left to send.
    complete: bool,
    created_at: DateTime<Utc>,
}

/// So many units of one SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Units)]
pub(crate) struct UnitsView {
    sku: Sku,
    quantity: i64,
}

/// One thing that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub(crate) struct TimelineEntryView {
    at: DateTime<Utc>,
    #[schema(example = "payment.captured")]
    what: String,
    /// `guest`, `admin`, or `system:` and a module.
    #[schema(example = "system:payment")]
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "GBP 15.30")]
    detail: Option<String>,
}

/// What happened to an order, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Timeline)]
pub(crate) struct TimelineView {
    items: Vec<TimelineEntryView>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl OrderView {
    pub(crate) fn of(order: &Order) -> Self {
        let (terms, standing) = (&order.terms, order.standing());
        Self {
            id: terms.id,
            number: terms.name(),
            status: standing.status,
            email: terms.email.clone(),
            lines: order.lines().iter().map(LineView::of).collect(),
            total: terms.total,
            payment: PaymentView::of(&order.payment),
            shipping_address: terms.shipping_address.clone(),
            note: terms.note.clone(),
            rejection: standing.rejection.clone(),
            order_token: None,
            fulfilments: Vec::new(),
            called_off: Vec::new(),
            returns: Vec::new(),
            refunds: Vec::new(),
            created_at: terms.created_at,
            updated_at: standing.updated_at,
        }
    }

    pub(crate) fn with_goods(mut self, goods: Goods) -> Self {
        let number = &self.number;
        let back = |back: Return| {
            let refund = goods.refunds.iter().find(|promised| promised.promise.refund == back.refund);
            ReturnView::of(back, number.clone()).with_refund(refund)
        };
        self.returns = goods.returns.into_iter().map(back).collect();
        self.fulfilments = goods.fulfilments.into_iter().map(Into::into).collect();
        self.called_off = goods.called_off.into_iter().map(Into::into).collect();
        self.refunds = goods.refunds.iter().map(RefundView::of).collect();
        self
    }

    /// For an answer that is kept: the token is put in when it is given.
    fn with_empty_token(mut self) -> Self {
        self.order_token = Some(String::new());
        self
    }
}

impl LineView {
    fn of(line: &Line) -> Self {
        Self {
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            // A line whose price overflowed was never ordered.
            total: line.total().unwrap_or(line.unit_price),
            fulfilled: line.fulfilled,
            returned: line.returned,
            called_off: line.called_off,
        }
    }
}

impl PaymentView {
    fn of(facts: &PaymentFacts) -> Option<Self> {
        let PaymentFacts { authorized, captured, refunded, .. } = *facts;
        facts.id.map(|id| Self { id, status: facts.status(), authorized, captured, refunded })
    }
}

impl From<Fulfilment> for FulfilmentView {
    fn from(Fulfilment { id, order, lines, tracking, complete, at, .. }: Fulfilment) -> Self {
        let units = |OrderLine { sku, quantity }| UnitsView { sku, quantity };
        let lines = lines.into_iter().map(units).collect();
        Self { id, order, lines, tracking, complete, created_at: at }
    }
}

impl From<Vec<TimelineEntry>> for TimelineView {
    fn from(entries: Vec<TimelineEntry>) -> Self {
        let view = |TimelineEntry { at, what, by, detail, .. }| TimelineEntryView { at, what, by, detail };
        Self { items: entries.into_iter().map(view).collect() }
    }
}
