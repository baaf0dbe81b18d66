use std::time::Duration;

use kernel::AttemptId;
use kernel_db::guard;

use super::{PaymentService, UnitOfWork, ask::Outcome, service::instruction};
use crate::{
    domain::{Attempt, AttemptStatus, Final, Operation, Payment, Step, next_step},
    error::PaymentError,
    provider::Provider,
};

/// What waits for another attempt's end is looked at again after so long, should nobody wake the worker.
const WAIT: Duration = Duration::from_millis(500);

impl PaymentService {
    /// Takes an attempt up and brings it as far as it goes. `None` when there is nothing to be done with it, or not
    /// by us.
    pub(super) async fn carry_out(&self, id: AttemptId) -> Result<Option<Outcome>, PaymentError> {
        let taken = self.db.transact(|tx| async move { self.take_up(&tx, id).await }).await?;
        let Some((payment, attempt, step)) = taken else { return Ok(None) };
        guard::pass("payment.taken_up");
        let provider = self.provider(&payment.method).ok_or(PaymentError::NoProvider)?.as_ref();
        let outcome = match step {
            Step::LookUp => self.ask_after(provider, &payment, &attempt).await,
            _ => self.call(provider, &instruction(&payment, &attempt)).await,
        };
        guard::pass("payment.carried_out");
        self.settle(&payment, &attempt, &outcome).await?;
        Ok(Some(outcome))
    }

    /// Makes an attempt ours for the length of a lease, under the lock of its payment.
    async fn take_up(
        &self,
        tx: &kernel_db::Tx,
        id: AttemptId,
    ) -> Result<Option<(Payment, Attempt, Step)>, PaymentError> {
        let Some((order, mut work)) = UnitOfWork::of_reference(tx, id, false).await? else { return Ok(None) };
        let payment = work.payment(order).cloned().ok_or(PaymentError::NotFound)?;
        let attempts = work.attempts(order);
        let Some(attempt) = attempts.iter().find(|attempt| attempt.id == id).cloned() else { return Ok(None) };
        let now = self.db.seams().now();
        let step = next_step(&payment, attempts, &attempt, now);
        let (status, answer) = (attempt.status, attempt.answer.clone());
        let attempt = match &step {
            Step::Call | Step::LookUp => attempt.started_until(self.lease_from(now)),
            Step::Wait => attempt.left_for(status, answer, Some(now + WAIT)),
            Step::Drop(why) => attempt.left_for(AttemptStatus::Dropped, Some((*why).to_owned()), None),
            Step::Fail(why) => {
                work.fail_refund(order, &attempt, why)?;
                work.save(tx).await?;
                return Ok(None);
            }
            Step::Leave => return Ok(None),
        };
        work.put(order, attempt.clone())?;
        work.save(tx).await?;
        Ok(matches!(step, Step::Call | Step::LookUp).then_some((payment, attempt, step)))
    }

    /// What became of an attempt. What the provider never saw is asked for again under the same reference, unless
    /// nobody wants it any more.
    async fn ask_after(&self, provider: &dyn Provider, payment: &Payment, attempt: &Attempt) -> Outcome {
        if let Some(outcome) = self.look_up(provider, attempt.id).await {
            return outcome;
        }
        let unwanted = payment.is_given_up() && matches!(attempt.operation, Operation::Authorize | Operation::Capture);
        if !unwanted {
            return self.call(provider, &instruction(payment, attempt)).await;
        }
        // A request that was sent a moment ago may still arrive.
        let age = self.db.seams().now() - attempt.created_at;
        if age.to_std().is_ok_and(|age| age > self.config.lease()) {
            Outcome::Final(Final::NeverHappened)
        } else {
            Outcome::Unknown
        }
    }
}
