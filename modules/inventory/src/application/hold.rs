use inventory_contract::{Demand, Held, Hold, StockRefusal};
use kernel::{CallContext, DateTime, OrderId, Utc};
use kernel_db::{Asked, Db, Tx, guard};

use super::Stockroom;
use crate::{
    domain::{Again, Delta, Free, Kind, add_up, entries},
    error::InventoryError,
    persistence::{
        claim, level,
        post::{self, Note, Posting},
    },
};

/// What somebody would like to hold.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    note: Note,
    order: OrderId,
    until: DateTime<Utc>,
    /// One for each SKU.
    demands: Vec<Demand>,
}

/// The answer to a hold. A refusal is kept like any other answer, so it is no reason to roll back.
pub(super) type Verdict = Result<Held, StockRefusal>;

impl Stockroom {
    /// Holds every line, or none of them.
    pub(crate) async fn hold(&self, cx: &CallContext, hold: &Hold) -> Result<Held, InventoryError> {
        let demands = add_up(&hold.lines)?;
        let wish = &Wish { note: Note::of(cx), order: hold.order, until: hold.until, demands };
        let verdict = match self.holds.ask(wish.clone()).await? {
            Some(verdict) => verdict,
            None => self.db.transact(|tx| async move { hold_again(&tx, wish).await }).await?,
        };
        Ok(verdict?)
    }
}

/// Whoever comes first is served first, as long as there is enough; the others are refused in the same commit, so
/// a SKU that is sold out costs no more than one that is not. `None` for an order of which something is known.
///
/// Costs four round trips, whatever the number of wishes and lines, and one more if somebody is refused.
pub(super) async fn serve(db: Db, wishes: Asked<Wish>) -> Result<Vec<Option<Verdict>>, InventoryError> {
    let wishes = &wishes;
    db.transact(|tx| async move {
        let mut unheard_of = claim::open(&tx, wishes.iter().map(|wish| (wish.order, wish.until))).await?;
        let is_new: Vec<bool> = wishes.iter().map(|wish| unheard_of.remove(&wish.order)).collect();
        let new = wishes.iter().zip(&is_new).filter(|&(_, is_new)| *is_new).map(|(wish, _)| wish.as_ref());
        let mut verdicts = take_or_refuse(&tx, &new.collect::<Vec<_>>()).await?.into_iter();
        Ok(is_new.into_iter().map(|is_new| if is_new { verdicts.next() } else { None }).collect())
    })
    .await
}

/// The rows of the holds stand and have no lines. The levels stay locked from the look to the taking.
async fn take_or_refuse(tx: &Tx, wishes: &[&Wish]) -> Result<Vec<Verdict>, InventoryError> {
    let mut free = Free::default();
    if wishes.iter().any(|wish| !wish.demands.is_empty()) {
        let demands = wishes.iter().flat_map(|wish| &wish.demands);
        free = level::lock(tx, demands.map(|demand| &demand.sku)).await?;
    }
    let (mut verdicts, mut postings, mut claimed, mut refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for &Wish { ref note, order, until, ref demands } in wishes.iter().copied() {
        let lines = if guard::sabotaged("stock.condition") { Vec::new() } else { free.shortages(demands) };
        if lines.is_empty() {
            free.take(demands);
            postings.push(Posting { note, entries: entries(Kind::Hold, order, demands, Delta::held) });
            claimed.push((order, demands.as_slice()));
            verdicts.push(Ok(Held { order, until }));
        } else {
            refused.push((order, lines.clone()));
            verdicts.push(Err(StockRefusal::OutOfStock { lines }));
        }
    }
    post::post(tx, &postings, claim::lines(claimed.into_iter()).into_iter().collect()).await?;
    claim::refuse(tx, refused.iter().map(|(order, lines)| (*order, lines.as_slice()))).await?;
    Ok(verdicts)
}

/// Something is known of the order.
async fn hold_again(tx: &Tx, wish: &Wish) -> Result<Verdict, InventoryError> {
    let (order, until) = (wish.order, wish.until);
    let Some(known) = claim::lock(tx, [order].into_iter()).await?.pop() else { return Err(InventoryError::Short) };
    match known.again(tx.seams().now()) {
        Ok(Again::Stands(answer)) => Ok(Ok(answer)),
        Ok(Again::Prolong) => {
            claim::prolong(tx, order, until).await?;
            Ok(Ok(Held { order, until }))
        }
        Ok(Again::Anew) => {
            claim::prolong(tx, order, until).await?;
            claim::clear_lines(tx, order).await?;
            take_or_refuse(tx, &[wish]).await?.pop().ok_or(InventoryError::Short)
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}
