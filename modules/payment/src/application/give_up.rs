use kernel::{CallContext, OrderId};
use kernel_db::{Tx, outbox};

use super::{
    Cashier,
    ask::Outcome,
    end::{cause, free},
};
use crate::{
    domain::{AttemptStatus, Operation, Payment, Status, Wanted},
    error::PaymentError,
    persistence::{
        query::{self, Dossier},
        store,
    },
};

impl Cashier {
    /// Gives an order's payment up; answers how it stands, or `None` when there was none.
    ///
    /// That it is given up is written down first, and what it takes is then done by whoever gets to it. So this
    /// succeeds even while the provider is away.
    pub(crate) async fn void(&self, cx: &CallContext, order: OrderId) -> Result<Option<Payment>, PaymentError> {
        let wanted = &self.wanted(cx);
        let given_up = self
            .db
            .transact(|tx| async move {
                let payment = give_up(&tx, order, wanted.clone()).await?;
                if payment.is_none() && !store::tombstone(&tx, order).await? {
                    // One came into being meanwhile, or there was a tombstone.
                    return give_up(&tx, order, wanted.clone()).await;
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
            let Some(dossier) = query::dossier(&self.db, payment.id).await? else { return Ok(payment) };
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
fn next(dossier: &Dossier) -> Option<kernel::AttemptId> {
    let void = || {
        dossier
            .attempts
            .iter()
            .find(|attempt| attempt.operation == Operation::Void && attempt.status == AttemptStatus::Queued)
    };
    dossier.open().or_else(void).map(|attempt| attempt.id)
}

/// Notes that nobody wants the money of `order`, and queues what that takes. `None` when there is no payment.
pub(crate) async fn give_up(tx: &Tx, order: OrderId, wanted: Wanted) -> Result<Option<Payment>, PaymentError> {
    let Some(mut payment) = store::lock_by_order(tx, order).await?.flatten() else { return Ok(None) };
    match payment.status() {
        Status::Pending | Status::Authorized if !payment.standing().given_up => {
            store::give_up(tx, payment.id).await?;
            payment.give_up();
        }
        _ => {}
    }
    match payment.status() {
        Status::Pending => abandon_what_was_never_asked(tx, &mut payment).await?,
        Status::Authorized => free(tx, &payment, wanted).await?,
        Status::Captured | Status::Declined | Status::Voided | Status::Refunded => {}
    }
    Ok(Some(payment))
}

/// A payment whose provider could not be reached has nothing to wait for.
async fn abandon_what_was_never_asked(tx: &Tx, payment: &mut Payment) -> Result<(), PaymentError> {
    let attempts = store::attempts(tx, payment.id).await?;
    let unreached = attempts.iter().any(|attempt| attempt.status == AttemptStatus::Failed);
    if !unreached || attempts.iter().any(|attempt| attempt.status.is_unsettled()) {
        return Ok(());
    }
    let before = *payment.standing();
    let movement = payment.abandoned()?;
    if tx.run_all(vec![store::save_all(&[(payment, &before)], tx.seams().now())]).await? != [1] {
        return Err(PaymentError::SettledBefore);
    }
    if let Some(event) = movement.event {
        let version = payment.standing().version;
        outbox::publish(tx, &cause(payment.correlation, payment.traceparent.clone()), &[(version, event)])?;
    }
    Ok(())
}
