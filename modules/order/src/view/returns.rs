//! How returns, units that were called off, and promised money look from outside.

use kernel::{DateTime, Money, OrderId, RefundId, ReturnId, Sku, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::UnitsView;
use crate::{
    domain::{
        Promised, Return, Units,
        promise::{PromiseCause, PromiseStatus},
        returns::{Decision, ReceivedLine, ReturnStatus},
    },
    persistence::called_off::WrittenOff,
};

/// How far a return has come. `called_off`: no unit of it had been sent, so nothing has to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnStanding {
    Requested,
    Approved,
    Received,
    Refused,
    CalledOff,
}

/// Goods that a buyer asks to return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Return)]
pub(crate) struct ReturnView {
    id: ReturnId,
    order: OrderId,
    /// What people call the order.
    #[schema(example = "1000001")]
    number: String,
    status: ReturnStanding,
    /// Names the giving back of the money, in the order's payment.
    refund: RefundId,
    /// What became of the money; missing while none is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_status: Option<PromiseStatus>,
    /// What is given back: the price of the lines, or what is left of the money when that is less. What would be, while
    /// the return is `requested`.
    amount: Money,
    /// The units that are asked to be returned.
    lines: Vec<UnitsView>,
    /// The units that came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    received: Vec<ReceivedView>,
    /// Units of the same request that had not been sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    called_off: Option<CalledOffView>,
    /// Whether the buyer says that the units can be sold again. The shop decides when they come.
    restock: bool,
    reason: String,
    /// Who asked for it, such as `guest`.
    by: String,
    /// Who decided last.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionView>,
    created_at: DateTime<Utc>,
}

/// Units that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReceivedLine)]
pub(crate) struct ReceivedView {
    sku: Sku,
    quantity: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    /// Whether they can be sold again.
    restock: bool,
}

/// Who decided about a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReturnDecision)]
pub(crate) struct DecisionView {
    #[schema(example = "admin")]
    by: String,
    at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Units that were called off before they were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CalledOff)]
pub(crate) struct CalledOffView {
    id: ReturnId,
    lines: Vec<UnitsView>,
    /// What is given back for them.
    amount: Money,
    /// Names the giving back of the money, in the order's payment.
    refund: RefundId,
    reason: String,
    by: String,
    created_at: DateTime<Utc>,
}

/// Money that is promised back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrderRefund)]
pub(crate) struct RefundView {
    id: RefundId,
    cause: PromiseCause,
    amount: Money,
    paid: Money,
    status: PromiseStatus,
    /// Why not all of it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl ReturnView {
    /// A return as it stands, of the order that people call `number`.
    pub(crate) fn of(back: Return, number: String) -> Self {
        Self {
            status: back.status().into(),
            lines: units(&back.units),
            received: back.received().iter().cloned().map(Into::into).collect(),
            decision: back.decision().cloned().map(Into::into),
            id: back.id,
            order: back.order,
            number,
            refund: back.refund,
            refund_status: None,
            amount: back.amount,
            called_off: None,
            restock: back.restock,
            reason: back.reason,
            by: back.by,
            created_at: back.at,
        }
    }

    /// What a request to return comes to when none of its units had been sent.
    pub(crate) fn of_called_off(off: WrittenOff, number: String) -> Self {
        Self {
            id: off.call.id,
            order: off.order,
            number,
            status: ReturnStanding::CalledOff,
            refund: off.call.refund,
            refund_status: None,
            amount: off.amount,
            lines: units(&off.call.units),
            received: Vec::new(),
            called_off: None,
            restock: false,
            reason: off.call.reason,
            by: off.by,
            decision: None,
            created_at: off.at,
        }
    }

    pub(crate) fn beside(mut self, called_off: Option<CalledOffView>) -> Self {
        self.called_off = called_off;
        self
    }

    pub(crate) fn with_refund(mut self, promised: Option<&Promised>) -> Self {
        self.refund_status = promised.map(|promised| promised.status);
        self
    }
}

impl RefundView {
    pub(crate) fn of(promised: &Promised) -> Self {
        let Promised { promise, paid, status, reason, at } = promised.clone();
        Self { id: promise.refund, cause: promise.cause, amount: promise.amount, paid, status, reason, created_at: at }
    }
}

impl From<ReturnStatus> for ReturnStanding {
    fn from(status: ReturnStatus) -> Self {
        match status {
            ReturnStatus::Requested => Self::Requested,
            ReturnStatus::Approved => Self::Approved,
            ReturnStatus::Received => Self::Received,
            ReturnStatus::Refused => Self::Refused,
        }
    }
}

impl From<ReceivedLine> for ReceivedView {
    fn from(ReceivedLine { sku, quantity, condition, restock }: ReceivedLine) -> Self {
        Self { sku, quantity, condition, restock }
    }
}

impl From<Decision> for DecisionView {
    fn from(Decision { by, at, reason }: Decision) -> Self {
        Self { by, at, reason }
    }
}

impl From<WrittenOff> for CalledOffView {
    fn from(WrittenOff { call, amount, by, at, .. }: WrittenOff) -> Self {
        let lines = units(&call.units);
        Self { id: call.id, lines, amount, refund: call.refund, reason: call.reason, by, created_at: at }
    }
}

fn units(units: &Units) -> Vec<UnitsView> {
    units.iter().map(|(sku, quantity)| UnitsView { sku: sku.clone(), quantity }).collect()
}
