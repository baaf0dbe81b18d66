use inventory_contract::{Demand, Held, Hold, Shortage, StockRefusal};
use kernel::{CallContext, DateTime, OrderId, Utc};
use kernel_db::{Asked, Db, Tx, guard};

use super::Stockroom;
use crate::{
    domain::{Again, Claim, Delta, Free, Kind, Share, Status, Unpaid, add_up, entries},
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
    /// The order is not about to be paid for.
    unpaid: bool,
    /// One for each SKU.
    demands: Vec<Demand>,
}

/// The answer to a hold. A refusal is kept like any other answer, so it is no reason to roll back.
pub(super) type Verdict = Result<Held, StockRefusal>;

impl Stockroom {
    /// Holds every line, or none of them.
    pub(crate) async fn hold(&self, cx: &CallContext, hold: &Hold) -> Result<Held, InventoryError> {
        let demands = add_up(&hold.lines)?;
        let wish = &Wish { note: Note::of(cx), order: hold.order, until: hold.until, unpaid: hold.unpaid, demands };
        let (share, met) = (self.config.share(), self.holds.ask(wish.clone()).await?);
        let verdict = match met {
            Some(verdict) => verdict,
            None => self.db.transact(|tx| async move { hold_again(&tx, share, wish).await }).await?,
        };
        Ok(verdict?)
    }
}

/// Whoever comes first is served first, as long as there is enough; the others are refused in the same commit, so
/// a SKU that is sold out costs no more than one that is not. `None` for an order of which something is known.
///
/// Costs four round trips, whatever the number of wishes and lines, and one more if somebody is refused.
pub(super) async fn serve(db: Db, share: Share, wishes: Asked<Wish>) -> Result<Vec<Option<Verdict>>, InventoryError> {
    let wishes = &wishes;
    db.transact(|tx| async move {
        let unheard_of = claim::open(&tx, wishes.iter().map(|wish| (wish.order, wish.until, wish.unpaid)));
        let mut unheard_of = unheard_of.await?;
        let is_new: Vec<bool> = wishes.iter().map(|wish| unheard_of.remove(&wish.order)).collect();
        let new = wishes.iter().zip(&is_new).filter(|&(_, is_new)| *is_new).map(|(wish, _)| wish.as_ref());
        let mut verdicts = take_or_refuse(&tx, share, &new.collect::<Vec<_>>()).await?.into_iter();
        Ok(is_new.into_iter().map(|is_new| if is_new { verdicts.next() } else { None }).collect())
    })
    .await
}

