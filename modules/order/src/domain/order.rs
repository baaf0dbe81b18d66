//! The aggregate.

use kernel::{DateTime, FulfilmentId, Money, OrderId, PaymentId, RefundId, ReturnId, Utc};
use order_contract::{
    OrderCancelled, OrderConfirmed, OrderEvent, OrderFulfilled, OrderPlaced, OrderRejected, OrderReturned, ReturnedLine,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Line, PaymentFacts, Rejection, Status, Units, goods};

mod refusal;
#[cfg(test)]
mod tests;

pub(crate) use refusal::Refusal;

/// What people call the first order is one more than this.
const NUMBERS_BEGIN: i64 = 1_000_000;

/// What was agreed when the order was placed. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) id: OrderId,
    /// Counts the orders from 1; the database gives it. Numbers grow, with gaps.
    pub(crate) number: i64,
    pub(crate) email: String,
    pub(crate) total: Money,
    pub(crate) note: Option<String>,
    pub(crate) shipping_address: Option<Address>,
    pub(crate) created_at: DateTime<Utc>,
}

impl Terms {
    /// As people call the order: `1000001`.
    pub(crate) fn name(&self) -> String {
        (NUMBERS_BEGIN + self.number).to_string()
    }
}

/// Where goods are to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Address {
    #[schema(example = "Ada Lovelace")]
    pub(crate) name: String,
    #[schema(example = "1 High St")]
    pub(crate) line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) line2: Option<String>,
    #[schema(example = "London")]
    pub(crate) city: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "N1")]
    pub(crate) postal_code: Option<String>,
    /// ISO 3166-1, two letters.
    #[schema(example = "GB")]
    pub(crate) country: String,
}

/// How far the order has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: Status,
    pub(crate) rejection: Option<Rejection>,
    /// How many events the order has published.
    pub(crate) version: i64,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Who does something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    /// As an audit trail writes it: `guest`, `admin`, `system:order`.
    pub(crate) by: String,
    pub(crate) at: DateTime<Utc>,
}

/// One customer's order.
///
/// Standing, lines and events are private because they must move together.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) terms: Terms,
    pub(crate) payment: PaymentFacts,
    lines: Vec<Line>,
    standing: Standing,
    events: Vec<OrderEvent>,
}

impl Order {
    pub(crate) fn place(terms: Terms, lines: Vec<Line>, by: &Act) -> Self {
        let standing = Standing { status: Status::Placed, rejection: None, version: 0, updated_at: by.at };
        let (order, number, total) = (terms.id, terms.name(), terms.total);
        let mut placed = Self::restore(terms, lines, standing, PaymentFacts::default());
        placed.publish(by.at, OrderPlaced { order, number, total, by: Some(by.by.clone()) });
        placed
    }

    /// An order as it is stored.
    pub(crate) const fn restore(terms: Terms, lines: Vec<Line>, standing: Standing, payment: PaymentFacts) -> Self {
        Self { terms, payment, lines, standing, events: Vec::new() }
    }

    pub(crate) const fn id(&self) -> OrderId {
        self.terms.id
    }

    pub(crate) const fn status(&self) -> Status {
        self.standing.status
    }

