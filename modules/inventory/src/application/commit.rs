use std::collections::HashMap;

use inventory_contract::StockRefusal;
use kernel::{CallContext, OrderId};
use kernel_db::{Asked, Db, Tx};

use super::{Call, Stockroom};
use crate::{
    domain::{Claim, Status},
    error::InventoryError,
    persistence::{
        claim, level,
        post::{self, Note, Posting},
    },
};

impl Stockroom {
    /// Turns what the order holds into a commitment. A hold that expired is taken anew, if there is stock.
    pub(crate) async fn commit(&self, cx: &CallContext, order: OrderId) -> Result<(), InventoryError> {
        if self.commits.ask(Call::new(cx, order)).await? {
            return Ok(());
        }
        let note = &Note::of(cx);
        self.db.transact(|tx| async move { commit_otherwise(&tx, note, order).await }).await
    }
}

/// Commits those who hold something, nearly all; the others learn that there is more to it.
pub(super) async fn serve(db: Db, calls: Asked<Call>) -> Result<Vec<bool>, InventoryError> {
    let calls = &calls;
    db.transact(|tx| async move {
        let held = claim::commit_held(&tx, calls.iter().map(|call| call.order)).await?;
        let mut held: HashMap<OrderId, Claim> = held.into_iter().map(|claim| (claim.order, claim)).collect();
        let (mut postings, mut committed) = (Vec::new(), Vec::new());
        for call in calls {
            let claim = held.remove(&call.order);
            committed.push(claim.is_some());
            if let Some(entries) = claim.map(|claim| claim.commit()).transpose()?.flatten() {
                postings.push(Posting { note: &call.note, entries });
            }
        }
        post::post(&tx, &postings, Vec::new()).await?;
        Ok(committed)
    })
    .await
}

async fn commit_otherwise(tx: &Tx, note: &Note, order: OrderId) -> Result<(), InventoryError> {
    let Some(known) = claim::lock(tx, [order].into_iter()).await?.pop() else {
        return Err(StockRefusal::NotHeld { order }.into());
    };
    let Some(entries) = known.commit()? else { return Ok(()) };
    let free = level::lock(tx, known.outstanding.iter().map(|line| &line.sku)).await?;
    let lines = free.shortages(&known.outstanding);
    if !lines.is_empty() {
        return Err(StockRefusal::OutOfStock { lines }.into());
    }
    claim::turn(tx, [order].into_iter(), Status::Committed).await?;
    post::post(tx, &[Posting { note, entries }], Vec::new()).await
}
