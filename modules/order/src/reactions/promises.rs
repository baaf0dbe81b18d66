//! What payment made of the money that orders promise to give back.

use std::collections::BTreeMap;

use kernel::{OrderId, RefundId};
use kernel_db::{DbError, Tx};
use payment_contract::PaymentEvent;

use crate::persistence::refunds::{self, Outcome};

/// What an event tells of a promise. A refund that no order promised is goodwill, and finds none.
fn outcome(event: &PaymentEvent) -> Option<Outcome> {
    match event {
        PaymentEvent::Refunded(event) => {
            Some(Outcome { refund: event.refund, paid: event.amount.minor(), refused: None })
        }
        PaymentEvent::RefundRefused(event) => {
            // What is given back of it is told by an event of its own.
            Some(Outcome { refund: event.refund, paid: 0, refused: Some(event.reason.clone()) })
        }
        _ => None,
    }
}

/// The order whose money was set aside, and is free again without being taken.
fn nothing_taken(event: &PaymentEvent) -> Option<OrderId> {
    match event {
        PaymentEvent::Voided(event) => Some(event.order),
        PaymentEvent::Declined(event) => Some(event.order),
        _ => None,
    }
}

/// Writes what `events` tell of promises.
pub(super) async fn keep(tx: &Tx, events: impl Iterator<Item = &PaymentEvent> + Clone + Send) -> Result<(), DbError> {
    let now = tx.seams().now();
    let outcomes = joined(events.clone().filter_map(outcome).collect());
    let untaken: Vec<OrderId> = events.filter_map(nothing_taken).collect();
    if !outcomes.is_empty() {
        tx.run_all(vec![refunds::known(&outcomes, now)]).await?;
    }
    if !untaken.is_empty() {
        tx.run_all(vec![refunds::void(&untaken, now)]).await?;
    }
    Ok(())
}

/// One statement changes a row once, so what a batch tells of one promise is joined first.
fn joined(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut known: BTreeMap<RefundId, Outcome> = BTreeMap::new();
    for outcome in outcomes {
        match known.get_mut(&outcome.refund) {
            Some(before) => {
                before.paid = before.paid.max(outcome.paid);
                before.refused = before.refused.take().or(outcome.refused);
            }
            None => drop(known.insert(outcome.refund, outcome)),
        }
    }
    known.into_values().collect()
}
