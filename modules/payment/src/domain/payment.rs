use kernel::{AttemptId, DateTime, Money, MoneyError, OrderId, PaymentId, RefundId, Utc};
use payment_contract::{
    Charge, ChargeStatus, PaymentAuthorized, PaymentCaptured, PaymentDeclined, PaymentEvent, PaymentRefundRefused,
    PaymentRefunded, PaymentVoided,
};
use uuid::Uuid;

use super::{Asked, Attempt, Operation, Posting, Refusal, Status};

/// The payment of one order.
///
/// `standing` is private because its sums, its status and the events that tell of them move together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) id: PaymentId,
    pub(crate) order: OrderId,
    /// The provider's name.
    pub(crate) method: String,
    /// Kept until the provider has decided.
    pub(crate) token: Option<String>,
    pub(crate) amount: Money,
    pub(crate) asked_by: String,
    pub(crate) correlation: Option<Uuid>,
    /// The trace of the request that asked for it.
    pub(crate) traceparent: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    standing: Balances,
}

/// The part of a payment that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Balances {
    pub(crate) status: Status,
    pub(crate) authorized: Money,
    pub(crate) captured: Money,
    pub(crate) refunded: Money,
    /// Counts the payment's events.
    pub(crate) version: i64,
    /// Nobody wants the money any more: what is set aside is to be freed.
    pub(crate) given_up: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Final {
    Approved,
    Declined {
        reason: String,
    },
    /// The provider never saw it, and now never will.
    NeverHappened,
}

/// What an attempt's end changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Movement {
    pub(crate) posting: Option<Posting>,
    pub(crate) event: Option<PaymentEvent>,
}

/// What the provider says does not fit what is known of the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IllegalMove {
    #[error("a payment that is {} cannot become {}", from.as_str(), to.as_str())]
    Status { from: Status, to: Status },
    #[error("more would be given back than was taken")]
    TooMuch,
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Balances {
    /// Of a payment that was only asked for.
    pub(crate) const fn pending(amount: Money) -> Self {
        let zero = Money::zero(amount.currency());
        Self { status: Status::Pending, authorized: zero, captured: zero, refunded: zero, version: 0, given_up: false }
    }

    /// What was taken and not given back.
    pub(crate) fn kept(&self) -> Result<Money, MoneyError> {
        self.captured.checked_sub(self.refunded)
    }
}

impl Payment {
    pub(crate) fn asked_for(
        id: PaymentId,
        order: OrderId,
        (method, token): (String, String),
        amount: Money,
        asked: Asked,
    ) -> Self {
        let (token, standing) = (Some(token), Balances::pending(amount));
        let Asked { by: asked_by, correlation, traceparent, at: created_at } = asked;
        Self { id, order, method, token, amount, asked_by, correlation, traceparent, created_at, standing }
    }

    #[must_use]
    pub(crate) fn standing_at(self, standing: Balances) -> Self {
        Self { standing, ..self }
    }

    pub(crate) const fn standing(&self) -> &Balances {
        &self.standing
    }

    pub(crate) const fn status(&self) -> Status {
        self.standing.status
    }

    /// The reference by which the provider knows the authorization.
    pub(crate) const fn authorization(&self) -> AttemptId {
        AttemptId::new(self.id.uuid())
    }

    /// As other modules see it: a payment that was given up is void to them, or becomes so as soon as the provider has
    /// freed the money.
    pub(crate) const fn charge(&self) -> Charge {
        let Balances { status, authorized, captured, refunded, .. } = self.standing;
        let status = match status {
            Status::Pending | Status::Authorized if self.is_given_up() => ChargeStatus::Voiding,
            status => status.charge(),
        };
        Charge { payment: self.id, order: self.order, status, authorized, captured, refunded }
    }

    /// Nobody wants the money, and none of it was taken.
    pub(crate) const fn is_given_up(&self) -> bool {
        match self.standing.status {
            Status::Pending | Status::Authorized => self.standing.given_up,
            Status::Voided => true,
            Status::Captured | Status::Declined | Status::Refunded => false,
        }
    }