/// The rows of the holds stand and have no lines. The levels stay locked from the look to the taking.
async fn take_or_refuse(tx: &Tx, share: Share, wishes: &[&Wish]) -> Result<Vec<Verdict>, InventoryError> {
    let mut free = Free::default();
    if wishes.iter().any(|wish| !wish.demands.is_empty()) {
        let demands = wishes.iter().flat_map(|wish| &wish.demands);
        free = level::lock(tx, demands.map(|demand| &demand.sku)).await?;
    }
    let mut shared: Vec<&Demand> = Vec::new();
    for wish in wishes.iter().filter(|wish| wish.unpaid) {
        shared.extend(&wish.demands);
    }
    let mut unpaid = held_unpaid(tx, share, &shared, None).await?;
    let (mut verdicts, mut postings, mut claimed, mut refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for &wish in wishes {
        let Wish { note, order, until, demands, .. } = wish;
        match judge(&free, unpaid.as_ref().filter(|_| wish.unpaid), demands) {
            Ok(()) => {
                free.take(demands);
                if let Some(unpaid) = unpaid.as_mut().filter(|_| wish.unpaid) {
                    unpaid.add(demands);
                }
                postings.push(Posting { note, entries: entries(Kind::Hold, *order, demands, Delta::held) });
                claimed.push((*order, demands.as_slice()));
                verdicts.push(Ok(Held { order: *order, until: *until }));
            }
            Err((lines, crowded_out)) => {
                verdicts.push(Err(refusal(lines.clone(), crowded_out)));
                refused.push((*order, lines, crowded_out));
            }
        }
    }
    post::post(tx, &postings, claim::lines(claimed.into_iter()).into_iter().collect()).await?;
    claim::refuse(tx, refused.iter().map(|(order, lines, crowded)| (*order, lines.as_slice(), *crowded))).await?;
    Ok(verdicts)
}

/// What is missing: of what is free, or else of the room that `unpaid` orders have.
fn judge(free: &Free, unpaid: Option<&Unpaid>, demands: &[Demand]) -> Result<(), (Vec<Shortage>, bool)> {
    let short = if guard::sabotaged("stock.condition") { Vec::new() } else { free.shortages(demands) };
    if !short.is_empty() {
        return Err((short, false));
    }
    let excess = unpaid.map(|unpaid| unpaid.excess(free, demands)).unwrap_or_default();
    if excess.is_empty() || guard::sabotaged("stock.unpaid_share") { Ok(()) } else { Err((excess, true)) }
}

const fn refusal(lines: Vec<Shortage>, crowded_out: bool) -> StockRefusal {
    if crowded_out { StockRefusal::HeldByUnpaidOrders { lines } } else { StockRefusal::OutOfStock { lines } }
}

/// What unpaid orders but `except` hold of what is demanded; `None` where nothing is. The levels are locked.
async fn held_unpaid(
    tx: &Tx,
    share: Share,
    demands: &[&Demand],
    except: Option<OrderId>,
) -> Result<Option<Unpaid>, InventoryError> {
    if demands.is_empty() {
        return Ok(None);
    }
    let held = claim::held_unpaid(tx, demands, except).await?;
    Ok(Some(Unpaid::new(share, held)))
}

/// Something is known of the order.
async fn hold_again(tx: &Tx, share: Share, wish: &Wish) -> Result<Verdict, InventoryError> {
    let (order, until) = (wish.order, wish.until);
    let Some(known) = claim::lock(tx, [order].into_iter()).await?.pop() else { return Err(InventoryError::Short) };
    match known.again(tx.seams().now()) {
        Ok(Again::Stands(answer)) => Ok(keep(tx, share, wish, &known).await?.map(|()| answer)),
        Ok(Again::Prolong) => {
            if let Err(refusal) = keep(tx, share, wish, &known).await? {
                return Ok(Err(refusal));
            }
            claim::prolong(tx, order, until).await?;
            Ok(Ok(Held { order, until }))
        }
        Ok(Again::Anew) => {
            claim::prolong(tx, order, until).await?;
            claim::mark_unpaid(tx, order, wish.unpaid).await?;
            claim::clear_lines(tx, order).await?;
            take_or_refuse(tx, share, &[wish]).await?.pop().ok_or(InventoryError::Short)
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Counts what the order holds among what unpaid orders hold, if it is not about to be paid for and there is room. Once it
/// counts, it does so until it is committed or given back.
async fn keep(tx: &Tx, share: Share, wish: &Wish, known: &Claim) -> Result<Result<(), StockRefusal>, InventoryError> {
    if !wish.unpaid || known.unpaid || known.status != Status::Held {
        return Ok(Ok(()));
    }
    let free = level::lock(tx, known.outstanding.iter().map(|line| &line.sku)).await?;
    let outstanding: Vec<&Demand> = known.outstanding.iter().collect();
    let unpaid = held_unpaid(tx, share, &outstanding, Some(known.order)).await?;
    let excess = unpaid.map(|unpaid| unpaid.excess(&free, &known.outstanding)).unwrap_or_default();
    if !excess.is_empty() && !guard::sabotaged("stock.unpaid_share") {
        return Ok(Err(StockRefusal::HeldByUnpaidOrders { lines: excess }));
    }
    claim::mark_unpaid(tx, known.order, true).await?;
    Ok(Ok(()))
}
