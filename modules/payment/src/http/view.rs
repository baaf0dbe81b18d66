use kernel::{AttemptId, DateTime, Money, OrderId, PaymentId, RefundId, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    application::Progress,
    domain::{Attempt, AttemptStatus, Refusal},
    persistence::query::PaymentWithAttempts,
};

/// A payment with all that was ever asked of its provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct PaymentView {
    id: PaymentId,
    order: OrderId,
    /// The provider's name.
    #[schema(example = "simulated")]
    method: String,
    /// `pending`, `authorized`, `captured`, `declined`, `voided` or `refunded`; `voiding` while what is set aside is still
    /// being freed.
    #[schema(example = "captured")]
    status: &'static str,
    /// Nobody wants the money any more; what is set aside is being freed.
    given_up: bool,
    /// What was asked for.
    amount: Money,
    authorized: Money,
    captured: Money,
    refunded: Money,
    created_at: DateTime<Utc>,
    /// Oldest first.
    attempts: Vec<AttemptView>,
    /// Promises to give money back that could not be kept, oldest first. Those without `resolved_at` are work to do.
    refused_refunds: Vec<RefusedRefundView>,
}

/// A promise to give money back that could not be kept, all or in part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct RefusedRefundView {
    refund: RefundId,
    /// What was promised.
    asked: Money,
    /// What of it is given back through the payment.
    refunded: Money,
    /// What could be given back of the payment when the promise came.
    left: Money,
    /// Why the rest is not given back.
    #[schema(example = "less is left than was promised")]
    reason: String,
    asked_by: String,
    created_at: DateTime<Utc>,
    /// When the shop said that it is settled; `null` while it is work to do.
    resolved_at: Option<DateTime<Utc>>,
    resolved_by: Option<String>,
    /// How the shop settled it.
    resolution: Option<String>,
}

/// One thing asked, or to be asked, of the provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct AttemptView {
    /// The reference by which the provider knows it.
    id: AttemptId,
    /// `authorize`, `capture`, `void` or `refund`.
    #[schema(example = "authorize")]
    operation: &'static str,
    amount: Money,
    /// `queued`, `started`, `unknown`, `pending`, `succeeded`, `failed` or `dropped`.
    #[schema(example = "succeeded")]
    status: &'static str,
    asked_by: String,
    /// Why it was asked for.
    reason: Option<String>,
    /// What the provider said.
    answer: Option<String>,
    tries: i64,
    created_at: DateTime<Utc>,
}

/// Money that is given back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct RefundView {
    id: RefundId,
    payment: PaymentId,
    amount: Money,
    /// `succeeded`; `failed` when the provider said no; anything else is under way.
    #[schema(example = "succeeded")]
    status: &'static str,
    reason: Option<String>,
    /// What the provider said.
    answer: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<PaymentWithAttempts> for PaymentView {
    fn from(PaymentWithAttempts { payment, attempts, refusals }: PaymentWithAttempts) -> Self {
        let standing = *payment.standing();
        let status = payment.charge().status;
        Self {
            id: payment.id,
            order: payment.order,
            method: payment.method,
            status: status.as_str(),
            given_up: standing.given_up,
            amount: payment.amount,
            authorized: standing.authorized,
            captured: standing.captured,
            refunded: standing.refunded,
            created_at: payment.created_at,
            attempts: attempts.into_iter().map(AttemptView::from).collect(),
            refused_refunds: refusals.into_iter().map(RefusedRefundView::from).collect(),
        }
    }
}

impl From<Refusal> for RefusedRefundView {
    fn from(refusal: Refusal) -> Self {
        let (resolved_at, resolved_by, resolution) = match refusal.resolved {
            Some(resolved) => (Some(resolved.at), Some(resolved.by), Some(resolved.note)),
            None => (None, None, None),
        };
        Self {
            refund: refusal.refund,
            asked: refusal.asked,
            refunded: refusal.refunded,
            left: refusal.left,
            reason: refusal.reason,
            asked_by: refusal.asked_by,
            created_at: refusal.created_at,
            resolved_at,
            resolved_by,
            resolution,
        }
    }
}

impl Progress {
    pub(super) const fn http_status(self) -> u16 {
        match self {
            Self::Done => 200,
            Self::UnderWay => 202,
        }
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: attempt.id,
            operation: attempt.operation.as_str(),
            amount: attempt.amount,
            status: attempt.status.as_str(),
            asked_by: attempt.asked_by,
            reason: attempt.reason,
            answer: attempt.answer,
            tries: attempt.tries,
            created_at: attempt.created_at,
        }
    }
}

impl RefundView {
    /// 201 once it is settled, 202 while it is under way.
    pub(super) fn http_status(&self) -> u16 {
        let settled = [AttemptStatus::Succeeded, AttemptStatus::Failed, AttemptStatus::Dropped];
        if settled.iter().any(|status| status.as_str() == self.status) { 201 } else { 202 }
    }
}

impl From<Attempt> for RefundView {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: RefundId::new(attempt.id.uuid()),
            payment: attempt.payment,
            amount: attempt.amount,
            status: attempt.status.as_str(),
            reason: attempt.reason,
            answer: attempt.answer,
            created_at: attempt.created_at,
        }
    }
}
