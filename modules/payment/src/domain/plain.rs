//! The attempts of a payment that goes plainly: the provider is asked for the money once, and at most once to take it.
//!
//! The payment's row says all of them, so none has a row of its own.

use kernel::{AttemptId, DateTime, Money, PaymentId, Utc};
use uuid::Uuid;

use super::{Asked, Attempt, AttemptStatus, Operation, Payment, Status, Wanted};

/// What stands in a payment's row in the place of its attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plain {
    /// Until when other processes leave alone what is under way; `None` when nothing is.
    pub(crate) lease_until: Option<DateTime<Utc>>,
    /// That the money is being taken, or was.
    pub(crate) capture: Option<Asked>,
}

/// In which bits the reference of a payment's plain capture differs from the payment's id: those of the version. So neither
/// is a version 7 UUID of anything else, and each can be had from the other.
const CAPTURE_BITS: u128 = 0xF << 76;

/// The reference by which the provider knows a payment's plain capture.
pub(crate) const fn capture_reference(payment: PaymentId) -> AttemptId {
    AttemptId::new(Uuid::from_u128(payment.uuid().as_u128() ^ CAPTURE_BITS))
}

/// The payment whose plain capture would have this reference.
pub(crate) const fn payment_of_capture(reference: AttemptId) -> PaymentId {
    PaymentId::new(Uuid::from_u128(reference.uuid().as_u128() ^ CAPTURE_BITS))
}

impl Plain {
    /// Of a payment whose provider is about to be asked.
    pub(crate) const fn claimed(lease_until: DateTime<Utc>) -> Self {
        Self { lease_until: Some(lease_until), capture: None }
    }

    /// As which `attempts` of `payment` can be kept, if they can be.
    pub(crate) fn of(payment: &Payment, attempts: &[Attempt]) -> Option<Self> {
        let (last, capture) = match attempts {
            [authorization] => (authorization, None),
            [_, capture] => (capture, Some(Asked::of(capture))),
            _ => return None,
        };
        let fits = match payment.status() {
            Status::Pending => capture.is_none(),
            Status::Authorized => true,
            Status::Captured => capture.is_some(),
            Status::Declined | Status::Voided | Status::Refunded => false,
        };
        let plain = Self { lease_until: last.next_try_at, capture };
        (fits && plain.attempts(payment) == attempts).then_some(plain)
    }

    /// The attempts, oldest first.
    pub(crate) fn attempts(&self, payment: &Payment) -> Vec<Attempt> {
        let mut attempts = vec![self.authorization(payment)];
        attempts.extend(self.capture.as_ref().map(|capture| self.captured(payment, capture)));
        attempts
    }

    pub(crate) fn authorization(&self, payment: &Payment) -> Attempt {
        let asked = Asked {
            by: payment.asked_by.clone(),
            correlation: payment.correlation,
            traceparent: payment.traceparent.clone(),
            at: payment.created_at,
        };
        let attempt = asked.attempt(payment.authorization(), payment, Operation::Authorize, payment.amount);
        self.as_far_as(attempt, payment.status() == Status::Pending)
    }

    fn captured(&self, payment: &Payment, asked: &Asked) -> Attempt {
        let (id, amount) = (capture_reference(payment.id), payment.standing().authorized);
        let attempt = asked.clone().attempt(id, payment, Operation::Capture, amount);
        self.as_far_as(attempt, payment.status() == Status::Authorized)
    }

    /// Asked once, and approved unless it is under way.
    fn as_far_as(&self, attempt: Attempt, is_under_way: bool) -> Attempt {
        let (status, next) =
            if is_under_way { (AttemptStatus::Started, self.lease_until) } else { (AttemptStatus::Succeeded, None) };
        Attempt { tries: 1, ..attempt }.left_for(status, None, next)
    }

    /// The attempt whose outcome is not known, if there is one.
    pub(crate) fn under_way(&self, payment: &Payment) -> Option<AttemptId> {
        self.lease_until.map(|_| match self.capture {
            Some(_) => capture_reference(payment.id),
            None => payment.authorization(),
        })
    }
}

impl Asked {
    fn of(attempt: &Attempt) -> Self {
        Self {
            by: attempt.asked_by.clone(),
            correlation: attempt.correlation,
            traceparent: attempt.traceparent.clone(),
            at: attempt.created_at,
        }
    }

    fn attempt(self, id: AttemptId, payment: &Payment, operation: Operation, amount: Money) -> Attempt {
        let Self { by: asked_by, correlation, traceparent, at } = self;
        Wanted { id, asked_by, reason: None, correlation, traceparent }.attempt(payment, operation, amount, at)
    }
}

/// Whether the worker has to look at a payment from time to time, which it `was` to do before: something is under way, or a
/// capture is expected soon, or money is set aside that is not wanted.
pub(crate) const fn is_watched(payment: &Payment, plain: Option<&Plain>, was: bool) -> bool {
    match (plain, payment.status()) {
        (Some(plain), _) if plain.lease_until.is_some() => true,
        (Some(_), Status::Authorized) => was,
        (None, Status::Authorized) => payment.standing().given_up,
        (Some(_) | None, _) => false,
    }
}

#[cfg(test)]
mod tests;
