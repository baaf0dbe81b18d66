use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use inventory_contract::{Held, StockRefusal};
use kernel::{OrderId, Sku};
use kernel_db::{BatchWork, Db, Tx, guard};

use super::{UnitOfWork, unit_of_work::skus_of, wish::Wish};
use crate::{
    domain::{Share, Status},
    error::InventoryError,
    persistence::hot::Note,
};

/// What the queue carries out.
#[derive(Debug)]
pub(super) enum Command {
    Hold(Wish),
    Commit(Note, OrderId),
    Release(Note, OrderId),
    /// Ends a hold whose time is over.
    Expire(OrderId),
}

/// What a command has come to.
#[derive(Debug)]
pub(super) enum Outcome {
    Held(Held),
    Done,
    /// Nothing was there to be done.
    Nothing,
}

/// Carries out commands of one batch: loads what they touch, decides one after the other, saves.
#[derive(Debug)]
pub(super) struct StockWork {
    share: Share,
}

impl StockWork {
    pub(super) const fn new(share: Share) -> Self {
        Self { share }
    }
}

#[async_trait]
impl BatchWork for StockWork {
    type Command = Command;
    /// A refusal is kept like any other answer, so it is no reason to roll back.
    type Outcome = Result<Outcome, StockRefusal>;
    type Error = InventoryError;

    async fn carry_out(&self, db: &Db, batch: &[Arc<Command>]) -> Result<Vec<Option<Self::Outcome>>, InventoryError> {
        db.transact(|tx| async move { self.carry_out_in(&tx, batch).await }).await
    }
}

impl StockWork {
    async fn carry_out_in(
        &self,
        tx: &Tx,
        batch: &[Arc<Command>],
    ) -> Result<Vec<Option<Result<Outcome, StockRefusal>>>, InventoryError> {
        let mut work = UnitOfWork::load(tx, batch.iter().map(|command| command.order())).await?;
        let skus = batch.iter().flat_map(|command| command.skus(&work)).collect();
        work.load_levels(tx, skus).await?;
        let unpaid = batch.iter().flat_map(|command| command.unpaid_skus(&work)).collect();
        work.load_holdings(tx, &unpaid).await?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for command in batch {
            outcomes.push(Some(self.decide(&mut work, command)?));
        }
        work.save(tx).await?;
        if batch.iter().any(|command| matches!(**command, Command::Expire(_))) {
            guard::pass("stock.sweep.before_commit");
        }
        Ok(outcomes)
    }

    fn decide(
        &self,
        work: &mut UnitOfWork,
        command: &Command,
    ) -> Result<Result<Outcome, StockRefusal>, InventoryError> {
        let outcome = match command {
            Command::Hold(wish) => work.hold(self.share, wish).map(Outcome::Held),
            Command::Commit(note, order) => work.commit(note, *order).map(|()| Outcome::Done),
            Command::Release(note, order) => work.release(note, *order, None).map(|()| Outcome::Done),
            Command::Expire(order) => {
                work.expire(*order).map(|over| if over { Outcome::Done } else { Outcome::Nothing })
            }
        };
        match outcome {
            Ok(outcome) => Ok(Ok(outcome)),
            Err(InventoryError::Refused(refusal)) => Ok(Err(refusal)),
            Err(error) => Err(error),
        }
    }
}

impl Command {
    const fn order(&self) -> OrderId {
        match self {
            Self::Hold(wish) => wish.order,
            Self::Commit(_, order) | Self::Release(_, order) | Self::Expire(order) => *order,
        }
    }

    /// The SKUs whose levels the command may move, or has to look at.
    fn skus(&self, work: &UnitOfWork) -> BTreeSet<Sku> {
        let claim = work.claim(self.order());
        let claimed = || claim.map(|claim| skus_of(&claim.outstanding()).collect()).unwrap_or_default();
        match self {
            Self::Hold(wish) if claim.is_none_or(|claim| claim.status == Status::Expired) => {
                skus_of(&wish.demands).collect()
            }
            Self::Hold(wish) if wish.unpaid => claimed(),
            Self::Hold(_) => BTreeSet::new(),
            Self::Commit(..) if claim.is_some_and(|claim| claim.status == Status::Held) => BTreeSet::new(),
            Self::Commit(..) | Self::Release(..) | Self::Expire(_) => claimed(),
        }
    }

    /// The SKUs of which unpaid orders may hold a part.
    fn unpaid_skus(&self, work: &UnitOfWork) -> BTreeSet<Sku> {
        match self {
            Self::Hold(wish) if wish.unpaid => self.skus(work),
            _ => BTreeSet::new(),
        }
    }
}
