use inventory_contract::{Demand, Held, Hold, StockRefusal};
use kernel::CallContext;
use kernel_db::Tx;

use super::Stockroom;
use crate::{
    domain::{Again, Delta, Entry, Kind, add_up, entries, shortages},
    error::InventoryError,
    persistence::{
        claim, level,
        post::{self, Note},
    },
};

impl Stockroom {
    /// Holds every line, or none of them.
    ///
    /// Nearly every hold is new and can be met, so that is tried first, without looking. What cannot be done
    /// so is rolled back, and judged with the order and its levels locked.
    pub(crate) async fn hold(&self, cx: &CallContext, hold: &Hold) -> Result<Held, InventoryError> {
        let demands = &add_up(&hold.lines)?;
        let note = &Note::of(cx);
        if !demands.is_empty() && self.take_at_once(note, hold, demands).await? {
            return Ok(Held { order: hold.order, until: hold.until });
        }
        let verdict = self.db.transact(|tx| async move { judge(&tx, note, hold, demands).await }).await?;
        Ok(verdict?)
    }

    /// `false` when it is not that simple; nothing of it is kept then.
    async fn take_at_once(&self, note: &Note, hold: &Hold, demands: &[Demand]) -> Result<bool, InventoryError> {
        let moved = &held(hold, demands);
        let taken = self.db.transact(|tx| async move { post::take(&tx, note, hold, demands, moved).await }).await;
        match taken {
            Ok(()) => Ok(true),
            Err(InventoryError::Short) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The answer to a hold. A refusal is kept like any other answer, so it is no reason to roll back.
type Verdict = Result<Held, StockRefusal>;

async fn judge(tx: &Tx, note: &Note, hold: &Hold, demands: &[Demand]) -> Result<Verdict, InventoryError> {
    if claim::open(tx, hold.order, hold.until).await? {
        return take_or_refuse(tx, note, hold, demands).await;
    }
    let Some(known) = claim::lock(tx, hold.order).await? else { return Err(InventoryError::Short) };
    match known.again(tx.seams().now()) {
        Ok(Again::Stands(answer)) => Ok(Ok(answer)),
        Ok(Again::Prolong) => {
            claim::prolong(tx, hold.order, hold.until).await?;
            Ok(Ok(Held { order: hold.order, until: hold.until }))
        }
        Ok(Again::Anew) => {
            claim::prolong(tx, hold.order, hold.until).await?;
            claim::clear_lines(tx, hold.order).await?;
            take_or_refuse(tx, note, hold, demands).await
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// The hold row stands and has no lines. The levels stay locked from the look to the taking.
async fn take_or_refuse(tx: &Tx, note: &Note, hold: &Hold, demands: &[Demand]) -> Result<Verdict, InventoryError> {
    let available = level::lock(tx, demands.iter().map(|demand| &demand.sku)).await?;
    let lines = shortages(demands, &available);
    if !lines.is_empty() {
        claim::refuse(tx, hold.order, &lines).await?;
        return Ok(Err(StockRefusal::OutOfStock { lines }));
    }
    post::post(tx, note, &held(hold, demands)).await?;
    claim::write_lines(tx, hold.order, demands).await?;
    Ok(Ok(Held { order: hold.order, until: hold.until }))
}

fn held(hold: &Hold, demands: &[Demand]) -> Vec<Entry> {
    entries(Kind::Hold, hold.order, demands, Delta::held)
}