    pub(crate) const fn standing(&self) -> &Standing {
        &self.standing
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Stock is held and the money is set aside.
    pub(crate) fn confirm(&mut self, payment: PaymentId, at: DateTime<Utc>) -> Result<(), Refusal> {
        self.advance(Status::Confirmed)?;
        let lines = (&Units::of_lines(&self.lines, |line| line.quantity)).into();
        let (order, number, total) = (self.id(), self.terms.name(), self.terms.total);
        self.publish(at, OrderConfirmed { order, number, total, payment, lines });
        Ok(())
    }

    /// Whatever was claimed for the order has been given back.
    pub(crate) fn reject(&mut self, because: &Rejection, at: DateTime<Utc>) -> Result<(), Refusal> {
        use kernel::Problem as _;
        self.advance(Status::Rejected)?;
        self.standing.rejection = Some(because.clone());
        self.publish(at, OrderRejected { order: self.id(), reason: because.code().to_owned() });
        Ok(())
    }

    /// Calls the order off. What it holds and what was paid goes back by the event.
    pub(crate) fn cancel(&mut self, reason: &str, refund: RefundId, by: &Act) -> Result<(), Refusal> {
        if self.lines.iter().any(|line| line.fulfilled > 0) {
            return Err(Refusal::AlreadySent);
        }
        self.advance(Status::Cancelled)?;
        let (order, reason) = (self.id(), reason.to_owned());
        self.publish(by.at, OrderCancelled { order, reason, refund, by: Some(by.by.clone()) });
        Ok(())
    }

    /// Calls a confirmed order off because the store cannot keep its word.
    pub(crate) fn lose(&mut self, because: &Rejection, refund: RefundId, by: &Act) -> Result<(), Refusal> {
        use kernel::Problem as _;
        self.cancel(because.code(), refund, by)?;
        self.standing.rejection = Some(because.clone());
        Ok(())
    }

    /// Sends `units`, or all that is left, on their way. Answers what was sent, and whether nothing is left.
    pub(crate) fn fulfil(
        &mut self,
        fulfilment: FulfilmentId,
        units: Option<Units>,
        by: &Act,
    ) -> Result<(Units, bool), Refusal> {
        if self.status() != Status::Confirmed {
            return Err(Refusal::IllegalMove { from: self.status(), to: Status::Fulfilled });
        }
        let possible = Units::of_lines(&self.lines, Line::to_send);
        let units = units.unwrap_or_else(|| possible.clone());
        if units.is_empty() {
            return Err(Refusal::NothingToSend);
        }
        match units.beyond(&possible) {
            excess if excess.is_empty() => goods::send(&mut self.lines, &units),
            lines => return Err(Refusal::FulfilmentExceedsOrder { lines }),
        }
        let complete = self.lines.iter().all(|line| line.to_send() == 0);
        if complete {
            self.advance(Status::Fulfilled)?;
        }
        let (order, lines) = (self.id(), (&units).into());
        self.publish(by.at, OrderFulfilled { order, fulfilment, lines, complete, by: Some(by.by.clone()) });
        Ok((units, complete))
    }

    /// Takes goods back and gives their price back by the event. Never more than was bought.
    pub(crate) fn return_goods(&mut self, goods: &Return, by: &Act) -> Result<(Money, Vec<ReturnedLine>), Refusal> {
        if !matches!(self.status(), Status::Confirmed | Status::Fulfilled) {
            return Err(Refusal::NotReturnable { status: self.status() });
        }
        let possible = Units::of_lines(&self.lines, |line| line.quantity - line.returned());
        match goods.units.beyond(&possible) {
            excess if excess.is_empty() => {}
            lines => return Err(Refusal::ReturnsExceedPurchase { lines }),
        }
        let zero = Money::zero(self.terms.total.currency());
        let (amount, lines) =
            goods::take_back(&mut self.lines, &goods.units, zero).map_err(|_| Refusal::AmountTooLarge)?;
        let event = OrderReturned {
            order: self.id(),
            return_id: goods.id,
            refund: goods.refund,
            amount,
            lines: lines.clone(),
            restock: goods.restock,
            reason: goods.reason.clone(),
            by: Some(by.by.clone()),
        };
        self.publish(by.at, event);
        Ok((amount, lines))
    }

    /// The events that are not stored yet, each with its version.
    pub(crate) fn take_events(&mut self) -> Vec<(i64, OrderEvent)> {
        let events = std::mem::take(&mut self.events);
        let before = self.standing.version - i64::try_from(events.len()).unwrap_or(i64::MAX);
        (before + 1..).zip(events).collect()
    }

    fn advance(&mut self, to: Status) -> Result<(), Refusal> {
        let from = self.standing.status;
        if !from.may_become(to) {
            return Err(Refusal::IllegalMove { from, to });
        }
        self.standing.status = to;
        Ok(())
    }

    fn publish(&mut self, at: DateTime<Utc>, event: impl Into<OrderEvent>) {
        self.standing.version += 1;
        self.standing.updated_at = at;
        self.events.push(event.into());
    }
}

/// Goods that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Return {
    pub(crate) id: ReturnId,
    /// Names the giving back of the money, so that it happens once.
    pub(crate) refund: RefundId,
    pub(crate) units: Units,
    /// Whether the units can be sold again.
    pub(crate) restock: bool,
    pub(crate) reason: String,
}
