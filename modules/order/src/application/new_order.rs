//! A request to place an order, and the order as it is about to be written.

use std::net::IpAddr;

use kernel::{CallContext, CartId, Currency, Money, OrderId};
use kernel_db::idempotency::Key;

use crate::{
    Config,
    domain::{Act, Address, Basket, Order, Terms, Wanted, Who, checkout_saga::Stage},
    persistence::sagas::{Checkout, Unpaid},
};

/// A request to place an order.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) asked: Asked,
    pub(crate) purchase: Purchase,
    pub(crate) lines: Vec<Wanted>,
    /// The cart that is being checked out, and its version as its buyer saw it.
    pub(crate) cart: Option<(CartId, i64)>,
}

/// On whose behalf, and which effect it is.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) cx: CallContext,
    /// As the answer's header has it.
    pub(crate) request_id: String,
    /// Where the request comes from.
    pub(crate) client: IpAddr,
    pub(crate) key: Key,
}

/// Whatever there is to say about an order but its lines.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    pub(crate) email: String,
    pub(crate) currency: Currency,
    /// The payment provider's name, and what its form gave the buyer.
    pub(crate) method: String,
    pub(crate) token: String,
    pub(crate) shipping_address: Option<Address>,
    pub(crate) note: Option<String>,
    /// What the buyer was shown.
    pub(crate) expected_total: Option<Money>,
}

/// An order as it is about to be written.
pub(super) struct NewOrder {
    pub(super) id: OrderId,
    pub(super) act: Act,
    pub(super) command: Place,
    pub(super) basket: Basket,
    pub(super) who: Option<Who>,
    pub(super) unpaid: Unpaid,
}

impl NewOrder {
    pub(super) const fn key(&self) -> &Key {
        &self.command.asked.key
    }

    /// The cart that is being checked out, and its version as its buyer saw it.
    pub(super) const fn cart(&self) -> Option<(CartId, i64)> {
        self.command.cart
    }

    pub(super) fn place(&self, terms: Terms) -> Order {
        Order::place(terms, self.basket.lines.clone(), &self.act)
    }

    pub(super) fn terms(&self) -> Terms {
        let purchase = &self.command.purchase;
        Terms {
            id: self.id,
            number: 0,
            email: purchase.email.clone(),
            total: self.basket.total,
            note: purchase.note.clone(),
            shipping_address: purchase.shipping_address.clone(),
            placed_by: self.act.by.clone(),
            created_at: self.act.at,
        }
    }

    pub(super) fn checkout(&self, config: &Config) -> Checkout {
        let Place { asked, purchase, cart, .. } = &self.command;
        Checkout {
            stage: Stage::Placing,
            method: purchase.method.clone(),
            token: purchase.token.clone(),
            deadline_at: config.deadline(self.act.at),
            tries: 0,
            cart: cart.map(|(cart, _)| cart),
            who: self.who.clone(),
            unpaid: self.unpaid,
            key: asked.key.clone(),
            request_id: asked.request_id.clone(),
            correlation: asked.cx.correlation,
            traceparent: asked.cx.traceparent.clone(),
        }
    }
}
