use inventory_contract::Shortage;
use kernel::{Kind, Problem};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Why an order came to nothing. Stored with the order, and what its buyer is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub(crate) enum Rejection {
    #[error("there is not enough stock")]
    OutOfStock { lines: Vec<Shortage> },
    #[error("orders that are not paid for yet hold as much of this as they may; try again in some minutes")]
    HeldByUnpaidOrders { lines: Vec<Shortage> },
    #[error(
        "this email or this address has as many orders waiting for their payment as it may; pay for them or cancel them, \
         or try again in some minutes"
    )]
    TooManyUnpaidOrders,
    #[error("the payment was declined: {reason}")]
    PaymentDeclined { reason: String },
    #[error("there is no payment method called {method}")]
    UnknownPaymentMethod { method: String },
    #[error("the outcome of the payment was not known in time")]
    PaymentTimedOut,
    #[error("the payment could not be asked for")]
    PaymentUnavailable,
    #[error("the stock could not be asked for")]
    StockUnavailable,
    #[error("the order was cancelled while it was being placed")]
    OrderCancelled,
    /// After the order was confirmed: what was held ran out before it was committed, and is gone.
    #[error("the stock was lost after the order was confirmed")]
    StockLost { lines: Vec<Shortage> },
    /// After the order was confirmed: what was set aside cannot be taken any more.
    #[error("the payment was lost after the order was confirmed")]
    PaymentLost,
}

impl Problem for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::OutOfStock { .. }
            | Self::HeldByUnpaidOrders { .. }
            | Self::OrderCancelled
            | Self::StockLost { .. } => Kind::Conflict,
            Self::TooManyUnpaidOrders => Kind::TooMany,
            Self::PaymentDeclined { .. } | Self::PaymentLost => Kind::PaymentDeclined,
            Self::UnknownPaymentMethod { .. } => Kind::Invalid,
            Self::PaymentTimedOut | Self::PaymentUnavailable | Self::StockUnavailable => Kind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::OutOfStock { .. } => "out-of-stock",
            Self::HeldByUnpaidOrders { .. } => "held-by-unpaid-orders",
            Self::TooManyUnpaidOrders => "too-many-unpaid-orders",
            Self::PaymentDeclined { .. } => "payment-declined",
            Self::UnknownPaymentMethod { .. } => "unknown-payment-method",
            Self::PaymentTimedOut => "payment-timed-out",
            Self::PaymentUnavailable => "payment-unavailable",
            Self::StockUnavailable => "stock-unavailable",
            Self::OrderCancelled => "order-cancelled",
            Self::StockLost { .. } => "stock-lost",
            Self::PaymentLost => "payment-lost",
        }
    }

    fn extensions(&self) -> Option<serde_json::Value> {
        match self {
            Self::OutOfStock { lines } | Self::HeldByUnpaidOrders { lines } | Self::StockLost { lines } => {
                Some(json!({ "lines": lines }))
            }
            Self::UnknownPaymentMethod { method } => Some(json!({ "errors": [{
                "pointer": "/payment/method",
                "code": self.code(),
                "message": format!("there is no payment method called {method}"),
            }] })),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Problem;

    use super::Rejection;

    #[test]
    fn it_is_stored_under_the_code_that_it_shows() {
        for rejection in [
            Rejection::OutOfStock { lines: vec![] },
            Rejection::HeldByUnpaidOrders { lines: vec![] },
            Rejection::TooManyUnpaidOrders,
            Rejection::PaymentDeclined { reason: "no".to_owned() },
            Rejection::UnknownPaymentMethod { method: "shells".to_owned() },
            Rejection::PaymentTimedOut,
            Rejection::PaymentUnavailable,
            Rejection::StockUnavailable,
            Rejection::OrderCancelled,
            Rejection::StockLost { lines: vec![] },
            Rejection::PaymentLost,
        ] {
            let stored = serde_json::to_value(&rejection).unwrap();
            assert_eq!(stored["code"], rejection.code());
            assert_eq!(serde_json::from_value::<Rejection>(stored).unwrap(), rejection);
        }
    }
}
