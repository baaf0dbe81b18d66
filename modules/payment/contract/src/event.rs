use kernel::{Money, OrderId, PaymentId, RefundId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::events! {
    /// What payment tells the others. The stream is the payment.
    pub enum PaymentEvent in "payment" {
        /// The money is set aside.
        "payment.authorized.v1" => Authorized(PaymentAuthorized) of |event| event.payment,
        /// The provider said no.
        "payment.declined.v1" => Declined(PaymentDeclined) of |event| event.payment,
        /// The money was taken.
        "payment.captured.v1" => Captured(PaymentCaptured) of |event| event.payment,
        /// What was set aside is free again.
        "payment.voided.v1" => Voided(PaymentVoided) of |event| event.payment,
        /// Captured money was given back, all or in part.
        "payment.refunded.v1" => Refunded(PaymentRefunded) of |event| event.payment,
        /// A promise to give money back cannot be kept, all or in part: the shop has work to do.
        "payment.refund_refused.v1" => RefundRefused(PaymentRefundRefused) of |event| event.payment,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentAuthorized {
    pub payment: PaymentId,
    pub order: OrderId,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentDeclined {
    pub payment: PaymentId,
    pub order: OrderId,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentCaptured {
    pub payment: PaymentId,
    pub order: OrderId,
    /// What was taken this time.
    pub amount: Money,
    /// All that has been taken so far.
    pub captured: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentVoided {
    pub payment: PaymentId,
    pub order: OrderId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentRefunded {
    pub payment: PaymentId,
    pub order: OrderId,
    pub refund: RefundId,
    /// What was given back this time.
    pub amount: Money,
    /// All that has been given back so far.
    pub refunded: Money,
}

/// `asked` was promised and `asked - refunded` of it is not given back by payment. It is told once when the promise
/// meets a payment with too little left, and again when the provider then declines what was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentRefundRefused {
    pub payment: PaymentId,
    pub order: OrderId,
    pub refund: RefundId,
    /// What was promised.
    pub asked: Money,
    /// What of it is given back, now or as soon as the provider can be reached; `payment.refunded` tells when it was.
    pub refunded: Money,
    /// What could be given back of the payment when the promise came: taken, not given back, and not about to be.
    pub left: Money,
    pub reason: String,
}