    pub(crate) const fn give_up(&mut self) {
        self.standing.given_up = true;
    }

    /// What the end of `attempt` means for the payment.
    pub(crate) fn settle(&mut self, attempt: &Attempt, end: &Final) -> Result<Movement, IllegalMove> {
        match (attempt.operation, end) {
            (Operation::Authorize, Final::Approved) => self.authorized(),
            (Operation::Authorize, Final::Declined { reason }) => self.declined(reason),
            (Operation::Authorize, Final::NeverHappened) => self.abandoned(),
            (Operation::Capture, Final::Approved) => self.captured(),
            (Operation::Void, Final::Approved) => self.voided(),
            (Operation::Refund, Final::Approved) => self.refunded(RefundId::new(attempt.id.uuid()), attempt.amount),
            (_, Final::Declined { .. } | Final::NeverHappened) => Ok(Movement::default()),
        }
    }

    fn authorized(&mut self) -> Result<Movement, IllegalMove> {
        self.advance(Status::Authorized)?;
        self.standing.authorized = self.amount;
        self.token = None;
        let event = PaymentAuthorized { payment: self.id, order: self.order, amount: self.amount };
        Ok(self.movement(Some(Posting::authorization(self.amount)), event))
    }

    fn declined(&mut self, reason: &str) -> Result<Movement, IllegalMove> {
        self.advance(Status::Declined)?;
        self.token = None;
        let event = PaymentDeclined { payment: self.id, order: self.order, reason: reason.to_owned() };
        Ok(self.movement(None, event))
    }

    /// Gives up what the provider was never asked for.
    pub(crate) fn abandoned(&mut self) -> Result<Movement, IllegalMove> {
        self.advance(Status::Voided)?;
        self.token = None;
        Ok(self.movement(None, PaymentVoided { payment: self.id, order: self.order }))
    }

    fn captured(&mut self) -> Result<Movement, IllegalMove> {
        self.advance(Status::Captured)?;
        let amount = self.standing.authorized;
        self.standing.captured = amount;
        let event = PaymentCaptured { payment: self.id, order: self.order, amount, captured: amount };
        Ok(self.movement(Some(Posting::capture(amount)), event))
    }

    fn voided(&mut self) -> Result<Movement, IllegalMove> {
        self.advance(Status::Voided)?;
        let freed = self.standing.authorized;
        self.standing.authorized = Money::zero(freed.currency());
        Ok(self.movement(Some(Posting::void(freed)), PaymentVoided { payment: self.id, order: self.order }))
    }

    fn refunded(&mut self, refund: RefundId, amount: Money) -> Result<Movement, IllegalMove> {
        let left = self.standing.kept()?.checked_sub(amount)?;
        if left.minor() < 0 {
            return Err(IllegalMove::TooMuch);
        }
        if left.minor() == 0 {
            self.advance(Status::Refunded)?;
        }
        let refunded = self.standing.refunded.checked_add(amount)?;
        self.standing.refunded = refunded;
        let event = PaymentRefunded { payment: self.id, order: self.order, refund, amount, refunded };
        Ok(self.movement(Some(Posting::refund(amount)), event))
    }

    /// Tells that a promise cannot be kept; the payment stays as it is.
    pub(crate) fn refund_refused(&mut self, refusal: &Refusal) -> Movement {
        let Refusal { refund, asked, refunded, left, reason, .. } = refusal;
        let (refund, asked, refunded, left, reason) = (*refund, *asked, *refunded, *left, reason.clone());
        let (payment, order) = (self.id, self.order);
        self.movement(None, PaymentRefundRefused { payment, order, refund, asked, refunded, left, reason })
    }

    fn advance(&mut self, to: Status) -> Result<(), IllegalMove> {
        let from = self.standing.status;
        if !from.may_become(to) {
            return Err(IllegalMove::Status { from, to });
        }
        self.standing.status = to;
        Ok(())
    }

    fn movement(&mut self, posting: Option<Posting>, event: impl Into<PaymentEvent>) -> Movement {
        self.standing.version += 1;
        Movement { posting, event: Some(event.into()) }
    }
}
