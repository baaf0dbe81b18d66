use kernel::{CartId, Currency, DateTime, Money, OrderId, Sku, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::persistence::carts::Cart;

/// What someone thinks of buying, at today's prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Cart)]
pub(crate) struct CartView {
    id: CartId,
    lines: Vec<CartLineView>,
    /// What the lines cost now; `null` while a line cannot be bought, or currencies are mixed. Send it as
    /// `expected_total` of the checkout, and nothing is bought at another total.
    total: Option<Money>,
    /// The order that the cart has become.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderId>,
    created_at: DateTime<Utc>,
    /// Put off by every change.
    expires_at: DateTime<Utc>,
}

/// So many units of one SKU. What is not sold any more has neither title nor price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CartLine)]
pub(crate) struct CartLineView {
    pub(crate) sku: Sku,
    pub(crate) quantity: i64,
    pub(crate) title: Option<String>,
    pub(crate) unit_price: Option<Money>,
    pub(crate) total: Option<Money>,
    /// Units that can be bought now; `null` when that cannot be told.
    pub(crate) available: Option<i64>,
}

impl CartView {
    pub(crate) fn of(cart: &Cart, lines: Vec<CartLineView>) -> Self {
        let total = total(&lines);
        let Cart { id, order, created_at, expires_at, .. } = *cart;
        Self { id, lines, total, order, created_at, expires_at }
    }
}

fn total(lines: &[CartLineView]) -> Option<Money> {
    let totals: Vec<Money> = lines.iter().map(|line| line.total).collect::<Option<_>>()?;
    let currency: Currency = totals.first()?.currency();
    Money::sum(currency, totals).and_then(Money::exact_in_json).ok()
}
