//! What order does when others, or order itself, have published. A batch is gathered in memory first and written in a
//! statement or two.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use kernel::{DateTime, Envelope, Money, OrderId, Utc};
use kernel_db::{Reaction, ReactionError, Tx};
use payment_contract::PaymentEvent;

use crate::{
    application::Orders,
    domain::PaymentFacts,
    persistence::{
        hot::{self, Locked},
        timeline::{self, TimelineEntry},
    },
};

mod promises;
mod story;

/// What rarely happens to an order is told in its timeline.
pub(crate) struct Own;

#[async_trait]
impl Reaction for Own {
    /// That it was placed and confirmed stands in its row.
    fn concerns(&self, event: &Envelope) -> bool {
        !matches!(event.event_type.as_str(), "order.placed.v1" | "order.confirmed.v1")
    }

    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let told: Result<Vec<_>, ReactionError> =
            events.iter().filter_map(|event| story::of_order(event).transpose()).collect();
        Ok(timeline::insert(tx, &told?).await?)
    }
}

/// Payment's events grow what an order knows of its money, and wake checkouts that wait for a provider.
pub(crate) struct Payments(pub(crate) Arc<Orders>);

#[async_trait]
impl Reaction for Payments {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let mut news = Vec::new();
        for envelope in events {
            let event: PaymentEvent = envelope.event()?;
            if let Some((order, fact)) = PaymentFacts::of_event(&event, envelope.time) {
                news.push(News { order, fact, envelope, event });
            }
        }
        if news.is_empty() {
            return Ok(());
        }
        let concerned: BTreeSet<OrderId> = news.iter().map(|news| news.order).collect();
        let locked = hot::lock(tx, &Vec::from_iter(concerned)).await?;
        promises::keep(tx, news.iter().map(|news| &news.event)).await?;
        let (known, told) = learn(locked.clone(), &news, tx.seams().now());
        let mut writes = Vec::new();
        if !known.is_empty() {
            writes.push(hot::payments_known(&known));
        }
        if !told.is_empty() {
            writes.push(timeline::told(&told));
        }
        if !writes.is_empty() {
            tx.run_all(writes).await?;
        }
        for waiting in locked.iter().filter(|locked| is_pending(locked)) {
            // Too early is harmless: the lease that the runner takes waits for this commit.
            self.0.wake(waiting.id);
        }
        Ok(())
    }
}

/// What payment has published about an order.
struct News<'a> {
    order: OrderId,
    fact: PaymentFacts,
    envelope: &'a Envelope,
    event: PaymentEvent,
}

/// What an order knows of its payment, and when its checkout is due.
type Known = (OrderId, PaymentFacts, Option<DateTime<Utc>>);

/// What is to be written of `news`: what orders did not know, and what only their timelines tell. Orders that wait for their
/// payment are due `now`.
fn learn(locked: Vec<Locked>, news: &[News<'_>], now: DateTime<Utc>) -> (Vec<Known>, Vec<TimelineEntry>) {
    let mut orders: BTreeMap<OrderId, (Locked, PaymentFacts)> =
        locked.into_iter().map(|locked| (locked.id, (locked.clone(), locked.payment))).collect();
    let mut told = Vec::new();
    for News { order, fact, envelope, event } in news {
        let mut fact = *fact;
        let known = orders.get_mut(order);
        if !known.as_ref().is_some_and(|(locked, known)| is_usual(event, locked.total, known)) {
            (fact.authorized_at, fact.captured_at) = (None, None);
            told.push(story::of_payment(*order, envelope, event));
        }
        if let Some((_, known)) = known {
            *known = known.join(fact);
        }
    }
    let is_new = |locked: &Locked, known: &PaymentFacts| *known != locked.payment || is_pending(locked);
    let known = orders.into_values().filter(|(locked, known)| is_new(locked, known)).map(|(locked, known)| {
        let due_at = if is_pending(&locked) { Some(now) } else { locked.saga.map(|saga| saga.due_at) };
        (locked.id, known, due_at)
    });
    (known.collect(), told)
}

fn is_pending(locked: &Locked) -> bool {
    locked.saga.as_ref().is_some_and(|saga| saga.is_pending)
}

/// Whether the order's row tells of `event`: the whole total is set aside, or taken, for the first time.
fn is_usual(event: &PaymentEvent, total: Money, known: &PaymentFacts) -> bool {
    match event {
        PaymentEvent::Authorized(event) => event.amount == total && known.authorized_at.is_none(),
        PaymentEvent::Captured(event) => event.amount == total && known.captured_at.is_none(),
        _ => false,
    }
}

/// Of inventory's events only a lapsed hold concerns an order.
pub(crate) struct Inventory;

#[async_trait]
impl Reaction for Inventory {
    fn concerns(&self, event: &Envelope) -> bool {
        event.event_type == "hold.expired.v1"
    }

    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let told: Result<Vec<_>, ReactionError> =
            events.iter().filter_map(|event| story::of_inventory(event).transpose()).collect();
        Ok(timeline::insert(tx, &told?).await?)
    }
}
