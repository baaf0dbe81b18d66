use kernel::PaymentId;

use super::{
    PaymentService,
    ask::Outcome,
    command::{self, Command},
};
use crate::{
    domain::{Attempt, AttemptStatus, Final, Operation, Payment},
    error::PaymentError,
    persistence::query,
};

impl PaymentService {
    /// Writes down what came of `attempt`, of a payment last `seen` so; answers how the payment stands now.
    pub(crate) async fn settle(
        &self,
        seen: &Payment,
        attempt: &Attempt,
        outcome: &Outcome,
    ) -> Result<Payment, PaymentError> {
        let settled = match outcome {
            Outcome::Final(end) => Some(self.end(seen, attempt, end).await?),
            Outcome::Pending | Outcome::Unreached | Outcome::Unknown => {
                self.postpone(seen, self.postponed(attempt, outcome)).await?.then(|| seen.clone())
            }
        };
        let payment = match settled {
            Some(payment) => payment,
            None => self.payment(seen.id).await?,
        };
        // On the way of an ordinary order nothing waits behind an outcome, and the worker sleeps on. Neither is there work in
        // an attempt that is left to its caller.
        if payment.standing().given_up
            || !(matches!(outcome, Outcome::Final(_)) || is_left_to_the_caller(attempt, outcome))
        {
            self.wake();
        }
        Ok(payment)
    }

    async fn end(&self, seen: &Payment, attempt: &Attempt, end: &Final) -> Result<Payment, PaymentError> {
        let command = Command::End { order: seen.order, payment: seen.id, attempt: attempt.clone(), end: end.clone() };
        match self.commands.submit(command).await?? {
            command::Outcome::Ended(payment) => Ok(*payment),
            _ => Err(PaymentError::NotFound),
        }
    }

    /// `false` when the attempt was settled before, by another process or a webhook.
    async fn postpone(&self, seen: &Payment, attempt: Attempt) -> Result<bool, PaymentError> {
        let command = Command::Postpone { order: seen.order, payment: seen.id, attempt };
        Ok(matches!(self.commands.submit(command).await??, command::Outcome::Postponed(true)))
    }

    /// The attempt as it waits for its next try, if it gets one.
    fn postponed(&self, attempt: &Attempt, outcome: &Outcome) -> Attempt {
        let next = Some(self.db.seams().now() + self.config.backoff(attempt.tries));
        let away = || Some("the provider could not be reached".to_owned());
        let (status, answer, next) = match outcome {
            // Nobody was asked, and the caller was told so: it is the caller's to try again.
            Outcome::Unreached if is_left_to_the_caller(attempt, outcome) => (AttemptStatus::Failed, away(), None),
            // What was decided here is done sooner or later.
            Outcome::Unreached => (AttemptStatus::Queued, away(), next),
            Outcome::Pending => (AttemptStatus::Pending, None, next),
            Outcome::Unknown | Outcome::Final(_) => (AttemptStatus::Unknown, None, next),
        };
        attempt.clone().left_for(status, answer, next)
    }

    async fn payment(&self, id: PaymentId) -> Result<Payment, PaymentError> {
        let dossier = query::with_attempts(&self.db, id).await?;
        dossier.map(|dossier| dossier.payment).ok_or(PaymentError::NotFound)
    }
}

/// Whether only a further call brings the attempt on: its provider was not reached, and nothing is set aside by it.
fn is_left_to_the_caller(attempt: &Attempt, outcome: &Outcome) -> bool {
    *outcome == Outcome::Unreached && matches!(attempt.operation, Operation::Authorize | Operation::Capture)
}
