use kernel::{Money, OrderId, RefundId};
use kernel_db::{Cause, guard};

use super::{Tracked, UnitOfWork, cause};
use crate::{
    domain::{
        Attempt, AttemptStatus, IllegalMove, Operation, Payment, Promise, Refusal, TOO_LITTLE_LEFT, Wanted, is_decided,
        promise, refusal_of,
    },
    error::PaymentError,
};

impl UnitOfWork {
    /// Takes a promise on that was made elsewhere: queues what is left of it, at most what was asked, and tells the shop of
    /// the rest. Once for each refund id, whatever became of it.
    pub(crate) fn take_on(
        &mut self,
        order: OrderId,
        (refund, asked): (RefundId, Money),
        wanted: Wanted,
    ) -> Result<(), PaymentError> {
        let now = self.now;
        let Tracked { payment, attempts, refusals, .. } = self.tracked(order)?;
        if is_decided(attempts, refusals, refund) {
            return Ok(());
        }
        let seen = if guard::sabotaged("payment.reserve") { &[] } else { attempts.as_slice() };
        let Promise { given, left } = promise(payment, seen, asked).map_err(IllegalMove::from)?;
        let asked_by = wanted.asked_by.clone();
        let because = cause(wanted.correlation, wanted.traceparent.clone());
        if given.is_positive() {
            attempts.push(wanted.attempt(payment, Operation::Refund, given, now));
        }
        if given == asked {
            return Ok(());
        }
        let reason = TOO_LITTLE_LEFT.to_owned();
        let payment = payment.id;
        self.refuse(
            order,
            Refusal {
                refund,
                payment,
                asked,
                refunded: given,
                left,
                reason,
                asked_by,
                created_at: now,
                resolved: None,
            },
            because,
        )
    }

    /// Ends a refund that cannot be had, and tells the shop.
    pub(crate) fn fail_refund(
        &mut self,
        order: OrderId,
        attempt: &Attempt,
        reason: &str,
    ) -> Result<Payment, PaymentError> {
        let now = self.now;
        let tracked = self.tracked(order)?;
        let before = tracked.refusals.iter().find(|refusal| refusal.refund.uuid() == attempt.id.uuid());
        let refusal = refusal_of((&tracked.payment, &tracked.attempts), attempt, before, (reason, now));
        let refusal = refusal.map_err(IllegalMove::from)?;
        tracked.put(attempt.clone().left_for(AttemptStatus::Failed, Some(reason.to_owned()), None));
        let because = cause(attempt.correlation, attempt.traceparent.clone());
        self.refuse(order, refusal, because)?;
        self.payment(order).cloned().ok_or(PaymentError::NotFound)
    }

    /// Keeps a refusal and publishes it.
    fn refuse(&mut self, order: OrderId, refusal: Refusal, because: Cause) -> Result<(), PaymentError> {
        if guard::sabotaged("payment.refuse") {
            return Ok(());
        }
        let Refusal { refund, asked, refunded, reason, .. } = &refusal;
        let tracked = self.tracked(order)?;
        let payment = tracked.payment.id;
        tracing::warn!(%payment, %refund, %asked, %refunded, reason, "a promised refund cannot be made");
        let movement = tracked.payment.refund_refused(&refusal);
        let version = tracked.payment.standing().version;
        tracked.refusals.push(refusal.clone());
        self.events.extend(movement.event.map(|event| (because, version, event)));
        self.refusals.push(refusal);
        Ok(())
    }
}
