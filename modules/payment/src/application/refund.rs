use kernel::{AttemptId, CallContext, Money, PaymentId, RefundId};
use kernel_db::{Tx, guard, idempotency::KeyRefusal};
use payment_contract::ChargeRefusal;

use super::{PaymentService, UnitOfWork, ask::Outcome};
use crate::{
    domain::{Attempt, Operation, Payment, Status, Wanted, left_to_give},
    error::PaymentError,
    persistence::query,
};

/// A person gives money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefundRequest {
    pub(crate) payment: PaymentId,
    /// Names the refund, so that asking twice gives once.
    pub(crate) refund: RefundId,
    /// In minor units of the payment's currency.
    pub(crate) minor: i64,
    pub(crate) reason: String,
}

impl PaymentService {
    /// Gives captured money back; answers how the refund stands. It is decided first, under the payment's lock, and
    /// then done; what the provider leaves open, the worker ends.
    pub(crate) async fn refund(&self, cx: &CallContext, request: &RefundRequest) -> Result<Attempt, PaymentError> {
        let wanted = &Wanted {
            id: AttemptId::new(request.refund.uuid()),
            reason: Some(request.reason.clone()),
            ..self.wanted(cx)
        };
        let decided = self.db.transact(|tx| async move { decide(&tx, request, wanted.clone()).await }).await?;
        let mut patience = self.patience(cx);
        loop {
            let dossier = query::with_attempts(&self.db, request.payment).await?.ok_or(PaymentError::NotFound)?;
            let refund = dossier.attempts.into_iter().find(|attempt| attempt.id == decided.id);
            let refund = refund.ok_or(PaymentError::NotFound)?;
            if !refund.status.is_unsettled() {
                return Ok(refund);
            }
            match self.carry_out(refund.id).await? {
                Some(Outcome::Final(_)) => {}
                None if patience.wait().await => {}
                // As it stands after the provider was asked, not before.
                Some(_) | None => return self.refund_now(request.payment, refund).await,
            }
        }
    }
}

impl PaymentService {
    async fn refund_now(&self, payment: PaymentId, refund: Attempt) -> Result<Attempt, PaymentError> {
        let dossier = query::with_attempts(&self.db, payment).await?.ok_or(PaymentError::NotFound)?;
        Ok(dossier.attempts.into_iter().find(|attempt| attempt.id == refund.id).unwrap_or(refund))
    }
}

/// Queues the refund if the payment has room for it; answers the one that is there when it was asked for before.
async fn decide(tx: &Tx, request: &RefundRequest, wanted: Wanted) -> Result<Attempt, PaymentError> {
    let (order, mut work) = UnitOfWork::of_payment(tx, request.payment).await?.ok_or(PaymentError::NotFound)?;
    let payment = work.payment(order).cloned().ok_or(PaymentError::NotFound)?;
    let attempts = work.attempts(order);
    if let Some(before) = attempts.iter().find(|attempt| attempt.id == wanted.id) {
        let same = before.amount.minor() == request.minor && before.reason.as_deref() == Some(&*request.reason);
        return if same { Ok(before.clone()) } else { Err(KeyRefusal::Reused.into()) };
    }
    let amount = Money::new(request.minor, payment.amount.currency());
    let seen = if guard::sabotaged("payment.reserve") { &[] } else { attempts };
    let left = refundable(&payment, seen)?;
    if left.minor() < amount.minor() {
        return Err(PaymentError::TooMuch { left });
    }
    let attempt = wanted.attempt(&payment, Operation::Refund, amount, tx.seams().now());
    work.put(order, attempt.clone())?;
    work.save(tx).await.map(|()| attempt)
}

/// What was taken, is not given back, and is not about to be.
fn refundable(payment: &Payment, attempts: &[Attempt]) -> Result<Money, PaymentError> {
    if !matches!(payment.status(), Status::Captured | Status::Refunded) {
        let status = payment.charge().status.as_str().to_owned();
        return Err(ChargeRefusal::IllegalMove { status, wanted: "refunded".to_owned() }.into());
    }
    Ok(left_to_give(payment, attempts).map_err(crate::domain::IllegalMove::from)?)
}
