//! What the rows of the tables are in the domain.

use kernel::{AttemptId, Currency, Money, OrderId, PaymentId, RefundId};
use kernel_db::DbError;

use super::entity::{attempt, payment, refund_refusal};
use crate::domain::{Asked, Attempt, AttemptStatus, Balances, Operation, Payment, Plain, Refusal, Resolved, Status};

/// A payment as its row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptPayment {
    pub(crate) payment: Payment,
    /// Its attempts, unless they have rows of their own.
    pub(crate) plain: Option<Plain>,
    pub(crate) is_watched: bool,
    /// Counts the row's updates.
    pub(crate) revision: i64,
}

impl KeptPayment {
    /// The plain attempt whose outcome is not known, if there is one.
    pub(crate) fn under_way(&self) -> Option<AttemptId> {
        self.plain.as_ref().and_then(|plain| plain.under_way(&self.payment))
    }
}

/// What there is of an order.
#[derive(Debug)]
pub(crate) enum Row {
    /// The payment was given up before there was one.
    Tombstone(OrderId),
    Payment(Box<KeptPayment>),
}

impl Row {
    pub(crate) fn payment(self) -> Option<KeptPayment> {
        match self {
            Self::Payment(payment) => Some(*payment),
            Self::Tombstone(_) => None,
        }
    }
}

impl TryFrom<payment::Model> for Row {
    type Error = DbError;

    fn try_from(model: payment::Model) -> Result<Self, DbError> {
        let order = OrderId::new(model.order_id);
        let (Some(method), Some(code)) = (model.method, model.currency) else { return Ok(Self::Tombstone(order)) };
        let currency = currency(&code)?;
        let money = |minor| Money::new(minor, currency);
        let asked = Asked {
            by: model.asked_by.unwrap_or_default(),
            correlation: model.correlation_id,
            traceparent: model.traceparent,
            at: model.created_at,
        };
        let words = (method, String::new());
        let mut payment = Payment::asked_for(PaymentId::new(model.id), order, words, money(model.amount), asked);
        payment.token = model.token;
        let payment = payment.standing_at(Balances {
            status: Status::parse(&model.status).ok_or_else(|| DbError::corrupt("payment", &model.status))?,
            authorized: money(model.authorized),
            captured: money(model.captured),
            refunded: money(model.refunded),
            version: model.version,
            given_up: model.given_up != 0,
        });
        let capture = model.capture_at.map(|at| Asked {
            by: model.capture_asked_by.unwrap_or_default(),
            correlation: model.capture_correlation_id,
            traceparent: model.capture_traceparent,
            at,
        });
        let plain = (model.plain != 0).then_some(Plain { lease_until: model.lease_until, capture });
        let (is_watched, revision) = (model.watched != 0, model.revision);
        Ok(Self::Payment(Box::new(KeptPayment { payment, plain, is_watched, revision })))
    }
}

impl TryFrom<attempt::Model> for Attempt {
    type Error = DbError;

    fn try_from(model: attempt::Model) -> Result<Self, DbError> {
        Ok(Self {
            id: AttemptId::new(model.id),
            payment: PaymentId::new(model.payment_id),
            operation: Operation::parse(&model.operation)
                .ok_or_else(|| DbError::corrupt("attempt", &model.operation))?,
            amount: Money::new(model.amount, currency(&model.currency)?),
            status: AttemptStatus::parse(&model.status).ok_or_else(|| DbError::corrupt("attempt", &model.status))?,
            reason: model.reason,
            answer: model.answer,
            asked_by: model.asked_by,
            correlation: model.correlation_id,
            traceparent: model.traceparent,
            tries: model.tries,
            next_try_at: model.next_try_at,
            created_at: model.created_at,
        })
    }
}

impl TryFrom<refund_refusal::Model> for Refusal {
    type Error = DbError;

    fn try_from(model: refund_refusal::Model) -> Result<Self, DbError> {
        let currency = currency(&model.currency)?;
        let money = |minor| Money::new(minor, currency);
        let (by, note) = (model.resolved_by.unwrap_or_default(), model.resolution.unwrap_or_default());
        Ok(Self {
            refund: RefundId::new(model.refund_id),
            payment: PaymentId::new(model.payment_id),
            asked: money(model.asked),
            refunded: money(model.refunded),
            left: money(model.left_over),
            reason: model.reason,
            asked_by: model.asked_by,
            created_at: model.created_at,
            resolved: model.resolved_at.map(|at| Resolved { at, by, note }),
        })
    }
}

/// The domain's of all `models`.
pub(super) fn all<M, T: TryFrom<M, Error = DbError>>(models: Vec<M>) -> Result<Vec<T>, DbError> {
    models.into_iter().map(T::try_from).collect()
}

fn currency(code: &str) -> Result<Currency, DbError> {
    Currency::parse(code).map_err(|error| DbError::corrupt("currency", error))
}
