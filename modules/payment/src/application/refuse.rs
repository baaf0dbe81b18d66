//! Promises to give money back: kept as far as the payment allows, and the rest told to the shop.

use kernel::{CallContext, Money, PaymentId, RefundId};
use kernel_db::{Cause, Tx, guard, outbox};

use super::{Cashier, end::cause};
use crate::{
    domain::{
        Attempt, AttemptStatus, IllegalMove, Operation, Payment, Promise, Refusal, Resolved, TOO_LITTLE_LEFT, Wanted,
        is_decided, promise, refusal_of,
    },
    error::PaymentError,
    persistence::{refusals, store},
};

/// Takes a promise on that was made elsewhere, for a payment that the caller has locked: queues what is left of it, at
/// most what was asked, and tells the shop of the rest. Once for each refund id, whatever became of it.
pub(crate) async fn take_on(
    tx: &Tx,
    mut payment: Payment,
    (refund, asked): (RefundId, Money),
    wanted: Wanted,
) -> Result<(), PaymentError> {
    let (attempts, refused) = (store::attempts(tx, payment.id).await?, refusals::of_locked(tx, payment.id).await?);
    if is_decided(&attempts, &refused, refund) {
        return Ok(());
    }
    let seen = if guard::sabotaged("payment.reserve") { &[] } else { attempts.as_slice() };
    let Promise { given, left } = promise(&payment, seen, asked).map_err(IllegalMove::from)?;
    let (now, asked_by) = (tx.seams().now(), wanted.asked_by.clone());
    let because = cause(wanted.correlation, wanted.traceparent.clone());
    if given.is_positive() {
        store::add(tx, &wanted.attempt(&payment, Operation::Refund, given, now)).await?;
    }
    if given == asked {
        return Ok(());
    }
    let (reason, payment_id) = (TOO_LITTLE_LEFT.to_owned(), payment.id);
    let refusal = Refusal {
        refund,
        payment: payment_id,
        asked,
        refunded: given,
        left,
        reason,
        asked_by,
        created_at: now,
        resolved: None,
    };
    refuse(tx, &mut payment, &refusal, &because).await
}

/// Ends a refund that cannot be had, of a payment that the caller has locked, and tells the shop.
pub(super) async fn fail_refund(
    tx: &Tx,
    (payment, attempts): (&Payment, &[Attempt]),
    attempt: &Attempt,
    reason: &str,
) -> Result<Payment, PaymentError> {
    let refused = refusals::of_locked(tx, payment.id).await?;
    let before = refused.iter().find(|refusal| refusal.refund.uuid() == attempt.id.uuid());
    let refusal = refusal_of((payment, attempts), attempt, before, (reason, tx.seams().now()));
    let refusal = refusal.map_err(IllegalMove::from)?;
    store::update(tx, &attempt.clone().left_for(AttemptStatus::Failed, Some(reason.to_owned()), None)).await?;
    let mut payment = payment.clone();
    let because = cause(attempt.correlation, attempt.traceparent.clone());
    refuse(tx, &mut payment, &refusal, &because).await?;
    Ok(payment)
}

/// Writes a refusal down and publishes it.
async fn refuse(tx: &Tx, payment: &mut Payment, refusal: &Refusal, because: &Cause) -> Result<(), PaymentError> {
    if guard::sabotaged("payment.refuse") {
        return Ok(());
    }
    let Refusal { refund, asked, refunded, reason, .. } = refusal;
    tracing::warn!(payment = %payment.id, %refund, %asked, %refunded, reason, "a promised refund cannot be made");
    let before = *payment.standing();
    let movement = payment.refund_refused(refusal);
    let writes = vec![store::save_all(&[(&*payment, &before)], tx.seams().now()), refusals::keep(refusal)];
    if tx.run_all(writes).await? != [1, 1] {
        return Err(PaymentError::SettledBefore);
    }
    if let Some(event) = movement.event {
        outbox::publish(tx, because, &[(payment.standing().version, event)])?;
    }
    Ok(())
}

impl Cashier {
    /// Notes that the shop has settled a refused refund by other means.
    pub(crate) async fn resolve_refusal(
        &self,
        cx: &CallContext,
        (payment, refund): (PaymentId, RefundId),
        note: &str,
    ) -> Result<(), PaymentError> {
        let resolved = &Resolved { at: self.db.seams().now(), by: cx.principal.label(), note: note.to_owned() };
        self.db
            .transact(|tx| async move {
                store::lock(&tx, payment).await?.ok_or(PaymentError::NotFound)?;
                let refused = refusals::of_locked(&tx, payment).await?;
                let known = refused.iter().find(|refusal| refusal.refund == refund);
                match known.ok_or(PaymentError::NoRefusal)?.resolved.as_ref() {
                    Some(before) if before.note == resolved.note => Ok(()),
                    Some(_) => Err(PaymentError::ResolvedBefore),
                    None => Ok(refusals::resolve(&tx, (payment, refund), resolved).await.map(drop)?),
                }
            })
            .await
    }
}
