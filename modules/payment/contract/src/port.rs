use kernel::{CallContext, Kind, Money, OrderId, PaymentId, Problem};
use port::{PortResult, port};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What other modules may ask of payment. There is one payment for one order, so every command is
/// idempotent by the order.
#[port(name = "charges", version = 1)]
pub trait Charges {
    /// Asks the provider to set the money aside. Repeating the call for the same order returns the first
    /// outcome, once there is one; while the outcome is unknown it asks the provider what happened.
    ///
    /// The answer's status is `authorized`, or `pending` when the provider will tell later: then
    /// `payment.authorized` or `payment.declined` is published. The money is never set aside twice.
    ///
    /// # Errors
    ///
    /// [`ChargeRefusal::Declined`]; [`ChargeRefusal::Voided`] when the order's payment was given up before:
    /// a late call does not bring it to life again. [`port::PortError::Unavailable`] when the provider
    /// cannot be reached; with `executed: Maybe` the money may have been set aside.
    #[command(idempotent, timeout_ms = 5000)]
    async fn authorize(&self, cx: &CallContext, authorize: Authorize) -> PortResult<Charge, ChargeRefusal>;

    /// Takes the money that was set aside, all of it. Repeating it changes nothing.
    #[command(idempotent, timeout_ms = 5000)]
    async fn capture(&self, cx: &CallContext, order: OrderId) -> PortResult<Charge, ChargeRefusal>;

    /// Gives the order's payment up, whatever state it is in: what is set aside is freed, what is in doubt
    /// is freed as soon as it is known, and an authorization that arrives late is refused. Captured money
    /// is not touched. Succeeds for an order without a payment; the answer is then `None`.
    ///
    /// The answer's status is `voided` once nothing is set aside. It is `voiding`, with what is still set aside,
    /// when the void is only written down: payment then frees the money by itself and publishes `payment.voided`.
    /// The caller need not ask again; asking again answers how it stands by then.
    #[command(idempotent, timeout_ms = 5000)]
    async fn void(&self, cx: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal>;

    /// What is known of the order's payment; `None` when there is none.
    #[query(timeout_ms = 500)]
    async fn find(&self, cx: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal>;
}

/// A request for money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Authorize {
    pub order: OrderId,
    pub amount: Money,
    /// The provider's name, such as `simulated`.
    pub method: String,
    /// What the provider's own form gave the buyer for the card. Never a card number.
    pub token: String,
}

/// Where an order's payment stands. All three sums are in the payment's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Charge {
    pub payment: PaymentId,
    pub order: OrderId,
    pub status: ChargeStatus,
    pub authorized: Money,
    pub captured: Money,
    pub refunded: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeStatus {
    /// Asked for; the provider has not said yet.
    Pending,
    Authorized,
    Captured,
    Declined,
    Voided,
    /// Given up, and not freed yet: the provider has not answered. It becomes `voided`; or `declined`, or `captured`,
    /// when the provider turns out to have done so before.
    Voiding,
    /// All that was captured has been given back.
    Refunded,
    /// A state that this build does not know.
    #[serde(other)]
    Unknown,
}

impl ChargeStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Declined => "declined",
            Self::Voided => "voided",
            Self::Voiding => "voiding",
            Self::Refunded => "refunded",
            Self::Unknown => "unknown",
        }
    }
}

/// Why payment says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, ToSchema)]
#[serde(tag = "refusal", rename_all = "kebab-case")]
pub enum ChargeRefusal {
    #[error("the payment was declined: {reason}")]
    Declined { reason: String },
    #[error("the payment of order {order} was given up")]
    Voided { order: OrderId },
    #[error("order {order} has no payment")]
    NoPayment { order: OrderId },
    #[error("a payment that is {status} cannot be {wanted}")]
    IllegalMove { status: String, wanted: String },
    #[error("there is no payment method called {method}")]
    UnknownMethod { method: String },
}

impl Problem for ChargeRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::Declined { .. } => Kind::PaymentDeclined,
            Self::NoPayment { .. } => Kind::NotFound,
            Self::Voided { .. } | Self::IllegalMove { .. } => Kind::Conflict,
            Self::UnknownMethod { .. } => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Declined { .. } => "payment-declined",
            Self::Voided { .. } => "payment-voided",
            Self::NoPayment { .. } => "no-payment",
            Self::IllegalMove { .. } => "illegal-move",
            Self::UnknownMethod { .. } => "unknown-payment-method",
        }
    }
}
