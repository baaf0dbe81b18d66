use inventory_contract::StockRefusal;
use kernel::{CallContext, OrderId};
use kernel_db::Tx;

use super::Stockroom;
use crate::{
    domain::{Status, shortages},
    error::InventoryError,
    persistence::{
        claim, level,
        post::{self, Note},
    },
};

impl Stockroom {
    /// Turns what the order holds into a commitment. A hold that expired is taken anew, if there is stock.
    pub(crate) async fn commit(&self, cx: &CallContext, order: OrderId) -> Result<(), InventoryError> {
        let note = &Note::of(cx);
        self.db
            .transact(|tx| async move {
                match claim::commit_held(&tx, order).await? {
                    Some(held) => post::post(&tx, note, &held.commit()?.unwrap_or_default()).await,
                    None => commit_otherwise(&tx, note, order).await,
                }
            })
            .await
    }
}

async fn commit_otherwise(tx: &Tx, note: &Note, order: OrderId) -> Result<(), InventoryError> {
    let Some(known) = claim::lock(tx, order).await? else {
        return Err(StockRefusal::NotHeld { order }.into());
    };
    let Some(moved) = known.commit()? else { return Ok(()) };
    let available = level::lock(tx, known.outstanding.iter().map(|line| &line.sku)).await?;
    let lines = shortages(&known.outstanding, &available);
    if !lines.is_empty() {
        return Err(StockRefusal::OutOfStock { lines }.into());
    }
    claim::turn(tx, &known, Status::Committed).await?;
    post::post(tx, note, &moved).await
}
