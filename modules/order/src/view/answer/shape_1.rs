//! The first shape of the 201. It is never changed: a change makes a shape of its own.
//!
//! Everything in it is a fact that stays as it was when the order was confirmed, so it can be rebuilt later.

use kernel::{DateTime, Money, OrderId, PaymentId, Sku, Utc};
use serde::Serialize;

use crate::domain::{Address, Line, Order};

#[derive(Serialize)]
pub(super) struct Confirmed<'a> {
    id: OrderId,
    number: String,
    status: &'static str,
    email: &'a str,
    lines: Vec<ConfirmedLine<'a>>,
    total: Money,
    payment: Option<Paid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<&'a Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    order_token: &'static str,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct ConfirmedLine<'a> {
    sku: &'a Sku,
    title: &'a str,
    quantity: i64,
    unit_price: Money,
    total: Money,
}

#[derive(Serialize)]
struct Paid {
    id: PaymentId,
    status: &'static str,
    authorized: i64,
    captured: i64,
    refunded: i64,
}

impl<'a> Confirmed<'a> {
    pub(super) fn of(order: &'a Order) -> Self {
        let terms = &order.terms;
        let sum = terms.total.minor();
        Self {
            id: terms.id,
            number: terms.name(),
            status: "confirmed",
            email: &terms.email,
            lines: order.lines().iter().map(line).collect(),
            total: terms.total,
            payment: order.payment.id.map(|id| Paid {
                id,
                status: "captured",
                authorized: sum,
                captured: sum,
                refunded: 0,
            }),
            shipping_address: terms.shipping_address.as_ref(),
            note: terms.note.as_deref(),
            order_token: "",
            created_at: terms.created_at,
            updated_at: order.standing().confirmed_at,
        }
    }
}

fn line(line: &Line) -> ConfirmedLine<'_> {
    ConfirmedLine {
        sku: &line.sku,
        title: &line.title,
        quantity: line.quantity,
        unit_price: line.unit_price,
        total: line.total().unwrap_or(line.unit_price),
    }
}
