use async_trait::async_trait;
use inventory_contract::Demand;
use kernel::{CallContext, Envelope, OrderId};
use kernel_db::{Reaction, ReactionError, Tx};
use order_contract::{OrderEvent, OrderFulfilled, OrderReturned};

use super::cause_of;
use crate::{
    application::end_claim,
    domain::{Claim, Entry},
    error::InventoryError,
    persistence::{
        claim,
        post::{self, Note},
    },
};

/// What an order no longer needs is given back; what leaves the house, or comes back to it, is counted.
pub(crate) struct OnOrder;

#[async_trait]
impl Reaction for OnOrder {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    /// First every claim, then every level at once: whoever locks claims and levels locks them in this order,
    /// and levels in the order of SKUs.
    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let mut moved = Vec::new();
        for event in events {
            let event = event.event::<OrderEvent>()?;
            moved.extend(movements(tx, event).await.map_err(ReactionError::new)?);
        }
        let note = Note { cause: cause_of(events), ..Note::of(&CallContext::system("order")) };
        post::post(tx, &note, &moved).await.map_err(ReactionError::new)
    }
}

async fn movements(tx: &Tx, event: OrderEvent) -> Result<Vec<Entry>, InventoryError> {
    match event {
        OrderEvent::Cancelled(event) => Ok(signed(end_claim(tx, event.order).await?, &event.reason, event.by.as_ref())),
        OrderEvent::Rejected(event) => Ok(signed(end_claim(tx, event.order).await?, &event.reason, None)),
        OrderEvent::Fulfilled(event) => fulfil(tx, &event).await,
        OrderEvent::Returned(event) => take_back(tx, &event).await,
        OrderEvent::Placed(_) | OrderEvent::Confirmed(_) | OrderEvent::Unknown(_) => Ok(Vec::new()),
    }
}

/// The ledger keeps who asked for it, and why.
fn signed(moved: Vec<Entry>, reason: &str, by: Option<&String>) -> Vec<Entry> {
    moved.into_iter().map(|entry| entry.because(reason).by(by.cloned())).collect()
}

async fn fulfil(tx: &Tx, event: &OrderFulfilled) -> Result<Vec<Entry>, InventoryError> {
    let claim = claim_of(tx, event.order).await?;
    let moved = claim.fulfil(&event.lines)?;
    let sent: Vec<Demand> =
        event.lines.iter().map(|line| Demand { sku: line.sku.clone(), quantity: line.quantity }).collect();
    claim::settle(tx, event.order, &sent).await?;
    Ok(moved.into_iter().map(|entry| entry.by(event.by.clone())).collect())
}

async fn take_back(tx: &Tx, event: &OrderReturned) -> Result<Vec<Entry>, InventoryError> {
    let claim = claim_of(tx, event.order).await?;
    let moved = claim.take_back(&event.lines, event.restock)?;
    let kept: Vec<Demand> = event
        .lines
        .iter()
        .map(|line| Demand { sku: line.sku.clone(), quantity: line.quantity - line.shipped })
        .filter(|kept| kept.quantity > 0)
        .collect();
    claim::settle(tx, event.order, &kept).await?;
    Ok(signed(moved, &event.reason, event.by.as_ref()))
}

async fn claim_of(tx: &Tx, order: OrderId) -> Result<Claim, InventoryError> {
    let claim = claim::lock(tx, order).await?;
    claim.ok_or(InventoryError::Contradicted { order, detail: "its goods move, and it never claimed any" })
}
