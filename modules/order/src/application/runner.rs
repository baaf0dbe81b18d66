//! Takes up placings that wait, and those that a dead process left behind; sweeps expired carts.

use std::sync::Arc;

use kernel::OrderId;
use kernel_db::DbError;
use tokio::{
    sync::{Semaphore, mpsc},
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

use super::Orders;
use crate::persistence::{carts, sagas};

/// So many placings are carried at the same time by one runner.
const AT_ONCE: usize = 32;

/// So many are taken up in one transaction.
const BATCH: usize = 16;

/// How many carts are deleted in one transaction, each with its lines.
const SWEEP: i64 = 100;

/// Runs until told to stop. What is under way then is finished by its task.
pub(crate) async fn run(orders: Arc<Orders>, mut woken: mpsc::UnboundedReceiver<OrderId>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut poll = tokio::time::interval(orders.config.runner_poll());
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let found = tokio::select! {
            () = stop.cancelled() => return,
            _ = poll.tick() => orders.lease_due().await,
            Some(order) = woken.recv() => orders.lease(order).await,
        };
        let due = found.unwrap_or_else(|error| {
            tracing::warn!(?error, "checkouts could not be taken up; trying again");
            Vec::new()
        });
        if due.len() == BATCH {
            poll.reset_immediately(); // there may be more
        }
        for order in due {
            carry(&orders, &places, order).await;
        }
    }
}

/// Starts a turn as soon as there is a place for it.
async fn carry(orders: &Arc<Orders>, places: &Arc<Semaphore>, order: OrderId) {
    let place = Arc::clone(places).acquire_owned().await;
    let orders = Arc::clone(orders);
    orders.tasks.clone().spawn(async move {
        orders.resume(order).await;
        drop(place);
    });
}

/// Deletes expired carts and what is remembered of unpaid orders, a batch at a time, until told to stop.
pub(crate) async fn sweep(orders: Arc<Orders>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(orders.config.cart_sweep()) => {}
        }
        if let Err(error) = orders.sweep_carts().await {
            tracing::warn!(?error, "expired carts could not be deleted; trying again");
        }
        if let Err(error) = orders.forget_unpaid(SWEEP).await {
            tracing::warn!(?error, "old unpaid orders could not be forgotten; trying again");
        }
    }
}

impl Orders {
    async fn lease(&self, order: OrderId) -> Result<Vec<OrderId>, DbError> {
        let term = self.config.lease();
        let leased = self.db.transact(|tx| async move { sagas::lease(&tx, order, term).await }).await?;
        Ok(leased.then_some(order).into_iter().collect())
    }

    /// Takes what is due. Asks first without a transaction, because mostly nothing is.
    pub(crate) async fn lease_due(&self) -> Result<Vec<OrderId>, DbError> {
        if !sagas::any_due(self.db.reader(), self.now()).await? {
            return Ok(Vec::new());
        }
        let term = self.config.lease();
        self.db.transact(|tx| async move { sagas::lease_due(&tx, term, BATCH).await }).await
    }

    /// Answers how many carts were deleted.
    pub(crate) async fn sweep_carts(&self) -> Result<u64, DbError> {
        let mut swept = 0;
        loop {
            let batch = self.db.transact(|tx| async move { carts::sweep(&tx, SWEEP).await }).await?;
            swept += batch;
            if batch < SWEEP.unsigned_abs() {
                return Ok(swept);
            }
        }
    }
}
