use kernel_db::{Cause, Tx, guard, outbox};

use super::{Cashier, ask::Outcome};
use crate::{
    domain::{Attempt, AttemptStatus, Final, Movement, Operation, Payment, Status, Wanted},
    error::PaymentError,
    persistence::store,
};

impl Cashier {
    /// Writes down what came of `attempt`, of a payment last `seen` so; answers how the payment stands now.
    pub(super) async fn settle(
        &self,
        seen: &Payment,
        attempt: &Attempt,
        outcome: &Outcome,
    ) -> Result<Payment, PaymentError> {
        let settled = match outcome {
            Outcome::Final(end) => {
                let ended = self.db.transact(|tx| async move { end_attempt(&tx, seen, attempt, end).await }).await;
                match ended {
                    Err(PaymentError::SettledBefore) => None,
                    ended => Some(ended?),
                }
            }
            Outcome::Pending | Outcome::Unreached | Outcome::Unknown => {
                let postponed = store::postpone(&self.db, &self.postponed(attempt, outcome)).await?;
                postponed.then(|| seen.clone())
            }
        };
        let payment = match settled {
            Some(payment) => payment,
            None => self.payment(seen.id).await?,
        };
        // On the way of an ordinary order nothing waits behind an outcome, and the worker sleeps on.
        if payment.standing().given_up || !matches!(outcome, Outcome::Final(_)) {
            self.wake();
        }
        Ok(payment)
    }

    /// The attempt as it waits for its next try, if it gets one.
    fn postponed(&self, attempt: &Attempt, outcome: &Outcome) -> Attempt {
        let next = Some(self.db.seams().now() + self.config.backoff(attempt.tries));
        let away = || Some("the provider could not be reached".to_owned());
        let (status, answer, next) = match (outcome, attempt.operation) {
            // Nobody was asked, and the caller was told so: it is the caller's to try again.
            (Outcome::Unreached, Operation::Authorize | Operation::Capture) => (AttemptStatus::Failed, away(), None),
            // What was decided here is done sooner or later.
            (Outcome::Unreached, Operation::Void | Operation::Refund) => (AttemptStatus::Queued, away(), next),
            (Outcome::Pending, _) => (AttemptStatus::Pending, None, next),
            (Outcome::Unknown | Outcome::Final(_), _) => (AttemptStatus::Unknown, None, next),
        };
        attempt.clone().left_for(status, answer, next)
    }

    async fn payment(&self, id: kernel::PaymentId) -> Result<Payment, PaymentError> {
        let dossier = crate::persistence::query::dossier(&self.db, id).await?;
        dossier.map(|dossier| dossier.payment).ok_or(PaymentError::NotFound)
    }
}

/// Ends `attempt`: the payment, the attempt, the ledger and the news of it, in one commit.
///
/// It believes that the payment still stands as it was `seen`, which saves reading it; when that turns out to be
/// wrong, it looks again.
pub(super) async fn end_attempt(
    tx: &Tx,
    seen: &Payment,
    attempt: &Attempt,
    end: &Final,
) -> Result<Payment, PaymentError> {
    let moved_as_seen = moved(tx, seen, attempt, end).await?;
    let (payment, movement) = if let Some(moved) = moved_as_seen {
        moved
    } else {
        let fresh = store::lock(tx, seen.id).await?.ok_or(PaymentError::NotFound)?;
        let attempts = store::attempts(tx, seen.id).await?;
        let kept = attempts.iter().find(|kept| kept.id == attempt.id);
        if kept.is_some_and(|kept| kept.status == AttemptStatus::Succeeded) || is_decided(&fresh, attempt, end) {
            return Ok(fresh);
        }
        // The second look is at a locked row: whatever does not fit now is a contradiction.
        fresh.clone().settle(attempt, end)?;
        moved(tx, &fresh, attempt, end).await?.ok_or(PaymentError::SettledBefore)?
    };
    if !store::close(tx, attempt, closed(attempt, end), words(end)).await? {
        return Err(PaymentError::SettledBefore);
    }
    record(tx, &payment, attempt, movement).await?;
    guard::pass("payment.before_commit");
    Ok(payment)
}

/// Whether an authorization's outcome is known already. An approval that comes after the payment was abandoned is
/// news all the same: the money must be freed.
fn is_decided(payment: &Payment, attempt: &Attempt, end: &Final) -> bool {
    let news = match payment.status() {
        Status::Pending => true,
        Status::Voided => *end == Final::Approved,
        Status::Authorized | Status::Captured | Status::Declined | Status::Refunded => false,
    };
    attempt.operation == Operation::Authorize && !news
}

/// The payment after `end`, saved. `None` when it does not stand as it was seen.
async fn moved(
    tx: &Tx,
    seen: &Payment,
    attempt: &Attempt,
    end: &Final,
) -> Result<Option<(Payment, Movement)>, PaymentError> {
    let mut payment = seen.clone();
    let Ok(movement) = payment.settle(attempt, end) else { return Ok(None) };
    let saved = movement.event.is_none() || store::save(tx, &payment, seen.standing()).await?;
    Ok(saved.then_some((payment, movement)))
}

async fn record(tx: &Tx, payment: &Payment, attempt: &Attempt, movement: Movement) -> Result<(), PaymentError> {
    if let Some(posting) = &movement.posting {
        store::post(tx, attempt, posting).await?;
    }
    if let Some(event) = movement.event {
        publish(tx, payment, attempt.correlation, event).await?;
    }
    if attempt.operation == Operation::Authorize && payment.status() == Status::Authorized && payment.is_given_up() {
        let asked_by = "system:payment".to_owned();
        let wanted = Wanted { id: tx.seams().id(), asked_by, reason: None, correlation: attempt.correlation };
        free(tx, payment, wanted).await?;
    }
    Ok(())
}

/// Queues the void of what is set aside.
pub(super) async fn free(tx: &Tx, payment: &Payment, wanted: Wanted) -> Result<(), PaymentError> {
    let amount = payment.standing().authorized;
    store::add(tx, &wanted.attempt(payment, Operation::Void, amount, tx.seams().now())).await?;
    Ok(())
}

/// Publishes the event that brought the payment to its present version.
pub(super) async fn publish(
    tx: &Tx,
    payment: &Payment,
    correlation: Option<uuid::Uuid>,
    event: payment_contract::PaymentEvent,
) -> Result<(), PaymentError> {
    let cause = Cause { correlation, causation: correlation, traceparent: None };
    outbox::publish(tx, &cause, &[(payment.standing().version, event)]).await?;
    Ok(())
}

fn closed(attempt: &Attempt, end: &Final) -> AttemptStatus {
    if let Final::Declined { reason } = end
        && attempt.operation != Operation::Authorize
    {
        tracing::warn!(payment = %attempt.payment, operation = attempt.operation.as_str(), reason, "declined");
    }
    match end {
        Final::Approved => AttemptStatus::Succeeded,
        Final::Declined { .. } => AttemptStatus::Failed,
        Final::NeverHappened => AttemptStatus::Dropped,
    }
}

fn words(end: &Final) -> Option<String> {
    match end {
        Final::Approved => None,
        Final::Declined { reason } => Some(reason.clone()),
        Final::NeverHappened => Some("the provider never saw it".to_owned()),
    }
}
