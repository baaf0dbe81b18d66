//! What to do next with an attempt, and what an order's end asks for.

use kernel::{DateTime, Money, MoneyError, Utc};

use super::{Attempt, AttemptStatus, Operation, Payment, Status, left_to_give, refusal::is_capturing};

/// What whoever took an attempt up does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Asks the provider for it.
    Call,
    /// Asks the provider what became of it.
    LookUp,
    /// Comes back later.
    Wait,
    /// Nothing: it is not needed any more.
    Drop(&'static str),
    /// Nothing: it cannot be done any more, and a person should know.
    Fail(&'static str),
    /// Nothing: it is settled, or somebody else is at it.
    Leave,
}

/// The next step of `attempt`, which is one of all the `attempts` of `payment`.
pub(crate) fn next_step(payment: &Payment, attempts: &[Attempt], attempt: &Attempt, now: DateTime<Utc>) -> Step {
    let due = attempt.next_try_at.is_some_and(|next| next <= now);
    match attempt.status {
        AttemptStatus::Unknown => Step::LookUp,
        AttemptStatus::Started | AttemptStatus::Pending if due => Step::LookUp,
        AttemptStatus::Queued if attempts.iter().any(|other| other.status.is_open()) => Step::Wait,
        AttemptStatus::Queued => next_step_of_queued(payment, attempt),
        // The provider was out of reach, so the payment stays as it was and the same thing may be asked again.
        AttemptStatus::Failed if attempt.operation == Operation::Authorize && payment.status() == Status::Pending => {
            if payment.is_given_up() {
                Step::Leave
            } else {
                Step::Call
            }
        }
        AttemptStatus::Started
        | AttemptStatus::Pending
        | AttemptStatus::Succeeded
        | AttemptStatus::Failed
        | AttemptStatus::Dropped => Step::Leave,
    }
}

fn next_step_of_queued(payment: &Payment, attempt: &Attempt) -> Step {
    match (attempt.operation, payment.status()) {
        (Operation::Void, Status::Authorized) => Step::Call,
        (Operation::Void | Operation::Refund, Status::Pending) | (Operation::Refund, Status::Authorized) => Step::Wait,
        (Operation::Void, _) => Step::Drop("nothing is set aside"),
        (Operation::Refund, Status::Captured) => {
            let enough = payment.standing().kept().is_ok_and(|kept| {
                kept.currency() == attempt.amount.currency() && kept.minor() >= attempt.amount.minor()
            });
            if enough { Step::Call } else { Step::Fail("more than was taken") }
        }
        (Operation::Refund, Status::Refunded) => Step::Fail("everything was given back before"),
        (Operation::Refund, Status::Declined | Status::Voided) => Step::Drop("nothing was taken"),
        // These are never queued.
        (Operation::Authorize | Operation::Capture, _) => Step::Leave,
    }
}

/// The refunds that are decided and not settled, added up.
pub(crate) fn owed_refunds(payment: &Payment, attempts: &[Attempt]) -> Result<Money, MoneyError> {
    let owed = attempts
        .iter()
        .filter(|attempt| attempt.operation == Operation::Refund && attempt.status.is_unsettled())
        .map(|attempt| attempt.amount);
    Money::sum(payment.amount.currency(), owed)
}

/// What to give back when the order is cancelled: what was captured, or, should a capture be under way, what it is
/// about to take. `None` when there is nothing.
pub(crate) fn owed_for_cancellation(payment: &Payment, attempts: &[Attempt]) -> Result<Option<Money>, MoneyError> {
    if payment.status() == Status::Authorized && !is_capturing(attempts) {
        return Ok(None);
    }
    let owed = left_to_give(payment, attempts)?;
    Ok(owed.is_positive().then_some(owed))
}

#[cfg(test)]
mod tests;
