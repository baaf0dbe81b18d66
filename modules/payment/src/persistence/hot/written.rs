//! The rows that are written.

use kernel::{AttemptId, Currency, DateTime, OrderId, PaymentId, Utc};
use kernel_db::{Rows, guard};
use uuid::Uuid;

use super::KeptPayment;
use crate::domain::{Asked, Attempt, Balances, Posting, capture_reference};

/// A payment that its provider is about to be asked for.
#[derive(Rows)]
pub(super) struct ClaimedRow<'a> {
    id: PaymentId,
    order_id: OrderId,
    method: &'a str,
    token: &'a Option<String>,
    currency: Currency,
    amount: i64,
    status: &'static str,
    authorized: i64,
    captured: i64,
    refunded: i64,
    version: i64,
    given_up: bool,
    asked_by: &'a str,
    correlation_id: Option<Uuid>,
    traceparent: &'a Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    revision: i64,
    plain: bool,
    lease_until: Option<DateTime<Utc>>,
    watched: bool,
}

impl<'a> ClaimedRow<'a> {
    pub(super) fn of(made: &'a KeptPayment, now: DateTime<Utc>) -> Self {
        let KeptPayment { payment, plain, is_watched, revision } = made;
        let Balances { status, authorized, captured, refunded, version, given_up } = *payment.standing();
        Self {
            id: payment.id,
            order_id: payment.order,
            method: &payment.method,
            token: &payment.token,
            currency: payment.amount.currency(),
            amount: payment.amount.minor(),
            status: status.as_str(),
            authorized: authorized.minor(),
            captured: captured.minor(),
            refunded: refunded.minor(),
            version,
            given_up,
            asked_by: &payment.asked_by,
            correlation_id: payment.correlation,
            traceparent: &payment.traceparent,
            created_at: payment.created_at,
            updated_at: now,
            revision: *revision,
            plain: plain.is_some(),
            lease_until: plain.as_ref().and_then(|plain| plain.lease_until),
            watched: *is_watched,
        }
    }
}

/// What changes of a payment.
#[derive(Rows)]
pub(super) struct MovedRow<'a> {
    #[rows(key)]
    id: PaymentId,
    token: &'a Option<String>,
    status: &'static str,
    authorized: i64,
    captured: i64,
    refunded: i64,
    version: i64,
    given_up: bool,
    updated_at: DateTime<Utc>,
    revision: i64,
    plain: bool,
    lease_until: Option<DateTime<Utc>>,
    capture_id: Option<AttemptId>,
    capture_asked_by: Option<&'a str>,
    capture_correlation_id: Option<Uuid>,
    capture_traceparent: Option<&'a str>,
    capture_at: Option<DateTime<Utc>>,
    watched: bool,
}

impl<'a> MovedRow<'a> {
    pub(super) fn of(moved: &'a KeptPayment, now: DateTime<Utc>) -> Self {
        let KeptPayment { payment, plain, is_watched, revision } = moved;
        let Balances { status, authorized, captured, refunded, version, given_up } = *payment.standing();
        let capture: Option<&'a Asked> = plain.as_ref().and_then(|plain| plain.capture.as_ref());
        Self {
            id: payment.id,
            token: &payment.token,
            status: status.as_str(),
            authorized: authorized.minor(),
            captured: captured.minor(),
            refunded: refunded.minor(),
            version,
            given_up,
            updated_at: now,
            revision: *revision,
            plain: plain.is_some(),
            lease_until: plain.as_ref().and_then(|plain| plain.lease_until),
            capture_id: capture.map(|_| capture_reference(payment.id)),
            capture_asked_by: capture.map(|asked| asked.by.as_str()),
            capture_correlation_id: capture.and_then(|asked| asked.correlation),
            capture_traceparent: capture.and_then(|asked| asked.traceparent.as_deref()),
            capture_at: capture.map(|asked| asked.at),
            watched: *is_watched,
        }
    }
}

#[derive(Rows)]
pub(super) struct AttemptRow<'a> {
    id: AttemptId,
    payment_id: PaymentId,
    operation: &'static str,
    currency: Currency,
    amount: i64,
    status: &'static str,
    reason: &'a Option<String>,
    answer: &'a Option<String>,
    asked_by: &'a str,
    correlation_id: Option<Uuid>,
    traceparent: &'a Option<String>,
    tries: i64,
    next_try_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> AttemptRow<'a> {
    pub(super) fn of(attempt: &'a Attempt, now: DateTime<Utc>) -> Self {
        Self {
            id: attempt.id,
            payment_id: attempt.payment,
            operation: attempt.operation.as_str(),
            currency: attempt.amount.currency(),
            amount: attempt.amount.minor(),
            status: attempt.status.as_str(),
            reason: &attempt.reason,
            answer: &attempt.answer,
            asked_by: &attempt.asked_by,
            correlation_id: attempt.correlation,
            traceparent: &attempt.traceparent,
            tries: attempt.tries,
            next_try_at: attempt.next_try_at,
            created_at: attempt.created_at,
            updated_at: now,
        }
    }
}

/// A movement of money.
#[derive(Rows)]
pub(super) struct PostedRow {
    attempt_id: AttemptId,
    payment_id: PaymentId,
    operation: &'static str,
    debit: &'static str,
    credit: &'static str,
    currency: Currency,
    debited: i64,
    credited: i64,
    posted_at: DateTime<Utc>,
}

impl PostedRow {
    pub(super) fn of(attempt: &Attempt, posting: &Posting, now: DateTime<Utc>) -> Self {
        let minor = posting.amount.minor();
        Self {
            attempt_id: attempt.id,
            payment_id: attempt.payment,
            operation: attempt.operation.as_str(),
            debit: posting.debit.as_str(),
            credit: posting.credit.as_str(),
            currency: posting.amount.currency(),
            debited: minor,
            credited: minor + i64::from(guard::sabotaged("payment.rounding")),
            posted_at: now,
        }
    }
}
