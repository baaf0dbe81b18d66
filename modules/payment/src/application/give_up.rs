use kernel::{CallContext, OrderId};
use kernel_db::Tx;

use super::{PaymentService, UnitOfWork, ask::Outcome};
use crate::{
    domain::{AttemptStatus, Operation, Payment, Status, Wanted},
    error::PaymentError,
    persistence::{
        query::{self, PaymentWithAttempts},
        store,
    },
};

impl PaymentService {
    /// Gives an order's payment up; answers how it stands, or `None` when there was none.
    ///
    /// That it is given up is written down first, and what it takes is then done by whoever gets to it. So this
    /// succeeds even while the provider is away.
    pub(crate) async fn void(&self, cx: &CallContext, order: OrderId) -> Result<Option<Payment>, PaymentError> {
        let wanted = &self.wanted(cx);
        let given_up = self
            .db
            .transact(|tx| async move {
                let payment = give_up(&tx, order, wanted).await?;
                if payment.is_none() && !store::tombstone(&tx, order).await? {
                    // A payment has come into being, or there was a tombstone.
                    return give_up(&tx, order, wanted).await;
                }
                Ok::<_, PaymentError>(payment)
            })
            .await?;
        match given_up {
            Some(payment) if payment.status() == Status::Authorized => self.freed(cx, payment).await.map(Some),
            given_up => Ok(given_up),
        }
    }

    /// Brings what is under way for the payment as far as it goes.
    async fn freed(&self, cx: &CallContext, payment: Payment) -> Result<Payment, PaymentError> {
        let mut patience = self.patience(cx);
        loop {
            let Some(dossier) = query::with_attempts(&self.db, payment.id).await? else { return Ok(payment) };
            let Some(attempt) = next(&dossier) else { return Ok(dossier.payment) };
            match self.carry_out(attempt).await? {
                Some(Outcome::Final(_)) => {}
                None if patience.wait().await => {}
                // It is written down, and the worker goes on with it.
                Some(_) | None => return Ok(dossier.payment),
            }
        }
    }
}

/// What is being asked of the provider, or else the void that waits.
fn next(dossier: &PaymentWithAttempts) -> Option<kernel::AttemptId> {
    let void = || {
        dossier
            .attempts
            .iter()
            .find(|attempt| attempt.operation == Operation::Void && attempt.status == AttemptStatus::Queued)
    };
    dossier.open().or_else(void).map(|attempt| attempt.id)
}

async fn give_up(tx: &Tx, order: OrderId, wanted: &Wanted) -> Result<Option<Payment>, PaymentError> {
    let mut work = UnitOfWork::load(tx, [order].into_iter(), true).await?;
    let payment = work.give_up(order, wanted.clone())?;
    work.save(tx).await?;
    Ok(payment)
}
