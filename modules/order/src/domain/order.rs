//! The aggregate.

use kernel::{DateTime, Money, OrderId, PaymentId, RefundId, Utc};
use order_contract::{OrderCancelled, OrderConfirmed, OrderEvent, OrderPlaced, OrderRejected};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Line, PaymentFacts, Rejection, Status, Units,
    money::PaymentStage,
    promise::{Promise, PromiseCause},
};

mod refusal;
#[cfg(test)]
mod tests;
mod units;

pub(crate) use refusal::Refusal;
pub(crate) use units::CallOff;

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
    /// As an audit trail writes it.
    pub(crate) placed_by: String,
    pub(crate) created_at: DateTime<Utc>,
}

impl Terms {
    /// As people call the order: `1000001`.
    pub(crate) fn name(&self) -> String {
        name_of_row(self.number)
    }
}

/// As people call the order that the database counted so.
pub(crate) fn name_of_row(number: i64) -> String {
    (NUMBERS_BEGIN + number).to_string()
}

/// The order's own number, of what people call it. `None` for what no order is called.
pub(crate) fn row_of_name(name: &str) -> Option<i64> {
    let digits = (1..=18).contains(&name.len()) && name.bytes().all(|digit| digit.is_ascii_digit());
    let number: i64 = if digits { name.parse().ok()? } else { return None };
    Some(number - NUMBERS_BEGIN).filter(|number| *number > 0)
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
pub(crate) struct OrderState {
    pub(crate) status: Status,
    pub(crate) rejection: Option<Rejection>,
    /// How many events the order has published.
    pub(crate) version: i64,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
    /// Its checkout saga has not ended.
    pub(crate) is_in_checkout: bool,
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
/// State, lines and events are private because they must move together.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) terms: Terms,
    pub(crate) payment: PaymentFacts,
    lines: Vec<Line>,
    standing: OrderState,
    events: Vec<OrderEvent>,
    promises: Vec<Promise>,
}

impl Order {
    pub(crate) fn place(terms: Terms, lines: Vec<Line>, by: &Act) -> Self {
        let standing = OrderState {
            status: Status::Placed,
            rejection: None,
            version: 0,
            updated_at: by.at,
            confirmed_at: None,
            is_in_checkout: true,
        };
        let (order, number, total) = (terms.id, terms.name(), terms.total);
        let mut placed = Self::restore(terms, lines, standing, PaymentFacts::default());
        placed.publish(by.at, OrderPlaced { order, number, total, by: Some(by.by.clone()) });
        placed
    }

    /// An order as it is stored.
    pub(crate) const fn restore(terms: Terms, lines: Vec<Line>, standing: OrderState, payment: PaymentFacts) -> Self {
        Self { terms, payment, lines, standing, events: Vec::new(), promises: Vec::new() }
    }

    pub(crate) const fn id(&self) -> OrderId {
        self.terms.id
    }

    pub(crate) const fn status(&self) -> Status {
        self.standing.status
    }

    pub(crate) const fn standing(&self) -> &OrderState {
        &self.standing
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Stock is held and the money is set aside.
    pub(crate) fn confirm(&mut self, payment: PaymentId, at: DateTime<Utc>) -> Result<(), Refusal> {
        self.advance(Status::Confirmed)?;
        self.standing.confirmed_at = Some(at);
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

    /// Calls the order off. What it holds and the money that is `left` of it goes back by the event.
    pub(crate) fn cancel(&mut self, reason: &str, refund: RefundId, left: Money, by: &Act) -> Result<(), Refusal> {
        if self.lines.iter().any(|line| line.fulfilled > 0) {
            return Err(Refusal::AlreadySent);
        }
        self.advance(Status::Cancelled)?;
        self.promise(Promise { refund, cause: PromiseCause::Cancellation, amount: left });
        let (order, reason, amount) = (self.id(), reason.to_owned(), Some(left));
        self.publish(by.at, OrderCancelled { order, reason, refund, by: Some(by.by.clone()), amount });
        Ok(())
    }

    /// Calls a confirmed order off because the store cannot keep its word.
    pub(crate) fn lose(&mut self, because: &Rejection, refund: RefundId, by: &Act) -> Result<(), Refusal> {
        use kernel::Problem as _;
        let left = match because {
            // Nothing could be taken.
            Rejection::PaymentLost => Money::zero(self.terms.total.currency()),
            _ => self.left(0),
        };
        self.cancel(because.code(), refund, left, by)?;
        self.standing.rejection = Some(because.clone());
        Ok(())
    }

    /// What can still be given back when `due` is promised and not paid yet: what was taken, less what was given back.
    /// The capture of a confirmed order may still be under way, and counts as made.
    pub(crate) const fn left(&self, due: i64) -> Money {
        let taken = match (self.status(), self.payment.stage) {
            (_, PaymentStage::Declined | PaymentStage::Voided) => 0,
            (Status::Confirmed, _) if self.payment.captured == 0 => self.terms.total.minor(),
            _ => self.payment.captured,
        };
        let left = taken - self.payment.refunded - due;
        Money::new(if left < 0 { 0 } else { left }, self.terms.total.currency())
    }

    /// The promises that are not stored yet.
    pub(crate) fn take_promises(&mut self) -> Vec<Promise> {
        std::mem::take(&mut self.promises)
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

    /// Nothing is promised where there is nothing to give back.
    fn promise(&mut self, promise: Promise) {
        if promise.amount.is_positive() {
            self.promises.push(promise);
        }
    }

    fn publish(&mut self, at: DateTime<Utc>, event: impl Into<OrderEvent>) {
        self.standing.version += 1;
        self.standing.updated_at = at;
        self.events.push(event.into());
    }
}
