use kernel::{AttemptId, DateTime, Money, OrderId, PaymentId, RefundId, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{Attempt, AttemptStatus, Operation, Payment},
    persistence::query::Dossier,
};

/// A payment with all that was ever asked of its provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct PaymentView {
    id: PaymentId,
    order: OrderId,
    /// The provider's name.
    #[schema(example = "simulated")]
    method: String,
    /// `pending`, `authorized`, `captured`, `declined`, `voided` or `refunded`.
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

impl From<Dossier> for PaymentView {
    fn from(Dossier { payment, attempts }: Dossier) -> Self {
        let standing = *payment.standing();
        let asked = attempts.iter().any(|attempt| attempt.operation == Operation::Authorize);
        let claim = (!asked).then(|| AttemptView::of_claim(&payment));
        Self {
            id: payment.id,
            order: payment.order,
            method: payment.method,
            status: standing.status.as_str(),
            given_up: standing.given_up,
            amount: payment.amount,
            authorized: standing.authorized,
            captured: standing.captured,
            refunded: standing.refunded,
            created_at: payment.created_at,
            attempts: claim.into_iter().chain(attempts.into_iter().map(AttemptView::from)).collect(),
        }
    }
}

impl AttemptView {
    /// The authorization of a payment of which nothing more is known than that it was asked for.
    fn of_claim(payment: &Payment) -> Self {
        Self {
            id: payment.authorization(),
            operation: Operation::Authorize.as_str(),
            amount: payment.amount,
            status: AttemptStatus::Started.as_str(),
            asked_by: "system:order".to_owned(),
            reason: None,
            answer: None,
            tries: 1,
            created_at: payment.created_at,
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
