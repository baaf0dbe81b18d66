use kernel::{Kind, Problem};
use serde_json::json;

use crate::domain::{Status, goods::Excess, returns::ReturnStatus};

/// Why an order does not do what it is asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("an order that is {from} cannot become {to}")]
    IllegalMove { from: Status, to: Status },
    #[error("an order that is {status} takes nothing back")]
    NotReturnable { status: Status },
    #[error(
        "some goods were sent; call off what was not sent with POST /orders/{{id}}/lines/cancel, and ask to return the \
         rest with POST /orders/{{id}}/returns"
    )]
    AlreadySent,
    #[error("a return that is {from} cannot become {to}")]
    IllegalReturnMove { from: ReturnStatus, to: ReturnStatus },
    #[error("more than was asked to be returned")]
    ReturnExceedsRequest { lines: Vec<Excess> },
    #[error("more than is left to send; ask to return what was sent with POST /orders/{{id}}/returns")]
    CallOffExceedsUnsent { lines: Vec<Excess> },
    #[error("the order is confirmed, and its money and stock are being claimed; try again in a moment")]
    NotSettled,
    #[error("nothing is left to send")]
    NothingToSend,
    #[error("more than is left to send")]
    FulfilmentExceedsOrder { lines: Vec<Excess> },
    #[error("more than was bought and is not called off, returned or asked to be returned")]
    ReturnsExceedPurchase { lines: Vec<Excess> },
    #[error("the amount is too large")]
    AmountTooLarge,
}

impl Problem for Refusal {
    fn kind(&self) -> Kind {
        match self {
            Self::AmountTooLarge => Kind::Invalid,
            _ => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::IllegalMove { .. } | Self::IllegalReturnMove { .. } => "illegal-move",
            Self::ReturnExceedsRequest { .. } => "return-exceeds-request",
            Self::CallOffExceedsUnsent { .. } => "exceeds-unsent",
            Self::NotReturnable { .. } => "not-returnable",
            Self::AlreadySent => "already-sent",
            Self::NotSettled => "order-not-settled",
            Self::NothingToSend => "nothing-to-send",
            Self::FulfilmentExceedsOrder { .. } => "fulfilment-exceeds-order",
            Self::ReturnsExceedPurchase { .. } => "returns-exceed-purchase",
            Self::AmountTooLarge => "amount-too-large",
        }
    }

    fn extensions(&self) -> Option<serde_json::Value> {
        match self {
            Self::IllegalMove { from: status, .. } | Self::NotReturnable { status } => {
                Some(json!({ "order_status": status }))
            }
            Self::IllegalReturnMove { from, .. } => Some(json!({ "return_status": from })),
            Self::FulfilmentExceedsOrder { lines }
            | Self::ReturnsExceedPurchase { lines }
            | Self::ReturnExceedsRequest { lines }
            | Self::CallOffExceedsUnsent { lines } => Some(json!({ "lines": lines })),
            _ => None,
        }
    }
}
