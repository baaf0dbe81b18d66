//! What order does when others, or order itself, have published. All three run for every order, so a batch is
//! gathered in memory first and written in a statement or two.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use kernel::{Envelope, OrderId};
use kernel_db::{Reaction, ReactionError, Tx};
use payment_contract::PaymentEvent;

use crate::{
    application::Orders,
    domain::PaymentFacts,
    persistence::{orders, placements, timeline},
};

mod promises;
mod story;

/// Order's own events become its timeline.
pub(crate) struct Own;

#[async_trait]
impl Reaction for Own {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let told: Result<Vec<_>, ReactionError> =
            events.iter().filter_map(|event| story::of_order(event).transpose()).collect();
        Ok(timeline::insert(tx, &told?).await?)
    }
}

/// Payment's events grow what an order knows of its money, and wake placings that wait for a provider.
pub(crate) struct Payments(pub(crate) Arc<Orders>);

#[async_trait]
impl Reaction for Payments {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let mut facts: BTreeMap<OrderId, PaymentFacts> = BTreeMap::new();
        let (mut told, mut outcomes, mut untaken) = (Vec::new(), Vec::new(), Vec::new());
        for envelope in events {
            let event: PaymentEvent = envelope.event()?;
            if let Some((order, fact)) = PaymentFacts::of_event(&event) {
                let known = facts.entry(order).or_default();
                *known = known.join(fact);
                told.push(story::of_payment(order, envelope, &event));
                outcomes.extend(promises::outcome(&event));
                untaken.extend(promises::nothing_taken(&event));
            }
        }
        if facts.is_empty() {
            return Ok(());
        }
        let facts: Vec<_> = facts.into_iter().collect();
        promises::keep(tx, outcomes, untaken).await?;
        let concerned: Vec<OrderId> = facts.iter().map(|(order, _)| *order).collect();
        // Sagas before orders, as wherever both are written.
        let writes =
            vec![placements::wake(&concerned, tx.seams().now()), timeline::told(&told), orders::payments_known(&facts)];
        if tx.run_all(writes).await?.first().is_some_and(|woken| *woken > 0) {
            for waiting in placements::awake(tx, &concerned).await? {
                // Too early is harmless: the lease that the runner takes waits for this commit.
                self.0.wake(waiting);
            }
        }
        Ok(())
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
