use kernel::{CallContext, OrderId};
use kernel_db::Tx;

use super::Stockroom;
use crate::{
    domain::{Entry, Status},
    error::InventoryError,
    persistence::{
        claim,
        post::{self, Note},
    },
};

impl Stockroom {
    /// Gives back whatever the order claims, and bars a claim that arrives late.
    pub(crate) async fn release(&self, cx: &CallContext, order: OrderId) -> Result<(), InventoryError> {
        let note = &Note::of(cx);
        self.db
            .transact(|tx| async move {
                let moved = end(&tx, order).await?;
                post::post(&tx, note, &moved).await
            })
            .await
    }
}

/// Ends the order's claim and answers the movements that are then to be posted. What is over already, or was
/// refused, stays as it is.
pub(crate) async fn end(tx: &Tx, order: OrderId) -> Result<Vec<Entry>, InventoryError> {
    let mut known = claim::lock(tx, order).await?;
    if known.is_none() && !claim::bar(tx, order).await? {
        known = claim::lock(tx, order).await?; // a hold came in between
    }
    let Some(known) = known else { return Ok(Vec::new()) };
    let Some(moved) = known.release() else { return Ok(Vec::new()) };
    claim::turn(tx, &known, Status::Released).await?;
    Ok(moved)
}
