use kernel::{DateTime, Money, MoneyError, PaymentId, RefundId, Utc};

use super::{Attempt, Operation, Payment, Status, owed_refunds};

/// A promise to give money back that cannot be kept, all or in part: `asked - refunded` of it is the shop's to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) refund: RefundId,
    pub(crate) payment: PaymentId,
    /// What was promised.
    pub(crate) asked: Money,
    /// What of it is given back, or about to be.
    pub(crate) refunded: Money,
    /// What could be given back when the promise came.
    pub(crate) left: Money,
    pub(crate) reason: String,
    pub(crate) asked_by: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) resolved: Option<Resolved>,
}

/// What the shop says of a refusal that it has settled by other means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) at: DateTime<Utc>,
    pub(crate) by: String,
    pub(crate) note: String,
}

/// What can be done about a promise to give money back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Promise {
    /// Reserved for it: what is left, at most what was asked.
    pub(crate) given: Money,
    pub(crate) left: Money,
}

/// Why a promise finds too little.
pub(crate) const TOO_LITTLE_LEFT: &str = "less is left than was promised";

/// What is left to be given back: what was taken, or is about to be, without what was given back or is about to be.
pub(crate) fn left_to_give(payment: &Payment, attempts: &[Attempt]) -> Result<Money, MoneyError> {
    let taken = match payment.status() {
        Status::Captured | Status::Refunded => payment.standing().kept()?,
        // Nothing is promised before the money is taken, except while its capture is under way.
        Status::Authorized if is_capturing(attempts) => payment.standing().authorized,
        Status::Authorized if !payment.is_given_up() => payment.standing().authorized,
        Status::Authorized | Status::Pending | Status::Declined | Status::Voided => {
            return Ok(Money::zero(payment.amount.currency()));
        }
    };
    let left = taken.checked_sub(owed_refunds(payment, attempts)?)?;
    Ok(if left.minor() < 0 { Money::zero(left.currency()) } else { left })
}

pub(super) fn is_capturing(attempts: &[Attempt]) -> bool {
    attempts.iter().any(|attempt| attempt.operation == Operation::Capture && attempt.status.is_open())
}

/// How much of `asked` can be promised on top of all that was promised before.
pub(crate) fn promise(payment: &Payment, attempts: &[Attempt], asked: Money) -> Result<Promise, MoneyError> {
    let left = left_to_give(payment, attempts)?;
    let given = if asked.minor() <= left.minor() { asked } else { left };
    Ok(Promise { given, left })
}

/// Whether the refund of that id was decided before: whatever became of it, it is not decided again.
pub(crate) fn is_decided(attempts: &[Attempt], refusals: &[Refusal], refund: RefundId) -> bool {
    attempts.iter().any(|attempt| attempt.id.uuid() == refund.uuid())
        || refusals.iter().any(|refusal| refusal.refund == refund)
}

/// What a refund that its provider has declined, or that cannot be asked for, leaves to the shop. `before` is what was
/// refused of the same promise when it came.
pub(crate) fn refusal_of(
    (payment, attempts): (&Payment, &[Attempt]),
    attempt: &Attempt,
    before: Option<&Refusal>,
    (reason, now): (&str, DateTime<Utc>),
) -> Result<Refusal, MoneyError> {
    let others: Vec<Attempt> = attempts.iter().filter(|other| other.id != attempt.id).cloned().collect();
    Ok(Refusal {
        refund: RefundId::new(attempt.id.uuid()),
        payment: payment.id,
        asked: before.map_or(attempt.amount, |before| before.asked),
        refunded: Money::zero(attempt.amount.currency()),
        left: left_to_give(payment, &others)?,
        reason: reason.to_owned(),
        asked_by: attempt.asked_by.clone(),
        created_at: now,
        resolved: None,
    })
}
