use std::collections::BTreeSet;

use async_trait::async_trait;
use kernel::{CallContext, Envelope, OrderId, Sku};
use kernel_db::{Cause, Reaction, ReactionError, Tx};
use order_contract::OrderEvent;

use crate::{application::UnitOfWork, error::InventoryError, persistence::hot::Note};

/// What an order no longer needs is given back; what leaves the house, or comes back to it, is counted.
pub(crate) struct OnOrder;

/// The others are far more: that orders are placed and confirmed.
const MOVES_GOODS: [&str; 4] = ["order.cancelled.v1", "order.rejected.v1", "order.fulfilled.v1", "order.returned.v1"];

#[async_trait]
impl Reaction for OnOrder {
    fn concerns(&self, event: &Envelope) -> bool {
        MOVES_GOODS.contains(&event.event_type.as_str())
    }

    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    /// Costs three round trips at most, whatever the number of events.
    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let mut told = Vec::new();
        for event in events {
            told.extend(Told::read(event)?);
        }
        if told.is_empty() {
            return Ok(());
        }
        apply(tx, &told).await.map_err(ReactionError::new)
    }
}

async fn apply(tx: &Tx, told: &[Told]) -> Result<(), InventoryError> {
    let mut work = UnitOfWork::load(tx, told.iter().map(|told| told.order)).await?;
    let skus = told.iter().flat_map(|told| told.skus(&work)).collect();
    work.load_levels(tx, skus).await?;
    for told in told {
        told.apply(&mut work)?;
    }
    work.save(tx).await
}

/// News that moves goods, and who made it.
struct Told {
    order: OrderId,
    event: OrderEvent,
    note: Note,
}

impl Told {
    fn read(envelope: &Envelope) -> Result<Option<Self>, ReactionError> {
        let event = envelope.event::<OrderEvent>()?;
        let (order, by) = match &event {
            OrderEvent::Cancelled(event) => (event.order, event.by.clone()),
            OrderEvent::Rejected(event) => (event.order, None),
            OrderEvent::Fulfilled(event) => (event.order, event.by.clone()),
            OrderEvent::Returned(event) => (event.order, event.by.clone()),
            _ => return Ok(None),
        };
        let actor = by.unwrap_or_else(|| CallContext::system("order").principal.label());
        Ok(Some(Self { order, event, note: Note { actor, cause: Cause::from(envelope) } }))
    }

    /// The SKUs whose levels it may move.
    fn skus(&self, work: &UnitOfWork) -> BTreeSet<Sku> {
        let claim = work.claim(self.order);
        let mut skus: BTreeSet<Sku> =
            claim.into_iter().flat_map(|claim| &claim.lines).map(|line| line.sku.clone()).collect();
        match &self.event {
            OrderEvent::Fulfilled(event) => skus.extend(event.lines.iter().map(|line| line.sku.clone())),
            OrderEvent::Returned(event) => skus.extend(event.lines.iter().map(|line| line.sku.clone())),
            _ => {}
        }
        skus
    }

    /// The ledger keeps why an order ended, or its goods came back.
    fn apply(&self, work: &mut UnitOfWork) -> Result<(), InventoryError> {
        let note = &self.note;
        match &self.event {
            OrderEvent::Cancelled(event) => work.release(note, self.order, Some(&event.reason)),
            OrderEvent::Rejected(event) => work.release(note, self.order, Some(&event.reason)),
            OrderEvent::Fulfilled(event) => work.move_goods(note, self.order, |claim| claim.fulfil(&event.lines)),
            OrderEvent::Returned(event) => work.move_goods(note, self.order, |claim| {
                let entries = claim.take_back(&event.lines, event.restock)?;
                Ok(entries.into_iter().map(|entry| entry.because(&event.reason)).collect())
            }),
            _ => Ok(()),
        }
    }
}
